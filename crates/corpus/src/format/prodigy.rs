//! Prodigy's JSON Lines, with our tokens; spaCy reads them by the script at
//! [`Format::Prodigy`](super::Format::Prodigy).

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};

use super::json_fields::{Offsets, check_fields, metadata_of, take_name};
use super::lines::for_each_row;
use super::{
    Feature, Features, Format, FormatInfo, GivenEntity, Import, Input, Layout, ReadError,
    ReadProblem, Stream, WriteContext, Writer, units,
};
use crate::{Document, Entity, GivenToken, GivenTokens, Metadata};

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::Prodigy,
    name: "prodigy",
    title: "Prodigy's and spaCy's JSON Lines: spans with tokens",
    extensions: &[],
    sniff: looks_like_prodigy,
    layout: Layout::ManyInOne,
    unit: OffsetUnit::CodePoint,
    carries: Features::of(&[
        Feature::Text,
        Feature::DocumentIds,
        Feature::Metadata,
        Feature::Tokens,
        Feature::Entities,
        Feature::Unlocated,
        Feature::Labels,
        Feature::LineCrossing,
        Feature::Scores,
    ]),
    reader: Some(read_prodigy),
    writer: Some(Writer::Stream(Stream { document: write_prodigy, ..Stream::PLAIN })),
};

fn looks_like_prodigy(head: &str) -> Option<&'static str> {
    let line: String = head.trim_start().lines().next()?.replace(' ', "");
    let has = |key: &str| line.contains(key);
    let is_ours = line.starts_with('{') && has("\"text\":") && !has("\"offset_unit\"");
    (is_ours && (has("\"spans\":[") || has("\"_input_hash\":")))
        .then_some("lines are objects with spans")
}

/// A token: a word or segment, or white space that is more than one space behind a word.
#[derive(Serialize)]
struct TokenRef<'a> {
    text: &'a str,
    start: u32,
    end: u32,
    id: usize,
    ws: bool,
}

#[derive(Serialize)]
struct SpanRef<'a> {
    start: u32,
    end: u32,
    token_start: usize,
    /// The last token, not the one behind it.
    token_end: usize,
    label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
}

#[derive(Serialize)]
struct Meta<'a> {
    doc_id: &'a str,
    #[serde(flatten)]
    metadata: &'a Metadata,
}

#[derive(Serialize)]
struct RowRef<'a> {
    text: &'a str,
    meta: Meta<'a>,
    tokens: Vec<TokenRef<'a>>,
    spans: Vec<SpanRef<'a>>,
    answer: &'static str,
}

fn write_prodigy(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    check_fields(&document.metadata, &["doc_id"])?;
    let offsets = Offsets::new(document, INFO.unit)?;
    let (text, spans) =
        (document.text.as_str(), token_spans(&document.text, &units(document).spans));
    let token = |(id, span): (usize, &Span)| {
        let (start, end) = offsets.of(*span);
        let next = spans.get(id + 1).map_or(text.len() as u32, |next| next.start());
        TokenRef { text: span.slice(text), start, end, id, ws: next > span.end() }
    };
    let row = RowRef {
        text,
        meta: Meta { doc_id: &document.id, metadata: &document.metadata },
        tokens: spans.iter().enumerate().map(token).collect(),
        spans: document
            .entities
            .iter()
            .map(|entity| {
                let (start, end) = offsets.of(entity.span);
                let (token_start, token_end) = token_range(entity, &spans);
                let (label, score) = (context.labels.name(entity.label), entity.score);
                SpanRef { start, end, token_start, token_end, label, score }
            })
            .collect(),
        answer: "accept",
    };
    serde_json::to_writer(&mut *out, &row)?;
    out.write_all(b"\n")
}

fn token_range(entity: &Entity, spans: &[Span]) -> (usize, usize) {
    let first = spans.partition_point(|span| span.end() <= entity.span.start());
    let end = spans.partition_point(|span| span.start() < entity.span.end());
    (first, end.saturating_sub(1))
}

