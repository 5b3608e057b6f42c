//! Writing documents in any format of the table.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use tawsim_tokenizer::OffsetUnit;

use super::feature::Feature;
use super::fit::{Losses, fit};
use super::{FormatInfo, Layout};
use crate::{Document, LabelSet, TagScheme};

/// Who wrote a file, where its format has a place for that.
pub(super) const GENERATOR: &str = concat!("tawsim ", env!("CARGO_PKG_VERSION"));

/// What the user says of an output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// What offsets count; `None`: what the format means.
    pub unit: Option<OffsetUnit>,
    /// How tags are written; `None`: IOB2.
    pub scheme: Option<TagScheme>,
    /// Whether JSON Lines state the checksum of each text.
    pub checksum: bool,
}

/// What a writer needs beside the document.
#[derive(Clone, Copy, Debug)]
pub struct WriteContext<'a> {
    /// All labels of the documents.
    pub labels: &'a LabelSet,
    /// What the user says.
    pub options: &'a WriteOptions,
}

/// Writes one document, which has nothing that the format does not carry.
///
/// [`io::ErrorKind::InvalidData`] refuses the document; other errors end the output.
pub type WriteDocument = fn(&Document, &WriteContext<'_>, &mut dyn Write) -> io::Result<()>;

/// Writes what belongs to no document.
pub type WriteFrame = fn(&WriteContext<'_>, &mut dyn Write) -> io::Result<()>;

/// How a format is written.
#[derive(Clone, Copy)]
pub enum Writer {
    /// All documents in one file.
    Stream(Stream),
    /// A folder, one file or more a document.
    Files(Files),
}

/// All documents in one file.
#[derive(Clone, Copy)]
pub struct Stream {
    /// What stands before the first document.
    pub header: WriteFrame,
    /// A document.
    pub document: WriteDocument,
    /// What stands between two documents that wrote something.
    pub separator: &'static str,
    /// What stands behind the last.
    pub footer: WriteFrame,
    /// Whether the header names the labels of all documents.
    pub needs_all_labels: bool,
}

impl Stream {
    /// Documents and nothing else; for `..Stream::PLAIN`.
    pub const PLAIN: Self = Self {
        header: |_, _| Ok(()),
        document: |_, _, _| Ok(()),
        separator: "",
        footer: |_, _| Ok(()),
        needs_all_labels: false,
    };
}

/// A file or more a document.
#[derive(Clone, Copy)]
pub struct Files {
    /// Extension and content of each file of a document.
    pub parts: &'static [(&'static str, WriteDocument)],
    /// Name and content of files that stand once in the folder.
    pub shared: &'static [(&'static str, WriteFrame)],
}

/// Writes documents to one file in the format of a [`Stream`].
///
/// # Errors
/// If the output fails, or the format is no stream.
pub fn write_stream<'d>(
    info: &FormatInfo,
    documents: impl IntoIterator<Item = &'d Document>,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<Losses> {
    let mut writer = StreamWriter::new(info, context.options, out)?;
    for document in documents {
        writer.write(document, context.labels)?;
    }
    writer.finish(context.labels)
}

/// Writes documents one by one to one file, as they come.
pub struct StreamWriter<'a> {
    info: &'a FormatInfo,
    stream: Stream,
    options: &'a WriteOptions,
    out: &'a mut dyn Write,
    losses: Losses,
    has_begun: bool,
    has_written: bool,
    /// What must wait for the header, which waits for the labels.
    held: Vec<u8>,
}

impl<'a> StreamWriter<'a> {
    /// A writer in the format of a [`Stream`].
    ///
    /// # Errors
    /// If the format is no stream.
    pub fn new(
        info: &'a FormatInfo,
        options: &'a WriteOptions,
        out: &'a mut dyn Write,
    ) -> io::Result<Self> {
        let Some(Writer::Stream(stream)) = info.writer else { return Err(wrong_kind(info)) };
        let (losses, held) = (Losses::default(), Vec::new());
        Ok(Self { info, stream, options, out, losses, has_begun: false, has_written: false, held })
    }

    /// Writes one document. `labels` may grow from one document to the next.
    ///
    /// # Errors
    /// If the output fails.
    pub fn write(&mut self, document: &Document, labels: &LabelSet) -> io::Result<()> {
        let context = &WriteContext { labels, options: self.options };
        if !self.stream.needs_all_labels {
            self.begin(context)?;
        }
        let losses = &mut self.losses;
        let bytes = written(self.info, self.stream.document, document, (context, losses))?;
        let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
        let separator = if self.has_written { self.stream.separator } else { "" };
        self.has_written = true;
        let held = &mut self.held;
        let out: &mut dyn Write = if self.has_begun { &mut *self.out } else { held };
        out.write_all(separator.as_bytes())?;
        out.write_all(&bytes)
    }

    fn begin(&mut self, context: &WriteContext<'_>) -> io::Result<()> {
        if std::mem::replace(&mut self.has_begun, true) {
            return Ok(());
        }
        (self.stream.header)(context, self.out)
    }

    /// Ends the file; what was lost.
    ///
    /// # Errors
    /// If the output fails.
    pub fn finish(mut self, labels: &LabelSet) -> io::Result<Losses> {
        let context = &WriteContext { labels, options: self.options };
        self.begin(context)?;
        self.out.write_all(&self.held)?;
        (self.stream.footer)(context, self.out)?;
        Ok(self.losses)
    }
}

