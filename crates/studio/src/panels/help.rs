//! The table of keys; a click on a line lets another key be set.

use egui::{ScrollArea, Ui};

use super::Gui;
use crate::{
    App, Command,
    keys::{BINDINGS, Binding, Deed},
    language::{Language, label_name, phrases},
    text::{ButtonLook, Direction, Row},
};

/// What is being changed in the table, and what came of it.
#[derive(Default)]
pub(crate) struct KeyChange {
    /// The binding that waits for its key.
    pub(crate) waits: Option<usize>,
    /// The binding that lost its key to another.
    pub(crate) exchanged: Option<usize>,
    /// Whether the key that was pressed cannot be given away.
    pub(crate) is_refused: bool,
}

/// Draws it: two columns, the first one on the side on which the language begins.
pub(crate) fn help(ui: &mut Ui, gui: &mut Gui<'_>, (app, change): (&App, &KeyChange)) {
    let lines = lines(gui, (app, change));
    let (first, second) = lines.split_at(lines.len().div_ceil(2));
    let mut halves = [first, second];
    if gui.language.direction().is_rtl() {
        halves.reverse();
    }
    gui.line(ui, |gui, ui| {
        gui.heading(ui, phrases::KEYS);
        gui.weak(ui, &said_of(gui, change));
    });
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
        if gui.button(ui, phrases::OWN_KEYS, ButtonLook::Normal) {
            gui.asked.push(Deed::ResetKeys);
        }
    });
}

fn said_of(gui: &Gui<'_>, change: &KeyChange) -> String {
    match (change.waits, change.exchanged) {
        (Some(_), _) if change.is_refused => gui.say(phrases::KEY_FIXED).to_owned(),
        (Some(_), _) => gui.say(phrases::PRESS_KEY).to_owned(),
        (None, Some(idx)) => {
            let what = said(&BINDINGS[idx], gui.language);
            phrases::KEY_TAKEN.with(gui.language, &[&what, &gui.keymap.name(idx)])
        }
        (None, None) => gui.say(phrases::CLICK_TO_SET).to_owned(),
    }
}

/// A line of the table: the key, what it does, and of which binding, if it can be changed.
struct Line {
    key: String,
    what: String,
    binding: Option<usize>,
    is_waiting: bool,
}

/// What a binding does, in words.
pub(crate) fn said(binding: &Binding, language: Language) -> String {
    let phrase = binding.phrase.say(language);
    if binding.by_character {
        phrases::BY_CHARACTER.with(language, &[&phrase])
    } else {
        phrase.to_owned()
    }
}

fn lines(gui: &Gui<'_>, (app, change): (&App, &KeyChange)) -> Vec<Line> {
    let bound = BINDINGS.iter().enumerate().map(|(idx, binding)| Line {
        key: gui.keymap.name(idx),
        what: said(binding, gui.language),
        binding: Some(idx),
        is_waiting: change.waits == Some(idx),
    });
    let labels = app.labels().iter().enumerate().take(9).map(|(idx, label)| {
        let name = label_name(label, gui.language);
        let what = phrases::DO_LABEL.with(gui.language, &[&(idx + 1), &name]);
        Line { key: (idx + 1).to_string(), what, binding: None, is_waiting: false }
    });
    let possible = [
        ("Alt+A…Z", phrases::DO_TAKE_LETTER),
        ("Alt+1…5", phrases::DO_TAKE_DIGIT),
        ("Alt+Shift+A…Z", phrases::DO_GO_LETTER),
        ("Shift+1…9", phrases::DO_LABEL_WORD),
    ];
    let possible = possible.map(|(key, phrase)| Line {
        key: key.to_owned(),
        what: gui.say(phrase).to_owned(),
        binding: None,
        is_waiting: false,
    });
    bound.chain(labels).chain(possible).collect()
}

fn show_line(ui: &mut Ui, gui: &mut Gui<'_>, line: &Line) {
    let style = gui.style();
    let row = Row {
        note: if line.is_waiting { "…" } else { &line.key },
        note_direction: Direction::LeftToRight,
        selected: line.is_waiting,
        ..Row::new(&line.what, style.direction)
    };
    let is_clicked = gui.engine.row(ui, &row, style).clicked();
    if let Some(idx) = line.binding.filter(|_| is_clicked) {
        gui.asked.push(Deed::Rebind(idx));
    }
}
