//! Correcting by keyboard alone.

use std::collections::BTreeSet;

use egui::{Event, Key, Modifiers, accesskit::Role};
use egui_kittest::{
    Harness, Node,
    kittest::{NodeT as _, Queryable as _},
};
use tawsim_studio::{Command, Language, Window, panel_keys};

use super::support::{
    ARTICLES, document_id, entities, entities as entities_of, folder, full_window, harness,
    hold_key, open, open_as, press, press_key, suggestions, window,
};

/// Keys pressed in the first article, in which `FACTION داعش`, `PERSON حلب` and
/// `NUMBER 15 عنصراً` are suggested and the first is in focus; then what is confirmed in it.
const SESSIONS: &[(&str, &[&str])] = &[
    // Accept goes on to the next suggestion.
    ("Space", &["FACTION داعش"]),
    ("Space 2", &["FACTION داعش", "PLACE حلب"]),
    // The whole sentence, the whole document.
    ("s", &["FACTION داعش", "PERSON حلب"]),
    ("s ctrl+z", &[]),
    ("shift+s", &["FACTION داعش", "PERSON حلب", "NUMBER 15 عنصراً"]),
    // The end edge moves right, back over one segment; that confirms the span.
    ("n n Quote", &["NUMBER 15"]),
    ("n n shift+Quote", &["NUMBER 15 عنصر"]),
    // The start edge moves right, over the clitic.
    ("OpenBracket", &[]),
    ("CloseBracket", &["FACTION لداعش"]),
    ("CloseBracket OpenBracket", &["FACTION داعش"]),
    // Reject; undo brings the suggestion back, undone.
    ("x Space", &["PERSON حلب"]),
    ("x ctrl+z", &[]),
    ("2 ctrl+z ctrl+y", &["PLACE داعش"]),
    ("2 ctrl+z shift+ctrl+z", &["PLACE داعش"]),
    // Mark the next word and label it; then again with the last label.
    ("Left 2", &["PLACE قرب"]),
    ("Left shift+Left 2", &["PLACE قرب حلب"]),
    ("Left 2 Left Left Period", &["PLACE قرب", "PLACE قُتل"]),
    // All mentions of a name in the document, whatever stands before it.
    ("Space Up a Enter", &["FACTION داعش", "FACTION داعش"]),
    ("Space Up a 1 Enter", &["FACTION داعش"]),
    ("Space Up a Enter ctrl+z", &["FACTION داعش"]),
    ("Space Up a Escape", &["FACTION داعش"]),
];

#[test]
fn keys_correct_a_document() {
    for (keys, want) in SESSIONS {
        let folder = folder();
        let mut window = window(folder.path());
        press(&mut window, keys);
        assert_eq!(entities(&window), *want, "after {keys}");
    }
}

#[test]
fn what_the_model_is_sure_of_is_not_stopped_at() {
    let folder = folder();
    let mut app = open(folder.path());
    let Command::Suggest { document, model, mut entities } = suggestions(&app) else {
        panic!("suggestions are suggested")
    };
    entities[0].score = 0.98;
    app.apply(Command::Suggest { document, model, entities }).expect("suggestions are taken");
    let mut window = harness(app);
    press(&mut window, "2 x");
    assert_eq!(entities_of(&window), ["PLACE حلب"], "the doubtful ones came first");
    press(&mut window, "Space");
    assert_eq!(entities_of(&window), ["FACTION داعش", "PLACE حلب"], "then the others");
}

#[test]
fn finishing_accepts_the_rest_and_opens_the_next_document() {
    let folder = folder();
    let mut window = window(folder.path());
    press(&mut window, "n 2 Enter");
    assert_eq!(entities(&window), [""; 0], "the second document is shown");
    press(&mut window, "Enter PageUp");
    let state = window.state().app().state().expect("a project is open");
    let states: Vec<&str> = state.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(states, ["1.txt done", "2.txt done", "3.txt new"]);
    press(&mut window, "PageUp");
    assert_eq!(entities(&window), ["FACTION داعش", "PLACE حلب", "NUMBER 15 عنصراً"]);
    // The way back leads through the documents.
    press(&mut window, "PageDown PageDown ctrl+z ctrl+z");
    assert_eq!(entities(&window), ["PLACE حلب"]);
}

