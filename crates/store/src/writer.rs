//! The one thread that writes.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::{Edit, Project, Receipt, StoreError};

/// What the writer is asked to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Job {
    /// Several edits as one step.
    Step(Vec<Edit>),
    /// A program's own work, which undo passes over.
    Aside(Vec<Edit>),
    /// Take a step back.
    Undo,
    /// Make a step again.
    Redo,
}

/// What the writer says. Reports come in the order of the jobs.
#[derive(Debug)]
pub enum Report {
    /// The job with this number is on disk.
    Saved(u64, Receipt),
    /// The job with this number does not fit the state; it is gone, the next one is tried.
    Refused(u64, StoreError),
    /// The disk takes no writes. The job with this number and all behind it wait; they are tried
    /// again every second.
    Blocked(u64, StoreError),
}

/// A project on a thread of its own: jobs go in and wait in a queue, reports come out.
///
/// The window stays responsive, and when the disk is full the queue holds what is not saved yet.
/// Backups are made when nothing else is to do.
#[derive(Debug)]
pub struct Writer {
    jobs: Sender<(u64, Job)>,
    reports: Receiver<Report>,
    thread: JoinHandle<Unsaved>,
    n_sent: u64,
}

/// What a writer leaves when it ends.
#[derive(Debug)]
pub struct Unsaved {
    /// The project, still open.
    pub project: Project,
    /// Jobs that the disk did not take, in order; empty if all is well.
    pub jobs: Vec<Job>,
}

/// How long a blocked or idle writer waits before it looks again.
const PATIENCE: Duration = Duration::from_secs(1);

impl Writer {
    /// Starts the thread.
    #[must_use]
    pub fn spawn(project: Project) -> Self {
        let (jobs, inbox) = channel();
        let (outbox, reports) = channel();
        let worker = Worker { project, inbox, outbox, queue: VecDeque::new(), is_dirty: false };
        let thread = std::thread::spawn(move || worker.run());
        Self { jobs, reports, thread, n_sent: 0 }
    }

    /// Queues a job; its number comes back with its report.
    pub fn send(&mut self, job: Job) -> u64 {
        self.n_sent += 1;
        // The thread lives until `finish` hangs up, so the message arrives.
        let _ = self.jobs.send((self.n_sent, job));
        self.n_sent
    }

    /// Waits for the next report.
    pub fn report(&mut self) -> Option<Report> {
        self.reports.recv().ok()
    }

    /// Waits for the next report, but no longer than `patience`.
    pub fn report_within(&mut self, patience: Duration) -> Option<Report> {
        self.reports.recv_timeout(patience).ok()
    }

    /// Does what is queued and ends. What the disk does not take comes back, to be saved elsewhere.
    ///
    /// # Panics
    /// If the thread has panicked.
    #[must_use]
    pub fn finish(self) -> Unsaved {
        drop(self.jobs);
        self.thread.join().expect("the writer does not panic")
    }
}

struct Worker {
    project: Project,
    inbox: Receiver<(u64, Job)>,
    outbox: Sender<Report>,
    queue: VecDeque<(u64, Job)>,
    /// Whether something was written since the log was moved.
    is_dirty: bool,
}

impl Worker {
    fn run(mut self) -> Unsaved {
        loop {
            let is_closed = match self.inbox.recv_timeout(PATIENCE) {
                Ok(job) => {
                    self.queue.push_back(job);
                    false
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.tidy();
                    false
                }
                Err(RecvTimeoutError::Disconnected) => true,
            };
            self.queue.extend(self.inbox.try_iter());
            while self.do_next() {}
            if is_closed {
                let jobs = self.queue.into_iter().map(|(_, job)| job).collect();
                return Unsaved { project: self.project, jobs };
            }
        }
    }

    /// What can wait until nobody waits. If it fails the work goes on; it is tried again in a second.
    fn tidy(&mut self) {
        if !self.queue.is_empty() {
            return;
        }
        if self.is_dirty {
            self.is_dirty = self.project.move_log().is_err();
        }
        let _ = self.project.back_up_if_due();
    }

    /// Does the first job. `false` if there is none or the disk does not take it.
    fn do_next(&mut self) -> bool {
        let Some((number, job)) = self.queue.front() else { return false };
        let number = *number;
        let result = match job {
            Job::Step(edits) => self.project.apply_step(edits),
            Job::Aside(edits) => self.project.apply_aside(edits),
            Job::Undo => self.project.undo(),
            Job::Redo => self.project.redo(),
        };
        let (report, is_done) = match result {
            Ok(receipt) => {
                self.is_dirty = true;
                (Report::Saved(number, receipt), true)
            }
            Err(error) if error.is_transient() => (Report::Blocked(number, error), false),
            Err(error) => (Report::Refused(number, error), true),
        };
        // Nobody listens any more: the job is done all the same.
        let _ = self.outbox.send(report);
        if is_done {
            self.queue.pop_front();
        }
        is_done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LayerKind, NewLabel, Options};

    fn project(dir: &std::path::Path) -> Project {
        Project::create(&dir.join("p"), &Options::new("a")).expect("a new folder")
    }

    fn add(name: &str, guideline: &str) -> Job {
        let guideline = guideline.to_owned();
        Job::Step(vec![Edit::AddLabel(NewLabel { guideline, ..NewLabel::named(name) })])
    }

    #[test]
    fn reports_come_in_order() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let mut writer = Writer::spawn(project(dir.path()));
        let jobs = [add("A", ""), add("A", ""), Job::Undo, Job::Redo];
        let sent: Vec<u64> = jobs.into_iter().map(|job| writer.send(job)).collect();
        let mut words = Vec::new();
        for _ in &sent {
            words.push(match writer.report().expect("one report a job") {
                Report::Saved(number, _) => format!("{number} saved"),
                Report::Refused(number, _) => format!("{number} refused"),
                Report::Blocked(number, _) => format!("{number} blocked"),
            });
        }
        assert_eq!(words, ["1 saved", "2 refused", "3 saved", "4 saved"]);
        let unsaved = writer.finish();
        assert!(unsaved.jobs.is_empty());
        assert_eq!(unsaved.project.labels().expect("readable").len(), 1);
    }

    #[test]
    fn a_full_disk_loses_nothing() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let mut project = project(dir.path());
        project.add_layer("a", LayerKind::Annotator).expect("room");
        let n_pages: i64 =
            project.db.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("a number");
        // SQLite reports a full database exactly as it reports a full disk.
        project.db.pragma_update(None, "max_page_count", n_pages).expect("a limit");
        let mut writer = Writer::spawn(project);
        writer.send(add("BIG", &"x".repeat(100_000)));
        writer.send(add("SMALL", ""));
        let report = writer.report();
        assert!(matches!(report, Some(Report::Blocked(1, StoreError::DiskFull))), "{report:?}");
        let unsaved = writer.finish();
        assert_eq!(unsaved.jobs.len(), 2);
        let project = unsaved.project;
        assert!(project.labels().expect("readable").is_empty());
        assert!(project.verify().expect("readable").is_ok());
        project.db.pragma_update(None, "max_page_count", 1_000_000).expect("room again");
        let mut writer = Writer::spawn(project);
        for job in unsaved.jobs {
            writer.send(job);
        }
        assert!(matches!(writer.report(), Some(Report::Saved(1, _))));
        assert!(matches!(writer.report(), Some(Report::Saved(2, _))));
        assert_eq!(writer.finish().project.labels().expect("readable").len(), 2);
    }
}
