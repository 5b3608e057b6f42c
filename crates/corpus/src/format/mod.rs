mod conll;
mod geojson;
mod html;
mod interlinear;
mod jsonl;
mod links;
mod mentions;

pub use conll::{conll_tag, write_conll};
pub use geojson::{GEOJSON_SEPARATOR, write_geojson, write_geojson_footer, write_geojson_header};
pub use html::{write_html_document, write_html_footer, write_html_header};
pub use interlinear::{read_interlinear, write_interlinear};
pub use jsonl::{JsonlReader, write_jsonl, write_jsonl_with_details};
pub use links::{GoldLink, LinkError, read_links};
pub use mentions::{write_mentions, write_mentions_header};

use std::path::Path;

use thiserror::Error;

use crate::LabelError;

/// A file format for annotated documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Plain UTF-8 text, one document a file, without entities.
    Text,
    /// JSON Lines, one document a line (ours).
    Jsonl,
    /// A line of text, then its entities one a line: made for review and version control (ours).
    Interlinear,
    /// CoNLL-2003 columns: a segment and its tag a line.
    Conll,
    /// A page with highlights, for reading.
    Html,
}

impl Format {
    /// The format that a path's extension names, of those that can be read.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "txt" => Some(Self::Text),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "tagged" => Some(Self::Interlinear),
            _ => None,
        }
    }
}

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
    #[error("offset unit {0:?}; use \"byte\", \"code point\" or \"utf-16\"")]
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
    /// The input cannot be read.
    #[error("cannot read on: {0}")]
    Io(#[from] std::io::Error),
}
