//! Plain text: one document a file, no entities.

use std::io::{self, Write};

use tawsim_tokenizer::OffsetUnit;

use super::{
    Feature, Features, Files, Format, FormatInfo, Import, Input, Layout, ReadError, WriteContext,
    Writer, no_look,
};
use crate::Document;

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::Text,
    name: "text",
    title: "plain UTF-8 text, one document a file, without entities",
    extensions: &["txt", "text"],
    sniff: no_look,
    layout: Layout::SINGLE,
    unit: OffsetUnit::CodePoint,
    carries: Features::of(&[Feature::Text]),
    reader: Some(read_text),
    writer: Some(Writer::Files(Files { parts: &[("txt", write_text)], shared: &[] })),
};

fn read_text(input: &mut Input<'_>, import: &mut Import<'_>) -> Result<(), ReadError> {
    let text = input.read_text(import.options.limits)?;
    import.document(Document::new("", text));
    Ok(())
}

pub(super) fn write_text(
    document: &Document,
    _context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    out.write_all(document.text.as_bytes())
}
