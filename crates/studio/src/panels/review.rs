//! Several annotators side by side: where they differ, decided by digit; how far they agree.

use egui::{Key, Ui};
use tawsim_store::{Annotation, Disagreement, DocumentId, StoreError};

use super::Gui;
use crate::{
    App, Command, Verdict,
    app::{AgreementTable, Differences, OpenDocument, agreement},
    background::Answer,
    keys::{digit_pressed, pressed},
    language::{label_name, phrases},
    palette::label_color,
    text::{ButtonLook, Direction, Row, TextStyle, isolated},
};

/// Letters of the text that are shown around a disagreement.
const CONTEXT: usize = 60;

type Asked = Answer<Result<AgreementTable, StoreError>>;

/// The panel, while it is open.
pub(crate) struct ReviewPanel {
    /// What was asked last, and at which revision.
    agreement: Option<(u64, Asked)>,
    /// What is known until that is answered.
    table: Option<Result<AgreementTable, StoreError>>,
    /// The revision that `table` is of.
    counted: Option<u64>,
    /// The disagreement that digits decide on.
    at: usize,
    shows_decided: bool,
    /// The document and the revision that `differences` is of.
    of: Option<(DocumentId, u64)>,
    differences: Option<Differences>,
}

impl ReviewPanel {
    pub(crate) fn new(app: &App, ctx: &egui::Context) -> Self {
        Self {
            agreement: ask(app, ctx),
            table: None,
            counted: None,
            at: 0,
            shows_decided: false,
            of: None,
            differences: None,
        }
    }

    /// Draws it. Returns whether it is done.
    pub(crate) fn show(&mut self, ui: &mut Ui, gui: &mut Gui<'_>, app: &App) -> bool {
        let of = app.document().map(|document| (document.id(), app.revision()));
        if self.of.map(|(document, _)| document) != of.map(|(document, _)| document) {
            (self.of, self.differences) = (None, None);
        }
        // What is on its way to the disk is not read yet.
        if self.of != of && app.is_saved() {
            self.of = of;
            self.differences = app.differences().ok();
        }
        gui.line(ui, |gui, ui| gui.heading(ui, phrases::REVIEW));
        self.ask_anew(app, ui.ctx());
        self.table(ui, gui, app);
        let done = match self.differences.take() {
            Some(differences) => {
                self.decide(ui, gui, app, &differences);
                self.differences = Some(differences);
                false
            }
            None => false,
        };
        let close = gui.line(ui, |gui, ui| {
            if gui.button(ui, phrases::ADJUDICATE_AGREED, ButtonLook::Normal) || pressed(ui, Key::A)
            {
                gui.ask(Command::AdjudicateAgreed);
            }
            let look = if self.shows_decided { ButtonLook::Selected } else { ButtonLook::Normal };
            if gui.button(ui, phrases::SHOW_DECIDED, look) || pressed(ui, Key::D) {
                self.shows_decided ^= true;
            }
            gui.button(ui, phrases::CLOSE, ButtonLook::Normal)
        });
        done || close
    }

    /// Takes the answer, and asks again for what was changed since and is on disk.
    fn ask_anew(&mut self, app: &App, ctx: &egui::Context) {
        if let Some((revision, asked)) = &mut self.agreement
            && let Some(table) = asked.take()
        {
            self.table = Some(table);
            self.counted = Some(*revision);
            self.agreement = None;
        }
        if self.agreement.is_none() && self.counted != Some(app.revision()) {
            self.agreement = ask(app, ctx);
        }
    }

