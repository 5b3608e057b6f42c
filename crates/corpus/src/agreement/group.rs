use std::collections::BTreeSet;

use tawsim_tokenizer::Span;

/// Entities of one annotator or several that share text, directly or through others.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityGroup<T> {
    /// The smallest span that covers all of them.
    pub span: Span,
    /// The entities, in the order in which they were given.
    pub candidates: Vec<T>,
}

impl<T> EntityGroup<T> {
    /// The groups in text order. `entities` are sorted by their starts.
    pub fn all(entities: impl IntoIterator<Item = T>, span_of: impl Fn(&T) -> Span) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for candidate in entities {
            let span = span_of(&candidate);
            match groups.last_mut().filter(|last| last.span.overlaps(span)) {
                Some(last) => {
                    last.span = last.span.cover(span);
                    last.candidates.push(candidate);
                }
                None => groups.push(Self { span, candidates: vec![candidate] }),
            }
        }
        groups
    }

    /// Whether every one of `n_annotators` has each entity, be they nested or not. `key` says what an entity is
    /// (span and label) and whose it is.
    pub fn is_agreed<K: Ord, A: Ord>(
        &self,
        n_annotators: usize,
        key: impl Fn(&T) -> (K, A),
    ) -> bool {
        let pairs: BTreeSet<(K, A)> = self.candidates.iter().map(key).collect();
        let keys: BTreeSet<&K> = pairs.iter().map(|(key, _)| key).collect();
        pairs.len() == keys.len() * n_annotators
    }
}
