//! A new project from an export.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use tawsim_tokenizer::Span;

use crate::change::{COMMENT, Change, DOCUMENT, Field, LABEL, LAYER, REVIEW, SPAN, Scalar, Table};
use crate::export::MARKER;
use crate::id::{RowId, sha256_hex};
use crate::plan::{Plan, link_json, metadata_json, need_name};
use crate::record::{
    CommentRecord, DocumentRecord, LabelRecord, LayerRecord, ProjectRecord, ReviewRecord,
    SpanRecord,
};
use crate::state::{N_SHARDS, file_name};
use crate::stems::Stemmer;
use crate::writing::{Entry, Writing};
use crate::{DocumentId, LayerId, Options, Presence, Project, StoreError, admit, texts};

/// The changes of each document of a shard.
type Changes = BTreeMap<DocumentId, (String, Vec<Change>)>;

impl Project {
    /// Makes a project with the state of an export. Its [`Project::state_hash`] is that of the
    /// project that was exported; it has the same id and an empty undo history.
    ///
    /// # Errors
    /// If the export is unfinished or a record is wrong: file, line and reason are named, and no
    /// project is made.
    pub fn create_from_export(
        dir: &Path,
        folder: &Path,
        options: &Options,
    ) -> Result<Self, StoreError> {
        if folder.join(MARKER).exists() {
            return Err(StoreError::UnfinishedExport(folder.to_owned()));
        }
        let record: ProjectRecord = whole_file(&folder.join("project.json"))?;
        if record.format != 1 {
            return Err(StoreError::TooNew { found: record.format.into(), known: 1 });
        }
        let mut project = Self::create_with_id(dir, &record.id, options)?;
        match load(&mut project, folder) {
            Ok(()) => Ok(project),
            Err(error) => {
                project.discard();
                Err(error)
            }
        }
    }
}

fn load(project: &mut Project, folder: &Path) -> Result<(), StoreError> {
    let mut writing = Writing::begin(project, Entry::Aside)?;
    let mut reading = Reading::begin(folder)?;
    let mut stemmer = Stemmer::default();
    let mut plan = Plan::default();
    plan.changes.extend(reading.labels.values().flat_map(label_changes));
    plan.changes.extend(reading.layers.iter().map(layer_change));
    let event = writing.next_id();
    writing.record(event, "load", plan)?;
    for number in 0..N_SHARDS {
        let name = format!("{number:02x}.jsonl");
        for (document, (text, changes)) in reading.shard(&name)? {
            texts::insert(&writing.tx, &mut stemmer, document, &text)?;
            let event = writing.next_id();
            let plan = Plan { document: Some(document), changes, created: Vec::new() };
            writing.record(event, "load", plan)?;
        }
    }
    writing.commit().map(drop)
}

/// What is known of an export while its files are read.
struct Reading<'a> {
    folder: &'a Path,
    layers: Vec<LayerRecord>,
    /// By name.
    labels: BTreeMap<String, LabelRecord>,
    /// Spans and comments so far: an id stands for one thing.
    ids: HashSet<(&'static str, i64)>,
}

impl<'a> Reading<'a> {
    fn begin(folder: &'a Path) -> Result<Self, StoreError> {
        let mut labels = BTreeMap::new();
        let path = folder.join("labels.jsonl");
        for (line, label) in (1..).zip(lines::<LabelRecord>(&path)?) {
            tawsim_corpus::LabelSet::from_names([&label.id])
                .map_err(|error| bad(&path, line, &error.to_string()))?;
            need_admitted(&label_changes(&label), None, (&path, line))?;
            let earlier = labels.insert(label.id.clone(), label);
            earlier.map_or(Ok(()), |_| Err(bad(&path, line, TWICE)))?;
        }
        let path = folder.join("layers.jsonl");
        let layers: Vec<LayerRecord> = lines(&path)?;
        let mut names = HashSet::new();
        for (line, layer) in (1..).zip(&layers) {
            need_name(&layer.id).map_err(|error| bad(&path, line, &error.to_string()))?;
            let folder = file_name(&layer.id);
            names.insert(folder).then_some(()).ok_or_else(|| bad(&path, line, TWICE))?;
        }
        need_layers(folder, &names)?;
        Ok(Self { folder, layers, labels, ids: HashSet::new() })
    }

