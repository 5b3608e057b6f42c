use serde::Serialize;

/// What is known of an entity beyond its span and label: which entry it means, what its number is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EntityDetails<'a> {
    /// The gazetteer entry; `None` for labels that are not linked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkDetails<'a>>,
    /// What a number or a date says; `None` for other labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<ValueDetails<'a>>,
}

/// What a number or a date says.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
        #[serde(skip_serializing_if = "Option::is_none")]
        unit: Option<&'a str>,
    },
    /// Days of the Gregorian calendar.
    Date {
        /// First day, ISO 8601.
        from: String,
        /// Last day, ISO 8601.
        to: String,
        /// Clock time, `hh:mm`.
        #[serde(skip_serializing_if = "Option::is_none")]
        time: Option<String>,
    },
}

/// Which gazetteer entry an entity means. Without an id it is NIL: not in the gazetteer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LinkDetails<'a> {
    /// The stable id.
    pub id: Option<&'a str>,
    /// The canonical name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// What it is: `city`, `brigade` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'a str>,
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
    pub country: Option<&'a str>,
    /// The administrative units it lies in, the largest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub admin: Vec<&'a str>,
    /// Of a faction: the side it fights on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<&'a str>,
    /// Other entries it may mean, the likeliest first.
    pub alternatives: Vec<LinkAlternative<'a>>,
}

/// An entry that an entity may mean as well.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkAlternative<'a> {
    /// The stable id.
    pub id: &'a str,
    /// The canonical name.
    pub name: &'a str,
    /// Its probability.
    pub score: f32,
}
