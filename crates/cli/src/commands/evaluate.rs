use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde::Serialize;
use tawsim_corpus::{
    Counts, Document, Entity, EntityError, Evaluation, Label, LabelCounts, LabelSet,
    widen_to_tokens,
};
use tawsim_tagger::Tagger;
use tawsim_tokenizer::Span;

use super::{open_model, with_threads};
use crate::ExitCode;
use crate::excerpt::excerpt;
use crate::input::read_annotated;
use crate::streams::Streams;

/// Score a model, or a file of predictions, against annotated documents.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The right answers: .jsonl, .tagged or CoNLL files, or folders of them.
    #[arg(required = true)]
    gold: Vec<PathBuf>,
    /// A model made by `tawsim train`, or the name of one of the program: conflict-ar (the default) or news-ar.
    #[arg(long, value_name = "FILE", conflicts_with = "predicted")]
    model: Option<PathBuf>,
    /// Score these predictions instead of a model's; documents are matched by id.
    #[arg(long, value_name = "FILE")]
    predicted: Option<PathBuf>,
    /// Also score these labels together, for example FACTION,PLACE,NUMBER.
    #[arg(long, value_delimiter = ',', value_name = "LABELS")]
    labels: Vec<String>,
    /// List every error in its context.
    #[arg(long)]
    errors: bool,
    /// Write one JSON object.
    #[arg(long)]
    json: bool,
    /// Threads; 0 means one a core.
    #[arg(long, default_value_t = 0)]
    threads: usize,
}

const AFTER_HELP: &str = "\
Of a CoNLL file (token and tag a line), predicted entities are widened to whole rows before they are compared.
Strict: span and label are equal. Relaxed: the label is equal and the spans overlap.

Examples:
  tawsim evaluate corpus/conflict-ar/dev.jsonl
  tawsim evaluate gold.jsonl --model my.tawsim --labels FACTION,PLACE,NUMBER --errors
  tawsim evaluate gold.jsonl --predicted theirs.jsonl --json";

/// Characters that are shown on both sides of an error.
const CONTEXT_CHARS: usize = 40;

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let (gold, mut labels) = read_annotated(&args.gold, streams)?;
    let mut predicted = match &args.predicted {
        Some(path) => read_predicted(path, &gold, &mut labels, streams)?,
        None => {
            let tagger = Tagger::new(open_model(args.model.as_deref())?);
            with_threads(args.threads, || predict(&tagger, &gold, &mut labels))?
        }
    };
    for (document, entities) in gold.iter().zip(&mut predicted) {
        widen_to_tokens(document, entities);
    }
    for name in &args.labels {
        if labels.get(name).is_none() {
            bail!("no label {name:?} here; the labels are {}", labels.names().join(", "));
        }
    }
    let evaluation = evaluate(&gold, &predicted, labels);
    if args.json {
        serde_json::to_writer_pretty(&mut *streams.stdout, &report(&evaluation, args, &gold))?;
        writeln!(streams.stdout)?;
        return Ok(ExitCode::Success);
    }
    let out = &mut streams.people();
    write_scores(&evaluation, &args.labels, out)?;
    write_confusion(&evaluation, out)?;
    if args.errors {
        write_errors(&evaluation, &gold, out)?;
    }
    Ok(ExitCode::Success)
}

/// What the tagger says of the documents, with its labels taken over into `labels`.
fn predict(tagger: &Tagger, gold: &[Document], labels: &mut LabelSet) -> Vec<Vec<Entity>> {
    let map: Vec<Option<Label>> =
        tagger.labels().names().iter().map(|name| labels.intern(name).ok()).collect();
    let texts: Vec<&str> = gold.iter().map(|document| document.text.as_str()).collect();
    let found = tagger.tag_batch(&texts).into_iter();
    let entity = |e: &tawsim_tagger::ScoredEntity| {
        map[e.label.label_idx()].map(|label| Entity { label, ..Entity::from(*e) })
    };
    found.map(|entities| entities.iter().filter_map(entity).collect()).collect()
}

fn evaluate(gold: &[Document], predicted: &[Vec<Entity>], labels: LabelSet) -> Evaluation {
    let mut evaluation = Evaluation::new(labels);
    for (document, entities) in gold.iter().zip(predicted) {
        evaluation.add(document, entities);
    }
    evaluation
}

