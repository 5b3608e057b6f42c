//! What can be wrong with a model file.

use std::io;

use thiserror::Error;

use super::container;

/// Why a model cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file does not begin as a model does.
    #[error("this is no Tawsim model; models are made by `tawsim train`")]
    NotAModel,
    /// The file was written by another version.
    #[error("the model has format version {found}, this program reads version {known}; use the program that wrote it, or train again", known = container::FORMAT_VERSION)]
    Version {
        /// The version in the file.
        found: u32,
    },
    /// The file ends too early.
    #[error("the model file ends too early, after {byte_len} bytes; copy it again")]
    Truncated {
        /// How long it is.
        byte_len: u64,
    },
    /// The file is larger than any model this program reads.
    #[error("the model file is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// A checksum or a bound does not hold.
    #[error("the model file is damaged ({what}); copy it again")]
    Damaged {
        /// The part that is wrong.
        what: &'static str,
    },
    /// The metadata does not make sense.
    #[error("the model's metadata cannot be used: {0}")]
    Metadata(String),
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}
