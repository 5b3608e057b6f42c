//! brat standoff: `.txt` and `.ann`, offsets in code points.
//!
//! | line | what it is here |
//! | --- | --- |
//! | `T` | an entity; the parts of a discontiguous one, and of one that crosses a line, as fragments |
//! | `A`, `M` | an attribute of an entity: `true` without a value, else text |
//! | `N` | the id and name of its link |
//! | `#` | `AnnotatorNotes`: the attribute `note`; `Tawsim`: a JSON object with what the other lines cannot say |
//! | `R`, `*`, `E` | the attribute `relations` (a list of lines) of the first entity they name |

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};

use super::brat_read::read_brat;
use super::text::write_text;
use super::tidy::put_in_order;
use super::{Feature, Features, Files, Format, FormatInfo, Layout, WriteContext, Writer};
use crate::{Document, Entity, EntityDetails, LabelSet};

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::Brat,
    name: "brat",
    title: "brat standoff: a .txt and an .ann a document, with annotation.conf",
    extensions: &["ann"],
    sniff: looks_like_brat,
    layout: Layout::FilePerDocument { companions: &["txt"], shared: &[] },
    unit: OffsetUnit::CodePoint,
    carries: Features::all_but(&[
        Feature::DocumentIds,
        Feature::Metadata,
        Feature::Tokens,
        Feature::Layers,
    ]),
    reader: Some(read_brat),
    writer: Some(Writer::Files(Files {
        parts: &[("ann", write_ann), ("txt", write_text)],
        shared: &[("annotation.conf", write_conf)],
    })),
};

fn looks_like_brat(head: &str) -> Option<&'static str> {
    let mut cells = head.lines().next()?.split('\t');
    let (id, span) = (cells.next()?, cells.next()?);
    let mut words = span.split(' ').skip(1);
    let is_number = |word: Option<&str>| word.is_some_and(|word| word.parse::<u32>().is_ok());
    let is_text_bound = id.strip_prefix('T').is_some_and(|id| id.parse::<u32>().is_ok());
    (is_text_bound && is_number(words.next())).then_some("lines are ids, types and offsets")
}

/// What the lines of brat cannot say of an entity, as the JSON of a `Tawsim` note.
#[derive(Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default)]
pub(super) struct Rest {
    /// The label, if the type of the `T` line is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
    /// The entity has no id; the one of its `T` line is only brat's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unnamed: bool,
    /// No entity of the document has an id.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub all_unnamed: bool,
    /// The span, if the fragments of the `T` line only stand for its lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<(u64, u64)>,
    /// Then its true fragments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fragments: Vec<(u64, u64)>,
    /// Everything else.
    #[serde(flatten)]
    pub details: EntityDetails<'static>,
}

/// The labels, as brat's configuration names them.
fn write_conf(context: &WriteContext<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "[entities]")?;
    for label in context.labels.iter() {
        writeln!(out, "{}", type_name(context.labels, label))?;
    }
    writeln!(out, "\n[relations]\n\n[events]\n\n[attributes]")
}

/// The label as a type of brat, which takes ASCII letters, digits, `_` and `-`.
fn type_name(labels: &LabelSet, label: crate::Label) -> String {
    let name = labels.name(label);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if name.chars().all(is_plain) {
        name.to_owned()
    } else {
        format!("Label_{}", label.label_idx() + 1)
    }
}

fn write_ann(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let ids = ids(document);
    let has_ids = document.details.values().any(|details| details.id.is_some());
    let map = OffsetMap::new(&document.text, INFO.unit);
    let sheet = Sheet { document, labels: context.labels, map, ids, has_ids };
    let mut rests = Vec::new();
    for (idx, entity) in document.entities.iter().enumerate() {
        rests.push(sheet.text_bound(idx, entity, out)?);
    }
    let mut counts = Counts::default();
    for (id, rest) in sheet.ids.iter().zip(rests) {
        counts.details(id, rest, out)?;
    }
    Ok(())
}

