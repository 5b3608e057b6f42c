//! Interlinear text: what a reviewer and a version control system want to see.
//!
//! ```text
//! # tawsim interlinear 1
//! # id: sy-nw-001
//! # genre: agency-wire
//!
//! A line of the text as it is.
//! <TAB>LABEL<TAB>surface
//! <TAB>LABEL<TAB>surface<TAB>2
//! ```
//!
//! Entities stand below their line in text order. A surface means its first occurrence behind the entity
//! before it; a number says which occurrence if it is not the first. The header line
//! `# final_newline: no` says that the text does not end with the last text line's line end. If the first line
//! ends with CR LF, every line end is read as LF.

use std::io::{self, Write};

use tawsim_tokenizer::{OffsetUnit, Span};

use super::{
    Feature, Features, Files, Format, FormatInfo, Import, Input, Layout, Limits, ReadError,
    ReadProblem, WriteContext, Writer,
};
use crate::{Document, Entity, LabelSet};

const MAGIC: &str = "# tawsim interlinear 1";
const NO_FINAL_NEWLINE: &str = "# final_newline: no";
const BAD_ENTITY: &str =
    "an entity line is TAB label TAB surface, and TAB occurrence if not the first";

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::Interlinear,
    name: "tagged",
    title: "a line of text, then its entities: for review and version control, one file a document",
    extensions: &["tagged"],
    sniff: |head| head.starts_with(MAGIC).then_some("the first line says so"),
    layout: Layout::SINGLE,
    unit: OffsetUnit::CodePoint,
    carries: Features::of(&[
        Feature::Text,
        Feature::DocumentIds,
        Feature::Entities,
        Feature::Unlocated,
        Feature::Labels,
        Feature::SubWord,
    ]),
    reader: Some(read),
    writer: Some(Writer::Files(Files { parts: &[("tagged", write)], shared: &[] })),
};

fn read(input: &mut Input<'_>, import: &mut Import<'_>) -> Result<(), ReadError> {
    let text = input.read_text(import.options.limits)?;
    let limit = import.options.limits.max_entities;
    let document = Reader { limit, ..Reader::new(import.labels) }.read(&text)?;
    import.report.entities_in += document.entities.len() as u64;
    import.document(document);
    Ok(())
}

fn write(document: &Document, context: &WriteContext<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_interlinear(document, context.labels, &[], out)
}

/// Reads one document; its id is the `id` header, or empty.
///
/// # Errors
/// The first line that is wrong, with its place.
pub fn read_interlinear(input: &str, labels: &mut LabelSet) -> Result<Document, ReadError> {
    Reader::new(labels).read(input)
}

struct Reader<'a> {
    /// The most entities that are taken.
    limit: usize,
    document: Document,
    has_text: bool,
    /// Where the search for the next entity begins in the text.
    from: usize,
    drop_final_newline: bool,
    labels: &'a mut LabelSet,
}

impl<'a> Reader<'a> {
    fn new(labels: &'a mut LabelSet) -> Self {
        Self {
            limit: Limits::default().max_entities,
            document: Document::default(),
            has_text: false,
            from: 0,
            drop_final_newline: false,
            labels,
        }
    }

    fn read(mut self, input: &str) -> Result<Document, ReadError> {
        let (mut in_header, mut byte) = (true, 0);
        let has_crlf =
            input.split_inclusive('\n').next().is_some_and(|line| line.ends_with("\r\n"));
        for (idx, whole) in input.split_inclusive('\n').enumerate() {
            let (line, end) = match whole.strip_suffix("\r\n") {
                Some(line) if has_crlf => (line, "\n"),
                _ => (whole, ""),
            };
            let at = |problem| ReadError { line: idx as u64 + 1, byte: byte as u64, problem };
            if in_header {
                in_header = self.header_line(line.trim_end(), idx).map_err(at)?;
            } else if let Some(entity) = line.strip_prefix('\t') {
                self.entity_line(entity.trim_end_matches('\n')).map_err(at)?;
            } else {
                self.text_line(line, end);
            }
            byte += whole.len();
        }
        if self.drop_final_newline && self.document.text.ends_with('\n') {
            self.document.text.pop();
        }
        Ok(self.document)
    }

