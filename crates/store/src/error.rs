use std::io;
use std::path::{Path, PathBuf};

use tawsim_tokenizer::Span;
use thiserror::Error;

use crate::{DocumentId, EventId, Holder, LayerId, SpanId};

/// Why a project cannot do what it was asked. Nothing was changed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The folder holds no project.
    #[error("{} is no project: it has no project.db; create one or choose another folder", .0.display())]
    NotAProject(PathBuf),
    /// There is something in the folder already.
    #[error("{} is not empty; choose a new folder", .0.display())]
    NotEmpty(PathBuf),
    /// What should be a file or folder of the project's or the export's own is a link, which may lead anywhere.
    #[error("{} is no file or folder of its own but a link or a device; remove it", .0.display())]
    NotOwn(PathBuf),
    /// What should be written would take the place of a file of the project.
    #[error("{} is a file of the project itself; write to another one", .0.display())]
    OwnFile(PathBuf),
    /// The database has tables, triggers or views that no project has, or lacks some.
    #[error(
        "{0:?} in the database is not as in other projects, and might do anything with what is in it; restore a backup"
    )]
    ForeignSchema(String),
    /// The project was made by a newer program.
    #[error("the project has format {found}, this program knows {known}; install a newer one")]
    TooNew {
        /// Format of the project.
        found: i64,
        /// Newest format this program knows.
        known: i64,
    },
    /// The project is of an older format and was opened for reading only.
    #[error(
        "the project has the older format {found}; open it for writing once, which migrates it"
    )]
    TooOld {
        /// Format of the project.
        found: i64,
    },
    /// Somebody else has the project open for writing.
    #[error("the project is open in {0}; close it there, or open it for reading only")]
    Locked(Holder),
    /// The project was opened for reading only, or the disk takes no writes.
    #[error("the project is open for reading only; nothing was changed")]
    ReadOnly,
    /// The disk is full. The edit can be applied again once there is room.
    #[error("the disk is full; make room and try again, nothing was changed")]
    DiskFull,
    /// The database failed.
    #[error("{doing}: {source}; run `tawsim project verify`, restore a backup if it fails")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// A file failed.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No such document.
    #[error("there is no document {0}")]
    UnknownDocument(DocumentId),
    /// No such span, or it was removed.
    #[error("there is no span {0}; it may have been removed, undo brings it back")]
    UnknownSpan(SpanId),
    /// No such layer.
    #[error("there is no layer {0}")]
    UnknownLayer(LayerId),
    /// No such comment.
    #[error("there is no such comment; it may have been removed")]
    UnknownComment,
    /// The label is not in the project's label set, or is retired.
    #[error("label {0:?} is not in the label set; add it first")]
    UnknownLabel(String),
    /// The label's name cannot be taken.
    #[error("{0:?} is no label name: 1 to 64 bytes without white space or control characters")]
    BadLabelName(String),
    /// A name is empty or too long.
    #[error("{0:?} is no name: 1 to 255 bytes without control characters")]
    BadName(String),
    /// What is to be made is there already.
    #[error("{0} exists already")]
    Exists(String),
    /// The span does not lie in the text on char boundaries, or is empty.
    #[error("{}..{} is no span of document {document}: it is empty, cuts a character or leaves the text of {byte_len} bytes", span.start(), span.end())]
    BadSpan {
        /// The document.
        document: DocumentId,
        /// The span asked for.
        span: Span,
        /// Length of the text in bytes.
        byte_len: usize,
    },
    /// The layer has this very span with this label.
    #[error("span {0} has these edges and this label already")]
    Duplicate(SpanId),
    /// There is nothing to undo or redo.
    #[error("nothing to {0}")]
    EmptyHistory(&'static str),
    /// An export was interrupted.
    #[error("{} is an unfinished export; run the export again", .0.display())]
    UnfinishedExport(PathBuf),
    /// A line of an export or a package is wrong.
    #[error("{}, line {line}: {what}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// A package is of another project.
    #[error("{} is a package of another project; make a project from it instead", .0.display())]
    OtherProject(PathBuf),
    /// Two copies of a project have different events under one id.
    #[error(
        "event {0} differs between the two copies: a project folder was copied and both copies edited with one seed"
    )]
    Forked(EventId),
    /// What is stored contradicts itself.
    #[error("{0}; restore a backup with `tawsim project restore`")]
    Corrupt(String),
}

impl StoreError {
    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| {
            if source.kind() == io::ErrorKind::StorageFull {
                return Self::DiskFull;
            }
            Self::File { doing, path: path.to_owned(), source }
        }
    }

    /// Sorts out what SQLite reports as an ordinary event of a disk's life.
    pub(crate) fn database(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        move |source| match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Locked(Holder::unknown())
            }
            _ => Self::Database { doing, source },
        }
    }

    /// Whether the same call can succeed later without a change of the project: the caller keeps
    /// the edit and tries again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::DiskFull | Self::ReadOnly | Self::Locked(_))
            || matches!(self, Self::Database { source, .. }
                if source.sqlite_error_code() == Some(rusqlite::ErrorCode::SystemIoFailure))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        Self::database("cannot read the project")(source)
    }
}
