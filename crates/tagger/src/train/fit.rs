//! One chain: extraction, data set, weights.

use rayon::prelude::*;
use tawsim_corpus::LabelSet;
use tawsim_crf::{Dataset, TrainConfig, Trained, Trainer, Weights};

use super::extraction::{ExtractedDocument, Extraction};
use super::folds::Watch;
use super::training_set::TrainingSet;
use super::weights::{QuantisedRows, quantised_rows};
use super::{Sample, TrainError, TrainReport, TrainSettings};
use crate::model::{Model, transition_mask};

/// What is trained, apart from the documents.
#[derive(Clone, Copy)]
pub(super) struct Trainee<'a> {
    pub labels: &'a LabelSet,
    pub settings: &'a TrainSettings,
    /// Where the weights start, if not at 0.
    pub warm: Option<&'a Model>,
}

/// A trained chain.
pub(super) struct Fitted {
    pub weights: Weights,
    pub rows: QuantisedRows,
    pub report: TrainReport,
}

/// Keys of a block of documents are held at a time; ids are half as long.
const BLOCK_DOCUMENTS: usize = 64;

/// Trains a chain on the chosen samples.
pub(super) fn fit(
    samples: &[Sample<'_>],
    chosen: &[usize],
    trainee: Trainee<'_>,
    watch: &mut Watch<'_>,
) -> Result<Fitted, TrainError> {
    let Trainee { labels, settings, .. } = trainee;
    let extraction = Extraction::new(labels, settings);
    let mut set = TrainingSet::new(settings.scheme.n_tags(labels.len()));
    for block in chosen.chunks(BLOCK_DOCUMENTS) {
        let extract = |&idx: &usize| extraction.document(samples[idx], &settings.clusters);
        let extracted: Vec<ExtractedDocument> = block.par_iter().map(extract).collect();
        extracted.iter().for_each(|document| set.push(document));
    }
    if set.counts.n_entities == 0 {
        return Err(TrainError::NoEntities);
    }
    let (dataset, keys) = set.dataset(settings.min_count);
    let start = trainee.warm.map(|model| warm_weights(model, labels, &keys));
    let trained = run(&dataset, &chain_config(trainee), start.as_ref(), watch)?;
    let rows = quantised_rows(&trained.weights, &keys, settings.prune_below);
    let report = TrainReport {
        counts: set.counts,
        n_attributes: keys.len(),
        n_kept_attributes: rows.keys.len(),
        n_iterations: trained.n_iterations,
        loss: trained.loss,
        stop: trained.stop,
    };
    Ok(Fitted { weights: trained.weights, rows, report })
}

/// The chain's settings with the moves that the tags allow.
pub(super) fn chain_config(trainee: Trainee<'_>) -> TrainConfig {
    let mut crf = trainee.settings.crf.clone();
    crf.features.mask = Some(transition_mask(trainee.settings.scheme, trainee.labels));
    crf
}

/// Trains to the end, or until the caller ends it.
pub(super) fn run(
    dataset: &Dataset,
    config: &TrainConfig,
    start: Option<&Weights>,
    watch: &mut Watch<'_>,
) -> Result<Trained, TrainError> {
    let mut trainer = match (watch.resumed(dataset, config)?, start) {
        (Some(trainer), _) => trainer,
        (None, None) => Trainer::new(dataset, config)?,
        (None, Some(weights)) => Trainer::warm_start(dataset, config, weights)?,
    };
    while let Some(progress) = trainer.step() {
        watch.keep(&trainer);
        if watch.tell(&progress).is_break() {
            break;
        }
    }
    let trained = trainer.finish();
    watch.end_stage(trained.stop)?;
    Ok(trained)
}

/// A model's weights over the attributes `keys`, by the names of the labels.
fn warm_weights(model: &Model, labels: &LabelSet, keys: &[u64]) -> Weights {
    let scheme = model.scheme();
    let tags = tag_map(model, labels);
    let n_tags = scheme.n_tags(labels.len());
    let (view, scale) = (model.view(), model.metadata().weight_scale);
    let mut old = vec![0_i32; model.n_tags()];
    let rows = keys.iter().map(|&key| {
        old.fill(0);
        view.add_attribute(key, &mut old);
        let mut row: Vec<(u16, f32)> = Vec::new();
        for (tag, sum) in tags.iter().zip(&old).filter(|(_, sum)| **sum != 0) {
            row.extend(tag.map(|tag| (tag, *sum as f32 * scale)));
        }
        row.sort_unstable_by_key(|(tag, _)| *tag);
        row
    });
    let (mut moves, mut start, mut end) =
        (vec![0.0; n_tags * n_tags], vec![0.0; n_tags], vec![0.0; n_tags]);
    let [old_moves, old_start, old_end] = model.transition_rows();
    for (from, new_from) in tags.iter().enumerate().filter_map(|(i, t)| Some((i, (*t)?))) {
        start[usize::from(new_from)] = old_start[from];
        end[usize::from(new_from)] = old_end[from];
        for (to, new_to) in tags.iter().enumerate().filter_map(|(i, t)| Some((i, (*t)?))) {
            moves[usize::from(new_from) * n_tags + usize::from(new_to)] =
                old_moves[from * tags.len() + to];
        }
    }
    Weights::new(n_tags, rows, &moves, &start, &end)
}

/// For each tag of the model the tag of the same name over `labels`.
fn tag_map(model: &Model, labels: &LabelSet) -> Vec<Option<u16>> {
    let scheme = model.scheme();
    let per_label = scheme.n_tags(1) - 1;
    let of_label = |name: &String| {
        let first = labels.get(name).map(|label| scheme.n_tags(label.label_idx()) as u16);
        (0..per_label as u16).map(move |place| Some(first? + place))
    };
    std::iter::once(Some(0)).chain(model.labels().names().iter().flat_map(of_label)).collect()
}
