mod ablation;
mod again;
mod checkpoints;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tawsim_corpus::{Document, LabelSet};
use tawsim_tagger::{
    Clusters, EntityEdges, FeatureConfig, Gazetteer, GazetteerBuilder, Model, Tagger, TrainError,
    TrainProgress, TrainReport, TrainSettings, TrainedModel, train, train_resumable,
};

use super::evaluate::{evaluate_tagger, write_scores};
use super::gazetteer::table_paths;
use super::with_threads;
use crate::arguments::non_negative;
use crate::input::read_annotated;
use crate::output::{refuse_inputs, write_atomically};
use crate::progress::step_bar;
use crate::streams::{Messages, Streams};
use crate::whole::read_text;
use crate::{ExitCode, interrupt};
use checkpoints::CheckpointFolder;

/// Train a model on annotated documents.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Annotated documents: .jsonl or .tagged files, or folders of them.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// The model to write.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Names to go into the model: tables (.tsv), or folders of them. May be given more than once.
    #[arg(long, value_name = "PATH")]
    gazetteer: Vec<PathBuf>,
    /// Word clusters to go into the model, made by `tawsim clusters`.
    #[arg(long, value_name = "FILE")]
    clusters: Option<PathBuf>,
    /// Templates of features to use instead of the bundled models' ones, one a line: form@-1 clitics@0.
    #[arg(long, value_name = "FILE")]
    templates: Option<PathBuf>,
    /// Where entities begin and end: at stems, so that clitics stay outside, or at whole words.
    #[arg(long, default_value = "stems", value_parser = edges)]
    edges: EntityEdges,
    /// Learn a second pass over each document: what a word is elsewhere in it speaks for what it is here.
    #[arg(long)]
    second_pass: bool,
    /// Parts that the documents are cut in for --second-pass.
    #[arg(long, default_value_t = 5, value_name = "PARTS")]
    folds: usize,
    /// The model's name; the default is that of the output.
    #[arg(long)]
    name: Option<String>,
    /// Learn these labels only, in this order, for example FACTION,PLACE,NUMBER.
    #[arg(long, value_delimiter = ',', value_name = "LABELS")]
    labels: Vec<String>,
    /// Threads; 0 means one a core. The model is the same for any number.
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Chooses the documents that --holdout keeps back.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keep back this share of the documents, and score the model on them.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    holdout: f64,
    /// Coefficient of the L2 penalty.
    #[arg(long, default_value_t = 0.3, value_parser = non_negative)]
    c2: f64,
    /// Iterations at most; the default is 150, with --warm-start 60.
    #[arg(long, value_name = "N")]
    max_iterations: Option<usize>,
    /// Leave out attributes seen less often than this.
    #[arg(long, default_value_t = 1)]
    min_count: u32,
    /// Leave attributes out of the file whose weights are all smaller than this.
    #[arg(long, default_value_t = 0.02, value_parser = non_negative)]
    prune_below: f64,
    /// Start from this model: its labels, edges, templates, names, clusters and weights. INPUTS are what was reviewed
    /// since; of them --holdout keeps about that share back, half of them at most; of many documents always the same
    /// ones.
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["labels", "edges", "seed", "ablate"])]
    warm_start: Option<PathBuf>,
    /// With --warm-start: documents to learn from that are not new; none of them is kept back.
    #[arg(long, value_name = "PATH", requires = "warm_start")]
    base: Vec<PathBuf>,
    /// With --warm-start: documents reviewed in part. Their lines with an entity count, nothing is assumed of the rest.
    #[arg(long, value_name = "PATH", requires = "warm_start")]
    partial: Vec<PathBuf>,
    /// Keep the state of the training in this folder, and go on with what an earlier run left there. The model is the
    /// same as without a stop; the files are removed when it is written.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["warm_start", "ablate"])]
    checkpoint: Option<PathBuf>,
    /// Train once more without each group of features, and print what it is worth on these documents.
    #[arg(long, value_name = "PATH")]
    ablate: Vec<PathBuf>,
    /// Labels that --ablate also scores together; the default is all.
    #[arg(long, value_delimiter = ',', value_name = "LABELS", requires = "ablate")]
    together: Vec<String>,
    /// Say nothing on standard error but errors.
    #[arg(long, short)]
    quiet: bool,
}

/// Iterations at most, if the user says nothing.
const MAX_ITERATIONS: usize = 150;

const AFTER_HELP: &str = "\
Documents are JSON Lines with id, text, offset_unit (\"byte\", \"code point\" or \"utf-16\") and entities of
start, end, label; `tawsim tag` writes the same. Labels are taken as they come.
The same inputs and --name give the same bytes, for any number of threads.

Examples:
  tawsim train corpus/conflict-ar/train.jsonl --gazetteer corpus/gazetteer --output my.tawsim
  tawsim train mine.jsonl corpus/conflict-ar/train.jsonl --holdout 0.1 --output my.tawsim
  tawsim train mine.jsonl --checkpoint run/ --output my.tawsim      goes on where it was stopped";

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..1.0).contains(&share) {
        Ok(share)
    } else {
        Err("a share is 0 up to below 1".to_owned())
    }
}

