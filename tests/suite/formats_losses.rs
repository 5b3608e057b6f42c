//! Writing: each format gets what it carries, and the rest is counted.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tawsim_corpus::{
    Document, Entity, EntityDetails, EntitySource, FORMATS, Format, GivenSentence, GivenToken,
    GivenTokens, JsonlReader, Label, LabelSet, Layer, LinkAlternative, LinkDetails, Losses,
    Metadata, ReadOptions, ValueDetails, WriteContext, WriteOptions, Writer, write_files,
    write_jsonl, write_stream,
};
use tawsim_tests::formats;
use tawsim_tokenizer::Span;

fn labels() -> LabelSet {
    LabelSet::from_names(["LOC", "ORG"]).expect("good names")
}

fn write(name: &str, document: &Document) -> (String, Losses) {
    let info = Format::by_name(name).expect("a format");
    let (labels, options) = (labels(), WriteOptions::default());
    let context = WriteContext { labels: &labels, options: &options };
    let mut out = Vec::new();
    let losses = match info.writer {
        Some(Writer::Stream(_)) => write_stream(info, [document], &context, &mut out),
        _ => write_files(info, [document], &context, &mut |_, bytes| {
            out.extend_from_slice(bytes);
            Ok(())
        }),
    };
    (String::from_utf8(out).expect("UTF-8"), losses.expect("to memory"))
}

/// `لقوات النظام في ريفي إدلب` with a sub-word entity, a nested one, a crossing one, and details of every kind.
fn rich() -> Document {
    let labels = labels();
    let label = |idx| labels.at(idx).expect("two labels");
    let mut document = Document::new("d", "لقوات النظام\nفي ريفي إدلب");
    let mut put = |span: (u32, u32), label: Label, details| {
        document.push(Entity::new(Span::new(span.0, span.1), label), details);
    };
    put((2, 23), label(1), EntityDetails { id: Some("T1".into()), ..EntityDetails::default() });
    put((29, 46), label(0), linked());
    put((38, 46), label(0), EntityDetails::default());
    put((10, 28), label(1), EntityDetails::default());
    document.entities[1].score = Some(0.123_456_7);
    document.metadata.date = Some("2018-09-17".into());
    document.metadata.other.insert("page".into(), 3.into());
    document.layer_mut("anna").entities.push(Entity::new(Span::new(38, 46), label(0)));
    document.sort();
    document
}

fn linked() -> EntityDetails<'static> {
    let other = LinkAlternative { id: "p:2".into(), name: "إدلب".into(), score: 0.25 };
    let link = LinkDetails {
        id: Some("p:1".into()),
        score: 0.75,
        lat: Some(35.931),
        lon: Some(36.634),
        alternatives: vec![other],
        ..LinkDetails::default()
    };
    EntityDetails {
        link: Some(link),
        fragments: vec![Span::new(29, 37), Span::new(38, 46)],
        source: Some(EntitySource::Model("crf 3".into())),
        reviewer: Some("anna".into()),
        time: Some("2020-01-01T00:00:00Z".into()),
        attributes: [("killed".to_owned(), true.into())].into(),
        ..EntityDetails::default()
    }
}

fn check(name: &str, expected: &str) {
    let (_, losses) = write(name, &rich());
    let lines: String =
        losses.to_string().lines().map(|l| format!("{}\n", &l["lost: ".len()..])).collect();
    assert_eq!(lines, expected, "{name}");
    assert_eq!((losses.documents, losses.entities), (1, 5));
}

#[test]
fn losses_are_counted() {
    check("jsonl", "");
    check(
        "tagged",
        "\
1 documents whose metadata is lost
1 entities of further layers, or empty ones, left out
1 discontiguous entities written as one piece
1 crossing entities left out, those that begin first kept
1 overlapping entities left out, the longest kept
1 scores lost
1 links lost
1 links whose alternatives are lost
1 entities whose source, reviewer or time is lost
1 entity ids lost
1 entities whose attributes are lost
",
    );
    check(
        "geojson",
        "\
1 texts whose white space is lost
1 documents whose metadata is lost
1 entities of further layers, or empty ones, left out
3 entities without a place on the map left out
1 labels lost
1 discontiguous entities written as one piece
1 scores lost
1 links whose alternatives are lost
1 entities whose source, reviewer or time is lost
1 entities whose attributes are lost
",
    );
    check(
        "text",
        "\
1 documents whose metadata is lost
1 entities of further layers, or empty ones, left out
4 entities left out
",
    );
}

