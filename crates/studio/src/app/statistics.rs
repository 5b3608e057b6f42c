//! What was done in a project, from its documents and its event log.

use std::{collections::BTreeMap, path::Path};

use tawsim_store::{DocumentId, LayerId, Presence, Project, StoreError};

use crate::WorkState;

/// A pause longer than this is none of work.
const PAUSE_MS: i64 = 60_000;
/// Edits that say that the model was right.
const ACCEPTS: [&str; 1] = ["accept"];
/// Edits that say that it was not.
const CORRECTS: [&str; 5] = ["relabel", "move-edges", "add-span", "reject", "remove-span"];
const EVENTS_AT_A_TIME: usize = 10_000;

/// Counts of a project, as one annotator sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Documents by state.
    pub states: [usize; 4],
    /// Labels with confirmed and suggested entities.
    pub labels: Vec<(String, u64, u64)>,
    /// The documents that were worked on.
    pub documents: Vec<DocumentWork>,
    /// Steps taken back.
    pub n_undone: usize,
}

/// The work on one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentWork {
    /// Its name.
    pub name: String,
    /// Entities confirmed in it now.
    pub n_entities: u64,
    /// Suggestions taken as they were.
    pub n_accepted: usize,
    /// Corrections: labels, edges, additions, removals.
    pub n_corrected: usize,
    /// Time between events on it, pauses of more than a minute left out.
    pub seconds: f64,
}

impl Statistics {
    /// Sums over all documents.
    #[must_use]
    pub fn total(&self) -> DocumentWork {
        let mut total = DocumentWork::default();
        for work in &self.documents {
            total.n_entities += work.n_entities;
            total.n_accepted += work.n_accepted;
            total.n_corrected += work.n_corrected;
            total.seconds += work.seconds;
        }
        total
    }
}

/// Reads a whole project; for a thread of its own.
///
/// # Errors
/// If the project cannot be read.
pub fn statistics(project: &Path, layer: LayerId) -> Result<Statistics, StoreError> {
    let project = Project::open_read_only(project)?;
    let mut found = Statistics { labels: project.label_counts(layer)?, ..Statistics::default() };
    let actor = project.layers()?.into_iter().find(|l| l.id == layer).map(|l| l.name);
    let mut work: BTreeMap<DocumentId, (DocumentWork, i64)> = BTreeMap::new();
    let mut after = 0;
    loop {
        let events = project.log(after, EVENTS_AT_A_TIME)?;
        let Some(last) = events.last() else { break };
        after = last.seq;
        for event in events.iter().filter(|event| actor.as_ref() == Some(&event.actor)) {
            found.n_undone += usize::from(event.kind == "undo");
            let Some(document) = event.document.filter(|_| event.kind != "suggest") else {
                continue;
            };
            let (of_document, before) = work.entry(document).or_default();
            let pause = event.time_ms - *before;
            if *before > 0 && (0..=PAUSE_MS).contains(&pause) {
                of_document.seconds += pause as f64 / 1e3;
            }
            *before = event.time_ms;
            of_document.n_accepted += usize::from(ACCEPTS.contains(&event.kind.as_str()));
            of_document.n_corrected += usize::from(CORRECTS.contains(&event.kind.as_str()));
        }
    }
    for row in project.documents(layer)? {
        if row.presence != Presence::Present {
            continue;
        }
        found.states[WorkState::of(&row) as usize] += 1;
        let (of_document, _) = work.remove(&row.id).unwrap_or_default();
        if of_document.n_accepted + of_document.n_corrected > 0 {
            let n_entities = u64::from(row.n_entities);
            found.documents.push(DocumentWork { name: row.name, n_entities, ..of_document });
        }
    }
    Ok(found)
}
