//! The parts of the window. A panel draws what the [`App`](crate::App) says and notes what the
//! user asks for; it changes nothing itself.

mod appearance;
mod article;
mod documents;
mod entities;
mod help;
mod menu;
mod path;
mod same;
mod status;
mod toolbar;
mod tooltip;
mod training;

use egui::{Align, Layout, Ui};

use crate::{
    Command, Language,
    keymap::Keymap,
    keys::Deed,
    language::Phrase,
    text::{ButtonLook, TextEngine, TextStyle},
};

pub(crate) use appearance::AppearancePanel;
pub(crate) use article::ArticlePanel;
pub(crate) use documents::DocumentsPanel;
pub(crate) use entities::EntitiesPanel;
pub(crate) use help::{KeyChange, help};
pub(crate) use path::{PathPanel, Purpose};
pub(crate) use same::same;
pub(crate) use status::status;
pub(crate) use toolbar::toolbar;
pub(crate) use training::{Training, training};

/// Size of the interface's letters in points.
const SIZE_PT: f32 = 15.0;

/// What every panel draws with, and where its requests go.
pub(crate) struct Gui<'a> {
    pub(crate) engine: &'a mut TextEngine,
    pub(crate) language: Language,
    pub(crate) keymap: &'a Keymap,
    pub(crate) asked: &'a mut Vec<Deed>,
}

impl Gui<'_> {
    pub(crate) fn ask(&mut self, command: Command) {
        self.asked.push(Deed::Send(command));
    }

    fn say(&self, phrase: Phrase) -> &'static str {
        phrase.say(self.language)
    }

    /// The interface's letters.
    fn style(&self) -> TextStyle {
        TextStyle {
            size_pt: SIZE_PT,
            line_height: 1.6,
            bold: false,
            direction: self.language.direction(),
        }
    }

    fn bold(&self) -> TextStyle {
        TextStyle { bold: true, ..self.style() }
    }

    fn label(&mut self, ui: &mut Ui, text: &str) {
        let (style, color) = (self.style(), ui.visuals().text_color());
        self.engine.label(ui, text, style, color);
    }

    fn weak(&mut self, ui: &mut Ui, text: &str) {
        let (style, color) = (self.style(), ui.visuals().weak_text_color());
        self.engine.label(ui, text, style, color);
    }

    fn heading(&mut self, ui: &mut Ui, phrase: Phrase) {
        let (style, color) = (self.bold(), ui.visuals().strong_text_color());
        self.engine.label(ui, self.say(phrase), style, color);
    }

    /// A button that asks for something; whether it was pressed.
    fn button(&mut self, ui: &mut Ui, phrase: Phrase, look: ButtonLook) -> bool {
        self.text_button(ui, self.say(phrase), look)
    }

    fn text_button(&mut self, ui: &mut Ui, text: &str, look: ButtonLook) -> bool {
        let style = self.style();
        self.engine.button(ui, text, style, look).clicked()
    }

    /// A line of widgets from the side on which the language begins.
    fn line<R>(&mut self, ui: &mut Ui, add: impl FnOnce(&mut Self, &mut Ui) -> R) -> R {
        self.line_from(ui, self.language.direction().is_rtl(), add)
    }

    /// A line of widgets from the side on which the language ends.
    fn line_from_end<R>(&mut self, ui: &mut Ui, add: impl FnOnce(&mut Self, &mut Ui) -> R) -> R {
        self.line_from(ui, !self.language.direction().is_rtl(), add)
    }

    fn line_from<R>(
        &mut self,
        ui: &mut Ui,
        from_right: bool,
        add: impl FnOnce(&mut Self, &mut Ui) -> R,
    ) -> R {
        let layout = if from_right {
            Layout::right_to_left(Align::Center)
        } else {
            Layout::left_to_right(Align::Center)
        };
        let height = SIZE_PT * 1.6 + 6.0;
        let size = egui::vec2(ui.available_width(), height);
        ui.allocate_ui_with_layout(size, layout, |ui| add(self, ui)).inner
    }

    /// Lines of widgets, as many as it takes, from the side on which the language begins.
    fn wrapped<R>(&mut self, ui: &mut Ui, add: impl FnOnce(&mut Self, &mut Ui) -> R) -> R {
        let layout = if self.language.direction().is_rtl() {
            Layout::right_to_left(Align::Min)
        } else {
            Layout::left_to_right(Align::Min)
        };
        let size = egui::vec2(ui.available_width(), 0.0);
        ui.allocate_ui_with_layout(size, layout.with_main_wrap(true), |ui| add(self, ui)).inner
    }

    /// A column whose widgets stand on the side on which the language begins.
    fn column<R>(&mut self, ui: &mut Ui, add: impl FnOnce(&mut Self, &mut Ui) -> R) -> R {
        let align = if self.language.direction().is_rtl() { Align::Max } else { Align::Min };
        ui.with_layout(Layout::top_down(align), |ui| add(self, ui)).inner
    }
}
