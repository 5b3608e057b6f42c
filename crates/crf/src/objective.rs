use rayon::prelude::*;

use crate::dataset::PARTIAL;
use crate::feature_matrix::FeatureMatrix;
use crate::forward_backward::{ExpTransitions, Trellis};
use crate::train::FeatureConfig;
use crate::width::{Width, with_label_width};
use crate::{Dataset, TrainError, Weights};

/// A function to be minimised: all that an optimiser of a whole data set sees of a model.
pub trait Objective {
    /// Number of parameters.
    fn n_params(&self) -> usize;

    /// The loss at `params`; overwrites `gradient` with its gradient there. Both slices have
    /// [`Objective::n_params`] entries.
    fn evaluate(&mut self, params: &[f64], gradient: &mut [f64]) -> f64;
}

/// The regularised negative conditional log-likelihood of a data set (Lafferty, McCallum, Pereira
/// 2001):
///
/// `loss(w) = Σᵢ weightᵢ (log Z(xᵢ) − log Z(xᵢ | labels allowed by the annotation)) + c2 ‖w‖²`
///
/// Where every label is known the second term is the score of the gold path; otherwise it is the
/// marginal likelihood of a partial annotation (Tsuboi et al. 2008). The gradient of a feature is
/// its expectation under the model minus its expectation under the annotation, plus `2 c2 w`.
///
/// Sequences are handled in blocks of fixed size, and every sum has a fixed order: the result does
/// not depend on the number of threads.
pub struct LogLikelihood<'a> {
    data: &'a Dataset,
    matrix: FeatureMatrix,
    edges: Edges,
    c2: f64,
    /// Sequences of each block.
    blocks: Vec<std::ops::Range<usize>>,
    /// Score per unit of each state feature, from the parameters.
    effective: Vec<f64>,
    /// Positions × labels: expectation minus gold.
    residuals: Vec<f64>,
}

/// Positions in a block of sequences: enough to make a task, few enough for caches.
const BLOCK_POSITIONS: usize = 512;
/// Full rows, and single features, in a task of the gradient.
const BLOCK_ROWS: usize = 64;
const BLOCK_SINGLES: usize = 4096;

impl<'a> LogLikelihood<'a> {
    /// The loss of `data` with the features that `config` selects and L2 regularisation `c2`.
    ///
    /// # Errors
    /// If there is nothing to learn from, or the mask forbids every path that a sequence's
    /// annotation allows.
    pub fn new(data: &'a Dataset, config: &FeatureConfig, c2: f64) -> Result<Self, TrainError> {
        if data.n_sequences() == 0 {
            return Err(TrainError::NoSequences);
        }
        let matrix = FeatureMatrix::new(data, config);
        let edges = Edges::new(data, config);
        edges.check_gold(data)?;
        Ok(Self {
            effective: vec![0.0; matrix.n_params()],
            residuals: vec![0.0; data.n_positions() * data.n_labels()],
            blocks: blocks(data),
            data,
            matrix,
            edges,
            c2,
        })
    }

