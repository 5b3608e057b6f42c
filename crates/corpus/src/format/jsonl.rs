//! JSON Lines: one document a line. See [`JsonlReader`] for the fields.

use std::io::{self, BufRead, Write};

use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};

use super::align::{UNIT_NAMES, align, unit_name};
use super::jsonl_rows::{EntityRow, LayerRow, Row, RowRef, cut_edge};
use super::lines::{Lines, for_each_row};
use super::{
    Aligned, Features, Format, FormatInfo, GivenEntity, Import, Input, Layout, ReadError,
    ReadProblem, Stream, WriteContext, Writer,
};
use crate::document::LayerIndex;
use crate::{Document, Entity, EntityDetails, LabelSet};

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::Jsonl,
    name: "jsonl",
    title: "JSON Lines, one document a line; carries everything",
    extensions: &["jsonl", "ndjson"],
    sniff,
    layout: Layout::ManyInOne,
    unit: OffsetUnit::CodePoint,
    carries: Features::ALL,
    reader: Some(read_jsonl),
    writer: Some(Writer::Stream(Stream { document: write_row, ..Stream::PLAIN })),
};

fn sniff(head: &str) -> Option<&'static str> {
    let line = head.trim_start().lines().next()?;
    let foreign = ["\"start_offset\"", "\"label\":[", "\"label\": [", "\"spans\"", "\"relations\""];
    let is_ours = line.starts_with('{') && line.contains("\"text\"");
    (is_ours && !foreign.iter().any(|key| line.contains(key)))
        .then_some("lines are objects with a text")
}

/// Reads documents from JSON Lines, one at a time, in constant memory.
///
/// The fields of a line; all but `text` may be missing, and fields that are not named here are skipped:
///
/// | field | what |
/// | --- | --- |
/// | `id` | text or number |
/// | `text` | the original text |
/// | `sha256` | SHA-256 of the text, hexadecimal; checked |
/// | `metadata` | `source` (address), `date`, `outlet`, `language`, and anything else |
/// | `offset_unit` | what all offsets count: `byte`, `code point` (also the default, as most annotation tools count), `utf-16`, `grapheme`; we write bytes |
/// | `entities` | see below |
/// | `layers` | `annotator`, `entities`: what each further annotator says |
/// | `tokens` | `rows`: `start`, `end`, `n_words` (of a multi-word token: how many next rows are its words), `fields`; `sentences`: `rows` (first, and one past the last), `fields` |
///
/// An entity: `start`, `end` (half-open), `label`; `surface`, which the text must have there; `score`;
/// `fragments` (`[[start, end], …]` of a discontiguous entity); `id`, `link`, `value`, `source` (`human` or
/// `model`), `reviewer`, `time`, `attributes` as in [`EntityDetails`].
///
/// After an error the reader goes on with the next line.
pub struct JsonlReader<'l, R> {
    lines: Lines<R>,
    labels: &'l mut LabelSet,
}

impl<'l, R: BufRead> JsonlReader<'l, R> {
    /// The longest line that is read. It bounds what an untrusted file can make the reader allocate.
    pub const MAX_LINE_BYTES: usize = 256 << 20;

    /// A reader of `input` that adds the labels it meets to `labels`.
    pub fn new(input: R, labels: &'l mut LabelSet) -> Self {
        Self { lines: Lines::new(input, Self::MAX_LINE_BYTES), labels }
    }
}

impl<R: BufRead> Iterator for JsonlReader<'_, R> {
    type Item = Result<Document, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let parse = |line: &str| serde_json::from_str(line).map_err(ReadProblem::Json);
        let row = match self.lines.next_with(parse)? {
            Ok(row) => row,
            Err(error) => return Some(Err(error)),
        };
        let document = Strict { labels: self.labels }.document(row);
        Some(document.map_err(|problem| self.lines.error(problem)))
    }
}

/// What a line gives before its entities are placed.
fn frame(row: &mut Row) -> Result<(Document, Option<OffsetUnit>), ReadProblem> {
    let mut document =
        Document::new(std::mem::take(&mut row.id).into_text(), std::mem::take(&mut row.text));
    if document.text.len() > Span::MAX_TEXT_BYTES {
        return Err(ReadProblem::LineTooLong { limit: Span::MAX_TEXT_BYTES });
    }
    let is_other = |sha: &String| !sha.eq_ignore_ascii_case(&document.text_sha256());
    if row.sha256.as_ref().is_some_and(is_other) {
        return Err(ReadProblem::Checksum);
    }
    let unit = row.offset_unit.take().map(offset_unit).transpose()?;
    document.metadata = std::mem::take(&mut row.metadata);
    Ok((document, unit))
}

