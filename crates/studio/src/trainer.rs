//! Learning from the finished documents, in the background.

use std::{
    ops::ControlFlow,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{Receiver, TryRecvError, channel},
    },
    thread,
};

use anyhow::{Context as _, anyhow};
use tawsim_corpus::{Document, Evaluation, JsonlReader, LabelCounts, LabelSet};
use tawsim_tagger::{
    Comparison, Gazetteer, GazetteerBuilder, GazetteerRecord, Model, RetrainCorpus,
    RetrainSettings, ReviewedDocument, Tagger, retrain,
};

use crate::base;

/// Iterations at most; the bundled model's bound.
pub(crate) const MAX_ITERATIONS: usize = 150;
/// One finished document of this many is kept back for comparing the models.
const HELD_OUT_OF: usize = 5;

/// What training draws on besides the project.
#[derive(Clone, Debug, Default)]
pub struct TrainingFiles {
    /// Whether the corpus and the tables of names inside the program are learnt from too.
    pub with_base: bool,
    /// Annotated documents (`.jsonl`) that are learnt from too.
    pub corpus: Vec<PathBuf>,
    /// Tables of names (`.tsv`).
    pub gazetteer: Vec<PathBuf>,
}

/// What is learnt from.
pub(crate) struct Lesson {
    /// Finished documents of the project.
    pub(crate) documents: Vec<Document>,
    pub(crate) labels: LabelSet,
    pub(crate) files: TrainingFiles,
    /// The project's own entries.
    pub(crate) own: Vec<GazetteerRecord>,
    /// The model in use, to compare with.
    pub(crate) current: Tagger,
    pub(crate) name: String,
}

/// A new model, and how it does.
pub(crate) struct Learnt {
    pub(crate) tagger: Tagger,
    /// The model file.
    pub(crate) bytes: Vec<u8>,
    /// How many finished documents it drew on, those kept back included.
    pub(crate) n_documents: usize,
    /// How both models do on the documents that were kept back; `None` if there were too few to keep
    /// one back.
    pub(crate) scores: Option<Scores>,
}

/// The model in use and the new one on the same documents, F1, strict.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scores {
    /// Micro-average of the model in use.
    pub(crate) before: f64,
    /// Of the new one.
    pub(crate) after: f64,
    /// How many documents.
    pub(crate) n_documents: usize,
    /// Label, entities of it, F1 before and after; labels without entities are left out.
    pub(crate) labels: Vec<(String, u64, f64, f64)>,
}

/// A training under way.
pub(crate) struct Trainer {
    iteration: Arc<AtomicUsize>,
    losses: Arc<Mutex<Vec<f64>>>,
    is_cancelled: Arc<AtomicBool>,
    outcome: Receiver<Result<Learnt, String>>,
}

impl Trainer {
    /// Starts; `notify` is called after each iteration and at the end.
    pub(crate) fn start(lesson: Lesson, notify: impl Fn() + Send + Sync + 'static) -> Self {
        let iteration = Arc::new(AtomicUsize::new(0));
        let losses = Arc::new(Mutex::new(Vec::new()));
        let of_thread = Arc::clone(&losses);
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let (done, outcome) = channel();
        let (count, cancel) = (Arc::clone(&iteration), Arc::clone(&is_cancelled));
        thread::spawn(move || {
            let learnt = learn(lesson, &mut |n, loss| {
                count.store(n, Ordering::Relaxed);
                of_thread.lock().expect("nobody panics with the lock").push(loss);
                notify();
                !cancel.load(Ordering::Relaxed)
            });
            // If nobody waits for it any more, the window is gone.
            drop(done.send(learnt.map_err(|error| format!("{error:#}"))));
            notify();
        });
        Self { iteration, losses, is_cancelled, outcome }
    }

    /// The loss after each iteration.
    pub(crate) fn losses(&self) -> Vec<f64> {
        self.losses.lock().expect("nobody panics with the lock").clone()
    }

    /// Iterations done.
    pub(crate) fn n_iterations(&self) -> usize {
        self.iteration.load(Ordering::Relaxed)
    }

    /// Ends it after the iteration that runs; nothing comes of it.
    pub(crate) fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// The outcome, once it is there.
    pub(crate) fn outcome(&self) -> Option<Result<Learnt, String>> {
        match self.outcome.try_recv() {
            Ok(outcome) => Some(outcome),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err("the training stopped".to_owned())),
        }
    }
}

