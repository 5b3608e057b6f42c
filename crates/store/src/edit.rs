use tawsim_tokenizer::Span;

use crate::{CommentId, DocumentId, LayerId, LayerKind, Link, ReviewState, SpanId};

/// One change of a project. The only way to change it.
///
/// Each edit that is applied alone is one step of the [`History`](crate::History).
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// A person adds an entity.
    AddSpan {
        /// Where.
        document: DocumentId,
        /// In whose layer.
        layer: LayerId,
        /// Edges in bytes of the original text.
        span: Span,
        /// Name of a label of the project.
        label: String,
    },
    /// Takes an entity or suggestion away. To keep it from being suggested again, reject it.
    RemoveSpan(SpanId),
    /// Gives a span another label; a suggestion becomes an entity.
    Relabel(SpanId, String),
    /// Moves the edges; the id, link, value and comments stay; a suggestion becomes an entity.
    MoveEdges(SpanId, Span),
    /// Makes a suggestion, or a span rejected before, an entity.
    Accept(SpanId),
    /// Says that a span is no entity. It stays, rejected, and is not suggested again.
    Reject(SpanId),
    /// Says what an entity refers to, or that it refers to nothing known.
    SetLink(SpanId, Option<Link>),
    /// Sets the value of a number.
    SetValue(SpanId, Option<String>),
    /// Marks a span to be looked at, or takes the mark away.
    FlagSpan(SpanId, bool),
    /// Marks a document to be looked at, or takes the mark away.
    FlagDocument(DocumentId, bool),
    /// Sets one entry of a document's metadata, or takes it away.
    SetMetadata(DocumentId, String, Option<String>),
    /// Puts a document into the trash. Its annotations stay with it.
    TrashDocument(DocumentId),
    /// Takes a document out of the trash.
    RestoreDocument(DocumentId),
    /// Says how far the work on a document is in a layer.
    SetReview(DocumentId, LayerId, ReviewState),
    /// Writes a remark on a document or one of its spans.
    AddComment {
        /// The document.
        document: DocumentId,
        /// The span it is about, if any.
        span: Option<SpanId>,
        /// What it says.
        text: String,
    },
    /// Settles a remark, or opens it again.
    ResolveComment(CommentId, bool),
    /// Replaces a layer's open suggestions in a document by those of a model.
    ///
    /// What a person has confirmed is not touched: a suggestion that overlaps a confirmed span, or
    /// equals a rejected one, is left out. One that was open before with these edges and this label
    /// keeps its id, flag and comments.
    Suggest {
        /// The document.
        document: DocumentId,
        /// To whom they are suggested.
        layer: LayerId,
        /// Version of the model.
        model: String,
        /// What it found.
        suggestions: Vec<Suggestion>,
    },
    /// Adds an entity at each of these places, as far as nobody has decided on them.
    ///
    /// A place that overlaps a confirmed span or equals a rejected one is left out; a suggestion
    /// with these edges is accepted with the label, other suggestions there are withdrawn.
    Annotate {
        /// The document.
        document: DocumentId,
        /// In whose layer.
        layer: LayerId,
        /// Name of a label of the project.
        label: String,
        /// Where.
        spans: Vec<Span>,
    },
    /// Decides on an annotator's entity: the adjudication layer gets one like it, confirmed or
    /// explicitly rejected. The annotator's layer stays as it is.
    Adjudicate {
        /// The adjudication layer.
        layer: LayerId,
        /// The entity.
        candidate: SpanId,
        /// Confirmed or rejected.
        accept: bool,
    },
    /// Makes a layer.
    AddLayer(String, LayerKind),
    /// Adds a label to the label set, or brings a retired one back.
    AddLabel(NewLabel),
    /// Takes a label out of the label set. Its spans stay and are shown as retired.
    RetireLabel(String),
}

/// A label to be added, or how it shall be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewLabel {
    /// Its name in files and models.
    pub name: String,
    /// What people see; empty: the name.
    pub title: String,
    /// Colour as `#rrggbb`; empty: the program's choice.
    pub color: String,
    /// Key that assigns it; empty: by position.
    pub shortcut: String,
    /// What it stands for, with examples (Markdown).
    pub guideline: String,
}

impl NewLabel {
    /// A label with nothing but a name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// What a model proposes.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Edges in bytes of the original text.
    pub span: Span,
    /// Name of a label of the project.
    pub label: String,
    /// The model's confidence between 0 and 1.
    pub score: Option<f32>,
}

impl Edit {
    /// The edit's name in the log.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::AddSpan { .. } => "add-span",
            Self::RemoveSpan(..) => "remove-span",
            Self::Relabel(..) => "relabel",
            Self::MoveEdges(..) => "move-edges",
            Self::Accept(..) => "accept",
            Self::Reject(..) => "reject",
            Self::SetLink(..) => "set-link",
            Self::SetValue(..) => "set-value",
            Self::FlagSpan(..) => "flag-span",
            Self::FlagDocument(..) => "flag-document",
            Self::SetMetadata(..) => "set-metadata",
            Self::TrashDocument(..) => "trash-document",
            Self::RestoreDocument(..) => "restore-document",
            Self::SetReview(..) => "set-review",
            Self::AddComment { .. } => "add-comment",
            Self::ResolveComment(..) => "resolve-comment",
            Self::Suggest { .. } => "suggest",
            Self::Annotate { .. } => "annotate-all",
            Self::Adjudicate { .. } => "adjudicate",
            Self::AddLayer(..) => "add-layer",
            Self::AddLabel(..) => "add-label",
            Self::RetireLabel(..) => "retire-label",
        }
    }
}
