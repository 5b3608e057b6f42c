//! The document that is shown: its annotations, what is in focus, what is marked.

use std::sync::Arc;

use tawsim_store::{
    Annotation, DocumentId, LayerId, ReviewState, SpanId, SpanState, StoredDocument,
};
use tawsim_tokenizer::Span;

use super::Alternative;
use crate::{
    Toward,
    snap::{Edge, SegmentMap, Step, moved_by_character, stretched_by_character},
};

/// The document that is shown.
pub(crate) struct OpenDocument {
    id: DocumentId,
    text: Arc<str>,
    map: SegmentMap,
    layer: LayerId,
    review: ReviewState,
    /// What is confirmed or suggested in the annotator's layer, in the order of the text.
    annotations: Vec<Annotation>,
    /// What a person has rejected in the annotator's layer, in no order.
    rejected: Vec<Annotation>,
    /// The place of each annotation's label in the label set.
    label_idx: Vec<usize>,
    n_suggested: usize,
    focus: Option<Focus>,
    mark: Option<Mark>,
    /// What the model holds possible beside the annotations, once it has said so.
    pub(super) alternatives: Option<Vec<Alternative>>,
}

/// The annotation that keys act on: who it is, and where it stands in the list now.
#[derive(Clone, Copy, Debug)]
struct Focus {
    id: SpanId,
    idx: usize,
}

/// A mark grows from its anchor to its head.
#[derive(Clone, Copy, Debug)]
struct Mark {
    anchor: Span,
    head: Span,
}

fn is_rejected(annotation: &Annotation) -> bool {
    annotation.state == SpanState::Rejected
}

impl OpenDocument {
    pub(super) fn new(stored: StoredDocument, layer: LayerId, labels: &[String]) -> Self {
        let mut document = Self {
            id: stored.id,
            text: stored.text.as_str().into(),
            map: SegmentMap::new(&stored.text),
            layer,
            review: ReviewState::New,
            annotations: Vec::new(),
            rejected: Vec::new(),
            label_idx: Vec::new(),
            n_suggested: 0,
            focus: None,
            mark: None,
            alternatives: None,
        };
        document.refresh(stored.annotations, layer, labels);
        document
    }

    /// Takes the annotations anew after an edit. The focus stays on its annotation if that is
    /// still there.
    pub(super) fn refresh(&mut self, all: Vec<Annotation>, layer: LayerId, labels: &[String]) {
        let of_layer = all.into_iter().filter(|a| a.layer == layer);
        (self.rejected, self.annotations) = of_layer.partition(is_rejected);
        let place = |a: &Annotation| labels.iter().position(|l| *l == a.label);
        self.label_idx =
            self.annotations.iter().map(|a| place(a).unwrap_or(labels.len())).collect();
        self.n_suggested =
            self.annotations.iter().filter(|a| a.state == SpanState::Suggested).count();
        self.focus = self.focus.and_then(|focus| self.find(focus.id));
    }

    /// Takes one annotation anew; `None` if it is gone. Those of other documents are passed over.
    pub(super) fn update(&mut self, id: SpanId, now: Option<Annotation>, labels: &[String]) {
        let focused = self.focus.map(|focus| focus.id);
        if let Some(idx) = self.annotations.iter().position(|a| a.id == id) {
            self.annotations.remove(idx);
            self.label_idx.remove(idx);
        }
        self.rejected.retain(|a| a.id != id);
        let now = now.filter(|a| a.layer == self.layer);
        if let Some(now) = now.clone().filter(is_rejected) {
            self.rejected.push(now);
        }
        if let Some(now) = now.filter(|a| !is_rejected(a)) {
            let key = |a: &Annotation| (a.span.start(), a.span.end(), a.layer, a.id);
            let idx = self.annotations.partition_point(|a| key(a) < key(&now));
            let place = labels.iter().position(|l| *l == now.label);
            self.label_idx.insert(idx, place.unwrap_or(labels.len()));
            self.annotations.insert(idx, now);
        }
        self.n_suggested =
            self.annotations.iter().filter(|a| a.state == SpanState::Suggested).count();
        self.focus = focused.and_then(|id| self.find(id));
    }

    fn find(&self, id: SpanId) -> Option<Focus> {
        let idx = self.annotations.iter().position(|a| a.id == id)?;
        Some(Focus { id, idx })
    }

    /// What is open in the sentence of the focus or the mark.
    pub(super) fn open_in_sentence(&self) -> impl Iterator<Item = &Annotation> {
        let here = self.here();
        let sentence = here.map(|span| self.map.sentence_at(span.start()));
        let is_here = move |a: &&Annotation| Some(self.map.sentence_at(a.span.start())) == sentence;
        self.open().filter(is_here)
    }

