use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tawsim_crf::{
    Algorithm, Checkpoint, Dataset, FeatureSelection, LbfgsConfig, OnlineConfig, StopReason,
    TrainConfig, Trained, Trainer, Weights,
};

use super::data::{FeatureData, NewNames};
use super::model_file::NamedModel;
use super::names::Names;
use super::read_features;
use super::scores::{Decoder, Scores};
use crate::ExitCode;
use crate::arguments::non_negative;
use crate::output::{refuse_inputs, write_atomically};
use crate::streams::{Messages, Streams};
use crate::whole::read_bytes;

/// Train a CRF on feature files.
#[derive(clap::Args)]
#[command(after_help = "\
A line is a label and its attributes (name or name:value), separated by tabs; an empty line ends a
sequence. The options of lbfgs have CRFsuite's names and defaults. The same input gives the same bytes, for any
number of threads.

Examples:
  tawsim crf learn --c2 0.5 --model my.crf train.crfsuite
  tawsim crf learn --algorithm ap --folds 5 train.crfsuite
  tawsim crf learn --checkpoint run.state --model my.crf train.crfsuite   goes on where it was stopped")]
pub(crate) struct Args {
    /// Training data in CRFsuite's format; `-` is standard input.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// The model to write.
    #[arg(long, short, value_name = "FILE", required_unless_present = "folds")]
    model: Option<PathBuf>,
    /// How the weights are found. With --c1, lbfgs is OWL-QN.
    #[arg(long, short, value_enum, default_value = "lbfgs")]
    algorithm: AlgorithmName,
    /// Coefficient of the L1 penalty.
    #[arg(long, default_value_t = 0.0, value_parser = non_negative)]
    c1: f64,
    /// Coefficient of the L2 penalty.
    #[arg(long, default_value_t = 1.0, value_parser = non_negative)]
    c2: f64,
    /// Iterations at most; without it until convergence, or 10 passes for the online algorithms.
    #[arg(long)]
    max_iterations: Option<usize>,
    #[command(flatten)]
    features: FeatureArgs,
    #[command(flatten)]
    lbfgs: LbfgsArgs,
    /// First learning rate of l2sgd and adagrad.
    #[arg(long, default_value_t = 0.1, value_parser = non_negative)]
    rate: f64,
    /// Threads; without it one a core.
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// Start from the weights of this model.
    #[arg(long, value_name = "FILE")]
    initial: Option<PathBuf>,
    /// Save the run here every minute, and go on from here if the file is there.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["initial", "folds"])]
    checkpoint: Option<PathBuf>,
    /// Write no model; train and test on this many parts of the data in turn.
    #[arg(long, value_name = "N", conflicts_with = "model", value_parser = clap::value_parser!(u16).range(2..))]
    folds: Option<u16>,
    /// Say nothing on standard error but errors.
    #[arg(long, short)]
    quiet: bool,
}

#[derive(clap::Args)]
struct FeatureArgs {
    /// Leave out features seen less often than this.
    #[arg(long, default_value_t = 0.0, value_parser = non_negative)]
    min_frequency: f64,
    /// Features for every attribute with every label, also pairs never seen.
    #[arg(long)]
    possible_states: bool,
    /// Transitions between all labels, also pairs never seen.
    #[arg(long)]
    possible_transitions: bool,
    /// Weights for the first and the last label of a sequence, which CRFsuite has not.
    #[arg(long)]
    boundaries: bool,
}

