//! Documents into the project, in every format that the corpus crate knows, on a thread of their own.
//!
//! The thread has the project for itself until it is done. Meanwhile commands that write wait as
//! they do for the disk, and those that only look go on; an import is in the log of commands when
//! it is done, so that a replay sees the same as the annotator did.

use std::{
    collections::BTreeSet,
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::Instant,
};

use tawsim_corpus::{Document, FormatInfo, Import, Input, LabelSet, ReadOptions, detect_in};
use tawsim_store::{ImportOptions, LayerId, Project};

use super::{App, AppError, Work, exchange::format_named, open::files_below, saving::Saving};
use crate::{Command, Language, language::phrases};

/// How far an import is: what it does, how many are done of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ImportProgress {
    /// Whether all files are read and their documents go into the project.
    pub(crate) is_storing: bool,
    pub(crate) n_done: usize,
    pub(crate) n_all: usize,
}

impl ImportProgress {
    pub(crate) fn say(self, language: Language) -> String {
        let phrase = if self.is_storing { phrases::STORING } else { phrases::READING };
        phrase.with(language, &[&self.n_done, &self.n_all])
    }
}

/// Where the thread says how far it is.
#[derive(Clone, Default)]
pub(super) struct Told(Arc<Mutex<ImportProgress>>);

impl Told {
    fn get(&self) -> ImportProgress {
        *self.0.lock().expect("nobody panics with the lock")
    }

    /// Goes through what is to be done, telling of each.
    pub(super) fn each<'a, T>(
        &'a self,
        is_storing: bool,
        all: &'a [T],
    ) -> impl Iterator<Item = &'a T> {
        all.iter().enumerate().map(move |(n_done, one)| {
            *self.0.lock().expect("nobody panics with the lock") =
                ImportProgress { is_storing, n_done, n_all: all.len() };
            one
        })
    }
}

/// What came of an import.
#[derive(Default)]
pub(super) struct Imported {
    /// What was taken and what was not, if somebody asked for that.
    pub(super) report: Option<String>,
    /// Files that could not be read, with the reason.
    pub(super) failures: Vec<String>,
}

/// An import under way.
pub(super) struct Importing {
    told: Told,
    outcome: Receiver<(Project, Result<Imported, AppError>)>,
    /// For the log; `None` if it is there already.
    command: Option<Command>,
}

impl Work {
    /// Begins to read files into the project. What there is to say of it comes at the end.
    pub(super) fn import(&mut self, path: &Path, format: Option<&str>) -> Result<(), AppError> {
        let info = format.map(format_named).transpose()?;
        let (from, format) = (path.to_owned(), format.map(str::to_owned));
        let command = Command::Import { path: from.clone(), format };
        let layer = self.layer;
        self.report = None;
        self.begin_import(Some(command), move |project, told| {
            import(project, layer, (&from, info), told)
        })
    }

    /// Gives the project to a thread.
    pub(super) fn begin_import(
        &mut self,
        command: Option<Command>,
        work: impl FnOnce(&mut Project, &Told) -> Result<Imported, AppError> + Send + 'static,
    ) -> Result<(), AppError> {
        let mut project = self.saving.stop().ok_or(AppError::NoProject)?;
        let (told, (done, outcome)) = (Told::default(), channel());
        let of_thread = told.clone();
        thread::spawn(move || {
            let imported = work(&mut project, &of_thread);
            // If nobody waits for it any more, the program ends.
            drop(done.send((project, imported)));
        });
        self.importing = Some(Importing { told, outcome, command });
        Ok(())
    }

    /// Takes the project back when the import is done by `until`. Returns whether none is under way.
    pub(super) fn settle_import(&mut self, until: Option<Instant>) -> Result<bool, AppError> {
        let Some(importing) = &self.importing else { return Ok(true) };
        let answer = match until {
            None => importing.outcome.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(until) => {
                importing.outcome.recv_timeout(until.saturating_duration_since(Instant::now()))
            }
        };
        let command = match &answer {
            Err(RecvTimeoutError::Timeout) => return Ok(false),
            _ => self.importing.take().and_then(|importing| importing.command),
        };
        let (project, outcome) = answer.map_err(|_| AppError::NoProject)?;
        self.saving = Saving::start(project);
        self.imported = Some((command, outcome));
        Ok(true)
    }
}

impl App {
    /// How far an import is, while one is under way.
    pub(crate) fn import_progress(&self) -> Option<ImportProgress> {
        Some(self.open.as_ref()?.importing.as_ref()?.told.get())
    }

    /// Takes in what an import has brought.
    pub(super) fn take_import(&mut self) -> Result<(), AppError> {
        let Some(work) = &mut self.open else { return Ok(()) };
        let Some((command, outcome)) = work.imported.take() else { return Ok(()) };
        work.reread()?;
        work.library.arrange(&self.settings, &work.project)?;
        if work.document.is_none()
            && let Some(first) = work.library.neighbour(None, crate::Toward::Later)
        {
            work.show(first)?;
        }
        self.revision += 1;
        if let Some(command) = command {
            self.record(&command)?;
        }
        let imported = outcome?;
        if let (Some(work), Some(report)) = (&mut self.open, imported.report) {
            work.report = Some(report);
        }
        if !imported.failures.is_empty() {
            self.message = Some(imported.failures.join("; "));
        }
        Ok(())
    }

