//! Going on where an earlier run was stopped.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use tawsim_corpus::Document;

/// The whole lines that an earlier run has written, read beside the input.
pub(super) struct EarlierLines {
    path: PathBuf,
    lines: Option<std::io::Take<BufReader<File>>>,
    /// The byte behind the last whole line.
    end: u64,
    line: Vec<u8>,
    n_lines: u64,
}

/// How each line begins.
const START: &[u8] = br#"{"id":"#;

/// All that is read of a line.
#[derive(Deserialize)]
struct WithId {
    id: String,
}

impl EarlierLines {
    /// No earlier run.
    pub(super) fn none() -> Self {
        Self { path: PathBuf::new(), lines: None, end: 0, line: Vec::new(), n_lines: 0 }
    }

    /// The lines of this file, if it is there. A half line at its end is cut off once all lines before it were found
    /// to be of the same run.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let mut earlier = Self { path: path.to_owned(), ..Self::none() };
        if !path.exists() {
            return Ok(earlier);
        }
        let context = || format!("{}: cannot go on with it", path.display());
        let mut file =
            OpenOptions::new().read(true).write(true).open(path).with_context(context)?;
        earlier.end = end_of_lines(&mut file).with_context(context)?;
        file.rewind().with_context(context)?;
        earlier.lines = Some(BufReader::with_capacity(1 << 16, file).take(earlier.end));
        Ok(earlier)
    }

    /// Whether the next line is this document's.
    pub(super) fn has(&mut self, document: &Document) -> Result<bool> {
        let Some(lines) = &mut self.lines else { return Ok(false) };
        let path = self.path.display();
        self.line.clear();
        let context = || format!("{path}: cannot read");
        if lines.read_until(b'\n', &mut self.line).with_context(context)? == 0 {
            self.cut_half_line()?;
            return Ok(false);
        }
        self.n_lines += 1;
        let line: WithId = serde_json::from_slice(&self.line)
            .with_context(|| format!("{path}: line {} is no line of `tawsim tag`", self.n_lines))?;
        if line.id != document.id {
            bail!(
                "{path}: line {} is of the document {:?}, but the input goes on with {:?}; give the same inputs as before, or write to another file",
                self.n_lines,
                line.id,
                document.id
            );
        }
        Ok(true)
    }

    /// Behind the last document: a half line goes, also where no document was left to find it.
    ///
    /// # Errors
    /// If lines are left: they are of documents that the inputs lack.
    pub(super) fn finish(&mut self) -> Result<()> {
        let Some(lines) = &mut self.lines else { return Ok(()) };
        let context = || format!("{}: cannot read", self.path.display());
        self.line.clear();
        if lines.read_until(b'\n', &mut self.line).with_context(context)? == 0 {
            return self.cut_half_line();
        }
        bail!(
            "{}: line {} and those behind it are of documents that the inputs lack; give the same inputs as before, or write to another file",
            self.path.display(),
            self.n_lines + 1
        )
    }

    /// Ends the reading: behind the whole lines the run goes on.
    fn cut_half_line(&mut self) -> Result<()> {
        let Some(lines) = self.lines.take() else { return Ok(()) };
        let (mut file, mut half) = (lines.into_inner().into_inner(), Vec::new());
        let context = || format!("{}: cannot go on with it", self.path.display());
        file.seek(SeekFrom::Start(self.end)).with_context(context)?;
        file.by_ref().take(START.len() as u64).read_to_end(&mut half).with_context(context)?;
        if !START.starts_with(&half) {
            bail!(
                "{}: byte {}: no line of `tawsim tag` begins like this; write to another file",
                self.path.display(),
                self.end
            );
        }
        file.set_len(self.end).with_context(context)
    }

    /// Documents that were there already.
    pub(super) const fn n_lines(&self) -> u64 {
        self.n_lines
    }
}

/// The byte behind the last line feed.
fn end_of_lines(file: &mut File) -> std::io::Result<u64> {
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut block = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(1 << 16);
        file.seek(SeekFrom::Start(start))?;
        block.clear();
        file.by_ref().take(end - start).read_to_end(&mut block)?;
        if let Some(at) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}
