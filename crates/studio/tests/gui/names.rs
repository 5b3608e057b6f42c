//! Every control of every panel has a name for those who do not see it.

use egui::accesskit::{Action, Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use tawsim_studio::Window;

use super::support::{folder, press, window};

/// How each panel is opened.
const PANELS: &[(&str, &str)] = &[
    ("the window", ""),
    ("the window in Arabic", "F2"),
    ("the table of keys", "F1"),
    ("the same mentions", "a"),
    ("the path of a project", "ctrl+O"),
    ("the path of an export", "ctrl+E"),
    ("font and size", "ctrl+T"),
    ("hints", "h"),
];

/// What can take the keyboard focus or be clicked, and has no name.
fn nameless(window: &Harness<'_, Window>) -> (usize, Vec<String>) {
    let mut n_controls = 0;
    let mut found = Vec::new();
    for node in window.root().children_recursive() {
        let node = node.accesskit_node();
        let is_control = matches!(
            node.role(),
            Role::Button
                | Role::TextInput
                | Role::MultilineTextInput
                | Role::CheckBox
                | Role::RadioButton
                | Role::ListItem
                | Role::Slider
                | Role::Splitter
                | Role::Link
                | Role::ComboBox
                | Role::Mark
                | Role::Document
        );
        if is_control || node.data().supports_action(Action::Focus) {
            n_controls += 1;
            if node.label().is_none_or(|name| name.trim().is_empty()) {
                found.push(format!("{:?}", node.role()));
            }
        }
    }
    (n_controls, found)
}

#[test]
fn every_control_has_a_name() {
    for (panel, keys) in PANELS {
        let folder = folder();
        let mut window = window(folder.path());
        press(&mut window, keys);
        window.run_steps(2);
        let (n_controls, nameless) = nameless(&window);
        assert!(n_controls > 20, "{panel}: only {n_controls} controls");
        assert!(nameless.is_empty(), "{panel}: {nameless:?}");
    }
}

#[test]
fn text_and_annotations_are_in_the_tree() {
    let folder = folder();
    let window = window(folder.path());
    let text = window.get_by_role(Role::Document).accesskit_node().label().expect("a text");
    let marks: Vec<String> = window
        .root()
        .children_recursive()
        .filter(|node| node.accesskit_node().role() == Role::Mark)
        .filter_map(|node| node.accesskit_node().label())
        .collect();
    assert_eq!(marks, ["Faction: داعش", "Person: حلب", "Number: 15 عنصراً"]);
    assert!(marks.iter().all(|mark| text.contains(mark.split_once(": ").expect("two parts").1)));
}
