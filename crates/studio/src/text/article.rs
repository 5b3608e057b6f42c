//! A long text, laid out by paragraphs: what is seen first, the rest in slices of time.

use std::{
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use egui::{Pos2, Rect, Vec2, vec2};

use crate::Edge;

use super::{
    fonts::{Fonts, TextLayout, TextStyle, break_lines},
    geometry::{Shaped, Upright},
    invisible::{Invisible, invisible},
};

/// Time for the paragraphs out of sight, in one frame. Half of a frame at 120 Hz.
const SLICE: Duration = Duration::from_millis(4);
/// Mean width of a byte of Arabic text in letter sizes; for guessing heights not yet laid out.
const BYTE_ADVANCE: f32 = 0.22;

/// What the layouts depend on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Setting {
    pub(crate) style: TextStyle,
    /// Which fonts: [`TextEngine::edition`](super::TextEngine::edition).
    pub(crate) edition: u32,
    /// Physical pixels of a point.
    pub(crate) scale: f32,
    /// Width of the column in physical pixels.
    pub(crate) width_px: f32,
}

/// Height of an empty paragraph, in lines: it parts what is around it, and nothing is read in it.
const BLANK: f32 = 0.5;

/// A text and its paragraphs. Coordinates are physical pixels from the top left of the column.
pub(crate) struct Article {
    text: Arc<str>,
    paragraphs: Vec<Paragraph>,
    /// Characters that leave no trace, by byte.
    invisible: Vec<(usize, &'static Invisible)>,
    setting: Option<Setting>,
    /// Paragraphs before this one are laid out.
    n_ready: usize,
    /// Height of an empty paragraph, in lines.
    blank: f32,
}

struct Paragraph {
    bytes: Range<usize>,
    top: f32,
    height: f32,
    layout: Option<TextLayout>,
}

impl Article {
    pub(crate) fn new(text: Arc<str>) -> Self {
        let paragraphs = paragraph_ranges(&text)
            .map(|bytes| Paragraph { bytes, top: 0.0, height: 0.0, layout: None })
            .collect();
        let odd = |(byte, char)| Some((byte, invisible(char)?));
        let invisible = text.char_indices().filter_map(odd).collect();
        Self { text, paragraphs, invisible, setting: None, n_ready: 0, blank: BLANK }
    }

    /// With empty paragraphs as high as others, for a text that is being written.
    pub(crate) fn with_blank_lines(self) -> Self {
        Self { blank: 1.0, ..self }
    }

    pub(crate) fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Height of the column; a guess as long as [`Article::is_complete`] is false.
    pub(crate) fn height(&self) -> f32 {
        self.paragraphs.last().map_or(0.0, |last| last.top + last.height)
    }

    /// Width of the column in physical pixels.
    pub(crate) fn width(&self) -> f32 {
        self.setting.map_or(0.0, |setting| setting.width_px)
    }

    /// Distance of two lines in physical pixels.
    pub(crate) fn line_height(&self) -> f32 {
        let line = |s: Setting| s.style.size_pt * s.style.line_height * s.scale;
        self.setting.map_or(0.0, line)
    }

    /// Whether every paragraph is laid out.
    pub(crate) fn is_complete(&self) -> bool {
        self.n_ready == self.paragraphs.len()
    }

    /// Takes a new style, scale or width. A new width only breaks the lines again: 1.5 ms for
    /// 20,000 words, where shaping takes 100.
    pub(crate) fn set(&mut self, setting: Setting) {
        let Some(old) = self.setting.replace(setting).filter(|old| *old != setting) else {
            if self.n_ready == 0 {
                self.guess_heights(setting);
            }
            return;
        };
        if (Setting { width_px: setting.width_px, ..old }) == setting {
            self.rewrap(setting);
        } else {
            self.paragraphs.iter_mut().for_each(|p| p.layout = None);
            self.n_ready = 0;
        }
        self.guess_heights(setting);
    }

    fn rewrap(&mut self, setting: Setting) {
        for paragraph in &mut self.paragraphs {
            if let Some(layout) = &mut paragraph.layout {
                break_lines(layout, Some(setting.width_px));
                paragraph.height = height_of(&paragraph.bytes, layout, self.blank);
            }
        }
    }

    fn guess_heights(&mut self, setting: Setting) {
        let size_px = setting.style.size_pt * setting.scale;
        for paragraph in self.paragraphs.iter_mut().filter(|p| p.layout.is_none()) {
            let advance = paragraph.bytes.len() as f32 * BYTE_ADVANCE * size_px;
            let n_lines = (advance / setting.width_px.max(1.0)).ceil();
            let n_lines = if paragraph.bytes.is_empty() { self.blank } else { n_lines.max(1.0) };
            paragraph.height = n_lines * size_px * setting.style.line_height;
        }
        self.stack(0);
    }

