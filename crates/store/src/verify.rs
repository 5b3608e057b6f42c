//! Is what is stored what was written?

use std::fmt;

use rusqlite::{Connection, Row};

use crate::change::{Scalar, TABLES, Table};
use crate::event::{COLUMNS, Event, Head};
use crate::plan::need_span_in;
use crate::writing::Entry;
use crate::{DocumentId, Project, StoreError, fold, history, id, read, schema};

/// What [`Project::verify`] looked at and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Events in the log.
    pub n_events: u64,
    /// Documents, also those in the trash and undone ones.
    pub n_documents: u64,
    /// Spans, also removed ones.
    pub n_spans: u64,
    /// What is wrong; empty if all is well. At most [`VerifyReport::MAX_PROBLEMS`] are listed.
    pub problems: Vec<Problem>,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// SQLite finds the file damaged.
    Database(String),
    /// The hash of this event does not follow from its content and the one before it.
    Chain(u64),
    /// The log does not end where its head says.
    Head,
    /// An event cannot be carried out.
    Event(String),
    /// A row of a table differs from what the log folds to.
    Projection(&'static str, String),
    /// The table of undo steps differs from what the log folds to.
    History,
    /// A document's text is missing or is not the text that was imported.
    Text(DocumentId),
    /// A document has a span that does not lie in its text.
    Span(DocumentId),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(what) => write!(f, "the database file is damaged: {what}"),
            Self::Chain(seq) => write!(f, "event {seq} was changed after it was written"),
            Self::Head => f.write_str("events at the end of the log are missing or too many"),
            Self::Event(what) => f.write_str(what),
            Self::Projection(table, id) => {
                write!(f, "{table} {id} is not what the log says; `--rebuild` mends it")
            }
            Self::History => f.write_str("the undo history is not what the log says"),
            Self::Text(document) => write!(f, "the text of document {document} was changed"),
            Self::Span(document) => write!(f, "a span of document {document} leaves its text"),
        }
    }
}

impl VerifyReport {
    /// How many problems are listed at most.
    pub const MAX_PROBLEMS: usize = 100;

    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        self.problems.is_empty()
    }

    fn push(&mut self, problem: Problem) {
        if self.problems.len() < Self::MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }
}

impl Project {
    /// Checks the file, the hash chain, and the texts, folds the log again and compares every row.
    ///
    /// # Errors
    /// If the database cannot be read at all. What is wrong in it is in the report.
    pub fn verify(&self) -> Result<VerifyReport, StoreError> {
        let mut report = VerifyReport::default();
        // One transaction: the writer may go on meanwhile.
        let db = &self.db.unchecked_transaction()?;
        check_file(db, &mut report)?;
        check_log(db, &mut report)?;
        check_projections(db, &mut report)?;
        check_documents(db, &mut report)?;
        Ok(report)
    }

    /// Folds the log again and replaces all projections by the result.
    ///
    /// # Errors
    /// If the project cannot be written or the log itself is damaged.
    pub fn rebuild(&mut self) -> Result<(), StoreError> {
        if self.is_read_only() {
            return Err(StoreError::ReadOnly);
        }
        let tx = self.db.transaction()?;
        fold::refold_all(&tx)?;
        tx.execute("DELETE FROM history", [])?;
        replay_history(&tx, &tx)?;
        tx.commit().map_err(StoreError::database("cannot commit"))
    }
}

fn check_file(db: &Connection, report: &mut VerifyReport) -> Result<(), StoreError> {
    let mut statement = db.prepare("PRAGMA integrity_check(20)")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    for line in lines {
        let line = line?;
        if line != "ok" {
            report.push(Problem::Database(line));
        }
    }
    Ok(())
}

