//! What the mouse does to the article: marks, points, drags the edges of the annotation in focus.

use std::ops::Range;

use egui::{
    CursorIcon, PointerButton, Pos2, Rect, Response, Sense, Ui, WidgetInfo, accesskit::Role,
};

use super::{
    geometry::to_layout,
    pane::{Pane, PaneEvent},
};
use crate::{Edge, Step};

/// How far beside an edge it can be taken hold of, in points.
const GRIP: f32 = 5.0;
/// How far the knob of an edge reaches below its line.
pub(super) const KNOB: f32 = 5.0;

/// The bytes of the highlight in focus, and what its handles are called.
type Focused<'a> = (Range<usize>, [&'a str; 2]);
/// Pixels of a point, the bytes of the highlight, which edge, what its handle is called.
type Handle<'a> = (f32, &'a Range<usize>, (Edge, &'a str));

/// A drag that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gesture {
    /// Marks from one byte to another.
    Mark([usize; 2]),
    /// Moves an edge of the annotation in focus to a byte.
    Edge(Edge, usize),
}

impl Gesture {
    /// Edges go by clitic segment, with Alt by letter.
    pub(super) fn step(ui: &Ui) -> Step {
        if ui.input(|input| input.modifiers.alt) { Step::Character } else { Step::Segment }
    }
}

impl Pane {
    pub(super) fn hovered(&self, response: &Response, scale: f32) -> Option<usize> {
        let at = to_layout(response.hover_pos()?, self.column.min, scale);
        let letter = self.article.letter_at(at)?;
        Some(letter.start)
    }

    pub(super) fn pointer(
        &mut self,
        ui: &Ui,
        response: &Response,
        (scale, focused): (f32, Option<Focused<'_>>),
    ) -> Option<PaneEvent> {
        if let Some(event) = self.handles(ui, response, (scale, focused)) {
            return Some(event);
        }
        // The handle may be out of sight when it is let go: then nobody told it.
        if let Some(Gesture::Edge(edge, byte)) = self.gesture
            && !ui.input(|input| input.pointer.any_down())
        {
            self.gesture = None;
            return Some(PaneEvent::EdgeDragged(edge, byte, Gesture::step(ui)));
        }
        if self.hovered(response, scale).is_some() {
            ui.set_cursor_icon(CursorIcon::Text);
        }
        let screen = response.interact_pointer_pos()?;
        let at = to_layout(screen, self.column.min, scale);
        if response.drag_started_by(PointerButton::Primary) {
            // The press, not where the pointer is by now: else the first letters are lost.
            let press = ui.input(|input| input.pointer.press_origin());
            let press = press.map_or(at, |at| to_layout(at, self.column.min, scale));
            self.gesture = Some(Gesture::Mark([self.article.nearest_byte(press); 2]));
        }
        if response.dragged()
            && let Some(Gesture::Mark([_, head])) = &mut self.gesture
        {
            *head = self.article.nearest_byte(at);
            // Beyond the upper or lower border the text comes along.
            ui.scroll_to_rect(Rect::from_pos(screen), None);
        }
        if response.drag_stopped() {
            let range = self.dragged();
            self.gesture = None;
            return range.map(PaneEvent::Selected);
        }
        self.click(response, at)
    }

    /// The bytes that a drag has gone over.
    pub(super) fn dragged(&self) -> Option<Range<usize>> {
        let Some(Gesture::Mark([anchor, head])) = self.gesture else { return None };
        Some(anchor.min(head)..anchor.max(head)).filter(|range| !range.is_empty())
    }

    fn click(&self, response: &Response, at: Pos2) -> Option<PaneEvent> {
        let byte = self.article.letter_at(at).map(|letter| letter.start);
        if response.double_clicked() {
            byte.map(PaneEvent::DoubleClicked)
        } else if response.secondary_clicked() {
            Some(byte.map_or(PaneEvent::ClickedBeside, PaneEvent::MenuAsked))
        } else if response.clicked() {
            Some(byte.map_or(PaneEvent::ClickedBeside, PaneEvent::Clicked))
        } else {
            None
        }
    }

    /// The two edges of the highlight in focus can be dragged.
    fn handles(
        &mut self,
        ui: &Ui,
        response: &Response,
        (scale, focused): (f32, Option<Focused<'_>>),
    ) -> Option<PaneEvent> {
        let (range, names) = focused?;
        let edges = [Edge::Start, Edge::End].into_iter().zip(names);
        edges.filter_map(|edge| self.handle(ui, response, (scale, &range, edge))).last()
    }

    fn handle(
        &mut self,
        ui: &Ui,
        response: &Response,
        (scale, focused, (edge, name)): Handle<'_>,
    ) -> Option<PaneEvent> {
        let at = self.upright(focused, edge, scale)?;
        let grip =
            Rect::from_x_y_ranges(at.x - GRIP..=at.x + GRIP, at.top..=at.bottom + 2.0 * KNOB);
        let handle = ui.interact(grip, response.id.with(("handle", edge)), Sense::DRAG);
        handle.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, name));
        if handle.hovered() || handle.dragged() {
            ui.set_cursor_icon(CursorIcon::ResizeHorizontal);
        }
        if let Some(pointer) = handle.interact_pointer_pos().filter(|_| handle.dragged()) {
            // The knob hangs below the line: the letter is above it.
            let middle = f32::midpoint(at.top, at.bottom);
            let press = ui.input(|input| input.pointer.press_origin()).unwrap_or(pointer);
            let lift = egui::vec2(0.0, (press.y - middle).max(0.0));
            let byte = self.article.nearest_byte(to_layout(pointer - lift, self.column.min, scale));
            self.gesture = Some(Gesture::Edge(edge, byte));
            ui.scroll_to_rect(Rect::from_pos(pointer), None);
        }
        let Some(Gesture::Edge(dragged, byte)) = self.gesture else { return None };
        if dragged != edge || !handle.drag_stopped() {
            return None;
        }
        self.gesture = None;
        Some(PaneEvent::EdgeDragged(edge, byte, Gesture::step(ui)))
    }
}
