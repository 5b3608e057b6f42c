//! Documents in and out of the project in every format that the corpus crate knows.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufReader, Read as _},
    path::{Path, PathBuf},
};

use tawsim_corpus::{
    Document, EntityDetails, FORMATS, Format, FormatInfo, Import, Input, LabelSet, Layout,
    LinkDetails, ReadOptions, WriteContext, WriteOptions, Writer, detect, write_files, write_jsonl,
    write_stream,
};
use tawsim_store::{Annotation, ImportOptions, LayerKind, Project};
use tawsim_tagger::GazetteerRecord;

use super::{AppError, Work, saving::Saving};
use crate::{WorkState, base, link};

/// How much of a file is looked at to tell its format.
const HEAD_BYTES: u64 = 8 << 10;
/// One document of this many of an exported corpus goes into `dev.jsonl`.
const DEV_OF: usize = 5;

/// The format of this name.
fn format_named(name: &str) -> Result<&'static FormatInfo, AppError> {
    Format::by_name(name).ok_or_else(|| AppError::UnknownFormat(name.to_owned()))
}

/// A file and how it is read.
struct Source {
    path: PathBuf,
    name: String,
    info: &'static FormatInfo,
}

/// The files that a path stands for; those that belong to another one are left out.
fn sources(path: &Path, format: Option<&'static FormatInfo>) -> Result<Vec<Source>, AppError> {
    let files = super::open::files_below(path)?;
    let is_folder = path.is_dir();
    let mut found = Vec::new();
    for file in files {
        let extension = file.extension().and_then(|e| e.to_str()).unwrap_or_default().to_owned();
        let info = match format {
            Some(info) if is_folder && !info.extensions.contains(&extension.as_str()) => None,
            Some(info) => Some(info),
            None => detected(&file)?,
        };
        let name = file.strip_prefix(path).ok().filter(|rest| !rest.as_os_str().is_empty());
        let name = name.or_else(|| file.file_name().map(Path::new)).unwrap_or(&file);
        let name = name.to_string_lossy().into_owned();
        found.extend(info.map(|info| Source { path: file, name, info }));
    }
    let belonging: Vec<PathBuf> =
        found.iter().flat_map(|s| companions(&s.path, s.info.layout)).map(|c| c.1).collect();
    found.retain(|source| !belonging.contains(&source.path));
    Ok(found)
}

fn detected(path: &Path) -> Result<Option<&'static FormatInfo>, AppError> {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head));
    read.map_err(AppError::file(path))?;
    Ok(detect(path, &head).map(|detection| detection.info))
}

fn companions(path: &Path, layout: Layout) -> Vec<(&'static str, PathBuf)> {
    let Layout::FilePerDocument { companions, shared } = layout else { return Vec::new() };
    let beside = companions.iter().map(|extension| (*extension, path.with_extension(extension)));
    beside.chain(shared.iter().map(|name| (*name, path.with_file_name(name)))).collect()
}

fn read_source(source: &Source, import: &mut Import<'_>) -> Result<(), String> {
    let reader = source.info.reader.ok_or("this format cannot be read")?;
    let file = File::open(&source.path).map_err(|error| error.to_string())?;
    let mut files = Vec::new();
    for (name, path) in companions(&source.path, source.info.layout) {
        if path.is_file() {
            files.push((name, fs::read(&path).map_err(|error| error.to_string())?));
        }
    }
    let stem = |name: &str| match source.info.layout {
        Layout::ManyInOne => name.to_owned(),
        // Text files keep their names as they are opened with; others are named by their stem.
        Layout::FilePerDocument { .. } if source.info.format == Format::Text => name.to_owned(),
        Layout::FilePerDocument { .. } => {
            Path::new(name).with_extension("").to_string_lossy().into_owned()
        }
    };
    import.begin_input(&stem(&source.name));
    let mut main = BufReader::new(file);
    reader(&mut Input { main: &mut main, companions: files }, import)
        .map_err(|error| error.to_string())
}

impl Work {
    /// Reads files into the project and says what was taken and what was not.
    pub(super) fn import(&mut self, path: &Path, format: Option<&str>) -> Result<String, AppError> {
        let format = format.map(format_named).transpose()?;
        let (options, mut labels) = (ReadOptions::default(), LabelSet::new());
        let (mut documents, mut failures) = (Vec::new(), Vec::new());
        let mut sink = |document, _: &LabelSet| documents.push(document);
        let mut import = Import::new(&options, &mut labels, &mut sink);
        let sources = sources(path, format)?;
        for source in &sources {
            if let Err(why) = read_source(source, &mut import) {
                failures.push(format!("{}: {why}", source.name));
            }
        }
        let mut said = import.report.to_string();
        if sources.is_empty() {
            failures.push(format!("{}: no file of a known format", path.display()));
        }
        let taken =
            self.with_project(|project, layer| store(project, layer, &documents, &labels))?;
        said = format!("{said}\n{taken}");
        for failure in failures {
            said = format!("{said}\n{failure}");
        }
        self.reread()?;
        Ok(said)
    }

    /// Has the project for itself for a moment: what was sent before is written first.
    fn with_project<T>(
        &mut self,
        work: impl FnOnce(&mut Project, tawsim_store::LayerId) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let mut project = self.saving.stop().ok_or(AppError::NoProject)?;
        let outcome = work(&mut project, self.layer);
        self.saving = Saving::start(project);
        outcome
    }

