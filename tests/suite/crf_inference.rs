//! Decoding against an oracle that enumerates every label path.

use proptest::prelude::*;
use tawsim_crf::{
    Lattice, Scratch, TransitionMask, Transitions, k_best, path_score, posteriors, viterbi,
};

use crate::crf_train::Stream;

/// A small problem with every path listed: legal paths with their scores.
pub(crate) struct Problem {
    pub(crate) lattice: Lattice,
    pub(crate) transitions: Transitions,
    pub(crate) paths: Vec<(Vec<u16>, f64)>,
}

/// State, transition, start and end scores; which moves are masked; which states are excluded.
#[derive(Clone, Debug)]
pub(crate) struct Numbers {
    pub(crate) n_labels: usize,
    pub(crate) states: Vec<f32>,
    pub(crate) edges: Vec<f32>,
    pub(crate) masked: Vec<bool>,
    pub(crate) excluded: Vec<bool>,
}

/// Up to 5 positions and 4 labels; scores are multiples of 1/64, so that `f32` sums are exact.
pub(crate) fn numbers() -> impl Strategy<Value = Numbers> {
    (1_usize..=5, 1_usize..=4).prop_flat_map(|(n_positions, n_labels)| {
        let score = (-512_i16..512).prop_map(|step| f32::from(step) / 64.0);
        let n_edges = n_labels * (n_labels + 2);
        (
            prop::collection::vec(score.clone(), n_positions * n_labels),
            prop::collection::vec(score, n_edges),
            prop::collection::vec(prop::bool::weighted(0.2), n_edges),
            prop::collection::vec(prop::bool::weighted(0.15), n_positions * n_labels),
        )
            .prop_map(move |(states, edges, masked, excluded)| Numbers {
                n_labels,
                states,
                edges,
                masked,
                excluded,
            })
    })
}

impl Problem {
    pub(crate) fn new(numbers: &Numbers) -> Self {
        let n = numbers.n_labels;
        let (moves, ends) = numbers.edges.split_at(n * n);
        let free = Transitions::new(moves, &ends[..n], &ends[n..]);
        let transitions = free.masked(&mask(numbers));
        let mut lattice = Lattice::new(n);
        lattice.reset(numbers.states.len() / n);
        for (t, row) in numbers.states.chunks_exact(n).enumerate() {
            lattice.add_row(t, row);
            let allowed: Vec<u16> =
                (0..n as u16).filter(|&y| !numbers.excluded[t * n + y as usize]).collect();
            lattice.restrict(t, &allowed);
        }
        let paths = all_paths(n, numbers.states.len() / n)
            .into_iter()
            .filter_map(|path| Some((path.clone(), score(numbers, &path)?)))
            .collect();
        Self { lattice, transitions, paths }
    }

    pub(crate) fn log_partition(&self) -> f64 {
        log_sum_exp(self.paths.iter().map(|&(_, score)| score))
    }

    /// The summed probability of the paths for which `holds`.
    pub(crate) fn probability(&self, holds: impl Fn(&[u16]) -> bool) -> f64 {
        let log_partition = self.log_partition();
        let paths = self.paths.iter().filter(|(path, _)| holds(path));
        paths.map(|(_, score)| (score - log_partition).exp()).sum()
    }
}

fn mask(numbers: &Numbers) -> TransitionMask {
    let n = numbers.n_labels;
    let mut mask = TransitionMask::from_fn(n, |from, to| !numbers.masked[from * n + to]);
    for label in 0..n {
        if numbers.masked[n * n + label] {
            mask.forbid_start(label as u16);
        }
        if numbers.masked[n * n + n + label] {
            mask.forbid_end(label as u16);
        }
    }
    mask
}

/// The definition: the sum along a path, nothing if a part of it is illegal.
fn score(numbers: &Numbers, path: &[u16]) -> Option<f64> {
    let n = numbers.n_labels;
    let edge = |at: usize| (!numbers.masked[at]).then_some(f64::from(numbers.edges[at]));
    let mut score = edge(n * n + path[0] as usize)?;
    for (t, &label) in path.iter().enumerate() {
        let at = t * n + label as usize;
        score += (!numbers.excluded[at]).then_some(f64::from(numbers.states[at]))?;
        if t > 0 {
            score += edge(path[t - 1] as usize * n + label as usize)?;
        }
    }
    Some(score + edge(n * n + n + path[path.len() - 1] as usize)?)
}

pub(crate) fn all_paths(n_labels: usize, n_positions: usize) -> Vec<Vec<u16>> {
    let mut paths = vec![Vec::new()];
    for _ in 0..n_positions {
        paths = paths
            .iter()
            .flat_map(|path| (0..n_labels as u16).map(move |y| [&path[..], &[y]].concat()))
            .collect();
    }
    paths
}

pub(crate) fn log_sum_exp(scores: impl Iterator<Item = f64> + Clone) -> f64 {
    let max = scores.clone().fold(f64::NEG_INFINITY, f64::max);
    max + scores.map(|score| (score - max).exp()).sum::<f64>().ln()
}

