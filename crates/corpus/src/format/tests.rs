//! What a format carries comes back: random documents through writer and reader of the formats of annotation
//! tools, against the document as `fit` cuts it. And bytes that nobody meant.

use tawsim_tokenizer::Span;

use super::fit::{Losses, fit};
use super::{
    Feature, FormatInfo, Import, ImportReport, Input, Limits, ReadError, ReadOptions, WriteContext,
    WriteOptions, Writer, bdocjs, gate_xml, json_cas, webanno_tsv, write_files, xmi,
};
use crate::{
    DetailsMap, Document, Entity, EntityDetails, EntitySource, LabelSet, LinkDetails, Metadata,
    ValueDetails,
};

const FORMATS: [&FormatInfo; 5] =
    [&webanno_tsv::INFO, &xmi::INFO, &json_cas::INFO, &gate_xml::INFO, &bdocjs::INFO];

const NOISE: &[u8] = b"0918<>&[]{}\"\\|-\t\n_*;#";

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

const PIECES: [&str; 24] = [
    "لقوات",
    "النظام",
    "وحلب",
    "ريفي",
    "إدلب",
    "مدنيًّا",
    "الشـام",
    "🔴",
    "👨‍👩‍👧",
    "\u{200F}",
    "\u{61C}",
    "\u{2067}",
    "ﻷ",
    "ﷺ",
    "١٢",
    "«",
    "»",
    ".",
    "\u{A0}",
    "\u{2028}",
    "\\n",
    "a|b_*[1]",
    "<&\">",
    "#Text=",
];
const GAPS: [&str; 10] = [" ", " ", " ", "\n", "\n\n", "\r\n", "\t", "", "  ", " \u{FEFF}"];

fn text(random: &mut Random) -> String {
    let n = random.below(14);
    (0..n).map(|_| [random.pick(&GAPS), random.pick(&PIECES)].concat()).collect::<String>()
        + random.pick(&["", "", ".", "\n", " "])
}

fn labels() -> LabelSet {
    LabelSet::from_names(["LOC", "ORG", "أ|_*->;[x]\\"]).expect("good names")
}

fn details(random: &mut Random, span: Span, text: &str) -> EntityDetails<'static> {
    let mut details = EntityDetails::default();
    match random.below(6) {
        0 => {
            details.link = Some(LinkDetails { id: Some("p:1|_".into()), ..LinkDetails::default() });
        }
        1 => {
            details.link = Some(LinkDetails {
                id: None,
                score: 0.1,
                lat: Some(35.931),
                ..LinkDetails::default()
            });
            details.value = Some(ValueDetails::Date {
                from: "2018-01-01".into(),
                to: "2018-01-02".into(),
                time: None,
            });
            details.source = Some(EntitySource::Model("crf 3".into()));
        }
        2 => {
            details.id = Some(random.pick(&["T1", "T2", ""]).to_owned().into());
            details.attributes.insert("score".into(), serde_json::json!("high"));
            details.attributes.insert("json:x".into(), serde_json::json!([1.5, null, {"a": "b"}]));
            details.attributes.insert("n".into(), serde_json::json!(1e300));
        }
        3 => {
            let middle = text[span.range()]
                .char_indices()
                .nth(1)
                .map_or(span.end(), |(at, _)| span.start() + at as u32);
            let pieces = [Span::new(span.start(), middle), Span::new(middle, span.end())];
            details.fragments = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
        }
        _ => {}
    }
    details
}

fn entities(random: &mut Random, text: &str) -> (Vec<Entity>, DetailsMap) {
    let edges: Vec<u32> =
        text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect();
    let (mut entities, mut all) = (Vec::<Entity>::new(), DetailsMap::new());
    for _ in 0..random.below(7) {
        let (a, b) = (random.below(edges.len()), random.below(9));
        let span = Span::new(edges[a], edges[(a + b).min(edges.len() - 1)]);
        let label = labels().at(random.below(3)).expect("three labels");
        let score = [None, Some(0.1), Some(0.333_333_34)][random.below(3)];
        let entity = Entity { span, label, score };
        if !span.is_empty() && entities.iter().all(|known| known.key() != entity.key()) {
            entities.push(entity);
            let details = details(random, span, text);
            if !details.is_empty() {
                all.insert(entity.key(), details);
            }
        }
    }
    entities.sort_by_key(Entity::key);
    (entities, all)
}

fn document(random: &mut Random) -> Document {
    let mut document = Document::new(random.pick(&["d", "a_1", "x/y z"]), text(random));
    (document.entities, document.details) = entities(random, &document.text);
    for annotator in ["anna", "ب"] {
        if random.below(3) == 0 {
            let (entities, details) = entities(random, &document.text);
            let layer = document.layer_mut(annotator);
            (layer.entities, layer.details) = (entities, details);
        }
    }
    if random.below(2) == 0 {
        let source = Some("https://a.example/?a=1&b".to_owned());
        let other = [("page".to_owned(), serde_json::json!([3, "x"]))].into();
        document.metadata = Metadata { source, other, ..Metadata::default() };
    }
    document.sort();
    document
}

