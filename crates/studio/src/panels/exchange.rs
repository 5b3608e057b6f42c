//! Files into the project and out of it.

use std::path::PathBuf;

use egui::{Key, ScrollArea, Ui};

use super::{Gui, replace::Replacing};
use crate::{
    App, Command,
    app::formats,
    background::Answer,
    keys::pressed_anywhere,
    kinds::format_title,
    language::phrases,
    text::{ButtonLook, Direction, LineInput, Row, TextEngine},
};

/// The name in the list of what is no format: a corpus folder.
const CORPUS: &str = "corpus";

/// The panel, while it is open.
pub(crate) struct ExchangePanel {
    imports: bool,
    path: LineInput,
    is_new: bool,
    /// Names and titles; the first is chosen where nothing was.
    formats: Vec<(&'static str, &'static str)>,
    chosen: usize,
    dialog: Option<Dialog>,
    replacing: Replacing,
}

/// The desktop's own dialog, while it is open.
struct Dialog {
    picked: Answer<Option<PathBuf>>,
    /// Whether it asks before a file is replaced.
    asks: bool,
}

impl ExchangePanel {
    pub(crate) fn new(engine: &TextEngine, imports: bool) -> Self {
        let first = if imports { ("", "") } else { (CORPUS, "") };
        let formats = std::iter::once(first).chain(formats(imports)).collect();
        Self {
            imports,
            path: super::line_input(engine, Direction::LeftToRight),
            is_new: true,
            formats,
            chosen: 0,
            dialog: None,
            replacing: Replacing::default(),
        }
    }

    /// Draws it. Returns whether it is done.
    pub(crate) fn show(&mut self, ui: &mut Ui, gui: &mut Gui<'_>, app: &App) -> bool {
        let title = if self.imports { phrases::IMPORT_TITLE } else { phrases::EXPORT_AS_TITLE };
        gui.line(ui, |gui, ui| gui.heading(ui, title));
        self.take_picked(gui);
        self.list(ui, gui);
        let (width, hint) = (ui.available_width(), gui.say(phrases::PATH));
        let response = self.path.ui(ui, gui.engine, width, hint);
        if std::mem::take(&mut self.is_new) {
            response.request_focus();
        }
        let step = |key| pressed_anywhere(ui, key);
        if step(Key::ArrowDown) {
            self.chosen = (self.chosen + 1) % self.formats.len();
        } else if step(Key::ArrowUp) {
            self.chosen = (self.chosen + self.formats.len() - 1) % self.formats.len();
        }
        let path = self.path.text().trim().to_owned();
        let is_busy = app.import_progress().is_some();
        let can = app.project().is_some() && !path.is_empty() && !is_busy;
        let look = if can { ButtonLook::Selected } else { ButtonLook::Disabled };
        let entered = response.has_focus() && step(Key::Enter);
        let (accepted, browse, close) = gui.line(ui, |gui, ui| {
            let accepted = gui.button(ui, phrases::ACCEPT_PATH, look);
            let browse = gui.button(ui, phrases::CHOOSE, ButtonLook::Normal);
            (accepted, browse, gui.button(ui, phrases::CLOSE, ButtonLook::Normal))
        });
        if browse && self.dialog.is_none() {
            self.dialog = Some(dialog(ui.ctx(), self.imports, self.formats[self.chosen].0));
        }
        if can && (accepted || entered) {
            if self.may_write(&path) {
                gui.ask(self.command(path.as_str().into()));
            } else {
                response.request_focus();
            }
        }
        self.replacing.show(ui, gui, &path);
        self.report(ui, gui, app);
        close
    }

    /// Puts what the desktop's dialog has brought into the input.
    fn take_picked(&mut self, gui: &mut Gui<'_>) {
        let Some(dialog) = &mut self.dialog else { return };
        let (Some(picked), asks) = (dialog.picked.take(), dialog.asks) else { return };
        self.dialog = None;
        let Some(path) = picked else { return };
        let path = path.to_string_lossy();
        self.path.set_text(gui.engine, &path);
        if asks {
            self.replacing.allow(path.trim());
        }
    }

    /// Whether nothing is lost that nobody was asked about. A corpus is written over nothing, so there is nothing to
    /// ask: the folder is refused.
    fn may_write(&mut self, path: &str) -> bool {
        self.imports || self.formats[self.chosen].0 == CORPUS || self.replacing.allows(path)
    }

    fn list(&mut self, ui: &mut Ui, gui: &mut Gui<'_>) {
        let room = ui.ctx().content_rect().height() - 380.0;
        gui.scrolled(ui, ("formats", room), |gui, ui| {
            for (idx, (name, title)) in self.formats.iter().enumerate() {
                let (text, note) = match *name {
                    "" => (gui.say(phrases::ANY_FORMAT), ""),
                    CORPUS => (gui.say(phrases::CORPUS_FOLDER), "train.jsonl, dev.jsonl"),
                    name => (format_title((name, *title), gui.language), name),
                };
                let row = Row {
                    note,
                    note_direction: Direction::LeftToRight,
                    selected: idx == self.chosen,
                    ..Row::new(text, Direction::of(text))
                };
                let style = gui.style();
                let response = gui.engine.row(ui, &row, style);
                if response.clicked() {
                    self.chosen = idx;
                }
                if idx == self.chosen {
                    response.scroll_to_me(None);
                }
            }
        });
    }

    fn command(&self, path: PathBuf) -> Command {
        let format = self.formats[self.chosen].0;
        match (self.imports, format) {
            (true, "") => Command::Import { path, format: None },
            (true, format) => Command::Import { path, format: Some(format.to_owned()) },
            (false, CORPUS) => Command::ExportCorpus(path),
            (false, format) => Command::ExportAs { path, format: format.to_owned() },
        }
    }

    /// How far an import is, or what the last import or export said.
    fn report(&self, ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
        if let Some(progress) = app.import_progress() {
            let said = progress.say(gui.language);
            return gui.line(ui, |gui, ui| gui.label(ui, &said));
        }
        let Some(report) = app.message().or_else(|| app.report()) else { return };
        // Paths run from the left; what the window says itself is in its language.
        let direction =
            if app.message().is_some() { Direction::of(report) } else { Direction::LeftToRight };
        let style = crate::text::TextStyle { direction, ..gui.style() };
        let ink = ui.visuals().text_color();
        ScrollArea::both().id_salt("report").max_height(120.0).show(ui, |ui| {
            for line in report.lines() {
                gui.engine.label(ui, line, style, ink);
            }
        });
    }
}

/// The desktop's own dialog, on a thread: it stays open as long as the user likes.
fn dialog(ctx: &egui::Context, imports: bool, format: &'static str) -> Dialog {
    let asks = !imports && format != CORPUS;
    let picked = Answer::to(ctx, move || {
        let dialog = rfd::FileDialog::new();
        match (imports, format) {
            (true, _) => dialog.pick_file(),
            (false, CORPUS) => dialog.pick_folder(),
            (false, _) => dialog.save_file(),
        }
    });
    Dialog { picked, asks }
}
