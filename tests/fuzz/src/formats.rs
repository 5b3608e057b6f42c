//! The readers of the table of formats, those that look alike together: each input goes through all of them.

use tawsim_corpus::{
    Document, Entity, FORMATS, Feature, Format, FormatInfo, Import, ImportReport, Input, LabelSet,
    Layout, ReadOptions, WriteContext, WriteOptions, Writer, detect, write_files, write_stream,
};
use tawsim_tokenizer::Span;

const JSON: &[&str] = &["jsonl", "doccano", "label-studio", "prodigy", "json-cas", "bdocjs"];
const ROWS: &[&str] =
    &["tagged", "conllu", "conll2002", "conll2003", "webanno-tsv", "brat", "text"];
const XML: &[&str] = &["xmi", "gate-xml", "inline-xml"];
const HTML: &[&str] = &["html"];

/// Stands between a file and the one beside it (brat's text and annotations).
const BETWEEN: &[u8] = b"\n=====\n";

/// Formats of JSON.
pub fn json(data: &[u8]) {
    all(JSON, data);
}

/// Formats of lines.
pub fn rows(data: &[u8]) {
    all(ROWS, data);
}

/// Formats of XML.
pub fn xml(data: &[u8]) {
    all(XML, data);
}

/// Web pages.
pub fn html(data: &[u8]) {
    all(HTML, data);
}

fn all(names: &[&str], data: &[u8]) {
    // Nothing to check, but it must come back.
    let _ = detect(std::path::Path::new("x"), data);
    for name in names {
        let info = FORMATS.iter().find(|info| info.name == *name).expect("a name of the table");
        let (documents, labels, report) =
            read(info, data, (&ReadOptions::default(), LabelSet::new()));
        report.inspect(|report| assert!(report.is_balanced(), "{name}: {report:?}"));
        documents.iter().for_each(check);
        // A page is written for people, not to be read again.
        if info.format != Format::Html {
            again(info, &documents, &labels);
        }
    }
}

type Read = (Vec<Document>, LabelSet, Option<ImportReport>);

/// What the reader makes of the bytes; no report if it ended with an error.
fn read(info: &FormatInfo, data: &[u8], (options, mut labels): (&ReadOptions, LabelSet)) -> Read {
    let mut documents = Vec::new();
    let mut sink = |document, _: &LabelSet| documents.push(document);
    let mut import = Import::new(options, &mut labels, &mut sink);
    import.begin_input("d");
    let cut = data.windows(BETWEEN.len()).position(|window| window == BETWEEN);
    let (main, beside) = match (info.layout, cut) {
        (Layout::FilePerDocument { companions: [_, ..], .. }, Some(at)) => {
            (&data[..at], Some(&data[at + BETWEEN.len()..]))
        }
        _ => (data, None),
    };
    let companions = match info.layout {
        Layout::FilePerDocument { companions, .. } => companions,
        Layout::ManyInOne => &[],
    };
    let companions =
        companions.iter().zip(beside).map(|(name, bytes)| (*name, bytes.to_vec())).collect();
    let reader = info.reader.expect("a format that is read");
    let result = reader(&mut Input { main: &mut &*main, companions }, &mut import);
    let report = result.is_ok().then_some(import.report);
    (documents, labels, report)
}

/// Every offset lies on a char of the text.
fn check(document: &Document) {
    let is_inside = |span: Span| span.get(&document.text).is_some();
    let layers = document.layers.iter().map(|layer| (&layer.entities, &layer.details));
    for (entities, details) in layers.chain([(&document.entities, &document.details)]) {
        assert!(entities.iter().all(|e| is_inside(e.span) && !e.span.is_empty()));
        assert!(entities.is_sorted_by(|a, b| a.key() < b.key()), "sorted, and each once");
        for (key, details) in details {
            assert!(entities.iter().any(|entity| entity.key() == *key));
            assert!(details.fragments.iter().all(|fragment| is_inside(*fragment)));
        }
    }
    assert!(document.tokens.rows.iter().all(|row| is_inside(row.span)));
    for sentence in &document.tokens.sentences {
        assert!(document.tokens.rows.get(sentence.rows.clone()).is_some());
    }
}

