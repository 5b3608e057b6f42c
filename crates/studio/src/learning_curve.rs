//! How good the models of a project were: one line a training, beside the database.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::Path,
};

use serde::{Deserialize, Serialize};

const FILE: &str = "learning.jsonl";

/// A training that ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lap {
    /// Finished documents that it drew on, those kept back included.
    pub(crate) n_documents: usize,
    /// How many were kept back.
    pub(crate) n_held_out: usize,
    /// F1 (strict, micro) on these of the model that was in use.
    pub(crate) before: f64,
    /// The same of the new model.
    pub(crate) after: f64,
}

/// Adds a line. A curve that cannot be written is no reason to lose a model.
pub(crate) fn add(project: &Path, lap: &Lap) {
    let mut line = serde_json::to_vec(lap).expect("numbers are JSON");
    line.push(b'\n');
    let file = OpenOptions::new().create(true).append(true).open(project.join(FILE));
    let _ = file.and_then(|mut file| file.write_all(&line));
}

/// All lines that can be read, the oldest first.
pub(crate) fn read(project: &Path) -> Vec<Lap> {
    let text = fs::read_to_string(project.join(FILE)).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_grows_line_by_line() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(read(folder.path()).is_empty());
        let lap = |n| Lap { n_documents: n, n_held_out: n / 5, before: 0.5, after: 0.75 };
        add(folder.path(), &lap(5));
        add(folder.path(), &lap(10));
        assert_eq!(read(folder.path()), [lap(5), lap(10)]);
    }
}
