use crate::viterbi::padded_len;
use crate::{Sequence, Weights};

/// State scores of one sequence, positions × labels, filled by the caller.
///
/// Reused from sequence to sequence: [`Lattice::reset`] keeps the memory. A confirmed label or a
/// set of possible labels is a constraint on the lattice ([`Lattice::fix`], [`Lattice::restrict`]),
/// and every decoder then works under it.
#[derive(Clone, Debug)]
pub struct Lattice {
    n_labels: usize,
    n_positions: usize,
    stride: usize,
    scores: Vec<f32>,
}

impl Lattice {
    /// An empty lattice over `n_labels` labels.
    ///
    /// # Panics
    /// If `n_labels` is 0.
    #[must_use]
    pub fn new(n_labels: usize) -> Self {
        assert!(n_labels > 0, "a lattice has at least one label");
        Self { n_labels, n_positions: 0, stride: padded_len(n_labels), scores: Vec::new() }
    }

    /// Row length in scores: the number of labels, padded to whole vector registers.
    /// A table of weight rows of this length can be added without a remainder loop.
    #[must_use]
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Becomes a lattice of `n_positions` rows of zeros.
    pub fn reset(&mut self, n_positions: usize) {
        self.n_positions = n_positions;
        self.scores.clear();
        self.scores.resize(n_positions * self.stride, 0.0);
    }

    /// Becomes the lattice of a sequence: the sum of its attributes' weight rows.
    /// Attributes that the weights do not know add nothing.
    ///
    /// # Panics
    /// If `weights` is over another number of labels.
    pub fn fill(&mut self, weights: &Weights, sequence: &Sequence<'_>) {
        assert_eq!(weights.n_labels(), self.n_labels, "weights and lattice have the same labels");
        self.reset(sequence.n_positions());
        for position in 0..sequence.n_positions() {
            let row = &mut self.scores[position * self.stride..][..self.stride];
            let values = sequence.values(position);
            for (at, &attribute) in sequence.attributes(position).iter().enumerate() {
                let value = values.get(at).copied().unwrap_or(1.0);
                for (label, weight) in weights.features(attribute) {
                    row[label as usize] += value * weight;
                }
            }
        }
    }

    /// Number of labels.
    #[must_use]
    pub fn n_labels(&self) -> usize {
        self.n_labels
    }

    /// Number of positions.
    #[must_use]
    pub fn n_positions(&self) -> usize {
        self.n_positions
    }

    /// The scores of a position, one a label.
    ///
    /// # Panics
    /// If there are not so many positions.
    #[must_use]
    pub fn row(&self, position: usize) -> &[f32] {
        &self.scores[position * self.stride..][..self.n_labels]
    }

    /// The scores of a position, padding included ([`Lattice::stride`] scores). What stands in the
    /// padding is never decoded; it must be finite or −∞, as every score.
    ///
    /// # Panics
    /// If there are not so many positions.
    pub fn padded_row_mut(&mut self, position: usize) -> &mut [f32] {
        &mut self.scores[position * self.stride..][..self.stride]
    }

    /// Adds one weight a label to a position. `weights` may be padded to [`Lattice::stride`].
    ///
    /// # Panics
    /// If there are not so many positions, or `weights` is shorter than the number of labels.
    pub fn add_row(&mut self, position: usize, weights: &[f32]) {
        assert!(weights.len() >= self.n_labels, "one weight a label");
        let row = &mut self.scores[position * self.stride..][..self.stride];
        for (score, weight) in row.iter_mut().zip(weights) {
            *score += weight;
        }
    }

    /// Leaves only `label` possible at a position.
    ///
    /// # Panics
    /// If the position or the label does not exist.
    pub fn fix(&mut self, position: usize, label: u16) {
        self.restrict(position, &[label]);
    }

    /// Leaves only `labels` possible at a position.
    ///
    /// # Panics
    /// If the position or a label does not exist.
    pub fn restrict(&mut self, position: usize, labels: &[u16]) {
        assert!(labels.iter().all(|&label| (label as usize) < self.n_labels), "labels exist");
        let row = &mut self.scores[position * self.stride..][..self.n_labels];
        for (label, score) in row.iter_mut().enumerate() {
            if !labels.contains(&(label as u16)) {
                *score = f32::NEG_INFINITY;
            }
        }
    }

    /// All rows, padded.
    pub(crate) fn padded_scores(&self) -> &[f32] {
        &self.scores
    }
}
