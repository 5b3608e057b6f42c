//! Links and values as the output formats show them.

use std::borrow::Cow;

use tawsim_corpus::{EntityDetails, LinkAlternative, LinkDetails, ValueDetails};
use tawsim_tagger::{EntityValue, Link, Linked};
use tawsim_tokenizer::Calendar;

/// The details of an entity of `text`.
pub(crate) fn entity_details<'a>(
    text: &'a str,
    linked: Option<&Linked<'a>>,
    value: Option<EntityValue>,
) -> EntityDetails<'a> {
    EntityDetails {
        link: linked.map(link_details),
        value: value.map(|value| value_details(text, value)),
        ..EntityDetails::default()
    }
}

fn link_details<'a>(linked: &Linked<'a>) -> LinkDetails<'a> {
    let alternatives = linked.alternatives.iter().map(alternative).collect();
    let Some(link) = &linked.link else {
        let score = rounded(linked.nil_score);
        return LinkDetails { score, alternatives, ..LinkDetails::default() };
    };
    let entry = link.entry;
    let (lat, lon) = entry.coordinates().unzip();
    let known = |text: &'a str| (!text.is_empty()).then_some(Cow::Borrowed(text));
    LinkDetails {
        id: Some(entry.id().into()),
        name: Some(entry.name().into()),
        kind: known(entry.kind()),
        score: rounded(link.score),
        lat,
        lon,
        country: known(entry.country()),
        admin: entry.admin_path().map(Cow::Borrowed).collect(),
        side: known(entry.side()),
        alternatives,
    }
}

fn alternative<'a>(link: &Link<'a>) -> LinkAlternative<'a> {
    let (id, name) = (link.entry.id().into(), link.entry.name().into());
    LinkAlternative { id, name, score: rounded(link.score) }
}

/// Four digits: more would say nothing.
pub(crate) fn rounded(score: f32) -> f32 {
    (score * 10_000.0).round() / 10_000.0
}

fn value_details(text: &str, value: EntityValue) -> ValueDetails<'_> {
    match value {
        EntityValue::Number(number) => ValueDetails::Number {
            min: number.min,
            max: number.max.is_finite().then_some(number.max),
            approximate: number.approximate,
            percent: number.percent,
            ordinal: number.ordinal,
            unit: number.unit.and_then(|unit| unit.get(text)).map(Cow::Borrowed),
        },
        EntityValue::Date(interval) => ValueDetails::Date {
            from: iso(interval.from),
            to: iso(interval.to),
            time: interval.time.map(|(hour, minute)| format!("{hour:02}:{minute:02}")),
        },
    }
}

/// `20180917` as `2018-09-17`.
fn iso(date: u32) -> String {
    format!("{:04}-{:02}-{:02}", date / 10_000, date / 100 % 100, date % 100)
}

/// `2018-09-17` as `20180917`, for the command line.
pub(crate) fn parse_date(text: &str) -> Result<u32, String> {
    let digits: String = text.split('-').collect();
    let is_date = text.len() == 10 && text.split('-').map(str::len).eq([4, 2, 2]);
    let number = digits.parse().ok().filter(|number| is_date && is_day(*number));
    number.ok_or_else(|| "write a day as 2018-09-17".to_owned())
}

/// Whether `20180917` is a day of the Gregorian calendar.
fn is_day(date: u32) -> bool {
    let date = i64::from(date);
    Calendar::Gregorian.day_number(date / 10_000, date / 100 % 100, date % 100).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_are_dates() {
        for good in ["2018-09-17", "2020-02-29", "2000-02-29", "1999-12-31"] {
            assert!(parse_date(good).is_ok(), "{good}");
        }
        for bad in
            ["2018-17-09", "2019-02-29", "1900-02-29", "2018-04-31", "2018-9-17", "2018-00-10"]
        {
            assert!(parse_date(bad).is_err(), "{bad}");
        }
    }
}
