//! The line search of Moré and Thuente (1994), "Line search algorithms with guaranteed sufficient
//! decrease": a step that satisfies the strong Wolfe conditions
//! `f(x + αd) ≤ f(x) + μ α f'(0)` and `|f'(α)| ≤ η |f'(0)|`.

/// `μ`: the decrease that is sufficient.
pub(crate) const SUFFICIENT_DECREASE: f64 = 1e-4;
/// `η`: how flat the function must be at the step.
const CURVATURE: f64 = 0.9;
const MIN_STEP: f64 = 1e-20;
const MAX_STEP: f64 = 1e20;
/// The relative width of an interval below which steps cannot be told apart.
const RESOLUTION: f64 = 1e-16;

/// A step, the function there and its derivative along the direction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) step: f64,
    pub(crate) value: f64,
    pub(crate) slope: f64,
}

/// What to do after a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// The trial satisfies both conditions.
    Accept,
    /// Try this step next.
    Try(f64),
    /// No step can be found.
    Fail,
}

/// The state of one search.
#[derive(Clone, Debug)]
pub(crate) struct LineSearch {
    origin: Point,
    /// The best step so far.
    best: Point,
    /// The other end of the interval, once there is one.
    other: Point,
    is_bracketed: bool,
    /// While no step with sufficient decrease and a rising function is known.
    is_first_stage: bool,
    widths: [f64; 2],
    n_trials: usize,
    max_trials: usize,
}

impl LineSearch {
    /// A search from a point of value `value` and slope `slope` (negative).
    pub(crate) fn new(value: f64, slope: f64, max_trials: usize) -> Self {
        let origin = Point { step: 0.0, value, slope };
        let width = MAX_STEP - MIN_STEP;
        Self {
            origin,
            best: origin,
            other: origin,
            is_bracketed: false,
            is_first_stage: true,
            widths: [width, 2.0 * width],
            n_trials: 0,
            max_trials,
        }
    }

    /// Judges a trial.
    pub(crate) fn judge(&mut self, trial: Point) -> Verdict {
        self.n_trials += 1;
        if !trial.value.is_finite() && self.n_trials < self.max_trials {
            // Beyond the domain of the function: no interpolation, only a smaller step.
            return Verdict::Try(0.5 * (self.best.step + trial.step));
        }
        let slope_bound = SUFFICIENT_DECREASE * self.origin.slope;
        let value_bound = self.origin.value + trial.step * slope_bound;
        let is_lower = trial.value <= value_bound;
        if is_lower && trial.slope.abs() <= -CURVATURE * self.origin.slope {
            return Verdict::Accept;
        }
        if self.is_exhausted(trial) {
            return Verdict::Fail;
        }
        if is_lower && trial.slope >= slope_bound {
            self.is_first_stage = false;
        }
        let step = if self.is_first_stage && !is_lower && trial.value <= self.best.value {
            self.narrow_modified(trial, slope_bound)
        } else {
            self.narrow(trial)
        };
        match step {
            Some(step) => Verdict::Try(self.safeguarded(step)),
            None => Verdict::Fail,
        }
    }

    fn is_exhausted(&self, trial: Point) -> bool {
        let (low, high) = self.bounds(trial.step);
        let is_outside = trial.step <= low || trial.step >= high;
        self.n_trials >= self.max_trials
            || !trial.value.is_finite()
            || self.is_bracketed && (is_outside || high - low <= RESOLUTION * high)
            || trial.step <= MIN_STEP
            || trial.step >= MAX_STEP
    }

    /// The interval in which the next step must lie.
    fn bounds(&self, step: f64) -> (f64, f64) {
        if self.is_bracketed {
            let (a, b) = (self.best.step, self.other.step);
            (a.min(b), a.max(b))
        } else {
            (self.best.step, step + 4.0 * (step - self.best.step))
        }
    }

