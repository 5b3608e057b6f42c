//! The state as lines of JSON: what an export holds and what the state hash is over.
//!
//! One record a line, keys in alphabetical order, values without times or counters, so that equal states
//! give equal bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{CommentId, DocumentId, LayerKind, Link, ReviewState, SpanId, SpanState};

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// `project.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProjectRecord {
    pub(crate) format: u32,
    pub(crate) id: String,
}

/// A line of `labels.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelRecord {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) color: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) guideline: String,
    /// The name: what records are joined by in a merge.
    pub(crate) id: String,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) is_retired: bool,
    pub(crate) position: i64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) shortcut: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) title: String,
}

/// A line of `layers.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LayerRecord {
    /// The name.
    pub(crate) id: String,
    pub(crate) kind: LayerKind,
}

/// A line of `documents/*.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DocumentRecord {
    pub(crate) id: DocumentId,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) is_flagged: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) is_trashed: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) name: String,
    pub(crate) sha256: String,
    pub(crate) text: String,
}

/// A line of `layers/NAME/*.jsonl`: a span.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpanRecord {
    pub(crate) document: DocumentId,
    pub(crate) end: u32,
    pub(crate) id: SpanId,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) is_flagged: bool,
    pub(crate) label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<Link>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reviewer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<f64>,
    pub(crate) source: String,
    pub(crate) start: u32,
    pub(crate) state: SpanState,
    pub(crate) surface: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
}

/// A line of `layers/NAME/*.jsonl`: how far a document is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewRecord {
    pub(crate) document: DocumentId,
    /// The document's id with `review-` in front: one record a document and layer.
    pub(crate) id: String,
    pub(crate) review: ReviewState,
}

/// A line of `comments/*.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentRecord {
    pub(crate) author: String,
    pub(crate) document: DocumentId,
    pub(crate) id: CommentId,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) is_resolved: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) span: Option<SpanId>,
    pub(crate) text: String,
}

/// Appends a record and a line feed.
pub(crate) fn push_line(out: &mut Vec<u8>, record: &impl Serialize) {
    serde_json::to_writer(&mut *out, record).expect("records hold numbers and texts, in memory");
    out.push(b'\n');
}
