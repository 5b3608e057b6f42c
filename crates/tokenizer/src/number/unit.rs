//! The counted noun of a number.

use super::read::{Item, ItemValue};
use super::words::NumberWord;
use super::{Finder, NumberValue};
use crate::letters::Letters;
use crate::{SegmentRole, Span, TokenKind};
use std::sync::LazyLock;

/// A word beside a number.
#[derive(Clone, Copy, Debug)]
struct Noun {
    /// From its stem on.
    span: Span,
    /// Of the stem with its article.
    letters: Letters,
    is_definite: bool,
    has_proclitic: bool,
    has_enclitic: bool,
}

/// Words that are counted by no number before them.
const NO_NOUNS: &str = "من في على الى عن الذين التي الذي كانوا كان كانت بين هم هي هو و قد سوى اخر عدد تعداد لكن \
    او ام اذ حيث بعد قبل منذ خلال لدى ضد غير فقط ايضا حتى عند مع كما بينما الا جراء نتيجة بسبب عبر تحت فوق داخل خارج \
    قرب امام وراء حول ضمن وفق حسب ما لا لم لن ان هذا هذه ذلك تلك نحو حوالي اكثر اقل شرق غرب شمال جنوب شرقي غربي \
    شمالي جنوبي صباحا مساء ظهرا فجرا";

/// Words that are no counted noun behind `من`: who counts, groups by one name, `من العمر`.
const NOT_COUNTED_BEHIND_OF: &str = "اصل اجل جانب جهة جديد العمر الجانبين الطرفين قوات القوات تنظيم التنظيم جيش الجيش \
    حركة هيئة ميليشيا ميليشيات مليشيا مليشيات الميليشيات فصائل الفصائل فصيل لواء كتيبة كتائب فرقة حزب";

/// Words that `واحد` does not describe.
const NOT_COUNTED_BEFORE: &str = "قتل قتلت مقتل استشهاد استشهد اصيب اصابة جرح جرحت اعتقال اعتقل سقوط سقط وفاة \
    مصرع خطف اختطاف هناك بينهم";

/// Plurals without an ending; those of the form أفعال are known by it.
const BROKEN_PLURALS: &str = "اشهر اسابيع قتلى جرحى شهداء دول ضحايا جنود مدن قرى صواريخ مقاعد";

static NO_NOUN_LETTERS: LazyLock<Vec<Letters>> = LazyLock::new(|| sorted(NO_NOUNS));
static BEHIND_OF_LETTERS: LazyLock<Vec<Letters>> = LazyLock::new(|| sorted(NOT_COUNTED_BEHIND_OF));
static BEFORE_LETTERS: LazyLock<Vec<Letters>> = LazyLock::new(|| sorted(NOT_COUNTED_BEFORE));
static PLURAL_LETTERS: LazyLock<Vec<Letters>> = LazyLock::new(|| sorted(BROKEN_PLURALS));

fn sorted(words: &str) -> Vec<Letters> {
    let letters = |word| Letters::from_text(word).expect("these words are short");
    let mut table: Vec<Letters> = words.split_whitespace().map(letters).collect();
    table.sort_unstable();
    table
}

fn is_in(table: &LazyLock<Vec<Letters>>, letters: Letters) -> bool {
    table.binary_search(&letters).is_ok()
}

const ARTICLE: Letters = Letters::literal("ال");
const OF: Letters = Letters::literal("من");

impl Noun {
    /// Whether its letters end with these.
    fn ends_with(self, ending: &str) -> bool {
        let ending = Letters::literal(ending);
        let n_before = self.letters.len().saturating_sub(ending.len());
        n_before > 1 && self.letters.skip(n_before) == ending
    }

    fn ends_with_any(self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.ends_with(ending))
    }

    /// Whether it may be a noun that is counted; a verb in the plural is none.
    fn may_be_counted(self) -> bool {
        self.letters.len() > 1 && !is_in(&NO_NOUN_LETTERS, self.letters) && !self.ends_with("وا")
    }

    fn is_plural(self) -> bool {
        let stem =
            if self.letters.starts_with(ARTICLE) { self.letters.skip(2) } else { self.letters };
        let n = stem.len();
        let alef = Letters::literal("ا");
        let is_afal = n >= 4 && stem.first(1) == alef && stem.skip(n - 2).first(1) == alef;
        is_afal || is_in(&PLURAL_LETTERS, stem) || self.ends_with_any(&["ات", "ين", "ون"])
    }

    fn is_dual(self) -> bool {
        self.ends_with_any(&["ين", "ان"]) || self.has_enclitic && self.ends_with_any(&["ي", "ا"])
    }
}

/// A number whose unit is asked for.
#[derive(Clone, Copy)]
pub(super) struct Counting {
    pub item: Item,
    /// The token behind it, its percent words included.
    pub next: usize,
    pub value: NumberValue,
}

