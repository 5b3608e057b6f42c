use std::io::{self, IsTerminal, Read, Write};

use crate::ExitCode;
use crate::terminal_view::{ForPeople, Visible};

/// Where the program writes.
pub trait Output: Write + Send {
    /// Whether a person watches.
    fn is_terminal(&self) -> bool;
}

impl Output for io::Stdout {
    fn is_terminal(&self) -> bool {
        IsTerminal::is_terminal(self)
    }
}

impl Output for io::Stderr {
    fn is_terminal(&self) -> bool {
        IsTerminal::is_terminal(self)
    }
}

impl Output for Vec<u8> {
    fn is_terminal(&self) -> bool {
        false
    }
}

/// The three streams of the program.
pub(crate) struct Streams<'a> {
    pub stdin: &'a mut (dyn Read + Send),
    pub stdout: &'a mut dyn Output,
    pub messages: Messages<'a>,
}

impl Streams<'_> {
    /// Standard output for what people read: what would move the cursor is shown. Not for data.
    pub(crate) fn people(&mut self) -> ForPeople<'_> {
        ForPeople(&mut *self.stdout)
    }
}

/// Standard error: errors, warnings, summaries, progress.
pub(crate) struct Messages<'a> {
    pub stderr: &'a mut dyn Output,
}

impl Messages<'_> {
    /// Tells of something that failed.
    pub(crate) fn error(&mut self, message: &str) {
        self.tell(&format!("error: {message}"));
    }

    /// Tells of each of these failures, and how that ends.
    pub(crate) fn tell_failures(&mut self, failures: &[anyhow::Error]) -> ExitCode {
        failures.iter().for_each(|failure| self.error(&format!("{failure:#}")));
        ExitCode::from_failures(failures.len())
    }

    /// Tells of something the user should know.
    pub(crate) fn tell(&mut self, message: &str) {
        // Nobody is left to be told if standard error is gone.
        // A file can be named as it likes: what would move the cursor is shown.
        drop(writeln!(self.stderr, "{}", Visible(message)));
    }

    /// Tells of several things, one a line, or of none.
    pub(crate) fn tell_lines(&mut self, lines: &str) {
        lines.lines().for_each(|line| self.tell(line));
    }
}
