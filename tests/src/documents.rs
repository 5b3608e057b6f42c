//! Random documents: what texts, entities and details have that readers, writers and offsets stumble over.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use tawsim_corpus::{
    DetailsMap, Document, Entity, EntityDetails, EntitySource, LabelSet, LinkDetails, Metadata,
    ValueDetails, units,
};
use tawsim_tokenizer::Span;

/// The labels of the documents made here.
#[must_use]
pub fn labels() -> LabelSet {
    LabelSet::from_names(["NUM", "ORG", "LOC"]).expect("good names")
}

/// What texts are made of: clitics, marks, tatweel, digits, emoji, bidi marks, presentation forms, white space of all
/// kinds, and what formats use themselves.
const PIECES: [&str; 40] = [
    "حلب",
    "لقوات",
    "النظام",
    "وبالجيش",
    "وبالقاهرة",
    "مدنيًّا",
    "قُتل",
    "الشـام",
    "🔴",
    "👨‍👩‍👧",
    "🇸🇾",
    "\u{200F}",
    "\u{61C}",
    "\u{2067}درعا\u{2069}",
    "\u{202B}",
    "\u{202C}",
    "ﷺ",
    "ﻷمل",
    " ",
    " ",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "\u{A0}",
    "\u{2028}",
    "\u{FEFF}",
    "مـ ـقتل",
    "«المرصد»",
    "a|b_*[1]",
    "<b>&amp;\"'",
    "{\"k\":[1]}",
    "C:\\new",
    "#Text=",
    "١٢٫٥٪",
    "a/b",
    ".",
    "\u{64B}",
];

/// Texts of these pieces.
pub fn any_text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24)
        .prop_map(|pieces| pieces.concat())
}

/// A document with up to six entities anywhere, overlapping or not.
pub fn any_document() -> impl Strategy<Value = Document> {
    (any_text(), any_places()).prop_map(|(text, places)| {
        let mut document = Document::new("d", text);
        document.entities = entities(&document.text, &places);
        document
    })
}

/// First character, length, label.
type PlaceOf = (usize, usize, usize);

fn any_places() -> impl Strategy<Value = Vec<PlaceOf>> {
    prop::collection::vec((0..80_usize, 0..12_usize, 0..3_usize), 0..6)
}

/// Those of these entities that lie in the text, each once, sorted.
fn entities(text: &str, places: &[PlaceOf]) -> Vec<Entity> {
    let mut entities = Vec::new();
    for (start, length, label) in places {
        let mut edges = text.char_indices().map(|(at, _)| at).chain([text.len()]).skip(*start);
        let Some(start) = edges.next() else { continue };
        let Some(end) = edges.nth(*length) else { continue };
        add(&mut entities, Span::from_range(start..end).expect("short"), *label);
    }
    entities.sort_by_key(Entity::key);
    entities
}

fn add(entities: &mut Vec<Entity>, span: Span, label: usize) {
    let entity = Entity::new(span, labels().at(label).expect("three labels"));
    if entities.iter().all(|known| known.key() != entity.key()) {
        entities.push(entity);
    }
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
                    add(&mut document.entities, spans[first].cover(spans[last]), label);
                    at = last + 1;
                }
            }
            document
        },
    )
}

/// As [`any_document`], with details, scores, layers and metadata.
pub fn any_rich_document() -> impl Strategy<Value = Document> {
    let layer = || (any_places(), prop::collection::vec((0..3_usize, 0..8_usize), 6));
    let id = prop::sample::select(&["d", "a_1", "x/y z"][..]);
    (
        any_document(),
        id,
        layer(),
        prop::option::of(layer()),
        prop::option::of(layer()),
        any::<bool>(),
    )
        .prop_map(|(mut document, id, own, anna, other, has_metadata)| {
            id.clone_into(&mut document.id);
            (document.entities, document.details) = rich_entities(&document.text, &own);
            for (annotator, layer) in [("anna", anna), ("ب", other)] {
                let Some(of_layer) = layer.map(|layer| rich_entities(&document.text, &layer))
                else {
                    continue;
                };
                let layer = document.layer_mut(annotator);
                (layer.entities, layer.details) = of_layer;
            }
            if has_metadata {
                document.metadata = Metadata {
                    source: Some("https://a.example/?a=1&b".to_owned()),
                    other: [("page".to_owned(), json!([3, "x"]))].into(),
                    ..Metadata::default()
                };
            }
            document.layers.retain(|layer| !layer.entities.is_empty());
            document.sort();
            document
        })
}

fn rich_entities(
    text: &str,
    (places, choices): &(Vec<PlaceOf>, Vec<(usize, usize)>),
) -> (Vec<Entity>, DetailsMap) {
    let (mut entities, mut all) = (entities(text, places), DetailsMap::new());
    for (entity, (score, kind)) in entities.iter_mut().zip(choices) {
        entity.score = [None, Some(0.1), Some(0.333_333_34)][*score];
        let details = details(*kind, entity.span, text);
        if !details.is_empty() {
            all.insert(entity.key(), details);
        }
    }
    (entities, all)
}

fn details(kind: usize, span: Span, text: &str) -> EntityDetails<'static> {
    let mut details = EntityDetails::default();
    match kind {
        0 => {
            details.link = Some(LinkDetails { id: Some("p:1|_".into()), ..LinkDetails::default() });
        }
        1 => {
            let lat = Some(35.931);
            details.link = Some(LinkDetails { score: 0.1, lat, ..LinkDetails::default() });
            details.value = Some(ValueDetails::Date {
                from: "2018-01-01".into(),
                to: "2018-01-02".into(),
                time: None,
            });
            details.source = Some(EntitySource::Model("crf 3".into()));
        }
        2 => {
            details.id = Some("T1".into());
            details.attributes.insert("score".into(), json!("high"));
            details.attributes.insert("json:x".into(), json!([1.5, null, {"a": "b\u{2028}"}]));
            details.attributes.insert("n".into(), json!(1e300));
        }
        3 => details.fragments = fragments(span, text),
        4 => details.attributes = [("note".to_owned(), json!("سطر\u{2028}آخر"))].into(),
        _ => {}
    }
    details
}

/// The first character and the rest, if there is a rest.
fn fragments(span: Span, text: &str) -> Vec<Span> {
    let second = span.slice(text).char_indices().nth(1);
    second.map_or_else(Vec::new, |(at, _)| {
        let middle = span.start() + at as u32;
        vec![Span::new(span.start(), middle), Span::new(middle, span.end())]
    })
}

/// So many values of a strategy, the same at every run.
///
/// # Panics
/// If the strategy refuses everything.
pub fn drawn<T>(strategy: &impl Strategy<Value = T>, n: usize) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    let mut draw = || strategy.new_tree(&mut runner).expect("a value").current();
    (0..n).map(|_| draw()).collect()
}
