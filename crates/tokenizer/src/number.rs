//! Numbers with values.

mod digits;
mod read;
mod words;

use crate::letters::Letters;
use crate::{Span, TokenKind, Tokenized, Tokenizer};
use read::{Item, ItemValue, Read, Reader};
use words::NumberWord;

/// What a number expression says.
///
/// `lo` and `hi` are equal for one value; of `15-20` they are the ends, of `عشرات` 20 and 99, of
/// `أكثر من 300` 300 and infinity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberValue {
    /// The least it can mean.
    pub lo: f64,
    /// The most it can mean; infinite without an upper bound.
    pub hi: f64,
    /// Whether it is one value, said without reserve.
    pub exact: bool,
    /// Whether a word for "about" stands in front: نحو, حوالي, قرابة.
    pub approximate: bool,
    /// Whether it is a place in a row: `الثالث`, `الـ16`.
    pub ordinal: bool,
    /// Whether it is a percentage; 40 % is 40.
    pub percent: bool,
    /// The word behind it, if there is one: the counted noun or the measure.
    pub unit: Option<Span>,
}

impl NumberValue {
    fn one(value: f64) -> Self {
        Self::between(value, value)
    }

    fn between(lo: f64, hi: f64) -> Self {
        let exact = lo == hi;
        Self { lo, hi, exact, approximate: false, ordinal: false, percent: false, unit: None }
    }

    /// The value of a whole expression, if it is one and nothing else.
    ///
    /// ```
    /// use tawsim_tokenizer::NumberValue;
    /// let value = NumberValue::parse("ثلاثمئة وخمسة وعشرون ألفا").expect("a number");
    /// assert_eq!((value.lo, value.exact), (325_000.0, true));
    /// ```
    #[must_use]
    pub fn parse(expression: &str) -> Option<Self> {
        let mut tokenized = Tokenized::default();
        Tokenizer::scan_text(expression, &mut tokenized);
        let mut mentions = Vec::new();
        find_numbers(expression, &tokenized, &mut mentions);
        let [mention] = mentions[..] else { return None };
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

/// Words before a number that bound it: the words, what they make of the value.
const APPROXIMATORS: &[(&str, Bound)] = &[
    ("اكثر من", Bound::Above),
    ("ازيد من", Bound::Above),
    ("ما يزيد عن", Bound::Above),
    ("ما يزيد على", Bound::Above),
    ("يزيد عن", Bound::Above),
    ("يزيد على", Bound::Above),
    ("تزيد عن", Bound::Above),
    ("ما يربو على", Bound::Above),
    ("ما لا يقل عن", Bound::Above),
    ("لا يقل عن", Bound::Above),
    ("لا تقل عن", Bound::Above),
    ("على الاقل", Bound::Above),
    ("فوق", Bound::Above),
    ("اقل من", Bound::Below),
    ("لا يتجاوز", Bound::Below),
    ("لا تتجاوز", Bound::Below),
    ("لا يزيد عن", Bound::Below),
    ("لا يزيد على", Bound::Below),
    ("نحو", Bound::About),
    ("حوالي", Bound::About),
    ("حوالى", Bound::About),
    ("قرابة", Bound::About),
    ("زهاء", Bound::About),
    ("ما يقارب", Bound::About),
    ("يقارب", Bound::About),
    ("تقريبا", Bound::About),
];

/// An approximator has at most this many words.
const MAX_APPROXIMATOR_WORDS: usize = 4;

/// What an approximator makes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Above,
    Below,
    About,
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
/// assert_eq!(numbers[0].value.lo, 18.0);
/// assert_eq!(numbers[1].span.slice(text), "ثلاثمئة");
/// assert_eq!((numbers[1].value.lo, numbers[1].value.hi), (300.0, f64::INFINITY));
/// ```
pub fn find_numbers(text: &str, tokenized: &Tokenized, out: &mut Vec<NumberMention>) {
    out.clear();
    for sentence in tokenized.sentences() {
        let range = sentence.first_token_idx as usize..sentence.end_token_idx as usize;
        let finder = Finder { reader: Reader { text, tokens: &tokenized.tokens()[range] } };
        let mut idx = 0;
        while idx < finder.reader.tokens.len() {
            match finder.mention(idx) {
                Some((mention, next)) => {
                    out.push(mention);
                    idx = next;
                }
                None => idx += 1,
            }
        }
    }
}

/// Finds mentions in one sentence.
#[derive(Clone, Copy)]
struct Finder<'t> {
    reader: Reader<'t>,
}

/// A value and the tokens it takes.
type Found = (NumberValue, usize);

impl Finder<'_> {
    fn mention(&self, idx: usize) -> Option<(NumberMention, usize)> {
        let item = self.reader.item(idx)?;
        // A lone و before the number is no part of it.
        let first = item.next - 1;
        let (value, next) =
            self.ordinal(first, item).or_else(|| self.vague(item)).or_else(|| self.range(idx))?;
        let (percent, next) = self.percent(next);
        let end = self.reader.tokens[next - 1].span.end();
        let mut mention = NumberMention {
            span: Span::new(item.start, end),
            context: Span::new(item.start, end),
            value: NumberValue { percent, unit: self.unit(next), ..value },
        };
        self.approximate(idx, &mut mention);
        Some((mention, next))
    }

