//! A single-line text input for either direction: caret, selection, clipboard, input methods.

use egui::{
    Event, EventFilter, ImeEvent, Key, Modifiers, Painter, Pos2, Rect, Response, Sense, Ui, pos2,
    vec2,
};
use parley::{LineHeight, PlainEditor, PlainEditorDriver, StyleProperty};

use super::{
    edits::{Edits, Travel},
    engine::TextEngine,
    field::{CARET_WIDTH, name_input, paint_frame, paint_hint, tell_input_method},
    fonts::{Direction, TextStyle},
};

const PADDING: egui::Vec2 = vec2(7.0, 3.0);

/// The input's text and caret; kept between frames.
pub(crate) struct LineInput {
    editor: PlainEditor<()>,
    style: TextStyle,
    scale: f32,
    /// How far the text is pushed towards its start, in points, to keep the caret in view.
    scroll: f32,
    edits: Edits,
}

impl LineInput {
    /// An empty input.
    pub(crate) fn new(engine: &TextEngine, style: TextStyle) -> Self {
        let mut editor = PlainEditor::new(style.size_pt);
        let styles = editor.edit_styles();
        styles.insert(StyleProperty::FontFamily(engine.fonts.family(style.direction)));
        styles.insert(StyleProperty::LineHeight(LineHeight::FontSizeRelative(style.line_height)));
        editor.set_base_direction(style.direction.base());
        editor.set_width(None);
        let edits = Edits::default();
        Self { editor, style, scale: 0.0, scroll: 0.0, edits }
    }

    /// What was typed, without what an input method still composes.
    pub(crate) fn text(&self) -> String {
        self.editor.text().to_string()
    }

    /// Replaces what stands in it and selects it, so that typing replaces it.
    pub(crate) fn set_text(&mut self, engine: &mut TextEngine, text: &str) {
        self.editor.set_text(text);
        self.scroll = 0.0;
        let fonts = &mut engine.fonts;
        self.editor.driver(&mut fonts.context, &mut fonts.layouts).select_all();
    }

