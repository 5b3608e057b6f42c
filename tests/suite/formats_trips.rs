//! Round trips of random documents: what is not reported as lost comes back.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tawsim_corpus::{
    Document, Entity, EntityDetails, FORMATS, Feature, Features, Format, GivenSentence, GivenToken,
    Limits, LinkDetails, Losses, Metadata, ReadOptions, TagScheme, WriteOptions, units,
    write_conll,
};
use tawsim_tests::documents::{any_document, any_rich_document, any_unit_document, labels};
use tawsim_tests::formats::{read, try_read, write};
use tawsim_tokenizer::{OffsetUnit, Span, Tokenized, Tokenizer};

/// Formats that carry the text as it is.
const WITH_TEXT: [&str; 12] = [
    "jsonl",
    "conllu",
    "brat",
    "doccano",
    "label-studio",
    "prodigy",
    "webanno-tsv",
    "xmi",
    "json-cas",
    "gate-xml",
    "bdocjs",
    "inline-xml",
];
/// Those of them that carry any entity.
const WITH_ANY_ENTITY: [&str; 9] = [
    "jsonl",
    "brat",
    "doccano",
    "label-studio",
    "webanno-tsv",
    "xmi",
    "json-cas",
    "gate-xml",
    "bdocjs",
];
/// Those whose offsets count what the user says.
const OF_ANY_UNIT: [&str; 3] = ["jsonl", "conllu", "doccano"];

/// What says what its offsets count: doccano's files do not.
fn unit_of(name: &str) -> Option<OffsetUnit> {
    (name == "doccano").then_some(OffsetUnit::Utf16)
}

fn trip(name: &str, document: &Document, unit: Option<OffsetUnit>) -> (Option<Document>, Losses) {
    let options = WriteOptions { unit, ..WriteOptions::default() };
    let (files, losses) = write(name, std::slice::from_ref(document), &options);
    if !losses.refused.is_empty() {
        return (None, losses);
    }
    let options = ReadOptions { unit, ..ReadOptions::default() };
    let (mut documents, report) = read(name, &files, &options);
    assert!(!report.is_lossy(), "{name}: {report}");
    assert_eq!(documents.len(), 1, "{name}");
    (documents.pop(), losses)
}

/// Entities that are not as they were, by the report.
fn n_touched(losses: &Losses) -> u64 {
    let features = [Feature::Crossing, Feature::Nesting, Feature::LineCrossing, Feature::SubWord];
    features.iter().filter_map(|feature| losses.counts.get(feature)).sum()
}

fn check(name: &str, document: &Document) {
    let (Some(again), losses) = trip(name, document, unit_of(name)) else { return };
    if losses.is_empty() {
        assert_eq!(&again, document, "{name}");
    }
    assert_eq!((&again.id, &again.text), (&document.id, &document.text), "{name}");
    let keys =
        |document: &Document| -> Vec<_> { document.entities.iter().map(Entity::key).collect() };
    let (before, after) = (keys(document), keys(&again));
    let n_missing = before.iter().filter(|key| !after.contains(key)).count() as u64;
    let n_touched = n_touched(&losses);
    assert!(n_missing <= n_touched && (n_missing > 0) == (n_touched > 0), "{name}: {losses}");
    assert!(after.len() <= before.len(), "{name}");
    // What came through once comes through again.
    let (second, losses) = trip(name, &again, unit_of(name));
    assert!(losses.is_empty(), "{name}: {losses}");
    assert_eq!(second.as_ref(), Some(&again), "{name}");
}

/// The document as a format that carries any entity gives it back, by what the format says that it carries.
fn carried(document: &Document, carries: Features) -> Document {
    let (mut document, lost) = (document.clone(), |feature| !carries.has(feature));
    if lost(Feature::DocumentIds) {
        // What the tests call their input.
        "d".clone_into(&mut document.id);
    }
    if lost(Feature::Metadata) {
        document.metadata = Metadata::default();
    }
    if lost(Feature::Layers) {
        document.layers.clear();
    }
    let layers = document.layers.iter_mut().map(|layer| (&mut layer.entities, &mut layer.details));
    for (entities, all) in layers.chain([(&mut document.entities, &mut document.details)]) {
        let scored = entities.iter_mut().filter(|_| lost(Feature::Scores));
        scored.for_each(|entity| entity.score = None);
        all.values_mut().for_each(|details| cut_details(details, &lost));
        all.retain(|_, details| !details.is_empty());
    }
    document
}

