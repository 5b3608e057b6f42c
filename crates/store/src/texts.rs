//! Texts in: stored once, indexed once, never changed.

use rusqlite::Connection;

use crate::stems::Stemmer;
use crate::{DocumentId, StoreError, search};

/// Stores a text and its index. `false` if it was there.
pub(crate) fn insert(
    db: &Connection,
    stemmer: &mut Stemmer,
    document: DocumentId,
    content: &str,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO text (document, content) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    let write = || db.prepare_cached(sql)?.execute((document, content));
    let n_rows = write().map_err(StoreError::database("cannot write a text"))?;
    if n_rows > 0 {
        search::index_text(db, stemmer, document, content)?;
    }
    Ok(n_rows > 0)
}
