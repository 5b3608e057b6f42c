//! Numbers with values.

mod bounds;
mod digits;
mod dual;
mod read;
mod unit;
mod words;

pub use dual::find_duals;

use crate::letters::Letters;
use crate::{Sentence, Span, TokenKind, Tokenized, Tokenizer};
use read::{Item, ItemValue, Read, Reader};
use unit::Counting;
use words::NumberWord;

/// What a number expression says.
///
/// `min` and `max` are equal for one value; of `15-20` they are the ends, of `عشرات` 20 and 99, of
/// `أكثر من 300` 300 and infinity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberValue {
    /// The least it can mean.
    pub min: f64,
    /// The most it can mean; infinite without an upper bound.
    pub max: f64,
    /// Whether it is one value, said without reserve.
    pub exact: bool,
    /// Whether a word for "about" stands in front: نحو, حوالي, قرابة.
    pub approximate: bool,
    /// Whether it is a place in a row: `الثالث`, `الـ16`.
    pub ordinal: bool,
    /// Whether it is a percentage; 40 % is 40.
    pub percent: bool,
    /// The counted noun or the measure, without proclitics, if there is one: behind the number, or before
    /// it in `عائلة واحدة` and `الجسور الخمسة`.
    pub unit: Option<Span>,
}

impl NumberValue {
    fn one(value: f64) -> Self {
        Self::between(value, value)
    }

    fn between(min: f64, max: f64) -> Self {
        let exact = min == max;
        Self { min, max, exact, approximate: false, ordinal: false, percent: false, unit: None }
    }

    /// The value of a whole expression, if it is one and nothing else.
    ///
    /// ```
    /// use tawsim_tokenizer::NumberValue;
    /// let value = NumberValue::parse("ثلاثمئة وخمسة وعشرون ألفا").expect("a number");
    /// assert_eq!((value.min, value.exact), (325_000.0, true));
    /// ```
    #[must_use]
    pub fn parse(expression: &str) -> Option<Self> {
        let mut tokenized = Tokenized::default();
        Tokenizer::scan_text(expression, &mut tokenized);
        let mut mentions = Vec::new();
        find_numbers(expression, &tokenized, &mut mentions);
        let start = trimmed(expression).start as u32;
        let mention = match mentions[..] {
            [] => mention_at(expression, &tokenized, start)?,
            [mention] => mention,
            _ => return None,
        };
        let whole = mention.span.cover(mention.context);
        (whole.range() == trimmed(expression)).then_some(mention.value)
    }
}

fn trimmed(text: &str) -> std::ops::Range<usize> {
    let start = text.len() - text.trim_start().len();
    start..start + text.trim().len()
}

/// A number expression in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberMention {
    /// The expression without approximators and without the counted noun; percent inside.
    pub span: Span,
    /// The expression with the approximators before it: `أكثر من 300`.
    pub context: Span,
    /// What it says.
    pub value: NumberValue,
}

/// Finds the number expressions of a tokenized text, in order.
///
/// `18 قتيلا وسبعين جريحا` gives 18 and 70: what و joins is one number only without a noun between.
/// Dates and clock times are left to [`crate::find_dates`]; `عدة` and `بعض` are no numbers.
///
/// ```
/// use tawsim_tokenizer::{Tokenized, Tokenizer, find_numbers};
/// let text = "مقتل 18 عنصراً وإصابة أكثر من ثلاثمئة";
/// let mut tokenized = Tokenized::default();
/// Tokenizer::new().tokenize(text, &mut tokenized);
/// let mut numbers = Vec::new();
/// find_numbers(text, &tokenized, &mut numbers);
/// assert_eq!(numbers[0].value.min, 18.0);
/// assert_eq!(numbers[1].span.slice(text), "ثلاثمئة");
/// assert_eq!((numbers[1].value.min, numbers[1].value.max), (300.0, f64::INFINITY));
/// ```
pub fn find_numbers(text: &str, tokenized: &Tokenized, out: &mut Vec<NumberMention>) {
    out.clear();
    for sentence in tokenized.sentences() {
        let finder = Finder::new(text, tokenized, *sentence);
        let mut idx = 0;
        while idx < finder.reader.tokens.len() {
            idx = match finder.mention(idx) {
                Ok((mention, next)) => {
                    out.push(mention);
                    next
                }
                Err(next) => next,
            };
        }
    }
}