    /// `الثالث`, `الحادي والعشرين`, `الثالثة عشرة`, `الـ16`.
    fn ordinal(&self, first: usize, item: Item) -> Option<Found> {
        let (mut value, mut next) = match item.value {
            ItemValue::Word(NumberWord::Ordinal(value)) => (value as f64, item.next),
            ItemValue::Digits(value) if self.has_article_before(first) => (value, item.next),
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
        let (lo, hi) = match word {
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
                Some((NumberValue::between(lo * scale, (hi + 1.0) * scale - 1.0), next))
            }
            None => Some((NumberValue::between(lo, hi), item.next)),
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

    /// The word behind the number, if no clitic joins it to something else.
    fn unit(&self, next: usize) -> Option<Span> {
        const NO_UNITS: &[&str] =
            &["من", "في", "على", "الى", "عن", "الذين", "التي", "الذي", "كانوا", "بين", "هم", "و"];
        let letters = self.reader.letters(next)?;
        let is_unit = letters.len() > 1
            && letters.first(1) != Letters::literal("و")
            && !NO_UNITS.iter().any(|word| Letters::from_text(word) == Some(letters));
        is_unit.then(|| self.reader.tokens[next].span)
    }

    /// Widens the value by the approximator before the token `idx`.
    fn approximate(&self, idx: usize, mention: &mut NumberMention) {
        let Some((bound, start)) = self.approximator(idx) else { return };
        mention.context = Span::new(start, mention.span.end());
        let value = &mut mention.value;
        value.exact = false;
        match bound {
            Bound::Above => value.hi = f64::INFINITY,
            Bound::Below => value.lo = 0.0,
            Bound::About => value.approximate = true,
        }
    }

    /// The longest approximator that ends before a token, and where it begins.
    fn approximator(&self, idx: usize) -> Option<(Bound, u32)> {
        (1..=MAX_APPROXIMATOR_WORDS.min(idx)).rev().find_map(|n_words| {
            let first = idx - n_words;
            let bound = APPROXIMATORS.iter().find(|row| self.stands_at(row.0, first, n_words))?.1;
            Some((bound, self.reader.tokens[first].span.start()))
        })
    }

    /// Whether these words, the first with or without a proclitic, stand at the tokens.
    fn stands_at(&self, words: &str, first: usize, n_words: usize) -> bool {
        let mut expected = words.split(' ').map(Letters::from_text);
        let mut found = (first..first + n_words).map(|idx| self.reader.letters(idx));
        let head = (expected.next().flatten(), found.next().flatten());
        let (Some(head), Some(token)) = head else { return false };
        let begins = token == head || (token.len() == head.len() + 1 && token.skip(1) == head);
        begins && expected.eq(found)
    }
}
