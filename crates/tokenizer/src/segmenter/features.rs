//! What speaks for a cut: attributes of a word and one way to cut it, hashed to weight indices.
//!
//! A log-linear model compares the cuts of one word, so an attribute of the whole word alone would
//! cancel out: each is joined with the proclitics or the enclitic of the cut.

use super::lexicon::Lexicon;
use crate::letters::{Letters, code};
use crate::pattern::Pattern;

const ARTICLE: Letters = Letters::literal("ال");

/// What is put around a stem to see whether it is one: a stem is met in many surroundings.
const BEFORE: [Letters; 5] = [
    Letters::literal("ال"),
    Letters::literal("و"),
    Letters::literal("ب"),
    Letters::literal("ل"),
    Letters::literal("وال"),
];
const BEHIND: [Letters; 8] = [
    Letters::literal("ها"),
    Letters::literal("ه"),
    Letters::literal("هم"),
    Letters::literal("ا"),
    Letters::literal("ة"),
    Letters::literal("ين"),
    Letters::literal("ات"),
    Letters::literal("ت"),
];
const N_SURROUNDINGS: usize = BEFORE.len() + BEHIND.len();

/// Letters at the end of a stem that stand for another when the word ends there:
/// مدينت|ها is مدينة, مستوا|ه is مستوى, أبناؤ|ه is أبناء.
const RESTORED: [(u8, Letters); 4] = [
    (code('ت'), Letters::literal("ة")),
    (code('ا'), Letters::literal("ى")),
    (code('ؤ'), Letters::literal("ء")),
    (code('ئ'), Letters::literal("ء")),
];

/// The kinds of attribute; the number keeps equal values of different kinds apart. A kind that
/// comes in several lengths or surroundings takes as many numbers.
#[derive(Clone, Copy)]
#[repr(u64)]
enum Kind {
    Cut = 1,
    Length,
    Level,
    Levels,
    Gain,
    Sum,
    Met,
    Stem,
    Word,
    End,
    Start,
    Name,
    NameInside,
    Assimilated,
    FirstLetters = 20,
    LastLetters = 30,
    Surrounding = 40,
}

/// Which part of the cut an attribute is joined with.
#[derive(Clone, Copy)]
#[repr(u64)]
enum Part {
    Conjunction = 1,
    Preposition,
    Suffix,
    All,
}

/// A cut of a word, taken apart. The conjunction is judged by what follows it as a word of its own,
/// the rest as if it stood alone: so `و+ب+X` profits from every `ب+X`.
struct Parts {
    word: Letters,
    /// What follows the conjunction; the word without one.
    inner: Letters,
    stem: Letters,
    n_suffix: u32,
    /// The letters of each part of [`Part`], as one number.
    values: [u64; 5],
}

impl Parts {
    fn new(word: Letters, pattern: Pattern) -> Self {
        let n_conjunctions = u32::from(pattern.has_conjunction(word));
        let inner = word.skip(n_conjunctions);
        let n_prepositions = u32::from(pattern.n_proclitics) - n_conjunctions;
        let n_suffix = u32::from(pattern.n_suffix);
        let conjunction = word.first(n_conjunctions).0 as u64;
        let preposition = inner.first(n_prepositions).0 as u64;
        let suffix = inner.skip(inner.len() - n_suffix).0 as u64;
        let all = conjunction | preposition << 8 | suffix << 16;
        let values = [0, conjunction, preposition, suffix, all];
        Self { word, inner, stem: pattern.stem(word), n_suffix, values }
    }
}

/// Calls `emit` with a 32-bit hash for each attribute of a cut.
struct Emitter<'p, F> {
    emit: F,
    parts: &'p Parts,
}

impl<F: FnMut(u32)> Emitter<'_, F> {
    #[inline]
    fn add(&mut self, kind: Kind, part: Part, value: impl Into<u64>) {
        self.add_row(kind, 0, part, value);
    }

    /// The attribute number `row` of its kind.
    #[inline]
    fn add_row(&mut self, kind: Kind, row: u64, part: Part, value: impl Into<u64>) {
        let what = (kind as u64 + row) << 8 | part as u64;
        let key = (what << 48 ^ self.parts.values[part as usize])
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ^ value.into();
        let mixed = (key ^ (key >> 29)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        (self.emit)((mixed >> 32) as u32);
    }

    /// How a stretch of letters begins and ends.
    fn spelling(&mut self, letters: Letters, part: Part) {
        let n = letters.len();
        for len in 1..=4_u32.min(n) {
            let row = u64::from(len) - 1;
            let value = match part {
                Part::Suffix => letters.skip(n - len),
                _ => letters.first(len),
            };
            let kind =
                if matches!(part, Part::Suffix) { Kind::LastLetters } else { Kind::FirstLetters };
            self.add_row(kind, row, part, value.0 as u64);
        }
        self.add(Kind::Length, part, n);
    }
}

/// Attributes of the cuts of words, with the lexicon they ask.
#[derive(Clone, Copy)]
pub(crate) struct Features<'l> {
    pub(crate) lexicon: &'l Lexicon,
}