    fn shard(&mut self, name: &str) -> Result<Changes, StoreError> {
        let mut changes = Changes::new();
        let path = self.folder.join("documents").join(name);
        for (line, record) in (1..).zip(lines::<DocumentRecord>(&path)?) {
            let made = document_changes(&record).ok_or_else(|| {
                bad(&path, line, "the text is not the one that `sha256` and `id` were made from")
            })?;
            need_admitted(&made, Some(record.id), (&path, line))?;
            let earlier = changes.insert(record.id, (record.text, made));
            earlier.map_or(Ok(()), |_| Err(bad(&path, line, TWICE)))?;
        }
        let layers: Vec<String> = self.layers.iter().map(|layer| layer.id.clone()).collect();
        for layer in layers {
            let path = self.folder.join("layers").join(file_name(&layer)).join(name);
            self.layer_shard(&path, LayerId::of(&layer), &mut changes)?;
        }
        let path = self.folder.join("comments").join(name);
        for (line, record) in (1..).zip(lines::<CommentRecord>(&path)?) {
            self.need_new((COMMENT, record.id.0), &path, line)?;
            let (_, made) = changes.get_mut(&record.document).ok_or_else(|| stray(&path, line))?;
            let change = [comment_change(&record)];
            need_admitted(&change, Some(record.document), (&path, line))?;
            made.extend(change);
        }
        Ok(changes)
    }

    fn layer_shard(
        &mut self,
        path: &Path,
        layer: LayerId,
        changes: &mut Changes,
    ) -> Result<(), StoreError> {
        for (line, record) in (1..).zip(lines::<serde_json::Value>(path)?) {
            let not_a_record = |error: serde_json::Error| bad(path, line, &error.to_string());
            if record.get("review").is_some() {
                let record: ReviewRecord = serde_json::from_value(record).map_err(not_a_record)?;
                self.need_new((REVIEW, RowId::of_review(record.document, layer).0), path, line)?;
                let made = changes.get_mut(&record.document).ok_or_else(|| stray(path, line))?;
                let change = [review_change(&record, layer)];
                need_admitted(&change, Some(record.document), (path, line))?;
                made.1.extend(change);
            } else {
                let record: SpanRecord = serde_json::from_value(record).map_err(not_a_record)?;
                self.need_new((SPAN, record.id.0), path, line)?;
                let made = changes.get_mut(&record.document).ok_or_else(|| stray(path, line))?;
                self.check_span(&record, &made.0).map_err(|what| bad(path, line, what))?;
                let change = [span_change(&record, layer)];
                need_admitted(&change, Some(record.document), (path, line))?;
                made.1.extend(change);
            }
        }
        Ok(())
    }

    fn check_span(&self, record: &SpanRecord, text: &str) -> Result<(), &'static str> {
        let range = record.start as usize..record.end as usize;
        let surface = Span::from_range(range).and_then(|span| span.get(text));
        if record.surface.is_empty() || surface != Some(record.surface.as_str()) {
            return Err("the document does not have this surface there");
        }
        let is_known = self.labels.contains_key(&record.label);
        is_known.then_some(()).ok_or("its label is not in labels.jsonl; add a line for it there")
    }

    fn need_new(&mut self, id: (Table, i64), path: &Path, line: usize) -> Result<(), StoreError> {
        self.ids.insert((id.0.name, id.1)).then_some(()).ok_or_else(|| bad(path, line, TWICE))
    }
}

/// Refuses changes that the program could not have written.
fn need_admitted(
    changes: &[Change],
    document: Option<DocumentId>,
    (path, line): (&Path, usize),
) -> Result<(), StoreError> {
    let check = |change| admit::check(change, document);
    changes.iter().try_for_each(check).map_err(|what| bad(path, line, &what))
}

/// Refuses folders of layers that are not in `layers.jsonl`: what is in them would be left out.
fn need_layers(folder: &Path, names: &HashSet<String>) -> Result<(), StoreError> {
    let path = folder.join("layers");
    let entries = match fs::read_dir(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(StoreError::file("read", &path))?,
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_rows = |file: fs::DirEntry| file.path().extension().is_some_and(|e| e == "jsonl");
        let has_rows = fs::read_dir(entry.path()).is_ok_and(|files| files.flatten().any(is_rows));
        if has_rows && !names.contains(&name) {
            let what = format!("it lacks the layer whose folder is layers/{name}");
            return Err(bad(&folder.join("layers.jsonl"), names.len() + 1, &what));
        }
    }
    Ok(())
}

