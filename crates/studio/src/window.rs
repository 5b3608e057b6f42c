//! The window: draws the panels, turns keys and clicks into commands, sends them to the [`App`].

use std::time::Duration;

use egui::{CentralPanel, Event, Frame, Id, Key, Margin, Modal, Panel, Ui};
use tawsim_tagger::Tagger;

use crate::{
    App, Command, Measurement, TrainingFiles,
    app::Saved,
    keys::{Deed, deed_of},
    learning::Learning,
    panels::{
        ArticlePanel, DocumentsPanel, EntitiesPanel, Gui, PathPanel, help, same, status, toolbar,
        training,
    },
    text::TextEngine,
};

/// When the window looks again whether a write is on disk; and when, if the disk takes nothing.
const SOON: Duration = Duration::from_millis(2);
const LATER: Duration = Duration::from_millis(500);

/// The program's window.
pub struct Window {
    app: App,
    engine: TextEngine,
    documents: DocumentsPanel,
    article: ArticlePanel,
    entities: EntitiesPanel,
    path: Option<PathPanel>,
    learning: Option<Learning>,
    shows_training: bool,
    asked: Vec<Deed>,
    measurement: Option<Measurement>,
}

impl Window {
    /// A window on this state.
    #[must_use]
    pub fn new(app: App) -> Self {
        let engine = TextEngine::new();
        Self {
            app,
            documents: DocumentsPanel::new(&engine),
            engine,
            article: ArticlePanel::default(),
            entities: EntitiesPanel::default(),
            path: None,
            learning: None,
            shows_training: false,
            asked: Vec::new(),
            measurement: None,
        }
    }

    /// Tags new documents in the background with this model, and trains new ones from the finished
    /// documents and these files.
    #[must_use]
    pub fn with_tagger(
        mut self,
        tagger: Tagger,
        files: TrainingFiles,
        ctx: &egui::Context,
    ) -> Self {
        self.learning = Some(Learning::new(tagger, files, ctx));
        self
    }

    /// Lets a measurement press the keys.
    #[must_use]
    pub fn with_measurement(mut self, measurement: Measurement) -> Self {
        self.measurement = Some(measurement);
        self
    }

    /// Sets the theme; to be called once, before the first frame.
    pub fn prepare(&self, ctx: &egui::Context) {
        let dark = self.app.settings().dark;
        ctx.set_theme(if dark { egui::Theme::Dark } else { egui::Theme::Light });
    }

    /// The state that the window shows.
    #[must_use]
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// Draws a frame and does what was asked for in it.
    pub fn show(&mut self, ui: &mut Ui) {
        self.engine.begin_frame(ui.ctx());
        self.app.go_on();
        if let Some(learning) = &mut self.learning {
            learning.step(&mut self.app);
        }
        self.keys(ui);
        // What keys ask for is seen in the same frame; what a click asks for, in the next one.
        self.obey(ui);
        self.draw(ui);
        self.overlays(ui);
        self.engine.end_frame(ui.ctx());
        if !self.asked.is_empty() {
            ui.ctx().request_repaint();
        }
        match self.app.saved() {
            Saved::All => {}
            Saved::Soon => ui.ctx().request_repaint_after(SOON),
            Saved::Blocked => ui.ctx().request_repaint_after(LATER),
        }
    }

    /// Keys act when nothing has the keyboard focus; function keys and those with Ctrl that no
    /// input needs, always.
    fn keys(&mut self, ui: &Ui) {
        let typing = self.path.is_some() || ui.memory(|memory| memory.focused().is_some());
        let escape = ui.input(|input| input.key_pressed(Key::Escape));
        if escape && typing {
            ui.memory_mut(egui::Memory::stop_text_input);
            self.path = None;
        } else if escape && self.shows_training {
            self.shows_training = false;
        }
        ui.input(|input| {
            for event in input.events.iter().filter(|event| !typing || is_global(event)) {
                self.asked.extend(deed_of(event));
            }
        });
    }

    fn draw(&mut self, ui: &mut Ui) {
        let progress = self.learning.as_ref().and_then(Learning::progress);
        let app = &self.app;
        let language = app.settings().language;
        let mut gui = Gui { engine: &mut self.engine, language, asked: &mut self.asked };
        let (near, far) = if language.direction().is_rtl() {
            (Panel::right("documents"), Panel::left("entities"))
        } else {
            (Panel::left("documents"), Panel::right("entities"))
        };
        Panel::top("toolbar").show(ui, |ui| toolbar(ui, &mut gui, app));
        Panel::bottom("status").show(ui, |ui| status(ui, &mut gui, app, progress));
        let documents = &mut self.documents;
        near.default_size(260.0).min_size(180.0).show(ui, |ui| documents.show(ui, &mut gui, app));
        let entities = &mut self.entities;
        far.default_size(270.0).min_size(180.0).show(ui, |ui| entities.show(ui, &mut gui, app));
        let frame = Frame::central_panel(ui.style()).inner_margin(Margin::ZERO);
        let article = &mut self.article;
        CentralPanel::default().frame(frame).show(ui, |ui| article.show(ui, &mut gui, (app, &[])));
    }

