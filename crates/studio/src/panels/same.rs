//! The preview of "the same everywhere".

use egui::{ScrollArea, Ui};

use super::Gui;
use crate::{
    Command,
    app::SameMentions,
    language::{label_name, phrases},
    text::{ButtonLook, Direction, Row, isolated},
};

/// Draws it.
pub(crate) fn same(ui: &mut Ui, gui: &mut Gui<'_>, found: &SameMentions) {
    let language = gui.language;
    gui.column(ui, |gui, ui| {
        let label = label_name(&found.label, language);
        let title = phrases::SAME_TITLE.with(language, &[&isolated(&found.surface), &label]);
        let (style, ink) = (gui.bold(), ui.visuals().strong_text_color());
        gui.engine.label(ui, &title, style, ink);
        let n: usize = found.groups.iter().map(|group| group.mentions.places.len()).sum();
        gui.weak(ui, &phrases::COUNT.with(language, &[&n]));
        if found.n_decided > 0 {
            gui.weak(ui, &phrases::SAME_TAKEN.with(language, &[&found.n_decided]));
        }
        let room = ui.ctx().content_rect().height() - 260.0;
        ScrollArea::vertical().id_salt("same").max_height(room).show(ui, |ui| {
            groups(ui, gui, found);
        });
        ui.add_space(6.0);
        gui.line(ui, |gui, ui| {
            if gui.button(ui, phrases::APPLY, ButtonLook::Selected) {
                gui.ask(Command::ApplySame);
            }
            if gui.button(ui, phrases::CLOSE, ButtonLook::Normal) {
                gui.ask(Command::Escape);
            }
        });
    });
}

fn groups(ui: &mut Ui, gui: &mut Gui<'_>, found: &SameMentions) {
    for (idx, group) in found.groups.iter().enumerate() {
        let check = gui.say(if group.is_chosen { phrases::YES } else { phrases::NO });
        let digit = if idx < 9 { (idx + 1).to_string() } else { String::new() };
        let note = format!("× {}   {check}  {digit}", group.mentions.places.len());
        let row = Row {
            note: &note,
            note_direction: gui.language.direction(),
            selected: group.is_chosen,
            ..Row::new(&group.mentions.written, Direction::RightToLeft)
        };
        let style = gui.style();
        if gui.engine.row(ui, &row, style).clicked() {
            gui.ask(Command::ToggleSame(idx));
        }
    }
}
