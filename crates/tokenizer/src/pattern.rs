//! The grammar of clitics: `[و|ف] [ب|ل|ك|س] STEM [pronoun]`, or `أ` before one of them or the stem.

use crate::letters::{Letters, code};

/// How a word is cut: how many one-letter proclitics, how many letters of enclitic pronoun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Pattern {
    pub(crate) n_proclitics: u8,
    pub(crate) n_suffix: u8,
}

impl Pattern {
    pub(crate) const WHOLE: Self = Self { n_proclitics: 0, n_suffix: 0 };

    /// Whether the first proclitic is و, ف or the question particle.
    pub(crate) fn has_conjunction(self, word: Letters) -> bool {
        self.n_proclitics > 0 && (is_conjunction(word.at(0)) || word.at(0) == ALEF)
    }

    /// The letters between the clitics; empty in `به`, `لهم`.
    pub(crate) fn stem(self, word: Letters) -> Letters {
        word.first(word.len() - u32::from(self.n_suffix)).skip(u32::from(self.n_proclitics))
    }
}

impl Pattern {
    /// Letters of each part in order: the proclitics, the stem (may be zero), the enclitic (too).
    pub(crate) fn part_lens(self, word: Letters) -> impl Iterator<Item = u32> {
        let n_suffix = u32::from(self.n_suffix);
        let n_stem = word.len() - u32::from(self.n_proclitics) - n_suffix;
        std::iter::repeat_n(1, self.n_proclitics.into()).chain([n_stem, n_suffix])
    }
}

const WAW: u8 = code('و');
const FEH: u8 = code('ف');
const BEH: u8 = code('ب');
const KAF: u8 = code('ك');
pub(crate) const LAM: u8 = code('ل');
const SEEN: u8 = code('س');
pub(crate) const ALEF: u8 = code('ا');

/// The enclitic pronouns by number of letters.
const PRONOUNS: [&[Letters]; 3] = [
    &[Letters::literal("ه"), Letters::literal("ي"), Letters::literal("ك")],
    &[
        Letters::literal("ها"),
        Letters::literal("هم"),
        Letters::literal("هن"),
        Letters::literal("نا"),
        Letters::literal("ني"),
        Letters::literal("كم"),
        Letters::literal("كن"),
    ],
    &[Letters::literal("هما"), Letters::literal("كما")],
];

fn is_pronoun(letters: Letters) -> bool {
    let same_len = (letters.len() as usize).checked_sub(1).and_then(|idx| PRONOUNS.get(idx));
    same_len.is_some_and(|row| row.contains(&letters))
}

fn is_conjunction(letter: u8) -> bool {
    letter == WAW || letter == FEH
}

fn is_preposition(letter: u8) -> bool {
    letter == BEH || letter == LAM || letter == KAF
}

/// Whether the first `n` letters can be proclitics in this order.
fn are_proclitics(word: Letters, n: u32) -> bool {
    let (first, second) = (word.at(0), word.at(1));
    let before_stem = |letter: u8| is_preposition(letter) || letter == SEEN;
    match n {
        0 => true,
        1 => before_stem(first) || is_conjunction(first) || first == ALEF,
        _ if first == ALEF => is_conjunction(second) || second == LAM,
        _ => is_conjunction(first) && before_stem(second),
    }
}

/// Calls `each` with every cut of the word that the grammar allows, the whole word first.
///
/// A preposition with a pronoun (`به`, `لهم`) has no stem; a conjunction needs one (`وهم`).
pub(crate) fn candidates(word: Letters, mut each: impl FnMut(Pattern)) {
    let n = word.len();
    for n_proclitics in 0..=2_u32.min(n.saturating_sub(1)) {
        if !are_proclitics(word, n_proclitics) {
            continue;
        }
        let rest = word.skip(n_proclitics);
        let takes_pronoun = n_proclitics > 0 && is_preposition(word.at(n_proclitics - 1));
        let only_pronoun = takes_pronoun && is_pronoun(rest);
        for n_suffix in 0..=3_u32.min(rest.len()) {
            let n_stem = rest.len() - n_suffix;
            let fits = match n_stem {
                _ if n_suffix == 0 => !only_pronoun,
                0 => only_pronoun,
                _ => n_stem > 1,
            };
            if fits && (n_suffix == 0 || is_pronoun(rest.skip(n_stem))) {
                each(Pattern { n_proclitics: n_proclitics as u8, n_suffix: n_suffix as u8 });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expected: &[&str]) {
        let letters = Letters::from_text(word).expect("a short word");
        let chars: Vec<char> = word.chars().collect();
        let mut cuts = Vec::new();
        candidates(letters, |pattern| {
            let (n_pro, n_suffix) = (pattern.n_proclitics.into(), usize::from(pattern.n_suffix));
            let n_stem = chars.len() - n_suffix;
            let mut parts: Vec<String> = chars[..n_pro].iter().map(char::to_string).collect();
            parts.extend([chars[n_pro..n_stem].iter().collect(), chars[n_stem..].iter().collect()]);
            parts.retain(|part| !part.is_empty());
            cuts.push(parts.join("+"));
        });
        assert_eq!(cuts, expected, "{word}");
    }

    #[test]
    fn grammar() {
        check("من", &["من"]);
        check("به", &["به", "ب+ه"]);
        check("وهم", &["وهم", "و+هم"]);
        check("كتابهما", &["كتابهما", "كتاب+هما", "ك+تابهما", "ك+تاب+هما"]);
        check("وبالجيش", &["وبالجيش", "و+بالجيش", "و+ب+الجيش"]);
        check("ولهم", &["ولهم", "ول+هم", "و+لهم", "و+ل+هم"]);
        check("أفلا", &["أفلا", "أ+فلا", "أ+ف+لا"]);
    }
}
