//! The database: tables, and how a connection is set up.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::StoreError;
use crate::event::Head;

/// "TWSM": tells `file` and other programs whose database it is.
pub(crate) const APPLICATION_ID: i64 = 0x5457_534d;

/// The newest format this program knows.
pub(crate) const FORMAT: i64 = 1;

/// The truth: the log, the texts and what names the project.
const LOG: &str = "
CREATE TABLE project (
    id      TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE TABLE event (
    seq      INTEGER PRIMARY KEY,
    id       BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    clock    INTEGER NOT NULL CHECK (clock > 0),
    time_ms  INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    document INTEGER,
    kind     TEXT NOT NULL,
    step     BLOB NOT NULL CHECK (length(step) = 16),
    payload  TEXT NOT NULL,
    is_local INTEGER NOT NULL CHECK (is_local IN (0, 1)),
    hash     BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX event_in_order ON event (document, clock, id);
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TABLE head (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    seq   INTEGER NOT NULL,
    clock INTEGER NOT NULL,
    hash  BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TABLE text (
    document INTEGER PRIMARY KEY,
    content  TEXT NOT NULL
) STRICT;
";

/// What the log folds to. References are checked at the commit, so that rows can be rebuilt in any
/// order within a transaction.
pub(crate) const PROJECTIONS: &str = "
CREATE TABLE document (
    id        INTEGER PRIMARY KEY,
    presence  TEXT NOT NULL,
    name      TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    metadata  TEXT NOT NULL,
    is_flagged INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE layer (
    id       INTEGER PRIMARY KEY,
    presence TEXT NOT NULL,
    name     TEXT NOT NULL UNIQUE,
    kind     TEXT NOT NULL
) STRICT;
CREATE TABLE label (
    id        INTEGER PRIMARY KEY,
    presence  TEXT NOT NULL,
    name      TEXT NOT NULL UNIQUE,
    position  INTEGER NOT NULL,
    title     TEXT NOT NULL DEFAULT '',
    color     TEXT NOT NULL DEFAULT '',
    shortcut  TEXT NOT NULL DEFAULT '',
    guideline TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE span (
    id         INTEGER PRIMARY KEY,
    presence   TEXT NOT NULL,
    document   INTEGER NOT NULL REFERENCES document DEFERRABLE INITIALLY DEFERRED,
    layer      INTEGER NOT NULL REFERENCES layer DEFERRABLE INITIALLY DEFERRED,
    start_byte INTEGER NOT NULL CHECK (start_byte >= 0),
    end_byte   INTEGER NOT NULL,
    label      TEXT NOT NULL REFERENCES label (name) DEFERRABLE INITIALLY DEFERRED,
    state      TEXT NOT NULL,
    source     TEXT NOT NULL,
    score      REAL,
    reviewer   TEXT,
    link       TEXT,
    value      TEXT,
    is_flagged INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX span_of_document ON span (document, layer, presence, state, score);
CREATE INDEX span_of_label ON span (label, state);
CREATE TABLE review (
    id       INTEGER PRIMARY KEY,
    presence TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES document DEFERRABLE INITIALLY DEFERRED,
    layer    INTEGER NOT NULL REFERENCES layer DEFERRABLE INITIALLY DEFERRED,
    state    TEXT NOT NULL
) STRICT;
CREATE INDEX review_of_document ON review (document, layer, state);
CREATE TABLE comment (
    id          INTEGER PRIMARY KEY,
    presence    TEXT NOT NULL,
    document    INTEGER NOT NULL REFERENCES document DEFERRABLE INITIALLY DEFERRED,
    span        INTEGER,
    author      TEXT NOT NULL,
    text        TEXT NOT NULL,
    is_resolved INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX comment_of_document ON comment (document);
CREATE TABLE history (
    position  INTEGER PRIMARY KEY,
    step      BLOB NOT NULL,
    kind      TEXT NOT NULL,
    document  INTEGER,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    is_undone INTEGER NOT NULL
) STRICT;
";

/// Makes the tables of a new project.
pub(crate) fn create(db: &Connection, project_id: &str, time_ms: i64) -> rusqlite::Result<()> {
    db.execute_batch("BEGIN IMMEDIATE")?;
    db.execute_batch(LOG)?;
    db.execute_batch(PROJECTIONS)?;
    db.execute("INSERT INTO project VALUES (?1, ?2)", (project_id, time_ms))?;
    let Head { seq, clock, hash } = Head::EMPTY;
    db.execute("INSERT INTO head VALUES (1, ?1, ?2, ?3)", (seq, clock, hash.as_slice()))?;
    db.pragma_update(None, "application_id", APPLICATION_ID)?;
    db.pragma_update(None, "user_version", FORMAT)?;
    db.execute_batch("COMMIT")
}

/// Opens the database file of a new project.
pub(crate) fn open_new(path: &Path, is_remote: bool) -> Result<Connection, StoreError> {
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    set_up_writer(&db, is_remote)?;
    Ok(db)
}

/// Opens the database file for writing. A commit returns when its log is on disk.
pub(crate) fn open_writer(path: &Path, is_remote: bool) -> Result<Connection, StoreError> {
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    check_format(&db, path)?;
    set_up_writer(&db, is_remote)?;
    Ok(db)
}

/// Opens the database file for reading.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let found = check_format(&db, path)?;
    set_up(&db).map_err(StoreError::database("cannot set up the project"))?;
    if found < FORMAT { Err(StoreError::TooOld { found }) } else { Ok(db) }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(StoreError::database("cannot open the project"))
}

fn set_up_writer(db: &Connection, is_remote: bool) -> Result<(), StoreError> {
    // A shared-memory log needs one machine: on a network folder the rollback journal is used.
    let journal = if is_remote { "DELETE" } else { "WAL" };
    set_up(db)
        .and_then(|()| db.pragma_update(None, "journal_mode", journal))
        .map_err(StoreError::database("cannot set up the project"))
}

fn set_up(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(Duration::from_secs(5))?;
    db.set_prepared_statement_cache_capacity(128);
    db.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON; PRAGMA cache_size = -32768;",
    )
}

/// Refuses a database that is not a project of a format this program knows.
fn check_format(db: &Connection, path: &Path) -> Result<i64, StoreError> {
    let pragma = |name| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let not_ours = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => StoreError::NotAProject(path.to_owned()),
        _ => error.into(),
    };
    if pragma("application_id").map_err(not_ours)? != APPLICATION_ID {
        return Err(StoreError::NotAProject(path.to_owned()));
    }
    let found = pragma("user_version")?;
    if found > FORMAT {
        return Err(StoreError::TooNew { found, known: FORMAT });
    }
    Ok(found)
}
