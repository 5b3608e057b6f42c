//! An input of several lines for either direction: caret, selection, clipboard, input methods, undo.
//!
//! `parley`'s own editor places carets wrongly beside hard line ends in right-to-left text, so the
//! text is laid out by paragraphs as the article is, and the caret is a byte offset.

use std::ops::Range;

use egui::{
    Event, EventFilter, ImeEvent, Key, Modifiers, Painter, Pos2, Rect, Response, ScrollArea, Sense,
    Ui, pos2, vec2,
};
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation as _};

use super::{
    article::{Article, Setting},
    edits::{Edits, Travel},
    engine::TextEngine,
    field::{CARET_WIDTH, name_input, paint_frame, paint_hint, tell_input_method},
    fonts::TextStyle,
    geometry::{to_layout, to_screen},
};
use crate::Edge;

const PADDING: egui::Vec2 = vec2(7.0, 4.0);
/// Beside every line, and still exact enough to tell its letters apart.
const FAR: f32 = 1e5;

/// The input's text and caret; kept between frames.
pub(crate) struct AreaInput {
    text: String,
    anchor: usize,
    head: usize,
    /// What an input method composes at the caret; not part of the text yet.
    preedit: String,
    edits: Edits,
    article: Article,
    style: TextStyle,
    /// Where the caret was when it last moved along a line: up and down keep to it.
    column_px: Option<f32>,
    follows_caret: bool,
}

impl AreaInput {
    /// An empty input.
    pub(crate) fn new(style: TextStyle) -> Self {
        Self {
            text: String::new(),
            anchor: 0,
            head: 0,
            preedit: String::new(),
            edits: Edits::default(),
            article: Article::new("".into()).with_blank_lines(),
            style,
            column_px: None,
            follows_caret: false,
        }
    }

