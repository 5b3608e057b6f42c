//! From bytes to rectangles and back, within one layout.
//!
//! A layout here never holds a line feed: `parley` 0.12 places carets and selections beside a hard
//! line end wrongly in right-to-left text, and its caret calls are not used for the same reason.
//! Rectangles come from the clusters themselves.

use std::ops::Range;

use egui::{Pos2, Rect, Vec2, pos2};
use parley::{Cluster, Cursor, Line};

use super::fonts::TextLayout;

/// The rectangles of a byte range, in physical pixels relative to the layout: one for each stretch
/// of neighbouring clusters of a line, lines from top to bottom, stretches from left to right.
pub(crate) fn range_rects(layout: &TextLayout, range: &Range<usize>, mut push: impl FnMut(Rect)) {
    if range.is_empty() {
        return;
    }
    for line_idx in first_line_after(layout, range.start)..layout.len() {
        let line = layout.get(line_idx).expect("the index is below the number of lines");
        if line.text_range().start >= range.end {
            break;
        }
        line_rects(&line, range, &mut push);
    }
}

/// Lines are in logical order: the first one that ends after `byte`.
fn first_line_after(layout: &TextLayout, byte: usize) -> usize {
    let ends_before = |idx: usize| layout.get(idx).is_some_and(|l| l.text_range().end <= byte);
    let (mut low, mut high) = (0, layout.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if ends_before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn line_rects(line: &Line<'_, ()>, range: &Range<usize>, push: &mut impl FnMut(Rect)) {
    let metrics = line.metrics();
    let (top, bottom) = (metrics.content_block_min_coord, metrics.content_block_max_coord);
    let mut emit = |left: f32, right: f32| {
        if right > left {
            push(Rect::from_min_max(pos2(left, top), pos2(right, bottom)));
        }
    };
    let mut x = metrics.offset + metrics.inline_min_coord;
    let mut open: Option<f32> = None;
    for cluster in line.runs().flat_map(|run| run.visual_clusters()) {
        let inside = range.contains(&cluster.text_range().start) && !cluster.is_hard_line_break();
        if inside {
            open.get_or_insert(x);
        } else if let Some(left) = open.take() {
            emit(left, x);
        }
        x += cluster.advance();
    }
    if let Some(left) = open {
        emit(left, x);
    }
}

/// The bytes of the cluster drawn under a point; `None` beside the text.
pub(crate) fn cluster_at(layout: &TextLayout, at: Pos2) -> Option<Range<usize>> {
    Cluster::from_point_exact(layout, at.x, at.y).map(|(cluster, _)| cluster.text_range())
}

/// The caret position nearest to a point, as a byte offset.
pub(crate) fn nearest_byte(layout: &TextLayout, at: Pos2) -> usize {
    Cursor::from_point(layout, at.x, at.y).index()
}

/// The point, in physical pixels relative to a layout that is drawn at `origin`.
pub(crate) fn to_layout(at: Pos2, origin: Pos2, scale: f32) -> Pos2 {
    ((at - origin) * scale).to_pos2()
}

/// The rectangle on the screen of one inside a layout that is drawn at `origin`.
pub(crate) fn to_screen(rect: Rect, origin: Pos2, scale: f32) -> Rect {
    let place = |p: Pos2| origin + Vec2::new(p.x, p.y) / scale;
    Rect::from_min_max(place(rect.min), place(rect.max))
}
