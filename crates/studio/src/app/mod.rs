//! The state behind the window, and the one place where commands take effect.

mod alternatives;
mod annotate;
mod decided;
mod document;
mod error;
mod exchange;
mod export;
mod import;
mod library;
mod links;
mod open;
mod review;
mod same;
mod saving;
mod settings;
mod shown;
mod statistics;

use std::{fs, io, path::Path, time::Duration};

use tawsim_store::{
    DocumentId, DocumentRow, History, LayerId, Options, Project, Receipt, Step, StoreError,
};

pub(crate) use alternatives::Alternative;
pub(crate) use annotate::is_doubtful;
pub(crate) use decided::Decided;
pub(crate) use document::OpenDocument;
pub use error::AppError;
pub(crate) use exchange::formats;
pub use review::Verdict;
pub(crate) use review::{AgreementTable, Differences, agreement};
pub(crate) use same::SameMentions;
pub(crate) use saving::Saved;
pub(crate) use settings::Settings;
pub use statistics::{DocumentWork, Statistics, statistics};

use crate::{Command, link};
use import::{Imported, Importing};
use library::Library;
use same::Search;
use saving::{PATIENCE, Queue, Saving};

/// Suggestions with a lower probability are shown as doubtful and stopped at. Of what the model has wrong four
/// fifths lie below it, of what it has right one eighth: 48 real articles that it was not trained on.
pub(crate) const DOUBTFUL_BELOW: f64 = 0.97;

/// A step that touches more annotations has the document read anew.
const FEW_SPANS: usize = 100;

/// Steps that make a project usable. Undo stops in front of them: taking documents away again is
/// nobody's wish on Ctrl+Z.
const FOUNDATIONS: [&str; 3] = ["import", "add-layer", "add-label"];

/// What an annotator works with: a project, its list of documents, the document that is shown.
///
/// The window reads it and sends [`Command`]s; [`App::apply`] carries them out, all changes of the
/// project through [`tawsim_store::Edit`].
///
/// ```
/// use tawsim_studio::{App, Command, Toward};
/// # let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("1.txt"), "هجوم لداعش على حلب")?;
/// let mut app = App::new(tawsim_store::Options::new("samar"), "samar");
/// app.apply(Command::Open(folder.path().to_owned()))?;
/// app.apply(Command::StepDocument(Toward::Later))?;
/// app.apply(Command::MarkWord(13))?;
/// app.apply(Command::Label(0))?;
/// let entities = app.entities()?;
/// assert_eq!(entities, [("FACTION".to_owned(), "داعش".to_owned())]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct App {
    options: Options,
    annotator: String,
    open: Option<Work>,
    settings: Settings,
    message: Option<String>,
    recorder: Option<Box<dyn io::Write + Send>>,
    /// Grows with everything that the panels may have to draw anew.
    revision: u64,
    queue: Queue,
    /// How long a command may wait for the disk; `None` for ever.
    patience: Option<Duration>,
}

/// An open project.
struct Work {
    /// Reads what is on disk; only `saving` writes.
    project: Project,
    saving: Saving,
    importing: Option<Importing>,
    /// What an import has brought, until it is taken in; with the command that asked for it.
    imported: Option<(Option<Command>, Result<Imported, AppError>)>,
    /// Who signs the edits.
    actor: String,
    layer: LayerId,
    labels: Vec<String>,
    digits: Vec<String>,
    library: Library,
    document: Option<OpenDocument>,
    history: History,
    n_steps: u64,
    same: Option<SameMentions>,
    search: Option<Search>,
    /// Place of the label that was given last.
    last_label: Option<usize>,
    /// What the last import or export said.
    report: Option<String>,
    /// How often the project's own gazetteer was changed.
    n_own_entries: u64,
    /// Whether something was decided in the document that is shown since the model last saw it.
    is_corrected: bool,
    /// Whether the model has yet to say what it holds possible in the document that is shown.
    wants_alternatives: bool,
}

impl App {
    /// Without a project. `options` sign the edits; `annotator` names the layer they go into.
    #[must_use]
    pub fn new(options: Options, annotator: impl Into<String>) -> Self {
        Self {
            options,
            annotator: annotator.into(),
            open: None,
            settings: Settings::default(),
            message: None,
            recorder: None,
            revision: 0,
            queue: Queue::default(),
            patience: Some(PATIENCE),
        }
    }

