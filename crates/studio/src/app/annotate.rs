//! Commands on an open project.

use tawsim_store::{
    Annotation, DocumentId, Edit, Job, ReviewState, Source, SpanId, SpanState, Suggestion,
};
use tawsim_tokenizer::Span;

use super::{AppError, DOUBTFUL_BELOW, OpenDocument, Work};
use crate::{Command, Edge, Found, Step, Toward, WorkState, enclosing::enclosing};

/// Whether nobody has decided on an annotation.
pub(super) fn is_open(annotation: &Annotation) -> bool {
    annotation.state == SpanState::Suggested
}

/// Whether the model is not sure of it and nobody has decided on it.
pub(crate) fn is_doubtful(annotation: &Annotation) -> bool {
    is_open(annotation) && annotation.score.is_none_or(|score| score < DOUBTFUL_BELOW)
}

/// Whether an edit says more than that the model is right: then the rest may look different.
pub(super) const fn corrects(edit: &Edit) -> bool {
    !matches!(edit, Edit::Accept(_) | Edit::SetReview(..))
}

impl Work {
    pub(super) fn apply(&mut self, command: Command) -> Result<(), AppError> {
        match command {
            Command::OpenDocument(id) => self.show(id),
            Command::StepDocument(toward) => self.step_document(toward),
            Command::OpenMostUseful => {
                self.library.most_useful().map_or(Ok(()), |id| self.show(id))
            }
            Command::Finish => self.finish(),
            Command::Reopen => self.review(ReviewState::InProgress),
            Command::Undo => self.undo(),
            Command::Redo => self.redo(),
            Command::Export(path) => self.export(&path),
            Command::Suggest { document, model, entities } => {
                self.suggest(document, model, entities)
            }
            Command::Consider { document, alternatives } => {
                self.consider(document, alternatives);
                Ok(())
            }
            Command::LabelWord { byte, label_idx } => self.label_word(byte, label_idx),
            Command::TakeAlternative { start, end, label } => {
                self.take_alternative((start, end), &label)
            }
            Command::FindSame { everywhere } => self.find_same(everywhere),
            Command::ToggleSame(idx) => {
                self.toggle_same(idx);
                Ok(())
            }
            Command::ApplySame => self.apply_same(),
            Command::Accept => self.decide(Edit::Accept),
            Command::AcceptSentence => {
                self.accept(|document| document.open_in_sentence().map(|a| a.id).collect())
            }
            Command::AcceptAll => self.accept(|document| document.open().map(|a| a.id).collect()),
            Command::Reject => self.reject(),
            Command::Label(idx) => self.label(idx),
            Command::RepeatLabel => self.last_label.map_or(Ok(()), |idx| self.label(idx)),
            Command::MoveEdge { edge, toward, step } => self.move_edge(edge, toward, step),
            Command::DragEdge { edge, byte, step } => self.drag_edge(edge, byte, step),
            Command::Enclose => self.enclose(),
            Command::Escape if self.same.take().is_some() => Ok(()),
            command => self.apply_beside(command),
        }
    }

    /// Commands on what stands beside the annotations, and those that only look.
    fn apply_beside(&mut self, command: Command) -> Result<(), AppError> {
        match command {
            Command::ExportAs { path, format } => {
                self.report = Some(self.export_as(&path, &format)?);
                Ok(())
            }
            Command::ExportCorpus(path) => {
                self.report = Some(self.export_corpus(&path)?);
                Ok(())
            }
            Command::Import { path, format } => self.import(&path, format.as_deref()),
            Command::SetLink { entry, gazetteer } => self.set_link(Some((entry, gazetteer))),
            Command::ClearLink => self.set_link(None),
            Command::AddEntry => self.add_entry(),
            Command::AddAlias(entry) => self.add_alias(&entry),
            Command::SetValue(value) => self.set_value(value),
            Command::Adjudicate(verdict) => self.adjudicate(verdict),
            Command::AdjudicateAgreed => self.adjudicate_agreed(),
            Command::FlagFocus => self.flag_focus(),
            Command::FlagDocument => self.flag_document(),
            Command::Comment(text) => self.comment(&text),
            Command::ResolveComment(id, done) => self.resolve_comment(id, done),
            command => {
                if let Some(document) = &mut self.document {
                    look(document, &command);
                }
                Ok(())
            }
        }
    }

