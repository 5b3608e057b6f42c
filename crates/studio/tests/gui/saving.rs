//! The window never waits for the disk, and says "saved" only of what is there.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use egui::{Event, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use tawsim_studio::{App, Command, Language, Window};

use super::support::{ARTICLES, Log, entities, folder, harness, open, options, press, suggestions};

/// Somebody else holds the database: a write waits as for a slow disk.
fn hold(project: &Path) -> rusqlite::Connection {
    let other = rusqlite::Connection::open(project.join("project.db")).expect("a database");
    other.execute_batch("BEGIN IMMEDIATE").expect("nobody writes now");
    other
}

fn until_saved(window: &mut Harness<'_, Window>) {
    let start = Instant::now();
    while window.query_by_label_contains("Saved").is_none() {
        assert!(start.elapsed() < Duration::from_secs(60), "the keys were lost");
        std::thread::sleep(Duration::from_millis(5));
        window.run_steps(1);
    }
}

#[test]
fn keys_wait_for_a_slow_disk_and_the_window_does_not() {
    let folder = folder();
    let mut app = App::new(options(), "samar").with_look(Language::English, false);
    app.apply(Command::Open(folder.path().to_owned())).expect("the folder opens");
    let suggested = suggestions(&app);
    app.apply(suggested).expect("suggestions are taken");
    let dir = app.project().expect("a project is open").dir().to_owned();
    let mut window = harness(app);
    assert!(window.query_by_label_contains("Saved").is_some());

    let other = hold(&dir);
    press(&mut window, "Space 2");
    assert!(window.query_by_label_contains("Saving").is_some());
    assert!(window.query_by_label_contains("Saved").is_none());
    assert_eq!(entities(&window), [""; 0]);
    other.execute_batch("ROLLBACK").expect("it is open");

    until_saved(&mut window);
    assert_eq!(entities(&window), ["FACTION داعش", "PLACE حلب"]);
}

#[test]
fn files_are_read_in_while_the_window_works() {
    const N_NEW: usize = 2_000;
    let (first, second) = (folder(), folder());
    let other = tempfile::tempdir().expect("a temporary folder");
    let path = other.path().join("many.jsonl");
    let lines: String = (0..N_NEW)
        .map(|n| {
            format!("{{\"id\": \"new {n:04}\", \"text\": \"قصف على بلدة رقم {n} في ريف حلب\"}}\n")
        })
        .collect();
    fs::write(&path, lines).expect("written");
    let log = Log::default();
    let mut app = App::new(options(), "samar").with_look(Language::English, false);
    app.apply(Command::Open(first.path().to_owned())).expect("the folder opens");
    let dir = app.project().expect("a project is open").dir().to_owned();
    let mut window = harness(app.record_to(log.clone()));
    press(&mut window, "ctrl+I");
    window.event(Event::Text(path.to_string_lossy().into_owned()));
    window.run_steps(2);
    // An import that takes as long as this test wants.
    let other = hold(&dir);
    press(&mut window, "Enter Escape");
    // What only looks goes on; what writes waits.
    press(&mut window, "PageDown Left 2");
    let said = |window: &Harness<'_, _>, what: &str| {
        window.query_all_by_label_contains(what).next().is_some()
    };
    assert!(said(&window, "Reading files: ") || said(&window, "Taking in documents: "));
    let article = window.get_by_role(Role::Document);
    assert_eq!(article.accesskit_node().label().as_deref(), Some(ARTICLES[1].1));
    assert!(said(&window, "3 / 3"), "nothing has come in");
    assert_eq!(entities(&window), [""; 0]);
    other.execute_batch("ROLLBACK").expect("it is open");
    until_saved(&mut window);
    assert!(said(&window, &format!("{0} / {0}", N_NEW + 3)));
    assert_eq!(entities(&window), ["PLACE قصف"], "the mark has stayed");
    // The log gives the same project.
    let wanted = window.state().app().state().expect("open");
    drop(window);
    let mut again = open(second.path());
    again.replay(log.bytes().as_slice()).expect("our own log");
    assert_eq!(again.state().expect("open"), wanted);
}