fn edges(text: &str) -> Result<EntityEdges, String> {
    let known = EntityEdges::NAMES.iter().find(|(_, name)| *name == text);
    known.map(|(edges, _)| *edges).ok_or_else(|| "write stems or words".to_owned())
}

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    check_output(&args.output)?;
    for paths in [&args.inputs, &args.base, &args.partial, &args.gazetteer, &args.ablate] {
        refuse_inputs(paths, Some(&args.output))?;
    }
    for path in args.clusters.iter().chain(&args.templates) {
        refuse_inputs(std::slice::from_ref(path), Some(&args.output))?;
    }
    if let Some(start) = &args.warm_start {
        again::run(args, start, streams)?;
        return Ok(ExitCode::Success);
    }
    let (mut annotated, mut labels) = read_annotated(&args.inputs, streams)?;
    if !args.labels.is_empty() {
        if let Some(unknown) = args.labels.iter().find(|name| labels.get(name).is_none()) {
            bail!("no label {unknown:?} in the documents; they have {}", labels.names().join(", "));
        }
        labels = keep_labels(&mut annotated, &labels, &args.labels)?;
    }
    // Better now than after minutes of work.
    let ablation_test = ablation_test(args, &labels, streams)?;
    let gazetteer = read_gazetteer(&args.gazetteer)?;
    let (held_out, annotated) = split(annotated, args.holdout, args.seed);
    let mut settings = settings(args, gazetteer, annotated.len());
    read_more(args, &mut settings)?;
    let messages = &mut streams.messages;
    let trained = trained(args, &annotated, &labels, &settings, messages)?;
    let Some((trained, checkpoints)) = trained else { return Ok(ExitCode::Interrupted) };
    write_atomically(&args.output, &trained.bytes)?;
    if let Some(folder) = checkpoints {
        folder.remove();
    }
    if !args.quiet {
        tell_report(&trained.report, trained.bytes.len(), messages);
    }
    if !held_out.is_empty() {
        let model = Model::read(&mut trained.bytes.as_slice())?;
        let evaluation = evaluate_tagger(&Tagger::new(model), &held_out, &labels);
        messages.tell(&format!("scores on {} documents kept back:", held_out.len()));
        write_scores(&evaluation, &[], &mut streams.people())?;
    }
    if !args.ablate.is_empty() {
        let together = if args.together.is_empty() { labels.names() } else { &args.together };
        let (train, test, labels) = (&annotated, &ablation_test, &labels);
        let ablation = ablation::Ablation { train, test, labels, together };
        return with_threads(args.threads, || ablation.run(&settings, streams))?;
    }
    Ok(ExitCode::Success)
}

/// The model and the folder of its states, if there is one; none if the user stopped it.
fn trained(
    args: &Args,
    documents: &[Document],
    labels: &LabelSet,
    settings: &TrainSettings,
    messages: &mut Messages<'_>,
) -> Result<Option<(TrainedModel, Option<CheckpointFolder>)>> {
    let mut folder = args.checkpoint.as_deref().map(CheckpointFolder::open).transpose()?;
    interrupt::watch();
    let trained = with_threads(args.threads, || {
        told((args, settings), messages, |progress| match &mut folder {
            Some(folder) => train_resumable(documents, labels, settings, progress, folder),
            None => train(documents, labels, settings, progress),
        })
    })?;
    if let Some(failure) = folder.as_mut().and_then(CheckpointFolder::take_failure) {
        messages.tell(&format!("warning: the state was not kept: {failure:#}"));
    }
    if interrupt::is_asked() {
        let advice = if folder.is_some() { "; go on with the same command" } else { "" };
        messages.tell(&format!("stopped, no model was written{advice}"));
        return Ok(None);
    }
    Ok(Some((trained?, folder)))
}

/// The documents that show what each group of features is worth, with the labels of the model.
fn ablation_test(
    args: &Args,
    labels: &LabelSet,
    streams: &mut Streams<'_>,
) -> Result<Vec<Document>> {
    if args.ablate.is_empty() {
        return Ok(Vec::new());
    }
    let (mut test, test_labels) = read_annotated(&args.ablate, streams)?;
    keep_labels(&mut test, &test_labels, labels.names())?;
    Ok(test)
}

/// Clusters and templates, from their files.
fn read_more(args: &Args, settings: &mut TrainSettings) -> Result<()> {
    if let Some(path) = &args.clusters {
        let place = || path.display().to_string();
        let table = read_text(path)?;
        settings.clusters = Clusters::from_tsv(&table).with_context(place)?;
    }
    if let Some(path) = &args.templates {
        let place = || path.display().to_string();
        let text = read_text(path)?;
        settings.features = FeatureConfig::from_text(&text).with_context(place)?;
    }
    Ok(())
}

/// Better now than after minutes of work.
fn check_output(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    if path.is_dir() {
        bail!("{}: cannot write: it is a folder; name a file in it", path.display());
    }
    tempfile::tempfile_in(folder)
        .with_context(|| format!("{}: cannot write into this folder", folder.display()))?;
    Ok(())
}

