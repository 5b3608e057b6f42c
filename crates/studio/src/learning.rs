//! The model in the loop: tags new documents, learns from finished ones.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use tawsim_store::DocumentRow;
use tawsim_tagger::{Model, Tagger};

use crate::{
    App, WorkState,
    files::write_whole,
    learning_curve::{self, Lap},
    link::read_all,
    panels::Training,
    redecoder::Redecoder,
    trainer::{Learnt, Lesson, Trainer, TrainingFiles},
    worker::{Worker, model_version},
};

/// Documents that are handed to the tagger at a time: few, so that what is looked at comes soon.
const JOBS_AT_A_TIME: usize = 32;
/// Time for taking in answers, in one frame.
const SLICE: Duration = Duration::from_millis(5);
/// The project's own model, in its folder.
const MODEL_FILE: &str = "model.tawsim";

/// The model in use and the one that is being trained.
pub(crate) struct Learning {
    ctx: egui::Context,
    /// The program's model, for projects without one of their own.
    program: Tagger,
    /// The model in use.
    tagger: Tagger,
    worker: Worker,
    redecoder: Redecoder,
    /// Name and version of the model in use.
    version: String,
    /// Whether suggestions of an older model are to be replaced.
    retags: bool,
    files: TrainingFiles,
    pub(crate) training: Training,
    /// The project whose own model was looked for.
    project: Option<PathBuf>,
    /// Its trainings up to now.
    pub(crate) laps: Vec<Lap>,
}

impl Learning {
    pub(crate) fn new(tagger: Tagger, files: TrainingFiles, ctx: &egui::Context) -> Self {
        Self {
            worker: worker(&tagger, ctx),
            redecoder: redecoder(&tagger, ctx),
            version: model_version(&tagger),
            ctx: ctx.clone(),
            program: tagger.clone(),
            tagger,
            retags: false,
            files,
            training: Training::Idle,
            project: None,
            laps: Vec::new(),
        }
    }

    /// How many documents are tagged of how many that were asked for, while the tagger runs.
    pub(crate) fn progress(&self) -> Option<[usize; 2]> {
        self.worker.progress()
    }

    /// Takes in what the threads have done and gives them more; to be called once a frame.
    pub(crate) fn step(&mut self, app: &mut App) {
        self.use_project_model(app);
        let until = Instant::now() + SLICE;
        while let Some(answer) = self.worker.answer() {
            // A failure stays in the status line; the document stays as it is.
            app.run(answer);
            if Instant::now() > until {
                break;
            }
        }
        if let Some(decided) = app.take_decided(&self.version) {
            self.redecoder.ask(decided);
        }
        for answer in self.redecoder.answer() {
            app.run(answer);
        }
        let [done, all] = self.worker.progress().unwrap_or([0, 0]);
        let room = JOBS_AT_A_TIME.saturating_sub(all - done);
        let wants = |row: &DocumentRow| {
            let is_new = WorkState::of(row) == WorkState::New;
            (is_new || self.retags) && !self.worker.knows(row.id)
        };
        for job in app.untagged(room, wants) {
            self.worker.ask(job);
        }
        self.take_outcome();
    }

    /// A project that has a model of its own is tagged with it.
    /// Uses the project's own model, if it has one. Nothing of another project goes on in it.
    fn use_project_model(&mut self, app: &mut App) {
        let Some(dir) = app.project().map(|project| project.dir().to_owned()) else { return };
        if self.project.as_ref() == Some(&dir) {
            return;
        }
        self.drop_model();
        self.retags = false;
        let path = dir.join(MODEL_FILE);
        let own = path.exists().then(|| Model::open(&path)).transpose();
        let own = own.unwrap_or_else(|error| {
            app.say(format!("{}: {error}; the program's model is used", path.display()));
            None
        });
        self.use_tagger(own.map_or_else(|| self.program.clone(), Tagger::new));
        self.laps = learning_curve::read(&dir);
        self.project = Some(dir);
    }

    fn use_tagger(&mut self, tagger: Tagger) {
        self.worker = worker(&tagger, &self.ctx);
        self.redecoder = redecoder(&tagger, &self.ctx);
        self.version = model_version(&tagger);
        self.tagger = tagger;
    }

