//! From the log to the projections.
//!
//! The state is the fold of the events in the order (clock, event id), each document alone and what
//! belongs to no document alone. Folding is total: a change of a row that is not there does nothing.

use rusqlite::Connection;

use crate::change::{DOCUMENT, Scope, TABLES};
use crate::event::{COLUMNS, Event};
use crate::{DocumentId, StoreError, carry};

/// Folds all events of `log` into the empty projections of `into`.
pub(crate) fn fold_all(log: &Connection, into: &Connection) -> Result<(), StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM event ORDER BY document, clock, id");
    let mut statement = log.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        carry_out(&Event::from_row(row)?, into)?;
    }
    Ok(())
}

/// Empties the rows of one document (or those of none) and folds its events again.
pub(crate) fn refold(db: &Connection, document: Option<DocumentId>) -> Result<(), StoreError> {
    clear(db, document)?;
    let sql =
        format!("SELECT {COLUMNS} FROM event WHERE document IS ?1 ORDER BY document, clock, id");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([document])?;
    while let Some(row) = rows.next()? {
        carry_out(&Event::from_row(row)?, db)?;
    }
    Ok(())
}

fn clear(db: &Connection, document: Option<DocumentId>) -> rusqlite::Result<()> {
    for table in TABLES.iter().rev() {
        let owner = match (table.scope, document) {
            (Scope::Project, None) => "TRUE OR ?1",
            (Scope::Document, Some(_)) => "id = ?1",
            (Scope::PartOfDocument, Some(_)) => "document = ?1",
            _ => continue,
        };
        let sql = format!("DELETE FROM {} WHERE {owner}", table.name);
        db.prepare_cached(&sql)?.execute([document])?;
    }
    Ok(())
}

/// Makes the changes of one event.
fn carry_out(event: &Event, db: &Connection) -> Result<(), StoreError> {
    let changes = event.parse()?.changes;
    if !changes.iter().all(|change| change.is_allowed_in(event.document)) {
        return Err(StoreError::Corrupt(format!("event {} reaches too far", event.id)));
    }
    carry::carry_out(db, event.document, (&event.kind, &changes))
        .map_err(StoreError::database("cannot carry out an event"))
}

/// Folds the whole log again in place.
pub(crate) fn refold_all(db: &Connection) -> Result<(), StoreError> {
    for table in TABLES.iter().rev() {
        db.execute(&format!("DELETE FROM {}", table.name), [])?;
    }
    fold_all(db, db)
}

/// Documents that the log knows.
pub(crate) fn documents(db: &Connection) -> rusqlite::Result<Vec<DocumentId>> {
    let sql = format!("SELECT id FROM {} ORDER BY id", DOCUMENT.name);
    db.prepare_cached(&sql)?.query_map([], |row| row.get(0))?.collect()
}