/// Drops the entities of all labels but these; returns these in the order given.
fn keep_labels(
    documents: &mut [Document],
    labels: &LabelSet,
    wanted: &[String],
) -> Result<LabelSet> {
    let kept = LabelSet::from_names(wanted)?;
    for document in documents {
        document.entities.retain_mut(|entity| {
            let label = kept.get(labels.name(entity.label));
            entity.label = label.unwrap_or(entity.label);
            label.is_some()
        });
    }
    Ok(kept)
}

/// The documents kept back, and the rest, each in their old order.
fn split(documents: Vec<Document>, share: f64, seed: u64) -> (Vec<Document>, Vec<Document>) {
    let n_held_out = (documents.len() as f64 * share).round() as usize;
    let mut ranks: Vec<(u64, usize)> =
        (0..documents.len()).map(|idx| (scramble(seed, idx as u64), idx)).collect();
    ranks.sort_unstable();
    let held_out: std::collections::HashSet<usize> =
        ranks[..n_held_out].iter().map(|(_, idx)| *idx).collect();
    let mut idx = 0..documents.len();
    documents.into_iter().partition(|_| held_out.contains(&idx.next().expect("one a document")))
}

/// SplitMix64 (Steele et al. 2014): a fixed, well-mixed order for a seed.
fn scramble(seed: u64, idx: u64) -> u64 {
    let mut z = seed.wrapping_add(idx.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn read_gazetteer(paths: &[PathBuf]) -> Result<Gazetteer> {
    let mut builder = GazetteerBuilder::new();
    for path in paths {
        for table in table_paths(path)? {
            let place = || table.display().to_string();
            let text = read_text(&table)?;
            builder.add_tsv(&text).with_context(place)?;
        }
    }
    Ok(builder.build())
}

fn settings(args: &Args, gazetteer: Gazetteer, n_documents: usize) -> TrainSettings {
    let stem = args.output.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut settings = TrainSettings::new(args.name.clone().unwrap_or(stem));
    settings.gazetteer = gazetteer;
    settings.edges = args.edges;
    settings.crf.lbfgs.max_iterations = MAX_ITERATIONS;
    take_options(args, &mut settings, n_documents);
    settings
}

/// What the user says of any training, in the settings and in the model's notes.
fn take_options(args: &Args, settings: &mut TrainSettings, n_documents: usize) {
    let max_iterations = args.max_iterations.unwrap_or(settings.crf.lbfgs.max_iterations);
    settings.min_count = args.min_count;
    settings.prune_below = args.prune_below as f32;
    settings.crf.c2 = args.c2;
    settings.second_pass = args.second_pass;
    settings.n_folds = args.folds;
    settings.crf.lbfgs.max_iterations = max_iterations;
    settings.notes.extend([
        ("trained by".to_owned(), format!("tawsim {}", env!("CARGO_PKG_VERSION"))),
        ("documents".to_owned(), n_documents.to_string()),
        ("c2".to_owned(), args.c2.to_string()),
        ("max iterations".to_owned(), max_iterations.to_string()),
        ("min count".to_owned(), args.min_count.to_string()),
        ("prune below".to_owned(), args.prune_below.to_string()),
    ]);
}

/// What hears of each iteration.
type Watch<'a> = dyn FnMut(&TrainProgress) -> ControlFlow<()> + Send + 'a;

/// Trains with a progress bar, or with messages where nobody watches one.
fn told<T>(
    (args, settings): (&Args, &TrainSettings),
    messages: &mut Messages<'_>,
    train: impl FnOnce(&mut Watch<'_>) -> Result<T, TrainError>,
) -> Result<T> {
    let bar = step_bar(settings.crf.lbfgs.max_iterations as u64, messages);
    let is_watched = messages.stderr.is_terminal();
    let trained = train(&mut |progress| {
        let state = format!(
            "chain {} of {}  iteration {}  loss {:.2}  gradient {:.3}",
            progress.stage + 1,
            progress.n_stages,
            progress.iteration,
            progress.loss,
            progress.gradient_norm
        );
        bar.set_position(progress.iteration as u64);
        bar.set_message(state.clone());
        if !is_watched && !args.quiet {
            messages.tell(&state);
        }
        if interrupt::is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.finish_and_clear();
    Ok(trained?)
}

fn tell_report(report: &TrainReport, n_bytes: usize, messages: &mut Messages<'_>) {
    let counts = &report.counts;
    messages.tell(&format!(
        "{} documents, {} sentences, {} words, {} entities ({} widened to whole words, {} left out)",
        counts.n_documents,
        counts.n_sentences,
        counts.n_units,
        counts.n_entities,
        counts.n_widened,
        counts.n_lost
    ));
    messages.tell(&format!(
        "{} iterations ({:?}), loss {:.2}; {} of {} attributes kept, {n_bytes} bytes",
        report.n_iterations,
        report.stop,
        report.loss,
        report.n_kept_attributes,
        report.n_attributes
    ));
}
