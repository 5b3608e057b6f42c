//! Fewer calls of the graphics library: texts that stand apart are drawn as one mesh.
//!
//! A rectangle and the text on it have different textures, so a list of buttons is two calls a button. A text may be
//! drawn later if nothing that comes between touches it; then all rectangles are one call, and all texts another.

use std::sync::Arc;

use egui::{
    Context, LayerId, Rect, Shape, TextureId,
    layers::{PaintList, ShapeIdx},
};

/// Texts that wait for more of their kind: nothing since has touched one of them.
struct Batch {
    clip: Rect,
    /// Where they are kept: the place of the last one.
    place: ShapeIdx,
    bounds: Vec<Rect>,
}

/// Puts texts of the frame together; `glyphs` is the texture they are drawn with.
pub(super) fn batch_texts(ctx: &Context, glyphs: TextureId) {
    let areas: Vec<LayerId> = ctx.memory(|memory| memory.layer_ids().collect());
    ctx.graphics_mut(|layers| {
        for layer in areas.into_iter().chain([LayerId::background()]) {
            if let Some(list) = layers.get_mut(layer) {
                batch_list(list, glyphs);
            }
        }
    });
}

fn batch_list(list: &mut PaintList, glyphs: TextureId) {
    let mut batches: Vec<Batch> = Vec::new();
    for idx in 0..list.next_idx().0 {
        let Some(entry) = list.all_entries().nth(idx) else { break };
        let (clip, bounds) = (entry.clip_rect, entry.shape.visual_bounding_rect());
        let bounds = bounds.intersect(clip);
        let place = ShapeIdx(idx);
        let is_text = is_text(&entry.shape, glyphs);
        let touches = |batch: &Batch| batch.bounds.iter().any(|b| b.intersects(bounds));
        // Within a batch the order stays.
        batches.retain(|batch| (is_text && batch.clip == clip) || !touches(batch));
        if !is_text {
            continue;
        }
        if let Some(batch) = batches.iter_mut().find(|batch| batch.clip == clip) {
            append(list, batch.place, place);
            batch.place = place;
            batch.bounds.push(bounds);
        } else {
            batches.push(Batch { clip, place, bounds: vec![bounds] });
        }
    }
}

fn is_text(shape: &Shape, glyphs: TextureId) -> bool {
    matches!(shape, Shape::Mesh(mesh) if mesh.texture_id == glyphs)
}

/// Draws the mesh at `from` where the one at `to` is drawn, before it.
fn append(list: &mut PaintList, from: ShapeIdx, to: ShapeIdx) {
    let mut earlier = Shape::Noop;
    list.mutate_shape(from, |entry| earlier = std::mem::replace(&mut entry.shape, Shape::Noop));
    let Shape::Mesh(earlier) = earlier else { return };
    list.mutate_shape(to, |entry| {
        let Shape::Mesh(later) = &mut entry.shape else { return };
        let mut both = Arc::unwrap_or_clone(earlier);
        both.append_ref(later);
        *later = Arc::new(both);
    });
}

#[cfg(test)]
mod tests {
    use egui::{Color32, Mesh, Pos2, epaint::ClippedShape, pos2, vec2};
    use proptest::prelude::*;

    use super::*;

    const GLYPHS: TextureId = TextureId::Managed(7);
    const SIDE: usize = 12;

    /// What is drawn: corner, size, whether it is text, which half of the page shows it.
    type Drawn = ((u8, u8), (u8, u8), bool, bool);

    fn list_of(all: &[Drawn]) -> PaintList {
        let mut list = PaintList::default();
        for (n, ((x, y), (width, height), is_text, is_left)) in all.iter().enumerate() {
            let corner = pos2(f32::from(*x), f32::from(*y));
            let rect = Rect::from_min_size(corner, vec2(f32::from(*width), f32::from(*height)));
            let color = Color32::from_rgb(n as u8 + 1, 0, 0);
            let clip_width = if *is_left { 6.0 } else { 12.0 };
            let clip = Rect::from_min_size(Pos2::ZERO, vec2(clip_width, 12.0));
            let shape = if *is_text {
                let mut mesh = Mesh::with_texture(GLYPHS);
                mesh.add_rect_with_uv(rect, rect, color);
                Shape::mesh(mesh)
            } else {
                Shape::rect_filled(rect, 0.0, color)
            };
            list.add(clip, shape);
        }
        list
    }

    /// The page, painted by hand.
    fn painted(list: &PaintList) -> Vec<u8> {
        let mut page = vec![0; SIDE * SIDE];
        let mut fill = |rect: Rect, clip: Rect, color: Color32| {
            for (idx, cell) in page.iter_mut().enumerate() {
                let center = pos2((idx % SIDE) as f32 + 0.5, (idx / SIDE) as f32 + 0.5);
                if rect.contains(center) && clip.contains(center) {
                    *cell = color.r();
                }
            }
        };
        for ClippedShape { clip_rect, shape, .. } in list.all_entries() {
            match shape {
                Shape::Rect(rect) => fill(rect.rect, *clip_rect, rect.fill),
                Shape::Mesh(mesh) => {
                    for quad in mesh.vertices.chunks(4) {
                        let rect = Rect::from_two_pos(quad[0].pos, quad[3].pos);
                        fill(rect, *clip_rect, quad[0].color);
                    }
                }
                _ => {}
            }
        }
        page
    }

    fn n_texts(list: &PaintList) -> usize {
        list.all_entries().filter(|entry| is_text(&entry.shape, GLYPHS)).count()
    }

    proptest! {
        #[test]
        fn the_page_looks_the_same(
            all in prop::collection::vec(
                ((0_u8..12, 0_u8..12), (1_u8..5, 1_u8..5), any::<bool>(), any::<bool>()), 0..40,
            )
        ) {
            let plain = list_of(&all);
            let mut batched = plain.clone();
            batch_list(&mut batched, GLYPHS);
            prop_assert_eq!(painted(&batched), painted(&plain));
            prop_assert!(n_texts(&batched) <= n_texts(&plain));
        }
    }

    #[test]
    fn buttons_beside_each_other_are_one_text() {
        let buttons =
            [0_u8, 3, 6].map(|y| [((0, y), (5, 2), false, true), ((1, y), (2, 2), true, true)]);
        let mut list = list_of(buttons.as_flattened());
        batch_list(&mut list, GLYPHS);
        assert_eq!(n_texts(&list), 1);
        // A panel over them does not slip under their texts.
        let over =
            [buttons.as_flattened(), &[((0, 0), (9, 9), false, true), buttons[0][1]]].concat();
        let mut list = list_of(&over);
        batch_list(&mut list, GLYPHS);
        assert_eq!(n_texts(&list), 2);
    }
}
