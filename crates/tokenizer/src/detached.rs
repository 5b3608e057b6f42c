//! Clitics that stand apart from their word: `لـ"داعش"`, `الـ16`, `و"X"`, `ل X`, `عناصر ه`.

use crate::chars::{Class, TATWEEL, class_of};
use crate::letters::Letters;
use crate::{Token, TokenKind};

/// Signs between a prefix and its word.
const OPENERS: &[&str] = &["\"", "“", "”", "«", "»", "‹", "›", "'", "‘", "’", "(", "[", "{", "''"];

/// At most this many tokens are looked past: quotes, brackets, `#`.
const MAX_OPENERS: usize = 3;

/// Pronouns that are nothing else; `هم` and `هن` also stand alone.
const LOOSE_PRONOUNS: [Letters; 2] = [Letters::literal("ه"), Letters::literal("ها")];

/// Words behind which `ها` is no pronoun but the interjection.
const BEHIND_INTERJECTION: [Letters; 5] = [
    Letters::literal("هو"),
    Letters::literal("هي"),
    Letters::literal("هم"),
    Letters::literal("نحن"),
    Letters::literal("انا"),
];

/// The text and its tokens, seen from one of them.
#[derive(Clone, Copy)]
pub(crate) struct Context<'t> {
    pub(crate) text: &'t str,
    pub(crate) tokens: &'t [Token],
    pub(crate) idx: usize,
}

/// What a token without a stem is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detached {
    /// Proclitics of one letter, then the article or not.
    Prefix { n_proclitics: u8, n_article: u8, host_idx: u32 },
    /// A pronoun.
    Suffix { host_idx: u32 },
}

/// Splits a run of clitics into one-letter proclitics and letters of article, if it is one:
/// `[و|ف] [ب|ل|ك|س] [ال|ل]`.
fn clitic_run(letters: Letters) -> Option<(u8, u8)> {
    const ARTICLE: Letters = Letters::literal("ال");
    const LAM: Letters = Letters::literal("ل");
    let conjunction = u32::from(["و", "ف"].iter().any(|c| letters.first(1) == Letters::literal(c)));
    let rest = letters.skip(conjunction);
    let preposition =
        u32::from(["ب", "ل", "ك", "س"].iter().any(|c| rest.first(1) == Letters::literal(c)));
    let article = rest.skip(preposition);
    let is_lam_lam = article == LAM && preposition == 1 && rest.first(1) == LAM;
    let fits = article.len() == 0 || article == ARTICLE || is_lam_lam;
    (fits && letters.len() > 0).then(|| ((conjunction + preposition) as u8, article.len() as u8))
}

/// Whether a plain word could be a detached clitic: a cheap look before the real one.
#[inline]
pub(crate) fn is_suspect(letters: Letters) -> bool {
    const LAM: u8 = crate::pattern::LAM;
    letters.0 <= 0xFFFF || (letters.0 <= 0xFFFF_FFFF && letters.at(letters.len() - 1) == LAM)
}

impl<'t> Context<'t> {
    /// What the token is, if it is a detached clitic.
    pub(crate) fn detached(self, letters: Letters) -> Option<Detached> {
        if let Some((n_proclitics, n_article)) = clitic_run(letters) {
            let host_idx = self.host(letters, n_article)? as u32;
            return Some(Detached::Prefix { n_proclitics, n_article, host_idx });
        }
        (LOOSE_PRONOUNS.contains(&letters) && self.is_loose_pronoun())
            .then(|| Detached::Suffix { host_idx: self.idx as u32 - 1 })
    }

    /// The token that the clitic belongs to.
    fn host(self, letters: Letters, n_article: u8) -> Option<usize> {
        let host_idx = self.next_content()?;
        let has_tatweel = self.slice(self.idx).ends_with(TATWEEL);
        let before_word = host_idx == self.idx + 1 && self.tokens[host_idx].kind == TokenKind::Word;
        let fits = match letters.len() {
            _ if has_tatweel => true,
            1 if before_word => self.is_loose_letter(letters, host_idx),
            1 => true,
            _ => !before_word && (n_article > 0 || self.touches(self.idx + 1)),
        };
        fits.then_some(host_idx)
    }

    /// The next word, number or name on this line, past opening quotes and brackets.
    fn next_content(self) -> Option<usize> {
        let until = self.tokens.len().min(self.idx + 2 + MAX_OPENERS);
        let openers = (self.idx + 1..until).take_while(|&idx| self.is_opener(idx)).count();
        let host_idx = self.idx + 1 + openers;
        let host = self.tokens.get(host_idx)?;
        let is_content = !matches!(
            host.kind,
            TokenKind::Punctuation | TokenKind::Symbol | TokenKind::Emoji | TokenKind::Hashtag
        );
        (is_content && self.is_same_line(host_idx)).then_some(host_idx)
    }

    fn is_opener(self, idx: usize) -> bool {
        let kind = self.tokens[idx].kind;
        kind == TokenKind::Hashtag
            || (kind == TokenKind::Punctuation && OPENERS.contains(&self.slice(idx)))
    }

    fn is_same_line(self, host_idx: usize) -> bool {
        let range =
            self.tokens[self.idx].span.end() as usize..self.tokens[host_idx].span.start() as usize;
        !self.text[range].chars().any(|c| class_of(c) == Class::Newline)
    }

    fn slice(self, idx: usize) -> &'t str {
        self.tokens[idx].span.slice(self.text)
    }

    fn touches(self, idx: usize) -> bool {
        self.tokens[idx].span.start() == self.tokens[idx - 1].span.end()
    }

    /// A letter alone before a word: no clitic among other letters (`ي ب ك`), and س only before
    /// the present tense.
    fn is_loose_letter(self, letters: Letters, host_idx: usize) -> bool {
        let is_letter = |idx: usize| self.letters(idx).is_some_and(|found| found.len() == 1);
        let spelled = is_letter(host_idx) || (self.idx > 0 && is_letter(self.idx - 1));
        let host = self.letters(host_idx).unwrap_or_default();
        let present = ["ي", "ت", "ن", "ا"].iter().any(|c| host.first(1) == Letters::literal(c));
        !spelled && (letters != Letters::literal("س") || present)
    }

    fn letters(self, idx: usize) -> Option<Letters> {
        (self.tokens[idx].kind == TokenKind::Word)
            .then(|| Letters::from_text(self.tokens[idx].span.slice(self.text)))
            .flatten()
    }

    /// A pronoun one space behind a word: `عناصر ه`. `1440 هـ` and `ها هو` are none.
    fn is_loose_pronoun(self) -> bool {
        let Some(before) = self.idx.checked_sub(1).map(|idx| self.tokens[idx]) else {
            return false;
        };
        let gap = self.tokens[self.idx].span.start() - before.span.end();
        let next = self.idx + 1;
        let interjection = next < self.tokens.len()
            && self.letters(next).is_some_and(|word| BEHIND_INTERJECTION.contains(&word));
        let known = self.letters(self.idx - 1).is_some_and(|word| word.len() > 2);
        gap == 1 && known && !interjection && !self.slice(self.idx).ends_with(TATWEEL)
    }
}
