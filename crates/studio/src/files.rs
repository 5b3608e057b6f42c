//! Files that are there whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// Writes a file under another name, waits until it is on disk, then gives it its own: whoever looks sees the old
/// file or the new.
///
/// # Errors
/// If it cannot be written; then the old file is as it was.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let write = || {
        let mut file = File::create(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)
    };
    write().inspect_err(|_| {
        // What is left of a file on a full disk is of no use.
        let _ = fs::remove_file(&partial);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_as_it_was() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.jsonl");
        write_whole(&path, b"old").expect("written");
        write_whole(&path, b"new").expect("written again");
        assert_eq!(fs::read(&path).expect("there"), b"new");
        // A folder cannot be replaced by a file, and nothing is left beside it.
        let taken = folder.path().join("folder");
        fs::create_dir_all(taken.join("inner")).expect("made");
        assert!(write_whole(&taken, b"new").is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 2);
    }
}