#[test]
fn undo_stops_before_it_takes_documents_away() {
    let folder = folder();
    let mut window = window(folder.path());
    press(&mut window, "Space ctrl+z ctrl+z ctrl+z ctrl+z");
    let state = window.state().app().state().expect("a project is open");
    assert_eq!(state.lines().filter(|line| !line.starts_with(' ')).count(), 3);
    assert_eq!(state.matches("suggested").count(), 3, "{state}");
}

/// The history is the project's; undo and redo stop at what somebody else did in it.
#[test]
fn nobody_takes_back_what_another_has_done() {
    // What Samar does last, and what Omar presses then.
    for (last, keys) in [(None, "ctrl+z"), (Some(Command::Undo), "ctrl+y")] {
        let folder = folder();
        // He has his layer already: to make one would be the last step.
        drop(open_as(folder.path(), "omar"));
        let mut app = open_as(folder.path(), "samar");
        let town = ARTICLES[0].1.find("حلب").expect("there") as u32;
        for command in [Command::MarkWord(town), Command::Label(1)].into_iter().chain(last) {
            app.apply(command).expect("her own work");
        }
        drop(app);
        let mut window = harness(open_as(folder.path(), "omar"));
        let state = |window: &Harness<'_, Window>| window.state().app().state().expect("open");
        let before = state(&window);
        press(&mut window, keys);
        assert_eq!(state(&window), before, "after {keys}");
        let said = window.query_by_label_contains("is the work of \u{2066}samar\u{2069}");
        assert!(said.is_some(), "after {keys}");
        // His own steps are his to take back, and to make again.
        press(&mut window, "Left 1");
        let labelled = state(&window);
        assert_ne!(labelled, before);
        press(&mut window, "ctrl+z");
        assert_eq!(state(&window), before);
        press(&mut window, "ctrl+y");
        assert_eq!(state(&window), labelled);
    }
}

/// What is pressed, the key that is held then, what is pressed after it; how many documents are done, and what is
/// confirmed in the one that is shown.
const HELD: &[(&str, Key, &str, usize, &[&str])] = &[
    // Not the next document too.
    ("", Key::Enter, "", 1, &[]),
    // Not the next sentence too.
    ("", Key::S, "", 0, &["FACTION داعش", "PERSON حلب"]),
    // What is chosen in a panel is not what finishes the document under it.
    ("Space Up a", Key::Enter, "", 0, &["FACTION داعش", "FACTION داعش"]),
    // Moving repeats: two on from the first.
    ("", Key::ArrowDown, "Space", 0, &["NUMBER 15 عنصراً"]),
];

#[test]
fn a_key_that_is_held_decides_once() {
    for (before, held, after, n_done, want) in HELD {
        let folder = folder();
        let mut window = window(folder.path());
        press(&mut window, before);
        hold_key(&mut window, *held);
        press(&mut window, after);
        assert_eq!(entities(&window), *want, "{before} {held:?} {after}");
        let state = window.state().app().state().expect("a project is open");
        assert_eq!(state.matches("txt done").count(), *n_done, "{before} {held:?} {after}");
    }
}

#[test]
fn what_is_found_in_a_finished_document_is_dropped() {
    let folder = folder();
    let mut app = open(folder.path());
    let (answer, first) = (suggestions(&app), document_id(&app, "1.txt"));
    let n_suggested = |app: &tawsim_studio::App| {
        app.state().expect("a project is open").matches("suggested").count()
    };
    // Somebody finishes the document while the tagger is at it.
    for (command, want) in [
        (Command::Finish, 0),
        (answer.clone(), 0),
        (Command::OpenDocument(first), 0),
        (answer.clone(), 0),
        (Command::Reopen, 0),
        (answer, 3),
    ] {
        app.apply(command.clone()).expect("nothing fails");
        assert_eq!(n_suggested(&app), want, "{command:?}");
    }
}

