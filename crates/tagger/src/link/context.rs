//! What a document says beside its names: its date, its country, words in front of a place.

use tawsim_tokenizer::{NormalizeOptions, SegmentRole, Span, Tokenized, fold_into};

use super::words::kind_word;
use super::{LinkHints, Source};

/// What is known of a whole document.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Context {
    /// The date it was written.
    pub date: Option<u32>,
    /// The last year that its dates name; it was not written before.
    pub last_year: Option<u32>,
    pub country: Option<[u8; 2]>,
}

/// Years that a text may speak of.
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2099;

impl Context {
    pub(crate) fn new(source: &Source<'_>, hints: LinkHints) -> Self {
        let dates = source.labels.get("DATE").filter(|_| hints.date.is_none());
        let years = source.entities.iter().filter(|entity| Some(entity.label) == dates);
        let last_year = years.flat_map(|entity| years_in(entity.span.slice(source.text))).max();
        Self { date: hints.date, last_year, country: hints.country }
    }

    /// −1 for what existed from and until these dates and is out of its time, less for what ended the year before:
    /// reports name what is just dissolved, but rather what took its place.
    pub(crate) fn validity(&self, (from, to): (Option<u32>, Option<u32>)) -> f32 {
        let year = |date: u32| date / 10_000;
        let written = self.date.map(year);
        let is_future = |year_now: u32| from.is_some_and(|from| year(from) > year_now + 1);
        let year_now = written.or(self.last_year);
        let n_years_past = match (to, year_now) {
            (Some(to), Some(year_now)) => year_now.saturating_sub(year(to)),
            _ => 0,
        };
        let is_later = written.is_none()
            && self.last_year.zip(from).is_some_and(|(last, from)| year(from) > last);
        match n_years_past {
            _ if written.is_some_and(is_future) => -1.0,
            _ if is_later => NOT_NAMED_YET,
            0 => 0.0,
            1 => JUST_ENDED,
            _ => -1.0,
        }
    }
}

/// The value of what ended the year before.
const JUST_ENDED: f32 = -0.3;
/// The value of what began behind the last year that a text names.
const NOT_NAMED_YET: f32 = -0.5;

/// Numbers of four digits that are years.
fn years_in(text: &str) -> impl Iterator<Item = u32> {
    let mut folded = String::new();
    fold_into(text, &NormalizeOptions::MATCH_KEY, &mut folded);
    let numbers: Vec<u32> = folded
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 4)
        .filter_map(|digits| digits.parse().ok())
        .collect();
    numbers.into_iter().filter(|year| YEARS.contains(year))
}

/// The word list's kind word in front of a span, looking through signs, directions and clitics.
pub(crate) fn kind_word_before(text: &str, tokenized: &Tokenized, span: Span) -> Option<u8> {
    let n_before = tokenized.segments().partition_point(|s| s.span.start() < span.start());
    let mut folded = String::new();
    let stems = tokenized.segments()[..n_before].iter().rev();
    let stems = stems.take(MAX_SEGMENTS_BEFORE).filter(|s| s.role == SegmentRole::Stem);
    for segment in stems {
        let surface = segment.span.slice(text);
        if surface.contains(SENTENCE_ENDS) {
            return None;
        }
        folded.clear();
        fold_into(segment.without_article().slice(text), &NormalizeOptions::LOOSE_KEY, &mut folded);
        if let Some(found) = kind_word(&folded) {
            return Some(found);
        }
        let is_sign = !surface.contains(char::is_alphanumeric);
        if !is_sign && !DIRECTIONS.contains(&folded.as_str()) {
            return None;
        }
    }
    None
}

const MAX_SEGMENTS_BEFORE: usize = 5;
const SENTENCE_ENDS: [char; 6] = ['.', '؟', '!', '\n', ':', '،'];
/// Words that may stand between a kind word and its name.
const DIRECTIONS: &[&str] =
    &["شمال", "جنوب", "شرق", "غرب", "شرقي", "غربي", "شمالي", "جنوبي", "وسط"];

/// Whether a kind word in front of the first name also holds for the second: `بلدتي X وY`.
pub(crate) fn is_coordinated(gap: &str) -> bool {
    gap.len() <= 16 && gap.chars().all(|c| c.is_whitespace() || "و،,\"«»()-–".contains(c))
}

/// The loosely folded words of a surface, without articles.
pub(crate) fn loose_words(surface: &str) -> Vec<String> {
    let mut folded = String::new();
    fold_into(surface, &NormalizeOptions::LOOSE_KEY, &mut folded);
    crate::gazetteer::words(&folded)
        .map(|word| crate::gazetteer::without_article(word).to_owned())
        .collect()
}

/// The first loosely folded word of a surface, with its article.
pub(crate) fn first_loose_word(surface: &str) -> Option<String> {
    let mut folded = String::new();
    fold_into(surface, &NormalizeOptions::LOOSE_KEY, &mut folded);
    crate::gazetteer::words(&folded).next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::words::KIND_WORDS;
    use tawsim_tokenizer::Tokenizer;

    #[test]
    fn kind_words_in_front() {
        let check = |text: &str, name: &str, expected: Option<&str>| {
            let mut tokenized = Tokenized::default();
            Tokenizer::new().tokenize(text, &mut tokenized);
            let start = text.rfind(name).expect("the name stands in the text");
            let span = Span::from_range(start..start + name.len()).expect("short");
            let found = kind_word_before(text, &tokenized, span);
            assert_eq!(found.map(|idx| KIND_WORDS[usize::from(idx)].0), expected, "{text}");
        };
        check("قصف على ريف إدلب", "إدلب", Some("ريف"));
        check("قصف بريف إدلب", "إدلب", Some("ريف"));
        check("في مدينة \"الباب\"", "الباب", Some("مدينه"));
        check("ريف شمال حلب", "حلب", Some("ريف"));
        check("وصل إلى حلب", "حلب", None);
        check("قرية. حلب", "حلب", None);
    }

    #[test]
    fn validity() {
        let check = |date, last_year, validity, expected: f32| {
            let context = Context { date, last_year, country: None };
            let found = context.validity(validity);
            assert_eq!(found.to_bits(), expected.to_bits(), "{date:?} {last_year:?} {validity:?}");
        };
        check(None, None, (Some(20_120_000), Some(20_140_000)), 0.0);
        check(Some(20_180_315), None, (Some(20_120_000), Some(20_140_000)), -1.0);
        check(Some(20_150_315), None, (Some(20_120_000), Some(20_140_000)), JUST_ENDED);
        check(Some(20_140_315), None, (Some(20_120_000), Some(20_140_000)), 0.0);
        check(Some(20_100_315), None, (Some(20_120_000), None), -1.0);
        check(None, Some(2010), (Some(20_120_000), None), NOT_NAMED_YET);
        check(None, Some(2018), (None, Some(20_140_000)), -1.0);
    }
}
