use std::ops::ControlFlow;

use tawsim_crf::{Checkpoint, Dataset, TrainConfig, Trainer};

use super::{Checkpoints, TrainError, TrainProgress, TrainSettings};

/// How documents are cut where a model is needed that has not seen them: document `i` is of part `i mod n`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Folds {
    /// 1 if nothing needs parts.
    n_folds: usize,
    n_documents: usize,
    n_stages: usize,
}

impl Folds {
    pub(super) fn new(n_documents: usize, settings: &TrainSettings) -> Result<Self, TrainError> {
        if !settings.second_pass {
            return Ok(Self { n_folds: 1, n_documents, n_stages: 1 });
        }
        let n_folds = settings.n_folds;
        if n_folds < 2 || n_documents < n_folds {
            return Err(TrainError::Folds(n_folds));
        }
        Ok(Self { n_folds, n_documents, n_stages: n_folds + 2 })
    }

    pub(super) const fn len(&self) -> usize {
        self.n_folds
    }

    /// The documents outside a part.
    pub(super) fn others(&self, fold: usize) -> Vec<usize> {
        (0..self.n_documents).filter(|idx| idx % self.n_folds != fold).collect()
    }

    /// The documents of a part.
    pub(super) fn members(&self, fold: usize) -> Vec<usize> {
        (0..self.n_documents).filter(|idx| idx % self.n_folds == fold).collect()
    }
}

/// Tells the caller of each iteration, and which chain it is of.
pub(super) struct Watch<'a> {
    progress: &'a mut (dyn FnMut(&TrainProgress) -> ControlFlow<()> + Send),
    checkpoints: Option<&'a mut (dyn Checkpoints + 'a)>,
    stage: usize,
    n_stages: usize,
    pub folds: Folds,
}

impl<'a> Watch<'a> {
    pub(super) fn new(
        progress: &'a mut (dyn FnMut(&TrainProgress) -> ControlFlow<()> + Send),
        checkpoints: Option<&'a mut (dyn Checkpoints + 'a)>,
        folds: &Folds,
    ) -> Self {
        Self { progress, checkpoints, stage: 0, n_stages: folds.n_stages, folds: *folds }
    }

    /// The chain as an earlier run has left it, if it has.
    pub(super) fn resumed<'d>(
        &self,
        dataset: &'d Dataset,
        config: &TrainConfig,
    ) -> Result<Option<Trainer<'d>>, TrainError> {
        let kept = self.checkpoints.as_ref().and_then(|kept| kept.load(self.stage));
        let Some(bytes) = kept else { return Ok(None) };
        Ok(Some(Trainer::resume(dataset, config, &Checkpoint::from_bytes(bytes)?)?))
    }

    /// Keeps the chain's state if it is time to.
    pub(super) fn keep(&mut self, trainer: &Trainer<'_>) {
        if let Some(checkpoints) = &mut self.checkpoints
            && checkpoints.is_due()
        {
            checkpoints.save(self.stage, trainer.checkpoint().as_bytes());
        }
    }

    pub(super) fn tell(&mut self, of_chain: &tawsim_crf::Progress) -> ControlFlow<()> {
        (self.progress)(&TrainProgress {
            stage: self.stage,
            n_stages: self.n_stages,
            iteration: of_chain.iteration,
            loss: of_chain.loss,
            gradient_norm: of_chain.gradient_norm,
        })
    }

    /// A chain is trained. If it was cancelled and more would follow, there will be no model.
    pub(super) fn end_stage(&mut self, stop: tawsim_crf::StopReason) -> Result<(), TrainError> {
        self.stage += 1;
        let is_last = self.stage == self.n_stages;
        if stop == tawsim_crf::StopReason::Cancelled && !is_last {
            return Err(TrainError::Cancelled);
        }
        Ok(())
    }
}
