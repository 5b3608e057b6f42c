//! The window: draws the panels, turns keys and clicks into commands, sends them to the [`App`].

mod deeds;
mod preferences;

use std::{path::PathBuf, time::Duration};

use egui::{CentralPanel, Color32, Event, Frame, Id, Key, Modal, Panel, Ui};
use tawsim_tagger::Tagger;

use crate::{
    App, Command, Measurement, TrainingFiles,
    app::Saved,
    hints::Hints,
    keymap::Keymap,
    keys::{Deed, drop_held_enter, pressed_anywhere},
    learning::Learning,
    link::Linking,
    measure::Turn,
    panels::{
        AppearancePanel, ArticlePanel, DocumentsPanel, EntitiesPanel, Gui, KeyChange, PathPanel,
        alternatives, details, help, same, status, toolbar, training,
    },
    preferences::Preferences,
    session::Keeper,
    sheets::{Sheet, SheetKind},
    text::TextEngine,
};

/// When the window looks again whether a write is on disk; and when, if the disk takes nothing.
const SOON: Duration = Duration::from_millis(2);
const LATER: Duration = Duration::from_millis(500);
/// How often it looks how far an import is.
const PROGRESS: Duration = Duration::from_millis(50);

/// The program's window.
pub struct Window {
    app: App,
    engine: TextEngine,
    documents: DocumentsPanel,
    article: ArticlePanel,
    entities: EntitiesPanel,
    path: Option<PathPanel>,
    learning: Option<Learning>,
    linking: Option<Linking>,
    sheet: Option<Sheet>,
    keeper: Option<Keeper>,
    shows_training: bool,
    keymap: Keymap,
    key_change: KeyChange,
    hints: Option<Hints>,
    appearance: Option<AppearancePanel>,
    preferences: Preferences,
    preferences_path: Option<PathBuf>,
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
            linking: None,
            sheet: None,
            keeper: None,
            shows_training: false,
            keymap: Keymap::default(),
            key_change: KeyChange::default(),
            hints: None,
            appearance: None,
            preferences: Preferences::default(),
            preferences_path: None,
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
        self.with_links(ctx)
    }

    /// Looks up in the background what factions and places refer to.
    #[must_use]
    pub fn with_links(mut self, ctx: &egui::Context) -> Self {
        let ctx = ctx.clone();
        self.linking = Some(Linking::new(move || ctx.request_repaint()));
        self
    }

    /// Keeps where the annotator is in this file.
    #[must_use]
    pub fn with_session(mut self, path: PathBuf) -> Self {
        self.keeper = Some(Keeper::new(path));
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
        ctx.set_theme(self.theme());
        // One paper for all: the window is cleared in its colour, and nothing paints it again. Where there is no
        // graphics card, backgrounds over backgrounds were half of what a frame costs.
        ctx.all_styles_mut(|style| style.visuals.panel_fill = style.visuals.extreme_bg_color);
    }

    fn theme(&self) -> egui::Theme {
        if self.app.settings().dark { egui::Theme::Dark } else { egui::Theme::Light }
    }

    /// The state that the window shows.
    #[must_use]
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// Draws a frame and does what was asked for in it.
    pub fn show(&mut self, ui: &mut Ui) {
        self.engine.begin_frame(ui.ctx());
        drop_held_enter(ui);
        self.app.go_on();
        if let Some(learning) = &mut self.learning {
            learning.step(&mut self.app);
        }
        if let Some(linking) = &mut self.linking {
            let again = linking.step(&self.app);
            again.into_iter().for_each(|rest| ui.ctx().request_repaint_after(rest));
        }
        if self.sheet.is_some() {
            self.sheet_keys(ui);
        } else {
            self.keys(ui);
        }
        // What keys ask for is seen in the same frame; what a click asks for, in the next one.
        self.obey(ui);
        self.draw(ui);
        self.overlays(ui);
        self.engine.end_frame(ui.ctx());
        // Soft edges are worth their price on the curves of a plot, not on the upright boxes of an article.
        let has_plots = self.sheet.is_some() || self.shows_training;
        ui.ctx().tessellation_options_mut(|options| options.feathering = has_plots);
        if !self.asked.is_empty() || self.app.search_progress().is_some() {
            ui.ctx().request_repaint();
        }
        match self.app.saved() {
            Saved::Soon if self.app.import_progress().is_some() => {
                ui.ctx().request_repaint_after(PROGRESS);
            }
            Saved::All => {}
            Saved::Soon => ui.ctx().request_repaint_after(SOON),
            Saved::Blocked => ui.ctx().request_repaint_after(LATER),
        }
    }

    fn is_typing(&self, ui: &Ui) -> bool {
        self.path.is_some() || ui.memory(|memory| memory.focused().is_some())
    }

    /// Keys act when nothing has the keyboard focus; function keys and those with Ctrl that no
    /// input needs, always.
    fn keys(&mut self, ui: &Ui) {
        if self.change_key(ui) || self.type_hint(ui) {
            return;
        }
        let typing = self.is_typing(ui);
        if !typing {
            self.press_held_hint(ui);
        }
        let escape = ui.input(|input| input.key_pressed(Key::Escape));
        if escape && typing {
            ui.memory_mut(egui::Memory::stop_text_input);
            self.path = None;
        } else if escape && self.appearance.take().is_some() {
            return;
        } else if escape && self.shows_training {
            self.shows_training = false;
            return;
        }
        ui.input(|input| {
            for event in input.events.iter().filter(|event| !typing || is_global(event)) {
                self.asked.extend(self.keymap.obeyed(event));
            }
        });
    }

    /// While a panel lies over the article its own keys act, and those that open and close panels.
    fn sheet_keys(&mut self, ui: &Ui) {
        let typing = ui.memory(|memory| memory.focused().is_some());
        if pressed_anywhere(ui, Key::Escape) {
            ui.memory_mut(egui::Memory::stop_text_input);
            self.sheet = None;
            return;
        }
        let acts = |(event, deed): &(&Event, Deed)| match deed {
            Deed::Send(command) => matches!(command, Command::Undo | Command::Redo) && !typing,
            _ => is_global(event),
        };
        ui.input(|input| {
            let deeds =
                input.events.iter().filter_map(|event| Some((event, self.keymap.deed_of(event)?)));
            self.asked.extend(deeds.filter(acts).map(|(_, deed)| deed));
        });
    }

    fn draw(&mut self, ui: &mut Ui) {
        let progress = self.learning.as_ref().and_then(Learning::progress);
        let app = &self.app;
        let language = app.settings().language;
        let keymap = &self.keymap;
        let modifiers = ui.input(|input| input.modifiers);
        let held = if self.is_typing(ui) { None } else { self.held_hints(modifiers) };
        let hints = self.hints.as_ref().or(held.as_ref());
        let mut gui = Gui { engine: &mut self.engine, language, keymap, asked: &mut self.asked };
        let (near, far) = if language.direction().is_rtl() {
            (Panel::right("documents"), Panel::left("entities"))
        } else {
            (Panel::left("documents"), Panel::right("entities"))
        };
        let clear = Frame::side_top_panel(ui.style()).fill(Color32::TRANSPARENT);
        let top = Panel::top("toolbar").frame(clear);
        top.show(ui, |ui| toolbar(ui, &mut gui, app));
        let bottom = Panel::bottom("status").frame(clear);
        bottom.show(ui, |ui| status(ui, &mut gui, app, progress));
        let documents = &mut self.documents;
        let near = near.frame(clear).default_size(260.0).min_size(180.0);
        near.show(ui, |ui| documents.show(ui, &mut gui, app));
        let entities = &mut self.entities;
        let facts = self.linking.as_ref().and_then(|linking| linking.facts(app));
        far.frame(clear).default_size(270.0).min_size(180.0).show(ui, |ui| {
            Panel::bottom("details").frame(clear).show(ui, |ui| {
                alternatives(ui, &mut gui, app);
                details(ui, &mut gui, app, facts);
            });
            entities.show(ui, &mut gui, app);
        });
        let article = &mut self.article;
        CentralPanel::default()
            .frame(Frame::NONE)
            .show(ui, |ui| article.show(ui, &mut gui, (app, hints)));
    }

    /// What lies over the article.
    fn overlays(&mut self, ui: &Ui) {
        let app = &self.app;
        let language = app.settings().language;
        let keymap = &self.keymap;
        let mut gui = Gui { engine: &mut self.engine, language, keymap, asked: &mut self.asked };
        let change = &self.key_change;
        if app.settings().help && over(ui, "help", 940.0, |ui| help(ui, &mut gui, (app, change))).1
        {
            gui.ask(Command::Help(false));
        }
        if let Some(found) = app.same() {
            over(ui, "same", 460.0, |ui| same(ui, &mut gui, found));
        }
        if let Some(learning) = self.learning.as_ref().filter(|_| self.shows_training) {
            let draw = |ui: &mut Ui| training(ui, &mut gui, learning, app.n_done());
            over(ui, "training", 640.0, draw);
        }
        if let Some(sheet) = &mut self.sheet {
            let (width, linking) = (sheet.width(), self.linking.as_ref());
            let draw = |ui: &mut Ui| sheet.show(ui, &mut gui, (app, linking));
            let (is_done, should_close) = over(ui, "sheet", width, draw);
            if is_done || should_close {
                ui.memory_mut(egui::Memory::stop_text_input);
                self.sheet = None;
            }
        }
        if let Some(panel) = &mut self.appearance {
            let (is_done, closes) =
                over(ui, "appearance", 560.0, |ui| panel.show(ui, &mut gui, app));
            if is_done || closes {
                self.appearance = None;
            }
        }
        if let Some(path) = &mut self.path
            && over(ui, "path", 560.0, |ui| path.show(ui, &mut gui)).0
        {
            self.path = None;
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

    /// Opens what was dropped on the window; files go into the project that is open.
    fn drop_files(&mut self, ui: &Ui) {
        for file in ui.input(|input| input.raw.dropped_files.clone()) {
            let path = file.path().to_owned();
            if path.is_file() && self.app.project().is_some() {
                self.app.run(Command::Import { path, format: None });
                let kind = SheetKind::Import;
                self.sheet = Some(Sheet::open(kind, &self.engine, &self.app, ui.ctx()));
            } else {
                self.app.run(Command::Open(path));
            }
        }
    }
}

fn is_global(event: &Event) -> bool {
    let Event::Key { key, physical_key, modifiers, .. } = event else { return false };
    let key = physical_key.as_ref().unwrap_or(key);
    const GLOBAL: [Key; 7] = [Key::F, Key::O, Key::E, Key::L, Key::R, Key::I, Key::T];
    matches!(key, Key::F1 | Key::F2 | Key::F3 | Key::F4 | Key::F5)
        || (modifiers.command && GLOBAL.contains(key))
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
                Turn::Press(command) => {
                    self.asked.push(Deed::Send(command));
                    ui.ctx().request_repaint();
                }
                Turn::Draw => ui.ctx().request_repaint(),
                Turn::Rest(time) => ui.ctx().request_repaint_after(time),
                Turn::End => ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close),
            }
        }
        self.show(ui);
        self.drop_files(ui);
        if let Some(keeper) = &mut self.keeper {
            let size = ui.ctx().content_rect().size();
            if let Some(wait) = keeper.keep(&self.app, size.into()) {
                ui.ctx().request_repaint_after(wait);
            }
        }
    }

    /// The panels have no background of their own.
    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    /// What was asked for and waits for the disk is not lost with the window.
    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.app.finish_writing();
        if let Some(keeper) = &mut self.keeper {
            keeper.finish(&self.app);
        }
    }
}
