//! Writes on a thread of their own, so that the window never waits for the disk.
//!
//! A command that changes the project sends one job to the writing thread and says what to do when
//! it is on disk. Until then the next command waits in the queue, so each one sees the state that
//! the one before left, and what the window shows is always on disk.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use tawsim_store::{Edit, Job, Project, Receipt, Report, Writer};

use super::{App, AppError, Work, annotate::corrects};
use crate::Command;

/// How long a frame waits for a write: most are on disk by then, and are seen in the same frame.
pub(super) const PATIENCE: Duration = Duration::from_millis(4);

/// What is left to do for a command when its write is on disk.
type After = Box<dyn FnOnce(&mut Work, &Receipt) -> Result<(), AppError>>;

/// The thread that writes a project, and what waits for it.
pub(super) struct Saving {
    /// `None` only while it is dropped.
    writer: Option<Writer>,
    after: Option<After>,
    is_blocked: bool,
}

/// What the status line may say about the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saved {
    /// Everything that was done is on disk.
    All,
    /// Something is on its way.
    Soon,
    /// The disk takes nothing; it is tried again every second.
    Blocked,
}

/// Commands that wait for the disk.
#[derive(Default)]
pub(super) struct Queue {
    /// What the annotator asked for.
    asked: VecDeque<Command>,
    /// The tagger's answers: they let the annotator pass.
    answers: VecDeque<Command>,
}

impl Queue {
    fn push(&mut self, command: Command) {
        if command.is_answer() {
            self.answers.push_back(command);
        } else {
            self.asked.push_back(command);
        }
    }

    fn pop(&mut self) -> Option<Command> {
        self.asked.pop_front().or_else(|| self.answers.pop_front())
    }

    fn is_empty(&self) -> bool {
        self.asked.is_empty() && self.answers.is_empty()
    }
}

impl Saving {
    /// Hands a project, open for writing, to the thread.
    pub(super) fn start(project: Project) -> Self {
        Self { writer: Some(Writer::spawn(project)), after: None, is_blocked: false }
    }

    /// Writes what was sent and gives the project back; `None` if the disk does not take it.
    pub(super) fn stop(&mut self) -> Option<Project> {
        let unsaved = self.writer.take()?.finish();
        self.after = None;
        if unsaved.jobs.is_empty() {
            return Some(unsaved.project);
        }
        self.writer = Some(Writer::spawn(unsaved.project));
        None
    }

    const fn state(&self) -> Saved {
        match (self.after.is_some(), self.is_blocked) {
            (false, _) => Saved::All,
            (true, false) => Saved::Soon,
            (true, true) => Saved::Blocked,
        }
    }

    /// The next report, waiting for it until `until`; for ever without one.
    fn report(&mut self, until: Option<Instant>) -> Option<Report> {
        let writer = self.writer.as_mut()?;
        match until {
            None => writer.report(),
            Some(until) => writer.report_within(until.saturating_duration_since(Instant::now())),
        }
    }
}

impl Drop for Saving {
    /// What was sent is written, and the project's lock is free, when this returns.
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            // What a full disk does not take is lost with the program; the status line said so.
            let _ = writer.finish();
        }
    }
}

impl Work {
    /// Sends a job to the disk; `after` runs when it is there. Of several jobs of one command each
    /// waits for the one before.
    pub(super) fn write(
        &mut self,
        job: Job,
        after: impl FnOnce(&mut Self, &Receipt) -> Result<(), AppError> + 'static,
    ) -> Result<(), AppError> {
        self.settle(None)?;
        let writer = self.saving.writer.as_mut().ok_or(AppError::NoProject)?;
        writer.send(job);
        self.saving.after = Some(Box::new(after));
        Ok(())
    }

    /// One step of the history.
    pub(super) fn write_step(
        &mut self,
        edits: Vec<Edit>,
        after: impl FnOnce(&mut Self, &Receipt) -> Result<(), AppError> + 'static,
    ) -> Result<(), AppError> {
        if edits.is_empty() {
            return Ok(());
        }
        let corrects = edits.iter().any(corrects);
        self.write(Job::Step(edits), move |work, receipt| {
            work.is_corrected |= corrects;
            after(work, receipt)
        })
    }

