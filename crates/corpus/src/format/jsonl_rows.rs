//! How documents stand in JSON Lines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};

use super::ReadProblem;
use super::align::unit_name;
use crate::{
    DetailsMap, Document, Entity, EntityDetails, EntitySource, GivenSentence, GivenToken,
    GivenTokens, LabelSet, LinkDetails, Metadata, ValueDetails,
};

/// A document as it is read.
#[derive(Deserialize)]
pub(super) struct Row {
    #[serde(default)]
    pub id: Id,
    pub text: String,
    pub sha256: Option<String>,
    #[serde(default)]
    pub metadata: Metadata,
    pub offset_unit: Option<String>,
    #[serde(default)]
    pub entities: Vec<EntityRow>,
    #[serde(default)]
    pub layers: Vec<LayerRow>,
    #[serde(default)]
    pub tokens: TokensRow,
}

/// Other programs write numbers as ids.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Id {
    Text(String),
    Number(i64),
}

impl Default for Id {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Id {
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct LayerRow {
    pub annotator: String,
    #[serde(default)]
    pub entities: Vec<EntityRow>,
}

/// An entity as it is read. A line may hold a million of them, most with nothing more to say.
#[derive(Deserialize)]
#[serde(from = "WideEntityRow")]
pub(super) struct EntityRow {
    pub start: u64,
    pub end: u64,
    pub label: Box<str>,
    pub surface: Option<Box<str>>,
    pub score: Option<f32>,
    rest: Option<Box<DetailsRow>>,
}

/// What an entity says beyond span, label and score.
struct DetailsRow {
    fragments: Vec<(u64, u64)>,
    details: EntityDetails<'static>,
}

#[derive(Deserialize)]
struct WideEntityRow {
    start: u64,
    end: u64,
    label: Box<str>,
    surface: Option<Box<str>>,
    score: Option<f32>,
    #[serde(default)]
    fragments: Vec<(u64, u64)>,
    id: Option<Id>,
    link: Option<LinkDetails<'static>>,
    value: Option<ValueDetails<'static>>,
    source: Option<EntitySource>,
    reviewer: Option<String>,
    time: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, serde_json::Value>,
}

impl From<WideEntityRow> for EntityRow {
    fn from(row: WideEntityRow) -> Self {
        let WideEntityRow { start, end, label, surface, score, fragments, .. } = row;
        let details = EntityDetails {
            fragments: Vec::new(),
            id: row.id.map(|id| id.into_text().into()),
            link: row.link,
            value: row.value,
            source: row.source,
            reviewer: row.reviewer,
            time: row.time,
            attributes: row.attributes,
        };
        let says_nothing = fragments.is_empty() && details == EntityDetails::default();
        let rest = (!says_nothing).then(|| Box::new(DetailsRow { fragments, details }));
        Self { start, end, label, surface, score, rest }
    }
}

impl EntityRow {
    /// What it says beyond span, label and score.
    pub(super) fn into_details(
        self,
        map: &OffsetMap<'_>,
    ) -> Result<EntityDetails<'static>, ReadProblem> {
        let Some(rest) = self.rest else { return Ok(EntityDetails::default()) };
        let DetailsRow { fragments, mut details } = *rest;
        let fragments = fragments.iter().map(|&(start, end)| span_of(map, start, end));
        details.fragments = fragments.collect::<Result<_, _>>()?;
        Ok(details)
    }
}

fn span_of(map: &OffsetMap<'_>, start: u64, end: u64) -> Result<Span, ReadProblem> {
    let narrow = |offset: u64| u32::try_from(offset).unwrap_or(u32::MAX);
    map.span_from_units(narrow(start)..narrow(end)).ok_or_else(|| ReadProblem::OutOfText {
        start,
        end,
        length: u64::from(map.n_units()),
        unit: unit_name(map.unit()),
    })
}

#[derive(Default, Deserialize, Serialize)]
pub(super) struct TokensRow {
    rows: Vec<TokenRow>,
    #[serde(default)]
    sentences: Vec<SentenceRow>,
}

#[derive(Deserialize, Serialize)]
struct TokenRow {
    start: u64,
    end: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    n_words: u32,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, String>,
}

#[derive(Deserialize, Serialize)]
struct SentenceRow {
    rows: (usize, usize),
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl TokensRow {
    pub(super) fn into_tokens(self, map: &OffsetMap<'_>) -> Result<GivenTokens, ReadProblem> {
        let n_rows = self.rows.len();
        let row = |TokenRow { start, end, n_words, fields }: TokenRow| {
            Ok(GivenToken { span: span_of(map, start, end)?, n_words, fields })
        };
        let sentence = |SentenceRow { rows: (first, end), fields }: SentenceRow| {
            let is_good = first <= end && end <= n_rows;
            let shape =
                || ReadProblem::Shape(format!("sentence {first}..{end} is beyond the rows"));
            is_good.then_some(GivenSentence { rows: first..end, fields }).ok_or_else(shape)
        };
        Ok(GivenTokens {
            rows: self.rows.into_iter().map(row).collect::<Result<_, ReadProblem>>()?,
            sentences: self.sentences.into_iter().map(sentence).collect::<Result<_, _>>()?,
        })
    }

    fn of(tokens: &GivenTokens, offsets: &Offsets<'_>) -> Option<Self> {
        let row = |token: &GivenToken| TokenRow {
            start: offsets.of(token.span).0.into(),
            end: offsets.of(token.span).1.into(),
            n_words: token.n_words,
            fields: token.fields.clone(),
        };
        let sentence = |sentence: &GivenSentence| SentenceRow {
            rows: (sentence.rows.start, sentence.rows.end),
            fields: sentence.fields.clone(),
        };
        (!tokens.is_empty()).then(|| Self {
            rows: tokens.rows.iter().map(row).collect(),
            sentences: tokens.sentences.iter().map(sentence).collect(),
        })
    }
}

/// Offsets as they are written.
struct Offsets<'a>(Option<OffsetMap<'a>>);

impl<'a> Offsets<'a> {
    fn new(text: &'a str, unit: OffsetUnit) -> Self {
        Self((unit != OffsetUnit::Byte).then(|| OffsetMap::new(text, unit)))
    }