    /// [`LineSearch::narrow`] on `f(α) − f(0) − μ α f'(0)`, which has the sought step as a minimum.
    fn narrow_modified(&mut self, trial: Point, slope_bound: f64) -> Option<f64> {
        let shift = |point: Point, sign: f64| Point {
            value: point.value + sign * point.step * slope_bound,
            slope: point.slope + sign * slope_bound,
            ..point
        };
        self.best = shift(self.best, -1.0);
        self.other = shift(self.other, -1.0);
        let step = self.narrow(shift(trial, -1.0));
        self.best = shift(self.best, 1.0);
        self.other = shift(self.other, 1.0);
        step
    }

    /// Interpolates the next step and replaces an end of the interval by the trial.
    fn narrow(&mut self, trial: Point) -> Option<f64> {
        let bounds = self.bounds(trial.step);
        let turns = trial.slope * self.best.slope.signum() < 0.0;
        let (step, is_bounded) = self.interpolate(trial, turns, bounds);
        self.is_bracketed |= turns || trial.value > self.best.value;
        if trial.value > self.best.value {
            self.other = trial;
        } else {
            if turns {
                self.other = self.best;
            }
            self.best = trial;
        }
        let mut step = step.clamp(bounds.0, bounds.1);
        if self.is_bracketed && is_bounded {
            let bound = self.best.step + 0.66 * (self.other.step - self.best.step);
            let is_ascending = self.other.step > self.best.step;
            step = if is_ascending { step.min(bound) } else { step.max(bound) };
        }
        step.is_finite().then_some(step)
    }

    /// The four cases of the paper's section 4: the next step, and whether it must stay within two
    /// thirds of the interval.
    fn interpolate(&self, trial: Point, turns: bool, bounds: (f64, f64)) -> (f64, bool) {
        let best = self.best;
        let from_trial = |step: f64| (step - trial.step).abs();
        if trial.value > best.value {
            let (cubic, quadratic) = (cubic(best, trial), quadratic(best, trial));
            let is_nearer = (cubic - best.step).abs() < (quadratic - best.step).abs();
            (if is_nearer { cubic } else { cubic + 0.5 * (quadratic - cubic) }, true)
        } else if turns {
            let (cubic, secant) = (cubic(best, trial), secant(best, trial));
            (if from_trial(cubic) > from_trial(secant) { cubic } else { secant }, false)
        } else if trial.slope.abs() < best.slope.abs() {
            let (cubic, secant) = (cubic_beyond(best, trial, bounds), secant(best, trial));
            let is_nearer = from_trial(cubic) < from_trial(secant);
            (if is_nearer == self.is_bracketed { cubic } else { secant }, true)
        } else if self.is_bracketed {
            (cubic(trial, self.other), false)
        } else {
            (if best.step < trial.step { bounds.1 } else { bounds.0 }, false)
        }
    }

    /// Halves an interval that shrinks too slowly, and keeps the step where it makes sense.
    fn safeguarded(&mut self, step: f64) -> f64 {
        let mut step = step;
        if self.is_bracketed {
            let width = (self.other.step - self.best.step).abs();
            if width >= 0.66 * self.widths[1] {
                step = self.best.step + 0.5 * (self.other.step - self.best.step);
            }
            self.widths = [width, self.widths[0]];
        }
        step = step.clamp(MIN_STEP, MAX_STEP);
        let (low, high) = self.bounds(step);
        let is_stuck = step <= low
            || step >= high
            || self.n_trials + 1 >= self.max_trials
            || high - low <= RESOLUTION * high;
        if self.is_bracketed && is_stuck { self.best.step } else { step }
    }
}

/// `θ` and `γ²` of the cubic through two points with their slopes, and the scale taken out of `γ`.
fn cubic_terms(u: Point, v: Point) -> (f64, f64, f64) {
    let theta = 3.0 * (u.value - v.value) / (v.step - u.step) + u.slope + v.slope;
    let scale = theta.abs().max(u.slope.abs()).max(v.slope.abs());
    (theta, (theta / scale).powi(2) - u.slope / scale * (v.slope / scale), scale)
}

