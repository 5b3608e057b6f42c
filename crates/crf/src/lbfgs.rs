use rayon::prelude::*;

use crate::line_search::{LineSearch, Point, Verdict};
use crate::vector::{BLOCK, add_blocks, dot};
use crate::{Objective, Progress, StopReason};

/// Settings of L-BFGS, by CRFsuite's names and with its defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct LbfgsConfig {
    /// Stop after this many iterations.
    pub max_iterations: usize,
    /// Steps remembered for the approximation of the inverse Hessian.
    pub num_memories: usize,
    /// Stop when `‖gradient‖ ≤ epsilon max(1, ‖params‖)`.
    pub epsilon: f64,
    /// Iterations over which `delta` is measured; 0 turns the test off.
    pub period: usize,
    /// Stop when `(loss[k − period] − loss[k]) / loss[k] < delta`.
    pub delta: f64,
    /// Evaluations of the loss in one line search at most.
    pub max_linesearch: usize,
}

impl Default for LbfgsConfig {
    fn default() -> Self {
        Self {
            max_iterations: usize::MAX,
            num_memories: 6,
            epsilon: 1e-5,
            period: 10,
            delta: 1e-5,
            max_linesearch: 20,
        }
    }
}

/// What a step of the optimiser came to.
pub(crate) enum Status {
    Iterated(Progress),
    Stopped(StopReason),
}

/// Limited-memory BFGS (Nocedal 1980, Liu and Nocedal 1989).
///
/// The direction is a linear combination of the remembered steps `s`, gradient changes `y` and the
/// gradient, so the two-loop recursion runs on their inner products alone (Chen et al. 2014) and an
/// iteration reads each vector twice instead of four times.
pub(crate) struct Lbfgs {
    config: LbfgsConfig,
    params: Vec<f64>,
    gradient: Vec<f64>,
    direction: Vec<f64>,
    loss: f64,
    /// The losses of the last `period` iterations, a ring.
    past_losses: Vec<f64>,
    history: History,
    n_iterations: usize,
    stop: Option<StopReason>,
}

impl Lbfgs {
    /// Starts from zero.
    pub(crate) fn new(objective: &mut dyn Objective, config: &LbfgsConfig) -> Self {
        let n_params = objective.n_params();
        let params = vec![0.0; n_params];
        let mut gradient = vec![0.0; n_params];
        let loss = objective.evaluate(&params, &mut gradient);
        let gradient_norm = norm(&gradient);
        let is_minimum = gradient_norm <= config.epsilon * norm(&params).max(1.0);
        Self {
            params,
            gradient,
            direction: vec![0.0; n_params],
            loss,
            past_losses: vec![loss; config.period],
            history: History::new(n_params, config.num_memories.max(1)),
            n_iterations: 0,
            stop: is_minimum.then_some(StopReason::Converged),
            config: config.clone(),
        }
    }

    pub(crate) fn params(&self) -> &[f64] {
        &self.params
    }

    pub(crate) fn loss(&self) -> f64 {
        self.loss
    }

    pub(crate) fn n_iterations(&self) -> usize {
        self.n_iterations
    }

    /// One iteration: a direction, a line search along it, the history.
    pub(crate) fn step(&mut self, objective: &mut dyn Objective) -> Status {
        if self.n_iterations >= self.config.max_iterations {
            self.stop = self.stop.or(Some(StopReason::MaxIterations));
        }
        if let Some(stop) = self.stop {
            return Status::Stopped(stop);
        }
        let slope = self.history.direct(&self.gradient, &mut self.direction);
        let first_step = if self.n_iterations == 0 { 1.0 / norm(&self.direction) } else { 1.0 };
        self.swap_open_slot();
        let Some((step, n_evaluations)) = self.search(objective, slope, first_step) else {
            self.swap_open_slot();
            self.stop = Some(StopReason::LineSearch);
            return Status::Stopped(StopReason::LineSearch);
        };
        self.n_iterations += 1;
        let [param_norm, gradient_norm] = self.history.close_slot(&self.params, &self.gradient);
        self.stop = self.convergence(param_norm, gradient_norm);
        Status::Iterated(Progress {
            iteration: self.n_iterations,
            loss: self.loss,
            param_norm,
            gradient_norm,
            step,
            n_evaluations,
        })
    }

    /// Puts parameters and gradient aside, or takes them back.
    fn swap_open_slot(&mut self) {
        let (previous_params, previous_gradient) = self.history.open_slot();
        std::mem::swap(&mut self.params, previous_params);
        std::mem::swap(&mut self.gradient, previous_gradient);
    }

