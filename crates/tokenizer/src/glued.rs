//! Words run together where a space is missing and nothing but a lexicon can tell: behind ى, and
//! behind letters that do not join to the next (`تدميرعدد` looks the same with and without a space).

use crate::letters::{Letters, code};

/// Letters that never join to the one behind them: a missing space leaves no trace in print.
const NON_JOINERS: [u8; 9] = [
    code('ا'),
    code('د'),
    code('ذ'),
    code('ر'),
    code('ز'),
    code('و'),
    code('ؤ'),
    code('ء'),
    code('ى'),
];
const ALEF_MAKSURA: u8 = code('ى');
const HAMZA: u8 = code('ء');
const WAW: u8 = code('و');
/// A shorter word that begins with و is taken as it stands.
const MIN_LETTERS_BEHIND_CONJUNCTION: u32 = 7;

/// Endings that look like words of their own: `دولاراتهم` is no missing space.
const ENDINGS: [Letters; 6] = [
    Letters::literal("هما"),
    Letters::literal("تهما"),
    Letters::literal("اتهم"),
    Letters::literal("اتها"),
    Letters::literal("انها"),
    Letters::literal("انهم"),
];

/// How many letters two words need at least, and how often each must have been seen, as levels
/// of the lexicon (12: about 120 times in its 17 million words, 16: 700, 22: 9,000). The rows are
/// where, in news, nearly all joints found were missing spaces.
const BOUNDS: [Bound; 3] = [
    Bound { n_letters: (5, 5), levels: (12, 12) },
    Bound { n_letters: (4, 4), levels: (16, 16) },
    Bound { n_letters: (4, 3), levels: (16, 22) },
];
/// ى ends every word but before a hamza, so that known words are enough.
const BEHIND_MAKSURA: Bound = Bound { n_letters: (3, 2), levels: (9, 9) };

/// What the word before and the word behind a joint need.
struct Bound {
    n_letters: (u32, u32),
    levels: (u8, u8),
}

impl Bound {
    fn allows(&self, words: (Letters, Letters), levels: (u8, u8)) -> bool {
        words.0.len() >= self.n_letters.0
            && words.1.len() >= self.n_letters.1
            && levels.0 >= self.levels.0
            && levels.1 >= self.levels.1
    }
}

/// How many letters stand before the missing space of a word: behind ى in any word, elsewhere only
/// in one that the lexicon has never seen.
/// `level` says how often a word was seen; of several places the one whose rarer word is most
/// frequent is taken.
pub(crate) fn joint(word: Letters, level: impl Fn(Letters) -> u8) -> Option<u32> {
    let (n, is_unknown) = (word.len(), level(word) == 0);
    let is_behind_maksura = |cut: u32| word.at(cut - 1) == ALEF_MAKSURA && word.at(cut) != HAMZA;
    let is_place = |cut: &u32| {
        is_behind_maksura(*cut) || (is_unknown && NON_JOINERS.contains(&word.at(cut - 1)))
    };
    let places = (BEHIND_MAKSURA.n_letters.0..n.saturating_sub(1)).filter(is_place);
    // `وتدميرعدد`: the first word may be known without its conjunction only.
    let n_conjunctions = u32::from(word.at(0) == WAW && n > MIN_LETTERS_BEHIND_CONJUNCTION);
    let found = places.filter_map(|cut| {
        let (whole, bare) = (word.first(cut), word.first(cut).skip(n_conjunctions.min(cut - 1)));
        let words = (if level(bare) > level(whole) { bare } else { whole }, word.skip(cut));
        let levels = (level(words.0), level(words.1));
        let fits = (is_behind_maksura(cut) && BEHIND_MAKSURA.allows(words, levels))
            || (is_unknown && BOUNDS.iter().any(|bound| bound.allows(words, levels)));
        (fits && !ENDINGS.contains(&words.1)).then_some((levels.0.min(levels.1), cut))
    });
    found.max().map(|(_, cut)| cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segmenter::Segmenter;

    fn check(word: &str, parts: &[&str]) {
        let segmenter = Segmenter::bundled();
        let letters = Letters::from_text(word).expect("a short word");
        let cut = joint(letters, |word| segmenter.level(word)).map_or(0, |cut| cut as usize);
        let chars: Vec<char> = word.chars().collect();
        let found = [&chars[..cut], &chars[cut..]].map(|part| part.iter().collect::<String>());
        let found: Vec<&str> =
            found.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        assert_eq!(found, parts);
    }

    #[test]
    fn a_space_is_missing() {
        check("والجرحىمن", &["والجرحى", "من"]);
        check("مستوىله", &["مستوى", "له"]);
        check("تدميرعدد", &["تدمير", "عدد"]);
        check("وتدميرعدد", &["وتدمير", "عدد"]);
        check("وزيرالخارجية", &["وزير", "الخارجية"]);
    }

    #[test]
    fn one_word() {
        for word in ["الطوارىء", "عىل", "الزرزور", "كفرنبودة", "تلرفعت", "سراقب", "دولاراتهم"]
        {
            check(word, &[word]);
        }
    }
}