#[derive(clap::Args)]
struct LbfgsArgs {
    /// Steps that lbfgs remembers.
    #[arg(long, default_value_t = 6)]
    num_memories: usize,
    /// Stop when the gradient's norm is this share of the weights' norm.
    #[arg(long, default_value_t = 1e-5, value_parser = non_negative)]
    epsilon: f64,
    /// Iterations over which --delta is measured; 0 turns it off.
    #[arg(long, default_value_t = 10)]
    period: usize,
    /// Stop when the loss falls by less than this share.
    #[arg(long, default_value_t = 1e-5, value_parser = non_negative)]
    delta: f64,
    /// Evaluations in one line search at most.
    #[arg(long, default_value_t = 20)]
    max_linesearch: usize,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum AlgorithmName {
    /// L-BFGS.
    Lbfgs,
    /// Stochastic gradient descent.
    L2sgd,
    /// Stochastic gradient descent with a rate for each weight.
    Adagrad,
    /// Averaged perceptron.
    Ap,
}

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    refuse_inputs(&args.inputs, args.model.as_deref())?;
    let initial = args.initial.as_deref().map(read_model).transpose()?;
    let (labels, attributes) = initial.as_ref().map_or_else(Default::default, |model| {
        (Names::from_list(&model.labels), Names::from_list(&model.attributes))
    });
    let mut features = FeatureData::new(labels, attributes, NewNames::Add);
    for input in &args.inputs {
        read_features(input, &mut features, streams)?;
    }
    if features.labels.len() == 0 {
        bail!("there is nothing to learn: no line has a label");
    }
    if features.labels.len() > MAX_LABELS {
        bail!("{} labels; at most {MAX_LABELS} are possible", features.labels.len());
    }
    let (data, labels, attributes) = features.dataset();
    let mut log = Log { messages: &mut streams.messages, is_quiet: args.quiet };
    log.tell(&format!(
        "{} sequences, {} positions, {} labels, {} attributes",
        data.n_sequences(),
        data.n_positions(),
        labels.len(),
        attributes.len()
    ));
    if let Some(n_folds) = args.folds {
        let table = cross_validate(args, &data, &labels.list(), &mut log)?;
        write!(streams.people(), "{n_folds} folds together\n{table}")?;
        return Ok(ExitCode::Success);
    }
    let weights = initial.as_ref().map(|model| widened(&model.weights, labels.len()));
    let trained = train(args, &data, weights.as_ref(), &mut log)?;
    let stop = trained.stop;
    let names = |names: &Names| names.list().into_iter().map(str::to_owned).collect();
    let model = NamedModel {
        labels: names(&labels),
        attributes: names(&attributes),
        weights: trained.weights,
    };
    let path = args.model.as_deref().expect("required unless there are folds");
    if stop == StopReason::Diverged || !model.is_within_bounds() {
        bail!(
            "{}: not written: the weights grew without bounds; say a smaller --rate or a larger --c2",
            path.display()
        );
    }
    write_atomically(path, &model.to_bytes())?;
    Ok(ExitCode::Success)
}

/// Transitions between labels take the square of their number, several times.
const MAX_LABELS: usize = 4096;

fn read_model(path: &Path) -> Result<NamedModel> {
    let context = || path.display().to_string();
    let bytes = read_bytes(path)?;
    NamedModel::from_bytes(&bytes).with_context(context)
}

/// The same weights over more labels: the new ones begin at 0.
fn widened(weights: &Weights, n_labels: usize) -> Weights {
    let n_known = weights.n_labels();
    let rows =
        (0..weights.n_attributes() as u32).map(|id| weights.features(id).collect::<Vec<_>>());
    let mut transitions = vec![0.0; n_labels * n_labels];
    let known = weights.transition_weights().chunks_exact(n_known);
    for (row, known) in transitions.chunks_exact_mut(n_labels).zip(known) {
        row[..n_known].copy_from_slice(known);
    }
    let widen = |known: &[f32]| {
        let mut row = known.to_vec();
        row.resize(n_labels, 0.0);
        row
    };
    let (start, end) = (widen(weights.start_weights()), widen(weights.end_weights()));
    Weights::new(n_labels, rows, &transitions, &start, &end)
}

