/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// Everything was done.
    Success,
    /// Something failed; the rest was done.
    Failure,
    /// The command line is wrong.
    Usage,
    /// Everything was done, but what was written lacks something of what was read.
    Lossy,
    /// The user stopped it; what was written is whole.
    Interrupted,
}

impl ExitCode {
    /// The number that the system is given.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Lossy => 3,
            Self::Interrupted => crate::interrupt::EXIT_CODE,
        }
    }

    /// Success, or failure if anything failed.
    pub(crate) const fn from_failures(n_failures: usize) -> Self {
        if n_failures == 0 { Self::Success } else { Self::Failure }
    }
}
