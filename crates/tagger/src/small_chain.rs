//! A chain with scores drawn by a property test, small enough to look at every path.

use tawsim_corpus::{LabelSet, TagScheme};
use tawsim_crf::{Lattice, Transitions};

use crate::model::transition_mask;

/// Tags of two labels in the larger scheme: so many scores a unit are drawn.
pub(crate) const MAX_TAGS: usize = 9;
/// Rows of scores between tags, at the start and at the end.
pub(crate) const EDGE_ROWS: usize = MAX_TAGS + 2;

pub(crate) struct SmallChain {
    pub(crate) scheme: TagScheme,
    pub(crate) labels: LabelSet,
    pub(crate) lattice: Lattice,
    pub(crate) transitions: Transitions,
}

impl SmallChain {
    /// Scores are in steps of 1/64; a unit takes [`MAX_TAGS`] of `states`.
    pub(crate) fn new(is_bioes: bool, states: &[i16], edges: &[i16]) -> Self {
        let scheme = if is_bioes { TagScheme::Bioes } else { TagScheme::Iob2 };
        let labels = LabelSet::from_names(["A", "B"]).expect("names");
        let n_tags = scheme.n_tags(labels.len());
        let score = |step: &i16| f32::from(*step) / 64.0;
        let edges: Vec<f32> = edges.iter().map(score).collect();
        let (moves, ends) = edges.split_at(n_tags * n_tags);
        let transitions = Transitions::new(moves, &ends[..n_tags], &ends[n_tags..2 * n_tags])
            .masked(&transition_mask(scheme, &labels));
        let mut lattice = Lattice::new(n_tags);
        lattice.reset(states.len() / MAX_TAGS);
        for (idx, row) in states.chunks_exact(MAX_TAGS).enumerate() {
            lattice.add_row(idx, &row.iter().map(score).collect::<Vec<_>>());
        }
        Self { scheme, labels, lattice, transitions }
    }
}
