use crate::{Lattice, Scratch, Transitions};

/// A label path and its score.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredPath {
    /// One label a position.
    pub labels: Vec<u16>,
    /// The score, see [`Transitions`]; `exp(score − log Z)` is the path's probability.
    pub score: f64,
}

/// The end of one of the best paths to a label: its score and where it came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Partial {
    score: f64,
    previous: u16,
    /// Which of the best paths to the previous label.
    rank: u32,
}

/// The `k` best legal paths, best first; fewer if there are not so many. List Viterbi (Seshadri and
/// Sundberg 1994): the `k` best paths to every label at every position, in `f64`. Time
/// `O(T L² k log k L)`.
///
/// # Panics
/// If lattice and transitions have different numbers of labels.
#[must_use]
pub fn k_best(
    lattice: &Lattice,
    transitions: &Transitions,
    k: usize,
    scratch: &mut Scratch,
) -> Vec<ScoredPath> {
    assert_eq!(lattice.n_labels(), transitions.n_labels(), "the same labels");
    if lattice.n_positions() == 0 || k == 0 {
        return Vec::new();
    }
    let partials = &mut scratch.partials;
    partials.clear();
    for t in 0..lattice.n_positions() {
        for label in 0..lattice.n_labels() as u16 {
            let score = f64::from(lattice.row(t)[label as usize]);
            let mut found = match t.checked_sub(1) {
                None => start(transitions, label),
                Some(before) => {
                    let row = &partials[before * lattice.n_labels()..];
                    extend(&row[..lattice.n_labels()], |previous| {
                        transitions.score(previous, label)
                    })
                }
            };
            keep_best(&mut found, k);
            found.iter_mut().for_each(|partial| partial.score += score);
            found.retain(|partial| partial.score > f64::NEG_INFINITY);
            partials.push(found);
        }
    }
    let last = &partials[partials.len() - lattice.n_labels()..];
    let mut ends = extend(last, |label| transitions.end(label));
    keep_best(&mut ends, k);
    ends.iter().map(|&end| trace(partials, lattice.n_labels(), end)).collect()
}

fn start(transitions: &Transitions, label: u16) -> Vec<Partial> {
    vec![Partial { score: f64::from(transitions.start(label)), previous: 0, rank: 0 }]
}

/// Every path in `row`, moved on by `score(its label)`.
fn extend(row: &[Vec<Partial>], score: impl Fn(u16) -> f32) -> Vec<Partial> {
    let mut extended = Vec::new();
    for (previous, paths) in (0..).zip(row) {
        let step = f64::from(score(previous));
        let moved = (0..).zip(paths);
        extended.extend(moved.map(|(rank, path)| Partial {
            score: path.score + step,
            previous,
            rank,
        }));
    }
    extended.retain(|partial| partial.score > f64::NEG_INFINITY);
    extended
}

/// Sorts by falling score and drops all but `k`. The sort is stable: equal paths keep the order of
/// their labels.
fn keep_best(partials: &mut Vec<Partial>, k: usize) {
    partials.sort_by(|a, b| b.score.total_cmp(&a.score));
    partials.truncate(k);
}

/// Follows a path from its end.
fn trace(partials: &[Vec<Partial>], n_labels: usize, end: Partial) -> ScoredPath {
    let mut labels = Vec::with_capacity(partials.len() / n_labels);
    let mut at = end;
    for row in partials.chunks_exact(n_labels).rev() {
        labels.push(at.previous);
        at = row[at.previous as usize][at.rank as usize];
    }
    labels.reverse();
    ScoredPath { labels, score: end.score }
}
