//! The article on the screen: text, highlights, selection.

use std::{ops::Range, sync::Arc};

use egui::{
    Color32, Id, Painter, Rect, Response, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, pos2,
    vec2,
};

use super::{
    article::{Article, Setting},
    engine::TextEngine,
    fonts::TextStyle,
    geometry::{Upright, to_screen},
    highlight::{Levels, paint_handle, paint_highlight, paint_hint, paint_mark},
    pointer::Gesture,
    tags::{Tag, TagRow},
};
use crate::{Edge, Step, Toward};

/// The widest column in points: lines of more than about 90 letters are hard to follow.
const WIDEST_COLUMN: f32 = 900.0;
/// Free space beside and above the text: the tags of the first line need it.
const MARGIN: f32 = 24.0;

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
    /// Tells it from the others in the accessibility tree; stays while edges and label change.
    pub(crate) id: Id,
    pub(crate) range: Range<usize>,
    pub(crate) color: Color32,
    pub(crate) tag: Tag<'a>,
    pub(crate) certainty: Certainty,
    /// The one that keys act on.
    pub(crate) focused: bool,
}

/// Letters to type to get to a place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) range: Range<usize>,
    pub(crate) letters: String,
    /// What they are painted on, if it says something.
    pub(crate) color: Option<Color32>,
    /// How many of them have been typed.
    pub(crate) n_typed: usize,
}

/// What the pane shows in this frame.
pub(crate) struct Scene<'a> {
    /// The highlights that touch these bytes, ordered by start.
    pub(crate) highlights: &'a dyn Fn(&Range<usize>) -> Vec<Highlight<'a>>,
    pub(crate) hints: &'a [Hint],
    pub(crate) selection: Option<Range<usize>>,
    pub(crate) style: TextStyle,
    pub(crate) ink: Color32,
    /// Scroll until this byte is well in view.
    pub(crate) reveal: Option<usize>,
    /// What the handles at the start and at the end are called.
    pub(crate) handle_names: [&'a str; 2],
    /// What a drag over these bytes marks.
    pub(crate) snap: &'a dyn Fn(Range<usize>) -> Option<Range<usize>>,
    /// The highlight in focus with an edge dragged to this byte.
    pub(crate) stretch: &'a dyn Fn(Edge, usize, Step) -> Option<Range<usize>>,
}

/// How far to scroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// By most of what is in view.
    Page,
    /// To the end of the text.
    End,
}

/// What the mouse asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PaneEvent {
    /// A click on the letter at this byte.
    Clicked(usize),
    /// A click with the other button on the letter at this byte.
    MenuAsked(usize),
    /// A click beside the text.
    ClickedBeside,
    /// A double click on the letter at this byte.
    DoubleClicked(usize),
    /// A stretch of text was marked.
    Selected(Range<usize>),
    /// An edge of the highlight in focus was dragged to this byte.
    EdgeDragged(Edge, usize, Step),
}

/// What came of a frame.
pub(crate) struct PaneOut {
    pub(crate) event: Option<PaneEvent>,
    /// Of the text as a whole.
    pub(crate) response: Response,
    /// The letter under the pointer.
    pub(crate) hovered: Option<usize>,
}

/// The article pane. It owns the layouts and the scroll position, nothing of the project.
pub(crate) struct Pane {
    pub(super) article: Article,
    pub(super) gesture: Option<Gesture>,
    scroll_to: Option<f32>,
    rects: Vec<Rect>,
    /// The text column on the screen in the last frame.
    pub(super) column: Rect,
    visible: Range<usize>,
    clip: Rect,
    scale: f32,
}

impl Pane {
    pub(crate) fn new(text: Arc<str>) -> Self {
        Self {
            article: Article::new(text),
            gesture: None,
            scroll_to: Some(0.0),
            rects: Vec::new(),
            column: Rect::ZERO,
            visible: 0..0,
            clip: Rect::NOTHING,
            scale: 1.0,
        }
    }

    /// Scrolls in the next frame.
    pub(crate) fn scroll(&mut self, toward: Toward, reach: Reach) {
        let page = self.clip.height() * 0.8;
        let top = self.clip.top() - self.column.top() + MARGIN;
        self.scroll_to = Some(match (reach, toward) {
            (Reach::Page, Toward::Later) => top + page,
            (Reach::Page, Toward::Earlier) => (top - page).max(0.0),
            (Reach::End, Toward::Later) => self.article.height() / self.scale,
            (Reach::End, Toward::Earlier) => 0.0,
        });
    }

    /// Whether the beginning of a range was in view in the last frame.
    pub(crate) fn shows(&self, range: &Range<usize>) -> bool {
        let at = self.upright(range, Edge::Start, self.scale);
        at.is_some_and(|at| self.clip.top() <= at.top && at.bottom <= self.clip.bottom())
    }

    /// The bytes that were in view in the last frame, whole paragraphs.
    pub(crate) fn visible(&self) -> Range<usize> {
        self.visible.clone()
    }

