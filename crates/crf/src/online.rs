//! Training sequence by sequence: stochastic gradient descent, AdaGrad, averaged perceptron.

use crate::checkpoint::{Decoder, Encoder};
use crate::edges::exponentials;
use crate::expectations::{Context, Sums, Trellises};
use crate::objective::LogLikelihood;
use crate::vector::norm;
use crate::width::with_label_width;
use crate::{Progress, StopReason, Weights};

/// Settings of the algorithms that update after every sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct OnlineConfig {
    /// Passes over the data.
    pub max_iterations: usize,
    /// The first learning rate `η`; the perceptron has none.
    pub rate: f64,
    /// Whether the weights are averaged over all updates. The averaged perceptron always does.
    pub averaging: bool,
    /// Seed of the order of sequences, which is another one in each pass.
    pub seed: u64,
}

impl Default for OnlineConfig {
    fn default() -> Self {
        Self { max_iterations: 10, rate: 0.1, averaging: true, seed: 1 }
    }
}

/// How the parameters follow a gradient `g`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// `w −= η / (1 + η λ t) g` with `λ = 2 c2 / n` (Bottou 2010).
    Sgd,
    /// `w −= η g / √Σ g²` (Duchi, Hazan, Singer 2011).
    AdaGrad,
    /// `w −= g`, the gradient being the predicted path minus the gold one (Collins 2002).
    Perceptron,
}

/// The state of training. Parameters are kept as scores: `√k` times those of the objective for `k`
/// folded attributes, so that scoring a sequence needs no factor.
pub(crate) struct Online {
    rule: Rule,
    config: OnlineConfig,
    /// Edges, then states.
    scores: Vec<f64>,
    /// AdaGrad's sums of squared gradients; empty for other rules.
    squares: Vec<f64>,
    /// `Σ t Δ` over all updates, from which the average follows; empty without averaging.
    drift: Vec<f64>,
    /// Sequences seen so far.
    n_updates: u64,
    n_iterations: usize,
    loss: f64,
}

impl Online {
    pub(crate) fn new(
        objective: &LogLikelihood<'_>,
        rule: Rule,
        config: &OnlineConfig,
        params: &[f64],
    ) -> Self {
        let is_averaged = config.averaging || rule == Rule::Perceptron;
        Self {
            rule,
            config: config.clone(),
            scores: params
                .iter()
                .zip(objective.scales())
                .map(|(param, scale)| param * scale)
                .collect(),
            squares: vec![0.0; if rule == Rule::AdaGrad { params.len() } else { 0 }],
            drift: vec![0.0; if is_averaged { params.len() } else { 0 }],
            n_updates: 0,
            n_iterations: 0,
            loss: 0.0,
        }
    }

    pub(crate) fn save(&self, to: &mut Encoder) {
        to.number(self.n_updates);
        to.number(self.n_iterations as u64);
        to.float(self.loss);
        [&self.scores, &self.squares, &self.drift].into_iter().for_each(|part| to.floats(part));
    }

    pub(crate) fn restore(&mut self, from: &mut Decoder<'_>) -> Option<()> {
        self.n_updates = from.number()?;
        self.n_iterations = from.index()?;
        self.loss = from.float()?;
        from.floats(&mut self.scores)?;
        from.floats(&mut self.squares)?;
        from.floats(&mut self.drift)
    }

    pub(crate) fn loss(&self) -> f64 {
        self.loss
    }

    pub(crate) fn n_iterations(&self) -> usize {
        self.n_iterations
    }

    /// The parameters of the objective: averaged if that is wanted.
    pub(crate) fn params(&self, objective: &LogLikelihood<'_>) -> Vec<f64> {
        let mut scores = self.scores.clone();
        if self.n_updates > 0 {
            let n_updates = self.n_updates as f64;
            scores
                .iter_mut()
                .zip(&self.drift)
                .for_each(|(score, drift)| *score -= drift / n_updates);
        }
        scores.iter_mut().zip(objective.scales()).for_each(|(score, scale)| *score /= scale);
        scores
    }

    /// Whether training can go on from here and a model can be made: its weights are within bounds. They are
    /// the parameters over `√k`, so not larger.
    fn has_weights(&self, objective: &LogLikelihood<'_>) -> bool {
        let params = self.params(objective);
        norm(&self.scores).is_finite()
            && params.iter().all(|param| param.abs() <= Weights::MAX_AMOUNT.into())
    }

    /// One pass over the data in a new order.
    pub(crate) fn step(&mut self, objective: &LogLikelihood<'_>) -> Result<Progress, StopReason> {
        if self.n_iterations >= self.config.max_iterations {
            return Err(StopReason::MaxIterations);
        }
        let order = shuffled(objective.data().n_sequences(), self.config.seed, self.n_iterations);
        let mut pass = Pass::new(objective);
        let before = (self.scores.clone(), self.drift.clone(), self.n_updates, self.loss);
        self.loss = 0.0;
        for sequence_idx in order {
            self.loss += pass.run(self.rule, &self.scores, sequence_idx);
            self.update(objective, &pass, sequence_idx);
            self.n_updates += 1;
        }
        if !self.loss.is_finite() || !self.has_weights(objective) {
            (self.scores, self.drift, self.n_updates, self.loss) = before;
            return Err(StopReason::Diverged);
        }
        self.n_iterations += 1;
        if self.rule != Rule::Perceptron {
            let params = self.scores.iter().zip(objective.scales()).map(|(score, k)| score / k);
            self.loss += objective.c2() * params.map(|param| param * param).sum::<f64>();
        }
        let moved: Vec<f64> = self.scores.iter().zip(&before.0).map(|(a, b)| a - b).collect();
        Ok(Progress {
            iteration: self.n_iterations,
            loss: self.loss,
            param_norm: norm(&self.scores),
            gradient_norm: norm(&moved),
            step: self.rate(objective),
            n_evaluations: 1,
        })
    }

