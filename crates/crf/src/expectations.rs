//! Expectations of features in sequences, under the model and under the annotation.

use std::ops::Range;

use crate::dataset::PARTIAL;
use crate::edges::clamp;
use crate::feature_matrix::FeatureMatrix;
use crate::forward_backward::{ExpTransitions, Trellis};
use crate::width::Width;
use crate::{Dataset, Lattice, Scratch, Transitions, viterbi};

/// Buffers of one thread: the free trellis and the one under the annotation.
#[derive(Default)]
pub(crate) struct Trellises {
    pub(crate) free: Trellis,
    pub(crate) clamped: Trellis,
}

/// What a block adds to the loss and to the gradient of the edges.
pub(crate) struct Sums {
    pub(crate) loss: f64,
    /// In the order of [`Edges`]; moves without their factor `exp(transition)` for now.
    pub(crate) edges: Vec<f64>,
    /// Moves counted in the gold paths, negative.
    gold_moves: Vec<f64>,
}

impl Sums {
    pub(crate) fn new(n_labels: usize) -> Self {
        let edges = vec![0.0; n_labels * (n_labels + 2)];
        Self { loss: 0.0, edges, gold_moves: vec![0.0; n_labels * n_labels] }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.loss += other.loss;
        self.edges.iter_mut().zip(&other.edges).for_each(|(sum, term)| *sum += term);
        self.gold_moves.iter_mut().zip(&other.gold_moves).for_each(|(sum, term)| *sum += term);
    }

    pub(crate) fn clear(&mut self) {
        self.loss = 0.0;
        self.edges.fill(0.0);
        self.gold_moves.fill(0.0);
    }

    /// The factor that all pair probabilities share is multiplied in once at the end.
    pub(crate) fn multiply_moves(&mut self, exp: &ExpTransitions) {
        let moves = self.edges.iter_mut().zip(&exp.forward).zip(&self.gold_moves);
        moves.for_each(|((sum, factor), gold)| *sum = *sum * factor + gold);
    }
}

/// What every block reads.
pub(crate) struct Context<'c> {
    pub(crate) data: &'c Dataset,
    pub(crate) matrix: &'c FeatureMatrix,
    pub(crate) effective: &'c [f64],
    pub(crate) edges: &'c [f64],
    pub(crate) exp: &'c ExpTransitions,
}

impl Context<'_> {
    /// Expectations of a block of sequences, written to `residuals`.
    pub(crate) fn block<W: Width>(
        &self,
        width: W,
        sequences: Range<usize>,
        trellises: &mut Trellises,
        mut residuals: &mut [f64],
    ) -> Sums {
        let mut sums = Sums::new(width.get());
        for sequence_idx in sequences {
            let n_cells = self.data.positions(sequence_idx).len() * width.get();
            let (rows, rest) = residuals.split_at_mut(n_cells);
            residuals = rest;
            self.sequence(width, sequence_idx, trellises, (rows, &mut sums));
        }
        sums
    }

    /// Expectations of one sequence. The loss is infinite if the scores are too large for them.
    pub(crate) fn sequence<W: Width>(
        &self,
        width: W,
        sequence_idx: usize,
        trellises: &mut Trellises,
        (residuals, sums): (&mut [f64], &mut Sums),
    ) {
        let positions = self.data.positions(sequence_idx);
        let weight = self.data.weight(sequence_idx);
        let Trellises { free, clamped } = trellises;
        free.reset(positions.len(), width.get());
        self.fill_scores(width, positions.start, &mut free.scores);
        let is_partial = positions.clone().any(|position| self.data.gold(position) == PARTIAL);
        if is_partial {
            clamped.scores.clone_from(&free.scores);
            clamp(self.data, sequence_idx, &mut clamped.scores);
        }
        residuals.fill(0.0);
        // A path is legal, as the data were checked: only scores beyond all bounds have no sum.
        let Some(log_partition) = free.run(self.exp) else {
            sums.loss = f64::INFINITY;
            return;
        };
        sums.loss += weight * log_partition;
        add_expectations(width, free, weight, (residuals, sums));
        if is_partial {
            let Some(log_partition) = clamped.run(self.exp) else {
                sums.loss = f64::INFINITY;
                return;
            };
            sums.loss -= weight * log_partition;
            add_expectations(width, clamped, -weight, (residuals, sums));
        } else {
            self.subtract_gold(positions, weight, &free.scores, (residuals, sums));
        }
    }

    /// The perceptron's view of a sequence: +1 along the best path, −1 along the gold one, times the
    /// weight; nothing if they are the same. Of a partial annotation the gold path is the best one
    /// that it allows. The loss is the number of wrong labels, infinite if the scores are too large
    /// for the search in `f32`.
    pub(crate) fn mistakes<W: Width>(
        &self,
        width: W,
        sequence_idx: usize,
        trellises: &mut Trellises,
        (residuals, sums): (&mut [f64], &mut Sums),
    ) {
        let n_labels = width.get();
        let positions = self.data.positions(sequence_idx);
        let scores = &mut trellises.free.scores;
        scores.clear();
        scores.resize(positions.len() * n_labels, 0.0);
        self.fill_scores(width, positions.start, scores);
        residuals.fill(0.0);
        let best = best_path(scores, self.edges, n_labels);
        clamp(self.data, sequence_idx, scores);
        let gold = best_path(scores, self.edges, n_labels);
        let (Some(best), Some(gold)) = (best, gold) else {
            sums.loss = f64::INFINITY;
            return;
        };
        let weight = self.data.weight(sequence_idx);
        for (path, sign) in [(&best, weight), (&gold, -weight)] {
            for (row, &label) in residuals.chunks_exact_mut(n_labels).zip(path) {
                row[label as usize] += sign;
            }
            for edge in path_edges(path, n_labels) {
                sums.edges[edge] += sign;
            }
        }
        sums.loss += best.iter().zip(&gold).filter(|(best, gold)| best != gold).count() as f64;
    }

    /// The state scores of a sequence: sums of its attributes' weights.
    #[inline(always)]
    pub(crate) fn fill_scores<W: Width>(&self, width: W, first: usize, scores: &mut [f64]) {
        let n_labels = width.get();
        let (full, single) = self.effective.split_at(self.matrix.n_score_rows() * n_labels);
        for (position, row) in (first..).zip(scores.chunks_exact_mut(n_labels)) {
            self.matrix.full.row(position).for_each(|group, value| {
                let weights = &full[group * n_labels..][..n_labels];
                for (score, weight) in row.iter_mut().zip(weights) {
                    *score += value * weight;
                }
            });
            let mut labels =
                self.matrix.single_entry_labels[self.matrix.single.start(position)..].iter();
            self.matrix.single.row(position).for_each(|feature, value| {
                let label = *labels.next().expect("one label an entry");
                row[label as usize] += value * single[feature];
            });
        }
    }

    /// Subtracts the gold path from the expectations and its score from the loss.
    fn subtract_gold(
        &self,
        positions: Range<usize>,
        weight: f64,
        scores: &[f64],
        (residuals, sums): (&mut [f64], &mut Sums),
    ) {
        let n_labels = self.exp.n_labels;
        let n_moves = n_labels * n_labels;
        let mut previous = None;
        for (t, position) in positions.clone().enumerate() {
            let label = self.data.gold(position) as usize;
            residuals[t * n_labels + label] -= weight;
            sums.loss -= weight * scores[t * n_labels + label];
            if let Some(previous) = previous.replace(label) {
                sums.gold_moves[previous * n_labels + label] -= weight;
                sums.loss -= weight * self.edges[previous * n_labels + label];
            }
        }
        let start = n_moves + self.data.gold(positions.start) as usize;
        let end = n_moves + n_labels + self.data.gold(positions.end - 1) as usize;
        for edge in [start, end] {
            sums.edges[edge] -= weight;
            sums.loss -= weight * self.edges[edge];
        }
    }
}

