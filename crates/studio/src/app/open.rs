//! Opens a project, or makes one of a folder of articles.

use std::{
    fs,
    io::BufReader,
    path::{Path, PathBuf},
};

use tawsim_corpus::{Document, Format, JsonlReader, LabelSet};
use tawsim_store::{
    Edit, ImportOptions, LayerId, LayerKind, NewLabel, Options, Presence, Project, SkipReason,
    StoreError,
};

use super::{
    AppError,
    import::{Imported, Told},
};

/// Labels of a project that comes without any: those of the project's guidelines.
const FIRST_LABELS: [&str; 6] = ["FACTION", "PLACE", "NUMBER", "PERSON", "ORG", "DATE"];
/// How a project's folder ends.
const EXTENSION: &str = "tawsim";

/// An open project, as one annotator sees it.
pub(super) struct Session {
    pub(super) project: Project,
    pub(super) layer: LayerId,
    /// Where the articles are that are to be read into it.
    pub(super) articles: Option<PathBuf>,
}

/// Opens what `path` is: a project, a folder of `.txt` and `.jsonl` files, or one such file.
pub(super) fn open(path: &Path, options: &Options, annotator: &str) -> Result<Session, AppError> {
    let mut project = if path.join("project.db").is_file() {
        Project::open(path, options)?
    } else {
        let dir = project_of(path)?;
        if dir.join("project.db").is_file() {
            Project::open(&dir, options)?
        } else {
            Project::create(&dir, options)?
        }
    };
    let layer = project.add_layer(annotator, LayerKind::Annotator)?;
    let articles = (!path.join("project.db").is_file()).then(|| path.to_owned());
    if articles.is_none() {
        add_first_labels(&mut project)?;
    }
    Ok(Session { project, layer, articles })
}

/// The project that belongs to a folder or file of articles: `NAME.tawsim` in the folder.
fn project_of(path: &Path) -> Result<PathBuf, AppError> {
    let name = path.file_stem().unwrap_or("project".as_ref());
    let folder = match fs::metadata(path).map_err(AppError::file(path))?.is_dir() {
        true => path,
        false => path.parent().unwrap_or(path),
    };
    Ok(folder.join(name).with_extension(EXTENSION))
}

/// Reads the articles into the project. Those it has already are not touched.
pub(super) fn import(
    project: &mut Project,
    layer: LayerId,
    (path, told): (&Path, &Told),
) -> Result<Imported, AppError> {
    let (files, mut failures) = (files_of(path)?, Vec::new());
    let mut import = project.import(ImportOptions::into_layer(layer))?;
    for file in told.each(false, &files) {
        let mut labels = LabelSet::new();
        let name = file.strip_prefix(path).unwrap_or(file).to_string_lossy().into_owned();
        let (documents, errors) = read(file, &name, &mut labels);
        failures.extend(errors.into_iter().map(|error| format!("{name}: {error}")));
        for document in &documents {
            import.add(document, &labels)?;
        }
    }
    let (_, report) = import.finish()?;
    failures.extend(report.skipped.iter().filter_map(|skipped| {
        let why = match skipped.reason {
            SkipReason::BadName => "its name is empty or too long",
            SkipReason::BadSpan => "an entity does not fit the text",
            SkipReason::Known => return None,
        };
        Some(format!("{}: {why}", skipped.document))
    }));
    add_first_labels(project)?;
    Ok(Imported { report: None, failures })
}

/// The readable files, sorted by path.
fn files_of(path: &Path) -> Result<Vec<PathBuf>, AppError> {
    let mut files = files_below(path)?;
    if !path.is_file() {
        files.retain(|file| is_readable(file));
    }
    Ok(files)
}

/// All files below a folder, sorted by path; a file stands for itself. Projects are no articles.
pub(super) fn files_below(path: &Path) -> Result<Vec<PathBuf>, AppError> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let (mut pending, mut files) = (vec![path.to_owned()], Vec::new());
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).map_err(AppError::file(&folder))? {
            let entry = entry.map_err(AppError::file(&folder))?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(AppError::file(&folder))?);
            let is_project = path.extension().is_some_and(|e| e == EXTENSION);
            if kind.is_dir() && !is_project {
                pending.push(path);
            } else if kind.is_file() {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn is_readable(path: &Path) -> bool {
    matches!(Format::from_path(path), Some(Format::Text | Format::Jsonl))
}

/// The documents of a file, and what is wrong with the rest of it.
fn read(file: &Path, name: &str, labels: &mut LabelSet) -> (Vec<Document>, Vec<String>) {
    let (mut documents, mut errors) = (Vec::new(), Vec::new());
    if Format::from_path(file) == Some(Format::Jsonl) {
        match fs::File::open(file) {
            Ok(input) => {
                for document in JsonlReader::new(BufReader::new(input), labels) {
                    match document {
                        Ok(document) => documents.push(document),
                        Err(error) => errors.push(error.to_string()),
                    }
                }
            }
            Err(error) => errors.push(error.to_string()),
        }
    } else {
        match fs::read_to_string(file) {
            Ok(text) => documents.push(Document::new(name, text)),
            Err(error) => errors.push(error.to_string()),
        }
    }
    (documents, errors)
}

/// A project without labels gets the first ones.
fn add_first_labels(project: &mut Project) -> Result<(), StoreError> {
    if project.labels()?.is_empty() {
        let edits = FIRST_LABELS.map(|name| Edit::AddLabel(NewLabel::named(name)));
        project.apply_aside(&edits)?;
    }
    Ok(())
}

/// Names of the labels in use, in order.
pub(super) fn labels_in(project: &Project) -> Result<Vec<String>, StoreError> {
    let rows = project.labels()?.into_iter();
    Ok(rows.filter(|row| row.presence == Presence::Present).map(|row| row.name).collect())
}
