//! Annotation projects on disk that never lose an acknowledged edit.
//!
//! A project is a folder with `project.db` (SQLite). Its truth is an append-only log of events with
//! a hash chain; documents, layers, spans, reviews and comments are projections of the log, which
//! [`Project::verify`] rebuilds and compares. Every change of a project is an [`Edit`];
//! [`Project::apply`] returns after its commit is on disk.
//!
//! The state is the fold of all events in the order (Lamport clock, event id), so that two copies of
//! a project that hold the same events hold the same state, however they were merged
//! (L. Lamport, "Time, clocks, and the ordering of events in a distributed system", 1978).

mod adjudicate;
mod admit;
mod agreement;
mod annotate_all;
mod backup;
mod carry;
mod change;
mod codes;
mod details;
mod disk;
mod edit;
mod error;
mod event;
mod export;
mod fold;
mod git_merge;
mod history;
mod id;
mod import;
mod load;
mod lock;
mod log;
mod mentions;
mod merge;
mod migrate;
mod model;
mod package;
mod place;
mod plan;
mod plan_labels;
mod plan_spans;
mod project;
mod read;
mod record;
mod schema;
mod search;
mod session;
mod state;
mod stems;
mod texts;
mod verify;
mod writer;
mod writing;

pub use adjudicate::Disagreement;
pub use agreement::{Comparison, SeenDocument};
pub use annotate_all::Mentions;
pub use backup::BackupFile;
pub use edit::{Edit, NewLabel, Suggestion};
pub use error::StoreError;
pub use export::ExportReport;
pub use git_merge::RecordMerge;
pub use history::{History, Step};
pub use id::{CommentId, DocumentId, EventId, LayerId, ParseIdError, SpanId};
pub use import::{ImportOptions, ImportReport, Importer, SkipReason, Skipped};
pub use lock::Holder;
pub use log::LogEntry;
pub use mentions::{FoundMentions, MentionFinder, MentionGroup, Place, mentioned_again};
pub use merge::MergeReport;
pub use model::{
    Annotation, Comment, DocumentRow, LabelRow, Layer, LayerKind, Link, Presence, ReviewState,
    Source, SpanState, StoredDocument,
};
pub use package::PackageReport;
pub use project::Project;
pub use search::{Found, FoundDocument, Query};
pub use session::Options;
pub use tawsim_tokenizer::Span;
pub use verify::{Problem, VerifyReport};
pub use writer::{Job, Report, Unsaved, Writer};
pub use writing::Receipt;
