use rustc_hash::FxHashMap;
use tawsim_crf::Dataset;

use super::TrainCounts;
use super::extraction::{ExtractedDocument, UNKNOWN_TAG};

/// All documents, with attribute ids in the order in which they were first seen.
pub(super) struct TrainingSet {
    n_tags: usize,
    ids: FxHashMap<u64, u32>,
    keys: Vec<u64>,
    n_seen: Vec<u32>,
    attributes: Vec<u32>,
    unit_ends: Vec<usize>,
    tags: Vec<u16>,
    sentence_ends: Vec<usize>,
    pub counts: TrainCounts,
}

impl TrainingSet {
    pub(super) fn new(n_tags: usize) -> Self {
        Self {
            n_tags,
            ids: FxHashMap::default(),
            keys: Vec::new(),
            n_seen: Vec::new(),
            attributes: Vec::new(),
            unit_ends: Vec::new(),
            tags: Vec::new(),
            sentence_ends: Vec::new(),
            counts: TrainCounts::default(),
        }
    }

    pub(super) fn push(&mut self, document: &ExtractedDocument) {
        let (first_attribute, first_unit) = (self.attributes.len(), self.unit_ends.len());
        for &key in &document.keys {
            let id = self.id(key);
            self.n_seen[id as usize] += 1;
            self.attributes.push(id);
        }
        self.unit_ends.extend(document.unit_ends.iter().map(|end| first_attribute + *end as usize));
        self.sentence_ends
            .extend(document.sentence_ends.iter().map(|end| first_unit + *end as usize));
        self.tags.extend_from_slice(&document.tags);
        self.counts.n_documents += 1;
        self.counts.n_sentences += document.sentence_ends.len();
        self.counts.n_units += document.unit_ends.len();
        self.counts.n_entities += document.n_entities;
        self.counts.n_widened += document.n_widened;
        self.counts.n_lost += document.n_lost;
    }

    fn id(&mut self, key: u64) -> u32 {
        let next = self.keys.len() as u32;
        let id = *self.ids.entry(key).or_insert(next);
        if id == next {
            self.keys.push(key);
            self.n_seen.push(0);
        }
        id
    }

    /// The data set of the attributes seen often enough, and their keys.
    pub(super) fn dataset(&self, min_count: u32) -> (Dataset, Vec<u64>) {
        let mut new_ids = vec![u32::MAX; self.keys.len()];
        let mut keys = Vec::new();
        for (old, &key) in self.keys.iter().enumerate() {
            if self.n_seen[old] >= min_count {
                new_ids[old] = keys.len() as u32;
                keys.push(key);
            }
        }
        let mut dataset = Dataset::new(self.n_tags);
        let (mut unit_idx, mut at) = (0, 0);
        for &sentence_end in &self.sentence_ends {
            while unit_idx < sentence_end {
                let end = self.unit_ends[unit_idx];
                let kept = self.attributes[at..end].iter().map(|old| new_ids[*old as usize]);
                kept.filter(|id| *id != u32::MAX).for_each(|id| dataset.push_attribute(id));
                match self.tags[unit_idx] {
                    UNKNOWN_TAG => dataset.end_unknown_position(),
                    tag => dataset.end_position(tag),
                }
                at = end;
                unit_idx += 1;
            }
            dataset.end_sequence(1.0);
        }
        (dataset, keys)
    }
}
