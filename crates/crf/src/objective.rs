use std::ops::Range;

use rayon::prelude::*;

use crate::edges::{Edges, exponentials};
use crate::expectations::{Context, Sums, Trellises};
use crate::feature_matrix::FeatureMatrix;
use crate::incidence::{Incidence, Row};
use crate::train::FeatureSelection;
use crate::width::{Width, with_label_width};
use crate::{Dataset, TrainConfig, TrainError, Weights};

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
    blocks: Vec<Range<usize>>,
    /// Scores of the full groups, of the bundles, of the single features, from the parameters.
    effective: Vec<f64>,
    /// Positions × labels: expectation minus gold; then bundles × labels: sums of these.
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
    pub fn new(data: &'a Dataset, config: &FeatureSelection, c2: f64) -> Result<Self, TrainError> {
        Self::build(data, config, c2, true)
    }

    /// The loss for a training run. Algorithms that look at one sequence at a time need a matrix
    /// without bundles.
    pub(crate) fn for_algorithm(
        data: &'a Dataset,
        config: &TrainConfig,
    ) -> Result<Self, TrainError> {
        Self::build(data, &config.features, config.c2, config.algorithm.rule().is_none())
    }

    fn build(
        data: &'a Dataset,
        config: &FeatureSelection,
        c2: f64,
        has_bundles: bool,
    ) -> Result<Self, TrainError> {
        if data.n_sequences() == 0 {
            return Err(TrainError::NoSequences);
        }
        let matrix = FeatureMatrix::new(data, config, has_bundles);
        let n_bundles = matrix.bundles.n_rows();
        let edges = Edges::new(data, config);
        edges.check_gold(data)?;
        Ok(Self {
            effective: vec![0.0; matrix.n_params() + n_bundles * data.n_labels()],
            residuals: vec![0.0; (data.n_positions() + n_bundles) * data.n_labels()],
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

    /// The parameters of a model: the inverse of [`LogLikelihood::weights`] for features that exist.
    pub(crate) fn params(&self, weights: &Weights) -> Vec<f64> {
        let edges = [weights.transition_weights(), weights.start_weights(), weights.end_weights()];
        let edges = edges.concat().into_iter().zip(&self.edges.active);
        let mut params: Vec<f64> =
            edges.map(|(weight, &active)| if active { f64::from(weight) } else { 0.0 }).collect();
        let n_edges = params.len();
        params.resize(self.n_params(), 0.0);
        for attribute in 0..self.data.n_attributes().min(weights.n_attributes()) as u32 {
            let row = weights.row(attribute);
            for (label, at, scale) in self.matrix.params_of(attribute) {
                params[n_edges + at] += f64::from(row[label as usize]) * scale;
            }
        }
        params
    }

    /// How often each parameter counts: `√k` of the attributes it stands for.
    pub(crate) fn scales(&self) -> impl Iterator<Item = f64> {
        std::iter::repeat_n(1.0, self.edges.n_params()).chain(self.matrix.scales())
    }

    pub(crate) fn data(&self) -> &'a Dataset {
        self.data
    }

    pub(crate) fn matrix(&self) -> &FeatureMatrix {
        &self.matrix
    }

    pub(crate) fn edges(&self) -> &Edges {
        &self.edges
    }

    pub(crate) fn c2(&self) -> f64 {
        self.c2
    }

    /// `effective = √k × parameter` for every state feature, and the sums of these for bundles.
    fn spread(&mut self, states: &[f64]) {
        let n_labels = self.data.n_labels();
        let n_full = self.matrix.n_full * n_labels;
        let (full, rest) = self.effective.split_at_mut(n_full);
        let (bundled, single) = rest.split_at_mut(self.matrix.bundles.n_rows() * n_labels);
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
        with_label_width!(n_labels, width => sum_rows(width, &self.matrix.bundles, full, bundled));
    }

    /// Fills `residuals`; returns the loss without regularisation and the gradient of the edges.
    fn expectations(&mut self, edges: &[f64]) -> Sums {
        let edges = self.edges.masked(edges);
        let exp = exponentials(self.data.n_labels(), &edges);
        let context = Context {
            data: self.data,
            matrix: &self.matrix,
            effective: &self.effective,
            edges: &edges,
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
    fn gather(&mut self, states: &[f64], gradient: &mut [f64]) -> f64 {
        let n_labels = self.data.n_labels();
        let (positions, bundled) = self.residuals.split_at_mut(self.data.n_positions() * n_labels);
        with_label_width!(n_labels, width => {
            sum_rows(width, &self.matrix.bundle_columns, positions, bundled);
        });
        let n_full = self.matrix.n_full * n_labels;
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
                    sum_row(width, self.matrix.full_columns.row(row), &self.residuals, gradient);
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

/// `sums[i] = Σ value table[id]` over the entries of each row `i`, for tables of `width` columns.
fn sum_rows<W: Width>(width: W, rows: &Incidence, table: &[f64], sums: &mut [f64]) {
    let n_labels = width.get();
    sums.par_chunks_mut(n_labels * BLOCK_ROWS).enumerate().for_each(|(block, sums)| {
        for (row, sum) in (block * BLOCK_ROWS..).zip(sums.chunks_exact_mut(n_labels)) {
            sum_row(width, rows.row(row), table, sum);
        }
    });
}

/// `sum = Σ value table[id]` over the entries of a row.
#[inline(always)]
fn sum_row<W: Width>(width: W, row: Row<'_>, table: &[f64], sum: &mut [f64]) {
    let n_labels = width.get();
    let sum = &mut sum[..n_labels];
    sum.fill(0.0);
    row.for_each(|id, value| {
        for (sum, cell) in sum.iter_mut().zip(&table[id * n_labels..][..n_labels]) {
            *sum += value * cell;
        }
    });
}

/// Fixed ranges of sequences of about [`BLOCK_POSITIONS`] positions.
fn blocks(data: &Dataset) -> Vec<Range<usize>> {
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
    blocks: &[Range<usize>],
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
