//! Draws a layout as one mesh of glyph pictures.

use egui::{Color32, Mesh, Painter, Pos2, Rect, Shape, pos2};
use parley::{GlyphRun, PositionedLayoutItem};

use super::{
    atlas::{FontData, GlyphAtlas, GlyphKey, snap_x},
    fonts::TextLayout,
};

/// Letters reach over their line by at most this many points.
const OVERHANG: f32 = 24.0;

/// Draws the lines of `layout` that the clip rectangle shows, its top left corner at `origin`.
pub(super) fn paint_layout(
    painter: &Painter,
    atlas: &mut GlyphAtlas,
    layout: &TextLayout,
    origin: Pos2,
    color: Color32,
) {
    let scale = painter.pixels_per_point();
    let clip = painter.clip_rect().expand(OVERHANG);
    // On whole pixels: text that scrolls by fractions of a pixel looks blurred.
    let pen = pos2((origin.x * scale).round(), (origin.y * scale).round());
    let mut ink = Ink { mesh: Mesh::with_texture(atlas.texture_id()), atlas, pen, scale, color };
    for line in layout.lines() {
        let metrics = line.metrics();
        let top = (pen.y + metrics.block_min_coord) / scale;
        let bottom = (pen.y + metrics.block_max_coord) / scale;
        if bottom < clip.top() {
            continue;
        }
        if top > clip.bottom() {
            break;
        }
        for item in line.items() {
            if let PositionedLayoutItem::GlyphRun(run) = item {
                ink.add_run(&run);
            }
        }
    }
    let mesh = ink.mesh;
    if !mesh.is_empty() {
        painter.add(Shape::mesh(mesh));
    }
}

struct Ink<'a> {
    mesh: Mesh,
    atlas: &'a mut GlyphAtlas,
    pen: Pos2,
    scale: f32,
    color: Color32,
}

impl Ink<'_> {
    fn add_run(&mut self, glyphs: &GlyphRun<'_, ()>) {
        let run = glyphs.run();
        let font = run.font();
        // The embedded fonts have no variation axes, so this list is empty and costs nothing.
        let coords: Vec<i16> = run.normalized_coords().iter().map(|c| c.to_bits()).collect();
        let data = FontData { bytes: font.data.as_ref(), coords: &coords };
        let blank = GlyphKey {
            font: font.data.id(),
            font_index: font.index,
            glyph: 0,
            size_bits: run.font_size().to_bits(),
            subpixel: 0,
            embolden: run.synthesis().embolden(),
        };
        for glyph in glyphs.positioned_glyphs() {
            let (x, subpixel) = snap_x(self.pen.x + glyph.x);
            let key = GlyphKey { glyph: glyph.id as u16, subpixel, ..blank };
            if let Some(picture) = self.atlas.picture(key, &data) {
                let at = pos2(x, (self.pen.y + glyph.y).round()) + picture.offset;
                let rect = Rect::from_min_size(at / self.scale, picture.size / self.scale);
                self.mesh.add_rect_with_uv(rect, picture.uv, self.color);
            }
        }
    }
}
