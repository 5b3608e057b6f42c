//! The list of documents with search, states and order.

use egui::{Color32, ScrollArea, Ui};

use super::Gui;
use crate::{
    App, Command, SortKey, WorkState,
    language::{Phrase, label_name, phrases},
    text::{ButtonLook, Direction, LineInput, Row, TextEngine, TextStyle, row_height},
};

const STATES: [(Option<WorkState>, Phrase); 5] = [
    (None, phrases::ALL_STATES),
    (Some(WorkState::New), phrases::STATE_NEW),
    (Some(WorkState::Suggested), phrases::STATE_SUGGESTED),
    (Some(WorkState::Started), phrases::STATE_STARTED),
    (Some(WorkState::Done), phrases::STATE_DONE),
];

const SORTS: [(SortKey, Phrase); 4] = [
    (SortKey::Name, phrases::SORT_NAME),
    (SortKey::Uncertainty, phrases::SORT_UNCERTAINTY),
    (SortKey::Length, phrases::SORT_LENGTH),
    (SortKey::State, phrases::SORT_STATE),
];

/// The panel's own state: what is typed into the search box.
pub(crate) struct DocumentsPanel {
    search: LineInput,
    wants_focus: bool,
    /// The document that was scrolled to last.
    shown: Option<usize>,
}

impl DocumentsPanel {
    pub(crate) fn new(engine: &TextEngine) -> Self {
        let style = TextStyle {
            size_pt: super::SIZE_PT,
            line_height: 1.6,
            bold: false,
            direction: Direction::RightToLeft,
        };
        Self { search: LineInput::new(engine, style), wants_focus: false, shown: None }
    }

    /// Puts the caret into the search box.
    pub(crate) fn focus_search(&mut self) {
        self.wants_focus = true;
    }

    /// Draws the panel.
    pub(crate) fn show(&mut self, ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
        gui.line(ui, |gui, ui| {
            gui.heading(ui, phrases::DOCUMENTS);
            let count = format!("{} / {}", app.n_rows(), app.n_documents());
            gui.weak(ui, &count);
        });
        self.search_box(ui, gui);
        filters(ui, gui, app);
        self.list(ui, gui, app);
    }

    fn search_box(&mut self, ui: &mut Ui, gui: &mut Gui<'_>) {
        let (width, hint) = (ui.available_width(), gui.say(phrases::SEARCH));
        let response = self.search.ui(ui, gui.engine, width, hint);
        if std::mem::take(&mut self.wants_focus) {
            response.request_focus();
        }
        if response.changed() {
            gui.ask(Command::Search(self.search.text()));
        }
    }

    fn list(&mut self, ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
        let style = gui.style();
        let current = app.row_of_document();
        let mut area = ScrollArea::vertical().id_salt("documents").auto_shrink(false);
        let height = row_height(style);
        if current != self.shown {
            self.shown = current;
            let top = current.unwrap_or(0) as f32 * (height + ui.spacing().item_spacing.y);
            area = area.vertical_scroll_offset((top - ui.available_height() / 3.0).max(0.0));
        }
        area.show_rows(ui, height, app.n_rows(), |ui, range| {
            for idx in range {
                let row = app.row(idx);
                let note = note_of(gui, row);
                let shown = Row {
                    note: &note,
                    note_direction: gui.language.direction(),
                    swatch: Some(state_color(ui, WorkState::of(row))),
                    selected: current == Some(idx),
                    ..Row::new(&row.name, Direction::of(&row.name))
                };
                if gui.engine.row(ui, &shown, style).clicked() {
                    gui.ask(Command::OpenDocument(row.id));
                }
            }
        });
    }
}

fn filters(ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
    let chosen = app.settings().filter;
    gui.wrapped(ui, |gui, ui| {
        for (state, phrase) in STATES {
            let look = if chosen == state { ButtonLook::Selected } else { ButtonLook::Normal };
            if gui.button(ui, phrase, look) {
                gui.ask(Command::Filter(state));
            }
        }
    });
    label_filter(ui, gui, app);
    let sort = app.settings().sort;
    let at = SORTS.iter().position(|(key, _)| *key == sort).expect("every order is in the table");
    let next = SORTS[(at + 1) % SORTS.len()].0;
    gui.line(ui, |gui, ui| {
        if gui.button(ui, SORTS[at].1, ButtonLook::Normal) {
            gui.ask(Command::Sort(next));
        }
    });
}

/// A button that goes through the labels: any, the first, the second …
fn label_filter(ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
    let chosen = app.settings().label.as_ref();
    let name = chosen.map_or(gui.say(phrases::ANY_LABEL), |label| label_name(label, gui.language));
    let said = phrases::LABEL_FILTER.with(gui.language, &[&name]);
    let look = if chosen.is_some() { ButtonLook::Selected } else { ButtonLook::Normal };
    let at = chosen.and_then(|label| app.labels().iter().position(|known| known == label));
    gui.line(ui, |gui, ui| {
        if gui.text_button(ui, &said, look) {
            let next = at.map_or(0, |at| at + 1);
            gui.ask(Command::FilterLabel(app.labels().get(next).cloned()));
        }
    });
}

fn note_of(gui: &Gui<'_>, row: &tawsim_store::DocumentRow) -> String {
    let (_, phrase) = STATES[1 + WorkState::of(row) as usize];
    let flag = if row.is_flagged { "! " } else { "" };
    let state = gui.say(phrase);
    match (row.n_suggestions, row.n_entities) {
        (0, 0) => format!("{flag}{state}"),
        (0, n) => format!("{flag}{state} · {n}"),
        (open, n) => format!("{flag}{state} · {open}/{}", open + n),
    }
}

fn state_color(ui: &Ui, state: WorkState) -> Color32 {
    let visuals = ui.visuals();
    match state {
        WorkState::New => visuals.faint_bg_color,
        WorkState::Suggested => visuals.weak_text_color(),
        WorkState::Started => visuals.warn_fg_color,
        WorkState::Done => visuals.hyperlink_color,
    }
}