/// The scores of a tagger on annotated documents.
pub(super) fn evaluate_tagger(tagger: &Tagger, gold: &[Document], labels: &LabelSet) -> Evaluation {
    let mut labels = labels.clone();
    let mut predicted = predict(tagger, gold, &mut labels);
    for (document, entities) in gold.iter().zip(&mut predicted) {
        widen_to_tokens(document, entities);
    }
    evaluate(gold, &predicted, labels)
}

/// The predictions of a file, in the order of the gold documents.
fn read_predicted(
    path: &Path,
    gold: &[Document],
    labels: &mut LabelSet,
    streams: &mut Streams<'_>,
) -> Result<Vec<Vec<Entity>>> {
    let (documents, their_labels) = read_annotated(&[path.to_owned()], streams)?;
    let map = labels.intern_all(their_labels.names())?;
    let by_id: HashMap<&str, &Document> = documents.iter().map(|d| (stem(&d.id), d)).collect();
    let relabel = |e: &Entity| Entity { label: map[e.label.label_idx()], ..*e };
    let mut predicted = Vec::new();
    for document in gold {
        match by_id.get(stem(&document.id)) {
            None => bail!("{}: no prediction for document {:?}", path.display(), document.id),
            Some(theirs) if theirs.text != document.text => {
                bail!("{}: document {:?} has another text", path.display(), document.id)
            }
            Some(theirs) => predicted.push(theirs.entities.iter().map(relabel).collect()),
        }
    }
    Ok(predicted)
}

/// An id without the extension of the file it came from.
fn stem(id: &str) -> &str {
    [".txt", ".jsonl", ".tagged"].iter().find_map(|e| id.strip_suffix(e)).unwrap_or(id)
}

/// The table of scores; `together` are labels to be summed up as well.
pub(super) fn write_scores(
    evaluation: &Evaluation,
    together: &[String],
    out: &mut dyn Write,
) -> Result<()> {
    writeln!(out, "label                 strict P      R     F1   relaxed F1     gold  predicted")?;
    for label in evaluation.labels().iter() {
        let counts = evaluation.per_label()[label.label_idx()];
        write_row(evaluation.labels().name(label), &counts, out)?;
    }
    write_row("micro", &evaluation.micro(), out)?;
    if !together.is_empty() {
        let name = together.join("+");
        write_row(&name, &micro_of_names(evaluation, together), out)?;
    }
    writeln!(out, "macro                                {:.4}", evaluation.macro_f1())?;
    Ok(())
}

/// The scores of these labels together.
pub(super) fn micro_of_names(evaluation: &Evaluation, names: &[String]) -> LabelCounts {
    evaluation.micro_of(|label| is_among(names, evaluation, label))
}

fn is_among(names: &[String], evaluation: &Evaluation, label: Label) -> bool {
    names.iter().any(|name| name == evaluation.labels().name(label))
}

fn write_row(name: &str, counts: &LabelCounts, out: &mut dyn Write) -> Result<()> {
    let LabelCounts { strict, relaxed } = counts;
    writeln!(
        out,
        "{name:<22} {:.4} {:.4} {:.4}       {:.4} {:>8} {:>10}",
        strict.precision(),
        strict.recall(),
        strict.f1(),
        relaxed.f1(),
        strict.gold,
        strict.predicted
    )?;
    Ok(())
}

/// Which label was taken for which, where they overlap.
fn write_confusion(evaluation: &Evaluation, out: &mut dyn Write) -> Result<()> {
    let labels = evaluation.labels();
    let columns: Vec<Option<Label>> = labels.iter().map(Some).chain([None]).collect();
    let name = |label: Option<Label>| label.map_or("nothing", |label| labels.name(label));
    write!(out, "\n{:<22}", "gold \\ predicted")?;
    for column in &columns {
        write!(out, " {:>8.8}", name(*column))?;
    }
    writeln!(out)?;
    for row in &columns {
        write!(out, "{:<22}", name(*row))?;
        for column in &columns {
            write!(out, " {:>8}", evaluation.confusion(*row, *column))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn write_errors(evaluation: &Evaluation, gold: &[Document], out: &mut dyn Write) -> Result<()> {
    for error in evaluation.errors() {
        let row = error_row(error, gold, evaluation.labels());
        let side = |side: &Option<Side<'_>>| {
            side.as_ref()
                .map_or("-".to_owned(), |side| format!("{} {:?}", side.label, side.surface))
        };
        writeln!(
            out,
            "\n{} byte {} {}: gold {} predicted {}\n    {}",
            row.document,
            row.byte,
            row.kind,
            side(&row.gold),
            side(&row.predicted),
            row.context
        )?;
    }
    Ok(())
}

#[derive(Serialize)]
struct ErrorRow<'a> {
    document: &'a str,
    byte: u32,
    kind: String,
    gold: Option<Side<'a>>,
    predicted: Option<Side<'a>>,
    context: String,
}

#[derive(Serialize)]
struct Side<'a> {
    label: &'a str,
    surface: &'a str,
}

