//! What documents of the corpus crate say beside texts and spans, as a project keeps it, and back.

use std::collections::BTreeMap;

use serde_json::Value;
use tawsim_corpus::{EntityDetails, EntitySource, LinkDetails, Metadata, ValueDetails};

use crate::{Annotation, Link, Source};

/// [`Link::gazetteer`] of a link that came with a file, which does not say it.
const IMPORTED: &str = "import";
/// [`Link::gazetteer`] of a decision, and the decision that there is no entry.
const DECISION: &str = "none";
const NIL: &str = "nil";

/// The entries by name; what is no text as JSON.
pub(crate) fn metadata_in(metadata: &Metadata) -> BTreeMap<String, String> {
    let Metadata { source, date, outlet, language, other } = metadata;
    let named = [("source", source), ("date", date), ("outlet", outlet), ("language", language)];
    let named = named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?)));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    named.chain(other.iter().map(|(key, value)| (key.clone(), text(value)))).collect()
}

pub(crate) fn metadata_out(metadata: &BTreeMap<String, String>) -> Metadata {
    let mut rest = metadata.clone();
    let mut take = |key: &str| rest.remove(key);
    Metadata {
        source: take("source"),
        date: take("date"),
        outlet: take("outlet"),
        language: take("language"),
        other: rest.into_iter().map(|(key, value)| (key, value.into())).collect(),
    }
}

/// What a span keeps of the details of an entity.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Kept {
    pub(crate) link: Option<Link>,
    pub(crate) value: Option<String>,
    pub(crate) reviewer: Option<String>,
    pub(crate) source: Option<Source>,
    /// Whether that is all.
    pub(crate) is_all: bool,
}

pub(crate) fn details_in(details: &EntityDetails<'_>) -> Kept {
    let link = details.link.as_ref().map(|link| match &link.id {
        Some(id) => Link { entry: id.to_string(), gazetteer: IMPORTED.to_owned() },
        None => Link { entry: NIL.to_owned(), gazetteer: DECISION.to_owned() },
    });
    let (source, person) = match &details.source {
        Some(EntitySource::Model(version)) => (Some(Source::Model(version.clone())), None),
        Some(EntitySource::Human(name)) => {
            (Some(Source::Person), Some(name.clone()).filter(|name| !name.is_empty()))
        }
        None => (None, None),
    };
    let reviewer = details.reviewer.clone().or(person);
    let value = details.value.as_ref().map(value_in);
    let kept = Kept { link, value, reviewer, source, is_all: false };
    let again = details_out(&kept);
    Kept { is_all: again == *details, ..kept }
}

/// A plain number as such, anything else as JSON.
fn value_in(value: &ValueDetails<'_>) -> String {
    let json = || serde_json::to_string(value).expect("texts and numbers are JSON");
    match value {
        ValueDetails::Number { min, .. } if *value == plain(*min) => min.to_string(),
        _ => json(),
    }
}

const fn plain(number: f64) -> ValueDetails<'static> {
    ValueDetails::Number {
        min: number,
        max: Some(number),
        approximate: false,
        percent: false,
        ordinal: false,
        unit: None,
    }
}

fn details_out(kept: &Kept) -> EntityDetails<'static> {
    let Kept { link, value, reviewer, source, .. } = kept;
    let mut details = EntityDetails {
        link: link.as_ref().map(|link| LinkDetails {
            id: (link.gazetteer != DECISION).then(|| link.entry.clone().into()),
            ..LinkDetails::default()
        }),
        value: value.as_deref().and_then(value_out),
        source: source.as_ref().and_then(|source| match source {
            Source::Model(version) => Some(EntitySource::Model(version.clone())),
            Source::Person => Some(EntitySource::Human(reviewer.clone().unwrap_or_default())),
            Source::Import => None,
        }),
        ..EntityDetails::default()
    };
    if !matches!(details.source, Some(EntitySource::Human(_))) {
        details.reviewer.clone_from(reviewer);
    }
    // A value that somebody typed and that is no number stays what it is.
    if let (Some(value), None) = (value, &details.value) {
        details.attributes.insert("value".to_owned(), value.as_str().into());
    }
    details
}

fn value_out(value: &str) -> Option<ValueDetails<'static>> {
    let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
    number.map(plain).or_else(|| {
        let value: Value = serde_json::from_str(value).ok()?;
        serde_json::from_value(value).ok()
    })
}

/// What is known of an entity of a layer.
pub(crate) fn details_of(annotation: &Annotation) -> EntityDetails<'static> {
    details_out(&Kept {
        link: annotation.link.clone(),
        value: annotation.value.clone(),
        reviewer: annotation.reviewer.clone(),
        source: Some(annotation.source.clone()),
        is_all: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(details: &EntityDetails<'static>, is_all: bool) {
        let kept = details_in(details);
        assert_eq!(kept.is_all, is_all, "{details:?} {kept:?}");
    }

    #[test]
    fn what_comes_back() {
        let none = EntityDetails::default;
        let link = |id: Option<&'static str>| {
            Some(LinkDetails { id: id.map(Into::into), ..LinkDetails::default() })
        };
        check(&none(), true);
        check(&EntityDetails { link: link(Some("place:1")), ..none() }, true);
        check(&EntityDetails { link: link(None), ..none() }, true);
        check(&EntityDetails { value: Some(plain(12.5)), ..none() }, true);
        let open = ValueDetails::Number {
            min: 1e3,
            max: None,
            approximate: true,
            percent: false,
            ordinal: false,
            unit: Some("جريح".into()),
        };
        check(&EntityDetails { value: Some(open), ..none() }, true);
        let model = Some(EntitySource::Model("crf 3".to_owned()));
        let reviewer = Some("samar".to_owned());
        check(&EntityDetails { source: model, reviewer, ..none() }, true);
        let person = Some(EntitySource::Human("omar".to_owned()));
        check(&EntityDetails { source: person, ..none() }, true);
        check(&EntityDetails { id: Some("T1".into()), ..none() }, false);
        let score = Some(LinkDetails { score: 0.5, ..link(Some("x")).expect("it is one") });
        check(&EntityDetails { link: score, ..none() }, false);
    }

    #[test]
    fn metadata_by_name() {
        let mut metadata = Metadata { date: Some("2018".to_owned()), ..Metadata::default() };
        metadata.other.insert("page".to_owned(), "3".into());
        assert_eq!(metadata_out(&metadata_in(&metadata)), metadata);
        metadata.other.insert("list".to_owned(), serde_json::json!([1]));
        assert_eq!(metadata_in(&metadata)["list"], "[1]");
    }
}
