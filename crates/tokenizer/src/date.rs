//! Dates and clock times with values.

mod names;

use crate::chars::digit;
use crate::letters::{Letters, letter_start};
use crate::{Span, Token, TokenKind, Tokenized};
use names::{Month, may_begin_name, month, ordinal_hour, weekday};

/// The calendar that a month or year belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Calendar {
    /// January (يناير, كانون الثاني, جانفي) to December.
    #[default]
    Gregorian,
    /// Muharram to Dhu al-Hijja, years of the Hijra.
    Hijri,
}

/// What a date expression says; what it leaves open is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DateValue {
    /// The calendar of month and year.
    pub calendar: Calendar,
    /// The year as written.
    pub year: Option<u16>,
    /// 1 to 12.
    pub month: Option<u8>,
    /// Day of the month, 1 to 31.
    pub day: Option<u8>,
    /// Day of the week: 1 Monday to 7 Sunday, as ISO 8601 counts.
    pub weekday: Option<u8>,
    /// Hour of the clock, 0 to 23 as written.
    pub hour: Option<u8>,
    /// Minute, 0 to 59.
    pub minute: Option<u8>,
}

/// A date expression in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateMention {
    /// The expression without the kind word in front (`يوم`, `شهر`, `عام`, `الساعة`).
    pub span: Span,
    /// What it says.
    pub value: DateValue,
}

/// Finds the dates and clock times of a tokenized text, in order.
///
/// Weekday, day, month and year next to each other are one date, a clock time is another. Month
/// names of the Levant, of Egypt and the Gulf, of the Maghreb and of the Hijri calendar are known,
/// also in pairs (`فبراير/ شباط`).
///
/// ```
/// use tawsim_tokenizer::{Tokenized, Tokenizer, find_dates};
/// let text = "يوم الخميس 17 من شهر أيلول 2018";
/// let mut tokenized = Tokenized::default();
/// Tokenizer::new().tokenize(text, &mut tokenized);
/// let mut dates = Vec::new();
/// find_dates(text, &tokenized, &mut dates);
/// let value = dates[0].value;
/// assert_eq!((value.weekday, value.day, value.month, value.year), (Some(4), Some(17), Some(9), Some(2018)));
/// ```
pub fn find_dates(text: &str, tokenized: &Tokenized, out: &mut Vec<DateMention>) {
    out.clear();
    for sentence in tokenized.sentences() {
        let range = sentence.first_token_idx as usize..sentence.end_token_idx as usize;
        let reader = Reader { text, tokens: &tokenized.tokens()[range] };
        let mut idx = 0;
        while idx < reader.tokens.len() {
            let may_begin = reader.may_begin(idx).then_some(());
            match may_begin.and_then(|()| reader.clock(idx).or_else(|| reader.date(idx))) {
                Some((mention, next)) => {
                    out.push(mention);
                    idx = next;
                }
                None => idx += 1,
            }
        }
    }
}

/// The tokens of a sentence.
#[derive(Clone, Copy)]
struct Reader<'t> {
    text: &'t str,
    tokens: &'t [Token],
}

/// A date as far as it is read, and the token behind it.
#[derive(Clone, Copy)]
struct Partial {
    value: DateValue,
    next: usize,
}

impl Partial {
    fn with(self, next: usize, set: impl FnOnce(&mut DateValue)) -> Self {
        let mut value = self.value;
        set(&mut value);
        Self { value, next }
    }
}

const CONJUNCTIONS: [Letters; 2] = [Letters::literal("و"), Letters::literal("ف")];
const PREPOSITIONS: [Letters; 3] =
    [Letters::literal("ب"), Letters::literal("ل"), Letters::literal("ك")];
