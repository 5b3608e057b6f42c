use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::disk::{is_of_project, need_own, remove_project};
use crate::event::Head;
use crate::lock::Lock;
use crate::plan::need_name;
use crate::session::Session;
use crate::writing::{Entry, Writing};
use crate::{Edit, EventId, LayerId, LayerKind, Options, Receipt, StoreError, place, schema};

/// An annotation project: a folder with a database, open for writing or for reading only.
///
/// ```
/// use tawsim_corpus::{Document, LabelSet};
/// use tawsim_store::{Edit, ImportOptions, LayerKind, NewLabel, Options, Project, Span};
///
/// # let folder = tempfile::tempdir()?;
/// # let dir = folder.path().join("war.tawsim");
/// let mut project = Project::create(&dir, &Options::new("samar"))?;
/// project.apply(&Edit::AddLabel(NewLabel::named("FACTION")))?;
/// let layer = project.add_layer("samar", LayerKind::Annotator)?;
///
/// let mut import = project.import(ImportOptions::into_layer(layer))?;
/// let article = Document::new("1.txt", "هجوم لداعش");
/// let document = import.add(&article, &LabelSet::new())?.expect("a good name");
/// import.finish()?;
///
/// let span = Span::new(11, 19);
/// let label = "FACTION".to_owned();
/// let receipt = project.apply(&Edit::AddSpan { document, layer, span, label })?;
/// // From here on no crash takes the edit back.
/// assert_eq!(receipt.created.len(), 1);
///
/// project.undo()?;
/// drop(project);
/// let mut project = Project::open(&dir, &Options::new("samar"))?;
/// project.redo()?;
/// let stored = project.document(document)?;
/// let entity = stored.entities(layer).next().expect("redone");
/// assert_eq!(entity.span.slice(&stored.text), "داعش");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Project {
    pub(crate) dir: PathBuf,
    pub(crate) db: Connection,
    /// `None` if open for reading only.
    pub(crate) session: Option<Session>,
    _lock: Option<Lock>,
}

/// The database in a project's folder.
pub(crate) fn db_path(dir: &Path) -> PathBuf {
    dir.join("project.db")
}

impl Project {
    /// Makes a project in a new or empty folder.
    ///
    /// # Errors
    /// If the folder holds something, the actor has no name, or the disk takes no writes.
    pub fn create(dir: &Path, options: &Options) -> Result<Self, StoreError> {
        let id = match options.seed {
            Some(seed) => EventId::new(seed, 0),
            None => Session::new(options, 0).next_id(),
        };
        Self::create_with_id(dir, &id.to_string(), options)
    }

    pub(crate) fn create_with_id(
        dir: &Path,
        project_id: &str,
        options: &Options,
    ) -> Result<Self, StoreError> {
        need_name(&options.actor)?;
        need_name(project_id)?;
        let lock = Lock::of_new_folder(dir)?;
        let made = schema::open_new(&db_path(dir), place::is_remote(dir)).and_then(|db| {
            schema::create(&db, project_id, (options.clock)())?;
            Ok(db)
        });
        // What could not be made whole would be in the way of the next try.
        let db = made.inspect_err(|_| remove_project(dir))?;
        let session = Some(Session::new(options, 0));
        Ok(Self { dir: dir.to_owned(), db, session, _lock: Some(lock) })
    }

    /// Refuses a path to write to that leads to the database, to what belongs to it or among the backups.
    ///
    /// # Errors
    /// [`StoreError::OwnFile`] if it does.
    pub fn need_other(&self, path: &Path) -> Result<(), StoreError> {
        let is_own = is_of_project(&self.dir, path);
        if is_own { Err(StoreError::OwnFile(path.to_owned())) } else { Ok(()) }
    }

    /// Removes a project that was just made and could not be filled, and its folder if nothing else is in it.
    pub fn discard(self) {
        let dir = self.dir.clone();
        drop(self);
        remove_project(&dir);
    }