    /// How far the annotators agree, and the documents in which they do not.
    fn table(&mut self, ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
        let language = gui.language;
        let table = match &self.table {
            Some(Ok(table)) => table,
            Some(Err(error)) => {
                let said = phrases::CANNOT.with(language, &[error]);
                return gui.line(ui, |gui, ui| gui.label(ui, &said));
            }
            None => return gui.line(ui, |gui, ui| gui.weak(ui, gui.say(phrases::COUNTING))),
        };
        if table.pairs.is_empty() {
            return gui.line(ui, |gui, ui| gui.weak(ui, gui.say(phrases::ONE_ANNOTATOR)));
        }
        let number = |value: Option<f64>| value.map_or("–".to_owned(), |v| format!("{v:.3}"));
        let heads = [phrases::ANNOTATORS, phrases::F1, phrases::KAPPA];
        gui.cells(ui, &heads.map(|head| head.say(language).to_owned()), true);
        for (first, second, f1, kappa) in &table.pairs {
            let names = format!("{} – {}", table.names[*first], table.names[*second]);
            gui.cells(ui, &[names, number(*f1), number(*kappa)], false);
        }
        let alpha = number(table.alpha);
        let n: usize = table.open.iter().map(|open| open.2).sum();
        let said = phrases::AGREEMENT.with(language, &[&alpha, &n, &table.open.len()]);
        gui.line(ui, |gui, ui| gui.weak(ui, &said));
        let open = &table.open;
        gui.wrapped(ui, |gui, ui| {
            for (id, name, n) in open.iter().take(12) {
                if gui.text_button(ui, &format!("{name} ({n})"), ButtonLook::Normal) {
                    gui.ask(Command::OpenDocument(*id));
                }
            }
        });
        if pressed(ui, Key::N)
            && let Some(id) = table.next_open(app.document().map(OpenDocument::id))
        {
            gui.ask(Command::OpenDocument(id));
        }
    }

    fn decide(&mut self, ui: &mut Ui, gui: &mut Gui<'_>, app: &App, differences: &Differences) {
        if differences.layers.len() < 2 {
            return;
        }
        let language = gui.language;
        let shown: Vec<&Disagreement> = differences
            .found
            .iter()
            .filter(|found| self.shows_decided || !found.is_decided)
            .collect();
        let names: Vec<&str> = differences.layers.iter().map(|l| l.name.as_str()).collect();
        let said = phrases::DISAGREEMENTS.with(language, &[&shown.len(), &names.join("، ")]);
        gui.line(ui, |gui, ui| gui.label(ui, &said));
        if pressed(ui, Key::ArrowDown) {
            self.at += 1;
        }
        if pressed(ui, Key::ArrowUp) {
            self.at = self.at.saturating_sub(1);
        }
        self.at = self.at.min(shown.len().saturating_sub(1));
        let room = ui.ctx().content_rect().height() - 420.0;
        let mut picked = None;
        gui.scrolled(ui, ("differences", room), |gui, ui| {
            for (idx, found) in shown.iter().enumerate() {
                let clicked = disagreement(ui, gui, app, (found, differences, idx == self.at));
                picked = picked.or(clicked.map(|candidate| (idx, Some(candidate))));
            }
        });
        let by_key = digit_pressed(ui).map(|digit| (self.at, digit.checked_sub(1)));
        let Some((idx, candidate)) = picked.or(by_key) else { return };
        if let Some(verdict) = shown.get(idx).and_then(|found| verdict(found, candidate)) {
            self.at = idx;
            gui.ask(Command::Adjudicate(verdict));
        }
    }
}

/// Counts on a thread of its own, once all is on disk.
fn ask(app: &App, ctx: &egui::Context) -> Option<(u64, Asked)> {
    let dir = app.project().filter(|_| app.is_saved())?.dir().to_owned();
    Some((app.revision(), Answer::to(ctx, move || agreement(&dir))))
}

/// Draws one with a line for each layer. Which candidate was clicked.
fn disagreement(
    ui: &mut Ui,
    gui: &mut Gui<'_>,
    app: &App,
    (found, differences, is_current): (&Disagreement, &Differences, bool),
) -> Option<usize> {
    let document = app.document().expect("differences are those of a document");
    let text = document.text();
    let around = around(text, found.span.range());
    let (style, ink) = (gui.style(), ui.visuals().weak_text_color());
    let written = TextStyle { direction: Direction::of(&around), ..style };
    gui.line(ui, |gui, ui| gui.engine.label(ui, &isolated(&around), written, ink));
    let mut clicked = None;
    for (idx, candidate) in alternatives(found).into_iter().enumerate() {
        let of = |a: &&Annotation| a.span == candidate.span && a.label == candidate.label;
        let who: Vec<&str> = found
            .candidates
            .iter()
            .filter(of)
            .filter_map(|a| differences.layers.iter().find(|layer| layer.id == a.layer))
            .map(|layer| layer.name.as_str())
            .collect();
        let text = format!(
            "{} {}: {}",
            idx + 1,
            label_name(&candidate.label, gui.language),
            text.get(candidate.span.range()).unwrap_or_default()
        );
        let label_idx = app.labels().iter().position(|label| *label == candidate.label);
        let row = Row {
            note: &who.join("، "),
            note_direction: Direction::of(who.first().unwrap_or(&"")),
            swatch: label_idx.map(|idx| label_color(ui.ctx().theme(), idx)),
            selected: is_current,
            ..Row::new(&text, gui.language.direction())
        };
        if gui.engine.row(ui, &row, style).clicked() {
            clicked = Some(idx);
        }
    }
    ui.add_space(6.0);
    clicked
}

