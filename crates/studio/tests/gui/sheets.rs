//! The panels that lie over the article, each by keyboard.

use std::{
    fs,
    time::{Duration, Instant},
};

use egui::{Event, Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable as _};
use tawsim_corpus::{JsonlReader, LabelSet};
use tawsim_store::{Annotation, LayerKind, Presence, SpanState};
use tawsim_studio::{Command, Window};

use super::support::{
    ARTICLES, document_id, folder, harness, harness_of, hold_key, open, open_as, press, press_key,
    suggested, window,
};

fn type_text(window: &mut Harness<'_, Window>, text: &str) {
    window.event(Event::Text(text.into()));
    window.run_steps(2);
}

/// Draws frames until something is there that a thread has to find out.
fn wait_for(window: &mut Harness<'_, Window>, label: &str) {
    let until = Instant::now() + Duration::from_secs(60);
    while window.query_all_by_label_contains(label).next().is_none() {
        assert!(Instant::now() < until, "{label} does not come");
        std::thread::sleep(Duration::from_millis(10));
        window.run_steps(1);
    }
}

/// An annotation of the first article by its surface.
fn annotation(window: &Harness<'_, Window>, surface: &str) -> Annotation {
    let app = window.state().app();
    let stored = app.project().expect("open").document(document_id(app, "1.txt")).expect("there");
    let found = stored.annotations.iter().find(|a| a.span.slice(&stored.text) == surface);
    found.cloned().unwrap_or_else(|| panic!("{surface} is not there"))
}

#[test]
fn a_value_is_typed_for_a_number() {
    let folder = folder();
    let mut window = window(folder.path());
    press(&mut window, "n n k");
    let title = "What “\u{2067}15 عنصراً\u{2069}” refers to";
    assert!(window.query_by_label_contains(title).is_some());
    type_text(&mut window, "~15 men");
    press(&mut window, "Enter");
    assert!(window.query_by_label_contains("That is no value").is_some());
    assert_eq!(annotation(&window, "15 عنصراً").value, None, "it is asked again");
    press(&mut window, "ctrl+a");
    type_text(&mut window, "~ ١٥");
    assert!(window.query_by_label_contains("That is no value").is_none());
    press(&mut window, "Enter");
    let number = annotation(&window, "15 عنصراً");
    assert_eq!(number.value.as_deref(), Some("~15"));
    assert_eq!(number.state, SpanState::Confirmed, "a value confirms the entity");
    assert!(window.query_by_label("Value: ~15").is_some(), "the details show it");
    press(&mut window, "ctrl+z");
    assert_eq!(annotation(&window, "15 عنصراً").value, None);
}

#[test]
fn the_value_that_is_read_is_filled_in_when_it_is_known() {
    let folder = folder();
    let ctx = egui::Context::default();
    let mut window = harness_of(Window::new(suggested(folder.path())).with_links(&ctx));
    // The panel is open before the thread has answered: it first reads the tables.
    press(&mut window, "n n k");
    wait_for(&mut window, "Value, as read: 15");
    window.run_steps(1);
    press(&mut window, "Enter");
    assert_eq!(annotation(&window, "15 عنصراً").value.as_deref(), Some("15"));
}

#[test]
fn an_entity_becomes_an_entry_of_the_project() {
    let folder = folder();
    let mut window = window(folder.path());
    press(&mut window, "k n");
    let link = annotation(&window, "داعش").link.expect("it is linked");
    assert_eq!((link.entry.as_str(), link.gazetteer.as_str()), ("faction:own:1", "project"));
    let dir = window.state().app().project().expect("open").dir().to_owned();
    let table = fs::read_to_string(dir.join("gazetteer-faction.tsv")).expect("written");
    let rows = tawsim_tagger::read_gazetteer_table(&table).expect("our schema");
    assert_eq!(rows[0].1.name, "داعش");
    // The digits of the panel are not the labels' digits: 0 says that it is in no list.
    press(&mut window, "k 0");
    assert_eq!(annotation(&window, "داعش").link.expect("decided").entry, "nil");
    assert_eq!(annotation(&window, "داعش").label, "FACTION");
    press(&mut window, "k Delete");
    assert_eq!(annotation(&window, "داعش").link, None);
}

#[test]
fn comments_and_flags_are_kept() {
    let folder = folder();
    let mut window = window(folder.path());
    press(&mut window, "m c");
    type_text(&mut window, "هل هذا صحيح؟");
    press(&mut window, "Enter");
    assert!(window.query_by_label("هل هذا صحيح؟").is_some());
    press(&mut window, "Escape shift+m");
    let app = window.state().app();
    let id = document_id(app, "1.txt");
    let stored = app.project().expect("open").document(id).expect("there");
    assert!(stored.is_flagged);
    assert_eq!(stored.comments.len(), 1);
    assert_eq!(stored.comments[0].span, Some(annotation(&window, "داعش").id));
    assert!(annotation(&window, "داعش").is_flagged);
    // A click settles it.
    press(&mut window, "c");
    window.get_by_label("هل هذا صحيح؟").click();
    window.run_steps(2);
    let app = window.state().app();
    let stored = app.project().expect("open").document(id).expect("there");
    assert!(stored.comments[0].is_resolved);
}

