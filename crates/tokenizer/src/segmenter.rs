//! Which cut of a word is right.

use crate::letters::Letters;
use crate::pattern::{Pattern, candidates};

/// Decides how a word is cut.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Segmenter;

/// Words that look as if they had a clitic.
const WHOLE: &[&str] = &[
    "وزير",
    "وزارة",
    "وجود",
    "وقت",
    "وضع",
    "وفقا",
    "وقع",
    "وفق",
    "واحد",
    "واحدة",
    "وكالة",
    "وصل",
    "وسط",
    "وراء",
    "واضح",
    "وسائل",
    "وحدات",
    "وحدة",
    "ولاية",
    "وجه",
    "والد",
    "والدة",
    "واشنطن",
    "وقف",
    "وصول",
    "وصف",
    "وزراء",
    "واقع",
    "ورقة",
    "وثائق",
    "وفد",
    "وفاة",
    "والتر",
    "وطن",
    "وطنية",
    "وطني",
    "وحيد",
    "وسيلة",
    "ورشة",
    "وتيرة",
    "وعد",
    "وعي",
    "للأسف",
    "اللهم",
    "الله",
    "هذه",
    "هذا",
];

const HEADS: &[&str] = &["وال", "بال", "فال", "كال", "وبال", "ولل", "لل", "وكال", "فلل"];

impl Segmenter {
    /// The cut of a word of at least one letter.
    pub(crate) fn pattern(self, letters: Letters) -> Pattern {
        let by_rule = Self::rule(letters);
        let mut found = Pattern::WHOLE;
        candidates(letters, |pattern| {
            if pattern == by_rule {
                found = pattern;
            }
        });
        found
    }

    fn rule(letters: Letters) -> Pattern {
        if WHOLE.iter().any(|word| Letters::literal(word) == letters) {
            return Pattern::WHOLE;
        }
        let with_article = HEADS.iter().any(|head| {
            letters.starts_with(Letters::literal(head))
                && letters.len() > Letters::literal(head).len() + 1
        });
        if with_article {
            let conj = letters.at(0) == crate::letters::code('و')
                || letters.at(0) == crate::letters::code('ف');
            let second = letters.at(1) != crate::pattern::ALEF;
            return Pattern { n_proclitics: 1 + u8::from(conj && second), n_suffix: 0 };
        }
        let waw = letters.at(0) == crate::letters::code('و') && letters.len() > 3;
        let daesh = letters == Letters::literal("لداعش") || letters == Letters::literal("بداعش");
        let ha = letters.len() > 4
            && (letters.ends_with(Letters::literal("ها"))
                || letters.ends_with(Letters::literal("هما")));
        let n_suffix = match ha {
            false => 0,
            true if letters.ends_with(Letters::literal("ها")) => 2,
            true => 3,
        };
        Pattern { n_proclitics: u8::from(waw || daesh), n_suffix }
    }
}
