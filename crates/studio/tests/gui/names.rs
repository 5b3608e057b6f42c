//! Every control of every panel has a name for those who do not see it.

use egui::accesskit::{Action, Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use tawsim_studio::{Language, Window, panel_keys};

use super::support::{folder, full_window, press, press_key, window};

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
    let nothing = ("the window", None);
    let panels = panel_keys().map(|panel| (panel.name, Some((panel.key, panel.modifiers))));
    let panels: Vec<_> = std::iter::once(nothing).chain(panels).collect();
    assert!(panels.len() > 12, "{panels:?}");
    for language in [Language::English, Language::Arabic] {
        let folder = folder();
        let mut window = full_window(folder.path(), language);
        for (panel, key) in &panels {
            if let Some((key, modifiers)) = *key {
                press_key(&mut window, key, modifiers);
            }
            let (n_controls, nameless) = nameless(&window);
            assert!(n_controls > 20, "{panel}: only {n_controls} controls");
            assert!(nameless.is_empty(), "{panel}: {nameless:?}");
            press(&mut window, "Escape Escape");
        }
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
