//! The line of buttons at the top.

use egui::Ui;

use super::{Gui, Purpose};
use crate::{App, Command, keys::Deed, language::phrases, sheets::SheetKind, text::ButtonLook};

/// Draws it.
pub(crate) fn toolbar(ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
    gui.line(ui, |gui, ui| {
        let has_document = app.document().is_some();
        let when = |can: bool| if can { ButtonLook::Normal } else { ButtonLook::Disabled };
        if gui.button(ui, phrases::FINISH, when(has_document)) {
            gui.ask(Command::Finish);
        }
        if gui.button(ui, phrases::UNDO, when(app.can_undo())) {
            gui.ask(Command::Undo);
        }
        if gui.button(ui, phrases::REDO, when(app.can_redo())) {
            gui.ask(Command::Redo);
        }
        let others = [
            (phrases::OPEN, true, Deed::AskPath(Purpose::Open)),
            (phrases::IMPORT, app.project().is_some(), Deed::Show(SheetKind::Import)),
            (phrases::EXPORT, app.n_done() > 0, Deed::Show(SheetKind::Export)),
            (phrases::LEARN, app.n_done() > 0, Deed::ShowTraining(true)),
            (phrases::REVIEW, app.project().is_some(), Deed::Show(SheetKind::Review)),
            (phrases::STATISTICS, app.project().is_some(), Deed::Show(SheetKind::Statistics)),
            (phrases::GUIDE, true, Deed::Show(SheetKind::Guidelines)),
        ];
        for (phrase, can, deed) in others {
            if gui.button(ui, phrase, when(can)) {
                gui.asked.push(deed);
            }
        }
        gui.line_from_end(ui, |gui, ui| settings(ui, gui, app));
    });
}

fn settings(ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
    if gui.button(ui, phrases::OTHER_LANGUAGE, ButtonLook::Normal) {
        gui.asked.push(Deed::ToggleLanguage);
    }
    let theme = if app.settings().dark { phrases::LIGHT } else { phrases::DARK };
    if gui.button(ui, theme, ButtonLook::Normal) {
        gui.asked.push(Deed::ToggleTheme);
    }
    if gui.button(ui, phrases::APPEARANCE, ButtonLook::Normal) {
        gui.asked.push(Deed::ShowAppearance(true));
    }
    if gui.button(ui, phrases::KEYS, ButtonLook::Normal) {
        gui.asked.push(Deed::ToggleHelp);
    }
}
