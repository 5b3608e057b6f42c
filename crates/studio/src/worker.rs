//! Tagging in the background.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use tawsim_store::DocumentId;
use tawsim_tagger::{ScoredEntity, Tagger, TaggerScratch};

use crate::{Command, Found};

/// A document to be tagged.
pub(crate) struct Job {
    pub(crate) document: DocumentId,
    pub(crate) text: Arc<str>,
}

/// A thread that tags. It ends when this is dropped.
pub(crate) struct Worker {
    jobs: Sender<Job>,
    answers: Receiver<Command>,
    asked: HashSet<DocumentId>,
    n_done: usize,
}

impl Worker {
    /// Starts the thread; `notify` is called after each answer.
    pub(crate) fn start(tagger: Tagger, notify: impl Fn() + Send + 'static) -> Self {
        let (jobs, todo) = channel::<Job>();
        let (done, answers) = channel();
        thread::spawn(move || {
            let mut scratch = TaggerScratch::new();
            let model = model_version(&tagger);
            for job in todo {
                let found = tagger.tag(&job.text, &mut scratch);
                let entities = found.iter().map(|entity| found_of(&tagger, entity)).collect();
                let document = job.document;
                let answer = Command::Suggest { document, model: model.clone(), entities };
                if done.send(answer).is_err() {
                    break;
                }
                notify();
            }
        });
        Self { jobs, answers, asked: HashSet::new(), n_done: 0 }
    }

    /// Whether the document was asked for already.
    pub(crate) fn knows(&self, document: DocumentId) -> bool {
        self.asked.contains(&document)
    }

    /// Asks for a document; once.
    pub(crate) fn ask(&mut self, job: Job) {
        let document = job.document;
        if self.asked.insert(document) && self.jobs.send(job).is_err() {
            // The thread is gone: nothing will come, so nothing is counted as under way.
            self.asked.remove(&document);
        }
    }

    /// The next answer, if there is one.
    pub(crate) fn answer(&mut self) -> Option<Command> {
        let answer = self.answers.try_recv().ok()?;
        self.n_done += 1;
        Some(answer)
    }

    /// How many documents are done of how many that were asked for; `None` when all are.
    pub(crate) fn progress(&self) -> Option<[usize; 2]> {
        let n_asked = self.asked.len();
        (self.n_done < n_asked).then_some([self.n_done, n_asked])
    }
}

pub(crate) fn found_of(tagger: &Tagger, entity: &ScoredEntity) -> Found {
    Found {
        start: entity.span.start(),
        end: entity.span.end(),
        label: tagger.labels().name(entity.label).to_owned(),
        score: entity.score,
    }
}

/// Name of the model with what tells its versions apart.
pub(crate) fn model_version(tagger: &Tagger) -> String {
    let metadata = tagger.model().metadata();
    match metadata.notes.get("version") {
        Some(version) => format!("{} {version}", metadata.name),
        None => metadata.name.clone(),
    }
}
