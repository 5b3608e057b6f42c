//! JSON Lines: one document a line, with `id`, `text`, `offset_unit` and `entities`.

use std::io::{self, BufRead, Read, Write};

use serde::{Deserialize, Serialize};
use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};

use super::{ReadError, ReadProblem};
use crate::{Document, Entity, EntityDetails, LabelSet};

/// The names of the units in files.
const UNIT_NAMES: [(OffsetUnit, &str); 3] = [
    (OffsetUnit::Byte, "byte"),
    (OffsetUnit::CodePoint, "code point"),
    (OffsetUnit::Utf16, "utf-16"),
];

/// How a document stands in the file.
#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    id: Id,
    text: String,
    offset_unit: Option<String>,
    #[serde(default)]
    entities: Vec<EntityRow<String>>,
}

/// Other programs write numbers as ids.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(i64),
}

impl Default for Id {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

#[derive(Deserialize, Serialize)]
struct EntityRow<S> {
    start: u64,
    end: u64,
    label: S,
    surface: Option<S>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
}

#[derive(Serialize)]
struct RowRef<'a> {
    id: &'a str,
    text: &'a str,
    offset_unit: &'static str,
    entities: Vec<DetailedRow<'a>>,
}

/// An entity with what else is known of it; readers skip that.
#[derive(Serialize)]
struct DetailedRow<'a> {
    #[serde(flatten)]
    entity: EntityRow<&'a str>,
    #[serde(flatten)]
    details: Option<&'a EntityDetails<'a>>,
}

/// Reads documents from JSON Lines, one at a time, in constant memory.
///
/// `offset_unit` is `byte`, `code point` (also the default, as most annotation tools count) or `utf-16`.
/// Where an entity states its `surface`, the text must have it there. After an error the reader goes on
/// with the next line.
pub struct JsonlReader<'l, R> {
    input: R,
    labels: &'l mut LabelSet,
    line: u64,
    byte: u64,
    buffer: Vec<u8>,
    is_done: bool,
}

impl<'l, R: BufRead> JsonlReader<'l, R> {
    /// The longest line that is read. It bounds what an untrusted file can make the reader allocate.
    pub const MAX_LINE_BYTES: usize = 256 << 20;

    /// A reader of `input` that adds the labels it meets to `labels`.
    pub fn new(input: R, labels: &'l mut LabelSet) -> Self {
        Self { input, labels, line: 0, byte: 0, buffer: Vec::new(), is_done: false }
    }

    /// Reads the next line into the buffer; `None` at the end of the input.
    fn next_line(&mut self) -> Option<Result<(), ReadProblem>> {
        self.byte += self.buffer.len() as u64;
        self.line += 1;
        self.buffer.clear();
        let limit = Self::MAX_LINE_BYTES as u64 + 1;
        match self.input.by_ref().take(limit).read_until(b'\n', &mut self.buffer) {
            Ok(0) => None,
            Ok(_) if self.buffer.len() as u64 == limit && self.buffer.last() != Some(&b'\n') => {
                Some(
                    self.skip_line()
                        .and(Err(ReadProblem::LineTooLong { limit: Self::MAX_LINE_BYTES })),
                )
            }
            Ok(_) => Some(Ok(())),
            Err(error) => {
                self.is_done = true;
                Some(Err(error.into()))
            }
        }
    }

    fn skip_line(&mut self) -> Result<(), ReadProblem> {
        loop {
            let chunk = self.input.fill_buf()?;
            let end = chunk.iter().position(|&b| b == b'\n');
            let n = end.map_or(chunk.len(), |at| at + 1);
            self.input.consume(n);
            self.byte += n as u64;
            if end.is_some() || n == 0 {
                return Ok(());
            }
        }
    }

    fn parse_line(&mut self) -> Result<Option<Document>, ReadError> {
        let error = |problem, at: usize| ReadError {
            line: self.line,
            byte: self.byte + at as u64,
            problem,
        };
        let line = std::str::from_utf8(&self.buffer)
            .map_err(|e| error(ReadProblem::NotUtf8, e.valid_up_to()))?;
        let line = if self.line == 1 { line.trim_start_matches('\u{FEFF}') } else { line };
        if line.trim().is_empty() {
            return Ok(None);
        }
        let row: Row = serde_json::from_str(line).map_err(|e| error(ReadProblem::Json(e), 0))?;
        document_from_row(row, self.labels).map(Some).map_err(|problem| error(problem, 0))
    }
}

