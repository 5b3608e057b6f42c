//! One writer a project.

use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use crate::StoreError;

/// Who has a project open for writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Name of the machine; empty if unknown.
    pub host: String,
    /// Process id; 0 if unknown.
    pub pid: u32,
}

impl Holder {
    pub(crate) const fn unknown() -> Self {
        Self { host: String::new(), pid: 0 }
    }

    fn this_process() -> Self {
        Self { host: host_name(), pid: std::process::id() }
    }

    fn parse(text: &str) -> Self {
        let mut words = text.split_whitespace();
        let pid = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
        Self { host: words.next().unwrap_or("").to_owned(), pid }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.pid, self.host.as_str()) {
            (0, _) => f.write_str("another program"),
            (pid, "") => write!(f, "process {pid}"),
            (pid, host) => write!(f, "process {pid} on {host}"),
        }
    }
}

fn host_name() -> String {
    let from_file = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let from_env = || std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME")).ok();
    from_file.or_else(from_env).unwrap_or_default().trim().replace(char::is_whitespace, "-")
}

/// The lock file of an open project. The system frees it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes a folder that is new or empty. The lock is the first file in it: of two programs that come at once, one
    /// gets the folder, and what is in it from here on is its own.
    pub(crate) fn of_new_folder(dir: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(dir).map_err(StoreError::file("create", dir))?;
        let mut entries = fs::read_dir(dir).map_err(StoreError::file("read", dir))?;
        let path = dir.join("lock");
        let made = match entries.next() {
            Some(_) => Err(ErrorKind::AlreadyExists.into()),
            None => OpenOptions::new().write(true).create_new(true).open(&path),
        };
        made.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => StoreError::NotEmpty(dir.to_owned()),
            _ => StoreError::file("create", &path)(error),
        })?;
        Self::acquire(&path).inspect_err(|error| {
            if !matches!(error, StoreError::Locked(_)) {
                // On a full disk; the next try would find the folder taken.
                let _ = fs::remove_file(&path);
            }
        })
    }

    /// Takes the lock, or tells who has it.
    pub(crate) fn acquire(path: &Path) -> Result<Self, StoreError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).map_err(StoreError::file("open", path))?;
        match try_for_a_moment(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked(holder(&mut file))),
            Err(TryLockError::Error(error)) => return Err(StoreError::file("lock", path)(error)),
        }
        let Holder { host, pid } = Holder::this_process();
        let written = file.set_len(0).and_then(|()| writeln!(file, "{pid} {host}"));
        written.map_err(StoreError::file("write", path))?;
        Ok(Self { _file: file })
    }
}

/// Tries for a fifth of a second: a process that another thread is just starting holds a copy of
/// every open file until its program runs, and with it the lock.
fn try_for_a_moment(file: &File) -> Result<(), TryLockError> {
    for _ in 0..10 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
            result => return result,
        }
    }
    file.try_lock()
}

fn holder(file: &mut File) -> Holder {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    read.map_or_else(|_| Holder::unknown(), |_| Holder::parse(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_was_first() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("lock");
        let first = Lock::acquire(&path).expect("nobody has it");
        let error = Lock::acquire(&path).expect_err("the first has it");
        assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
        drop(first);
        Lock::acquire(&path).expect("free again");
    }

    #[test]
    fn holders_in_words() {
        let check = |text: &str, words: &str| assert_eq!(Holder::parse(text).to_string(), words);
        check("12 box\n", "process 12 on box");
        check("12", "process 12");
        check("", "another program");
        check("junk", "another program");
    }
}