#[test]
fn after_a_document_comes_the_least_sure_one() {
    let folder = folder();
    let mut app = super::support::suggested(folder.path());
    for (name, score) in [("2.txt", 0.9), ("3.txt", 0.5)] {
        let document = document_id(&app, name);
        let label = "PLACE".to_owned();
        let entities = vec![tawsim_studio::Found { start: 0, end: 6, label, score }];
        let model = "test 1".to_owned();
        app.apply(Command::Suggest { document, model, entities }).expect("suggestions are taken");
    }
    let mut window = harness(app);
    press(&mut window, "Enter Space");
    assert_eq!(entities(&window), ["PLACE تقد"], "the third");
    press(&mut window, "Enter Space");
    assert_eq!(entities(&window), ["PLACE قصف"], "then the second");
}

/// Everything on the screen that can be used: role and name.
fn controls(window: &Harness<'_, Window>) -> BTreeSet<(String, String)> {
    let nodes = window.root().children_recursive();
    let named = nodes.map(|node| node.accesskit_node()).filter(|node| !node.is_disabled());
    let is_control = |role| {
        matches!(role, Role::Button | Role::TextInput | Role::MultilineTextInput | Role::ListItem)
    };
    named
        .filter(|node| is_control(node.role()))
        .map(|node| (format!("{:?}", node.role()), node.label().unwrap_or_default()))
        .collect()
}

/// Steps with Tab through what can be used and types into each input. Returns what was reached.
fn tour(window: &mut Harness<'_, Window>, panel: &str) -> BTreeSet<(String, String)> {
    let mut reached = BTreeSet::new();
    for _ in 0..120 {
        press_key(window, Key::Tab, Modifiers::NONE);
        let Some(focused) = window.root().children_recursive().find(Node::is_focused) else {
            continue;
        };
        let node = focused.accesskit_node();
        let (role, name) = (node.role(), node.label().unwrap_or_default());
        let is_new = reached.insert((format!("{role:?}"), name.clone()));
        if is_new && matches!(role, Role::TextInput | Role::MultilineTextInput) {
            window.event(Event::Text("قسد".into()));
            window.run_steps(2);
            let focused = window.root().children_recursive().find(Node::is_focused);
            let value = focused.and_then(|node| node.accesskit_node().value()).unwrap_or_default();
            assert!(value.contains("قسد"), "{panel}: {name} took {value:?}");
        }
    }
    reached
}

#[test]
fn every_panel_is_worked_by_keyboard_alone() {
    for panel in panel_keys() {
        let folder = folder();
        let mut window = full_window(folder.path(), Language::English);
        let before = controls(&window);
        press_key(&mut window, panel.key, panel.modifiers);
        let of_panel: BTreeSet<_> = controls(&window).difference(&before).cloned().collect();
        assert!(!of_panel.is_empty(), "{} opens nothing", panel.name);
        let reached = tour(&mut window, panel.name);
        // What was typed into a search takes lines away.
        let still_there = controls(&window);
        let missed: Vec<_> = of_panel
            .difference(&reached)
            .filter(|control| still_there.contains(*control))
            .collect();
        assert!(missed.is_empty(), "{}: Tab does not reach {missed:?}", panel.name);
        // The first one leaves an input or a button, the second one the panel.
        press_key(&mut window, Key::Escape, Modifiers::NONE);
        press_key(&mut window, Key::Escape, Modifiers::NONE);
        let left: Vec<_> = controls(&window).intersection(&of_panel).cloned().collect();
        assert!(left.is_empty(), "{}: Escape leaves {left:?}", panel.name);
    }
}
