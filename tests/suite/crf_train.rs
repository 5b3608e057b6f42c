//! Training: the objective against its definition, the optimum, the same bytes for any threads.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use proptest::prelude::*;
use tawsim_crf::{
    Dataset, FeatureSelection, Lattice, LogLikelihood, Objective, Scratch, StopReason, TrainConfig,
    TrainError, Trained, TransitionMask, train, viterbi,
};

use crate::crf_inference::{all_paths, assert_close, log_sum_exp};

/// A reproducible stream of numbers below `bound`.
pub(crate) struct Stream(pub(crate) u64);

impl Stream {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// What a random data set contains.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) has_values: bool,
    pub(crate) is_partial: bool,
    pub(crate) has_weights: bool,
}

pub(crate) const PLAIN: Kind = Kind { has_values: false, is_partial: false, has_weights: false };
pub(crate) const FULL: Kind = Kind { has_values: true, is_partial: true, has_weights: true };

/// Sequences of 1 to 5 positions whose labels depend on their attributes most of the time.
pub(crate) fn random_data(n_labels: usize, n_sequences: usize, seed: u64, kind: Kind) -> Dataset {
    let mut stream = Stream(seed);
    let mut data = Dataset::new(n_labels);
    for _ in 0..n_sequences {
        for _ in 0..1 + stream.below(5) {
            let cue = stream.below(3 * n_labels);
            // The second attribute always goes with the first: they fold.
            data.push_attribute(cue as u32);
            data.push_attribute(cue as u32 + 100);
            for _ in 0..stream.below(4) {
                let value = if kind.has_values { stream.below(16) as f32 / 4.0 - 2.0 } else { 1.0 };
                data.push_attribute_value(200 + stream.below(40) as u32, value);
            }
            let label = if stream.below(4) == 0 { stream.below(n_labels) } else { cue % n_labels };
            match stream.below(if kind.is_partial { 4 } else { 1 }) {
                1 => data.end_unknown_position(),
                2 => data.end_partial_position(&[label as u16, stream.below(n_labels) as u16]),
                _ => data.end_position(label as u16),
            }
        }
        data.end_sequence(if kind.has_weights { 0.25 * stream.below(8) as f32 } else { 1.0 });
    }
    data
}

/// `Σ weight (log Z − log Z under the annotation) + c2 ‖w‖²` over all paths, in model space.
fn loss_by_enumeration(
    data: &Dataset,
    objective: &LogLikelihood<'_>,
    params: &[f64],
    c2: f64,
) -> f64 {
    let weights = objective.weights(params);
    let n = data.n_labels();
    let likelihood: f64 = data
        .sequences()
        .map(|sequence| {
            let paths = all_paths(n, sequence.n_positions());
            let allowed = |path: &[u16]| {
                path.iter().enumerate().all(|(t, &y)| match sequence.label_set(t) {
                    Some(set) => set[y as usize],
                    None => sequence.label(t) == Some(y),
                })
            };
            let score = |path: &[u16]| {
                let mut score = f64::from(weights.start_weights()[path[0] as usize]);
                score += f64::from(weights.end_weights()[path[path.len() - 1] as usize]);
                for (t, &y) in path.iter().enumerate() {
                    let values = sequence.values(t);
                    for (at, &attribute) in sequence.attributes(t).iter().enumerate() {
                        let value = values.get(at).copied().unwrap_or(1.0);
                        score += f64::from(value) * f64::from(weights.row(attribute)[y as usize]);
                    }
                    if t > 0 {
                        let at = path[t - 1] as usize * n + y as usize;
                        score += f64::from(weights.transition_weights()[at]);
                    }
                }
                score
            };
            let all: Vec<f64> = paths.iter().map(|path| score(path)).collect();
            let gold: Vec<f64> =
                paths.iter().filter(|path| allowed(path)).map(|path| score(path)).collect();
            sequence.weight() * (log_sum_exp(all.into_iter()) - log_sum_exp(gold.into_iter()))
        })
        .sum();
    let states = (0..data.n_attributes() as u32).flat_map(|at| weights.row(at));
    let edges = [weights.transition_weights(), weights.start_weights(), weights.end_weights()];
    let squares = states.chain(edges.concat()).map(|weight| f64::from(weight).powi(2));
    likelihood + c2 * squares.sum::<f64>()
}

/// Random parameters, exact in `f32`, where a feature exists.
fn random_params(objective: &mut LogLikelihood<'_>, seed: u64) -> Vec<f64> {
    let mut stream = Stream(seed);
    let mut gradient = vec![0.0; objective.n_params()];
    let zeros = gradient.clone();
    objective.evaluate(&zeros, &mut gradient);
    let mut param = || stream.below(64) as f64 / 32.0 - 1.0;
    gradient.iter().map(|&slope| if slope == 0.0 { 0.0 } else { param() }).collect()
}