fn cut_details(details: &mut EntityDetails<'static>, lost: &impl Fn(Feature) -> bool) {
    let bare = |link: LinkDetails<'static>| {
        link.id.map(|id| LinkDetails { id: Some(id), ..LinkDetails::default() })
    };
    let kept = std::mem::take(details);
    let link = if lost(Feature::LinkRest) { kept.link.and_then(bare) } else { kept.link };
    *details = EntityDetails {
        id: kept.id.filter(|_| !lost(Feature::EntityIds)),
        link: link.filter(|_| !lost(Feature::Links)),
        value: kept.value.filter(|_| !lost(Feature::Values)),
        fragments: if lost(Feature::Fragments) { Vec::new() } else { kept.fragments },
        source: kept.source.filter(|_| !lost(Feature::Provenance)),
        attributes: if lost(Feature::Attributes) { BTreeMap::new() } else { kept.attributes },
        ..EntityDetails::default()
    };
}

/// Bytes of a file changed in some places.
fn spoiled(mut bytes: Vec<u8>, places: &[(usize, usize, u8)]) -> Vec<u8> {
    for (at, kind, byte) in places {
        let at = at % (bytes.len() + 1);
        match kind {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, *byte),
            2 if at < bytes.len() => bytes[at] = *byte,
            3 => drop(bytes.drain(at..(at + 3).min(bytes.len()))),
            _ => bytes.extend_from_within(at..(at + usize::from(*byte)).min(bytes.len())),
        }
    }
    bytes
}

/// A column ends at a space, so a word that was broken against filters is two rows.
#[test]
fn a_column_holds_no_space() {
    let mut document = Document::new("d", "مـ ـقتل الرجل في حلب");
    let all = Span::from_range(0..document.text.find(" في").expect("it is there"));
    let label = labels().at(0).expect("a label");
    document.entities.push(Entity::new(all.expect("short"), label));
    let (mut tokenized, mut out) = (Tokenized::default(), Vec::new());
    Tokenizer::new().tokenize(&document.text, &mut tokenized);
    assert!(tokenized.tokens().iter().any(|t| t.span.slice(&document.text).contains(' ')));
    let n_widened = write_conll(&document, &labels(), &tokenized, TagScheme::Iob2, &mut out);
    assert_eq!(n_widened.expect("to memory"), 0);
    let shown = String::from_utf8(out.clone()).expect("UTF-8");
    let expected =
        "-DOCSTART-\tO\n\nمـ\tB-NUM\nـقتل\tI-NUM\nال\tI-NUM\nرجل\tI-NUM\nفي\tO\nحلب\tO\n\n";
    assert!(shown == expected || shown == expected.replace("ال\tI-NUM\nرجل", "الرجل"), "{shown}");
    let (read, report) = read("conll2002", &vec![(String::new(), out)], &ReadOptions::default());
    assert!(!report.is_lossy(), "{report}");
    assert_eq!(read[0].entities.len(), 1);
    assert!(read[0].surface(&read[0].entities[0]).starts_with("مـ ـقتل "));
}

/// The tokens of a document, ` | ` between sentences.
fn show_tokens(document: &Document) -> String {
    let tokens = &document.tokens;
    let surface = |row: &GivenToken| row.span.slice(&document.text).to_owned();
    let sentence = |sentence: &GivenSentence| {
        let rows: Vec<String> = tokens.rows[sentence.rows.clone()].iter().map(surface).collect();
        rows.join("/")
    };
    tokens.sentences.iter().map(sentence).collect::<Vec<_>>().join(" | ")
}

