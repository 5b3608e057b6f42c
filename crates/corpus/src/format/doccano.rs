//! doccano's JSON Lines, of both shapes: `label` (triples) and `entities` with `relations`.
//!
//! doccano writes no surfaces, and what its offsets count depends on the project: UTF-16 code units, or
//! grapheme clusters if it is told so; other programs write code points. Without a word of the user the unit is taken under which
//! most edges of entities lie on edges of tokens or clitic segments, and the evidence is noted.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};

use super::align::unit_name;
use super::json_fields::{Offsets, check_fields, metadata_of, take_name};
use super::jsonl_rows::Id;
use super::lines::for_each_row;
use super::{
    Feature, Features, Format, FormatInfo, GivenEntity, Import, Input, Layout, ReadError, Stream,
    WriteContext, Writer, units,
};
use crate::{Document, EntityDetails, Metadata};

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::Doccano,
    name: "doccano",
    title: "doccano's JSON Lines; offsets count UTF-16 code units, as its pages do",
    extensions: &[],
    sniff: looks_like_doccano,
    layout: Layout::ManyInOne,
    unit: OffsetUnit::Utf16,
    carries: Features::SPANS.and(&[Feature::Metadata]),
    reader: Some(read_doccano),
    writer: Some(Writer::Stream(Stream { document: write_doccano, ..Stream::PLAIN })),
};

fn looks_like_doccano(head: &str) -> Option<&'static str> {
    let line: String = head.trim_start().lines().next()?.replace(' ', "");
    let keys = ["\"label\":[[", "\"label\":[]", "\"labels\":[[", "\"start_offset\":"];
    (line.starts_with('{') && keys.iter().any(|key| line.contains(key)))
        .then_some("lines are objects with triples or start_offset")
}

/// Keys with a meaning of their own.
const RESERVED: [&str; 7] = ["id", "text", "data", "label", "labels", "entities", "relations"];

#[derive(Serialize)]
struct RowRef<'a> {
    id: Value,
    text: &'a str,
    label: Vec<(u32, u32, &'a str)>,
    #[serde(flatten)]
    metadata: &'a Metadata,
}

fn write_doccano(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    check_fields(&document.metadata, &RESERVED)?;
    let offsets = Offsets::new(document, context.options.unit.unwrap_or(INFO.unit))?;
    let triple = |entity: &crate::Entity| {
        let (start, end) = offsets.of(entity.span);
        (start, end, context.labels.name(entity.label))
    };
    let number = document.id.parse::<i64>().ok().filter(|id| id.to_string() == document.id);
    let row = RowRef {
        id: number.map_or_else(|| document.id.as_str().into(), Value::from),
        text: &document.text,
        label: document.entities.iter().map(triple).collect(),
        metadata: &document.metadata,
    };
    serde_json::to_writer(&mut *out, &row)?;
    out.write_all(b"\n")
}

#[derive(Deserialize)]
struct Row {
    #[serde(alias = "data")]
    text: String,
    #[serde(default, alias = "labels")]
    label: Vec<Item>,
    #[serde(default)]
    entities: Vec<Item>,
    #[serde(default)]
    relations: Vec<Relation>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Item {
    Triple(u64, u64, Id),
    Entity { id: Option<i64>, start_offset: u64, end_offset: u64, label: Id },
}

#[derive(Deserialize)]
struct Relation {
    from_id: i64,
    to_id: i64,
    #[serde(rename = "type")]
    kind: String,
}

/// An entity, or the parts of one.
#[derive(Default)]
struct Found {
    id: Option<i64>,
    parts: Vec<(u64, u64)>,
    label: String,
    relations: Vec<Value>,
}

impl From<Item> for Found {
    fn from(item: Item) -> Self {
        let (id, start, end, label) = match item {
            Item::Triple(start, end, label) => (None, start, end, label),
            Item::Entity { id, start_offset, end_offset, label } => {
                (id, start_offset, end_offset, label)
            }
        };
        Self { id, parts: vec![(start, end)], label: label.into_text(), relations: Vec::new() }
    }
}

/// Reads doccano's JSON Lines. Entities that a relation `fragment` joins are one.
///
/// # Errors
/// If the input cannot be read on.
pub(super) fn read_doccano(
    input: &mut Input<'_>,
    import: &mut Import<'_>,
) -> Result<(), ReadError> {
    let mut rows = Vec::new();
    let mut take = |row: Row, line, _: &mut Import<'_>| {
        rows.push((line, row.text, entities(row.label, row.entities, &row.relations), row.rest));
    };
    for_each_row(input, import, "a text and its labels", &mut take)?;
    let unit = import.options.unit.unwrap_or_else(|| {
        let evidence =
            Evidence::of(rows.iter().map(|(_, text, found, _)| (text.as_str(), found.as_slice())));
        let (unit, why) = evidence.unit();
        import.note(format!("{}: offsets count {}s: {why}", import.input_name(), unit_name(unit)));
        unit
    });
    for (line, text, found, rest) in rows {
        take_row((line, text), &found, (rest, unit), import);
    }
    Ok(())
}