    fn take_outcome(&mut self) {
        let Training::Running(trainer) = &self.training else { return };
        match trainer.outcome() {
            None => {}
            Some(Ok(learnt)) => {
                if let (Some(dir), Some(scores)) = (&self.project, &learnt.scores) {
                    let lap = Lap {
                        n_documents: learnt.n_documents,
                        n_held_out: scores.n_documents,
                        before: scores.before,
                        after: scores.after,
                    };
                    learning_curve::add(dir, &lap);
                    self.laps.push(lap);
                }
                self.training = Training::Learnt(Box::new(learnt));
            }
            Some(Err(why)) => self.training = Training::Failed(why),
        }
    }

    /// Begins to learn from the finished documents.
    pub(crate) fn train(&mut self, app: &App) {
        if matches!(self.training, Training::Running(_)) {
            return;
        }
        self.training = match app.finished() {
            Ok((documents, labels)) => {
                let lesson = Lesson {
                    documents,
                    labels,
                    files: self.files.clone(),
                    own: app.project().map(|p| read_all(p.dir())).unwrap_or_default(),
                    current: self.tagger.clone(),
                    name: self.tagger.model().metadata().name.clone(),
                };
                let ctx = self.ctx.clone();
                Training::Running(Trainer::start(lesson, move || ctx.request_repaint()))
            }
            Err(error) => Training::Failed(error.to_string()),
        };
    }

    /// Cancels what runs, drops what waits.
    pub(crate) fn drop_model(&mut self) {
        if let Training::Running(trainer) = &self.training {
            trainer.cancel();
        }
        self.training = Training::Idle;
    }

    /// Puts the new model into the project and tags with it what nobody has worked on.
    pub(crate) fn adopt(&mut self, app: &App) {
        let Training::Learnt(learnt) = std::mem::replace(&mut self.training, Training::Idle) else {
            return;
        };
        let Learnt { tagger, bytes, .. } = *learnt;
        if let Some(project) = app.project() {
            let path = project.dir().join(MODEL_FILE);
            if let Err(error) = write_whole(&path, &bytes) {
                self.training = Training::Failed(format!("{}: {error}", path.display()));
            }
        }
        self.use_tagger(tagger);
        self.retags = true;
    }
}

fn worker(tagger: &Tagger, ctx: &egui::Context) -> Worker {
    let ctx = ctx.clone();
    Worker::start(tagger.clone(), move || ctx.request_repaint())
}

fn redecoder(tagger: &Tagger, ctx: &egui::Context) -> Redecoder {
    let ctx = ctx.clone();
    Redecoder::start(tagger.clone(), move || ctx.request_repaint())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tawsim_store::Options;

    use super::*;
    use crate::Command;

    const NEWS_MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/news-ar.tawsim");

    /// What a project is tagged with that has these bytes for a model, and what is said.
    fn check(model: Option<&[u8]>, expected: &str, part: &str, learning: &mut Learning) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("1.txt"), "قصف على حلب").expect("written");
        let mut app = App::new(Options::new("samar").seed(1), "samar").wait_for_disk();
        app.apply(Command::Open(folder.path().to_owned())).expect("it opens");
        let project = app.project().expect("open").dir().to_owned();
        if let Some(bytes) = model {
            fs::write(project.join(MODEL_FILE), bytes).expect("written");
        }
        learning.retags = true;
        learning.step(&mut app);
        assert!(learning.version.starts_with(expected), "{}", learning.version);
        assert!(app.message().unwrap_or_default().contains(part), "{:?}", app.message());
        assert!(!learning.retags && matches!(learning.training, Training::Idle));
    }

    #[test]
    fn a_model_stays_in_its_project() {
        let ctx = egui::Context::default();
        let mut learning = Learning::new(Tagger::bundled(), TrainingFiles::default(), &ctx);
        let news = fs::read(NEWS_MODEL).expect("it is in the repository");
        check(Some(&news), "news-ar", "", &mut learning);
        learning.training = Training::Failed("of that project".to_owned());
        check(None, "conflict-ar", "", &mut learning);
        check(Some(&news[..1000]), "conflict-ar", "model.tawsim: ", &mut learning);
    }
}
