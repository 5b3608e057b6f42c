//! The article in the middle.

use egui::Ui;
use tawsim_store::{DocumentId, SpanState};

use super::Gui;
use crate::{
    App, Command,
    app::{DOUBTFUL_BELOW, OpenDocument},
    language::{label_name, phrases},
    palette::label_color,
    text::{Certainty, Direction, Highlight, Pane, PaneEvent, Scene, Tag, TextStyle},
};

/// Lines this far apart, in letter sizes, leave room for the tags.
const LINE_HEIGHT: f32 = 2.35;

/// The panel's own state: layouts and scroll position of the document it shows.
#[derive(Default)]
pub(crate) struct ArticlePanel {
    pane: Option<(DocumentId, Pane)>,
    /// Where the focus was when the panel last scrolled to it.
    revealed: Option<(DocumentId, u32)>,
}

impl ArticlePanel {
    /// Draws the panel.
    pub(crate) fn show(&mut self, ui: &mut Ui, gui: &mut Gui<'_>, app: &App) {
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
        let highlights = highlights(ui, gui, app, document);
        let scene = Scene {
            highlights: &highlights,
            selection: document.marked().map(tawsim_store::Span::range),
            style: TextStyle {
                size_pt: app.settings().size_pt,
                line_height: LINE_HEIGHT,
                bold: false,
                direction: Direction::RightToLeft,
            },
            ink: ui.visuals().strong_text_color(),
            reveal: self.reveal(document),
        };
        let (_, pane) = self.pane.as_mut().expect("made above");
        if let Some(event) = pane.ui(ui, gui.engine, &scene) {
            gui.ask(command_of(event));
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
    ui: &Ui,
    gui: &Gui<'_>,
    app: &'a App,
    document: &'a OpenDocument,
) -> Vec<Highlight<'a>> {
    let (theme, language) = (ui.ctx().theme(), gui.language);
    let focus = document.focus();
    let highlight = |(idx, annotation): (usize, &'a tawsim_store::Annotation)| {
        let label_idx = document.label_idx(idx);
        let full = label_name(&annotation.label, language);
        let doubtful = annotation.score.is_some_and(|score| score < DOUBTFUL_BELOW);
        Highlight {
            range: annotation.span.range(),
            color: label_color(theme, label_idx),
            tag: Tag { full, short: app.digit(label_idx), direction: language.direction() },
            certainty: match annotation.state {
                SpanState::Suggested if doubtful => Certainty::Doubtful,
                SpanState::Suggested => Certainty::Suggested,
                SpanState::Confirmed | SpanState::Rejected => Certainty::Confirmed,
            },
            focused: focus == Some(idx),
        }
    };
    document.annotations().iter().enumerate().map(highlight).collect()
}

fn command_of(event: PaneEvent) -> Command {
    match event {
        PaneEvent::Clicked(byte) => Command::Point(byte as u32),
        PaneEvent::ClickedBeside => Command::Escape,
        PaneEvent::DoubleClicked(byte) => Command::MarkWord(byte as u32),
        PaneEvent::Selected(range) => Command::Mark(range.start as u32, range.end as u32),
    }
}