const TWICE: &str = "the id stands in an earlier line too";

fn set_presence(table: Table, id: i64, after: Presence) -> Change {
    let before = Presence::Present.as_str().into();
    Change::Set { table, id, field: Field::PRESENCE, before, after: after.as_str().into() }
}

fn label_changes(record: &LabelRecord) -> Vec<Change> {
    let id = RowId::of_label(&record.id).0;
    let values = [
        ("name", record.id.as_str().into()),
        ("position", record.position.into()),
        ("title", record.title.as_str().into()),
        ("color", record.color.as_str().into()),
        ("shortcut", record.shortcut.as_str().into()),
        ("guideline", record.guideline.as_str().into()),
    ];
    let mut changes = vec![Change::create(LABEL, id, &values)];
    changes.extend(record.is_retired.then(|| set_presence(LABEL, id, Presence::Retired)));
    changes
}

fn layer_change(record: &LayerRecord) -> Change {
    let values = [("name", record.id.as_str().into()), ("kind", record.kind.as_str().into())];
    Change::create(LAYER, LayerId::of(&record.id).0, &values)
}

/// `None` if text, hash and id do not belong together.
fn document_changes(record: &DocumentRecord) -> Option<Vec<Change>> {
    let is_whole = sha256_hex(record.text.as_bytes()) == record.sha256
        && DocumentId::of(&record.name, &record.sha256) == record.id;
    let values = [
        ("name", record.name.as_str().into()),
        ("text_hash", record.sha256.as_str().into()),
        ("metadata", metadata_json(&record.metadata).into()),
        ("is_flagged", record.is_flagged.into()),
    ];
    let id = record.id.0;
    let mut changes = vec![Change::create(DOCUMENT, id, &values)];
    changes.extend(record.is_trashed.then(|| set_presence(DOCUMENT, id, Presence::Retired)));
    is_whole.then_some(changes)
}

fn review_change(record: &ReviewRecord, layer: LayerId) -> Change {
    let values = [("layer", layer.0.into()), ("state", record.review.as_str().into())];
    Change::create(REVIEW, RowId::of_review(record.document, layer).0, &values)
}

fn comment_change(record: &CommentRecord) -> Change {
    let values = [
        ("span", record.span.map(|span| span.0).into()),
        ("author", record.author.as_str().into()),
        ("text", record.text.as_str().into()),
        ("is_resolved", record.is_resolved.into()),
    ];
    Change::create(COMMENT, record.id.0, &values)
}

fn span_change(record: &SpanRecord, layer: LayerId) -> Change {
    let text = |value: &Option<String>| Scalar::from(value.as_deref());
    let values = [
        ("layer", layer.0.into()),
        ("start_byte", i64::from(record.start).into()),
        ("end_byte", i64::from(record.end).into()),
        ("label", record.label.as_str().into()),
        ("state", record.state.as_str().into()),
        ("source", record.source.as_str().into()),
        ("score", record.score.into()),
        ("reviewer", text(&record.reviewer)),
        ("link", record.link.as_ref().map(link_json).into()),
        ("value", text(&record.value)),
        ("is_flagged", record.is_flagged.into()),
    ];
    Change::create(SPAN, record.id.0, &values)
}

fn bad(path: &Path, line: usize, what: &str) -> StoreError {
    StoreError::Record { path: path.to_owned(), line, what: what.to_owned() }
}

fn stray(path: &Path, line: usize) -> StoreError {
    bad(path, line, "its document is not in the export")
}

fn whole_file<T: DeserializeOwned>(path: &PathBuf) -> Result<T, StoreError> {
    let text = fs::read_to_string(path).map_err(StoreError::file("read", path))?;
    serde_json::from_str(&text).map_err(|error| bad(path, error.line(), &error.to_string()))
}

/// The records of a file, one a line; none if there is no such file.
fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, StoreError> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(StoreError::file("read", path))?,
    };
    let parse = |(line, text)| {
        serde_json::from_str(text)
            .map_err(|error: serde_json::Error| bad(path, line, &error.to_string()))
    };
    (1..).zip(text.lines()).map(parse).collect()
}
