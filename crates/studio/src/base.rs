//! What the program brings along to learn from: the project's own corpus and tables of names, so
//! that a model trained on a few finished documents still knows what the bundled one knows.

use tawsim_corpus::{Document, JsonlReader, LabelSet};
use tawsim_tagger::{GazetteerBuilder, GazetteerRecord, read_gazetteer_table};

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

/// The entries of the tables of names, those in `own` instead of the program's of the same id.
pub(crate) fn records(own: &[GazetteerRecord]) -> Vec<GazetteerRecord> {
    let is_own = |record: &GazetteerRecord| own.iter().any(|o| o.id == record.id);
    let tables = TABLES.iter().flat_map(|table| {
        read_gazetteer_table(table).expect("a test reads the tables").into_iter().map(|row| row.1)
    });
    tables.filter(|record| !is_own(record)).chain(own.iter().cloned()).collect()
}

/// Adds the tables of names, and the entries that a project has beside or instead of theirs.
pub(crate) fn add_names(gazetteer: &mut GazetteerBuilder, own: &[GazetteerRecord]) {
    for record in records(own) {
        // A test adds all of the program's; what is wrong in the project's own is left out.
        let _ = gazetteer.add_record(&record);
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
        let mut gazetteer = GazetteerBuilder::new();
        add_names(&mut gazetteer, &[]);
        assert!(gazetteer.build().n_names() > 5_000);
    }

    #[test]
    fn a_project_of_other_labels_learns_from_itself_alone() {
        let labels = LabelSet::from_names(["WEAPON"]).expect("a label name");
        let (documents, kept) = corpus(&labels);
        assert!(documents.is_empty());
        assert_eq!(kept, labels);
    }
}
