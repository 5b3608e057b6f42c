//! Reading one number off the tokens: a recursive descent over number words and digits.

use super::digits;
use super::words::{NumberWord, number_word};
use crate::letters::{Letters, letter_start};
use crate::{Token, TokenKind};

/// The tokens of a sentence, as number words.
#[derive(Clone, Copy)]
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: &'t [Token],
    /// Whether words that mostly are no numbers are some.
    pub(super) is_number: bool,
}

/// A number word or digits, and what stands in front of it in its token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) value: ItemValue,
    /// Whether و joins it to what came before.
    pub(super) joined: bool,
    /// Whether it has the article.
    pub(super) definite: bool,
    /// Where the number begins, behind the proclitics; the article is inside.
    pub(super) start: u32,
    /// The token behind it.
    pub(super) next: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ItemValue {
    Word(NumberWord),
    Digits(f64),
}

/// A value and the token behind its last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Read {
    pub(super) value: f64,
    pub(super) next: usize,
    /// The value of the last scale read, 1 without one.
    pub(super) scale: f64,
}

/// Of one count at most so many scales stand side by side.
const MAX_SCALES: usize = 4;

const WAHID: Letters = Letters::literal("واحد");
const WAW: Letters = Letters::literal("و");
const ARTICLE: Letters = Letters::literal("ال");

