//! Documents for the tests of formats, and formats as functions from documents to bytes and back.

use proptest::prelude::*;
use tawsim_corpus::{
    Document, Entity, Format, Import, ImportReport, Input, LabelSet, Layout, Losses, ReadError,
    ReadOptions, WriteContext, WriteOptions, Writer, units, write_files, write_stream,
};
use tawsim_tokenizer::Span;

/// Files by extension; a stream is one file without an extension.
pub type Written = Vec<(String, Vec<u8>)>;

/// The labels of [`any_document`] and [`sample`].
#[must_use]
pub fn labels() -> LabelSet {
    LabelSet::from_names(["NUM", "ORG", "LOC"]).expect("good names")
}

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
        write_files(info, documents, &context, &mut |name, bytes| {
            let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
            // What stands once in a folder has a name of its own.
            let is_document = documents.iter().any(|document| document.id == stem);
            let name = if is_document { extension } else { name };
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

const PIECES: [&str; 26] = [
    "حلب",
    "لقوات",
    "وبالجيش",
    "مدنيًّا",
    "الشـام",
    "🔴",
    "👨‍👩‍👧",
    "🇸🇾",
    "\u{200F}",
    "\u{202B}",
    "\u{202C}",
    "ﷺ",
    "ﻷ",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    "\u{A0}",
    "\u{FEFF}",
    "مـ ـقتل",
    "«|\\_",
    "<&>\"'",
    "١٢٫٥",
    "a/b",
    "\u{64B}",
];

/// Texts of pieces that offsets and escapes stumble over.
pub fn any_text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24)
        .prop_map(|pieces| pieces.concat())
}

/// A document with up to six entities anywhere, overlapping or not.
pub fn any_document() -> impl Strategy<Value = Document> {
    let entity = (0..80_usize, 0..12_usize, 0..3_usize);
    (any_text(), prop::collection::vec(entity, 0..6)).prop_map(|(text, entities)| {
        let mut document = Document::new("d", text);
        for (start, length, label) in entities {
            let chars = document.text.char_indices().map(|(at, _)| at);
            let mut edges = chars.chain([document.text.len()]).skip(start);
            let Some(start) = edges.next() else { continue };
            let Some(end) = edges.nth(length) else { continue };
            let span = Span::from_range(start..end).expect("short");
            add(&mut document, span, label);
        }
        document.sort();
        document
    })
}

/// A document whose entities are whole clitic segments, one behind the other.
pub fn any_unit_document() -> impl Strategy<Value = Document> {
    (any_text(), prop::collection::vec((0..4_usize, 0..3_usize, 0..3_usize), 0..6)).prop_map(
        |(text, entities)| {
            let mut document = Document::new("d", text);
            let (spans, mut at) = (units(&document).spans, 0);
            for (skip, more, label) in entities {
                let (first, last) = (at + skip, at + skip + more);
                if last < spans.len() {
                    add(&mut document, spans[first].cover(spans[last]), label);
                    at = last + 1;
                }
            }
            document
        },
    )
}

fn add(document: &mut Document, span: Span, label: usize) {
    let entity = Entity::new(span, labels().at(label).expect("three labels"));
    if document.entities.iter().all(|known| known.key() != entity.key()) {
        document.entities.push(entity);
    }
}
