//! Training: its progress, and whether the new model is taken.

use egui::Ui;

use super::Gui;
use crate::{
    keys::Deed,
    language::phrases,
    text::ButtonLook,
    trainer::{Learnt, MAX_ITERATIONS, Trainer},
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
pub(crate) fn training(ui: &mut Ui, gui: &mut Gui<'_>, state: &Training, n_finished: usize) {
    gui.line(ui, |gui, ui| gui.heading(ui, phrases::TRAINING));
    let language = gui.language;
    let (said, deeds): (String, &[(_, Deed)]) = match state {
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
    };
    gui.line(ui, |gui, ui| gui.label(ui, &said));
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

fn scores(gui: &Gui<'_>, learnt: &Learnt) -> String {
    let Some((before, after, n)) = learnt.scores else {
        return phrases::NOT_SCORED.say(gui.language).to_owned();
    };
    let percent = |f1: f64| format!("{:.1}", f1 * 100.0);
    phrases::SCORES.with(gui.language, &[&percent(before), &percent(after), &n])
}