/// Follows the chain from the first event to the head.
fn check_log(db: &Connection, report: &mut VerifyReport) -> Result<(), StoreError> {
    let mut head = Head::EMPTY;
    let mut statement =
        db.prepare(&format!("SELECT {COLUMNS}, seq, hash FROM event ORDER BY seq"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let next = head.after(&Event::from_row(row)?);
        let (seq, hash): (i64, [u8; 32]) = (row.get(8)?, row.get(9)?);
        if seq != next.seq || hash != next.hash {
            report.push(Problem::Chain(seq.unsigned_abs()));
        }
        // One damaged event is one problem, not one for each event behind it.
        head = Head { seq, hash, ..next };
        report.n_events += 1;
    }
    if Head::read(db)? != head {
        report.push(Problem::Head);
    }
    Ok(())
}

fn check_projections(db: &Connection, report: &mut VerifyReport) -> Result<(), StoreError> {
    let rebuilt = schema::scratch()?;
    if let Err(error) = fold::fold_all(db, &rebuilt) {
        report.push(Problem::Event(error.to_string()));
    }
    for table in TABLES {
        compare(db, &rebuilt, table, report)?;
    }
    replay_history(db, &rebuilt)?;
    let sql = "SELECT step, kind, document, first_seq, last_seq, is_undone FROM history ORDER BY position";
    if history_rows(db, sql)? != history_rows(&rebuilt, sql)? {
        report.push(Problem::History);
    }
    Ok(())
}

fn history_rows(db: &Connection, sql: &str) -> rusqlite::Result<Vec<(history::Row, bool)>> {
    let read = |row: &Row<'_>| Ok((history::Row::read(row)?, row.get(5)?));
    db.prepare(sql)?.query_map([], read)?.collect()
}

/// Walks two tables in the order of their ids and reports each row that differs.
fn compare(
    db: &Connection,
    rebuilt: &Connection,
    table: Table,
    report: &mut VerifyReport,
) -> Result<(), StoreError> {
    let sql = format!("SELECT * FROM {} ORDER BY id", table.name);
    let (mut ours, mut theirs) = (db.prepare(&sql)?, rebuilt.prepare(&sql)?);
    let (mut ours, mut theirs) = (ours.query([])?, theirs.query([])?);
    let (mut a, mut b) = (cells(ours.next()?)?, cells(theirs.next()?)?);
    while a.is_some() || b.is_some() {
        let ids = (row_id(a.as_deref()), row_id(b.as_deref()));
        let n_rows = if table.name == "span" { &mut report.n_spans } else { &mut 0 };
        *n_rows += u64::from(ids.0 <= ids.1);
        if a != b {
            let id = ids.0.min(ids.1);
            report.push(Problem::Projection(table.name, format!("{id:016x}")));
        }
        if ids.0 <= ids.1 {
            a = cells(ours.next()?)?;
        }
        if ids.1 <= ids.0 {
            b = cells(theirs.next()?)?;
        }
    }
    Ok(())
}

/// A missing row sorts behind all.
fn row_id(cells: Option<&[Scalar]>) -> i64 {
    match cells.and_then(|cells| cells.first()) {
        Some(Scalar::Int(id)) => *id,
        _ => i64::MAX,
    }
}

fn cells(row: Option<&Row<'_>>) -> rusqlite::Result<Option<Vec<Scalar>>> {
    let Some(row) = row else { return Ok(None) };
    (0..row.as_ref().column_count()).map(|idx| row.get(idx)).collect::<Result<_, _>>().map(Some)
}

/// Enters the steps of the log into the empty history of `into`.
fn replay_history(log: &Connection, into: &Connection) -> Result<(), StoreError> {
    let sql = format!("SELECT {COLUMNS}, seq FROM event WHERE is_local = 1 ORDER BY seq");
    let mut statement = log.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut open: Option<(Entry, history::Row)> = None;
    while let Some(row) = rows.next()? {
        let event = Event::from_row(row)?;
        let seq = row.get(8)?;
        match &mut open {
            Some((_, step)) if step.step == event.step => step.seqs.1 = seq,
            _ => {
                let entry = entry_of(&event)?;
                let Event { step, kind, document, .. } = event;
                let step = history::Row { step, kind, document, seqs: (seq, seq) };
                if let Some((entry, step)) = open.replace((entry, step)) {
                    history::enter(into, entry, &step)?;
                }
            }
        }
    }
    if let Some((entry, step)) = open {
        history::enter(into, entry, &step)?;
    }
    Ok(())
}

fn entry_of(event: &Event) -> Result<Entry, StoreError> {
    let payload = event.parse()?;
    Ok(match (payload.undoes, payload.redoes, payload.is_aside) {
        (Some(step), _, _) => Entry::Undo(step),
        (_, Some(step), _) => Entry::Redo(step),
        (_, _, true) => Entry::Aside,
        _ => Entry::Recorded,
    })
}

fn check_documents(db: &Connection, report: &mut VerifyReport) -> Result<(), StoreError> {
    for document in fold::documents(db)? {
        report.n_documents += 1;
        match check_document(db, document) {
            Ok(()) => {}
            Err(StoreError::BadSpan { .. }) => report.push(Problem::Span(document)),
            Err(StoreError::Corrupt(_) | StoreError::UnknownDocument(_)) => {
                report.push(Problem::Text(document));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// That the text is the one that was imported and every span lies in it.
pub(crate) fn check_document(db: &Connection, document: DocumentId) -> Result<(), StoreError> {
    let sql = "SELECT text_hash FROM document WHERE id = ?1";
    let hash: String = db.prepare_cached(sql)?.query_row([document], |row| row.get(0))?;
    let text = read::text(db, document)?;
    if id::sha256_hex(text.as_bytes()) != hash {
        return Err(StoreError::Corrupt(format!("the text of document {document} was changed")));
    }
    let known = read::annotations(db, document)?;
    known.iter().try_for_each(|a| need_span_in(&text, document, a.span))
}
