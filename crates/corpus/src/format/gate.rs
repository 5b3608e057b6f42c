//! What GATE's two files, XML and bdocjs, share: entities as annotations with features, in a set an annotator.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tawsim_tokenizer::{OffsetMap, Span};

use super::tidy::put_in_order;
use super::{Feature, Features, GivenEntity, Import};
use crate::{DetailsMap, Document, Entity, EntityDetails, LabelSet, Metadata};

/// Features hold anything; only tokens are not ours to say.
pub(super) const CARRIES: Features = Features::all_but(&[Feature::Tokens]);

/// Types that GATE's own steps write beside entities.
const NO_ENTITIES: [&str; 6] =
    ["Token", "SpaceToken", "Split", "Sentence", "paragraph", "DEFAULT_TOKEN"];

/// The set in which GATE keeps the markup that a file had.
const MARKUP: &str = "Original markups";

/// The feature that says of which entity a row is a piece.
const PIECE_OF: &str = "piece_of";

/// An annotation: an entity, or a piece of one.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub label: String,
    /// In the file's unit.
    pub units: Range<u64>,
    pub features: Map<String, Value>,
    pub line: u64,
}

/// Annotations of one annotator; `None`: the document's own.
#[derive(Debug, Default)]
pub(super) struct Set {
    pub annotator: Option<String>,
    pub rows: Vec<Row>,
}

