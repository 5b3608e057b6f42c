use tawsim_tokenizer::Span;

use crate::Label;

/// A text with the entities somebody or something found in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// What names the document in its collection, mostly a file name.
    pub id: String,
    /// The original text, never changed.
    pub text: String,
    /// Entities ordered by start, without overlap once [`Document::flatten`] has run.
    pub entities: Vec<Entity>,
}

/// A named thing in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entity {
    /// Where it stands in the document's text, in bytes.
    pub span: Span,
    /// What it is.
    pub label: Label,
    /// The model's confidence between 0 and 1; `None` for a person's work.
    pub score: Option<f32>,
}

impl Entity {
    /// An entity that a person annotated: no score.
    #[must_use]
    pub const fn new(span: Span, label: Label) -> Self {
        Self { span, label, score: None }
    }
}

impl Document {
    /// A document without entities.
    #[must_use]
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into(), entities: Vec::new() }
    }

    /// The text that an entity covers.
    #[must_use]
    pub fn surface(&self, entity: &Entity) -> &str {
        entity.span.slice(&self.text)
    }

    /// Sorts the entities and keeps of overlapping ones the longest, of equal ones the first.
    /// Returns how many were dropped.
    pub fn flatten(&mut self) -> usize {
        let before = self.entities.len();
        self.entities.sort_by_key(|e| (std::cmp::Reverse(e.span.byte_len()), e.span.start()));
        let mut kept: Vec<Entity> = Vec::with_capacity(before);
        for entity in &self.entities {
            // `kept` stays sorted by start and without overlap, so only two neighbours can clash.
            let at = kept.partition_point(|k| k.span.start() < entity.span.start());
            let clashes = |k: Option<&Entity>| k.is_some_and(|k| k.span.overlaps(entity.span));
            if !clashes(kept.get(at)) && !clashes(at.checked_sub(1).map(|i| &kept[i])) {
                kept.insert(at, *entity);
            }
        }
        self.entities = kept;
        before - self.entities.len()
    }
}
