//! Files, folders and standard input as documents, one at a time.

mod columns;
mod text;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use same_file::Handle;
use tawsim_corpus::{Document, Format, JsonlReader, LabelSet, read_interlinear};

use crate::interrupt::UntilAsked;
use crate::output::{file_of, refuse_inputs};
use crate::streams::Streams;
use text::TextParts;

/// What `--from` can say.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum InputFormat {
    /// Plain text, one document a file.
    Txt,
    /// JSON Lines, one document a line.
    Jsonl,
    /// Interlinear text, one document a file.
    Tagged,
}

impl InputFormat {
    pub(crate) const fn format(self) -> Format {
        match self {
            Self::Txt => Format::Text,
            Self::Jsonl => Format::Jsonl,
            Self::Tagged => Format::Interlinear,
        }
    }
}

/// One place that documents come from.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// `-` is standard input.
    pub path: PathBuf,
    pub format: Format,
    /// What names its documents: the path below the folder that was given.
    pub name: String,
    /// Length of the file, 0 if not known.
    pub byte_len: u64,
}

/// What [`find_sources`] found, and what it could not use.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub sources: Vec<Source>,
    pub failures: Vec<anyhow::Error>,
}

impl Sources {
    pub(crate) fn total_bytes(&self) -> u64 {
        self.sources.iter().map(|source| source.byte_len).sum()
    }
}

/// The documents that the paths stand for: files, all readable files below folders (sorted by name), and
/// `-` for standard input. `format` overrides what the names say.
pub(crate) fn find_sources(paths: &[PathBuf], format: Option<Format>) -> Sources {
    sources_but(None, paths, format)
}

/// As [`find_sources`], for a run that writes `output` while it reads: an error if that is an input; in folders it is
/// left out.
pub(crate) fn find_sources_for(
    output: Option<&Path>,
    paths: &[PathBuf],
    format: Option<Format>,
) -> Result<Sources> {
    refuse_inputs(paths, output)?;
    let output = output.and_then(file_of);
    Ok(sources_but(output.as_ref(), paths, format))
}

fn sources_but(left_out: Option<&Handle>, paths: &[PathBuf], format: Option<Format>) -> Sources {
    let mut found = Sources::default();
    for path in paths {
        let added = if path.is_dir() {
            add_folder(path, left_out, format, &mut found)
        } else {
            add_file(path, format, &mut found)
        };
        found.failures.extend(added.err());
    }
    found
}

fn add_file(path: &Path, format: Option<Format>, found: &mut Sources) -> Result<()> {
    if path.as_os_str() == "-" {
        let format = format.unwrap_or(Format::Text);
        found.sources.push(Source { path: path.into(), format, name: "-".into(), byte_len: 0 });
        return Ok(());
    }
    let metadata = path.metadata().with_context(|| format!("{}: cannot open", path.display()))?;
    let Some(format) = format.or_else(|| Format::from_path(path)) else {
        bail!(
            "{}: unknown kind of file; use .txt, .jsonl or .tagged, or say --from",
            path.display()
        );
    };
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    found.sources.push(Source { path: path.into(), format, name, byte_len: metadata.len() });
    Ok(())
}

fn add_folder(
    folder: &Path,
    left_out: Option<&Handle>,
    format: Option<Format>,
    found: &mut Sources,
) -> Result<()> {
    let n_before = found.sources.len();
    let is_output = |file: &Path| left_out.is_some() && file_of(file).as_ref() == left_out;
    let is_meant = |file: &PathBuf| Format::from_path(file).is_some() && !is_output(file);
    for file in files_below(folder)?.into_iter().filter(is_meant) {
        add_file(&file, format, found)?;
        if let Some(source) = found.sources.last_mut() {
            let below = file.strip_prefix(folder).unwrap_or(&file);
            source.name = below.to_string_lossy().into_owned();
        }
    }
    if found.sources.len() == n_before {
        bail!("{}: no .txt, .jsonl or .tagged file in this folder", folder.display());
    }
    Ok(())
}

