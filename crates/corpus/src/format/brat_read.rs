//! Reading brat standoff.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tawsim_tokenizer::{OffsetMap, Span};

use super::brat::{INFO, Rest, first_entity};
use super::{GivenEntity, Import, Input, ReadError, ReadProblem};
use crate::{Document, EntityDetails, LinkDetails};

/// Reads an `.ann` and the `.txt` beside it, taken as it is: line ends and byte order mark count.
///
/// # Errors
/// If one of them is missing, no UTF-8 or too long.
pub(super) fn read_brat(input: &mut Input<'_>, import: &mut Import<'_>) -> Result<(), ReadError> {
    let ann = input.read_text(import.options.limits)?;
    let error = |problem| ReadError { line: 1, byte: 0, problem };
    let missing = || error(ReadProblem::Shape("the .txt beside it is missing".to_owned()));
    let text = input.companion("txt").ok_or_else(missing)?;
    let text = std::str::from_utf8(text).map_err(|_| error(ReadProblem::NotUtf8))?;
    let limit = import.options.limits.max_document_bytes;
    if text.len() > limit {
        return Err(error(ReadProblem::TooMuch { what: "bytes", limit }));
    }
    let lines = Lines::collect(&ann, import);
    let mut document = Document::default();
    let map = OffsetMap::new(text, import.options.unit.unwrap_or(INFO.unit));
    for found in lines.entities {
        let details = lines.details.get(found.id);
        place(&mut document, (text, &map), (found, details, lines.all_unnamed), import);
    }
    text.clone_into(&mut document.text);
    import.document(document);
    Ok(())
}

/// A `T` line.
struct TextBound<'a> {
    id: &'a str,
    label: &'a str,
    fragments: Vec<(u64, u64)>,
    surface: &'a str,
    line: u64,
}

/// What the other lines say of an entity.
#[derive(Default)]
struct Said {
    attributes: BTreeMap<String, Value>,
    link: Option<LinkDetails<'static>>,
    rest: Rest,
}

impl<'a> TextBound<'a> {
    fn parse(id: &'a str, data: &'a str, line: u64) -> Option<Self> {
        let (place, surface) = data.split_once('\t')?;
        let (label, offsets) = place.split_once(' ')?;
        let fragment = |fragment: &str| {
            let (start, end) = fragment.split_once(' ')?;
            Some((start.parse().ok()?, end.parse().ok()?))
        };
        let fragments = offsets.split(';').map(fragment).collect::<Option<_>>()?;
        Some(Self { id, label, fragments, surface, line })
    }
}

const NO_SHAPE: &str = "a line is not of brat's shape; left out";

#[derive(Default)]
struct Lines<'a> {
    entities: Vec<TextBound<'a>>,
    ids: BTreeSet<&'a str>,
    details: BTreeMap<&'a str, Said>,
    all_unnamed: bool,
}

impl<'a> Lines<'a> {
    fn collect(ann: &'a str, import: &mut Import<'_>) -> Self {
        let mut lines = Self::default();
        for (idx, line) in ann.split('\n').enumerate() {
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.trim().is_empty() {
                continue;
            }
            let number = idx as u64 + 1;
            let Err(problem) = lines.take(line, number) else { continue };
            let what: String = line.chars().take(60).collect();
            if line.starts_with('T') {
                import.report.entities_in += 1;
                let is_odd = problem == NO_SHAPE;
                let reason = if is_odd { "its line is not of brat's shape" } else { problem };
                import.left_out(reason, number, what);
            } else {
                import.changed(problem, number, what);
            }
        }
        for id in lines.details.keys().filter(|id| !lines.ids.contains(*id)) {
            import.changed("lines about an entity that is not there; left out", 0, *id);
        }
        lines.all_unnamed = lines.details.values().any(|said| said.rest.all_unnamed);
        lines
    }

    /// Why the line is left out, if it is.
    fn take(&mut self, line: &'a str, number: u64) -> Result<(), &'static str> {
        let (id, data) = line.split_once('\t').ok_or(NO_SHAPE)?;
        match id.chars().next() {
            Some('T') => return self.text_bound(id, data, number),
            Some('A' | 'M') => self.attribute(data),
            Some('N') => return self.link(data),
            Some('#') => self.note(data),
            Some('R' | 'E' | '*') => self.relation(line, data),
            _ => None,
        }
        .ok_or(NO_SHAPE)
    }

    fn text_bound(&mut self, id: &'a str, data: &'a str, line: u64) -> Result<(), &'static str> {
        let found = TextBound::parse(id, data, line).ok_or(NO_SHAPE)?;
        // All that is said of an id is said of one entity.
        if !self.ids.insert(id) {
            return Err("another entity has its id");
        }
        self.entities.push(found);
        Ok(())
    }

    fn attribute(&mut self, data: &'a str) -> Option<()> {
        let (name, target) = data.split_once(' ')?;
        let (id, value) = match target.split_once(' ') {
            Some((id, value)) => (id, Value::String(value.to_owned())),
            None => (target, Value::Bool(true)),
        };
        self.details.entry(id).or_default().attributes.insert(name.to_owned(), value);
        Some(())
    }

