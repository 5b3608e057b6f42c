//! Annotated documents: entities, labels, tag schemes, file formats and scores.
//!
//! The crate takes `&str`, [`std::io::BufRead`] and [`std::io::Write`]; it opens no files and knows no
//! features or weights. All offsets are byte offsets into the original text; other units exist only in
//! [`JsonlReader`], at the border.

mod details;
mod document;
mod evaluation;
mod format;
mod label;
mod scheme;

pub use details::{EntityDetails, LinkAlternative, LinkDetails, ValueDetails};
pub use document::{Document, Entity};
pub use evaluation::{Counts, EntityError, ErrorKind, Evaluation, LabelCounts};
pub use format::{
    Format, GEOJSON_SEPARATOR, GoldLink, JsonlReader, LinkError, ReadError, ReadProblem, conll_tag,
    read_interlinear, read_links, write_conll, write_geojson, write_geojson_footer,
    write_geojson_header, write_html_document, write_html_footer, write_html_header,
    write_interlinear, write_jsonl, write_jsonl_with_details, write_mentions,
    write_mentions_header,
};
pub use label::{Label, LabelError, LabelSet};
pub use scheme::{Tag, TagScheme, UnitSpan, units_of};