    fn step_document(&mut self, toward: Toward) -> Result<(), AppError> {
        let here = self.document.as_ref().map(OpenDocument::id);
        self.library.neighbour(here, toward).map_or(Ok(()), |id| self.show(id))
    }

    /// One step of the history on the document that is shown, and what follows when it is on disk;
    /// the first one says that work on the document has begun.
    pub(super) fn edit(
        &mut self,
        mut edits: Vec<Edit>,
        after: impl FnOnce(&mut Self) + 'static,
    ) -> Result<(), AppError> {
        let Some(document) = self.document.as_ref().filter(|_| !edits.is_empty()) else {
            return Ok(());
        };
        if document.review() == ReviewState::New {
            edits.push(Edit::SetReview(document.id(), self.layer, ReviewState::InProgress));
        }
        self.write_step(edits, |work, _| {
            after(work);
            Ok(())
        })
    }

    /// Goes on to what the model is not sure of; where all is sure, to what nobody has looked at.
    fn advance(&mut self) {
        if let Some(document) = &mut self.document
            && !document.step(Toward::Later, is_doubtful)
        {
            document.step(Toward::Later, is_open);
        }
    }

    /// Confirms several suggestions in one step.
    fn accept(&mut self, which: fn(&OpenDocument) -> Vec<SpanId>) -> Result<(), AppError> {
        let Some(document) = &self.document else { return Ok(()) };
        let edits = which(document).into_iter().map(Edit::Accept).collect();
        self.edit(edits, Self::advance)
    }

    fn decide(&mut self, edit: fn(SpanId) -> Edit) -> Result<(), AppError> {
        let Some(document) = &self.document else { return Ok(()) };
        if document.marked().is_some() {
            return Ok(());
        }
        let Some(focused) = document.focused() else {
            self.advance();
            return Ok(());
        };
        if is_open(focused) {
            return self.edit(vec![edit(focused.id)], Self::advance);
        }
        self.advance();
        Ok(())
    }

    /// A rejected suggestion is kept, so that it is not made again; what a person added is removed.
    fn reject(&mut self) -> Result<(), AppError> {
        let looked_at = self.document.as_ref().filter(|document| document.marked().is_none());
        let Some(focused) = looked_at.and_then(OpenDocument::focused) else { return Ok(()) };
        let (span, edit) = (focused.span, reject_or_remove(focused));
        self.edit(vec![edit], move |work| work.advance_from(span))
    }

    /// Goes on to the next one to check from where something was, though it is gone.
    pub(super) fn advance_from(&mut self, span: Span) {
        if let Some(document) = &mut self.document {
            document.mark(span);
            let is_next =
                document.step(Toward::Later, is_doubtful) || document.step(Toward::Later, is_open);
            if !is_next {
                document.clear();
            }
        }
    }

    fn label(&mut self, idx: usize) -> Result<(), AppError> {
        let Some(label) = self.labels.get(idx).cloned() else { return Ok(()) };
        let Some(document) = &self.document else { return Ok(()) };
        self.last_label = Some(idx);
        if let Some(span) = document.marked() {
            let edits = self.cover(span, &label);
            return self.edit(edits, move |work| {
                if let Some(document) = &mut work.document {
                    document.focus_span(span);
                }
            });
        } else if let Some(focused) = document.focused() {
            let (id, was_open) = (focused.id, is_open(focused));
            return self.edit(vec![Edit::Relabel(id, label)], move |work| {
                if was_open {
                    work.advance();
                }
            });
        }
        Ok(())
    }

