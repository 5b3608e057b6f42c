//! Formats as functions from documents to bytes and back, and a sample.

use tawsim_corpus::{
    Document, Entity, Format, Import, ImportReport, Input, LabelSet, Layout, Losses, ReadError,
    ReadOptions, WriteContext, WriteOptions, Writer, write_files, write_stream,
};
use tawsim_tokenizer::Span;

pub use crate::documents::labels;

/// Files by extension; a stream is one file without an extension.
pub type Written = Vec<(String, Vec<u8>)>;

/// Writes documents in the format of this name.
///
/// # Panics
/// If there is no such writer, or it fails.
#[must_use]
pub fn write(name: &str, documents: &[Document], options: &WriteOptions) -> (Written, Losses) {
    let info = Format::by_name(name).expect("a format");
    let labels = labels();
    let context = WriteContext { labels: &labels, options };
    let mut files = Vec::new();
    let losses = if matches!(info.writer, Some(Writer::Stream(_))) {
        let mut out = Vec::new();
        let losses = write_stream(info, documents, &context, &mut out);
        files.push((String::new(), out));
        losses
    } else {
        let shared = match info.writer {
            Some(Writer::Files(files)) => files.shared,
            _ => &[],
        };
        write_files(info, documents, &context, &mut |name, bytes| {
            let (_, extension) = name.rsplit_once('.').unwrap_or((name, ""));
            // What stands once in a folder has a name of its own.
            let is_shared = shared.iter().any(|(shared, _)| *shared == name);
            let name = if is_shared { name } else { extension };
            files.push((name.to_owned(), bytes.to_vec()));
            Ok(())
        })
    };
    // What all documents of a folder share is not the first.
    files.sort_by_key(|(extension, _)| {
        !extension.is_empty() && !info.extensions.contains(&extension.as_str())
    });
    (files, losses.expect("to memory"))
}

/// Reads files as [`write`](fn@write) gives them: one is the input, by its extension, the others its companions.
///
/// # Panics
/// If there is no such reader, it fails, or its report does not add up.
#[must_use]
pub fn read(name: &str, files: &Written, options: &ReadOptions) -> (Vec<Document>, ImportReport) {
    let (documents, report, result) = try_read(name, files, options);
    result.expect("own output");
    (documents, report)
}

/// As [`read`], for inputs that may be refused.
///
/// # Panics
/// If there is no such reader, or its report does not add up.
pub fn try_read(
    name: &str,
    files: &Written,
    options: &ReadOptions,
) -> (Vec<Document>, ImportReport, Result<(), ReadError>) {
    let info = Format::by_name(name).expect("a format");
    let (mut labels, mut documents) = (labels(), Vec::new());
    let mut sink = |document, _: &LabelSet| documents.push(document);
    let mut import = Import::new(options, &mut labels, &mut sink);
    import.begin_input("d");
    let is_main = |name: &str| name.is_empty() || info.extensions.contains(&name);
    let main = files.iter().position(|(name, _)| is_main(name)).expect("an input");
    let beside = match info.layout {
        Layout::ManyInOne => &[][..],
        Layout::FilePerDocument { companions, .. } => companions,
    };
    let companion = |extension: &&'static str| {
        let found = files.iter().find(|(known, _)| known == extension)?;
        Some((*extension, found.1.clone()))
    };
    let companions = beside.iter().filter_map(companion).collect();
    let mut main = files[main].1.as_slice();
    let reader = info.reader.expect("a readable format");
    let result = reader(&mut Input { main: &mut main, companions }, &mut import);
    let report = import.report;
    assert!(report.is_balanced() || result.is_err(), "{report:?}");
    (documents, report, result)
}

/// Two lines with everything that offsets stumble over: an emoji in front, clitics, marks, a tatweel.
pub const SAMPLE: &str = "🔴 قُتل ١٢ مدنيًّا في قصف لقوات النظام على ريفي إدلب وحلب.\nوقال «المرصد السوري» إنّ عناصر من هيئة تحرير الشـام انسحبوا.";

/// Label, bytes and surface of the entities of [`SAMPLE`] that are one piece.
pub const SAMPLE_ENTITIES: [(&str, u32, u32, &str); 6] = [
    ("NUM", 14, 18, "١٢"),
    ("ORG", 48, 69, "قوات النظام"),
    ("LOC", 77, 94, "ريفي إدلب"),
    ("LOC", 86, 94, "إدلب"),
    ("ORG", 116, 141, "المرصد السوري"),
    ("ORG", 167, 199, "هيئة تحرير الشـام"),
];

/// [`SAMPLE`] with its entities.
#[must_use]
pub fn sample() -> Document {
    let (labels, mut document) = (labels(), Document::new("d1", SAMPLE));
    for (label, start, end, surface) in SAMPLE_ENTITIES {
        let label = labels.get(label).expect("a label");
        document.entities.push(Entity::new(Span::new(start, end), label));
        assert_eq!(&SAMPLE[start as usize..end as usize], surface);
    }
    document
}

/// A line an entity: label, bytes, surface.
#[must_use]
pub fn show(document: &Document) -> String {
    let labels = labels();
    let line = |entity: &Entity| {
        let (start, end) = (entity.span.start(), entity.span.end());
        let is_known = entity.label.label_idx() < labels.len();
        let label = if is_known { labels.name(entity.label) } else { "other" };
        format!("{label} {start}-{end} {}\n", document.surface(entity))
    };
    document.entities.iter().map(line).collect()
}
