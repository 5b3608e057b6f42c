//! Annotated documents: entities, labels, tag schemes, file formats and scores.
//!
//! The crate takes `&str`, [`std::io::BufRead`] and [`std::io::Write`]; it opens no files and knows no
//! features or weights. All offsets are byte offsets into the original text; other units exist only in
//! [`JsonlReader`], at the border.

mod document;
mod evaluation;
mod format;
mod label;
mod scheme;

pub use document::{Document, Entity};
pub use evaluation::{Counts, EntityError, ErrorKind, Evaluation, LabelCounts};
pub use format::{
    Format, JsonlReader, ReadError, ReadProblem, conll_tag, read_interlinear, write_conll,
    write_html_document, write_html_footer, write_html_header, write_interlinear, write_jsonl,
};
pub use label::{Label, LabelError, LabelSet};
pub use scheme::{Tag, TagScheme, UnitSpan, units_of};
