use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tawsim_tokenizer::Span;

/// What is known of an entity beyond its span, label and score. Every field may be missing.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct EntityDetails<'a> {
    /// What names the entity in its file (`T1` of brat).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Cow<'a, str>>,
    /// The gazetteer entry; `None` for labels that are not linked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkDetails<'a>>,
    /// What a number or a date says; `None` for other labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<ValueDetails<'a>>,
    /// Of a discontiguous entity its parts, ordered and disjoint, as byte spans; the entity's own span
    /// covers them. Empty: the entity is one piece. JSON Lines writes them beside the other offsets.
    #[serde(skip)]
    pub fragments: Vec<Span>,
    /// Who or what found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<EntitySource>,
    /// Who checked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<String>,
    /// When it was annotated or checked, ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Anything else that a format gives, by its name there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Value>,
}

impl EntityDetails<'_> {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == EntityDetails::default()
    }
}

/// Who or what found an entity.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EntitySource {
    /// A person; the name may be empty.
    Human(String),
    /// A model: name and version.
    Model(String),
}

/// What a number or a date says.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum ValueDetails<'a> {
    /// A quantity.
    Number {
        /// The least it can mean.
        min: f64,
        /// The most it can mean; without an upper bound `None`.
        max: Option<f64>,
        /// Whether a word for "about" stands in front.
        approximate: bool,
        /// Whether it is a percentage.
        percent: bool,
        /// Whether it is a place in a row.
        ordinal: bool,
        /// The counted noun or the measure.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<Cow<'a, str>>,
    },
    /// Days of the Gregorian calendar.
    Date {
        /// First day, ISO 8601.
        from: String,
        /// Last day, ISO 8601.
        to: String,
        /// Clock time, `hh:mm`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        time: Option<String>,
    },
}

/// Which gazetteer entry an entity means. Without an id it is NIL: not in the gazetteer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct LinkDetails<'a> {
    /// The stable id.
    pub id: Option<Cow<'a, str>>,
    /// The canonical name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, str>>,
    /// What it is: `city`, `brigade` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Cow<'a, str>>,
    /// The probability of this entry, or of NIL.
    pub score: f32,
    /// Degrees north, WGS 84.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Degrees east, WGS 84.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Cow<'a, str>>,
    /// The administrative units it lies in, the largest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub admin: Vec<Cow<'a, str>>,
    /// Of a faction: the side it fights on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<Cow<'a, str>>,
    /// Other entries it may mean, the likeliest first.
    pub alternatives: Vec<LinkAlternative<'a>>,
}

/// An entry that an entity may mean as well.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct LinkAlternative<'a> {
    /// The stable id.
    pub id: Cow<'a, str>,
    /// The canonical name.
    pub name: Cow<'a, str>,
    /// Its probability.
    pub score: f32,
}
