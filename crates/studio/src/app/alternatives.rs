//! What the model holds possible beside what is annotated: a correction is mostly among it, so that one key
//! makes it.

use std::{collections::BTreeMap, ops::Range};

use tawsim_store::{DocumentId, SpanState};
use tawsim_tokenizer::Span;

use super::{AppError, OpenDocument, Work, annotate::is_open, same::Finder};
use crate::{Command, Found};

/// Shorter names are found everywhere.
const MIN_NAME_CHARS: usize = 3;

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
    /// Those that contradict nothing that a person has decided.
    fn open_alternatives(&self) -> impl Iterator<Item = &Alternative> {
        let fits = |alternative: &&Alternative| {
            self.overlapping(alternative.span)
                .all(|a| is_open(a) && (a.span != alternative.span || a.label != alternative.label))
        };
        self.alternatives.iter().flatten().filter(fits)
    }

    /// The alternatives to what is in focus or marked, the likeliest first; at most nine.
    pub(crate) fn alternatives_here(&self) -> Vec<&Alternative> {
        let here = self.marked().or_else(|| self.focused().map(|a| a.span));
        let Some(here) = here else { return Vec::new() };
        let mut found: Vec<&Alternative> =
            self.open_alternatives().filter(|a| a.span.overlaps(here)).collect();
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.truncate(9);
        found
    }

    /// The alternatives that begin in these bytes, the likeliest first.
    pub(crate) fn likeliest_alternatives(&self, bytes: &Range<usize>) -> Vec<&Alternative> {
        let begins = |a: &&Alternative| bytes.contains(&(a.span.start() as usize));
        let mut all: Vec<&Alternative> = self.open_alternatives().filter(begins).collect();
        all.sort_by(|a, b| b.score.total_cmp(&a.score));
        all
    }

    /// The likeliest entity of this label that has the word at a byte, or else just the word.
    fn likeliest_at(&self, byte: u32, label: &str) -> Option<Span> {
        let word = self.word_at(byte)?;
        let mut all: Vec<&Alternative> = self
            .open_alternatives()
            .filter(|a| a.label == label && a.span.overlaps(word))
            .collect();
        all.sort_by(|a, b| b.score.total_cmp(&a.score));
        Some(all.first().map_or(word, |likeliest| likeliest.span))
    }
}

impl Work {
    /// The tagger's answer for the document that is shown; for another one it comes too late.
    pub(super) fn consider(&mut self, document: DocumentId, found: &[Found]) {
        let labels = &self.labels;
        let Some(shown) = self.document.as_mut().filter(|shown| shown.id() == document) else {
            return;
        };
        let alternative = |found: &Found| {
            let span = shown.span_of(found.start, found.end)?;
            let label_idx = labels.iter().position(|label| *label == found.label)?;
            let label = found.label.clone();
            Some(Alternative { span, label, label_idx, score: found.score })
        };
        let mut alternatives: Vec<Alternative> = found.iter().filter_map(alternative).collect();
        for again in self.remembered() {
            alternatives.retain(|a| a.span != again.span || a.label != again.label);
            alternatives.push(again);
        }
        if let Some(shown) = &mut self.document {
            shown.alternatives = Some(alternatives);
        }
    }

    /// Further mentions of the names that a person has confirmed in the document that is shown: what was right once
    /// is likely right again.
    fn remembered(&self) -> Vec<Alternative> {
        let Some(document) = &self.document else { return Vec::new() };
        let annotations = document.annotations();
        let confirmed = annotations.iter().enumerate().filter(|(_, a)| !is_open(a));
        let names: BTreeMap<(&str, &str), usize> = confirmed
            .map(|(idx, a)| ((document.surface(idx), a.label.as_str()), document.label_idx(idx)))
            .filter(|((surface, _), _)| surface.chars().count() >= MIN_NAME_CHARS)
            .collect();
        let mut found = Vec::new();
        for ((surface, label), label_idx) in names {
            let mut finder = Finder::new(surface);
            finder.search(document.id(), document.text(), annotations);
            let same = finder.finish(surface.to_owned(), label.to_owned());
            let groups = same.groups.iter().filter(|group| group.is_chosen);
            found.extend(groups.flat_map(|group| &group.mentions).map(|mention| {
                let (span, label) = (mention.span, label.to_owned());
                Alternative { span, label, label_idx, score: 1.0 }
            }));
        }
        found
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
        let here = document.marked().or_else(|| document.focused().map(|a| a.span));
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
