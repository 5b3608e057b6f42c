mod extraction;
mod training_set;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rayon::prelude::*;
use tawsim_corpus::{Document, LabelSet, TagScheme};
use tawsim_crf::{Progress, StopReason, Weights};
use thiserror::Error;

use crate::clusters::Clusters;
use crate::features::FeatureConfig;
use crate::gazetteer::Gazetteer;
use crate::model::{Metadata, ModelError, ModelParts, transition_mask};
use extraction::{ExtractedDocument, Extraction};
use training_set::TrainingSet;

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
            notes: BTreeMap::new(),
        }
    }
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
    /// The model cannot be written.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The model would be larger than what is read again.
    #[error(
        "the model has {0} bytes, more than can be read; raise the pruning bound or the minimum count"
    )]
    TooLarge(usize),
}

/// Trains a model on annotated documents, whose labels are of `labels`.
///
/// The same documents, settings and version give the same bytes for any number of threads. `progress` is
/// called after each iteration and may end training; the model is that of the last iteration.
///
/// # Errors
/// If there is nothing to learn from or the settings cannot be used.
pub fn train(
    documents: &[Document],
    labels: &LabelSet,
    settings: &TrainSettings,
    progress: &mut (dyn FnMut(&Progress) -> ControlFlow<()> + Send),
) -> Result<TrainedModel, TrainError> {
    settings.features.validate()?;
    let extraction = Extraction::new(labels, settings);
    let mut set = TrainingSet::new(settings.scheme.n_tags(labels.len()));
    // Keys of a block of documents are held at a time; ids are half as long.
    for block in documents.chunks(BLOCK_DOCUMENTS) {
        let extracted: Vec<ExtractedDocument> =
            block.par_iter().map(|document| extraction.document(document)).collect();
        extracted.iter().for_each(|document| set.push(document));
    }
    if set.counts.n_entities == 0 {
        return Err(TrainError::NoEntities);
    }
    let (dataset, keys) = set.dataset(settings.min_count);
    let mut crf = settings.crf.clone();
    crf.features.mask = Some(transition_mask(settings.scheme, labels));
    let trained = tawsim_crf::train(&dataset, &crf, progress)?;
    let rows = quantised_rows(&trained.weights, &keys, settings.prune_below);
    let bytes = model_bytes(labels, settings, &trained.weights, &rows)?;
    if bytes.len() > crate::Model::MAX_BYTES {
        return Err(TrainError::TooLarge(bytes.len()));
    }
    let report = TrainReport {
        counts: set.counts,
        n_attributes: keys.len(),
        n_kept_attributes: rows.keys.len(),
        n_iterations: trained.n_iterations,
        loss: trained.loss,
        stop: trained.stop,
    };
    Ok(TrainedModel { bytes, report })
}

const BLOCK_DOCUMENTS: usize = 64;

struct QuantisedRows {
    keys: Vec<u64>,
    weights: Vec<i16>,
    scale: f32,
}

/// Rows whose largest weight reaches `prune_below`, as multiples of one scale.
fn quantised_rows(weights: &Weights, keys: &[u64], prune_below: f32) -> QuantisedRows {
    let largest = |attribute: u32| {
        weights.features(attribute).fold(0.0_f32, |largest, (_, weight)| largest.max(weight.abs()))
    };
    let kept: Vec<u32> = (0..keys.len().min(weights.n_attributes()) as u32)
        .filter(|&attribute| largest(attribute) >= prune_below.max(f32::MIN_POSITIVE))
        .collect();
    let peak = kept.iter().map(|&attribute| largest(attribute)).fold(0.0_f32, f32::max);
    let scale = if peak > 0.0 { peak / f32::from(i16::MAX) } else { 1.0 };
    let mut rows = QuantisedRows { keys: Vec::new(), weights: Vec::new(), scale };
    let mut row = vec![0.0; weights.n_labels()];
    for attribute in kept {
        weights.write_row(attribute, &mut row);
        rows.keys.push(keys[attribute as usize]);
        rows.weights.extend(row.iter().map(|weight| (weight / scale).round() as i16));
    }
    rows
}

fn model_bytes(
    labels: &LabelSet,
    settings: &TrainSettings,
    weights: &Weights,
    rows: &QuantisedRows,
) -> Result<Vec<u8>, ModelError> {
    let metadata = Metadata {
        name: settings.name.clone(),
        labels: labels.names().to_vec(),
        scheme: settings.scheme.name().to_owned(),
        features: settings.features.clone(),
        weight_scale: rows.scale,
        gazetteer_kinds: settings.gazetteer.kinds().to_vec(),
        n_gazetteer_names: settings.gazetteer.n_names() as u64,
        notes: settings.notes.clone(),
    };
    let transitions =
        [weights.transition_weights(), weights.start_weights(), weights.end_weights()].concat();
    ModelParts {
        metadata: &metadata,
        attribute_keys: &rows.keys,
        weights: &rows.weights,
        transitions: &transitions,
        gazetteer: &settings.gazetteer,
        clusters: &settings.clusters.rows,
    }
    .to_bytes()
}