fn written(
    info: &FormatInfo,
    write: WriteDocument,
    document: &Document,
    (context, losses): (&WriteContext<'_>, &mut Losses),
) -> io::Result<Option<Vec<u8>>> {
    let fitted = fit(document, info.carries, names(info, document), losses);
    let mut bytes = Vec::new();
    match write(&fitted, context, &mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            losses.refused.push((document.id.clone(), error.to_string()));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether the id of a document can be read again: from the file, or from its name.
fn names(info: &FormatInfo, document: &Document) -> bool {
    let is_file_name = info.layout != Layout::ManyInOne && stem(&document.id) == document.id;
    info.carries.has(Feature::DocumentIds) || is_file_name
}

/// Writes documents as files of a folder: `put` is given each file's name and content.
///
/// # Errors
/// If `put` fails, or the format is a stream.
pub fn write_files<'d>(
    info: &FormatInfo,
    documents: impl IntoIterator<Item = &'d Document>,
    context: &WriteContext<'_>,
    put: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
) -> io::Result<Losses> {
    let mut writer = FilesWriter::new(info, context.options, put)?;
    for document in documents {
        writer.write(document, context.labels)?;
    }
    writer.finish(context.labels)
}

/// Takes a file's name and content.
pub type PutFile<'a> = &'a mut dyn FnMut(&str, &[u8]) -> io::Result<()>;

/// Writes documents one by one as files of a folder, as they come.
pub struct FilesWriter<'a> {
    info: &'a FormatInfo,
    files: Files,
    options: &'a WriteOptions,
    put: PutFile<'a>,
    losses: Losses,
    names: FileNames,
}

impl<'a> FilesWriter<'a> {
    /// A writer in the format of [`Files`].
    ///
    /// # Errors
    /// If the format is a stream.
    pub fn new(
        info: &'a FormatInfo,
        options: &'a WriteOptions,
        put: PutFile<'a>,
    ) -> io::Result<Self> {
        let Some(Writer::Files(files)) = info.writer else { return Err(wrong_kind(info)) };
        let (losses, names) = (Losses::default(), FileNames::default());
        Ok(Self { info, files, options, put, losses, names })
    }

    /// Writes one document. `labels` may grow from one document to the next.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn write(&mut self, document: &Document, labels: &LabelSet) -> io::Result<()> {
        let context = &WriteContext { labels, options: self.options };
        let carries = self.info.carries;
        let names = names(self.info, document);
        let fitted = fit(document, carries, names, &mut self.losses);
        match parts_of(self.files, &fitted, context) {
            Ok(parts) => {
                let stem = self.names.free_stem(&document.id);
                // Another document has the name that would have been its id.
                let is_renamed = names && !carries.has(Feature::DocumentIds) && stem != document.id;
                self.losses.add(Feature::DocumentIds, usize::from(is_renamed));
                let mut parts = parts.into_iter();
                parts.try_for_each(|(extension, bytes)| {
                    (self.put)(&format!("{stem}.{extension}"), &bytes)
                })
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                self.losses.refused.push((document.id.clone(), error.to_string()));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Writes the files that stand once in the folder; what was lost.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn finish(self, labels: &LabelSet) -> io::Result<Losses> {
        for (name, write) in self.files.shared {
            let mut bytes = Vec::new();
            write(&WriteContext { labels, options: self.options }, &mut bytes)?;
            (self.put)(name, &bytes)?;
        }
        Ok(self.losses)
    }
}

type Part = (&'static str, Vec<u8>);

fn parts_of(
    files: Files,
    document: &Document,
    context: &WriteContext<'_>,
) -> io::Result<Vec<Part>> {
    let part = |(extension, write): &(&'static str, WriteDocument)| {
        let mut bytes = Vec::new();
        write(document, context, &mut bytes).map(|()| (*extension, bytes))
    };
    files.parts.iter().map(part).collect()
}

/// A safe file name: an id may hold path separators, and never leads out of the folder.
fn stem(id: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let stem: String = id.chars().map(|c| if is_plain(c) { c } else { '_' }).take(60).collect();
    if stem.is_empty() { "document".to_owned() } else { stem }
}

/// The names of the files that stand in a folder.
#[derive(Default)]
struct FileNames {
    /// In lower case: names that differ in case only are the same file on some systems.
    taken: BTreeSet<String>,
    /// By stem that was met twice, the first number that was not tried.
    next: BTreeMap<String, u64>,
}

impl FileNames {
    /// The stem, with a number if another document has it.
    fn free_stem(&mut self, id: &str) -> String {
        let stem = stem(id);
        if self.taken.insert(stem.to_lowercase()) {
            return stem;
        }
        let next = self.next.entry(stem.clone()).or_insert(2);
        loop {
            let name = format!("{stem}-{next}");
            *next += 1;
            if self.taken.insert(name.to_lowercase()) {
                return name;
            }
        }
    }
}

fn wrong_kind(info: &FormatInfo) -> io::Error {
    let words = format!("{} is not written that way", info.name);
    io::Error::new(io::ErrorKind::Unsupported, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What it must give: the first of `stem`, `stem-2`, `stem-3`… that is free.
    fn first_free(id: &str, taken: &mut BTreeSet<String>) -> String {
        let stem = stem(id);
        let numbered = (2..).map(|n| format!("{stem}-{n}"));
        let mut names = std::iter::once(stem.clone()).chain(numbered);
        names.find(|name| taken.insert(name.to_lowercase())).expect("numbers do not end")
    }

    #[test]
    fn names_are_the_first_that_are_free() {
        let long = "x".repeat(70);
        let ids =
            ["a", "a-3", "A", "a", "a", "a-2", "A", "", "document", "Σ", "ς", "σ", "Σ", "a-2"];
        let (mut names, mut taken) = (FileNames::default(), BTreeSet::new());
        for id in ids.into_iter().chain([long.as_str(); 3]) {
            assert_eq!(names.free_stem(id), first_free(id, &mut taken), "{id}");
        }
    }
}
