use std::num::NonZeroUsize;

use crate::online::Rule;
use crate::{LbfgsConfig, OnlineConfig, TransitionMask, Weights};

/// Which features a model has, by CRFsuite's names (there `feature.minfreq` and so on).
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureSelection {
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

impl Default for FeatureSelection {
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

/// How the weights are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// L-BFGS (`lbfgs`): exact, the whole data set in each iteration. With `c1` above 0 it is OWL-QN.
    Lbfgs,
    /// Stochastic gradient descent on the same loss (`l2sgd`).
    Sgd,
    /// Stochastic gradient descent with a rate for each parameter: a usable model in a few passes.
    AdaGrad,
    /// The averaged perceptron (`ap`): no probabilities, no regularisation, fast.
    AveragedPerceptron,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Lbfgs, Self::Sgd, Self::AdaGrad, Self::AveragedPerceptron];

    /// The rule of an algorithm that updates after every sequence.
    pub(crate) fn rule(self) -> Option<Rule> {
        match self {
            Self::Lbfgs => None,
            Self::Sgd => Some(Rule::Sgd),
            Self::AdaGrad => Some(Rule::AdaGrad),
            Self::AveragedPerceptron => Some(Rule::Perceptron),
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
    pub features: FeatureSelection,
    /// How the weights are found.
    pub algorithm: Algorithm,
    /// Coefficient of L1 regularisation: the loss has the term `c1 Σ |w|`. L-BFGS only.
    pub c1: f64,
    /// Coefficient of L2 regularisation: the loss has the term `c2 ‖w‖²`. Not for the perceptron.
    pub c2: f64,
    /// Settings of L-BFGS.
    pub lbfgs: LbfgsConfig,
    /// Settings of the algorithms that update after every sequence.
    pub online: OnlineConfig,
    /// Threads to use; all of the current rayon pool if none is given. The result is the same.
    pub n_threads: Option<NonZeroUsize>,
}

impl Default for TrainConfig {
    /// CRFsuite's defaults for `lbfgs`.
    fn default() -> Self {
        Self {
            features: FeatureSelection::default(),
            algorithm: Algorithm::Lbfgs,
            c1: 0.0,
            c2: 1.0,
            lbfgs: LbfgsConfig::default(),
            online: OnlineConfig::default(),
            n_threads: None,
        }
    }
}

/// One iteration, as the caller of [`train`](crate::train) sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Iterations done, from 1.
    pub iteration: usize,
    /// The loss now. In a pass of SGD or AdaGrad: the losses of the sequences as they were met, plus
    /// regularisation; of the perceptron: the number of wrong labels.
    pub loss: f64,
    /// Euclidean norm of the parameters.
    pub param_norm: f64,
    /// Euclidean norm of the gradient; in a pass sequence by sequence, of the change of the weights.
    pub gradient_norm: f64,
    /// The step taken, as a multiple of the direction; the learning rate of a pass.
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
    /// The loss is no number, or a weight is beyond [`Weights::MAX_AMOUNT`](crate::Weights::MAX_AMOUNT): the learning
    /// rate is too high, or the sequences' weights are. The weights are those before the last pass.
    Diverged,
    /// The caller ended it.
    Cancelled,
}

impl StopReason {
    const CODES: [Option<Self>; 7] = [
        None,
        Some(Self::Converged),
        Some(Self::Stalled),
        Some(Self::MaxIterations),
        Some(Self::LineSearch),
        Some(Self::Cancelled),
        Some(Self::Diverged),
    ];

    /// The number that stands for a reason, or for none, in a checkpoint. How many iterations are
    /// wanted is a setting of the run, not a part of its state.
    pub(crate) fn code(stop: Option<Self>) -> u64 {
        let stop = stop.filter(|&stop| stop != Self::MaxIterations);
        Self::CODES.iter().position(|&code| code == stop).expect("all reasons are listed") as u64
    }

    pub(crate) fn from_code(code: u64) -> Option<Option<Self>> {
        Self::CODES.get(usize::try_from(code).ok()?).copied()
    }
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
    /// A warm start from a model over other labels.
    #[error("the model has {model} labels, the data set {data}; they must be the same")]
    OtherLabels {
        /// Labels of the model.
        model: usize,
        /// Labels of the data set.
        data: usize,
    },
    /// Bytes that are not a whole checkpoint.
    #[error("the checkpoint is damaged; start again or use an older one")]
    DamagedCheckpoint,
    /// A checkpoint of another run.
    #[error(
        "the checkpoint is of other data, features or settings; resume with those it was saved with"
    )]
    ForeignCheckpoint,
    /// The threads could not be started.
    #[error("threads could not be started: {0}")]
    Threads(String),
}
