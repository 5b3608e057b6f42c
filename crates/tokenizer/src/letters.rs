//! A word as one number: the folded letters, one byte each.

use crate::chars::{Class, class_of};

/// Up to sixteen folded letters of a word, the first in the lowest byte, zero behind the last.
///
/// The letter is the low byte of its code point (all stand in U+0621–06FF): أ إ آ ٱ are ا, Persian
/// twins their Arabic letters, marks and tatweel nothing. Cutting off a proclitic is a shift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Letters(pub(crate) u128);

/// More letters than any Arabic word has; longer runs are words run together.
pub(crate) const MAX_LETTERS: u32 = 16;

/// A letter as it stands in [`Letters`].
pub(crate) const fn code(letter: char) -> u8 {
    FOLDED[letter as usize & 0xFF]
}

/// Low byte of a code point of the block U+0600–06FF to the low byte of the letter it folds to;
/// zero for what is no letter.
static FOLDED: [u8; 256] = folded();

const fn folded() -> [u8; 256] {
    let mut table = [0; 256];
    let mut low = 0x20;
    while low < 0x100 {
        table[low] = low as u8;
        low += 1;
    }
    let mut row = 0;
    while row < NO_LETTERS.len() {
        let mut low = NO_LETTERS[row].0;
        while low <= NO_LETTERS[row].1 {
            table[low] = 0;
            low += 1;
        }
        row += 1;
    }
    let mut row = 0;
    while row < FOLDS.len() {
        table[FOLDS[row].0 as usize & 0xFF] = FOLDS[row].1 as usize as u8;
        row += 1;
    }
    table
}

const NO_LETTERS: &[(usize, usize)] = &[
    (0x40, 0x40),
    (0x4B, 0x6D),
    (0x70, 0x70),
    (0xD4, 0xD4),
    (0xD6, 0xE4),
    (0xE7, 0xED),
    (0xF0, 0xF9),
    (0xFD, 0xFE),
];

const FOLDS: &[(char, char)] = &[
    ('أ', 'ا'),
    ('إ', 'ا'),
    ('آ', 'ا'),
    ('ٱ', 'ا'),
    ('ی', 'ي'),
    ('ک', 'ك'),
    ('ہ', 'ه'),
    ('ە', 'ه'),
    ('ھ', 'ه'),
    ('ۀ', 'ه'),
];

impl Letters {
    /// The letters of a literal of plain two-byte letters.
    pub(crate) const fn literal(word: &str) -> Self {
        let bytes = word.as_bytes();
        let mut packed = 0_u128;
        let mut at = bytes.len();
        while at > 0 {
            at -= 2;
            let low = (bytes[at] << 6) | (bytes[at + 1] & 0x3F);
            packed = packed << 8 | FOLDED[low as usize] as u128;
        }
        Self(packed)
    }

    /// The letters of a plain word (two bytes a letter, no marks), if they are at most sixteen.
    #[inline]
    pub(crate) fn from_plain(word: &[u8]) -> Option<Self> {
        let mut letters = [0; MAX_LETTERS as usize];
        let letters_of_word = letters.get_mut(..word.len() / 2)?;
        for (letter, pair) in letters_of_word.iter_mut().zip(word.as_chunks::<2>().0) {
            let low = (pair[0] << 6) | (pair[1] & 0x3F);
            *letter = FOLDED[usize::from(low)];
        }
        Some(Self(u128::from_le_bytes(letters)))
    }

    /// The letters of any word; `None` if there are more than sixteen or one is not in the block.
    #[inline]
    pub(crate) fn from_text(word: &str) -> Option<Self> {
        Self::from_letters(word.as_bytes()).or_else(|| Self::from_chars(word))
    }

    /// The letters of a word without marks; `None` if it may be anything else.
    #[inline]
    fn from_letters(word: &[u8]) -> Option<Self> {
        let (pairs, rest) = word.as_chunks::<2>();
        if pairs.len() > MAX_LETTERS as usize || !rest.is_empty() {
            return None;
        }
        let mut packed = 0_u128;
        for pair in pairs.iter().rev() {
            // Lead bytes D8 to DB: U+0600–06FF.
            let low = (pair[0] << 6) | (pair[1] & 0x3F);
            let letter = FOLDED[usize::from(low)];
            if pair[0] & 0xFC != 0xD8 || letter == 0 {
                return None;
            }
            packed = packed << 8 | u128::from(letter);
        }
        Some(Self(packed))
    }

