//! What the program brings along to learn from: the project's own corpus and tables of names, so
//! that a model trained on a few finished documents still knows what the bundled one knows.

use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashMap;
use tawsim_corpus::{Document, JsonlReader, LabelSet};
use tawsim_tagger::{Gazetteer, GazetteerBuilder, GazetteerRecord, read_gazetteer_table};

const CORPUS: &str = include_str!("../corpus/train.jsonl");

macro_rules! tables {
    ($($name:literal)*) => {
        [$(include_str!(concat!("../corpus/gazetteer/", $name, ".tsv"))),*]
    };
}

const TABLES: [&str; 14] = tables![
    "calendar" "countries" "factions" "given_names" "orgs" "persons" "places_iq" "places_lb"
    "places_ly" "places_ps" "places_sd" "places_sy" "places_world" "places_ye"
];

/// The corpus, if the project knows one of its labels: else it would teach only that what the
/// project looks for is not there.
pub(crate) fn corpus(project: &LabelSet) -> (Vec<Document>, LabelSet) {
    let mut labels = project.clone();
    let read = JsonlReader::new(CORPUS.as_bytes(), &mut labels);
    let documents: Vec<Document> =
        read.map(|document| document.expect("a test reads the corpus")).collect();
    let known = |name: &String| project.get(name).is_some();
    let of_corpus = documents.iter().flat_map(|document| &document.entities);
    let shares_a_label =
        of_corpus.map(|entity| labels.name(entity.label).to_owned()).any(|n| known(&n));
    if shares_a_label { (documents, labels) } else { (Vec::new(), project.clone()) }
}

/// The entries of the tables of names; read once.
fn table_records() -> &'static [GazetteerRecord] {
    static RECORDS: LazyLock<Vec<GazetteerRecord>> = LazyLock::new(|| {
        let rows = TABLES.iter().flat_map(|table| {
            read_gazetteer_table(table).expect("a test reads the tables").into_iter()
        });
        rows.map(|row| row.1).collect()
    });
    &RECORDS
}

/// The entries of the tables of names, those in `own` instead of the program's of the same id.
pub(crate) fn records(own: &[GazetteerRecord]) -> impl Iterator<Item = &GazetteerRecord> {
    let is_own = |record: &GazetteerRecord| own.iter().any(|o| o.id == record.id);
    table_records().iter().filter(move |record| !is_own(record)).chain(own)
}

/// The entry with this id.
pub(crate) fn record<'a>(own: &'a [GazetteerRecord], id: &str) -> Option<&'a GazetteerRecord> {
    static PLACES: LazyLock<FxHashMap<&str, usize>> = LazyLock::new(|| {
        let ids = table_records().iter().enumerate();
        ids.map(|(idx, record)| (record.id.as_str(), idx)).collect()
    });
    let of_table = || PLACES.get(id).map(|idx| &table_records()[*idx]);
    own.iter().find(|record| record.id == id).or_else(of_table)
}

/// The tables of names with the entries that a project has beside or instead of theirs. That of a
/// project without own entries is built once, whoever asks for it.
pub(crate) fn gazetteer(own: &[GazetteerRecord]) -> Arc<Gazetteer> {
    static SHARED: LazyLock<Arc<Gazetteer>> = LazyLock::new(|| Arc::new(build(&[])));
    if own.is_empty() { Arc::clone(&SHARED) } else { Arc::new(build(own)) }
}

fn build(own: &[GazetteerRecord]) -> Gazetteer {
    let mut builder = GazetteerBuilder::new();
    add_names(&mut builder, own);
    builder.build()
}

/// Adds the tables of names, and the entries that a project has beside or instead of theirs.
pub(crate) fn add_names(gazetteer: &mut GazetteerBuilder, own: &[GazetteerRecord]) {
    for record in records(own) {
        // A test adds all of the program's; what is wrong in the project's own is left out.
        let _ = gazetteer.add_record(record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_and_the_tables_can_be_read() {
        let labels = LabelSet::from_names(["PLACE"]).expect("a label name");
        let (documents, labels) = corpus(&labels);
        assert!(documents.len() >= 150, "{}", documents.len());
        assert!(labels.len() >= 6);
        assert!(records(&[]).all(|record| GazetteerBuilder::new().add_record(record).is_ok()));
    }

    #[test]
    fn own_entries_stand_instead_of_the_programs() {
        let known = records(&[]).next().expect("the tables have entries").clone();
        let own = [GazetteerRecord { name: "own".to_owned(), ..known.clone() }];
        let named = |own| record(own, &known.id).map(|record| record.name.as_str());
        assert_eq!((named(&own), named(&[])), (Some("own"), Some(known.name.as_str())));
        assert_eq!(records(&own).filter(|record| record.id == known.id).count(), 1);
        assert_eq!(records(&own).count(), records(&[]).count());
    }

    #[test]
    fn a_project_of_other_labels_learns_from_itself_alone() {
        let labels = LabelSet::from_names(["WEAPON"]).expect("a label name");
        let (documents, kept) = corpus(&labels);
        assert!(documents.is_empty());
        assert_eq!(kept, labels);
    }
}
