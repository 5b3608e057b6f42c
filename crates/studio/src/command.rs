//! Everything that the window can ask for. Applying the same commands to the same project gives the
//! same project, with or without a window.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tawsim_store::{CommentId, DocumentId};

use crate::{Edge, Language, Step, Toward, Verdict};

/// A request to the [`App`](crate::App). A log of them is JSON Lines, one command a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Open a project, or make one of a folder of `.txt` and `.jsonl` files.
    Open(PathBuf),
    /// Show this document.
    OpenDocument(DocumentId),
    /// Show the next or the previous document of the list.
    StepDocument(Toward),
    /// Go to the next or the previous annotation.
    StepAnnotation(Toward),
    /// Go to the next or the previous annotation that nobody has confirmed, in this document or,
    /// after its last one, from its beginning.
    StepDoubtful(Toward),
    /// Go to the annotation at this byte, or mark the word there.
    Point(u32),
    /// Mark this stretch of bytes, snapped to clitic segments.
    Mark(u32, u32),
    /// Mark the word at this byte.
    MarkWord(u32),
    /// Mark the next or previous segment; `extend` keeps what was marked.
    MoveMark {
        /// In the order of reading.
        toward: Toward,
        /// Whether the mark grows.
        extend: bool,
    },
    /// Mark nothing, close what lies over the article.
    Escape,
    /// Confirm the annotation in focus and go to the next one to check.
    Accept,
    /// Confirm every suggestion of the sentence in which the focus is, and go on to the next one to
    /// check.
    AcceptSentence,
    /// Confirm every suggestion of the document.
    AcceptAll,
    /// Reject the suggestion or remove the annotation in focus, and go to the next one to check.
    Reject,
    /// Give the label at this place of the label set to what is marked, or else to the annotation
    /// in focus.
    Label(usize),
    /// Give the label that was given last.
    RepeatLabel,
    /// Move an edge of the annotation in focus.
    MoveEdge {
        /// Which one.
        edge: Edge,
        /// In the order of reading.
        toward: Toward,
        /// How far.
        step: Step,
    },
    /// Move an edge of the annotation in focus to the edge of a segment or letter next to a byte.
    DragEdge {
        /// Which one.
        edge: Edge,
        /// Where to.
        byte: u32,
        /// What it snaps to.
        step: Step,
    },
    /// Stretch the annotation in focus, or what is marked, to the quotation marks or brackets around it; when it
    /// reaches them already, over them.
    Enclose,
    /// Say which entry of a gazetteer the annotation in focus means: its id, and which gazetteer.
    SetLink {
        /// The entry's id, or `nil`.
        entry: String,
        /// Name and version, or `none`.
        gazetteer: String,
    },
    /// Take the link of the annotation in focus away.
    ClearLink,
    /// Make the annotation in focus an entry of the project's own gazetteer, and link it.
    AddEntry,
    /// Make the annotation in focus a further name of this entry, and link it.
    AddAlias(String),
    /// Say what the number in focus amounts to; `None` takes it away.
    SetValue(Option<String>),
    /// Decide where annotators differ.
    Adjudicate(Verdict),
    /// Take over what all annotators of the document have alike.
    AdjudicateAgreed,
    /// Mark the annotation in focus to be looked at, or take the mark away.
    FlagFocus,
    /// Mark the document to be looked at, or take the mark away.
    FlagDocument,
    /// Remark on the annotation in focus, or else on the document.
    Comment(String),
    /// Settle a remark, or open it again.
    ResolveComment(CommentId, bool),
    /// Look for other mentions like the annotation in focus; in all documents or in this one.
    FindSame {
        /// Whether to look through the whole project.
        everywhere: bool,
    },
    /// Take a group of [`Command::FindSame`] out of what [`Command::ApplySame`] labels, or back in.
    ToggleSame(usize),
    /// Label the mentions found.
    ApplySame,
    /// Take the last change back.
    Undo,
    /// Make the change again that was taken back.
    Redo,
    /// Confirm what is left in this document, mark it as done, open the next one to do.
    Finish,
    /// Work on a finished document again.
    Reopen,
    /// Write the finished documents to this file as JSON Lines.
    Export(PathBuf),
    /// Write the finished documents in a format of the corpus crate's table.
    ExportAs {
        /// A file; for a format with a file a document a folder.
        path: PathBuf,
        /// The format's name.
        format: String,
    },
    /// Write the finished documents as a corpus folder that `tawsim train` reads.
    ExportCorpus(PathBuf),
    /// Read a file or folder into the open project.
    Import {
        /// Which.
        path: PathBuf,
        /// The format's name; `None`: found out.
        format: Option<String>,
    },
    /// The tagger's answer for a document.
    Suggest {
        /// Which one.
        document: DocumentId,
        /// The model that found them.
        model: String,
        /// What it found, in the order of the text.
        entities: Vec<Found>,
    },
    /// What the tagger holds possible in the document that is shown, beside what it suggests.
    Consider {
        /// Which document.
        document: DocumentId,
        /// In the order of the text; they may overlap.
        alternatives: Vec<Found>,
    },
    /// Put an entity that the tagger holds possible in the place of what is suggested there.
    TakeAlternative {
        /// First byte.
        start: u32,
        /// One past the last byte.
        end: u32,
        /// Name of the label.
        label: String,
    },
    /// Give a label to the word at this byte, or to the entity of that label that the tagger holds likeliest there.
    LabelWord {
        /// A byte of the word.
        byte: u32,
        /// Place of the label in the label set.
        label_idx: usize,
    },
    /// Show the documents in this order.
    Sort(SortKey),
    /// Show only documents in this state; `None` shows all.
    Filter(Option<WorkState>),
    /// Show only documents in which something has this label; `None` shows all.
    FilterLabel(Option<String>),
    /// Show the document from which there is most to learn: of those that are not done the one in
    /// which the model is least sure, a short one before a long one.
    OpenMostUseful,
    /// Show only documents that contain this text; folded as the tokenizer folds match keys.
    Search(String),
    /// Speak this language.
    Speak(Language),
    /// Dark or light colours.
    Dark(bool),
    /// Larger (positive) or smaller letters, in points.
    Resize(i8),
    /// Larger (positive) or smaller distance of the lines, in tenths of the letter size.
    Respace(i8),
    /// Open or close the table of keys.
    Help(bool),
}

