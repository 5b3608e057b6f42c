//! Panels that lie over the article, one at a time; each is opened and closed by a key.

use egui::Ui;

use crate::{
    App,
    link::Linking,
    panels::{
        CommentsPanel, ExchangePanel, Gui, GuidelinesPanel, LinkingPanel, ReviewPanel,
        StatisticsPanel,
    },
    text::TextEngine,
};

/// Which panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SheetKind {
    /// What the annotation in focus refers to.
    Linking,
    /// Where annotators differ.
    Review,
    /// Comments on annotation and document.
    Comments,
    /// What was done.
    Statistics,
    /// The project's guidelines.
    Guidelines,
    /// Files into the project.
    Import,
    /// Files out of the project.
    Export,
}

/// The panel that is open.
pub(crate) struct Sheet {
    pub(crate) kind: SheetKind,
    panel: Panel,
}

enum Panel {
    Linking(Box<LinkingPanel>),
    Review(ReviewPanel),
    Comments(Box<CommentsPanel>),
    Statistics(StatisticsPanel),
    Guidelines(GuidelinesPanel),
    Exchange(Box<ExchangePanel>),
}

impl Sheet {
    pub(crate) fn open(
        kind: SheetKind,
        engine: &TextEngine,
        app: &App,
        ctx: &egui::Context,
    ) -> Self {
        let panel = match kind {
            SheetKind::Linking => Panel::Linking(Box::new(LinkingPanel::new(engine))),
            SheetKind::Review => Panel::Review(ReviewPanel::new(app, ctx)),
            SheetKind::Comments => Panel::Comments(Box::new(CommentsPanel::new(engine))),
            SheetKind::Statistics => Panel::Statistics(StatisticsPanel::new(app, ctx)),
            SheetKind::Guidelines => Panel::Guidelines(GuidelinesPanel::new(app)),
            SheetKind::Import => Panel::Exchange(Box::new(ExchangePanel::new(engine, true))),
            SheetKind::Export => Panel::Exchange(Box::new(ExchangePanel::new(engine, false))),
        };
        Self { kind, panel }
    }

    /// How wide it wants to be, in points.
    pub(crate) const fn width(&self) -> f32 {
        match self.kind {
            SheetKind::Comments => 560.0,
            SheetKind::Linking | SheetKind::Import | SheetKind::Export => 720.0,
            SheetKind::Review | SheetKind::Statistics | SheetKind::Guidelines => 900.0,
        }
    }

    /// Draws it. Returns whether it is done.
    pub(crate) fn show(
        &mut self,
        ui: &mut Ui,
        gui: &mut Gui<'_>,
        (app, linking): (&App, Option<&Linking>),
    ) -> bool {
        match &mut self.panel {
            Panel::Linking(panel) => panel.show(ui, gui, (app, linking)),
            Panel::Review(panel) => panel.show(ui, gui, app),
            Panel::Comments(panel) => panel.show(ui, gui, app),
            Panel::Statistics(panel) => panel.show(ui, gui),
            Panel::Guidelines(panel) => panel.show(ui, gui),
            Panel::Exchange(panel) => panel.show(ui, gui, app),
        }
    }
}
