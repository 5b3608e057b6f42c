use std::{
    io,
    path::{Path, PathBuf},
};

use tawsim_store::StoreError;
use thiserror::Error;

use crate::{Language, language::phrases, text::isolated};

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
    /// The step that undo would take back, or redo make again, is another annotator's.
    #[error("{}", phrases::OTHERS_STEP.with(Language::English, &[.0]))]
    OthersStep(String),
    /// A corpus would be written over what is there.
    #[error("{}", phrases::EXISTS_ALREADY.with(Language::English, &[&.0.display()]))]
    Exists(PathBuf),
    /// Nothing is left of a name for the project's own gazetteer.
    #[error("{}", phrases::NO_NAME.say(Language::English))]
    NoName,
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
    /// As the status line says it.
    pub(crate) fn say(&self, language: Language) -> String {
        match self {
            Self::OthersStep(actor) => phrases::OTHERS_STEP.with(language, &[&isolated(actor)]),
            Self::Exists(path) => {
                phrases::EXISTS_ALREADY.with(language, &[&isolated(&path.to_string_lossy())])
            }
            Self::NoName => phrases::NO_NAME.say(language).to_owned(),
            _ => self.to_string(),
        }
    }

    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::File { path, source }
    }
}
