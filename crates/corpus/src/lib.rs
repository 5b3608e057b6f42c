//! Annotated documents: entities, labels, tag schemes, file formats and scores.
//!
//! The crate takes `&str`, [`std::io::BufRead`] and [`std::io::Write`]; it opens no files and knows no
//! features or weights. All offsets are byte offsets into the original text; other units exist only in
//! readers and writers, at the border.

mod agreement;
mod details;
mod document;
mod evaluation;
mod format;
mod label;
mod metadata;
mod scheme;

pub use agreement::{Agreement, Disagreement, EntityGroup, SpanCounts};
pub use details::{EntityDetails, EntitySource, LinkAlternative, LinkDetails, ValueDetails};
pub use document::{DetailsMap, Document, Entity, Layer};
pub use evaluation::{Counts, EntityError, ErrorKind, Evaluation, LabelCounts};
pub use format::{
    Aligned, Detection, FORMATS, Feature, Features, Files, FilesWriter, Format, FormatInfo,
    GEOJSON_SEPARATOR, GivenEntity, GoldLink, Import, ImportReport, Input, JsonlReader, Layout,
    Limits, LinkError, Losses, Place, PutFile, ReadError, ReadOptions, ReadProblem, Reader, Stream,
    StreamWriter, TagPlan, Tallies, Tally, Units, WriteContext, WriteDocument, WriteFrame,
    WriteOptions, Writer, align, conll_tag, detect, detect_in, is_display_control, read_conll,
    read_interlinear, read_jsonl, read_links, units, write_conll, write_files, write_geojson,
    write_geojson_footer, write_geojson_header, write_html_document, write_html_footer,
    write_html_header, write_interlinear, write_jsonl, write_jsonl_with_details, write_mentions,
    write_mentions_header, write_stream,
};
pub use label::{Label, LabelError, LabelSet};
pub use metadata::{GivenSentence, GivenToken, GivenTokens, Metadata};
pub use scheme::{Tag, TagScheme, UnitSpan, units_of, widen_to_tokens};
