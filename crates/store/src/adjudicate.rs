//! Where annotators differ, and what was decided.

use std::collections::BTreeSet;

use tawsim_corpus::EntityGroup;
use tawsim_tokenizer::Span;

use crate::{Annotation, LayerId, SpanState, StoredDocument};

/// Entities of several layers that share text and do not agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreement {
    /// The smallest span that covers all candidates.
    pub span: Span,
    /// The entities, ordered by edges, label and layer.
    pub candidates: Vec<Annotation>,
    /// Whether the adjudication layer accepts or rejects every candidate.
    pub is_decided: bool,
}

/// The entities of these layers in groups that share text, in text order.
fn groups<'a>(
    document: &'a StoredDocument,
    layers: &[LayerId],
) -> Vec<EntityGroup<&'a Annotation>> {
    let is_entity = |a: &&Annotation| layers.contains(&a.layer) && a.state == SpanState::Confirmed;
    // Annotations are ordered by start.
    EntityGroup::all(document.annotations.iter().filter(is_entity), |a| a.span)
}

/// Whether every layer has each of these entities.
fn is_agreed(group: &EntityGroup<&Annotation>, n_layers: usize) -> bool {
    group.is_agreed(n_layers, |a| ((a.span, a.label.as_str()), a.layer))
}

impl StoredDocument {
    /// Where these layers differ; `decided_in` is the adjudication layer, if there is one.
    #[must_use]
    pub fn disagreements(
        &self,
        layers: &[LayerId],
        decided_in: Option<LayerId>,
    ) -> Vec<Disagreement> {
        let is_decided = |candidate: &&Annotation| {
            self.annotations.iter().any(|a| {
                Some(a.layer) == decided_in
                    && a.span == candidate.span
                    && a.label == candidate.label
                    && a.state != SpanState::Suggested
            })
        };
        let differing =
            groups(self, layers).into_iter().filter(|group| !is_agreed(group, layers.len()));
        let disagreement = |group: EntityGroup<&Annotation>| Disagreement {
            span: group.span,
            is_decided: group.candidates.iter().all(is_decided),
            candidates: group.candidates.into_iter().cloned().collect(),
        };
        differing.map(disagreement).collect()
    }

    /// The entities on which all these layers agree, each once, in text order.
    #[must_use]
    pub fn agreed(&self, layers: &[LayerId]) -> Vec<&Annotation> {
        let agreed =
            groups(self, layers).into_iter().filter(|group| is_agreed(group, layers.len()));
        // The same entity of another layer says nothing more.
        let mut taken = BTreeSet::new();
        let candidates = agreed.flat_map(|group| group.candidates);
        candidates.filter(|a| taken.insert((a.span, a.label.as_str()))).collect()
    }
}
