//! The parts of the window. A panel draws what the [`App`](crate::App) says and notes what the
//! user asks for; it changes nothing itself.

mod alternatives;
mod appearance;
mod article;
mod comments;
mod details;
mod documents;
mod entities;
mod exchange;
mod guidelines;
mod help;
mod linking;
mod menu;
mod path;
mod replace;
mod review;
mod same;
mod statistics;
mod status;
mod toolbar;
mod tooltip;
mod training;

use egui::{Align, Layout, ScrollArea, Ui};

use crate::{
    Command, Language,
    keymap::Keymap,
    keys::Deed,
    language::Phrase,
    text::{ButtonLook, Direction, LineInput, TextEngine, TextStyle},
};

pub(crate) use alternatives::alternatives;
pub(crate) use appearance::AppearancePanel;
pub(crate) use article::ArticlePanel;
pub(crate) use comments::CommentsPanel;
pub(crate) use details::details;
pub(crate) use documents::DocumentsPanel;
pub(crate) use entities::EntitiesPanel;
pub(crate) use exchange::ExchangePanel;
pub(crate) use guidelines::GuidelinesPanel;
pub(crate) use help::{KeyChange, help};
pub(crate) use linking::LinkingPanel;
pub(crate) use path::{PathPanel, Purpose};
pub(crate) use review::ReviewPanel;
pub(crate) use same::same;
pub(crate) use statistics::StatisticsPanel;
pub(crate) use status::status;
pub(crate) use toolbar::toolbar;
pub(crate) use training::{Training, training};

/// Size of the interface's letters in points.
const SIZE_PT: f32 = 15.0;

/// An empty input for a line of text that mostly runs in this direction.
fn line_input(engine: &TextEngine, direction: Direction) -> LineInput {
    LineInput::new(engine, input_style(direction))
}

const fn input_style(direction: Direction) -> TextStyle {
    TextStyle { size_pt: SIZE_PT, line_height: 1.6, bold: false, direction }
}

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

    /// A text broken at its spaces into lines that are at most `room` points long.
    fn lines(&mut self, text: &str, style: TextStyle, room: f32) -> Vec<String> {
        wrap(text, |line| self.engine.width_of(line, style) <= room)
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

    /// A part of a panel that scrolls, at most `room` points high; its bar hides nothing.
    fn scrolled<R>(
        &mut self,
        ui: &mut Ui,
        (name, room): (&str, f32),
        add: impl FnOnce(&mut Self, &mut Ui) -> R,
    ) -> R {
        let room = room.max(100.0);
        let area = ScrollArea::vertical().id_salt(name).min_scrolled_height(room).max_height(room);
        area.show(ui, |ui| {
            ui.set_max_width(ui.available_width() - 14.0);
            add(self, ui)
        })
        .inner
    }

    /// A row of a table: the first cell is twice as wide as the others.
    fn cells(&mut self, ui: &mut Ui, cells: &[String], is_head: bool) {
        let unit = ui.available_width() / (cells.len() + 1) as f32;
        let style = if is_head { self.bold() } else { self.style() };
        let color = ui.visuals().text_color();
        self.line(ui, |gui, ui| {
            for (idx, cell) in cells.iter().enumerate() {
                let width = unit * if idx == 0 { 2.0 } else { 1.0 } - ui.spacing().item_spacing.x;
                let style = TextStyle { direction: Direction::of(cell), ..style };
                gui.line_in(ui, width, |gui, ui| {
                    gui.engine.label(ui, cell, style, color);
                });
            }
        });
    }

    /// A stretch of a line, `width` points long, from the side on which the language begins.
    fn line_in<R>(
        &mut self,
        ui: &mut Ui,
        width: f32,
        add: impl FnOnce(&mut Self, &mut Ui) -> R,
    ) -> R {
        let layout = if self.language.direction().is_rtl() {
            Layout::right_to_left(Align::Center)
        } else {
            Layout::left_to_right(Align::Center)
        };
        let size = egui::vec2(width, SIZE_PT * 1.6);
        ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_clip_rect(ui.clip_rect().intersect(ui.max_rect()));
            ui.set_min_width(width);
            add(self, ui)
        })
        .inner
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

/// Breaks a text into lines at its spaces; each line is as long as it fits.
fn wrap(text: &str, mut fits: impl FnMut(&str) -> bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match longer.filter(|line| fits(line)) {
            Some(longer) => *lines.last_mut().expect("it was made longer") = longer,
            None => lines.push(word.to_owned()),
        }
    }
    lines
}