    /// Draws the input, `width` points wide, and takes what is typed into it. The response is
    /// marked as changed if the text is another one now.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        engine: &mut TextEngine,
        width: f32,
        hint: &str,
    ) -> Response {
        let size = vec2(width, self.style.size_pt * self.style.line_height + 2.0 * PADDING.y);
        let (rect, mut response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        self.rescale(engine);
        let before = self.text();
        let inner = rect.shrink2(PADDING);
        self.focus_on_press(ui, &response);
        self.pointer(ui, engine, &response, inner);
        if response.has_focus() {
            self.keys(ui, engine, &response);
        }
        self.editor.refresh_layout(&mut engine.fonts.context, &mut engine.fonts.layouts);
        let text = self.text();
        if text != before {
            response.mark_changed();
        }
        name_input(&response, hint, [&before, &text]);
        self.keep_caret_inside(inner);
        self.paint(ui, engine, &response, (inner, hint));
        response
    }

    fn rescale(&mut self, engine: &mut TextEngine) {
        if self.scale.to_bits() != engine.scale().to_bits() {
            self.scale = engine.scale();
            self.editor.set_scale(self.scale);
        }
        self.editor.refresh_layout(&mut engine.fonts.context, &mut engine.fonts.layouts);
    }

    /// A fast click presses and releases within a frame, so the press itself counts too.
    fn focus_on_press(&self, ui: &Ui, response: &Response) {
        let pressed =
            response.is_pointer_button_down_on() && ui.input(|input| input.pointer.any_pressed());
        if response.clicked() || response.drag_started() || pressed {
            response.request_focus();
        }
        if response.hovered() {
            ui.set_cursor_icon(egui::CursorIcon::Text);
        }
    }

    /// Where the text's left end is on the screen.
    fn origin(&self, inner: Rect) -> Pos2 {
        let width = self.editor.try_layout().map_or(0.0, parley::Layout::width) / self.scale;
        let x = match self.style.direction {
            Direction::RightToLeft => inner.right() - width + self.scroll,
            Direction::LeftToRight => inner.left() - self.scroll,
        };
        pos2(x, inner.top())
    }

    fn pointer(&mut self, ui: &Ui, engine: &mut TextEngine, response: &Response, inner: Rect) {
        let Some(at) = response.interact_pointer_pos() else { return };
        let at = (at - self.origin(inner)) * self.scale;
        let fonts = &mut engine.fonts;
        let mut driver = self.editor.driver(&mut fonts.context, &mut fonts.layouts);
        let (pressed, shift) =
            ui.input(|input| (input.pointer.primary_pressed(), input.modifiers.shift));
        if response.double_clicked() {
            driver.select_word_at_point(at.x, at.y);
        } else if pressed && shift {
            driver.shift_click_extension(at.x, at.y);
        } else if pressed {
            driver.move_to_point(at.x, at.y);
        } else if response.dragged() {
            driver.extend_selection_to_point(at.x, at.y);
        }
    }

    fn keys(&mut self, ui: &Ui, engine: &mut TextEngine, response: &Response) {
        // The panel's keys are the panel's: they move no focus.
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let fonts = &mut engine.fonts;
        let mut driver = self.editor.driver(&mut fonts.context, &mut fonts.layouts);
        for event in ui.input(|input| input.filtered_events(&filter)) {
            if let Some(step) = undo_or_redo(&event) {
                let text = driver.editor.text().to_string();
                if let Some((version, _)) = step(&mut self.edits, &text, [0, 0]) {
                    driver.editor.set_text(&version);
                    driver.move_to_text_end();
                }
                continue;
            }
            let before = driver.editor.text().to_string();
            let selection = driver.editor.raw_selection();
            let ends = [selection.anchor().index(), selection.focus().index()];
            match &event {
                Event::Text(text) => insert(&mut driver, text),
                Event::Paste(text) => insert(&mut driver, text),
                Event::Copy => copy(ui, &driver),
                Event::Cut => {
                    copy(ui, &driver);
                    driver.delete_selection();
                }
                Event::Ime(ime) => compose(&mut driver, ime),
                Event::Key { key, physical_key, pressed: true, modifiers, .. } => {
                    let place = physical_key.unwrap_or(*key);
                    press(&mut driver, (*key, place), *modifiers);
                }
                _ => {}
            }
            if driver.editor.text() != before.as_str() {
                let typed = if let Event::Text(text) = &event { text } else { "" };
                self.edits.keep(&before, ends, typed);
            }
        }
        driver.refresh_layout();
    }

    fn keep_caret_inside(&mut self, inner: Rect) {
        let Some(caret) = self.editor.cursor_geometry(1.0) else { return };
        let x = self.origin(inner).x + caret.x0 as f32 / self.scale;
        let hidden = (inner.left() - x).max(0.0) - (x - inner.right()).max(0.0);
        let towards_start = if self.style.direction.is_rtl() { hidden } else { -hidden };
        self.scroll = (self.scroll + towards_start).max(0.0);
    }

    fn paint(
        &mut self,
        ui: &Ui,
        engine: &mut TextEngine,
        response: &Response,
        (inner, hint): (Rect, &str),
    ) {
        let frame = inner.expand2(PADDING);
        paint_frame(ui, frame, response.has_focus());
        let painter = ui.painter().with_clip_rect(frame.intersect(ui.clip_rect()));
        if self.editor.raw_text().is_empty() {
            paint_hint(ui, engine, (&painter, inner), (hint, self.style));
        }
        self.paint_text(ui, &painter, engine, (inner, response));
    }

    fn paint_text(
        &mut self,
        ui: &Ui,
        painter: &Painter,
        engine: &mut TextEngine,
        (inner, response): (Rect, &Response),
    ) {
        let (origin, scale) = (self.origin(inner), self.scale);
        let place = |b: parley::BoundingBox| {
            let min = pos2(b.x0 as f32, b.y0 as f32) / scale + origin.to_vec2();
            Rect::from_min_max(min, pos2(b.x1 as f32, b.y1 as f32) / scale + origin.to_vec2())
        };
        if response.has_focus() {
            let fill = ui.visuals().selection.bg_fill;
            self.editor.selection_geometry_with(|b, _| {
                painter.rect_filled(place(b), 0.0, fill);
            });
        }
        let ink = ui.visuals().strong_text_color();
        if let Some(layout) = self.editor.try_layout() {
            engine.paint(painter, layout, origin, ink);
        }
        let caret = self.editor.cursor_geometry(CARET_WIDTH * scale).map(place);
        if let Some(caret) = caret.filter(|_| response.has_focus()) {
            painter.rect_filled(caret, 0.0, ink);
            tell_input_method(ui, response.rect, caret);
        }
    }
}

