//! Decoding under what a person has decided: confirmed entities are clamped, rejected ones ruled out, and the
//! best path through the rest is found (constrained Viterbi: Culotta & McCallum 2004, "Confidence estimation
//! for information extraction"; Kristjansson et al. 2004, "Interactive information extraction with constrained
//! conditional random fields").

use std::ops::Range;

use tawsim_corpus::{Label, LabelSet, Tag, TagScheme, UnitSpan};
use tawsim_crf::{Lattice, Scratch, Transitions, k_best, viterbi};
use tawsim_tokenizer::Span;

use crate::ScoredEntity;

/// What a person has said of a part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Here is an entity; `None` is a label that the model does not know.
    Entity(Span, Option<Label>),
    /// Just this span is no entity of this label.
    NoEntity(Span, Label),
}

impl Decision {
    /// Whether it leaves no question about an entity that was found.
    pub(crate) fn decides(self, found: &ScoredEntity) -> bool {
        match self {
            Self::Entity(span, _) => span.overlaps(found.span),
            Self::NoEntity(span, label) => span == found.span && label == found.label,
        }
    }

    pub(crate) const fn span(self) -> Span {
        match self {
            Self::Entity(span, _) | Self::NoEntity(span, _) => span,
        }
    }
}

/// What a person has said of a text, in its order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decisions {
    all: Vec<Decision>,
    /// Of the longest span: nothing that begins further away reaches a place.
    max_byte_len: u32,
}

impl Decisions {
    pub(crate) fn set(&mut self, decisions: &[Decision]) {
        self.all.clear();
        self.all.extend_from_slice(decisions);
        self.all.sort_by_key(|decision| (decision.span().start(), decision.span().end()));
        self.max_byte_len = decisions.iter().map(|d| d.span().byte_len()).max().unwrap_or_default();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Those that may share text with a span: all that do, and few others.
    pub(crate) fn near(&self, span: Span) -> &[Decision] {
        let reach = span.start().saturating_sub(self.max_byte_len);
        let start = self.all.partition_point(|decision| decision.span().start() < reach);
        let end = self.all.partition_point(|decision| decision.span().start() < span.end());
        &self.all[start..end]
    }

    /// Whether they leave no question about an entity that was found.
    pub(crate) fn decide(&self, found: &ScoredEntity) -> bool {
        self.near(found.span).iter().any(|decision| decision.decides(found))
    }
}

/// The decisions on one sequence of units.
#[derive(Default)]
pub(crate) struct Constraints {
    /// Units of entities, ordered and disjoint.
    fixed: Vec<(Range<usize>, Option<Label>)>,
    ruled_out: Vec<UnitSpan>,
}

/// How many paths are looked at for one without a rejected entity: few at first, as the second best mostly is.
const N_PATHS: [usize; 3] = [4, 64, 1024];

impl Constraints {
    /// Of two decided entities that share a unit the first one counts. A rejected entity that cuts a unit
    /// cannot be found, so nothing has to keep it away.
    pub(crate) fn new(decisions: &[Decision], units: &[Span]) -> Self {
        let mut found = Self::default();
        for decision in decisions {
            let Some((range, is_exact)) = units_in(decision.span(), units) else { continue };
            let end = found.fixed.last().map_or(0, |(before, _)| before.end);
            match *decision {
                Decision::Entity(_, label) if end <= range.start => {
                    found.fixed.push((range, label));
                }
                Decision::NoEntity(_, label) if is_exact => {
                    found.ruled_out.push(UnitSpan { units: range, label });
                }
                _ => {}
            }
        }
        found
    }

    /// Makes the paths that contradict a decided entity illegal. A path is left: all else outside.
    pub(crate) fn restrict(&self, scheme: TagScheme, labels: &LabelSet, lattice: &mut Lattice) {
        let n_tags = scheme.n_tags(labels.len()) as u16;
        let forbid = |lattice: &mut Lattice, unit_idx, tag: Tag| {
            let others: Vec<u16> = (0..n_tags).filter(|t| *t != scheme.tag_idx(tag)).collect();
            lattice.restrict(unit_idx, &others);
        };
        let n_units = lattice.n_positions();
        let spans = self
            .fixed
            .iter()
            .filter_map(|(units, label)| Some(UnitSpan { units: units.clone(), label: (*label)? }));
        let mut tags = Vec::new();
        scheme.encode(&spans.collect::<Vec<_>>(), n_units, &mut tags);
        for (units, label) in &self.fixed {
            units.clone().for_each(|idx| lattice.fix(idx, scheme.tag_idx(tags[idx])));
            // IOB does not say by itself where an entity ends.
            if let Some(label) = label.filter(|_| scheme != TagScheme::Bioes && units.end < n_units)
            {
                forbid(lattice, units.end, Tag::Inside(label));
            }
        }
        for UnitSpan { units, label } in &self.ruled_out {
            if scheme == TagScheme::Bioes && units.len() == 1 {
                forbid(lattice, units.start, Tag::Single(*label));
            }
        }
    }