    /// Draws the pane in the space that is left and says what the mouse did.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        engine: &mut TextEngine,
        scene: &Scene<'_>,
    ) -> PaneOut {
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
    ) -> PaneOut {
        let scale = engine.scale();
        let room = ui.available_width();
        let width = (room - 2.0 * MARGIN).clamp(1.0, WIDEST_COLUMN);
        let (style, edition) = (scene.style, engine.edition());
        self.article.set(Setting { style, edition, scale, width_px: width * scale });
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
        self.reveal(engine, scene.reveal, view);
        let text = self.article.text();
        response.widget_info(|| WidgetInfo::labeled(Role::Document, true, text));
        let focused = self.paint(ui, engine, (scene, &response));
        let focused = focused.map(|range| (range, scene.handle_names));
        let event = self.pointer(ui, &response, (scale, focused));
        let hovered = self.hovered(&response, scale);
        PaneOut { event, response, hovered }
    }

    /// Scrolls so far that the line of `byte` is not at the border of the view.
    fn reveal(&mut self, engine: &mut TextEngine, byte: Option<usize>, view: Rect) {
        let Some(byte) = byte else { return };
        let scale = engine.scale();
        self.article.lay_out_at(&mut engine.fonts, byte);
        let line = self.article.line_at(byte);
        let (top, bottom) = (line.start / scale + MARGIN, line.end / scale + MARGIN);
        let slack = (view.height() * 0.15).min(80.0);
        if top < view.top() + slack || bottom > view.bottom() - slack {
            self.scroll_to = Some((top - view.height() / 3.0).max(0.0));
        }
    }

    /// Draws everything. Returns the bytes of the highlight in focus, if it is in view.
    fn paint(
        &mut self,
        ui: &Ui,
        engine: &mut TextEngine,
        (scene, response): (&Scene<'_>, &Response),
    ) -> Option<Range<usize>> {
        let painter = ui.painter().clone();
        let (scale, origin) = (engine.scale(), self.column.min);
        let clip = painter.clip_rect();
        let view = (clip.top() - origin.y) * scale..(clip.bottom() - origin.y) * scale;
        self.visible = self.article.bytes_in(&view);
        (self.clip, self.scale) = (clip, scale);
        let highlights = (scene.highlights)(&self.visible);
        let mut tags = TagRow::default();
        let mut levels = Levels::default();
        let mut rects = std::mem::take(&mut self.rects);
        for highlight in &highlights {
            self.article.rects(&highlight.range, &view, &mut rects);
            rects.iter_mut().for_each(|rect| *rect = to_screen(*rect, origin, scale));
            paint_highlight(&painter, highlight, &rects, levels.of(&highlight.range));
            tags.add(highlight, &rects);
            self.describe(ui, response, (highlight, &rects));
        }
        if let Some(selection) = self.marked(ui, scene) {
            self.article.rects(&selection, &view, &mut rects);
            let fill = ui.visuals().selection.bg_fill.gamma_multiply(0.55);
            for rect in &rects {
                painter.rect_filled(to_screen(*rect, origin, scale), 2.0, fill);
            }
        }
        for (layout, offset) in self.article.visible(view.clone()) {
            engine.paint(&painter, layout, origin + offset / scale, scene.ink);
        }
        self.paint_invisible(&painter, ui, scale);
        tags.paint(&painter, engine, scene.style.size_pt);
        self.rects = rects;
        self.paint_hints(&painter, engine, scene.hints);
        let focused = highlights.iter().find(|h| h.focused)?;
        for edge in [Edge::Start, Edge::End] {
            if let Some(at) = self.upright(&focused.range, edge, scale) {
                paint_handle(&painter, at, focused.color);
            }
        }
        Some(focused.range.clone())
    }

    /// What is marked, or would be if the button were let go now.
    fn marked(&self, ui: &Ui, scene: &Scene<'_>) -> Option<Range<usize>> {
        match &self.gesture {
            Some(Gesture::Mark(_)) => (scene.snap)(self.dragged()?),
            Some(Gesture::Edge(edge, byte)) => (scene.stretch)(*edge, *byte, Gesture::step(ui)),
            None => scene.selection.clone(),
        }
    }

    /// Where the edge of a highlight is on the screen.
    pub(super) fn upright(&self, range: &Range<usize>, edge: Edge, scale: f32) -> Option<Upright> {
        let found = self.article.edge(range, edge)?;
        let origin = self.column.min;
        Some(Upright {
            x: origin.x + found.x / scale,
            top: origin.y + found.top / scale,
            bottom: origin.y + found.bottom / scale,
        })
    }

    fn paint_invisible(&self, painter: &Painter, ui: &Ui, scale: f32) {
        for (byte, kind) in self.article.invisible_in(&self.visible) {
            let range = byte..byte + kind.char.len_utf8();
            if let Some(at) = self.upright(&range, Edge::Start, scale) {
                paint_mark(painter, at, (kind.shape, ui.visuals().warn_fg_color));
            }
        }
    }

    fn paint_hints(&self, painter: &Painter, engine: &mut TextEngine, hints: &[Hint]) {
        let mut starts = Vec::new();
        for hint in hints {
            if let Some(at) = self.upright(&hint.range, Edge::Start, engine.scale()) {
                // What begins together stands one beside the other.
                let n_before = starts.iter().filter(|start| **start == hint.range.start).count();
                starts.push(hint.range.start);
                paint_hint(painter, engine, (hint, at, n_before));
            }
        }
    }

    /// Puts a highlight into the accessibility tree.
    fn describe(
        &self,
        ui: &Ui,
        response: &Response,
        (highlight, rects): (&Highlight<'_>, &[Rect]),
    ) {
        let Some(first) = rects.first() else { return };
        let surface = &self.article.text()[highlight.range.clone()];
        let id = response.id.with(highlight.id);
        ui.interact(*first, id, Sense::hover()).widget_info(|| {
            let name = format!("{}: {surface}", highlight.tag.full);
            WidgetInfo::selected(Role::Mark, true, highlight.focused, name)
        });
    }
}
