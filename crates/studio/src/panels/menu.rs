//! What the other mouse button opens on an annotation or on marked text.

use egui::{Color32, Ui};
use tawsim_tagger::Linker;

use super::Gui;
use crate::{
    App, Command,
    keys::Deed,
    language::{Phrase, label_name, phrases},
    palette::label_color,
    sheets::SheetKind,
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
        let [accept, reject] = [Command::Accept, Command::Reject].map(Deed::Send);
        deeds(ui, gui, &[(phrases::ACCEPT, accept), (phrases::REJECT, reject)]);
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
    if let Some(focused) = document.focused().filter(|_| is_annotation) {
        ui.separator();
        let [here, everywhere] =
            [false, true].map(|everywhere| Deed::Send(Command::FindSame { everywhere }));
        deeds(ui, gui, &[(phrases::DO_SAME, here), (phrases::DO_SAME_PROJECT, everywhere)]);
        ui.separator();
        if Linker::links_label(&focused.label) || focused.label == "NUMBER" {
            deeds(ui, gui, &[(phrases::DO_LINK, Deed::Show(SheetKind::Linking))]);
        }
        deeds(ui, gui, &[(phrases::FLAG, Deed::Send(Command::FlagFocus))]);
        deeds(ui, gui, &[(phrases::DO_COMMENT, Deed::Show(SheetKind::Comments))]);
    }
}

fn deeds(ui: &mut Ui, gui: &mut Gui<'_>, items: &[(Phrase, Deed)]) {
    for (phrase, deed) in items {
        let key = gui.keymap.key_of(deed);
        if item(ui, gui, (gui.say(*phrase), &key, None)) {
            gui.asked.push(deed.clone());
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
        note: key,
        note_direction: Direction::LeftToRight,
        swatch,
        ..Row::new(text, style.direction)
    };
    let chosen = gui.engine.row(ui, &row, style).clicked();
    if chosen {
        ui.close();
    }
    chosen
}
