//! The features between labels.

use crate::dataset::PARTIAL;
use crate::forward_backward::{ExpTransitions, Trellis};
use crate::train::FeatureSelection;
use crate::{Dataset, TrainError};

/// The features between labels: moves `[previous][current]`, then starts, then ends.
pub(crate) struct Edges {
    n_labels: usize,
    /// Whether the feature exists; its parameter stays 0 otherwise.
    pub(crate) active: Vec<bool>,
    /// Whether the move is legal.
    legal: Vec<bool>,
}

impl Edges {
    pub(crate) fn new(data: &Dataset, config: &FeatureSelection) -> Self {
        let n_labels = data.n_labels();
        let legal = match &config.mask {
            None => vec![true; n_labels * (n_labels + 2)],
            Some(mask) => mask.to_flags(n_labels),
        };
        let mut counts = vec![0.0; legal.len()];
        if config.possible_transitions {
            counts[..n_labels * n_labels].fill(config.min_frequency.max(1.0));
        }
        if config.boundaries {
            counts[n_labels * n_labels..].fill(config.min_frequency.max(1.0));
        }
        count_moves(data, &mut counts);
        let is_active =
            |(&count, &legal): (&f64, &bool)| legal && count > 0.0 && count >= config.min_frequency;
        let active = counts.iter().zip(&legal).map(is_active).collect();
        Self { n_labels, active, legal }
    }

    pub(crate) fn n_params(&self) -> usize {
        self.active.len()
    }

    /// The scores of the moves, starts and ends: the parameters, −∞ where the mask forbids.
    pub(crate) fn masked(&self, params: &[f64]) -> Vec<f64> {
        let pick = |(&score, &legal)| if legal { score } else { f64::NEG_INFINITY };
        params.iter().zip(&self.legal).map(pick).collect()
    }

    /// Every sequence has a legal path among those that its annotation allows.
    pub(crate) fn check_gold(&self, data: &Dataset) -> Result<(), TrainError> {
        let exp = exponentials(self.n_labels, &self.masked(&vec![0.0; self.legal.len()]));
        let mut trellis = Trellis::default();
        for sequence_idx in 0..data.n_sequences() {
            trellis.reset(data.positions(sequence_idx).len(), self.n_labels);
            clamp(data, sequence_idx, &mut trellis.scores);
            if trellis.run(&exp).is_none() {
                return Err(TrainError::ForbiddenAnnotation { sequence_idx });
            }
        }
        Ok(())
    }
}

/// Counts the moves between gold labels.
fn count_moves(data: &Dataset, counts: &mut [f64]) {
    for sequence_idx in 0..data.n_sequences() {
        let positions = data.positions(sequence_idx);
        for position in positions.start + 1..positions.end {
            let (previous, current) = (data.gold(position - 1), data.gold(position));
            if previous != PARTIAL && current != PARTIAL {
                counts[previous as usize * data.n_labels() + current as usize] += 1.0;
            }
        }
    }
}

/// Makes the labels that the annotation excludes impossible.
pub(crate) fn clamp(data: &Dataset, sequence_idx: usize, scores: &mut [f64]) {
    for (position, row) in
        data.positions(sequence_idx).zip(scores.chunks_exact_mut(data.n_labels()))
    {
        let gold = data.gold(position);
        let set = data.label_set(position);
        for (label, score) in row.iter_mut().enumerate() {
            if !set.map_or(gold as usize == label, |set| set[label]) {
                *score = f64::NEG_INFINITY;
            }
        }
    }
}

/// The exponentials of scores in the order of [`Edges`].
pub(crate) fn exponentials(n_labels: usize, edges: &[f64]) -> ExpTransitions {
    let (moves, ends) = edges.split_at(n_labels * n_labels);
    ExpTransitions::new(moves, &ends[..n_labels], &ends[n_labels..])
}
