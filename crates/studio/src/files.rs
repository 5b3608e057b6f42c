//! Files that are there whole or not at all, and files that others have made.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
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

/// Reads a file that is at most `limit` bytes long.
///
/// # Errors
/// If it is longer, cannot be read, or is no file: a device has no end, and a pipe waits for a writer.
pub(crate) fn read_at_most(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        let why = format!("longer than {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

/// Reads a text as [`read_at_most`] does.
///
/// # Errors
/// As there, and if it is not UTF-8.
pub(crate) fn read_text(path: &Path, limit: usize) -> io::Result<String> {
    String::from_utf8(read_at_most(path, limit)?).map_err(io::Error::other)
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

    #[test]
    fn only_files_are_read_and_only_so_far() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.txt");
        fs::write(&path, "حلب").expect("written");
        let kind = |path: &Path, limit| read_text(path, limit).map_err(|error| error.kind());
        let table = [
            (path.as_path(), 6, Ok("حلب".to_owned())),
            (&path, 5, Err(io::ErrorKind::FileTooLarge)),
            (folder.path(), 5, Err(io::ErrorKind::InvalidInput)),
            (Path::new("/no/such/file"), 5, Err(io::ErrorKind::NotFound)),
        ];
        for (path, limit, want) in table {
            assert_eq!(kind(path, limit), want, "{} {limit}", path.display());
        }
        #[cfg(unix)]
        assert_eq!(kind(Path::new("/dev/zero"), 5), Err(io::ErrorKind::InvalidInput));
    }
}