fn feature_configs(n_labels: usize) -> Vec<FeatureSelection> {
    let seen = FeatureSelection::default();
    let boundaries = FeatureSelection { boundaries: true, ..seen.clone() };
    let dense = FeatureSelection {
        possible_states: true,
        possible_transitions: true,
        min_frequency: 2.0,
        ..boundaries.clone()
    };
    let mask = Some(TransitionMask::all(n_labels));
    vec![seen, FeatureSelection { mask, ..boundaries.clone() }, boundaries, dense]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn loss_is_its_definition(n_labels in 2_usize..5, seed: u64, partial: bool) {
        let data = random_data(n_labels, 6, seed, if partial { FULL } else { PLAIN });
        for config in feature_configs(n_labels) {
            let mut objective = LogLikelihood::new(&data, &config, 0.5).expect("nothing is forbidden");
            let params = random_params(&mut objective, seed);
            let mut gradient = vec![0.0; params.len()];
            let loss = objective.evaluate(&params, &mut gradient);
            // The weights are rounded to f32 (those of folded attributes are not exact).
            let expected = loss_by_enumeration(&data, &objective, &params, 0.5);
            assert_close("loss", loss, expected, 1e-6);
        }
    }

    #[test]
    fn gradient_is_the_slope_of_the_loss(n_labels in 2_usize..5, seed: u64, partial: bool) {
        let data = random_data(n_labels, 6, seed, if partial { FULL } else { PLAIN });
        for config in feature_configs(n_labels) {
            let mut objective = LogLikelihood::new(&data, &config, 0.5).expect("nothing is forbidden");
            let mut params = random_params(&mut objective, seed);
            let mut gradient = vec![0.0; params.len()];
            let mut unused = gradient.clone();
            objective.evaluate(&params, &mut gradient);
            for at in (0..params.len()).filter(|&at| gradient[at] != 0.0) {
                // A central difference of fourth order.
                let mut at_offset = |steps: f64| {
                    let (value, step) = (params[at], 1e-3);
                    params[at] = value + steps * step;
                    let loss = objective.evaluate(&params, &mut unused);
                    params[at] = value;
                    loss / (12.0 * step)
                };
                let slope = at_offset(-2.0) - at_offset(2.0) + 8.0 * (at_offset(1.0) - at_offset(-1.0));
                let error = (slope - gradient[at]).abs() / gradient[at].abs().max(1.0);
                prop_assert!(error < 1e-6, "parameter {}: {} by difference, {}", at, slope, gradient[at]);
            }
        }
    }
}

fn silent(data: &Dataset, config: &TrainConfig) -> Trained {
    train(data, config, &mut |_| ControlFlow::Continue(())).expect("the data can be learnt")
}

#[test]
fn any_number_of_threads_gives_the_same_weights() {
    let data = random_data(5, 2000, 3, FULL);
    let config = |n_threads: usize| TrainConfig {
        n_threads: NonZeroUsize::new(n_threads),
        ..TrainConfig::default()
    };
    let one = silent(&data, &config(1));
    for n_threads in [2, 3, 8] {
        assert_eq!(silent(&data, &config(n_threads)), one, "{n_threads} threads");
    }
}

#[test]
fn the_optimum_has_no_slope() {
    let data = random_data(4, 300, 11, PLAIN);
    let mut config = TrainConfig { c2: 0.1, ..TrainConfig::default() };
    config.lbfgs.period = 0;
    config.lbfgs.epsilon = 1e-6;
    let mut last = None;
    let trained = train(&data, &config, &mut |progress| {
        last = Some(*progress);
        ControlFlow::Continue(())
    });
    assert_eq!(trained.map(|trained| trained.stop), Ok(StopReason::Converged), "{last:?}");
    assert!(last.is_some_and(|last| last.gradient_norm < 1e-5), "{last:?}");
}

#[test]
fn learns_what_decides_the_label() {
    let data = random_data(4, 400, 5, PLAIN);
    let weights = silent(&data, &TrainConfig::default()).weights;
    let (mut scratch, mut path, mut lattice) = (Scratch::new(), Vec::new(), Lattice::new(4));
    let transitions = weights.transitions();
    let (mut n_right, mut n_all) = (0, 0);
    for sequence in data.sequences() {
        lattice.fill(&weights, &sequence);
        viterbi(&lattice, &transitions, &mut scratch, &mut path).expect("nothing is forbidden");
        n_right += (0..path.len()).filter(|&t| sequence.label(t) == Some(path[t])).count();
        n_all += path.len();
    }
    // Three labels in four follow the cue; of the others a quarter do by chance.
    assert!(n_right * 100 > n_all * 78, "{n_right} of {n_all}");
}

#[test]
fn the_callback_cancels() {
    let data = random_data(3, 50, 1, PLAIN);
    let cancelled = train(&data, &TrainConfig::default(), &mut |progress| {
        if progress.iteration == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .expect("the data can be learnt");
    assert_eq!((cancelled.stop, cancelled.n_iterations), (StopReason::Cancelled, 3));
    let mut config = TrainConfig::default();
    config.lbfgs.max_iterations = 3;
    assert_eq!(silent(&data, &config).weights, cancelled.weights);
}

#[test]
fn impossible_tasks_are_errors() {
    let error = |data: &Dataset, config: &TrainConfig| {
        train(data, config, &mut |_| ControlFlow::Continue(())).expect_err("nothing to learn")
    };
    assert_eq!(error(&Dataset::new(2), &TrainConfig::default()), TrainError::NoSequences);
    let data = random_data(2, 5, 1, PLAIN);
    let mut config = TrainConfig::default();
    config.features.mask = Some(TransitionMask::from_fn(2, |_, _| false));
    assert!(matches!(error(&data, &config), TrainError::ForbiddenAnnotation { .. }));
}
