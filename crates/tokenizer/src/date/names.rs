//! Names of months, weekdays and hours, alef folded.

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

/// The month of this name of one word (then `second` is empty) or two.
pub(super) fn month(first: Letters, second: Letters) -> Option<Month> {
    let name = |form: &str| {
        let mut words = form.split('_').map(Letters::from_text);
        words.next().flatten() == Some(first)
            && words.next().flatten().unwrap_or_default() == second
    };
    let find = |rows: &[&str; 12]| rows.iter().position(|row| row.split(' ').any(name));
    let gregorian = find(&GREGORIAN).map(|idx| (idx, Calendar::Gregorian));
    let (idx, calendar) = gregorian.or_else(|| Some((find(&HIJRI)?, Calendar::Hijri)))?;
    let needs_context = NEEDS_CONTEXT.split(' ').any(name);
    Some(Month { number: idx as u8 + 1, calendar, needs_context })
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