    /// Opens a project for writing.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if somebody else writes it: then [`Project::open_read_only`] still
    /// works. Else if there is no project of a known format.
    pub fn open(dir: &Path, options: &Options) -> Result<Self, StoreError> {
        need_name(&options.actor)?;
        let path = existing(dir)?;
        for name in ["project.db", "lock", "backups"] {
            need_own(&dir.join(name))?;
        }
        let lock = Lock::acquire(&dir.join("lock"))?;
        let db = schema::open_writer(&path, place::is_remote(dir))?;
        let head = Head::read(&db)?;
        let session = Session::new(options, head.seq);
        Ok(Self { dir: dir.to_owned(), db, session: Some(session), _lock: Some(lock) })
    }

    /// Opens a project for reading, also while somebody else writes it. Each question is answered
    /// from what is on disk at that moment.
    ///
    /// # Errors
    /// If there is no project of a known format.
    pub fn open_read_only(dir: &Path) -> Result<Self, StoreError> {
        let db = schema::open_reader(&existing(dir)?)?;
        Ok(Self { dir: dir.to_owned(), db, session: None, _lock: None })
    }

    /// Carries out one edit as one step of the history. When this returns, the edit is on disk.
    ///
    /// An edit that changes nothing (a label the span has already) leaves no trace.
    ///
    /// # Errors
    /// If the edit does not fit the state, or the disk takes no writes. Then nothing was changed.
    pub fn apply(&mut self, edit: &Edit) -> Result<Receipt, StoreError> {
        self.apply_step(std::slice::from_ref(edit))
    }

    /// Carries out several edits, in order, as one step: all or none, undone as one.
    ///
    /// # Errors
    /// As for [`Project::apply`].
    pub fn apply_step(&mut self, edits: &[Edit]) -> Result<Receipt, StoreError> {
        self.write(edits, Entry::Recorded)
    }

    /// Carries out edits that undo passes over: a program's own work, such as fresh suggestions for
    /// a document that the annotator has just opened.
    ///
    /// # Errors
    /// As for [`Project::apply`].
    pub fn apply_aside(&mut self, edits: &[Edit]) -> Result<Receipt, StoreError> {
        self.write(edits, Entry::Aside)
    }

    fn write(&mut self, edits: &[Edit], entry: Entry) -> Result<Receipt, StoreError> {
        let mut writing = Writing::begin(self, entry)?;
        for edit in edits {
            writing.edit(edit)?;
        }
        writing.commit()
    }

    /// Makes a layer, or finds the one of this name.
    ///
    /// # Errors
    /// As for [`Project::apply`].
    pub fn add_layer(&mut self, name: &str, kind: LayerKind) -> Result<LayerId, StoreError> {
        match self.apply(&Edit::AddLayer(name.to_owned(), kind)) {
            Ok(_) | Err(StoreError::Exists(_)) => Ok(LayerId::of(name)),
            Err(error) => Err(error),
        }
    }

    /// Moves SQLite's log into the database file, as far as no reader is in the way. For idle moments.
    pub(crate) fn move_log(&self) -> rusqlite::Result<()> {
        self.db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether edits are refused.
    #[must_use]
    pub const fn is_read_only(&self) -> bool {
        self.session.is_none()
    }

    /// Whose name signs the edits; `None` if edits are refused.
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        self.session.as_ref().map(|session| session.actor.as_str())
    }

    /// Number of the last event on disk. It grows with every step.
    ///
    /// # Errors
    /// If the database fails.
    pub fn last_seq(&self) -> Result<u64, StoreError> {
        Ok(Head::read(&self.db)?.seq.unsigned_abs())
    }

    /// What should worry the user about the folder's place: a network or synchronised folder.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        place::warnings(&self.dir)
    }
}

fn existing(dir: &Path) -> Result<PathBuf, StoreError> {
    let path = db_path(dir);
    if path.is_file() { Ok(path) } else { Err(StoreError::NotAProject(dir.to_owned())) }
}

impl Project {
    /// Names the project in all its copies.
    ///
    /// # Errors
    /// If the database fails.
    pub fn id(&self) -> Result<String, StoreError> {
        Ok(self.db.query_row("SELECT id FROM project", [], |row| row.get(0))?)
    }
}
