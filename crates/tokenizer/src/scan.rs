//! Second pass: from the masks to typed spans.

use crate::chars::{Class, TATWEEL, TEH_MARBUTA, class_of, class_of_ascii, digit};
use crate::masks::Masks;
use crate::sentence::Breaks;
use crate::web;
use crate::{Span, Token, TokenKind};
use unicode_segmentation::UnicodeSegmentation;

/// Reads tokens off a text. What it skips is white space, control characters, invisible marks, and
/// combining marks that have no letter.
pub(crate) struct Scanner<'t> {
    pub(crate) text: &'t str,
    pub(crate) masks: &'t Masks,
    pub(crate) tokens: &'t mut Vec<Token>,
    pub(crate) breaks: &'t mut Breaks,
}

impl Scanner<'_> {
    /// Scans the whole text.
    pub(crate) fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let end = self.masks.word_end(at);
            if end > at {
                at = self.word(at, end);
                // Most words are followed by one space and another word.
                at += usize::from(bytes.get(at) == Some(&b' '));
            } else {
                at = if bytes[at].is_ascii() { self.ascii(at) } else { self.wide(at) };
            }
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.text[at..].chars().next()
    }

    fn class_at(&self, at: usize) -> Option<Class> {
        self.char_at(at).map(class_of)
    }

    #[inline]
    fn push(&mut self, start: usize, end: usize, kind: TokenKind) -> usize {
        self.tokens.push(Token { span: Span::new(start as u32, end as u32), kind });
        end
    }

    /// A token of one sign: the marks behind it belong to it.
    fn push_sign(&mut self, start: usize, end: usize, kind: TokenKind) -> usize {
        let end = self.absorb(end);
        self.push(start, end, kind)
    }

    #[inline]
    fn word(&mut self, start: usize, end: usize) -> usize {
        if self.byte(end) < 0x80 && !self.masks.any_special(start, end) {
            return self.push(start, end, TokenKind::Word);
        }
        self.odd_word(start, end)
    }

    /// A word with marks, with letters outside the plain block, or run together with the next.
    fn odd_word(&mut self, start: usize, plain_end: usize) -> usize {
        let start = self.skip_marks(start);
        if start >= plain_end && !self.is_letter_or_tatweel(start) {
            return start.max(plain_end);
        }
        let mut end = self.word_end(plain_end.max(start));
        while let Some(rest) = self.behind_filter_dodge(end) {
            end = self.word_end(rest);
        }
        self.push_word(start, end);
        end
    }

    /// Where a word goes on that was broken to pass a word filter: `مـ ـقتل`, `مـ.ـقتل`.
    fn behind_filter_dodge(&self, end: usize) -> Option<usize> {
        let is_broken = self.text[..end].ends_with(TATWEEL) && b" .*_".contains(&self.byte(end));
        let rest = self.text.get(end + 1..).filter(|_| is_broken)?;
        let letters = rest.strip_prefix(TATWEEL)?.trim_start_matches(TATWEEL);
        let goes_on = letters.chars().next().is_some_and(|c| class_of(c) == Class::Letter);
        goes_on.then_some(end + 1)
    }

    /// Marks that follow a gap have no letter to stand on.
    fn skip_marks(&self, at: usize) -> usize {
        let marks = self.text[at..].chars().take_while(|&c| class_of(c) == Class::Mark);
        at + marks.map(char::len_utf8).sum::<usize>()
    }

    fn is_letter_or_tatweel(&self, at: usize) -> bool {
        matches!(self.class_at(at), Some(Class::Letter | Class::Tatweel))
    }

    /// The end of the word that reaches at least to `at`.
    fn word_end(&self, mut at: usize) -> usize {
        loop {
            if at < self.text.len() && self.masks.is_word(at) {
                at = self.masks.word_end(at);
            }
            match self.class_at(at) {
                Some(Class::Letter | Class::Tatweel | Class::Mark) => {
                    at += self.char_at(at).map_or(0, char::len_utf8);
                }
                Some(Class::Invisible) => match self.behind_invisible(at) {
                    Some(letter) => at = letter,
                    None => return at,
                },
                Some(_) if self.byte(at) >= 0xE0 => return self.absorb(at),
                _ => return at,
            }
        }
    }

    /// Where a letter follows a run of invisible marks.
    fn behind_invisible(&self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let letter = rest.find(|c| class_of(c) != Class::Invisible)?;
        self.is_letter_or_tatweel(at + letter).then_some(at + letter)
    }

    /// Pushes a word, cut behind each ة that has letters behind it: there a space is missing.
    fn push_word(&mut self, mut start: usize, end: usize) {
        if self.text[start..end].chars().all(|c| matches!(c, TATWEEL) || class_of(c) == Class::Mark)
        {
            self.push(start, end, TokenKind::Punctuation);
            return;
        }
        while let Some(cut) = teh_marbuta_joint(&self.text[start..end]) {
            self.push(start, start + cut, TokenKind::Word);
            start += cut;
        }
        self.push(start, end, TokenKind::Word);
    }

    /// The end of the grapheme that the chars up to `end` belong to.
    #[inline]
    fn absorb(&self, end: usize) -> usize {
        if self.byte(end) < 0x80 { end } else { self.absorb_wide(end) }
    }

    fn absorb_wide(&self, mut end: usize) -> usize {
        while let Some(c) = self.char_at(end) {
            let joins = match class_of(c) {
                Class::Mark => true,
                _ if (c as usize) < 0x800 => false,
                _ => !self.is_grapheme_start(end),
            };
            if !joins {
                break;
            }
            end += c.len_utf8();
        }
        end
    }

    /// Whether a grapheme begins at `at`, seen from the char before. What follows the char at `at` has
    /// no say in it and is not read: a grapheme may be as long as the text.
    fn is_grapheme_start(&self, at: usize) -> bool {
        let Some(before) = self.text[..at].chars().next_back() else { return true };
        let from = at - before.len_utf8();
        let behind = at + self.char_at(at).map_or(0, char::len_utf8);
        let grapheme = self.text[from..behind].graphemes(true).next().unwrap_or_default();
        from + grapheme.len() <= at
    }

    fn ascii(&mut self, at: usize) -> usize {
        match class_of_ascii(self.byte(at)) {
            Class::Newline => self.newline(at + 1),
            Class::Digit => self.number(at),
            Class::Latin => self.latin(at),
            Class::Punctuation => self.punctuation(at),
            Class::Symbol => self.push_sign(at, at + 1, TokenKind::Symbol),
            _ => at + 1,
        }
    }

    fn newline(&mut self, end: usize) -> usize {
        self.breaks.end_line(self.tokens.len());
        end
    }

    /// A sign at `at`; runs of the same (`...`, `---`) are one token, brackets and quotes are not.
    fn punctuation(&mut self, at: usize) -> usize {
        let sign = self.byte(at);
        if let Some(end) = web::mention_end(self.text, at) {
            return self.push_sign(at, end, TokenKind::Mention);
        }
        if sign == b'#' && self.hashtag_follows(at + 1) {
            return self.push_sign(at, at + 1, TokenKind::Hashtag);
        }
        let mut end = at + 1;
        while b".-!?*=_~".contains(&sign) && self.byte(end) == sign {
            end += 1;
        }
        if matches!(sign, b'.' | b'!' | b'?') {
            self.breaks.stop(self.tokens.len());
        }
        self.push_sign(at, end, TokenKind::Punctuation)
    }

    fn hashtag_follows(&self, at: usize) -> bool {
        matches!(self.class_at(at), Some(Class::Letter | Class::Latin | Class::Digit))
            || (self.byte(at) == b'_' && self.hashtag_follows_underscore(at + 1))
    }

    fn hashtag_follows_underscore(&self, at: usize) -> bool {
        matches!(self.class_at(at), Some(Class::Letter | Class::Latin | Class::Digit))
    }

    fn latin(&mut self, at: usize) -> usize {
        if let Some((end, kind)) = web::address(self.text, at) {
            return self.push_sign(at, end, kind);
        }
        let end = self.latin_end(at);
        self.push(at, end, TokenKind::Latin)
    }

    /// Letters and the digits behind them: `NSO`, `M4`.
    fn latin_end(&self, mut at: usize) -> usize {
        while at < self.text.len() {
            if self.byte(at).is_ascii_alphanumeric() {
                at += 1;
                continue;
            }
            let next = match self.class_at(at) {
                Some(Class::Latin) => self.grapheme_end(at),
                _ => self.absorb(at),
            };
            if next == at {
                break;
            }
            at = next;
        }
        at
    }

    fn grapheme_end(&self, at: usize) -> usize {
        at + self.text[at..].graphemes(true).next().map_or(0, str::len)
    }

    fn number(&mut self, at: usize) -> usize {
        let end = self.absorb(number_end(self.text, at));
        self.push(at, end, TokenKind::Number)
    }

    fn wide(&mut self, at: usize) -> usize {
        let Some(c) = self.char_at(at) else { return self.text.len() };
        let behind = at + c.len_utf8();
        match class_of(c) {
            Class::Newline => self.newline(behind),
            Class::Space | Class::Invisible | Class::Mark => behind,
            Class::Letter | Class::Tatweel => self.odd_word(at, behind),
            Class::Digit => self.number(at),
            Class::Punctuation => self.wide_punctuation(at, c),
            class => self.grapheme(at, class),
        }
    }

    fn wide_punctuation(&mut self, at: usize, c: char) -> usize {
        if matches!(c, '؟' | '۔' | '…') {
            self.breaks.stop(self.tokens.len());
        }
        self.push_sign(at, at + c.len_utf8(), TokenKind::Punctuation)
    }

    /// Anything else, one grapheme at a time.
    fn grapheme(&mut self, at: usize, class: Class) -> usize {
        let in_gap = self.tokens.last().is_none_or(|token| token.span.end() as usize != at);
        if in_gap && !self.is_grapheme_start(at) {
            // It extends a space or another char of the gap.
            return at + self.char_at(at).map_or(1, char::len_utf8);
        }
        if class == Class::Latin {
            return self.latin(at);
        }
        let kind = if class == Class::Emoji { TokenKind::Emoji } else { TokenKind::Symbol };
        let end = self.grapheme_end(at);
        self.push(at, end, kind)
    }
}