    /// Writes every command to `log` as JSON Lines before it is carried out.
    #[must_use]
    pub fn record_to(mut self, log: impl io::Write + Send + 'static) -> Self {
        self.recorder = Some(Box::new(log));
        self
    }

    /// Carries out the commands of a log, one JSON value a line. A command that failed when the log
    /// was written fails again and is passed over, as it was then.
    ///
    /// # Errors
    /// If the log cannot be read or a line is no command.
    pub fn replay(&mut self, log: impl io::BufRead) -> Result<(), AppError> {
        for (idx, line) in log.lines().enumerate() {
            let line = line.map_err(AppError::LogFile)?;
            let command = serde_json::from_str(&line)
                .map_err(|source| AppError::Log { line: idx + 1, source })?;
            if let Err(error) = self.apply(command) {
                self.say_error(&error);
            }
        }
        Ok(())
    }

    fn say_error(&mut self, error: &AppError) {
        self.message = Some(error.say(self.settings.language));
    }

    /// Carries out a command as far as it goes without waiting for the disk.
    fn begin(&mut self, command: Command) -> Result<(), AppError> {
        // An import is in the log when it is done.
        if !matches!(command, Command::Import { .. }) {
            self.record(&command)?;
        }
        if !command.only_looks() {
            self.revision += 1;
        }
        match command {
            Command::Open(path) => self.open_path(&path),
            Command::Speak(_)
            | Command::Dark(_)
            | Command::Resize(_)
            | Command::Respace(_)
            | Command::Help(_) => {
                self.settings.set(&command);
                Ok(())
            }
            Command::Sort(_)
            | Command::Filter(_)
            | Command::FilterLabel(_)
            | Command::Search(_) => {
                self.settings.set(&command);
                let settings = &self.settings;
                let Some(work) = &mut self.open else { return Ok(()) };
                Ok(work.library.arrange(settings, &work.project)?)
            }
            command => self.open.as_mut().ok_or(AppError::NoProject)?.apply(command),
        }
    }

    fn record(&mut self, command: &Command) -> Result<(), AppError> {
        let Some(log) = &mut self.recorder else { return Ok(()) };
        // A path that is no UTF-8 is no JSON.
        let line = serde_json::to_vec(command).map_err(io::Error::from);
        let mut line = line.map_err(AppError::LogFile)?;
        line.push(b'\n');
        log.write_all(&line).and_then(|()| log.flush()).map_err(AppError::LogFile)
    }

    /// Opens another project. If that cannot be, the one before is open again.
    fn open_path(&mut self, path: &Path) -> Result<(), AppError> {
        fs::metadata(path).map_err(AppError::file(path))?;
        // The project's lock is held until it is dropped, and the same one may be opened again.
        let before = self.open.take().map(|work| {
            let shown = work.document.as_ref().map(OpenDocument::id);
            (work.project.dir().to_owned(), shown)
        });
        let opened = self.open_next(path);
        if opened.is_err()
            && let Some((dir, shown)) = before
            && self.open_next(&dir).is_ok()
            && let (Some(work), Some(shown)) = (&mut self.open, shown)
        {
            work.show(shown)?;
        }
        opened
    }

    fn open_next(&mut self, path: &Path) -> Result<(), AppError> {
        let session = open::open(path, &self.options, &self.annotator)?;
        let (layer, articles) = (session.layer, session.articles.clone());
        let mut work = Work::new(session)?;
        work.library.arrange(&self.settings, &work.project)?;
        if let Some(first) = work.library.neighbour(None, crate::Toward::Later) {
            work.show(first)?;
        }
        if let Some(folder) = articles {
            work.begin_import(None, move |project, told| {
                open::import(project, layer, (&folder, told))
            })?;
        }
        self.say_unreadable(work.project.dir());
        self.open = Some(work);
        Ok(())
    }

    /// Work goes on without a table of own names that cannot be read, but somebody should know of it.
    fn say_unreadable(&mut self, project: &Path) {
        let errors = link::unreadable(project);
        if !errors.is_empty() {
            let said: Vec<_> = errors.iter().map(|e| e.say(self.settings.language)).collect();
            self.message = Some(said.join("; "));
        }
    }
}