fn error_row<'a>(error: &EntityError, gold: &'a [Document], labels: &'a LabelSet) -> ErrorRow<'a> {
    let document = &gold[error.document_idx];
    let side = |entity: &Option<Entity>| {
        entity.map(|e| Side { label: labels.name(e.label), surface: e.span.slice(&document.text) })
    };
    let spans = [error.gold, error.predicted].into_iter().flatten().map(|e| e.span);
    let span = spans.reduce(Span::cover).expect("an error has a side");
    ErrorRow {
        document: &document.id,
        byte: span.start(),
        kind: format!("{:?}", error.kind),
        gold: side(&error.gold),
        predicted: side(&error.predicted),
        context: excerpt(&document.text, span.range(), CONTEXT_CHARS),
    }
}

#[derive(Serialize)]
struct Report<'a> {
    /// The version of the program.
    tawsim: &'static str,
    documents: usize,
    labels: Vec<ScoreRow<'a>>,
    micro: ScoreRow<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    together: Option<ScoreRow<'a>>,
    macro_f1: f64,
    confusion: Vec<ConfusionRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Vec<ErrorRow<'a>>>,
}

#[derive(Serialize)]
struct ScoreRow<'a> {
    label: std::borrow::Cow<'a, str>,
    strict: Score,
    relaxed: Score,
}

#[derive(Serialize)]
struct Score {
    precision: f64,
    recall: f64,
    f1: f64,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Serialize)]
struct ConfusionRow<'a> {
    gold: Option<&'a str>,
    predicted: Option<&'a str>,
    count: u64,
}

fn report<'a>(evaluation: &'a Evaluation, args: &Args, gold: &'a [Document]) -> Report<'a> {
    let labels = evaluation.labels();
    let row =
        |label: Label| score_row(labels.name(label), &evaluation.per_label()[label.label_idx()]);
    let together = (!args.labels.is_empty())
        .then(|| score_row(args.labels.join("+"), &micro_of_names(evaluation, &args.labels)));
    let errors = evaluation.errors().iter().map(|error| error_row(error, gold, labels));
    Report {
        tawsim: env!("CARGO_PKG_VERSION"),
        documents: evaluation.n_documents(),
        labels: labels.iter().map(row).collect(),
        micro: score_row("micro", &evaluation.micro()),
        together,
        macro_f1: evaluation.macro_f1(),
        confusion: confusion_rows(evaluation),
        errors: args.errors.then(|| errors.collect()),
    }
}

fn score_row<'a>(
    label: impl Into<std::borrow::Cow<'a, str>>,
    counts: &LabelCounts,
) -> ScoreRow<'a> {
    let score = |counts: Counts| Score {
        precision: counts.precision(),
        recall: counts.recall(),
        f1: counts.f1(),
        counts,
    };
    ScoreRow { label: label.into(), strict: score(counts.strict), relaxed: score(counts.relaxed) }
}

fn confusion_rows(evaluation: &Evaluation) -> Vec<ConfusionRow<'_>> {
    let labels = evaluation.labels();
    let sides: Vec<Option<Label>> = labels.iter().map(Some).chain([None]).collect();
    let name = |label: Option<Label>| label.map(|label| labels.name(label));
    let pairs =
        sides.iter().flat_map(|gold| sides.iter().map(move |predicted| (*gold, *predicted)));
    pairs
        .map(|(gold, predicted)| ConfusionRow {
            gold: name(gold),
            predicted: name(predicted),
            count: evaluation.confusion(gold, predicted),
        })
        .filter(|row| row.count > 0)
        .collect()
}
