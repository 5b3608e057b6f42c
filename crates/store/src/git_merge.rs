//! Three-way merge of a file of records, for git.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::record::push_line;
use crate::{Project, StoreError};

/// What a three-way merge gave.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordMerge {
    /// The merged file. Where both sides changed one key in two ways, it has ours.
    pub content: Vec<u8>,
    /// Ids of records that both sides changed in two ways.
    pub conflicts: Vec<String>,
}

/// One file: its records by id.
type Records = BTreeMap<String, Value>;

impl Project {
    /// Merges two versions of one file of an export (`*.jsonl`) that have a common ancestor, record
    /// by record and key by key: git's own merge of lines would see conflicts between neighbours.
    ///
    /// A record that one side removed stays removed unless the other side changed it. Only two
    /// different changes of one key are a conflict.
    ///
    /// # Errors
    /// If a line is no record; `which` file and which line.
    pub fn merge_records(base: &str, ours: &str, theirs: &str) -> Result<RecordMerge, StoreError> {
        let (base, ours) = (parse("base", base)?, parse("ours", ours)?);
        let theirs = parse("theirs", theirs)?;
        let ids: BTreeSet<&String> = base.keys().chain(ours.keys()).chain(theirs.keys()).collect();
        let mut conflicts = Vec::new();
        let mut records = Vec::new();
        for id in ids {
            let sides = [&base, &ours, &theirs].map(|side| side.get(id));
            let (record, is_clean) = merge_record(sides);
            records.extend(record);
            if !is_clean {
                conflicts.push(id.clone());
            }
        }
        records.sort_by_cached_key(sort_key);
        let mut content = Vec::new();
        records.iter().for_each(|record| push_line(&mut content, record));
        Ok(RecordMerge { content, conflicts })
    }
}

fn parse(which: &str, text: &str) -> Result<Records, StoreError> {
    let mut records = Records::new();
    for (line, text) in (1..).zip(text.lines()) {
        let bad = |what: String| StoreError::Record { path: which.into(), line, what };
        let record: Value = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
        let id = record.get("id").and_then(Value::as_str);
        let id = id.ok_or_else(|| bad("the record has no id".to_owned()))?.to_owned();
        if records.insert(id, record).is_some() {
            return Err(bad("the id stands in an earlier line too".to_owned()));
        }
    }
    Ok(records)
}

/// The merged record (`None`: removed) and whether there was no conflict.
fn merge_record([base, ours, theirs]: [Option<&Value>; 3]) -> (Option<Value>, bool) {
    match (base, ours, theirs) {
        _ if ours == theirs || base == theirs => (ours.cloned(), true),
        _ if base == ours => (theirs.cloned(), true),
        (base, Some(Value::Object(ours)), Some(Value::Object(theirs))) => {
            merge_keys([base.and_then(Value::as_object), Some(ours), Some(theirs)])
        }
        // One side removed what the other changed: the change stays, and somebody looks at it.
        _ => (ours.or(theirs).cloned(), false),
    }
}

fn merge_keys(sides: [Option<&serde_json::Map<String, Value>>; 3]) -> (Option<Value>, bool) {
    // In alphabetical order, as exports have them.
    let keys: BTreeSet<&String> = sides.iter().flatten().flat_map(|side| side.keys()).collect();
    let mut merged = serde_json::Map::new();
    let mut is_clean = true;
    for key in keys {
        let [base, ours, theirs] = sides.map(|side| side.and_then(|side| side.get(key)));
        let value = if base == ours { theirs } else { ours };
        is_clean &= base == ours || base == theirs || ours == theirs;
        merged.extend(value.map(|value| (key.clone(), value.clone())));
    }
    // The edges and the surface say one thing together: from two sides they would contradict.
    let place =
        |side: &serde_json::Map<String, Value>| PLACE_KEYS.map(|key| side.get(key).cloned());
    let fits = sides.iter().skip(1).flatten().any(|side| place(side) == place(&merged));
    if let Some(ours) = sides[1].filter(|_| !fits) {
        for (key, value) in PLACE_KEYS.iter().zip(place(ours)) {
            merged.remove(*key);
            merged.extend(value.map(|value| ((*key).to_owned(), value)));
        }
    }
    (Some(Value::Object(merged)), is_clean && fits)
}

/// The keys that say where an annotation stands.
const PLACE_KEYS: [&str; 3] = ["start", "end", "surface"];

/// The order of records in an export.
fn sort_key(record: &Value) -> (String, bool, u64, u64, String) {
    let text = |key: &str| record.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
    let number = |key: &str| record.get(key).and_then(Value::as_u64).unwrap_or(0);
    let is_span = record.get("start").is_some();
    (text("document"), is_span, number("start"), number("end"), text("id"))
}
