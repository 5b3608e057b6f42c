use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::model_file::NamedModel;
use crate::ExitCode;
use crate::streams::Streams;
use crate::whole::read_bytes;

/// Show what a model has learnt: the transitions, and the strongest attributes of each label.
#[derive(clap::Args)]
#[command(after_help = "\
Lines have tabs: `transition`, from, to, weight; `start` and `end`, label, weight;
`attribute`, label, attribute, weight, the strongest for and against each label.

Example:
  tawsim crf dump my.crf --top 10")]
pub(crate) struct Args {
    /// The model, from `tawsim crf learn`.
    model: PathBuf,
    /// Attributes for, and attributes against, each label; 0 means all.
    #[arg(long, default_value_t = 20)]
    top: usize,
}

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let context = || args.model.display().to_string();
    let bytes = read_bytes(&args.model)?;
    let model = NamedModel::from_bytes(&bytes).with_context(context)?;
    let mut out = streams.people();
    out.write_all(edges(&model).as_bytes())?;
    for (label, weights) in (0..).zip(by_label(&model)) {
        let name: &str = &model.labels[label];
        for (weight, attribute) in strongest(weights, args.top) {
            let attribute = &model.attributes[attribute as usize];
            writeln!(out, "attribute\t{name}\t{attribute}\t{weight:.6}")?;
        }
    }
    Ok(ExitCode::Success)
}

fn edges(model: &NamedModel) -> String {
    let NamedModel { labels, weights, .. } = model;
    let mut text = String::new();
    for (from, row) in labels.iter().zip(weights.transition_weights().chunks_exact(labels.len())) {
        for (to, weight) in labels.iter().zip(row) {
            text.push_str(&format!("transition\t{from}\t{to}\t{weight:.6}\n"));
        }
    }
    let ends = [("start", weights.start_weights()), ("end", weights.end_weights())];
    for (kind, row) in ends {
        for (label, weight) in labels.iter().zip(row) {
            text.push_str(&format!("{kind}\t{label}\t{weight:.6}\n"));
        }
    }
    text
}

/// (Weight, attribute) of every feature, for each label.
fn by_label(model: &NamedModel) -> Vec<Vec<(f32, u32)>> {
    let mut lists = vec![Vec::new(); model.labels.len()];
    for attribute in 0..model.attributes.len() as u32 {
        for (label, weight) in model.weights.features(attribute) {
            lists[label as usize].push((weight, attribute));
        }
    }
    lists
}

/// The `top` largest and the `top` smallest, from the largest to the smallest.
fn strongest(mut weights: Vec<(f32, u32)>, top: usize) -> Vec<(f32, u32)> {
    weights.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    if top > 0 && weights.len() > 2 * top {
        weights.drain(top..weights.len() - top);
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strongest_keeps_both_ends_in_order() {
        let weights = vec![(0.5, 0), (-3.0, 1), (2.0, 2), (0.1, 3), (-1.0, 4)];
        let kept = |top| strongest(weights.clone(), top).iter().map(|w| w.1).collect::<Vec<_>>();
        assert_eq!(kept(1), [2, 1]);
        assert_eq!(kept(2), [2, 0, 4, 1]);
        assert_eq!(kept(0), [2, 0, 3, 4, 1]);
    }
}
