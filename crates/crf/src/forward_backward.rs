//! Forward–backward with scaling factors, the same code for training and for posteriors.
//!
//! With `e[t][y] = exp(s[t][y] − maxᵧ s[t])` and `M[i][j] = exp(transition[i][j] − max)`:
//!
//! * `α[0][j] ∝ exp(start[j]) e[0][j]`, `α[t][j] ∝ e[t][j] Σᵢ α[t−1][i] M[i][j]`, each row divided by
//!   its sum; `scale[t]` is one over that sum (Rabiner 1989).
//! * `β[T−1][i] = exp(end[i]) / Σⱼ α[T−1][j] exp(end[j])`,
//!   `β[t][i] = Σⱼ M[i][j] link[t+1][j]` with `link[t][j] = e[t][j] β[t][j] scale[t]`.
//! * `p(yₜ = j) = α[t][j] β[t][j]`, `p(yₜ₋₁ = i, yₜ = j) = α[t−1][i] M[i][j] link[t][j]`.
//!
//! `log Z` is the sum of the logarithms of the row sums and of the maxima taken out.

use crate::width::{Width, with_label_width};

/// Exponentials of transition scores. An illegal move is 0.
#[derive(Clone, Debug)]
pub(crate) struct ExpTransitions {
    pub(crate) n_labels: usize,
    /// `[previous][current]`.
    pub(crate) forward: Vec<f64>,
    /// `[current][previous]`.
    backward: Vec<f64>,
    pub(crate) start: Vec<f64>,
    pub(crate) end: Vec<f64>,
    /// The maximum taken out of the moves, of the start and of the end.
    shifts: [f64; 3],
}

impl ExpTransitions {
    /// From scores `[previous][current]`, start and end; −∞ is an illegal move.
    pub(crate) fn new(scores: &[f64], start: &[f64], end: &[f64]) -> Self {
        let n_labels = start.len();
        let (forward, move_shift) = shifted_exp(scores);
        let (start, start_shift) = shifted_exp(start);
        let (end, end_shift) = shifted_exp(end);
        let cells = 0..n_labels * n_labels;
        let backward = cells.map(|at| forward[at % n_labels * n_labels + at / n_labels]).collect();
        Self {
            n_labels,
            forward,
            backward,
            start,
            end,
            shifts: [move_shift, start_shift, end_shift],
        }
    }

    /// What [`shifted_exp`] took out of every path of `n_positions`, as a logarithm.
    fn log_shift(&self, n_positions: usize) -> f64 {
        let [moves, start, end] = self.shifts;
        (n_positions - 1) as f64 * moves + start + end
    }
}

/// `exp(score − max)` and the maximum, 0 if there is none.
fn shifted_exp(scores: &[f64]) -> (Vec<f64>, f64) {
    let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shift = if max.is_finite() { max } else { 0.0 };
    (scores.iter().map(|score| (score - shift).exp()).collect(), shift)
}

/// The matrices of one sequence, all positions × labels except `scale` (positions).
#[derive(Clone, Debug, Default)]
pub(crate) struct Trellis {
    /// State scores; the caller writes them.
    pub(crate) scores: Vec<f64>,
    pub(crate) exp_state: Vec<f64>,
    pub(crate) alpha: Vec<f64>,
    pub(crate) beta: Vec<f64>,
    pub(crate) link: Vec<f64>,
    pub(crate) scale: Vec<f64>,
}

impl Trellis {
    /// Makes room for a sequence and sets the state scores to 0.
    pub(crate) fn reset(&mut self, n_positions: usize, n_labels: usize) {
        self.scores.clear();
        self.scores.resize(n_positions * n_labels, 0.0);
    }

    /// Fills every matrix and returns `log Z`; `None` if no path is legal.
    pub(crate) fn run(&mut self, transitions: &ExpTransitions) -> Option<f64> {
        with_label_width!(transitions.n_labels, width => {
            let log_partition = self.run_forward(width, transitions)?;
            self.backward(width, transitions);
            Some(log_partition)
        })
    }

    /// Fills `alpha` only and returns `log Z`; `None` if no path is legal.
    pub(crate) fn run_forward<W: Width>(
        &mut self,
        width: W,
        transitions: &ExpTransitions,
    ) -> Option<f64> {
        let n_cells = self.scores.len();
        for matrix in [&mut self.exp_state, &mut self.alpha, &mut self.beta, &mut self.link] {
            matrix.resize(n_cells, 0.0);
        }
        self.scale.resize(n_cells / width.get(), 0.0);
        let log_max = self.exponentiate(width)?;
        let log_sums = self.forward(width, transitions)?;
        Some(log_max + log_sums + transitions.log_shift(self.scale.len()))
    }