/// The entities of a row, parts joined.
fn entities(triples: Vec<Item>, items: Vec<Item>, relations: &[Relation]) -> Vec<Found> {
    let mut found: Vec<Found> = triples.into_iter().chain(items).map(Found::from).collect();
    let by_id: BTreeMap<i64, usize> =
        found.iter().enumerate().filter_map(|(idx, found)| Some((found.id?, idx))).collect();
    // Where the parts of each went.
    let mut homes: Vec<usize> = (0..found.len()).collect();
    for relation in relations {
        let ends = (by_id.get(&relation.from_id), by_id.get(&relation.to_id));
        let (Some(&from), Some(&to)) = ends else { continue };
        let (home, other) = (home_of(&mut homes, from), home_of(&mut homes, to));
        if relation.kind == "fragment" && found[home].label == found[other].label {
            if home != other {
                let parts = std::mem::take(&mut found[other].parts);
                let relations = std::mem::take(&mut found[other].relations);
                found[home].parts.extend(parts);
                found[home].relations.extend(relations);
                homes[other] = home;
            }
        } else {
            let line = serde_json::json!({"type": relation.kind, "to_id": relation.to_id});
            found[home].relations.push(line);
        }
    }
    found.retain(|found| !found.parts.is_empty());
    found.iter_mut().for_each(|found| found.parts.sort_unstable());
    found
}

/// Follows `homes` to the end and shortens the way.
fn home_of(homes: &mut [usize], mut idx: usize) -> usize {
    while homes[idx] != idx {
        homes[idx] = homes[homes[idx]];
        idx = homes[idx];
    }
    idx
}

fn take_row(
    (line, text): (u64, String),
    found: &[Found],
    (mut rest, unit): (Map<String, Value>, OffsetUnit),
    import: &mut Import<'_>,
) {
    if rest.get("Comments").is_some_and(|comments| comments.as_array().is_some_and(Vec::is_empty)) {
        rest.remove("Comments");
    }
    let id = take_name(&mut rest, &["id"]);
    let id = id.unwrap_or_else(|| format!("{}:{line}", import.input_name()));
    let mut document = Document { metadata: metadata_of(rest), ..Document::new(id, "") };
    let map = OffsetMap::new(&text, unit);
    for found in found {
        take_entity(&mut document, (&text, &map), (found, line), import);
    }
    document.text = text;
    import.document(document);
}

fn take_entity(
    document: &mut Document,
    (text, map): (&str, &OffsetMap<'_>),
    (found, line): (&Found, u64),
    import: &mut Import<'_>,
) {
    let mut details =
        EntityDetails { id: found.id.map(|id| id.to_string().into()), ..EntityDetails::default() };
    if !found.relations.is_empty() {
        let relations = Value::Array(found.relations.clone());
        details.attributes.insert("relations".to_owned(), relations);
    }
    let (first, last) = (found.parts[0], found.parts[found.parts.len() - 1]);
    if found.parts.len() > 1 {
        let parts: Option<Vec<Span>> = found.parts.iter().map(|part| span_of(map, *part)).collect();
        let is_orderly =
            |parts: &Vec<Span>| parts.windows(2).all(|pair| pair[0].end() <= pair[1].start());
        match parts.filter(is_orderly) {
            Some(parts) => details.fragments = parts,
            None => import.changed("parts of an entity overlap; taken as one piece", line, ""),
        }
    }
    let end = found.parts.iter().map(|part| part.1).max().unwrap_or(last.1);
    let mention = GivenEntity {
        units: first.0..end,
        label: &found.label,
        details,
        line,
        ..GivenEntity::default()
    };
    import.entity(document, map, text, mention);
}

fn span_of(map: &OffsetMap<'_>, (start, end): (u64, u64)) -> Option<Span> {
    map.span_from_units(u32::try_from(start).ok()?..u32::try_from(end).ok()?)
}

/// How many edges of entities lie on edges of tokens or segments, for each unit.
struct Evidence {
    n_edges: usize,
    n_fitting: [usize; 3],
}

/// What offsets may count, the likelier first.
const UNITS: [OffsetUnit; 3] = [OffsetUnit::Utf16, OffsetUnit::CodePoint, OffsetUnit::Grapheme];

impl Evidence {
    fn of<'a>(rows: impl Iterator<Item = (&'a str, &'a [Found])>) -> Self {
        let mut evidence = Self { n_edges: 0, n_fitting: [0; 3] };
        for (text, found) in rows {
            let spans = units(&Document::new("", text)).spans;
            let starts: BTreeSet<u32> = spans.iter().map(|span| span.start()).collect();
            let ends: BTreeSet<u32> = spans.iter().map(|span| span.end()).collect();
            evidence.n_edges += 2 * found.iter().map(|found| found.parts.len()).sum::<usize>();
            for (unit, n_fitting) in UNITS.iter().zip(&mut evidence.n_fitting) {
                let map = OffsetMap::new(text, *unit);
                for part in found.iter().flat_map(|found| &found.parts) {
                    let Some(span) = span_of(&map, *part) else { continue };
                    *n_fitting += usize::from(starts.contains(&span.start()));
                    *n_fitting += usize::from(ends.contains(&span.end()));
                }
            }
        }
        evidence
    }

    fn unit(&self) -> (OffsetUnit, String) {
        let best = self.n_fitting.iter().max().copied().unwrap_or(0);
        let place = self.n_fitting.iter().position(|n| *n == best).unwrap_or(0);
        let counts: Vec<String> = UNITS
            .iter()
            .zip(self.n_fitting)
            .map(|(unit, n)| format!("{n} as {}s", unit_name(*unit)))
            .collect();
        let words = format!("of {} edges {} lie on tokens", self.n_edges, counts.join(", "));
        (UNITS[place], words)
    }
}
