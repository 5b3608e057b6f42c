use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Result, bail};
use tawsim_corpus::{Agreement, Document, Entity, Evaluation, LabelSet};
use tawsim_store::{Annotation, Layer, LayerId, Presence, Project, StoredDocument};

use super::inspect::context;
use super::{Folder, find_layer, open_read_only};
use crate::ExitCode;
use crate::commands::evaluate::write_scores;
use crate::streams::Streams;

/// Score layers against each other, the first of two taken as right; kappa and alpha.
#[derive(clap::Args)]
pub(super) struct AgreementArgs {
    #[command(flatten)]
    folder: Folder,
    /// Two or more layers.
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
    let seen = seen_documents(&project, &layers, args.done)?;
    if seen.is_empty() {
        bail!("no document to compare; without --done all documents are compared");
    }
    let mut labels: LabelSet = project.label_set()?;
    let compared = compared(&seen, &layers, &mut labels)?;
    write_agreement(&compared, &layers, &labels, streams)?;
    if args.list {
        list_disagreements(args, &seen, &layers, &project, streams)?;
    }
    Ok(ExitCode::Success)
}

/// A document, and which of the layers have seen it.
type Seen = (StoredDocument, Vec<bool>);

/// The documents that two of the layers or more have seen; with `only_done`, those that are done there.
fn seen_documents(project: &Project, layers: &[Layer], only_done: bool) -> Result<Vec<Seen>> {
    let mut seen: BTreeMap<_, Vec<bool>> = BTreeMap::new();
    for (idx, layer) in layers.iter().enumerate() {
        for row in project.documents(layer.id)? {
            if row.presence == Presence::Present && (row.review.is_finished() || !only_done) {
                seen.entry((row.name, row.id)).or_insert_with(|| vec![false; layers.len()])[idx] =
                    true;
            }
        }
    }
    let common = seen.into_iter().filter(|(_, by)| by.iter().filter(|is| **is).count() > 1);
    common.map(|((_, id), by)| Ok((project.document(id)?, by))).collect()
}

/// A text and the entities of each layer that has seen it.
type Compared = (Document, Vec<Option<Vec<Entity>>>);

fn compared(seen: &[Seen], layers: &[Layer], labels: &mut LabelSet) -> Result<Vec<Compared>> {
    let mut compared = Vec::new();
    for (stored, by) in seen {
        let mut lists = Vec::new();
        for (layer, has_seen) in layers.iter().zip(by) {
            let list: Result<Vec<Entity>> = stored
                .entities(layer.id)
                .map(|a| Ok(Entity::new(a.span, labels.intern(&a.label)?)))
                .collect();
            lists.push(if *has_seen { Some(list?) } else { None });
        }
        compared.push((Document::new(stored.name.as_str(), stored.text.as_str()), lists));
    }
    Ok(compared)
}

fn write_agreement(
    compared: &[Compared],
    layers: &[Layer],
    labels: &LabelSet,
    streams: &mut Streams<'_>,
) -> Result<()> {
    let mut agreement = Agreement::new(labels.clone(), layers.len());
    for (document, lists) in compared {
        let lists: Vec<Option<&[Entity]>> = lists.iter().map(Option::as_deref).collect();
        agreement.add(document, &lists);
    }
    let out = &mut streams.people();
    let shown = |x: Option<f64>| x.map_or("-".to_owned(), |x| format!("{x:.4}"));
    for first in 0..layers.len() {
        for second in first + 1..layers.len() {
            writeln!(out, "{} against {}", layers[second].name, layers[first].name)?;
            let evaluation = evaluate(compared, (first, second), labels);
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
fn evaluate(
    compared: &[Compared],
    (first, second): (usize, usize),
    labels: &LabelSet,
) -> Evaluation {
    let mut evaluation = Evaluation::new(labels.clone());
    for (document, lists) in compared {
        let (Some(gold), Some(predicted)) = (&lists[first], &lists[second]) else { continue };
        let side = |list: &Vec<Entity>| {
            let mut side = Document { entities: list.clone(), ..document.clone() };
            side.flatten();
            side
        };
        evaluation.add(&side(gold), &side(predicted).entities);
    }
    evaluation
}

fn list_disagreements(
    args: &AgreementArgs,
    seen: &[Seen],
    layers: &[Layer],
    project: &Project,
    streams: &mut Streams<'_>,
) -> Result<()> {
    let decided = args.decided_in.as_deref().map(|name| find_layer(project, name)).transpose()?;
    let name = |a: &Annotation| {
        layers.iter().find(|layer| layer.id == a.layer).map_or("", |layer| layer.name.as_str())
    };
    for (stored, by) in seen {
        let by = layers.iter().zip(by).filter(|(_, has_seen)| **has_seen);
        let ids: Vec<LayerId> = by.map(|(layer, _)| layer.id).collect();
        let found = stored.disagreements(&ids, decided.as_ref().map(|layer| layer.id));
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
