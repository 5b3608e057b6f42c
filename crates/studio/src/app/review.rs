//! Comparing the layers of several annotators and deciding where they differ; comments and flags.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tawsim_corpus::Agreement;
use tawsim_store::{
    Annotation, CommentId, Disagreement, DocumentId, Edit, Job, Layer, LayerId, LayerKind, Project,
    SeenDocument, SpanId, StoreError,
};

use super::{App, AppError, OpenDocument, Work};

/// Name of the layer that decisions go into.
const ADJUDICATED: &str = "adjudicated";

/// What is decided about one disagreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Entities that are right.
    pub accept: Vec<SpanId>,
    /// Entities that are not.
    pub reject: Vec<SpanId>,
}

/// Where the annotators differ in the document that is shown.
pub(crate) struct Differences {
    pub(crate) layers: Vec<Layer>,
    pub(crate) found: Vec<Disagreement>,
}

/// How far annotators agree in a project, and where they do not.
pub(crate) struct AgreementTable {
    pub(crate) names: Vec<String>,
    /// First, second, strict F1, kappa.
    pub(crate) pairs: Vec<(usize, usize, Option<f64>, Option<f64>)>,
    pub(crate) alpha: Option<f64>,
    /// All documents, as the list has them by name.
    pub(crate) documents: Vec<DocumentId>,
    /// Those with disagreements that nobody has decided on, and how many.
    pub(crate) open: Vec<(DocumentId, String, usize)>,
}

impl AgreementTable {
    /// The first document behind this one that has open disagreements, or else the first of all.
    pub(crate) fn next_open(&self, behind: Option<DocumentId>) -> Option<DocumentId> {
        let mut rest = self.documents.iter().skip_while(|id| Some(**id) != behind).skip(1);
        let is_open = |id: &DocumentId| self.open.iter().any(|open| open.0 == *id);
        rest.find(|id| is_open(id)).copied().or_else(|| Some(self.open.first()?.0))
    }
}

fn annotators(project: &Project) -> Result<(Vec<Layer>, Option<LayerId>), StoreError> {
    let (annotators, others): (Vec<Layer>, Vec<Layer>) =
        project.layers()?.into_iter().partition(|layer| layer.kind == LayerKind::Annotator);
    Ok((annotators, others.first().map(|layer| layer.id)))
}

/// Reads a whole project; for a thread of its own.
pub(crate) fn agreement(project: &Path) -> Result<AgreementTable, StoreError> {
    let project = Project::open_read_only(project)?;
    let (layers, decided_in) = annotators(&project)?;
    let ids: Vec<LayerId> = layers.iter().map(|layer| layer.id).collect();
    let compared = project.compare(&ids, false)?;
    let open = |seen: &SeenDocument| {
        let differing = seen.disagreements(decided_in);
        let n_open = differing.iter().filter(|found| !found.is_decided).count();
        (n_open > 0).then(|| (seen.stored.id, seen.stored.name.clone(), n_open))
    };
    let open = compared.documents().iter().filter_map(open).collect();
    let documents = compared.documents().iter().map(|seen| seen.stored.id).collect();
    Ok(AgreementTable { documents, open, ..table(&layers, &compared.agreement()) })
}

/// How far the layers agree, without the documents.
fn table(layers: &[Layer], counted: &Agreement) -> AgreementTable {
    let n = layers.len();
    let pairs = (0..n).flat_map(|second| (0..second).map(move |first| (first, second)));
    let row = |(first, second)| {
        (first, second, counted.spans(first, second).f1(), counted.kappa(first, second))
    };
    AgreementTable {
        names: layers.iter().map(|layer| layer.name.clone()).collect(),
        pairs: pairs.map(row).collect(),
        alpha: counted.alpha(),
        documents: Vec::new(),
        open: Vec::new(),
    }
}

impl App {
    /// Where the annotators of the document that is shown differ, those that have seen it.
    pub(crate) fn differences(&self) -> Result<Differences, AppError> {
        let work = self.open.as_ref().ok_or(AppError::NoProject)?;
        let shown = work.document.as_ref().ok_or(AppError::NoProject)?;
        let (mut layers, decided_in) = annotators(&work.project)?;
        let document = work.project.document(shown.id())?;
        let ids: Vec<LayerId> = layers.iter().map(|layer| layer.id).collect();
        let ids = work.project.seen_by(&document, &ids, false)?;
        layers.retain(|layer| ids.contains(&layer.id));
        let found =
            if ids.len() < 2 { Vec::new() } else { document.disagreements(&ids, decided_in) };
        Ok(Differences { layers, found })
    }

    /// Comments on the document that is shown.
    pub(crate) fn comments(&self) -> Vec<tawsim_store::Comment> {
        let Some(work) = &self.open else { return Vec::new() };
        let Some(shown) = &work.document else { return Vec::new() };
        work.project.document(shown.id()).map(|document| document.comments).unwrap_or_default()
    }

