//! Edges of annotations: which byte offsets an edge may have, and which one is next.

use tawsim_tokenizer::{SegmentRole, Span, TokenKind, Tokenized, Tokenizer};
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation as _};

/// Which edge of an annotation. Start and end, not left and right: a span may hold both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edge {
    /// The first letter.
    Start,
    /// The last letter.
    End,
}

/// Where an edge goes, in the order of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Toward {
    /// Towards the beginning of the text.
    Earlier,
    /// Towards the end of the text.
    Later,
}

/// How far an edge goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// To the next edge of a clitic segment.
    Segment,
    /// To the next letter with its marks.
    Character,
}

/// What a segment is to an annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// Part of names: stems, numbers, Latin words.
    Stem,
    /// Outside of names: `و ب ل` in front, pronouns behind.
    Clitic,
    /// Punctuation and signs.
    Sign,
}

/// The clitic segments of a text, in order; between them stands white space.
pub(crate) struct SegmentMap {
    spans: Vec<Span>,
    pieces: Vec<Piece>,
    token_idx: Vec<u32>,
    /// Ends of the sentences.
    sentence_ends: Vec<u32>,
}

impl SegmentMap {
    pub(crate) fn new(text: &str) -> Self {
        let mut out = Tokenized::default();
        Tokenizer::new().tokenize(text, &mut out);
        let piece = |segment: &tawsim_tokenizer::Segment| match (
            segment.role,
            out.tokens()[segment.token_idx as usize].kind,
        ) {
            (SegmentRole::Proclitic | SegmentRole::Enclitic, _) => Piece::Clitic,
            (_, TokenKind::Punctuation | TokenKind::Symbol | TokenKind::Emoji) => Piece::Sign,
            (SegmentRole::Stem, _) => Piece::Stem,
        };
        Self {
            spans: out.segments().iter().map(|s| s.span).collect(),
            pieces: out.segments().iter().map(piece).collect(),
            token_idx: out.segments().iter().map(|s| s.token_idx).collect(),
            sentence_ends: out.sentences().iter().map(|s| s.span.end()).collect(),
        }
    }

    /// Number of the sentence in which a byte lies.
    pub(crate) fn sentence_at(&self, byte: u32) -> usize {
        self.sentence_ends.partition_point(|end| *end <= byte)
    }

    /// The span of whole segments that `marked` touches, without clitics and signs at its ends;
    /// with them if there is nothing else. `None` if it touches only white space.
    pub(crate) fn snap(&self, marked: Span) -> Option<Span> {
        let first = self.spans.partition_point(|s| s.end() <= marked.start());
        let end = self.spans.partition_point(|s| s.start() < marked.end());
        if first >= end {
            return None;
        }
        let is_stem = |idx: &usize| self.pieces[*idx] == Piece::Stem;
        let low = (first..end).find(is_stem).unwrap_or(first);
        let high = (first..end).rfind(is_stem).unwrap_or(end - 1);
        Some(self.spans[low].cover(self.spans[high]))
    }

    /// The stem of the token at a byte; the segment itself if the token has none.
    pub(crate) fn word_at(&self, byte: u32) -> Option<Span> {
        let idx = self.segment_at(byte)?;
        let token = self.token_idx[idx];
        let first = self.token_idx.partition_point(|t| *t < token);
        let end = self.token_idx.partition_point(|t| *t <= token);
        let stem = (first..end).find(|i| self.pieces[*i] == Piece::Stem);
        Some(self.spans[stem.unwrap_or(idx)])
    }

    /// The stems of the words that touch these bytes, in order.
    pub(crate) fn words_in(&self, bytes: &std::ops::Range<usize>) -> Vec<Span> {
        let first = self.spans.partition_point(|s| (s.end() as usize) <= bytes.start);
        let end = self.spans.partition_point(|s| (s.start() as usize) < bytes.end);
        let is_stem = |idx: &usize| self.pieces[*idx] == Piece::Stem;
        (first..end).filter(is_stem).map(|idx| self.spans[idx]).collect()
    }

    fn segment_at(&self, byte: u32) -> Option<usize> {
        let idx = self.spans.partition_point(|s| s.end() <= byte);
        self.spans.get(idx).is_some_and(|s| s.start() <= byte).then_some(idx)
    }