fn check_tokens(name: &str, input: &str, expected: &str) {
    let extension = Format::by_name(name).expect("a format").extensions[0];
    let files = vec![(extension.to_owned(), input.as_bytes().to_vec())];
    let (documents, _) = read(name, &files, &ReadOptions::default());
    assert_eq!(show_tokens(&documents[0]), expected, "{input}");
    for name in ["webanno-tsv", "xmi", "json-cas"] {
        let (files, _) = write(name, &documents, &WriteOptions::default());
        let (again, _) = read(name, &files, &ReadOptions::default());
        assert_eq!(again[0].tokens, documents[0].tokens, "{name}: {input}");
    }
}

#[test]
fn tokens_of_damaged_files_come_back() {
    let check_rows = |text: &str, rows: &str, expected: &str| {
        let head = "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.NamedEntity|identifier|value\n";
        let row = |row: &str| row.replacen(' ', "\t", 3) + "\n";
        let rows: String = rows.split(", ").map(row).collect();
        check_tokens("webanno-tsv", &format!("{head}\n#Text={text}\n{rows}"), expected);
    };
    check_rows("قصف حلب", "1-1 0-2 _, 1-2 2-3 _, 1-3 4-7 _", "قص/ف/حلب");
    // Words without a row, then with an entity in them: only our own tokens remain.
    check_rows("قصف حلب", "1-1.1 0-3 _, 1-2 4-7 _", "");
    check_rows("قصف على حلب", "1-1 0-3 _, 1-1.1 4-7 _ *\tLOC, 1-2 8-11 _", "");
    check_rows("قصف حلب", "1-1 0-2 _, 1-2 4-7 _", "");
    // A row without text within a word; blanks at the edges of a token.
    check_rows("قصف حلب", "1-1 0-2 _, 1-2 2-2 _, 1-3 2-3 _, 1-4 4-7 _", "قص/ف/حلب");
    check_rows("قصف على حلب غدا", "1-1 0-3 _, 1-2 3-12 _, 1-3 12-15 _", "قصف/على حلب/غدا");
    check_rows("قصف حلب", "1-1 0-3 _, 1-2 2-5 _, 1-3 4-7 _", "");
}

