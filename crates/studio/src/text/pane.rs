//! The article on the screen: text, highlights, selection, and what the mouse does to them.

use std::{ops::Range, sync::Arc};

use egui::{
    Color32, CursorIcon, Painter, Pos2, Rect, Response, ScrollArea, Sense, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::{
    article::{Article, Setting},
    engine::TextEngine,
    fonts::TextStyle,
    geometry::{to_layout, to_screen},
    tags::{Tag, TagRow},
};

/// The widest column in points: lines of more than about 90 letters are hard to follow.
const WIDEST_COLUMN: f32 = 900.0;
/// Free space beside and above the text: the tags of the first line need it.
const MARGIN: f32 = 18.0;

/// How sure a highlight is. Each looks different without its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// A person said so: solid line.
    Confirmed,
    /// The model says so: dashed line.
    Suggested,
    /// The model says so with little confidence: dashed line and a hollow tag.
    Doubtful,
}

/// A coloured stretch of the text.
#[derive(Clone, Debug)]
pub(crate) struct Highlight<'a> {
    pub(crate) range: Range<usize>,
    pub(crate) color: Color32,
    pub(crate) tag: Tag<'a>,
    pub(crate) certainty: Certainty,
    /// The one that keys act on.
    pub(crate) focused: bool,
}

/// What the pane shows in this frame.
pub(crate) struct Scene<'a> {
    /// Ordered by start.
    pub(crate) highlights: &'a [Highlight<'a>],
    pub(crate) selection: Option<Range<usize>>,
    pub(crate) style: TextStyle,
    pub(crate) ink: Color32,
    /// Scroll until this byte is well in view.
    pub(crate) reveal: Option<usize>,
}

/// What the mouse asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PaneEvent {
    /// A click on the letter at this byte.
    Clicked(usize),
    /// A click beside the text.
    ClickedBeside,
    /// A double click on the letter at this byte.
    DoubleClicked(usize),
    /// A stretch of text was marked.
    Selected(Range<usize>),
}

/// The article pane. It owns the layouts and the scroll position, nothing of the project.
pub(crate) struct Pane {
    article: Article,
    drag: Option<[usize; 2]>,
    scroll_to: Option<f32>,
    rects: Vec<Rect>,
    /// The text column on the screen in the last frame.
    column: Rect,
}

impl Pane {
    pub(crate) fn new(text: Arc<str>) -> Self {
        Self {
            article: Article::new(text),
            drag: None,
            scroll_to: Some(0.0),
            rects: Vec::new(),
            column: Rect::ZERO,
        }
    }