/// Byte offset behind an inner ة with at least three letters up to it and two behind it.
fn teh_marbuta_joint(word: &str) -> Option<usize> {
    let letter = |&(_, c): &(usize, char)| class_of(c) == Class::Letter;
    let mut letters = word.char_indices().filter(letter);
    let found = letters.by_ref().enumerate().find(|&(n, (_, c))| n >= 2 && c == TEH_MARBUTA);
    found?;
    let (cut, _) = letters.next()?;
    letters.next().map(|_| cut)
}

/// The end of a number that begins at `at`: digits of one script with separators between them.
fn number_end(text: &str, at: usize) -> usize {
    let script = text[at..].chars().next().and_then(digit).map(|(_, script)| script);
    let digits_end = |from: usize| {
        let digits = text[from..].chars().take_while(|&c| digit(c).map(|(_, s)| s) == script);
        from + digits.map(char::len_utf8).sum::<usize>()
    };
    let mut end = digits_end(at);
    while let Some(separator) = text[end..].chars().next() {
        let from = end + separator.len_utf8();
        let next_end = match separator {
            '.' | ',' | ':' | '٫' | '٬' => digits_end(from),
            '،' => thousands_end(text, end, from, digits_end(from)),
            _ => from,
        };
        if next_end == from {
            break;
        }
        end = next_end;
    }
    end
}

