//! Rasterised glyphs in one texture.

use egui::{
    Color32, ColorImage, Rect, TextureHandle, TextureId, TextureOptions, Vec2,
    epaint::FontColorTransferFunction, pos2, vec2,
};
use rustc_hash::FxHashMap;
use swash::{
    FontRef,
    scale::{
        Render, ScaleContext, Source, StrikeWith,
        image::{Content, Image},
    },
    zeno,
};

/// Steps of the horizontal glyph position in a pixel. Letters of a joined script keep their
/// distances with quarters; whole pixels tear them apart.
const SUBPIXEL_STEPS: f32 = 4.0;
const FIRST_SIDE: usize = 1024;
const LARGEST_SIDE: usize = 4096;

/// What a picture of a glyph depends on. Colour is not in it: the atlas holds coverage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct GlyphKey {
    pub(super) font: u64,
    pub(super) font_index: u32,
    pub(super) glyph: u16,
    pub(super) size_bits: u32,
    pub(super) subpixel: u8,
    pub(super) embolden: bool,
}

/// Where a glyph's picture is, and where it goes relative to the pen, in physical pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture {
    pub(super) uv: Rect,
    pub(super) offset: Vec2,
    pub(super) size: Vec2,
}

/// A font file, as the shaper hands it over.
pub(super) struct FontData<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) coords: &'a [i16],
}

/// The texture with its index. Rows of glyphs ("shelves") fill it from the top.
pub(super) struct GlyphAtlas {
    texture: TextureHandle,
    side: usize,
    shelf: Shelf,
    pictures: FxHashMap<GlyphKey, Option<Picture>>,
    scaler: ScaleContext,
    image: Image,
    transfer: FontColorTransferFunction,
    overflowed: bool,
}

#[derive(Clone, Copy, Debug)]
struct Shelf {
    x: usize,
    y: usize,
    height: usize,
}

impl Shelf {
    /// One pixel is left free on every side, so that filtering never mixes two glyphs.
    const EMPTY: Self = Self { x: 1, y: 1, height: 0 };

    /// Takes a place of this size in a square of `side`; `None` if it is full.
    fn place(&mut self, width: usize, height: usize, side: usize) -> Option<[usize; 2]> {
        if self.x + width + 1 > side {
            *self = Self { x: 1, y: self.y + self.height + 1, height: 0 };
        }
        if self.x + width + 1 > side || self.y + height + 1 > side {
            return None;
        }
        let at = [self.x, self.y];
        self.x += width + 1;
        self.height = self.height.max(height);
        Some(at)
    }
}

/// Splits a horizontal pen position into whole pixels and a subpixel step.
pub(super) fn snap_x(x: f32) -> (f32, u8) {
    let steps = (x * SUBPIXEL_STEPS).round();
    let whole = (steps / SUBPIXEL_STEPS).floor();
    (whole, (steps - whole * SUBPIXEL_STEPS) as u8)
}

impl GlyphAtlas {
    pub(super) fn new(ctx: &egui::Context) -> Self {
        Self {
            texture: empty_texture(ctx, FIRST_SIDE),
            side: FIRST_SIDE,
            shelf: Shelf::EMPTY,
            pictures: FxHashMap::default(),
            scaler: ScaleContext::new(),
            image: Image::new(),
            transfer: transfer_of(ctx),
            overflowed: false,
        }
    }

    /// Makes room if the last frame ran out of it, and starts anew when the theme changed:
    /// light text on a dark ground needs more coverage to look as heavy.
    pub(super) fn begin_frame(&mut self, ctx: &egui::Context) {
        let transfer = transfer_of(ctx);
        if self.overflowed {
            let largest = ctx.input(|input| input.max_texture_side).min(LARGEST_SIDE);
            self.side = (self.side * 2).min(largest);
            self.texture = empty_texture(ctx, self.side);
        }
        if self.overflowed || transfer != self.transfer {
            self.clear();
            self.transfer = transfer;
        }
    }

    /// Forgets every glyph; for a change of size or scale.
    pub(super) fn clear(&mut self) {
        self.pictures.clear();
        self.shelf = Shelf::EMPTY;
        self.overflowed = false;
    }

    /// Whether glyphs are missing in this frame for want of room; the next one has it.
    pub(super) const fn overflowed(&self) -> bool {
        self.overflowed
    }

    pub(super) fn texture_id(&self) -> TextureId {
        self.texture.id()
    }