    /// Moves to a better point along the direction; the step and the evaluations it took.
    fn search(
        &mut self,
        objective: &mut dyn Objective,
        slope: f64,
        first_step: f64,
    ) -> Option<(f64, usize)> {
        if slope.is_nan() || slope >= 0.0 {
            return None;
        }
        let previous_loss = self.loss;
        let mut search = LineSearch::new(self.loss, slope, self.config.max_linesearch);
        let mut step = first_step;
        for n_evaluations in 1.. {
            let origin = self.history.open_slot().0;
            advance(&mut self.params, origin, step, &self.direction);
            self.loss = objective.evaluate(&self.params, &mut self.gradient);
            let slope = long_dot(&self.gradient, &self.direction);
            match search.judge(Point { step, value: self.loss, slope }) {
                Verdict::Accept => return Some((step, n_evaluations)),
                Verdict::Try(next) => step = next,
                Verdict::Fail => break,
            }
        }
        self.loss = previous_loss;
        None
    }

    fn convergence(&mut self, param_norm: f64, gradient_norm: f64) -> Option<StopReason> {
        if gradient_norm <= self.config.epsilon * param_norm.max(1.0) {
            return Some(StopReason::Converged);
        }
        if self.config.period == 0 {
            return None;
        }
        let slot = self.n_iterations % self.config.period;
        let past = std::mem::replace(&mut self.past_losses[slot], self.loss);
        let is_stalled = self.n_iterations >= self.config.period
            && (past - self.loss) / self.loss < self.config.delta;
        is_stalled.then_some(StopReason::Stalled)
    }
}

/// `params = origin + step direction`.
fn advance(params: &mut [f64], origin: &[f64], step: f64, direction: &[f64]) {
    params
        .par_chunks_mut(BLOCK)
        .zip(origin.par_chunks(BLOCK).zip(direction.par_chunks(BLOCK)))
        .for_each(|(params, (origin, direction))| {
            for ((param, origin), direction) in params.iter_mut().zip(origin).zip(direction) {
                *param = origin + step * direction;
            }
        });
}

fn long_dot(a: &[f64], b: &[f64]) -> f64 {
    let blocks: Vec<f64> =
        a.par_chunks(BLOCK).zip(b.par_chunks(BLOCK)).map(|(a, b)| dot(a, b)).collect();
    blocks.iter().sum()
}

fn norm(vector: &[f64]) -> f64 {
    long_dot(vector, vector).sqrt()
}

/// The last steps and gradient changes with their inner products.
struct History {
    /// Steps, `capacity` × params; the open slot holds the previous parameters instead.
    steps: Vec<Vec<f64>>,
    /// Gradient changes; the open slot holds the previous gradient instead.
    changes: Vec<Vec<f64>>,
    /// Slots from the newest to the oldest.
    order: Vec<usize>,
    open: usize,
    /// `[i][j]`: steps i · changes j.
    step_change: Vec<f64>,
    /// `[i][j]`: changes i · changes j.
    change_change: Vec<f64>,
    step_gradient: Vec<f64>,
    change_gradient: Vec<f64>,
}

impl History {
    fn new(n_params: usize, capacity: usize) -> Self {
        Self {
            steps: vec![vec![0.0; n_params]; capacity],
            changes: vec![vec![0.0; n_params]; capacity],
            order: Vec::with_capacity(capacity),
            open: 0,
            step_change: vec![0.0; capacity * capacity],
            change_change: vec![0.0; capacity * capacity],
            step_gradient: vec![0.0; capacity],
            change_gradient: vec![0.0; capacity],
        }
    }

    /// Writes `−H gradient` to `direction`; returns its slope, `direction · gradient`.
    fn direct(&self, gradient: &[f64], direction: &mut [f64]) -> f64 {
        let (on_gradient, on_steps, on_changes) = self.coefficients();
        let blocks: Vec<f64> = direction
            .par_chunks_mut(BLOCK)
            .zip(gradient.par_chunks(BLOCK))
            .enumerate()
            .map(|(block, (direction, gradient))| {
                let cells = block * BLOCK..block * BLOCK + gradient.len();
                direction.iter_mut().zip(gradient).for_each(|(d, g)| *d = on_gradient * g);
                for (&slot, (&on_step, &on_change)) in
                    self.order.iter().zip(on_steps.iter().zip(&on_changes))
                {
                    let steps = &self.steps[slot][cells.clone()];
                    let changes = &self.changes[slot][cells.clone()];
                    for ((d, s), y) in direction.iter_mut().zip(steps).zip(changes) {
                        *d += on_step * s + on_change * y;
                    }
                }
                dot(direction, gradient)
            })
            .collect();
        blocks.iter().sum()
    }

