//! The annotations of the document, grouped by label.

use egui::{ScrollArea, Ui};
use tawsim_store::SpanState;

use super::Gui;
use crate::{
    App, Command,
    app::OpenDocument,
    language::{label_name, phrases},
    palette::label_color,
    text::{ButtonLook, Direction, Row, row_height},
};

/// A line of the panel.
#[derive(Clone, Copy)]
enum Line {
    Label(usize),
    Annotation(usize),
}

/// The panel's lines, made anew when the document changes.
#[derive(Default)]
pub(crate) struct EntitiesPanel {
    lines: Vec<Line>,
    made_for: Option<u64>,
    shown: Option<usize>,
}

impl EntitiesPanel {
    /// Draws the panel.
    pub(crate) fn show(&mut self, ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
        gui.line(ui, |gui, ui| gui.heading(ui, phrases::ENTITIES));
        label_buttons(ui, gui, app);
        let Some(document) = app.document() else { return };
        if self.made_for != Some(app.revision()) {
            self.made_for = Some(app.revision());
            self.lines = lines_of(app, document);
        }
        let height = row_height(gui.style());
        let mut area = ScrollArea::vertical().id_salt("entities").auto_shrink(false);
        let focus = document.focus();
        if focus != self.shown {
            self.shown = focus;
            let is_focus = |line: &Line| matches!(line, Line::Annotation(i) if Some(*i) == focus);
            if let Some(at) = self.lines.iter().position(is_focus) {
                let top = at as f32 * (height + ui.spacing().item_spacing.y);
                area = area.vertical_scroll_offset((top - ui.available_height() / 2.0).max(0.0));
            }
        }
        area.show_rows(ui, height, self.lines.len(), |ui, range| {
            for line in &self.lines[range] {
                match line {
                    Line::Label(label_idx) => group_row(ui, gui, app, *label_idx),
                    Line::Annotation(idx) => annotation_row(ui, gui, document, *idx),
                }
            }
        });
    }
}

fn lines_of(app: &App, document: &OpenDocument) -> Vec<Line> {
    let mut lines = Vec::new();
    // The last group is that of retired labels: nothing that is in the text is missing here.
    for label_idx in 0..=app.labels().len() {
        let of_label = |idx: &usize| document.label_idx(*idx) == label_idx;
        let members: Vec<usize> = (0..document.annotations().len()).filter(of_label).collect();
        if !members.is_empty() {
            lines.push(Line::Label(label_idx));
            lines.extend(members.into_iter().map(Line::Annotation));
        }
    }
    lines
}

/// A button for each label: what the digits do, for the mouse.
fn label_buttons(ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
    let has_document = app.document().is_some();
    let look = if has_document { ButtonLook::Normal } else { ButtonLook::Disabled };
    gui.wrapped(ui, |gui, ui| {
        for (idx, label) in app.labels().iter().enumerate() {
            let text = format!("{} {}", idx + 1, label_name(label, gui.language));
            let style = gui.style();
            let response = gui.engine.button(ui, &text, style, look);
            let line = [response.rect.left_bottom(), response.rect.right_bottom()];
            ui.painter().line_segment(line, (3.0, label_color(ui.ctx().theme(), idx)));
            if response.clicked() {
                gui.ask(Command::Label(idx));
            }
        }
    });
}

fn group_row(ui: &mut Ui, gui: &mut Gui<'_>, app: &App, label_idx: usize) {
    let document = app.document().expect("groups are those of a document");
    let n = document.n_with_label(label_idx).to_string();
    let style = gui.bold();
    let name = match app.labels().get(label_idx) {
        Some(label) => label_name(label, gui.language),
        None => gui.say(phrases::RETIRED),
    };
    let row = Row {
        note: &n,
        note_direction: gui.language.direction(),
        swatch: Some(label_color(ui.ctx().theme(), label_idx)),
        ..Row::new(name, style.direction)
    };
    gui.engine.row(ui, &row, style);
}

fn annotation_row(ui: &mut Ui, gui: &mut Gui<'_>, document: &OpenDocument, idx: usize) {
    let annotation = &document.annotations()[idx];
    let surface = document.surface(idx);
    let note = match (annotation.state, annotation.score) {
        (SpanState::Suggested, Some(score)) => format!("{:.0} %", score * 100.0),
        (SpanState::Suggested, None) => gui.say(phrases::SUGGESTED).to_owned(),
        _ => gui.say(phrases::CONFIRMED).to_owned(),
    };
    let row = Row {
        note: &note,
        note_direction: gui.language.direction(),
        selected: document.focus() == Some(idx),
        ..Row::new(surface, Direction::RightToLeft)
    };
    let style = gui.style();
    if gui.engine.row(ui, &row, style).clicked() {
        gui.ask(Command::Point(annotation.span.start()));
    }
}