/// The value of a span that is known to be a number: it may also be a word that mostly is none,
/// `مسافة صفر`, `مرافقيه الاثنين`.
#[must_use]
pub fn number_at(text: &str, tokenized: &Tokenized, span: Span) -> Option<NumberValue> {
    Some(mention_at(text, tokenized, span.start())?.value)
}

/// The mention whose first token ends behind `start`, where a number is known to stand.
fn mention_at(text: &str, tokenized: &Tokenized, start: u32) -> Option<NumberMention> {
    let tokens = tokenized.tokens();
    let first = tokens.partition_point(|token| token.span.end() <= start);
    let is_here = |sentence: &&Sentence| (first as u32) < sentence.end_token_idx;
    let sentence = tokenized.sentences().iter().find(is_here)?;
    let mut finder = Finder::new(text, tokenized, *sentence);
    finder.reader.is_number = true;
    let idx = first.checked_sub(finder.first_token_idx)?;
    Some(finder.mention(idx).ok()?.0)
}

/// Finds mentions in one sentence.
#[derive(Clone, Copy)]
struct Finder<'t> {
    reader: Reader<'t>,
    tokenized: &'t Tokenized,
    first_token_idx: usize,
}

/// A value and the tokens it takes.
type Found = (NumberValue, usize);

impl<'t> Finder<'t> {
    fn new(text: &'t str, tokenized: &'t Tokenized, sentence: Sentence) -> Self {
        let range = sentence.first_token_idx as usize..sentence.end_token_idx as usize;
        let first_token_idx = range.start;
        let reader = Reader { text, tokens: &tokenized.tokens()[range], is_number: false };
        Self { reader, tokenized, first_token_idx }
    }

    /// The mention that begins at a token, and the token behind it; else the token to search on from.
    fn mention(&self, idx: usize) -> Result<(NumberMention, usize), usize> {
        let item = self.reader.item(idx).ok_or(idx + 1)?;
        let refused = || self.reader.behind_refused(idx);
        if self.reader.is_scale_of_unreadable(item) {
            return Err(refused());
        }
        // A lone و before the number is no part of it.
        let first = item.next - 1;
        let found =
            self.ordinal(first, item).or_else(|| self.vague(item)).or_else(|| self.range(idx));
        let (value, next) = found.ok_or_else(refused)?;
        let (percent, next) = self.percent(next);
        let end = self.reader.tokens[next - 1].span.end();
        let value = NumberValue { percent, ..value };
        let unit = self.unit(Counting { item, next, value });
        let mut mention = NumberMention {
            span: Span::new(item.start, end),
            context: Span::new(item.start, end),
            value: NumberValue { unit, ..value },
        };
        if let Some((bound, first)) = bounds::before(self.reader, idx, item.joined) {
            bound.apply(&mut mention.value);
            mention.context = Span::new(self.reader.tokens[first].span.start(), end);
        }
        if let Some(bound) = bounds::behind(self.reader, next) {
            bound.apply(&mut mention.value);
        }
        Ok((mention, next))
    }

    /// `الثالث`, `الحادي والعشرين`, `الثالثة عشرة`, `الـ16`.
    fn ordinal(&self, first: usize, item: Item) -> Option<Found> {
        let (mut value, mut next) = match item.value {
            ItemValue::Word(NumberWord::Ordinal(value)) => (value as f64, item.next),
            ItemValue::Digits(value)
                if self.has_article_before(first)
                    && !self.counts_with_article(first, item.next) =>
            {
                (value, item.next)
            }
            _ => return None,
        };
        if let Some(Item { value: ItemValue::Word(word), joined, next: behind, .. }) =
            self.reader.item(next).filter(|_| matches!(item.value, ItemValue::Word(_)))
        {
            match word {
                NumberWord::Ten if !joined => (value, next) = (value + 10.0, behind),
                NumberWord::Tens(tens) if joined => (value, next) = (value + tens as f64, behind),
                _ => {}
            }
        }
        let is_first_alone =
            value == 1.0 && self.reader.letters(first) == Some(Letters::literal("الحادي"));
        (!is_first_alone)
            .then_some((NumberValue { ordinal: true, ..NumberValue::one(value) }, next))
    }

