//! The small label tags above highlights: in the space between the lines, never over letters and
//! never over each other.

use egui::{Color32, Painter, Rect, pos2, vec2};

use super::{
    engine::TextEngine,
    fonts::{Direction, TextStyle},
    pane::{Certainty, Highlight},
};

/// Size of a tag's letters against those of the text.
const TAG_SIZE: f32 = 0.52;
const TAG_LINE: f32 = 1.25;
const PADDING: f32 = 4.0;
const GAP: f32 = 2.0;

/// What a tag says: as much as there is room for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag<'a> {
    pub(crate) full: &'a str,
    pub(crate) short: &'a str,
    pub(crate) direction: Direction,
}

/// The tags of a frame.
#[derive(Default)]
pub(super) struct TagRow<'a> {
    tags: Vec<Placed<'a>>,
}

struct Placed<'a> {
    tag: Tag<'a>,
    color: Color32,
    doubtful: bool,
    /// Right end and bottom of the tag.
    corner: egui::Pos2,
}

impl<'a> TagRow<'a> {
    /// Notes the tag of a highlight with these rectangles.
    pub(super) fn add(&mut self, highlight: &Highlight<'a>, rects: &[Rect]) {
        let Some(first) = rects.first() else { return };
        let same_line = rects.iter().take_while(|rect| rect.top() == first.top());
        let line = same_line.fold(*first, |all, rect| all.union(*rect));
        self.tags.push(Placed {
            tag: highlight.tag,
            color: highlight.color,
            doubtful: highlight.certainty == Certainty::Doubtful,
            corner: line.right_top(),
        });
    }

    /// Draws the tags, each line from the right to the left. Where the full name would reach into
    /// the next tag, the short one stands.
    pub(super) fn paint(mut self, painter: &Painter, engine: &mut TextEngine, size_pt: f32) {
        self.tags.sort_by(|a, b| {
            (a.corner.y.total_cmp(&b.corner.y)).then(b.corner.x.total_cmp(&a.corner.x))
        });
        let mut taken = Rect::NOTHING;
        for idx in 0..self.tags.len() {
            let placed = &self.tags[idx];
            let next = self.tags.get(idx + 1).filter(|next| next.corner.y == placed.corner.y);
            let limit = next.map_or(f32::MIN, |next| next.corner.x + GAP);
            let same_line = taken.bottom() == placed.corner.y;
            let right = placed.corner.x.min(if same_line { taken.left() - GAP } else { f32::MAX });
            taken = placed.paint(painter, engine, (size_pt, right, limit));
        }
    }
}

impl Placed<'_> {
    fn paint(
        &self,
        painter: &Painter,
        engine: &mut TextEngine,
        (size_pt, right, limit): (f32, f32, f32),
    ) -> Rect {
        let style = TextStyle {
            size_pt: size_pt * TAG_SIZE,
            line_height: TAG_LINE,
            bold: false,
            direction: self.tag.direction,
        };
        let mut layout = engine.line(self.tag.full, style);
        if right - engine.size_of(&layout).x - 2.0 * PADDING < limit {
            layout = engine.line(self.tag.short, style);
        }
        let size = engine.size_of(&layout) + vec2(2.0 * PADDING, 0.0);
        let rect = Rect::from_min_size(pos2(right - size.x, self.corner.y - size.y), size);
        let fill = if self.doubtful { Color32::TRANSPARENT } else { self.color };
        painter.rect(rect, 3.0, fill, (1.0, self.color), egui::StrokeKind::Inside);
        let ink = if self.doubtful {
            painter.ctx().global_style().visuals.text_color()
        } else {
            ink_on(self.color)
        };
        engine.paint(painter, &layout, rect.min + vec2(PADDING, 0.0), ink);
        rect
    }
}

/// Black or white, whichever reads better on a colour (relative luminance, WCAG 2.1).
pub(super) fn ink_on(ground: Color32) -> Color32 {
    let linear = |channel: u8| {
        let c = f32::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    let luminance =
        0.2126 * linear(ground.r()) + 0.7152 * linear(ground.g()) + 0.0722 * linear(ground.b());
    // Equal contrast with black and with white: (L + 0.05)² = 0.05 · 1.05.
    if luminance > 0.179 { Color32::BLACK } else { Color32::WHITE }
}