const YEAR_WORDS: &[&str] = &["عام", "سنة", "العام", "لعام", "لسنة", "بعام"];
/// Words that may stand between a Hijri month and its year.
const MONTH_ADJECTIVES: &[&str] = &["المبارك", "الحرام", "المعظم", "المحرم"];
const HIJRI_WORDS: &[&str] = &["هجري", "هجرية", "الهجري", "للهجرة"];
/// Numeric dates before this year are of the Hijri calendar.
const FIRST_GREGORIAN_YEAR: u16 = 1500;
const HOUR_WORDS: &[&str] = &["الساعة", "الساعه"];

impl Reader<'_> {
    fn slice(&self, idx: usize) -> Option<&str> {
        self.tokens.get(idx).map(|token| token.span.slice(self.text))
    }

    fn letters(&self, idx: usize) -> Option<Letters> {
        let token = self.tokens.get(idx).filter(|token| token.kind == TokenKind::Word)?;
        Letters::from_text(token.span.slice(self.text))
    }

    fn is_word(&self, idx: usize, forms: &[&str]) -> bool {
        let letters = self.letters(idx);
        letters.is_some() && forms.iter().any(|form| Letters::from_text(form) == letters)
    }

    /// Whether a date or a clock time may begin at a token: digits, or a word that begins a name.
    fn may_begin(&self, idx: usize) -> bool {
        match self.tokens[idx].kind {
            TokenKind::Number => true,
            TokenKind::Word => {
                let is_first = |word| may_begin_name(word).then_some(());
                self.behind_clitic(idx, is_first).is_some()
            }
            _ => false,
        }
    }

    /// What `known` makes of the word, or of the word behind its proclitics; and how many letters
    /// they have.
    fn behind_clitic<T>(
        &self,
        idx: usize,
        known: impl Fn(Letters) -> Option<T>,
    ) -> Option<(T, u32)> {
        let letters = self.letters(idx)?;
        let conjunction = u32::from(CONJUNCTIONS.contains(&letters.first(1)));
        let preposition = u32::from(PREPOSITIONS.contains(&letters.skip(conjunction).first(1)));
        [0, conjunction, conjunction + preposition]
            .into_iter()
            .find_map(|n_letters| Some((known(letters.skip(n_letters))?, n_letters)))
    }

    /// A plain whole number of at most four digits.
    fn digits(&self, idx: usize) -> Option<u16> {
        let token = self.tokens.get(idx).filter(|token| token.kind == TokenKind::Number)?;
        let text = token.span.slice(self.text);
        let digits =
            text.chars().map(digit).collect::<Option<Vec<_>>>().filter(|d| d.len() <= 4)?;
        Some(digits.iter().fold(0, |number, &(value, _)| number * 10 + u16::from(value)))
    }

    fn mention(&self, first: usize, clitic: u32, partial: Partial) -> Option<(DateMention, usize)> {
        let span = self.tokens[first].span;
        let start = span.start() + letter_start(span.slice(self.text), clitic) as u32;
        let span = Span::new(start, self.tokens[partial.next - 1].span.end());
        (partial.value != DateValue::default())
            .then_some((DateMention { span, value: partial.value }, partial.next))
    }

    fn date(&self, idx: usize) -> Option<(DateMention, usize)> {
        if let Some(partial) = self.numeric(idx) {
            return self.mention(idx, 0, partial);
        }
        if let Some(year) = self.year_behind_word(idx) {
            return self.mention(idx, 0, year);
        }
        let start = Partial { value: DateValue::default(), next: idx };
        let day_of_week = self.behind_clitic(idx, weekday).filter(|_| self.is_weekday_here(idx));
        let (partial, clitic) = match day_of_week {
            Some((weekday, clitic)) => {
                let partial = start.with(idx + 1, |date| date.weekday = Some(weekday));
                (self.after_weekday(partial), clitic)
            }
            None => self.day_and_month(start)?,
        };
        self.mention(idx, clitic, partial)
    }

    /// الأحد also ends `الكنيسة الأحد`; only the bare word without article is another.
    fn is_weekday_here(&self, idx: usize) -> bool {
        !self.is_word(idx + 1, &["عشر", "عشرة"])
    }

    /// `الخميس، 20 آب`, `الخميس الموافق 20/8/2018`.
    fn after_weekday(&self, weekday: Partial) -> Partial {
        let comma = usize::from(matches!(self.slice(weekday.next), Some("،" | ",")));
        let next = weekday.next + comma;
        let behind = Partial { next, ..weekday };
        let numeric = self.numeric(next).map(|date| {
            date.with(date.next, |value| {
                value.weekday = weekday.value.weekday;
            })
        });
        numeric.or_else(|| Some(self.day_and_month(behind)?.0)).unwrap_or(weekday)
    }

    /// `17 من شهر أيلول 2018`, `شباط`, `فبراير/ شباط الماضي`.
    fn day_and_month(&self, start: Partial) -> Option<(Partial, u32)> {
        let idx = start.next;
        let day = self.digits(idx).filter(|day| (1..=31).contains(day));
        let Some(day) = day else {
            let ((month, n_tokens), clitic) = self.month_at(idx)?;
            let behind_word = idx > 0
                && self.is_word(idx - 1, &["شهر", "شهري", "مطلع", "اواخر", "اوائل", "منتصف"]);
            let dated = self.year_at(idx + n_tokens).is_some();
            (!month.needs_context || behind_word || dated).then_some(())?;
            return Some((self.with_month(start, month, idx + n_tokens), clitic));
        };
        let mut at = idx + 1;
        at += usize::from(self.is_word(at, &["من"]));
        at += usize::from(self.is_word(at, &["شهر"]));
        let ((month, n_tokens), _) = self.month_at(at).filter(|found| found.1 == 0)?;
        let dated = start.with(at, |date| date.day = Some(day as u8));
        Some((self.with_month(dated, month, at + n_tokens), 0))
    }

    /// The month at a token and how many tokens its name has.
    fn month_at(&self, idx: usize) -> Option<((Month, usize), u32)> {
        let second = self.letters(idx + 1);
        self.behind_clitic(idx, |first| {
            let two = second.and_then(|second| month(first, second)).map(|month| (month, 2));
            two.or_else(|| month(first, Letters::default()).map(|month| (month, 1)))
        })
    }

    /// Sets the month, and what may follow: its name in another calendar, the year.
    fn with_month(&self, date: Partial, month: Month, next: usize) -> Partial {
        let mut partial = date.with(next, |value| {
            value.month = Some(month.number);
            value.calendar = month.calendar;
        });
        let slash = matches!(self.slice(next), Some("/" | "-" | "("));
        if let Some(((second, n_tokens), 0)) = self.month_at(next + usize::from(slash))
            && slash
            && second.calendar == month.calendar
            && second.number == month.number
        {
            partial.next = next + 1 + n_tokens;
            partial.next +=
                usize::from(self.slice(partial.next) == Some(")") && self.slice(next) == Some("("));
        }
        let adjective = usize::from(self.is_word(partial.next, MONTH_ADJECTIVES));
        match self.year_at(partial.next + adjective) {
            Some((year, next)) => {
                let next = next + usize::from(self.is_hijri_mark(next));
                partial.with(next, |value| value.year = Some(year))
            }
            None => partial,
        }
    }

    /// A year, with or without `عام` or `من عام` in front.
    fn year_at(&self, idx: usize) -> Option<(u16, usize)> {
        let mut at = idx;
        at += usize::from(
            matches!(self.slice(at), Some("،" | ",")) && self.year_number(at + 1).is_some(),
        );
        at += usize::from(self.is_word(at, &["من"]));
        at += usize::from(self.is_word(at, YEAR_WORDS));
        Some((self.year_number(at)?, at + 1))
    }

    /// `1440 هـ`, `1440 للهجرة`.
    fn is_hijri_mark(&self, idx: usize) -> bool {
        self.slice(idx) == Some("هـ") || self.is_word(idx, HIJRI_WORDS)
    }

    fn year_number(&self, idx: usize) -> Option<u16> {
        self.digits(idx).filter(|year| (1200..=2100).contains(year))
    }

    /// `عام 2018`: the year alone is the date.
    fn year_behind_word(&self, idx: usize) -> Option<Partial> {
        let behind = idx > 0
            && (self.is_word(idx - 1, YEAR_WORDS)
                || self
                    .behind_clitic(idx - 1, |word| {
                        YEAR_WORDS.iter().any(|form| Letters::literal(form) == word).then_some(())
                    })
                    .is_some());
        let year = self.year_number(idx).filter(|_| behind)?;
        let hijri = self.is_hijri_mark(idx + 1);
        let calendar = if hijri { Calendar::Hijri } else { Calendar::Gregorian };
        let value = DateValue { calendar, year: Some(year), ..DateValue::default() };
        Some(Partial { value, next: idx + 1 + usize::from(hijri) })
    }

    /// `2018.11.10`, `10.11.2018`, `10/11/2018`, `2018-11-10`.
    fn numeric(&self, idx: usize) -> Option<Partial> {
        let token = self.tokens.get(idx).filter(|token| token.kind == TokenKind::Number)?;
        let text = token.span.slice(self.text);
        if text.contains('.') {
            let parts = text.split('.').map(number).collect::<Option<Vec<_>>>()?;
            return Some(Partial { value: ordered(&parts)?, next: idx + 1 });
        }
        let separator = self.slice(idx + 1).filter(|sign| matches!(*sign, "/" | "-"))?;
        (self.slice(idx + 3)? == separator).then_some(())?;
        let adjacent =
            |n: usize| self.tokens[idx + n].span.end() == self.tokens[idx + n + 1].span.start();
        let parts = [self.digits(idx)?, self.digits(idx + 2)?, self.digits(idx + 4)?];
        let value = ordered(&parts).filter(|_| (0..4).all(adjacent))?;
        Some(Partial { value, next: idx + 5 })
    }

    /// `14:11`, `الساعة الخامسة`, `الساعة 5`.
    fn clock(&self, idx: usize) -> Option<(DateMention, usize)> {
        let behind_word = idx > 0 && self.is_word(idx - 1, HOUR_WORDS);
        let text = self.slice(idx)?;
        let (hour, minute) = match text.split_once(':') {
            Some((hour, minute)) if self.tokens[idx].kind == TokenKind::Number => {
                (number(hour)?, Some(number(minute).filter(|minute| *minute < 60)?))
            }
            _ if !behind_word => return None,
            _ => {
                (self.digits(idx).or_else(|| Some(ordinal_hour(self.letters(idx)?)?.into()))?, None)
            }
        };
        (hour < 24).then_some(())?;
        let value = DateValue {
            hour: Some(hour as u8),
            minute: minute.map(|minute| minute as u8),
            ..DateValue::default()
        };
        self.mention(idx, 0, Partial { value, next: idx + 1 })
    }
}

fn number(digits: &str) -> Option<u16> {
    let values = digits.chars().map(digit).collect::<Option<Vec<_>>>()?;
    (1..=4)
        .contains(&values.len())
        .then(|| values.iter().fold(0, |n, &(value, _)| n * 10 + u16::from(value)))
}

/// Year, month, day in either order; the year has four digits. `1440/9/3` is a Hijri date.
fn ordered(parts: &[u16]) -> Option<DateValue> {
    let &[first, month, last] = parts else { return None };
    let (year, day) = if first > 31 { (first, last) } else { (last, first) };
    let fits =
        (1200..=2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let is_hijri = year < FIRST_GREGORIAN_YEAR;
    fits.then(|| DateValue {
        calendar: if is_hijri { Calendar::Hijri } else { Calendar::Gregorian },
        year: Some(year),
        month: Some(month as u8),
        day: Some(day as u8),
        ..DateValue::default()
    })
}
