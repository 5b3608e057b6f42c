//! Opens a project, or makes one of a folder of articles.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tawsim_corpus::{Format, Import, ImportReport, LabelSet, ReadOptions, Tally};
use tawsim_store::{
    Edit, ImportOptions, LayerId, LayerKind, NewLabel, Options, Presence, Project, SkipReason,
    StoreError,
};

use super::{
    AppError,
    import::{Imported, Source, Told, read_source},
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
    let is_folder = fs::metadata(path).map_err(AppError::file(path))?.is_dir();
    let (folder, name) = match is_folder {
        true => (path, path.file_name()),
        false => (path.parent().unwrap_or(path), path.file_stem()),
    };
    let mut name = name.unwrap_or("project".as_ref()).to_owned();
    name.push(format!(".{EXTENSION}"));
    Ok(folder.join(name))
}

/// Reads the articles into the project. Those it has already are not touched.
pub(super) fn import(
    project: &mut Project,
    layer: LayerId,
    (path, told): (&Path, &Told),
) -> Result<Imported, AppError> {
    let (sources, mut failures) = (articles(path)?, Vec::new());
    let (options, mut labels) = (ReadOptions::default(), LabelSet::new());
    let mut import = project.import(ImportOptions::into_layer(layer))?;
    for source in told.each(false, &sources) {
        let mut documents = Vec::new();
        let mut sink = |document, _: &LabelSet| documents.push(document);
        let mut reading = Import::new(&options, &mut labels, &mut sink);
        if let Err(why) = read_source(source, &mut reading) {
            failures.push(format!("{}: {why}", source.name));
        }
        failures.extend(left_out(&reading.report));
        for document in &documents {
            import.add(document, &labels)?;
        }
    }
    let (_, report) = import.finish()?;
    failures.extend(report.skipped.iter().filter_map(|skipped| {
        let why = match skipped.reason {
            SkipReason::BadName => "its name is empty, too long or holds control characters",
            SkipReason::BadSpan => "an entity does not fit the text",
            SkipReason::Known => return None,
        };
        Some(format!("{}: {why}", skipped.document))
    }));
    add_first_labels(project)?;
    Ok(Imported { report: None, failures })
}

/// The texts and JSON Lines, sorted by path. A file that is opened by itself is what its name says, or a text.
fn articles(path: &Path) -> Result<Vec<Source>, AppError> {
    let is_file = path.is_file();
    let source = |file: PathBuf| {
        let known = Format::from_path(&file).filter(|f| matches!(f, Format::Text | Format::Jsonl));
        let format = known.or(is_file.then_some(Format::Text))?;
        Some(Source::new(path, file, format.info()?))
    };
    Ok(files_below(path)?.into_iter().filter_map(source).collect())
}

/// What reading left out, with the first places.
fn left_out(report: &ImportReport) -> Vec<String> {
    let all = report.refused.iter().chain(&report.left_out);
    let line = |(reason, tally): (&&str, &Tally)| {
        let places: Vec<String> = tally.first.iter().map(ToString::to_string).collect();
        format!("{}: {reason} ({})", places.join(", "), tally.count)
    };
    all.map(line).collect()
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

#[cfg(test)]
mod tests {
    use crate::{App, Command};

    use super::*;

    fn app() -> App {
        App::new(Options::new("samar").seed(1), "samar").wait_for_disk()
    }

    fn names(app: &App) -> Vec<String> {
        (0..app.n_rows()).map(|row| app.row(row).name.clone()).collect()
    }

    /// What is in the project of a folder with these files, and what is said of them.
    fn check(files: &[(&str, &[u8])], expected: &[&str], parts: &[&str]) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).expect("written");
        }
        let mut app = app();
        app.apply(Command::Open(folder.path().to_owned())).expect("it opens");
        assert_eq!(names(&app), expected);
        let said = app.message().unwrap_or_default();
        for part in parts {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert_eq!(said.is_empty(), parts.is_empty(), "{said}");
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_place_and_the_rest_is_taken() {
        check(
            &[("a.txt", "حلب".as_bytes()), ("b.txt", b"ab\xFFc")],
            &["a.txt"],
            &["b.txt", "byte 2"],
        );
        let lines = "{\"text\": \"حلب\"}\nno JSON\n{\"id\": \"c\", \"text\": \"حمص\"}\n";
        check(&[("a.jsonl", lines.as_bytes())], &["a.jsonl:1", "c"], &["a.jsonl, line 2"]);
        let entity = "{\"id\": \"a\", \"text\": \"حلب\", \"entities\": [{\"start\": 1, \"end\": 6, \"label\": \"PLACE\"}]}";
        check(&[("a.jsonl", entity.as_bytes())], &["a"], &["a.jsonl, line 1"]);
    }

    #[test]
    fn a_table_of_own_names_that_cannot_be_read_is_said() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("a.txt"), "حلب").expect("written");
        let open = || {
            let mut app = app();
            app.apply(Command::Open(folder.path().to_owned())).expect("it opens");
            app
        };
        let dir = open().project().expect("open").dir().to_owned();
        fs::write(dir.join("gazetteer-place.tsv"), b"\xFF").expect("written");
        let app = open();
        let said = app.message().unwrap_or_default();
        assert!(said.contains("gazetteer-place.tsv: "), "{said}");
        assert_eq!(names(&app), ["a.txt"]);
    }

    #[test]
    fn a_byte_order_mark_is_no_text() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("a.txt"), "\u{FEFF}حلب").expect("written");
        let mut app = app();
        app.apply(Command::Open(folder.path().to_owned())).expect("it opens");
        assert_eq!(&**app.document().expect("shown").text(), "حلب");
    }

    #[test]
    fn a_file_by_itself_has_a_project_of_its_own() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["2024.01.txt", "2024.02.txt"] {
            fs::write(folder.path().join(name), "قصف على حلب").expect("written");
            let mut app = app();
            app.apply(Command::Open(folder.path().join(name))).expect("it opens");
            assert_eq!(names(&app), [name]);
        }
        assert!(folder.path().join("2024.01.tawsim/project.db").is_file());
    }

    #[test]
    fn what_cannot_be_opened_leaves_what_is_open() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["a.txt", "b.txt"] {
            fs::write(folder.path().join(name), "قصف على حلب").expect("written");
        }
        let broken = folder.path().join("broken.tawsim");
        fs::create_dir(&broken).expect("made");
        fs::write(broken.join("project.db"), "no database").expect("written");
        let mut app = app();
        app.apply(Command::Open(folder.path().to_owned())).expect("it opens");
        app.apply(Command::StepDocument(crate::Toward::Later)).expect("stepped");
        let shown = app.document().map(super::super::OpenDocument::id);
        for path in [folder.path().join("mistyped"), broken] {
            assert!(app.apply(Command::Open(path)).is_err());
            assert_eq!(app.document().map(super::super::OpenDocument::id), shown);
            assert_eq!(names(&app), ["a.txt", "b.txt"]);
        }
        app.apply(Command::Mark(0, 6)).expect("it is open for writing");
        app.apply(Command::Label(0)).expect("labelled");
    }
}
