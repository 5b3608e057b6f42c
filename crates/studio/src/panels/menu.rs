//! What the other mouse button opens on an annotation or on marked text.

use egui::{Color32, Ui};

use super::Gui;
use crate::{
    App, Command,
    keys::Deed,
    language::{Phrase, label_name, phrases},
    palette::label_color,
    text::{Direction, Row},
};

/// Width in points.
const WIDTH: f32 = 250.0;

/// Draws it for what is in focus or marked.
pub(crate) fn menu(ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
    let Some(document) = app.document() else { return };
    ui.set_width(WIDTH);
    let is_annotation = document.marked().is_none();
    if is_annotation {
        deeds(ui, gui, &[(phrases::ACCEPT, Command::Accept), (phrases::REJECT, Command::Reject)]);
        ui.separator();
    }
    for (idx, label) in app.labels().iter().enumerate() {
        let key = if idx < 9 { (idx + 1).to_string() } else { String::new() };
        let name = label_name(label, gui.language).to_owned();
        let color = label_color(ui.ctx().theme(), idx);
        if item(ui, gui, (&name, &key, Some(color))) {
            gui.ask(Command::Label(idx));
        }
    }
    if is_annotation {
        ui.separator();
        let here = Command::FindSame { everywhere: false };
        let everywhere = Command::FindSame { everywhere: true };
        deeds(ui, gui, &[(phrases::DO_SAME, here), (phrases::DO_SAME_PROJECT, everywhere)]);
    }
}

fn deeds(ui: &mut Ui, gui: &mut Gui<'_>, items: &[(Phrase, Command)]) {
    for (phrase, command) in items {
        let deed = Deed::Send(command.clone());
        let key = gui.keymap.key_of(&deed);
        if item(ui, gui, (gui.say(*phrase), &key, None)) {
            gui.asked.push(deed);
        }
    }
}

/// A line of the menu; whether it was chosen.
fn item(
    ui: &mut Ui,
    gui: &mut Gui<'_>,
    (text, key, swatch): (&str, &str, Option<Color32>),
) -> bool {
    let style = gui.style();
    let row = Row {
        text,
        direction: style.direction,
        note: key,
        note_direction: Direction::LeftToRight,
        swatch,
        selected: false,
        name: "",
    };
    let chosen = gui.engine.row(ui, &row, style).clicked();
    if chosen {
        ui.close();
    }
    chosen
}
