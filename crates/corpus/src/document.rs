use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest, Sha256};
use tawsim_tokenizer::Span;

use crate::{EntityDetails, GivenTokens, Label, Metadata};

/// A text with the entities somebody or something found in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// What names the document in its collection, mostly a file name.
    pub id: String,
    /// The original text, never changed.
    pub text: String,
    /// Entities ordered by start, without overlap once [`Document::flatten`] has run.
    pub entities: Vec<Entity>,
    /// What else is known of `entities`.
    pub details: DetailsMap,
    /// Where the text comes from.
    pub metadata: Metadata,
    /// Entities of further annotators, each in its own layer.
    pub layers: Vec<Layer>,
    /// Tokens and sentences that came with the text; mostly none.
    pub tokens: GivenTokens,
}

/// Details by entity. An entity is named by its span and label: a layer holds each such pair once.
pub type DetailsMap = BTreeMap<(Span, Label), EntityDetails<'static>>;

/// What one annotator (or the adjudication) says of a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    /// Whose layer it is.
    pub annotator: String,
    /// Its entities, ordered by start.
    pub entities: Vec<Entity>,
    /// What else is known of them.
    pub details: DetailsMap,
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

    /// What names the entity in its layer and in a [`DetailsMap`].
    #[must_use]
    pub const fn key(&self) -> (Span, Label) {
        (self.span, self.label)
    }
}

impl Document {
    /// A document without entities.
    #[must_use]
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into(), ..Self::default() }
    }

    /// The text that an entity covers.
    #[must_use]
    pub fn surface(&self, entity: &Entity) -> &str {
        entity.span.slice(&self.text)
    }

    /// Appends an entity with what is known of it; keep the order, or sort afterwards.
    pub fn push(&mut self, entity: Entity, details: EntityDetails<'static>) {
        self.entities.push(entity);
        if !details.is_empty() {
            self.details.insert(entity.key(), details);
        }
    }

    /// What else is known of an entity of [`Document::entities`].
    #[must_use]
    pub fn details_of(&self, entity: &Entity) -> Option<&EntityDetails<'static>> {
        self.details.get(&entity.key())
    }

    /// What else is known of each of [`Document::entities`], in their order.
    pub(crate) fn details_in_order(&self) -> Vec<EntityDetails<'static>> {
        let known = |entity| self.details_of(entity).cloned().unwrap_or_default();
        self.entities.iter().map(known).collect()
    }

    /// The layer of this annotator; made behind the others if there is none.
    pub fn layer_mut(&mut self, annotator: &str) -> &mut Layer {
        let known = self.layers.iter().position(|layer| layer.annotator == annotator);
        let idx = known.unwrap_or_else(|| {
            self.layers.push(Layer { annotator: annotator.to_owned(), ..Layer::default() });
            self.layers.len() - 1
        });
        &mut self.layers[idx]
    }

    /// Entities of the document and of its layers.
    #[must_use]
    pub fn n_entities(&self) -> usize {
        self.entities.len() + self.layers.iter().map(|layer| layer.entities.len()).sum::<usize>()
    }

    /// Brings what has no meaning in its order into one order: entities by span and label, layers by
    /// annotator. Details of entities that are not there are dropped.
    pub fn sort(&mut self) {
        sort_entities(&mut self.entities, &mut self.details);
        for layer in &mut self.layers {
            sort_entities(&mut layer.entities, &mut layer.details);
        }
        self.layers.sort_by(|a, b| a.annotator.cmp(&b.annotator));
    }

    /// SHA-256 of the text, hexadecimal.
    #[must_use]
    pub fn text_sha256(&self) -> String {
        use std::fmt::Write;
        let digest = Sha256::digest(self.text.as_bytes());
        digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a String takes everything");
            hex
        })
    }

    /// Sorts the entities and keeps of overlapping ones the longest, of equal ones the first.
    /// Returns how many were dropped.
    pub fn flatten(&mut self) -> usize {
        let before = self.entities.len();
        self.entities.sort_by_key(|e| (Reverse(e.span.byte_len()), e.span.start()));
        let mut kept: BTreeMap<(u32, Reverse<usize>), Entity> = BTreeMap::new();
        for (idx, entity) in self.entities.iter().enumerate() {
            // `kept` is sorted by start and without overlap, so only two neighbours can clash.
            let at = (entity.span.start(), Reverse(usize::MAX));
            let neighbours = [kept.range(at..).next(), kept.range(..at).next_back()];
            if !neighbours.into_iter().flatten().any(|(_, k)| k.span.overlaps(entity.span)) {
                kept.insert((at.0, Reverse(idx)), *entity);
            }
        }
        self.entities = kept.into_values().collect();
        keep_known(&self.entities, &mut self.details);
        before - self.entities.len()
    }

    /// Sorts the entities and drops each that begins inside one before it and ends behind that one's end.
    /// Nested entities stay. Returns how many were dropped.
    pub(crate) fn drop_crossing(&mut self) -> usize {
        let before = self.entities.len();
        self.entities.sort_by_key(|e| (e.span.start(), Reverse(e.span.end()), e.label));
        let mut open: Vec<u32> = Vec::new();
        self.entities.retain(|entity| {
            while open.pop_if(|end| *end <= entity.span.start()).is_some() {}
            let is_inside = open.last().is_none_or(|end| entity.span.end() <= *end);
            open.extend(is_inside.then_some(entity.span.end()));
            is_inside
        });
        sort_entities(&mut self.entities, &mut self.details);
        before - self.entities.len()
    }
}

