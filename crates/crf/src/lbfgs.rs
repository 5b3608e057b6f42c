use crate::checkpoint::{Decoder, Encoder};
use crate::history::History;
use crate::line_search::{LineSearch, Point, SUFFICIENT_DECREASE, Verdict};
use crate::orthant;
use crate::vector::{advance, long_dot, norm};
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

/// Limited-memory BFGS (Nocedal 1980, Liu and Nocedal 1989), with L1 regularisation as OWL-QN
/// (see [`orthant`]).
pub(crate) struct Lbfgs {
    config: LbfgsConfig,
    params: Vec<f64>,
    gradient: Vec<f64>,
    direction: Vec<f64>,
    /// Coefficient of each parameter's absolute value; empty without L1.
    l1: Vec<f64>,
    /// The pseudo-gradient; empty without L1.
    pseudo: Vec<f64>,
    loss: f64,
    /// The losses of the last `period` iterations, a ring.
    past_losses: Vec<f64>,
    history: History,
    n_iterations: usize,
    stop: Option<StopReason>,
}

impl Lbfgs {
    /// Starts from `params`. `l1` is empty or has a coefficient for each.
    pub(crate) fn new(
        objective: &mut dyn Objective,
        config: &LbfgsConfig,
        params: Vec<f64>,
        l1: Vec<f64>,
    ) -> Self {
        let mut lbfgs = Self::unstarted(config, params.len(), l1);
        lbfgs.params = params;
        lbfgs.loss = lbfgs.evaluate(objective);
        lbfgs.past_losses.fill(lbfgs.loss);
        lbfgs.update_pseudo_gradient();
        let bound = config.epsilon * norm(&lbfgs.params).max(1.0);
        lbfgs.stop = (norm(lbfgs.drive()) <= bound).then_some(StopReason::Converged);
        lbfgs
    }

    fn unstarted(config: &LbfgsConfig, n_params: usize, l1: Vec<f64>) -> Self {
        Self {
            params: vec![0.0; n_params],
            gradient: vec![0.0; n_params],
            direction: vec![0.0; n_params],
            pseudo: vec![0.0; l1.len()],
            l1,
            loss: 0.0,
            past_losses: vec![0.0; config.period],
            history: History::new(n_params, config.num_memories.max(1)),
            n_iterations: 0,
            stop: None,
            config: config.clone(),
        }
    }

    /// Goes on from what [`Lbfgs::save`] wrote; `None` if that was another problem.
    pub(crate) fn restore(
        config: &LbfgsConfig,
        n_params: usize,
        l1: Vec<f64>,
        from: &mut Decoder<'_>,
    ) -> Option<Self> {
        let mut lbfgs = Self::unstarted(config, n_params, l1);
        lbfgs.n_iterations = from.index()?;
        lbfgs.loss = from.float()?;
        from.floats(&mut lbfgs.past_losses)?;
        from.floats(&mut lbfgs.params)?;
        from.floats(&mut lbfgs.gradient)?;
        lbfgs.history.restore(from)?;
        lbfgs.stop = StopReason::from_code(from.number()?)?;
        lbfgs.update_pseudo_gradient();
        Some(lbfgs)
    }

    /// Writes the state between two steps.
    pub(crate) fn save(&self, to: &mut Encoder) {
        to.number(self.n_iterations as u64);
        to.float(self.loss);
        to.floats(&self.past_losses);
        to.floats(&self.params);
        to.floats(&self.gradient);
        self.history.save(to);
        to.number(StopReason::code(self.stop));
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
    pub(crate) fn step(&mut self, objective: &mut dyn Objective) -> Result<Progress, StopReason> {
        if self.n_iterations >= self.config.max_iterations {
            self.stop = self.stop.or(Some(StopReason::MaxIterations));
        }
        if let Some(stop) = self.stop {
            return Err(stop);
        }
        let slope = self.direct();
        let first_step = if self.n_iterations == 0 { 1.0 / norm(&self.direction) } else { 1.0 };
        self.swap_open_slot();
        let Some((step, n_evaluations)) = self.search(objective, slope, first_step) else {
            self.swap_open_slot();
            self.stop = Some(StopReason::LineSearch);
            return Err(StopReason::LineSearch);
        };
        self.n_iterations += 1;
        self.update_pseudo_gradient();
        let drive = if self.l1.is_empty() { &self.gradient } else { &self.pseudo };
        let norms = self.history.close_slot(&self.params, &self.gradient, drive);
        let [param_norm, gradient_norm] = norms;
        self.stop = self.convergence(param_norm, gradient_norm);
        let (iteration, loss) = (self.n_iterations, self.loss);
        Ok(Progress { iteration, loss, param_norm, gradient_norm, step, n_evaluations })
    }

    /// What the direction is computed from: the gradient, or with L1 the pseudo-gradient.
    fn drive(&self) -> &[f64] {
        if self.l1.is_empty() { &self.gradient } else { &self.pseudo }
    }

    fn update_pseudo_gradient(&mut self) {
        orthant::pseudo_gradient(&self.params, &self.gradient, &self.l1, &mut self.pseudo);
    }

    /// Sets the direction; returns its slope.
    fn direct(&mut self) -> f64 {
        if self.l1.is_empty() {
            return self.history.direct(&self.gradient, &mut self.direction);
        }
        self.history.direct(&self.pseudo, &mut self.direction);
        orthant::align(&mut self.direction, &self.pseudo)
    }

    /// Puts parameters and gradient aside, or takes them back.
    fn swap_open_slot(&mut self) {
        let (previous_params, previous_gradient) = self.history.open_slot();
        std::mem::swap(&mut self.params, previous_params);
        std::mem::swap(&mut self.gradient, previous_gradient);
    }

    fn evaluate(&mut self, objective: &mut dyn Objective) -> f64 {
        objective.evaluate(&self.params, &mut self.gradient)
            + orthant::penalty(&self.params, &self.l1)
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
        let found = if self.l1.is_empty() {
            self.search_line(objective, slope, first_step)
        } else {
            self.search_orthant(objective, first_step)
        };
        if found.is_none() {
            self.loss = previous_loss;
        }
        found
    }

    /// The line search of Moré and Thuente.
    fn search_line(
        &mut self,
        objective: &mut dyn Objective,
        slope: f64,
        first_step: f64,
    ) -> Option<(f64, usize)> {
        let mut search = LineSearch::new(self.loss, slope, self.config.max_linesearch);
        let mut step = first_step;
        for n_evaluations in 1.. {
            advance(&mut self.params, self.history.open_slot().0, step, &self.direction);
            self.loss = self.evaluate(objective);
            let slope = long_dot(&self.gradient, &self.direction);
            match search.judge(Point { step, value: self.loss, slope }) {
                Verdict::Accept => return Some((step, n_evaluations)),
                Verdict::Try(next) => step = next,
                Verdict::Fail => break,
            }
        }
        None
    }

    /// Halves the step until the loss falls enough, within one orthant.
    fn search_orthant(
        &mut self,
        objective: &mut dyn Objective,
        first_step: f64,
    ) -> Option<(f64, usize)> {
        let previous_loss = self.loss;
        let mut step = first_step;
        for n_evaluations in 1..=self.config.max_linesearch {
            let origin = self.history.open_slot().0;
            let slope =
                orthant::advance(&mut self.params, origin, step, &self.direction, &self.pseudo);
            self.loss = self.evaluate(objective);
            if self.loss <= previous_loss + SUFFICIENT_DECREASE * slope {
                return Some((step, n_evaluations));
            }
            step *= 0.5;
        }
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
