//! What every piece of text on the screen needs: fonts, glyphs and remembered layouts.

use std::rc::Rc;

use egui::{Color32, Painter, Pos2, Vec2, vec2};
use rustc_hash::FxHashMap;

use super::{
    atlas::GlyphAtlas,
    batch::batch_texts,
    fonts::{Direction, Fonts, TextLayout, TextStyle},
    paint::paint_layout,
};

/// Layouts of short texts are kept as long as each frame, or the one before, used them.
type LabelCache = FxHashMap<LabelStyle, FxHashMap<Box<str>, Rc<TextLayout>>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct LabelStyle {
    size_bits: u32,
    line_bits: u32,
    bold: bool,
    direction: Direction,
}

/// Fonts, glyph pictures and remembered layouts; one for a window.
pub(crate) struct TextEngine {
    pub(super) fonts: Fonts,
    atlas: Option<GlyphAtlas>,
    recent: LabelCache,
    older: LabelCache,
    scale: f32,
    /// Grows with every change of the fonts.
    edition: u32,
}

impl TextEngine {
    pub(crate) fn new() -> Self {
        Self {
            fonts: Fonts::embedded(),
            atlas: None,
            recent: LabelCache::default(),
            older: LabelCache::default(),
            scale: 1.0,
            edition: 0,
        }
    }

    /// Uses the font of a file, or the embedded ones. `false`, and nothing is changed, if there is
    /// none in it.
    pub(crate) fn use_font(&mut self, file: Option<Vec<u8>>) -> bool {
        let is_used = match file {
            Some(bytes) => self.fonts.use_file(bytes),
            None => {
                self.fonts.use_embedded();
                true
            }
        };
        if is_used {
            self.edition += 1;
            self.recent.clear();
            self.older.clear();
        }
        is_used
    }

    /// Family name of the user's own font, if one is used.
    pub(crate) fn user_font(&self) -> Option<&str> {
        self.fonts.user()
    }

    /// Which fonts layouts are made with; another number, other fonts.
    pub(crate) const fn edition(&self) -> u32 {
        self.edition
    }

    /// To be called once a frame, before any text is drawn.
    pub(crate) fn begin_frame(&mut self, ctx: &egui::Context) {
        let atlas = self.atlas.get_or_insert_with(|| GlyphAtlas::new(ctx));
        atlas.begin_frame(ctx);
        let scale = ctx.pixels_per_point();
        self.older = std::mem::take(&mut self.recent);
        if scale.to_bits() != self.scale.to_bits() {
            self.scale = scale;
            self.older.clear();
            atlas.clear();
        }
    }

    /// To be called once a frame, after all text is drawn: repeats the frame if glyphs are missing.
    pub(crate) fn end_frame(&self, ctx: &egui::Context) {
        if let Some(atlas) = &self.atlas {
            batch_texts(ctx, atlas.texture_id());
        }
        if self.atlas.as_ref().is_some_and(GlyphAtlas::overflowed) {
            ctx.request_discard("the glyph atlas is full");
            ctx.request_repaint();
        }
    }

    /// Physical pixels of a point.
    pub(crate) const fn scale(&self) -> f32 {
        self.scale
    }

    /// The layout of a short text without line breaks, remembered between frames.
    pub(crate) fn line(&mut self, text: &str, style: TextStyle) -> Rc<TextLayout> {
        let key = LabelStyle::of(style);
        if let Some(known) = self.recent.get(&key).and_then(|texts| texts.get(text)) {
            return Rc::clone(known);
        }
        let older = self.older.get_mut(&key).and_then(|texts| texts.remove_entry(text));
        let (text, layout) = older.unwrap_or_else(|| {
            (text.into(), Rc::new(self.fonts.layout(text, style, self.scale, None)))
        });
        self.recent.entry(key).or_default().insert(text, Rc::clone(&layout));
        layout
    }

    /// Size of a layout in points.
    pub(crate) fn size_of(&self, layout: &TextLayout) -> Vec2 {
        vec2(layout.width(), layout.height()) / self.scale
    }

    /// How wide a line of text is, in points.
    pub(crate) fn width_of(&mut self, text: &str, style: TextStyle) -> f32 {
        let layout = self.line(text, style);
        self.size_of(&layout).x
    }

    /// Draws a layout with its top left corner at `origin`.
    pub(crate) fn paint(
        &mut self,
        painter: &Painter,
        layout: &TextLayout,
        origin: Pos2,
        color: Color32,
    ) {
        let atlas = self.atlas.get_or_insert_with(|| GlyphAtlas::new(painter.ctx()));
        paint_layout(painter, atlas, layout, origin, color);
    }
}

impl LabelStyle {
    const fn of(style: TextStyle) -> Self {
        Self {
            size_bits: style.size_pt.to_bits(),
            line_bits: style.line_height.to_bits(),
            bold: style.bold,
            direction: style.direction,
        }
    }
}