    fn has_article_before(&self, idx: usize) -> bool {
        let before = idx.checked_sub(1).and_then(|before| self.reader.letters(before));
        before.is_some_and(|letters| {
            ["ال", "بال", "لل", "وال", "فال", "كال"]
                .iter()
                .any(|form| letters == Letters::literal(form))
        })
    }

    /// `عشرات`, `مئات الآلاف`, `الآلاف`, `بضعة`, `بضع مئات`.
    fn vague(&self, item: Item) -> Option<Found> {
        let ItemValue::Word(word) = item.value else { return None };
        let (min, max) = match word {
            NumberWord::Vague(base) | NumberWord::Plural(base) => {
                let base = base as f64;
                (2.0 * base, 10.0 * base - 1.0)
            }
            NumberWord::Few => (3.0, 9.0),
            NumberWord::Part(parts) if self.reader.number(item.next - 1).is_none() => {
                return Some((NumberValue::one(1.0 / parts as f64), item.next));
            }
            NumberWord::TwoParts(parts) => {
                return Some((NumberValue::one(2.0 / parts as f64), item.next));
            }
            _ => return None,
        };
        let scale = self.reader.item(item.next).filter(|item| !item.joined).and_then(|item| {
            match item.value {
                ItemValue::Word(
                    NumberWord::Plural(scale) | NumberWord::Vague(scale) | NumberWord::Scale(scale),
                ) => Some((scale as f64, item.next)),
                _ => None,
            }
        });
        match scale {
            Some((scale, next)) => {
                Some((NumberValue::between(min * scale, (max + 1.0) * scale - 1.0), next))
            }
            None => Some((NumberValue::between(min, max), item.next)),
        }
    }

    /// One number, or two as the ends of a range: `15-20`, `من 10 إلى 12`, `بين 15 و20`.
    fn range(&self, idx: usize) -> Option<Found> {
        let low = self.reader.number(idx)?;
        match self.range_end(idx, low) {
            Some(high) if high.value > low.value => {
                // `10 إلى 12 ألف`: the scale holds for both.
                let scale = if high.scale > 1.0
                    && low.scale <= 1.0
                    && low.value < high.value / high.scale
                {
                    high.scale
                } else {
                    1.0
                };
                Some((NumberValue::between(low.value * scale, high.value), high.next))
            }
            _ => Some((NumberValue::one(low.value), low.next)),
        }
    }

    fn range_end(&self, idx: usize, low: Read) -> Option<Read> {
        let token = self.reader.tokens.get(low.next)?;
        let word = token.span.slice(self.reader.text);
        let dash = token.kind == TokenKind::Punctuation && matches!(word, "-" | "–" | "—");
        let to = self.reader.letters(low.next).is_some_and(|letters| {
            ["الى", "الي", "حتى"].iter().any(|form| letters == Letters::literal(form))
        });
        if dash || to {
            return self.reader.number(low.next + 1);
        }
        let before = idx.checked_sub(1).and_then(|before| self.reader.letters(before));
        let between = before == Some(Letters::literal("بين"));
        let joined = self.reader.item(low.next).is_some_and(|item| item.joined);
        if between && joined { self.reader.number(low.next) } else { None }
    }

    /// Whether a percent sign or its words follow, and the token behind them.
    fn percent(&self, next: usize) -> (bool, usize) {
        let sign = self.reader.tokens.get(next).map(|token| token.span.slice(self.reader.text));
        if matches!(sign, Some("%" | "٪")) {
            return (true, next + 1);
        }
        let is = |idx: usize, forms: &[&str]| {
            self.reader.letters(idx).is_some_and(|letters| {
                forms.iter().any(|form| Letters::from_text(form) == Some(letters))
            })
        };
        if is(next, &["بالمئة", "بالمائة", "بالمئه", "بالمية"]) {
            return (true, next + 1);
        }
        if is(next, &["في"]) && is(next + 1, &["المئة", "المائة", "المئه", "المية"])
        {
            return (true, next + 2);
        }
        (false, next)
    }
}