/// All files below a folder, sorted by path.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut pending = vec![folder.to_path_buf()];
    let mut files = Vec::new();
    while let Some(folder) = pending.pop() {
        let context = || format!("{}: cannot list the folder", folder.display());
        for entry in folder.read_dir().with_context(context)? {
            let entry = entry.with_context(context)?;
            // Links are not followed below a folder: they may lead in circles.
            let kind = entry.file_type().with_context(context)?;
            if kind.is_dir() {
                pending.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Documents, each or the error in its place.
pub(crate) type Documents<'a> = Box<dyn Iterator<Item = Result<Document>> + 'a>;

/// The documents of a source, read one after the other; `labels` grows by the labels they name.
pub(crate) fn documents<'a>(
    source: &'a Source,
    stdin: &'a mut dyn Read,
    labels: &'a mut LabelSet,
) -> Documents<'a> {
    if source.name == "-" {
        return documents_from(source, UntilAsked(stdin), labels);
    }
    let file = File::open(&source.path);
    match file.with_context(|| format!("{}: cannot open", source.path.display())) {
        Ok(file) => documents_from(source, UntilAsked(file), labels),
        Err(error) => Box::new(std::iter::once(Err(error))),
    }
}

fn documents_from<'a>(
    source: &'a Source,
    input: impl Read + 'a,
    labels: &'a mut LabelSet,
) -> Documents<'a> {
    let place = || source.path.display().to_string();
    match source.format {
        Format::Jsonl => {
            let reader = JsonlReader::new(BufReader::with_capacity(1 << 16, input), labels);
            let named = reader.enumerate().map(move |(idx, document)| {
                let id = || format!("{}:{}", source.name, idx + 1);
                document.map(|document| with_id(document, id)).with_context(place)
            });
            Box::new(or_empty(named, source))
        }
        Format::Interlinear => Box::new(std::iter::once(read_whole(source, input, labels))),
        _ => {
            Box::new(TextParts::new(input, &source.name).map(move |part| part.with_context(place)))
        }
    }
}

/// The items, or an error if there are none.
fn or_empty<'a>(
    items: impl Iterator<Item = Result<Document>> + 'a,
    source: &'a Source,
) -> impl Iterator<Item = Result<Document>> + 'a {
    let mut items = items.peekable();
    let empty = items
        .peek()
        .is_none()
        .then(|| Err(anyhow::anyhow!("{}: byte 0: the file is empty", source.path.display())));
    empty.into_iter().chain(items)
}

/// An interlinear document is read whole; a longer one is refused.
const MAX_INTERLINEAR_BYTES: u64 = 64 << 20;

fn read_whole(source: &Source, input: impl Read, labels: &mut LabelSet) -> Result<Document> {
    let place = || source.path.display().to_string();
    let mut text = String::new();
    let limit = MAX_INTERLINEAR_BYTES;
    input.take(limit + 1).read_to_string(&mut text).with_context(place)?;
    if text.len() as u64 > limit {
        bail!("{}: longer than {limit} bytes; split the document", place());
    }
    let document = read_interlinear(&text, labels).with_context(place)?;
    Ok(with_id(document, || source.name.clone()))
}

fn with_id(mut document: Document, id: impl FnOnce() -> String) -> Document {
    if document.id.is_empty() {
        document.id = id();
    }
    document
}

/// All annotated documents of the paths, each once, with their labels.
pub(crate) fn read_annotated(
    paths: &[PathBuf],
    streams: &mut Streams<'_>,
) -> Result<(Vec<Document>, LabelSet)> {
    let (columns, others) = columns::apart(paths)?;
    let mut found = find_sources(&others, None);
    let mut labels = LabelSet::new();
    let mut documents: Vec<Document> = Vec::new();
    for (path, name) in &columns {
        let (read, report) = columns::read(path, name, &mut labels)?;
        documents.extend(read);
        if report.is_lossy() {
            streams.messages.tell_lines(&format!("warning: {}: {report}", path.display()));
        }
    }
    for source in &found.sources {
        if source.format == Format::Text {
            found.failures.push(anyhow::anyhow!(
                "{}: plain text has no entities; give .jsonl, .tagged or CoNLL files",
                source.path.display()
            ));
            continue;
        }
        for document in self::documents(source, streams.stdin, &mut labels) {
            documents.push(document?);
        }
    }
    if let Some(failure) = found.failures.into_iter().next() {
        return Err(failure);
    }
    let n_overlapping: usize = documents.iter_mut().map(Document::flatten).sum();
    if n_overlapping > 0 {
        streams.messages.tell(&format!(
            "warning: {n_overlapping} overlapping entities were left out, the longest kept"
        ));
    }
    let n_twice = drop_twins(&mut documents);
    if n_twice > 0 {
        streams
            .messages
            .tell(&format!("warning: {n_twice} documents were given twice and counted once"));
    }
    Ok((documents, labels))
}

/// Drops documents whose id and text came before.
fn drop_twins(documents: &mut Vec<Document>) -> usize {
    let before = documents.len();
    let mut seen = std::collections::HashSet::new();
    documents.retain(|document| seen.insert((document.id.clone(), document.text.clone())));
    before - documents.len()
}
