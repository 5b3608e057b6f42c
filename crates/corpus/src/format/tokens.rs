//! The tokens of a document: those that came with it, else ours.

use std::borrow::Cow;
use std::ops::Range;

use tawsim_tokenizer::{Span, Tokenized, Tokenizer};

use crate::{Document, GivenSentence, GivenToken, GivenTokens};

/// The units of a document that token-wise formats write a row for, and where sentences end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Units {
    /// Words or clitic segments, ordered and disjoint.
    pub spans: Vec<Span>,
    /// Ranges of `spans`, in order, without gaps.
    pub sentences: Vec<Range<usize>>,
}

/// The words that came with the document, else our segments.
#[must_use]
pub fn units(document: &Document) -> Units {
    let tokens = &document.tokens;
    if tokens.rows.is_empty() { own_units(&document.text) } else { given_units(tokens) }
}

/// The smallest rows of our tokens.
fn own_units(text: &str) -> Units {
    given_units(&own_tokens(text))
}

/// The segments of a tokenized text.
pub(super) fn units_of_segments(tokenized: &Tokenized) -> Units {
    given_units(&tokens_of_segments(tokenized))
}

fn given_units(tokens: &GivenTokens) -> Units {
    let mut units = Units::default();
    let mut ends = tokens.sentences.iter().map(|sentence| sentence.rows.end).peekable();
    let mut start = 0;
    for (idx, row) in tokens.rows.iter().enumerate() {
        let is_behind = units.spans.last().is_none_or(|last| last.end() <= row.span.start());
        if row.n_words == 0 && !row.span.is_empty() && is_behind {
            units.spans.push(row.span);
        }
        if ends.next_if(|end| *end <= idx + 1).is_some() {
            units.sentences.push(start..units.spans.len());
            start = units.spans.len();
        }
    }
    if start < units.spans.len() {
        units.sentences.push(start..units.spans.len());
    }
    units
}

/// The tokens of a document: those that came with it, else ours.
pub(super) fn tokens_of(document: &Document) -> Cow<'_, GivenTokens> {
    if document.tokens.is_empty() {
        Cow::Owned(own_tokens(&document.text))
    } else {
        Cow::Borrowed(&document.tokens)
    }
}

/// The tokens of a text; one with clitics is a multi-word token, its segments are its words.
fn own_tokens(text: &str) -> GivenTokens {
    let mut tokenized = Tokenized::default();
    Tokenizer::new().tokenize(text, &mut tokenized);
    tokens_of_segments(&tokenized)
}

fn tokens_of_segments(tokenized: &Tokenized) -> GivenTokens {
    let mut tokens = GivenTokens::default();
    for sentence in tokenized.sentences() {
        let start = tokens.rows.len();
        for token_idx in sentence.first_token_idx as usize..sentence.end_token_idx as usize {
            let segments = tokenized.segments_of(token_idx);
            if segments.len() > 1 {
                let span = tokenized.tokens()[token_idx].span;
                tokens.rows.push(row(span, segments.len() as u32));
            }
            tokens.rows.extend(segments.iter().map(|segment| row(segment.span, 0)));
        }
        let rows = start..tokens.rows.len();
        tokens.sentences.push(GivenSentence { rows, ..GivenSentence::default() });
    }
    tokens
}

fn row(span: Span, n_words: u32) -> GivenToken {
    GivenToken { span, n_words, ..GivenToken::default() }
}

/// Forgets tokens that a file gives but that are ours and nothing more: they can be had again.
pub(super) fn forget_own(document: &mut Document) {
    let has_fields = document.tokens.rows.iter().any(|row| !row.fields.is_empty())
        || document.tokens.sentences.iter().any(|sentence| !sentence.fields.is_empty());
    if !has_fields && document.tokens == own_tokens(&document.text) {
        document.tokens = GivenTokens::default();
    }
}

/// The tokens and sentences of a file, if they are not those that we make ourselves.
///
/// What stands between our units (white space, bidi marks) is cut off at the edges of a token; tokens of nothing
/// else, and those that overlap the one before, are left out. A sentence begins where the one before it ends.
pub(super) fn given_tokens(text: &str, spans: Vec<Span>, sentences: &[Span]) -> GivenTokens {
    tokens_beside(&own_units(text), spans, sentences)
}

/// As [`given_tokens`], for a format whose tokens take up the text around them: `None` if one of our units is
/// not wholly in tokens, as these could not be written so that they are read again.
pub(super) fn covering_tokens(
    text: &str,
    spans: Vec<Span>,
    sentences: &[Span],
) -> Option<GivenTokens> {
    let own = own_units(text);
    let tokens = tokens_beside(&own, spans, sentences);
    let is_own = tokens == GivenTokens::default();
    let is_covered = |unit: &Span| {
        let first = tokens.rows.partition_point(|row| row.span.end() <= unit.start());
        let mut at = unit.start();
        for row in tokens.rows[first..].iter().take_while(|row| row.span.start() < unit.end()) {
            at = if row.span.start() <= at { row.span.end() } else { at };
        }
        at >= unit.end()
    };
    (is_own || own.spans.iter().all(is_covered)).then_some(tokens)
}

fn tokens_beside(own: &Units, mut spans: Vec<Span>, sentences: &[Span]) -> GivenTokens {
    spans.retain(|span| !span.is_empty());
    spans.sort();
    let core = |span: Span| {
        let start = own.spans.partition_point(|unit| unit.end() <= span.start());
        let end = own.spans.partition_point(|unit| unit.start() < span.end());
        let units = own.spans.get(start..end)?;
        let (first, last) = (units.first()?, units.last()?);
        Some(Span::new(span.start().max(first.start()), span.end().min(last.end())))
    };
    let mut end = 0;
    let cores = spans.into_iter().filter_map(core);
    let spans: Vec<Span> = cores
        .filter(|span| {
            let is_behind = span.start() >= end;
            end = if is_behind { span.end() } else { end };
            is_behind
        })
        .collect();
    let rows_of = |sentence: &Span| {
        let start = spans.partition_point(|span| span.start() < sentence.start());
        start..spans.partition_point(|span| span.start() < sentence.end()).max(start)
    };
    let mut sentences: Vec<Range<usize>> = sentences.iter().map(rows_of).collect();
    sentences.sort_by_key(|rows| rows.start);
    let mut end = 0;
    sentences.retain(|rows| {
        let is_behind = rows.start >= end && rows.start < rows.end;
        end = if is_behind { rows.end } else { end };
        is_behind
    });
    let sentence = |rows| GivenSentence { rows, ..GivenSentence::default() };
    let mut tokens = GivenTokens {
        rows: spans.into_iter().map(|span| row(span, 0)).collect(),
        sentences: sentences.into_iter().map(sentence).collect(),
    };
    // As they would be written, without holes.
    let units = given_units(&tokens);
    if *own == units {
        return GivenTokens::default();
    }
    tokens.sentences = units.sentences.into_iter().map(sentence).collect();
    tokens
}