impl Work {
    fn new(session: open::Session) -> Result<Self, StoreError> {
        let open::Session { project, layer, .. } = session;
        let labels = open::labels_in(&project)?;
        let dir = project.dir().to_owned();
        let actor = project.actor().unwrap_or_default().to_owned();
        let saving = Saving::start(project);
        let project = Project::open_read_only(&dir)?;
        Ok(Self {
            library: Library::read(&project, layer)?,
            history: project.history()?,
            n_steps: project.last_seq()?,
            digits: (1..=labels.len()).map(|digit| digit.to_string()).collect(),
            project,
            saving,
            importing: None,
            imported: None,
            actor,
            layer,
            labels,
            document: None,
            same: None,
            search: None,
            last_label: None,
            n_own_entries: 0,
            report: None,
            is_corrected: false,
            wants_alternatives: false,
        })
    }

    /// Takes in documents and labels that have come in beside the commands. What is marked or in
    /// focus stays so.
    fn reread(&mut self) -> Result<(), StoreError> {
        self.labels = open::labels_in(&self.project)?;
        self.digits = (1..=self.labels.len()).map(|digit| digit.to_string()).collect();
        self.library = Library::read(&self.project, self.layer)?;
        self.history = self.project.history()?;
        self.n_steps = self.project.last_seq()?;
        if let Some(document) = &mut self.document {
            let stored = self.project.document(document.id())?;
            document.refresh(stored.annotations, self.layer, &self.labels);
            if let Some(row) = self.library.get(document.id()) {
                document.set_review(row.review);
            }
        }
        Ok(())
    }

    /// The step that undo comes to.
    fn undo_step(&self) -> Option<&Step> {
        let step = self.history.undo.as_ref();
        step.filter(|step| !FOUNDATIONS.contains(&step.kind.as_str()))
    }

    /// Refuses a step of another annotator: the history is the project's, and what they did would go unseen.
    fn need_own(&self, step: &Step) -> Result<(), AppError> {
        let is_own = step.actor == self.actor;
        if is_own { Ok(()) } else { Err(AppError::OthersStep(step.actor.clone())) }
    }

    fn can_undo(&self) -> bool {
        self.undo_step().is_some_and(|step| self.need_own(step).is_ok())
    }

    fn can_redo(&self) -> bool {
        self.history.redo.as_ref().is_some_and(|step| self.need_own(step).is_ok())
    }

    fn show(&mut self, id: DocumentId) -> Result<(), AppError> {
        let stored = self.project.document(id)?;
        let mut document = OpenDocument::new(stored, self.layer, &self.labels);
        if let Some(row) = self.library.get(id) {
            document.set_review(row.review);
        }
        if !document.step(crate::Toward::Later, is_doubtful) {
            document.step(crate::Toward::Later, annotate::is_open);
        }
        self.is_corrected = false;
        self.wants_alternatives = true;
        self.document = Some(document);
        self.same = None;
        self.search = None;
        Ok(())
    }

    /// Takes in what a step has changed.
    fn take(&mut self, receipt: &Receipt) -> Result<(), AppError> {
        self.n_steps = receipt.seq;
        self.history = self.project.history()?;
        for id in &receipt.documents {
            let is_shown = self.document.as_ref().is_some_and(|document| document.id() == *id);
            let row = if is_shown {
                self.take_shown(*id, receipt)?
            } else {
                self.project.document_row(*id, self.layer)?
            };
            self.library.update(row);
        }
        Ok(())
    }

    /// Takes in what a step has changed in the document that is shown. Its line of the list comes from what is shown:
    /// the project would count thousands of annotations for it.
    fn take_shown(&mut self, id: DocumentId, receipt: &Receipt) -> Result<DocumentRow, StoreError> {
        let document = self.document.as_mut().expect("it is shown");
        if receipt.spans.len() <= FEW_SPANS {
            for span in &receipt.spans {
                document.update(*span, self.project.annotation(id, *span)?, &self.labels);
            }
        } else {
            let stored = self.project.document(id)?;
            document.refresh(stored.annotations, self.layer, &self.labels);
        }
        let (review, is_flagged) = self.project.document_progress(id, self.layer)?;
        document.set_review(review);
        let known = self.library.get(id).cloned();
        let row = known.map_or_else(|| self.project.document_row(id, self.layer), Ok)?;
        let document = self.document.as_ref().expect("it is shown");
        let (n_entities, n_suggestions, min_score) = document.counts();
        Ok(DocumentRow { review, is_flagged, n_entities, n_suggestions, min_score, ..row })
    }
}