    /// Edits that put one annotation on just this span. One that is in the way is moved and keeps
    /// its id, link and comments; further ones go.
    pub(super) fn cover(&self, span: Span, label: &str) -> Vec<Edit> {
        let Some(document) = &self.document else { return Vec::new() };
        let mut edits = Vec::new();
        let mut others = document.overlapping(span);
        if let Some(first) = others.next() {
            edits.extend(others.map(reject_or_remove));
            edits.push(Edit::MoveEdges(first.id, span));
            edits.push(Edit::Relabel(first.id, label.to_owned()));
            edits.push(Edit::Accept(first.id));
        } else {
            let (document, layer) = (document.id(), self.layer);
            edits.push(Edit::AddSpan { document, layer, span, label: label.to_owned() });
        }
        edits
    }

    fn move_edge(&mut self, edge: Edge, toward: Toward, step: Step) -> Result<(), AppError> {
        let looked_at = self.document.as_ref().filter(|document| document.marked().is_none());
        self.set_edges(looked_at.and_then(|document| document.moved_edge(edge, toward, step)))
    }

    fn drag_edge(&mut self, edge: Edge, byte: u32, step: Step) -> Result<(), AppError> {
        let document = self.document.as_ref();
        self.set_edges(document.and_then(|document| document.stretched(edge, byte, step)))
    }

    fn enclose(&mut self) -> Result<(), AppError> {
        let Some(document) = &mut self.document else { return Ok(()) };
        if let Some(marked) = document.marked() {
            if let Some(span) = enclosing(document.text(), marked) {
                document.mark(span);
            }
            return Ok(());
        }
        let span = document.focused().and_then(|a| enclosing(document.text(), a.span));
        self.set_edges(span)
    }

    /// Gives the annotation in focus these edges. Neighbours that a person has confirmed are not
    /// touched: the edge stops.
    fn set_edges(&mut self, span: Option<Span>) -> Result<(), AppError> {
        let Some(document) = &self.document else { return Ok(()) };
        let (Some(focused), Some(span)) = (document.focused(), span) else { return Ok(()) };
        let id = focused.id;
        if document.overlapping(span).any(|other| other.id != id && !is_open(other)) {
            return Ok(());
        }
        let in_the_way = document.overlapping(span).filter(|other| other.id != id);
        let mut edits: Vec<Edit> = in_the_way.map(reject_or_remove).collect();
        edits.push(Edit::MoveEdges(id, span));
        self.edit(edits, |_| ())
    }

    /// Whether the document that is shown has just these suggestions: then nothing is to be written.
    fn shows_already(&self, id: DocumentId, model: &str, suggestions: &[Suggestion]) -> bool {
        let Some(document) = self.document.as_ref().filter(|shown| shown.id() == id) else {
            return false;
        };
        let is_same = |(a, s): (&Annotation, &Suggestion)| {
            let is_of_model = matches!(&a.source, Source::Model(made) if made == model);
            is_of_model
                && a.span == s.span
                && a.label == s.label
                && a.score == s.score.map(f64::from)
        };
        document.n_suggested() == suggestions.len()
            && !suggestions.is_empty()
            && document.open().zip(suggestions).all(is_same)
    }

    fn undo(&mut self) -> Result<(), AppError> {
        let Some(step) = self.undo_step() else { return Ok(()) };
        self.need_own(step)?;
        let document = step.document;
        self.write(Job::Undo, move |work, receipt| work.after_undo(document, receipt))
    }

    fn redo(&mut self) -> Result<(), AppError> {
        let Some(step) = &self.history.redo else { return Ok(()) };
        self.need_own(step)?;
        let document = step.document;
        self.write(Job::Redo, move |work, receipt| work.after_undo(document, receipt))
    }

