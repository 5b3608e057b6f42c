//! Remarks on the annotation in focus and on the document.

use egui::{Key, Ui};

use super::Gui;
use crate::{
    App, Command,
    keys::pressed_anywhere,
    language::phrases,
    text::{ButtonLook, Direction, LineInput, Row, TextEngine},
};

/// The panel, while it is open.
pub(crate) struct CommentsPanel {
    input: LineInput,
    is_new: bool,
}

impl CommentsPanel {
    pub(crate) fn new(engine: &TextEngine) -> Self {
        Self { input: super::line_input(engine, Direction::RightToLeft), is_new: true }
    }

    /// Draws it. Returns whether it is done.
    pub(crate) fn show(&mut self, ui: &mut Ui, gui: &mut Gui<'_>, app: &App) -> bool {
        let Some(document) = app.document() else { return true };
        let language = gui.language;
        let title = match document.focused() {
            Some(focused) => {
                let surface = focused.span.slice(document.text());
                phrases::COMMENTS_ON.with(language, &[&surface])
            }
            None => phrases::COMMENTS_ON_DOCUMENT.say(language).to_owned(),
        };
        let (style, ink) = (gui.bold(), ui.visuals().strong_text_color());
        gui.line(ui, |gui, ui| gui.engine.label(ui, &title, style, ink));
        self.list(ui, gui, app);
        let (width, hint) = (ui.available_width(), gui.say(phrases::COMMENT));
        let response = self.input.ui(ui, gui.engine, width, hint);
        if std::mem::take(&mut self.is_new) {
            response.request_focus();
        }
        let entered = response.has_focus() && pressed_anywhere(ui, Key::Enter);
        let (add, flag, flag_document, close) = gui.wrapped(ui, |gui, ui| {
            let add = gui.button(ui, phrases::COMMENT_ADD, ButtonLook::Selected);
            let flagged = document.focused().map(|focused| focused.is_flagged);
            let look = |is_on| if is_on { ButtonLook::Selected } else { ButtonLook::Normal };
            let flag = flagged.is_some_and(|on| gui.button(ui, phrases::FLAG, look(on)));
            let flag_document = gui.button(ui, phrases::FLAG_DOCUMENT, look(app.is_flagged()));
            (add, flag, flag_document, gui.button(ui, phrases::CLOSE, ButtonLook::Normal))
        });
        if (entered || add) && !self.input.text().trim().is_empty() {
            gui.ask(Command::Comment(self.input.text()));
            self.input.set_text(gui.engine, "");
            response.request_focus();
        }
        if flag {
            gui.ask(Command::FlagFocus);
        }
        if flag_document {
            gui.ask(Command::FlagDocument);
        }
        close
    }

    fn list(&mut self, ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
        let document = app.document().expect("the panel is that of a document");
        let focused = document.focused().map(|focused| focused.id);
        let comments = app.comments();
        let room = ui.ctx().content_rect().height() - 320.0;
        gui.scrolled(ui, ("comments", room), |gui, ui| {
            for comment in &comments {
                let is_here = comment.span == focused || comment.span.is_none();
                let span = document.annotations().iter().find(|a| Some(a.id) == comment.span);
                let about = span.map_or("", |a| a.span.slice(document.text()));
                let settled =
                    if comment.is_resolved { phrases::SETTLED } else { phrases::OPEN_REMARK };
                let note = format!("{} · {} {}", comment.author, gui.say(settled), about);
                let row = Row {
                    text: &comment.text,
                    direction: Direction::of(&comment.text),
                    note: &note,
                    note_direction: gui.language.direction(),
                    swatch: None,
                    selected: is_here && !comment.is_resolved,
                    name: "",
                };
                let style = gui.style();
                if gui.engine.row(ui, &row, style).clicked() {
                    gui.ask(Command::ResolveComment(comment.id, !comment.is_resolved));
                }
            }
        });
    }
}
