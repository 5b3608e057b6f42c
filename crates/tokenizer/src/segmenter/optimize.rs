//! Minimising a smooth convex function of many variables.
//!
//! The CRF crate has an L-BFGS too. That one steps through chains and checkpoints, with another line search and OWL-QN;
//! this crate depends on none of ours, and another search would end at other bytes than those of the table in use.

/// Pairs of steps and gradient changes that stand for the curvature.
const MEMORY: usize = 8;
const MAX_HALVINGS: u32 = 30;
/// Share of the predicted decrease that a step must bring (Armijo).
const SUFFICIENT: f64 = 1e-4;

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stop {
    pub(crate) max_iterations: usize,
    /// Relative decrease of the function below which it is done.
    pub(crate) tolerance: f64,
}

/// Minimises `function` (value, and gradient into its second argument) from zero with limited-memory
/// BFGS and a backtracking line search (Nocedal & Wright, Numerical Optimization, alg. 7.4).
pub(crate) fn minimize(
    n_variables: usize,
    stop: Stop,
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Vec<f64> {
    let mut x = vec![0.0; n_variables];
    let mut gradient = vec![0.0; n_variables];
    let mut value = function(&x, &mut gradient);
    let mut history: Vec<Update> = Vec::new();
    for _ in 0..stop.max_iterations {
        let direction = direction(&gradient, &history);
        let slope = dot(&direction, &gradient);
        let mut step = if history.is_empty() {
            1.0 / dot(&gradient, &gradient).sqrt().max(1e-12)
        } else {
            1.0
        };
        let mut found = None;
        for _ in 0..MAX_HALVINGS {
            let next: Vec<f64> = x.iter().zip(&direction).map(|(x, d)| x + step * d).collect();
            let mut next_gradient = vec![0.0; n_variables];
            let next_value = function(&next, &mut next_gradient);
            if next_value <= value + SUFFICIENT * step * slope {
                found = Some((next, next_gradient, next_value));
                break;
            }
            step /= 2.0;
        }
        let Some((next, next_gradient, next_value)) = found else { break };
        remember(&mut history, &x, &next, &gradient, &next_gradient);
        let decrease = (value - next_value) / value.abs().max(1e-12);
        (x, gradient, value) = (next, next_gradient, next_value);
        if decrease < stop.tolerance {
            break;
        }
    }
    x
}

/// A step, the change of the gradient over it, and the inverse of their product.
struct Update {
    step: Vec<f64>,
    change: Vec<f64>,
    rho: f64,
}

fn remember(history: &mut Vec<Update>, x: &[f64], next: &[f64], from: &[f64], to: &[f64]) {
    let difference = |a: &[f64], b: &[f64]| b.iter().zip(a).map(|(b, a)| b - a).collect::<Vec<_>>();
    let (step, change) = (difference(x, next), difference(from, to));
    let product = dot(&step, &change);
    if product > 1e-12 {
        if history.len() == MEMORY {
            history.remove(0);
        }
        history.push(Update { step, change, rho: 1.0 / product });
    }
}

/// The two-loop recursion: minus the gradient times the approximate inverse Hessian.
fn direction(gradient: &[f64], history: &[Update]) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut alphas = vec![0.0; history.len()];
    for (update, alpha) in history.iter().zip(&mut alphas).rev() {
        *alpha = update.rho * dot(&update.step, &q);
        add(&mut q, -*alpha, &update.change);
    }
    if let Some(last) = history.last() {
        let scale = 1.0 / (last.rho * dot(&last.change, &last.change));
        q.iter_mut().for_each(|value| *value *= scale);
    }
    for (update, alpha) in history.iter().zip(&alphas) {
        let beta = update.rho * dot(&update.change, &q);
        add(&mut q, alpha - beta, &update.step);
    }
    q
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += factor * what);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_minimum_of_a_skewed_bowl() {
        let target = [3.0, -2.0, 0.5];
        let stop = Stop { max_iterations: 100, tolerance: 1e-14 };
        let found = minimize(3, stop, |x, gradient| {
            let mut value = 1.0;
            for (i, (x, t)) in x.iter().zip(target).enumerate() {
                let curvature = 10_f64.powi(i as i32);
                gradient[i] = 2.0 * curvature * (x - t);
                value += curvature * (x - t) * (x - t);
            }
            value
        });
        assert!(found.iter().zip(target).all(|(x, t)| (x - t).abs() < 1e-4), "{found:?}");
    }
}