    /// Lays out what a view from `view.start` to `view.end` shows and, for a few milliseconds,
    /// what it does not. Returns by how much the text in view moved down in the column, because
    /// paragraphs above it turned out higher than guessed.
    pub(crate) fn lay_out(&mut self, fonts: &mut Fonts, view: Range<f32>) -> f32 {
        let Some(setting) = self.setting.filter(|_| !self.is_complete()) else {
            return 0.0;
        };
        let anchor = self.paragraph_at_y(view.start);
        let mut idx = anchor;
        while idx < self.paragraphs.len() && self.paragraphs[idx].top < view.end {
            self.lay_out_one(idx, fonts, setting);
            self.stack(idx);
            idx += 1;
        }
        let before = self.paragraphs[anchor].top;
        self.lay_out_rest(fonts, setting);
        self.stack(0);
        self.paragraphs[anchor].top - before
    }

    /// Lays out the paragraph of a byte, so that its line is known.
    pub(crate) fn lay_out_at(&mut self, fonts: &mut Fonts, byte: usize) {
        let idx = self.paragraph_at_byte(byte);
        if let Some(setting) = self.setting.filter(|_| idx < self.paragraphs.len()) {
            self.lay_out_one(idx, fonts, setting);
            self.stack(0);
        }
    }

    fn lay_out_rest(&mut self, fonts: &mut Fonts, setting: Setting) {
        let start = Instant::now();
        while self.n_ready < self.paragraphs.len() && start.elapsed() < SLICE {
            self.lay_out_one(self.n_ready, fonts, setting);
            self.n_ready += 1;
        }
    }

    fn lay_out_one(&mut self, idx: usize, fonts: &mut Fonts, setting: Setting) {
        let paragraph = &mut self.paragraphs[idx];
        if paragraph.layout.is_none() {
            let text = &self.text[paragraph.bytes.clone()];
            let layout = fonts.layout(text, setting.style, setting.scale, Some(setting.width_px));
            paragraph.height = height_of(&paragraph.bytes, &layout, self.blank);
            paragraph.layout = Some(layout);
        }
    }

    /// Sets the tops of the paragraphs after `from`, until they agree with what they were.
    fn stack(&mut self, from: usize) {
        let mut top = if from == 0 { 0.0 } else { self.paragraphs[from].top };
        for paragraph in &mut self.paragraphs[from..] {
            paragraph.top = top;
            top += paragraph.height;
        }
    }

    fn paragraph_at_y(&self, y: f32) -> usize {
        self.paragraphs.partition_point(|p| p.top <= y).saturating_sub(1)
    }

    fn paragraph_at_byte(&self, byte: usize) -> usize {
        self.paragraphs.partition_point(|p| p.bytes.start <= byte).saturating_sub(1)
    }

    /// The laid out paragraphs that a view shows, each with the top left corner of its layout.
    pub(crate) fn visible(&self, view: Range<f32>) -> impl Iterator<Item = (&TextLayout, Vec2)> {
        self.paragraphs[self.paragraph_at_y(view.start)..]
            .iter()
            .take_while(move |p| p.top < view.end)
            .filter_map(|p| Some((p.layout.as_ref()?, vec2(0.0, p.top))))
    }

    fn shaped<'a>(&'a self, paragraph: &'a Paragraph) -> Option<Shaped<'a>> {
        let layout = paragraph.layout.as_ref()?;
        Some(Shaped { text: &self.text[paragraph.bytes.clone()], layout })
    }

    /// The bytes of the letter drawn under a point; `None` beside the text.
    pub(crate) fn letter_at(&self, at: Pos2) -> Option<Range<usize>> {
        let paragraph = self.paragraphs.get(self.paragraph_at_y(at.y))?;
        let local = self.shaped(paragraph)?.letter_at(at - vec2(0.0, paragraph.top))?;
        Some(paragraph.bytes.start + local.start..paragraph.bytes.start + local.end)
    }

    /// The caret position nearest to a point.
    pub(crate) fn nearest_byte(&self, at: Pos2) -> usize {
        let Some(paragraph) = self.paragraphs.get(self.paragraph_at_y(at.y)) else {
            return 0;
        };
        let local = |shaped: Shaped<'_>| shaped.nearest_byte(at - vec2(0.0, paragraph.top));
        paragraph.bytes.start + self.shaped(paragraph).map_or(0, local)
    }

