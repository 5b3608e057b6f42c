//! The state as a folder of text files for version control.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::disk::{Disk, OsDisk, PARTIAL, need_own, partial};
use crate::{Project, StoreError};

/// Stands in a folder while it is written: a folder that has it is not whole.
pub(crate) const MARKER: &str = "EXPORT-UNFINISHED";

/// The folders and files that an export owns; everything else in the folder stays.
const OWN_FOLDERS: [&str; 3] = ["documents", "comments", "layers"];
const OWN_FILES: [&str; 4] = [MARKER, "project.json", "labels.jsonl", "layers.jsonl"];

/// What an export wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Files of the state.
    pub n_files: usize,
    /// Files whose content changed.
    pub n_written: usize,
    /// Files that are no longer part of the state.
    pub n_removed: usize,
    /// Bytes of the state.
    pub n_bytes: u64,
}

impl Project {
    /// Writes the state into a folder, for git: `labels.jsonl`, `layers.jsonl`,
    /// `documents/XX.jsonl`, `comments/XX.jsonl` and one folder a layer, `layers/NAME/XX.jsonl`;
    /// one record a line, sorted, LF, no times. Equal states give equal bytes; files that would not
    /// change are not touched; what else is in the folder (`.git`) stays.
    ///
    /// An export that is interrupted leaves a mark, and [`Project::create_from_export`] refuses it.
    ///
    /// # Errors
    /// If the folder holds something else's files or cannot be written.
    pub fn export(&self, folder: &Path) -> Result<ExportReport, StoreError> {
        self.export_with(folder, &OsDisk)
    }

    fn export_with(&self, folder: &Path, disk: &dyn Disk) -> Result<ExportReport, StoreError> {
        let mut report = ExportReport::default();
        fs::create_dir_all(folder).map_err(StoreError::file("create", folder))?;
        need_own_folder(folder)?;
        let marker = folder.join(MARKER);
        // The mark is on disk before anything else changes, and goes when all else is on disk; in
        // between nothing waits for the disk, which would cost more than all the rest.
        let marked = disk.write(&marker, b"run the export again\n");
        let marked = marked.and_then(|()| disk.sync(&marker)).and_then(|()| disk.sync(folder));
        marked.map_err(StoreError::file("write", &marker))?;
        let (mut current, mut changed) = (BTreeSet::new(), BTreeSet::new());
        self.state_files(&mut |path, bytes| {
            let path = folder.join(path);
            report.n_files += 1;
            report.n_bytes += bytes.len() as u64;
            if write_if_changed(disk, &path, bytes)? {
                report.n_written += 1;
                changed.extend(path.parent().map(Path::to_owned));
                changed.insert(path.clone());
            }
            current.insert(path);
            Ok(())
        })?;
        for stale in own_files(folder)?.difference(&current) {
            disk.remove(stale).map_err(StoreError::file("remove", stale))?;
            report.n_removed += 1;
        }
        for path in &changed {
            disk.sync(path).map_err(StoreError::file("write", path))?;
        }
        disk.remove(&marker).map_err(StoreError::file("remove", &marker))?;
        Ok(report)
    }
}

/// Refuses a folder with a `documents` folder that no export made, and one with links where an export writes.
fn need_own_folder(folder: &Path) -> Result<(), StoreError> {
    let partials = OWN_FILES.map(|name| format!("{name}{PARTIAL}"));
    let names =
        OWN_FOLDERS.iter().chain(&OWN_FILES).copied().chain(partials.iter().map(String::as_str));
    for name in names {
        need_own(&folder.join(name))?;
    }
    own_files(folder)?;
    let is_ours = folder.join("project.json").exists() || folder.join(MARKER).exists();
    let is_taken = OWN_FOLDERS.iter().any(|name| folder.join(name).exists());
    if is_taken && !is_ours { Err(StoreError::NotEmpty(folder.to_owned())) } else { Ok(()) }
}

fn write_if_changed(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<bool, StoreError> {
    if has_content(path, bytes) {
        return Ok(false);
    }
    let parent = path.parent().expect("a path below the export's folder");
    fs::create_dir_all(parent).map_err(StoreError::file("create", parent))?;
    let partial = partial(path);
    disk.write(&partial, bytes).map_err(StoreError::file("write", &partial))?;
    disk.rename(&partial, path).map_err(StoreError::file("rename", path))?;
    Ok(true)
}

fn has_content(path: &Path, bytes: &[u8]) -> bool {
    let len = fs::metadata(path).map(|metadata| metadata.len());
    len.is_ok_and(|len| len == bytes.len() as u64)
        && fs::read(path).is_ok_and(|found| found == bytes)
}

/// The files below the folders that the export owns, unfinished ones too.
pub(crate) fn own_files(folder: &Path) -> Result<BTreeSet<PathBuf>, StoreError> {
    let mut found = BTreeSet::new();
    let mut todo: Vec<PathBuf> = OWN_FOLDERS.iter().map(|name| folder.join(name)).collect();
    while let Some(dir) = todo.pop() {
        let Ok(entries) = fs::read_dir(&dir) else { continue };
        for entry in entries {
            let path = entry.map_err(StoreError::file("read", &dir))?.path();
            need_own(&path)?;
            let is_ours = [".jsonl", ".jsonl.partial"]
                .iter()
                .any(|end| path.to_string_lossy().ends_with(end));
            if path.is_dir() {
                todo.push(path);
            } else if is_ours {
                found.insert(path);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;
    use crate::disk::faulty::FaultyDisk;
    use crate::{Edit, LayerKind, NewLabel, Options};

    fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let mut names = own_files(folder).expect("readable");
        names.extend(["labels.jsonl", "layers.jsonl"].map(|name| folder.join(name)));
        let content = |path: &PathBuf| (path.clone(), fs::read(path).unwrap_or_default());
        names.iter().map(content).collect()
    }

    fn restore(folder: &Path, old: &[(PathBuf, Vec<u8>)]) {
        fs::remove_dir_all(folder).expect("it is there");
        fs::create_dir(folder).expect("writable");
        fs::write(folder.join("project.json"), "").expect("writable");
        for (path, bytes) in old {
            fs::write(path, bytes).expect("writable");
        }
    }

    fn old_or_new_or_marked(kind: ErrorKind) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let mut project =
            Project::create(&dir.path().join("p"), &Options::new("a")).expect("a new folder");
        project.add_layer("a", LayerKind::Annotator).expect("writable");
        let out = dir.path().join("out");
        project.export(&out).expect("writable");
        let old = files(&out);
        project.apply(&Edit::AddLabel(NewLabel::named("X"))).expect("writable");
        project.add_layer("b", LayerKind::Annotator).expect("writable");
        for n in 0.. {
            restore(&out, &old);
            let result = project.export_with(&out, &FaultyDisk::failing_at(n, kind));
            let is_marked = out.join(MARKER).exists();
            assert_eq!(is_marked, result.is_err(), "operation {n}");
            let torn =
                files(&out).iter().any(|(_, bytes)| bytes.last().is_some_and(|b| *b != b'\n'));
            assert!(!torn, "operation {n} left half a file under its name");
            if result.is_ok() {
                assert!(n > 4, "every operation was failed once");
                break;
            }
            if kind == ErrorKind::StorageFull {
                assert!(matches!(result, Err(StoreError::DiskFull)));
            }
        }
        assert_ne!(files(&out), old);
    }

    #[test]
    fn a_failing_disk_leaves_whole_files_and_a_mark() {
        old_or_new_or_marked(ErrorKind::StorageFull);
        old_or_new_or_marked(ErrorKind::Other);
    }
}
