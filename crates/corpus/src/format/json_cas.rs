//! UIMA CAS as JSON, version 0.4.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use tawsim_tokenizer::OffsetUnit;

use super::cas::{Annotation, CARRIES, Cas, SOFA, TYPES, VIEW, structures};
use super::{
    Files, Format, FormatInfo, Import, Input, Layout, ReadError, ReadProblem, WriteContext, Writer,
};
use crate::Document;

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::JsonCas,
    name: "json-cas",
    title: "UIMA CAS as JSON: INCEpTION, dkpro-cassis",
    extensions: &["json"],
    sniff: |head| {
        let is_cas = head.trim_start().starts_with('{')
            && ["\"%TYPES\"", "\"%FEATURE_STRUCTURES\"", "\"%FLAGS\""]
                .iter()
                .any(|key| head.contains(key));
        is_cas.then_some("the object has UIMA's %TYPES")
    },
    layout: Layout::SINGLE,
    unit: OffsetUnit::Utf16,
    carries: CARRIES,
    reader: Some(read_json_cas),
    writer: Some(Writer::Files(Files { parts: &[("json", write_json_cas)], shared: &[] })),
};

fn read_json_cas(input: &mut Input<'_>, import: &mut Import<'_>) -> Result<(), ReadError> {
    let text = input.read_text(import.options.limits)?;
    let error =
        |line, words: String| ReadError { line, byte: 0, problem: ReadProblem::Shape(words) };
    let root: Value =
        serde_json::from_str(&text).map_err(|e| error(e.line() as u64, format!("{e}")))?;
    let Some(Value::Array(rows)) = root.get("%FEATURE_STRUCTURES") else {
        return Err(error(1, "no list %FEATURE_STRUCTURES".to_owned()));
    };
    let mut cas = Cas::default();
    rows.iter().filter_map(Value::as_object).for_each(|row| add_structure(&mut cas, row));
    cas.import(import)
}

fn add_structure(cas: &mut Cas, row: &Map<String, Value>) {
    let number = |name: &str| row.get(name).and_then(Value::as_u64);
    let words = |name: &str| row.get(name).and_then(Value::as_str);
    let kind = words("%TYPE").unwrap_or_default();
    if kind == SOFA {
        if let Some(text) = words("sofaString") {
            let name = words("sofaID").unwrap_or(VIEW).to_owned();
            cas.sofas.push((number("%ID").unwrap_or(0), name, text.to_owned()));
        }
        return;
    }
    if let (Some(begin), Some(end)) = (number("begin"), number("end")) {
        let strings =
            row.iter().filter_map(|(name, v)| Some((name.clone(), v.as_str()?.to_owned())));
        cas.annotations.push(Annotation {
            sofa: number("@sofa").unwrap_or(0),
            kind: kind.to_owned(),
            begin,
            end,
            features: strings.collect(),
            line: 0,
        });
    }
}

fn write_json_cas(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let structures = structures(document, context)?;
    let n_structures = structures.len();
    let mut rows = vec![json!({
        "%ID": 1, "%TYPE": SOFA, "sofaNum": 1, "sofaID": VIEW, "mimeType": "text/plain",
        "sofaString": document.text,
    })];
    for (id, row) in (2..).zip(structures) {
        let mut object = Map::new();
        object.insert("%ID".to_owned(), Value::from(id as u64));
        object.insert("%TYPE".to_owned(), row.kind.into());
        object.insert("@sofa".to_owned(), 1.into());
        object.insert("begin".to_owned(), row.begin.into());
        object.insert("end".to_owned(), row.end.into());
        object.extend(row.features.into_iter().map(|(name, value)| (name, value.into())));
        rows.push(object.into());
    }
    let members: Vec<u64> = (2..n_structures as u64 + 2).collect();
    let root = json!({
        "%TYPES": types(),
        "%FEATURE_STRUCTURES": rows,
        "%VIEWS": { VIEW: { "%SOFA": 1, "%MEMBERS": members } },
    });
    serde_json::to_writer(&mut *out, &root)?;
    out.write_all(b"\n")
}

fn types() -> Value {
    let describe = |kind: &super::cas::Type| {
        let mut object = Map::new();
        object.insert("%NAME".to_owned(), kind.name.into());
        object.insert("%SUPER_TYPE".to_owned(), kind.supertype.into());
        for (name, range) in kind.features {
            object.insert((*name).to_owned(), json!({ "%NAME": name, "%RANGE": range }));
        }
        (kind.name.to_owned(), object.into())
    };
    Value::Object(TYPES.iter().map(describe).collect())
}