    /// The learning rate now.
    fn rate(&self, objective: &LogLikelihood<'_>) -> f64 {
        match self.rule {
            Rule::Perceptron => 1.0,
            Rule::AdaGrad => self.config.rate,
            Rule::Sgd => {
                let lambda = 2.0 * objective.c2() / objective.data().n_sequences() as f64;
                self.config.rate / (1.0 + self.config.rate * lambda * self.n_updates as f64)
            }
        }
    }

    /// Moves every parameter of a sequence against its gradient.
    fn update(&mut self, objective: &LogLikelihood<'_>, pass: &Pass<'_>, sequence_idx: usize) {
        let rate = self.rate(objective);
        let decay = if self.rule == Rule::Perceptron { 0.0 } else { 2.0 * objective.c2() };
        let n_sequences = objective.data().n_sequences() as f64;
        for (at, &slope) in pass.sums.edges.iter().enumerate() {
            if objective.edges().active[at] {
                self.shift(at, rate, (slope, decay / n_sequences), 1.0);
            }
        }
        let positions = objective.data().positions(sequence_idx);
        let n_labels = objective.data().n_labels();
        let n_edges = pass.sums.edges.len();
        for (position, residuals) in positions.zip(pass.residuals.chunks_exact(n_labels)) {
            objective.matrix().for_each_feature(position, |feature| {
                let slope = feature.value * residuals[feature.label];
                // The whole penalty is spread over the feature's occurrences in a pass.
                let decay = decay / f64::from(feature.n_occurrences);
                self.shift(n_edges + feature.param, rate, (slope, decay), feature.scale);
            });
        }
    }

    /// Updates one score whose parameter counts `scale` times.
    #[inline(always)]
    fn shift(&mut self, at: usize, rate: f64, (slope, decay): (f64, f64), scale: f64) {
        let score = self.scores[at];
        let change = if let Some(squares) = self.squares.get_mut(at) {
            let slope = slope + decay * score / (scale * scale);
            *squares += slope * slope;
            if *squares == 0.0 {
                return;
            }
            -rate * slope / squares.sqrt()
        } else {
            -rate * (scale * scale * slope + decay * score)
        };
        self.scores[at] += change;
        if let Some(drift) = self.drift.get_mut(at) {
            *drift += self.n_updates as f64 * change;
        }
    }
}

/// Buffers of one pass over the data.
struct Pass<'o> {
    objective: &'o LogLikelihood<'o>,
    trellises: Trellises,
    residuals: Vec<f64>,
    sums: Sums,
}

impl<'o> Pass<'o> {
    fn new(objective: &'o LogLikelihood<'_>) -> Self {
        Self {
            objective,
            trellises: Trellises::default(),
            residuals: Vec::new(),
            sums: Sums::new(objective.data().n_labels()),
        }
    }

    /// Fills the residuals and sums of one sequence; returns its loss.
    fn run(&mut self, rule: Rule, scores: &[f64], sequence_idx: usize) -> f64 {
        let objective = self.objective;
        let n_labels = objective.data().n_labels();
        let (edges, states) = scores.split_at(objective.edges().n_params());
        let edges = objective.edges().masked(edges);
        let exp = exponentials(n_labels, &edges);
        let context = Context {
            data: objective.data(),
            matrix: objective.matrix(),
            effective: states,
            edges: &edges,
            exp: &exp,
        };
        self.residuals.resize(objective.data().positions(sequence_idx).len() * n_labels, 0.0);
        self.sums.clear();
        let out = (&mut self.residuals[..], &mut self.sums);
        with_label_width!(n_labels, width => if rule == Rule::Perceptron {
            context.mistakes(width, sequence_idx, &mut self.trellises, out);
        } else {
            context.sequence(width, sequence_idx, &mut self.trellises, out);
        });
        if rule != Rule::Perceptron {
            self.sums.multiply_moves(&exp);
        }
        self.sums.loss
    }
}

/// The numbers below `n` in an order that depends on seed and pass only (Fisher and Yates).
fn shuffled(n: usize, seed: u64, pass: usize) -> Vec<usize> {
    let mut state = seed ^ (pass as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        state = crate::fold::mix(state);
        order.swap(last, (state % (last as u64 + 1)) as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffling_keeps_every_number_and_changes_the_order() {
        let (first, second) = (shuffled(100, 1, 0), shuffled(100, 1, 1));
        assert_eq!(first, shuffled(100, 1, 0));
        assert_ne!(first, second);
        for mut order in [first, second] {
            order.sort_unstable();
            assert!(order.into_iter().eq(0..100));
        }
    }
}
