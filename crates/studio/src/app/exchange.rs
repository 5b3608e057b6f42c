//! Documents out of the project in every format that the corpus crate knows.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tawsim_corpus::{
    Document, EntityDetails, FORMATS, Format, FormatInfo, LabelSet, LinkDetails, WriteContext,
    WriteOptions, Writer, write_files, write_jsonl, write_stream,
};
use tawsim_store::Annotation;
use tawsim_tagger::GazetteerRecord;

use super::{AppError, Work};
use crate::{base, files::write_whole, link};

/// The files of an exported corpus.
const TRAIN: &str = "train.jsonl";
const DEV: &str = "dev.jsonl";
/// One document of this many of an exported corpus goes into `dev.jsonl`.
const DEV_OF: usize = 5;

/// The format of this name.
pub(super) fn format_named(name: &str) -> Result<&'static FormatInfo, AppError> {
    Format::by_name(name).ok_or_else(|| AppError::UnknownFormat(name.to_owned()))
}

impl Work {
    /// The finished documents with links, values and who made them.
    fn exported(&self) -> Result<(Vec<Document>, LabelSet), AppError> {
        let mut labels = self.project.label_set()?;
        let own = link::read_all(self.project.dir());
        let mut documents = Vec::new();
        for row in self.library.finished() {
            let mut document = self.project.corpus_document(row.id, self.layer, &mut labels)?;
            let stored = self.project.document(row.id)?;
            for (entity, annotation) in document.entities.iter().zip(stored.entities(self.layer)) {
                if let Some(details) = document.details.get_mut(&entity.key()) {
                    complete(details, annotation, &own);
                }
            }
            documents.push(document);
        }
        if documents.is_empty() {
            return Err(AppError::NothingFinished);
        }
        Ok((documents, labels))
    }

    /// Writes the finished documents in a format and says what it could not carry.
    pub(super) fn export_as(&self, path: &Path, format: &str) -> Result<String, AppError> {
        let info = format_named(format)?;
        self.project.need_other(path)?;
        let (documents, labels) = self.exported()?;
        let options = WriteOptions::default();
        let context = WriteContext { labels: &labels, options: &options };
        let losses = match info.writer {
            Some(Writer::Stream(_)) => {
                let mut bytes = Vec::new();
                let losses = write_stream(info, &documents, &context, &mut bytes)
                    .map_err(AppError::file(path))?;
                write_whole(path, &bytes).map_err(AppError::file(path))?;
                losses
            }
            Some(Writer::Files(_)) => {
                fs::create_dir_all(path).map_err(AppError::file(path))?;
                let mut put = |name: &str, bytes: &[u8]| write_whole(&path.join(name), bytes);
                write_files(info, &documents, &context, &mut put).map_err(AppError::file(path))?
            }
            None => return Err(AppError::UnknownFormat(format.to_owned())),
        };
        let n = documents.len();
        Ok(format!("{}: {n} documents\n{losses}", path.display()).trim_end().to_owned())
    }

    /// Writes the finished documents as a corpus: `train.jsonl`, `dev.jsonl` where they are enough for one, and the
    /// project's own names. `tawsim train` reads the folder's files.
    pub(super) fn export_corpus(&self, folder: &Path) -> Result<String, AppError> {
        let (documents, labels) = self.finished()?;
        if documents.is_empty() {
            return Err(AppError::NothingFinished);
        }
        self.need_free(folder)?;
        fs::create_dir_all(folder.join("gazetteer")).map_err(AppError::file(folder))?;
        let is_dev = |(idx, _): &(usize, &Document)| (idx + 1).is_multiple_of(DEV_OF);
        let (dev, train): (Vec<_>, Vec<_>) = documents.iter().enumerate().partition(is_dev);
        let mut counts = Vec::new();
        for (name, part) in [(TRAIN, train), (DEV, dev)] {
            if part.is_empty() {
                continue;
            }
            let mut bytes = Vec::new();
            for (_, document) in &part {
                write_jsonl(document, &labels, &mut bytes).map_err(AppError::file(folder))?;
            }
            write_whole(&folder.join(name), &bytes).map_err(AppError::file(folder))?;
            counts.push(format!("{name} {}", part.len()));
        }
        for class in link::CLASSES {
            let table = link::own_table(self.project.dir(), class);
            if table.is_file() {
                let to = corpus_table(folder, class);
                fs::copy(&table, &to).map_err(AppError::file(&to))?;
            }
        }
        Ok(format!("{}: {}", folder.display(), counts.join(", ")))
    }

    /// Refuses a folder that has a part of a corpus, also one that would not be written now: what is there would be
    /// lost, or would be taken for a part of this one.
    fn need_free(&self, folder: &Path) -> Result<(), AppError> {
        let tables = link::CLASSES.map(|class| corpus_table(folder, class));
        for path in [TRAIN, DEV].map(|name| folder.join(name)).into_iter().chain(tables) {
            self.project.need_other(&path)?;
            if fs::symlink_metadata(&path).is_ok() {
                return Err(AppError::Exists(path));
            }
        }
        Ok(())
    }
}

/// Where a corpus has the project's own names of a class.
fn corpus_table(folder: &Path, class: &str) -> PathBuf {
    folder.join("gazetteer").join(format!("{class}.tsv"))
}

