//! Inline XML: `<doc id="…">ل<ORG>قوات النظام</ORG></doc>`, entities as elements around their text.
//!
//! An element is named by its label; a label that is no plain XML name is written `<entity label="…">`.
//! Attributes: `id`, `score`. The text of the root is the text of the document.

use std::io::{self, Write};

use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};

use super::xml::{Element, Piece, escaped, for_each_piece};
use super::{
    Feature, Features, Files, Format, FormatInfo, GivenEntity, Import, Input, Layout, ReadError,
    WriteContext, Writer,
};
use crate::{Document, Entity, EntityDetails};

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::InlineXml,
    name: "inline-xml",
    title: "text with entities as XML elements, one document a file",
    extensions: &["xml"],
    sniff: looks_like_inline_xml,
    layout: Layout::SINGLE,
    unit: OffsetUnit::CodePoint,
    carries: Features::SPANS
        .and(&[Feature::Scores, Feature::EntityIds])
        .and_not(&[Feature::Crossing]),
    reader: Some(read_inline_xml),
    writer: Some(Writer::Files(Files { parts: &[("xml", write_inline_xml)], shared: &[] })),
};

const ROOT: &str = "doc";
/// How deep entities may lie within each other; readers take no more.
const MAX_DEPTH: usize = 64;
/// The element of a label that is no name of an element.
const ENTITY: &str = "entity";

fn looks_like_inline_xml(head: &str) -> Option<&'static str> {
    let root = head.split('<').find(|tag| tag.starts_with(|c: char| c.is_alphabetic()))?;
    let name = root.split([' ', '\t', '\r', '\n', '>', '/']).next()?;
    (head.starts_with('<') && name == ROOT).then_some("the root element is doc")
}

/// Whether a label may name an element: letters of any script, digits, `_`, `-`, `.`; no colon.
fn is_element_name(name: &str) -> bool {
    let is_start = |c: char| c.is_alphabetic() || c == '_';
    let is_name = |c: char| is_start(c) || c.is_ascii_digit() || matches!(c, '-' | '.');
    // Letters of the first plane but the presentation forms: XML 1.0 names them all.
    let is_plain = |c: char| c.is_ascii() || ('\u{620}'..='\u{64A}').contains(&c);
    let is_reserved = name == ENTITY || name == ROOT || name.to_lowercase().starts_with("xml");
    name.starts_with(is_start) && name.chars().all(|c| is_name(c) && is_plain(c)) && !is_reserved
}

fn write_inline_xml(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let id = escaped(&document.id, true)?;
    xml.push_str(&format!("<{ROOT} xml:space=\"preserve\" id=\"{id}\">"));
    // Outer before inner.
    let mut entities: Vec<&Entity> = document.entities.iter().collect();
    entities.sort_by_key(|e| (e.span.start(), std::cmp::Reverse(e.span.end()), e.label));
    let (mut open, mut at) = (Vec::<(u32, String)>::new(), 0);
    for entity in entities {
        close_up_to(entity.span.start(), (&document.text, &mut at), &mut open, &mut xml)?;
        xml.push_str(&escaped(&document.text[at as usize..entity.span.start() as usize], false)?);
        at = entity.span.start();
        let name = start_tag(document, entity, context, &mut xml)?;
        open.push((entity.span.end(), name));
        if open.len() >= MAX_DEPTH {
            let words = format!("more than {MAX_DEPTH} entities within each other");
            return Err(io::Error::new(io::ErrorKind::InvalidData, words));
        }
    }
    close_up_to(u32::MAX, (&document.text, &mut at), &mut open, &mut xml)?;
    xml.push_str(&escaped(&document.text[at as usize..], false)?);
    xml.push_str(&format!("</{ROOT}>\n"));
    out.write_all(xml.as_bytes())
}

/// Writes the elements that end at `end` or before it.
fn close_up_to(
    end: u32,
    (text, at): (&str, &mut u32),
    open: &mut Vec<(u32, String)>,
    xml: &mut String,
) -> io::Result<()> {
    while let Some((end, name)) = open.pop_if(|(inner, _)| *inner <= end) {
        xml.push_str(&escaped(&text[*at as usize..end as usize], false)?);
        xml.push_str(&format!("</{name}>"));
        *at = end;
    }
    Ok(())
}

