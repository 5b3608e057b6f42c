//! Days of the Gregorian and the Hijri calendar, counted from 1970-01-01. Years and days are below 10¹⁵.

use crate::Calendar;

impl Calendar {
    /// The day, counted from 1970-01-01, if the calendar has it.
    ///
    /// ```
    /// use tawsim_tokenizer::Calendar;
    /// assert_eq!(Calendar::Gregorian.day_number(1970, 1, 2), Some(1));
    /// assert_eq!(Calendar::Gregorian.day_number(2019, 2, 29), None);
    /// ```
    #[must_use]
    pub fn day_number(self, year: i64, month: i64, day: i64) -> Option<i64> {
        let number = day_number(self, year, month, day);
        let days = self.month_days(year, month);
        ((1..=12).contains(&month) && (days.0..=days.1).contains(&number)).then_some(number)
    }

    /// First and last day of a month, 1 to 12.
    #[must_use]
    pub fn month_days(self, year: i64, month: i64) -> (i64, i64) {
        let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        (day_number(self, year, month, 1), day_number(self, next.0, next.1, 1) - 1)
    }

    /// The year that a day lies in.
    #[must_use]
    pub fn year_of(self, day: i64) -> i64 {
        match self {
            Self::Gregorian => gregorian_date(day).0,
            Self::Hijri => hijri_year(day),
        }
    }
}

fn day_number(calendar: Calendar, year: i64, month: i64, day: i64) -> i64 {
    match calendar {
        Calendar::Gregorian => gregorian_day(year, month, day),
        Calendar::Hijri => hijri_day(year, month, day),
    }
}

/// The day before 1 Muharram 1, Friday, 16 July 622 (Julian).
const BEFORE_HIJRA: i64 = -492_149;

/// Days since 1970-01-01 in the tabular calendar: odd months have 30 days, even ones 29, the last 30 in the 11 leap
/// years of each 30 (E. M. Reingold and N. Dershowitz, Calendrical Calculations, `fixed-from-islamic`):
/// `d + 29 (m − 1) + ⌊(6 m − 1) / 11⌋ + 354 (y − 1) + ⌊(3 + 11 y) / 30⌋` days from the eve of the Hijra.
fn hijri_day(year: i64, month: i64, day: i64) -> i64 {
    let of_years = 354 * (year - 1) + (3 + 11 * year).div_euclid(30);
    let of_months = 29 * (month - 1) + (6 * month - 1).div_euclid(11);
    BEFORE_HIJRA + of_years + of_months + day
}

/// `⌊(30 d + 10646) / 10631⌋` for `d` days since 1 Muharram 1 (`islamic-from-fixed`, as above).
fn hijri_year(day: i64) -> i64 {
    (30 * (day - BEFORE_HIJRA - 1) + 10_646).div_euclid(10_631)
}

/// Days since 1970-01-01 (H. Hinnant, chrono-compatible low-level date algorithms, `days_from_civil`).
fn gregorian_day(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a day counted from 1970-01-01 (`civil_from_days` of H. Hinnant, chrono-compatible low-level
/// date algorithms).
///
/// ```
/// assert_eq!(tawsim_tokenizer::gregorian_date(-1), (1969, 12, 31));
/// ```
#[must_use]
pub fn gregorian_date(day_number: i64) -> (i64, i64, i64) {
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
        let mut number = gregorian_day(1899, 12, 31);
        for year in 1900..=2110 {
            for month in 1..=12 {
                let n_days = match month {
                    2 => 28 + i64::from(is_leap(year)),
                    4 | 6 | 9 | 11 => 30,
                    _ => 31,
                };
                for day in 1..=n_days {
                    number += 1;
                    assert_eq!(gregorian_day(year, month, day), number);
                    assert_eq!(gregorian_date(number), (year, month, day));
                }
                assert_eq!(Calendar::Gregorian.day_number(year, month, n_days + 1), None);
            }
        }
        assert_eq!(gregorian_day(1970, 1, 1), 0);
    }

    /// Counts days one by one, with the rule of months and leap years.
    #[test]
    fn hijri_days_agree_with_a_walk_through_the_calendar() {
        const LEAP_YEARS: [i64; 11] = [2, 5, 7, 10, 13, 16, 18, 21, 24, 26, 29];
        let mut number = hijri_day(1300, 1, 1) - 1;
        for year in 1300..=1500 {
            for month in 1..=12 {
                let is_longer = month % 2 == 1 || month == 12 && LEAP_YEARS.contains(&(year % 30));
                let n_days = 29 + i64::from(is_longer);
                for day in 1..=n_days {
                    number += 1;
                    assert_eq!(Calendar::Hijri.day_number(year, month, day), Some(number));
                    assert_eq!(hijri_year(number), year);
                }
                assert_eq!(Calendar::Hijri.day_number(year, month, n_days + 1), None);
            }
        }
    }

    /// The Umm al-Qura calendar of Saudi Arabia and the table differ by a day at most.
    #[test]
    fn hijri_new_years() {
        let new_years = [
            (1421, [2000, 4, 6]),
            (1431, [2009, 12, 18]),
            (1435, [2013, 11, 4]),
            (1439, [2017, 9, 21]),
            (1440, [2018, 9, 11]),
            (1442, [2020, 8, 20]),
            (1444, [2022, 7, 30]),
            (1445, [2023, 7, 19]),
            (1446, [2024, 7, 7]),
        ];
        for (year, [y, m, d]) in new_years {
            let published = Calendar::Gregorian.day_number(y, m, d).expect("a day");
            assert!((hijri_day(year, 1, 1) - published).abs() <= 1, "{year}");
        }
    }
}