/// Adds what the tables say of an entry, and the value that a person typed.
fn complete(
    details: &mut EntityDetails<'static>,
    annotation: &Annotation,
    own: &[GazetteerRecord],
) {
    if let (Some(link), Some(stored)) = (&mut details.link, &annotation.link) {
        link.score = 1.0;
        if let Some(record) = base::record(own, &stored.entry) {
            *link = link_to(record);
        }
    }
    let value = annotation.value.as_deref().and_then(link::parse_value);
    if details.value.is_none() && value.is_some() {
        // The store has it as a text.
        details.attributes.remove("value");
        details.value = value;
    }
}

fn link_to(record: &GazetteerRecord) -> LinkDetails<'static> {
    let text = |field: &String| (!field.is_empty()).then(|| field.clone().into());
    let admin = [&record.admin1, &record.admin2, &record.admin3];
    LinkDetails {
        id: text(&record.id),
        name: text(&record.name),
        kind: text(&record.kind),
        score: 1.0,
        lat: record.lat.parse().ok(),
        lon: record.lon.parse().ok(),
        country: text(&record.country),
        admin: admin.into_iter().filter_map(text).collect(),
        side: text(&record.side),
        alternatives: Vec::new(),
    }
}

/// Names and titles of the formats that can be read, or written.
pub(crate) fn formats(to_read: bool) -> Vec<(&'static str, &'static str)> {
    let can = |info: &&&FormatInfo| {
        if to_read { info.reader.is_some() } else { info.writer.is_some() }
    };
    FORMATS.iter().filter(can).map(|info| (info.name, info.title)).collect()
}

#[cfg(test)]
mod tests {
    use tawsim_store::{Edit, Options, Project, ReviewState};

    use super::*;
    use crate::{App, Command};

    /// Names of the documents that are learned from, the same as those that are exported.
    #[track_caller]
    fn check(states: &[(&str, ReviewState)], want: &[&str]) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for (name, _) in states {
            fs::write(dir.path().join(name), "حلب").expect("written");
        }
        let options = || Options::new("samar").seed(1).clock(|| 0);
        let open = || {
            let mut app = App::new(options(), "samar").wait_for_disk();
            app.apply(Command::Open(dir.path().to_owned())).expect("the folder opens");
            app
        };
        let made = open().project().expect("open").dir().to_owned();
        let mut project = Project::open(&made, &options()).expect("nobody else has it");
        let layer = project.layer("samar").expect("readable").expect("made").id;
        for row in project.documents(layer).expect("readable") {
            let (_, state) = states.iter().find(|(name, _)| *name == row.name).expect("listed");
            project.apply(&Edit::SetReview(row.id, layer, *state)).expect("writable");
        }
        drop(project);
        let app = open();
        let work = app.open.as_ref().expect("open");
        let names = |(documents, _): (Vec<Document>, LabelSet)| -> Vec<String> {
            documents.iter().map(|document| document.id.to_string()).collect()
        };
        assert_eq!(names(work.finished().expect("readable")), want);
        match work.exported() {
            Err(AppError::NothingFinished) => assert!(want.is_empty()),
            exported => assert_eq!(names(exported.expect("readable")), want),
        }
    }

    #[test]
    fn what_is_put_aside_is_not_learned_from() {
        use ReviewState::{Approved, Done, InProgress, New, Skipped};
        let names = ["1.txt", "2.txt", "3.txt", "4.txt", "5.txt"];
        let states: Vec<_> =
            names.into_iter().zip([Done, Skipped, Approved, InProgress, New]).collect();
        check(&states, &["1.txt", "3.txt"]);
        check(&[("2.txt", Skipped)], &[]);
    }

    #[test]
    fn links_and_values_go_out_with_who_made_them() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        fs::write(dir.path().join("1.txt"), "حلب إدلب 15 40").expect("written");
        let options = Options::new("samar").seed(1).clock(|| 0);
        let mut app = App::new(options, "samar").wait_for_disk();
        app.apply(Command::Open(dir.path().to_owned())).expect("the folder opens");
        let aleppo = base::records(&[]).find(|record| record.name == "حلب").expect("known");
        let other = r#"{"min":15.0,"max":20.0,"approximate":false,"percent":false,"ordinal":false,"unit":"جريح"}"#;
        let link = |entry: &str| Command::SetLink {
            entry: entry.to_owned(),
            gazetteer: "import".to_owned(),
        };
        let value = |text: &str| Command::SetValue(Some(text.to_owned()));
        let of = [(0, 1, link(&aleppo.id)), (7, 1, link("elsewhere:5"))];
        let numbers = [(16, 2, value(other)), (19, 2, value("٤٠ %"))];
        for (byte, label, command) in of.into_iter().chain(numbers) {
            for command in [Command::MarkWord(byte), Command::Label(label), command] {
                app.apply(command).expect("done");
            }
        }
        app.apply(Command::Finish).expect("finished");
        let (documents, _) = app.open.as_ref().expect("open").exported().expect("readable");
        let document = &documents[0];
        let all: Vec<_> = document.entities.iter().map(|e| &document.details[&e.key()]).collect();
        let ids = all.iter().filter_map(|details| details.link.as_ref()?.id.as_deref());
        assert_eq!(ids.collect::<Vec<_>>(), [aleppo.id.as_str(), "elsewhere:5"]);
        let values = all.iter().filter_map(|details| details.value.clone());
        let of_file = serde_json::from_str(other).expect("a value");
        let typed = link::parse_value("40%").expect("a value");
        assert_eq!(values.collect::<Vec<_>>(), [of_file, typed]);
        assert!(all.iter().all(|details| details.source.is_some()));
        assert!(all.iter().all(|details| details.attributes.is_empty()));
    }
}
