//! Undo and redo, across documents and restarts.

use rusqlite::{Connection, OptionalExtension};

use crate::carry::{Edges, is_edge, is_overruled};
use crate::change::Change;
use crate::event::{COLUMNS, Event};
use crate::plan::Plan;
use crate::writing::{Entry, Writing};
use crate::{DocumentId, EventId, Project, Receipt, StoreError};

/// What can be undone and redone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The step that undo would take back.
    pub undo: Option<Step>,
    /// The step that redo would make again.
    pub redo: Option<Step>,
    /// How many steps can be undone.
    pub n_undo: u64,
    /// How many steps can be redone.
    pub n_redo: u64,
}

/// A step of the history: all that one call of [`Project::apply`] or the like did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Names it.
    pub id: EventId,
    /// Name of its first edit, such as `relabel`.
    pub kind: String,
    /// Document of its first edit.
    pub document: Option<DocumentId>,
    /// Who made it; it stays theirs whoever undoes it.
    pub actor: String,
    /// How many events it has.
    pub n_events: u64,
}

/// A step as it stands in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) step: EventId,
    pub(crate) kind: String,
    pub(crate) document: Option<DocumentId>,
    /// Numbers of its first and last event.
    pub(crate) seqs: (i64, i64),
}

impl Row {
    pub(crate) fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            step: row.get(0)?,
            kind: row.get(1)?,
            document: row.get(2)?,
            seqs: (row.get(3)?, row.get(4)?),
        })
    }
}

/// Which end of the history.
#[derive(Clone, Copy)]
enum End {
    Undo,
    Redo,
}

/// Where the last step stands that is not undone; 0 if there is none. Those that are undone stand behind it, and
/// positions have no gaps: what is asked here costs the same after a million steps.
macro_rules! last_done {
    () => {
        "ifnull((SELECT position FROM history WHERE is_undone = 0 ORDER BY position DESC LIMIT 1), 0)"
    };
}

impl End {
    const fn sql(self) -> &'static str {
        match self {
            Self::Undo => {
                "SELECT step, kind, document, first_seq, last_seq FROM history
                 WHERE is_undone = 0 ORDER BY position DESC LIMIT 1"
            }
            Self::Redo => concat!(
                "SELECT step, kind, document, first_seq, last_seq FROM history
                 WHERE position > ",
                last_done!(),
                " ORDER BY position LIMIT 1"
            ),
        }
    }

    fn find(self, db: &Connection) -> rusqlite::Result<Option<Row>> {
        db.prepare_cached(self.sql())?.query_row([], Row::read).optional()
    }
}

/// Keeps the history in step with the log.
pub(crate) fn enter(db: &Connection, entry: Entry, row: &Row) -> rusqlite::Result<()> {
    match entry {
        Entry::Aside => Ok(()),
        Entry::Undo(step) => mark(db, step, true),
        Entry::Redo(step) => mark(db, step, false),
        Entry::Recorded => {
            let sql = concat!("DELETE FROM history WHERE position > ", last_done!());
            db.prepare_cached(sql)?.execute([])?;
            db.prepare_cached(
                "INSERT INTO history (step, kind, document, first_seq, last_seq, is_undone)
                 VALUES (?1, ?2, ?3, ?4, ?5, 0)",
            )?
            .execute((row.step, &row.kind, row.document, row.seqs.0, row.seqs.1))?;
            Ok(())
        }
    }
}

fn mark(db: &Connection, step: EventId, is_undone: bool) -> rusqlite::Result<()> {
    // Only the last step that is not undone and those behind it can be meant.
    let sql =
        concat!("UPDATE history SET is_undone = ?1 WHERE step = ?2 AND position >= ", last_done!());
    db.prepare_cached(sql)?.execute((is_undone, step))?;
    Ok(())
}

/// Who signed the event of this number, which is the key of its table: no event is searched for. Nobody, where the log
/// has none of that number.
fn actor_of(db: &Connection, seq: i64) -> rusqlite::Result<String> {
    let sql = "SELECT actor FROM event WHERE seq = ?1";
    let found = db.prepare_cached(sql)?.query_row([seq], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or_default())
}

/// How many steps can be undone, and how many redone.
fn counts(db: &Connection) -> rusqlite::Result<[u64; 2]> {
    let sql = concat!("SELECT ", last_done!(), ", ifnull(max(position), 0) FROM history");
    let ends = db.prepare_cached(sql)?.query_row([], |row| Ok([row.get(0)?, row.get(1)?]))?;
    let [last_done, last]: [i64; 2] = ends;
    Ok([last_done.unsigned_abs(), last.abs_diff(last_done)])
}

impl Project {
    /// What can be undone and redone. The history is the project's: it spans documents, and it is
    /// still there after a restart or a crash.
    ///
    /// # Errors
    /// If the database fails.
    pub fn history(&self) -> Result<History, StoreError> {
        let step = |row: Row| {
            Ok::<_, StoreError>(Step {
                id: row.step,
                kind: row.kind,
                document: row.document,
                actor: actor_of(&self.db, row.seqs.0)?,
                n_events: (row.seqs.1 - row.seqs.0 + 1).unsigned_abs(),
            })
        };
        let [n_undo, n_redo] = counts(&self.db)?;
        Ok(History {
            undo: End::Undo.find(&self.db)?.map(step).transpose()?,
            redo: End::Redo.find(&self.db)?.map(step).transpose()?,
            n_undo,
            n_redo,
        })
    }

