//! A part of the log in one file, to be sent to another annotator and back.
//!
//! JSON Lines: a head with the project's id; texts; events; an end with the SHA-256 of all lines
//! before it, so that a file cut short is never taken for a small one.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::disk::{Disk, OsDisk, partial, put_in_place, replaceable};
use crate::event::{COLUMNS, Event};
use crate::id::hex;
use crate::record::push_line;
use crate::{DocumentId, EventId, Project, StoreError, read};

/// A longer line is refused: twice the longest text, as escapes take room.
const MAX_LINE_BYTES: usize = 512 << 20;

/// What a package holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PackageReport {
    /// Documents with all their events.
    pub n_documents: usize,
    /// Events.
    pub n_events: usize,
}

/// The lines of a package.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Line {
    /// The first line.
    Package { format: u32, project: String },
    /// A text.
    Text { document: DocumentId, content: String },
    /// An event.
    Event(EventLine),
    /// The last line.
    End { n_lines: u64, sha256: String },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventLine {
    id: EventId,
    clock: i64,
    time_ms: i64,
    actor: String,
    document: Option<DocumentId>,
    kind: String,
    step: EventId,
    payload: String,
}

impl From<Event> for EventLine {
    fn from(event: Event) -> Self {
        let Event { id, clock, time_ms, actor, document, kind, step, payload } = event;
        Self { id, clock, time_ms, actor, document, kind, step, payload }
    }
}

impl From<EventLine> for Event {
    fn from(line: EventLine) -> Self {
        let EventLine { id, clock, time_ms, actor, document, kind, step, payload } = line;
        Self { id, clock, time_ms, actor, document, kind, step, payload }
    }
}

impl Project {
    /// Writes the log of these documents (`None`: of all) with labels and layers into one file, to
    /// be merged by [`Project::merge`] into a copy of the project, or to begin one with
    /// [`Project::create_from_package`].
    ///
    /// # Errors
    /// If a document is unknown, the file is one of the project's own or cannot be written.
    pub fn write_package(
        &self,
        path: &Path,
        documents: Option<&[DocumentId]>,
    ) -> Result<PackageReport, StoreError> {
        self.need_other(path)?;
        let db = &self.db.unchecked_transaction()?;
        let mut report = PackageReport::default();
        let mut out = PackageWriter::create(path)?;
        out.line(&Line::Package { format: 1, project: self.id()? })?;
        report.n_events += push_events(db, None, &mut out)?;
        for document in chosen(db, documents)? {
            let content = read::text(db, document)?;
            out.line(&Line::Text { document, content })?;
            report.n_events += push_events(db, Some(document), &mut out)?;
            report.n_documents += 1;
        }
        out.finish()?;
        Ok(report)
    }
}

/// Writes the lines of a package, whatever their number, under another name until all are there; into a device or a
/// pipe directly.
struct PackageWriter<'a> {
    path: &'a Path,
    /// The file that this becomes, while it is not whole.
    becomes: Option<PathBuf>,
    file: BufWriter<File>,
    hasher: Sha256,
    n_lines: u64,
    line: Vec<u8>,
}

impl<'a> PackageWriter<'a> {
    fn create(path: &'a Path) -> Result<Self, StoreError> {
        let becomes = replaceable(path);
        let file = File::create(becomes.as_deref().map_or_else(|| path.to_owned(), partial));
        let file = file.map_err(StoreError::file("create", path))?;
        let file = BufWriter::with_capacity(1 << 20, file);
        Ok(Self { path, becomes, file, hasher: Sha256::new(), n_lines: 0, line: Vec::new() })
    }

    fn line(&mut self, line: &Line) -> Result<(), StoreError> {
        self.line.clear();
        push_line(&mut self.line, line);
        self.hasher.update(&self.line);
        self.n_lines += 1;
        if self.line.len() > MAX_LINE_BYTES {
            return Err(too_long(self.path, self.n_lines as usize));
        }
        self.file.write_all(&self.line).map_err(StoreError::file("write", self.path))
    }

    fn finish(mut self) -> Result<(), StoreError> {
        let sha256 = hex(&self.hasher.finalize_reset());
        self.line(&Line::End { n_lines: self.n_lines, sha256 })?;
        self.file.flush().map_err(StoreError::file("write", self.path))?;
        if let Some(path) = &self.becomes {
            put_in_place(&OsDisk, path)?;
        }
        self.becomes = None;
        Ok(())
    }
}

impl Drop for PackageWriter<'_> {
    fn drop(&mut self) {
        if let Some(path) = &self.becomes {
            // Half a package is of no use.
            let _ = OsDisk.remove(&partial(path));
        }
    }
}

