use crate::width::{Width, with_width};
use crate::{Lattice, Scratch, Transitions};

/// Row lengths are multiples of this many `f32`: two registers of 128 bits, one of 256.
const LANES: usize = 8;

/// The length of a padded row of `n_labels` scores.
pub(crate) fn padded_len(n_labels: usize) -> usize {
    n_labels.next_multiple_of(LANES)
}

/// The best label path (Viterbi 1967), written to `path`, and its score; among equal paths the one
/// whose last label is lowest, then the one before it, and so on.
///
/// `None`, and an empty path, if no path is legal. Recurrence, with `s` the state scores:
/// `δ[0][j] = start[j] + s[0][j]`, `δ[t][j] = s[t][j] + maxᵢ (δ[t−1][i] + transition[i][j])`.
/// Computed in `f32`; the returned score is the path's own, summed in `f64`.
///
/// # Panics
/// If lattice and transitions have different numbers of labels.
#[must_use]
pub fn viterbi(
    lattice: &Lattice,
    transitions: &Transitions,
    scratch: &mut Scratch,
    path: &mut Vec<u16>,
) -> Option<f64> {
    assert_eq!(lattice.n_labels(), transitions.n_labels(), "the same labels");
    path.clear();
    if lattice.n_positions() == 0 {
        return Some(0.0);
    }
    let delta = &mut scratch.delta;
    delta.resize(lattice.padded_scores().len(), 0.0);
    with_width!(transitions.stride, [8 16 24 32 40], width => forward(width, lattice, transitions, delta));
    backtrack(transitions, delta, path)?;
    Some(path_score(lattice, transitions, path))
}

/// Fills `delta`, positions × stride. Only the scores: the few back pointers that the best path
/// needs are found again by [`backtrack`], which is cheaper than keeping one for every cell.
fn forward<W: Width>(width: W, lattice: &Lattice, transitions: &Transitions, delta: &mut [f32]) {
    let stride = width.get();
    let mut rows = lattice.padded_scores().chunks_exact(stride).zip(delta.chunks_exact_mut(stride));
    let (first, mut previous) = rows.next().expect("the lattice has a position");
    for ((best, &start), &score) in previous.iter_mut().zip(&transitions.start).zip(first) {
        *best = start + score;
    }
    for (scores, current) in rows {
        step(width, previous, &transitions.forward, current);
        for (best, &score) in current.iter_mut().zip(scores) {
            *best += score;
        }
        previous = current;
    }
}

/// `current[j] = maxᵢ (previous[i] + transition[i][j])`, eight labels `j` at a time in registers.
#[inline(always)]
fn step<W: Width>(width: W, previous: &[f32], transitions: &[f32], current: &mut [f32]) {
    let stride = width.get();
    let n_labels = transitions.len() / stride;
    for first in (0..stride).step_by(LANES) {
        let mut best = [f32::NEG_INFINITY; LANES];
        for (row, &score) in transitions.chunks_exact(stride).zip(&previous[..n_labels]) {
            for (best, &transition) in best.iter_mut().zip(&row[first..first + LANES]) {
                let candidate = score + transition;
                *best = if candidate > *best { candidate } else { *best };
            }
        }
        current[first..first + LANES].copy_from_slice(&best);
    }
}

/// Follows the best path from its end: the predecessor of `j` is the `i` that reaches the maximum.
fn backtrack(transitions: &Transitions, delta: &[f32], path: &mut Vec<u16>) -> Option<()> {
    let mut rows = delta.chunks_exact(transitions.stride).rev();
    let (mut label, best) = best_sum(rows.next()?, &transitions.end);
    if best == f32::NEG_INFINITY {
        return None;
    }
    path.push(label as u16);
    for row in rows {
        let into = &transitions.backward[label * transitions.stride..][..transitions.stride];
        label = best_sum(row, into).0;
        path.push(label as u16);
    }
    path.reverse();
    Some(())
}

/// The lowest index at which `left + right` is largest, and the sum there.
fn best_sum(left: &[f32], right: &[f32]) -> (usize, f32) {
    let mut best = (0, f32::NEG_INFINITY);
    for (at, sum) in left.iter().zip(right).map(|(a, b)| a + b).enumerate() {
        if sum > best.1 {
            best = (at, sum);
        }
    }
    best
}

/// The score of a path, in `f64`; −∞ if it is not legal.
///
/// # Panics
/// If the path has not one existing label for each position.
#[must_use]
pub fn path_score(lattice: &Lattice, transitions: &Transitions, path: &[u16]) -> f64 {
    assert_eq!(path.len(), lattice.n_positions(), "one label a position");
    let (Some(&first), Some(&last)) = (path.first(), path.last()) else { return 0.0 };
    let states: f64 = (0..).zip(path).map(|(t, &y)| f64::from(lattice.row(t)[y as usize])).sum();
    let moves: f64 = path.windows(2).map(|y| f64::from(transitions.score(y[0], y[1]))).sum();
    f64::from(transitions.start(first)) + states + moves + f64::from(transitions.end(last))
}