fn config(args: &Args) -> TrainConfig {
    let online = OnlineConfig::default();
    TrainConfig {
        features: FeatureSelection {
            min_frequency: args.features.min_frequency,
            possible_states: args.features.possible_states,
            possible_transitions: args.features.possible_transitions,
            boundaries: args.features.boundaries,
            mask: None,
        },
        algorithm: match args.algorithm {
            AlgorithmName::Lbfgs => Algorithm::Lbfgs,
            AlgorithmName::L2sgd => Algorithm::Sgd,
            AlgorithmName::Adagrad => Algorithm::AdaGrad,
            AlgorithmName::Ap => Algorithm::AveragedPerceptron,
        },
        c1: args.c1,
        c2: args.c2,
        lbfgs: LbfgsConfig {
            max_iterations: args.max_iterations.unwrap_or(usize::MAX),
            num_memories: args.lbfgs.num_memories,
            epsilon: args.lbfgs.epsilon,
            period: args.lbfgs.period,
            delta: args.lbfgs.delta,
            max_linesearch: args.lbfgs.max_linesearch,
        },
        online: OnlineConfig {
            max_iterations: args.max_iterations.unwrap_or(online.max_iterations),
            rate: args.rate,
            ..online
        },
        n_threads: args.threads,
    }
}

/// What is said while a run goes on.
struct Log<'m, 's> {
    messages: &'m mut Messages<'s>,
    is_quiet: bool,
}

impl Log<'_, '_> {
    fn tell(&mut self, message: &str) {
        if !self.is_quiet {
            self.messages.tell(message);
        }
    }
}

fn train(
    args: &Args,
    data: &Dataset,
    initial: Option<&Weights>,
    log: &mut Log<'_, '_>,
) -> Result<Trained> {
    let start = Instant::now();
    let config = config(args);
    let saved = args.checkpoint.as_deref().filter(|path| path.exists());
    let mut trainer = match (saved, initial) {
        (Some(path), _) => {
            let context = || path.display().to_string();
            if !path.is_file() {
                bail!("{}: is no file", path.display());
            }
            let bytes = std::fs::read(path).with_context(context)?;
            let checkpoint = Checkpoint::from_bytes(bytes).with_context(context)?;
            Trainer::resume(data, &config, &checkpoint).with_context(context)?
        }
        (None, Some(weights)) => Trainer::warm_start(data, &config, weights)?,
        (None, None) => Trainer::new(data, &config)?,
    };
    let mut last_save = Instant::now();
    while let Some(progress) = trainer.step() {
        log.tell(&format!(
            "iteration {}  loss {:.4}  weights {:.3}  gradient {:.4}  {:.2} s",
            progress.iteration,
            progress.loss,
            progress.param_norm,
            progress.gradient_norm,
            start.elapsed().as_secs_f64()
        ));
        if let Some(path) = &args.checkpoint
            && last_save.elapsed() >= SAVE_INTERVAL
        {
            write_atomically(path, trainer.checkpoint().as_bytes())?;
            last_save = Instant::now();
        }
    }
    let trained = trainer.finish();
    log.tell(&format!(
        "{} iterations ({:?}), loss {:.6}, {} of {} features kept, {:.2} s",
        trained.n_iterations,
        trained.stop,
        trained.loss,
        trained.weights.n_features(),
        trained.n_features,
        start.elapsed().as_secs_f64()
    ));
    Ok(trained)
}

/// How often a run is saved.
const SAVE_INTERVAL: Duration = Duration::from_secs(60);

/// Trains on all parts but one and tests on that, for each; the scores of all tests together.
fn cross_validate(
    args: &Args,
    data: &Dataset,
    labels: &[&str],
    log: &mut Log<'_, '_>,
) -> Result<String> {
    let n_folds = usize::from(args.folds.expect("called for folds only"));
    if n_folds > data.n_sequences() {
        bail!("{n_folds} folds of {} sequences; say fewer --folds", data.n_sequences());
    }
    let mut scores = Scores::new(labels.len());
    for fold_idx in 0..n_folds {
        log.tell(&format!("fold {} of {n_folds}", fold_idx + 1));
        let (training, test) = data.fold(fold_idx, n_folds);
        let trained = train(args, &training, None, log)?;
        scores.add_dataset(&test, &mut Decoder::new(trained.weights, test.has_values()));
    }
    Ok(scores.table(labels))
}
