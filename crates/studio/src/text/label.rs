//! Labels, buttons and list rows whose text runs in either direction.

use egui::{
    Align2, Color32, CornerRadius, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::{
    engine::TextEngine,
    fonts::{Direction, TextStyle},
    invisible::plain,
};

const BUTTON_PADDING: egui::Vec2 = vec2(9.0, 2.0);
const ROW_PADDING: f32 = 8.0;
const SWATCH: f32 = 10.0;

/// How a button stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ButtonLook {
    Normal,
    /// Pressed in, switched on.
    Selected,
    /// Cannot be used now.
    Disabled,
}

/// A line of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) text: &'a str,
    /// Direction of the text; the row itself runs as its style says.
    pub(crate) direction: Direction,
    /// Small and pale, at the end of the row.
    pub(crate) note: &'a str,
    pub(crate) note_direction: Direction,
    /// A coloured mark before the text.
    pub(crate) swatch: Option<Color32>,
    pub(crate) selected: bool,
    /// For the accessibility tree, when the text alone does not say it.
    pub(crate) name: &'a str,
}

impl<'a> Row<'a> {
    /// A line with nothing but its text.
    pub(crate) const fn new(text: &'a str, direction: Direction) -> Self {
        let (note, note_direction) = ("", direction);
        Self { text, direction, note, note_direction, swatch: None, selected: false, name: "" }
    }
}

/// Height of a row in points.
pub(crate) fn row_height(style: TextStyle) -> f32 {
    (style.size_pt * style.line_height + 4.0).ceil()
}

impl TextEngine {
    /// A line of text.
    pub(crate) fn label(
        &mut self,
        ui: &mut Ui,
        text: &str,
        style: TextStyle,
        color: Color32,
    ) -> Response {
        let layout = self.line(text, style);
        let (rect, response) = ui.allocate_exact_size(self.size_of(&layout), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
        self.paint(ui.painter(), &layout, rect.min, color);
        response
    }

    /// A button; Space and Enter press it when it has the focus.
    pub(crate) fn button(
        &mut self,
        ui: &mut Ui,
        text: &str,
        style: TextStyle,
        look: ButtonLook,
    ) -> Response {
        let layout = self.line(text, style);
        let enabled = look != ButtonLook::Disabled;
        let sense = if enabled { Sense::click() } else { Sense::hover() };
        let size = self.size_of(&layout) + 2.0 * BUTTON_PADDING;
        let (rect, response) = ui.allocate_exact_size(size, sense);
        let selected = look == ButtonLook::Selected;
        response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, selected, text));
        let visuals = ui.style().interact_selectable(&response, selected);
        let ink = if enabled { visuals.text_color() } else { ui.visuals().weak_text_color() };
        ui.painter().rect(
            rect,
            visuals.corner_radius,
            if enabled { visuals.weak_bg_fill } else { Color32::TRANSPARENT },
            visuals.bg_stroke,
            StrokeKind::Inside,
        );
        focus_ring(ui, &response, rect);
        self.paint(ui.painter(), &layout, rect.min + BUTTON_PADDING, ink);
        response
    }

    /// A button whose text is a sign; the name says what it means.
    pub(crate) fn named_button(
        &mut self,
        ui: &mut Ui,
        (sign, name): (&str, &str),
        style: TextStyle,
        look: ButtonLook,
    ) -> Response {
        let response = self.button(ui, sign, style, look);
        let enabled = look != ButtonLook::Disabled;
        response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
        response
    }

    /// A line of a list, as wide as the list.
    pub(crate) fn row(&mut self, ui: &mut Ui, row: &Row<'_>, style: TextStyle) -> Response {
        let size = vec2(ui.available_width(), row_height(style));
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let name = if row.name.is_empty() { row.text } else { row.name };
        response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, row.selected, name));
        if ui.is_rect_visible(rect) {
            let visuals = ui.style().interact_selectable(&response, row.selected);
            if row.selected || response.hovered() {
                ui.painter().rect_filled(rect, CornerRadius::same(3), visuals.weak_bg_fill);
            }
            focus_ring(ui, &response, rect);
            self.row_content(ui, row, (style, rect, visuals.text_color()));
        }
        response
    }

    fn row_content(
        &mut self,
        ui: &Ui,
        row: &Row<'_>,
        (style, rect, ink): (TextStyle, Rect, Color32),
    ) {
        let mut room = rect.shrink2(vec2(ROW_PADDING, 0.0));
        let rtl = style.direction.is_rtl();
        if let Some(color) = row.swatch {
            let x = if rtl { room.right() - SWATCH } else { room.left() };
            let at = pos2(x, rect.center().y - SWATCH / 2.0);
            let mark = Rect::from_min_size(at, egui::Vec2::splat(SWATCH));
            ui.painter().rect_filled(mark, 2.0, color);
            trim(&mut room, !rtl, SWATCH + 6.0);
        }
        if !row.note.is_empty() {
            let direction = row.note_direction;
            let small = TextStyle { size_pt: style.size_pt * 0.85, direction, ..style };
            let weak = ui.visuals().weak_text_color();
            let used = self.text_in(ui, row.note, (small, weak), (room, !rtl));
            trim(&mut room, rtl, used + 6.0);
        }
        let style = TextStyle { direction: row.direction, ..style };
        self.text_in(ui, row.text, (style, ink), (room, rtl));
    }

    /// Paints a line of text at one end of `room`, cut off at the other. Returns its width.
    fn text_in(
        &mut self,
        ui: &Ui,
        text: &str,
        (style, ink): (TextStyle, Color32),
        (room, at_right): (Rect, bool),
    ) -> f32 {
        // Names and pieces of documents come here: no direction mark in them may turn the row.
        let layout = self.line(&plain(text), style);
        let size = self.size_of(&layout);
        let align = if at_right { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER };
        let place = align.align_size_within_rect(size, room);
        // A clip of its own costs a call of the graphics library.
        if size.x <= room.width() {
            self.paint(ui.painter(), &layout, place.min, ink);
        } else {
            let painter = ui.painter().with_clip_rect(room.intersect(ui.clip_rect()));
            self.paint(&painter, &layout, place.min, ink);
        }
        size.x
    }
}

/// Takes `width` away from the left or the right of `room`.
fn trim(room: &mut Rect, left: bool, width: f32) {
    if left {
        room.min.x += width;
    } else {
        room.max.x -= width;
    }
}

fn focus_ring(ui: &Ui, response: &Response, rect: Rect) {
    if response.has_focus() {
        let stroke = Stroke::new(2.0, ui.visuals().selection.stroke.color);
        ui.painter().rect_stroke(rect, 3.0, stroke, StrokeKind::Inside);
    }
}
