//! What a project holds, as its reader sees it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tawsim_tokenizer::Span;

use crate::codes::named;
use crate::{CommentId, DocumentId, LayerId, SpanId};

named! {
    /// Whether a thing is there. Nothing is ever deleted.
    Presence {
        /// Never made, removed, or its making was undone.
        Absent = "absent",
        /// There.
        Present = "present",
        /// A document in the trash, a retired label: shown apart, can be restored.
        Retired = "retired",
    }
}

named! {
    /// What a layer is for.
    LayerKind {
        /// One annotator's work, with the suggestions made to that annotator.
        Annotator = "annotator",
        /// What was decided where annotators differ.
        Adjudication = "adjudication",
    }
}

named! {
    /// What has been decided about a span.
    SpanState {
        /// A model proposes it; nobody has looked.
        Suggested = "suggested",
        /// A person made or accepted it, or it came with an import: it is an entity.
        Confirmed = "confirmed",
        /// A person said no. It is kept so that it is not suggested again.
        Rejected = "rejected",
    }
}

named! {
    /// How far the work on a document is, in one layer.
    ReviewState {
        /// Nobody has worked on it.
        New = "new",
        /// Begun.
        InProgress = "in-progress",
        /// The annotator is done.
        Done = "done",
        /// A second person has approved it.
        Approved = "approved",
        /// Put aside.
        Skipped = "skipped",
    }
}

impl ReviewState {
    /// Whether the annotations are the annotator's last word, to train on and to pass on. Those of
    /// a document put aside are not.
    #[must_use]
    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Done | Self::Approved)
    }
}

/// Where a span came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A person.
    Person,
    /// It stood in an imported file.
    Import,
    /// A model, by its version. Who accepted it stands in [`Annotation::reviewer`].
    Model(String),
}

impl Source {
    pub(crate) fn to_code(&self) -> String {
        match self {
            Self::Person => "person".to_owned(),
            Self::Import => "import".to_owned(),
            Self::Model(version) => format!("model:{version}"),
        }
    }

    pub(crate) fn from_code(code: &str) -> Self {
        match code.strip_prefix("model:") {
            Some(version) => Self::Model(version.to_owned()),
            None if code == "import" => Self::Import,
            None => Self::Person,
        }
    }
}

/// What an entity refers to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Link {
    /// Id of the entry, or the decision.
    pub entry: String,
    /// Name and version of the gazetteer, or `none` for a decision such as "not in the list".
    pub gazetteer: String,
}

/// A span of a document with everything said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// Stays while edges, label, link and comments change.
    pub id: SpanId,
    /// The layer it belongs to.
    pub layer: LayerId,
    /// Where it stands, in bytes of the original text.
    pub span: Span,
    /// Name of its label.
    pub label: String,
    /// Suggested, confirmed or rejected.
    pub state: SpanState,
    /// Where it came from.
    pub source: Source,
    /// The model's confidence between 0 and 1, to four digits.
    pub score: Option<f64>,
    /// Who made, accepted, corrected or rejected it last.
    pub reviewer: Option<String>,
    /// What it refers to.
    pub link: Option<Link>,
    /// Value of a number, as text.
    pub value: Option<String>,
    /// Somebody wants it looked at.
    pub is_flagged: bool,
}

/// A remark on a document or on one of its spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Names it.
    pub id: CommentId,
    /// The span it is about; `None` for the whole document.
    pub span: Option<SpanId>,
    /// Who wrote it.
    pub author: String,
    /// What it says.
    pub text: String,
    /// Whether it is settled.
    pub is_resolved: bool,
}

/// A document with its spans and comments.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredDocument {
    /// Names it in every copy of the project.
    pub id: DocumentId,
    /// Its name, mostly a file name.
    pub name: String,
    /// The original text; it never changes.
    pub text: String,
    /// SHA-256 of the text, hexadecimal.
    pub text_sha256: String,
    /// Source address, date, outlet, language and the like.
    pub metadata: BTreeMap<String, String>,
    /// Present or in the trash.
    pub presence: Presence,
    /// Somebody wants it looked at.
    pub is_flagged: bool,
    /// Spans of all layers and states, ordered by start, end, layer and id.
    pub annotations: Vec<Annotation>,
    /// Comments in the order of their ids.
    pub comments: Vec<Comment>,
}

impl StoredDocument {
    /// The entities of one layer: what is confirmed in it.
    pub fn entities(&self, layer: LayerId) -> impl Iterator<Item = &Annotation> {
        self.in_state(layer, SpanState::Confirmed)
    }

    /// The suggestions of one layer that nobody has decided on.
    pub fn suggestions(&self, layer: LayerId) -> impl Iterator<Item = &Annotation> {
        self.in_state(layer, SpanState::Suggested)
    }

    fn in_state(&self, layer: LayerId, state: SpanState) -> impl Iterator<Item = &Annotation> {
        self.annotations.iter().filter(move |a| a.layer == layer && a.state == state)
    }
}

/// One line of the list of documents, seen from one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentRow {
    /// Names it in every copy of the project.
    pub id: DocumentId,
    /// Its name, mostly a file name.
    pub name: String,
    /// Present or in the trash.
    pub presence: Presence,
    /// How far the work on it is in the layer.
    pub review: ReviewState,
    /// Somebody wants it looked at.
    pub is_flagged: bool,
    /// Length of the text in bytes.
    pub byte_len: u64,
    /// Confirmed spans of the layer.
    pub n_entities: u32,
    /// Suggested spans of the layer.
    pub n_suggestions: u32,
    /// The lowest score among the suggestions.
    pub min_score: Option<f64>,
}

/// A set of annotations: one annotator's, or the adjudicated one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Made from the name.
    pub id: LayerId,
    /// Its name, mostly the annotator's.
    pub name: String,
    /// What it is for.
    pub kind: LayerKind,
}

/// A label of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelRow {
    /// Its name in files and models; never changes.
    pub name: String,
    /// What people see; empty: the name.
    pub title: String,
    /// Colour as `#rrggbb`; empty: the program's choice.
    pub color: String,
    /// Key that assigns it; empty: by position.
    pub shortcut: String,
    /// What it stands for, with examples (Markdown).
    pub guideline: String,
    /// Present, or retired: then its spans stay and are shown as retired.
    pub presence: Presence,
}
