//! What was done: documents, labels, time, corrections.

use egui::Ui;
use tawsim_store::StoreError;

use super::Gui;
use crate::{
    App, DocumentWork, Statistics,
    background::Answer,
    language::{label_name, phrases},
    statistics,
    text::ButtonLook,
};

/// The panel, while it is open.
pub(crate) struct StatisticsPanel {
    answer: Option<Answer<Result<Statistics, StoreError>>>,
}

impl StatisticsPanel {
    pub(crate) fn new(app: &App, ctx: &egui::Context) -> Self {
        let question = app.project().map(|project| project.dir().to_owned()).zip(app.layer());
        let ask = |(dir, layer): (std::path::PathBuf, _)| {
            Answer::to(ctx, move || statistics(&dir, layer))
        };
        Self { answer: question.map(ask) }
    }

    /// Draws it. Returns whether it is done.
    pub(crate) fn show(&mut self, ui: &mut Ui, gui: &mut Gui<'_>) -> bool {
        gui.line(ui, |gui, ui| gui.heading(ui, phrases::STATISTICS));
        let room = ui.ctx().content_rect().height() - 200.0;
        let answer = self.answer.as_mut().and_then(Answer::get);
        gui.scrolled(ui, ("statistics", room), |gui, ui| match answer {
            Some(Ok(found)) => tables(ui, gui, found),
            Some(Err(error)) => {
                let said = phrases::CANNOT.with(gui.language, &[error]);
                gui.line(ui, |gui, ui| gui.label(ui, &said));
            }
            None => gui.line(ui, |gui, ui| gui.weak(ui, gui.say(phrases::COUNTING))),
        });
        gui.line(ui, |gui, ui| gui.button(ui, phrases::CLOSE, ButtonLook::Normal))
    }
}

fn tables(ui: &mut Ui, gui: &mut Gui<'_>, found: &Statistics) {
    let language = gui.language;
    let states =
        [phrases::STATE_NEW, phrases::STATE_SUGGESTED, phrases::STATE_STARTED, phrases::STATE_DONE];
    let said: Vec<String> = states
        .iter()
        .zip(found.states)
        .map(|(phrase, n)| format!("{}: {n}", phrase.say(language)))
        .collect();
    gui.line(ui, |gui, ui| gui.label(ui, &said.join(" · ")));
    let heads = [phrases::LABEL, phrases::CONFIRMED, phrases::SUGGESTED];
    gui.cells(ui, &heads.map(|head| head.say(language).to_owned()), true);
    for (label, confirmed, suggested) in &found.labels {
        let name = label_name(label, language).to_owned();
        gui.cells(ui, &[name, confirmed.to_string(), suggested.to_string()], false);
    }
    ui.add_space(10.0);
    let heads = [
        phrases::DOCUMENT,
        phrases::ENTITIES,
        phrases::ACCEPTED,
        phrases::CORRECTED,
        phrases::CORRECTIONS_EACH,
        phrases::MINUTES,
        phrases::SECONDS_EACH,
    ];
    gui.cells(ui, &heads.map(|head| head.say(language).to_owned()), true);
    let total = DocumentWork { name: phrases::TOTAL.say(language).to_owned(), ..found.total() };
    gui.cells(ui, &work_cells(&total), true);
    for work in &found.documents {
        gui.cells(ui, &work_cells(work), false);
    }
    let undone = phrases::UNDONE.with(language, &[&found.n_undone]);
    gui.line(ui, |gui, ui| gui.weak(ui, &undone));
}

fn work_cells(work: &DocumentWork) -> [String; 7] {
    let each = |value: f64| {
        let n = work.n_entities as f64;
        if n > 0.0 { format!("{:.2}", value / n) } else { "–".to_owned() }
    };
    [
        work.name.clone(),
        work.n_entities.to_string(),
        work.n_accepted.to_string(),
        work.n_corrected.to_string(),
        each(work.n_corrected as f64),
        format!("{:.1}", work.seconds / 60.0),
        each(work.seconds),
    ]
}
