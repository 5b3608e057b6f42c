//! Panels that lie over the article, one at a time; each is opened and closed by a key.

use egui::{Key, Modifiers, Ui};

use crate::{
    App, Command,
    keys::{BINDINGS, Deed},
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

/// All of them, and how wide each wants to be, in points.
const SHEETS: [(SheetKind, f32); 7] = [
    (SheetKind::Linking, 720.0),
    (SheetKind::Review, 900.0),
    (SheetKind::Comments, 560.0),
    (SheetKind::Statistics, 900.0),
    (SheetKind::Guidelines, 900.0),
    (SheetKind::Import, 720.0),
    (SheetKind::Export, 720.0),
];

/// A panel that lies over the window, and the key that opens it.
#[derive(Clone, Copy, Debug)]
pub struct PanelKey {
    /// What the key does, in English.
    pub name: &'static str,
    /// Its place on the keyboard.
    pub key: Key,
    /// What is held with it.
    pub modifiers: Modifiers,
}

/// All panels that lie over the window, as the table of keys has them.
pub fn panel_keys() -> impl Iterator<Item = PanelKey> {
    let opens = |deed: &Deed| {
        matches!(
            deed,
            Deed::Show(_)
                | Deed::AskPath(_)
                | Deed::ShowTraining(true)
                | Deed::ShowAppearance(true)
                | Deed::ToggleHelp
                | Deed::Send(Command::FindSame { .. })
        )
    };
    BINDINGS.iter().filter(move |binding| opens(&binding.command)).map(|binding| PanelKey {
        name: binding.phrase.en,
        key: binding.key,
        modifiers: binding.modifiers,
    })
}

/// The panel that is open.
pub(crate) struct Sheet {
    pub(crate) kind: SheetKind,
    panel: Panel,
}

enum Panel {
    Linking(Box<LinkingPanel>),
    Review(Box<ReviewPanel>),
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
            SheetKind::Review => Panel::Review(Box::new(ReviewPanel::new(app, ctx))),
            SheetKind::Comments => Panel::Comments(Box::new(CommentsPanel::new())),
            SheetKind::Statistics => Panel::Statistics(StatisticsPanel::new(app, ctx)),
            SheetKind::Guidelines => Panel::Guidelines(GuidelinesPanel::new(app)),
            SheetKind::Import => Panel::Exchange(Box::new(ExchangePanel::new(engine, true))),
            SheetKind::Export => Panel::Exchange(Box::new(ExchangePanel::new(engine, false))),
        };
        Self { kind, panel }
    }

    /// How wide it wants to be, in points.
    pub(crate) fn width(&self) -> f32 {
        let (_, width) = SHEETS
            .iter()
            .find(|(kind, _)| *kind == self.kind)
            .expect("every panel is in the table");
        *width
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_panel_has_a_key() {
        for (kind, _) in SHEETS {
            let deed = Deed::Show(kind);
            assert!(BINDINGS.iter().any(|binding| binding.command == deed), "{kind:?}");
        }
    }
}
