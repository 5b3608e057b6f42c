//! How the article looks: font, size, line spacing.

use egui::{Key, Ui};

use super::Gui;
use crate::{
    App, Command,
    keys::Deed,
    language::phrases,
    text::{ButtonLook, Direction, LineInput, TextEngine, TextStyle},
};

/// What the article's letters look like on, of every kind that its fonts must have.
const SPECIMEN: &str = "قُتل 15 عنصراً من «داعش» (NSO) في تل أبيض، 3.5%";

/// The panel's own state: the path that is typed.
pub(crate) struct AppearancePanel {
    path: LineInput,
}

impl AppearancePanel {
    pub(crate) fn new(engine: &TextEngine) -> Self {
        let direction = Direction::LeftToRight;
        let style = TextStyle { size_pt: super::SIZE_PT, line_height: 1.6, bold: false, direction };
        Self { path: LineInput::new(engine, style) }
    }

    /// Draws it. Returns whether it is to be closed.
    pub(crate) fn show(&mut self, ui: &mut Ui, gui: &mut Gui<'_>, app: &App) -> bool {
        gui.line(ui, |gui, ui| gui.heading(ui, phrases::APPEARANCE));
        let settings = app.settings();
        stepper(ui, gui, (phrases::LETTER_SIZE, settings.size_pt, Command::Resize));
        stepper(ui, gui, (phrases::LINE_SPACING, settings.line_height, Command::Respace));
        let (style, ink) = (gui.style(), ui.visuals().strong_text_color());
        let size_pt = settings.size_pt.min(34.0);
        let specimen =
            TextStyle { size_pt, line_height: 1.8, direction: Direction::RightToLeft, ..style };
        gui.line(ui, |gui, ui| {
            gui.engine.label(ui, SPECIMEN, specimen, ink);
        });
        self.font(ui, gui);
        gui.line(ui, |gui, ui| gui.button(ui, phrases::CLOSE, ButtonLook::Normal))
    }

    fn font(&mut self, ui: &mut Ui, gui: &mut Gui<'_>) {
        let name = gui.engine.user_font().map(str::to_owned);
        let own = gui.say(phrases::OWN_FONT).to_owned();
        gui.line(ui, |gui, ui| {
            let said = phrases::FONT_IS.with(gui.language, &[&name.as_ref().unwrap_or(&own)]);
            gui.label(ui, &said);
        });
        let (width, hint) = (ui.available_width(), gui.say(phrases::FONT_PATH));
        let response = self.path.ui(ui, gui.engine, width, hint);
        let path = self.path.text();
        let path = path.trim();
        let entered = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let look = if path.is_empty() { ButtonLook::Disabled } else { ButtonLook::Selected };
        gui.line(ui, |gui, ui| {
            if gui.button(ui, phrases::USE_FONT, look) || (entered && !path.is_empty()) {
                gui.asked.push(Deed::UseFont(Some(path.into())));
            }
            let look = if name.is_some() { ButtonLook::Normal } else { ButtonLook::Disabled };
            if gui.button(ui, phrases::USE_OWN_FONT, look) {
                gui.asked.push(Deed::UseFont(None));
            }
        });
    }
}

/// A value with a button that makes it smaller and one that makes it larger.
fn stepper(
    ui: &mut Ui,
    gui: &mut Gui<'_>,
    (phrase, value, command): (crate::language::Phrase, f32, fn(i8) -> Command),
) {
    gui.line(ui, |gui, ui| {
        gui.label(ui, &format!("{}: {value:.1}", gui.say(phrase)));
        for (sign, step, name) in [("–", -1, phrases::LESS), ("+", 1, phrases::MORE)] {
            let name = name.with(gui.language, &[&gui.say(phrase)]);
            let style = gui.style();
            if gui.engine.named_button(ui, (sign, &name), style, ButtonLook::Normal).clicked() {
                gui.ask(command(step));
            }
        }
    });
}