    /// The finished documents with links, values and who made them.
    fn exported(&self) -> Result<(Vec<Document>, LabelSet), AppError> {
        let mut labels = self.project.label_set()?;
        let records: BTreeMap<String, GazetteerRecord> =
            base::records(&link::read_all(self.project.dir()))
                .into_iter()
                .map(|record| (record.id.clone(), record))
                .collect();
        let mut documents = Vec::new();
        for row in self.library.all().iter().filter(|row| WorkState::of(row) == WorkState::Done) {
            let mut document = self.project.corpus_document(row.id, self.layer, &mut labels)?;
            let stored = self.project.document(row.id)?;
            for (entity, annotation) in document.entities.iter().zip(stored.entities(self.layer)) {
                let details = details_of(annotation, &records);
                if !details.is_empty() {
                    document.details.insert(entity.key(), details);
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
        let (documents, labels) = self.exported()?;
        let options = WriteOptions::default();
        let context = WriteContext { labels: &labels, options: &options };
        let losses = match info.writer {
            Some(Writer::Stream(_)) => {
                let mut bytes = Vec::new();
                let losses = write_stream(info, &documents, &context, &mut bytes)
                    .map_err(AppError::file(path))?;
                put_in_place(path, &bytes).map_err(AppError::file(path))?;
                losses
            }
            Some(Writer::Files(_)) => {
                fs::create_dir_all(path).map_err(AppError::file(path))?;
                let mut put = |name: &str, bytes: &[u8]| put_in_place(&path.join(name), bytes);
                write_files(info, &documents, &context, &mut put).map_err(AppError::file(path))?
            }
            None => return Err(AppError::UnknownFormat(format.to_owned())),
        };
        let n = documents.len();
        Ok(format!("{}: {n} documents\n{losses}", path.display()).trim_end().to_owned())
    }

    /// Writes the finished documents as a corpus: `train.jsonl`, `dev.jsonl`, and the project's own
    /// names. `tawsim train` reads the folder's files.
    pub(super) fn export_corpus(&self, folder: &Path) -> Result<String, AppError> {
        let (documents, labels) = self.finished()?;
        if documents.is_empty() {
            return Err(AppError::NothingFinished);
        }
        let gazetteer = folder.join("gazetteer");
        fs::create_dir_all(&gazetteer).map_err(AppError::file(folder))?;
        let is_dev = |idx: usize| documents.len() >= DEV_OF && (idx + 1).is_multiple_of(DEV_OF);
        let mut counts = [0, 0];
        for (part, (name, wants_dev)) in
            [("train.jsonl", false), ("dev.jsonl", true)].into_iter().enumerate()
        {
            let mut bytes = Vec::new();
            for (_, document) in
                documents.iter().enumerate().filter(|(idx, _)| is_dev(*idx) == wants_dev)
            {
                write_jsonl(document, &labels, &mut bytes).map_err(AppError::file(folder))?;
                counts[part] += 1;
            }
            put_in_place(&folder.join(name), &bytes).map_err(AppError::file(folder))?;
        }
        for class in link::CLASSES {
            let table = link::own_table(self.project.dir(), class);
            if table.is_file() {
                let to = gazetteer.join(format!("{class}.tsv"));
                fs::copy(&table, &to).map_err(AppError::file(&to))?;
            }
        }
        let [n_train, n_dev] = counts;
        Ok(format!("{}: train.jsonl {n_train}, dev.jsonl {n_dev}", folder.display()))
    }
}

/// Puts documents into the project: own entities into the annotator's layer, those of further
/// layers into layers of their names.
fn store(
    project: &mut Project,
    layer: tawsim_store::LayerId,
    documents: &[Document],
    labels: &LabelSet,
) -> Result<String, AppError> {
    let mut import = project.import(ImportOptions::into_layer(layer))?;
    for document in documents {
        import.add(document, labels)?;
    }
    let (_, report) = import.finish()?;
    let mut of_layer: BTreeMap<&str, Vec<Document>> = BTreeMap::new();
    for document in documents {
        for further in &document.layers {
            let mut copy = Document::new(document.id.as_str(), document.text.as_str());
            copy.entities.clone_from(&further.entities);
            of_layer.entry(&further.annotator).or_default().push(copy);
        }
    }
    let n_layers = of_layer.len();
    for (name, documents) in of_layer {
        let layer = project.add_layer(name, LayerKind::Annotator)?;
        let mut import = project.import(ImportOptions::into_layer(layer))?;
        for document in &documents {
            import.add(document, labels)?;
        }
        import.finish()?;
    }
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

fn details_of(
    annotation: &Annotation,
    records: &BTreeMap<String, GazetteerRecord>,
) -> EntityDetails<'static> {
    let link = annotation.link.as_ref().map(|link| {
        let Some(record) = records.get(&link.entry) else {
            return LinkDetails { score: 1.0, ..LinkDetails::default() };
        };
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
    });
    let value = annotation.value.as_deref().and_then(link::parse_value);
    EntityDetails { link, value, ..EntityDetails::default() }
}

/// Whole or not at all.
fn put_in_place(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let partial = path.with_extension("partial");
    fs::write(&partial, bytes)?;
    File::open(&partial)?.sync_all()?;
    fs::rename(&partial, path)
}

/// Names and titles of the formats that can be read, or written.
pub(crate) fn formats(to_read: bool) -> Vec<(&'static str, &'static str)> {
    let can = |info: &&&FormatInfo| {
        if to_read { info.reader.is_some() } else { info.writer.is_some() }
    };
    FORMATS.iter().filter(can).map(|info| (info.name, info.title)).collect()
}
