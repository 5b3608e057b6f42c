//! Reading WebAnno TSV 3.

use std::collections::BTreeMap;
use std::ops::Range;

use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};

use super::cas::link_to;
use super::tokens::covering_tokens;
use super::webanno_tsv::FIRST_LINE;
use super::{GivenEntity, Import, Input, Limits, ReadError, ReadProblem};
use crate::{Document, EntityDetails, GivenTokens};

/// Where the values of a span layer stand in a row.
struct Layer {
    /// The column of its label.
    label: usize,
    /// The column of what it is linked to.
    link: Option<usize>,
}

/// An entity as its rows give it.
#[derive(Default)]
struct Found {
    units: Range<u64>,
    label: String,
    link: Option<String>,
    line: u64,
}

struct Reading {
    unit: OffsetUnit,
    limits: Limits,
    layers: Vec<Layer>,
    /// Columns named so far.
    n_columns: usize,
    /// Layers whose annotations are no entities.
    others: Vec<String>,
    text: String,
    /// Its length in the file's unit.
    n_units: u64,
    /// Units that may still lie between sentences: offsets cost nothing, so the file's length bounds them.
    spare: u64,
    /// The `#Text=` lines of the sentence whose rows have not begun.
    pending: Option<String>,
    tokens: Vec<Range<u64>>,
    sentences: Vec<Range<u64>>,
    found: Vec<Found>,
    /// By layer and number in brackets, the entity.
    numbered: BTreeMap<(usize, u64), usize>,
}

pub(super) fn read_webanno_tsv(
    input: &mut Input<'_>,
    import: &mut Import<'_>,
) -> Result<(), ReadError> {
    let limits = import.options.limits;
    let file = input.read_text(limits)?;
    let unit = import.options.unit.unwrap_or(OffsetUnit::Utf16);
    let mut reading = Reading { spare: file.len() as u64, ..Reading::new(unit, limits) };
    let (mut line, mut byte) = (0, 0);
    for row in file.split('\n') {
        line += 1;
        let content = row.strip_suffix('\r').unwrap_or(row);
        reading.line(content, line).map_err(|problem| ReadError { line, byte, problem })?;
        byte += row.len() as u64 + 1;
    }
    let Reading { unit, others, text, tokens, sentences, found, .. } = reading;
    let map = OffsetMap::new(&text, unit);
    let span_of = |units: &Range<u64>| -> Option<Span> {
        map.span_from_units(units.start.try_into().ok()?..units.end.try_into().ok()?)
    };
    let mut document = Document::default();
    let sentences: Vec<Span> = sentences.iter().filter_map(span_of).collect();
    let spans = tokens.iter().filter_map(span_of).collect();
    document.tokens = covering_tokens(&text, spans, &sentences).unwrap_or_else(|| {
        let words = "the rows leave out words of the text; their tokens are not kept";
        import.note(format!("{}: {words}", import.input_name()));
        GivenTokens::default()
    });
    for Found { units, label, link, line } in found {
        let link = link.map(link_to);
        let details = EntityDetails { link, ..EntityDetails::default() };
        let mention = GivenEntity { units, label: &label, details, line, ..GivenEntity::default() };
        import.entity(&mut document, &map, &text, mention);
    }
    for layer in others {
        import
            .note(format!("{}: the layer {layer} has no entities; not read", import.input_name()));
    }
    document.text.clone_from(&text);
    import.document(document);
    Ok(())
}

impl Reading {
    fn new(unit: OffsetUnit, limits: Limits) -> Self {
        Self {
            unit,
            limits,
            layers: Vec::new(),
            n_columns: 3,
            others: Vec::new(),
            text: String::new(),
            n_units: 0,
            spare: 0,
            pending: None,
            tokens: Vec::new(),
            sentences: Vec::new(),
            found: Vec::new(),
            numbered: BTreeMap::new(),
        }
    }

    fn line(&mut self, line: &str, number: u64) -> Result<(), ReadProblem> {
        if number == 1 && !line.starts_with(FIRST_LINE) {
            return Err(shape("the first line is not `#FORMAT=WebAnno TSV 3.3`"));
        }
        if let Some(text) = line.strip_prefix("#Text=") {
            let text = unescaped_text(text);
            match &mut self.pending {
                Some(pending) => pending.extend(["\n", &text]),
                None => self.pending = Some(text),
            }
            return Ok(());
        }
        for kind in ["#T_SP=", "#T_CH=", "#T_RL="] {
            if let Some(layer) = line.strip_prefix(kind) {
                self.layer(layer, kind == "#T_SP=");
            }
        }
        if line.is_empty() || line.starts_with('#') { Ok(()) } else { self.row(line, number) }
    }

    /// A layer's line: its type, then a column a feature; without features one column.
    fn layer(&mut self, line: &str, has_spans: bool) {
        let mut parts = line.split('|');
        let kind = parts.next().unwrap_or_default();
        let features: Vec<&str> = parts.collect();
        let first = self.n_columns;
        self.n_columns += features.len().max(1);
        let column = |name: &str| features.iter().position(|f| *f == name).map(|idx| first + idx);
        let is_own = ["webanno.custom.", "custom."].iter().any(|start| kind.starts_with(start));
        if has_spans && (kind.ends_with(".NamedEntity") || is_own) {
            let label = column("value").or_else(|| column("label")).unwrap_or(first);
            self.layers.push(Layer { label, link: column("identifier") });
        } else {
            self.others.push(kind.to_owned());
        }
    }