/// What was read can be written; what we wrote is read without a word, and written again it is the same bytes.
fn again(info: &FormatInfo, documents: &[Document], labels: &LabelSet) {
    // Of doccano's files it can only be guessed.
    let unit = (info.format == Format::Doccano).then_some(info.unit);
    let options = ReadOptions { unit, ..ReadOptions::default() };
    for document in documents {
        // Tokens that do not stand on words are mended when they are read, where a format has no place for more.
        let keeps_tokens = info.carries.has(Feature::TokenDetails);
        let tokens = keeps_tokens.then(|| document.tokens.clone()).unwrap_or_default();
        let document = &Document { tokens, ..document.clone() };
        let Some(first) = written(info, document, labels) else { continue };
        let (mut back, labels, report) = read(info, &first, (&options, labels.clone()));
        let report = report.expect("what we wrote can be read");
        assert!(
            report.refused.is_empty() && report.left_out.is_empty(),
            "{}: {report:?}",
            info.name
        );
        let (Some(one), true) = (back.pop(), back.is_empty()) else {
            // A format of rows has no row for a text without words.
            assert!(back.is_empty(), "{}: one document became several", info.name);
            continue;
        };
        let second = written(info, &Document { id: document.id.clone(), ..one }, &labels);
        assert!(
            second.as_deref() == Some(first.as_slice()),
            "{}: {:?} became {:?}",
            info.name,
            String::from_utf8_lossy(&first),
            second.as_deref().map(String::from_utf8_lossy)
        );
    }
}

/// The document in this format, files one behind the other; `None` if the format refuses it or is not written.
fn written(info: &FormatInfo, document: &Document, labels: &LabelSet) -> Option<Vec<u8>> {
    let options = WriteOptions::default();
    let context = WriteContext { labels, options: &options };
    let mut out = Vec::new();
    let losses = match info.writer? {
        Writer::Stream(_) => write_stream(info, [document], &context, &mut out),
        Writer::Files(files) => {
            let is_shared = |name: &str| files.shared.iter().any(|(shared, _)| *shared == name);
            let mut n_files = 0;
            write_files(info, [document], &context, &mut |name, bytes| {
                if !is_shared(name) {
                    out.extend_from_slice(if n_files > 0 { BETWEEN } else { &[] });
                    out.extend_from_slice(bytes);
                    n_files += 1;
                }
                Ok(())
            })
        }
    };
    losses.expect("to memory").refused.is_empty().then_some(out)
}

/// A file of each format, by target: what `cargo run --example seeds` writes.
pub fn seeds_of_formats() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut labels = LabelSet::new();
    let document = crate::sample(&mut labels);
    let mut flat = document.clone();
    flat.flatten();
    let nested = {
        let mut nested = document;
        let inner = nested.entities[2];
        let (start, end) = (inner.span.start(), inner.span.end());
        nested.entities.push(Entity::new(Span::new(start, end - 2), inner.label));
        nested.layer_mut("samar").entities = flat.entities.clone();
        nested.metadata.source = Some("https://example.org/1".to_owned());
        nested.sort();
        nested
    };
    let mut seeds = Vec::new();
    for (target, names) in [("json", JSON), ("rows", ROWS), ("xml", XML), ("html", HTML)] {
        for info in FORMATS.iter().filter(|info| names.contains(&info.name)) {
            for (kind, document) in [("flat", &flat), ("nested", &nested)] {
                let bytes = written(info, document, &labels);
                seeds.extend(bytes.map(|bytes| (target, format!("{}-{kind}", info.name), bytes)));
            }
        }
    }
    seeds
}
