use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use tawsim_crf::{Dataset, Sequence, path_score, posteriors};

use super::data::{FeatureData, NewNames};
use super::model_file::NamedModel;
use super::names::Names;
use super::read_features;
use super::scores::{Decoder, Scores};
use crate::ExitCode;
use crate::output::Target;
use crate::streams::Streams;
use crate::whole::read_bytes;

/// Label the sequences of a feature file.
#[derive(clap::Args)]
#[command(after_help = "\
One label a line, an empty line after each sequence, as `crfsuite tag`.

Examples:
  tawsim crf tag --model my.crf dev.crfsuite
  tawsim crf tag --model my.crf --evaluate dev.crfsuite")]
pub(crate) struct Args {
    /// The file to label; its own labels count only with --evaluate. `-` is standard input.
    input: PathBuf,
    /// The model, from `tawsim crf learn`.
    #[arg(long, short, value_name = "FILE")]
    model: PathBuf,
    /// Write behind each label its probability, and before each sequence that of its labels together.
    #[arg(long)]
    probabilities: bool,
    /// Write no labels but how many of them agree with those in the file.
    #[arg(long, conflicts_with = "probabilities")]
    evaluate: bool,
}

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let context = || args.model.display().to_string();
    let bytes = read_bytes(&args.model)?;
    let NamedModel { labels, attributes, weights } =
        NamedModel::from_bytes(&bytes).with_context(context)?;
    let names = (Names::from_list(&labels), Names::from_list(&attributes));
    drop((bytes, attributes));
    let mut features = FeatureData::new(names.0, names.1, NewNames::Ignore);
    read_features(&args.input, &mut features, streams)?;
    let (data, ..) = features.dataset();
    let mut decoder = Decoder::new(weights, data.has_values());
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    if args.evaluate {
        let mut scores = Scores::new(labels.len());
        scores.add_dataset(&data, &mut decoder);
        streams.people().write_all(scores.table(&labels).as_bytes())?;
    } else {
        let mut target = Target::Stdout(&mut *streams.stdout);
        write_labels(args, &data, (&mut decoder, &labels), &mut target)?;
        target.finish()?;
    }
    Ok(ExitCode::Success)
}

fn write_labels(
    args: &Args,
    data: &Dataset,
    (decoder, labels): (&mut Decoder, &[&str]),
    target: &mut Target<'_>,
) -> Result<()> {
    let mut text = String::new();
    for sequence in data.sequences() {
        text.clear();
        if args.probabilities {
            push_probabilities(&sequence, (decoder, labels), &mut text);
        } else {
            for &label in decoder.decode(&sequence) {
                text.push_str(labels[label as usize]);
                text.push('\n');
            }
        }
        text.push('\n');
        target.write(text.as_bytes())?;
    }
    Ok(())
}

fn push_probabilities(
    sequence: &Sequence<'_>,
    (decoder, labels): (&mut Decoder, &[&str]),
    text: &mut String,
) {
    let path = decoder.decode(sequence).to_vec();
    let transitions = decoder.transitions().clone();
    let score = path_score(&decoder.lattice, &transitions, &path);
    let marginals = posteriors(&decoder.lattice, &transitions, &mut decoder.scratch)
        .expect("a model's own transitions are legal");
    text.push_str(&format!("@probability\t{:.6}\n", (score - marginals.log_partition()).exp()));
    for (position, &label) in path.iter().enumerate() {
        let probability = marginals.probability(position, label);
        text.push_str(&format!("{}:{probability:.6}\n", labels[label as usize]));
    }
}