    /// The next segment that is no sign, before or after `byte`.
    pub(crate) fn neighbour(&self, byte: u32, toward: Toward) -> Option<Span> {
        let counts = |idx: &usize| self.pieces[*idx] != Piece::Sign;
        let found = match toward {
            Toward::Later => {
                let first = self.spans.partition_point(|s| s.start() < byte);
                (first..self.spans.len()).find(counts)
            }
            Toward::Earlier => (0..self.spans.partition_point(|s| s.end() <= byte)).rfind(counts),
        };
        found.map(|idx| self.spans[idx])
    }

    /// `span` with one edge at the edge of the segment next to `byte`; `None` if nothing would be
    /// left of it.
    pub(crate) fn stretched(&self, span: Span, edge: Edge, byte: u32) -> Option<Span> {
        let bounds = self.spans.iter().map(|s| match edge {
            Edge::Start => s.start(),
            Edge::End => s.end(),
        });
        let inside = |b: &u32| with_edge(span, edge, *b).is_some();
        let near = bounds.filter(inside).min_by_key(|b| b.abs_diff(byte))?;
        with_edge(span, edge, near)
    }

    /// `span` with one edge moved by a segment; `None` at the end of the text, or if nothing
    /// would be left of it.
    pub(crate) fn moved(&self, span: Span, edge: Edge, toward: Toward) -> Option<Span> {
        let bound = |s: &Span| match edge {
            Edge::Start => s.start(),
            Edge::End => s.end(),
        };
        let from = bound(&span);
        let found = match toward {
            Toward::Later => self.spans.get(self.spans.partition_point(|s| bound(s) <= from)),
            Toward::Earlier => {
                let before = self.spans.partition_point(|s| bound(s) < from);
                before.checked_sub(1).map(|idx| &self.spans[idx])
            }
        };
        with_edge(span, edge, bound(found?))
    }
}

/// `span` with one edge at the letter next to `byte`; never onto white space.
pub(crate) fn stretched_by_character(
    text: &str,
    span: Span,
    edge: Edge,
    byte: u32,
) -> Option<Span> {
    let byte =
        (0..=byte.min(text.len() as u32)).rev().find(|b| text.is_char_boundary(*b as usize))?;
    let rest = &text[byte as usize..];
    let after = byte + (rest.len() - rest.trim_start().len()) as u32;
    let before = text[..byte as usize].trim_end().len() as u32;
    match edge {
        Edge::Start => with_edge(span, edge, after),
        Edge::End => with_edge(span, edge, before),
    }
}

/// `span` with one edge moved by a letter with its marks; never onto white space.
pub(crate) fn moved_by_character(
    text: &str,
    span: Span,
    edge: Edge,
    toward: Toward,
) -> Option<Span> {
    let mut span = span;
    loop {
        let at = match edge {
            Edge::Start => span.start(),
            Edge::End => span.end(),
        };
        span = with_edge(span, edge, next_grapheme(text, at, toward)?)?;
        let surface = span.slice(text);
        let outer = match edge {
            Edge::Start => surface.graphemes(true).next(),
            Edge::End => surface.graphemes(true).next_back(),
        };
        if !outer?.trim().is_empty() {
            return Some(span);
        }
    }
}

fn next_grapheme(text: &str, at: u32, toward: Toward) -> Option<u32> {
    let mut cursor = GraphemeCursor::new(at as usize, text.len(), true);
    let found = match toward {
        Toward::Later => cursor.next_boundary(text, 0),
        Toward::Earlier => cursor.prev_boundary(text, 0),
    };
    found.expect("the whole text is one chunk").map(|byte| byte as u32)
}

