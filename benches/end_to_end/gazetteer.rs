//! Matching 20,000 names, and the plain way beside it.

use std::collections::HashSet;
use std::hint::black_box;

use tawsim_corpus::Document;
use tawsim_tagger::{GazetteerBuilder, GazetteerRecord, MentionScratch, read_gazetteer_table};
use tawsim_tokenizer::{NormalizeOptions, SegmentRole, Tokenized, Tokenizer, fold_into};

use crate::clock::{best, megabytes};

const N_NAMES: usize = 20_000;
/// Names of up to this many words are looked up the plain way.
const MAX_WORDS: usize = 6;

/// Megabytes of tokenized text a second: the trie, and all runs of words in a hash map.
pub(crate) fn measure(documents: &[Document], n_rounds: usize) -> (f64, f64) {
    let tokenizer = Tokenizer::new();
    let tokenize = |document: &Document| {
        let mut tokenized = Tokenized::default();
        tokenizer.tokenize(&document.text, &mut tokenized);
        tokenized
    };
    // As much as stays in memory: reading tokens from afar is not what is measured.
    let documents = &documents[..documents.len().min(500)];
    let texts: Vec<(&str, Tokenized)> =
        documents.iter().map(|document| (document.text.as_str(), tokenize(document))).collect();
    let n_bytes: usize = texts.iter().map(|(text, _)| text.len()).sum();
    let names = names();
    let seconds = [by_trie(&names, &texts, n_rounds), by_runs(&names, &texts, n_rounds)];
    let [speed, reference] = seconds.map(|seconds| megabytes(n_bytes) / seconds);
    (speed, reference)
}

type Name = (String, tawsim_tagger::NameStatus, String);

/// Distinct names of the gazetteer with their classes, the first 20,000.
fn names() -> Vec<Name> {
    let folder = tawsim_tests::repository().join("corpus/gazetteer");
    let files = std::fs::read_dir(folder).expect("in the repository");
    let mut paths: Vec<_> = files.map(|file| file.expect("readable").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "tsv"));
    paths.sort();
    let read = |path: &std::path::PathBuf| -> Vec<GazetteerRecord> {
        let table = std::fs::read_to_string(path).expect("readable");
        let rows = read_gazetteer_table(&table).expect("a sound table");
        rows.into_iter().map(|(_, record)| record).collect()
    };
    let mut names: Vec<Name> = Vec::new();
    for record in paths.iter().flat_map(read) {
        let class = record.id.split(':').next().unwrap_or_default().to_owned();
        names.extend(record.marked_names().map(|(s, name)| (class.clone(), s, name.to_owned())));
    }
    let mut known = HashSet::new();
    names.retain(|(_, _, name)| known.insert(name.clone()));
    assert!(names.len() >= N_NAMES, "the gazetteer holds {} names", names.len());
    names.truncate(N_NAMES);
    names
}

fn by_trie(names: &[Name], texts: &[(&str, Tokenized)], n_rounds: usize) -> f64 {
    let mut builder = GazetteerBuilder::new();
    for (class, status, name) in names {
        builder.add(class, name, *status);
    }
    let (gazetteer, mut scratch) = (builder.build(), MentionScratch::default());
    best(n_rounds, || {
        for (text, tokenized) in texts {
            black_box(gazetteer.find(text, tokenized, &mut scratch));
        }
    })
}

fn by_runs(names: &[Name], texts: &[(&str, Tokenized)], n_rounds: usize) -> f64 {
    let names: HashSet<String> = names.iter().map(|(_, _, name)| folded(name)).collect();
    best(n_rounds, || {
        for (text, tokenized) in texts {
            let stems = tokenized.segments().iter().filter(|s| s.role == SegmentRole::Stem);
            let stems: Vec<String> = stems.map(|stem| folded(stem.span.slice(text))).collect();
            for start in 0..stems.len() {
                for end in start + 1..=stems.len().min(start + MAX_WORDS) {
                    black_box(names.contains(&stems[start..end].join(" ")));
                }
            }
        }
    })
}

fn folded(surface: &str) -> String {
    let mut key = String::new();
    fold_into(surface, &NormalizeOptions::MATCH_KEY, &mut key);
    key
}
