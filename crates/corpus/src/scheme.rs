use std::ops::Range;

use tawsim_tokenizer::Span;

use crate::{Document, Entity, Label};

/// How spans over units (tokens, stems) are written as one tag a unit.
///
/// Tag ids: 0 is `O`; label `l` owns the ids `1 + l·k .. 1 + (l+1)·k` with `k` = 2 for IOB, 4 for BIOES.
/// IOB1 and IOB2: Tjong Kim Sang & Veenstra 1999. BIOES: Ratinov & Roth 2009 (there BILOU).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TagScheme {
    /// `B-` only where two entities of one label touch.
    Iob1,
    /// Every entity starts with `B-`.
    Iob2,
    /// `B- I- E-` for longer entities, `S-` for entities of one unit.
    Bioes,
}

/// One tag of a scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// Not in an entity.
    Outside,
    /// First unit of an entity.
    Begin(Label),
    /// A further unit.
    Inside(Label),
    /// Last unit (BIOES).
    End(Label),
    /// The only unit (BIOES).
    Single(Label),
}

/// An entity over units: `units` is half-open, in unit indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitSpan {
    /// First unit and one past the last.
    pub units: Range<usize>,
    /// Its label.
    pub label: Label,
}

impl TagScheme {
    /// The name in files and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Iob1 => "IOB1",
            Self::Iob2 => "IOB2",
            Self::Bioes => "BIOES",
        }
    }

    /// How many tag ids `n_labels` labels need.
    #[must_use]
    pub const fn n_tags(self, n_labels: usize) -> usize {
        1 + n_labels * self.tags_per_label()
    }

    const fn tags_per_label(self) -> usize {
        match self {
            Self::Iob1 | Self::Iob2 => 2,
            Self::Bioes => 4,
        }
    }

    /// The id of a tag.
    #[must_use]
    pub const fn tag_idx(self, tag: Tag) -> u16 {
        let (label, place) = match tag {
            Tag::Outside => return 0,
            Tag::Begin(label) => (label, 0),
            Tag::Inside(label) => (label, 1),
            Tag::End(label) => (label, 2),
            Tag::Single(label) => (label, 3),
        };
        (1 + label.label_idx() * self.tags_per_label() + place) as u16
    }

    /// The tag of an id, given the labels in order.
    #[must_use]
    pub fn tag(self, tag_idx: u16, labels: &crate::LabelSet) -> Option<Tag> {
        let Some(place) = usize::from(tag_idx).checked_sub(1) else { return Some(Tag::Outside) };
        let label = labels.at(place / self.tags_per_label())?;
        let make = [Tag::Begin, Tag::Inside, Tag::End, Tag::Single];
        Some(make[place % self.tags_per_label()](label))
    }

    /// Whether `next` may follow `previous`; `None` is the edge of the sequence.
    #[must_use]
    pub fn allows(self, previous: Option<Tag>, next: Option<Tag>) -> bool {
        match self {
            Self::Iob1 => true,
            Self::Iob2 => iob2_allows(previous, next),
            Self::Bioes => bioes_allows(previous, next),
        }
    }

    /// The tags of one sequence of units.
    ///
    /// `spans` are ordered and disjoint, over `n_units` units; `tags` is overwritten.
    pub fn encode(self, spans: &[UnitSpan], n_units: usize, tags: &mut Vec<Tag>) {
        tags.clear();
        tags.resize(n_units, Tag::Outside);
        let mut previous: Option<&UnitSpan> = None;
        for span in spans {
            let touches =
                previous.is_some_and(|p| p.units.end == span.units.start && p.label == span.label);
            self.encode_one(span, touches, tags);
            previous = Some(span);
        }
    }

    fn encode_one(self, span: &UnitSpan, touches_same_label: bool, tags: &mut [Tag]) {
        let Range { start, end } = span.units;
        tags[start..end].fill(Tag::Inside(span.label));
        if self != Self::Iob1 || touches_same_label {
            tags[start] = Tag::Begin(span.label);
        }
        if self == Self::Bioes {
            tags[end - 1] = Tag::End(span.label);
            if end - start == 1 {
                tags[start] = Tag::Single(span.label);
            }
        }
    }

    /// The entities of a tag sequence. Total: an `I-` or `E-` without a beginning starts an entity, as
    /// CoNLL's own scorer reads it.
    #[must_use]
    pub fn decode(self, tags: &[Tag]) -> Vec<UnitSpan> {
        let mut spans = Vec::new();
        let mut open: Option<UnitSpan> = None;
        for (idx, &tag) in tags.iter().enumerate() {
            let (label, begins, ends) = match tag {
                Tag::Outside => {
                    spans.extend(open.take());
                    continue;
                }
                Tag::Begin(label) => (label, true, false),
                Tag::Inside(label) => (label, false, false),
                Tag::End(label) => (label, false, true),
                Tag::Single(label) => (label, true, true),
            };
            match open.as_mut().filter(|span| span.label == label && !begins) {
                Some(span) => span.units.end = idx + 1,
                None => spans.extend(open.replace(UnitSpan { units: idx..idx + 1, label })),
            }
            if ends {
                spans.extend(open.take());
            }
        }
        spans.extend(open);
        spans
    }
}