    /// What lies over the article.
    fn overlays(&mut self, ui: &Ui) {
        let app = &self.app;
        let language = app.settings().language;
        let mut gui = Gui { engine: &mut self.engine, language, asked: &mut self.asked };
        if app.settings().help && over(ui, "help", 940.0, |ui| help(ui, &mut gui, app)).1 {
            gui.ask(Command::Help(false));
        }
        if let Some(found) = app.same() {
            over(ui, "same", 460.0, |ui| same(ui, &mut gui, found));
        }
        if let Some(learning) = self.learning.as_ref().filter(|_| self.shows_training) {
            let draw = |ui: &mut Ui| training(ui, &mut gui, &learning.training, app.n_done());
            over(ui, "training", 560.0, draw);
        }
        if let Some(path) = &mut self.path
            && over(ui, "path", 560.0, |ui| path.show(ui, &mut gui)).0
        {
            self.path = None;
        }
    }

    fn obey(&mut self, ui: &Ui) {
        if self.asked.is_empty() {
            return;
        }
        for deed in std::mem::take(&mut self.asked) {
            if let Some(command) = self.command_of(deed) {
                self.app.run(command);
            }
        }
        self.prepare(ui.ctx());
    }

    /// The command that a deed amounts to; what concerns only the window is done here.
    fn command_of(&mut self, deed: Deed) -> Option<Command> {
        let settings = self.app.settings();
        match deed {
            Deed::Send(Command::Finish) if self.shows_training => {
                if let Some(deed) = self.learning.as_ref().and_then(|l| l.training.main_deed()) {
                    self.learn(&deed);
                }
            }
            // A key on the article does nothing while another panel covers it.
            Deed::Send(command) if self.shows_training && command.is_for_article() => {}
            Deed::Send(command) => return Some(self.in_context(command)),
            Deed::ToggleHelp => return Some(Command::Help(!settings.help)),
            Deed::ToggleLanguage => return Some(Command::Speak(settings.language.other())),
            Deed::ToggleTheme => return Some(Command::Dark(!settings.dark)),
            Deed::FocusSearch => self.documents.focus_search(),
            Deed::AskPath(purpose) => self.path = Some(PathPanel::new(&self.engine, purpose)),
            Deed::ShowTraining(shown) => self.shows_training = shown,
            Deed::Train | Deed::AdoptModel | Deed::DropModel => self.learn(&deed),
        }
        None
    }

    fn learn(&mut self, deed: &Deed) {
        let Some(learning) = &mut self.learning else { return };
        match deed {
            Deed::Train => learning.train(&self.app),
            Deed::AdoptModel => learning.adopt(&self.app),
            _ => learning.drop_model(),
        }
    }

    /// Digits and Enter act on the preview while it is open; keys close the table of keys.
    fn in_context(&self, command: Command) -> Command {
        let (previews, helps) = (self.app.same().is_some(), self.app.settings().help);
        match command {
            Command::Label(idx) if previews => Command::ToggleSame(idx),
            Command::Finish if previews => Command::ApplySame,
            command if helps && command.is_for_article() => Command::Help(false),
            command if previews && command.is_for_article() => Command::Escape,
            command => command,
        }
    }

    /// Opens what was dropped on the window.
    fn drop_files(&mut self, ui: &Ui) {
        for file in ui.input(|input| input.raw.dropped_files.clone()) {
            self.app.run(Command::Open(file.path().to_owned()));
        }
    }
}

fn is_global(event: &Event) -> bool {
    let Event::Key { key, modifiers, .. } = event else { return false };
    matches!(key, Key::F1 | Key::F2 | Key::F3)
        || (modifiers.command && matches!(key, Key::F | Key::O | Key::E | Key::L))
}

/// Draws a panel over the window. Returns what it says, and whether it is to be closed.
fn over<R>(ui: &Ui, name: &str, width: f32, draw: impl FnOnce(&mut Ui) -> R) -> (R, bool) {
    let shown = Modal::new(Id::unique(name)).show(ui.ctx(), |ui| {
        ui.set_width((ui.ctx().content_rect().width() - 80.0).min(width));
        draw(ui)
    });
    let should_close = shown.should_close();
    (shown.inner, should_close)
}

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        if let Some(measurement) = &mut self.measurement {
            match measurement.next(&self.app) {
                Some(commands) => self.asked.extend(commands.into_iter().map(Deed::Send)),
                None => ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close),
            }
            ui.ctx().request_repaint();
        }
        self.show(ui);
        self.drop_files(ui);
    }

    /// What was asked for and waits for the disk is not lost with the window.
    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.app.finish_writing();
    }
}
