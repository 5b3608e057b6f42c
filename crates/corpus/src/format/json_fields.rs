//! What the JSON formats of annotation tools share.

use std::io;

use serde_json::{Map, Value};
use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};

use super::align::unit_name;
use super::jsonl_rows::cut_edge;
use crate::{Document, Metadata};

/// Metadata from the free fields of a row.
pub(super) fn metadata_of(fields: Map<String, Value>) -> Metadata {
    let mut metadata = Metadata::default();
    for (key, value) in fields {
        let known = match key.as_str() {
            "source" => &mut metadata.source,
            "date" => &mut metadata.date,
            "outlet" => &mut metadata.outlet,
            "language" => &mut metadata.language,
            _ => {
                metadata.other.insert(key, value);
                continue;
            }
        };
        *known = match value {
            Value::String(text) => Some(text),
            Value::Null => None,
            other => Some(other.to_string()),
        };
    }
    metadata
}

/// A number or text that names something; other values as JSON.
pub(super) fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Takes the name out of the first of these fields that is there.
pub(super) fn take_name(fields: &mut Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| {
        let name = fields.get(*key).and_then(name_of)?;
        fields.remove(*key);
        Some(name)
    })
}

/// Refuses metadata whose fields have a meaning of their own in the format.
pub(super) fn check_fields(metadata: &Metadata, reserved: &[&str]) -> io::Result<()> {
    match metadata.other.keys().find(|key| reserved.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            refused(format!("its metadata has a field {key:?}, which means another thing"))
        }
    }
}

pub(super) fn refused<T>(why: String) -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::InvalidData, why))
}

/// Offsets of a document in the unit of an output.
pub(super) struct Offsets<'a>(OffsetMap<'a>);

impl<'a> Offsets<'a> {
    /// Refused if an entity has an edge that the unit cannot say.
    pub(super) fn new(document: &'a Document, unit: OffsetUnit) -> io::Result<Self> {
        if let Some(span) = cut_edge(document, unit) {
            let (start, end) = (span.start(), span.end());
            return refused(format!("bytes {start}..{end} cut a {}", unit_name(unit)));
        }
        Ok(Self(OffsetMap::new(&document.text, unit)))
    }

    pub(super) fn of(&self, span: Span) -> (u32, u32) {
        let units = self.0.units_from_span(span).unwrap_or_default();
        (units.start, units.end)
    }
}
