//! What numbers and dates say: values of NUMBER entities, intervals of DATE entities.

use tawsim_corpus::{Document, Entity, LabelSet};
use tawsim_tokenizer::{
    Calendar, DateMention, DateValue, NumberMention, NumberValue, Span, Tokenized, find_dates,
    find_numbers, gregorian_date, number_at,
};

/// What an entity says beyond its label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EntityValue {
    /// The value of a NUMBER; its unit is the counted noun.
    Number(NumberValue),
    /// The days of a DATE.
    Date(DateInterval),
}

/// Days from and until, both included, in the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateInterval {
    /// First day, as `yyyymmdd`.
    pub from: u32,
    /// Last day, as `yyyymmdd`.
    pub to: u32,
    /// Hour and minute, if a clock time was named.
    pub time: Option<(u8, u8)>,
}

/// Labels whose entities have values.
const NUMBER_LABEL: &str = "NUMBER";
const DATE_LABEL: &str = "DATE";

/// The values of a document's entities, in their order; `None` for other labels and for what has no value.
///
/// `date` is the day the document was written, as `yyyymmdd`; without it the first full date in the text
/// stands for it. A weekday is the last one up to it, a day or month without a year the nearest one, a clock
/// time is on it. Hijri dates have no interval. `tokenized` is the text's own.
///
/// ```
/// use tawsim_corpus::{Document, Entity, LabelSet};
/// use tawsim_tagger::{EntityValue, entity_values};
/// use tawsim_tokenizer::{Span, Tokenized, Tokenizer};
/// let mut document = Document::new("1", "مقتل 18 عنصراً");
/// let labels = LabelSet::from_names(["NUMBER"])?;
/// document.entities = vec![Entity::new(Span::new(9, 11), labels.at(0).expect("one label"))];
/// let mut tokenized = Tokenized::default();
/// Tokenizer::new().tokenize(&document.text, &mut tokenized);
/// let values = entity_values(&document, &tokenized, &labels, None);
/// let Some(EntityValue::Number(number)) = values[0] else { panic!("18 is a number") };
/// let unit = number.unit.map(|unit| unit.slice(&document.text));
/// assert_eq!((number.min, unit), (18.0, Some("عنصراً")));
/// # Ok::<(), tawsim_corpus::LabelError>(())
/// ```
#[must_use]
pub fn entity_values(
    document: &Document,
    tokenized: &Tokenized,
    labels: &LabelSet,
    date: Option<u32>,
) -> Vec<Option<EntityValue>> {
    let (text, entities) = (document.text.as_str(), document.entities.as_slice());
    let (mut numbers, mut dates) = (Vec::new(), Vec::new());
    let has = |name: &str| entities.iter().any(|entity| labels.name(entity.label) == name);
    if has(NUMBER_LABEL) {
        find_numbers(text, tokenized, &mut numbers);
    }
    if has(DATE_LABEL) {
        find_dates(text, tokenized, &mut dates);
    }
    let first_full = || dates.iter().find_map(|mention| full_day(&mention.value));
    let today = date.and_then(day_from_number).or_else(first_full);
    let value = |entity: &Entity| match labels.name(entity.label) {
        NUMBER_LABEL => number((text, tokenized), &numbers, entity.span).map(EntityValue::Number),
        DATE_LABEL => interval(&dates, entity.span, today).map(EntityValue::Date),
        _ => None,
    };
    entities.iter().map(value).collect()
}

/// The value of the numbers in a span: of several (`12 و16 ألف`) the least and the most.
fn number(
    (text, tokenized): (&str, &Tokenized),
    mentions: &[NumberMention],
    span: Span,
) -> Option<NumberValue> {
    let inside = within(mentions, span, |mention| mention.span);
    let values = inside.map(|mention| mention.value);
    let found = values.reduce(|a, b| NumberValue {
        min: a.min.min(b.min),
        max: a.max.max(b.max),
        exact: false,
        approximate: a.approximate || b.approximate,
        ordinal: a.ordinal && b.ordinal,
        percent: a.percent || b.percent,
        unit: b.unit.or(a.unit),
    });
    found.or_else(|| number_at(text, tokenized, span)).or_else(|| {
        NumberValue::parse(span.slice(text)).map(|value| NumberValue { unit: None, ..value })
    })
}

/// The mentions that share a byte with a span; mentions are sorted and disjoint.
fn within<T>(mentions: &[T], span: Span, span_of: impl Fn(&T) -> Span) -> impl Iterator<Item = &T> {
    let start = mentions.partition_point(|mention| span_of(mention).end() <= span.start());
    mentions[start..].iter().take_while(move |mention| span_of(mention).start() < span.end())
}

/// The days of the dates in a span: from the first one's first to the last one's last.
fn interval(mentions: &[DateMention], span: Span, today: Option<i64>) -> Option<DateInterval> {
    let inside = within(mentions, span, |mention| mention.span);
    let intervals = inside.filter_map(|mention| resolve(&mention.value, today));
    intervals.reduce(|a, b| DateInterval {
        from: a.from.min(b.from),
        to: a.to.max(b.to),
        time: a.time.or(b.time),
    })
}

