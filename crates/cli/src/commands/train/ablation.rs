//! What each group of features is worth: the model is trained once without each.

use std::io::{self, Write};
use std::ops::ControlFlow;

use anyhow::Result;
use tawsim_corpus::{Document, LabelSet};
use tawsim_tagger::{FeatureGroup, Model, Tagger, TrainSettings, train};

use super::super::evaluate::{evaluate_tagger, micro_of_names};
use crate::exit::ExitCode;
use crate::interrupt;
use crate::streams::Streams;

/// What to train on and what to score on.
pub(super) struct Ablation<'a> {
    pub train: &'a [Document],
    pub test: &'a [Document],
    pub labels: &'a LabelSet,
    /// Labels whose common score has a column of its own.
    pub together: &'a [String],
}

impl Ablation<'_> {
    /// Writes the table: a line a group, micro F1 without it and what that changes.
    pub(super) fn run(
        &self,
        settings: &TrainSettings,
        streams: &mut Streams<'_>,
    ) -> Result<ExitCode> {
        let Some(all) = self.scores(settings)? else { return Ok(stopped(streams)) };
        writeln!(streams.stdout, "left out                    micro F1  change  together  change")?;
        write_row("nothing", all, all, streams.stdout)?;
        for (name, settings) in variants(settings) {
            let Some(scores) = self.scores(&settings)? else { return Ok(stopped(streams)) };
            write_row(name, scores, all, streams.stdout)?;
        }
        Ok(ExitCode::Success)
    }

    /// Micro F1 over all labels, and over those together; none if the user stopped it.
    fn scores(&self, settings: &TrainSettings) -> Result<Option<[f64; 2]>> {
        let go_on = &mut |_: &_| {
            if interrupt::is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let trained = train(self.train, self.labels, settings, go_on);
        if interrupt::is_asked() {
            return Ok(None);
        }
        let tagger = Tagger::new(Model::read(&mut trained?.bytes.as_slice())?);
        let evaluation = evaluate_tagger(&tagger, self.test, self.labels);
        let together = micro_of_names(&evaluation, self.together);
        Ok(Some([evaluation.micro().strict.f1(), together.strict.f1()]))
    }
}

fn stopped(streams: &mut Streams<'_>) -> ExitCode {
    streams.messages.tell("stopped before the table was whole; the model is written");
    ExitCode::Interrupted
}

fn write_row(
    name: &str,
    [micro, together]: [f64; 2],
    [all_micro, all_together]: [f64; 2],
    out: &mut dyn Write,
) -> io::Result<()> {
    let changes = [micro - all_micro, together - all_together];
    writeln!(out, "{name:<26}  {micro:.4}  {:+.4}  {together:.4}  {:+.4}", changes[0], changes[1])?;
    out.flush()
}

/// The settings without each group that they have.
fn variants(settings: &TrainSettings) -> Vec<(&'static str, TrainSettings)> {
    let groups = FeatureGroup::ALL.into_iter();
    let without = |group: FeatureGroup| {
        let features = settings.features.without(group)?;
        Some((group.name, TrainSettings { features, ..settings.clone() }))
    };
    let mut variants: Vec<_> = groups.filter_map(without).collect();
    if settings.second_pass {
        variants.push(("second pass", TrainSettings { second_pass: false, ..settings.clone() }));
    }
    variants
}
