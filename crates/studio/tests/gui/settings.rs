//! Keys, font and sizes as the user sets them; letters over the text.

use std::{fs, path::Path};

use egui::Event;
use egui_kittest::{Harness, kittest::Queryable as _};
use tawsim_studio::Window;

use super::support::{entities, folder, harness_of, open, press, suggested, window};

/// A window that keeps its settings in this file.
fn with_settings(folder: &Path, settings: &Path) -> Harness<'static, Window> {
    let window = Window::new(suggested(folder)).with_settings(settings.to_owned());
    harness_of(window)
}

#[test]
fn a_key_can_be_set_in_the_table_and_stays_set() {
    let folder = folder();
    let settings = folder.path().join("settings.json");
    let mut window = with_settings(folder.path(), &settings);
    press(&mut window, "F1");
    window.get_by_label("Accept and go to the next").click();
    window.run_steps(2);
    assert!(window.query_by_label_contains("Press the new key").is_some());
    press(&mut window, "1");
    assert!(window.query_by_label_contains("Digits and Esc keep").is_some());
    press(&mut window, "x");
    assert!(window.query_by_label_contains("That key was taken").is_some());
    press(&mut window, "F1 x");
    assert_eq!(entities(&window), ["FACTION داعش"]);
    press(&mut window, "Space");
    assert_eq!(entities(&window), ["FACTION داعش"], "Space rejects now");
    let kept = fs::read_to_string(&settings).expect("the settings are kept");
    assert!(kept.contains("\"X\"") && kept.contains("Reject or remove"), "{kept}");
    // The next start has the same keys; the table can give the program's own back.
    press(&mut window, "ctrl+z ctrl+z");
    drop(window);
    let mut window = harness_of(Window::new(open(folder.path())).with_settings(settings));
    press(&mut window, "x");
    assert_eq!(entities(&window), ["FACTION داعش"]);
    press(&mut window, "F1");
    window.get_by_label("Take the program's own keys").click();
    window.run_steps(2);
    press(&mut window, "F1 Space");
    assert_eq!(entities(&window), ["FACTION داعش", "PERSON حلب"]);
}

#[test]
fn letters_over_words_and_annotations_lead_there() {
    // What is typed, and what is marked or relabelled with the digit behind it.
    let table: [(&str, &[&str]); 4] = [
        // The first word in view, the third one.
        ("h f 1", &["FACTION هجوم"]),
        ("h d 2", &["PLACE قرب"]),
        // The second annotation: its label is changed, then the next one is in focus.
        ("shift+h j 2", &["PLACE حلب"]),
        ("h Escape Space", &["FACTION داعش"]),
    ];
    for (keys, want) in table {
        let folder = folder();
        let mut window = window(folder.path());
        press(&mut window, keys);
        assert_eq!(entities(&window), want, "after {keys}");
    }
}

#[test]
fn the_font_and_its_size_can_be_chosen() {
    let folder = folder();
    let settings = folder.path().join("settings.json");
    let mut window = with_settings(folder.path(), &settings);
    press(&mut window, "ctrl+T");
    for _ in 0..3 {
        window.get_by_label("Size of the letters: more").click();
        window.run_steps(2);
    }
    window.get_by_label("Line spacing: less").click();
    window.run_steps(2);
    assert!(window.query_by_label("Size of the letters: 25.0").is_some());
    assert!(window.query_by_label("Line spacing: 2.3").is_some());
    let type_path = |window: &mut Harness<'_, Window>, path: &str| {
        let input = "Path of a font file (.ttf, .otf)";
        window.get_by_label(input).focus();
        window.run_steps(2);
        press(window, "ctrl+A");
        window.event(Event::Text(path.to_owned()));
        window.run_steps(2);
        window.key_press(egui::Key::Enter);
        window.run_steps(3);
    };
    let font = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/fonts/NotoSans-Regular.ttf");
    type_path(&mut window, font);
    assert!(window.query_by_label("Font: Noto Sans").is_some());
    let kept = fs::read_to_string(&settings).expect("kept");
    assert!(kept.contains("NotoSans-Regular.ttf") && kept.contains("25.0"), "{kept}");
    let no_font = folder.path().join("1.txt");
    type_path(&mut window, no_font.to_str().expect("UTF-8"));
    assert!(window.query_by_label("Font: Noto Sans").is_some());
    assert!(window.query_by_label_contains("holds no font").is_some());
    window.get_by_label("Use the built-in font").click();
    window.run_steps(2);
    assert!(window.query_by_label_contains("Noto Naskh Arabic").is_some());
}

#[test]
fn no_key_reaches_the_article_under_a_panel() {
    let folder = folder();
    let mut window = window(folder.path());
    press(&mut window, "ctrl+T x Space 2 Enter Escape");
    assert_eq!(entities(&window), [""; 0]);
    assert!(window.state().app().state().expect("open").contains("suggested PERSON"));
    // The table of keys lists those that cannot be set, too.
    press(&mut window, "F1");
    assert!(window.query_by_label_contains("hold Alt to see the letters").is_some());
}

#[test]
fn rejecting_and_moving_edges_leave_alone_what_is_not_looked_at() {
    let folder = folder();
    let mut window = window(folder.path());
    press(&mut window, "Left x Quote Delete");
    let state = window.state().app().state().expect("open");
    assert!(!state.contains("rejected") && !state.contains("confirmed"), "{state}");
}