    fn row(&mut self, line: &str, number: u64) -> Result<(), ReadProblem> {
        let cells: Vec<&str> = line.split('\t').collect();
        let units = cells.get(1).and_then(|cell| units_of(cell));
        let units = units.ok_or_else(|| shape("a row has no offsets in its second column"))?;
        if let Some(text) = self.pending.take() {
            self.sentence(&text, units.start)?;
        }
        if !cells[0].contains('.') {
            self.tokens.push(units.clone());
        }
        // Columns of layers ascend.
        let n_layers = self.layers.partition_point(|layer| layer.label < cells.len());
        for idx in 0..n_layers {
            let cell = |column: usize| cells.get(column).copied().unwrap_or("_");
            let links = self.layers[idx].link.map_or(Vec::new(), |column| values(cell(column)));
            for (place, (label, n)) in values(cell(self.layers[idx].label)).into_iter().enumerate()
            {
                let link = links.get(place).and_then(|(link, _)| link.clone());
                self.value((idx, n), label.unwrap_or_default(), link, (&units, number));
            }
        }
        Ok(())
    }

    /// A value in a row: a new entity, or more of one.
    fn value(
        &mut self,
        key: (usize, Option<u64>),
        label: String,
        link: Option<String>,
        (units, line): (&Range<u64>, u64),
    ) {
        let new = self.found.len();
        let at = match key.1 {
            None => new,
            Some(number) => *self.numbered.entry((key.0, number)).or_insert(new),
        };
        if at == new {
            self.found.push(Found { units: units.clone(), label, link, line });
        } else {
            let known = &mut self.found[at].units;
            *known = known.start.min(units.start)..known.end.max(units.end);
        }
    }

    /// Adds a sentence's text, where the offset of its first row says that it begins.
    fn sentence(&mut self, text: &str, start: u64) -> Result<(), ReadProblem> {
        let gap = start.checked_sub(self.n_units).ok_or_else(|| {
            shape("a sentence begins before the one before it ends; check the offset unit")
        })?;
        let limit = self.limits.max_document_bytes;
        if gap.saturating_add((self.text.len() + text.len()) as u64) > limit as u64 {
            return Err(ReadProblem::TooMuch { what: "bytes of text", limit });
        }
        self.spare = self.spare.checked_sub(gap).ok_or_else(|| {
            shape("more lies between the sentences than the file is long; its offsets are wrong")
        })?;
        for idx in 0..gap {
            self.text.push(if idx == 0 && self.n_units > 0 { '\n' } else { ' ' });
        }
        self.text.push_str(text);
        self.n_units = start + u64::from(OffsetMap::new(text, self.unit).n_units());
        self.sentences.push(start..self.n_units);
        Ok(())
    }
}

fn shape(words: &str) -> ReadProblem {
    ReadProblem::Shape(words.to_owned())
}

fn units_of(cell: &str) -> Option<Range<u64>> {
    let (start, end) = cell.split_once('-')?;
    let (start, end) = (start.parse().ok()?, end.parse().ok()?);
    (start <= end).then_some(start..end)
}

/// The values of a cell with their numbers; a value that is not said is `None`. No values for `_`.
fn values(cell: &str) -> Vec<(Option<String>, Option<u64>)> {
    if cell == "_" || cell.is_empty() {
        return Vec::new();
    }
    let mut values = vec![String::new()];
    let mut numbers = vec![None];
    let mut is_bare = vec![true];
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        let idx = values.len() - 1;
        match c {
            '\\' => {
                let escaped = chars.next().unwrap_or('\\');
                is_bare[idx] = false;
                values[idx].push(match escaped {
                    't' => '\t',
                    'n' => '\n',
                    other => other,
                });
            }
            '|' => {
                values.push(String::new());
                numbers.push(None);
                is_bare.push(true);
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                numbers[idx] = inside.parse().ok();
            }
            _ => values[idx].push(c),
        }
    }
    let said = |(value, is_bare): (String, bool)| (!(is_bare && value == "*")).then_some(value);
    values.into_iter().zip(is_bare).map(said).zip(numbers).collect()
}

/// A line of text without Java's escapes.
fn unescaped_text(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(c) = rest.chars().next() else { break };
        let code = rest.get(1..5).filter(|_| c == 'u');
        let code = code.and_then(|hex| char::from_u32(u32::from_str_radix(hex, 16).ok()?));
        if let Some(coded) = code {
            out.push(coded);
            rest = &rest[5..];
            continue;
        }
        let known = TEXT_ESCAPES.iter().find(|(letter, _)| *letter == c);
        out.push(known.map_or(c, |(_, meant)| *meant));
        rest = &rest[c.len_utf8()..];
    }
    out + rest
}

const TEXT_ESCAPES: [(char, char); 5] =
    [('t', '\t'), ('n', '\n'), ('r', '\r'), ('f', '\u{C}'), ('b', '\u{8}')];