    /// What nobody has decided on.
    pub(super) fn open(&self) -> impl Iterator<Item = &Annotation> {
        self.annotations.iter().filter(|a| a.state == SpanState::Suggested)
    }

    pub(super) fn set_review(&mut self, review: ReviewState) {
        self.review = review;
    }

    pub(super) const fn review(&self) -> ReviewState {
        self.review
    }

    pub(crate) const fn id(&self) -> DocumentId {
        self.id
    }

    pub(crate) const fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// How many annotations are confirmed and suggested, and the lowest score of those suggested.
    pub(super) fn counts(&self) -> (u32, u32, Option<f64>) {
        let n_suggested = self.n_suggested as u32;
        let scores = self.open().filter_map(|a| a.score);
        let min_score = scores.min_by(f64::total_cmp);
        (self.annotations.len() as u32 - n_suggested, n_suggested, min_score)
    }

    /// What a person has rejected.
    pub(super) fn rejected(&self) -> &[Annotation] {
        &self.rejected
    }

    pub(crate) fn annotations(&self) -> &[Annotation] {
        &self.annotations
    }

    /// Place of an annotation's label in the label set; one past its end for a retired label.
    pub(crate) fn label_idx(&self, idx: usize) -> usize {
        self.label_idx[idx]
    }

    pub(crate) fn n_with_label(&self, label_idx: usize) -> usize {
        self.label_idx.iter().filter(|idx| **idx == label_idx).count()
    }

    pub(crate) const fn n_suggested(&self) -> usize {
        self.n_suggested
    }

    pub(crate) fn surface(&self, idx: usize) -> &str {
        self.surface_of(&self.annotations[idx])
    }

    pub(super) fn surface_of(&self, annotation: &Annotation) -> &str {
        annotation.span.slice(&self.text)
    }

    /// Index of the annotation that keys act on.
    pub(crate) fn focus(&self) -> Option<usize> {
        self.focus.map(|focus| focus.idx)
    }

    pub(crate) fn focused(&self) -> Option<&Annotation> {
        Some(&self.annotations[self.focus()?])
    }

    /// What is marked.
    pub(crate) fn marked(&self) -> Option<Span> {
        self.mark.map(|mark| mark.anchor.cover(mark.head))
    }

    /// What is marked, or else in focus.
    pub(super) fn here(&self) -> Option<Span> {
        self.marked().or_else(|| self.focused().map(|a| a.span))
    }

    pub(super) fn set_focus(&mut self, idx: Option<usize>) {
        self.focus = idx.map(|idx| Focus { id: self.annotations[idx].id, idx });
        self.mark = None;
    }

    /// Focuses the annotation with just these edges.
    pub(super) fn focus_span(&mut self, span: Span) {
        self.set_focus(self.annotations.iter().position(|a| a.span == span));
    }

    pub(super) fn clear(&mut self) {
        if self.mark.take().is_none() {
            self.focus = None;
        }
    }

    /// The annotation at a byte, the shortest of several; else the word there is marked.
    pub(super) fn point(&mut self, byte: u32) {
        let at = Span::new(byte, byte + 1);
        let covers = |idx: &usize| self.annotations[*idx].span.overlaps(at);
        let length = |idx: &usize| self.annotations[*idx].span.byte_len();
        let found = (0..self.annotations.len()).filter(covers).min_by_key(length);
        if found.is_some() {
            self.set_focus(found);
        } else {
            self.mark_word(byte);
        }
    }

    pub(super) fn mark(&mut self, span: Span) {
        self.set_mark(self.map.snap(span));
    }

    pub(super) fn mark_word(&mut self, byte: u32) {
        self.set_mark(self.word_at(byte));
    }

    /// The word at a byte without its clitics.
    pub(super) fn word_at(&self, byte: u32) -> Option<Span> {
        self.map.word_at(byte)
    }

    fn set_mark(&mut self, span: Option<Span>) {
        self.mark = span.map(|span| Mark { anchor: span, head: span });
    }

    /// Marks the segment next to the mark, or next to the annotation in focus.
    pub(super) fn move_mark(&mut self, toward: Toward, extend: bool) {
        let focused = self.focused().map(|a| a.span);
        let from = self.mark.map(|m| m.head).or(focused).unwrap_or_default();
        let byte = match toward {
            Toward::Earlier => from.start(),
            Toward::Later => from.end(),
        };
        let Some(head) = self.map.neighbour(byte, toward) else { return };
        let anchor = if extend { self.mark.map(|m| m.anchor).or(focused) } else { None };
        self.mark = Some(Mark { anchor: anchor.unwrap_or(head), head });
    }

