//! What the model holds possible beside what is annotated: a correction is mostly among it, so that one key
//! makes it.

use std::ops::Range;

use tawsim_store::{DocumentId, SpanState};
use tawsim_tokenizer::Span;

use super::{AppError, OpenDocument, Work, annotate::is_open};
use crate::{Command, Found};

/// A longer list is not read.
const MOST_LISTED: usize = 5;

/// An entity that the model holds possible.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Alternative {
    pub(crate) span: Span,
    /// Name and place in the label set.
    pub(crate) label: String,
    pub(crate) label_idx: usize,
    /// Probability under the model, 0 to 1.
    pub(crate) score: f32,
}

impl Alternative {
    /// The command that puts it into the document.
    pub(crate) fn command(&self) -> Command {
        let (start, end) = (self.span.start(), self.span.end());
        Command::TakeAlternative { start, end, label: self.label.clone() }
    }
}

impl OpenDocument {
    /// Those among some alternatives that contradict nothing that a person has decided.
    fn open_alternatives(&self, wanted: impl Fn(Span) -> bool) -> Vec<&Alternative> {
        let fits = |alternative: &Alternative| {
            self.overlapping(alternative.span)
                .all(|a| is_open(a) && (a.span != alternative.span || a.label != alternative.label))
        };
        let all = self.alternatives.iter().flatten();
        // Few are wanted, so that few are compared with all annotations.
        let mut found: Vec<&Alternative> =
            all.filter(|a| wanted(a.span)).filter(|a| fits(a)).collect();
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found
    }

    /// The alternatives to what is in focus or marked, the likeliest first; at most five.
    pub(crate) fn alternatives_here(&self) -> Vec<&Alternative> {
        let here = self.here();
        let mut found = self.open_alternatives(|span| here.is_some_and(|here| span.overlaps(here)));
        found.truncate(MOST_LISTED);
        found
    }

    /// The alternatives that begin in these bytes, the likeliest first.
    pub(crate) fn likeliest_alternatives(&self, bytes: &Range<usize>) -> Vec<&Alternative> {
        self.open_alternatives(|span| bytes.contains(&(span.start() as usize)))
    }

    /// The likeliest entity of this label that has the word at a byte, or else just the word.
    fn likeliest_at(&self, byte: u32, label: &str) -> Option<Span> {
        let word = self.word_at(byte)?;
        let all = self.open_alternatives(|span| span.overlaps(word));
        let likeliest = all.iter().find(|a| a.label == label);
        Some(likeliest.map_or(word, |likeliest| likeliest.span))
    }
}

impl Work {
    /// The tagger's answer for the document that is shown; for another one it comes too late.
    pub(super) fn consider(&mut self, document: DocumentId, found: Vec<Found>) {
        let labels = &self.labels;
        let Some(shown) = self.document.as_mut().filter(|shown| shown.id() == document) else {
            return;
        };
        let alternative = |found: Found| {
            let span = shown.span_of(found.start, found.end)?;
            let label_idx = labels.iter().position(|label| *label == found.label)?;
            Some(Alternative { span, label: found.label, label_idx, score: found.score })
        };
        shown.alternatives = Some(found.into_iter().filter_map(alternative).collect());
    }

    /// Labels the word at a byte, or the likeliest entity of this label that has it, and looks at it.
    pub(super) fn label_word(&mut self, byte: u32, label_idx: usize) -> Result<(), AppError> {
        let Some(label) = self.labels.get(label_idx).cloned() else { return Ok(()) };
        let Some(document) = &self.document else { return Ok(()) };
        let Some(span) = document.likeliest_at(byte, &label) else { return Ok(()) };
        self.last_label = Some(label_idx);
        let edits = self.cover(span, &label);
        self.edit(edits, move |work| {
            if let Some(document) = &mut work.document {
                document.focus_span(span);
            }
        })
    }

    /// Puts an alternative in the place of what is suggested there. What was looked at stays so, unless it was
    /// replaced: then the next one to check is looked at.
    pub(super) fn take_alternative(
        &mut self,
        (start, end): (u32, u32),
        label: &str,
    ) -> Result<(), AppError> {
        let Some(document) = &self.document else { return Ok(()) };
        let Some(span) = document.span_of(start, end) else { return Ok(()) };
        let decided = |a: &tawsim_store::Annotation| a.state == SpanState::Confirmed;
        if !self.labels.iter().any(|known| known == label)
            || document.overlapping(span).any(decided)
        {
            return Ok(());
        }
        let here = document.here();
        let goes_on = here.is_some_and(|here| here.overlaps(span));
        self.last_label = self.labels.iter().position(|known| known == label);
        let edits = self.cover(span, label);
        self.edit(edits, move |work| {
            if goes_on {
                work.advance_from(span);
            }
        })
    }
}
