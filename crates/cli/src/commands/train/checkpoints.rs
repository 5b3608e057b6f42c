//! States of a long training as files, so that a run that was stopped or killed goes on.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tawsim_tagger::Checkpoints;

use crate::interrupt;
use crate::output::write_atomically;

/// How often a state is kept.
const INTERVAL: Duration = Duration::from_secs(20);

/// A folder with one file a chain.
pub(super) struct CheckpointFolder {
    path: PathBuf,
    last: Instant,
    /// Why a state could not be kept, the first time.
    failure: Option<anyhow::Error>,
}

impl CheckpointFolder {
    pub(super) fn open(path: &Path) -> Result<Self> {
        std::fs::create_dir_all(path)
            .with_context(|| format!("{}: cannot make the folder", path.display()))?;
        Ok(Self { path: path.to_owned(), last: Instant::now(), failure: None })
    }

    fn file(&self, stage: usize) -> PathBuf {
        self.path.join(format!("chain-{stage}.state"))
    }

    /// Takes the files away after the last use, whatever chains they are of; the folder too if nothing else is in it.
    pub(super) fn remove(self) {
        let entries = std::fs::read_dir(&self.path).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| is_state(&entry.file_name().to_string_lossy())) {
            // What cannot be removed does no harm: another run refuses it.
            drop(std::fs::remove_file(entry.path()));
        }
        drop(std::fs::remove_dir(&self.path));
    }

    /// What went wrong, if anything did.
    pub(super) fn take_failure(&mut self) -> Option<anyhow::Error> {
        self.failure.take()
    }
}

/// Whether a file of this name is the state of a chain.
fn is_state(name: &str) -> bool {
    let number = name.strip_prefix("chain-").and_then(|name| name.strip_suffix(".state"));
    number.is_some_and(|number| number.parse::<usize>().is_ok())
}

impl Checkpoints for CheckpointFolder {
    fn load(&self, stage: usize) -> Option<Vec<u8>> {
        std::fs::read(self.file(stage)).ok()
    }

    fn is_due(&mut self) -> bool {
        self.last.elapsed() >= INTERVAL || interrupt::is_asked()
    }

    fn save(&mut self, stage: usize, bytes: &[u8]) {
        if let Err(error) = write_atomically(&self.file(stage), bytes) {
            self.failure.get_or_insert(error);
        }
        self.last = Instant::now();
    }
}