/// The different entities among the candidates: those that several layers have alike come once.
fn alternatives(found: &Disagreement) -> Vec<&Annotation> {
    let mut different: Vec<&Annotation> = Vec::new();
    for candidate in &found.candidates {
        let is_there = |a: &&Annotation| a.span == candidate.span && a.label == candidate.label;
        if !different.iter().any(is_there) {
            different.push(candidate);
        }
    }
    different
}

/// The chosen alternative is right and those that overlap it are not; without one, none is. Others of the group stay
/// to be decided: where one annotator has one span, another may have two side by side, both right.
fn verdict(found: &Disagreement, chosen: Option<usize>) -> Option<Verdict> {
    let different = alternatives(found);
    if chosen.is_some_and(|idx| idx >= different.len()) {
        return None;
    }
    let mut verdict = Verdict { accept: Vec::new(), reject: Vec::new() };
    for (idx, candidate) in different.iter().enumerate() {
        if chosen == Some(idx) {
            verdict.accept.push(candidate.id);
        } else if chosen.is_none_or(|idx| different[idx].span.overlaps(candidate.span)) {
            verdict.reject.push(candidate.id);
        }
    }
    Some(verdict)
}

/// The text around a span on one line, the span in brackets of its own; nothing for a span that is not in the text.
fn around(text: &str, range: std::ops::Range<usize>) -> String {
    let pieces = (text.get(..range.start), text.get(range.clone()), text.get(range.end..));
    let (Some(before), Some(inside), Some(after)) = pieces else { return String::new() };
    let start = before.char_indices().rev().take(CONTEXT).last().map_or(0, |(byte, _)| byte);
    let after: String = after.chars().take(CONTEXT).collect();
    format!("…{}[{inside}]{after}…", &before[start..]).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use tawsim_store::{Source, SpanState};
    use tawsim_tokenizer::Span;

    use super::*;

    #[test]
    fn what_lies_beside_the_chosen_one_stays_open() {
        let candidate = |(idx, (start, end)): (usize, (u32, u32))| Annotation {
            id: format!("{idx:016x}").parse().expect("an id"),
            layer: "0000000000000001".parse().expect("an id"),
            span: Span::new(start, end),
            label: "PLACE".to_owned(),
            state: SpanState::Confirmed,
            source: Source::Person,
            score: None,
            reviewer: None,
            link: None,
            value: None,
            is_flagged: false,
        };
        // One annotator has the whole, the other its two parts.
        let candidates = [(0, 6), (0, 13), (7, 13)].into_iter().enumerate().map(candidate);
        let span = Span::new(0, 13);
        let found = Disagreement { span, candidates: candidates.collect(), is_decided: false };
        let check = |chosen, accepted: &[usize], rejected: &[usize]| {
            let verdict = verdict(&found, chosen).expect("a good choice");
            let ids = |list: &[usize]| list.iter().map(|idx| found.candidates[*idx].id).collect();
            let expected: [Vec<_>; 2] = [ids(accepted), ids(rejected)];
            assert_eq!([verdict.accept, verdict.reject], expected, "{chosen:?}");
        };
        check(Some(0), &[0], &[1]);
        check(Some(1), &[1], &[0, 2]);
        check(Some(2), &[2], &[1]);
        check(None, &[], &[0, 1, 2]);
    }

    #[test]
    fn a_span_is_shown_in_what_stands_around_it() {
        let long = format!("{}حلب", "ا".repeat(CONTEXT + 5));
        let town = long.len() - "حلب".len();
        let cut = format!("…{}[حلب]…", "ا".repeat(CONTEXT));
        let table = [
            ("قرب حلب\nأمس", 7..13, "…قرب [حلب] أمس…"),
            ("حلب", 0..6, "…[حلب]…"),
            (&long, town..long.len(), &cut),
            // Spans of another text: behind the end, inside of a letter.
            ("حلب", 20..30, ""),
            ("حلب", 1..3, ""),
            ("حلب", 0..3, ""),
        ];
        for (text, range, want) in table {
            assert_eq!(around(text, range.clone()), want, "{text} {range:?}");
        }
    }
}
