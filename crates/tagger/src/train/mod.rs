mod extraction;
mod fit;
mod folds;
mod retrain;
mod sample;
mod second_pass;
mod settings;
mod training_set;
mod weights;

pub use retrain::{
    Comparison, RetrainCorpus, RetrainSettings, Retrained, ReviewedDocument, retrain,
};
pub use settings::{
    Checkpoints, TrainCounts, TrainError, TrainProgress, TrainReport, TrainSettings, TrainedModel,
};

use std::ops::ControlFlow;

use tawsim_corpus::{Document, LabelSet};

use crate::document::DocumentWeights;
use crate::model::Model;
use fit::{Fitted, Trainee};
use folds::{Folds, Watch};
use sample::Sample;
use weights::model_bytes;

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
    progress: &mut (dyn FnMut(&TrainProgress) -> ControlFlow<()> + Send),
) -> Result<TrainedModel, TrainError> {
    train_samples(&whole(documents), Trainee { labels, settings, warm: None }, progress, None)
}

/// As [`train`], and goes on where an earlier run with the same documents and settings was stopped: the bytes are the
/// same as if it had not been.
///
/// # Errors
/// As [`train`]; also if a checkpoint is damaged or of another run.
pub fn train_resumable(
    documents: &[Document],
    labels: &LabelSet,
    settings: &TrainSettings,
    progress: &mut (dyn FnMut(&TrainProgress) -> ControlFlow<()> + Send),
    checkpoints: &mut dyn Checkpoints,
) -> Result<TrainedModel, TrainError> {
    let trainee = Trainee { labels, settings, warm: None };
    train_samples(&whole(documents), trainee, progress, Some(checkpoints))
}

fn whole(documents: &[Document]) -> Vec<Sample<'_>> {
    documents.iter().map(Sample::whole).collect()
}

/// The second pass of the model to start from, if it is over the same labels.
fn kept_second_pass(trainee: Trainee<'_>) -> DocumentWeights {
    let same = trainee.warm.filter(|model| {
        model.labels() == trainee.labels && model.scheme() == trainee.settings.scheme
    });
    same.and_then(Model::document_weights).unwrap_or_default()
}

/// Trains on documents that may be known in part only.
fn train_samples<'a>(
    samples: &[Sample<'_>],
    trainee: Trainee<'_>,
    progress: &'a mut (dyn FnMut(&TrainProgress) -> ControlFlow<()> + Send),
    checkpoints: Option<&'a mut (dyn Checkpoints + 'a)>,
) -> Result<TrainedModel, TrainError> {
    let settings = trainee.settings;
    settings.features.validate()?;
    let folds = Folds::new(samples.len(), settings)?;
    let mut watch = Watch::new(progress, checkpoints, &folds);
    let document = if settings.second_pass {
        second_pass::learn(samples, trainee, &mut watch)?
    } else {
        kept_second_pass(trainee)
    };
    let all: Vec<usize> = (0..samples.len()).collect();
    let fitted = fit::fit(samples, &all, trainee, &mut watch)?;
    let bytes = model_bytes(trainee.labels, settings, &fitted, &document)?;
    if bytes.len() > Model::MAX_BYTES {
        return Err(TrainError::TooLarge(bytes.len()));
    }
    Ok(TrainedModel { bytes, report: fitted.report })
}
