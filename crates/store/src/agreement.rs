//! How far layers agree on the documents that they have seen.

use tawsim_corpus::{Agreement, Document, Entity, LabelSet};

use crate::{
    Disagreement, LayerId, Presence, Project, ReviewState, SpanState, StoreError, StoredDocument,
    read,
};

/// What layers say about the documents that two or more of them have seen.
///
/// A layer has seen a document if the work on it was begun or finished there, or if it has a confirmed or
/// rejected span in it. What only a model suggests nobody has seen, and a document that was put aside has no answer.
#[derive(Clone, Debug)]
pub struct Comparison {
    layers: Vec<LayerId>,
    labels: LabelSet,
    documents: Vec<SeenDocument>,
}

/// A document that two or more of the layers of a [`Comparison`] have seen.
#[derive(Clone, Debug)]
pub struct SeenDocument {
    /// The document.
    pub stored: StoredDocument,
    /// The entities of each layer, in the order of the layers; `None` has not seen the document.
    pub entities: Vec<Option<Vec<Entity>>>,
    /// The layers that have seen it.
    seen_by: Vec<LayerId>,
}

impl Comparison {
    /// The labels of all entities.
    #[must_use]
    pub const fn labels(&self) -> &LabelSet {
        &self.labels
    }

    /// The documents, ordered by name.
    #[must_use]
    pub fn documents(&self) -> &[SeenDocument] {
        &self.documents
    }

    /// The agreement of the layers, which are its annotators in their order.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        let mut agreement = Agreement::new(self.labels.clone(), self.layers.len());
        for seen in &self.documents {
            let lists: Vec<Option<&[Entity]>> =
                seen.entities.iter().map(Option::as_deref).collect();
            agreement.add(&seen.without_entities(), &lists);
        }
        agreement
    }
}

impl SeenDocument {
    /// Its name and text.
    #[must_use]
    pub fn without_entities(&self) -> Document {
        Document::new(self.stored.name.as_str(), self.stored.text.as_str())
    }

    /// Where the layers that have seen it differ; `decided_in` is the adjudication layer, if there is one.
    #[must_use]
    pub fn disagreements(&self, decided_in: Option<LayerId>) -> Vec<Disagreement> {
        self.stored.disagreements(&self.seen_by, decided_in)
    }
}

impl Project {
    /// What these layers say about the present documents that two or more of them have seen; with `only_done`,
    /// those that two or more have finished.
    ///
    /// # Errors
    /// If a document cannot be read or the label set is full.
    pub fn compare(&self, layers: &[LayerId], only_done: bool) -> Result<Comparison, StoreError> {
        let mut labels = self.label_set()?;
        let mut documents = Vec::new();
        let rows = layers.first().map(|layer| self.documents(*layer)).transpose()?;
        for row in rows.into_iter().flatten().filter(|row| row.presence == Presence::Present) {
            let stored = self.document(row.id)?;
            let seen_by = self.seen_by(&stored, layers, only_done)?;
            if seen_by.len() < 2 {
                continue;
            }
            let of_layer = |layer: &LayerId| {
                let mut entity = |a| read::entity(a, &mut labels);
                let mut entities = || stored.entities(*layer).map(&mut entity).collect();
                seen_by.contains(layer).then(&mut entities).transpose()
            };
            let entities = layers.iter().map(of_layer).collect::<Result<_, _>>()?;
            documents.push(SeenDocument { stored, entities, seen_by });
        }
        Ok(Comparison { layers: layers.to_vec(), labels, documents })
    }

    /// Those of these layers that have seen a document, as [`Comparison`] has it; with `only_done`, that have
    /// finished it.
    ///
    /// # Errors
    /// If the document is not there.
    pub fn seen_by(
        &self,
        document: &StoredDocument,
        layers: &[LayerId],
        only_done: bool,
    ) -> Result<Vec<LayerId>, StoreError> {
        let is_decided = |layer: LayerId| {
            let mut of_layer = document.annotations.iter().filter(|a| a.layer == layer);
            of_layer.any(|a| a.state != SpanState::Suggested)
        };
        let mut found = Vec::new();
        for layer in layers {
            let (state, _) = self.document_progress(document.id, *layer)?;
            let has_seen = match state {
                ReviewState::Done | ReviewState::Approved => true,
                ReviewState::InProgress => !only_done,
                ReviewState::New => !only_done && is_decided(*layer),
                ReviewState::Skipped => false,
            };
            found.extend(has_seen.then_some(*layer));
        }
        Ok(found)
    }
}
