//! The log, for those who want to know what happened.

use rusqlite::Row;

use crate::{DocumentId, EventId, Project, StoreError};

/// An event of the log, without its changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its number in this copy of the project.
    pub seq: u64,
    /// Names it in all copies.
    pub id: EventId,
    /// When it was written, in milliseconds since 1970.
    pub time_ms: i64,
    /// Who did it.
    pub actor: String,
    /// The document; `None` for labels and layers.
    pub document: Option<DocumentId>,
    /// Name of the edit, such as `relabel`; or `undo`, `redo`, `import`, `load`.
    pub kind: String,
    /// The step it belongs to.
    pub step: EventId,
}

impl Project {
    /// Up to `limit` events behind number `after`, in order.
    ///
    /// # Errors
    /// If the database fails.
    pub fn log(&self, after: u64, limit: usize) -> Result<Vec<LogEntry>, StoreError> {
        let sql = "SELECT seq, id, time_ms, actor, document, kind, step FROM event
                   WHERE seq > ?1 ORDER BY seq LIMIT ?2";
        let read = |row: &Row<'_>| {
            Ok(LogEntry {
                seq: row.get::<_, i64>(0)?.unsigned_abs(),
                id: row.get(1)?,
                time_ms: row.get(2)?,
                actor: row.get(3)?,
                document: row.get(4)?,
                kind: row.get(5)?,
                step: row.get(6)?,
            })
        };
        let limits = (after.cast_signed(), i64::try_from(limit).unwrap_or(i64::MAX));
        Ok(self.db.prepare_cached(sql)?.query_map(limits, read)?.collect::<Result<_, _>>()?)
    }
}
