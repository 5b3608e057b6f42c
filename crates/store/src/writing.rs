//! One step: a transaction in which events are appended and carried out.

use rusqlite::{Transaction, TransactionBehavior};

use crate::change::Change;
use crate::event::{Event, Head, Payload, append};
use crate::plan::{Plan, Planner};
use crate::project::Project;
use crate::session::Session;
use crate::{DocumentId, Edit, EventId, SpanId, StoreError, carry, history};

/// What an acknowledged step did. When you hold one, the step is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Number of the last event in the log.
    pub seq: u64,
    /// Names the step; `None` if there was nothing to change.
    pub step: Option<EventId>,
    /// Spans that were made, in order.
    pub created: Vec<SpanId>,
    /// Spans that were made or changed, each once, in order of their ids.
    pub spans: Vec<SpanId>,
    /// Documents that were touched, each once, in order of their ids.
    pub documents: Vec<DocumentId>,
    /// Fields that undo or redo left alone because somebody has changed them since.
    pub n_left_alone: usize,
}

/// How a step enters the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// It can be undone.
    Recorded,
    /// Undo passes over it.
    Aside,
    /// It takes a step back.
    Undo(EventId),
    /// It makes a step again.
    Redo(EventId),
}

/// An open step. Dropped without [`Writing::commit`], it leaves no trace.
pub(crate) struct Writing<'p> {
    pub(crate) tx: Transaction<'p>,
    session: &'p mut Session,
    head: Head,
    entry: Entry,
    first: Option<(i64, EventId, String, Option<DocumentId>)>,
    pub(crate) receipt: Receipt,
}

impl<'p> Writing<'p> {
    pub(crate) fn begin(project: &'p mut Project, entry: Entry) -> Result<Self, StoreError> {
        let session = project.session.as_mut().ok_or(StoreError::ReadOnly)?;
        let doing = "cannot begin to write";
        let tx = project.db.transaction_with_behavior(TransactionBehavior::Immediate);
        let tx = tx.map_err(StoreError::database(doing))?;
        let head = Head::read(&tx).map_err(StoreError::database(doing))?;
        let receipt = Receipt {
            seq: head.seq.unsigned_abs(),
            step: None,
            created: Vec::new(),
            spans: Vec::new(),
            documents: Vec::new(),
            n_left_alone: 0,
        };
        Ok(Self { tx, session, head, entry, first: None, receipt })
    }

    /// Plans an edit against the state as it is now, and carries it out.
    pub(crate) fn edit(&mut self, edit: &Edit) -> Result<(), StoreError> {
        let event = self.session.next_id();
        let planner = Planner { db: &self.tx, event, actor: &self.session.actor };
        let plan = planner.plan(edit)?;
        self.record(event, edit.kind(), plan)
    }

    /// Whether the step has an event.
    pub(crate) const fn has_events(&self) -> bool {
        self.first.is_some()
    }

    pub(crate) fn next_id(&mut self) -> EventId {
        self.session.next_id()
    }

    /// Appends the event that makes these changes, and makes them.
    pub(crate) fn record(&mut self, id: EventId, kind: &str, plan: Plan) -> Result<(), StoreError> {
        if plan.changes.is_empty() {
            return Ok(());
        }
        self.carry_out(kind, &plan)?;
        self.log(id, kind, plan)
    }

    fn carry_out(&self, kind: &str, plan: &Plan) -> Result<(), StoreError> {
        // The planner never does this; a log that did could not be folded one document at a time.
        if let Some(stray) = plan.changes.iter().find(|c| !c.is_allowed_in(plan.document)) {
            return Err(StoreError::Corrupt(format!("an edit reaches too far: {stray:?}")));
        }
        carry::carry_out(&self.tx, plan.document, (kind, &plan.changes))
            .map_err(StoreError::database("cannot write an edit"))
    }

    /// Appends the event of changes that have been made.
    pub(crate) fn log(&mut self, id: EventId, kind: &str, plan: Plan) -> Result<(), StoreError> {
        let step = self.first.as_ref().map_or(id, |first| first.1);
        self.receipt.spans.extend(plan.changes.iter().filter_map(Change::span));
        let event = Event {
            id,
            clock: self.head.clock + 1,
            time_ms: (self.session.clock)(),
            actor: self.session.actor.clone(),
            document: plan.document,
            kind: kind.to_owned(),
            step,
            payload: self.payload(plan.changes),
        };
        append(&self.tx, &mut self.head, &event, true)
            .map_err(StoreError::database("cannot write the log"))?;
        self.first.get_or_insert((self.head.seq, id, event.kind, plan.document));
        self.receipt.created.extend(plan.created);
        self.receipt.documents.extend(plan.document);
        Ok(())
    }

    fn payload(&self, changes: Vec<Change>) -> String {
        let mut payload = Payload { changes, ..Payload::default() };
        match self.entry {
            Entry::Recorded => {}
            Entry::Aside => payload.is_aside = true,
            Entry::Undo(step) => payload.undoes = Some(step),
            Entry::Redo(step) => payload.redoes = Some(step),
        }
        serde_json::to_string(&payload).expect("changes hold numbers and texts only")
    }

    /// Puts the step on disk. Once this returns, no crash takes it back.
    pub(crate) fn commit(mut self) -> Result<Receipt, StoreError> {
        if let Some((first_seq, step, kind, document)) = self.first.take() {
            self.receipt.step = Some(step);
            let row = history::Row { step, kind, document, seqs: (first_seq, self.head.seq) };
            history::enter(&self.tx, self.entry, &row)
                .map_err(StoreError::database("cannot write the history"))?;
        }
        self.head.write(&self.tx).map_err(StoreError::database("cannot write the log's end"))?;
        self.tx.commit().map_err(StoreError::database("cannot commit"))?;
        self.receipt.seq = self.head.seq.unsigned_abs();
        self.receipt.spans.sort_unstable();
        self.receipt.spans.dedup();
        self.receipt.documents.sort_unstable();
        self.receipt.documents.dedup();
        Ok(self.receipt)
    }
}