impl Command {
    /// Whether the command acts on what is seen of the article, or leaves it.
    pub(crate) const fn is_for_article(&self) -> bool {
        let looks = matches!(self, Self::Resize(_) | Self::Respace(_) | Self::Help(_));
        let changes = matches!(
            self,
            Self::StepDocument(_)
                | Self::OpenMostUseful
                | Self::Accept
                | Self::AcceptSentence
                | Self::AcceptAll
                | Self::Reject
                | Self::Label(_)
                | Self::RepeatLabel
                | Self::MoveEdge { .. }
                | Self::DragEdge { .. }
                | Self::Enclose
                | Self::FindSame { .. }
                | Self::TakeAlternative { .. }
                | Self::LabelWord { .. }
                | Self::FlagFocus
                | Self::FlagDocument
                | Self::SetLink { .. }
                | Self::ClearLink
                | Self::AddEntry
                | Self::AddAlias(_)
                | Self::SetValue(_)
                | Self::Undo
                | Self::Redo
                | Self::Finish
                | Self::Reopen
        );
        changes || (self.only_looks() && !looks)
    }

    /// Whether it is an answer of the tagger, which lets the annotator pass.
    pub(crate) const fn is_answer(&self) -> bool {
        matches!(self, Self::Suggest { .. } | Self::Consider { .. })
    }

    /// Whether the command changes neither annotations nor which document is shown.
    pub(crate) const fn only_looks(&self) -> bool {
        matches!(
            self,
            Self::StepAnnotation(_)
                | Self::StepDoubtful(_)
                | Self::Point(_)
                | Self::Mark(..)
                | Self::MarkWord(_)
                | Self::MoveMark { .. }
                | Self::Escape
                | Self::Resize(_)
                | Self::Respace(_)
                | Self::Help(_)
        )
    }
}

/// An entity that a tagger found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Name of the label.
    pub label: String,
    /// Probability under the model, 0 to 1.
    pub score: f32,
}

/// How far the work on a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkState {
    /// Nobody and nothing has looked at it.
    New,
    /// The model has tagged it.
    Suggested,
    /// A person has changed something.
    Started,
    /// A person has finished it.
    Done,
}

/// Orders of the document list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// By name.
    #[default]
    Name,
    /// The document in which the model is least sure first.
    Uncertainty,
    /// The shortest first.
    Length,
    /// What is to be done first.
    State,
}
