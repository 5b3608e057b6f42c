//! Matching gazetteer names and linking, in bytes of text a second. The reference is the plain way: a hash map of
//! names in which every run of words is looked up.

use std::collections::HashMap;

use divan::{Bencher, black_box, counter::BytesCount};
use tawsim_corpus::{Document, LabelSet};
use tawsim_tagger::{
    Gazetteer, GazetteerBuilder, GazetteerRecord, LinkHints, Linker, MentionScratch, Model,
    read_gazetteer_table,
};
use tawsim_tokenizer::{NormalizeOptions, SegmentRole, Tokenized, Tokenizer, fold_into};

fn main() {
    divan::main();
}

/// The articles of the corpus with their tokens, and the number of their bytes.
fn articles() -> (Vec<Document>, LabelSet, Vec<Tokenized>, BytesCount) {
    let (documents, labels) = tawsim_tests::documents("corpus/conflict-ar/train.jsonl");
    let tokenizer = Tokenizer::new();
    let tokenize = |document: &Document| {
        let mut tokenized = Tokenized::default();
        tokenizer.tokenize(&document.text, &mut tokenized);
        tokenized
    };
    let tokenized = documents.iter().map(tokenize).collect();
    let n_bytes: usize = documents.iter().map(|document| document.text.len()).sum();
    (documents, labels, tokenized, BytesCount::new(n_bytes))
}

fn records() -> Vec<GazetteerRecord> {
    let folder = tawsim_tests::repository().join("corpus/gazetteer");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("in the repository")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "tsv"))
        .collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let table = std::fs::read_to_string(path).expect("readable");
        read_gazetteer_table(&table).expect("good table")
    };
    files.iter().flat_map(read).map(|(_, record)| record).collect()
}

fn gazetteer() -> Gazetteer {
    let mut builder = GazetteerBuilder::new();
    for record in records() {
        builder.add_record(&record).expect("good record");
    }
    builder.build()
}

/// Names of up to this many words are looked up by the reference.
const MAX_WORDS: usize = 6;

fn folded(surface: &str) -> String {
    let mut key = String::new();
    fold_into(surface, &NormalizeOptions::MATCH_KEY, &mut key);
    key
}

/// All runs of folded stems in a hash map.
#[divan::bench]
fn look_up_all_runs(bencher: Bencher<'_, '_>) {
    let (documents, _, tokenized, n_bytes) = articles();
    let records = records();
    let names = records.iter().flat_map(GazetteerRecord::marked_names);
    let names: HashMap<String, ()> = names.map(|(_, name)| (folded(name), ())).collect();
    bencher.counter(n_bytes).bench_local(|| {
        let mut n_found = 0;
        for (document, tokenized) in documents.iter().zip(&tokenized) {
            let stems = tokenized.segments().iter().filter(|s| s.role == SegmentRole::Stem);
            let stems: Vec<String> =
                stems.map(|segment| folded(segment.span.slice(&document.text))).collect();
            for start in 0..stems.len() {
                for end in start + 1..=stems.len().min(start + MAX_WORDS) {
                    n_found += usize::from(names.contains_key(&stems[start..end].join(" ")));
                }
            }
        }
        black_box(n_found)
    });
}

/// The trie, on the same tokens.
#[divan::bench]
fn find(bencher: Bencher<'_, '_>) {
    let (documents, _, tokenized, n_bytes) = articles();
    let (gazetteer, mut scratch) = (gazetteer(), MentionScratch::default());
    bencher.counter(n_bytes).bench_local(|| {
        let mut n_found = 0;
        for (document, tokenized) in documents.iter().zip(&tokenized) {
            n_found += gazetteer.find(&document.text, tokenized, &mut scratch).len();
        }
        black_box(n_found)
    });
}

/// Linking the annotated factions and places.
#[divan::bench]
fn link(bencher: Bencher<'_, '_>) {
    let (documents, labels, tokenized, n_bytes) = articles();
    let model = Model::bundled();
    let linker = Linker::new(&model);
    bencher.counter(n_bytes).bench_local(|| {
        let mut n_linked = 0;
        for (document, tokenized) in documents.iter().zip(&tokenized) {
            n_linked += linker.link(document, tokenized, &labels, LinkHints::default()).len();
        }
        black_box(n_linked)
    });
}