    /// Goes to the next annotation for which `wanted` holds, from the focus or the mark on. After
    /// the last one comes the first. Returns whether there is one.
    pub(super) fn step(&mut self, toward: Toward, wanted: impl Fn(&Annotation) -> bool) -> bool {
        let n = self.annotations.len();
        let here = self.here().unwrap_or_default();
        let key = |span: Span| (span.start(), span.end());
        let before = self.annotations.partition_point(|a| key(a.span) < key(here));
        let through = self.annotations.partition_point(|a| key(a.span) <= key(here));
        let found = match toward {
            Toward::Later => (through..n).chain(0..through).find(|i| wanted(&self.annotations[*i])),
            Toward::Earlier => {
                let mut order = (0..before).rev().chain((before..n).rev());
                order.find(|i| wanted(&self.annotations[*i]))
            }
        };
        if found.is_some() {
            self.set_focus(found);
        }
        found.is_some()
    }

    /// The edges of the annotation in focus, one of them moved.
    pub(super) fn moved_edge(&self, edge: Edge, toward: Toward, step: Step) -> Option<Span> {
        let span = self.focused()?.span;
        match step {
            Step::Segment => self.map.moved(span, edge, toward),
            Step::Character => moved_by_character(&self.text, span, edge, toward),
        }
    }

    /// The words without their clitics that touch these bytes.
    pub(crate) fn words_in(&self, bytes: &std::ops::Range<usize>) -> Vec<Span> {
        self.map.words_in(bytes)
    }

    /// What a drag over `span` marks.
    pub(crate) fn snapped(&self, span: Span) -> Option<Span> {
        self.map.snap(span)
    }

    /// The edges of the annotation in focus, one of them at the place next to `byte`.
    pub(crate) fn stretched(&self, edge: Edge, byte: u32, step: Step) -> Option<Span> {
        let span = self.focused()?.span;
        match step {
            Step::Segment => self.map.stretched(span, edge, byte),
            Step::Character => stretched_by_character(&self.text, span, edge, byte),
        }
    }

    /// The annotations, what nobody has decided on first, of that the least sure first.
    pub(crate) fn least_sure(&self) -> Vec<&Annotation> {
        let mut all: Vec<&Annotation> = self.annotations.iter().collect();
        let open_score = |a: &Annotation| match a.state {
            SpanState::Suggested => a.score.unwrap_or_default(),
            SpanState::Confirmed | SpanState::Rejected => f64::INFINITY,
        };
        all.sort_by(|a, b| open_score(a).total_cmp(&open_score(b)));
        all
    }

    /// The span of these bytes, if they are whole letters of the text.
    pub(super) fn span_of(&self, start: u32, end: u32) -> Option<Span> {
        let range = start as usize..end as usize;
        self.text.get(range.clone()).filter(|surface| !surface.is_empty())?;
        Span::from_range(range)
    }

    /// Annotations that share a byte with `span`.
    pub(super) fn overlapping(&self, span: Span) -> impl Iterator<Item = &Annotation> {
        self.annotations.iter().filter(move |a| a.span.overlaps(span))
    }
}

#[cfg(test)]
mod tests {
    use crate::{App, Command, Found};

    #[test]
    fn the_line_of_the_list_is_what_the_project_counts() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("1.txt"), "داعش حلب إدلب حماة").expect("written");
        let mut app = App::new(tawsim_store::Options::new("samar").seed(1), "samar");
        app.apply(Command::Open(folder.path().to_owned())).expect("opens");
        let document = app.document().expect("shown").id();
        let found = |start: u32, end: u32, score: f32| {
            let label = "PLACE".to_owned();
            Found { start, end, label, score }
        };
        let entities = vec![found(0, 8, 0.4), found(9, 15, 0.3), found(16, 24, 0.9)];
        let suggest = Command::Suggest { document, model: "test".to_owned(), entities };
        let steps = [suggest, Command::Accept, Command::Reject, Command::FlagDocument];
        for command in steps.into_iter().chain([Command::Undo, Command::Finish, Command::Undo]) {
            app.apply(command.clone()).expect("the command fits");
            let layer = app.layer().expect("a layer");
            let counted = app.project().expect("open").document_row(document, layer);
            assert_eq!(*app.row(0), counted.expect("readable"), "{command:?}");
        }
    }
}
