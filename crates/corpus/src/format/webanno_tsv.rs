//! WebAnno TSV 3.3: a row a token, entities as values of the tokens they cover, UTF-16 offsets.
//!
//! The text is what the `#Text=` lines say. Between two sentences a reader puts a line end, and blanks as far as
//! the offsets of the next token say, so a sentence is written up to the next one's beginning, but for one line
//! end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};

use super::cas::{CARRIES, NAMED_ENTITY, cut_char};
use super::tokens::units;
use super::webanno_tsv_read::read_webanno_tsv;
use super::{Feature, Files, Format, FormatInfo, Layout, Units, WriteContext, Writer};
use crate::Document;

pub(super) const FIRST_LINE: &str = "#FORMAT=WebAnno TSV 3";

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::WebannoTsv,
    name: "webanno-tsv",
    title: "WebAnno TSV 3.3: INCEpTION, WebAnno",
    extensions: &["tsv"],
    sniff: |head| head.starts_with(FIRST_LINE).then_some("the first line says WebAnno TSV 3"),
    layout: Layout::SINGLE,
    unit: OffsetUnit::Utf16,
    carries: CARRIES.and_not(&[Feature::DocumentIds]),
    reader: Some(read_webanno_tsv),
    writer: Some(Writer::Files(Files { parts: &[("tsv", write_webanno_tsv)], shared: &[] })),
};

/// A value in a row: label, link's id, and the number that joins the rows of an entity; 0 if it has one row.
struct Value<'a> {
    label: &'a str,
    link: Option<&'a str>,
    number: usize,
}

fn write_webanno_tsv(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let map = OffsetMap::new(&document.text, OffsetUnit::Utf16);
    let Units { spans: tokens, sentences } = with_gaps(document);
    let values = values(document, context, &tokens);
    writeln!(out, "{FIRST_LINE}.3\n#T_SP={NAMED_ENTITY}|identifier|value\n")?;
    for (idx, sentence) in sentences.iter().enumerate() {
        let end = match sentences.get(idx + 1) {
            Some(next) => tokens[next.start].start() as usize,
            None => document.text.len(),
        };
        let start = tokens[sentence.start].start() as usize;
        let last = tokens[sentence.end - 1].end() as usize;
        let is_one_line = idx + 1 < sentences.len() && &document.text[last..end] == "\n";
        writeln!(out)?;
        for line in document.text[start..if is_one_line { last } else { end }].split('\n') {
            writeln!(out, "#Text={}", escaped_text(line))?;
        }
        for (number, token_idx) in (1..).zip(sentence.clone()) {
            let token = tokens[token_idx];
            let rows = &values[token_idx];
            let name = format!("{}-{number}", idx + 1);
            let whole = rows.get(&(token.start(), token.end())).map_or(&[][..], Vec::as_slice);
            write_row(&name, (token, &map, document), whole, out)?;
            let parts = rows.iter().map(|(&(start, end), row)| (Span::new(start, end), row));
            for (sub, (span, row)) in (1..).zip(parts.filter(|(span, _)| *span != token)) {
                let name = format!("{name}.{sub}");
                write_row(&name, (span, &map, document), row, out)?;
            }
        }
    }
    Ok(())
}