fn resolve(value: &DateValue, today: Option<i64>) -> Option<DateInterval> {
    let calendar = value.calendar;
    let days = match (value.year.map(i64::from), value.month.map(i64::from), value.day) {
        (Some(year), Some(month), Some(day)) => {
            let day = calendar.day_number(year, month, day.into())?;
            (day, day)
        }
        (Some(year), Some(month), None) => calendar.month_days(year, month),
        (Some(year), None, _) => (calendar.month_days(year, 1).0, calendar.month_days(year, 12).1),
        (None, Some(month), day) => nearest(calendar, (month, day.map(i64::from)), today?)?,
        (None, None, None) => {
            let day = match value.weekday {
                Some(weekday) => last_weekday(weekday.into(), today?),
                None => today.filter(|_| value.hour.is_some())?,
            };
            (day, day)
        }
        (None, None, Some(_)) => return None,
    };
    let time = value.hour.map(|hour| (hour, value.minute.unwrap_or(0)));
    Some(DateInterval { from: number_from_day(days.0), to: number_from_day(days.1), time })
}

/// The day or month without a year that lies nearest to `today`; of two the earlier.
fn nearest(calendar: Calendar, (month, day): (i64, Option<i64>), today: i64) -> Option<(i64, i64)> {
    let year = calendar.year_of(today);
    let candidates = (year - 1..=year + 1).filter_map(|year| match day {
        Some(day) => calendar.day_number(year, month, day).map(|day| (day, day)),
        None => Some(calendar.month_days(year, month)),
    });
    candidates.min_by_key(|(from, to)| {
        if (*from..=*to).contains(&today) {
            0
        } else {
            (from - today).abs().min((to - today).abs())
        }
    })
}

/// The last day with this ISO weekday up to `today`. Day 0, 1970-01-01, was a Thursday (4).
fn last_weekday(weekday: i64, today: i64) -> i64 {
    today - (today + 4 - weekday).rem_euclid(7)
}

fn full_day(value: &DateValue) -> Option<i64> {
    let (year, month, day) = (value.year?, value.month?, value.day?);
    value.calendar.day_number(year.into(), month.into(), day.into())
}

/// `yyyymmdd` of the Gregorian calendar as a day, if it is one.
fn day_from_number(number: u32) -> Option<i64> {
    let number = i64::from(number);
    Calendar::Gregorian.day_number(number / 10_000, number / 100 % 100, number % 100)
}

/// A day as `yyyymmdd` of the Gregorian calendar.
fn number_from_day(day: i64) -> u32 {
    let (year, month, day) = gregorian_date(day);
    (year * 10_000 + month * 100 + day).clamp(0, i64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: DateValue, today: u32, expected: Option<(u32, u32)>) {
        let today = (today > 0).then(|| day_from_number(today).expect("a day"));
        let found = resolve(&value, today).map(|interval| (interval.from, interval.to));
        assert_eq!(found, expected, "{value:?}");
    }

    #[test]
    fn dates_are_resolved() {
        let date = |year: u16, month: u8, day: u8| DateValue {
            year: (year > 0).then_some(year),
            month: (month > 0).then_some(month),
            day: (day > 0).then_some(day),
            ..DateValue::default()
        };
        check(date(2018, 9, 17), 0, Some((20_180_917, 20_180_917)));
        check(date(2018, 2, 30), 0, None);
        check(date(2020, 2, 0), 0, Some((20_200_201, 20_200_229)));
        check(date(2011, 0, 0), 0, Some((20_110_101, 20_111_231)));
        check(date(0, 12, 30), 20_190_104, Some((20_181_230, 20_181_230)));
        check(date(0, 1, 2), 20_181_230, Some((20_190_102, 20_190_102)));
        check(date(0, 3, 0), 20_180_315, Some((20_180_301, 20_180_331)));
        check(date(0, 3, 0), 0, None);
        let weekday = |weekday| DateValue { weekday: Some(weekday), ..DateValue::default() };
        // 15 March 2018 was a Thursday.
        check(weekday(4), 20_180_315, Some((20_180_315, 20_180_315)));
        check(weekday(5), 20_180_315, Some((20_180_309, 20_180_309)));
        check(weekday(5), 0, None);
        let hijri =
            |year, month, day| DateValue { calendar: Calendar::Hijri, ..date(year, month, day) };
        // The months of Ramadan as the rule has them; sighted they began a day later.
        check(hijri(1439, 9, 10), 0, Some((20_180_525, 20_180_525)));
        check(hijri(1439, 9, 0), 0, Some((20_180_516, 20_180_614)));
        check(hijri(1440, 0, 0), 0, Some((20_180_912, 20_190_831)));
        check(hijri(0, 9, 1), 20_180_510, Some((20_180_516, 20_180_516)));
        check(hijri(0, 9, 1), 0, None);
        check(hijri(1440, 2, 30), 0, None);
    }
}
