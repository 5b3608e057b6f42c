use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use crate::lbfgs::{Lbfgs, LbfgsConfig, Status};
use crate::{Dataset, LogLikelihood, TransitionMask, Weights};

/// Which features a model has, by CRFsuite's names (there `feature.minfreq` and so on).
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureConfig {
    /// Features seen less often than this are left out (`feature.minfreq`).
    pub min_frequency: f64,
    /// Features of every attribute with every label, also pairs never seen (`feature.possible_states`).
    pub possible_states: bool,
    /// Transitions between all labels, also pairs never seen (`feature.possible_transitions`).
    pub possible_transitions: bool,
    /// Weights of beginning and of ending with a label. CRFsuite has none.
    pub boundaries: bool,
    /// Moves that no path may have: they are excluded from the model's normalisation too.
    pub mask: Option<TransitionMask>,
}

impl Default for FeatureConfig {
    /// CRFsuite's features: those seen, no boundaries.
    fn default() -> Self {
        Self {
            min_frequency: 0.0,
            possible_states: false,
            possible_transitions: false,
            boundaries: false,
            mask: None,
        }
    }
}

/// How to train.
///
/// ```
/// use tawsim_crf::TrainConfig;
/// let mut config = TrainConfig { c2: 0.5, ..TrainConfig::default() };
/// config.features.boundaries = true;
/// config.lbfgs.max_iterations = 100;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TrainConfig {
    /// Which features the model has.
    pub features: FeatureConfig,
    /// Coefficient of L2 regularisation: the loss has the term `c2 ‖w‖²`.
    pub c2: f64,
    /// The optimiser's settings.
    pub lbfgs: LbfgsConfig,
    /// Threads to use; all of the current rayon pool if none is given. The result is the same.
    pub n_threads: Option<NonZeroUsize>,
}

impl Default for TrainConfig {
    /// CRFsuite's defaults for `lbfgs`.
    fn default() -> Self {
        Self {
            features: FeatureConfig::default(),
            c2: 1.0,
            lbfgs: LbfgsConfig::default(),
            n_threads: None,
        }
    }
}

/// One iteration, as the caller of [`train`] sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Iterations done, from 1.
    pub iteration: usize,
    /// The loss now.
    pub loss: f64,
    /// Euclidean norm of the parameters.
    pub param_norm: f64,
    /// Euclidean norm of the gradient.
    pub gradient_norm: f64,
    /// The step taken, as a multiple of the direction.
    pub step: f64,
    /// Evaluations of the loss in this iteration.
    pub n_evaluations: usize,
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The gradient is small: `‖g‖ ≤ epsilon max(1, ‖w‖)`.
    Converged,
    /// The loss fell by less than `delta`, relatively, in the last `period` iterations.
    Stalled,
    /// `max_iterations` are done.
    MaxIterations,
    /// The line search found no lower loss: the floating point's precision is used up.
    LineSearch,
    /// The progress callback said so.
    Cancelled,
}

/// A trained model.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// The weights, of the last iteration also if training was cancelled.
    pub weights: Weights,
    /// The last loss.
    pub loss: f64,
    /// Iterations done.
    pub n_iterations: usize,
    /// Features with a parameter; those that came out as 0 included.
    pub n_features: usize,
    /// Why training ended.
    pub stop: StopReason,
}

/// Why a model cannot be trained.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The data set is empty.
    #[error("the data set has no sequences; push at least one")]
    NoSequences,
    /// The transition mask contradicts the annotation.
    #[error(
        "sequence {sequence_idx} (counted from 0) has labels that the transition mask forbids; \
         correct its labels or the mask"
    )]
    ForbiddenAnnotation {
        /// Which sequence.
        sequence_idx: usize,
    },
    /// The threads could not be started.
    #[error("threads could not be started: {0}")]
    Threads(String),
}

/// Trains a model: L-BFGS on the L2-regularised conditional log-likelihood
/// ([`LogLikelihood`]). `progress` is called after each iteration and may cancel.
///
/// The weights depend on the data and the settings only, not on the number of threads.
///
/// ```
/// use std::ops::ControlFlow;
/// use tawsim_crf::{Dataset, Lattice, Scratch, TrainConfig, train, viterbi};
///
/// // Attribute 0 goes with label 1, attribute 1 with label 0.
/// let mut data = Dataset::new(2);
/// for _ in 0..10 {
///     for (attribute, label) in [(0, 1), (1, 0), (0, 1)] {
///         data.push_attribute(attribute);
///         data.end_position(label);
///     }
///     data.end_sequence(1.0);
/// }
/// let trained = train(&data, &TrainConfig::default(), &mut |_| ControlFlow::Continue(()))?;
///
/// let mut lattice = Lattice::new(2);
/// lattice.fill(&trained.weights, &data.sequence(0));
/// let mut path = Vec::new();
/// let transitions = trained.weights.transitions();
/// viterbi(&lattice, &transitions, &mut Scratch::new(), &mut path).expect("nothing is forbidden");
/// assert_eq!(path, [1, 0, 1]);
/// # Ok::<(), tawsim_crf::TrainError>(())
/// ```
///
/// # Errors
/// See [`TrainError`].
pub fn train(
    data: &Dataset,
    config: &TrainConfig,
    progress: &mut (dyn FnMut(&Progress) -> ControlFlow<()> + Send),
) -> Result<Trained, TrainError> {
    match config.n_threads {
        None => run(data, config, progress),
        Some(n_threads) => rayon::ThreadPoolBuilder::new()
            .num_threads(n_threads.get())
            .build()
            .map_err(|error| TrainError::Threads(error.to_string()))?
            .install(|| run(data, config, progress)),
    }
}

fn run(
    data: &Dataset,
    config: &TrainConfig,
    progress: &mut (dyn FnMut(&Progress) -> ControlFlow<()> + Send),
) -> Result<Trained, TrainError> {
    let mut objective = LogLikelihood::new(data, &config.features, config.c2)?;
    let mut optimiser = Lbfgs::new(&mut objective, &config.lbfgs);
    let stop = loop {
        match optimiser.step(&mut objective) {
            Status::Stopped(stop) => break stop,
            Status::Iterated(report) if progress(&report).is_break() => {
                break StopReason::Cancelled;
            }
            Status::Iterated(_) => {}
        }
    };
    Ok(Trained {
        weights: objective.weights(optimiser.params()),
        loss: optimiser.loss(),
        n_iterations: optimiser.n_iterations(),
        n_features: objective.n_features(),
        stop,
    })
}