    /// Fills `exp_state` and returns the sum of the row maxima.
    fn exponentiate<W: Width>(&mut self, width: W) -> Option<f64> {
        let n_labels = width.get();
        let mut log_max = 0.0;
        let rows =
            self.scores.chunks_exact(n_labels).zip(self.exp_state.chunks_exact_mut(n_labels));
        for (scores, exp_state) in rows {
            let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            log_max += max;
            for (exp, score) in exp_state.iter_mut().zip(scores) {
                *exp = (score - max).exp();
            }
        }
        // A row of −∞ alone gives −∞, a score of +∞ or NaN gives NaN or +∞.
        log_max.is_finite().then_some(log_max)
    }

    /// Fills `alpha` and `scale`; returns the logarithm of the product of the row sums.
    fn forward<W: Width>(&mut self, width: W, transitions: &ExpTransitions) -> Option<f64> {
        let n_labels = width.get();
        let mut log_sums = LogProduct::default();
        for t in 0..self.scale.len() {
            let (before, rest) = self.alpha.split_at_mut(t * n_labels);
            let row = &mut rest[..n_labels];
            match before.len().checked_sub(n_labels) {
                None => row.copy_from_slice(&transitions.start[..n_labels]),
                Some(from) => product(width, &before[from..], &transitions.forward, row),
            }
            multiply(row, &self.exp_state[t * n_labels..][..n_labels]);
            let sum: f64 = row.iter().sum();
            self.scale[t] = 1.0 / sum;
            log_sums.multiply(sum);
            row.iter_mut().for_each(|alpha| *alpha *= self.scale[t]);
        }
        log_sums.multiply(self.end_sum(n_labels, transitions));
        log_sums.finish()
    }

    /// `Σⱼ α[T−1][j] exp(end[j])`.
    fn end_sum(&self, n_labels: usize, transitions: &ExpTransitions) -> f64 {
        let last = &self.alpha[self.alpha.len() - n_labels..];
        last.iter().zip(&transitions.end).map(|(alpha, end)| alpha * end).sum()
    }

    /// Fills `beta` and `link`.
    fn backward<W: Width>(&mut self, width: W, transitions: &ExpTransitions) {
        let n_labels = width.get();
        let end_scale = 1.0 / self.end_sum(n_labels, transitions);
        for t in (0..self.scale.len()).rev() {
            let cells = t * n_labels..(t + 1) * n_labels;
            let beta = &mut self.beta[cells.clone()];
            let (link, later) = self.link[cells.start..].split_at_mut(n_labels);
            if later.is_empty() {
                beta.copy_from_slice(&transitions.end[..n_labels]);
                beta.iter_mut().for_each(|beta| *beta *= end_scale);
            } else {
                product(width, &later[..n_labels], &transitions.backward, beta);
            }
            link.copy_from_slice(beta);
            multiply(link, &self.exp_state[cells]);
            link.iter_mut().for_each(|link| *link *= self.scale[t]);
        }
    }
}

/// `out = row × matrix`, the matrix row by row so that the inner loop is contiguous.
#[inline(always)]
fn product<W: Width>(width: W, row: &[f64], matrix: &[f64], out: &mut [f64]) {
    let n_labels = width.get();
    let out = &mut out[..n_labels];
    out.fill(0.0);
    for (&factor, line) in row[..n_labels].iter().zip(matrix.chunks_exact(n_labels)) {
        for (sum, &cell) in out.iter_mut().zip(line) {
            *sum += factor * cell;
        }
    }
}

#[inline(always)]
fn multiply(row: &mut [f64], by: &[f64]) {
    for (cell, factor) in row.iter_mut().zip(by) {
        *cell *= factor;
    }
}

/// The logarithm of a product of many positive numbers with few calls of `ln`.
struct LogProduct {
    product: f64,
    log: f64,
}

impl Default for LogProduct {
    fn default() -> Self {
        Self { product: 1.0, log: 0.0 }
    }
}

impl LogProduct {
    fn multiply(&mut self, factor: f64) {
        // Far from the ends of the exponent range nothing is lost by putting the logarithm off.
        if !(1e-100..1e100).contains(&self.product) {
            self.log += self.product.ln();
            self.product = 1.0;
        }
        if (1e-100..1e100).contains(&factor) {
            self.product *= factor;
        } else {
            self.log += factor.ln();
        }
    }

    /// `None` if a factor was 0 or not a number.
    fn finish(self) -> Option<f64> {
        let log = self.log + self.product.ln();
        log.is_finite().then_some(log)
    }
}