impl Reader<'_> {
    fn slice(&self, idx: usize) -> &str {
        self.tokens[idx].span.slice(self.text)
    }

    pub(super) fn letters(&self, idx: usize) -> Option<Letters> {
        let token = self.tokens.get(idx).filter(|token| token.kind == TokenKind::Word)?;
        Letters::from_text(token.span.slice(self.text))
    }

    /// The item at a token; a lone و in front of it belongs to it.
    pub(super) fn item(&self, idx: usize) -> Option<Item> {
        if self.letters(idx) == Some(WAW) {
            let item = self.bare_item(idx + 1)?;
            return Some(Item { joined: true, ..item });
        }
        self.bare_item(idx)
    }

    /// Whether a number token has no value, and is no clock time.
    fn is_unreadable(&self, idx: usize) -> bool {
        let is_number = |token: &&Token| token.kind == TokenKind::Number;
        self.tokens.get(idx).filter(is_number).is_some_and(|token| {
            let digits = token.span.slice(self.text);
            !digits.contains(':') && digits::value(digits).is_none()
        })
    }

    /// Whether the item is a scale behind a count that cannot be read, maybe with scales between: alone it would say
    /// something else.
    pub(super) fn is_scale_of_unreadable(&self, item: Item) -> bool {
        let is_scale = |idx: &usize| self.scale(*idx).is_some();
        let mut scales = (0..item.next).rev().take(MAX_SCALES).take_while(is_scale);
        !item.joined && scales.any(|idx| idx > 0 && self.is_unreadable(idx - 1))
    }

    /// The token behind a number that begins here, or whose scale stands here, and that has a part that cannot be
    /// read: its other words are no numbers of their own. The next token if no such number begins here.
    pub(super) fn behind_refused(&self, idx: usize) -> usize {
        let of_scale = self.scale(idx).map(|(scale, next)| self.scaled(1.0, scale, next));
        let Some(first) = of_scale.or_else(|| self.group(idx)) else { return idx + 1 };
        let total = self.with_joined(first);
        if self.is_cut_short(total) { total.next + 2 } else { total.next }
    }

    fn bare_item(&self, idx: usize) -> Option<Item> {
        let token = self.tokens.get(idx)?;
        if token.kind == TokenKind::Number {
            let value = ItemValue::Digits(digits::value(self.slice(idx))?);
            let start = token.span.start();
            return Some(Item { value, joined: false, definite: false, start, next: idx + 1 });
        }
        let letters = self.letters(idx)?;
        let mut prefix = Prefix::of(letters, self.is_number)?;
        if letters == WAHID && self.letters(idx + 1).and_then(number_word) == Some(NumberWord::Ten)
        {
            // Without hamza, وأحد عشر looks as if it began with واحد.
            prefix = Prefix {
                word: NumberWord::BeforeTen(1),
                joined: true,
                definite: false,
                n_letters: 1,
            };
        }
        let start = letter_start(self.slice(idx), prefix.n_letters) as u32;
        Some(Item {
            value: ItemValue::Word(self.word_with_tanwin(idx, prefix.word)),
            joined: prefix.joined,
            definite: prefix.definite,
            start: token.span.start() + start,
            next: idx + 1,
        })
    }

    /// `ألفاً` with its tanwin is the scale, never the dual.
    fn word_with_tanwin(&self, idx: usize, word: NumberWord) -> NumberWord {
        match word {
            NumberWord::ScaleOrDual(scale) if self.slice(idx).contains('\u{64b}') => {
                NumberWord::Scale(scale)
            }
            _ => word,
        }
    }

    fn word(&self, idx: usize) -> Option<(NumberWord, Item)> {
        let item = self.item(idx)?;
        match item.value {
            ItemValue::Word(word) => Some((word, item)),
            ItemValue::Digits(_) => None,
        }
    }

    /// 1 to 99.
    fn below_hundred(&self, idx: usize) -> Option<(u64, usize)> {
        let (word, item) = self.word(idx)?;
        let behind = self.word(item.next);
        match word {
            NumberWord::Unit(unit) => Some(match behind {
                Some((NumberWord::Ten, ten)) if !ten.joined => (10 + unit, ten.next),
                // `ثلاثة عشرين` without its و is met; nothing else reads so.
                Some((NumberWord::Tens(tens), rest)) => (tens + unit, rest.next),
                _ => (unit, item.next),
            }),
            NumberWord::BeforeTen(unit) => match behind? {
                (NumberWord::Ten, ten) if !ten.joined => Some((10 + unit, ten.next)),
                (NumberWord::Tens(tens), rest) if rest.joined => Some((tens + unit, rest.next)),
                _ => None,
            },
            NumberWord::Zero => Some((0, item.next)),
            NumberWord::Ten => Some((10, item.next)),
            NumberWord::Tens(tens) => Some((tens, item.next)),
            _ => None,
        }
    }

    /// 1 to 999.
    fn below_thousand(&self, idx: usize) -> Option<(u64, usize)> {
        let Some((hundreds, next)) = self.hundreds(idx) else { return self.below_hundred(idx) };
        let joined = self.item(next).is_some_and(|item| item.joined);
        let rest = if joined {
            self.below_hundred(next).or_else(|| self.doubled_scale(next))
        } else {
            None
        };
        Some(rest.map_or((hundreds, next), |(rest, next)| (hundreds + rest, next)))
    }

    /// `ستمائة وألف ألف` for 601,000: a speller's fault that is met (num2words), never another number.
    fn doubled_scale(&self, idx: usize) -> Option<(u64, usize)> {
        let (word, item) = self.word(idx)?;
        let again = self.word(item.next).filter(|(_, again)| !again.joined)?;
        (matches!(word, NumberWord::Scale(_)) && again.0 == word).then_some((1, item.next))
    }

    fn hundreds(&self, idx: usize) -> Option<(u64, usize)> {
        let (word, item) = self.word(idx)?;
        match word {
            NumberWord::Hundred => Some((100, item.next)),
            NumberWord::Hundreds(hundreds) => Some((hundreds, item.next)),
            NumberWord::Unit(unit) => match self.word(item.next)? {
                (NumberWord::Hundred | NumberWord::Vague(100), hundred) if !hundred.joined => {
                    Some((100 * unit, hundred.next))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// A count with the scale behind it, or a scale alone: `خمسة آلاف`, `ألف`, `ألفان`, `2.5 مليون`.
    fn group(&self, idx: usize) -> Option<Read> {
        let item = self.item(idx)?;
        let (count, next) = match item.value {
            ItemValue::Digits(value) => (value, item.next),
            ItemValue::Word(NumberWord::Scale(scale)) => {
                return Some(self.scaled(1.0, scale, item.next));
            }
            ItemValue::Word(NumberWord::Dual(scale) | NumberWord::ScaleOrDual(scale)) => {
                return Some(self.scaled(2.0, scale, item.next));
            }
            ItemValue::Word(NumberWord::Part(parts)) => {
                // Nothing joins on to half a million.
                let (scale, next) = self.scale(item.next)?;
                let value = scale as f64 / parts as f64;
                return Some(Read { value, next, scale: 1.0 });
            }
            ItemValue::Word(_) => {
                let (count, next) = self.below_thousand(idx)?;
                (count as f64, next)
            }
        };
        match self.scale(next) {
            Some((scale, next)) => Some(self.scaled(count, scale, next)),
            None => Some(Read { value: count, next, scale: 1.0 }),
        }
    }

    /// The scale right behind a count.
    fn scale(&self, idx: usize) -> Option<(u64, usize)> {
        let (word, item) = self.word(idx)?;
        let (NumberWord::Scale(scale) | NumberWord::ScaleOrDual(scale) | NumberWord::Plural(scale)) =
            word
        else {
            return None;
        };
        (!item.joined).then_some((scale, item.next))
    }

    /// `count * scale`, and once more if a larger scale follows: `ألف مليون`.
    fn scaled(&self, count: f64, scale: u64, next: usize) -> Read {
        match self.scale(next) {
            Some((larger, next)) if larger > scale => {
                let (scale, larger) = (scale as f64, larger as f64);
                Read { value: count * (scale * larger), next, scale: larger }
            }
            _ => Read { value: count * scale as f64, next, scale: scale as f64 },
        }
    }

    /// A whole number: groups of falling scale joined by و, and a fraction at the end.
    pub(super) fn number(&self, idx: usize) -> Option<Read> {
        let total = self.with_joined(self.group(idx)?);
        (!self.is_cut_short(total)).then(|| self.with_part(total))
    }

    /// A group with those of falling scale that و joins to it.
    fn with_joined(&self, mut total: Read) -> Read {
        while total.scale > 1.0 {
            let Some(item) = self.item(total.next).filter(|item| item.joined) else { break };
            let Some(group) = self.group(total.next) else { break };
            let is_part = matches!(item.value, ItemValue::Word(NumberWord::Part(_)));
            if is_part || group.value >= total.scale {
                break;
            }
            total = Read { value: total.value + group.value, ..group };
        }
        total
    }

    /// Whether و joins to it what cannot be read.
    fn is_cut_short(&self, total: Read) -> bool {
        let is_joined = total.scale > 1.0 && self.letters(total.next) == Some(WAW);
        is_joined && self.is_unreadable(total.next + 1)
    }

    /// `مليون ونصف`, `مليون ونصف المليون`, `ثلاثة أرباع`.
    fn with_part(&self, total: Read) -> Read {
        let Some((word, item)) = self.word(total.next) else { return total };
        match word {
            NumberWord::Part(parts) if item.joined => {
                let value = total.value + total.scale / parts as f64;
                let again = self.word(item.next).filter(|(word, item)| {
                    *word == NumberWord::Scale(total.scale as u64) && !item.joined && item.definite
                });
                Read { value, next: again.map_or(item.next, |(_, item)| item.next), ..total }
            }
            NumberWord::Parts(parts) if !item.joined && total.scale <= 1.0 => {
                Read { value: total.value / parts as f64, next: item.next, ..total }
            }
            _ => total,
        }
    }
}

/// What stands before a number word in its token.
struct Prefix {
    word: NumberWord,
    joined: bool,
    definite: bool,
    /// Letters before the number: the proclitics, without the article.
    n_letters: u32,
}

impl Prefix {
    fn of(letters: Letters, is_number: bool) -> Option<Self> {
        Self::try_behind(letters, 0, is_number).or_else(|| {
            let conjunction =
                u32::from(["و", "ف"].iter().any(|c| letters.first(1) == Letters::literal(c)));
            let rest = letters.skip(conjunction);
            let preposition =
                u32::from(["ب", "ل", "ك"].iter().any(|c| rest.first(1) == Letters::literal(c)));
            let tries = [(conjunction, 0), (conjunction, preposition)];
            tries.into_iter().filter(|&(c, p)| c + p > 0).find_map(|(c, p)| {
                let found = Self::try_behind(letters, c + p, is_number)?;
                Some(Self { joined: c > 0, ..found })
            })
        })
    }

    /// The word behind `n_letters` proclitics, with or without article (`لل` lost its alef).
    fn try_behind(letters: Letters, n_letters: u32, is_number: bool) -> Option<Self> {
        let rest = letters.skip(n_letters);
        let prefix = |word, definite| Self { word, joined: false, definite, n_letters };
        if let Some(word) = number_word(rest).filter(|word| is_number || *word != NumberWord::Zero)
        {
            return Some(prefix(word, matches!(word, NumberWord::Ordinal(_))));
        }
        let behind_lam = n_letters > 0 && letters.at(n_letters - 1) == crate::pattern::LAM;
        let bare = match rest.starts_with(ARTICLE) {
            true => rest.skip(2),
            false if behind_lam && rest.at(0) == crate::pattern::LAM => {
                // The ordinals stand in the table with their article.
                if let Some(word) = number_word(ARTICLE.join(rest.skip(1))) {
                    return Some(prefix(word, true));
                }
                rest.skip(1)
            }
            false => return None,
        };
        let word = number_word(bare)?;
        // الأحد is Sunday, الاثنين Monday.
        let is_day = matches!(word, NumberWord::BeforeTen(1) | NumberWord::Unit(2));
        (!is_day
            || is_number
            || bare.len() > 5
            || matches!(word, NumberWord::BeforeTen(_)) && bare.len() > 3)
            .then(|| prefix(word, true))
    }
}