    /// The best path of a restricted lattice without a rejected entity: exact, unless all of the best 1024 paths
    /// have one; then the best path.
    pub(crate) fn best_path(
        &self,
        (scheme, labels): (TagScheme, &LabelSet),
        (lattice, transitions): (&Lattice, &Transitions),
        scratch: &mut Scratch,
        path: &mut Vec<u16>,
    ) {
        viterbi(lattice, transitions, scratch, path).expect("all units outside are a path");
        let is_bad = |path: &[u16]| {
            let tags: Vec<Tag> =
                path.iter().filter_map(|tag_idx| scheme.tag(*tag_idx, labels)).collect();
            scheme.decode(&tags).iter().any(|span| self.ruled_out.contains(span))
        };
        if self.ruled_out.is_empty() || !is_bad(path) {
            return;
        }
        for n_paths in N_PATHS {
            let others = k_best(lattice, transitions, n_paths, scratch);
            if let Some(good) = others.into_iter().find(|other| !is_bad(&other.labels)) {
                *path = good.labels;
                return;
            }
        }
    }
}

/// The units that share text with a span, and whether its edges are theirs.
fn units_in(span: Span, units: &[Span]) -> Option<(Range<usize>, bool)> {
    let start = units.partition_point(|unit| unit.end() <= span.start());
    let end = units.partition_point(|unit| unit.start() < span.end());
    (start < end).then(|| {
        let is_exact = units[start].start() == span.start() && units[end - 1].end() == span.end();
        (start..end, is_exact)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tawsim_crf::path_score;

    use super::*;
    use crate::model::transition_mask;
    use crate::small_chain::{EDGE_ROWS, MAX_TAGS, SmallChain};

    const N_UNITS: usize = 4;

    /// Every path that the scheme allows.
    fn all_paths(scheme: TagScheme, labels: &LabelSet) -> Vec<Vec<u16>> {
        let mask = transition_mask(scheme, labels);
        let n_tags = scheme.n_tags(labels.len()) as u16;
        let mut paths = vec![Vec::new()];
        for _ in 0..N_UNITS {
            let longer = |path: Vec<u16>| {
                (0..n_tags).map(move |tag| path.iter().copied().chain([tag]).collect::<Vec<_>>())
            };
            paths = paths.into_iter().flat_map(longer).collect();
        }
        paths.retain(|path| mask.allows_path(path));
        paths
    }

    fn decode(scheme: TagScheme, labels: &LabelSet, path: &[u16]) -> Vec<UnitSpan> {
        let tags = path.iter().map(|tag| scheme.tag(*tag, labels).expect("a tag"));
        scheme.decode(&tags.collect::<Vec<_>>())
    }

    /// Whether a path has what was confirmed and nothing that was rejected, said in entities, not in tags.
    fn fits(entities: &[UnitSpan], constraints: &Constraints) -> bool {
        let agrees = |(units, label): &(Range<usize>, Option<Label>)| match label {
            Some(label) => entities.contains(&UnitSpan { units: units.clone(), label: *label }),
            None => {
                entities.iter().all(|e| e.units.end <= units.start || units.end <= e.units.start)
            }
        };
        constraints.fixed.iter().all(agrees)
            && !constraints.ruled_out.iter().any(|span| entities.contains(span))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        /// The constrained path is the best of all that fit, found by looking at every one.
        #[test]
        fn decoding_under_decisions_is_exact(
            is_bioes: bool,
            states in prop::collection::vec(-512_i16..512, N_UNITS * MAX_TAGS),
            edges in prop::collection::vec(-512_i16..512, MAX_TAGS * EDGE_ROWS),
            decided in prop::collection::vec((0..N_UNITS, 1..=N_UNITS, 0_usize..3, any::<bool>()), 0..4),
        ) {
            let SmallChain { scheme, labels, mut lattice, transitions } =
                SmallChain::new(is_bioes, &states, &edges);
            let units: Vec<Span> = (0..N_UNITS as u32).map(|i| Span::new(3 * i, 3 * i + 2)).collect();
            let mut decisions: Vec<Decision> = decided.iter().map(|(start, n, label, is_entity)| {
                let last = (start + n - 1).min(N_UNITS - 1);
                let span = units[*start].cover(units[last]);
                match (is_entity, labels.at(*label)) {
                    (true, label) => Decision::Entity(span, label),
                    (false, label) => Decision::NoEntity(span, label.unwrap_or(labels.at(0).expect("A"))),
                }
            }).collect();
            decisions.sort_by_key(|decision| (decision.span().start(), decision.span().end()));
            let constraints = Constraints::new(&decisions, &units);
            // Nobody can say both yes and no.
            let contradicts = constraints.ruled_out.iter().any(|out| {
                constraints.fixed.contains(&(out.units.clone(), Some(out.label)))
            });
            prop_assume!(!contradicts);
            let best = all_paths(scheme, &labels)
                .into_iter()
                .filter(|path| fits(&decode(scheme, &labels, path), &constraints))
                .map(|path| path_score(&lattice, &transitions, &path))
                .fold(f64::NEG_INFINITY, f64::max);
            constraints.restrict(scheme, &labels, &mut lattice);
            let (mut scratch, mut path) = (Scratch::new(), Vec::new());
            constraints.best_path((scheme, &labels), (&lattice, &transitions), &mut scratch, &mut path);
            prop_assert!(fits(&decode(scheme, &labels, &path), &constraints));
            prop_assert!((path_score(&lattice, &transitions, &path) - best).abs() < 1e-6);
        }
    }
}
