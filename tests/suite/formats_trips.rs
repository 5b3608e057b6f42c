//! Round trips of random documents: what is not reported as lost comes back.

use proptest::prelude::*;
use tawsim_corpus::{Document, Feature, Losses, ReadOptions, WriteOptions};
use tawsim_tests::formats::{any_document, any_unit_document, read, write};
use tawsim_tokenizer::OffsetUnit;

/// Formats that carry the text as it is.
const WITH_TEXT: [&str; 2] = ["jsonl", "conllu"];

fn trip(name: &str, document: &Document, unit: Option<OffsetUnit>) -> (Option<Document>, Losses) {
    let options = WriteOptions { unit, ..WriteOptions::default() };
    let (files, losses) = write(name, std::slice::from_ref(document), &options);
    if !losses.refused.is_empty() {
        return (None, losses);
    }
    let options = ReadOptions { unit, ..ReadOptions::default() };
    let (mut documents, report) = read(name, &files, &options);
    assert!(!report.is_lossy(), "{name}: {report}");
    assert_eq!(documents.len(), 1, "{name}");
    (documents.pop(), losses)
}

/// Entities that are not as they were, by the report.
fn n_touched(losses: &Losses) -> u64 {
    let features = [Feature::Crossing, Feature::Nesting, Feature::LineCrossing, Feature::SubWord];
    features.iter().filter_map(|feature| losses.counts.get(feature)).sum()
}

fn check(name: &str, document: &Document) {
    let (Some(again), losses) = trip(name, document, None) else { return };
    if losses.is_empty() {
        assert_eq!(&again, document, "{name}");
    }
    assert_eq!((&again.id, &again.text), (&document.id, &document.text), "{name}");
    let keys = |document: &Document| -> Vec<_> {
        document.entities.iter().map(tawsim_corpus::Entity::key).collect()
    };
    let (before, after) = (keys(document), keys(&again));
    let n_missing = before.iter().filter(|key| !after.contains(key)).count() as u64;
    let n_touched = n_touched(&losses);
    assert!(n_missing <= n_touched && (n_missing > 0) == (n_touched > 0), "{name}: {losses}");
    assert!(after.len() <= before.len(), "{name}");
    // What came through once comes through again.
    let (second, losses) = trip(name, &again, None);
    assert!(losses.is_empty(), "{name}: {losses}");
    assert_eq!(second.as_ref(), Some(&again), "{name}");
}

proptest! {
    #[test]
    fn any_entities(document in any_document()) {
        WITH_TEXT.iter().for_each(|name| check(name, &document));
    }

    #[test]
    fn whole_segments_lose_nothing(document in any_unit_document()) {
        for name in WITH_TEXT {
            let (again, losses) = trip(name, &document, None);
            prop_assert!(losses.is_empty(), "{}: {}", name, losses);
            prop_assert_eq!(again.as_ref(), Some(&document), "{}", name);
        }
    }
}
