//! GATE's XML: the text cut by nodes at every edge, then the annotations between nodes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Map, Number, Value};
use tawsim_tokenizer::{OffsetMap, OffsetUnit};

use super::gate::{CARRIES, Row, Set, document_features, import_set, metadata_of, refused, sets};
use super::xml::{Element, Piece, escaped, for_each_piece};
use super::{
    Files, Format, FormatInfo, Import, Input, Layout, ReadError, ReadProblem, WriteContext, Writer,
};
use crate::Document;

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::GateXml,
    name: "gate-xml",
    title: "GATE's XML; carries everything but given tokens",
    extensions: &["xml"],
    sniff: |head| head.contains("<GateDocument").then_some("the root element is GateDocument"),
    layout: Layout::SINGLE,
    unit: OffsetUnit::Utf16,
    carries: CARRIES,
    reader: Some(read_gate_xml),
    writer: Some(Writer::Files(Files { parts: &[("xml", write_gate_xml)], shared: &[] })),
};

/// The feature that holds a document's id.
const ID: &str = "document_id";

/// What the name of a feature begins with whose value is JSON in words.
const JSON: &str = "json:";

#[derive(Default)]
struct Reading {
    /// The names of the open elements.
    path: Vec<String>,
    text: String,
    /// Where each node stands, in bytes. It counts where it is, not what its id says: programs that turn line
    /// ends into others leave the ids behind.
    nodes: BTreeMap<String, u64>,
    features: Map<String, Value>,
    sets: Vec<Set>,
    /// Of the open feature: name, class of the value, value.
    feature: (String, String, String),
    /// Whether the open annotation is not in `sets`, as its nodes are not there.
    is_lost: bool,
    /// Such annotations.
    lost: Vec<(u64, String)>,
}

fn read_gate_xml(input: &mut Input<'_>, import: &mut Import<'_>) -> Result<(), ReadError> {
    let file = input.read_text(import.options.limits)?;
    let mut reading = Reading::default();
    for_each_piece(&file, import.options.limits, &mut |piece, line| {
        match piece {
            Piece::Open(element) => reading.open(element, line)?,
            Piece::Text(text) => reading.text(&text),
            Piece::Close => reading.close(),
        }
        Ok(())
    })?;
    let Reading { text, mut features, sets, lost, .. } = reading;
    for (line, label) in lost {
        import.report.entities_in += 1;
        import.left_out("its nodes are not in the text", line, label);
    }
    let id = features.remove(ID);
    let mut document = Document::new(id.as_ref().and_then(Value::as_str).unwrap_or_default(), "");
    document.metadata = metadata_of(features);
    let map = OffsetMap::new(&text, OffsetUnit::Byte);
    for set in sets {
        import_set(set, &mut document, (&text, &map), import);
    }
    document.text.clone_from(&text);
    import.document(document);
    Ok(())
}

impl Reading {
    fn open(&mut self, element: Element, line: u64) -> Result<(), ReadProblem> {
        let attribute = |name| element.attribute(name).unwrap_or_default().to_owned();
        if self.path.is_empty() && element.name != "GateDocument" {
            let words = format!("the root is <{}>, not <GateDocument>", element.name);
            return Err(ReadProblem::Shape(words));
        }
        match element.local_name() {
            "Node" => drop(self.nodes.insert(attribute("id"), self.text.len() as u64)),
            "AnnotationSet" => {
                let annotator = element.attribute("Name").filter(|name| !name.is_empty());
                self.sets.push(Set { annotator: annotator.map(str::to_owned), rows: Vec::new() });
            }
            "Annotation" => {
                self.annotation(
                    attribute("Type"),
                    [attribute("StartNode"), attribute("EndNode")],
                    line,
                );
            }
            "Feature" => self.feature = Default::default(),
            "Value" => self.feature.1 = attribute("className"),
            _ => {}
        }
        self.path.push(element.name);
        Ok(())
    }

    fn annotation(&mut self, label: String, ends: [String; 2], line: u64) {
        let [start, end] = ends.map(|node| self.nodes.get(&node).copied());
        let set = self.sets.last_mut().map(|set| &mut set.rows);
        match (start, end, set) {
            (Some(start), Some(end), Some(rows)) => {
                self.is_lost = false;
                rows.push(Row { label, units: start..end, features: Map::new(), line });
            }
            _ => {
                self.is_lost = true;
                self.lost.push((line, label));
            }
        }
    }

    fn text(&mut self, text: &str) {
        match self.path.last().map_or("", String::as_str) {
            "TextWithNodes" => self.text.push_str(text),
            "Name" => self.feature.0.push_str(text),
            "Value" => self.feature.2.push_str(text),
            _ => {}
        }
    }

