//! The table of keys.

use egui::{ScrollArea, Ui};

use super::Gui;
use crate::{
    App, Command,
    keys::{BINDINGS, Binding, key_name},
    language::{label_name, phrases},
    text::{ButtonLook, Direction, Row},
};

/// Draws it: two columns, the first one on the side on which the language begins.
pub(crate) fn help(ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
    let lines = lines(gui, app);
    let (first, second) = lines.split_at(lines.len().div_ceil(2));
    let mut halves = [first, second];
    if gui.language.direction().is_rtl() {
        halves.reverse();
    }
    gui.line(ui, |gui, ui| gui.heading(ui, phrases::KEYS));
    let room = ui.ctx().content_rect().height() - 160.0;
    ScrollArea::vertical().id_salt("keys").min_scrolled_height(room).max_height(room).show(
        ui,
        |ui| {
            ui.columns_const(|columns: &mut [Ui; 2]| {
                for (ui, half) in columns.iter_mut().zip(halves) {
                    half.iter().for_each(|line| show_line(ui, gui, line));
                }
            });
        },
    );
    gui.line(ui, |gui, ui| {
        if gui.button(ui, phrases::CLOSE, ButtonLook::Normal) {
            gui.ask(Command::Help(false));
        }
    });
}

type Line = (String, String);

fn lines(gui: &Gui<'_>, app: &App) -> Vec<Line> {
    let said = |binding: &Binding| {
        let phrase = binding.phrase.say(gui.language);
        if binding.by_character {
            phrases::BY_CHARACTER.with(gui.language, &[&phrase])
        } else {
            phrase.to_owned()
        }
    };
    let labels = app.labels().iter().enumerate().take(9).map(|(idx, label)| {
        let name = label_name(label, gui.language);
        ((idx + 1).to_string(), phrases::DO_LABEL.with(gui.language, &[&(idx + 1), &name]))
    });
    BINDINGS.iter().map(|b| (key_name(b), said(b))).chain(labels).collect()
}

fn show_line(ui: &mut Ui, gui: &mut Gui<'_>, (key, what): &Line) {
    let style = gui.style();
    let row = Row {
        text: what,
        direction: style.direction,
        note: key,
        note_direction: Direction::LeftToRight,
        swatch: None,
        selected: false,
        name: "",
    };
    gui.engine.row(ui, &row, style);
}
