//! Copies of the database beside it, made while it is in use.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;
use tawsim_tokenizer::gregorian_date;

use crate::disk::{Disk, OsDisk, PARTIAL, partial, put_in_place, remove_project};
use crate::event::Head;
use crate::lock::Lock;
use crate::project::db_path;
use crate::{Options, Project, StoreError};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// How many backups stay: the newest of each of so many periods of so many milliseconds.
const KEPT: [(i64, usize); 4] =
    [(15 * MINUTE_MS, 48), (DAY_MS, 14), (7 * DAY_MS, 10), (30 * DAY_MS, 12)];

/// A backup of a project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BackupFile {
    /// When it was made, in milliseconds since 1970.
    pub time_ms: i64,
    /// Number of the last event in it.
    pub seq: u64,
    /// The file.
    pub path: PathBuf,
}

impl BackupFile {
    /// The time stands in the name to the millisecond, then the number of events.
    fn name(time_ms: i64, seq: u64) -> String {
        let (day, day_ms) = (time_ms.div_euclid(DAY_MS), time_ms.rem_euclid(DAY_MS));
        let (hour, minute) = (day_ms / (60 * MINUTE_MS), day_ms / MINUTE_MS % 60);
        let (second, ms) = (day_ms / 1000 % 60, day_ms % 1000);
        let (year, month, day) = gregorian_date(day);
        format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}-{minute:02}-{second:02}.{ms:03}Z_{time_ms}_{seq}.db"
        )
    }

    fn parse(path: PathBuf) -> Option<Self> {
        let stem = path.file_name()?.to_str()?.strip_suffix(".db")?;
        let mut parts = stem.split('_').skip(1);
        let time_ms = parts.next()?.parse().ok()?;
        Some(Self { time_ms, seq: parts.next()?.parse().ok()?, path })
    }
}

impl Project {
    /// The backups, oldest first.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn backups(&self) -> Result<Vec<BackupFile>, StoreError> {
        let folder = self.backup_folder();
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(StoreError::file("read", &folder))?,
        };
        let mut found: Vec<_> =
            entries.filter_map(|entry| BackupFile::parse(entry.ok()?.path())).collect();
        found.sort();
        Ok(found)
    }

    /// Copies the database through SQLite's backup API into `backups/`, and thins out old copies:
    /// 48 quarters of an hour, 14 days, 10 weeks and 12 months stay.
    ///
    /// # Errors
    /// If the copy cannot be written. Then there is no backup file of that name.
    pub fn back_up(&self) -> Result<PathBuf, StoreError> {
        let session = self.session.as_ref().ok_or(StoreError::ReadOnly)?;
        let folder = self.backup_folder();
        fs::create_dir_all(&folder).map_err(StoreError::file("create", &folder))?;
        remove_halves(&folder)?;
        let (time_ms, seq) = ((session.clock)(), self.last_seq()?);
        let path = folder.join(BackupFile::name(time_ms, seq));
        copy_database(&self.db, &path, &OsDisk)?;
        self.thin_out(time_ms)?;
        Ok(path)
    }

    /// Makes a backup if something was edited since the last one.
    ///
    /// # Errors
    /// As for [`Project::back_up`].
    pub fn back_up_if_changed(&self) -> Result<Option<PathBuf>, StoreError> {
        let seq = self.last_seq()?;
        let is_new = seq > 0 && self.backups()?.last().is_none_or(|last| last.seq != seq);
        is_new.then(|| self.back_up()).transpose()
    }

    /// Makes a backup if something was edited since the last one and that is a quarter of an hour
    /// old. For a program to call now and then.
    ///
    /// # Errors
    /// As for [`Project::back_up`].
    pub fn back_up_if_due(&self) -> Result<Option<PathBuf>, StoreError> {
        let now = (self.session.as_ref().ok_or(StoreError::ReadOnly)?.clock)();
        let is_fresh = |last: &BackupFile| (0..15 * MINUTE_MS).contains(&(now - last.time_ms));
        if self.backups()?.last().is_some_and(is_fresh) {
            return Ok(None);
        }
        self.back_up_if_changed()
    }

    /// Makes a project in a new folder from a backup, and verifies it. The backup and the project
    /// it came from stay as they are; one of an older format becomes a project of the newest.
    ///
    /// # Errors
    /// If the folder holds something, or the backup is damaged. Then no project is made.
    pub fn restore(backup: &Path, dir: &Path, options: &Options) -> Result<Self, StoreError> {
        let source = crate::schema::open_old_reader(backup)?;
        let lock = Lock::of_new_folder(dir)?;
        let copied = copy_database(&source, &db_path(dir), &OsDisk);
        // Opening takes it again.
        drop(lock);
        let opened = copied.and_then(|()| Self::open(dir, options)).and_then(Self::verified);
        opened.inspect_err(|_| remove_project(dir))
    }

    fn verified(self) -> Result<Self, StoreError> {
        match self.verify()?.problems.first() {
            None => Ok(self),
            Some(problem) => Err(StoreError::Corrupt(format!("the backup is damaged: {problem}"))),
        }
    }

    fn backup_folder(&self) -> PathBuf {
        self.dir.join("backups")
    }

    fn thin_out(&self, now_ms: i64) -> Result<(), StoreError> {
        let backups = self.backups()?;
        let times: Vec<i64> = backups.iter().map(|backup| backup.time_ms).collect();
        for (backup, stays) in backups.iter().zip(stays(&times, now_ms)) {
            if !stays {
                let path = &backup.path;
                OsDisk.remove(path).map_err(StoreError::file("remove", path))?;
            }
        }
        Ok(())
    }
}

