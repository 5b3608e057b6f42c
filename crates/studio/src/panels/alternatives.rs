//! What the model holds possible in the place of the annotation in focus.

use egui::Ui;

use super::Gui;
use crate::{
    App,
    keys::Deed,
    language::{label_name, phrases},
    palette::label_color,
    text::{Direction, Row},
};

/// Draws the list; nothing where the model sees no other way.
pub(crate) fn alternatives(ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
    let Some(document) = app.document() else { return };
    let found = document.alternatives_here();
    if found.is_empty() {
        return;
    }
    gui.line(ui, |gui, ui| gui.weak(ui, gui.say(phrases::ALTERNATIVES)));
    for (idx, alternative) in found.into_iter().enumerate() {
        let label = label_name(&alternative.label, gui.language);
        let percent = alternative.score * 100.0;
        let n_decimals = usize::from(percent < 1.0);
        let note = format!("{label}  {percent:.n_decimals$} %  Alt+{}", idx + 1);
        let row = Row {
            text: alternative.span.slice(document.text()),
            direction: Direction::RightToLeft,
            note: &note,
            note_direction: gui.language.direction(),
            swatch: Some(label_color(ui.ctx().theme(), alternative.label_idx)),
            selected: false,
            name: "",
        };
        let style = gui.style();
        if gui.engine.row(ui, &row, style).clicked() {
            gui.asked.push(Deed::TakeAlternative(idx));
        }
    }
}
