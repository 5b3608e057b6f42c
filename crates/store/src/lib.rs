//! Annotation projects on disk that never lose an acknowledged edit.
//!
//! A project is a folder with `project.db` (SQLite). Its truth is an append-only log of events with
//! a hash chain; documents, layers, spans, reviews and comments are projections of the log.
//! Every change of a project is an [`Edit`];
//! [`Project::apply`] returns after its commit is on disk.
//!
//! The state is the fold of all events in the order (Lamport clock, event id), so that two copies of
//! a project that hold the same events hold the same state, however they were merged
//! (L. Lamport, "Time, clocks, and the ordering of events in a distributed system", 1978).

mod change;
mod codes;
mod edit;
mod error;
mod event;
mod history;
mod id;
mod import;
mod lock;
mod model;
mod place;
mod plan;
mod project;
mod read;
mod schema;
mod session;
mod writing;

pub use edit::{Edit, NewLabel, Suggestion};
pub use error::StoreError;
pub use history::{History, Step};
pub use id::{CommentId, DocumentId, EventId, LayerId, ParseIdError, SpanId};
pub use import::{ImportOptions, ImportReport, Importer, SkipReason, Skipped};
pub use lock::Holder;
pub use model::{
    Annotation, Comment, DocumentRow, LabelRow, Layer, LayerKind, Link, Presence, ReviewState,
    Source, SpanState, StoredDocument,
};
pub use project::Project;
pub use session::Options;
pub use tawsim_tokenizer::Span;
pub use writing::Receipt;