/// Removes what a kill left of a backup: only who holds the project's lock makes them.
fn remove_halves(folder: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder).map_err(StoreError::file("read", folder))? {
        let path = entry.map_err(StoreError::file("read", folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_half = name
            .split_once(PARTIAL)
            .is_some_and(|(whole, _)| BackupFile::parse(PathBuf::from(whole)).is_some());
        if is_half {
            OsDisk.remove(&path).map_err(StoreError::file("remove", &path))?;
        }
    }
    Ok(())
}

/// Which of the backups made at these times, in ascending order, stay.
fn stays(times: &[i64], now_ms: i64) -> Vec<bool> {
    let mut stays = vec![false; times.len()];
    for (period, n_periods) in KEPT {
        let mut last = None;
        for (time, stays) in times.iter().zip(&mut stays).rev() {
            let number = time.div_euclid(period);
            let is_recent = now_ms.div_euclid(period) - number < n_periods as i64;
            *stays |= is_recent && last != Some(number);
            last = Some(number);
        }
    }
    if let Some(newest) = stays.last_mut() {
        *newest = true;
    }
    stays
}

/// Copies a database that may be in use: first under another name, then renamed.
pub(crate) fn copy_database(
    from: &Connection,
    to: &Path,
    disk: &dyn Disk,
) -> Result<(), StoreError> {
    let partial = partial(to);
    let _ = fs::remove_file(&partial);
    let copied = copy_whole(from, &partial).and_then(|()| put_in_place(disk, to));
    copied.inspect_err(|_| {
        // Half a copy is of no use, and a full disk has no room for it.
        let _ = fs::remove_file(&partial);
    })
}

fn copy_whole(from: &Connection, partial: &Path) -> Result<(), StoreError> {
    let copy = || {
        let mut target = Connection::open(partial)?;
        Backup::new(from, &mut target)?.run_to_completion(4096, Duration::ZERO, None)?;
        target.pragma_update(None, "journal_mode", "DELETE")
    };
    copy().map_err(StoreError::database("cannot copy the database"))?;
    let head = |db: &Connection| Head::read(db);
    let copied = Connection::open(partial).and_then(|db| head(&db))?;
    if copied.seq == 0 && head(from)?.seq > 0 {
        return Err(StoreError::Corrupt("the copy of the database is empty".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_time_and_read_back() {
        let check = |time_ms, seq, start: &str| {
            let name = BackupFile::name(time_ms, seq);
            assert!(name.starts_with(start), "{name}");
            let path = PathBuf::from(name);
            let back = BackupFile::parse(path.clone());
            assert_eq!(back, Some(BackupFile { time_ms, seq, path }));
        };
        check(0, 1, "1970-01-01T00-00-00.000Z");
        check(951_827_696_789, 12, "2000-02-29T12-34-56.789Z");
        check(1_735_689_599_999, 3, "2024-12-31T23-59-59.999Z");
    }

    #[test]
    fn what_stays() {
        let now = 1000 * DAY_MS;
        let every_quarter: Vec<i64> =
            (0..96 * 400).map(|n| now - n * 15 * MINUTE_MS).rev().collect();
        let kept = stays(&every_quarter, now);
        let n_kept = kept.iter().filter(|stays| **stays).count();
        assert!((48..=48 + 14 + 10 + 12).contains(&n_kept), "{n_kept}");
        assert!(kept[kept.len() - 48..].iter().all(|stays| *stays));
        let oldest = kept.iter().position(|stays| *stays).expect("one stays");
        assert!(now - every_quarter[oldest] > 300 * DAY_MS);
        assert_eq!(stays(&[5], now), [true]);
        assert!(stays(&[], now).is_empty());
    }
}
