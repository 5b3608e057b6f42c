//! GATE's JSON, as the Python library gatenlp writes it.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use tawsim_tokenizer::{OffsetMap, OffsetUnit};

use super::gate::{CARRIES, Row, Set, document_features, import_set, metadata_of, sets};
use super::{
    Files, Format, FormatInfo, Import, Input, Layout, ReadError, ReadProblem, WriteContext, Writer,
};
use crate::Document;

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::Bdocjs,
    name: "bdocjs",
    title: "GATE's JSON: gatenlp; carries everything but given tokens",
    extensions: &["bdocjs"],
    sniff: |head| {
        let keys = ["\"annotation_sets\"", "\"offset_type\""];
        let is_ours =
            head.trim_start().starts_with('{') && keys.iter().any(|key| head.contains(key));
        is_ours.then_some("the object has GATE's annotation sets")
    },
    layout: Layout::SINGLE,
    unit: OffsetUnit::CodePoint,
    carries: CARRIES,
    reader: Some(read_bdocjs),
    writer: Some(Writer::Files(Files { parts: &[("bdocjs", write_bdocjs)], shared: &[] })),
};

fn read_bdocjs(input: &mut Input<'_>, import: &mut Import<'_>) -> Result<(), ReadError> {
    let file = input.read_text(import.options.limits)?;
    let error =
        |line, words: String| ReadError { line, byte: 0, problem: ReadProblem::Shape(words) };
    let mut root: Map<String, Value> =
        serde_json::from_str(&file).map_err(|e| error(e.line() as u64, e.to_string()))?;
    let Some(Value::String(text)) = root.remove("text") else {
        return Err(error(1, "the object has no text".to_owned()));
    };
    let is_utf16 = root.get("offset_type").and_then(Value::as_str) == Some("j");
    let unit = if is_utf16 { OffsetUnit::Utf16 } else { OffsetUnit::CodePoint };
    let map = OffsetMap::new(&text, import.options.unit.unwrap_or(unit));
    let name = root.get("name").and_then(Value::as_str).unwrap_or_default();
    let mut document = Document::new(name, "");
    if let Some(Value::Object(features)) = root.remove("features") {
        document.metadata = metadata_of(features);
    }
    if let Some(Value::Object(sets)) = root.remove("annotation_sets") {
        for (name, set) in sets {
            let annotator = (!name.is_empty()).then_some(name);
            let set = Set { annotator, rows: rows_of(set, import) };
            import_set(set, &mut document, (&text, &map), import);
        }
    }
    document.text.clone_from(&text);
    import.document(document);
    Ok(())
}

fn rows_of(mut set: Value, import: &mut Import<'_>) -> Vec<Row> {
    let Some(Value::Array(annotations)) = set.get_mut("annotations").map(Value::take) else {
        return Vec::new();
    };
    let mut rows = Vec::with_capacity(annotations.len());
    for mut annotation in annotations {
        let number = |name| annotation.get(name).and_then(Value::as_u64);
        let label = annotation.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let (Some(start), Some(end)) = (number("start"), number("end")) else {
            import.report.entities_in += 1;
            import.left_out("it has no start and end", 0, label);
            continue;
        };
        let features = match annotation.get_mut("features").map(Value::take) {
            Some(Value::Object(features)) => features,
            _ => Map::new(),
        };
        rows.push(Row { label, units: start..end, features, line: 0 });
    }
    rows
}

fn write_bdocjs(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let map = OffsetMap::new(&document.text, OffsetUnit::CodePoint);
    let mut written = Map::new();
    for Set { annotator, rows } in sets(document, context.labels, &map)? {
        let name = annotator.unwrap_or_default();
        let next = rows.len();
        let annotation = |(id, row): (usize, Row)| {
            json!({
                "type": row.label, "start": row.units.start, "end": row.units.end,
                "id": id, "features": row.features,
            })
        };
        let annotations: Vec<Value> = rows.into_iter().enumerate().map(annotation).collect();
        let set = json!({ "name": name, "annotations": annotations, "next_annid": next });
        written.insert(name, set);
    }
    let root = json!({
        "annotation_sets": written,
        "text": document.text,
        "features": document_features(&document.metadata),
        "offset_type": "p",
        "name": document.id,
    });
    serde_json::to_writer(&mut *out, &root)?;
    out.write_all(b"\n")
}
