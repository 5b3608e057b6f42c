//! What the changes of an event do where another copy's events came in between.
//!
//! One copy's events fit the state in which they were made; a merge puts those of another copy among them. Each rule
//! here looks at the state alone, so that every copy with the same events comes to the same state.

use rusqlite::{Connection, OptionalExtension};

use crate::change::{Change, Field, SPAN};
use crate::{DocumentId, Presence, SpanId};

/// Kinds of events that take suggestions away to make room for others.
const WITHDRAWING: [&str; 3] = ["suggest", "annotate-all", "import"];

/// Makes the changes of an event of this kind, in order.
pub(crate) fn carry_out(
    db: &Connection,
    document: Option<DocumentId>,
    (kind, changes): (&str, &[Change]),
) -> rusqlite::Result<()> {
    let edges = Edges::before(db, changes)?;
    for change in changes {
        if is_overruled(db, kind, change)? {
            continue;
        }
        change.apply(db, document)?;
    }
    edges.mend(db).map(drop)
}

/// Whether the change takes away a suggestion that a person has decided on meanwhile.
pub(crate) fn is_overruled(db: &Connection, kind: &str, change: &Change) -> rusqlite::Result<bool> {
    if !WITHDRAWING.contains(&kind) || !removes_span(change) {
        return Ok(false);
    }
    let sql = "SELECT state <> 'suggested' FROM span WHERE id = ?1";
    let row = db.prepare_cached(sql)?.query_row([change.row().1], |row| row.get(0)).optional()?;
    Ok(row.unwrap_or(false))
}

fn removes_span(change: &Change) -> bool {
    matches!(change, Change::Set { table, field, after, .. }
        if *table == SPAN && *field == Field::PRESENCE && *after == Presence::Absent.as_str().into())
}

/// The edges that spans had before an event moves them. Two copies may have moved one edge each, so that together
/// the span ends before it starts: then the later move does nothing.
pub(crate) struct Edges(Vec<(SpanId, [i64; 2])>);

impl Edges {
    pub(crate) fn before(db: &Connection, changes: &[Change]) -> rusqlite::Result<Self> {
        let mut moved: Vec<SpanId> =
            changes.iter().filter(|c| is_edge(c)).filter_map(Change::span).collect();
        moved.dedup();
        let mut edges = Vec::new();
        for span in moved {
            edges.extend(read(db, span)?.map(|now| (span, now)));
        }
        Ok(Self(edges))
    }

    /// Puts back the edges of spans that have no length now, and names them.
    pub(crate) fn mend(self, db: &Connection) -> rusqlite::Result<Vec<SpanId>> {
        let mut mended = Vec::new();
        for (span, [start, end]) in self.0 {
            if read(db, span)?.is_none_or(|[start, end]| start < end) {
                continue;
            }
            let sql = "UPDATE span SET start_byte = ?1, end_byte = ?2 WHERE id = ?3";
            db.prepare_cached(sql)?.execute((start, end, span))?;
            mended.push(span);
        }
        Ok(mended)
    }
}

/// Whether the change moves an edge of a span.
pub(crate) fn is_edge(change: &Change) -> bool {
    matches!(change, Change::Set { table, field, .. }
        if *table == SPAN && ["start_byte", "end_byte"].contains(&field.name()))
}

fn read(db: &Connection, span: SpanId) -> rusqlite::Result<Option<[i64; 2]>> {
    let sql = "SELECT start_byte, end_byte FROM span WHERE id = ?1";
    let edges = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?]);
    db.prepare_cached(sql)?.query_row([span], edges).optional()
}
