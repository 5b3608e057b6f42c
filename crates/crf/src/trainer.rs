use std::ops::ControlFlow;

use rayon::ThreadPool;

use crate::checkpoint::{Checkpoint, mix};
use crate::lbfgs::Lbfgs;
use crate::online::{Online, Rule};
use crate::train::Algorithm;
use crate::{
    Dataset, LogLikelihood, Objective, Progress, StopReason, TrainConfig, TrainError, Trained,
    Weights,
};

/// A training run, iteration by iteration: to watch it, save it, stop it, go on with it.
///
/// ```
/// use tawsim_crf::{Checkpoint, Dataset, TrainConfig, Trainer};
///
/// let mut data = Dataset::new(2);
/// for label in [0, 1, 1, 0] {
///     data.push_attribute(u32::from(label));
///     data.end_position(label);
///     data.end_sequence(1.0);
/// }
/// let config = TrainConfig::default();
/// let mut trainer = Trainer::new(&data, &config)?;
/// trainer.step();
/// let saved = trainer.checkpoint().as_bytes().to_vec();
/// while trainer.step().is_some() {}
///
/// let checkpoint = Checkpoint::from_bytes(saved)?;
/// let mut resumed = Trainer::resume(&data, &config, &checkpoint)?;
/// while resumed.step().is_some() {}
/// assert_eq!(resumed.finish(), trainer.finish());
/// # Ok::<(), tawsim_crf::TrainError>(())
/// ```
pub struct Trainer<'a> {
    objective: LogLikelihood<'a>,
    optimiser: Optimiser,
    pool: Option<ThreadPool>,
    stop: Option<StopReason>,
    fingerprint: u64,
}

enum Optimiser {
    Batch(Box<Lbfgs>),
    Online(Online),
}

impl<'a> Trainer<'a> {
    /// Starts from weights of 0.
    ///
    /// # Errors
    /// See [`TrainError`].
    pub fn new(data: &'a Dataset, config: &TrainConfig) -> Result<Self, TrainError> {
        Self::start(data, config, |objective| vec![0.0; objective.n_params()])
    }

    /// Starts from an existing model over the same labels and attribute ids. Attributes that it
    /// does not know start at 0; features that the new data do not have are lost.
    ///
    /// # Errors
    /// See [`TrainError`].
    pub fn warm_start(
        data: &'a Dataset,
        config: &TrainConfig,
        weights: &Weights,
    ) -> Result<Self, TrainError> {
        if weights.n_labels() != data.n_labels() {
            return Err(TrainError::OtherLabels {
                model: weights.n_labels(),
                data: data.n_labels(),
            });
        }
        Self::start(data, config, |objective| objective.params(weights))
    }

    /// Goes on from a checkpoint of the same data, features and algorithm.
    ///
    /// # Errors
    /// See [`TrainError`].
    pub fn resume(
        data: &'a Dataset,
        config: &TrainConfig,
        checkpoint: &Checkpoint,
    ) -> Result<Self, TrainError> {
        let objective = LogLikelihood::for_algorithm(data, config)?;
        let fingerprint = fingerprint(&objective, config);
        let mut from = checkpoint.decoder(fingerprint)?;
        let n_params = objective.n_params();
        let optimiser = match config.algorithm.rule() {
            None => {
                let l1 = l1(&objective, config);
                let lbfgs = Lbfgs::restore(&config.lbfgs, n_params, l1, &mut from);
                lbfgs.map(|lbfgs| Optimiser::Batch(Box::new(lbfgs)))
            }
            Some(rule) => {
                let mut online =
                    Online::new(&objective, rule, &config.online, &vec![0.0; n_params]);
                online.restore(&mut from).map(|()| Optimiser::Online(online))
            }
        };
        let optimiser = optimiser.ok_or(TrainError::ForeignCheckpoint)?;
        Ok(Self { objective, optimiser, pool: pool(config)?, stop: None, fingerprint })
    }