fn iob2_allows(previous: Option<Tag>, next: Option<Tag>) -> bool {
    match next {
        Some(Tag::Inside(label)) => {
            matches!(previous, Some(Tag::Begin(l) | Tag::Inside(l)) if l == label)
        }
        _ => true,
    }
}

fn bioes_allows(previous: Option<Tag>, next: Option<Tag>) -> bool {
    let open = match previous {
        Some(Tag::Begin(label) | Tag::Inside(label)) => Some(label),
        _ => None,
    };
    let continued = match next {
        Some(Tag::Inside(label) | Tag::End(label)) => Some(label),
        _ => None,
    };
    open == continued
}

/// The units that an entity covers: those whose spans overlap it.
///
/// `units` are ordered and disjoint. `exact` is false where an edge of the entity falls inside a unit,
/// so that the units say more or less than the entity.
#[must_use]
pub fn units_of(entity: &Entity, units: &[Span]) -> Option<(Range<usize>, bool)> {
    let start = units.partition_point(|u| u.end() <= entity.span.start());
    let end = units.partition_point(|u| u.start() < entity.span.end());
    if start >= end {
        return None;
    }
    let exact =
        units[start].start() == entity.span.start() && units[end - 1].end() == entity.span.end();
    Some((start..end, exact))
}

/// Widens entities to whole tokens where the document came with its tokens, as CoNLL columns do: there a tag is a
/// token's, so a name without its clitic cannot be said. Of two in one token the first stays.
pub fn widen_to_tokens(document: &Document, entities: &mut Vec<Entity>) {
    let tokens: Vec<Span> = document.tokens.words().map(|token| token.span).collect();
    let mut free_from = 0;
    entities.retain_mut(|entity| {
        let Some((range, _)) = units_of(entity, &tokens) else { return true };
        if range.start < free_from {
            return false;
        }
        free_from = range.end;
        entity.span = tokens[range.start].cover(tokens[range.end - 1]);
        true
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LabelSet;

    fn labels() -> LabelSet {
        LabelSet::from_names(["A", "C"]).expect("two good names")
    }

    fn check(scheme: TagScheme, spans: &[(Range<usize>, usize)], expected: &str) {
        let labels = labels();
        let spans: Vec<UnitSpan> = spans
            .iter()
            .map(|(units, l)| UnitSpan {
                units: units.clone(),
                label: labels.at(*l).expect("label"),
            })
            .collect();
        let mut tags = Vec::new();
        scheme.encode(&spans, 6, &mut tags);
        let written: Vec<String> = tags.iter().map(|tag| tag_name(*tag, &labels)).collect();
        assert_eq!(written.join(" "), expected);
        assert_eq!(scheme.decode(&tags), spans);
        for &tag in &tags {
            assert_eq!(scheme.tag(scheme.tag_idx(tag), &labels), Some(tag));
        }
        let edges = std::iter::once(None).chain(tags.iter().copied().map(Some));
        for (previous, next) in edges.zip(tags.iter().copied().map(Some).chain([None])) {
            assert!(scheme.allows(previous, next), "{previous:?} {next:?}");
        }
    }

    fn tag_name(tag: Tag, labels: &LabelSet) -> String {
        crate::conll_tag(tag, labels)
    }

    #[test]
    fn schemes_write_and_read_the_same_spans() {
        let touching = [(0..1, 0), (1..3, 0), (4..6, 1)];
        check(TagScheme::Iob1, &touching, "I-A B-A I-A O I-C I-C");
        check(TagScheme::Iob2, &touching, "B-A B-A I-A O B-C I-C");
        check(TagScheme::Bioes, &touching, "S-A B-A E-A O B-C E-C");
        check(TagScheme::Bioes, &[(1..4, 1)], "O B-C I-C E-C O O");
    }

    #[test]
    fn illegal_moves() {
        let labels = labels();
        let (a, c) = (labels.at(0).expect("A"), labels.at(1).expect("C"));
        assert!(!TagScheme::Iob2.allows(None, Some(Tag::Inside(a))));
        assert!(!TagScheme::Iob2.allows(Some(Tag::Begin(c)), Some(Tag::Inside(a))));
        assert!(!TagScheme::Bioes.allows(Some(Tag::Begin(a)), None));
        assert!(!TagScheme::Bioes.allows(Some(Tag::Begin(a)), Some(Tag::Outside)));
        assert!(TagScheme::Bioes.allows(Some(Tag::End(a)), Some(Tag::Single(c))));
    }

    #[test]
    fn stray_continuations_start_an_entity() {
        let labels = labels();
        let a = labels.at(0).expect("A");
        let spans =
            TagScheme::Bioes.decode(&[Tag::End(a), Tag::Inside(a), Tag::Outside, Tag::Inside(a)]);
        let units: Vec<_> = spans.into_iter().map(|s| s.units).collect();
        assert_eq!(units, [0..1, 1..2, 3..4]);
    }
}
