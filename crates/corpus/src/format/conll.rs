//! CoNLL columns: a word or clitic segment and its tag a line, an empty line behind a sentence.

use std::io::{self, Write};

use tawsim_tokenizer::{OffsetUnit, Span, Tokenized};

use super::conll_read::{looks_like_columns, read_conll};
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
    let units = rows(document);
    let (spans, _) = unit_spans(document, &units.spans);
    let mut tags = Vec::new();
    let scheme = context.options.scheme.unwrap_or(TagScheme::Iob2);
    scheme.encode(&spans, units.spans.len(), &mut tags);
    for sentence in units.sentences {
        let end = sentence.end;
        for idx in sentence {
            let form = units.spans[idx].slice(&document.text);
            if form == "-DOCSTART-" {
                let words = "a token is -DOCSTART-, which begins a document";
                return Err(io::Error::new(io::ErrorKind::InvalidData, words));
            }
            writeln!(out, "{form}{between}{}", conll_tag(tags[idx], context.labels))?;
        }
        // An entity ends with its sentence, so a sentence ends behind the entity.
        let n_begun = spans.partition_point(|span| span.units.start < end);
        if n_begun == 0 || spans[n_begun - 1].units.end <= end {
            writeln!(out)?;
        }
    }
    Ok(())
}

/// The units, cut where they hold white space: `مـ ـقتل`, broken against filters, is two rows.
fn rows(document: &Document) -> Units {
    let units = units(document);
    let mut rows = Units::default();
    for sentence in units.sentences {
        let start = rows.spans.len();
        for unit in &units.spans[sentence] {
            let mut at = unit.start();
            for piece in unit.slice(&document.text).split(char::is_whitespace) {
                let end = at + piece.len() as u32;
                rows.spans.extend((!piece.is_empty()).then(|| Span::new(at, end)));
                let rest = &document.text[end as usize..];
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

/// Writes one document as CoNLL-2003 columns: segment, tag; an empty line after a sentence.
///
/// A row is a clitic segment, not a token, so that `ل` + `داعش` can carry two tags. `tokenized` is the
/// document's own text. Returns how many entities begin or end inside a segment and so cannot be written
/// exactly; they are widened to whole segments.
///
/// # Errors
/// If the output fails.
pub fn write_conll(
    document: &Document,
    labels: &LabelSet,
    tokenized: &Tokenized,
    scheme: TagScheme,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let segments = tokenized.segments();
    let units: Vec<Span> = segments.iter().map(|s| s.span).collect();
    let (spans, n_widened) = unit_spans(document, &units);
    let mut tags = Vec::new();
    scheme.encode(&spans, units.len(), &mut tags);
    writeln!(out, "-DOCSTART-\tO\n")?;
    let mut rows = segments.iter().zip(&tags).peekable();
    for sentence in tokenized.sentences() {
        while let Some((segment, tag)) = rows.next_if(|(s, _)| s.token_idx < sentence.end_token_idx)
        {
            writeln!(out, "{}\t{}", segment.span.slice(&document.text), conll_tag(*tag, labels))?;
        }
        writeln!(out)?;
    }
    Ok(n_widened)
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
