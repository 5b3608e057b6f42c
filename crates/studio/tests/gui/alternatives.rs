//! Taking what the model holds possible: one chord instead of a walk and a correction.

use egui::{Event, Modifiers};
use egui_kittest::kittest::Queryable as _;
use tawsim_studio::{App, Command, Found};

use super::support::{ARTICLES, document_id, entities, folder, harness, press, suggested};

/// What the model holds possible in the first article, beside its suggestions: another label, a name that it
/// missed, a shorter span. The likeliest has the first letter.
const POSSIBLE: [(&str, &str, f32); 3] =
    [("حلب", "PLACE", 0.35), ("NSO", "FACTION", 0.2), ("15", "NUMBER", 0.1)];

fn considered(mut app: App) -> App {
    let (document, text) = (document_id(&app, "1.txt"), ARTICLES[0].1);
    let alternatives = POSSIBLE.map(|(surface, label, score)| {
        let start = text.find(surface).expect("it is in the article") as u32;
        Found { start, end: start + surface.len() as u32, label: label.to_owned(), score }
    });
    let alternatives = alternatives.into();
    app.apply(Command::Consider { document, alternatives }).expect("they are taken in");
    app
}

/// Keys pressed in the first article; then what is confirmed in it.
const SESSIONS: &[(&str, &[&str])] = &[
    // Alt with a letter: what it lies over, wherever the focus is. The focus stays.
    ("alt+F", &["PLACE حلب"]),
    ("alt+J", &["FACTION NSO"]),
    ("alt+J Space", &["FACTION داعش", "FACTION NSO"]),
    ("alt+D", &["NUMBER 15"]),
    ("alt+F alt+F", &["PLACE حلب", "FACTION NSO"]),
    ("alt+F ctrl+z", &[]),
    ("alt+M", &[]),
    // Without Alt: first V, then the letter.
    ("v J", &["FACTION NSO"]),
    ("v Escape J", &[]),
    // Alt with a digit: an alternative to what is in focus; then on to the next one.
    ("alt+1", &[]),
    ("n alt+1", &["PLACE حلب"]),
    ("n alt+1 Space", &["PLACE حلب", "NUMBER 15 عنصراً"]),
    ("n alt+2", &[]),
    // Alt and Shift with a letter: to the annotation that the model is least sure of, the second least sure.
    ("alt+shift+F Space", &["PERSON حلب"]),
    ("alt+shift+J Space", &["NUMBER 15 عنصراً"]),
    // Shift with a digit, then a letter: this word gets this label, or the name that the model sees in it.
    ("shift+2 F", &["PLACE هجوم"]),
    ("shift+2 Escape F", &[]),
];

#[test]
fn a_chord_takes_an_alternative() {
    for (keys, want) in SESSIONS {
        let folder = folder();
        let mut window = harness(considered(suggested(folder.path())));
        press(&mut window, keys);
        assert_eq!(entities(&window), *want, "after {keys}");
    }
}

#[test]
fn while_alt_is_held_the_alternatives_are_seen() {
    let folder = folder();
    let mut window = harness(considered(suggested(folder.path())));
    assert!(window.query_by_label("Faction: NSO").is_none());
    window.event(Event::ModifiersChanged(Modifiers::ALT));
    window.run_steps(2);
    assert!(window.query_by_label("Faction: NSO").is_some());
    window.event(Event::ModifiersChanged(Modifiers::NONE));
    window.run_steps(2);
    assert!(window.query_by_label("Faction: NSO").is_none());
}

#[test]
fn a_name_in_quotes_is_stretched_to_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("1.txt"), "غرفة \"وبشر الصابرين\" في حلب").expect("written");
    let mut window = harness(super::support::open(folder.path()));
    press(&mut window, "Left Left 1 e");
    assert_eq!(entities(&window), ["FACTION وبشر الصابرين"]);
    press(&mut window, "e");
    assert_eq!(entities(&window), ["FACTION \"وبشر الصابرين\""]);
}

#[test]
fn while_something_is_typed_nothing_is_taken() {
    let folder = folder();
    let mut window = harness(considered(suggested(folder.path())));
    press(&mut window, "ctrl+f alt+F");
    assert_eq!(entities(&window), [""; 0]);
}
