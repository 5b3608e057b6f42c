//! The database: tables, and how a connection is set up.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Row};

use crate::disk::OsDisk;
use crate::event::Head;
use crate::{StoreError, migrate, search};

/// "TWSM": tells `file` and other programs whose database it is.
pub(crate) const APPLICATION_ID: i64 = 0x5457_534d;

/// The newest format this program knows.
pub(crate) const FORMAT: i64 = 2;

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
const PROJECTIONS: &str = "
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

/// What search reads instead of the tables; format 1 had a narrower index.
const INDEXES_OF_FORMAT_2: &str = "
DROP INDEX span_of_label;
CREATE INDEX span_of_label ON span (label, presence, layer, state, score, document);
CREATE INDEX document_put_away ON document (presence) WHERE presence <> 'present';
";

/// Makes format 2 of format 1: the word index and what search needs beside it.
pub(crate) fn to_format_2(db: &Connection) -> Result<(), StoreError> {
    db.execute_batch(INDEXES_OF_FORMAT_2)
        .map_err(StoreError::database("cannot make the indexes"))?;
    search::create_index(db)
}

/// Makes the tables of a new project.
pub(crate) fn create(db: &Connection, project_id: &str, time_ms: i64) -> Result<(), StoreError> {
    create_format_1(db, project_id, time_ms)
        .map_err(StoreError::database("cannot create the project"))?;
    to_format_2(db)?;
    let finish = || {
        db.pragma_update(None, "user_version", FORMAT)?;
        db.execute_batch("COMMIT")
    };
    finish().map_err(StoreError::database("cannot create the project"))
}

/// Begins a transaction and makes what projects have had from the start.
fn create_format_1(db: &Connection, project_id: &str, time_ms: i64) -> rusqlite::Result<()> {
    db.execute_batch("BEGIN IMMEDIATE")?;
    db.execute_batch(LOG)?;
    db.execute_batch(PROJECTIONS)?;
    db.execute("INSERT INTO project VALUES (?1, ?2)", (project_id, time_ms))?;
    let Head { seq, clock, hash } = Head::EMPTY;
    db.execute("INSERT INTO head VALUES (1, ?1, ?2, ?3)", (seq, clock, hash.as_slice()))?;
    db.pragma_update(None, "application_id", APPLICATION_ID)
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
    let found = check_format(&db, path)?;
    if found < FORMAT {
        drop(db);
        migrate::migrate(path, found, &OsDisk)?;
        return open_writer(path, is_remote);
    }
    set_up_writer(&db, is_remote)?;
    Ok(db)
}

/// Opens the database file of a project of any known format, to migrate it.
pub(crate) fn open_old(path: &Path) -> Result<Connection, StoreError> {
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    check_format(&db, path)?;
    set_up(&db).map_err(StoreError::database("cannot set up the project"))?;
    Ok(db)
}

/// Opens the database file for reading, also on a medium that takes no writes: there SQLite must be
/// told that nobody changes the file, because it cannot make the files by which it would notice.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let db = open_old_reader(path)?;
    let found = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found < FORMAT { Err(StoreError::TooOld { found }) } else { Ok(db) }
}

/// Opens the database file of any known format for reading.
pub(crate) fn open_old_reader(path: &Path) -> Result<Connection, StoreError> {
    match open_reader_of(path, path) {
        Err(StoreError::Database { source, .. })
            if source.sqlite_error_code() == Some(ErrorCode::CannotOpen) && !has_log(path) =>
        {
            open_reader_of(path, Path::new(&immutable_uri(path)))
        }
        result => result,
    }
}

/// Whether there are commits that are not in the database file yet.
fn has_log(path: &Path) -> bool {
    path.with_file_name("project.db-wal").metadata().is_ok_and(|log| log.len() > 0)
}

/// <https://sqlite.org/uri.html>: `%`, `?` and `#` have a meaning there.
fn immutable_uri(path: &Path) -> String {
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{path}?immutable=1")
}

