//! From older formats to the newest: on a copy, compared, then swapped.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::backup::copy_database;
use crate::disk::{Disk, partial, put_in_place};
use crate::event::Head;
use crate::{StoreError, fold, schema};

type Step = fn(&Connection) -> Result<(), StoreError>;

/// What makes format n + 1 of format n, from format 1 on.
const STEPS: [Step; 1] = [schema::to_format_2];

/// What a migration must not change.
#[derive(Debug, PartialEq, Eq)]
struct Content {
    head: Head,
    /// Rows of the log, the texts, and of each projection.
    n_rows: Vec<i64>,
}

impl Content {
    fn of(db: &Connection) -> Result<Self, StoreError> {
        let tables = ["event", "text", "document", "layer", "label", "span", "review", "comment"];
        let count = |table: &str| {
            db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
        };
        let n_rows = tables.iter().map(|table| count(table)).collect::<Result<_, _>>()?;
        Ok(Self { head: Head::read(db)?, n_rows })
    }
}

/// Brings the database of a project that nobody else writes to the newest format.
///
/// The old file stays under `project.db.format-N`. Until the last rename the project is the old one, after
/// it the new one.
pub(crate) fn migrate(path: &Path, found: i64, disk: &dyn Disk) -> Result<(), StoreError> {
    let name = |end: &str| path.with_file_name(format!("project.db.{end}"));
    let old = schema::open_old(path)?;
    let before = Content::of(&old)?;
    copy_database(&old, &name(&format!("format-{found}")), disk)?;
    let new_path = name("migrated");
    copy_database(&old, &new_path, disk)?;
    migrate_copy(&new_path, found)?;
    let after = Content::of(&schema::open_old(&new_path)?)?;
    if before != after {
        return Err(StoreError::Corrupt(format!(
            "the migration would change the project: {before:?} became {after:?}"
        )));
    }
    empty_log(&old)?;
    drop(old);
    fs::rename(&new_path, partial(path)).map_err(StoreError::file("rename", &new_path))?;
    put_in_place(disk, path)
}

fn migrate_copy(path: &Path, found: i64) -> Result<(), StoreError> {
    let mut db = schema::open_old(path)?;
    let tx = db.transaction()?;
    let first = usize::try_from(found - 1).unwrap_or(0);
    for step in &STEPS[first..] {
        step(&tx)?;
    }
    fold::refold_all(&tx)?;
    tx.pragma_update(None, "user_version", schema::FORMAT)?;
    tx.commit().map_err(StoreError::database("cannot commit the migration"))?;
    // The copy is renamed, so nothing of it may stay in a file of another name.
    empty_log(&db)?;
    db.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(())
}

/// Moves everything from the write-ahead log into the database. A log that a reader holds on to
/// would be taken for that of the new file.
fn empty_log(db: &Connection) -> Result<(), StoreError> {
    let busy: i64 = db
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .map_err(StoreError::database("cannot finish the old project"))?;
    let is_free = busy == 0;
    is_free.then_some(()).ok_or_else(|| StoreError::Locked(crate::Holder::unknown()))
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;
    use crate::disk::faulty::FaultyDisk;
    use crate::{Edit, NewLabel, Options, Project, Query};

    /// A project as format 1 had it.
    fn old_project(dir: &Path) -> String {
        let options = Options::new("a").seed(1).clock(|| 0);
        let mut project = Project::create(dir, &options).expect("a new folder");
        let layer = project.add_layer("a", crate::LayerKind::Annotator).expect("writable");
        project.apply(&Edit::AddLabel(NewLabel::named("PLACE"))).expect("writable");
        let import = crate::ImportOptions::into_layer(layer);
        let mut import = project.import(import).expect("writable");
        let document = tawsim_corpus::Document::new("1", "وفي حلب");
        import.add(&document, &tawsim_corpus::LabelSet::new()).expect("writable");
        import.finish().expect("writable");
        project
            .db
            .execute_batch(
                "DROP TABLE word; DROP TABLE word_place; DROP TABLE word_probe;
                 DROP INDEX document_put_away; DROP INDEX span_of_label;
                 CREATE INDEX span_of_label ON span (label, state); PRAGMA user_version = 1",
            )
            .expect("it has them");
        project.state_hash().expect("readable")
    }

    #[test]
    fn an_old_project_opens_as_a_new_one() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("p");
        let hash = old_project(&path);
        let error = Project::open_read_only(&path).expect_err("old");
        assert!(matches!(error, StoreError::TooOld { found: 1 }), "{error}");
        let project = Project::open(&path, &Options::new("a")).expect("it is migrated");
        assert_eq!(project.state_hash().expect("readable"), hash);
        assert!(project.verify().expect("readable").is_ok());
        let found = project.search(&Query::text("حلب")).expect("it has an index now");
        assert_eq!(found.n_documents, 1);
        assert!(path.join("project.db.format-1").is_file());
    }

    #[test]
    fn a_failing_disk_leaves_the_old_project_or_the_new() {
        for kind in [ErrorKind::StorageFull, ErrorKind::Other] {
            for n in 0.. {
                let dir = tempfile::tempdir().expect("a temporary folder");
                let path = dir.path().join("p");
                let hash = old_project(&path);
                let disk = FaultyDisk::failing_at(n, kind);
                let result = migrate(&path.join("project.db"), 1, &disk);
                let project = Project::open(&path, &Options::new("a")).expect("old or new");
                assert_eq!(project.state_hash().expect("readable"), hash, "operation {n}");
                if result.is_ok() {
                    assert!(n >= 9, "each operation was failed once");
                    break;
                }
            }
        }
    }
}
