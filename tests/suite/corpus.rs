//! The corpus that ships: sound, split, and the same in both formats.

use std::collections::BTreeSet;

use tawsim_tests::{documents, repository, tawsim};
use tawsim_tokenizer::{Tokenized, Tokenizer};

fn check_built(split: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out.jsonl");
    let source = repository().join("corpus/conflict-ar").join(split);
    let (source, target) = (source.to_string_lossy(), out.to_string_lossy());
    let run = tawsim(&["convert", &source, "--to", "jsonl", "--output", &target], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let built = std::fs::read(&out).expect("convert wrote it");
    let committed = std::fs::read(repository().join(format!("corpus/conflict-ar/{split}.jsonl")));
    let is_same = committed.expect("the file is in the repository") == built;
    assert!(is_same, "{split}.jsonl is not what {split}/ builds; see corpus/README.md");
}

#[test]
fn json_lines_are_built_from_the_articles() {
    check_built("train");
    check_built("dev");
}

#[test]
fn the_corpus_has_its_size_and_labels() {
    let (train, labels) = documents("corpus/conflict-ar/train.jsonl");
    let (dev, _) = documents("corpus/conflict-ar/dev.jsonl");
    let n_words: usize =
        train.iter().chain(&dev).map(|document| document.text.split_whitespace().count()).sum();
    assert!(train.len() + dev.len() >= 200 && n_words >= 45_000);
    let names: BTreeSet<&str> = labels.names().iter().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["DATE", "FACTION", "NUMBER", "ORG", "PERSON", "PLACE"]));
    let ids: BTreeSet<&str> =
        train.iter().chain(&dev).map(|document| document.id.as_str()).collect();
    assert_eq!(ids.len(), train.len() + dev.len());
}

/// Entities that begin or end inside a clitic segment cannot be learnt or found.
#[test]
fn entities_stand_on_segment_edges() {
    let (documents, labels) = documents("corpus/conflict-ar/train.jsonl");
    let (tokenizer, mut tokenized) = (Tokenizer::new(), Tokenized::default());
    let (mut n_entities, mut cut) = (0, Vec::new());
    for document in &documents {
        tokenizer.tokenize(&document.text, &mut tokenized);
        let starts: BTreeSet<u32> = tokenized.segments().iter().map(|s| s.span.start()).collect();
        let ends: BTreeSet<u32> = tokenized.segments().iter().map(|s| s.span.end()).collect();
        for entity in &document.entities {
            n_entities += 1;
            if !starts.contains(&entity.span.start()) || !ends.contains(&entity.span.end()) {
                let label = labels.name(entity.label);
                cut.push(format!("{} {label} {}", document.id, document.surface(entity)));
            }
        }
    }
    // Words run together and typing errors are part of the corpus, so a few stay.
    assert!(cut.len() * 100 <= n_entities * 4, "{} of {n_entities}: {cut:#?}", cut.len());
}