/// An id for each entity: its own where it is one that brat takes and nobody else's.
fn ids(document: &Document) -> Vec<String> {
    let own = |entity: &Entity| {
        let id = document.details_of(entity)?.id.as_deref()?;
        id.strip_prefix('T')?.parse::<u32>().is_ok_and(|n| format!("T{n}") == id).then_some(id)
    };
    let mut taken = BTreeSet::new();
    let kept: Vec<Option<&str>> =
        document.entities.iter().map(|e| own(e).filter(|id| taken.insert(*id))).collect();
    let mut numbers = (1_u32..).map(|n| format!("T{n}")).filter(|id| !taken.contains(id.as_str()));
    let mut next = || numbers.next().expect("numbers do not end");
    kept.iter().map(|id| id.map_or_else(&mut next, str::to_owned)).collect()
}

struct Sheet<'a> {
    document: &'a Document,
    labels: &'a LabelSet,
    map: OffsetMap<'a>,
    ids: Vec<String>,
    /// Whether some entity of the document has an id of its own.
    has_ids: bool,
}

impl Sheet<'_> {
    /// Writes the `T` line; returns what it does not say.
    fn text_bound(&self, idx: usize, entity: &Entity, out: &mut dyn Write) -> io::Result<Rest> {
        let mut details = self.document.details_of(entity).cloned().unwrap_or_default();
        let mut given = std::mem::take(&mut details.fragments);
        put_in_order(&mut given);
        let whole = if given.is_empty() { vec![entity.span] } else { given.clone() };
        let pieces = pieces(&self.document.text, &whole);
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else {
            let words = format!("{} holds line ends only", self.offsets(entity.span));
            return Err(io::Error::new(io::ErrorKind::InvalidData, words));
        };
        let is_exact = first.cover(*last) == entity.span
            && if pieces.len() == 1 { given.is_empty() } else { pieces == given };
        let label = self.labels.name(entity.label);
        let type_name = type_name(self.labels, entity.label);
        let offsets: Vec<String> = pieces.iter().map(|span| self.offsets(*span)).collect();
        let surfaces: Vec<&str> =
            pieces.iter().map(|span| span.slice(&self.document.text)).collect();
        let (id, offsets, surface) = (&self.ids[idx], offsets.join(";"), surfaces.join(" "));
        writeln!(out, "{id}\t{type_name} {offsets}\t{surface}")?;
        let is_own_id = details.id.as_deref() == Some(id.as_str());
        let is_unnamed = details.id.is_none();
        if is_own_id {
            details.id = None;
        }
        Ok(Rest {
            label: (label != type_name).then(|| label.to_owned()),
            score: entity.score,
            unnamed: is_unnamed && self.has_ids,
            all_unnamed: !self.has_ids && idx == 0,
            span: (!is_exact).then(|| self.units(entity.span)),
            fragments: if is_exact { Vec::new() } else { self.all_units(&given) },
            details,
        })
    }

    fn units(&self, span: Span) -> (u64, u64) {
        let at = |byte| u64::from(self.map.unit_from_byte(byte).expect("spans lie on chars"));
        (at(span.start()), at(span.end()))
    }

    fn all_units(&self, spans: &[Span]) -> Vec<(u64, u64)> {
        spans.iter().map(|span| self.units(*span)).collect()
    }

    fn offsets(&self, span: Span) -> String {
        let (start, end) = self.units(span);
        format!("{start} {end}")
    }
}

