//! Correcting by mouse alone.

use egui::{Event, Modifiers, PointerButton, Pos2, Rect};
use egui_kittest::{Harness, kittest::Queryable as _};
use tawsim_studio::Window;

use super::support::{entities, folder, window};

fn button(
    window: &mut Harness<'_, Window>,
    at: Pos2,
    (button, pressed, modifiers): (PointerButton, bool, Modifiers),
) {
    window.event(Event::PointerButton { pos: at, button, pressed, modifiers });
    window.run_steps(1);
}

/// Presses at one place and lets go at another.
fn drag(window: &mut Harness<'_, Window>, from: Pos2, (to, modifiers): (Pos2, Modifiers)) {
    window.event(Event::ModifiersChanged(modifiers));
    window.hover_at(from);
    window.run_steps(1);
    button(window, from, (PointerButton::Primary, true, modifiers));
    for part in 1..=8 {
        window.event(Event::PointerMoved(from.lerp(to, part as f32 / 8.0)));
        window.run_steps(1);
    }
    button(window, to, (PointerButton::Primary, false, modifiers));
    window.run_steps(3);
    window.event(Event::ModifiersChanged(Modifiers::NONE));
}

fn mark(window: &Harness<'_, Window>, name: &str) -> Rect {
    window.get_by_label(name).rect()
}

#[test]
fn a_drag_marks_whole_segments() {
    let folder = folder();
    let mut window = window(folder.path());
    // From within `لداعش` to the middle of `حلب`: the preposition stays outside.
    let from = mark(&window, "Faction: داعش").center();
    let to = mark(&window, "Person: حلب").center();
    drag(&mut window, from, (to, Modifiers::NONE));
    super::support::press(&mut window, "1");
    assert_eq!(entities(&window), ["FACTION داعش قرب حلب"]);
}

#[test]
fn an_edge_is_dragged_by_its_handle() {
    // Where the handle of the start edge of `داعش` goes, with which key, what comes of it.
    let table = [
        (60.0, Modifiers::NONE, "FACTION هجوم لداعش"),
        (8.0, Modifiers::NONE, "FACTION لداعش"),
        (-12.0, Modifiers::ALT, "FACTION اعش"),
    ];
    for (right, modifiers, want) in table {
        let folder = folder();
        let mut window = window(folder.path());
        let knob = mark(&window, "Start edge").center_bottom() - egui::vec2(0.0, 4.0);
        drag(&mut window, knob, (knob + egui::vec2(right, 0.0), modifiers));
        assert_eq!(entities(&window), [want], "dragged by {right}");
    }
}

#[test]
fn the_other_button_opens_a_menu_on_an_annotation() {
    // A line of the menu, what it makes of the annotation `PERSON حلب`.
    let table: [(&str, &[&str]); 3] =
        [("Accept", &["PERSON حلب"]), ("Place", &["PLACE حلب"]), ("Reject or remove", &[])];
    for (line, want) in table {
        let folder = folder();
        let mut window = window(folder.path());
        let at = mark(&window, "Person: حلب").center();
        window.hover_at(at);
        window.run_steps(1);
        for pressed in [true, false] {
            button(&mut window, at, (PointerButton::Secondary, pressed, Modifiers::NONE));
        }
        window.run_steps(3);
        let items: Vec<_> = window.get_all_by_label(line).collect();
        items.last().expect("the menu has the line").click();
        drop(items);
        window.run_steps(3);
        assert_eq!(entities(&window), want, "{line}");
    }
}

#[test]
fn the_menu_on_marked_text_is_about_all_of_it() {
    let folder = folder();
    let mut window = window(folder.path());
    let from = mark(&window, "Faction: داعش").center();
    let to = mark(&window, "Person: حلب").center();
    drag(&mut window, from, (to, Modifiers::NONE));
    for pressed in [true, false] {
        button(&mut window, to, (PointerButton::Secondary, pressed, Modifiers::NONE));
    }
    window.run_steps(3);
    let items: Vec<_> = window.get_all_by_label("Organisation").collect();
    items.last().expect("the menu has the line").click();
    drop(items);
    window.run_steps(3);
    assert_eq!(entities(&window), ["ORG داعش قرب حلب"]);
}

#[test]
fn the_pointer_over_an_annotation_tells_what_is_known() {
    let folder = folder();
    let mut window = window(folder.path());
    let at = mark(&window, "Person: حلب").center();
    window.hover_at(at);
    for _ in 0..40 {
        window.run_steps(1);
    }
    for said in ["Person: \u{2067}حلب\u{2069}", "40 % sure", "Model: \u{2066}test 1\u{2069}"] {
        assert!(window.query_by_label(said).is_some(), "{said}");
    }
}
