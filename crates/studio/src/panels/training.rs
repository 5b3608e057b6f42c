//! Training: its progress, and whether the new model is taken.

use egui::{Ui, WidgetInfo, accesskit::Role};
use egui_plot::{Line, Plot, PlotPoints, Points};

use super::Gui;
use crate::{
    keys::Deed,
    language::{Phrase, label_name, phrases},
    learning::Learning,
    learning_curve::Lap,
    palette::label_color,
    text::ButtonLook,
    trainer::{Learnt, MAX_ITERATIONS, Scores, Trainer},
};

/// How far the training is.
pub(crate) enum Training {
    /// None runs.
    Idle,
    /// It runs.
    Running(Trainer),
    /// A model waits to be taken or dropped.
    Learnt(Box<Learnt>),
    /// It failed.
    Failed(String),
}

impl Training {
    /// What Enter does.
    pub(crate) const fn main_deed(&self) -> Option<Deed> {
        match self {
            Self::Idle | Self::Failed(_) => Some(Deed::Train),
            Self::Running(_) => None,
            Self::Learnt(_) => Some(Deed::AdoptModel),
        }
    }
}

/// Draws it. `n_finished` is how many documents there are to learn from.
pub(crate) fn training(ui: &mut Ui, gui: &mut Gui<'_>, learning: &Learning, n_finished: usize) {
    gui.line(ui, |gui, ui| gui.heading(ui, phrases::TRAINING));
    let (said, deeds) = what_to_say(gui, &learning.training, n_finished);
    gui.line(ui, |gui, ui| gui.label(ui, &said));
    match &learning.training {
        Training::Running(trainer) => {
            let losses = trainer.losses().into_iter().enumerate();
            let points = losses.map(|(idx, loss)| [idx as f64 + 1.0, loss]).collect();
            plot(ui, gui, ("loss", phrases::LOSS), &[points]);
        }
        Training::Learnt(learnt) => {
            if let Some(scores) = &learnt.scores {
                labels(ui, gui, scores);
            }
            curve(ui, gui, &learning.laps);
        }
        Training::Idle | Training::Failed(_) => curve(ui, gui, &learning.laps),
    }
    gui.line(ui, |gui, ui| {
        for (phrase, deed) in deeds {
            if gui.button(ui, *phrase, ButtonLook::Selected) {
                gui.asked.push(deed.clone());
            }
        }
        if gui.button(ui, phrases::CLOSE, ButtonLook::Normal) {
            gui.asked.push(Deed::ShowTraining(false));
        }
    });
}

/// The sentence at the top, and what can be done.
fn what_to_say(
    gui: &Gui<'_>,
    state: &Training,
    n_finished: usize,
) -> (String, &'static [(Phrase, Deed)]) {
    let language = gui.language;
    match state {
        Training::Idle if n_finished == 0 => {
            (phrases::NOTHING_FINISHED.say(language).to_owned(), &[])
        }
        Training::Idle => {
            let said = phrases::TRAIN_FROM.with(language, &[&n_finished]);
            (said, &[(phrases::TRAIN, Deed::Train)])
        }
        Training::Running(trainer) => {
            let n = trainer.n_iterations();
            let said = phrases::ITERATION.with(language, &[&n, &MAX_ITERATIONS]);
            (said, &[(phrases::CANCEL, Deed::DropModel)])
        }
        Training::Learnt(learnt) => (
            scores(gui, learnt),
            &[(phrases::ADOPT, Deed::AdoptModel), (phrases::DROP, Deed::DropModel)],
        ),
        Training::Failed(why) => {
            (phrases::CANNOT.with(language, &[why]), &[(phrases::TRAIN, Deed::Train)])
        }
    }
}

fn percent(f1: f64) -> String {
    format!("{:.1}", f1 * 100.0)
}

fn scores(gui: &Gui<'_>, learnt: &Learnt) -> String {
    let Some(scores) = &learnt.scores else {
        return phrases::NOT_SCORED.say(gui.language).to_owned();
    };
    let (before, after) = (percent(scores.before), percent(scores.after));
    phrases::SCORES.with(gui.language, &[&before, &after, &scores.n_documents])
}

/// Both models, label by label.
fn labels(ui: &mut Ui, gui: &mut Gui<'_>, scores: &Scores) {
    let language = gui.language;
    let heads = [phrases::LABEL, phrases::ENTITIES, phrases::F1_BEFORE, phrases::F1_NOW];
    gui.cells(ui, &heads.map(|head| head.say(language).to_owned()), true);
    for (label, n, before, after) in &scores.labels {
        let name = label_name(label, language).to_owned();
        gui.cells(ui, &[name, n.to_string(), percent(*before), percent(*after)], false);
    }
}

/// F1 over the number of finished documents, of the models before and after each training.
fn curve(ui: &mut Ui, gui: &mut Gui<'_>, laps: &[Lap]) {
    if laps.is_empty() {
        return;
    }
    let points = |f1: fn(&Lap) -> f64| {
        laps.iter().map(|lap| [lap.n_documents as f64, f1(lap) * 100.0]).collect()
    };
    plot(ui, gui, ("curve", phrases::CURVE), &[points(|lap| lap.after), points(|lap| lap.before)]);
}

/// Lines with a title; the axes hold numbers only, which need no direction.
fn plot(ui: &mut Ui, gui: &mut Gui<'_>, (name, title): (&str, Phrase), lines: &[Vec<[f64; 2]>]) {
    let theme = ui.ctx().theme();
    gui.line(ui, |gui, ui| gui.weak(ui, gui.say(title)));
    let plot = Plot::new(name)
        .height(160.0)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .show_x(false)
        .show_y(false);
    let response = plot.show(ui, |plot| {
        for (idx, points) in lines.iter().enumerate() {
            let color = label_color(theme, idx);
            plot.line(Line::new("", PlotPoints::from(points.clone())).color(color).width(2.0));
            plot.points(Points::new("", PlotPoints::from(points.clone())).color(color).radius(3.5));
        }
    });
    let said = gui.say(title);
    response.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, said));
}
