//! Remarks on the annotation in focus and on the document.

use egui::{Key, Ui, vec2};
use tawsim_store::{Comment, DocumentId};

use super::Gui;
use crate::{
    App, Command,
    keys::pressed_anywhere,
    language::phrases,
    text::{AreaInput, ButtonLook, Direction, Row, TextStyle, isolated},
};

/// Of the input, in points: three lines.
const HEIGHT: f32 = 84.0;
/// Room in points that a comment's first line leaves to who wrote it.
const BESIDE: f32 = 190.0;

/// The panel, while it is open.
pub(crate) struct CommentsPanel {
    input: AreaInput,
    is_new: bool,
    /// The document and the revision that `comments` is of, and whether that was on disk.
    of: Option<(DocumentId, u64, bool)>,
    comments: Vec<Comment>,
}

impl CommentsPanel {
    pub(crate) fn new() -> Self {
        Self {
            input: AreaInput::new(super::input_style(Direction::RightToLeft)),
            is_new: true,
            of: None,
            comments: Vec::new(),
        }
    }

    /// Draws it. Returns whether it is done.
    pub(crate) fn show(&mut self, ui: &mut Ui, gui: &mut Gui<'_>, app: &App) -> bool {
        let Some(document) = app.document() else { return true };
        let language = gui.language;
        let title = match document.focused() {
            Some(focused) => {
                let surface = focused.span.slice(document.text());
                phrases::COMMENTS_ON.with(language, &[&isolated(surface)])
            }
            None => phrases::COMMENTS_ON_DOCUMENT.say(language).to_owned(),
        };
        let (style, ink) = (gui.bold(), ui.visuals().strong_text_color());
        gui.line(ui, |gui, ui| gui.engine.label(ui, &title, style, ink));
        self.list(ui, gui, app);
        let (width, hint) = (ui.available_width(), gui.say(phrases::COMMENT));
        let response = self.input.ui(ui, gui.engine, (vec2(width, HEIGHT), hint));
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
            gui.ask(Command::Comment(self.input.take()));
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
        let of = Some((document.id(), app.revision(), app.is_saved()));
        if self.of != of {
            self.of = of;
            self.comments = app.comments();
        }
        let room = ui.ctx().content_rect().height() - 320.0;
        gui.scrolled(ui, ("comments", room), |gui, ui| {
            for comment in &self.comments {
                let span = document.annotations().iter().find(|a| Some(a.id) == comment.span);
                let about = span.map_or("", |a| a.span.slice(document.text()));
                let is_here = comment.span == focused || comment.span.is_none();
                row(ui, gui, (comment, about, is_here));
            }
        });
    }
}

/// A comment; a click settles it or opens it again.
fn row(ui: &mut Ui, gui: &mut Gui<'_>, (comment, about, is_here): (&Comment, &str, bool)) {
    let settled = if comment.is_resolved { phrases::SETTLED } else { phrases::OPEN_REMARK };
    let note = format!("{} · {} {about}", comment.author, gui.say(settled));
    let style = gui.style();
    let written = TextStyle { direction: Direction::of(&comment.text), ..style };
    let room = ui.available_width() - BESIDE;
    let lines: Vec<String> =
        comment.text.lines().flat_map(|line| gui.lines(line, written, room)).collect();
    let Some((first, further)) = lines.split_first() else { return };
    let row = Row {
        note: &note,
        note_direction: gui.language.direction(),
        selected: is_here && !comment.is_resolved,
        name: &comment.text,
        ..Row::new(first, written.direction)
    };
    if gui.engine.row(ui, &row, style).clicked() {
        gui.ask(Command::ResolveComment(comment.id, !comment.is_resolved));
    }
    let ink = ui.visuals().text_color();
    for line in further {
        gui.line(ui, |gui, ui| {
            ui.add_space(8.0);
            gui.engine.label(ui, line, written, ink);
        });
    }
}