fn with_edge(span: Span, edge: Edge, byte: u32) -> Option<Span> {
    let (start, end) = match edge {
        Edge::Start => (byte, span.end()),
        Edge::End => (span.start(), byte),
    };
    (start < end).then(|| Span::new(start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span_of(text: &str, part: &str) -> Span {
        let start = text.find(part).unwrap_or_else(|| panic!("{part} is not in {text}"));
        Span::from_range(start..start + part.len()).expect("short")
    }

    /// Text, what is marked, what becomes of it.
    const SNAPS: &[[&str; 3]] = &[
        ["هجوم لداعش على البلدة", "لداع", "داعش"],
        ["هجوم لداعش على البلدة", "هجوم لد", "هجوم لداعش"],
        ["وبالقاهرة اليوم", "وبالقاهرة", "القاهرة"],
        ["وبالقاهرة اليوم", "وب", "وب"],
        ["قرب «تل أبيض»، أمس", "«تل أبيض»،", "تل أبيض"],
        ["قُتل 15 عنصراً", "1", "15"],
        ["من قوات NSO في", "SO ", "NSO"],
        ["مقاتلين ، و", "،", "،"],
    ];

    #[test]
    fn marks_snap_to_segments() {
        for [text, marked, want] in SNAPS {
            let got = SegmentMap::new(text).snap(span_of(text, marked));
            assert_eq!(got.map(|s| s.slice(text)), Some(*want), "{marked} in {text}");
        }
        assert_eq!(SegmentMap::new("أ  ب").snap(Span::new(2, 3)), None);
    }

    /// Text, span, edge, direction, step, the span after it (empty: it stays).
    type Move = (&'static str, &'static str, Edge, Toward, Step, &'static str);
    const MOVES: &[Move] = &[
        ("في ريف حلب الشمالي", "حلب", Edge::End, Toward::Later, Step::Segment, "حلب الشمالي"),
        ("في ريف حلب الشمالي", "حلب", Edge::Start, Toward::Earlier, Step::Segment, "ريف حلب"),
        ("هجوم لداعش", "داعش", Edge::Start, Toward::Earlier, Step::Segment, "لداعش"),
        ("هجوم لداعش", "داعش", Edge::Start, Toward::Later, Step::Segment, ""),
        ("هجوم لداعش", "لداعش", Edge::Start, Toward::Later, Step::Segment, "داعش"),
        ("هجوم لداعش", "داعش", Edge::End, Toward::Later, Step::Segment, ""),
        ("في مُحَمَّد هنا", "مُحَمَّد", Edge::End, Toward::Earlier, Step::Character, "مُحَمَّ"),
        ("في حلب الشمالي", "حلب", Edge::End, Toward::Later, Step::Character, "حلب ا"),
        ("في حلب", "حلب", Edge::Start, Toward::Earlier, Step::Character, "ي حلب"),
        ("في حلب", "في", Edge::Start, Toward::Earlier, Step::Character, ""),
    ];

    #[test]
    fn edges_move_by_segment_and_by_letter() {
        for (text, part, edge, toward, step, want) in MOVES {
            let span = span_of(text, part);
            let got = match step {
                Step::Segment => SegmentMap::new(text).moved(span, *edge, *toward),
                Step::Character => moved_by_character(text, span, *edge, *toward),
            };
            let got = got.map_or("", |s| s.slice(text));
            assert_eq!(got, *want, "{part} in {text}: {edge:?} {toward:?} {step:?}");
        }
    }

    #[test]
    fn a_double_click_takes_the_stem() {
        let table = [("وبالقاهرة", 0, "القاهرة"), ("وبالقاهرة", 9, "القاهرة")];
        for (text, byte, want) in table {
            let got = SegmentMap::new(text).word_at(byte);
            assert_eq!(got.map(|s| s.slice(text)), Some(want), "{text} at {byte}");
        }
        assert_eq!(SegmentMap::new("أ ب").word_at(2), None);
    }

    proptest::proptest! {
        /// Snapping is idempotent, and a moved edge can be moved back.
        #[test]
        fn snapped_spans_are_stable(text in "[وبلا ةحسنمتريكDA1٢،«]{0,40}", a in 0usize..80, b in 0usize..80) {
            let boundary = |byte: usize| {
                (0..=byte.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
            };
            let (a, b) = (boundary(a.min(b)), boundary(a.max(b)));
            let map = SegmentMap::new(&text);
            let marked = Span::from_range(a..b).expect("ordered");
            if let Some(span) = map.snap(marked) {
                proptest::prop_assert_eq!(map.snap(span), Some(span));
                if let Some(more) = map.moved(span, Edge::End, Toward::Later) {
                    proptest::prop_assert_eq!(map.moved(more, Edge::End, Toward::Earlier), Some(span));
                }
            }
        }
    }
}
