//! Asks for the path of a folder or file.

use egui::{Key, Ui};

use super::{Gui, replace::Replacing};
use crate::{
    Command,
    language::{Phrase, phrases},
    text::{ButtonLook, Direction, LineInput, TextEngine, TextStyle},
};

/// What a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A folder of articles or a project to work on.
    Open,
    /// A file to write the finished documents to.
    Export,
}

impl Purpose {
    const fn title(self) -> Phrase {
        match self {
            Self::Open => phrases::OPEN_TITLE,
            Self::Export => phrases::EXPORT_TITLE,
        }
    }

    fn command(self, path: &str) -> Command {
        match self {
            Self::Open => Command::Open(path.into()),
            Self::Export => Command::Export(path.into()),
        }
    }
}

/// The question, while it is open.
pub(crate) struct PathPanel {
    purpose: Purpose,
    input: LineInput,
    is_new: bool,
    replacing: Replacing,
}

impl PathPanel {
    pub(crate) fn new(engine: &TextEngine, purpose: Purpose) -> Self {
        let style = TextStyle {
            size_pt: super::SIZE_PT,
            line_height: 1.6,
            bold: false,
            direction: Direction::LeftToRight,
        };
        let input = LineInput::new(engine, style);
        Self { purpose, input, is_new: true, replacing: Replacing::default() }
    }

    /// Draws it. Returns whether it has its answer, or none is wanted.
    pub(crate) fn show(&mut self, ui: &mut Ui, gui: &mut Gui<'_>) -> bool {
        gui.line(ui, |gui, ui| gui.heading(ui, self.purpose.title()));
        let (width, hint) = (ui.available_width(), gui.say(phrases::PATH));
        let response = self.input.ui(ui, gui.engine, width, hint);
        if std::mem::take(&mut self.is_new) {
            response.request_focus();
        }
        let path = self.input.text();
        let path = path.trim();
        let look = if path.is_empty() { ButtonLook::Disabled } else { ButtonLook::Selected };
        let (accepted, dropped) = gui.line(ui, |gui, ui| {
            let accepted = gui.button(ui, phrases::ACCEPT_PATH, look);
            (accepted, gui.button(ui, phrases::CLOSE, ButtonLook::Normal))
        });
        let entered = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if !path.is_empty() && (accepted || entered) {
            if self.purpose == Purpose::Open || self.replacing.allows(path) {
                gui.ask(self.purpose.command(path));
                return true;
            }
            // Also where a button was pressed, Enter is the yes.
            response.request_focus();
        }
        self.replacing.show(ui, gui, path);
        dropped
    }
}
