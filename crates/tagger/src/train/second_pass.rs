//! Learns the second pass over a document from what chains that have not seen it make of it (jackknife).

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use tawsim_crf::{Dataset, Weights};

use super::extraction::{EntityCursor, ExtractedDocument};
use super::fit::{Fitted, Trainee, chain_config, fit, run};
use super::folds::Watch;
use super::weights::model_bytes;
use super::{Sample, TrainError};
use crate::document::{DocumentWeights, Draft, Evidence};
use crate::model::{Model, attribute_table};
use crate::tagger::{Tagger, TaggerScratch};

/// A tagger with the first pass alone.
fn tagger(trainee: Trainee<'_>, fitted: &Fitted) -> Result<Tagger, TrainError> {
    let Trainee { labels, settings, .. } = trainee;
    let bytes = model_bytes(labels, settings, fitted, &DocumentWeights::default())?;
    Ok(Tagger::new(Model::read(&mut bytes.as_slice())?))
}

/// A document as a chain sees it that was not trained on it, and the right tags of its units.
struct Judged {
    draft: Draft,
    gold: Vec<u16>,
}

/// The second chain.
pub(super) fn learn(
    samples: &[Sample<'_>],
    trainee: Trainee<'_>,
    watch: &mut Watch<'_>,
) -> Result<DocumentWeights, TrainError> {
    let mut judged = Vec::new();
    for fold in 0..watch.folds.len() {
        let fitted = fit(samples, &watch.folds.others(fold), trainee, watch)?;
        let members = watch.folds.members(fold);
        let tagger = tagger(trainee, &fitted)?;
        let whole = members.iter().map(|&idx| samples[idx]).filter(|s| s.reviewed.is_none());
        let whole: Vec<Sample<'_>> = whole.collect();
        let of_sample = |sample: &Sample<'_>| judge(&tagger, *sample, trainee);
        judged.par_extend(whole.par_iter().map(of_sample));
    }
    let mut set = SecondSet::new(trainee);
    judged.iter().for_each(|document| set.push(document));
    if set.dataset.n_sequences() == 0 {
        watch.end_stage(tawsim_crf::StopReason::Converged)?;
        return Ok(DocumentWeights::default());
    }
    let mut config = chain_config(trainee);
    config.c2 = trainee.settings.second_pass_c2;
    let trained = run(&set.dataset, &config, None, watch)?;
    Ok(set.weights(&trained.weights))
}

fn judge(tagger: &Tagger, sample: Sample<'_>, trainee: Trainee<'_>) -> Judged {
    let mut scratch = TaggerScratch::new();
    scratch.keeps_draft = true;
    tagger.tag(&sample.document.text, &mut scratch);
    let draft = std::mem::take(&mut scratch.draft);
    let mut entities = EntityCursor::new(sample.document, trainee.settings);
    let mut gold = ExtractedDocument::default();
    for sentence in draft.sentences() {
        entities.push_tags(&draft.units[sentence], &mut gold);
    }
    Judged { draft, gold: gold.tags }
}

/// The sentences that the second chain learns from: those it will be asked about.
struct SecondSet {
    dataset: Dataset,
    n_tags: usize,
    ids: FxHashMap<u64, u32>,
    keys: Vec<u64>,
    evidence: Evidence,
}

impl SecondSet {
    fn new(trainee: Trainee<'_>) -> Self {
        let Trainee { labels, settings, .. } = trainee;
        let n_tags = settings.scheme.n_tags(labels.len());
        Self {
            dataset: Dataset::new(n_tags),
            n_tags,
            ids: FxHashMap::default(),
            keys: Vec::new(),
            evidence: Evidence::new(settings.scheme, labels),
        }
    }

    fn push(&mut self, judged: &Judged) {
        if !self.evidence.collect(&judged.draft) {
            return;
        }
        for sentence in judged.draft.sentences() {
            let mut attributes: Vec<Vec<u64>> = vec![Vec::new(); sentence.len()];
            for idx in sentence.clone() {
                let keys = &mut attributes[idx - sentence.start];
                self.evidence.attributes(&judged.draft, &sentence, idx, |key| keys.push(key));
            }
            if attributes.iter().any(|keys| !keys.is_empty()) {
                self.push_sentence(judged, sentence, &attributes);
            }
        }
    }

    fn push_sentence(
        &mut self,
        judged: &Judged,
        sentence: std::ops::Range<usize>,
        attributes: &[Vec<u64>],
    ) {
        for (idx, keys) in sentence.zip(attributes) {
            let scores = &judged.draft.scores[idx * self.n_tags..][..self.n_tags];
            for (tag, score) in scores.iter().enumerate() {
                self.dataset.push_attribute_value(tag as u32, *score);
            }
            for key in keys {
                let next = self.keys.len() as u32;
                let id = *self.ids.entry(*key).or_insert(next);
                if id == next {
                    self.keys.push(*key);
                }
                self.dataset.push_attribute(self.n_tags as u32 + id);
            }
            self.dataset.end_position(judged.gold[idx]);
        }
        self.dataset.end_sequence(1.0);
    }

    fn weights(&self, weights: &Weights) -> DocumentWeights {
        let n_rows = self.n_tags + self.keys.len();
        let mut rows = vec![0.0; n_rows * self.n_tags];
        for (attribute, row) in rows.chunks_exact_mut(self.n_tags).enumerate() {
            weights.write_row(attribute as u32, row);
        }
        let transitions =
            [weights.transition_weights(), weights.start_weights(), weights.end_weights()].concat();
        DocumentWeights { slots: attribute_table(&self.keys), rows, transitions }
    }
}
