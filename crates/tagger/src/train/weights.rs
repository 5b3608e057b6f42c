//! From trained weights to the bytes of a model file.

use tawsim_corpus::LabelSet;
use tawsim_crf::Weights;

use super::{Fitted, TrainSettings};
use crate::document::DocumentWeights;
use crate::model::{Metadata, ModelError, ModelParts};

pub(super) struct QuantisedRows {
    pub keys: Vec<u64>,
    weights: Vec<i16>,
    scale: f32,
}

/// Rows whose largest weight reaches `prune_below`, as multiples of one scale.
pub(super) fn quantised_rows(weights: &Weights, keys: &[u64], prune_below: f32) -> QuantisedRows {
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

pub(super) fn model_bytes(
    labels: &LabelSet,
    settings: &TrainSettings,
    fitted: &Fitted,
    document: &DocumentWeights,
) -> Result<Vec<u8>, ModelError> {
    let (rows, weights) = (&fitted.rows, &fitted.weights);
    let metadata = Metadata {
        name: settings.name.clone(),
        labels: labels.names().to_vec(),
        scheme: settings.scheme.name().to_owned(),
        features: settings.features.clone(),
        weight_scale: rows.scale,
        gazetteer_kinds: settings.gazetteer.kinds().to_vec(),
        n_gazetteer_names: settings.gazetteer.n_names() as u64,
        notes: settings.notes.clone(),
        edges: settings.edges,
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
        document,
    }
    .to_bytes()
}
