//! The line at the bottom: what is in focus, what is left to do, what is saved.

use egui::Ui;
use tawsim_store::{Source, SpanState};

use super::Gui;
use crate::{
    App,
    app::{OpenDocument, Saved},
    language::{label_name, phrases},
    text::isolated,
};

/// Draws it. `tagging` is how many documents of how many the tagger has done, while it runs.
pub(crate) fn status(ui: &mut Ui, gui: &mut Gui<'_>, app: &App, tagging: Option<[usize; 2]>) {
    gui.line(ui, |gui, ui| {
        if let Some(message) = app.message() {
            let said = phrases::CANNOT.with(gui.language, &[&message]);
            let (style, color) = (gui.style(), ui.visuals().error_fg_color);
            gui.engine.label(ui, &said, style, color);
        } else if let Some(document) = app.document() {
            focus(ui, gui, document);
        }
        gui.line_from_end(ui, |gui, ui| {
            if let Some(n_steps) = app.n_steps() {
                let said = match app.saved() {
                    Saved::All => phrases::SAVED.with(gui.language, &[&n_steps]),
                    Saved::Soon => gui.say(phrases::SAVING).to_owned(),
                    Saved::Blocked => gui.say(phrases::NOT_SAVED).to_owned(),
                };
                gui.weak(ui, &said);
            }
            if let Some([done, all]) = app.search_progress() {
                gui.label(ui, &phrases::SEARCHING.with(gui.language, &[&done, &all]));
            }
            if let Some(progress) = app.import_progress() {
                gui.label(ui, &progress.say(gui.language));
            } else if let Some([done, all]) = tagging {
                gui.label(ui, &phrases::TAGGING.with(gui.language, &[&done, &all]));
            }
            if app.n_documents() > 0 {
                let (done, all) = (app.n_done(), app.n_documents());
                gui.label(ui, &phrases::PROGRESS.with(gui.language, &[&done, &all]));
            }
        });
    });
}

fn focus(ui: &mut Ui, gui: &mut Gui<'_>, document: &OpenDocument) {
    let language = gui.language;
    if let Some(span) = document.marked() {
        let surface = isolated(span.slice(document.text()));
        gui.label(ui, &phrases::SELECTED.with(language, &[&surface]));
    } else if let Some(idx) = document.focus() {
        let annotation = &document.annotations()[idx];
        let certainty = match (annotation.state, annotation.score, &annotation.source) {
            (SpanState::Suggested, Some(score), Source::Model(model)) => {
                phrases::SURE_BY.with(language, &[&(score * 100.0).round(), &isolated(model)])
            }
            (SpanState::Suggested, Some(score), _) => {
                phrases::SURE.with(language, &[&(score * 100.0).round()])
            }
            (SpanState::Suggested, None, _) => phrases::SUGGESTED.say(language).to_owned(),
            _ => phrases::CONFIRMED.say(language).to_owned(),
        };
        let surface = isolated(document.surface(idx));
        let (start, end) = (annotation.span.start(), annotation.span.end());
        let label = label_name(&annotation.label, language);
        let text = phrases::EDGES.with(language, &[&surface, &start, &end, &certainty]);
        gui.label(ui, &format!("{label}: {text}"));
    }
    let n_open = document.n_suggested();
    if n_open > 0 {
        gui.weak(ui, &phrases::REMAINING.with(language, &[&n_open]));
    }
}
