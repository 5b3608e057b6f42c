//! Where annotators differ, and what was decided.

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

/// Overlapping entities of all layers.
struct Cluster<'a> {
    span: Span,
    candidates: Vec<&'a Annotation>,
}

impl Cluster<'_> {
    /// Every layer has exactly this one entity.
    fn is_agreed(&self, n_layers: usize) -> bool {
        let first = self.candidates[0];
        let same = |a: &&Annotation| a.span == first.span && a.label == first.label;
        let mut layers: Vec<LayerId> = self.candidates.iter().map(|a| a.layer).collect();
        layers.sort_unstable();
        layers.dedup();
        layers.len() == n_layers
            && self.candidates.len() == n_layers
            && self.candidates.iter().all(same)
    }
}

/// The entities of these layers in groups that share text, in text order.
fn clusters<'a>(document: &'a StoredDocument, layers: &[LayerId]) -> Vec<Cluster<'a>> {
    let is_entity = |a: &&Annotation| layers.contains(&a.layer) && a.state == SpanState::Confirmed;
    let mut found: Vec<Cluster<'a>> = Vec::new();
    // Annotations are ordered by start, so an entity can only join the last cluster.
    for entity in document.annotations.iter().filter(is_entity) {
        match found.last_mut().filter(|last| last.span.overlaps(entity.span)) {
            Some(last) => {
                last.span = last.span.cover(entity.span);
                last.candidates.push(entity);
            }
            None => found.push(Cluster { span: entity.span, candidates: vec![entity] }),
        }
    }
    found
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
        let differing = clusters(self, layers).into_iter().filter(|c| !c.is_agreed(layers.len()));
        let disagreement = |cluster: Cluster<'_>| Disagreement {
            span: cluster.span,
            is_decided: cluster.candidates.iter().all(is_decided),
            candidates: cluster.candidates.into_iter().cloned().collect(),
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
            let agreed = clusters(&document, layers);
            let agreed = agreed.iter().filter(|cluster| cluster.is_agreed(layers.len()));
            edits.extend(agreed.map(|cluster| Edit::Adjudicate {
                layer: into,
                candidate: cluster.candidates[0].id,
                accept: true,
            }));
        }
        self.apply_step(&edits)
    }
}