pub(crate) fn assert_close(name: &str, found: f64, expected: f64, tolerance: f64) {
    let error = (found - expected).abs() / expected.abs().max(1e-3);
    assert!(error <= tolerance, "{name}: {found} instead of {expected}, off by {error:e}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn viterbi_finds_the_best_legal_path(numbers in numbers()) {
        let problem = Problem::new(&numbers);
        let mut path = Vec::new();
        let best = viterbi(&problem.lattice, &problem.transitions, &mut Scratch::new(), &mut path);
        let expected = problem.paths.iter().map(|&(_, score)| score).reduce(f64::max);
        prop_assert_eq!(best, expected);
        if let Some(best) = best {
            prop_assert!(problem.paths.contains(&(path, best)));
        } else {
            prop_assert!(path.is_empty());
        }
    }

    #[test]
    fn posteriors_are_sums_over_all_paths(numbers in numbers()) {
        let problem = Problem::new(&numbers);
        let mut scratch = Scratch::new();
        let found = posteriors(&problem.lattice, &problem.transitions, &mut scratch);
        prop_assert_eq!(found.is_some(), !problem.paths.is_empty());
        let Some(found) = found else { return Ok(()) };
        assert_close("log Z", found.log_partition(), problem.log_partition(), 1e-9);
        for t in 0..problem.lattice.n_positions() {
            for label in 0..numbers.n_labels as u16 {
                let expected = problem.probability(|path| path[t] == label);
                assert_close("marginal", found.probability(t, label), expected, 1e-9);
            }
        }
        for start in 0..problem.lattice.n_positions() {
            for part in all_paths(numbers.n_labels, (problem.lattice.n_positions() - start).min(3)) {
                let expected = problem.probability(|path| path[start..].starts_with(&part));
                assert_close("span", found.path_probability(start, &part), expected, 1e-9);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn k_best_lists_the_best_paths_in_order(numbers in numbers(), k in 0_usize..20) {
        let problem = Problem::new(&numbers);
        let found = k_best(&problem.lattice, &problem.transitions, k, &mut Scratch::new());
        let mut expected: Vec<f64> = problem.paths.iter().map(|&(_, score)| score).collect();
        expected.sort_by(|a, b| b.total_cmp(a));
        expected.truncate(k);
        let scores: Vec<f64> = found.iter().map(|path| path.score).collect();
        prop_assert_eq!(scores, expected);
        for (at, path) in found.iter().enumerate() {
            let score = path_score(&problem.lattice, &problem.transitions, &path.labels);
            prop_assert_eq!(score, path.score);
            prop_assert!(found[..at].iter().all(|other| other.labels != path.labels));
        }
    }

    #[test]
    fn samples_follow_the_distribution(numbers in numbers(), seed: u64) {
        let problem = Problem::new(&numbers);
        let mut scratch = Scratch::new();
        let Some(found) = posteriors(&problem.lattice, &problem.transitions, &mut scratch) else {
            return Ok(());
        };
        let mut stream = Stream(seed);
        let mut uniform = || stream.below(1 << 24) as f64 / f64::from(1 << 24);
        let (mut path, n_samples) = (Vec::new(), 2000);
        let mut counts = vec![0; problem.paths.len()];
        for _ in 0..n_samples {
            found.sample(&mut uniform, &mut path);
            let at = problem.paths.iter().position(|(legal, _)| *legal == path);
            counts[at.expect("a sample is a legal path")] += 1;
        }
        for ((path, score), count) in problem.paths.iter().zip(counts) {
            let p = (score - problem.log_partition()).exp();
            let deviation = (p * (1.0 - p) / f64::from(n_samples)).sqrt();
            let error = (f64::from(count) / f64::from(n_samples) - p).abs();
            prop_assert!(error <= 6.0 * deviation + 2e-3, "{:?}: {} for {}", path, count, p);
        }
    }
}

#[test]
fn a_used_scratch_changes_nothing() {
    let transitions = Transitions::new(&[0.5, -1.0, 0.25, 2.0], &[0.0, 1.0], &[0.0; 2]);
    let mut used = Scratch::new();
    for n_positions in [9, 1, 0, 5] {
        let mut lattice = Lattice::new(2);
        lattice.reset(n_positions);
        (0..n_positions).for_each(|t| lattice.add_row(t, &[t as f32 * 0.25, 1.0]));
        let mut fresh = Scratch::new();
        let (mut path, mut fresh_path) = (vec![7], Vec::new());
        let score = viterbi(&lattice, &transitions, &mut used, &mut path);
        assert_eq!(score, viterbi(&lattice, &transitions, &mut fresh, &mut fresh_path));
        assert_eq!(path, fresh_path);
        let rows = |scratch: &mut Scratch| {
            let found = posteriors(&lattice, &transitions, scratch).expect("all is legal");
            assert_eq!(found.n_positions(), n_positions);
            (0..n_positions).map(|t| found.row(t).to_vec()).collect::<Vec<_>>()
        };
        assert_eq!(rows(&mut used), rows(&mut fresh));
    }
}

#[test]
fn large_scores_neither_overflow_nor_vanish() {
    let transitions = Transitions::new(&[900.0, -900.0, 880.0, 899.0], &[0.0; 2], &[0.0; 2]);
    let mut lattice = Lattice::new(2);
    lattice.reset(200);
    (0..200).for_each(|t| lattice.add_row(t, &[-4000.0, -4000.5]));
    let mut scratch = Scratch::new();
    let found = posteriors(&lattice, &transitions, &mut scratch).expect("all is legal");
    assert!(found.log_partition().is_finite());
    let sum: f64 = found.row(150).iter().sum();
    assert_close("sum of a row", sum, 1.0, 1e-12);
}
