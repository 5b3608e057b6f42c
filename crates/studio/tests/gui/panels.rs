//! What the window shows, and what the mouse and a screen reader find in it.

use egui::{Event, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tawsim_studio::{Command, Language};

use super::support::{ARTICLES, entities, folder, harness, open, press, window};

#[test]
fn the_accessibility_tree_holds_text_and_annotations() {
    let folder = folder();
    let window = window(folder.path());
    let article = window.get_by_role(Role::Document);
    assert_eq!(article.accesskit_node().label().as_deref(), Some(ARTICLES[0].1));
    for name in ["Faction: داعش", "Person: حلب", "Number: 15 عنصراً"] {
        window.get_by_label(name);
    }
}

#[test]
fn a_click_focuses_and_a_double_click_marks() {
    let folder = folder();
    let mut window = window(folder.path());
    let at = window.get_by_label("Person: حلب").rect().center();
    for _ in 0..2 {
        window.hover_at(at);
        window.run_steps(1);
    }
    window.drag_at(at);
    window.drop_at(at);
    window.run_steps(2);
    press(&mut window, "2");
    assert_eq!(entities(&window), ["PLACE حلب"]);
}

#[test]
fn buttons_do_what_keys_do() {
    let folder = folder();
    let mut window = window(folder.path());
    window.get_by_label("2 Place").click();
    window.run_steps(2);
    assert_eq!(entities(&window), ["PLACE داعش"]);
    window.get_by_label("Undo").click();
    window.run_steps(2);
    assert_eq!(entities(&window), [""; 0]);
    window.get_by_label("3.txt").click();
    window.run_steps(2);
    let article = window.get_by_role(Role::Document);
    assert_eq!(article.accesskit_node().label().as_deref(), Some(ARTICLES[2].1));
}

#[test]
fn arabic_can_be_typed_into_the_search() {
    let folder = folder();
    let mut window = window(folder.path());
    press(&mut window, "ctrl+F");
    window.event(Event::Text("ادلب".into()));
    window.run_steps(2);
    let search = window.get_by_role(Role::TextInput);
    assert_eq!(search.accesskit_node().value().as_deref(), Some("ادلب"));
    // Spelled without hamza, it is found with it: in the third article alone.
    assert!(window.query_by_label("3.txt").is_some());
    assert!(window.query_by_label("2.txt").is_none());
    // While typing, letters are letters.
    window.event(Event::Text("x".into()));
    press(&mut window, "x Escape");
    assert_eq!(entities(&window), [""; 0]);
}

#[test]
fn the_interface_speaks_both_languages() {
    let folder = folder();
    let mut window = harness(open(folder.path()));
    assert!(window.query_by_label("Documents").is_some());
    press(&mut window, "F2");
    assert!(window.query_by_label("الوثائق").is_some());
    assert!(window.query_by_label("Documents").is_none());
    press(&mut window, "F1");
    assert!(window.query_by_label("قبول والانتقال إلى التالي").is_some());
    press(&mut window, "F1 F3 F2");
    assert!(window.query_by_label("Light").is_some());
}

#[test]
fn direction_marks_of_a_text_do_not_reach_the_window() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("1.txt"), "في ح\u{202e}لب اليوم").expect("written");
    let mut app = open(folder.path());
    app.apply(Command::Mark(5, 14)).expect("marked");
    app.apply(Command::Label(1)).expect("labelled");
    let window = harness(app);
    let status = window.get_by_label_contains("Place: \u{2067}ح[RLO]لب\u{2069}");
    assert!(status.accesskit_node().value().is_some_and(|said| !said.contains('\u{202e}')));
    // In the text itself it stays.
    let article = window.get_by_role(Role::Document);
    assert!(article.accesskit_node().label().is_some_and(|text| text.contains('\u{202e}')));
}

/// Where there is no graphics card, each call and each point that is painted twice is a part of every frame.
#[test]
fn a_frame_takes_few_calls_and_paints_nothing_over_the_page() {
    let folder = folder();
    let window = window(folder.path());
    let shapes = window.output().shapes.clone();
    let size = window.ctx.content_rect().size();
    let large = |shape: &&egui::epaint::ClippedShape| {
        let seen = shape.shape.visual_bounding_rect().intersect(shape.clip_rect);
        seen.area() > 0.1 * size.x * size.y
    };
    let filled = shapes.iter().filter(large).filter(|shape| match &shape.shape {
        egui::Shape::Rect(rect) => rect.fill != egui::Color32::TRANSPARENT,
        _ => false,
    });
    assert_eq!(filled.count(), 1, "the paper, which eframe only clears");
    let n_calls = window.ctx.tessellate(shapes, 1.0).len();
    assert!(n_calls < 40, "{n_calls}");
}

#[test]
fn without_a_project_the_window_says_what_to_do() {
    let app = tawsim_studio::App::new(super::support::options(), "samar")
        .with_look(Language::English, true);
    let mut window = harness(app);
    assert!(window.query_by_label_contains("Open a folder").is_some());
    press(&mut window, "Space 1 x Enter ctrl+z F1 Escape");
    let mut app = tawsim_studio::App::new(super::support::options(), "samar");
    assert!(app.apply(Command::Accept).is_err());
}
