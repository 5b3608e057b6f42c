//! From bytes to rectangles and back, within one layout.
//!
//! A layout here never holds a line feed: `parley` 0.12 places carets and selections beside a hard
//! line end wrongly in right-to-left text, and its caret calls are not used for the same reason.
//! Everything comes from the boxes of the letters themselves.

use std::ops::Range;

use egui::{Pos2, Rect, Vec2, pos2};
use parley::Line;

use super::fonts::TextLayout;
use crate::Edge;

/// Where a letter with its marks is drawn on its line, in physical pixels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LetterBox {
    pub(crate) bytes: Range<usize>,
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) is_rtl: bool,
}

impl LetterBox {
    const fn width(&self) -> f32 {
        self.right - self.left
    }

    /// Where the caret stands before (`Start`) or after the letter.
    pub(super) const fn side(&self, edge: Edge) -> f32 {
        match (edge, self.is_rtl) {
            (Edge::Start, true) | (Edge::End, false) => self.right,
            (Edge::Start, false) | (Edge::End, true) => self.left,
        }
    }
}

/// A laid out paragraph and its text.
#[derive(Clone, Copy)]
pub(crate) struct Shaped<'a> {
    pub(crate) text: &'a str,
    pub(crate) layout: &'a TextLayout,
}

/// A caret or a handle: a vertical line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Upright {
    pub(crate) x: f32,
    pub(crate) top: f32,
    pub(crate) bottom: f32,
}

impl Shaped<'_> {
    /// The letters of a line from left to right.
    ///
    /// Some fonts draw lam-alef as a lam with the whole advance and an alef with none. They share
    /// the advance evenly, as the parts of a true ligature do, so that each can be hit and marked.
    pub(crate) fn boxes(&self, line: &Line<'_, ()>) -> Vec<LetterBox> {
        let metrics = line.metrics();
        let mut x = metrics.offset + metrics.inline_min_coord;
        let mut boxes = Vec::new();
        for cluster in line.runs().flat_map(|run| run.visual_clusters()) {
            let (left, is_rtl) = (x, cluster.is_rtl());
            x += cluster.advance();
            if !cluster.is_hard_line_break() {
                boxes.push(LetterBox { bytes: cluster.text_range(), left, right: x, is_rtl });
            }
        }
        self.share_advances(&mut boxes);
        boxes
    }

    fn share_advances(&self, boxes: &mut [LetterBox]) {
        let mut first = 0;
        while first < boxes.len() {
            let n_bare = boxes[first..].iter().take_while(|b| self.is_bare(b)).count();
            let carrier = first + n_bare;
            if let Some(b) = boxes.get(carrier).filter(|b| n_bare > 0 && b.is_rtl) {
                let (left, part) = (b.left, b.width() / (n_bare + 1) as f32);
                for (place, b) in boxes[first..=carrier].iter_mut().enumerate() {
                    b.left = left + part * place as f32;
                    b.right = b.left + part;
                }
            }
            first = carrier + 1;
        }
    }

    /// Whether a right-to-left letter has no place of its own.
    fn is_bare(&self, b: &LetterBox) -> bool {
        let letter = self.text.get(b.bytes.clone()).and_then(|text| text.chars().next());
        b.is_rtl && b.width() < 0.01 && letter.is_some_and(char::is_alphabetic)
    }

    /// The rectangles of a byte range, in physical pixels relative to the layout: one for each
    /// stretch of neighbouring letters of a line, lines from top to bottom, stretches from left to
    /// right.
    pub(crate) fn range_rects(&self, range: &Range<usize>, mut push: impl FnMut(Rect)) {
        if range.is_empty() {
            return;
        }
        for line_idx in first_line_after(self.layout, range.start)..self.layout.len() {
            let line = self.layout.get(line_idx).expect("the index is below the number of lines");
            if line.text_range().start >= range.end {
                break;
            }
            self.line_rects(&line, range, &mut push);
        }
    }

    fn line_rects(&self, line: &Line<'_, ()>, range: &Range<usize>, push: &mut impl FnMut(Rect)) {
        let metrics = line.metrics();
        let (top, bottom) = (metrics.content_block_min_coord, metrics.content_block_max_coord);
        let boxes = self.boxes(line);
        let inside = |b: &LetterBox| range.contains(&b.bytes.start);
        for stretch in boxes.chunk_by(|a, b| inside(a) == inside(b)).filter(|s| inside(&s[0])) {
            let (left, right) = (stretch[0].left, stretch[stretch.len() - 1].right);
            if right > left {
                push(Rect::from_min_max(pos2(left, top), pos2(right, bottom)));
            }
        }
    }

    /// The bytes of the letter drawn under a point; `None` beside the text.
    pub(crate) fn letter_at(&self, at: Pos2) -> Option<Range<usize>> {
        let line = self.line_at_y(at.y)?;
        let boxes = self.boxes(&line);
        let hit = boxes.into_iter().find(|b| b.left <= at.x && at.x < b.right)?;
        Some(hit.bytes)
    }

    /// The caret position nearest to a point, as a byte offset.
    pub(crate) fn nearest_byte(&self, at: Pos2) -> usize {
        let last = self.layout.len().checked_sub(1).and_then(|last| self.layout.get(last));
        let Some(line) = self.line_at_y(at.y.max(0.0)).or(last) else { return 0 };
        let distance = |b: &LetterBox| (b.left - at.x).max(at.x - b.right).max(0.0);
        let boxes = self.boxes(&line);
        let visible = boxes.iter().filter(|b| b.width() > 0.0);
        let near = visible.min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let Some(near) = near.or(boxes.first()) else { return line.text_range().start };
        let in_left_half = at.x < f32::midpoint(near.left, near.right);
        if in_left_half == near.is_rtl { near.bytes.end } else { near.bytes.start }
    }

    fn line_at_y(&self, y: f32) -> Option<Line<'_, ()>> {
        let holds = |line: &Line<'_, ()>| {
            let metrics = line.metrics();
            metrics.block_min_coord <= y && y < metrics.block_max_coord
        };
        self.layout.lines().find(holds)
    }

    /// The line at the start or the end of a byte range, beside its first or last letter.
    pub(crate) fn edge(&self, range: &Range<usize>, edge: Edge) -> Option<Upright> {
        let byte = match edge {
            Edge::Start => range.start,
            Edge::End => range.end.checked_sub(1)?,
        };
        let line = self.layout.get(first_line_after(self.layout, byte))?;
        let metrics = line.metrics();
        let boxes = self.boxes(&line);
        let at = boxes.iter().position(|b| b.bytes.contains(&byte))?;
        let (top, bottom) = (metrics.content_block_min_coord, metrics.content_block_max_coord);
        Some(Upright { x: outer_side(&boxes, at, (range, edge)), top, bottom })
    }
}

