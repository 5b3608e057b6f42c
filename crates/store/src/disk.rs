//! What the store does to files beside the database, in a form whose faults can be tested.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::StoreError;

/// The operations on files that can fail halfway.
pub(crate) trait Disk {
    /// Makes or replaces a file.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Waits until a file, or the list of a folder's files, is on disk.
    fn sync(&self, path: &Path) -> io::Result<()>;
    /// Gives a file another name, replacing the one that has it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Takes a file away.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// The system's files.
pub(crate) struct OsDisk;

impl Disk for OsDisk {
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        File::create(path)?.write_all(bytes)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        // Windows keeps its folders itself and has no handle for them.
        if cfg!(windows) && path.is_dir() {
            return Ok(());
        }
        File::open(path)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

/// Refuses what is there under this name and is neither a file nor a folder: who writes to it writes elsewhere.
pub(crate) fn need_own(path: &Path) -> Result<(), StoreError> {
    let is_own = |found: fs::Metadata| found.is_file() || found.is_dir();
    let is_good = fs::symlink_metadata(path).map_or(true, is_own);
    is_good.then_some(()).ok_or_else(|| StoreError::NotOwn(path.to_owned()))
}

/// The files that a project is made of, beside its backups.
const PROJECT_FILES: [&str; 5] =
    ["project.db", "project.db-wal", "project.db-shm", "project.db-journal", "lock"];

/// What stands before the end of the names of databases that a migration leaves.
const MIGRATED: &str = "project.db.";

/// Whether a path leads to a file that the project in this folder is made of, or would be.
pub(crate) fn is_of_project(dir: &Path, path: &Path) -> bool {
    let in_folder = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        Some(folder.unwrap_or(Path::new(".")).canonicalize().ok()?.join(path.file_name()?))
    };
    let real = path.canonicalize().ok().or_else(in_folder);
    let Some((dir, real)) = dir.canonicalize().ok().zip(real) else { return false };
    let Ok(below) = real.strip_prefix(&dir) else { return false };
    let name = below.to_string_lossy();
    below.starts_with("backups")
        || PROJECT_FILES.contains(&name.as_ref())
        || name.starts_with(MIGRATED)
}

/// Removes the files of a project that was just made and cannot be used, and its folder if nothing else is in it.
pub(crate) fn remove_project(dir: &Path) {
    let migrated = |entry: fs::DirEntry| entry.file_name().to_str().map(str::to_owned);
    let names = fs::read_dir(dir).into_iter().flatten().flatten().filter_map(migrated);
    let left = names.filter(|name| name.starts_with(MIGRATED));
    for name in left.chain(PROJECT_FILES.map(str::to_owned)) {
        // What cannot be removed is an empty project: harmless.
        let _ = fs::remove_file(dir.join(name));
    }
    let _ = fs::remove_dir(dir);
}

/// What stands behind the name of a file that is not whole yet.
pub(crate) const PARTIAL: &str = ".partial";

/// The name under which a file is written before it gets its own.
pub(crate) fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(PARTIAL);
    PathBuf::from(name)
}

/// The file that a new one can take the place of, behind all links; `None` for what is there and is no file, such as a
/// device or a pipe: into that one writes directly.
pub(crate) fn replaceable(path: &Path) -> Option<PathBuf> {
    let is_other = path.metadata().is_ok_and(|found| !found.is_file());
    (!is_other).then(|| path.canonicalize().unwrap_or_else(|_| path.to_owned()))
}

/// Gives a file that is whole its name: whoever looks, also after a power cut, sees the old file or
/// the new.
pub(crate) fn put_in_place(disk: &dyn Disk, path: &Path) -> Result<(), StoreError> {
    let partial = partial(path);
    disk.sync(&partial).map_err(StoreError::file("write", &partial))?;
    disk.rename(&partial, path).map_err(StoreError::file("rename", path))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    disk.sync(folder).map_err(StoreError::file("write", folder))
}

#[cfg(test)]
pub(crate) mod faulty {
    use std::cell::Cell;

    use super::*;

    /// Fails the n-th operation and all behind it, a write after half of its bytes.
    pub(crate) struct FaultyDisk {
        left: Cell<usize>,
        kind: io::ErrorKind,
    }

    impl FaultyDisk {
        pub(crate) fn failing_at(n: usize, kind: io::ErrorKind) -> Self {
            Self { left: Cell::new(n), kind }
        }

        fn next(&self) -> io::Result<()> {
            match self.left.get().checked_sub(1) {
                Some(left) => {
                    self.left.set(left);
                    Ok(())
                }
                None => Err(self.kind.into()),
            }
        }
    }

    impl Disk for FaultyDisk {
        fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
            if let Err(error) = self.next() {
                OsDisk.write(path, &bytes[..bytes.len() / 2])?;
                return Err(error);
            }
            OsDisk.write(path, bytes)
        }

        fn sync(&self, path: &Path) -> io::Result<()> {
            self.next()?;
            OsDisk.sync(path)
        }

        fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            self.next()?;
            OsDisk.rename(from, to)
        }

        fn remove(&self, path: &Path) -> io::Result<()> {
            self.next()?;
            OsDisk.remove(path)
        }
    }
}
