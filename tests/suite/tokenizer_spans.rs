//! What holds for any text: spans rebuild it, lie on graphemes, and segments partition tokens.

use proptest::prelude::*;
use std::collections::HashSet;
use tawsim_tokenizer::{OffsetMap, OffsetUnit, SegmentRole, Span, Tokenized, Tokenizer};
use unicode_segmentation::UnicodeSegmentation;

/// Arabic with marks, tatweel, clitics, quotes, digits, bidi marks, emoji, and any char at all.
const TEXT: &str = "([وفبلكسالهميةىن]{1,9}|[ً-ْـ]|[ \n\u{a0}]|[\"«».،؟:#@_]|[0-9٠-٩]{1,4}|\
    [a-z]{1,3}|[\u{200c}\u{200d}\u{200f}\u{feff}\u{fe0f}\u{600}\u{301}]|ﻻ|ی|👩‍👩‍👦|🇸🇾|\\PC|\\PC){0,40}";

fn tokenize(text: &str) -> Tokenized {
    let mut out = Tokenized::default();
    Tokenizer::new().tokenize(text, &mut out);
    out
}

fn grapheme_starts(text: &str) -> HashSet<u32> {
    let starts = text.grapheme_indices(true).map(|(start, _)| start as u32);
    starts.chain([text.len() as u32]).collect()
}

/// Gaps between tokens hold no letter, digit or sign.
fn check_gaps(text: &str, out: &Tokenized) {
    let mut at = 0;
    let end = Span::new(text.len() as u32, text.len() as u32);
    for span in out.tokens().iter().map(|token| token.span).chain([end]) {
        assert!(span.start() >= at, "tokens are ordered and disjoint");
        let gap = &text[at as usize..span.start() as usize];
        assert!(!gap.contains(|c: char| c.is_ascii_graphic()), "{gap:?}");
        assert!(!gap.contains(|c| ('ء'..='غ').contains(&c)), "{gap:?}");
        at = span.end();
    }
}

/// Segments of a token are proclitic* stem? enclitic* and join to it.
fn check_segments(out: &Tokenized) {
    let mut n_segments = 0;
    for (token_idx, token) in out.tokens().iter().enumerate() {
        let segments = out.segments_of(token_idx);
        let mut at = token.span.start();
        let mut role = SegmentRole::Proclitic;
        for segment in segments {
            assert_eq!((segment.span.start(), segment.token_idx), (at, token_idx as u32));
            assert!(!segment.span.is_empty() && role as u8 <= segment.role as u8);
            assert!(segment.article().is_none_or(|article| segment.span.contains(article)));
            (at, role) = (segment.span.end(), segment.role);
        }
        assert_eq!(at, token.span.end());
        n_segments += segments.len();
    }
    assert_eq!(n_segments, out.segments().len());
}

fn check_sentences(out: &Tokenized) {
    let mut first = 0;
    for sentence in out.sentences() {
        assert_eq!(sentence.first_token_idx, first);
        assert!(sentence.end_token_idx > first);
        let tokens = &out.tokens()[first as usize..sentence.end_token_idx as usize];
        assert_eq!(sentence.span.start(), tokens[0].span.start());
        assert_eq!(sentence.span.end(), tokens[tokens.len() - 1].span.end());
        first = sentence.end_token_idx;
    }
    assert_eq!(first as usize, out.tokens().len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn spans_of_any_text(text in TEXT) {
        let out = tokenize(&text);
        let starts = grapheme_starts(&text);
        let spans = out.tokens().iter().map(|token| token.span);
        for span in spans.chain(out.segments().iter().map(|segment| segment.span)) {
            prop_assert!(!span.is_empty());
            prop_assert!(starts.contains(&span.start()), "{:?} of {:?}", span, text);
            prop_assert!(starts.contains(&span.end()), "{:?} of {:?}", span, text);
        }
        check_gaps(&text, &out);
        check_segments(&out);
        check_sentences(&out);
    }

    #[test]
    fn hosts_are_neighbours(text in TEXT) {
        let out = tokenize(&text);
        for token_idx in 0..out.tokens().len() {
            let Some(host) = out.host_of(token_idx) else { continue };
            prop_assert!(host < out.tokens().len() && host != token_idx);
            let has_stem = out.segments_of(token_idx).iter().any(|s| s.role == SegmentRole::Stem);
            prop_assert!(!has_stem);
        }
    }

    #[test]
    fn reused_buffers_change_nothing(first in TEXT, second in TEXT) {
        let mut reused = tokenize(&first);
        Tokenizer::new().tokenize(&second, &mut reused);
        let fresh = tokenize(&second);
        prop_assert_eq!(reused.tokens(), fresh.tokens());
        prop_assert_eq!(reused.segments(), fresh.segments());
        prop_assert_eq!(reused.sentences(), fresh.sentences());
    }

    #[test]
    fn grapheme_offsets_equal_counting(text in "([\u{621}-\u{652}]|[\u{200d}\u{1f469}\r\n]|\\PC){0,150}") {
        let map = OffsetMap::new(&text, OffsetUnit::Grapheme);
        let mut starts: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).collect();
        prop_assert_eq!(map.n_units() as usize, starts.len());
        starts.push(text.len());
        for byte in 0..=text.len() + 1 {
            let unit = starts.iter().position(|start| *start == byte).map(|unit| unit as u32);
            prop_assert_eq!(map.unit_from_byte(byte as u32), unit);
        }
        for (unit, start) in starts.iter().enumerate() {
            prop_assert_eq!(map.byte_from_unit(unit as u32), Some(*start as u32));
        }
    }

    #[test]
    fn offsets_equal_counting(text in TEXT) {
        for unit in [OffsetUnit::Byte, OffsetUnit::CodePoint, OffsetUnit::Utf16] {
            let map = OffsetMap::new(&text, unit);
            let mut units = 0;
            for (start, c) in text.char_indices() {
                prop_assert_eq!(map.unit_from_byte(start as u32), Some(units));
                prop_assert_eq!(map.byte_from_unit(units), Some(start as u32));
                prop_assert_eq!(map.unit_from_byte(start as u32 + 1).is_none(), c.len_utf8() > 1);
                let width = match unit {
                    OffsetUnit::Byte => c.len_utf8(),
                    OffsetUnit::CodePoint | OffsetUnit::Grapheme => 1,
                    OffsetUnit::Utf16 => c.len_utf16(),
                } as u32;
                for inside in 1..width {
                    prop_assert_eq!(map.byte_from_unit(units + inside), None);
                }
                units += width;
            }
            prop_assert_eq!(map.n_units(), units);
            prop_assert_eq!(map.byte_from_unit(units), Some(text.len() as u32));
            prop_assert_eq!(map.byte_from_unit(units + 1), None);
        }
    }
}
