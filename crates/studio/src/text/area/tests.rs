//! Keys, input methods and the clipboard on the input of several lines.

use egui_kittest::{Harness, kittest::Queryable as _};

use super::*;
use crate::text::Direction;

struct State {
    input: AreaInput,
    engine: TextEngine,
}

fn harness() -> Harness<'static, State> {
    let style = TextStyle {
        size_pt: 16.0,
        line_height: 1.6,
        bold: false,
        direction: Direction::RightToLeft,
    };
    let state = State { input: AreaInput::new(style), engine: TextEngine::new() };
    let mut harness = Harness::builder().with_size(vec2(300.0, 200.0)).build_ui_state(
        |ui, state: &mut State| {
            state.engine.begin_frame(ui.ctx());
            state.input.ui(ui, &mut state.engine, (vec2(280.0, 160.0), "note"));
        },
        state,
    );
    harness.get_by_label("note").focus();
    harness.run_steps(2);
    harness
}

fn events(harness: &mut Harness<'_, State>, script: &str) {
    for word in script.split(' ') {
        let mut modifiers = Modifiers::NONE;
        let name = word.rsplit('+').next().unwrap_or_default();
        modifiers.shift = word.contains("shift+");
        if word.contains("ctrl+") {
            modifiers = modifiers.plus(Modifiers::COMMAND).plus(Modifiers::CTRL);
        }
        let event = match (name, Key::from_name(name)) {
            ("copy", _) => Event::Copy,
            ("cut", _) => Event::Cut,
            ("space", _) => Event::Text(" ".to_owned()),
            (name, Some(key)) if name.chars().count() > 1 || modifiers.command => {
                Event::Key { key, physical_key: Some(key), pressed: true, repeat: false, modifiers }
            }
            (text, _) => Event::Text(text.to_owned()),
        };
        harness.event(event);
        harness.run_steps(1);
    }
}

/// What is typed and pressed, and the text after it; `|` is the caret, `[` the other end of a
/// selection.
const SESSIONS: &[(&str, &str)] = &[
    ("قسد", "قسد|"),
    ("قسد shift+Enter حلب", "قسد\nحلب|"),
    ("قسد shift+Enter حلب Up", "قسد|\nحلب"),
    ("قسد shift+Enter حلب Up Home Delete", "|سد\nحلب"),
    ("قسد ArrowRight x", "قسx|د"),
    ("قسد shift+Enter shift+Enter حلبحلب Up Up", "قسد|\n\nحلبحلب"),
    ("قسد space حلب ctrl+ArrowRight", "قسد |حلب"),
    ("قسد space حلب ctrl+Backspace", "قسد |"),
    ("قسد space حلب ctrl+Z ctrl+Z", "قسد|"),
    ("قسد space حلب ctrl+Z ctrl+Z ctrl+Y", "قسد |"),
    ("قسد shift+Enter حلب ctrl+A x", "x|"),
    ("قسد shift+ArrowRight shift+ArrowRight", "ق|سد["),
    ("قسد shift+ArrowRight cut", "قس|"),
    ("مُ Backspace x", "x|"),
    ("قسد ctrl+Home x ctrl+End y", "xقسدy|"),
    ("قسد ArrowLeft ArrowDown Home Backspace", "|قسد"),
];

#[test]
fn keys_edit_lines() {
    for (script, want) in SESSIONS {
        let mut harness = harness();
        events(&mut harness, script);
        let input = &harness.state().input;
        let mut got = input.text.clone();
        let mut marks = vec![(input.head, '|')];
        if input.anchor != input.head {
            marks.push((input.anchor, '['));
        }
        marks.sort_unstable_by(|a, b| b.cmp(a));
        for (at, mark) in marks {
            got.insert(at, mark);
        }
        assert_eq!(got, *want, "after {script}");
    }
}

#[test]
fn an_input_method_composes_before_it_commits() {
    let mut harness = harness();
    events(&mut harness, "قسد");
    let preedit = |text: &str| {
        Event::Ime(ImeEvent::Preedit { text: text.to_owned(), active_range_chars: None })
    };
    harness.event(preedit("حل"));
    harness.run_steps(2);
    assert_eq!(harness.state().input.text(), "قسد");
    assert_eq!(&**harness.state().input.article.text(), "قسدحل");
    harness.event(Event::Ime(ImeEvent::Commit("حلب".to_owned())));
    harness.run_steps(2);
    assert_eq!(harness.state().input.text(), "قسدحلب");
    assert_eq!(&**harness.state().input.article.text(), "قسدحلب");
}

#[test]
fn pasted_line_ends_become_one_kind() {
    let mut harness = harness();
    harness.event(Event::Paste("أ\r\nب\rج".to_owned()));
    harness.run_steps(2);
    assert_eq!(harness.state().input.text(), "أ\nب\nج");
}

#[test]
fn a_click_while_composing_finds_a_place_of_the_text() {
    let mut harness = harness();
    events(&mut harness, "اب ctrl+Home");
    harness.event(Event::Ime(ImeEvent::Preedit { text: "a".to_owned(), active_range_chars: None }));
    harness.run_steps(2);
    for x in (0..300).step_by(7) {
        let input = &harness.state().input;
        let byte = input.nearest_byte(pos2(x as f32, 10.0));
        assert!(input.text().is_char_boundary(byte), "{byte} at {x}");
    }
    events(&mut harness, "ArrowDown End Home ArrowUp");
    assert_eq!(harness.state().input.text(), "اب");
}