    const fn is_waiting(&self) -> bool {
        self.saving.after.is_some() || self.search.is_some()
    }

    /// Takes in what the disk has answered by `until`, and goes on with a search. Returns whether nothing is on
    /// its way.
    fn settle(&mut self, until: Option<Instant>) -> Result<bool, AppError> {
        if !self.settle_import(until)? {
            return Ok(false);
        }
        while self.saving.after.is_some() {
            match self.saving.report(until) {
                None => return Ok(false),
                Some(Report::Blocked(_, error)) => {
                    self.saving.is_blocked = true;
                    return Err(error.into());
                }
                Some(Report::Refused(_, error)) => {
                    self.saving.after = None;
                    self.saving.is_blocked = false;
                    return Err(error.into());
                }
                Some(Report::Saved(_, receipt)) => {
                    self.saving.is_blocked = false;
                    let after = self.saving.after.take().expect("the loop's condition");
                    self.take(&receipt)?;
                    after(self, &receipt)?;
                }
            }
        }
        self.search_on(until)
    }
}

impl App {
    /// Carries out a command, after those that still wait for the disk, and keeps the reason if it
    /// fails, for the status line. Returns after a few milliseconds even if the disk takes longer;
    /// [`App::go_on`] then takes up the rest.
    pub fn run(&mut self, command: Command) {
        if let Some(work) = self.open.as_mut().filter(|_| command == Command::Escape)
            && work.search.take().is_some()
        {
            return;
        }
        self.queue.push(command);
        self.go_on();
    }

    /// Takes in what the disk has answered and goes on with the commands that waited for it.
    pub fn go_on(&mut self) {
        let until = self.patience.map(|patience| Instant::now() + patience);
        loop {
            let waited = self.open.as_ref().is_some_and(Work::is_waiting);
            match self.open.as_mut().map_or(Ok(true), |work| work.settle(until)) {
                // What a command asked for is seen only when it is on disk.
                Ok(true) => self.revision += u64::from(waited),
                Ok(false) => return self.go_on_meanwhile(),
                Err(error) => {
                    self.say_error(&error);
                    self.revision += 1;
                    if self.saved() != Saved::All {
                        return;
                    }
                }
            }
            if let Err(error) = self.take_import() {
                self.say_error(&error);
            }
            let Some(command) = self.queue.pop() else { return };
            if !command.is_answer() {
                self.message = None;
            }
            if let Err(error) = self.begin(command) {
                self.say_error(&error);
            }
        }
    }

    /// While files are read in: looks at what is there already.
    fn go_on_meanwhile(&mut self) {
        while let Some(command) = self.queue.asked.front().and_then(|next| self.meanwhile(next)) {
            self.queue.asked.pop_front();
            let language = self.settings.language;
            self.message = self.begin(command).err().map(|error| error.say(language));
        }
    }

    /// Carries out what is still queued, as far as the disk takes it.
    pub(crate) fn finish_writing(&mut self) {
        self.patience = None;
        self.go_on();
    }

    /// Lets every command wait for the disk as long as it takes: for programs without a window.
    #[must_use]
    pub const fn wait_for_disk(mut self) -> Self {
        self.patience = None;
        self
    }

    /// Carries out a command; returns when what it changed is on disk.
    ///
    /// # Errors
    /// If the project refuses, a file cannot be read, or no project is open. Then nothing has
    /// changed. Or if the disk takes no writes: then the change is tried again.
    pub fn apply(&mut self, command: Command) -> Result<(), AppError> {
        self.begin(command)?;
        self.open.as_mut().map_or(Ok(true), |work| work.settle(None))?;
        self.take_import()
    }

    pub(crate) fn saved(&self) -> Saved {
        let state = self.open.as_ref().map_or(Saved::All, |work| match work.importing {
            Some(_) => Saved::Soon,
            None => work.saving.state(),
        });
        if state == Saved::All && !self.queue.is_empty() { Saved::Soon } else { state }
    }
}