    /// Whether the document that is shown is flagged.
    pub(crate) fn is_flagged(&self) -> bool {
        let Some(work) = &self.open else { return false };
        let row = work.document.as_ref().and_then(|shown| work.library.get(shown.id()));
        row.is_some_and(|row| row.is_flagged)
    }
}

impl Work {
    /// Carries out edits in the adjudication layer, making it first if there is none.
    fn in_adjudication(
        &mut self,
        edits: impl FnOnce(&Self, LayerId) -> Result<Vec<Edit>, AppError> + 'static,
    ) -> Result<(), AppError> {
        if let (_, Some(layer)) = annotators(&self.project)? {
            let edits = edits(self, layer)?;
            return self.write_step(edits, |_, _| Ok(()));
        }
        let make = Edit::AddLayer(ADJUDICATED.to_owned(), LayerKind::Adjudication);
        self.write(Job::Aside(vec![make]), move |work, _| {
            let layer = work.project.layer(ADJUDICATED)?.expect("it was just made").id;
            let edits = edits(work, layer)?;
            work.write_step(edits, |_, _| Ok(()))
        })
    }

    pub(super) fn adjudicate(&mut self, verdict: Verdict) -> Result<(), AppError> {
        self.in_adjudication(move |_, layer| {
            let decide =
                |accept| move |candidate: SpanId| Edit::Adjudicate { layer, candidate, accept };
            let accepted = verdict.accept.into_iter().map(decide(true));
            Ok(accepted.chain(verdict.reject.into_iter().map(decide(false))).collect())
        })
    }

    /// Takes over what all annotators of the document that is shown have alike.
    pub(super) fn adjudicate_agreed(&mut self) -> Result<(), AppError> {
        let Some(shown) = self.document.as_ref().map(OpenDocument::id) else { return Ok(()) };
        self.in_adjudication(move |work, layer| {
            let document = work.project.document(shown)?;
            let (layers, _) = annotators(&work.project)?;
            let ids: Vec<LayerId> = layers.iter().map(|layer| layer.id).collect();
            let ids = work.project.seen_by(&document, &ids, false)?;
            let agreed = if ids.len() < 2 { Vec::new() } else { document.agreed(&ids) };
            let accept = |a: &Annotation| Edit::Adjudicate { layer, candidate: a.id, accept: true };
            Ok(agreed.into_iter().map(accept).collect())
        })
    }

    pub(super) fn flag_focus(&mut self) -> Result<(), AppError> {
        let Some(focused) = self.document.as_ref().and_then(OpenDocument::focused) else {
            return Ok(());
        };
        let edit = Edit::FlagSpan(focused.id, !focused.is_flagged);
        self.write_step(vec![edit], |_, _| Ok(()))
    }

    pub(super) fn flag_document(&mut self) -> Result<(), AppError> {
        let Some(id) = self.document.as_ref().map(OpenDocument::id) else { return Ok(()) };
        let is_flagged = self.library.get(id).is_some_and(|row| row.is_flagged);
        self.write_step(vec![Edit::FlagDocument(id, !is_flagged)], |_, _| Ok(()))
    }

    /// A remark on the annotation in focus, or else on the document.
    pub(super) fn comment(&mut self, text: &str) -> Result<(), AppError> {
        let Some(shown) = &self.document else { return Ok(()) };
        let text = text.trim().to_owned();
        if text.is_empty() {
            return Ok(());
        }
        let (document, span) = (shown.id(), shown.focused().map(|a| a.id));
        self.write_step(vec![Edit::AddComment { document, span, text }], |_, _| Ok(()))
    }

    pub(super) fn resolve_comment(&mut self, id: CommentId, done: bool) -> Result<(), AppError> {
        self.write_step(vec![Edit::ResolveComment(id, done)], |_, _| Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_open_document_is_behind_the_one_that_is_shown() {
        let id = |n: u64| -> DocumentId { format!("{n:016x}").parse().expect("an id") };
        let open = |ids: &[u64]| ids.iter().map(|n| (id(*n), String::new(), 1)).collect();
        let table = [
            (&[2, 4][..], Some(1), Some(2)),
            (&[2, 4], Some(2), Some(4)),
            (&[2, 4], Some(3), Some(4)),
            (&[2, 4], Some(4), Some(2)),
            (&[2, 4], None, Some(2)),
            (&[2], Some(2), Some(2)),
            (&[], Some(2), None),
        ];
        for (ids, behind, want) in table {
            let found = AgreementTable {
                names: Vec::new(),
                pairs: Vec::new(),
                alpha: None,
                documents: [1, 2, 3, 4].map(id).into(),
                open: open(ids),
            };
            assert_eq!(found.next_open(behind.map(id)), want.map(id), "{ids:?} {behind:?}");
        }
    }
}
