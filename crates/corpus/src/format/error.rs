use thiserror::Error;

use crate::LabelError;

/// Why a document cannot be read. The place is in the file the reader was given; the caller adds the name.
#[derive(Debug, Error)]
#[error("line {line}, byte {byte}: {problem}")]
pub struct ReadError {
    /// Line, from 1.
    pub line: u64,
    /// Byte offset from the start of the input, from 0.
    pub byte: u64,
    /// What is wrong and what to do.
    pub problem: ReadProblem,
}

/// What is wrong with an input.
#[derive(Debug, Error)]
pub enum ReadProblem {
    /// The bytes are not UTF-8.
    #[error("not UTF-8; save the file as UTF-8")]
    NotUtf8,
    /// A line is longer than the reader's limit.
    #[error("the line is longer than {limit} bytes; split the document")]
    LineTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// The line is no JSON of the expected shape.
    #[error(
        "{0}; expected {{\"id\", \"text\", \"offset_unit\", \"entities\": [{{\"start\", \"end\", \"label\"}}]}}"
    )]
    Json(serde_json::Error),
    /// A label cannot be taken.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// The offset unit is unknown.
    #[error("offset unit {0:?}; use \"byte\", \"code point\", \"utf-16\" or \"grapheme\"")]
    OffsetUnit(String),
    /// An entity does not lie in the text.
    #[error(
        "entity {start}..{end} does not lie on characters of the text of {length} {unit}s; check offset_unit"
    )]
    OutOfText {
        /// First offset as given.
        start: u64,
        /// End offset as given.
        end: u64,
        /// Length of the text in that unit.
        length: u64,
        /// The unit's name.
        unit: &'static str,
    },
    /// The text at the offsets is not the surface that the file states.
    #[error(
        "entity {start}..{end} is {found:?} in the text, but the file says {expected:?}; check offset_unit"
    )]
    Surface {
        /// First offset as given.
        start: u64,
        /// End offset as given.
        end: u64,
        /// What the text has there.
        found: String,
        /// What the file says.
        expected: String,
    },
    /// An interlinear entity line is not found in the text line above it.
    #[error(
        "{surface:?} (occurrence {occurrence}) is not in the rest of the text line above; entities stand in text order"
    )]
    SurfaceNotFound {
        /// The surface looked for.
        surface: String,
        /// Which occurrence, from 1.
        occurrence: usize,
    },
    /// A line of an interlinear file has the wrong shape.
    #[error("{0}")]
    Interlinear(&'static str),
    /// The text is not the one whose checksum the file states.
    #[error(
        "the text does not have the SHA-256 that the file states; it was changed after it was written"
    )]
    Checksum,
    /// The input asks for more than [`Limits`](crate::Limits) grant.
    #[error("{what}: more than {limit}; split the document")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The input has not the shape of its format.
    #[error("{0}")]
    Shape(String),
    /// The input cannot be read.
    #[error("cannot read on: {0}")]
    Io(#[from] std::io::Error),
}
