//! What entities refer to: candidates of the gazetteer for factions and places, values of numbers,
//! days of dates; worked out on a thread of their own.

mod own;
mod state;
mod worker;

pub(crate) use own::{
    CLASSES, NewEntry, add_alias, add_entry, gazetteer_of, own_table, read_all, unreadable,
};
pub(crate) use state::Linking;
pub(crate) use worker::{Candidate, Facts, parse_value, value_text};
use worker::{LinkAnswer, LinkJob, Links};

/// What stands in [`tawsim_store::Link::gazetteer`] for an entry of the program's tables.
pub(crate) const BASE_GAZETTEER: &str = concat!("tawsim ", env!("CARGO_PKG_VERSION"));
/// What stands there for a decision that is no entry.
pub(crate) const NO_GAZETTEER: &str = "none";
/// The decision that what is meant is in no list.
pub(crate) const NIL: &str = "nil";
