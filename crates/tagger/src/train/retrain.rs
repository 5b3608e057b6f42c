use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;

use tawsim_corpus::{Document, Entity, Evaluation, LabelSet, widen_to_tokens};
use tawsim_tokenizer::Span;

use super::fit::Trainee;
use super::{Sample, TrainError, TrainProgress, TrainReport, TrainSettings, TrainedModel};
use crate::model::Model;
use crate::tagger::{Tagger, TaggerScratch};

/// A document that a person has worked on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReviewedDocument {
    /// The document with its entities.
    pub document: Document,
    /// The parts that were looked at; `None`: all of it. What lies outside is learnt from as context only:
    /// nothing is assumed of its labels (Tsuboi et al. 2008, training with partial annotation).
    pub reviewed: Option<Vec<Span>>,
}

/// What a model is trained on again.
#[derive(Clone, Copy, Debug)]
pub struct RetrainCorpus<'a> {
    /// Documents that were there before, all of them wholly annotated.
    pub base: &'a [Document],
    /// Documents that a person has worked on since.
    pub reviewed: &'a [ReviewedDocument],
    /// The labels of both.
    pub labels: &'a LabelSet,
}

/// How to train again.
#[derive(Clone, Debug)]
pub struct RetrainSettings {
    /// How to train.
    pub train: TrainSettings,
    /// Whether the weights start at those of the model in use, provided that templates and scheme are the same: fewer
    /// iterations give as good a model.
    pub warm_start: bool,
    /// Of the wholly reviewed documents about one of so many is kept back; 0 keeps none back. A document's text says
    /// which, so that once there are many, further ones change nothing for those that were there. Of fewer than so
    /// many none is kept back, of few at least one and at most half: then one that an earlier model learned from may
    /// be kept back later.
    pub hold_out_every: usize,
}

/// A model trained again.
#[derive(Clone, Debug)]
pub struct Retrained {
    /// The model file.
    pub bytes: Vec<u8>,
    /// How training went.
    pub report: TrainReport,
    /// How the models do on the documents kept back; `None` if there were none.
    pub comparison: Option<Comparison>,
    /// Documents of the base that were left out, because a wholly reviewed one has their text: it is the newer one,
    /// and it may be one of those kept back.
    pub n_replaced: usize,
}

/// Scores of two models on documents that the new one was not trained on.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Of the model that was in use, if there was one.
    pub before: Option<Evaluation>,
    /// Of the new model.
    pub after: Evaluation,
    /// How many documents were kept back.
    pub n_documents: usize,
}

impl RetrainSettings {
    /// Starts at the weights of `model` and keeps its name, labels' scheme, templates, names and word clusters. A
    /// fifth of the reviewed documents is kept back.
    #[must_use]
    pub fn from_model(model: &Model) -> Self {
        let metadata = model.metadata();
        let mut train = TrainSettings::new(metadata.name.clone());
        train.features = metadata.features.clone();
        train.scheme = model.scheme();
        train.edges = metadata.edges;
        train.gazetteer = model.gazetteer();
        train.clusters = model.clusters();
        train.notes = metadata.notes.clone();
        train.crf.lbfgs.max_iterations = 60;
        Self { train, warm_start: true, hold_out_every: 5 }
    }
}

/// Trains on a base corpus and reviewed documents, and compares the new model with the one in use on reviewed
/// documents that were kept back.
///
/// The same corpus, model, settings and version give the same bytes for any number of threads. If the settings
/// ask for no second pass of their own, the second pass of a model to start from is kept, provided that the
/// labels are the same.
///
/// # Errors
/// As [`train`](super::train); [`TrainError::Cancelled`] if `progress` ended it.
pub fn retrain(
    corpus: RetrainCorpus<'_>,
    current: Option<&Tagger>,
    settings: &RetrainSettings,
    progress: &mut (dyn FnMut(&TrainProgress) -> ControlFlow<()> + Send),
) -> Result<Retrained, TrainError> {
    let (held_out, kept) = split(corpus.reviewed, settings.hold_out_every);
    let whole = corpus.reviewed.iter().filter(|document| document.reviewed.is_none());
    let newer: HashSet<&str> = whole.map(|document| document.document.text.as_str()).collect();
    let base = corpus.base.iter().filter(|document| !newer.contains(document.text.as_str()));
    let mut samples: Vec<Sample<'_>> = base.map(Sample::whole).collect();
    let n_replaced = corpus.base.len() - samples.len();
    samples.extend(kept.into_iter().map(Sample::reviewed));
    // Weights of other templates or tags would be of something else.
    let is_alike = |model: &&Model| {
        model.metadata().features == settings.train.features
            && model.scheme() == settings.train.scheme
    };
    let warm = current.filter(|_| settings.warm_start).map(Tagger::model).filter(is_alike);
    let trainee = Trainee { labels: corpus.labels, settings: &settings.train, warm };
    let mut is_cancelled = false;
    let mut watch = |state: &TrainProgress| {
        let answer = progress(state);
        is_cancelled |= answer.is_break();
        answer
    };
    let trained = super::train_samples(&samples, trainee, &mut watch, None)?;
    let TrainedModel { bytes, report } = trained;
    if is_cancelled {
        return Err(TrainError::Cancelled);
    }
    let comparison = if held_out.is_empty() {
        None
    } else {
        let new = Tagger::new(Model::read(&mut bytes.as_slice())?);
        Some(Comparison {
            before: current.map(|tagger| evaluate(tagger, &held_out, corpus.labels)),
            after: evaluate(&new, &held_out, corpus.labels),
            n_documents: held_out.len(),
        })
    };
    Ok(Retrained { bytes, report, comparison, n_replaced })
}

