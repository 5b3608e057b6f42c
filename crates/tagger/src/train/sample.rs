use tawsim_corpus::Document;
use tawsim_tokenizer::Span;

use super::ReviewedDocument;
use super::extraction::UNKNOWN_TAG;
use crate::features::Unit;

/// A document to learn from, and how much of it is known.
#[derive(Clone, Copy)]
pub(super) struct Sample<'a> {
    pub document: &'a Document,
    /// The parts that somebody has looked at, in order and disjoint; `None`: all of it.
    pub reviewed: Option<&'a [Span]>,
}

impl<'a> Sample<'a> {
    pub(super) const fn whole(document: &'a Document) -> Self {
        Self { document, reviewed: None }
    }

    pub(super) fn reviewed(reviewed: &'a ReviewedDocument) -> Self {
        Self { document: &reviewed.document, reviewed: reviewed.reviewed.as_deref() }
    }

    /// Whether the unit lies in a part that was looked at.
    fn knows(&self, unit: &Unit) -> bool {
        let Some(reviewed) = self.reviewed else { return true };
        let at = reviewed.partition_point(|part| part.end() < unit.span.end());
        reviewed.get(at).is_some_and(|part| part.start() <= unit.span.start())
    }

    pub(super) fn knows_nothing_of(&self, units: &[Unit]) -> bool {
        !units.iter().any(|unit| self.knows(unit))
    }

    /// Makes the tags unknown of units that nobody has looked at.
    pub(super) fn mask(&self, units: &[Unit], tags: &mut [u16]) {
        for (unit, tag) in units.iter().zip(tags) {
            if !self.knows(unit) {
                *tag = UNKNOWN_TAG;
            }
        }
    }
}