fn write_row(
    name: &str,
    (span, map, document): (Span, &OffsetMap<'_>, &Document),
    values: &[Value<'_>],
    out: &mut dyn Write,
) -> io::Result<()> {
    let units = map.units_from_span(span).ok_or_else(cut_char)?;
    // Readers take the text from the offsets; the column must only not break the row.
    let form = span.slice(&document.text).replace(['\t', '\n', '\r'], " ");
    let column = |of: &dyn Fn(&Value<'_>) -> String| {
        let cells: Vec<String> = values.iter().map(of).collect();
        if cells.is_empty() { "_".to_owned() } else { cells.join("|") }
    };
    let number = |value: &Value<'_>| match value.number {
        0 => String::new(),
        number => format!("[{number}]"),
    };
    let links = column(&|v| v.link.map_or("*".to_owned(), escaped) + &number(v));
    let labels = column(&|v| escaped(v.label) + &number(v));
    writeln!(out, "{name}\t{}-{}\t{form}\t{links}\t{labels}\t", units.start, units.end)
}

/// The document's words, and the white space where an entity begins or ends in it; from the first byte.
fn with_gaps(document: &Document) -> Units {
    let Units { mut spans, sentences } = units(document);
    let len = document.text.len() as u32;
    let edges = |edge: fn(Span) -> u32| {
        let mut edges: Vec<u32> = document.entities.iter().map(|e| edge(e.span)).collect();
        edges.sort_unstable();
        edges
    };
    let (starts, ends) = (edges(Span::start), edges(Span::end));
    let has_edge = |gap: &Span| {
        let start = starts.get(starts.partition_point(|start| *start < gap.start()));
        let end = ends.get(ends.partition_point(|end| *end <= gap.start()));
        start.is_some_and(|start| *start < gap.end()) || end.is_some_and(|end| *end <= gap.end())
    };
    let mut gaps = Vec::new();
    let mut at = 0;
    for span in spans.iter().copied().chain([Span::new(len, len)]) {
        let gap = Span::new(at, span.start());
        if !gap.is_empty() && (has_edge(&gap) || spans.is_empty()) {
            gaps.push(gap);
        }
        at = span.end();
    }
    // What stands before the first word belongs to it, as no reader could know it otherwise.
    if gaps.first().is_none_or(|gap| gap.start() > 0)
        && let Some(first) = spans.first_mut()
    {
        *first = Span::new(0, first.end());
    }
    let ends: Vec<u32> =
        sentences.iter().filter(|s| !s.is_empty()).map(|s| spans[s.end - 1].end()).collect();
    spans.extend(gaps);
    spans.sort();
    let (mut all, mut start) = (Vec::new(), 0);
    for (idx, end) in ends.iter().enumerate() {
        // Gaps behind the last sentence are its own.
        let is_last = idx + 1 == ends.len();
        let behind =
            if is_last { spans.len() } else { spans.partition_point(|s| s.start() < *end) };
        all.push(start..behind);
        start = behind;
    }
    if ends.is_empty() && !spans.is_empty() {
        all.push(0..spans.len());
    }
    Units { spans, sentences: all }
}

/// By token, what its rows say; a row is a part of the token.
type Rows<'a> = BTreeMap<(u32, u32), Vec<Value<'a>>>;

fn values<'a>(
    document: &'a Document,
    context: &WriteContext<'a>,
    tokens: &[Span],
) -> Vec<Rows<'a>> {
    let mut values: Vec<Rows<'a>> = tokens.iter().map(|_| Rows::new()).collect();
    let pieces: Vec<Vec<(usize, (u32, u32))>> =
        document.entities.iter().map(|entity| pieces(entity.span, tokens)).collect();
    let (mut taken, mut stacked) = (BTreeSet::new(), BTreeSet::new());
    for piece in pieces.iter().flatten() {
        if !taken.insert(*piece) {
            stacked.insert(*piece);
        }
    }
    let mut last = 0;
    for (entity, pieces) in document.entities.iter().zip(pieces) {
        let is_plain = pieces.len() == 1 && !stacked.contains(&pieces[0]);
        last += usize::from(!is_plain);
        let link = document.details_of(entity).and_then(|details| details.link.as_ref());
        let link = link.and_then(|link| link.id.as_deref()).filter(|id| !id.is_empty());
        for (token_idx, piece) in pieces {
            let label = context.labels.name(entity.label);
            let number = if is_plain { 0 } else { last };
            values[token_idx].entry(piece).or_default().push(Value { label, link, number });
        }
    }
    values
}

/// The parts of a span in the tokens that it shares text with.
fn pieces(span: Span, tokens: &[Span]) -> Vec<(usize, (u32, u32))> {
    let start = tokens.partition_point(|token| token.end() <= span.start());
    let end = tokens.partition_point(|token| token.start() < span.end());
    let part = |idx: usize| {
        let token: Span = tokens[idx];
        (idx, (token.start().max(span.start()), token.end().min(span.end())))
    };
    (start..end.max(start)).map(part).collect()
}

/// A value, with a backslash before what means something.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        let is_arrow = c == '-' && chars.peek() == Some(&'>');
        if is_arrow || matches!(c, '\\' | '[' | ']' | '|' | '_' | ';' | '*') {
            out.push('\\');
        }
        match c {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            _ => out.push(c),
        }
    }
    out
}

/// A line of text, escaped as in Java.
fn escaped_text(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{8}' => out.push_str("\\b"),
            '\u{C}' => out.push_str("\\f"),
            '\0'..='\u{1F}' | '\u{7F}' => {
                write!(out, "\\u{:04X}", u32::from(c)).expect("a String takes everything");
            }
            _ => out.push(c),
        }
    }
    out
}
