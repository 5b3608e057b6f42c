//! The window never waits for the disk, and says "saved" only of what is there.

use std::time::{Duration, Instant};

use egui_kittest::kittest::Queryable as _;
use tawsim_studio::{App, Command, Language};

use super::support::{entities, folder, harness, options, press, suggestions};

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

    // Somebody else holds the database: a write waits as for a slow disk.
    let other = rusqlite::Connection::open(dir.join("project.db")).expect("a database");
    other.execute_batch("BEGIN IMMEDIATE").expect("nobody writes now");
    let start = Instant::now();
    press(&mut window, "Space 2");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(window.query_by_label_contains("Saving").is_some());
    assert!(window.query_by_label_contains("Saved").is_none());
    assert_eq!(entities(&window), [""; 0]);
    other.execute_batch("ROLLBACK").expect("it is open");

    while window.query_by_label_contains("Saved").is_none() {
        assert!(start.elapsed() < Duration::from_secs(10), "the keys were lost");
        std::thread::sleep(Duration::from_millis(5));
        window.run_steps(1);
    }
    assert_eq!(entities(&window), ["FACTION داعش", "PLACE حلب"]);
}
