use std::io::{self, Write};

use tawsim_tokenizer::{Span, Tokenized};

use crate::{Document, LabelSet, Tag, TagScheme, UnitSpan, units_of};

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
