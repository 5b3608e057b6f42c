//! The article in the middle.

use std::ops::Range;

use egui::{Id, Theme, Ui};
use tawsim_store::{DocumentId, Span, SpanState};

use super::{
    Gui,
    menu::menu,
    tooltip::{has_tooltip, tooltip},
};
use crate::{
    App, Command, Toward,
    app::{DOUBTFUL_BELOW, OpenDocument},
    hints::{HintKind, Hints, Place},
    language::{label_name, phrases},
    palette::label_color,
    text::{Certainty, Direction, Highlight, Pane, PaneEvent, Reach, Scene, Tag, TextStyle},
};

/// The panel's own state: layouts and scroll position of the document it shows.
#[derive(Default)]
pub(crate) struct ArticlePanel {
    pane: Option<(DocumentId, Pane)>,
    /// Where the focus was when the panel last scrolled to it.
    revealed: Option<(DocumentId, u32)>,
}

impl ArticlePanel {
    /// What of these kinds is in view, for hints.
    pub(crate) fn places(
        &self,
        kind: HintKind,
        (document, theme): (&OpenDocument, Theme),
    ) -> Vec<Place> {
        let Some((_, pane)) = &self.pane else { return Vec::new() };
        let bytes = pane.visible();
        let place = |span: Span, command: Command, label_idx: Option<usize>| Place {
            range: span.range(),
            command,
            color: label_idx.map(|idx| label_color(theme, idx)),
        };
        let words = || document.words_in(&bytes).into_iter();
        let point = |span: Span| place(span, Command::Point(span.start()), None);
        let all: Vec<Place> = match kind {
            HintKind::Words => {
                words().map(|span| place(span, Command::MarkWord(span.start()), None)).collect()
            }
            HintKind::Label(label_idx) => {
                let label = |byte: u32| Command::LabelWord { byte, label_idx };
                words().map(|span| place(span, label(span.start()), Some(label_idx))).collect()
            }
            HintKind::Annotations => document.annotations().iter().map(|a| point(a.span)).collect(),
            HintKind::LeastSure => document.least_sure().iter().map(|a| point(a.span)).collect(),
            HintKind::Alternatives => {
                let likeliest = document.likeliest_alternatives(&bytes).into_iter();
                likeliest.map(|a| place(a.span, a.command(), Some(a.label_idx))).collect()
            }
        };
        let is_seen =
            |place: &Place| bytes.contains(&place.range.start) && pane.shows(&place.range);
        all.into_iter().filter(is_seen).collect()
    }

    /// Scrolls by most of what is in view, or as far as it goes.
    pub(crate) fn scroll(&mut self, toward: Toward, reach: Reach) {
        if let Some((_, pane)) = &mut self.pane {
            pane.scroll(toward, reach);
        }
    }

    /// Draws the panel; `hints` lie over the text.
    pub(crate) fn show(
        &mut self,
        ui: &mut Ui,
        gui: &mut Gui<'_>,
        (app, hints): (&App, Option<&Hints>),
    ) {
        let Some(document) = app.document() else {
            ui.centered_and_justified(|ui| {
                ui.vertical_centered(|ui| {
                    ui.add_space(ui.available_height() / 3.0);
                    gui.weak(ui, gui.say(phrases::NOTHING_OPEN));
                });
            });
            return;
        };
        if self.pane.as_ref().is_none_or(|(id, _)| *id != document.id()) {
            self.pane = Some((document.id(), Pane::new(document.text().clone())));
            self.revealed = None;
        }
        let reveal = self.reveal(document);
        self.page(ui, gui, (app, hints, reveal));
    }

    fn page(
        &mut self,
        ui: &mut Ui,
        gui: &mut Gui<'_>,
        (app, hints, reveal): (&App, Option<&Hints>, Option<usize>),
    ) {
        let document = app.document().expect("there is one on the page");
        let (theme, language) = (ui.ctx().theme(), gui.language);
        let letters = hints.map_or_else(Vec::new, |hints| hints.shown(language));
        let possible = hints.filter(|hints| hints.kind() == HintKind::Alternatives);
        let scene = Scene {
            highlights: &|bytes| {
                let mut all = highlights(app, (theme, language), bytes);
                if let Some(possible) = possible {
                    all.extend(alternatives(app, (theme, language), (possible, bytes)));
                    all.sort_by_key(|highlight| highlight.range.start);
                }
                all
            },
            hints: &letters,
            selection: document.marked().map(Span::range),
            style: TextStyle {
                size_pt: app.settings().size_pt,
                line_height: app.settings().line_height,
                bold: false,
                direction: Direction::RightToLeft,
            },
            ink: ui.visuals().strong_text_color(),
            reveal,
            handle_names: [gui.say(phrases::START_EDGE), gui.say(phrases::END_EDGE)],
            snap: &|range| document.snapped(Span::from_range(range)?).map(Span::range),
            stretch: &|edge, byte, step| {
                document.stretched(edge, byte as u32, step).map(Span::range)
            },
        };
        let (_, pane) = self.pane.as_mut().expect("made before the page is drawn");
        let out = pane.ui(ui, gui.engine, &scene);
        if let Some(byte) = out.hovered.filter(|byte| has_tooltip(document, *byte)) {
            out.response.clone().on_hover_ui_at_pointer(|ui| tooltip(ui, gui, document, byte));
        }
        if let Some(event) = out.event.filter(|event| !is_menu_of_mark(document, event)) {
            gui.ask(command_of(event));
        }
        if document.focus().is_some() || document.marked().is_some() {
            out.response.context_menu(|ui| menu(ui, gui, app));
        }
    }