    /// The picture of a glyph, drawn now if it is new. `None`: nothing to see (a space).
    pub(super) fn picture(&mut self, key: GlyphKey, font: &FontData<'_>) -> Option<Picture> {
        if let Some(known) = self.pictures.get(&key) {
            return *known;
        }
        let picture = if self.rasterise(key, font) { self.store() } else { None };
        if !self.overflowed {
            self.pictures.insert(key, picture);
        }
        picture
    }

    fn rasterise(&mut self, key: GlyphKey, data: &FontData<'_>) -> bool {
        let Some(font) = FontRef::from_index(data.bytes, key.font_index as usize) else {
            return false;
        };
        let id = [key.font, u64::from(key.font_index)];
        let size = f32::from_bits(key.size_bits);
        let builder = self.scaler.builder_with_id(font, id).size(size).hint(false);
        let mut scaler = builder.normalized_coords(data.coords.iter().copied()).build();
        let sources =
            [Source::ColorOutline(0), Source::ColorBitmap(StrikeWith::BestFit), Source::Outline];
        let mut render = Render::new(&sources);
        let x = f32::from(key.subpixel) / SUBPIXEL_STEPS;
        render.format(zeno::Format::Alpha).offset(zeno::Vector::new(x, 0.0));
        if key.embolden {
            render.embolden(size * 0.02);
        }
        self.image.clear();
        render.render_into(&mut scaler, key.glyph, &mut self.image)
    }

    fn store(&mut self) -> Option<Picture> {
        let placement = self.image.placement;
        let (width, height) = (placement.width as usize, placement.height as usize);
        if width == 0 || height == 0 {
            return None;
        }
        let Some(at) = self.shelf.place(width, height, self.side) else {
            self.overflowed = true;
            return None;
        };
        let image = ColorImage::new([width, height], self.pixels());
        self.texture.set_partial(at, image, TextureOptions::LINEAR);
        let side = self.side as f32;
        let size = vec2(width as f32, height as f32);
        let min = pos2(at[0] as f32, at[1] as f32) / side;
        Some(Picture {
            uv: Rect::from_min_size(min, size / side),
            offset: vec2(placement.left as f32, -placement.top as f32),
            size,
        })
    }

    fn pixels(&self) -> Vec<Color32> {
        let bytes = &self.image.data;
        match self.image.content {
            Content::Mask => bytes
                .iter()
                .map(|&alpha| self.transfer.color_from_coverage(f32::from(alpha) / 255.0))
                .collect(),
            Content::Color | Content::SubpixelMask => bytes
                .chunks_exact(4)
                .map(|c| Color32::from_rgba_unmultiplied(c[0], c[1], c[2], c[3]))
                .collect(),
        }
    }
}

fn empty_texture(ctx: &egui::Context, side: usize) -> TextureHandle {
    let image = ColorImage::filled([side, side], Color32::TRANSPARENT);
    ctx.load_texture("tawsim-glyphs", image, TextureOptions::LINEAR)
}

fn transfer_of(ctx: &egui::Context) -> FontColorTransferFunction {
    match ctx.theme() {
        egui::Theme::Dark => FontColorTransferFunction::DARK_MODE_DEFAULT,
        egui::Theme::Light => FontColorTransferFunction::LIGHT_MODE_DEFAULT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pen_position_keeps_its_quarter() {
        let table = [(0.0, 0.0, 0), (3.2, 3.0, 1), (3.9, 4.0, 0), (-0.3, -1.0, 3), (7.5, 7.0, 2)];
        for (x, whole, step) in table {
            assert_eq!(snap_x(x), (whole, step), "{x}");
        }
    }

    #[test]
    fn places_on_a_shelf_never_touch() {
        let mut shelf = Shelf::EMPTY;
        let mut taken: Vec<[usize; 4]> = Vec::new();
        let sizes = [(9, 4), (30, 9), (30, 2), (1, 1), (25, 8), (31, 5), (62, 3)];
        for (width, height) in sizes {
            let [x, y] = shelf.place(width, height, 64).expect("the square is large enough");
            for [a, b, w, h] in &taken {
                let apart = x > a + w || *a > x + width || y > b + h || *b > y + height;
                assert!(apart, "{width}×{height} at {x},{y} touches {w}×{h} at {a},{b}");
            }
            assert!(x + width < 64 && y + height < 64);
            taken.push([x, y, width, height]);
        }
        assert_eq!(shelf.place(2, 60, 64), None);
        assert_eq!(shelf.place(64, 1, 64), None);
    }
}
