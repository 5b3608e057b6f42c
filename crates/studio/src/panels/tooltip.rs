//! What is said about the letter under the pointer.

use egui::Ui;
use tawsim_store::{Annotation, Source, SpanState};

use super::Gui;
use crate::{
    app::OpenDocument,
    language::{label_name, phrases},
    text::{invisible, isolated},
};

/// Widest line in points.
const WIDTH: f32 = 360.0;

/// Whether there is anything to say about the letter at a byte.
pub(crate) fn has_tooltip(document: &OpenDocument, byte: usize) -> bool {
    let mut chars = document.text()[byte..].chars();
    let is_odd = |char: Option<char>| char.is_some_and(|char| invisible(char).is_some());
    document.annotations().iter().any(|a| a.span.range().contains(&byte))
        || is_odd(chars.next())
        || is_odd(chars.next())
}

/// Draws it for the letter at a byte: the annotations there, and what is invisible.
pub(crate) fn tooltip(ui: &mut Ui, gui: &mut Gui<'_>, document: &OpenDocument, byte: usize) {
    let covers = |a: &&Annotation| a.span.range().contains(&byte);
    ui.set_max_width(WIDTH);
    gui.column(ui, |gui, ui| {
        for annotation in document.annotations().iter().filter(covers) {
            annotation_lines(ui, gui, (document, annotation));
        }
        let rest = document.text()[byte..].chars();
        // An invisible character belongs to the letter before it.
        for (place, char) in rest.enumerate() {
            match invisible(char) {
                Some(kind) => {
                    let code = u32::from(char);
                    gui.weak(ui, &format!("{} U+{code:04X} {}", kind.short, kind.name));
                }
                None if place == 0 => {}
                None => break,
            }
        }
    });
}

fn annotation_lines(
    ui: &mut Ui,
    gui: &mut Gui<'_>,
    (document, annotation): (&OpenDocument, &Annotation),
) {
    let language = gui.language;
    let (style, ink) = (gui.bold(), ui.visuals().strong_text_color());
    let surface = isolated(annotation.span.slice(document.text()));
    let label = label_name(&annotation.label, language);
    gui.engine.label(ui, &format!("{label}: {surface}"), style, ink);
    let said = match (annotation.state, annotation.score) {
        (SpanState::Suggested, Some(score)) => {
            phrases::SURE.with(language, &[&(score * 100.0).round()])
        }
        (SpanState::Suggested, None) => gui.say(phrases::SUGGESTED).to_owned(),
        _ => gui.say(phrases::CONFIRMED).to_owned(),
    };
    gui.label(ui, &said);
    let source = match &annotation.source {
        Source::Model(version) => phrases::BY_MODEL.with(language, &[&isolated(version)]),
        Source::Import => gui.say(phrases::BY_IMPORT).to_owned(),
        Source::Person => String::new(),
    };
    let reviewer = annotation.reviewer.as_deref();
    let reviewer = reviewer.map(|name| phrases::BY_PERSON.with(language, &[&isolated(name)]));
    let link = annotation.link.as_ref();
    let link = link.map(|link| phrases::LINKED_TO.with(language, &[&isolated(&link.entry)]));
    let value = annotation.value.as_deref();
    let value = value.map(|value| phrases::VALUE_IS.with(language, &[&isolated(value)]));
    let lines = [Some(source), reviewer, link, value];
    for line in lines.into_iter().flatten().filter(|line| !line.is_empty()) {
        gui.weak(ui, &line);
    }
}