/// Units and what stands between them, so that tokens and single spaces join to the text.
fn token_spans(text: &str, words: &[Span]) -> Vec<Span> {
    let (mut spans, mut at) = (Vec::new(), 0);
    let end = Span::new(text.len() as u32, text.len() as u32);
    for word in words.iter().chain([&end]) {
        // One space behind a token belongs to it.
        let has_space = at > 0 && text[at as usize..].starts_with(' ') && at < word.start();
        let start = at + u32::from(has_space);
        if start < word.start() {
            spans.push(Span::new(start, word.start()));
        }
        if !word.is_empty() {
            spans.push(*word);
        }
        at = word.end();
    }
    spans
}

#[derive(Deserialize)]
struct Row {
    text: String,
    #[serde(default)]
    meta: Map<String, Value>,
    #[serde(default)]
    tokens: Vec<TokenRow>,
    #[serde(default)]
    spans: Vec<SpanRow>,
    answer: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
struct TokenRow {
    start: u64,
    end: u64,
}

#[derive(Deserialize)]
struct SpanRow {
    start: u64,
    end: u64,
    label: String,
    text: Option<String>,
    score: Option<f32>,
}

/// Reads Prodigy's JSON Lines. Only what was accepted is taken. Tokens that are the same as ours are not kept.
///
/// # Errors
/// If the input cannot be read on.
pub(super) fn read_prodigy(
    input: &mut Input<'_>,
    import: &mut Import<'_>,
) -> Result<(), ReadError> {
    for_each_row(input, import, "a text and its spans", &mut take_row)
}

fn take_row(mut row: Row, line: u64, import: &mut Import<'_>) {
    if let Some(answer) = row.answer.filter(|answer| answer != "accept") {
        let n_spans = row.spans.len() as u64;
        import.report.entities_in += n_spans;
        let problem = ReadProblem::Shape(format!("its answer is {answer:?}, not \"accept\""));
        return import.refuse(line, n_spans, &problem);
    }
    let id = take_name(&mut row.meta, &["doc_id"]).or_else(|| take_name(&mut row.rest, &["id"]));
    let id = id.unwrap_or_else(|| format!("{}:{line}", import.input_name()));
    row.meta.extend(row.rest);
    let mut document = Document { metadata: metadata_of(row.meta), ..Document::new(id, "") };
    let map = OffsetMap::new(&row.text, import.options.unit.unwrap_or(INFO.unit));
    for span in &row.spans {
        let SpanRow { start, end, label, text: surface, score } = span;
        let mention = GivenEntity {
            units: *start..*end,
            surface: surface.as_deref(),
            label,
            score: *score,
            line,
            ..GivenEntity::default()
        };
        import.entity(&mut document, &map, &row.text, mention);
    }
    match given_words(&row.tokens, &row.text, &map) {
        Some(tokens) => document.tokens = tokens,
        None => import.changed("tokens do not lie in order in the text; left out", line, ""),
    }
    document.text = row.text;
    import.document(document);
}

/// The tokens that are no white space; none if they are ours.
fn given_words(tokens: &[TokenRow], text: &str, map: &OffsetMap<'_>) -> Option<GivenTokens> {
    let mut spans: Vec<Span> = Vec::new();
    for token in tokens {
        let (start, end) = (u32::try_from(token.start).ok()?, u32::try_from(token.end).ok()?);
        let span = map.span_from_units(start..end)?;
        if spans.last().is_some_and(|last| span.start() < last.end()) {
            return None;
        }
        spans.push(span);
    }
    if spans == token_spans(text, &units(&Document::new("", text)).spans) {
        return Some(GivenTokens::default());
    }
    let words = spans.into_iter().filter(|span| !span.slice(text).trim().is_empty());
    let rows = words.map(|span| GivenToken { span, ..GivenToken::default() }).collect();
    Some(GivenTokens { rows, sentences: Vec::new() })
}
