//! Whether a stem begins with the article.

use crate::letters::Letters;
use crate::pattern::{LAM, Pattern};

pub(crate) const ARTICLE: Letters = Letters::literal("ال");

/// Stems that begin with ال without it being the article: the eighth form of roots in ل, names,
/// and function words whose ال no longer comes off.
const NO_ARTICLE: &[Letters] = &[
    Letters::literal("الله"),
    Letters::literal("اللهم"),
    Letters::literal("الا"),
    Letters::literal("الى"),
    Letters::literal("الي"),
    Letters::literal("الف"),
    Letters::literal("الفا"),
    Letters::literal("الان"),
    Letters::literal("الم"),
    Letters::literal("الما"),
];

const NO_ARTICLE_PREFIXES: &[Letters] = &[
    Letters::literal("التزا"),
    Letters::literal("التزم"),
    Letters::literal("التقا"),
    Letters::literal("التقى"),
    Letters::literal("التقت"),
    Letters::literal("التقي"),
    Letters::literal("التها"),
    Letters::literal("التحاق"),
    Letters::literal("التحق"),
    Letters::literal("التفاف"),
    Letters::literal("التماس"),
    Letters::literal("التئام"),
    Letters::literal("التباس"),
    Letters::literal("التواء"),
    Letters::literal("الغاء"),
    Letters::literal("القاء"),
    Letters::literal("الزام"),
    Letters::literal("المانيا"),
    Letters::literal("الماني"),
    Letters::literal("البانيا"),
    Letters::literal("الباني"),
    Letters::literal("الكترون"),
    Letters::literal("الاف"),
];

/// Letters of the article at the start of the stem: two for `ال`, one for what `ل` left of it.
/// `level` says how often a word was seen.
pub(crate) fn n_letters(pattern: Pattern, word: Letters, level: impl Fn(Letters) -> u8) -> u8 {
    let n = n_letters_if_any(pattern, word);
    let stem = pattern.stem(word);
    let is_article = match n {
        2 => is_article(stem),
        // للجيش is ل+الجيش, but للبنان is ل+لبنان.
        1 => stem.len() > 2 && level(ARTICLE.join(stem.skip(1))) >= level(stem),
        _ => false,
    };
    if is_article { n } else { 0 }
}

/// The same for a stem that is known to have an article, or not to look like it.
pub(crate) fn n_letters_if_any(pattern: Pattern, word: Letters) -> u8 {
    let stem = pattern.stem(word);
    if stem.starts_with(ARTICLE) {
        return 2;
    }
    let n_proclitics = u32::from(pattern.n_proclitics);
    u8::from(n_proclitics > 0 && word.at(n_proclitics - 1) == LAM && stem.at(0) == LAM)
}

fn is_article(stem: Letters) -> bool {
    stem.len() > 3
        && !NO_ARTICLE.contains(&stem)
        && !NO_ARTICLE_PREFIXES.iter().any(|&prefix| stem.starts_with(prefix))
}
