//! What the model holds possible beside what it found: entities whose probability reaches a bound though the
//! best path goes another way.

use std::ops::Range;

use tawsim_corpus::{Label, Tag, TagScheme};
use tawsim_crf::Marginals;

/// The tags of the entities that may start at a unit, as indices.
pub(super) struct EntityTags {
    scheme: TagScheme,
    begin: u16,
    inside: u16,
    end: u16,
    single: u16,
}

impl EntityTags {
    pub(super) fn new(scheme: TagScheme, label: Label) -> Self {
        // Without end tags an entity of any length begins with `B-` and goes on with `I-`.
        let has_ends = scheme == TagScheme::Bioes;
        let (end, single) = match has_ends {
            true => (Tag::End(label), Tag::Single(label)),
            false => (Tag::Inside(label), Tag::Begin(label)),
        };
        Self {
            scheme,
            begin: scheme.tag_idx(Tag::Begin(label)),
            inside: scheme.tag_idx(Tag::Inside(label)),
            end: scheme.tag_idx(end),
            single: scheme.tag_idx(single),
        }
    }

    /// The probability that an entity takes up just `n_units` units from `start` on: of its path `b i … e`, or
    /// where the scheme does not mark ends of the path without its continuation, `p(b i … i) − p(b i … i i)`.
    pub(super) fn probability(
        &self,
        marginals: &Marginals<'_>,
        (start, n_units): (usize, usize),
        path: &mut Vec<u16>,
    ) -> f64 {
        match n_units {
            1 => {
                path.clear();
                path.push(self.single);
            }
            _ => {
                self.begin(n_units - 1, path);
                path.push(self.end);
            }
        }
        let whole = marginals.path_probability(start, path);
        if self.scheme == TagScheme::Bioes || start + n_units == marginals.n_positions() {
            return whole;
        }
        path.push(self.inside);
        (whole - marginals.path_probability(start, path)).max(0.0)
    }

    /// The path of an entity's first units.
    fn begin(&self, n_units: usize, path: &mut Vec<u16>) {
        path.clear();
        path.push(self.begin);
        path.extend(std::iter::repeat_n(self.inside, n_units - 1));
    }

    /// The probability that an entity from `start` on takes up at least `n_units` units, more than one: it falls
    /// with every unit, so a search may end where it is small.
    fn at_least(
        &self,
        marginals: &Marginals<'_>,
        (start, n_units): (usize, usize),
        path: &mut Vec<u16>,
    ) -> f64 {
        self.begin(n_units - 1, path);
        marginals.path_probability(start, path)
    }

    /// Calls `found` with units and probability of every entity of this label with a probability of at
    /// least `min_score`.
    pub(super) fn each(
        &self,
        marginals: &Marginals<'_>,
        min_score: f64,
        path: &mut Vec<u16>,
        mut found: impl FnMut(Range<usize>, f64),
    ) {
        for start in 0..marginals.n_positions() {
            for n_units in 1..=marginals.n_positions() - start {
                if n_units > 1 && self.at_least(marginals, (start, n_units), path) < min_score {
                    break;
                }
                let score = self.probability(marginals, (start, n_units), path);
                if score >= min_score {
                    found(start..start + n_units, score);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tawsim_corpus::UnitSpan;
    use tawsim_crf::{Scratch, k_best, posteriors};

    use super::*;
    use crate::small_chain::{EDGE_ROWS, MAX_TAGS, SmallChain};

    const N_UNITS: usize = 4;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        /// Every entity is found with the sum of the probabilities of all paths that have it.
        #[test]
        fn probabilities_are_those_of_all_paths(
            is_bioes: bool,
            states in prop::collection::vec(-128_i16..128, N_UNITS * MAX_TAGS),
            edges in prop::collection::vec(-128_i16..128, MAX_TAGS * EDGE_ROWS),
            min_score in 0.001_f64..0.5,
        ) {
            let SmallChain { scheme, labels, lattice, transitions } =
                SmallChain::new(is_bioes, &states, &edges);
            let mut scratch = Scratch::new();
            let paths = k_best(&lattice, &transitions, usize::MAX, &mut scratch);
            let marginals = posteriors(&lattice, &transitions, &mut scratch).expect("paths are legal");
            let mass = |span: &UnitSpan| -> f64 {
                let has = |path: &&tawsim_crf::ScoredPath| {
                    let tags = path.labels.iter().map(|tag| scheme.tag(*tag, &labels).expect("a tag"));
                    scheme.decode(&tags.collect::<Vec<_>>()).contains(span)
                };
                paths.iter().filter(has).map(|p| (p.score - marginals.log_partition()).exp()).sum()
            };
            for label in (0..2).filter_map(|idx| labels.at(idx)) {
                let (tags, mut path) = (EntityTags::new(scheme, label), Vec::new());
                let mut found = Vec::new();
                tags.each(&marginals, min_score, &mut path, |units, p| found.push((units, p)));
                for start in 0..N_UNITS {
                    for end in start + 1..=N_UNITS {
                        let expected = mass(&UnitSpan { units: start..end, label });
                        let listed = found.iter().find(|(units, _)| *units == (start..end));
                        match listed {
                            Some((_, p)) => prop_assert!((p - expected).abs() < 1e-4, "{p} {expected}"),
                            None => prop_assert!(expected < min_score + 1e-4),
                        }
                    }
                }
            }
        }
    }
}
