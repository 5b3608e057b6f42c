//! What numbers and dates say: values of NUMBER entities, intervals of DATE entities.

use tawsim_corpus::{Document, Entity, LabelSet};
use tawsim_tokenizer::{
    Calendar, DateMention, DateValue, NumberMention, NumberValue, Span, Tokenized, find_dates,
    find_numbers,
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
/// assert_eq!((number.lo, unit), (18.0, Some("عنصراً")));
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
        NUMBER_LABEL => number(text, &numbers, entity.span).map(EntityValue::Number),
        DATE_LABEL => interval(&dates, entity.span, today).map(EntityValue::Date),
        _ => None,
    };
    entities.iter().map(value).collect()
}

/// The value of the numbers in a span: of several (`12 و16 ألف`) the least and the most.
fn number(text: &str, mentions: &[NumberMention], span: Span) -> Option<NumberValue> {
    let inside = within(mentions, span, |mention| mention.span);
    let values = inside.map(|mention| mention.value);
    let found = values.reduce(|a, b| NumberValue {
        lo: a.lo.min(b.lo),
        hi: a.hi.max(b.hi),
        exact: false,
        approximate: a.approximate || b.approximate,
        ordinal: a.ordinal && b.ordinal,
        percent: a.percent || b.percent,
        unit: b.unit.or(a.unit),
    });
    found.or_else(|| {
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
    if value.calendar != Calendar::Gregorian {
        return None;
    }
    let days = match (value.year, value.month, value.day) {
        (Some(year), Some(month), Some(day)) => {
            let day = valid_day(year.into(), month.into(), day.into())?;
            (day, day)
        }
        (Some(year), Some(month), None) => month_days(year.into(), month.into()),
        (Some(year), None, _) => (day_number(year.into(), 1, 1), day_number(year.into(), 12, 31)),
        (None, Some(month), day) => nearest(month.into(), day.map(i64::from), today?)?,
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
fn nearest(month: i64, day: Option<i64>, today: i64) -> Option<(i64, i64)> {
    let year = civil(today).0;
    let candidates = (year - 1..=year + 1).filter_map(|year| match day {
        Some(day) => valid_day(year, month, day).map(|day| (day, day)),
        None => Some(month_days(year, month)),
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

fn month_days(year: i64, month: i64) -> (i64, i64) {
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    (day_number(year, month, 1), day_number(next.0, next.1, 1) - 1)
}

fn full_day(value: &DateValue) -> Option<i64> {
    let is_gregorian = value.calendar == Calendar::Gregorian;
    let (year, month, day) = (value.year?, value.month?, value.day?);
    valid_day(year.into(), month.into(), day.into()).filter(|_| is_gregorian)
}

/// `yyyymmdd` as a day, if it is one.
fn day_from_number(number: u32) -> Option<i64> {
    let number = i64::from(number);
    valid_day(number / 10_000, number / 100 % 100, number % 100)
}

fn number_from_day(day: i64) -> u32 {
    let (year, month, day) = civil(day);
    (year * 10_000 + month * 100 + day).clamp(0, i64::from(u32::MAX)) as u32
}

/// The day, if the calendar has it.
fn valid_day(year: i64, month: i64, day: i64) -> Option<i64> {
    let number = day_number(year, month, day);
    (civil(number) == (year, month, day)).then_some(number)
}

/// Days since 1970-01-01 (H. Hinnant, chrono-compatible low-level date algorithms, `days_from_civil`).
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day (`civil_from_days`, as above).
fn civil(day_number: i64) -> (i64, i64, i64) {
    let shifted = day_number + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted - era * 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts days one by one, with the rule of leap years.
    #[test]
    fn days_agree_with_a_walk_through_the_calendar() {
        let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let mut number = day_number(1899, 12, 31);
        for year in 1900..=2110 {
            for month in 1..=12 {
                let n_days = match month {
                    2 => 28 + i64::from(is_leap(year)),
                    4 | 6 | 9 | 11 => 30,
                    _ => 31,
                };
                for day in 1..=n_days {
                    number += 1;
                    assert_eq!(day_number(year, month, day), number);
                    assert_eq!(civil(number), (year, month, day));
                }
                assert_eq!(valid_day(year, month, n_days + 1), None);
            }
        }
        assert_eq!(day_number(1970, 1, 1), 0);
    }

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
        let hijri = DateValue { calendar: Calendar::Hijri, ..date(1440, 1, 1) };
        check(hijri, 20_180_315, None);
    }
}