    /// Draws the pane in the space that is left and says what the mouse did.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        engine: &mut TextEngine,
        scene: &Scene<'_>,
    ) -> Option<PaneEvent> {
        let mut area = ScrollArea::vertical().id_salt("article").auto_shrink(false);
        if let Some(offset) = self.scroll_to.take() {
            area = area.vertical_scroll_offset(offset);
        }
        let shown = area.show_viewport(ui, |ui, view| self.content(ui, engine, (scene, view)));
        shown.inner
    }

    fn content(
        &mut self,
        ui: &mut Ui,
        engine: &mut TextEngine,
        (scene, view): (&Scene<'_>, Rect),
    ) -> Option<PaneEvent> {
        let scale = engine.scale();
        let room = ui.available_width();
        let width = (room - 2.0 * MARGIN).clamp(1.0, WIDEST_COLUMN);
        self.article.set(Setting { style: scene.style, scale, width_px: width * scale });
        let view_px = (view.top() - MARGIN) * scale..(view.bottom() - MARGIN) * scale;
        let moved = self.article.lay_out(&mut engine.fonts, view_px) / scale;
        let size = vec2(room, self.article.height() / scale + 2.0 * MARGIN);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        if moved != 0.0 {
            self.scroll_to = Some(view.top() + moved);
            ui.ctx().request_repaint();
        } else if !self.article.is_complete() {
            ui.ctx().request_repaint();
        }
        let left = rect.left() + (room - width) / 2.0;
        let origin = pos2(left, rect.top() + MARGIN - moved);
        self.column = Rect::from_min_size(origin, vec2(width, size.y - 2.0 * MARGIN));
        self.reveal(scene.reveal, view, scale);
        self.paint(ui, engine, scene);
        self.describe(ui, &response, scene);
        self.pointer(ui, &response, scale)
    }

    /// Scrolls so far that the line of `byte` is not at the border of the view.
    fn reveal(&mut self, byte: Option<usize>, view: Rect, scale: f32) {
        let Some(byte) = byte else { return };
        let line = self.article.line_at(byte);
        let (top, bottom) = (line.start / scale + MARGIN, line.end / scale + MARGIN);
        let slack = (view.height() * 0.15).min(80.0);
        if top < view.top() + slack || bottom > view.bottom() - slack {
            self.scroll_to = Some((top - view.height() / 3.0).max(0.0));
        }
    }

    fn paint(&mut self, ui: &Ui, engine: &mut TextEngine, scene: &Scene<'_>) {
        let painter = ui.painter().clone();
        let scale = engine.scale();
        let origin = self.column.min;
        let clip = painter.clip_rect();
        let view = (clip.top() - origin.y) * scale..(clip.bottom() - origin.y) * scale;
        let bytes = self.article.bytes_in(&view);
        let mut tags = TagRow::default();
        let mut levels = Levels::default();
        let mut rects = std::mem::take(&mut self.rects);
        for highlight in scene.highlights.iter().filter(|h| overlap(&h.range, &bytes)) {
            self.article.rects(&highlight.range, &view, &mut rects);
            rects.iter_mut().for_each(|rect| *rect = to_screen(*rect, origin, scale));
            paint_highlight(&painter, highlight, &rects, levels.of(&highlight.range));
            tags.add(highlight, &rects);
        }
        if let Some(selection) = self.drag_range().or_else(|| scene.selection.clone()) {
            self.article.rects(&selection, &view, &mut rects);
            let fill = ui.visuals().selection.bg_fill.gamma_multiply(0.55);
            for rect in &rects {
                painter.rect_filled(to_screen(*rect, origin, scale), 2.0, fill);
            }
        }
        self.rects = rects;
        for (layout, offset) in self.article.visible(view) {
            engine.paint(&painter, layout, origin + offset / scale, scene.ink);
        }
        tags.paint(&painter, engine, scene.style.size_pt);
    }

    fn drag_range(&self) -> Option<Range<usize>> {
        let [anchor, focus] = self.drag?;
        Some(anchor.min(focus)..anchor.max(focus)).filter(|range| !range.is_empty())
    }

    /// Puts the text and the visible highlights into the accessibility tree.
    fn describe(&mut self, ui: &Ui, response: &Response, scene: &Scene<'_>) {
        let text = self.article.text();
        response.widget_info(|| WidgetInfo::labeled(Role::Document, true, text));
        let (scale, origin) = (ui.pixels_per_point(), self.column.min);
        let clip = ui.clip_rect();
        let view = (clip.top() - origin.y) * scale..(clip.bottom() - origin.y) * scale;
        let bytes = self.article.bytes_in(&view);
        for highlight in scene.highlights.iter().filter(|h| overlap(&h.range, &bytes)) {
            self.article.rects(&highlight.range, &view, &mut self.rects);
            let Some(first) = self.rects.first() else { continue };
            let rect = to_screen(*first, origin, scale);
            let id = response.id.with((highlight.range.start, highlight.range.end));
            let surface = &self.article.text()[highlight.range.clone()];
            ui.interact(rect, id, Sense::hover()).widget_info(|| {
                let name = format!("{}: {surface}", highlight.tag.full);
                WidgetInfo::selected(Role::Mark, true, highlight.focused, name)
            });
        }
    }

    fn pointer(&mut self, ui: &Ui, response: &Response, scale: f32) -> Option<PaneEvent> {
        let origin = self.column.min;
        let hovered = response.hover_pos().map(|at| to_layout(at, origin, scale));
        if hovered.and_then(|at| self.article.cluster_at(at)).is_some() {
            ui.set_cursor_icon(CursorIcon::Text);
        }
        let at = to_layout(response.interact_pointer_pos()?, origin, scale);
        if response.drag_started() {
            // The press, not where the pointer is by now: else the first letters are lost.
            let press = ui.input(|input| input.pointer.press_origin());
            let press = press.map_or(at, |at| to_layout(at, origin, scale));
            let anchor = self.article.nearest_byte(press);
            self.drag = Some([anchor, anchor]);
        }
        if response.dragged()
            && let Some([anchor, _]) = self.drag
        {
            self.drag = Some([anchor, self.article.nearest_byte(at)]);
        }
        if response.drag_stopped() {
            let range = self.drag_range();
            self.drag = None;
            return range.map(PaneEvent::Selected);
        }
        self.click(response, at)
    }

    fn click(&self, response: &Response, at: Pos2) -> Option<PaneEvent> {
        let byte = self.article.cluster_at(at).map(|cluster| cluster.start);
        if response.double_clicked() {
            byte.map(PaneEvent::DoubleClicked)
        } else if response.clicked() {
            Some(byte.map_or(PaneEvent::ClickedBeside, PaneEvent::Clicked))
        } else {
            None
        }
    }
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Lines under overlapping highlights lie below each other: the level of each.
#[derive(Default)]
struct Levels {
    ends: Vec<usize>,
}

impl Levels {
    fn of(&mut self, range: &Range<usize>) -> usize {
        let free = self.ends.iter().position(|&end| end <= range.start);
        let level = free.unwrap_or(self.ends.len());
        if level == self.ends.len() {
            self.ends.push(0);
        }
        self.ends[level] = range.end;
        level
    }
}

fn paint_highlight(painter: &Painter, highlight: &Highlight<'_>, rects: &[Rect], level: usize) {
    let strength = match highlight.certainty {
        Certainty::Confirmed => 0.30,
        Certainty::Suggested => 0.17,
        Certainty::Doubtful => 0.10,
    };
    let strength = if highlight.focused { strength + 0.15 } else { strength };
    for rect in rects {
        painter.rect_filled(*rect, 2.0, highlight.color.gamma_multiply(strength));
        paint_line(painter, highlight, *rect, level as f32 * 4.0);
        if highlight.focused {
            let outline = rect.expand2(vec2(1.5, 1.5));
            let stroke = (2.0, highlight.color);
            painter.rect_stroke(outline, 3.0, stroke, egui::StrokeKind::Outside);
        }
    }
}

fn paint_line(painter: &Painter, highlight: &Highlight<'_>, rect: Rect, down: f32) {
    let y = rect.bottom() - 1.0 + down;
    let ends = [pos2(rect.right(), y), pos2(rect.left(), y)];
    let stroke = egui::Stroke::new(2.5, highlight.color);
    if highlight.certainty == Certainty::Confirmed {
        painter.line_segment(ends, stroke);
    } else {
        painter.extend(egui::Shape::dashed_line(&ends, stroke, 5.0, 3.5));
    }
}
