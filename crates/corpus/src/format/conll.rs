//! CoNLL columns: a word or clitic segment and its tag a line, an empty line behind a sentence.

use std::io::{self, Write};

use tawsim_tokenizer::{OffsetUnit, Span, Tokenized};

use super::conll_read::{looks_like_columns, read_conll};
use super::tokens::units_of_segments;
use super::{
    Feature, Features, Format, FormatInfo, Layout, Stream, Units, WriteContext, Writer, no_look,
    units,
};
use crate::{Document, LabelSet, Tag, TagScheme, UnitSpan, units_of};

/// A sentence ends behind the entity that crosses its line end.
const CARRIES: Features =
    Features::of(&[Feature::Entities, Feature::Labels, Feature::LineCrossing, Feature::Unlocated]);

pub(super) const CONLL2002: FormatInfo = FormatInfo {
    format: Format::Conll2002,
    name: "conll2002",
    title: "CoNLL-2002 columns: word or clitic segment, tab, tag",
    extensions: &["conll", "bio", "iob"],
    sniff: looks_like_columns,
    layout: Layout::ManyInOne,
    unit: OffsetUnit::CodePoint,
    carries: CARRIES,
    reader: Some(read_conll),
    writer: Some(Writer::Stream(Stream { document: write_2002, ..Stream::PLAIN })),
};

pub(super) const CONLL2003: FormatInfo = FormatInfo {
    format: Format::Conll2003,
    name: "conll2003",
    title: "CoNLL-2003 columns: word or clitic segment, part of speech, chunk, tag",
    // One reader takes any number of columns, so detection says CoNLL-2002.
    extensions: &[],
    sniff: no_look,
    writer: Some(Writer::Stream(Stream { document: write_2003, ..Stream::PLAIN })),
    ..CONLL2002
};

fn write_2002(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "-DOCSTART-\tO\n")?;
    write_columns(document, context, "\t", out)
}

fn write_2003(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "-DOCSTART- -X- O O\n")?;
    write_columns(document, context, " _ _ ", out)
}

fn write_columns(
    document: &Document,
    context: &WriteContext<'_>,
    between: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let units = rows(&document.text, &units(document));
    let scheme = context.options.scheme.unwrap_or(TagScheme::Iob2);
    write_rows(document, (&units, between), (scheme, context.labels), out).map(drop)
}

/// Writes the rows; returns how many entities were widened to whole rows.
fn write_rows(
    document: &Document,
    (units, between): (&Units, &str),
    (scheme, labels): (TagScheme, &LabelSet),
    out: &mut dyn Write,
) -> io::Result<usize> {
    let (spans, n_widened) = unit_spans(document, &units.spans);
    let mut tags = Vec::new();
    scheme.encode(&spans, units.spans.len(), &mut tags);
    for sentence in &units.sentences {
        for idx in sentence.clone() {
            let form = units.spans[idx].slice(&document.text);
            if form == "-DOCSTART-" {
                let words = "a token is -DOCSTART-, which begins a document";
                return Err(io::Error::new(io::ErrorKind::InvalidData, words));
            }
            writeln!(out, "{form}{between}{}", conll_tag(tags[idx], labels))?;
        }
        // An entity ends with its sentence, so a sentence ends behind the entity.
        let n_begun = spans.partition_point(|span| span.units.start < sentence.end);
        if n_begun == 0 || spans[n_begun - 1].units.end <= sentence.end {
            writeln!(out)?;
        }
    }
    Ok(n_widened)
}

/// The units, cut where they hold white space: `مـ ـقتل`, broken against filters, is two rows. A space ends a
/// column, whatever else does.
fn rows(text: &str, units: &Units) -> Units {
    let mut rows = Units::default();
    for sentence in &units.sentences {
        let start = rows.spans.len();
        for unit in &units.spans[sentence.clone()] {
            let mut at = unit.start();
            for piece in unit.slice(text).split(char::is_whitespace) {
                let end = at + piece.len() as u32;
                rows.spans.extend((!piece.is_empty()).then(|| Span::new(at, end)));
                let rest = &text[end as usize..];
                at = end + rest.chars().next().map_or(0, |space| space.len_utf8() as u32);
            }
        }
        rows.sentences.push(start..rows.spans.len());
    }
    rows
}

/// A tag as CoNLL files write it: `B-PLACE`, `O`.
#[must_use]
pub fn conll_tag(tag: Tag, labels: &LabelSet) -> String {
    let (prefix, label) = match tag {
        Tag::Outside => return "O".to_owned(),
        Tag::Begin(label) => ('B', label),
        Tag::Inside(label) => ('I', label),
        Tag::End(label) => ('E', label),
        Tag::Single(label) => ('S', label),
    };
    format!("{prefix}-{}", labels.name(label))
}

/// Writes one document as CoNLL-2002 columns: segment, tag; an empty line after a sentence.
///
/// A row is a clitic segment, not a token, so that `ل` + `داعش` can carry two tags; a segment that holds white
/// space is as many rows as it has words. `tokenized` is the document's own text. Returns how many entities begin
/// or end inside a row and so cannot be written exactly; they are widened to whole rows.
///
/// # Errors
/// If the output fails, or ([`io::ErrorKind::InvalidData`]) a word is `-DOCSTART-`.
pub fn write_conll(
    document: &Document,
    labels: &LabelSet,
    tokenized: &Tokenized,
    scheme: TagScheme,
    out: &mut dyn Write,
) -> io::Result<usize> {
    writeln!(out, "-DOCSTART-\tO\n")?;
    let units = rows(&document.text, &units_of_segments(tokenized));
    write_rows(document, (&units, "\t"), (scheme, labels), out)
}

fn unit_spans(document: &Document, units: &[Span]) -> (Vec<UnitSpan>, usize) {
    let mut spans: Vec<UnitSpan> = Vec::new();
    let mut n_widened = 0;
    for entity in &document.entities {
        let Some((range, exact)) = units_of(entity, units) else { continue };
        n_widened += usize::from(!exact);
        let free = spans.last().is_none_or(|last| last.units.end <= range.start);
        if free {
            spans.push(UnitSpan { units: range, label: entity.label });
        }
    }
    (spans, n_widened)
}