/// The minimum of the cubic through `u` and `v`.
fn cubic(u: Point, v: Point) -> f64 {
    let (theta, square, scale) = cubic_terms(u, v);
    let gamma = (scale * square.sqrt()).copysign(v.step - u.step);
    let ratio = (gamma - u.slope + theta) / (gamma - u.slope + gamma + v.slope);
    u.step + ratio * (v.step - u.step)
}

/// The minimum of the cubic if it lies beyond `v`, a bound otherwise.
fn cubic_beyond(u: Point, v: Point, bounds: (f64, f64)) -> f64 {
    let (theta, square, scale) = cubic_terms(u, v);
    let gamma = (scale * square.max(0.0).sqrt()).copysign(u.step - v.step);
    let ratio = (gamma - v.slope + theta) / (gamma - v.slope + gamma + u.slope);
    if ratio < 0.0 && gamma != 0.0 {
        v.step - ratio * (v.step - u.step)
    } else if v.step > u.step {
        bounds.1
    } else {
        bounds.0
    }
}

/// The minimum of the parabola through both values and the slope at `u`.
fn quadratic(u: Point, v: Point) -> f64 {
    let width = v.step - u.step;
    u.step + u.slope / ((u.value - v.value) / width + u.slope) / 2.0 * width
}

/// The minimum of the parabola through both slopes.
fn secant(u: Point, v: Point) -> f64 {
    let width = u.step - v.step;
    v.step + v.slope / (v.slope - u.slope) * width
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test functions of the paper's section 5 and two quadratics, as (value, slope).
    type Function = fn(f64) -> (f64, f64);
    const FUNCTIONS: [(&str, Function); 4] = [
        ("rational", |a| {
            let b = a * a + 2.0;
            (-a / b, (a * a - 2.0) / (b * b))
        }),
        ("polynomial", |a| {
            let b = a + 0.004;
            (b.powi(5) - 2.0 * b.powi(4), 5.0 * b.powi(4) - 8.0 * b.powi(3))
        }),
        ("far quadratic", |a| ((a - 300.0).powi(2), 2.0 * (a - 300.0))),
        ("narrow quadratic", |a| ((a - 1e-3).powi(2) * 1e6, 2e6 * (a - 1e-3))),
    ];

    fn check(name: &str, function: Function, first: f64) {
        let (value, slope) = function(0.0);
        let mut search = LineSearch::new(value, slope, 40);
        let mut step = first;
        loop {
            let (trial, trial_slope) = function(step);
            match search.judge(Point { step, value: trial, slope: trial_slope }) {
                Verdict::Accept => {
                    assert!(trial <= value + SUFFICIENT_DECREASE * step * slope, "{name} {first}");
                    assert!(trial_slope.abs() <= -CURVATURE * slope, "{name} {first}");
                    return;
                }
                Verdict::Try(next) => step = next,
                Verdict::Fail => panic!("{name} from {first}: failed at {step}"),
            }
        }
    }

    #[test]
    fn finds_a_step_from_far_and_near() {
        for (name, function) in FUNCTIONS {
            for first in [1e-3, 0.1, 1.0, 10.0, 1e3] {
                check(name, function, first);
            }
        }
    }

    #[test]
    fn comes_back_from_where_the_function_is_not_finite() {
        let barrier: Function = |a| if a < 1.0 { (-a, -1.0) } else { (f64::INFINITY, 0.0) };
        let mut search = LineSearch::new(0.0, -1.0, 20);
        let mut step = 64.0;
        for _ in 0..7 {
            let (value, slope) = barrier(step);
            let Verdict::Try(next) = search.judge(Point { step, value, slope }) else { return };
            step = next;
        }
        assert!(step < 1.0, "{step}");
    }

    #[test]
    fn fails_uphill_instead_of_running_on() {
        let mut search = LineSearch::new(0.0, -1.0, 20);
        let mut step = 1.0;
        for _ in 0..20 {
            match search.judge(Point { step, value: step, slope: 1.0 }) {
                Verdict::Try(next) => step = next,
                verdict => return assert_eq!(verdict, Verdict::Fail),
            }
        }
        panic!("20 trials are the limit");
    }
}