#[test]
fn a_layer_in_which_nothing_was_found_is_something() {
    let mut document = Document::new("d", "في حلب");
    document.layers.push(Layer { annotator: "anna".into(), ..Layer::default() });
    let lines = write("text", &document).1.to_string();
    assert_eq!(lines, "lost: 1 entities of further layers, or empty ones, left out\n");
}

fn check_output(name: &str, text: &str, spans: &[(u32, u32)], expected: &str) {
    let mut document = Document::new("d", text);
    let label = labels().at(0).expect("a label");
    for (start, end) in spans {
        document.push(Entity::new(Span::new(*start, *end), label), EntityDetails::default());
    }
    let (out, losses) = write(name, &document);
    let shown = format!("{out}{}", losses.to_string().replace("lost: ", "~ "));
    assert_eq!(shown, expected);
}

#[test]
fn columns_have_one_row_a_segment() {
    let frame = "~ 1 texts whose white space is lost\n~ 1 document ids lost\n";
    check_output(
        "conll2002",
        "في لحلب.",
        &[(7, 13)],
        &format!("-DOCSTART-\tO\n\nفي\tO\nل\tO\nحلب\tB-LOC\n.\tO\n\n{frame}"),
    );
    check_output(
        "conll2003",
        "في لحلب.",
        &[(9, 13)],
        &format!(
            "-DOCSTART- -X- O O\n\nفي _ _ O\nل _ _ O\nحلب _ _ B-LOC\n. _ _ O\n\n{frame}~ 1 entities that end inside a token widened to it or left out\n"
        ),
    );
}

#[test]
fn white_space_and_sentences_in_columns() {
    let frame = "~ 1 texts whose white space is lost\n~ 1 document ids lost\n";
    // A word that was broken against filters.
    check_output(
        "conll2002",
        "مـ ـقتل حلب",
        &[(0, 13)],
        &format!("-DOCSTART-\tO\n\nمـ\tB-LOC\nـقتل\tI-LOC\nحلب\tO\n\n{frame}"),
    );
    // A sentence ends behind the entity that crosses its end.
    check_output(
        "conll2002",
        "حلب. حمص",
        &[(0, 14)],
        &format!("-DOCSTART-\tO\n\nحلب\tB-LOC\n.\tI-LOC\nحمص\tI-LOC\n\n{frame}"),
    );
}

#[test]
fn text_that_a_format_cannot_write_is_refused() {
    check_output("tagged", "\tx", &[], "not written: d: a text line begins with a tab\n");
    let conf = "[entities]\nLOC\nORG\n\n[relations]\n\n[events]\n\n[attributes]\n";
    let refused = "not written: d: 1 2 holds line ends only\n";
    check_output("brat", "x\u{2028}", &[(1, 4)], &format!("{conf}{refused}"));
}

/// What a writer claims to carry comes back from the reader of the same format: the formats that are read.
fn any_document() -> impl Strategy<Value = Document> {
    let details = (any::<Option<bool>>(), any::<bool>(), any::<bool>(), "[a-z]{0,3}");
    let entity = (0..40_usize, 0..40_usize, 0..2_usize, prop::option::of(0.0..1.0_f32), details);
    let layers =
        prop::collection::vec(("[a-z]{1,4}", prop::collection::vec(entity.clone(), 0..4)), 0..3);
    ("\\PC{1,40}", "[a-z]{0,4}", prop::collection::vec(entity, 0..8), layers).prop_map(
        |(text, id, entities, layers)| {
            let mut document = Document::new(id, text);
            document.metadata =
                Metadata { source: Some("https://a.example".into()), ..Metadata::default() };
            document.tokens = one_token(&document.text);
            for row in entities {
                if let Some((entity, details)) = entity_of(&document.text, &row)
                    && document.entities.iter().all(|known| known.key() != entity.key())
                {
                    document.push(entity, details);
                }
            }
            for (annotator, rows) in layers {
                let text = document.text.clone();
                let layer = document.layer_mut(&annotator);
                for (entity, details) in rows.iter().filter_map(|row| entity_of(&text, row)) {
                    if layer.entities.iter().all(|known| known.key() != entity.key()) {
                        layer.entities.push(entity);
                        if !details.is_empty() {
                            layer.details.insert(entity.key(), details);
                        }
                    }
                }
            }
            document.sort();
            document
        },
    )
}