    /// The rectangles of a byte range, as far as a view shows its paragraphs.
    pub(crate) fn rects(&self, range: &Range<usize>, view: &Range<f32>, out: &mut Vec<Rect>) {
        out.clear();
        for paragraph in &self.paragraphs[self.paragraph_at_byte(range.start)..] {
            if paragraph.bytes.start >= range.end || paragraph.top > view.end {
                break;
            }
            let Some(shaped) = self.shaped(paragraph) else { continue };
            if paragraph.top + paragraph.height < view.start {
                continue;
            }
            let local = |byte: usize| {
                byte.clamp(paragraph.bytes.start, paragraph.bytes.end) - paragraph.bytes.start
            };
            let down = vec2(0.0, paragraph.top);
            shaped.range_rects(&(local(range.start)..local(range.end)), |rect| {
                out.push(rect.translate(down));
            });
        }
    }

    /// Where an edge of a byte range is drawn.
    pub(crate) fn edge(&self, range: &Range<usize>, edge: Edge) -> Option<Upright> {
        let byte = match edge {
            Edge::Start => range.start,
            Edge::End => range.end.checked_sub(1)?,
        };
        let paragraph = self.paragraphs.get(self.paragraph_at_byte(byte))?;
        let start = range.start.saturating_sub(paragraph.bytes.start);
        let end = range.end.min(paragraph.bytes.end).checked_sub(paragraph.bytes.start)?;
        let found = self.shaped(paragraph)?.edge(&(start..end), edge)?;
        let (top, bottom) = (found.top + paragraph.top, found.bottom + paragraph.top);
        Some(Upright { top, bottom, ..found })
    }

    /// The characters without a trace among these bytes.
    pub(crate) fn invisible_in(
        &self,
        bytes: &Range<usize>,
    ) -> impl Iterator<Item = (usize, &'static Invisible)> {
        let place = |byte: usize| self.invisible.partition_point(|(at, _)| *at < byte);
        self.invisible[place(bytes.start)..place(bytes.end)].iter().copied()
    }

    /// From where to where the line of a byte reaches; the whole paragraph if it is not laid out.
    pub(crate) fn line_at(&self, byte: usize) -> Range<f32> {
        let Some(paragraph) = self.paragraphs.get(self.paragraph_at_byte(byte)) else {
            return 0.0..0.0;
        };
        let local = byte - paragraph.bytes.start;
        let line = paragraph.layout.as_ref().and_then(|layout| {
            let found = layout.lines().find(|line| line.text_range().end > local)?;
            let metrics = found.metrics();
            Some(metrics.block_min_coord..metrics.block_max_coord)
        });
        let within = line.unwrap_or(0.0..paragraph.height);
        paragraph.top + within.start..paragraph.top + within.end
    }

    /// The bytes that a view shows, whole paragraphs.
    pub(crate) fn bytes_in(&self, view: &Range<f32>) -> Range<usize> {
        let (first, last) = (self.paragraph_at_y(view.start), self.paragraph_at_y(view.end));
        match (self.paragraphs.get(first), self.paragraphs.get(last)) {
            (Some(first), Some(last)) => first.bytes.start..last.bytes.end,
            _ => 0..0,
        }
    }
}

fn height_of(bytes: &Range<usize>, layout: &TextLayout, blank: f32) -> f32 {
    if bytes.is_empty() { layout.height() * blank } else { layout.height() }
}

/// Characters that end a line wherever they stand (UAX #14, classes BK, CR, LF, NL).
const LINE_ENDS: [char; 7] = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

/// The paragraphs of a text without their line ends; `\r\n` is one line end.
fn paragraph_ranges(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split_inclusive(LINE_ENDS)
        .chain((text.is_empty() || text.ends_with(LINE_ENDS)).then_some(""))
        .filter_map(move |piece| {
            let first = start;
            start += piece.len();
            // The line feed behind a carriage return ends no line of its own.
            let is_second = piece == "\n" && text[..first].ends_with('\r');
            let bytes = first..first + piece.trim_end_matches(LINE_ENDS).len();
            (!is_second).then_some(bytes)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_ends_a_paragraph() {
        let table: [(&str, &[&str]); 7] = [
            ("", &[""]),
            ("a", &["a"]),
            ("a\n", &["a", ""]),
            ("a\r\nb", &["a", "b"]),
            ("a\n\nb", &["a", "", "b"]),
            ("\r\n\r\n", &["", "", ""]),
            ("a\u{2029}b\u{85}c\u{2028}\u{c}d", &["a", "b", "c", "", "d"]),
        ];
        for (text, want) in table {
            let got: Vec<&str> = paragraph_ranges(text).map(|bytes| &text[bytes]).collect();
            assert_eq!(got, want, "{text:?}");
        }
    }
}