fn open_reader_of(path: &Path, name: &Path) -> Result<Connection, StoreError> {
    let db = connect(name, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)?;
    check_format(&db, path)?;
    set_up(&db).map_err(StoreError::database("cannot set up the project"))?;
    Ok(db)
}

/// An empty set of projections in a temporary file, to fold into.
pub(crate) fn scratch() -> Result<Connection, StoreError> {
    let make = || {
        let db = Connection::open("")?;
        db.set_prepared_statement_cache_capacity(128);
        db.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
        db.execute_batch("PRAGMA foreign_keys = OFF; BEGIN")?;
        db.execute_batch(PROJECTIONS)?;
        Ok(db)
    };
    make().map_err(StoreError::database("cannot make a temporary database"))
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(StoreError::database("cannot open the project"))
}

fn set_up_writer(db: &Connection, is_remote: bool) -> Result<(), StoreError> {
    // A shared-memory log needs one machine: on a network folder the rollback journal is used.
    let journal = if is_remote { "DELETE" } else { "WAL" };
    // Moving the log into the database takes several waits for the disk: seldom while somebody
    // works, and else when the writer is idle.
    let checkpoint = |()| db.execute_batch("PRAGMA wal_autocheckpoint = 8192");
    set_up(db)
        .and_then(|()| db.pragma_update(None, "journal_mode", journal))
        .and_then(checkpoint)
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
        Some(ErrorCode::NotADatabase) => StoreError::NotAProject(path.to_owned()),
        _ => StoreError::database("cannot open the project")(error),
    };
    if pragma("application_id").map_err(not_ours)? != APPLICATION_ID {
        return Err(StoreError::NotAProject(path.to_owned()));
    }
    let found = pragma("user_version")?;
    if !(1..=FORMAT).contains(&found) {
        return Err(StoreError::TooNew { found, known: FORMAT });
    }
    // A trigger, a view or a function in a table could do anything with what is asked of it.
    let (has, should) = (objects(db)?, objects_of_format(found)?);
    match has.symmetric_difference(should).next() {
        None => Ok(found),
        Some((_, name, _)) => Err(StoreError::ForeignSchema(name.clone())),
    }
}

/// Type, name and statement of what is in a database.
type Objects = BTreeSet<(String, String, String)>;

/// What the database holds. The statements of the word index's own tables are left out: they are SQLite's, and
/// another version may word them in another way.
fn objects(db: &Connection) -> Result<Objects, StoreError> {
    let mut statement = db.prepare("SELECT type, name, coalesce(sql, '') FROM sqlite_schema")?;
    let read = |row: &Row<'_>| {
        let (kind, name, sql): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let is_of_index = kind == "table" && search::is_own_table(&name);
        let sql = if is_of_index { String::new() } else { words(&sql) };
        Ok((kind, name, sql))
    };
    Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
}

fn words(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a project of this format holds.
fn objects_of_format(format: i64) -> Result<&'static Objects, StoreError> {
    static OF_FORMATS: [OnceLock<Objects>; FORMAT as usize] =
        [const { OnceLock::new() }; FORMAT as usize];
    let known = &OF_FORMATS[format as usize - 1];
    if let Some(objects) = known.get() {
        return Ok(objects);
    }
    let db = Connection::open_in_memory()?;
    if format == FORMAT {
        create(&db, "", 0)?;
    } else {
        create_format_1(&db, "", 0)?;
    }
    let objects = objects(&db)?;
    Ok(known.get_or_init(|| objects))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_medium_without_writes_can_be_read() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("a %41?#.db");
        let db = open_new(&path, false).expect("a new file");
        create(&db, "x", 0).expect("writable");
        drop(db);
        assert!(!has_log(&path));
        let db = open_reader_of(&path, Path::new(&immutable_uri(&path))).expect("readable");
        let id: String = db.query_row("SELECT id FROM project", [], |row| row.get(0)).expect("one");
        assert_eq!(id, "x");
        let n_files = std::fs::read_dir(dir.path()).expect("readable").count();
        assert_eq!(n_files, 1, "an immutable database needs no files beside it");
    }
}
