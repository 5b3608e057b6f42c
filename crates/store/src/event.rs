//! The log: what happened, in order, each entry sealed by a hash over all before it.

use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::{DocumentId, EventId, StoreError, id};

/// One entry of the log.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: EventId,
    /// Lamport clock: larger than that of every event the writer knew.
    pub(crate) clock: i64,
    /// Milliseconds since 1970, for people.
    pub(crate) time_ms: i64,
    pub(crate) actor: String,
    /// The document that it is about; `None` for layers and labels.
    pub(crate) document: Option<DocumentId>,
    /// The edit's name.
    pub(crate) kind: String,
    /// Id of the first event of the step that it belongs to.
    pub(crate) step: EventId,
    /// A [`Payload`] as JSON, kept as written: the hash is over these bytes.
    pub(crate) payload: String,
}

/// What an event says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) changes: Vec<Change>,
    /// The step that this event undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) undoes: Option<EventId>,
    /// The step that this event makes again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) redoes: Option<EventId>,
    /// Not in the history: undo passes over it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) is_aside: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// The columns of an event, in the order that [`Event::from_row`] reads.
pub(crate) const COLUMNS: &str = "id, clock, time_ms, actor, document, kind, step, payload";

impl Event {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            clock: row.get(1)?,
            time_ms: row.get(2)?,
            actor: row.get(3)?,
            document: row.get(4)?,
            kind: row.get(5)?,
            step: row.get(6)?,
            payload: row.get(7)?,
        })
    }

    pub(crate) fn parse(&self) -> Result<Payload, StoreError> {
        serde_json::from_str(&self.payload)
            .map_err(|error| StoreError::Corrupt(format!("event {}: {error}", self.id)))
    }

    /// SHA-256 over everything in it: equal in every copy of the project.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let document = self.document.map(|document| document.0.to_be_bytes());
        id::digest(&[
            &self.id.0,
            &self.clock.to_be_bytes(),
            &self.time_ms.to_be_bytes(),
            self.actor.as_bytes(),
            document.as_ref().map_or(&[][..], |bytes| &bytes[..]),
            self.kind.as_bytes(),
            &self.step.0,
            self.payload.as_bytes(),
        ])
    }
}

/// The end of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Number of the last event; 0 for an empty log.
    pub(crate) seq: i64,
    /// The largest Lamport clock.
    pub(crate) clock: i64,
    /// Hash of the last event; it depends on all before it.
    pub(crate) hash: [u8; 32],
}

impl Head {
    /// The head of an empty log.
    pub(crate) const EMPTY: Self = Self { seq: 0, clock: 0, hash: [0; 32] };

    pub(crate) fn read(db: &Connection) -> rusqlite::Result<Self> {
        db.prepare_cached("SELECT seq, clock, hash FROM head")?.query_row([], |row| {
            Ok(Self { seq: row.get(0)?, clock: row.get(1)?, hash: row.get(2)? })
        })
    }

    pub(crate) fn write(&self, db: &Connection) -> rusqlite::Result<()> {
        let sql = "UPDATE head SET seq = ?1, clock = ?2, hash = ?3";
        db.prepare_cached(sql)?.execute((self.seq, self.clock, self.hash.as_slice()))?;
        Ok(())
    }

    /// The head behind one more event: `hash = SHA-256(hash of the one before, digest of this one)`.
    pub(crate) fn after(&self, event: &Event) -> Self {
        Self {
            seq: self.seq + 1,
            clock: self.clock.max(event.clock),
            hash: id::digest(&[&self.hash, &event.digest()]),
        }
    }
}

/// Writes an event behind the head.
pub(crate) fn append(
    db: &Connection,
    head: &mut Head,
    event: &Event,
    is_local: bool,
) -> rusqlite::Result<()> {
    let next = head.after(event);
    db.prepare_cached(
        "INSERT INTO event (id, clock, time_ms, actor, document, kind, step, payload, seq, is_local, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(rusqlite::params![
        event.id,
        event.clock,
        event.time_ms,
        event.actor,
        event.document,
        event.kind,
        event.step,
        event.payload,
        next.seq,
        is_local,
        next.hash.as_slice(),
    ])?;
    *head = next;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Event {
        Event {
            id: EventId::new(1, 2),
            clock: 3,
            time_ms: 4,
            actor: "a".into(),
            document: Some(DocumentId(5)),
            kind: "relabel".into(),
            step: EventId::new(1, 2),
            payload: "{\"changes\":[]}".into(),
        }
    }

    #[test]
    fn every_part_is_sealed() {
        let changes: [fn(&mut Event); 8] = [
            |event| event.id = EventId::new(1, 3),
            |event| event.clock += 1,
            |event| event.time_ms += 1,
            |event| event.actor.push('b'),
            |event| event.document = None,
            |event| event.kind.push('b'),
            |event| event.step = EventId::new(9, 9),
            |event| event.payload.push(' '),
        ];
        for (n, change) in changes.iter().enumerate() {
            let mut event = sample();
            change(&mut event);
            assert_ne!(event.digest(), sample().digest(), "part {n}");
        }
    }

    #[test]
    fn the_hash_depends_on_what_was_before() {
        let first = Head::EMPTY.after(&sample());
        assert_ne!(first.after(&sample()).hash, first.hash);
    }
}