fn chosen(
    db: &Connection,
    documents: Option<&[DocumentId]>,
) -> Result<BTreeSet<DocumentId>, StoreError> {
    match documents {
        Some(documents) => Ok(documents.iter().copied().collect()),
        None => Ok(crate::fold::documents(db)?.into_iter().collect()),
    }
}

fn push_events(
    db: &Connection,
    document: Option<DocumentId>,
    out: &mut PackageWriter<'_>,
) -> Result<usize, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM event WHERE document IS ?1 ORDER BY clock, id");
    let mut statement = db.prepare_cached(&sql)?;
    let mut n_events = 0;
    for event in statement.query_map([document], Event::from_row)? {
        out.line(&Line::Event(event?.into()))?;
        n_events += 1;
    }
    Ok(n_events)
}

/// Reads a package twice: once for its hash, then line by line.
pub(crate) struct PackageReader<'a> {
    path: &'a Path,
    input: BufReader<File>,
    line: usize,
    /// The project that the package is of.
    pub(crate) project: String,
}

impl<'a> PackageReader<'a> {
    pub(crate) fn open(path: &'a Path) -> Result<Self, StoreError> {
        let file = File::open(path).map_err(StoreError::file("open", path))?;
        let mut reader =
            Self { path, input: BufReader::new(file), line: 0, project: String::new() };
        reader.check_hash()?;
        match reader.next_line()? {
            Some(Line::Package { format: 1, project }) => reader.project = project,
            Some(Line::Package { format, .. }) => {
                return Err(StoreError::TooNew { found: format.into(), known: 1 });
            }
            _ => return Err(reader.bad("a package begins with a line of its kind")),
        }
        Ok(reader)
    }

    /// The next line; `None` at the end line.
    pub(crate) fn next_line(&mut self) -> Result<Option<Line>, StoreError> {
        let mut text = Vec::new();
        self.read_line(&mut text)?;
        match serde_json::from_slice(&text).map_err(|error| self.bad(&error.to_string()))? {
            Line::End { .. } => Ok(None),
            line => Ok(Some(line)),
        }
    }

    /// Reads the next line, with its end, into an empty buffer; it stays empty at the end of the file.
    fn read_line(&mut self, line: &mut Vec<u8>) -> Result<(), StoreError> {
        self.line += 1;
        read_line(&mut self.input, MAX_LINE_BYTES, line)
            .map_err(StoreError::file("read", self.path))?
            .ok_or_else(|| too_long(self.path, self.line))
    }

    pub(crate) fn bad(&self, what: &str) -> StoreError {
        StoreError::Record { path: self.path.to_owned(), line: self.line, what: what.to_owned() }
    }

    fn check_hash(&mut self) -> Result<(), StoreError> {
        let mut hasher = Sha256::new();
        let (mut last, mut n_lines) = (Vec::new(), 0_u64);
        loop {
            let mut next = Vec::new();
            self.read_line(&mut next)?;
            if next.is_empty() {
                break;
            }
            hasher.update(&last);
            n_lines += u64::from(!last.is_empty());
            last = next;
        }
        self.line = 0;
        let found = hex(&hasher.finalize());
        match serde_json::from_slice(&last) {
            Ok(Line::End { n_lines: n, sha256 }) if n == n_lines && sha256 == found => {}
            _ => return Err(self.bad("the package is damaged or cut short; get it again")),
        }
        self.input.rewind().map_err(StoreError::file("read", self.path))
    }
}

fn too_long(path: &Path, line: usize) -> StoreError {
    let what = format!("longer than {MAX_LINE_BYTES} bytes");
    StoreError::Record { path: path.to_owned(), line, what }
}

/// Reads a line of up to `limit` bytes with its end; `None` if it is longer.
fn read_line(
    input: &mut impl BufRead,
    limit: usize,
    line: &mut Vec<u8>,
) -> std::io::Result<Option<()>> {
    let n_bytes = input.take(limit as u64 + 1).read_until(b'\n', line)?;
    Ok((n_bytes <= limit).then_some(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_a_limit() {
        let check = |input: &mut dyn BufRead, expected: Option<&str>| {
            let (mut input, mut line) = (input, Vec::new());
            let is_read = read_line(&mut input, 4, &mut line).expect("memory does not fail");
            assert_eq!(is_read.map(|()| line.as_slice()), expected.map(str::as_bytes));
        };
        check(&mut &b""[..], Some(""));
        check(&mut &b"abc\nd"[..], Some("abc\n"));
        check(&mut &b"abcd"[..], Some("abcd"));
        check(&mut &b"abcd\n"[..], None);
        check(&mut BufReader::new(std::io::repeat(0)), None);
    }
}