/// On which side of a letter the edge of its range is. A number or Latin name that ends a
/// right-to-left range has the edge behind it as the line runs, not at its last digit, which is in
/// the middle of what is marked.
fn outer_side(boxes: &[LetterBox], at: usize, (range, edge): (&Range<usize>, Edge)) -> f32 {
    let inside = |b: &&LetterBox| range.contains(&b.bytes.start);
    if boxes[at].is_rtl || !boxes.iter().filter(inside).any(|b| b.is_rtl) {
        return boxes[at].side(edge);
    }
    let same = |b: &&LetterBox| !b.is_rtl && range.contains(&b.bytes.start);
    match edge {
        Edge::Start => boxes[at..].iter().take_while(same).last().map(|b| b.right),
        Edge::End => boxes[..=at].iter().rev().take_while(same).last().map(|b| b.left),
    }
    .unwrap_or_else(|| boxes[at].side(edge))
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

/// The point, in physical pixels relative to a layout that is drawn at `origin`.
pub(crate) fn to_layout(at: Pos2, origin: Pos2, scale: f32) -> Pos2 {
    ((at - origin) * scale).to_pos2()
}

/// The rectangle on the screen of one inside a layout that is drawn at `origin`.
pub(crate) fn to_screen(rect: Rect, origin: Pos2, scale: f32) -> Rect {
    let place = |p: Pos2| origin + Vec2::new(p.x, p.y) / scale;
    Rect::from_min_max(place(rect.min), place(rect.max))
}
