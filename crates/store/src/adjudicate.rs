//! Where annotators differ, and what was decided.

use std::collections::BTreeSet;

use tawsim_corpus::EntityGroup;
use tawsim_tokenizer::Span;

use crate::{
    Annotation, DocumentId, Edit, LayerId, Presence, Project, Receipt, SpanState, StoreError,
    StoredDocument,
};

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
}

impl Project {
    /// Where these layers differ in a document.
    ///
    /// # Errors
    /// If there is no such document.
    pub fn disagreements(
        &self,
        document: DocumentId,
        layers: &[LayerId],
        decided_in: Option<LayerId>,
    ) -> Result<Vec<Disagreement>, StoreError> {
        Ok(self.document(document)?.disagreements(layers, decided_in))
    }

    /// Takes over, as one step, every entity on which all layers agree into the adjudication layer.
    ///
    /// # Errors
    /// As for [`Project::apply`].
    pub fn adjudicate_agreed(
        &mut self,
        layers: &[LayerId],
        into: LayerId,
    ) -> Result<Receipt, StoreError> {
        let mut edits = Vec::new();
        for row in self.documents(into)? {
            if row.presence != Presence::Present {
                continue;
            }
            let document = self.document(row.id)?;
            let agreed = groups(&document, layers)
                .into_iter()
                .filter(|group| is_agreed(group, layers.len()));
            // The same entity of another layer says nothing more.
            let mut taken = BTreeSet::new();
            let candidates = agreed.flat_map(|group| group.candidates);
            let first = candidates.filter(|a| taken.insert((a.span, a.label.as_str())));
            edits.extend(first.map(|candidate| Edit::Adjudicate {
                layer: into,
                candidate: candidate.id,
                accept: true,
            }));
        }
        self.apply_step(&edits)
    }
}