impl<R: BufRead> Iterator for JsonlReader<'_, R> {
    type Item = Result<Document, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_done {
            let (line, byte) = (self.line + 1, self.byte + self.buffer.len() as u64);
            if let Err(problem) = self.next_line()? {
                return Some(Err(ReadError { line, byte, problem }));
            }
            if let Some(result) = self.parse_line().transpose() {
                return Some(result);
            }
        }
        None
    }
}

fn document_from_row(row: Row, labels: &mut LabelSet) -> Result<Document, ReadProblem> {
    let id = match row.id {
        Id::Text(text) => text,
        Id::Number(number) => number.to_string(),
    };
    let mut document = Document::new(id, row.text);
    let unit = offset_unit(row.offset_unit)?;
    if document.text.len() > Span::MAX_TEXT_BYTES {
        return Err(ReadProblem::LineTooLong { limit: Span::MAX_TEXT_BYTES });
    }
    let map = OffsetMap::new(&document.text, unit);
    for entity in row.entities {
        let label = labels.intern(&entity.label)?;
        let span = span_in_text(&entity, &document.text, &map)?;
        document.entities.push(Entity { span, label, score: entity.score });
    }
    document.entities.sort_by_key(|e| (e.span, e.label));
    Ok(document)
}

fn offset_unit(name: Option<String>) -> Result<OffsetUnit, ReadProblem> {
    let Some(name) = name else { return Ok(OffsetUnit::CodePoint) };
    let known = UNIT_NAMES.iter().find(|(_, known)| *known == name);
    known.map(|(unit, _)| *unit).ok_or(ReadProblem::OffsetUnit(name))
}

fn unit_name(unit: OffsetUnit) -> &'static str {
    let known = UNIT_NAMES.iter().find(|(known, _)| *known == unit);
    known.map_or("unit", |(_, name)| name)
}

fn span_in_text(
    entity: &EntityRow<String>,
    text: &str,
    map: &OffsetMap<'_>,
) -> Result<Span, ReadProblem> {
    let (start, end) = (entity.start, entity.end);
    let narrow = |offset: u64| u32::try_from(offset).unwrap_or(u32::MAX);
    let span = map.span_from_units(narrow(start)..narrow(end)).filter(|span| !span.is_empty());
    let span = span.ok_or_else(|| ReadProblem::OutOfText {
        start,
        end,
        length: u64::from(map.n_units()),
        unit: unit_name(map.unit()),
    })?;
    let found = span.slice(text);
    match &entity.surface {
        Some(expected) if expected != found => Err(ReadProblem::Surface {
            start,
            end,
            found: shortened(found),
            expected: shortened(expected),
        }),
        _ => Ok(span),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Writes one document as one line, offsets in bytes, with the surface of each entity.
///
/// # Errors
/// If the output fails.
pub fn write_jsonl(document: &Document, labels: &LabelSet, out: &mut dyn Write) -> io::Result<()> {
    write_jsonl_with_details(document, labels, &[], out)
}

/// Writes one document as [`write_jsonl`] does, each entity with what is known of it (`link`). `details`
/// are those of the entities, in their order, or none.
///
/// # Errors
/// If the output fails.
pub fn write_jsonl_with_details(
    document: &Document,
    labels: &LabelSet,
    details: &[EntityDetails<'_>],
    out: &mut dyn Write,
) -> io::Result<()> {
    let row = |entity: &Entity| EntityRow {
        start: u64::from(entity.span.start()),
        end: u64::from(entity.span.end()),
        label: labels.name(entity.label),
        surface: Some(entity.span.slice(&document.text)),
        // Four digits: more would differ between machines without saying more.
        score: entity.score.map(|score| (score * 10_000.0).round() / 10_000.0),
    };
    let row = RowRef {
        id: &document.id,
        text: &document.text,
        offset_unit: "byte",
        entities: document
            .entities
            .iter()
            .enumerate()
            .map(|(idx, entity)| DetailedRow { entity: row(entity), details: details.get(idx) })
            .collect(),
    };
    serde_json::to_writer(&mut *out, &row)?;
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
