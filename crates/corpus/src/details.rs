use serde::Serialize;

/// What is known of an entity beyond its span and label: which entry it means, what its number is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EntityDetails<'a> {
    /// The gazetteer entry; `None` for labels that are not linked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkDetails<'a>>,
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