    fn close(&mut self) {
        let name = self.path.pop().unwrap_or_default();
        if name != "Feature" {
            return;
        }
        let (name, class, value) = std::mem::take(&mut self.feature);
        let (name, value) = value_of(&name, &class, value);
        let row = self.sets.last_mut().and_then(|set| set.rows.last_mut());
        let is_of_document = self.path.last().is_some_and(|name| name == "GateDocumentFeatures");
        match row {
            _ if is_of_document => drop(self.features.insert(name, value)),
            Some(row) if !self.is_lost => drop(row.features.insert(name, value)),
            _ => {}
        }
    }
}

/// Name and value of a feature of a Java class.
fn value_of(name: &str, class: &str, words: String) -> (String, Value) {
    if let Some(plain) = name.strip_prefix(JSON)
        && let Ok(value) = serde_json::from_str(&words)
    {
        return (plain.to_owned(), value);
    }
    let number = |number: Option<Number>| number.map(Value::Number);
    let value = match class.strip_prefix("java.lang.").unwrap_or_default() {
        "Boolean" => words.parse().ok().map(Value::Bool),
        "Integer" | "Long" | "Short" | "Byte" => {
            number(words.parse::<i64>().ok().map(Number::from))
        }
        "Double" | "Float" => number(words.parse().ok().and_then(Number::from_f64)),
        _ => None,
    };
    (name.to_owned(), value.unwrap_or(Value::String(words)))
}

/// Name, class and words of a feature with this value.
fn feature_of(name: &str, value: &Value) -> (String, &'static str, String) {
    let plain = match value {
        _ if name.starts_with(JSON) => None,
        Value::String(words) => Some(("String", words.clone())),
        Value::Bool(is) => Some(("Boolean", is.to_string())),
        Value::Number(number) if number.is_i64() => Some(("Long", number.to_string())),
        Value::Number(number) if number.is_f64() => Some(("Double", number.to_string())),
        _ => None,
    };
    match plain {
        Some((class, words)) => (name.to_owned(), class, words),
        None => (format!("{JSON}{name}"), "String", value.to_string()),
    }
}

fn write_gate_xml(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if document.metadata.other.contains_key(ID) {
        return Err(refused("its metadata has a document_id of its own"));
    }
    let map = OffsetMap::new(&document.text, OffsetUnit::Utf16);
    let sets = sets(document, context.labels, &map)?;
    let mut features = document_features(&document.metadata);
    features.insert(ID.to_owned(), document.id.clone().into());
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<GateDocument version=\"3\">")?;
    writeln!(out, "<GateDocumentFeatures>")?;
    write_features(&features, out)?;
    write!(out, "</GateDocumentFeatures>\n<TextWithNodes>")?;
    write_text(document, &map, &sets, out)?;
    writeln!(out, "</TextWithNodes>")?;
    let mut id = 0_u64;
    for Set { annotator, rows } in sets {
        match annotator {
            Some(name) => writeln!(out, "<AnnotationSet Name=\"{}\">", escaped(&name, true)?)?,
            None => writeln!(out, "<AnnotationSet>")?,
        }
        for row in rows {
            let (label, units) = (escaped(&row.label, true)?, row.units);
            write!(out, "<Annotation Id=\"{id}\" Type=\"{label}\"")?;
            writeln!(out, " StartNode=\"{}\" EndNode=\"{}\">", units.start, units.end)?;
            write_features(&row.features, out)?;
            writeln!(out, "</Annotation>")?;
            id += 1;
        }
        writeln!(out, "</AnnotationSet>")?;
    }
    writeln!(out, "</GateDocument>")
}

fn write_features(features: &Map<String, Value>, out: &mut dyn Write) -> io::Result<()> {
    for (name, value) in features {
        let (name, class, words) = feature_of(name, value);
        let (name, words) = (escaped(&name, false)?, escaped(&words, false)?);
        writeln!(out, "<Feature>\n  <Name className=\"java.lang.String\">{name}</Name>")?;
        writeln!(out, "  <Value className=\"java.lang.{class}\">{words}</Value>\n</Feature>")?;
    }
    Ok(())
}

/// The text, with a node at each edge, at its beginning and its end.
fn write_text(
    document: &Document,
    map: &OffsetMap<'_>,
    sets: &[Set],
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows = sets.iter().flat_map(|set| &set.rows);
    let mut nodes: BTreeSet<u64> = rows.flat_map(|row| [row.units.start, row.units.end]).collect();
    nodes.extend([0, u64::from(map.n_units())]);
    let mut at = 0;
    for node in nodes {
        let byte = u32::try_from(node).ok().and_then(|node| map.byte_from_unit(node));
        let byte = byte.expect("nodes were made from spans") as usize;
        write!(out, "{}<Node id=\"{node}\"/>", escaped(&document.text[at..byte], false)?)?;
        at = byte;
    }
    Ok(())
}
