//! How highlights, handles, hints and the marks of invisible characters are painted.

use std::ops::Range;

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

use super::{
    engine::TextEngine,
    fonts::{Direction, TextStyle},
    geometry::Upright,
    invisible::MarkShape,
    pane::{Certainty, Highlight, Hint},
    pointer::KNOB,
    tags::ink_on,
};

const HINT_SIZE_PT: f32 = 13.0;

/// Lines under overlapping highlights lie below each other: the level of each.
#[derive(Default)]
pub(super) struct Levels {
    ends: Vec<usize>,
}

impl Levels {
    pub(super) fn of(&mut self, range: &Range<usize>) -> usize {
        let free = self.ends.iter().position(|&end| end <= range.start);
        let level = free.unwrap_or(self.ends.len());
        if level == self.ends.len() {
            self.ends.push(0);
        }
        self.ends[level] = range.end;
        level
    }
}

pub(super) fn paint_highlight(
    painter: &Painter,
    highlight: &Highlight<'_>,
    rects: &[Rect],
    level: usize,
) {
    let strength = match highlight.certainty {
        Certainty::Confirmed => 0.28,
        Certainty::Suggested => 0.15,
        Certainty::Doubtful => 0.09,
    };
    let strength = if highlight.focused { strength + 0.14 } else { strength };
    for rect in rects {
        painter.rect_filled(*rect, 3.0, highlight.color.gamma_multiply(strength));
        paint_line(painter, highlight, *rect, level as f32 * 4.0);
        if highlight.focused {
            let outline = rect.expand2(vec2(0.5, 1.0));
            painter.rect_stroke(outline, 3.0, (1.5, highlight.color), StrokeKind::Outside);
        }
    }
}

fn paint_line(painter: &Painter, highlight: &Highlight<'_>, rect: Rect, down: f32) {
    let y = rect.bottom() - 1.0 + down;
    let ends = [pos2(rect.right(), y), pos2(rect.left(), y)];
    let stroke = Stroke::new(2.5, highlight.color);
    if highlight.certainty == Certainty::Confirmed {
        painter.line_segment(ends, stroke);
    } else {
        painter.extend(Shape::dashed_line(&ends, stroke, 5.0, 3.5));
    }
}

/// A line at the edge with a knob below it, out of the way of the letters.
pub(super) fn paint_handle(painter: &Painter, at: Upright, color: Color32) {
    let foot = pos2(at.x, at.bottom + KNOB);
    painter.line_segment([pos2(at.x, at.top), foot], Stroke::new(2.0, color));
    painter.circle(foot, KNOB, color, (1.5, painter.ctx().global_style().visuals.panel_fill));
}

/// A sign at the foot of the line where an invisible character stands.
pub(super) fn paint_mark(painter: &Painter, at: Upright, (shape, color): (MarkShape, Color32)) {
    let stroke = Stroke::new(1.0, color.gamma_multiply(0.8));
    let (foot, size) = (at.bottom - 1.0, 5.0);
    let tip = |dx: f32| {
        let points = vec![
            pos2(at.x, foot - 2.0 * size),
            pos2(at.x + dx, foot - 1.5 * size),
            pos2(at.x, foot - size),
        ];
        painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
    };
    match shape {
        MarkShape::Right => tip(size),
        MarkShape::Left => tip(-size),
        MarkShape::Stop => {
            let y = foot - 2.0 * size;
            painter.line_segment([pos2(at.x - 3.0, y), pos2(at.x + 3.0, y)], stroke);
        }
        MarkShape::Dot => {
            painter.circle_filled(pos2(at.x, foot), 1.8, color);
            return;
        }
    }
    painter.line_segment([pos2(at.x, foot - 2.0 * size), pos2(at.x, foot)], stroke);
}

/// The letters to type, at the start of their word.
pub(super) fn paint_hint(
    painter: &Painter,
    engine: &mut TextEngine,
    (hint, at, n_before): (&Hint, Upright, usize),
) {
    let direction = Direction::of(&hint.letters);
    let style = TextStyle { size_pt: HINT_SIZE_PT, line_height: 1.3, bold: true, direction };
    let rest: String = hint.letters.chars().skip(hint.n_typed).collect();
    let layout = engine.line(&rest, style);
    let size = engine.size_of(&layout) + vec2(8.0, 0.0);
    let visuals = painter.ctx().global_style().visuals.clone();
    let right: Pos2 = pos2(at.x + 2.0 - n_before as f32 * (size.x + 2.0), at.top + 2.0);
    let rect = Rect::from_min_size(pos2(right.x - size.x, right.y - size.y), size);
    let color = hint.color.unwrap_or(visuals.warn_fg_color);
    let ink = ink_on(color);
    painter.rect(rect, 3.0, color, (1.0, visuals.panel_fill), StrokeKind::Outside);
    engine.paint(painter, &layout, rect.min + vec2(4.0, 0.0), ink);
}
