//! A window on a project of a few articles.

use std::{
    fs, io,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use egui::{Event, Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable as _};
use tawsim_store::{LayerKind, Options, Project};
use tawsim_studio::{App, Command, Found, Language, TrainingFiles, Window};
use tawsim_tagger::Tagger;
use tempfile::TempDir;

/// The articles of the tests by file name.
pub(crate) const ARTICLES: [(&str, &str); 3] = [
    ("1.txt", "هجوم لداعش قرب حلب\nقُتل 15 عنصراً من NSO، وانسحب داعش من حلب."),
    ("2.txt", "قصف على ريف حلب الشمالي"),
    ("3.txt", "تقدم جيش النصر في حماة وإدلب"),
];

/// A fixed clock and seed: the same commands give the same project.
pub(crate) fn options() -> Options {
    Options::new("samar").seed(7).clock(|| 1_700_000_000_000)
}

/// A folder with the articles.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in ARTICLES {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

/// An app that has the folder open.
pub(crate) fn open(folder: &Path) -> App {
    let app = App::new(options(), "samar").with_look(Language::English, false);
    let mut app = app.wait_for_disk();
    app.apply(Command::Open(folder.to_owned())).expect("the folder opens");
    app
}

/// An app in which somebody by this name has the folder open.
pub(crate) fn open_as(folder: &Path, name: &str) -> App {
    let options = Options::new(name).seed(8).clock(|| 1_700_000_000_000);
    let app = App::new(options, name).with_look(Language::English, false);
    let mut app = app.wait_for_disk();
    app.apply(Command::Open(folder.to_owned())).expect("the folder opens");
    app
}

/// What a tagger might have found in the first article: one right, one wrong label, one too long.
pub(crate) fn suggestions(app: &App) -> Command {
    let (document, text) = (document_id(app, "1.txt"), ARTICLES[0].1);
    let found = [("داعش", "FACTION", 0.65), ("حلب", "PERSON", 0.4), ("15 عنصراً", "NUMBER", 0.6)];
    let entities = found.map(|(surface, label, score)| {
        let start = text.find(surface).expect("it is in the article");
        let (start, end) = (start as u32, (start + surface.len()) as u32);
        Found { start, end, label: label.to_owned(), score }
    });
    Command::Suggest { document, model: "test 1".to_owned(), entities: entities.into() }
}

/// The id of a document by name.
pub(crate) fn document_id(app: &App, name: &str) -> tawsim_store::DocumentId {
    let project = app.project().expect("a project is open");
    let layer = layer(project);
    let rows = project.documents(layer).expect("rows");
    rows.iter().find(|row| row.name == name).expect("the document is there").id
}

fn layer(project: &Project) -> tawsim_store::LayerId {
    let layers = project.layers().expect("layers");
    layers.iter().find(|layer| layer.kind == LayerKind::Annotator).expect("a layer").id
}

/// A window on the folder, with the suggestions, at rest.
pub(crate) fn window(folder: &Path) -> Harness<'static, Window> {
    harness(suggested(folder))
}

/// An app that has the folder open, with the suggestions.
pub(crate) fn suggested(folder: &Path) -> App {
    let mut app = open(folder);
    let suggestions = suggestions(&app);
    app.apply(suggestions).expect("suggestions are taken");
    app
}

pub(crate) fn harness(app: App) -> Harness<'static, Window> {
    harness_of(Window::new(app))
}

pub(crate) fn harness_of(window: Window) -> Harness<'static, Window> {
    let builder = Harness::builder().with_size(egui::vec2(1200.0, 800.0));
    let mut harness = builder.build_ui_state(|ui, window: &mut Window| window.show(ui), window);
    harness.run_steps(3);
    harness
}

/// A window that has everything: suggestions, a model, somebody else's layer, a finished document.
pub(crate) fn full_window(folder: &Path, language: Language) -> Harness<'static, Window> {
    let options = Options::new("omar").seed(8).clock(|| 1_700_000_000_000);
    let mut other = App::new(options, "omar").wait_for_disk();
    other.apply(Command::Open(folder.to_owned())).expect("the folder opens");
    other.apply(Command::Mark(0, 8)).expect("marked");
    other.apply(Command::Label(1)).expect("labelled");
    drop(other);
    let mut app = suggested(folder).with_look(language, false);
    let last = document_id(&app, "3.txt");
    let first = document_id(&app, "1.txt");
    for command in [
        Command::OpenDocument(last),
        Command::Finish,
        Command::OpenDocument(first),
        Command::Comment("سطر\nوسطر آخر".to_owned()),
    ] {
        app.apply(command).expect("it is the annotator's own");
    }
    let files = TrainingFiles::default();
    let ctx = egui::Context::default();
    let mut window = harness_of(Window::new(app).with_tagger(Tagger::bundled(), files, &ctx));
    // What is known of the entity in focus comes from a thread, and brings a button.
    let until = Instant::now() + Duration::from_secs(60);
    while window.query_all_by_label_contains("(K)").next().is_none() {
        assert!(Instant::now() < until, "the links do not come");
        std::thread::sleep(Duration::from_millis(10));
        window.run_steps(1);
    }
    window
}

/// Presses a key as an English keyboard has it.
pub(crate) fn press_key(harness: &mut Harness<'_, Window>, key: Key, modifiers: Modifiers) {
    for pressed in [true, false] {
        let physical_key = Some(key);
        harness.event(Event::Key { key, physical_key, pressed, repeat: false, modifiers });
    }
    harness.run_steps(2);
}

/// Holds a key down until it has repeated once.
pub(crate) fn hold_key(harness: &mut Harness<'_, Window>, key: Key) {
    // Egui itself tells a press that repeats: the key is down already.
    for pressed in [true, true, false] {
        let (physical_key, modifiers) = (Some(key), Modifiers::NONE);
        harness.event(Event::Key { key, physical_key, pressed, repeat: false, modifiers });
        harness.run_steps(2);
    }
}

/// Presses keys, one after the other: `n`, `shift+n`, `ctrl+z`.
pub(crate) fn press(harness: &mut Harness<'_, Window>, keys: &str) {
    for chord in keys.split_whitespace() {
        let mut modifiers = Modifiers::NONE;
        let mut key = None;
        for part in chord.split('+') {
            match part {
                "shift" => modifiers.shift = true,
                "alt" => modifiers.alt = true,
                "ctrl" => modifiers |= Modifiers::CTRL | Modifiers::COMMAND,
                name => key = Some(Key::from_name(name).unwrap_or_else(|| panic!("{name}"))),
            }
        }
        let key = key.expect("a chord ends in a key");
        for pressed in [true, false] {
            let physical_key = Some(key);
            // An Arabic layout: the key's own letter is another one.
            let event =
                Event::Key { key: Key::F20, physical_key, pressed, repeat: false, modifiers };
            harness.event(event);
        }
        harness.run_steps(2);
    }
}

/// Label and surface of what is confirmed in the shown document.
pub(crate) fn entities(harness: &Harness<'_, Window>) -> Vec<String> {
    let entities = harness.state().app().entities().expect("a document is shown");
    entities.into_iter().map(|(label, surface)| format!("{label} {surface}")).collect()
}

/// A log that can be read while it is written.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What was written up to now.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().expect("no panic").clone()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