    fn link(&mut self, data: &'a str) -> Result<(), &'static str> {
        let (reference, name) = data.split_once('\t').unwrap_or((data, ""));
        let mut words = reference.split(' ').skip(1);
        let (Some(id), Some(reference)) = (words.next(), words.next()) else {
            return Err(NO_SHAPE);
        };
        let name = name.trim_start_matches('\t');
        let link = LinkDetails {
            id: Some(reference.to_owned().into()),
            name: (!name.is_empty()).then(|| name.to_owned().into()),
            ..LinkDetails::default()
        };
        let said = self.details.entry(id).or_default();
        if said.link.is_some() {
            return Err("an entity has several N lines; the first is kept");
        }
        said.link = Some(link);
        Ok(())
    }

    fn note(&mut self, data: &'a str) -> Option<()> {
        let (target, note) = data.split_once('\t')?;
        let (kind, id) = target.split_once(' ')?;
        let said = self.details.entry(id).or_default();
        if kind == "Tawsim" {
            said.rest = serde_json::from_str(note).ok()?;
            return Some(());
        }
        match said.attributes.get_mut("note") {
            Some(Value::String(known)) => {
                known.push('\n');
                known.push_str(note);
            }
            _ => {
                said.attributes.insert("note".to_owned(), note.into());
            }
        }
        Some(())
    }

    /// Kept as it stands, with the first entity that it names.
    fn relation(&mut self, line: &str, data: &'a str) -> Option<()> {
        let id = first_entity(data)?;
        let said = self.details.entry(id).or_default();
        let lines = said
            .attributes
            .entry("relations".to_owned())
            .or_insert_with(|| Value::Array(Vec::new()));
        lines.as_array_mut()?.push(line.into());
        Some(())
    }
}

fn place(
    document: &mut Document,
    (text, map): (&str, &OffsetMap<'_>),
    (found, said, all_unnamed): (TextBound<'_>, Option<&Said>, bool),
    import: &mut Import<'_>,
) {
    let rest = said.map(|said| &said.rest);
    let mut details = rest.map(|rest| rest.details.clone()).unwrap_or_default();
    if let Some(said) = said {
        details.attributes.extend(said.attributes.clone());
        details.link = details.link.or_else(|| said.link.clone());
    }
    let is_unnamed = all_unnamed || rest.is_some_and(|rest| rest.unnamed);
    if details.id.is_none() && !is_unnamed {
        details.id = Some(found.id.to_owned().into());
    }
    let (units, surface) = match where_is(&found, rest, (text, map), &mut details) {
        Ok(place) => place,
        Err(why) => {
            import.report.entities_in += 1;
            return import.left_out(why, found.line, format!("{} {}", found.id, found.surface));
        }
    };
    let label = rest.and_then(|rest| rest.label.as_deref()).unwrap_or(found.label);
    let score = rest.and_then(|rest| rest.score);
    let (line, annotator) = (found.line, None);
    let mention = GivenEntity { units, surface, label, score, details, annotator, line };
    import.entity(document, map, text, mention);
}

type Place<'a> = (std::ops::Range<u64>, Option<&'a str>);

/// Span and surface; fragments go to the details.
fn where_is<'a>(
    found: &TextBound<'a>,
    rest: Option<&Rest>,
    (text, map): (&str, &OffsetMap<'_>),
    details: &mut EntityDetails<'static>,
) -> Result<Place<'a>, &'static str> {
    let (first, last) = (found.fragments[0], found.fragments[found.fragments.len() - 1]);
    if found.fragments.len() == 1 && rest.is_none_or(|rest| rest.span.is_none()) {
        return Ok((first.0..first.1, Some(found.surface)));
    }
    let outside = "its offsets do not lie on characters of the text";
    let spans = |list: &[(u64, u64)]| -> Result<Vec<Span>, &'static str> {
        list.iter().map(|fragment| span_of(map, *fragment).ok_or(outside)).collect()
    };
    let pieces = spans(&found.fragments)?;
    let surfaces: Vec<&str> = pieces.iter().map(|span| span.slice(text)).collect();
    if surfaces.join(" ") != found.surface {
        return Err("the text has another surface there");
    }
    if pieces.windows(2).any(|pair| pair[1].start() < pair[0].end()) {
        return Err("its fragments overlap or are out of order");
    }
    match rest.and_then(|rest| Some((rest, rest.span?))) {
        Some((rest, (start, end))) => {
            details.fragments = spans(&rest.fragments)?;
            Ok((start..end, None))
        }
        None => {
            details.fragments = pieces;
            Ok((first.0..last.1, None))
        }
    }
}

fn span_of(map: &OffsetMap<'_>, (start, end): (u64, u64)) -> Option<Span> {
    map.span_from_units(u32::try_from(start).ok()?..u32::try_from(end).ok()?)
}