impl Finder<'_> {
    /// The counted noun: behind the number (`18 عنصرا`, `37 من المتمردين`), or before it where it follows as
    /// an adjective does (`عائلة واحدة`, `الجسور الخمسة`, `اليوم الـ16`).
    pub(super) fn unit(&self, counting: Counting) -> Option<Span> {
        let Counting { item, next, value } = counting;
        let first = item.next - 1;
        if value.percent {
            return None;
        }
        let has_article = self.has_article_before(first);
        let before = if has_article { first.checked_sub(2) } else { first.checked_sub(1) };
        let before = before.and_then(|idx| self.noun(idx)).filter(|noun| noun.may_be_counted());
        let behind = self.behind(next);
        let definite_before = before.filter(|noun| noun.is_definite || noun.has_enclitic);
        let found = match item.value {
            _ if value.ordinal => before.filter(|noun| noun.is_definite),
            ItemValue::Word(NumberWord::Unit(unit @ 1..=2)) if next == item.next => {
                return self.noun_of_one_or_two(unit, item, counting);
            }
            ItemValue::Word(NumberWord::Vague(_) | NumberWord::Plural(_)) if item.definite => None,
            ItemValue::Word(NumberWord::Part(_) | NumberWord::TwoParts(_)) => {
                return behind.or(before.filter(|_| item.joined)).map(|noun| noun.span);
            }
            _ if item.definite || has_article => {
                behind.filter(|noun| !noun.is_definite).or(definite_before)
            }
            _ => behind,
        };
        let may_be_part = !value.ordinal;
        found.or_else(|| self.behind_of(next).filter(|_| may_be_part)).map(|noun| noun.span)
    }

    /// One and two follow their noun.
    fn noun_of_one_or_two(&self, unit: u64, item: Item, counting: Counting) -> Option<Span> {
        let before = (item.next - 1).checked_sub(1).and_then(|idx| self.noun(idx));
        let before = before.filter(|noun| noun.may_be_counted() && !item.joined);
        let is_feminine =
            self.noun(item.next - 1).is_some_and(|noun| noun.ends_with_any(&["ة", "ه"]));
        let fitting = before.filter(|noun| match unit {
            1 if is_feminine => noun.ends_with_any(&["ة", "ه"]),
            1 => !is_in(&BEFORE_LETTERS, noun.letters),
            _ => noun.is_dual(),
        });
        let behind = || self.behind(counting.next).filter(|_| unit > 1);
        let found = fitting.or_else(behind).or_else(|| self.behind_of(counting.next));
        found.map(|noun| noun.span)
    }

    /// Digits with an article are a place in a row, `اليوم الـ16`, unless they count: `الـ24 ساعة`,
    /// `الساعات الـ48`.
    pub(super) fn counts_with_article(&self, first: usize, next: usize) -> bool {
        let before = first.checked_sub(2).and_then(|idx| self.noun(idx));
        let before = before.filter(|noun| noun.is_definite && noun.may_be_counted());
        let behind = self.behind(next).filter(|noun| !noun.is_definite);
        match (before, behind) {
            (Some(noun), _) if noun.is_plural() => true,
            (Some(_), Some(behind)) => behind.ends_with_any(&["ا", "ة"]),
            (None, Some(_)) => true,
            _ => false,
        }
    }

    /// The noun right behind, without a quotation mark between.
    fn behind(&self, next: usize) -> Option<Noun> {
        let sign = self.reader.tokens.get(next).map(|token| token.span.slice(self.reader.text));
        let is_sign = matches!(sign, Some("\"" | "“" | "”" | "«" | "'" | "/"));
        let noun = self.noun(next + usize::from(is_sign))?;
        (noun.may_be_counted() && !noun.has_proclitic).then_some(noun)
    }

    /// `37 من المتمردين`.
    fn behind_of(&self, next: usize) -> Option<Noun> {
        let of = self.reader.letters(next).filter(|letters| *letters == OF);
        let noun = of.and_then(|_| self.noun(next + 1))?;
        let is_counted = noun.may_be_counted() && !is_in(&BEHIND_OF_LETTERS, noun.letters);
        (is_counted && !noun.has_proclitic).then_some(noun)
    }

    fn noun(&self, idx: usize) -> Option<Noun> {
        let token = self.reader.tokens.get(idx).filter(|token| token.kind == TokenKind::Word)?;
        let whole = Letters::from_text(token.span.slice(self.reader.text))?;
        let mut noun = Noun {
            span: token.span,
            letters: whole,
            is_definite: whole.starts_with(ARTICLE),
            has_proclitic: whole.first(1) == Letters::literal("و"),
            has_enclitic: false,
        };
        if !self.tokenized.segments().is_empty() {
            let segments = self.tokenized.segments_of(self.first_token_idx + idx);
            let stem = segments.iter().find(|segment| segment.role == SegmentRole::Stem)?;
            noun.span = Span::new(stem.span.start(), token.span.end());
            noun.letters = Letters::from_text(stem.span.slice(self.reader.text))?;
            noun.is_definite = stem.has_article;
            noun.has_proclitic = segments[0].role == SegmentRole::Proclitic;
            noun.has_enclitic = segments.last()?.role == SegmentRole::Enclitic;
        }
        Some(noun)
    }
}
