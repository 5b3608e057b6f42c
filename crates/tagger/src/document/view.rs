use tawsim_crf::Transitions;

use crate::model::{AttributeSlot, row_of};

/// The second chain as it is stored: plain numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DocumentWeights {
    /// From the key of an attribute to its row.
    pub slots: Vec<AttributeSlot>,
    /// Rows of one weight a tag: first one for each of the first pass's scores, then one for each attribute.
    pub rows: Vec<f32>,
    /// `[previous][current]`, then start, then end; empty where there is no second pass.
    pub transitions: Vec<f32>,
}

/// The second chain, borrowed from a model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DocumentChain<'m> {
    pub slots: &'m [AttributeSlot],
    pub rows: &'m [f32],
    pub transitions: &'m Transitions,
    pub n_tags: usize,
}

impl DocumentChain<'_> {
    /// Adds `Σ_l M[l][y] · first[l]` to `sums[y]`.
    pub(crate) fn add_scores(&self, first: &[f32], sums: &mut [f32]) {
        for (row, score) in self.rows.chunks_exact(self.n_tags).zip(first) {
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += weight * score;
            }
        }
    }

    /// Adds the weights of an attribute.
    pub(crate) fn add_attribute(&self, key: u64, sums: &mut [f32]) {
        if let Some(row) = row_of(self.slots, key) {
            let row = &self.rows[(self.n_tags + row as usize) * self.n_tags..][..self.n_tags];
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += weight;
            }
        }
    }
}
