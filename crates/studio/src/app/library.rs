//! The list of documents: order, filter, search.

use std::collections::HashSet;

use rustc_hash::FxHashMap;
use tawsim_store::{
    DocumentId, DocumentRow, LayerId, Presence, Project, Query, ReviewState, StoreError,
};
use tawsim_tokenizer::{NormalizeOptions, fold_into};

use super::settings::Settings;
use crate::{SortKey, Toward, WorkState};

impl WorkState {
    /// How far the work on the document of this line is.
    pub(crate) const fn of(row: &DocumentRow) -> Self {
        match row.review {
            ReviewState::Done | ReviewState::Approved | ReviewState::Skipped => Self::Done,
            ReviewState::InProgress => Self::Started,
            ReviewState::New if row.n_suggestions > 0 => Self::Suggested,
            ReviewState::New => Self::New,
        }
    }
}

/// All documents of the project, and which of them are listed.
#[derive(Default)]
pub(super) struct Library {
    all: Vec<DocumentRow>,
    places: FxHashMap<DocumentId, usize>,
    /// Places in `all`, in the order of the list.
    listed: Vec<usize>,
    /// Folded texts by place, read at the first search for a part of a word.
    folded: Option<Vec<String>>,
    n_done: usize,
    /// The layer it is seen from.
    layer: Option<LayerId>,
}

/// Documents that a search has found; `None` if nothing was searched for.
type Found = Option<HashSet<DocumentId>>;

/// Parts of words are looked for in at most so many documents: their texts are kept in memory.
const MOST_FOLDED: usize = 5_000;

fn folded_query(text: &str) -> String {
    let mut folded = String::new();
    fold_into(text.trim(), &NormalizeOptions::LOOSE_KEY, &mut folded);
    folded
}

impl Library {
    pub(super) fn read(project: &Project, layer: LayerId) -> Result<Self, StoreError> {
        let mut all = project.documents(layer)?;
        all.retain(|row| row.presence == Presence::Present);
        let places = all.iter().enumerate().map(|(idx, row)| (row.id, idx)).collect();
        let listed = (0..all.len()).collect();
        let n_done = all.iter().filter(|row| is_done(row)).count();
        Ok(Self { all, places, listed, folded: None, layer: Some(layer), n_done })
    }

    pub(super) fn n_documents(&self) -> usize {
        self.all.len()
    }

    pub(super) const fn n_done(&self) -> usize {
        self.n_done
    }

    pub(super) fn n_listed(&self) -> usize {
        self.listed.len()
    }

    pub(super) fn listed(&self, idx: usize) -> &DocumentRow {
        &self.all[self.listed[idx]]
    }

    pub(super) fn all(&self) -> &[DocumentRow] {
        &self.all
    }

    /// The documents to learn from and to export. Those put aside are not among them, although there is nothing
    /// more to do in them.
    pub(super) fn finished(&self) -> impl Iterator<Item = &DocumentRow> {
        self.all.iter().filter(|row| row.review.is_finished())
    }

    pub(super) fn get(&self, id: DocumentId) -> Option<&DocumentRow> {
        Some(&self.all[*self.places.get(&id)?])
    }

    /// Where a document stands in the list.
    pub(super) fn place(&self, id: DocumentId) -> Option<usize> {
        let place = *self.places.get(&id)?;
        self.listed.iter().position(|listed| *listed == place)
    }

    /// Takes a line anew after an edit. It keeps its place: a list that jumps while somebody works
    /// in it is worse than one that is sorted a moment later.
    pub(super) fn update(&mut self, row: DocumentRow) {
        if let Some(place) = self.places.get(&row.id) {
            let old = std::mem::replace(&mut self.all[*place], row);
            self.n_done -= usize::from(is_done(&old));
            self.n_done += usize::from(is_done(&self.all[*place]));
        }
    }