fn offset_unit(name: String) -> Result<OffsetUnit, ReadProblem> {
    let known = UNIT_NAMES.iter().find(|(_, known)| *known == name);
    known.map(|(unit, _)| *unit).ok_or(ReadProblem::OffsetUnit(name))
}

/// Reads a row as it stands; the first thing that is wrong is an error.
struct Strict<'l> {
    labels: &'l mut LabelSet,
}

impl Strict<'_> {
    fn document(&mut self, mut row: Row) -> Result<Document, ReadProblem> {
        let (mut document, unit) = frame(&mut row)?;
        let text = std::mem::take(&mut document.text);
        let map = OffsetMap::new(&text, unit.unwrap_or(OffsetUnit::CodePoint));
        for entity in row.entities {
            let (entity, details) = self.entity(entity, &text, &map)?;
            document.push(entity, details);
        }
        let mut layers = LayerIndex::default();
        for LayerRow { annotator, entities } in row.layers {
            let layer = layers.layer(&mut document, &annotator);
            for entity in entities {
                let (entity, details) = self.entity(entity, &text, &map)?;
                layer.entities.push(entity);
                if !details.is_empty() {
                    layer.details.insert(entity.key(), details);
                }
            }
        }
        document.tokens = row.tokens.into_tokens(&map)?;
        document.text = text;
        document.sort();
        Ok(document)
    }

    fn entity(
        &mut self,
        row: EntityRow,
        text: &str,
        map: &OffsetMap<'_>,
    ) -> Result<(Entity, EntityDetails<'static>), ReadProblem> {
        let label = self.labels.intern(&row.label)?;
        let (start, end) = (row.start, row.end);
        let surface = row.surface.as_deref();
        match align(text, map, start..end, surface)? {
            Aligned::Exact(span) => {
                let entity = Entity { span, label, score: row.score };
                Ok((entity, row.into_details(map)?))
            }
            Aligned::Moved(_) => Err(misplaced(&row, text, map)),
        }
    }
}

/// Why an entity that could be found close by does not stand where it should.
fn misplaced(row: &EntityRow, text: &str, map: &OffsetMap<'_>) -> ReadProblem {
    let there = align(text, map, row.start..row.end, None);
    let (start, end) = (row.start, row.end);
    match there {
        Err(problem) => problem,
        Ok(Aligned::Exact(span) | Aligned::Moved(span)) => ReadProblem::Surface {
            start,
            end,
            found: super::align::shortened(span.slice(text)),
            expected: super::align::shortened(row.surface.as_deref().unwrap_or_default()),
        },
    }
}

/// Reads an input of this format; see [`JsonlReader`]. Lines that are wrong are counted and skipped.
///
/// # Errors
/// If the input cannot be read on.
pub fn read_jsonl(input: &mut Input<'_>, import: &mut Import<'_>) -> Result<(), ReadError> {
    for_each_row(input, import, "a document", &mut import_row)
}

fn import_row(mut row: Row, line: u64, import: &mut Import<'_>) {
    let (mut document, unit) = match frame(&mut row) {
        Ok(framed) => framed,
        Err(problem) => return import.refuse(line, 0, &problem),
    };
    if document.id.is_empty() {
        document.id = format!("{}:{line}", import.input_name());
    }
    let text = std::mem::take(&mut document.text);
    let map = OffsetMap::new(&text, import.options.unit.or(unit).unwrap_or(OffsetUnit::CodePoint));
    for entity in row.entities {
        import_entity(&mut document, (&text, &map), (None, entity), line, import);
    }
    for LayerRow { annotator, entities } in row.layers {
        // Also one without entities: who saw nothing has seen the document.
        import.layer(&mut document, &annotator);
        for entity in entities {
            let entity = (Some(&*annotator), entity);
            import_entity(&mut document, (&text, &map), entity, line, import);
        }
    }
    match row.tokens.into_tokens(&map) {
        Ok(tokens) => document.tokens = tokens,
        Err(problem) => import.changed("tokens were left out", line, problem.to_string()),
    }
    document.text = text;
    import.document(document);
}