/// Adds `weight` × the marginals of a trellis to `residuals`, and of its edges to `sums`.
#[inline(always)]
fn add_expectations<W: Width>(
    width: W,
    trellis: &Trellis,
    weight: f64,
    (residuals, sums): (&mut [f64], &mut Sums),
) {
    let n_labels = width.get();
    for ((residual, alpha), beta) in residuals.iter_mut().zip(&trellis.alpha).zip(&trellis.beta) {
        *residual += weight * alpha * beta;
    }
    let (moves, ends) = sums.edges.split_at_mut(n_labels * n_labels);
    let later = trellis.link.chunks_exact(n_labels).skip(1);
    for (alpha, link) in trellis.alpha.chunks_exact(n_labels).zip(later) {
        for (row, alpha) in moves.chunks_exact_mut(n_labels).zip(alpha) {
            for (sum, link) in row.iter_mut().zip(link) {
                *sum += weight * alpha * link;
            }
        }
    }
    let last = trellis.alpha.len() - n_labels;
    for label in 0..n_labels {
        ends[label] += weight * trellis.alpha[label] * trellis.beta[label];
        ends[n_labels + label] += weight * trellis.alpha[last + label] * trellis.beta[last + label];
    }
}

/// The best path under state scores (positions × labels) and edge scores in `f32`. The annotation's
/// path is legal, so there is none only if scores are so large that their sum has no `f32`.
fn best_path(scores: &[f64], edges: &[f64], n_labels: usize) -> Option<Vec<u16>> {
    let n_positions = scores.len() / n_labels;
    // A path has a state and a move for each position, and one more for its end.
    let bound = f64::from(f32::MAX) / (2 * n_positions + 1) as f64;
    let is_small = |score: &f64| score.abs() < bound || *score == f64::NEG_INFINITY;
    if !scores.iter().chain(edges).all(is_small) {
        return None;
    }
    let narrow = |scores: &[f64]| scores.iter().map(|&score| score as f32).collect::<Vec<_>>();
    let edges = narrow(edges);
    let (moves, ends) = edges.split_at(n_labels * n_labels);
    let transitions = Transitions::new(moves, &ends[..n_labels], &ends[n_labels..]);
    let mut lattice = Lattice::new(n_labels);
    lattice.reset(n_positions);
    for (position, row) in scores.chunks_exact(n_labels).enumerate() {
        lattice.add_row(position, &narrow(row));
    }
    let mut path = Vec::new();
    viterbi(&lattice, &transitions, &mut Scratch::new(), &mut path).map(|_| path)
}

/// The indexes of a path's moves, start and end in the order of the edges.
fn path_edges(path: &[u16], n_labels: usize) -> impl Iterator<Item = usize> {
    let n_moves = n_labels * n_labels;
    let moves = path.windows(2).map(move |pair| pair[0] as usize * n_labels + pair[1] as usize);
    let start = path.first().map(|&label| n_moves + label as usize);
    let end = path.last().map(|&label| n_moves + n_labels + label as usize);
    moves.chain(start).chain(end)
}