    /// Filters and sorts anew.
    pub(super) fn arrange(
        &mut self,
        settings: &Settings,
        project: &Project,
    ) -> Result<(), StoreError> {
        let wanted = folded_query(&settings.search);
        let with_words = self.with_words(&settings.search, project)?;
        let with_label = self.with_label(settings.label.as_deref(), project)?;
        if with_words.as_ref().is_some_and(HashSet::is_empty)
            && self.folded.is_none()
            && self.all.len() <= MOST_FOLDED
        {
            self.folded = Some(folded_texts(&self.all, project)?);
        }
        let folded = self.folded.as_deref().unwrap_or_default();
        let holds = |place: usize, row: &DocumentRow| {
            let is_found = with_words.as_ref().is_some_and(|found| found.contains(&row.id));
            let has_part = || folded.get(place).is_some_and(|text| text.contains(&wanted));
            wanted.is_empty() || is_found || has_part() || folded_query(&row.name).contains(&wanted)
        };
        let (all, mut listed) = (&self.all, std::mem::take(&mut self.listed));
        listed.clear();
        listed.extend((0..all.len()).filter(|&place| {
            let state = settings.filter.is_none_or(|state| WorkState::of(&all[place]) == state);
            let label = with_label.as_ref().is_none_or(|found| found.contains(&all[place].id));
            state && label && holds(place, &all[place])
        }));
        listed.sort_by(|a, b| compare(&all[*a], &all[*b], settings.sort).then(a.cmp(b)));
        self.listed = listed;
        Ok(())
    }

    /// The documents with these words, found through the project's index; `None` without words.
    fn with_words(&self, words: &str, project: &Project) -> Result<Found, StoreError> {
        if words.trim().is_empty() {
            return Ok(None);
        }
        let query = Query { limit: usize::MAX, ..Query::text(words) };
        Ok(Some(project.search(&query)?.documents.into_iter().map(|found| found.id).collect()))
    }

    /// The documents in which something of the layer has a label; `None` without a label.
    fn with_label(&self, label: Option<&str>, project: &Project) -> Result<Found, StoreError> {
        let Some(label) = label else { return Ok(None) };
        let query = Query {
            label: Some(label.to_owned()),
            layer: self.layer,
            limit: usize::MAX,
            ..Query::default()
        };
        Ok(Some(project.search(&query)?.documents.into_iter().map(|found| found.id).collect()))
    }

    /// Of the documents that are not done the one in which the model is least sure.
    pub(super) fn most_useful(&self) -> Option<DocumentId> {
        let to_do = self.all.iter().filter(|row| WorkState::of(row) != WorkState::Done);
        let key = |row: &&DocumentRow| (sureness(row), row.byte_len);
        to_do
            .min_by(|a, b| key(a).0.total_cmp(&key(b).0).then(key(a).1.cmp(&key(b).1)))
            .map(|r| r.id)
    }

    /// The document after or before this one in the list.
    pub(super) fn neighbour(&self, id: Option<DocumentId>, toward: Toward) -> Option<DocumentId> {
        let here = id.and_then(|id| self.place(id));
        let next = match (here, toward) {
            (None, _) => 0,
            (Some(here), Toward::Later) => here + 1,
            (Some(here), Toward::Earlier) => here.checked_sub(1)?,
        };
        self.listed.get(next).map(|place| self.all[*place].id)
    }

    /// Of the listed documents that are not done the one in which the model is least sure; of equal ones the next
    /// in the list, where after the last one comes the first.
    pub(super) fn next_to_do(&self, after: DocumentId) -> Option<DocumentId> {
        let here = self.place(after).map_or(0, |place| place + 1);
        let (before, behind) = self.listed.split_at(here.min(self.listed.len()));
        let order = behind.iter().chain(before).map(|place| &self.all[*place]);
        let to_do = order.filter(|row| row.id != after && WorkState::of(row) != WorkState::Done);
        to_do.min_by(|a, b| sureness(a).total_cmp(&sureness(b))).map(|row| row.id)
    }
}

fn is_done(row: &DocumentRow) -> bool {
    WorkState::of(row) == WorkState::Done
}

fn folded_texts(rows: &[DocumentRow], project: &Project) -> Result<Vec<String>, StoreError> {
    let fold = |row: &DocumentRow| {
        let mut folded = String::new();
        let stored = project.document(row.id)?;
        let whole = format!("{}\n{}", stored.name, stored.text);
        fold_into(&whole, &NormalizeOptions::LOOSE_KEY, &mut folded);
        Ok(folded)
    };
    rows.iter().map(fold).collect()
}

/// The score of what the model is least sure of; a document without suggestions has nothing uncertain in it.
fn sureness(row: &DocumentRow) -> f64 {
    row.min_score.unwrap_or(f64::INFINITY)
}

fn compare(a: &DocumentRow, b: &DocumentRow, key: SortKey) -> std::cmp::Ordering {
    match key {
        SortKey::Name => std::cmp::Ordering::Equal,
        SortKey::Uncertainty => sureness(a).total_cmp(&sureness(b)),
        SortKey::Length => a.byte_len.cmp(&b.byte_len),
        SortKey::State => WorkState::of(a).cmp(&WorkState::of(b)),
    }
}
