//! XML as the formats need it: opened and closed elements and text, without document types, entities of one's
//! own, or endless nesting; and its escapes for writing.

use std::io;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{Limits, ReadError, ReadProblem};

/// A piece of a document.
#[derive(Debug)]
pub(super) enum Piece {
    /// An element begins.
    Open(Element),
    /// Text; that of one element may come in several pieces.
    Text(String),
    /// The last opened element ends.
    Close,
}

/// The beginning of an element.
#[derive(Debug)]
pub(super) struct Element {
    /// Its name, with the prefix.
    pub name: String,
    /// Its attributes, unescaped.
    pub attributes: Vec<(String, String)>,
}

impl Element {
    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The value of an attribute that is a whole number.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.attribute(name)?.trim().parse().ok()
    }

    /// The name without its prefix.
    pub(super) fn local_name(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or_default()
    }
}

/// Reads `text` and gives each piece, with its line, to `take`.
///
/// Line ends are LF as XML has it, unless they are written as references. Document types are refused, so no
/// entity can grow.
///
/// # Errors
/// If it is not well-formed, nested deeper than `limits` grant, or `take` says so.
pub(super) fn for_each_piece(
    text: &str,
    limits: Limits,
    take: &mut dyn FnMut(Piece, u64) -> Result<(), ReadProblem>,
) -> Result<(), ReadError> {
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut line, mut at, mut depth) = (1, 0, 0_usize);
    loop {
        let event = reader.read_event();
        let end = usize::try_from(reader.buffer_position()).unwrap_or(text.len()).min(text.len());
        let error = |problem| ReadError { line, byte: at as u64, problem };
        let event = event.map_err(|e| error(shape(&e)))?;
        depth += usize::from(matches!(event, Event::Start(_)));
        if depth > limits.max_depth {
            let what = "nested elements";
            return Err(error(ReadProblem::TooMuch { what, limit: limits.max_depth }));
        }
        depth -= usize::from(matches!(event, Event::End(_)));
        let is_last = matches!(event, Event::Eof);
        for piece in pieces(event).map_err(error)? {
            take(piece, line).map_err(error)?;
        }
        if is_last {
            return if depth == 0 { Ok(()) } else { Err(error(cut_short())) };
        }
        let skipped = text.as_bytes().get(at..end).unwrap_or_default();
        line += skipped.iter().filter(|b| **b == b'\n').count() as u64;
        at = at.max(end);
    }
}

fn pieces(event: Event<'_>) -> Result<Vec<Piece>, ReadProblem> {
    let text = |text: std::borrow::Cow<'_, str>| vec![Piece::Text(text.into_owned())];
    Ok(match event {
        Event::Start(start) => vec![Piece::Open(element(&start)?)],
        Event::Empty(start) => vec![Piece::Open(element(&start)?), Piece::Close],
        Event::End(_) => vec![Piece::Close],
        Event::Text(content) => text(content.xml10_content().map_err(|e| shape(&e))?),
        Event::CData(content) => text(content.xml10_content().map_err(|e| shape(&e))?),
        Event::GeneralRef(reference) => vec![Piece::Text(resolved(&reference)?.to_string())],
        Event::DocType(_) => {
            let words = "the XML has a document type, which is not read: it can define entities";
            return Err(ReadProblem::Shape(words.to_owned()));
        }
        Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => Vec::new(),
    })
}

fn element(start: &BytesStart<'_>) -> Result<Element, ReadProblem> {
    let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|e| shape(&e))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|e| shape(&e))?
            .into_owned();
        attributes.push((name(attribute.key.as_ref()), value));
    }
    Ok(Element { name: name(start.name().as_ref()), attributes })
}

fn resolved(reference: &BytesRef<'_>) -> Result<char, ReadProblem> {
    if let Some(c) = reference.resolve_char_ref().map_err(|e| shape(&e))? {
        return Ok(c);
    }
    let known = ESCAPES.iter().find(|(_, name)| name.as_bytes() == &**reference);
    known.map(|(c, _)| *c).ok_or_else(|| {
        ReadProblem::Shape(format!("&{}; is no entity of XML", String::from_utf8_lossy(reference)))
    })
}

/// The name of each entity that XML has.
const ESCAPES: [(char, &str); 5] =
    [('&', "amp"), ('<', "lt"), ('>', "gt"), ('"', "quot"), ('\'', "apos")];

fn shape(error: &impl std::fmt::Display) -> ReadProblem {
    ReadProblem::Shape(format!("not well-formed XML: {error}"))
}

fn cut_short() -> ReadProblem {
    ReadProblem::Shape("not well-formed XML: it ends inside an element".to_owned())
}

/// Text for the content of an element or an attribute's value. Line ends and tabs, which XML does not keep as
/// they are everywhere, are written as references in attributes.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] if it has a character that XML 1.0 cannot carry.
pub(super) fn escaped(text: &str, is_attribute: bool) -> io::Result<String> {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '\r' => out.push_str("&#13;"),
            '\n' if is_attribute => out.push_str("&#10;"),
            '\t' if is_attribute => out.push_str("&#9;"),
            '\t' | '\n' => out.push(c),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {
                let words = format!("XML cannot carry U+{:04X}", u32::from(c));
                return Err(io::Error::new(io::ErrorKind::InvalidData, words));
            }
            _ => match ESCAPES.iter().find(|(special, _)| *special == c) {
                Some((_, name)) => out.extend(["&", name, ";"]),
                None => out.push(c),
            },
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut shown = String::new();
        let limits = Limits { max_depth: 3, ..Limits::default() };
        let result = for_each_piece(text, limits, &mut |piece, line| {
            shown += &match piece {
                Piece::Open(element) => {
                    format!("{line}<{} {:?}>", element.name, element.attributes)
                }
                Piece::Text(text) => format!("{text:?}"),
                Piece::Close => "</>".to_owned(),
            };
            Ok(())
        });
        if let Err(error) = result {
            shown += &format!("!{error}");
        }
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn pieces_of_documents() {
        check(
            "<a b='&#10;x\ny&amp;'>\r\n&#13;&lt;<![CDATA[<]]></a>",
            "1<a [(\"b\", \"\\nx y&\")]>\"\\n\"\"\\r\"\"<\"\"<\"</>",
        );
        check("<a>\n<b/></a>", "1<a []>\"\\n\"2<b []></></>");
        check("<a><b><c><d/></c></b></a>", "1<a []>1<b []>1<c []>1<d []></></></></>");
    }

    #[test]
    fn hostile_documents() {
        check(
            "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
            "!line 1, byte 0: the XML has a document type, which is not read: it can define entities",
        );
        check("<a>&x;</a>", "1<a []>!line 1, byte 3: &x; is no entity of XML");
        check(
            "<a><a><a><a></a></a></a></a>",
            "1<a []>1<a []>1<a []>!line 1, byte 9: nested elements: more than 3; split the document",
        );
        check("<a>", "1<a []>!line 1, byte 3: not well-formed XML: it ends inside an element");
    }

    #[test]
    fn escapes() {
        assert_eq!(escaped("a<\"\n\r", false).expect("legal"), "a&lt;&quot;\n&#13;");
        assert_eq!(escaped("\n\t", true).expect("legal"), "&#10;&#9;");
        assert!(escaped("\u{1}", false).is_err());
    }
}