    /// The byte to scroll to: once, when focus or mark have moved.
    fn reveal(&mut self, document: &OpenDocument) -> Option<usize> {
        let focused = || Some(document.annotations()[document.focus()?].span);
        let at = document.marked().or_else(focused)?.start();
        let now = Some((document.id(), at));
        let moved = self.revealed != now;
        self.revealed = now;
        moved.then_some(at as usize)
    }
}

fn highlights<'a>(
    app: &'a App,
    (theme, language): (Theme, crate::Language),
    bytes: &Range<usize>,
) -> Vec<Highlight<'a>> {
    let Some(document) = app.document() else { return Vec::new() };
    let focus = document.focus();
    let highlight = |(idx, annotation): (usize, &'a tawsim_store::Annotation)| {
        let label_idx = document.label_idx(idx);
        let full = label_name(&annotation.label, language);
        Highlight {
            id: Id::unique(annotation.id),
            range: annotation.span.range(),
            color: label_color(theme, label_idx),
            tag: Tag { full, short: app.digit(label_idx), direction: language.direction() },
            certainty: certainty(annotation),
            focused: focus == Some(idx),
        }
    };
    let touches = |(_, a): &(usize, &tawsim_store::Annotation)| {
        (a.span.start() as usize) < bytes.end && bytes.start < a.span.end() as usize
    };
    document.annotations().iter().enumerate().filter(touches).map(highlight).collect()
}

/// What can be taken by the letters that are shown.
fn alternatives<'a>(
    app: &'a App,
    (theme, language): (Theme, crate::Language),
    (hints, bytes): (&Hints, &Range<usize>),
) -> Vec<Highlight<'a>> {
    let Some(document) = app.document() else { return Vec::new() };
    let highlight = |alternative: &'a crate::app::Alternative| Highlight {
        id: Id::unique(("alternative", alternative.span, &alternative.label)),
        range: alternative.span.range(),
        color: label_color(theme, alternative.label_idx),
        tag: Tag {
            full: label_name(&alternative.label, language),
            short: app.digit(alternative.label_idx),
            direction: language.direction(),
        },
        certainty: Certainty::Doubtful,
        focused: false,
    };
    let all = document.likeliest_alternatives(bytes).into_iter();
    all.filter(|a| hints.asks_for(&a.command())).map(highlight).collect()
}

fn certainty(annotation: &tawsim_store::Annotation) -> Certainty {
    let doubtful = annotation.score.is_some_and(|score| score < DOUBTFUL_BELOW);
    match annotation.state {
        SpanState::Suggested if doubtful => Certainty::Doubtful,
        SpanState::Suggested => Certainty::Suggested,
        SpanState::Confirmed | SpanState::Rejected => Certainty::Confirmed,
    }
}

/// The menu on marked text is about all of it.
fn is_menu_of_mark(document: &OpenDocument, event: &PaneEvent) -> bool {
    let PaneEvent::MenuAsked(byte) = event else { return false };
    document.marked().is_some_and(|marked| marked.range().contains(byte))
}

fn command_of(event: PaneEvent) -> Command {
    match event {
        PaneEvent::Clicked(byte) | PaneEvent::MenuAsked(byte) => Command::Point(byte as u32),
        PaneEvent::ClickedBeside => Command::Escape,
        PaneEvent::DoubleClicked(byte) => Command::MarkWord(byte as u32),
        PaneEvent::Selected(range) => Command::Mark(range.start as u32, range.end as u32),
        PaneEvent::EdgeDragged(edge, byte, step) => {
            Command::DragEdge { edge, byte: byte as u32, step }
        }
    }
}
