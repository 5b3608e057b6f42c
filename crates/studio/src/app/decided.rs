//! What a person has decided in the document that is shown: under it, the model looks at the rest
//! again.

use std::sync::Arc;

use tawsim_store::{Annotation, DocumentId, ReviewState, Source, Span, SpanState};

use super::App;

/// A document with what was decided in it.
pub(crate) struct Decided {
    pub(crate) document: DocumentId,
    pub(crate) text: Arc<str>,
    /// Names of labels; the others are indices into these.
    pub(crate) labels: Vec<String>,
    /// Confirmed entities with their labels.
    pub(crate) confirmed: Vec<(Span, u16)>,
    /// Rejected suggestions with their labels.
    pub(crate) rejected: Vec<(Span, u16)>,
    /// Whether what is suggested for the rest is to be said anew, not only what is possible beside it.
    pub(crate) is_corrected: bool,
}

impl App {
    /// The document that is shown, if it was just opened or tagged, or if something was decided in it since this
    /// was asked last. Its suggestions are to be made anew only if they are of this model and it is not finished.
    pub(crate) fn take_decided(&mut self, model: &str) -> Option<Decided> {
        let work = self.open.as_mut()?;
        let is_corrected = std::mem::take(&mut work.is_corrected);
        let wants_alternatives = std::mem::take(&mut work.wants_alternatives);
        if !is_corrected && !wants_alternatives {
            return None;
        }
        let shown = work.document.as_ref()?;
        let is_worked_on = shown.review() <= ReviewState::InProgress;
        let is_ours = |a: &Annotation| matches!(&a.source, Source::Model(made) if made == model);
        let (annotations, rejected) = (shown.annotations(), shown.rejected());
        let mut labels: Vec<String> = Vec::new();
        let mut decision = |a: &Annotation| {
            let known = labels.iter().position(|label| *label == a.label);
            let idx = known.unwrap_or_else(|| {
                labels.push(a.label.clone());
                labels.len() - 1
            });
            (a.span, idx as u16)
        };
        let is_confirmed = |a: &&Annotation| a.state == SpanState::Confirmed;
        let confirmed = annotations.iter().filter(is_confirmed).map(&mut decision).collect();
        let rejected_ones = rejected.iter().map(&mut decision).collect();
        let decided = Decided {
            document: shown.id(),
            text: Arc::clone(shown.text()),
            labels,
            confirmed,
            rejected: rejected_ones,
            is_corrected: is_corrected
                && is_worked_on
                && annotations.iter().chain(rejected).any(is_ours),
        };
        Some(decided)
    }
}
