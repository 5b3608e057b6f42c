//! Random but valid work on a project, for tests and benches of the store.

use std::path::Path;

use tawsim_corpus::{Document, LabelSet};
use tawsim_store::{
    Annotation, DocumentId, Edit, ImportOptions, LayerId, LayerKind, Link, NewLabel, Options,
    Project, Receipt, ReviewState, Span, StoreError, Suggestion,
};

/// Labels of the projects made here.
pub const LABELS: [&str; 3] = ["FACTION", "PLACE", "NUMBER"];

/// A small fast generator: the same seed gives the same work.
/// G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014.
#[derive(Clone, Debug)]
pub struct SplitMix(pub u64);

impl SplitMix {
    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    ///
    /// # Panics
    /// If `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next_u64() % n as u64) as usize
    }

    /// One of these.
    ///
    /// # Panics
    /// If there is none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Words of the random texts, with marks, emoji and bidi marks among them.
const WORDS: [&str; 12] = [
    "هجوم",
    "على",
    "حلب",
    "وبالجيش",
    "لداعش",
    "هجومِ",
    "😀",
    "NSO",
    "\u{200f}في",
    "١٢",
    "إدلـــب",
    "قُتل",
];

/// A text of this many words.
pub fn text(random: &mut SplitMix, n_words: usize) -> String {
    let words: Vec<&str> = (0..n_words).map(|_| *random.pick(&WORDS)).collect();
    words.join(" ")
}

/// A project with labels, one layer a name, and documents of twelve words.
///
/// # Panics
/// If the folder cannot be written.
pub fn project(dir: &Path, options: &Options, layers: &[&str], n_documents: usize) -> Project {
    let mut project = Project::create(dir, options).expect("a new folder");
    let labels = LABELS.map(|label| Edit::AddLabel(NewLabel::named(label)));
    project.apply_step(&labels).expect("new labels");
    for layer in layers {
        project.add_layer(layer, LayerKind::Annotator).expect("a new layer");
    }
    let layer = project.layers().expect("readable")[0].id;
    let mut random = SplitMix(1);
    let mut import = project.import(ImportOptions::into_layer(layer)).expect("writable");
    for number in 0..n_documents {
        let document = Document::new(format!("{number:05}.txt"), text(&mut random, 12));
        import.add(&document, &LabelSet::new()).expect("writable");
    }
    import.finish().expect("room on disk");
    project
}

/// Makes up edits that fit the state.
#[derive(Clone, Debug)]
pub struct Annotator {
    random: SplitMix,
    layer: LayerId,
    documents: Vec<DocumentId>,
    /// Steps that were there before: the annotator does not undo them.
    n_steps_before: u64,
}

impl Annotator {
    /// Works in one layer of a project.
    ///
    /// # Panics
    /// If the project has no such layer.
    #[must_use]
    pub fn new(project: &Project, layer: &str, seed: u64) -> Self {
        let layer = project.layer(layer).expect("readable").expect("it has this layer").id;
        let documents = project.documents(layer).expect("readable");
        let documents = documents.iter().map(|row| row.id).collect();
        let n_steps_before = project.history().expect("readable").n_undo;
        Self { random: SplitMix(seed), layer, documents, n_steps_before }
    }

    /// Does one thing: an edit, several as one step, undo or redo. `None` if what it thought of was
    /// refused.
    ///
    /// # Errors
    /// If the disk takes no writes.
    pub fn act(&mut self, project: &mut Project) -> Result<Option<Receipt>, StoreError> {
        let result = match self.random.below(12) {
            0 if project.history()?.n_undo > self.n_steps_before => project.undo(),
            1 => project.redo(),
            2 => {
                let edits: Vec<Edit> = (0..3).map(|_| self.edit(project)).collect();
                project.apply_step(&edits)
            }
            _ => {
                let edit = self.edit(project);
                project.apply(&edit)
            }
        };
        match result {
            Ok(receipt) => Ok(Some(receipt)),
            Err(error) if is_refusal(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// An edit that is possible now, most of the time.
    ///
    /// # Panics
    /// If the project cannot be read.
    pub fn edit(&mut self, project: &Project) -> Edit {
        let document = *self.random.pick(&self.documents);
        let stored = project.document(document).expect("documents stay");
        let mine: Vec<&Annotation> =
            stored.annotations.iter().filter(|a| a.layer == self.layer).collect();
        if mine.is_empty() || self.random.below(3) == 0 {
            return self.document_edit(document, &stored.text);
        }
        let span = self.random.pick(&mine).id;
        match self.random.below(8) {
            0 => Edit::RemoveSpan(span),
            1 => Edit::Relabel(span, (*self.random.pick(&LABELS)).to_owned()),
            2 => Edit::MoveEdges(span, self.span(&stored.text)),
            3 => Edit::Accept(span),
            4 => Edit::Reject(span),
            5 => {
                let entry = self.random.below(9).to_string();
                Edit::SetLink(span, Some(Link { gazetteer: "g".to_owned(), entry }))
            }
            6 => Edit::SetValue(span, Some(self.random.below(9).to_string())),
            _ => Edit::FlagSpan(span, self.random.below(2) == 0),
        }
    }

    fn document_edit(&mut self, document: DocumentId, text: &str) -> Edit {
        let layer = self.layer;
        match self.random.below(9) {
            0 => Edit::SetReview(document, layer, *self.random.pick(ReviewState::ALL)),
            1 => Edit::FlagDocument(document, self.random.below(2) == 0),
            2 => Edit::AddComment { document, span: None, text: self.random.below(9).to_string() },
            3 => Edit::TrashDocument(document),
            4 => Edit::RestoreDocument(document),
            5 => self.suggest(document, text),
            _ => Edit::AddSpan {
                document,
                layer,
                span: self.span(text),
                label: (*self.random.pick(&LABELS)).to_owned(),
            },
        }
    }

    fn suggest(&mut self, document: DocumentId, text: &str) -> Edit {
        let suggestion = |_| Suggestion {
            span: self.span(text),
            label: (*self.random.pick(&LABELS)).to_owned(),
            score: Some(self.random.below(100) as f32 / 100.0),
        };
        let suggestions = (0..3).map(suggestion).collect();
        Edit::Suggest { document, layer: self.layer, model: "v1".to_owned(), suggestions }
    }

    /// A span of one to three characters.
    fn span(&mut self, text: &str) -> Span {
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let first = self.random.below(starts.len());
        let end = first + 1 + self.random.below(3);
        let end = starts.get(end).copied().unwrap_or(text.len());
        Span::from_range(starts[first]..end).expect("a short text")
    }
}

fn is_refusal(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::EmptyHistory(_)
            | StoreError::Duplicate(_)
            | StoreError::UnknownSpan(_)
            | StoreError::UnknownDocument(_)
            | StoreError::UnknownLabel(_)
            | StoreError::UnknownLayer(_)
    )
}
