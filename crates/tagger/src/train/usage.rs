//! What a model calls each form in unlabelled text, as word classes.
//!
//! A model that has seen a document's own annotation labels its names too well everywhere; so the classes that a
//! document is trained with come from a model that has not seen its part (jackknife).

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use tawsim_corpus::Tag;

use super::fit::{Trainee, fit};
use super::folds::{Folds, Watch};
use super::second_pass::tagger;
use super::{Sample, TrainError};
use crate::clusters::Clusters;
use crate::document::Draft;
use crate::tagger::{Tagger, TaggerScratch};

/// Clusters and usage, as each document may know them.
pub(super) struct WordClasses {
    /// Of the model that has seen all documents.
    whole: Clusters,
    /// Of the models that have not seen one part; empty where there is no usage.
    parts: Vec<Clusters>,
}

impl WordClasses {
    /// What the finished model brings along.
    pub(super) const fn whole(&self) -> &Clusters {
        &self.whole
    }

    /// What a document to learn from is described with.
    pub(super) fn of_document(&self, document_idx: usize) -> &Clusters {
        match self.parts.len() {
            0 => &self.whole,
            n_parts => &self.parts[document_idx % n_parts],
        }
    }
}

/// Learns the usage of words from the unlabelled texts, if there are any.
pub(super) fn word_classes(
    samples: &[Sample<'_>],
    trainee: Trainee<'_>,
    folds: &Folds,
    watch: &mut Watch<'_>,
) -> Result<WordClasses, TrainError> {
    let settings = trainee.settings;
    let plain = WordClasses { whole: settings.clusters.clone(), parts: Vec::new() };
    if settings.unlabelled.is_empty() {
        return Ok(plain);
    }
    let mut learn = |chosen: &[usize]| {
        let fitted = fit(samples, chosen, trainee, &plain, watch)?;
        let usage = usage(&tagger(trainee, plain.whole(), &fitted)?, &settings.unlabelled);
        Ok(settings.clusters.with_usage(&usage))
    };
    let parts = (0..folds.len()).map(|fold| learn(&folds.others(fold)));
    let parts = parts.collect::<Result<Vec<Clusters>, TrainError>>()?;
    let all: Vec<usize> = (0..samples.len()).collect();
    Ok(WordClasses { whole: learn(&all)?, parts })
}

/// How often a form was met, how often it began an entity, and how often it had each label.
type Counts = Vec<u32>;

/// Texts that are counted together; the sums do not depend on it.
const BLOCK_TEXTS: usize = 16;

/// The class of each form that is an entity often enough, sorted by form.
fn usage(tagger: &Tagger, texts: &[String]) -> Vec<(u64, u16)> {
    let n_counts = tagger.labels().len() + 2;
    let blocks: Vec<FxHashMap<u64, Counts>> =
        texts.par_chunks(BLOCK_TEXTS).map(|block| count(tagger, block)).collect();
    let mut total: FxHashMap<u64, Counts> = FxHashMap::default();
    for (key, counts) in blocks.into_iter().flatten() {
        let sums = total.entry(key).or_insert_with(|| vec![0; n_counts]);
        sums.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
    }
    let mut classes: Vec<(u64, u16)> =
        total.into_iter().filter_map(|(key, counts)| Some((key, class(&counts)?))).collect();
    classes.sort_unstable();
    classes
}

fn count(tagger: &Tagger, texts: &[String]) -> FxHashMap<u64, Counts> {
    let mut scratch = TaggerScratch::new();
    scratch.keeps_draft = true;
    let mut counts = FxHashMap::default();
    for text in texts {
        tagger.tag(text, &mut scratch);
        count_draft(tagger, &scratch.draft, &mut counts);
    }
    counts
}

fn count_draft(tagger: &Tagger, draft: &Draft, counts: &mut FxHashMap<u64, Counts>) {
    let n_counts = tagger.labels().len() + 2;
    for (key, tag) in draft.keys.iter().zip(&draft.tags) {
        let sums = counts.entry(*key).or_insert_with(|| vec![0; n_counts]);
        sums[0] += 1;
        match tagger.model().scheme().tag(*tag, tagger.labels()) {
            Some(Tag::Begin(label) | Tag::Single(label)) => {
                sums[1] += 1;
                sums[2 + label.label_idx()] += 1;
            }
            Some(Tag::Inside(label) | Tag::End(label)) => sums[2 + label.label_idx()] += 1,
            Some(Tag::Outside) | None => {}
        }
    }
}

/// A form met less often has no class.
const MIN_COUNT: u32 = 2;
/// A form that is no entity needs this many to be called one that is none.
const MIN_OUTSIDE: u32 = 50;

/// The commonest label of a form, its share, how sure that is, and whether it begins entities.
fn class(counts: &[u32]) -> Option<u16> {
    let (n, labels) = (counts[0], &counts[2..]);
    let in_entities: u32 = labels.iter().sum();
    let share = (in_entities * 100).checked_div(n)?;
    if n < MIN_COUNT {
        return None;
    }
    if share < 3 {
        return (n >= MIN_OUTSIDE).then_some(0);
    }
    let best = (0..labels.len()).rev().max_by_key(|&label| labels[label])?;
    let is_pure = labels[best] * 10 >= in_entities * 8;
    let begins = match counts[1] * 10 / in_entities {
        0..=1 => 0,
        2..=7 => 1,
        _ => 2,
    };
    let share_step = SHARES.iter().filter(|step| share >= **step).count();
    let count_step = COUNTS.iter().filter(|step| n >= **step).count();
    let parts = [(share_step, 6), (count_step, 3), (begins, 3), (usize::from(is_pure), 2)];
    let code = parts.into_iter().fold(best, |code, (step, n_steps)| code * n_steps + step);
    u16::try_from(code + 1).ok().filter(|code| *code != u16::MAX)
}

/// Bounds of the steps of shares, in percent.
const SHARES: [u32; 4] = [15, 40, 70, 92];
/// Bounds of the steps of counts.
const COUNTS: [u32; 2] = [6, 30];
