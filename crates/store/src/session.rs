use std::time::{SystemTime, UNIX_EPOCH};

use crate::{EventId, id};

/// Who opens a project, and how.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) actor: String,
    pub(crate) seed: Option<u64>,
    pub(crate) clock: fn() -> i64,
}

impl Options {
    /// Edits are signed with this name. Two people who edit copies of a project need two names.
    #[must_use]
    pub fn new(actor: impl Into<String>) -> Self {
        Self { actor: actor.into(), seed: None, clock: unix_ms }
    }

    /// Makes ids from a seed and the length of the log instead of from the system's randomness: the same edits give the
    /// same ids and so the same state hash. For replays and tests; two copies of a project that are
    /// edited with one seed cannot be merged.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Takes the time, in milliseconds since 1970, from this function. For replays and tests.
    #[must_use]
    pub const fn clock(mut self, clock: fn() -> i64) -> Self {
        self.clock = clock;
        self
    }
}

/// Milliseconds since 1970. Shown to people; order is kept by the Lamport clock.
fn unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Makes the ids of one opening of a project.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) actor: String,
    pub(crate) clock: fn() -> i64,
    number: u64,
    n_events: u64,
}

impl Session {
    pub(crate) fn new(options: &Options, n_events_in_log: i64) -> Self {
        let number = match options.seed {
            Some(seed) => {
                id::derive(&[b"session", &seed.to_be_bytes(), &n_events_in_log.to_be_bytes()])
                    as u64
            }
            // Without a source of randomness no id is safe: there is nothing better to do than stop.
            None => getrandom::u64().expect("the system gives random numbers"),
        };
        Self { actor: options.actor.clone(), clock: options.clock, number, n_events: 0 }
    }

    pub(crate) fn next_id(&mut self) -> EventId {
        self.n_events += 1;
        EventId::new(self.number, self.n_events)
    }
}