    /// Takes the last step back, whatever it was: a bulk edit or an import as a whole.
    ///
    /// What somebody else has changed since (by a merge) is left alone and counted.
    ///
    /// # Errors
    /// If there is nothing to undo, or the project cannot be written.
    pub fn undo(&mut self) -> Result<Receipt, StoreError> {
        let row = End::Undo.find(&self.db)?.ok_or(StoreError::EmptyHistory("undo"))?;
        let mut writing = Writing::begin(self, Entry::Undo(row.step))?;
        let mut events = step_events(&writing.tx, &row)?;
        events.reverse();
        for event in &events {
            take_back(&mut writing, event)?;
        }
        finish(writing, "undo")
    }

    /// Makes the step again that was undone last.
    ///
    /// # Errors
    /// If there is nothing to redo, or the project cannot be written.
    pub fn redo(&mut self) -> Result<Receipt, StoreError> {
        let row = End::Redo.find(&self.db)?.ok_or(StoreError::EmptyHistory("redo"))?;
        let mut writing = Writing::begin(self, Entry::Redo(row.step))?;
        for event in step_events(&writing.tx, &row)? {
            make_again(&mut writing, &event)?;
        }
        finish(writing, "redo")
    }
}

fn step_events(db: &Connection, row: &Row) -> Result<Vec<Event>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM event WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq");
    let mut statement = db.prepare_cached(&sql)?;
    let events = statement.query_map(row.seqs, Event::from_row)?;
    Ok(events.collect::<Result<_, _>>()?)
}

fn take_back(writing: &mut Writing<'_>, event: &Event) -> Result<(), StoreError> {
    let mut changes = event.parse()?.changes;
    changes.reverse();
    changes.retain(|change| !change.is_reassertion());
    replay(writing, event.document, &changes, ("undo", "undo"), Change::undone)
}

fn make_again(writing: &mut Writing<'_>, event: &Event) -> Result<(), StoreError> {
    let changes = event.parse()?.changes;
    replay(writing, event.document, &changes, ("redo", &event.kind), Change::redone)
}

/// What takes a change back or makes it again, if it still can.
type Turn = fn(&Change, &Connection) -> rusqlite::Result<Option<Change>>;

/// Carries out each turned change before the next is looked at: a step may set a field twice. The event is of the
/// first kind; what it makes again is of the second.
fn replay(
    writing: &mut Writing<'_>,
    document: Option<DocumentId>,
    changes: &[Change],
    (kind, kind_before): (&str, &str),
    turn: Turn,
) -> Result<(), StoreError> {
    let mut plan = Plan { document, ..Plan::default() };
    let edges = Edges::before(&writing.tx, changes)?;
    for change in changes {
        let turned = if change.is_reassertion() {
            // It goes with what was made again of its row.
            let is_made = plan.changes.iter().any(|made| made.row() == change.row());
            is_made.then(|| change.clone())
        } else {
            turn(change, &writing.tx)?
        };
        match turned {
            Some(turned) if !is_overruled(&writing.tx, kind_before, &turned)? => {
                turned.apply(&writing.tx, document)?;
                plan.changes.push(turned);
            }
            _ => writing.receipt.n_left_alone += usize::from(!change.is_reassertion()),
        }
    }
    let kept = edges.mend(&writing.tx)?;
    let n_made = plan.changes.len();
    plan.changes.retain(|change| {
        !is_edge(change) || !change.span().is_some_and(|span| kept.contains(&span))
    });
    writing.receipt.n_left_alone += n_made - plan.changes.len();
    log(writing, kind, plan)
}

fn log(writing: &mut Writing<'_>, kind: &str, plan: Plan) -> Result<(), StoreError> {
    if plan.changes.is_empty() {
        return Ok(());
    }
    let id = writing.next_id();
    writing.log(id, kind, plan)
}

/// Commits; a step without an event gets an empty one, so that the log tells the whole history.
fn finish(mut writing: Writing<'_>, kind: &str) -> Result<Receipt, StoreError> {
    if !writing.has_events() {
        let id = writing.next_id();
        writing.log(id, kind, Plan::default())?;
    }
    writing.commit()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schema;

    proptest! {
        /// Against two stacks.
        #[test]
        fn ends_and_counts_are_those_of_two_stacks(keys in prop::collection::vec(0_u8..5, 0..60)) {
            let db = schema::scratch().expect("a database");
            let (mut done, mut undone) = (Vec::new(), Vec::new());
            for (n, key) in keys.into_iter().enumerate() {
                let step = EventId::new(0, n as u64);
                let row = Row { step, kind: "add".to_owned(), document: None, seqs: (n as i64, n as i64) };
                let entry = match key {
                    0 if !done.is_empty() => {
                        undone.push(done.pop().expect("not empty"));
                        Entry::Undo(*undone.last().expect("just pushed"))
                    }
                    1 if !undone.is_empty() => {
                        done.push(undone.pop().expect("not empty"));
                        Entry::Redo(*done.last().expect("just pushed"))
                    }
                    _ => {
                        undone.clear();
                        done.push(step);
                        Entry::Recorded
                    }
                };
                enter(&db, entry, &row).expect("entered");
                let end = |end: End| end.find(&db).expect("read").map(|row| row.step);
                prop_assert_eq!(end(End::Undo), done.last().copied());
                prop_assert_eq!(end(End::Redo), undone.last().copied());
                prop_assert_eq!(counts(&db).expect("read"), [done.len() as u64, undone.len() as u64]);
            }
        }
    }
}