    /// The two-loop recursion: coefficients of the direction on the gradient, on the steps and on
    /// the gradient changes, newest first.
    fn coefficients(&self) -> (f64, Vec<f64>, Vec<f64>) {
        let capacity = self.steps.len();
        let Some(&newest) = self.order.first() else { return (-1.0, Vec::new(), Vec::new()) };
        let sy = |i: usize, j: usize| self.step_change[i * capacity + j];
        let yy = |i: usize, j: usize| self.change_change[i * capacity + j];
        let mut alphas: Vec<f64> = Vec::with_capacity(capacity);
        for &i in &self.order {
            let known: f64 =
                self.order.iter().zip(&alphas).map(|(&j, alpha)| alpha * sy(i, j)).sum();
            alphas.push((self.step_gradient[i] - known) / sy(i, i));
        }
        let gamma = sy(newest, newest) / yy(newest, newest);
        let mut on_steps = vec![0.0; self.order.len()];
        for (at, &i) in self.order.iter().enumerate().rev() {
            let on_changes = self.order.iter().zip(&alphas).map(|(&j, alpha)| alpha * yy(i, j));
            let on_older = self.order.iter().zip(&on_steps).map(|(&j, on)| on * sy(j, i));
            let product =
                gamma * (self.change_gradient[i] - on_changes.sum::<f64>()) + on_older.sum::<f64>();
            on_steps[at] = alphas[at] - product / sy(i, i);
        }
        let on_changes = alphas.iter().map(|alpha| gamma * alpha).collect();
        (-gamma, on_steps.iter().map(|on| -on).collect(), on_changes)
    }

    /// The vectors of the slot that the next step will fill.
    fn open_slot(&mut self) -> (&mut Vec<f64>, &mut Vec<f64>) {
        (&mut self.steps[self.open], &mut self.changes[self.open])
    }

    /// Turns the open slot, which holds the previous parameters and gradient, into a step and a
    /// change; updates the inner products. Returns the norms of parameters and gradient.
    fn close_slot(&mut self, params: &[f64], gradient: &[f64]) -> [f64; 2] {
        let capacity = self.steps.len();
        let open = self.open;
        if self.order.len() == capacity {
            self.order.pop();
        }
        self.order.insert(0, open);
        self.open =
            if self.order.len() < capacity { self.order.len() } else { self.order[capacity - 1] };
        let mut step = std::mem::take(&mut self.steps[open]);
        let mut change = std::mem::take(&mut self.changes[open]);
        let blocks: Vec<Vec<f64>> = step
            .par_chunks_mut(BLOCK)
            .zip(change.par_chunks_mut(BLOCK))
            .enumerate()
            .map(|(block, (step, change))| {
                let cells = block * BLOCK..block * BLOCK + step.len();
                let (params, gradient) = (&params[cells.clone()], &gradient[cells.clone()]);
                step.iter_mut().zip(params).for_each(|(s, x)| *s = x - *s);
                change.iter_mut().zip(gradient).for_each(|(y, g)| *y = g - *y);
                let mut sums = vec![dot(params, params), dot(gradient, gradient)];
                sums.extend(products(step, change, step, change, gradient));
                for &slot in &self.order[1..] {
                    let (old_step, old_change) =
                        (&self.steps[slot][cells.clone()], &self.changes[slot][cells.clone()]);
                    sums.extend(products(old_step, old_change, step, change, gradient));
                }
                sums
            })
            .collect();
        self.steps[open] = step;
        self.changes[open] = change;
        let sums = add_blocks(&blocks);
        self.store(open, &sums[2..]);
        [sums[0].sqrt(), sums[1].sqrt()]
    }

    /// Keeps the [`products`] of the newest pair with every slot, in the order of slots.
    fn store(&mut self, newest: usize, sums: &[f64]) {
        let capacity = self.steps.len();
        for (&slot, sums) in self.order.iter().zip(sums.as_chunks::<5>().0) {
            let [old_step_change, step_old_change, changes, on_step, on_change] = *sums;
            self.step_change[slot * capacity + newest] = old_step_change;
            self.step_change[newest * capacity + slot] = step_old_change;
            self.change_change[slot * capacity + newest] = changes;
            self.change_change[newest * capacity + slot] = changes;
            self.step_gradient[slot] = on_step;
            self.change_gradient[slot] = on_change;
        }
    }
}

/// The inner products of a remembered pair with the newest pair and the gradient.
fn products(
    old_step: &[f64],
    old_change: &[f64],
    step: &[f64],
    change: &[f64],
    gradient: &[f64],
) -> [f64; 5] {
    [
        dot(old_step, change),
        dot(step, old_change),
        dot(old_change, change),
        dot(old_step, gradient),
        dot(old_change, gradient),
    ]
}
