use std::collections::BTreeMap;

use tawsim_corpus::TagScheme;
use tawsim_crf::StopReason;
use thiserror::Error;

use crate::clusters::Clusters;
use crate::features::FeatureConfig;
use crate::gazetteer::Gazetteer;
use crate::model::{EntityEdges, ModelError};

/// How to train a model.
#[derive(Clone, Debug)]
pub struct TrainSettings {
    /// The model's name.
    pub name: String,
    /// Templates of its attributes.
    pub features: FeatureConfig,
    /// Names known beforehand; they go into the model.
    pub gazetteer: Gazetteer,
    /// Word clusters; they go into the model.
    pub clusters: Clusters,
    /// How entities are written as tags.
    pub scheme: TagScheme,
    /// Attributes seen less often than this are left out.
    pub min_count: u32,
    /// Attributes with weights all smaller than this are left out of the file.
    pub prune_below: f32,
    /// The chain's own settings.
    pub crf: tawsim_crf::TrainConfig,
    /// Where entities begin and end.
    pub edges: EntityEdges,
    /// Whether a second pass over each document is learnt, see `ARCHITECTURE.md`.
    pub second_pass: bool,
    /// In how many parts the documents are cut where a model is needed that has not seen them: for the second
    /// pass.
    pub n_folds: usize,
    /// Coefficient of the L2 penalty of the second pass.
    pub second_pass_c2: f64,
    /// Kept in the model for people to read.
    pub notes: BTreeMap<String, String>,
}

impl TrainSettings {
    /// The settings of the bundled models, without a gazetteer.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        let mut crf = tawsim_crf::TrainConfig { c2: 0.3, ..tawsim_crf::TrainConfig::default() };
        crf.features.boundaries = true;
        crf.lbfgs.max_iterations = 150;
        Self {
            name: name.into(),
            features: FeatureConfig::standard(),
            gazetteer: Gazetteer::default(),
            clusters: Clusters::default(),
            scheme: TagScheme::Iob2,
            min_count: 1,
            prune_below: 0.02,
            crf,
            edges: EntityEdges::Stems,
            second_pass: false,
            n_folds: 5,
            second_pass_c2: 0.3,
            notes: BTreeMap::new(),
        }
    }
}

/// Where the states of a long run are kept, by the number of the chain ([`TrainProgress::stage`]).
pub trait Checkpoints: Send {
    /// The bytes kept last for this chain.
    fn load(&self, stage: usize) -> Option<Vec<u8>>;
    /// Whether it is time to keep the state: making its bytes costs about as much as an iteration.
    fn is_due(&mut self) -> bool;
    /// Keeps these bytes.
    fn save(&mut self, stage: usize, bytes: &[u8]);
}

/// One iteration of training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainProgress {
    /// Which chain is trained, from 0: those of the parts first, the model's own last.
    pub stage: usize,
    /// How many chains will be trained.
    pub n_stages: usize,
    /// Iterations of this chain.
    pub iteration: usize,
    /// The loss now.
    pub loss: f64,
    /// Euclidean norm of the gradient.
    pub gradient_norm: f64,
}

/// What came out of training.
#[derive(Clone, Debug)]
pub struct TrainedModel {
    /// The model file.
    pub bytes: Vec<u8>,
    /// How it went.
    pub report: TrainReport,
}

/// How training went.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainReport {
    /// What was trained on.
    pub counts: TrainCounts,
    /// Different attributes seen often enough.
    pub n_attributes: usize,
    /// Attributes in the file.
    pub n_kept_attributes: usize,
    /// Iterations done.
    pub n_iterations: usize,
    /// The last value of the loss.
    pub loss: f64,
    /// Why training ended.
    pub stop: StopReason,
}

/// What a model was trained on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrainCounts {
    /// Documents.
    pub n_documents: usize,
    /// Sentences.
    pub n_sentences: usize,
    /// Stems, numbers and signs.
    pub n_units: usize,
    /// Entities that the chain saw.
    pub n_entities: usize,
    /// Of them, entities whose edges fall inside a segment; they were widened to whole stems.
    pub n_widened: usize,
    /// Entities without a unit of their own, left out.
    pub n_lost: usize,
}

/// Why a model cannot be trained.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrainError {
    /// There is nothing to learn from.
    #[error("no document has an entity; give annotated documents")]
    NoEntities,
    /// The chain cannot be trained.
    #[error(transparent)]
    Crf(#[from] tawsim_crf::TrainError),
    /// The templates cannot be used.
    #[error(transparent)]
    Features(#[from] crate::FeatureConfigError),
    /// Too few parts.
    #[error("{0} parts; the second pass needs 2 or more, and as many documents")]
    Folds(usize),
    /// The caller ended it before there was a model.
    #[error("cancelled")]
    Cancelled,
    /// The model cannot be written.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The model would be larger than what is read again.
    #[error(
        "the model has {0} bytes, more than can be read; raise the pruning bound or the minimum count"
    )]
    TooLarge(usize),
}
