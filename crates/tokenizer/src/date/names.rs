//! Names of months, weekdays and hours, alef folded.

use std::sync::LazyLock;

use super::Calendar;
use crate::letters::Letters;

/// A month by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Month {
    /// 1 to 12.
    pub(super) number: u8,
    pub(super) calendar: Calendar,
    /// Whether the name is another word too (آب and أب, صفر and zero): it counts only next to a
    /// day, a year or `شهر`.
    pub(super) needs_context: bool,
}

/// January to December: Egypt and the Gulf, the Levant and Iraq, the Maghreb.
const GREGORIAN: [&str; 12] = [
    "يناير كانون_الثاني جانفي",
    "فبراير شباط فيفري",
    "مارس اذار",
    "ابريل نيسان افريل",
    "مايو ايار ماي",
    "يونيو حزيران يونيه جوان",
    "يوليو تموز يوليه جويلية",
    "اغسطس اب اوت",
    "سبتمبر ايلول شتنبر",
    "اكتوبر تشرين_الاول",
    "نوفمبر تشرين_الثاني نونبر",
    "ديسمبر كانون_الاول دجنبر",
];

const HIJRI: [&str; 12] = [
    "محرم المحرم",
    "صفر",
    "ربيع_الاول",
    "ربيع_الثاني ربيع_الاخر",
    "جمادى_الاولى جمادي_الاولى",
    "جمادى_الاخرة جمادى_الثانية جمادي_الثانية",
    "رجب",
    "شعبان",
    "رمضان",
    "شوال",
    "ذو_القعدة ذي_القعدة",
    "ذو_الحجة ذي_الحجة",
];

/// Names that are other words, or names of persons, too.
const NEEDS_CONTEXT: &str = "اب ماي جوان اوت محرم المحرم صفر رجب شعبان رمضان شوال مارس";

/// Monday to Sunday.
const WEEKDAYS: [&str; 7] = ["الاثنين", "الثلاثاء", "الاربعاء", "الخميس", "الجمعة", "السبت", "الاحد"];

/// One to twelve o'clock.
const HOURS: [&str; 12] = [
    "الواحدة",
    "الثانية",
    "الثالثة",
    "الرابعة",
    "الخامسة",
    "السادسة",
    "السابعة",
    "الثامنة",
    "التاسعة",
    "العاشرة",
    "الحادية",
    "الثانية عشرة",
];

/// The names of months, sorted, and a filter of all words that a date may begin with.
struct Names {
    months: Vec<((Letters, Letters), Month)>,
    /// A bit for the hash of each word.
    first_words: [u64; N_FILTER_BITS / 64],
}

const N_FILTER_BITS: usize = 4096;

static NAMES: LazyLock<Names> = LazyLock::new(Names::read);

impl Names {
    fn read() -> Self {
        let mut names = Self { months: Vec::new(), first_words: [0; N_FILTER_BITS / 64] };
        for (rows, calendar) in [(&GREGORIAN, Calendar::Gregorian), (&HIJRI, Calendar::Hijri)] {
            for (number, row) in (1..).zip(rows) {
                row.split(' ').for_each(|name| names.push_month(name, number, calendar));
            }
        }
        // Stable: of two months with the same name the first counts.
        names.months.sort_by_key(|(name, _)| *name);
        for word in WEEKDAYS.iter().chain(&HOURS) {
            names.push_first_word(Letters::from_text(word).expect("names are short"));
        }
        names
    }

    fn push_month(&mut self, name: &str, number: u8, calendar: Calendar) {
        let mut words =
            name.split('_').map(|word| Letters::from_text(word).expect("names are short"));
        let first = words.next().unwrap_or_default();
        let needs_context = NEEDS_CONTEXT.split(' ').any(|other| other == name);
        let month = Month { number, calendar, needs_context };
        self.months.push(((first, words.next().unwrap_or_default()), month));
        self.push_first_word(first);
    }

    fn push_first_word(&mut self, word: Letters) {
        let bit = word.hash() as usize % N_FILTER_BITS;
        self.first_words[bit / 64] |= 1 << (bit % 64);
    }
}

/// Whether a month, a weekday or an hour may begin with this word; few other words pass.
pub(super) fn may_begin_name(word: Letters) -> bool {
    let bit = word.hash() as usize % N_FILTER_BITS;
    NAMES.first_words[bit / 64] >> (bit % 64) & 1 == 1
}

/// The month of this name of one word (then `second` is empty) or two.
pub(super) fn month(first: Letters, second: Letters) -> Option<Month> {
    let name = (first, second);
    let idx = NAMES.months.partition_point(|(known, _)| *known < name);
    NAMES.months.get(idx).filter(|(known, _)| *known == name).map(|(_, month)| *month)
}

/// The weekday of this name: 1 Monday to 7 Sunday.
pub(super) fn weekday(name: Letters) -> Option<u8> {
    let idx = WEEKDAYS.iter().position(|day| Letters::literal(day) == name)?;
    Some(idx as u8 + 1)
}

/// The hour of this ordinal.
pub(super) fn ordinal_hour(name: Letters) -> Option<u8> {
    let idx = HOURS.iter().position(|hour| Letters::from_text(hour) == Some(name))?;
    Some(idx as u8 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every name of every row is found, and the filter lets it pass.
    #[test]
    fn all_months_are_known() {
        for (rows, calendar) in [(&GREGORIAN, Calendar::Gregorian), (&HIJRI, Calendar::Hijri)] {
            for (number, row) in (1..).zip(rows) {
                for name in row.split(' ') {
                    let mut words =
                        name.split('_').map(|word| Letters::from_text(word).expect(name));
                    let first = words.next().expect(name);
                    let found = month(first, words.next().unwrap_or_default()).expect(name);
                    assert_eq!((found.number, found.calendar), (number, calendar), "{name}");
                    assert_eq!(
                        found.needs_context,
                        NEEDS_CONTEXT.split(' ').any(|other| other == name)
                    );
                    assert!(may_begin_name(first));
                }
            }
        }
        let other = Letters::from_text("قصف").expect("short");
        assert_eq!(month(other, Letters::default()), None);
    }
}