/// Trains on all but the documents kept back. `go_on` hears of each iteration.
fn learn(
    lesson: Lesson,
    go_on: &mut (dyn FnMut(usize, f64) -> bool + Send),
) -> anyhow::Result<Learnt> {
    let Lesson { documents, mut labels, files, own, current, name } = lesson;
    let mut base = Vec::new();
    if files.with_base {
        (base, labels) = base::corpus(&labels);
    }
    for path in &files.corpus {
        base.extend(read(path, &mut labels)?);
    }
    let mut settings = RetrainSettings::from_model(current.model());
    settings.hold_out_every = HELD_OUT_OF;
    let train = &mut settings.train;
    train.name = name;
    train.crf.lbfgs.max_iterations = MAX_ITERATIONS;
    train.gazetteer = gazetteer(&files, &own)?;
    train.notes.insert("documents".to_owned(), (base.len() + documents.len()).to_string());
    train.notes.insert("version".to_owned(), version(base.iter().chain(&documents)));
    let n_documents = documents.len();
    let whole = |document| ReviewedDocument { document, reviewed: None };
    let reviewed: Vec<ReviewedDocument> = documents.into_iter().map(whole).collect();
    let corpus = RetrainCorpus { base: &base, reviewed: &reviewed, labels: &labels };
    let learnt = retrain(corpus, Some(&current), &settings, &mut |progress| {
        if go_on(progress.iteration, progress.loss) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    let tagger = Tagger::new(Model::read(&mut learnt.bytes.as_slice())?);
    let scores = learnt.comparison.as_ref().map(scores);
    Ok(Learnt { tagger, bytes: learnt.bytes, n_documents, scores })
}

fn scores(comparison: &Comparison) -> Scores {
    let f1 = |evaluation: &Evaluation| evaluation.micro().strict.f1();
    let (before, after) = (comparison.before.as_ref(), &comparison.after);
    let label = |(idx, counts): (usize, &LabelCounts)| {
        let label = after.labels().at(idx).expect("counts are those of the labels");
        let n_gold = counts.strict.gold;
        let old = before.map_or(0.0, |before| before.per_label()[idx].strict.f1());
        let name = after.labels().name(label).to_owned();
        (n_gold > 0).then(|| (name, n_gold, old, counts.strict.f1()))
    };
    Scores {
        before: before.map_or(0.0, f1),
        after: f1(after),
        n_documents: comparison.n_documents,
        labels: after.per_label().iter().enumerate().filter_map(label).collect(),
    }
}

fn read(path: &std::path::Path, labels: &mut LabelSet) -> anyhow::Result<Vec<Document>> {
    let file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
    let documents = JsonlReader::new(std::io::BufReader::new(file), labels);
    documents.map(|document| document.with_context(|| path.display().to_string())).collect()
}

fn gazetteer(files: &TrainingFiles, own: &[GazetteerRecord]) -> anyhow::Result<Gazetteer> {
    if files.with_base && files.gazetteer.is_empty() {
        return Ok(Gazetteer::clone(&base::gazetteer(own)));
    }
    let mut builder = GazetteerBuilder::new();
    if files.with_base {
        base::add_names(&mut builder, own);
    } else {
        for record in own {
            builder.add_record(record).map_err(|why| anyhow!("the project's own names: {why}"))?;
        }
    }
    for path in &files.gazetteer {
        let place = || path.display().to_string();
        builder.add_tsv(&std::fs::read_to_string(path).with_context(place)?).with_context(place)?;
    }
    Ok(builder.build())
}

/// Tells models of one name apart: what they learnt from, as a checksum (FNV-1a).
fn version<'a>(documents: impl Iterator<Item = &'a Document>) -> String {
    let mut hash: u64 = 0xCBF2_9CE4_8422_2325;
    let mut add = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    };
    for document in documents {
        add(document.text.as_bytes());
        for entity in &document.entities {
            add(&entity.span.start().to_le_bytes());
            add(&entity.span.end().to_le_bytes());
            add(&entity.label.label_idx().to_le_bytes());
        }
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use tawsim_corpus::Entity;
    use tawsim_tokenizer::Span;

    use super::*;

    fn documents(n: usize, labels: &LabelSet) -> Vec<Document> {
        let towns = ["حلب", "إدلب", "حماة", "الرقة", "منبج", "عفرين", "تدمر"];
        let document = |idx: usize| {
            let town = towns[idx % towns.len()];
            let mut document = Document::new(idx.to_string(), format!("هجوم قرب بلدة {town} أمس"));
            let start = document.text.find(town).expect("it was put there");
            let span = Span::from_range(start..start + town.len()).expect("short");
            document.entities.push(Entity::new(span, labels.at(0).expect("one label")));
            document
        };
        (0..n).map(document).collect()
    }

    fn lesson(n: usize) -> Lesson {
        let labels = LabelSet::from_names(["PLACE"]).expect("a label name");
        Lesson {
            documents: documents(n, &labels),
            labels,
            files: TrainingFiles::default(),
            own: Vec::new(),
            current: Tagger::bundled(),
            name: "test".to_owned(),
        }
    }

    #[test]
    fn a_model_learns_from_finished_documents() {
        let mut n_iterations = 0;
        let learnt = learn(lesson(20), &mut |n, _| {
            n_iterations = n;
            true
        });
        let learnt = learnt.expect("there is something to learn");
        let scores = learnt.scores.expect("documents were kept back");
        let n_documents = scores.n_documents;
        assert_eq!((scores.after, n_documents), (1.0, 9));
        let [(label, n_gold, _, after)] = &scores.labels[..] else { panic!("one label") };
        assert_eq!((label.as_str(), *after), ("PLACE", 1.0));
        assert_eq!(n_documents as u64, *n_gold);
        assert!(n_iterations > 0);
        let (old, new) = (Tagger::bundled(), learnt.tagger.model());
        assert!(new.clusters() == old.model().clusters(), "word clusters are kept");
        assert_eq!(new.metadata().features, old.model().metadata().features);
        let again = learn(lesson(20), &mut |_, _| true).expect("the same again");
        assert_eq!(again.bytes, learnt.bytes, "training is reproducible");
    }

    #[test]
    fn few_documents_are_all_learnt_from() {
        let learnt = learn(lesson(4), &mut |_, _| true).expect("there is something to learn");
        assert!(learnt.scores.is_none());
    }

    #[test]
    fn a_cancelled_training_gives_nothing() {
        let outcome = learn(lesson(5), &mut |_, _| false);
        assert_eq!(outcome.err().map(|error| error.to_string()).as_deref(), Some("cancelled"));
        assert!(learn(lesson(0), &mut |_, _| true).is_err(), "nothing to learn from");
    }
}