    /// Shows the document that was changed, if it is not the one that is shown.
    fn after_undo(
        &mut self,
        changed: Option<DocumentId>,
        receipt: &tawsim_store::Receipt,
    ) -> Result<(), AppError> {
        self.is_corrected = true;
        let shown = self.document.as_ref().map(OpenDocument::id);
        match changed {
            Some(id)
                if shown != changed && !shown.is_some_and(|s| receipt.documents.contains(&s)) =>
            {
                self.show(id)
            }
            _ => Ok(()),
        }
    }

    /// Confirms what is left, marks the document as done, shows the next one to do.
    fn finish(&mut self) -> Result<(), AppError> {
        let Some(document) = &self.document else { return Ok(()) };
        let id = document.id();
        let open = document.annotations().iter().filter(|a| is_open(a));
        let mut edits: Vec<Edit> = open.map(|a| Edit::Accept(a.id)).collect();
        edits.push(Edit::SetReview(id, self.layer, ReviewState::Done));
        self.write_step(edits, move |work, _| {
            work.library.next_to_do(id).map_or(Ok(()), |next| work.show(next))
        })
    }

    fn review(&mut self, state: ReviewState) -> Result<(), AppError> {
        let Some(document) = &self.document else { return Ok(()) };
        let edit = Edit::SetReview(document.id(), self.layer, state);
        self.write_step(vec![edit], |_, _| Ok(()))
    }

    /// The tagger's answer. It is no step of the annotator's, so undo passes over it.
    fn suggest(
        &mut self,
        document: DocumentId,
        model: String,
        found: Vec<Found>,
    ) -> Result<(), AppError> {
        // It was finished while the tagger was at it: nobody would look at what is suggested in it now.
        let row = self.library.get(document);
        if row.is_some_and(|row| WorkState::of(row) == WorkState::Done) {
            return Ok(());
        }
        let suggestions = found.into_iter().filter_map(|found| {
            let span = Span::from_range(found.start as usize..found.end as usize)?;
            let is_known = self.labels.contains(&found.label);
            is_known.then_some(Suggestion { span, label: found.label, score: Some(found.score) })
        });
        let suggestions: Vec<Suggestion> = suggestions.collect();
        if self.shows_already(document, &model, &suggestions) {
            return Ok(());
        }
        let edit = Edit::Suggest { document, layer: self.layer, model, suggestions };
        let looked_at = self.document.as_ref().and_then(OpenDocument::focused).map(|a| a.span);
        self.write(Job::Aside(vec![edit]), move |work, _| {
            let Some(shown) = work.document.as_mut().filter(|shown| shown.id() == document) else {
                return Ok(());
            };
            work.wants_alternatives |= shown.alternatives.is_none();
            if shown.focus().is_none() && shown.marked().is_none() {
                // What was looked at may be another suggestion now.
                let in_place = |a: &Annotation| looked_at.is_some_and(|at| a.span.overlaps(at));
                let _ = shown.step(Toward::Later, in_place)
                    || shown.step(Toward::Later, is_doubtful)
                    || shown.step(Toward::Later, is_open);
            }
            Ok(())
        })
    }
}

fn reject_or_remove(annotation: &Annotation) -> Edit {
    match annotation.source {
        Source::Model(_) => Edit::Reject(annotation.id),
        Source::Person | Source::Import => Edit::RemoveSpan(annotation.id),
    }
}

/// Commands that change only what is in focus or marked.
fn look(document: &mut OpenDocument, command: &Command) {
    match *command {
        Command::StepAnnotation(toward) => {
            document.step(toward, |_| true);
        }
        Command::StepDoubtful(toward) => {
            document.step(toward, is_open);
        }
        Command::Point(byte) => document.point(byte),
        Command::Mark(start, end) if start <= end => document.mark(Span::new(start, end)),
        Command::MarkWord(byte) => document.mark_word(byte),
        Command::MoveMark { toward, extend } => document.move_mark(toward, extend),
        Command::Escape => document.clear(),
        _ => {}
    }
}