fn read(
    info: &FormatInfo,
    bytes: &[u8],
    limits: Limits,
) -> (Result<(), ReadError>, Vec<Document>, ImportReport) {
    let (mut labels, mut documents) = (labels(), Vec::new());
    let mut sink = |document, _: &LabelSet| documents.push(document);
    let options = ReadOptions { limits, ..ReadOptions::default() };
    let mut import = Import::new(&options, &mut labels, &mut sink);
    import.begin_input("in");
    let mut main = bytes;
    let input = &mut Input { main: &mut main, companions: Vec::new() };
    let result = info.reader.expect("a readable format")(input, &mut import);
    let report = import.report;
    (result, documents, report)
}

fn written(info: &FormatInfo, document: &Document) -> (Vec<u8>, Losses) {
    let (labels, options) = (labels(), WriteOptions::default());
    let context = WriteContext { labels: &labels, options: &options };
    let Some(Writer::Files(files)) = info.writer else { panic!("a file a document") };
    let mut bytes = Vec::new();
    let losses = write_files(info, [document], &context, &mut |name, content| {
        if name.ends_with(files.parts[0].0)
            && files.shared.iter().all(|(shared, _)| *shared != name)
        {
            bytes = content.to_vec();
        }
        Ok(())
    });
    (bytes, losses.expect("to memory"))
}

/// The document without what `fit` counts as lost but leaves standing.
fn without_losses(info: &FormatInfo, document: &Document) -> Document {
    let mut document = fit(document, info.carries, true, &mut Losses::default());
    let keeps = |feature| info.carries.has(feature);
    if !keeps(Feature::DocumentIds) {
        document.id = "in".to_owned();
    }
    if !keeps(Feature::Metadata) {
        document.metadata = Metadata::default();
    }
    if !keeps(Feature::Scores) {
        document.entities.iter_mut().for_each(|entity| entity.score = None);
    }
    if !keeps(Feature::Attributes) {
        for details in document.details.values_mut() {
            let id = details.link.take().and_then(|link| link.id);
            *details = EntityDetails::default();
            details.link = id.map(|id| LinkDetails { id: Some(id), ..LinkDetails::default() });
        }
        document.details.retain(|_, details| !details.is_empty());
    }
    document
}

#[test]
fn what_is_carried_comes_back() {
    let mut random = Random(3);
    for _ in 0..400 {
        let document = document(&mut random);
        for info in FORMATS {
            let (bytes, losses) = written(info, &document);
            assert!(losses.refused.is_empty(), "{info:?} {losses} {document:?}");
            let (result, documents, report) = read(info, &bytes, Limits::default());
            result.expect("own output");
            assert!(report.is_balanced() && !report.is_lossy(), "{info:?} {report} {document:?}");
            let mut found = documents.into_iter().next().expect("one document");
            found.tokens = document.tokens.clone();
            if !info.carries.has(Feature::Metadata) {
                found.metadata = Metadata::default();
            }
            let expected = without_losses(info, &document);
            assert_eq!(found, expected, "{info:?}\n{}", String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn bytes_that_nobody_meant() {
    let mut random = Random(5);
    let limits = Limits { max_document_bytes: 1 << 16, ..Limits::default() };
    for _ in 0..400 {
        let document = document(&mut random);
        for info in FORMATS {
            let mut bytes = written(info, &document).0;
            for _ in 0..1 + random.below(6) {
                let at = random.below(bytes.len());
                match random.below(4) {
                    0 => drop(bytes.drain(at..(at + 1 + random.below(20)).min(bytes.len()))),
                    1 => bytes.insert(at, NOISE[random.below(NOISE.len())]),
                    2 => bytes[at] = random.below(256) as u8,
                    _ => bytes.truncate(at + 1),
                }
                if bytes.is_empty() {
                    bytes.push(b'x');
                }
            }
            let (result, documents, report) = read(info, &bytes, limits);
            assert!(result.is_err() || report.is_balanced(), "{info:?} {report:?}");
            for document in documents {
                assert!(document.text.len() <= limits.max_document_bytes);
            }
        }
    }
}

#[test]
fn bombs() {
    let check = |info, input: &str, expected: &str| {
        let (result, _, _) = read(info, input.as_bytes(), Limits::default());
        let error = result.expect_err(input).to_string();
        assert!(error.contains(expected), "{error}");
    };
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>";
    check(&xmi::INFO, &format!("{laughs}<x>&b;</x>"), "document type");
    check(&gate_xml::INFO, &format!("{laughs}<GateDocument>&b;</GateDocument>"), "document type");
    let deep = "<GateDocument>".to_owned() + &"<a>".repeat(100_000);
    check(&gate_xml::INFO, &deep, "nested elements: more than 100");
    let deep = "{\"%FEATURE_STRUCTURES\":".to_owned() + &"[".repeat(100_000);
    check(&json_cas::INFO, &deep, "recursion limit");
    check(&bdocjs::INFO, &deep, "recursion limit");
    let far = "#FORMAT=WebAnno TSV 3.3\n\n\n#Text=a\n1-1\t4000000000-4000000001\ta\t\n";
    check(&webanno_tsv::INFO, far, "bytes of text: more than");
}