/// Takes the entities of a set. Pieces that name the same entity, or have the same id and label and do not
/// overlap, become one.
pub(super) fn import_set(
    set: Set,
    document: &mut Document,
    (text, map): (&str, &OffsetMap<'_>),
    import: &mut Import<'_>,
) {
    let Set { annotator, rows } = set;
    if annotator.as_deref() == Some(MARKUP) {
        let place = import.input_name();
        return import
            .note(format!("{place}: the set {MARKUP:?} is of the page's markup; not read"));
    }
    if let Some(annotator) = &annotator {
        import.layer(document, annotator);
    }
    for group in groups(rows, import) {
        let pieces: Option<Vec<Span>> = group.iter().map(|row| span_of(map, &row.units)).collect();
        let pieces = pieces.filter(|_| group.len() > 1 || group[0].features.contains_key(PIECE_OF));
        match pieces.filter(|pieces| are_disjoint(pieces)) {
            Some(fragments) => {
                let ends = group[0].units.start..group[group.len() - 1].units.end;
                let first = group.into_iter().next().expect("a group has a row");
                let row = Row { units: ends, ..first };
                import_row(row, fragments, (annotator.as_deref(), document), (text, map), import);
            }
            None => group.into_iter().for_each(|row| {
                let of = (annotator.as_deref(), &mut *document);
                import_row(row, Vec::new(), of, (text, map), import);
            }),
        }
    }
}

/// Rows that belong together, each group in text order; rows that are no entities are left out.
fn groups(rows: Vec<Row>, import: &mut Import<'_>) -> Vec<Vec<Row>> {
    let mut groups: Vec<Vec<Row>> = Vec::new();
    let mut known: BTreeMap<(String, bool, String), usize> = BTreeMap::new();
    let mut others: BTreeMap<String, u64> = BTreeMap::new();
    for row in rows {
        if NO_ENTITIES.contains(&row.label.as_str()) {
            *others.entry(row.label).or_default() += 1;
            continue;
        }
        let Some(key) = join_key(&row) else {
            groups.push(vec![row]);
            continue;
        };
        let idx = *known.entry(key).or_insert(groups.len());
        if idx == groups.len() {
            groups.push(Vec::new());
        }
        groups[idx].push(row);
    }
    for (label, count) in others {
        let place = import.input_name();
        import.note(format!("{place}: {count} annotations {label} are no entities; not read"));
    }
    groups.iter_mut().for_each(|group| group.sort_by_key(|row| (row.units.start, row.units.end)));
    groups
}

fn join_key(row: &Row) -> Option<(String, bool, String)> {
    let feature = |name| row.features.get(name).filter(|v| v.is_string() || v.is_number());
    let is_piece = feature(PIECE_OF).is_some();
    let value = feature(PIECE_OF).or_else(|| feature("id"))?;
    Some((row.label.clone(), is_piece, value.to_string()))
}

fn span_of(map: &OffsetMap<'_>, units: &Range<u64>) -> Option<Span> {
    let span = map.span_from_units(units.start.try_into().ok()?..units.end.try_into().ok()?);
    span.filter(|span| !span.is_empty())
}

fn are_disjoint(pieces: &[Span]) -> bool {
    pieces.windows(2).all(|pair| pair[0].end() <= pair[1].start())
}

fn import_row(
    row: Row,
    fragments: Vec<Span>,
    (annotator, document): (Option<&str>, &mut Document),
    (text, map): (&str, &OffsetMap<'_>),
    import: &mut Import<'_>,
) {
    let Row { label, units, features, line } = row;
    let (mut details, score) = details_of(features);
    details.fragments = fragments;
    let mention =
        GivenEntity { units, surface: None, label: &label, score, details, annotator, line };
    import.entity(document, map, text, mention);
}

type Setter = fn(&mut EntityDetails<'static>, Value) -> Option<()>;

fn read<T: DeserializeOwned>(value: Value) -> Option<T> {
    serde_json::from_value(value).ok()
}

fn words_of(value: Value) -> Option<String> {
    match value {
        Value::String(words) => Some(words),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The features that we know, and what they say. `shared_id` is an id that several entities have.
const SETTERS: [(&str, Setter); 8] = [
    ("id", |details, v| words_of(v).map(|id| details.id = Some(id.into()))),
    ("shared_id", |details, v| words_of(v).map(|id| details.id = Some(id.into()))),
    ("link", |details, v| read(v).map(|link| details.link = Some(link))),
    ("value", |details, v| read(v).map(|value| details.value = Some(value))),
    ("source", |details, v| read(v).map(|source| details.source = Some(source))),
    ("reviewer", |details, v| words_of(v).map(|name| details.reviewer = Some(name))),
    ("time", |details, v| words_of(v).map(|time| details.time = Some(time))),
    ("attributes", |details, v| {
        read(v).map(|more: BTreeMap<_, _>| details.attributes.extend(more))
    }),
];

/// Entity details and score of an annotation's features; what is not ours is an attribute.
fn details_of(features: Map<String, Value>) -> (EntityDetails<'static>, Option<f32>) {
    let (mut details, mut score) = (EntityDetails::default(), None);
    for (name, value) in features {
        if name == PIECE_OF {
            continue;
        }
        if let ("score", Some(number)) = (name.as_str(), value.as_f64()) {
            score = Some(number as f32);
            continue;
        }
        let setter = SETTERS.iter().find(|(known, _)| *known == name);
        if setter.and_then(|(_, set)| set(&mut details, value.clone())).is_none() {
            details.attributes.insert(name, value);
        }
    }
    (details, score)
}

/// The sets of a document: its own, then one a layer. Offsets are in the unit of `map`.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] if a name has a meaning of its own in GATE, or a span cuts a char.
pub(super) fn sets(
    document: &Document,
    labels: &LabelSet,
    map: &OffsetMap<'_>,
) -> io::Result<Vec<Set>> {
    let layers = document.layers.iter().map(|l| (Some(&l.annotator), &l.entities, &l.details));
    let lists = std::iter::once((None, &document.entities, &document.details)).chain(layers);
    let set = |(annotator, entities, details): (Option<&String>, &Vec<Entity>, &DetailsMap)| {
        if annotator.is_some_and(|name| name.is_empty() || name == MARKUP) {
            return Err(refused("a layer has a name that GATE has another use for"));
        }
        let rows = rows(entities, details, labels, map)?;
        Ok(Set { annotator: annotator.cloned(), rows })
    };
    lists.map(set).collect()
}

fn rows(
    entities: &[Entity],
    details: &DetailsMap,
    labels: &LabelSet,
    map: &OffsetMap<'_>,
) -> io::Result<Vec<Row>> {
    let (mut seen, mut shared) = (BTreeSet::new(), BTreeSet::new());
    for id in entities.iter().filter_map(|e| details.get(&e.key())?.id.as_deref()) {
        if !seen.insert(id) {
            shared.insert(id);
        }
    }
    let mut rows = Vec::with_capacity(entities.len());
    for (idx, entity) in entities.iter().enumerate() {
        let label = labels.name(entity.label);
        if NO_ENTITIES.contains(&label) {
            return Err(refused("a label has a name that GATE has another use for"));
        }
        let known = details.get(&entity.key());
        let mut features = known.map_or_else(Map::new, |known| features_of(known, &shared));
        if let Some(score) = entity.score {
            features.insert("score".to_owned(), f64::from(score).into());
        }
        let mut pieces = known.map_or_else(Vec::new, |known| known.fragments.clone());
        // A reader takes the details from the first piece in the text.
        put_in_order(&mut pieces);
        if pieces.is_empty() {
            pieces.push(entity.span);
        } else {
            features.insert(PIECE_OF.to_owned(), idx.into());
        }
        for (n, span) in pieces.into_iter().enumerate() {
            let units = map.units_from_span(span).ok_or_else(super::cas::cut_char)?;
            let units = u64::from(units.start)..u64::from(units.end);
            rows.push(Row { label: label.to_owned(), units, features: features.clone(), line: 0 });
            if n == 0 {
                // The other pieces say only whose they are: what an entity holds is written once.
                features.retain(|name, _| name == PIECE_OF);
            }
        }
    }
    Ok(rows)
}

pub(super) fn refused(words: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, words)
}

/// Attributes stand among the features, but for those that would be taken for something else.
fn features_of(details: &EntityDetails<'_>, shared: &BTreeSet<&str>) -> Map<String, Value> {
    let plain = EntityDetails { attributes: BTreeMap::new(), ..details.clone() };
    let mut features = match serde_json::to_value(plain) {
        Ok(Value::Object(features)) => features,
        _ => Map::new(),
    };
    if details.id.as_deref().is_some_and(|id| shared.contains(id)) {
        let id = features.remove("id").unwrap_or_default();
        features.insert("shared_id".to_owned(), id);
    }
    let is_known = |name: &str| {
        [PIECE_OF, "score"].contains(&name) || SETTERS.iter().any(|(known, _)| *known == name)
    };
    let mut more = Map::new();
    for (name, value) in &details.attributes {
        let to = if is_known(name) { &mut more } else { &mut features };
        to.insert(name.clone(), value.clone());
    }
    if !more.is_empty() {
        features.insert("attributes".to_owned(), more.into());
    }
    features
}

/// Metadata as features of the document.
pub(super) fn document_features(metadata: &Metadata) -> Map<String, Value> {
    match serde_json::to_value(metadata) {
        Ok(Value::Object(features)) => features,
        _ => Map::new(),
    }
}

/// Features of a document as metadata. What we know as words and is none there is written out.
pub(super) fn metadata_of(mut features: Map<String, Value>) -> Metadata {
    for name in ["source", "date", "outlet", "language"] {
        match features.remove(name) {
            None | Some(Value::Null) => {}
            Some(Value::String(words)) => drop(features.insert(name.to_owned(), words.into())),
            Some(other) => drop(features.insert(name.to_owned(), other.to_string().into())),
        }
    }
    serde_json::from_value(Value::Object(features)).unwrap_or_default()
}