#[test]
fn statistics_count_what_was_done() {
    let folder = folder();
    let mut window = window(folder.path());
    press(&mut window, "Space 2 x F5");
    wait_for(&mut window, "steps were taken back");
    assert!(window.query_by_label_contains("New: 2 · Suggested: 0 · Started: 1").is_some());
    let project = window.state().app().project().expect("open");
    let layers = project.layers().expect("layers");
    let found = tawsim_studio::statistics(project.dir(), layers[0].id).expect("counted");
    let total = found.total();
    assert_eq!((total.n_accepted, total.n_corrected, total.n_entities), (1, 2, 2));
}

#[test]
fn guidelines_are_one_key_away() {
    let folder = folder();
    let mut window = window(folder.path());
    press(&mut window, "F4");
    assert!(window.query_by_label("Guidelines for labels").is_some(), "the program's own");
    press(&mut window, "F4");
    assert!(window.query_by_label("Guidelines for labels").is_none());
    fs::write(folder.path().join("guidelines.md"), "# Ours\n\n- one\n").expect("written");
    press(&mut window, "F4");
    assert!(window.query_by_label("Ours").is_some(), "the project's own");
}

#[test]
fn an_entry_of_the_project_is_a_candidate_at_once() {
    let folder = folder();
    let mut app = suggested(folder.path());
    let town = ARTICLES[0].1.find("قرب").expect("there") as u32;
    app.apply(Command::MarkWord(town)).expect("marked");
    app.apply(Command::Label(1)).expect("labelled");
    let ctx = egui::Context::default();
    let mut window = harness_of(Window::new(app).with_links(&ctx));
    wait_for(&mut window, "(K)");
    press(&mut window, "k n");
    wait_for(&mut window, "Link: قرب · place:own:1");
}

#[test]
fn annotators_are_compared_and_decided_on() {
    let folder = folder();
    for (name, label) in [("samar", 1), ("omar", 3)] {
        let mut app = open_as(folder.path(), name);
        // Both have داعش as FACTION; they differ in what حلب is.
        let [faction, town] = ["داعش", "حلب"].map(|name| ARTICLES[0].1.find(name).expect("there"));
        for (byte, label) in [(faction, 0), (town, label)] {
            app.apply(Command::MarkWord(byte as u32)).expect("marked");
            app.apply(Command::Label(label)).expect("labelled");
        }
    }
    let mut window = harness(open_as(folder.path(), "samar"));
    press(&mut window, "ctrl+r");
    wait_for(&mut window, "omar – samar");
    assert!(window.query_by_label_contains("1 disagreements here").is_some());
    assert!(window.query_by_label_contains("Person: حلب").is_some());
    press(&mut window, "a 2");
    wait_for(&mut window, "0 disagreements here");
    wait_for(&mut window, "0 disagreements in 0 documents");
    let app = window.state().app();
    let project = app.project().expect("open");
    let layers = project.layers().expect("layers");
    let layer = layers.iter().find(|l| l.kind == LayerKind::Adjudication).expect("made");
    let stored = project.document(document_id(app, "1.txt")).expect("there");
    let mut decided: Vec<String> = stored
        .annotations
        .iter()
        .filter(|a| a.layer == layer.id)
        .map(|a| format!("{} {} {}", a.label, a.span.slice(&stored.text), a.state))
        .collect();
    decided.sort();
    let want = ["FACTION داعش confirmed", "PERSON حلب rejected", "PLACE حلب confirmed"];
    // The order of the candidates is that of their labels: 1 is PERSON, 2 is PLACE.
    assert_eq!(decided, want);
}

