use std::{
    io,
    path::{Path, PathBuf},
};

use tawsim_store::StoreError;
use thiserror::Error;

/// Why a command had no effect. The project is as it was.
#[derive(Debug, Error)]
pub enum AppError {
    /// The project refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is nothing to export.
    #[error("no document is finished; finish one with Enter first")]
    NothingFinished,
    /// The command needs an open project.
    #[error("no project is open; open a folder first")]
    NoProject,
    /// The annotation in focus cannot be an entry.
    #[error("put the focus on a FACTION or PLACE first")]
    NotLinkable,
    /// No gazetteer has this entry.
    #[error("there is no entry {0}")]
    UnknownEntry(String),
    /// There is no such format.
    #[error("there is no format {0}, or it is not for that")]
    UnknownFormat(String),
    /// A line of a command log is no command.
    #[error("line {line} of the log is no command: {source}")]
    Log {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The command log cannot be read or written.
    #[error("the command log: {0}")]
    LogFile(io::Error),
}

impl AppError {
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::File { path, source }
    }
}