fn one_token(text: &str) -> GivenTokens {
    let span = Span::from_range(0..text.len()).expect("short");
    let fields = BTreeMap::from([("upos".to_owned(), "X".to_owned())]);
    GivenTokens {
        rows: vec![
            GivenToken { span, n_words: 1, fields },
            GivenToken { span, ..GivenToken::default() },
        ],
        sentences: vec![GivenSentence { rows: 0..2, fields: BTreeMap::new() }],
    }
}

type EntityRow = (usize, usize, usize, Option<f32>, (Option<bool>, bool, bool, String));

fn entity_of(text: &str, row: &EntityRow) -> Option<(Entity, EntityDetails<'static>)> {
    let (start, length, label, score, (link, value, source, word)) = row;
    let mut edges = text.char_indices().map(|(at, _)| at).chain([text.len()]).skip(*start);
    let start = edges.next()?;
    let end = edges.nth(*length)?;
    let label = labels().at(*label)?;
    let span = Span::from_range(start..end)?;
    let mut details = EntityDetails::default();
    if let Some(has_fragments) = link {
        details = linked();
        details.fragments = if *has_fragments { vec![span] } else { Vec::new() };
    }
    if *value {
        let (min, max) = (f64::from(score.unwrap_or(0.1)), Some(1e300));
        details.value = Some(ValueDetails::Number {
            min,
            max,
            approximate: *source,
            percent: false,
            ordinal: true,
            unit: Some(word.clone().into()),
        });
    }
    if *source {
        details.source = Some(EntitySource::Human(word.clone()));
        details.id = Some(word.clone().into());
    }
    Some((Entity { span, label, score: *score }, details))
}

/// The line ends of Python's `str.splitlines`, and the tab: no fragment of brat may hold them.
fn is_line_end(c: char) -> bool {
    matches!(c, '\t'..='\r' | '\u{1C}'..='\u{1E}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

proptest! {
    #[test]
    fn json_lines_carry_everything(document in any_document()) {
        let mut out = Vec::new();
        write_jsonl(&document, &labels(), &mut out).expect("to memory");
        let mut read_labels = labels();
        let read: Vec<_> = JsonlReader::new(out.as_slice(), &mut read_labels).collect();
        prop_assert_eq!(read[0].as_ref().expect("own output"), &document);
    }

    #[test]
    fn brat_carries_all_of_an_entity(mut document in any_document()) {
        document.id = "d".to_owned();
        (document.metadata, document.tokens) = (Metadata::default(), GivenTokens::default());
        document.layers.clear();
        let has_nothing_but_line_ends =
            document.entities.iter().any(|entity| document.surface(entity).chars().all(is_line_end));
        let documents = [document];
        let (files, losses) = formats::write("brat", &documents, &WriteOptions::default());
        prop_assert_eq!(losses.is_empty(), !has_nothing_but_line_ends, "{}", losses);
        if has_nothing_but_line_ends {
            return Ok(());
        }
        let (again, report) = formats::read("brat", &files, &ReadOptions::default());
        prop_assert!(!report.is_lossy(), "{}", report);
        prop_assert_eq!(&again, &documents);
    }

    #[test]
    fn every_writer_takes_every_document(document in any_document()) {
        for info in FORMATS.iter().filter(|info| info.writer.is_some()) {
            let (out, losses) = write(info.name, &document);
            prop_assert_eq!(losses.documents, 1);
            prop_assert!(!out.is_empty() || !losses.refused.is_empty());
        }
    }
}