/// `26،013`: the Arabic comma is a separator only between groups of exactly three digits.
fn thousands_end(text: &str, end: usize, from: usize, next_end: usize) -> usize {
    let n_before = text[..end].chars().rev().take_while(|&c| digit(c).is_some()).count();
    let n_behind = text[from..next_end].chars().count();
    if n_before <= 3 && n_behind == 3 { next_end } else { from }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Chars of every grapheme class: marks that are read as signs, viramas with their consonants,
    /// joiners, flags, emoji with skin tones, prepended signs, Hangul, line ends.
    const JOINING: &str = "([a ا\u{301}\u{1dc4}\u{94d}\u{915}\u{93c}\u{903}\u{200d}\u{fe0f}]|\
        [\u{1f1f8}\u{1f1fe}\u{1f469}\u{1f3fb}\u{600}\u{1100}\u{1161}\u{11a8}\u{ac00}\r\n]|\\PC){0,12}";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn the_rest_has_no_say_in_where_a_grapheme_starts(text in JOINING) {
            let masks = Masks::default();
            let (mut tokens, mut breaks) = (Vec::new(), Breaks::default());
            let scanner =
                Scanner { text: &text, masks: &masks, tokens: &mut tokens, breaks: &mut breaks };
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            for pair in starts.windows(2) {
                let grapheme = text[pair[0]..].graphemes(true).next().unwrap_or_default();
                let is_start = pair[0] + grapheme.len() <= pair[1];
                prop_assert_eq!(scanner.is_grapheme_start(pair[1]), is_start, "{}", pair[1]);
            }
        }
    }
}