#[test]
fn documents_go_out_and_come_in_again() {
    let (first, second) = (folder(), folder());
    let out = tempfile::tempdir().expect("a temporary folder");
    let mut window = window(first.path());
    press(&mut window, "n 2 Enter Enter");
    drop(window);
    for (format, name) in [("conllu", "out.conllu"), ("brat", "brat"), ("doccano", "out.jsonl")] {
        let path = out.path().join(name);
        let mut app = open(first.path());
        let command = Command::ExportAs { path: path.clone(), format: format.to_owned() };
        app.apply(command).unwrap_or_else(|error| panic!("{format}: {error}"));
        assert!(path.exists(), "{format}");
        drop(app);
        let mut app = open(second.path());
        app.apply(Command::Import { path, format: None }).expect("read");
        let rows = app
            .project()
            .expect("open")
            .label_counts(app.project().expect("open").layers().expect("layers")[0].id);
        let n: u64 = rows.expect("counted").iter().map(|row| row.1).sum();
        assert!(n >= 3, "{format}: {n} entities came in");
    }
    // By keyboard: the panel, its list, a path.
    let mut window = harness(open(first.path()));
    press(&mut window, "ctrl+shift+e");
    let corpus = out.path().join("corpus");
    type_text(&mut window, &corpus.to_string_lossy());
    press(&mut window, "Enter");
    assert!(window.query_by_label_contains("train.jsonl 2").is_some());
    let file = fs::File::open(corpus.join("train.jsonl")).expect("written");
    let mut labels = LabelSet::new();
    let read = JsonlReader::new(std::io::BufReader::new(file), &mut labels);
    let n: usize = read.map(|document| document.expect("ours").entities.len()).sum();
    assert_eq!(n, 3);
    assert!(!corpus.join("dev.jsonl").exists(), "two documents are too few");
}

#[test]
fn a_corpus_is_written_over_nothing() {
    let folder = folder();
    let mut app = suggested(folder.path());
    app.apply(Command::AddEntry).expect("the first is in focus");
    app.apply(Command::Finish).expect("finished");
    let corpus = |name: &str| folder.path().join("out").join(name);
    let export = || Command::ExportCorpus(corpus(""));
    app.apply(export()).expect("there is nothing");
    let written = fs::read(corpus("train.jsonl")).expect("written");
    assert!(corpus("gazetteer/faction.tsv").is_file());
    let names = ["train.jsonl", "dev.jsonl", "gazetteer/faction.tsv", "gazetteer/place.tsv"];
    for name in names {
        fs::remove_dir_all(corpus("")).expect("there");
        fs::create_dir_all(corpus("gazetteer")).expect("made");
        fs::write(corpus(name), "old").expect("written");
        let error = app.apply(export()).expect_err(name).to_string();
        let want = format!("{} exists already; choose another folder", corpus(name).display());
        assert_eq!(error, want);
        assert_eq!(fs::read(corpus(name)).expect("there"), b"old");
        let n_files = names.into_iter().filter(|name| corpus(name).exists()).count();
        assert_eq!(n_files, 1, "nothing else is written");
    }
    fs::remove_file(corpus("gazetteer/place.tsv")).expect("there");
    app.apply(export()).expect("an empty folder is free");
    assert_eq!(fs::read(corpus("train.jsonl")).expect("written"), written);
}

#[test]
fn a_file_is_replaced_at_the_second_enter() {
    // The panel of Ctrl+E, and that of Ctrl+Shift+E with the format behind the corpus.
    for keys in ["ctrl+e", "ctrl+shift+e Down"] {
        let folder = folder();
        let mut window = window(folder.path());
        press(&mut window, "Enter");
        let path = folder.path().join("done.jsonl");
        fs::write(&path, "old").expect("written");
        press(&mut window, keys);
        type_text(&mut window, &path.to_string_lossy());
        let asks = |window: &Harness<'_, Window>| {
            window.query_by_label_contains("exists already; Enter again replaces it").is_some()
        };
        assert!(!asks(&window));
        // An Enter that is held is one Enter.
        hold_key(&mut window, Key::Enter);
        assert!(asks(&window), "{keys}");
        assert_eq!(fs::read(&path).expect("there"), b"old", "{keys}");
        type_text(&mut window, "x");
        assert!(!asks(&window), "the path is another one");
        press_key(&mut window, Key::Backspace, Modifiers::NONE);
        press_key(&mut window, Key::Enter, Modifiers::NONE);
        assert_ne!(fs::read(&path).expect("there"), b"old", "{keys}");
        assert!(!asks(&window));
    }
}

#[test]
fn the_list_is_filtered_by_label_and_by_words() {
    let folder = folder();
    let mut app = open(folder.path());
    app.apply(Command::MarkWord(ARTICLES[0].1.find("حلب").expect("there") as u32)).expect("ok");
    app.apply(Command::Label(1)).expect("labelled");
    let mut window = harness(app);
    let shown = |window: &Harness<'_, Window>| {
        ARTICLES.map(|(name, _)| window.query_by_label(name).is_some())
    };
    assert_eq!(shown(&window), [true; 3]);
    for want in [[false; 3], [true, false, false]] {
        window.get_by_label_contains("Label: ").click();
        window.run_steps(2);
        assert_eq!(shown(&window), want);
    }
    // Words are found under clitics: إدلب in وإدلب.
    drop(window);
    let mut window = harness(open(folder.path()));
    press(&mut window, "ctrl+F");
    type_text(&mut window, "إدلب");
    assert_eq!(shown(&window), [false, false, true]);
    let rows = window.state().app().project().expect("open");
    assert!(rows.labels().expect("labels").iter().all(|l| l.presence == Presence::Present));
}
