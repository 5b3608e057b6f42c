//! Ctrl-C: what is in hand is finished and written whole, then the program ends.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a command runs that looks at [`is_asked`].
static IS_WATCHED: AtomicBool = AtomicBool::new(false);
static IS_ASKED: AtomicBool = AtomicBool::new(false);

/// Exit code of a program that was stopped: 128 and the number of SIGINT.
pub(crate) const EXIT_CODE: u8 = 130;

/// From now on Ctrl-C (and the signal to terminate) lets `tag`, `tokenize` and `train` end with whole lines; other
/// commands, and the second Ctrl-C, end at once.
///
/// # Errors
/// If the system takes no handler.
pub fn end_whole_on_interrupt() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        if IS_ASKED.swap(true, Ordering::Relaxed) || !IS_WATCHED.load(Ordering::Relaxed) {
            std::process::exit(i32::from(EXIT_CODE));
        }
    })
}

/// Says that the running command looks at [`is_asked`].
pub(crate) fn watch() {
    IS_WATCHED.store(true, Ordering::Relaxed);
}

/// Whether the user wants the program to end.
pub(crate) fn is_asked() -> bool {
    IS_ASKED.load(Ordering::Relaxed)
}

/// An input that fails once the user wants the program to end: a line may be longer than anybody waits for.
pub(crate) struct UntilAsked<R>(pub R);

impl<R: Read> Read for UntilAsked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Not `Interrupted`, after which readers try again.
        if is_asked() { Err(io::Error::other("stopped")) } else { self.0.read(buffer) }
    }
}