fn import_entity(
    document: &mut Document,
    (text, map): (&str, &OffsetMap<'_>),
    (annotator, mut row): (Option<&str>, EntityRow),
    line: u64,
    import: &mut Import<'_>,
) {
    let (label, surface) = (std::mem::take(&mut row.label), row.surface.take());
    let (units, score) = (row.start..row.end, row.score);
    let details = row.into_details(map).unwrap_or_else(|problem| {
        import.changed("details of an entity were left out", line, problem.to_string());
        EntityDetails::default()
    });
    let (label, surface) = (&*label, surface.as_deref());
    let mention = GivenEntity { units, surface, label, score, details, annotator, line };
    import.entity(document, map, text, mention);
}

/// Writes one document as one line, offsets in bytes, with the surface of each entity. Everything that the
/// document has is there.
///
/// # Errors
/// If the output fails.
pub fn write_jsonl(document: &Document, labels: &LabelSet, out: &mut dyn Write) -> io::Result<()> {
    write_line(&RowRef::new(document, labels, None, OffsetUnit::Byte), out)
}

/// Writes one document as [`write_jsonl`] does, each entity with what is known of it (`link`) instead of
/// what the document says. `details` are those of the entities, in their order, or none.
///
/// # Errors
/// If the output fails.
pub fn write_jsonl_with_details(
    document: &Document,
    labels: &LabelSet,
    details: &[EntityDetails<'_>],
    out: &mut dyn Write,
) -> io::Result<()> {
    write_line(&RowRef::new(document, labels, Some(details), OffsetUnit::Byte), out)
}

fn write_row(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let unit = context.options.unit.unwrap_or(OffsetUnit::Byte);
    if let Some(span) = cut_edge(document, unit) {
        let words = format!("bytes {}..{} cut a {}", span.start(), span.end(), unit_name(unit));
        return Err(io::Error::new(io::ErrorKind::InvalidData, words));
    }
    let mut row = RowRef::new(document, context.labels, None, unit);
    row.sha256 = context.options.checksum.then(|| document.text_sha256());
    write_line(&row, out)
}

fn write_line(row: &RowRef<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, row)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &str) -> (Vec<Result<Document, ReadError>>, LabelSet) {
        let mut labels = LabelSet::new();
        let documents = JsonlReader::new(input.as_bytes(), &mut labels).collect();
        (documents, labels)
    }

    fn check_span(line: &str, expected: &str) {
        let (documents, _) = read(line);
        let document = documents[0].as_ref().expect(line);
        assert_eq!(document.surface(&document.entities[0]), expected);
    }

    fn check_error(input: &str, expected: &str) {
        let (documents, _) = read(input);
        let error = documents.into_iter().find_map(Result::err).expect(input);
        assert!(error.to_string().starts_with(expected), "{error}");
    }

    #[test]
    fn every_offset_unit() {
        let line = |unit: &str, start: u32, end: u32| {
            format!(
                r#"{{"text":"😀 حلب","offset_unit":"{unit}","entities":[{{"start":{start},"end":{end},"label":"PLACE"}}]}}"#
            )
        };
        check_span(&line("byte", 5, 11), "حلب");
        check_span(&line("code point", 2, 5), "حلب");
        check_span(&line("utf-16", 3, 6), "حلب");
        check_error(
            &line("byte", 6, 11),
            "line 1, byte 0: entity 6..11 does not lie on characters",
        );
        check_error(&line("code point", 2, 99), "line 1, byte 0: entity 2..99 does not lie on");
        check_error(&line("furlong", 2, 3), "line 1, byte 0: offset unit \"furlong\"");
    }

    #[test]
    fn errors_name_the_place_and_reading_goes_on() {
        let (documents, _) = read("\u{FEFF}{\"text\":\"a\"}\n\nno\n{\"id\":7,\"text\":\"b\"}\n");
        assert_eq!(documents.len(), 3);
        assert_eq!(documents[2].as_ref().expect("good line").id, "7");
        check_error("{\"text\":\"a\"}\n{", "line 2, byte 13: EOF while parsing");
        let wrong = r#"{"text":"abc","entities":[{"start":0,"end":1,"label":"X","surface":"b"}]}"#;
        check_error(
            wrong,
            "line 1, byte 0: entity 0..1 is \"a\" in the text, but the file says \"b\"",
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        let (documents, labels) = read(
            r#"{"id":"x","text":"في حلب","entities":[{"start":3,"end":6,"label":"PLACE","score":0.5}]}"#,
        );
        let document = documents[0].as_ref().expect("good line");
        let mut out = Vec::new();
        write_jsonl(document, &labels, &mut out).expect("to memory");
        let (again, _) = read(std::str::from_utf8(&out).expect("UTF-8"));
        assert_eq!(again[0].as_ref().expect("own output"), document);
    }
}