    /// Number of features: attribute × label pairs, transitions, starts and ends with a weight.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.matrix.n_features() + self.edges.active.iter().filter(|&&active| active).count()
    }

    /// The weights of the model whose parameters are `params`.
    ///
    /// # Panics
    /// If there are not [`Objective::n_params`] parameters.
    #[must_use]
    pub fn weights(&self, params: &[f64]) -> Weights {
        assert_eq!(params.len(), self.n_params(), "one value a parameter");
        let (edges, states) = params.split_at(self.edges.n_params());
        let edges: Vec<f32> = edges.iter().map(|&weight| weight as f32).collect();
        let n_labels = self.data.n_labels();
        let (moves, ends) = edges.split_at(n_labels * n_labels);
        let rows = (0..self.data.n_attributes() as u32).map(|attribute| {
            let params = self.matrix.params_of(attribute);
            let weights = params.map(|(label, at, scale)| (label, (states[at] * scale) as f32));
            weights.filter(|&(_, weight)| weight != 0.0).collect::<Vec<_>>()
        });
        Weights::new(n_labels, rows, moves, &ends[..n_labels], &ends[n_labels..])
    }

    /// `effective = √k × parameter` for every state feature.
    fn spread(&mut self, states: &[f64]) {
        let n_full = self.matrix.n_full * self.data.n_labels();
        let (full, single) = self.effective.split_at_mut(n_full);
        let n_labels = self.data.n_labels();
        full.par_chunks_mut(n_labels * BLOCK_ROWS)
            .zip(states[..n_full].par_chunks(n_labels * BLOCK_ROWS))
            .zip(self.matrix.full_scales.par_chunks(BLOCK_ROWS))
            .for_each(|((effective, params), scales)| {
                let rows = effective.chunks_exact_mut(n_labels).zip(params.chunks_exact(n_labels));
                for ((effective, params), scale) in rows.zip(scales) {
                    effective.iter_mut().zip(params).for_each(|(e, param)| *e = scale * param);
                }
            });
        single
            .par_chunks_mut(BLOCK_SINGLES)
            .zip(states[n_full..].par_chunks(BLOCK_SINGLES))
            .zip(self.matrix.single_scales.par_chunks(BLOCK_SINGLES))
            .for_each(|((effective, params), scales)| {
                for ((effective, param), scale) in effective.iter_mut().zip(params).zip(scales) {
                    *effective = scale * param;
                }
            });
    }

    /// Fills `residuals`; returns the loss without regularisation and the gradient of the edges.
    fn expectations(&mut self, edges: &[f64]) -> Sums {
        let exp = self.edges.exponentials(edges);
        let context = Context {
            data: self.data,
            matrix: &self.matrix,
            effective: &self.effective,
            edges,
            exp: &exp,
        };
        let n_labels = self.data.n_labels();
        let chunks = split_blocks(&mut self.residuals, &self.blocks, self.data);
        let sums: Vec<Sums> = with_label_width!(n_labels, width => {
            self.blocks
                .par_iter()
                .zip(chunks)
                .map_init(Trellises::default, |trellises, (block, residuals)| {
                    context.block(width, block.clone(), trellises, residuals)
                })
                .collect()
        });
        let mut total = Sums::new(n_labels);
        sums.iter().for_each(|block| total.add(block));
        total.multiply_moves(&exp);
        total
    }

    /// The gradient of the state features: residuals summed over each feature's positions.
    /// Returns the sum of squares of the parameters.
    fn gather(&self, states: &[f64], gradient: &mut [f64]) -> f64 {
        let n_full = self.matrix.n_full * self.data.n_labels();
        let (full, single) = gradient.split_at_mut(n_full);
        let full: f64 = with_label_width!(self.data.n_labels(), width => {
            self.gather_full(width, &states[..n_full], full)
        });
        full + self.gather_single(&states[n_full..], single)
    }

    fn gather_full<W: Width>(&self, width: W, params: &[f64], gradient: &mut [f64]) -> f64 {
        let n_labels = width.get();
        let blocks = gradient.par_chunks_mut(n_labels * BLOCK_ROWS).enumerate();
        let squares: Vec<f64> = blocks
            .map(|(block, gradient)| {
                let mut squares = 0.0;
                let first = block * BLOCK_ROWS;
                for (row, gradient) in (first..).zip(gradient.chunks_exact_mut(n_labels)) {
                    let cells = row * n_labels..(row + 1) * n_labels;
                    self.gather_row(width, row, gradient);
                    let active = &self.matrix.full_active[cells.clone()];
                    let cells = gradient.iter_mut().zip(&params[cells]).zip(active);
                    for ((gradient, &param), &active) in cells {
                        let full = *gradient * self.matrix.full_scales[row] + 2.0 * self.c2 * param;
                        *gradient = if active { full } else { 0.0 };
                        squares += param * param;
                    }
                }
                squares
            })
            .collect();
        squares.iter().sum()
    }

    /// `gradient[y] = Σₜ value residual[t][y]` over the positions of a full group.
    #[inline(always)]
    fn gather_row<W: Width>(&self, width: W, row: usize, gradient: &mut [f64]) {
        let n_labels = width.get();
        let gradient = &mut gradient[..n_labels];
        gradient.fill(0.0);
        self.matrix.full_columns.row(row).for_each(|position, value| {
            let residuals = &self.residuals[position * n_labels..][..n_labels];
            for (gradient, residual) in gradient.iter_mut().zip(residuals) {
                *gradient += value * residual;
            }
        });
    }

    fn gather_single(&self, params: &[f64], gradient: &mut [f64]) -> f64 {
        let n_labels = self.data.n_labels();
        let blocks = gradient.par_chunks_mut(BLOCK_SINGLES).enumerate();
        let squares: Vec<f64> = blocks
            .map(|(block, gradient)| {
                let mut squares = 0.0;
                for (feature, gradient) in (block * BLOCK_SINGLES..).zip(gradient) {
                    let label = self.matrix.single_labels[feature] as usize;
                    let mut sum = 0.0;
                    self.matrix.single_columns.row(feature).for_each(|position, value| {
                        sum += value * self.residuals[position * n_labels + label];
                    });
                    let param = params[feature];
                    *gradient = sum * self.matrix.single_scales[feature] + 2.0 * self.c2 * param;
                    squares += param * param;
                }
                squares
            })
            .collect();
        squares.iter().sum()
    }
}