/// Where the layers of a document that grows stand, so that a layer or an entity more costs the same however many
/// there are.
#[derive(Default)]
pub(crate) struct LayerIndex {
    places: HashMap<String, usize>,
    n_entities: usize,
}

impl LayerIndex {
    /// As [`Document::layer_mut`].
    pub(crate) fn layer<'d>(
        &mut self,
        document: &'d mut Document,
        annotator: &str,
    ) -> &'d mut Layer {
        self.follow(document);
        let known = self.places.get(annotator).copied();
        let idx = known.unwrap_or(document.layers.len());
        if known.is_none() {
            document.layers.push(Layer { annotator: annotator.to_owned(), ..Layer::default() });
            self.places.insert(annotator.to_owned(), idx);
        }
        &mut document.layers[idx]
    }

    /// Adds an entity to the annotator's layer.
    pub(crate) fn push(
        &mut self,
        document: &mut Document,
        annotator: &str,
        (entity, details): (Entity, EntityDetails<'static>),
    ) {
        let layer = self.layer(document, annotator);
        layer.entities.push(entity);
        if !details.is_empty() {
            layer.details.entry(entity.key()).or_insert(details);
        }
        self.n_entities += 1;
    }

    /// As [`Document::n_entities`], if all entities of layers come through [`LayerIndex::push`].
    pub(crate) fn n_entities(&mut self, document: &Document) -> usize {
        self.follow(document);
        document.entities.len() + self.n_entities
    }

    /// Begins anew with another document.
    fn follow(&mut self, document: &Document) {
        if self.places.len() != document.layers.len() {
            let layers = document.layers.iter().enumerate();
            self.places = layers.map(|(idx, layer)| (layer.annotator.clone(), idx)).collect();
            self.n_entities = document.n_entities() - document.entities.len();
        }
    }
}

fn sort_entities(entities: &mut [Entity], details: &mut DetailsMap) {
    entities.sort_by_key(Entity::key);
    keep_known(entities, details);
}

/// Drops details whose entity is gone.
fn keep_known(entities: &[Entity], details: &mut DetailsMap) {
    if !details.is_empty() {
        let keys: BTreeSet<_> = entities.iter().map(Entity::key).collect();
        details.retain(|key, _| keys.contains(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LabelSet;

    /// Keeps what [`Document::flatten`] must keep: compares each entity with all that are kept.
    fn longest_first(mut entities: Vec<Entity>) -> Vec<Entity> {
        entities.sort_by_key(|e| (Reverse(e.span.byte_len()), e.span.start()));
        let mut kept: Vec<Entity> = Vec::new();
        for entity in entities {
            if !kept.iter().any(|known| known.span.overlaps(entity.span)) {
                kept.push(entity);
            }
        }
        kept.sort_by_key(|e| e.span.start());
        kept
    }

    #[test]
    fn the_longest_of_those_that_overlap_stay() {
        let label = LabelSet::from_names(["P"]).expect("a name").at(0).expect("one label");
        let mut state = 1_u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        for n in 0..200 {
            let mut document = Document::new("d", "x".repeat(60));
            for _ in 0..n % 40 {
                let start = next(50);
                let entity = Entity::new(Span::new(start, start + 1 + next(9)), label);
                document.entities.push(entity);
            }
            let expected = longest_first(document.entities.clone());
            let n_dropped = document.entities.len() - expected.len();
            assert_eq!(document.flatten(), n_dropped);
            assert_eq!(document.entities, expected);
        }
        // Each would move all that were kept before it.
        let spans = (0..400_000_u32).rev().map(|n| Span::new(n * 2, n * 2 + 1 + n % 2));
        let entities = spans.map(|span| Entity::new(span, label)).collect();
        let mut document = Document { entities, ..Document::default() };
        assert_eq!(document.flatten(), 0);
    }

    #[test]
    fn an_index_finds_the_layers_of_each_document() {
        let label = LabelSet::from_names(["P"]).expect("a name").at(0).expect("one label");
        let mut index = LayerIndex::default();
        for annotators in ["aba", "", "ba", "abcab", "cab"] {
            let (mut indexed, mut plain) = (Document::new("d", "text"), Document::new("d", "text"));
            for (at, annotator) in annotators.chars().enumerate() {
                let entity = Entity::new(Span::new(at as u32, at as u32 + 1), label);
                let annotator = annotator.to_string();
                index.push(&mut indexed, &annotator, (entity, EntityDetails::default()));
                plain.layer_mut(&annotator).entities.push(entity);
                indexed.entities.push(entity);
                plain.entities.push(entity);
                assert_eq!(index.n_entities(&indexed), plain.n_entities(), "{annotators}");
            }
            assert_eq!(indexed, plain, "{annotators}");
        }
    }
}