    /// Takes one header line; says whether the header goes on.
    fn header_line(&mut self, line: &str, line_idx: usize) -> Result<bool, ReadProblem> {
        if line_idx == 0 && line != MAGIC {
            return Err(ReadProblem::Interlinear("the first line is not `# tawsim interlinear 1`"));
        }
        if let Some(id) = line.strip_prefix("# id:") {
            id.trim().clone_into(&mut self.document.id);
        }
        self.drop_final_newline |= line == NO_FINAL_NEWLINE;
        match (line.is_empty(), line.starts_with('#')) {
            (true, _) => Ok(false),
            (_, true) => Ok(true),
            _ => Err(ReadProblem::Interlinear("an empty line must close the `#` header")),
        }
    }

    fn text_line(&mut self, line: &str, end: &str) {
        self.has_text = true;
        self.from = self.document.text.len();
        self.document.text.extend([line, end]);
    }

    fn entity_line(&mut self, line: &str) -> Result<(), ReadProblem> {
        if !self.has_text {
            return Err(ReadProblem::Interlinear("an entity line stands before any text line"));
        }
        if self.document.entities.len() >= self.limit {
            return Err(ReadProblem::TooMuch { what: "entities", limit: self.limit });
        }
        let mut fields = line.split('\t');
        let (Some(label), Some(surface)) = (fields.next(), fields.next()) else {
            return Err(ReadProblem::Interlinear(BAD_ENTITY));
        };
        let occurrence = match fields.next().map(str::parse::<usize>) {
            None => 1,
            Some(Ok(n)) if n > 0 && fields.next().is_none() => n,
            Some(_) => return Err(ReadProblem::Interlinear(BAD_ENTITY)),
        };
        if surface.is_empty() {
            return Err(ReadProblem::Interlinear("the surface of an entity is empty"));
        }
        let label = self.labels.intern(label)?;
        let start = self.find(surface, occurrence)?;
        let span = Span::from_range(start..start + surface.len())
            .ok_or(ReadProblem::Interlinear("the text is longer than 4 GiB"))?;
        self.document.entities.push(Entity::new(span, label));
        self.from = start + surface.len();
        Ok(())
    }

    fn find(&self, surface: &str, occurrence: usize) -> Result<usize, ReadProblem> {
        occurrences(&self.document.text[self.from..], surface)
            .nth(occurrence - 1)
            .map(|at| self.from + at)
            .ok_or_else(|| ReadProblem::SurfaceNotFound { surface: surface.to_owned(), occurrence })
    }
}

/// Where `surface` occurs, overlapping occurrences included: the search of Knuth, Morris and Pratt, whose time does not
/// grow with what repeats.
fn occurrences<'a>(text: &'a str, surface: &'a str) -> impl Iterator<Item = usize> + 'a {
    let pattern = surface.as_bytes();
    let borders = borders(pattern);
    let mut matched = 0;
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        matched = longer(pattern, &borders, (matched, byte));
        (matched == pattern.len()).then(|| at + 1 - matched)
    })
}

/// Of each start of `pattern` the length of the longest proper start of it that is also its end.
fn borders(pattern: &[u8]) -> Vec<usize> {
    let mut borders = vec![0; pattern.len()];
    for at in 1..pattern.len() {
        borders[at] = longer(pattern, &borders, (borders[at - 1], pattern[at]));
    }
    borders
}

/// How much of `pattern` is matched with one byte more.
fn longer(pattern: &[u8], borders: &[usize], (mut matched, byte): (usize, u8)) -> usize {
    while matched > 0 && pattern.get(matched) != Some(&byte) {
        matched = borders[matched - 1];
    }
    matched + usize::from(pattern.get(matched) == Some(&byte))
}