impl Objective for LogLikelihood<'_> {
    fn n_params(&self) -> usize {
        self.edges.n_params() + self.matrix.n_params()
    }

    fn evaluate(&mut self, params: &[f64], gradient: &mut [f64]) -> f64 {
        assert_eq!(params.len(), self.n_params(), "one value a parameter");
        assert_eq!(gradient.len(), self.n_params(), "one derivative a parameter");
        let (edges, states) = params.split_at(self.edges.n_params());
        let (edge_gradient, state_gradient) = gradient.split_at_mut(self.edges.n_params());
        self.spread(states);
        let sums = self.expectations(edges);
        let mut squares = self.gather(states, state_gradient);
        for (at, gradient) in edge_gradient.iter_mut().enumerate() {
            let full = sums.edges[at] + 2.0 * self.c2 * edges[at];
            *gradient = if self.edges.active[at] { full } else { 0.0 };
            squares += edges[at] * edges[at];
        }
        sums.loss + self.c2 * squares
    }
}

/// The features between labels: moves `[previous][current]`, then starts, then ends.
struct Edges {
    n_labels: usize,
    /// Whether the feature exists; its parameter stays 0 otherwise.
    active: Vec<bool>,
    /// Whether the move is legal.
    legal: Vec<bool>,
}

impl Edges {
    fn new(data: &Dataset, config: &FeatureConfig) -> Self {
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

    fn n_params(&self) -> usize {
        self.active.len()
    }

    fn exponentials(&self, params: &[f64]) -> ExpTransitions {
        let pick = |(&score, &legal)| if legal { score } else { f64::NEG_INFINITY };
        let scores: Vec<f64> = params.iter().zip(&self.legal).map(pick).collect();
        let (moves, ends) = scores.split_at(self.n_labels * self.n_labels);
        ExpTransitions::new(moves, &ends[..self.n_labels], &ends[self.n_labels..])
    }

    /// Every sequence has a legal path among those that its annotation allows.
    fn check_gold(&self, data: &Dataset) -> Result<(), TrainError> {
        let exp = self.exponentials(&vec![0.0; self.legal.len()]);
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
fn clamp(data: &Dataset, sequence_idx: usize, scores: &mut [f64]) {
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

/// Fixed ranges of sequences of about [`BLOCK_POSITIONS`] positions.
fn blocks(data: &Dataset) -> Vec<std::ops::Range<usize>> {
    let mut blocks = Vec::new();
    let mut first = 0;
    for sequence_idx in 0..data.n_sequences() {
        let n_positions = data.positions(sequence_idx).end - data.positions(first).start;
        if n_positions >= BLOCK_POSITIONS || sequence_idx + 1 == data.n_sequences() {
            blocks.push(first..sequence_idx + 1);
            first = sequence_idx + 1;
        }
    }
    blocks
}

/// The rows of each block, to be written by different threads.
fn split_blocks<'r>(
    mut rows: &'r mut [f64],
    blocks: &[std::ops::Range<usize>],
    data: &Dataset,
) -> Vec<&'r mut [f64]> {
    let mut chunks = Vec::with_capacity(blocks.len());
    for block in blocks {
        let first = data.positions(block.start).start;
        let end = data.positions(block.end - 1).end;
        let (chunk, rest) = rows.split_at_mut((end - first) * data.n_labels());
        chunks.push(chunk);
        rows = rest;
    }
    chunks
}

/// Buffers of one thread: the free trellis and the one under the annotation.
#[derive(Default)]
struct Trellises {
    free: Trellis,
    clamped: Trellis,
}

/// What a block adds to the loss and to the gradient of the edges.
struct Sums {
    loss: f64,
    /// In the order of [`Edges`]; moves without their factor `exp(transition)` for now.
    edges: Vec<f64>,
    /// Moves counted in the gold paths, negative.
    gold_moves: Vec<f64>,
}

impl Sums {
    fn new(n_labels: usize) -> Self {
        let edges = vec![0.0; n_labels * (n_labels + 2)];
        Self { loss: 0.0, edges, gold_moves: vec![0.0; n_labels * n_labels] }
    }

    fn add(&mut self, other: &Self) {
        self.loss += other.loss;
        self.edges.iter_mut().zip(&other.edges).for_each(|(sum, term)| *sum += term);
        self.gold_moves.iter_mut().zip(&other.gold_moves).for_each(|(sum, term)| *sum += term);
    }

    /// The factor that all pair probabilities share is multiplied in once at the end.
    fn multiply_moves(&mut self, exp: &ExpTransitions) {
        let moves = self.edges.iter_mut().zip(&exp.forward).zip(&self.gold_moves);
        moves.for_each(|((sum, factor), gold)| *sum = *sum * factor + gold);
    }
}

/// What every block reads.
struct Context<'c> {
    data: &'c Dataset,
    matrix: &'c FeatureMatrix,
    effective: &'c [f64],
    edges: &'c [f64],
    exp: &'c ExpTransitions,
}

impl Context<'_> {
    /// Expectations of a block of sequences, written to `residuals`.
    fn block<W: Width>(
        &self,
        width: W,
        sequences: std::ops::Range<usize>,
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

    fn sequence<W: Width>(
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
        let log_partition = free.run(self.exp).expect("the annotation's path is legal, so one is");
        sums.loss += weight * log_partition;
        residuals.fill(0.0);
        add_expectations(width, free, weight, (residuals, sums));
        if is_partial {
            let log_partition = clamped.run(self.exp).expect("checked by `check_gold`");
            sums.loss -= weight * log_partition;
            add_expectations(width, clamped, -weight, (residuals, sums));
        } else {
            self.subtract_gold(positions, weight, &free.scores, (residuals, sums));
        }
    }

    /// The state scores of a sequence: sums of its attributes' weights.
    #[inline(always)]
    fn fill_scores<W: Width>(&self, width: W, first: usize, scores: &mut [f64]) {
        let n_labels = width.get();
        let (full, single) = self.effective.split_at(self.matrix.n_full * n_labels);
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
        positions: std::ops::Range<usize>,
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
