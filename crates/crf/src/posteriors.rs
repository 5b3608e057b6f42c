use crate::forward_backward::{ExpTransitions, Trellis};
use crate::k_best::Partial;
use crate::{Lattice, Transitions};

/// Buffers that the decoders reuse; owned by the caller, one a thread. Results do not depend on
/// what a scratch was used for before.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    pub(crate) delta: Vec<f32>,
    pub(crate) trellis: Trellis,
    /// Positions × labels: the best paths to each.
    pub(crate) partials: Vec<Vec<Partial>>,
}

impl Scratch {
    /// Empty buffers; they grow to the longest sequence seen.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

/// Posterior probabilities of every label at every position, by forward–backward in `f64`.
///
/// `None` if no path is legal. Under the constraints of the lattice the probabilities are
/// conditional on them. State scores of one position may lie at most about 700 apart where a path
/// needs the lower one: below that `exp` is 0.
///
/// # Panics
/// If lattice and transitions have different numbers of labels.
#[must_use]
pub fn posteriors<'s>(
    lattice: &Lattice,
    transitions: &'s Transitions,
    scratch: &'s mut Scratch,
) -> Option<Marginals<'s>> {
    let trellis = &mut scratch.trellis;
    load(lattice, transitions, trellis);
    let n_labels = lattice.n_labels();
    let exp = &transitions.exp;
    let log_partition =
        if lattice.n_positions() == 0 { 0.0 } else { trellis.run(&transitions.exp)? };
    for ((score, alpha), beta) in trellis.scores.iter_mut().zip(&trellis.alpha).zip(&trellis.beta) {
        *score = alpha * beta;
    }
    Some(Marginals { n_labels, log_partition, trellis, transitions: exp })
}

/// Copies the state scores of a lattice into a trellis.
pub(crate) fn load(lattice: &Lattice, transitions: &Transitions, trellis: &mut Trellis) {
    let n_labels = lattice.n_labels();
    assert_eq!(n_labels, transitions.n_labels(), "the same labels");
    trellis.reset(lattice.n_positions(), n_labels);
    for (t, row) in trellis.scores.chunks_exact_mut(n_labels).enumerate() {
        for (cell, &score) in row.iter_mut().zip(lattice.row(t)) {
            *cell = f64::from(score);
        }
    }
}

/// Posterior probabilities of one sequence, valid until its [`Scratch`] is used again.
#[derive(Clone, Copy, Debug)]
pub struct Marginals<'s> {
    n_labels: usize,
    log_partition: f64,
    /// `scores` holds the marginals.
    trellis: &'s Trellis,
    transitions: &'s ExpTransitions,
}

impl<'s> Marginals<'s> {
    /// Number of positions.
    #[must_use]
    pub fn n_positions(&self) -> usize {
        self.trellis.scores.len() / self.n_labels
    }

    /// `log Z`: the logarithm of the sum of `exp(score)` over all legal paths. The probability of
    /// a path is `exp(score − log Z)`.
    #[must_use]
    pub fn log_partition(&self) -> f64 {
        self.log_partition
    }

    /// The probabilities of the labels at a position; they add up to 1.
    ///
    /// # Panics
    /// If the sequence is shorter.
    #[must_use]
    pub fn row(&self, position: usize) -> &'s [f64] {
        &self.trellis.scores[position * self.n_labels..][..self.n_labels]
    }

    /// The probability of a label at a position.
    ///
    /// # Panics
    /// If the position or the label does not exist.
    #[must_use]
    pub fn probability(&self, position: usize, label: u16) -> f64 {
        self.row(position)[label as usize]
    }

    /// Draws a path from the distribution over all paths, by forward sampling: each label given the
    /// one before it. `uniform` gives numbers in `0..1`, one for each position.
    pub fn sample(&self, uniform: &mut dyn FnMut() -> f64, path: &mut Vec<u16>) {
        path.clear();
        for t in 0..self.n_positions() {
            let cells = t * self.n_labels..(t + 1) * self.n_labels;
            let label = match path.last() {
                None => draw(uniform(), self.row(t).iter().copied()),
                Some(&previous) => {
                    let moves = &self.transitions.forward[previous as usize * self.n_labels..];
                    let link = &self.trellis.link[cells];
                    draw(uniform(), link.iter().zip(moves).map(|(link, factor)| link * factor))
                }
            };
            path.push(label);
        }
    }

    /// The probability that the positions from `start` on have exactly the labels of `path`: the
    /// confidence of an entity. That it also ends there is
    /// `path_probability(start, path) − path_probability(start, path + its continuation)`.
    ///
    /// # Panics
    /// If the path goes beyond the last position or has a label that does not exist.
    #[must_use]
    pub fn path_probability(&self, start: usize, path: &[u16]) -> f64 {
        assert!(start + path.len() <= self.n_positions(), "the path lies in the sequence");
        assert!(path.iter().all(|&label| (label as usize) < self.n_labels), "labels exist");
        let (Some(&first), Some(&last)) = (path.first(), path.last()) else { return 1.0 };
        let cell = |t: usize, label: u16| t * self.n_labels + label as usize;
        let mut probability = self.trellis.alpha[cell(start, first)];
        for (t, pair) in (start + 1..).zip(path.windows(2)) {
            let at = pair[0] as usize * self.n_labels + pair[1] as usize;
            probability *= self.transitions.forward[at]
                * self.trellis.exp_state[cell(t, pair[1])]
                * self.trellis.scale[t];
        }
        probability * self.trellis.beta[cell(start + path.len() - 1, last)]
    }
}

/// The label at `uniform` (0 to 1) of the way through the masses; never one without mass.
fn draw(uniform: f64, masses: impl Iterator<Item = f64> + Clone) -> u16 {
    let mut rest = uniform * masses.clone().sum::<f64>();
    let mut drawn = 0;
    for (label, mass) in masses.enumerate().filter(|&(_, mass)| mass > 0.0) {
        drawn = label as u16;
        rest -= mass;
        if rest < 0.0 {
            break;
        }
    }
    drawn
}