    /// While files are read in, what only looks goes on. A step in the list becomes the document it
    /// leads to: the list will be another one when the import is in the log.
    pub(super) fn meanwhile(&self, command: &Command) -> Option<Command> {
        let work = self.open.as_ref()?;
        // The log has the import of what is opened first.
        work.importing.as_ref()?.command.as_ref()?;
        match command {
            Command::OpenDocument(_) | Command::Speak(_) | Command::Dark(_) => {
                Some(command.clone())
            }
            Command::StepDocument(toward) => {
                let here = work.document.as_ref().map(super::OpenDocument::id);
                work.library.neighbour(here, *toward).map(Command::OpenDocument)
            }
            command => command.only_looks().then(|| command.clone()),
        }
    }
}

/// A file and how it is read.
pub(super) struct Source {
    path: PathBuf,
    /// Its path from what was opened on, for people and for the names of documents.
    pub(super) name: String,
    info: &'static FormatInfo,
}

impl Source {
    pub(super) fn new(opened: &Path, path: PathBuf, info: &'static FormatInfo) -> Self {
        let below = path.strip_prefix(opened).ok().filter(|rest| !rest.as_os_str().is_empty());
        let name = below.or_else(|| path.file_name().map(Path::new)).unwrap_or(&path);
        Self { name: name.to_string_lossy().into_owned(), path, info }
    }
}

/// The files that a path stands for; those that belong to another one are left out.
fn sources(path: &Path, format: Option<&'static FormatInfo>) -> Result<Vec<Source>, AppError> {
    let files = files_below(path)?;
    let is_folder = path.is_dir();
    let mut found = Vec::new();
    for file in files {
        let info = match format {
            Some(info) if is_folder && !info.takes(&file) => None,
            Some(info) => Some(info),
            None => detected(&file)?,
        };
        found.extend(info.map(|info| Source::new(path, file, info)));
    }
    let belonging: BTreeSet<PathBuf> =
        found.iter().flat_map(|s| s.info.layout.companions(&s.path)).map(|c| c.1).collect();
    found.retain(|source| !belonging.contains(&source.path));
    Ok(found)
}

fn detected(path: &Path) -> Result<Option<&'static FormatInfo>, AppError> {
    let found = File::open(path).and_then(|file| detect_in(path, file));
    Ok(found.map_err(AppError::file(path))?.map(|detection| detection.info))
}

/// Reads a file, and those that belong to it.
pub(super) fn read_source(source: &Source, import: &mut Import<'_>) -> Result<(), String> {
    let reader = source.info.reader.ok_or("this format cannot be read")?;
    let file = File::open(&source.path).map_err(|error| error.to_string())?;
    let (layout, limits) = (source.info.layout, import.options.limits);
    let open = |path: &Path| path.is_file().then(|| File::open(path)).transpose();
    let companions = layout.read_companions(&source.path, limits, open);
    let companions = companions.map_err(|error| error.to_string())?;
    import.begin_input(source.info.document_name_in_project(&source.name));
    let mut main = BufReader::new(file);
    reader(&mut Input { main: &mut main, companions }, import).map_err(|error| error.to_string())
}

/// Reads files into the project and says what was taken and what was not.
fn import(
    project: &mut Project,
    layer: LayerId,
    (path, format): (&Path, Option<&'static FormatInfo>),
    told: &Told,
) -> Result<Imported, AppError> {
    let (options, mut labels) = (ReadOptions::default(), LabelSet::new());
    let (mut documents, mut failures) = (Vec::new(), Vec::new());
    let mut sink = |document, _: &LabelSet| documents.push(document);
    let mut import = Import::new(&options, &mut labels, &mut sink);
    let sources = sources(path, format)?;
    for source in told.each(false, &sources) {
        if let Err(why) = read_source(source, &mut import) {
            failures.push(format!("{}: {why}", source.name));
        }
    }
    if sources.is_empty() {
        failures.push(format!("{}: no file of a known format", path.display()));
    }
    let read = import.report.to_string();
    let mut said = vec![read, store(project, layer, (&documents, &labels), told)?];
    said.extend(failures);
    Ok(Imported { report: Some(said.join("\n")), failures: Vec::new() })
}

/// Puts documents into the project: own entities into the annotator's layer, those of further
/// layers into layers of their names. All or none.
fn store(
    project: &mut Project,
    layer: LayerId,
    (documents, labels): (&[Document], &LabelSet),
    told: &Told,
) -> Result<String, AppError> {
    let mut import = project.import(ImportOptions::into_layer(layer))?;
    for document in told.each(true, documents) {
        import.add(document, labels)?;
    }
    let (_, report) = import.finish()?;
    let further = documents.iter().flat_map(|document| &document.layers);
    let n_layers = further.map(|layer| &layer.annotator).collect::<BTreeSet<_>>().len();
    let tawsim_store::ImportReport { n_added, n_known, n_entities_added, skipped, .. } = report;
    let mut said = format!("{n_added} new documents, {n_known} known, {n_entities_added} entities");
    if n_layers > 0 {
        said = format!("{said}; further layers: {n_layers}");
    }
    if !skipped.is_empty() {
        said = format!("{said}; left out: {}", skipped.len());
    }
    Ok(said)
}