    fn from_chars(word: &str) -> Option<Self> {
        let mut packed = 0_u128;
        let letters = word.chars().filter(|&c| class_of(c) == Class::Letter);
        for (idx, c) in letters.enumerate() {
            if idx == MAX_LETTERS as usize || !('\u{620}'..'\u{700}').contains(&c) {
                return None;
            }
            packed |= u128::from(code(c)) << (8 * idx);
        }
        Some(Self(packed))
    }

    /// How many letters there are.
    #[inline]
    pub(crate) fn len(self) -> u32 {
        MAX_LETTERS - self.0.leading_zeros() / 8
    }

    /// The letter at `idx`; zero past the end.
    #[inline]
    pub(crate) fn at(self, idx: u32) -> u8 {
        if idx < MAX_LETTERS { (self.0 >> (8 * idx)) as u8 } else { 0 }
    }

    /// The letters from `from` on.
    #[inline]
    pub(crate) fn skip(self, from: u32) -> Self {
        if from < MAX_LETTERS { Self(self.0 >> (8 * from)) } else { Self(0) }
    }

    /// The first `n` letters.
    #[inline]
    pub(crate) fn first(self, n: u32) -> Self {
        if n < MAX_LETTERS { Self(self.0 & ((1 << (8 * n)) - 1)) } else { self }
    }

    /// These letters with `other` behind them, if both have room.
    #[inline]
    pub(crate) fn join(self, other: Self) -> Self {
        let n = self.len();
        if n + other.len() > MAX_LETTERS { Self(0) } else { Self(self.0 | shl(other.0, n)) }
    }

    /// 64 well mixed bits.
    #[inline]
    pub(crate) fn hash(self) -> u64 {
        let (low, high) = (self.0 as u64, (self.0 >> 64) as u64);
        let mixed = (low ^ 0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9)
            ^ (high.rotate_left(32) ^ 0x94D0_49BB_1331_11EB).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let folded = (mixed ^ (mixed >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        folded ^ (folded >> 29)
    }

    /// Whether the word begins with these letters.
    #[inline]
    pub(crate) fn starts_with(self, prefix: Self) -> bool {
        self.first(prefix.len()) == prefix
    }
}

#[inline]
fn shl(packed: u128, n_letters: u32) -> u128 {
    packed.checked_shl(8 * n_letters).unwrap_or(0)
}

/// Byte offset at which letter number `n` begins: marks belong to the letter before them, a tatweel
/// before the first letter to that.
pub(crate) fn letter_start(word: &str, n: u32) -> usize {
    if n == 0 {
        return 0;
    }
    let mut letters = word.char_indices().filter(|&(_, c)| class_of(c) == Class::Letter);
    letters.nth(n as usize).map_or(word.len(), |(start, _)| start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(word: &str) -> Letters {
        Letters::from_text(word).expect("a short Arabic word")
    }

    #[test]
    fn plain_and_marked_words_are_the_same_number() {
        for (word, same) in [("إدلب", "ادلب"), ("هجومِ", "هجوم"), ("شنّته", "شنته"), ("کتاب", "كتاب")]
        {
            assert_eq!(letters(word), letters(same));
        }
        assert_eq!(Letters::from_plain("لداعش".as_bytes()), Some(letters("لداعش")));
        assert_eq!(letters("لداعش").len(), 5);
        assert_eq!(letters("لداعش").skip(1), letters("داعش"));
        assert_eq!(letters("كتابهم").first(4), letters("كتاب"));
        assert!(letters("والجيش").starts_with(letters("وال")));
    }

    /// The quick way says the same of each char as the long way, or nothing.
    #[test]
    fn letters_are_read_alike() {
        for c in ('\0'..='\u{7ff}').chain(['\u{200c}', '\u{fb50}', '\u{1f600}']) {
            let word = format!("ح{c}ب");
            let quick = Letters::from_letters(word.as_bytes());
            assert!(quick.is_none() || quick == Letters::from_chars(&word), "{c:?}");
        }
        assert!(Letters::from_letters("حلب".as_bytes()).is_some());
    }

    #[test]
    fn cuts_stand_behind_the_marks() {
        assert_eq!(letter_start("بِهِم", 1), 4);
        assert_eq!(letter_start("لـلنظام", 1), 4);
        assert_eq!(letter_start("هم", 2), 4);
    }
}
