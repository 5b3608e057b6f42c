//! Helpers of the test suite.

pub mod crash;
pub mod documents;
pub mod formats;
pub mod store;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tawsim_corpus::{Document, JsonlReader, LabelSet};

/// The top folder of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the repository").to_owned()
}

/// What a run of the program `tawsim` printed, and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    /// The exit code.
    pub code: u8,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Runs `tawsim` in this process with these arguments and this standard input.
///
/// # Panics
/// If it prints what is no UTF-8.
#[must_use]
pub fn tawsim(args: &[&str], stdin: &[u8]) -> Run {
    let args = std::iter::once("tawsim").chain(args.iter().copied()).map(OsString::from).collect();
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let code = tawsim_cli::run(args, &mut std::io::Cursor::new(stdin), &mut stdout, &mut stderr);
    let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
    Run { code: code.code(), stdout: text(stdout), stderr: text(stderr) }
}

/// The documents of a JSON Lines file of the repository and their labels.
///
/// # Panics
/// If the file is not there or not right.
#[must_use]
pub fn documents(path: &str) -> (Vec<Document>, LabelSet) {
    let bytes = std::fs::read(repository().join(path)).expect(path);
    let mut labels = LabelSet::new();
    let documents = JsonlReader::new(bytes.as_slice(), &mut labels).collect::<Result<_, _>>();
    (documents.expect(path), labels)
}

/// Compares with a golden file below `tests/golden`; `TAWSIM_UPDATE=1` writes it anew.
///
/// # Panics
/// If they differ.
pub fn check_golden(name: &str, actual: &str) {
    let path = repository().join("tests/golden").join(name);
    if std::env::var_os("TAWSIM_UPDATE").is_some() {
        std::fs::write(&path, actual).expect("the repository can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == actual, "{name} differs; TAWSIM_UPDATE=1 writes it anew. Now:\n{actual}");
}