    /// Start and end of a span whose edges the unit can say; see [`cut_edge`].
    fn of(&self, span: Span) -> (u32, u32) {
        let at = |byte| match &self.0 {
            Some(map) => map.unit_from_byte(byte).unwrap_or(u32::MAX),
            None => byte,
        };
        (at(span.start()), at(span.end()))
    }
}

/// An entity or token with an edge that the unit cannot say: inside a grapheme cluster.
pub(super) fn cut_edge(document: &Document, unit: OffsetUnit) -> Option<Span> {
    let map = OffsetMap::new(&document.text, unit);
    let layers = document.layers.iter().map(|layer| (&layer.entities, &layer.details));
    let lists = std::iter::once((&document.entities, &document.details)).chain(layers);
    let of_entities = lists.flat_map(|(entities, details)| {
        let parts = details.values().flat_map(|details| details.fragments.iter().copied());
        entities.iter().map(|entity| entity.span).chain(parts)
    });
    let mut spans = of_entities.chain(document.tokens.rows.iter().map(|row| row.span));
    spans.find(|span| map.units_from_span(*span).is_none())
}

/// A document as it is written.
#[derive(Serialize)]
pub(super) struct RowRef<'a> {
    id: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    metadata: &'a Metadata,
    offset_unit: &'static str,
    entities: Vec<EntityRef<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    layers: Vec<LayerRef<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<TokensRow>,
}

#[derive(Serialize)]
struct LayerRef<'a> {
    annotator: &'a str,
    entities: Vec<EntityRef<'a>>,
}

#[derive(Serialize)]
struct EntityRef<'a> {
    start: u32,
    end: u32,
    label: &'a str,
    surface: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fragments: Vec<(u32, u32)>,
    #[serde(flatten)]
    details: Option<&'a EntityDetails<'a>>,
}

/// Where the details of entities are looked up.
#[derive(Clone, Copy)]
enum DetailsOf<'a> {
    Key(&'a DetailsMap),
    Place(&'a [EntityDetails<'a>]),
}

impl<'a> RowRef<'a> {
    pub(super) fn new(
        document: &'a Document,
        labels: &'a LabelSet,
        details: Option<&'a [EntityDetails<'a>]>,
        unit: OffsetUnit,
    ) -> Self {
        let details = details.map_or(DetailsOf::Key(&document.details), DetailsOf::Place);
        let offsets = Offsets::new(&document.text, unit);
        let rows = |entities, details| entity_rows((document, &offsets), labels, entities, details);
        let layers = document.layers.iter().map(|layer| LayerRef {
            annotator: &layer.annotator,
            entities: rows(&layer.entities, DetailsOf::Key(&layer.details)),
        });
        Self {
            id: &document.id,
            text: &document.text,
            sha256: None,
            metadata: &document.metadata,
            offset_unit: unit_name(unit),
            entities: rows(&document.entities, details),
            layers: layers.collect(),
            tokens: TokensRow::of(&document.tokens, &offsets),
        }
    }
}

fn entity_rows<'a>(
    (document, offsets): (&'a Document, &Offsets<'_>),
    labels: &'a LabelSet,
    entities: &'a [Entity],
    details: DetailsOf<'a>,
) -> Vec<EntityRef<'a>> {
    let row = |(idx, entity): (usize, &'a Entity)| {
        let details = match details {
            DetailsOf::Key(map) => map.get(&entity.key()),
            DetailsOf::Place(list) => list.get(idx),
        };
        let fragments = details.map_or(&[][..], |details| &details.fragments);
        let (start, end) = offsets.of(entity.span);
        EntityRef {
            start,
            end,
            label: labels.name(entity.label),
            surface: document.surface(entity),
            score: entity.score,
            fragments: fragments.iter().map(|span| offsets.of(*span)).collect(),
            details,
        }
    };
    entities.iter().enumerate().map(row).collect()
}
