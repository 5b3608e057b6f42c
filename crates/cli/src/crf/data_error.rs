//! What can be wrong with a feature file.

use std::{fmt, io};

use super::data::MAX_LINE_BYTES;

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    TooLong,
    Utf8,
    NoLabel,
    NoName,
    Value,
    Escape,
    Weight,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => return write!(f, "longer than {MAX_LINE_BYTES} bytes"),
            Self::Utf8 => "not UTF-8; convert the file",
            Self::NoLabel => "no label; write one before the first tab",
            Self::NoName => "an attribute without a name; write \\: for a colon in a name",
            Self::Value => {
                "the value behind the colon is no number within ±1e15; write \\: for a colon in a name"
            }
            Self::Escape => "a backslash stands for itself as \\\\ and before a colon only",
            Self::Weight => "the weight is no number from 0 up",
        })
    }
}

/// Why a feature file cannot be read.
#[derive(Debug)]
pub(crate) enum DataError {
    Io(io::Error),
    Line {
        /// From 1.
        line_number: usize,
        /// Which field, the label being 0.
        field_idx: Option<usize>,
        fault: Fault,
    },
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_) => f.write_str("cannot read"),
            Self::Line { line_number, field_idx: None, fault } => {
                write!(f, "line {line_number}: {fault}")
            }
            Self::Line { line_number, field_idx: Some(field_idx), fault } => {
                write!(f, "line {line_number}, field {}: {fault}", field_idx + 1)
            }
        }
    }
}

impl std::error::Error for DataError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Line { .. } => None,
        }
    }
}
