//! What inputs of one and of several lines have in common.

use egui::{Painter, Rect, Response, Stroke, StrokeKind, Ui, WidgetInfo, output::IMEOutput, pos2};

use super::{
    engine::TextEngine,
    fonts::{Direction, TextStyle},
};

/// In points.
pub(super) const CARET_WIDTH: f32 = 1.5;

/// The box around an input.
pub(super) fn paint_frame(ui: &Ui, rect: Rect, has_focus: bool) {
    let visuals = ui.visuals();
    let idle = Stroke::new(1.0, visuals.weak_text_color());
    let stroke = if has_focus { visuals.selection.stroke } else { idle };
    ui.painter().rect(rect, 3.0, visuals.extreme_bg_color, stroke, StrokeKind::Inside);
}

/// What an empty input is for, on its first line.
pub(super) fn paint_hint(
    ui: &Ui,
    engine: &mut TextEngine,
    (painter, room): (&Painter, Rect),
    (hint, style): (&str, TextStyle),
) {
    let layout = engine.line(hint, TextStyle { direction: Direction::of(hint), ..style });
    let width = engine.size_of(&layout).x;
    // The caret stands before it.
    let beside = 2.0 * CARET_WIDTH;
    let x = match style.direction {
        Direction::RightToLeft => room.right() - width - beside,
        Direction::LeftToRight => room.left() + beside,
    };
    engine.paint(painter, &layout, pos2(x, room.top()), ui.visuals().weak_text_color());
}

/// Tells the accessibility tree what the input is called, and its text before and now.
pub(super) fn name_input(response: &Response, name: &str, [before, now]: [&str; 2]) {
    response.widget_info(|| WidgetInfo {
        label: Some(name.to_owned()),
        ..WidgetInfo::text_edit(true, before, now, name)
    });
}

/// Tells an input method where to show what it composes.
pub(super) fn tell_input_method(ui: &Ui, rect: Rect, caret: Rect) {
    let ime = IMEOutput {
        purpose: egui::IMEPurpose::Normal,
        rect,
        cursor_rect: caret,
        should_interrupt_composition: false,
    };
    ui.output_mut(|output| output.ime = Some(ime));
}