    /// What was typed, without what an input method still composes.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Takes what was typed and leaves the input empty.
    pub(crate) fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        *self = Self::new(self.style);
        text
    }

    /// Draws the input and takes what is typed into it. The response is marked as changed if the
    /// text is another one now.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        engine: &mut TextEngine,
        (size, name): (egui::Vec2, &str),
    ) -> Response {
        let before = self.text.clone();
        let (rect, frame) = ui.allocate_exact_size(size, Sense::hover());
        let focused = ui.memory(|memory| memory.has_focus(frame.id.with("text")));
        paint_frame(ui, rect, focused);
        let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(PADDING)));
        let area = ScrollArea::vertical().id_salt("area").auto_shrink(false);
        let id = frame.id.with("text");
        let mut response =
            area.show(&mut inner, |ui| self.content(ui, engine, (id, rect.height()))).inner;
        if self.text != before {
            response.mark_changed();
        }
        if self.text.is_empty() && self.preedit.is_empty() {
            let room = rect.shrink2(PADDING);
            let painter = ui.painter().with_clip_rect(room.intersect(ui.clip_rect()));
            paint_hint(ui, engine, (&painter, room), (name, self.style));
        }
        name_input(&response, name, [&before, &self.text]);
        response
    }

    fn content(
        &mut self,
        ui: &mut Ui,
        engine: &mut TextEngine,
        (id, height): (egui::Id, f32),
    ) -> Response {
        let scale = engine.scale();
        let width = ui.available_width();
        let origin = ui.cursor().min;
        let visible = ui.interact(
            Rect::from_min_size(origin, vec2(width, height.max(self.article.height() / scale))),
            id,
            Sense::click_and_drag(),
        );
        let pressed =
            visible.is_pointer_button_down_on() && ui.input(|input| input.pointer.any_pressed());
        if visible.clicked() || visible.drag_started() || pressed {
            visible.request_focus();
        }
        if visible.has_focus() {
            self.keys(ui, id);
        }
        self.lay_out(engine, width * scale);
        self.pointer(ui, &visible, (origin, scale));
        let size = vec2(width, self.article.height() / scale);
        ui.allocate_exact_size(size, Sense::hover());
        self.paint(ui, engine, (&visible, origin));
        visible
    }

    /// The text with what is being composed in it.
    fn shown(&self) -> String {
        let at = self.head;
        format!("{}{}{}", &self.text[..at], self.preedit, &self.text[at..])
    }

    fn lay_out(&mut self, engine: &mut TextEngine, width_px: f32) {
        let shown = self.shown();
        if **self.article.text() != *shown {
            self.article = Article::new(shown.as_str().into()).with_blank_lines();
        }
        let (style, edition, scale) = (self.style, engine.edition(), engine.scale());
        self.article.set(Setting { style, edition, scale, width_px });
        self.article.lay_out(&mut engine.fonts, 0.0..f32::MAX);
    }

    fn selection(&self) -> Range<usize> {
        self.anchor.min(self.head)..self.anchor.max(self.head)
    }

    fn pointer(&mut self, ui: &Ui, response: &Response, (origin, scale): (Pos2, f32)) {
        if response.hovered() {
            ui.set_cursor_icon(egui::CursorIcon::Text);
        }
        let Some(at) = response.interact_pointer_pos() else { return };
        let byte = self.nearest_byte(to_layout(at, origin, scale));
        let (pressed, shift) =
            ui.input(|input| (input.pointer.primary_pressed(), input.modifiers.shift));
        if response.double_clicked() {
            let words = self.text.split_word_bound_indices();
            let word = words.map(|(start, word)| start..start + word.len());
            if let Some(word) = word.into_iter().find(|word| word.contains(&byte)) {
                (self.anchor, self.head) = (word.start, word.end);
            }
        } else if pressed || response.dragged() {
            self.go(byte, shift || !pressed);
        }
    }

    /// Puts the caret at a byte; `extends` leaves the other end of the selection.
    fn go(&mut self, byte: usize, extends: bool) {
        self.head = byte;
        if !extends {
            self.anchor = byte;
        }
        self.column_px = None;
        self.follows_caret = true;
    }

    fn replace(&mut self, with: &str) {
        let range = self.selection();
        self.edits.keep(&self.text, [self.anchor, self.head], with);
        self.text.replace_range(range.clone(), with);
        self.go(range.start + with.len(), false);
    }

    fn keys(&mut self, ui: &Ui, id: egui::Id) {
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        for event in ui.input(|input| input.filtered_events(&filter)) {
            match event {
                Event::Text(text) | Event::Paste(text) => {
                    self.replace(&text.replace("\r\n", "\n").replace('\r', "\n"));
                }
                Event::Copy => self.copy(ui),
                Event::Cut => {
                    self.copy(ui);
                    self.replace("");
                }
                Event::Ime(ime) => self.compose(ime),
                Event::Key { key, physical_key, pressed: true, modifiers, .. } => {
                    self.press(physical_key.unwrap_or(key), key, modifiers);
                }
                _ => {}
            }
        }
    }

    fn copy(&self, ui: &Ui) {
        let range = self.selection();
        if !range.is_empty() {
            ui.copy_text(self.text[range].to_owned());
        }
    }

    fn compose(&mut self, ime: ImeEvent) {
        match ime {
            ImeEvent::Preedit { text, .. } => {
                if !self.selection().is_empty() && !text.is_empty() {
                    self.replace("");
                }
                self.preedit = text;
                self.follows_caret = true;
            }
            ImeEvent::Commit(text) => {
                self.preedit.clear();
                self.replace(&text);
            }
            _ => {}
        }
    }

    fn press(&mut self, place: Key, key: Key, modifiers: Modifiers) {
        let (shift, by_word) = (modifiers.shift, modifiers.ctrl || modifiers.alt);
        if modifiers.command && matches!(place, Key::A | Key::Z | Key::Y) {
            match (place, shift) {
                (Key::A, _) => (self.anchor, self.head) = (0, self.text.len()),
                (Key::Z, false) => self.restore(Edits::undo),
                _ => self.restore(Edits::redo),
            }
            return;
        }
        let rtl = self.style.direction.is_rtl();
        match key {
            // Enter alone belongs to the panel: it sends what was written.
            Key::Enter if shift => self.replace("\n"),
            Key::ArrowLeft => self.go(self.beside(rtl, by_word), shift),
            Key::ArrowRight => self.go(self.beside(!rtl, by_word), shift),
            Key::ArrowUp => self.go_line(-1.0, shift),
            Key::ArrowDown => self.go_line(1.0, shift),
            Key::Home if modifiers.ctrl => self.go(0, shift),
            Key::End if modifiers.ctrl => self.go(self.text.len(), shift),
            Key::Home => self.go(self.line_edge(rtl), shift),
            Key::End => self.go(self.line_edge(!rtl), shift),
            Key::Backspace | Key::Delete => {
                if self.selection().is_empty() {
                    self.head = self.beside(key == Key::Delete, by_word);
                }
                self.replace("");
            }
            _ => {}
        }
    }

    fn restore(&mut self, step: Travel) {
        let now = [self.anchor, self.head];
        if let Some((text, [anchor, head])) = step(&mut self.edits, &self.text, now) {
            (self.text, self.anchor, self.head) = (text, anchor, head);
            self.follows_caret = true;
        }
    }

    /// The next place for the caret in the order of reading, or the one before.
    fn beside(&self, later: bool, by_word: bool) -> usize {
        let (at, text) = (self.head, self.text.as_str());
        if by_word {
            let is_word = |piece: &str| piece.chars().any(char::is_alphanumeric);
            let mut words = text.split_word_bound_indices().filter(|(_, piece)| is_word(piece));
            return if later {
                words.map(|(i, w)| i + w.len()).find(|end| *end > at).unwrap_or(text.len())
            } else {
                words.rfind(|(i, _)| *i < at).map_or(0, |(i, _)| i)
            };
        }
        let mut cursor = GraphemeCursor::new(at, text.len(), true);
        let found =
            if later { cursor.next_boundary(text, 0) } else { cursor.prev_boundary(text, 0) };
        found.expect("the whole text is one chunk").unwrap_or(at)
    }

    /// The caret in physical pixels.
    fn caret(&self, byte: usize) -> Rect {
        let text = self.article.text();
        let line = self.article.line_at(byte);
        let after = self.article.edge(&(byte..(byte + 1).min(text.len())), Edge::Start);
        let before = byte.checked_sub(1).and_then(|last| {
            let start = (0..=last).rev().find(|i| text.is_char_boundary(*i))?;
            let is_same_line = !text[start..byte].contains('\n');
            self.article.edge(&(start..byte), Edge::End).filter(|_| is_same_line)
        });
        let is_line_end = text[byte..].starts_with('\n') || byte == text.len();
        let found = if is_line_end { before } else { after };
        let empty = if self.style.direction.is_rtl() { self.article.width() } else { 0.0 };
        let x = found.map_or(empty, |at| at.x);
        let (top, bottom) = found.map_or((line.start, line.end), |at| (at.top, at.bottom));
        Rect::from_min_max(pos2(x, top), pos2(x, bottom))
    }

    fn go_line(&mut self, down: f32, extends: bool) {
        let caret = self.caret(self.head);
        let x = self.column_px.unwrap_or(caret.left());
        let y = caret.center().y + down * self.article.line_height();
        let byte = match y {
            y if y < 0.0 => 0,
            y if y > self.article.height() => self.text.len(),
            y => self.nearest_byte(pos2(x, y)),
        };
        self.go(byte, extends);
        self.column_px = Some(x);
    }

    /// The place for the caret at one side of its line.
    fn line_edge(&self, at_right: bool) -> usize {
        let x = if at_right { FAR } else { -FAR };
        let y = self.caret(self.head).center().y;
        self.nearest_byte(pos2(x, y))
    }

    /// The place in the text, without what is being composed, that is nearest to a point of the layout.
    fn nearest_byte(&self, at: Pos2) -> usize {
        let shown = self.article.nearest_byte(at);
        let composed = shown.saturating_sub(self.head).min(self.preedit.len());
        (shown - composed).min(self.text.len())
    }

    fn paint(&mut self, ui: &Ui, engine: &mut TextEngine, (response, origin): (&Response, Pos2)) {
        let scale = engine.scale();
        let painter: Painter = ui.painter().clone();
        let view = 0.0..self.article.height() + 1.0;
        let mut rects = Vec::new();
        if response.has_focus() {
            self.article.rects(&self.selection(), &view, &mut rects);
            for rect in &rects {
                let fill = ui.visuals().selection.bg_fill;
                painter.rect_filled(to_screen(*rect, origin, scale), 0.0, fill);
            }
        }
        let ink = ui.visuals().strong_text_color();
        for (layout, offset) in self.article.visible(view.clone()) {
            engine.paint(&painter, layout, origin + offset / scale, ink);
        }
        if !response.has_focus() {
            return;
        }
        self.article.rects(&(self.head..self.head + self.preedit.len()), &view, &mut rects);
        for rect in &rects {
            let line = to_screen(*rect, origin, scale);
            painter.line_segment([line.left_bottom(), line.right_bottom()], (1.0, ink));
        }
        let caret = to_screen(self.caret(self.head + self.preedit.len()), origin, scale);
        let caret = caret.expand2(vec2(CARET_WIDTH / 2.0, 0.0));
        painter.rect_filled(caret, 0.0, ink);
        if std::mem::take(&mut self.follows_caret) {
            ui.scroll_to_rect(caret, None);
        }
        tell_input_method(ui, response.rect, caret);
    }
}

#[cfg(test)]
mod tests;