/// Writes one document with further header lines (`key`, `value`).
///
/// # Errors
/// If the output fails, or ([`io::ErrorKind::InvalidData`]) the document has what the format cannot carry:
/// a text line that begins with a tab, entities that overlap, cross a line or hold a tab.
pub fn write_interlinear(
    document: &Document,
    labels: &LabelSet,
    header: &[(&str, &str)],
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{MAGIC}\n# id: {}", one_line(&document.id))?;
    for (key, value) in header {
        writeln!(out, "# {}: {}", one_line(key), one_line(value))?;
    }
    let has_final_newline = document.text.is_empty() || document.text.ends_with('\n');
    if !has_final_newline {
        writeln!(out, "{NO_FINAL_NEWLINE}")?;
    }
    writeln!(out)?;
    let mut entities = document.entities.iter().peekable();
    let mut start = 0;
    for line in document.text.split_inclusive('\n') {
        let end = start + line.len();
        if line.starts_with('\t') {
            return Err(cannot_carry("a text line begins with a tab"));
        }
        writeln!(out, "{}", line.strip_suffix('\n').unwrap_or(line))?;
        let mut from = start;
        while let Some(entity) = entities.next_if(|e| (e.span.start() as usize) < end) {
            write_entity(document, labels, entity, from..end, out)?;
            from = entity.span.end() as usize;
        }
        start = end;
    }
    Ok(())
}

fn write_entity(
    document: &Document,
    labels: &LabelSet,
    entity: &Entity,
    rest: std::ops::Range<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (surface, start) = (document.surface(entity), entity.span.start() as usize);
    if start < rest.start || entity.span.end() as usize > rest.end || surface.contains(['\t', '\n'])
    {
        return Err(cannot_carry("an entity overlaps another, crosses a line or holds a tab"));
    }
    let before = occurrences(&document.text[rest.clone()], surface)
        .take_while(|at| rest.start + at < start)
        .count();
    write!(out, "\t{}\t{surface}", labels.name(entity.label))?;
    if before > 0 {
        write!(out, "\t{}", before + 1)?;
    }
    writeln!(out)
}

fn one_line(value: &str) -> String {
    value.replace(['\n', '\r'], " ")
}

fn cannot_carry(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "# tawsim interlinear 1\n# id: 7\n# genre: brief\n\nفتح الباب في الباب.\n\tPLACE\tالباب\t2\n\nولداعش\n\tFACTION\tداعش\n";

    fn check_error(input: &str, expected: &str) {
        let error = read_interlinear(input, &mut LabelSet::new()).expect_err(input);
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn reads_and_writes_the_same_bytes() {
        let mut labels = LabelSet::new();
        let document = read_interlinear(SAMPLE, &mut labels).expect("good sample");
        assert_eq!(document.id, "7");
        assert_eq!(document.text, "فتح الباب في الباب.\n\nولداعش\n");
        let surfaces: Vec<_> = document.entities.iter().map(|e| document.surface(e)).collect();
        assert_eq!(surfaces, ["الباب", "داعش"]);
        assert_eq!(document.entities[0].span.start(), 23);
        let mut out = Vec::new();
        write_interlinear(&document, &labels, &[("genre", "brief")], &mut out).expect("to memory");
        assert_eq!(String::from_utf8(out).expect("UTF-8"), SAMPLE);
    }

    #[test]
    fn line_ends_of_windows_are_read_as_ours() {
        let mut labels = LabelSet::new();
        let expected = read_interlinear(SAMPLE, &mut labels).expect("good sample");
        let windows = SAMPLE.replace('\n', "\r\n");
        let document = read_interlinear(&windows, &mut labels).expect("the same sample");
        assert_eq!(document, expected);
        // Of a file with our line ends a CR is text.
        let head = "# tawsim interlinear 1\n\n";
        let document = read_interlinear(&format!("{head}a\r\n"), &mut labels).expect("a line");
        assert_eq!(document.text, "a\r\n");
        let head = "# tawsim interlinear 1\r\n\r\nabc\r\n";
        check_error(&format!("{head}\tP\n"), &format!("line 4, byte 31: {BAD_ENTITY}"));
    }

    #[test]
    fn errors_name_the_place() {
        let head = "# tawsim interlinear 1\n\nabc\n";
        check_error("x", "line 1, byte 0: the first line is not `# tawsim interlinear 1`");
        check_error(
            &format!("{head}\tPLACE\tz\n"),
            "line 4, byte 28: \"z\" (occurrence 1) is not in the rest of the text line above; entities stand in text order",
        );
        check_error(&format!("{head}\tPLACE\n"), &format!("line 4, byte 28: {BAD_ENTITY}"));
        check_error(&format!("{head}\tPLACE\ta\t0\n"), &format!("line 4, byte 28: {BAD_ENTITY}"));
    }
}