impl Features<'_> {
    /// Calls `emit` with the hash of each attribute of a cut.
    pub(crate) fn attributes(self, word: Letters, pattern: Pattern, emit: impl FnMut(u32)) {
        let parts = Parts::new(word, pattern);
        let mut out = Emitter { emit, parts: &parts };
        for part in [Part::Conjunction, Part::Preposition, Part::Suffix, Part::All] {
            out.add(Kind::Cut, part, 0_u32);
        }
        self.spelling(&mut out);
        self.counts(&mut out);
        self.names(&mut out);
    }

    fn spelling<F: FnMut(u32)>(self, out: &mut Emitter<'_, F>) {
        let &Parts { word, inner, stem, n_suffix, .. } = out.parts;
        out.spelling(inner, Part::Conjunction);
        out.spelling(stem, Part::Preposition);
        out.spelling(stem, Part::Suffix);
        out.add(Kind::Stem, Part::Preposition, stem.hash() >> 16);
        out.add(Kind::Stem, Part::Suffix, stem.hash() >> 16);
        out.add(Kind::Stem, Part::Conjunction, inner.hash() >> 16);
        out.add(Kind::Word, Part::All, word.hash() >> 16);
        let end = inner.skip(inner.len().saturating_sub(3));
        out.add(Kind::End, Part::Preposition, end.0 as u64);
        out.add(Kind::End, Part::Conjunction, end.0 as u64);
        if n_suffix > 0 {
            out.add(Kind::Start, Part::Suffix, inner.first(3).0 as u64);
        }
    }

    fn counts<F: FnMut(u32)>(self, out: &mut Emitter<'_, F>) {
        let &Parts { word, inner, stem, n_suffix, .. } = out.parts;
        let (of_word, of_inner) = (self.lexicon.level(word), self.lexicon.level(inner));
        let of_stem = self.stem_level(stem, n_suffix);
        let gain = |to: u8, from: u8| (u32::from(to) + 64 - u32::from(from)) / 2;
        out.add(Kind::Level, Part::Conjunction, of_inner / 2);
        out.add(Kind::Gain, Part::Conjunction, gain(of_inner, of_word));
        let of_bare = self.lexicon.level(without_article(inner));
        out.add(Kind::NameInside, Part::Conjunction, gain(of_bare.max(of_stem), of_word));
        out.add(Kind::Levels, Part::All, u32::from(of_stem / 3) << 8 | u32::from(of_inner / 3));
        for part in [Part::Preposition, Part::Suffix] {
            out.add(Kind::Level, part, of_stem / 2);
            out.add(Kind::Gain, part, gain(of_stem, of_inner));
        }
        let (mut n_met, mut sum) = (0_u32, 0_u32);
        for (row, around) in surroundings(stem).into_iter().enumerate() {
            let level = self.lexicon.level(around);
            n_met += u32::from(level > 0);
            sum += u32::from(level);
            for part in [Part::Conjunction, Part::Preposition, Part::Suffix] {
                out.add_row(Kind::Surrounding, row as u64, part, level / 3);
            }
        }
        for part in [Part::Conjunction, Part::Preposition, Part::Suffix] {
            out.add(Kind::Sum, part, sum / 16);
            out.add(Kind::Met, part, n_met);
        }
    }

    /// How often the stem was seen as a word, in the spelling it has alone.
    fn stem_level(self, stem: Letters, n_suffix: u32) -> u8 {
        let level = self.lexicon.level(stem);
        if n_suffix == 0 {
            return level;
        }
        let n = stem.len().saturating_sub(1);
        let restored = RESTORED.iter().filter(|row| row.0 == stem.at(n));
        restored.map(|row| self.lexicon.level(stem.first(n).join(row.1))).fold(level, u8::max)
    }

    fn names<F: FnMut(u32)>(self, out: &mut Emitter<'_, F>) {
        let &Parts { word, stem, .. } = out.parts;
        let is_name = |word: Letters| self.lexicon.get(word).is_some_and(|entry| entry.is_name);
        let names = u32::from(is_name(word)) << 2
            | u32::from(is_name(stem)) << 1
            | u32::from(is_name(without_article(stem)));
        out.add(Kind::Name, Part::All, names);
        // ل before ال swallows the alef: للنظام.
        let lam = u64::from(code('ل'));
        if out.parts.values[Part::Preposition as usize] == lam && u64::from(stem.at(0)) == lam {
            let whole = self.lexicon.level(ARTICLE.join(stem.skip(1)));
            let gain = u32::from(whole) + 64 - u32::from(self.lexicon.level(stem));
            out.add(Kind::Assimilated, Part::Suffix, gain / 3);
            out.add(Kind::Assimilated, Part::Preposition, gain / 3);
        }
    }
}

fn without_article(stem: Letters) -> Letters {
    if stem.starts_with(ARTICLE) && stem.len() > 4 { stem.skip(2) } else { stem }
}

/// The stem in each surrounding; an article that it has goes first.
fn surroundings(stem: Letters) -> [Letters; N_SURROUNDINGS] {
    let mut out = [Letters::default(); N_SURROUNDINGS];
    let bare = without_article(stem);
    let before = BEFORE.iter().map(|&before| before.join(bare));
    let behind = BEHIND.iter().map(|&behind| stem.join(behind));
    for (slot, around) in out.iter_mut().zip(before.chain(behind)) {
        *slot = around;
    }
    out
}
