use std::io::Write;

use anyhow::{Result, bail};
use tawsim_corpus::{Document, Entity, Evaluation};
use tawsim_store::{Annotation, Comparison, Layer, LayerId, Project};

use super::inspect::context;
use super::{Folder, find_layer, open_read_only};
use crate::ExitCode;
use crate::commands::evaluate::write_scores;
use crate::streams::Streams;

/// Score layers against each other, the first of two taken as right; kappa and alpha.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  tawsim project agreement war.tawsim samar omar --list")]
pub(super) struct AgreementArgs {
    #[command(flatten)]
    folder: Folder,
    /// Two or more layers. A document counts for those that have begun it or decided on something in it.
    #[arg(required = true, num_args = 2..)]
    layers: Vec<String>,
    /// Only documents that are done or approved in two of them or more.
    #[arg(long)]
    done: bool,
    /// List where they differ.
    #[arg(long)]
    list: bool,
    /// With --list: leave out what this layer has decided on.
    #[arg(long, value_name = "NAME", requires = "list")]
    decided_in: Option<String>,
}

pub(super) fn agreement(args: &AgreementArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let project = open_read_only(&args.folder.project)?;
    let mut layers: Vec<Layer> = Vec::new();
    for name in &args.layers {
        layers.push(find_layer(&project, name)?);
    }
    let ids: Vec<LayerId> = layers.iter().map(|layer| layer.id).collect();
    let compared = project.compare(&ids, args.done)?;
    if compared.documents().is_empty() {
        let what = if args.done { "finished" } else { "seen" };
        bail!("no document to compare: two of the layers must have {what} it");
    }
    write_agreement(&compared, &layers, streams)?;
    if args.list {
        list_disagreements(args, &compared, &layers, &project, streams)?;
    }
    Ok(ExitCode::Success)
}

fn write_agreement(
    compared: &Comparison,
    layers: &[Layer],
    streams: &mut Streams<'_>,
) -> Result<()> {
    let agreement = compared.agreement();
    let out = &mut streams.people();
    let shown = |x: Option<f64>| x.map_or("-".to_owned(), |x| format!("{x:.4}"));
    for first in 0..layers.len() {
        for second in first + 1..layers.len() {
            writeln!(out, "{} against {}", layers[second].name, layers[first].name)?;
            let evaluation = evaluate(compared, (first, second));
            write_scores(&evaluation, &[], out)?;
            let f1 = shown(agreement.spans(first, second).f1());
            let kappa = shown(agreement.kappa(first, second));
            writeln!(out, "span F1, nested entities too          {f1}")?;
            writeln!(out, "Cohen's kappa on tokens               {kappa}\n")?;
        }
    }
    let alpha = shown(agreement.alpha());
    writeln!(out, "Krippendorff's alpha on tokens, all   {alpha}")?;
    Ok(())
}

/// The second layer against the first, over the documents that both have seen.
fn evaluate(compared: &Comparison, (first, second): (usize, usize)) -> Evaluation {
    let mut evaluation = Evaluation::new(compared.labels().clone());
    for seen in compared.documents() {
        let (Some(gold), Some(predicted)) = (&seen.entities[first], &seen.entities[second]) else {
            continue;
        };
        let side = |list: &Vec<Entity>| {
            let mut side = Document { entities: list.clone(), ..seen.without_entities() };
            side.flatten();
            side
        };
        evaluation.add(&side(gold), &side(predicted).entities);
    }
    evaluation
}

fn list_disagreements(
    args: &AgreementArgs,
    compared: &Comparison,
    layers: &[Layer],
    project: &Project,
    streams: &mut Streams<'_>,
) -> Result<()> {
    let decided = args.decided_in.as_deref().map(|name| find_layer(project, name)).transpose()?;
    let name = |a: &Annotation| {
        layers.iter().find(|layer| layer.id == a.layer).map_or("", |layer| layer.name.as_str())
    };
    for seen in compared.documents() {
        let stored = &seen.stored;
        let found = seen.disagreements(decided.as_ref().map(|layer| layer.id));
        for disagreement in found.iter().filter(|disagreement| !disagreement.is_decided) {
            let context = context(&stored.text, disagreement.span.range());
            writeln!(streams.people(), "{}:{}: {context}", stored.name, disagreement.span.start())?;
            for a in &disagreement.candidates {
                let surface = a.span.slice(&stored.text);
                writeln!(streams.people(), "    {}: {} {surface}", name(a), a.label)?;
            }
        }
    }
    Ok(())
}