#[test]
fn sentences_of_damaged_files_come_back() {
    let check = |annotations: &str, expected: &str| {
        let rows = annotations.split(' ').zip(2..).map(|(row, id)| {
            let (kind, span) = row.split_at(1);
            let (begin, end) = span.split_once('-').expect("begin and end");
            let kind = if kind == "T" { "Token" } else { "Sentence" };
            format!(
                r#",{{"%ID":{id},"%TYPE":"de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.{kind}","@sofa":1,"begin":{begin},"end":{end}}}"#
            )
        });
        let sofa = r#"{"%ID":1,"%TYPE":"uima.cas.Sofa","sofaID":"_InitialView","sofaString":"قصف حلب غدا"}"#;
        let rows: String = rows.collect();
        let input = format!(r#"{{"%FEATURE_STRUCTURES":[{sofa}{rows}]}}"#);
        check_tokens("json-cas", &input, expected);
    };
    check("T0-3 T4-7 T8-11 S0-11", "");
    check("T0-3 T4-7 T8-11", "");
    check("T0-3 T4-7 T8-11 S0-3", "قصف | حلب/غدا");
    check("T0-3 T4-7 T8-11 S4-7", "قصف/حلب | غدا");
    check("T0-7 T8-11", "قصف حلب/غدا");
}

proptest! {
    #[test]
    fn any_entities(document in any_document()) {
        WITH_TEXT.iter().for_each(|name| check(name, &document));
    }

    #[test]
    fn nothing_is_lost(document in any_document()) {
        for name in WITH_ANY_ENTITY {
            let (again, losses) = trip(name, &document, unit_of(name));
            prop_assert!(losses.counts.is_empty(), "{}: {}", name, losses);
            // An entity of line ends only cannot stand in brat.
            prop_assert!(again.is_some() || name == "brat", "{}", name);
        }
    }

    #[test]
    fn what_is_carried_comes_back(document in any_rich_document()) {
        for name in WITH_ANY_ENTITY {
            let (again, losses) = trip(name, &document, unit_of(name));
            prop_assert!(again.is_some() || name == "brat", "{}: {}", name, losses);
            let info = Format::by_name(name).expect("a format");
            if let Some(again) = again {
                // Tokens are another matter: see `whole_segments_lose_nothing`.
                let again = Document { tokens: document.tokens.clone(), ..again };
                prop_assert_eq!(&again, &carried(&document, info.carries), "{}", name);
            }
        }
    }

    #[test]
    fn whole_segments_lose_nothing(document in any_unit_document()) {
        for name in WITH_TEXT {
            let (again, losses) = trip(name, &document, unit_of(name));
            prop_assert!(losses.is_empty(), "{}: {}", name, losses);
            prop_assert_eq!(again.as_ref(), Some(&document), "{}", name);
        }
    }

    /// Columns lose what stands between words, not the words.
    #[test]
    fn columns_keep_entities(document in any_unit_document()) {
        let words = |document: &Document| -> Vec<(usize, String)> {
            let units = units(document).spans;
            let word = |entity: &Entity| {
                let inside = units.iter().filter(|unit| entity.span.contains(**unit));
                let surface: String = inside.map(|unit| unit.slice(&document.text)).collect();
                (entity.label.label_idx(), surface.split_whitespace().collect())
            };
            document.entities.iter().map(word).collect()
        };
        for scheme in [TagScheme::Iob2, TagScheme::Bioes] {
            let options = WriteOptions { scheme: Some(scheme), ..WriteOptions::default() };
            let (files, losses) = write("conll2003", std::slice::from_ref(&document), &options);
            prop_assert_eq!(n_touched(&losses), 0);
            let options = ReadOptions { scheme: Some(scheme), ..ReadOptions::default() };
            let (read, report) = read("conll2003", &files, &options);
            prop_assert!(!report.is_lossy(), "{}", report);
            prop_assert_eq!(words(&read[0]), words(&document));
        }
    }

    #[test]
    fn every_unit_gives_the_same(document in any_document()) {
        for unit in [OffsetUnit::Byte, OffsetUnit::CodePoint, OffsetUnit::Utf16, OffsetUnit::Grapheme] {
            for name in OF_ANY_UNIT {
                let (again, losses) = trip(name, &document, Some(unit));
                let is_cut = unit == OffsetUnit::Grapheme && !losses.refused.is_empty();
                prop_assert!(is_cut || again.is_some(), "{}: {}", name, losses);
                if let Some(again) = again.filter(|_| losses.is_empty()) {
                    prop_assert_eq!(&again, &document, "{} {:?}", name, unit);
                }
            }
        }
    }

    /// No panic, a report that adds up, entities within the limit.
    #[test]
    fn spoiled_files_are_read_or_refused(
        document in any_document(),
        places in prop::collection::vec((any::<usize>(), 0..5_usize, any::<u8>()), 1..5),
    ) {
        let limits = Limits { max_document_bytes: 1 << 16, max_depth: 8, max_entities: 8 };
        let options = ReadOptions { limits, ..ReadOptions::default() };
        for info in FORMATS.iter().filter(|info| info.reader.is_some() && info.writer.is_some()) {
            let (files, losses) = write(info.name, std::slice::from_ref(&document), &WriteOptions::default());
            let spoil = |(name, bytes): (String, Vec<u8>)| (name, spoiled(bytes, &places));
            let files: Vec<_> = files.into_iter().map(spoil).collect();
            if !losses.refused.is_empty() {
                continue;
            }
            let (documents, ..) = try_read(info.name, &files, &options);
            for document in documents {
                prop_assert!(document.n_entities() <= 8, "{}", info.name);
                for entity in &document.entities {
                    prop_assert!(entity.span.get(&document.text).is_some(), "{}", info.name);
                }
            }
        }
    }
}