/// Writes the start of an entity's element; returns the element's name.
fn start_tag(
    document: &Document,
    entity: &Entity,
    context: &WriteContext<'_>,
    xml: &mut String,
) -> io::Result<String> {
    let label = context.labels.name(entity.label);
    let name = if is_element_name(label) { label } else { ENTITY };
    xml.push_str(&format!("<{name}"));
    if name == ENTITY {
        xml.push_str(&format!(" label=\"{}\"", escaped(label, true)?));
    }
    let details = document.details_of(entity);
    if let Some(id) = details.and_then(|details| details.id.as_deref()) {
        xml.push_str(&format!(" id=\"{}\"", escaped(id, true)?));
    }
    if let Some(score) = entity.score {
        xml.push_str(&format!(" score=\"{score}\""));
    }
    xml.push('>');
    Ok(name.to_owned())
}

/// An element of an entity, as far as it was read.
struct Found {
    label: String,
    details: EntityDetails<'static>,
    score: Option<f32>,
    start: usize,
    line: u64,
}

/// Reads a document; every element below the root is an entity, its other attributes are kept.
///
/// # Errors
/// If it is no UTF-8, too long, no well-formed XML, or nested too deep.
pub(super) fn read_inline_xml(
    input: &mut Input<'_>,
    import: &mut Import<'_>,
) -> Result<(), ReadError> {
    let xml = input.read_text(import.options.limits)?;
    let mut reading = Reading::default();
    for_each_piece(&xml, import.options.limits, &mut |piece, line| {
        reading.take(piece, line);
        Ok(())
    })?;
    let Reading { id, text, found, n_empty, .. } = reading;
    let mut document = Document::new(id, "");
    let map = OffsetMap::new(&text, OffsetUnit::Byte);
    for (found, span) in found {
        let units = u64::from(span.start())..u64::from(span.end());
        let Found { label, details, score, line, .. } = found;
        let mention =
            GivenEntity { units, label: &label, score, details, line, ..GivenEntity::default() };
        import.entity(&mut document, &map, &text, mention);
    }
    if n_empty > 0 {
        import.changed("an element without text; left out", 0, format!("{n_empty} elements"));
    }
    document.text = text;
    import.document(document);
    Ok(())
}

#[derive(Default)]
struct Reading {
    /// Whether the root has begun, and whether it has ended.
    has_root: bool,
    is_done: bool,
    id: String,
    text: String,
    open: Vec<Found>,
    found: Vec<(Found, Span)>,
    n_empty: u64,
}

impl Reading {
    fn take(&mut self, piece: Piece, line: u64) {
        match piece {
            Piece::Open(element) if !self.has_root => {
                self.has_root = true;
                self.id = element.attribute("id").unwrap_or_default().to_owned();
            }
            Piece::Open(element) => {
                let found = Found::new(&element, self.text.len(), line);
                self.open.push(found);
            }
            Piece::Text(text) if self.has_root && !self.is_done => self.text.push_str(&text),
            Piece::Text(_) => {}
            Piece::Close => {
                // The root itself has no entry.
                let Some(found) = self.open.pop() else {
                    self.is_done = true;
                    return;
                };
                match Span::from_range(found.start..self.text.len()) {
                    Some(span) if !span.is_empty() => self.found.push((found, span)),
                    _ => self.n_empty += 1,
                }
            }
        }
    }
}

impl Found {
    fn new(element: &Element, start: usize, line: u64) -> Self {
        let named = element.attribute("label").filter(|_| element.name == ENTITY);
        let label = named.map_or_else(|| element.name.clone(), str::to_owned);
        let score = element.attribute("score").and_then(|score| score.parse().ok());
        let id = element.attribute("id").map(|id| id.to_owned().into());
        let is_known = |name: &str| {
            matches!(name, "id" | "score") || (name == "label" && element.name == ENTITY)
        };
        let others = element.attributes.iter().filter(|(name, _)| !is_known(name));
        let attributes =
            others.map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        let details = EntityDetails { id, attributes, ..EntityDetails::default() };
        Self { label, details, score, start, line }
    }
}