/// Ctrl+Z, and Ctrl+Y or Ctrl+Shift+Z, by place.
fn undo_or_redo(event: &Event) -> Option<Travel> {
    let Event::Key { key, physical_key, pressed: true, modifiers, .. } = event else { return None };
    match (physical_key.unwrap_or(*key), modifiers.shift) {
        _ if !modifiers.command => None,
        (Key::Z, false) => Some(Edits::undo),
        (Key::Y, _) | (Key::Z, true) => Some(Edits::redo),
        _ => None,
    }
}

/// Inserts one line: a layout of an input never holds a line feed.
fn insert(driver: &mut PlainEditorDriver<'_, ()>, text: &str) {
    let line = text.trim_matches(['\n', '\r']).replace(['\n', '\r'], " ");
    if !line.is_empty() {
        driver.insert_or_replace_selection(&line);
    }
}

fn copy(ui: &Ui, driver: &PlainEditorDriver<'_, ()>) {
    if let Some(text) = driver.editor.selected_text() {
        ui.copy_text(text.to_owned());
    }
}

fn compose(driver: &mut PlainEditorDriver<'_, ()>, ime: &ImeEvent) {
    match ime {
        ImeEvent::Preedit { text, .. } if text.is_empty() => driver.clear_compose(),
        ImeEvent::Preedit { text, .. } => driver.set_compose(text, None),
        ImeEvent::Commit(text) => {
            driver.clear_compose();
            insert(driver, text);
        }
        _ => {}
    }
}

type Motion = fn(&mut PlainEditorDriver<'_, ()>);

/// Keys with what they do: plain, with Shift, by word, by word with Shift. The arrows move as they
/// point, in text of either direction.
const MOTIONS: &[(Key, [Motion; 4])] = &[
    (
        Key::ArrowLeft,
        [|d| d.move_left(), |d| d.select_left(), |d| d.move_word_left(), |d| d.select_word_left()],
    ),
    (
        Key::ArrowRight,
        [
            |d| d.move_right(),
            |d| d.select_right(),
            |d| d.move_word_right(),
            |d| d.select_word_right(),
        ],
    ),
    (
        Key::Home,
        [
            |d| d.move_to_text_start(),
            |d| d.select_to_text_start(),
            |d| d.move_to_text_start(),
            |d| d.select_to_text_start(),
        ],
    ),
    (
        Key::End,
        [
            |d| d.move_to_text_end(),
            |d| d.select_to_text_end(),
            |d| d.move_to_text_end(),
            |d| d.select_to_text_end(),
        ],
    ),
    (
        Key::Backspace,
        [|d| d.backdelete(), |d| d.backdelete(), |d| d.backdelete_word(), |d| d.backdelete_word()],
    ),
    (Key::Delete, [|d| d.delete(), |d| d.delete(), |d| d.delete_word(), |d| d.delete_word()]),
];

fn press(driver: &mut PlainEditorDriver<'_, ()>, (key, place): (Key, Key), modifiers: Modifiers) {
    if place == Key::A && modifiers.command {
        driver.select_all();
    }
    if let Some((_, motions)) = MOTIONS.iter().find(|(bound, _)| *bound == key) {
        let by_word = modifiers.ctrl || modifiers.alt;
        motions[usize::from(by_word) * 2 + usize::from(modifiers.shift)](driver);
    }
}