/// What brat's server, which is Python, takes for the end of a line; and tabs.
fn is_break(c: char) -> bool {
    matches!(c, '\t'..='\r' | '\u{1C}'..='\u{1E}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The spans without line ends and tabs, which no fragment may hold.
fn pieces(text: &str, spans: &[Span]) -> Vec<Span> {
    let mut pieces = Vec::new();
    for span in spans {
        let mut at = span.start();
        for piece in span.slice(text).split_inclusive(is_break) {
            let kept = piece.trim_end_matches(is_break);
            if !kept.is_empty() {
                pieces.push(Span::new(at, at + kept.len() as u32));
            }
            at += piece.len() as u32;
        }
    }
    pieces
}

/// How many lines of each kind there are.
#[derive(Default)]
struct Counts {
    attributes: usize,
    notes: usize,
    links: usize,
}

impl Counts {
    fn details(&mut self, id: &str, mut rest: Rest, out: &mut dyn Write) -> io::Result<()> {
        let details = &mut rest.details;
        if let Some(Value::Array(lines)) = details.attributes.get("relations")
            && let Some(lines) = relation_lines(lines, id)
        {
            lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
            details.attributes.remove("relations");
        }
        if let Some(Value::String(note)) = details.attributes.get("note")
            && is_line(note)
        {
            self.notes += 1;
            writeln!(out, "#{}\tAnnotatorNotes {id}\t{note}", self.notes)?;
            details.attributes.remove("note");
        }
        self.attributes(id, details, out)?;
        self.link(id, details, out)?;
        if rest != Rest::default() {
            self.notes += 1;
            // JSON escapes the other line ends itself.
            let mut json = serde_json::to_string(&rest)?;
            for (end, escape) in
                [('\u{85}', "\\u0085"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")]
            {
                json = json.replace(end, escape);
            }
            writeln!(out, "#{}\tTawsim {id}\t{json}", self.notes)?;
        }
        Ok(())
    }

    /// Attributes that are a name, or a name and a word.
    fn attributes(
        &mut self,
        id: &str,
        details: &mut EntityDetails<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut kept = std::collections::BTreeMap::new();
        for (name, value) in std::mem::take(&mut details.attributes) {
            let word = match &value {
                Value::Bool(true) => Some(""),
                Value::String(word) if is_line(word) && !word.contains(' ') => Some(word.as_str()),
                _ => None,
            };
            let is_name = is_line(&name) && !name.contains(' ') && !RESERVED.contains(&&*name);
            let Some(word) = word.filter(|_| is_name) else {
                kept.insert(name, value);
                continue;
            };
            self.attributes += 1;
            let space = if word.is_empty() { "" } else { " " };
            writeln!(out, "A{}\t{name} {id}{space}{word}", self.attributes)?;
        }
        details.attributes = kept;
        Ok(())
    }

    /// A link of which only id and name are known.
    fn link(
        &mut self,
        id: &str,
        details: &mut EntityDetails<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let Some(link) = &details.link else { return Ok(()) };
        let bare = crate::LinkDetails {
            id: link.id.clone(),
            name: link.name.clone(),
            ..crate::LinkDetails::default()
        };
        let name = link.name.as_deref().unwrap_or_default();
        let is_reference = |id: &str| {
            let parts = id.split_once(':').is_some_and(|(db, id)| !db.is_empty() && !id.is_empty());
            parts && is_line(id) && !id.contains(' ')
        };
        let reference = link.id.as_deref().filter(|id| is_reference(id));
        let Some(reference) =
            reference.filter(|_| *link == bare && (is_line(name) || link.name.is_none()))
        else {
            return Ok(());
        };
        self.links += 1;
        writeln!(out, "N{}\tReference {id} {reference}\t{name}", self.links)?;
        details.link = None;
        Ok(())
    }
}

/// Names of attributes that other lines than `A` stand for.
const RESERVED: [&str; 2] = ["note", "relations"];

/// Text that stands in one line of a file as it is.
fn is_line(text: &str) -> bool {
    let is_bad = |c: char| c.is_control() || is_break(c);
    !text.is_empty() && text.trim() == text && !text.contains(is_bad)
}

/// The lines, if they are relations that a reader would give to this entity.
fn relation_lines<'a>(lines: &'a [Value], id: &str) -> Option<Vec<&'a str>> {
    let is_relation = |line: &&str| {
        let data = line.split_once('\t').map(|(_, data)| data);
        let is_end = |c: char| is_break(c) && c != '\t';
        let is_line = line.starts_with(['R', 'E', '*']) && !line.contains(is_end);
        is_line && data.and_then(first_entity) == Some(id)
    };
    lines.iter().map(|line| line.as_str().filter(is_relation)).collect()
}

/// The first entity that a relation names.
pub(super) fn first_entity(data: &str) -> Option<&str> {
    let mut names = data.split([' ', '\t']).filter_map(|word| word.rsplit(':').next());
    names.find(|id| id.strip_prefix('T').is_some_and(|number| number.parse::<u32>().is_ok()))
}