/// The documents kept back, and the rest.
fn split(
    reviewed: &[ReviewedDocument],
    hold_out_every: usize,
) -> (Vec<&Document>, Vec<&ReviewedDocument>) {
    let checksum = |document: &ReviewedDocument| crc32fast::hash(document.document.text.as_bytes());
    let whole = reviewed.iter().filter(|document| document.reviewed.is_none());
    let mut sums: Vec<u32> = whole.map(checksum).collect();
    let most = sums.len() / 2;
    let is_enough = hold_out_every > 0 && sums.len() >= hold_out_every;
    let is_chosen = |sum: u32| is_enough && (sum as usize).is_multiple_of(hold_out_every);
    // First those that are chosen whatever else there is; of few documents chance may choose none or most.
    sums.sort_unstable_by_key(|&sum| (!is_chosen(sum), sum));
    let n_chosen = sums.iter().filter(|&&sum| is_chosen(sum)).count();
    // How many of each checksum are still to be kept back: texts may be equal.
    let mut left: BTreeMap<u32, usize> = BTreeMap::new();
    for &sum in &sums[..n_chosen.max(usize::from(is_enough)).min(most)] {
        *left.entry(sum).or_default() += 1;
    }
    let mut takes_one =
        |sum| left.get_mut(&sum).filter(|count| **count > 0).map(|count| *count -= 1).is_some();
    let (held_out, kept): (Vec<_>, Vec<_>) = reviewed
        .iter()
        .partition(|document| document.reviewed.is_none() && takes_one(checksum(document)));
    (held_out.into_iter().map(|held_out| &held_out.document).collect(), kept)
}

/// Scores of a model's entities; labels are compared by name, those that the corpus does not have are left out.
fn evaluate(tagger: &Tagger, gold: &[&Document], labels: &LabelSet) -> Evaluation {
    let mut evaluation = Evaluation::new(labels.clone());
    let mut scratch = TaggerScratch::new();
    for document in gold {
        let found = tagger.tag(&document.text, &mut scratch).iter().filter_map(|entity| {
            let label = labels.get(tagger.labels().name(entity.label))?;
            Some(Entity { label, ..Entity::from(*entity) })
        });
        let mut found: Vec<Entity> = found.collect();
        widen_to_tokens(document, &mut found);
        evaluation.add(document, &found);
    }
    evaluation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_kept_back_stay_the_same_as_others_come() {
        let document = |idx: usize| ReviewedDocument {
            document: Document::new(format!("{idx}"), format!("وصل {idx} إلى حلب")),
            reviewed: (idx % 7 == 3).then(Vec::new),
        };
        let mut documents: Vec<ReviewedDocument> = (0..4).map(document).collect();
        assert!(split(&documents, 5).0.is_empty());
        let mut before: Vec<String> = Vec::new();
        for idx in 4..300 {
            documents.insert(idx % documents.len(), document(idx));
            let (held_out, kept) = split(&documents, 5);
            assert_eq!(held_out.len() + kept.len(), documents.len());
            let now: Vec<String> = held_out.iter().map(|document| document.id.clone()).collect();
            assert!(before.len() < 2 || before.iter().all(|id| now.contains(id)), "{idx}");
            assert!(idx < 7 || !now.is_empty(), "{idx}");
            before = now;
        }
        assert!((40..70).contains(&before.len()), "{}", before.len());
        assert!(split(&documents, 0).0.is_empty());
    }
}