    fn start(
        data: &'a Dataset,
        config: &TrainConfig,
        params: impl FnOnce(&LogLikelihood<'_>) -> Vec<f64>,
    ) -> Result<Self, TrainError> {
        let mut objective = LogLikelihood::for_algorithm(data, config)?;
        let params = params(&objective);
        let pool = pool(config)?;
        let optimiser = match config.algorithm.rule() {
            None => Optimiser::Batch(within(pool.as_ref(), || {
                let l1 = l1(&objective, config);
                Box::new(Lbfgs::new(&mut objective, &config.lbfgs, params, l1))
            })),
            Some(rule) => Optimiser::Online(Online::new(&objective, rule, &config.online, &params)),
        };
        let fingerprint = fingerprint(&objective, config);
        Ok(Self { objective, optimiser, pool, stop: None, fingerprint })
    }

    /// One iteration, or `None` if training has ended.
    pub fn step(&mut self) -> Option<Progress> {
        let Self { objective, optimiser, pool, .. } = self;
        let result = within(pool.as_ref(), || match optimiser {
            Optimiser::Batch(lbfgs) => lbfgs.step(objective),
            Optimiser::Online(online) => online.step(objective),
        });
        self.stop = result.err();
        result.ok()
    }

    /// The state between two steps.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(self.fingerprint, |to| match &self.optimiser {
            Optimiser::Batch(lbfgs) => lbfgs.save(to),
            Optimiser::Online(online) => online.save(to),
        })
    }

    /// The model as it is now. Why training ended is [`StopReason::Cancelled`] if it has not.
    #[must_use]
    pub fn finish(&self) -> Trained {
        let (weights, loss, n_iterations) = match &self.optimiser {
            Optimiser::Batch(lbfgs) => {
                (self.objective.weights(lbfgs.params()), lbfgs.loss(), lbfgs.n_iterations())
            }
            Optimiser::Online(online) => {
                let params = online.params(&self.objective);
                (self.objective.weights(&params), online.loss(), online.n_iterations())
            }
        };
        let n_features = self.objective.n_features();
        let stop = self.stop.unwrap_or(StopReason::Cancelled);
        Trained { weights, loss, n_iterations, n_features, stop }
    }
}

/// Trains a model on a data set: by default with L-BFGS on the L2-regularised conditional
/// log-likelihood ([`LogLikelihood`]). `progress` is called after each iteration and may cancel.
/// [`Trainer`] does the same step by step.
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
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Trained, TrainError> {
    let mut trainer = Trainer::new(data, config)?;
    while let Some(report) = trainer.step() {
        if progress(&report).is_break() {
            break;
        }
    }
    Ok(trainer.finish())
}

fn pool(config: &TrainConfig) -> Result<Option<ThreadPool>, TrainError> {
    let build = |n_threads: std::num::NonZeroUsize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads.get()).build();
        pool.map_err(|error| TrainError::Threads(error.to_string()))
    };
    config.n_threads.map(build).transpose()
}

/// Runs `work` in the pool, or where we are if there is none.
fn within<R: Send>(pool: Option<&ThreadPool>, work: impl FnOnce() -> R + Send) -> R {
    match pool {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// The coefficients of L1 regularisation: a parameter that stands for `k` attributes counts `√k`
/// times; none without regularisation.
fn l1(objective: &LogLikelihood<'_>, config: &TrainConfig) -> Vec<f64> {
    if config.c1 == 0.0 {
        return Vec::new();
    }
    objective.scales().map(|scale| config.c1 * scale).collect()
}

/// Tells checkpoints of other problems.
fn fingerprint(objective: &LogLikelihood<'_>, config: &TrainConfig) -> u64 {
    let rule = config.algorithm.rule();
    let code = Algorithm::ALL.iter().position(|&algorithm| algorithm == config.algorithm);
    let code = code.expect("all algorithms are listed") as u64;
    let settings = [
        objective.n_params() as u64,
        config.c1.to_bits(),
        config.c2.to_bits(),
        code,
        if rule.is_some_and(|rule| rule != Rule::Perceptron) {
            config.online.rate.to_bits()
        } else {
            0
        },
        if rule.is_some() { config.online.seed } else { 0 },
    ];
    settings.into_iter().fold(objective.data().fingerprint(), mix)
}
