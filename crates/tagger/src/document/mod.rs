//! The second pass over a document: what the first pass found of a word elsewhere in it speaks for what the
//! word is here. Finkel, Grenager & Manning 2005; Krishnan & Manning 2006 (two passes, as here).
//!
//! A document's *draft* is the outcome of the first pass: units, scores, best tags. [`Evidence`] counts the
//! tags of each form and each pair of forms that the first pass joined; attributes of a unit say what the
//! others of its form are. The second chain sees the first one's scores and these attributes:
//! `score₂(y) = Σ_l M[l][y] · score₁(l) + Σ_a w[a][y]`, with transitions of its own. Sentences whose forms
//! stand nowhere else keep the first pass's answer.

mod evidence;
mod pass;
mod view;

pub(crate) use evidence::Evidence;
pub(crate) use pass::second_scores;
pub(crate) use view::{DocumentChain, DocumentWeights};

use crate::features::Unit;

/// What the first pass made of a document.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub units: Vec<Unit>,
    /// The folded form's hash of each unit.
    pub keys: Vec<u64>,
    /// `[unit][tag]`: state scores.
    pub scores: Vec<f32>,
    /// The best tag of each unit.
    pub tags: Vec<u16>,
    /// End of each sentence in units.
    pub sentence_ends: Vec<u32>,
}

impl Draft {
    pub(crate) fn clear(&mut self) {
        self.units.clear();
        self.keys.clear();
        self.scores.clear();
        self.tags.clear();
        self.sentence_ends.clear();
    }

    /// The units of each sentence.
    pub(crate) fn sentences(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let starts = std::iter::once(0).chain(self.sentence_ends.iter().copied());
        starts.zip(&self.sentence_ends).map(|(start, end)| start as usize..*end as usize)
    }
}
