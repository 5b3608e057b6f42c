//! What a char is and what it folds to, as tables.

/// The class of a char, as far as tokens need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Class {
    /// White space and control characters: never in a token.
    Space,
    /// Ends a line.
    Newline,
    /// Bidi marks, joiners of no width, soft hyphen: inside a word or in a gap, never at an edge.
    Invisible,
    /// An Arabic letter.
    Letter,
    /// A combining mark: belongs to the char before it.
    Mark,
    Tatweel,
    /// A decimal digit of one of the three scripts.
    Digit,
    /// A letter of another script.
    Latin,
    Punctuation,
    Symbol,
    Emoji,
}

pub(crate) const TATWEEL: char = '\u{0640}';
pub(crate) const TEH_MARBUTA: char = 'ة';
pub(crate) const ALEF_MAKSURA: char = 'ى';
pub(crate) const YEH: char = 'ي';
pub(crate) const HEH: char = 'ه';
pub(crate) const HAMZA: char = 'ء';
pub(crate) const ALEF: char = 'ا';

use Class::{
    Digit, Emoji, Invisible, Latin, Letter, Mark, Newline, Punctuation, Space, Symbol, Tatweel,
};

/// Code points below U+0800, last row that covers a char wins.
const NARROW_ROWS: &[(u16, u16, Class)] = &[
    (0x000, 0x7FF, Latin),
    (0x000, 0x020, Space),
    (0x00A, 0x00D, Newline),
    (0x009, 0x009, Space),
    (0x021, 0x02F, Punctuation),
    (0x024, 0x024, Symbol),
    (0x02B, 0x02B, Symbol),
    (0x030, 0x039, Digit),
    (0x03A, 0x040, Punctuation),
    (0x03C, 0x03E, Symbol),
    (0x05B, 0x060, Punctuation),
    (0x05E, 0x05E, Symbol),
    (0x060, 0x060, Symbol),
    (0x07B, 0x07D, Punctuation),
    (0x07C, 0x07C, Symbol),
    (0x07E, 0x07E, Symbol),
    (0x07F, 0x0A0, Space),
    (0x085, 0x085, Newline),
    (0x0A1, 0x0BF, Symbol),
    (0x0A1, 0x0A1, Punctuation),
    (0x0A7, 0x0A7, Punctuation),
    (0x0AA, 0x0AA, Latin),
    (0x0AB, 0x0AB, Punctuation),
    (0x0AD, 0x0AD, Invisible),
    (0x0B5, 0x0B5, Latin),
    (0x0B6, 0x0B7, Punctuation),
    (0x0BA, 0x0BA, Latin),
    (0x0BB, 0x0BB, Punctuation),
    (0x0BF, 0x0BF, Punctuation),
    (0x0D7, 0x0D7, Symbol),
    (0x0F7, 0x0F7, Symbol),
    (0x300, 0x36F, Mark),
    (0x37E, 0x37E, Punctuation),
    (0x387, 0x387, Punctuation),
    (0x482, 0x482, Symbol),
    (0x483, 0x489, Mark),
    (0x589, 0x58A, Punctuation),
    (0x58D, 0x58F, Symbol),
    (0x591, 0x5BD, Mark),
    (0x5BE, 0x5BE, Punctuation),
    (0x5BF, 0x5BF, Mark),
    (0x5C0, 0x5C0, Punctuation),
    (0x5C1, 0x5C2, Mark),
    (0x5C3, 0x5C3, Punctuation),
    (0x5C4, 0x5C5, Mark),
    (0x5C6, 0x5C6, Punctuation),
    (0x5C7, 0x5C7, Mark),
    (0x5F3, 0x5F4, Punctuation),
    (0x600, 0x60F, Symbol),
    (0x609, 0x60A, Punctuation),
    (0x60C, 0x60D, Punctuation),
    (0x610, 0x61A, Mark),
    (0x61B, 0x61F, Punctuation),
    (0x61C, 0x61C, Invisible),
    (0x620, 0x64A, Letter),
    (0x640, 0x640, Tatweel),
    (0x64B, 0x65F, Mark),
    (0x660, 0x669, Digit),
    (0x66A, 0x66D, Punctuation),
    (0x66E, 0x6FF, Letter),
    (0x670, 0x670, Mark),
    (0x6D4, 0x6D4, Punctuation),
    (0x6D6, 0x6DC, Mark),
    (0x6DD, 0x6DE, Symbol),
    (0x6DF, 0x6E4, Mark),
    (0x6E7, 0x6E8, Mark),
    (0x6E9, 0x6E9, Symbol),
    (0x6EA, 0x6ED, Mark),
    (0x6F0, 0x6F9, Digit),
    (0x6FD, 0x6FE, Symbol),
    (0x700, 0x70D, Punctuation),
    (0x70F, 0x70F, Symbol),
    (0x711, 0x711, Mark),
    (0x730, 0x74A, Mark),
    (0x750, 0x77F, Letter),
    (0x7A6, 0x7B0, Mark),
    (0x7EB, 0x7F3, Mark),
    (0x7F7, 0x7F9, Punctuation),
    (0x7FD, 0x7FD, Mark),
];

/// Code points from U+0800 on, sorted; what stands in no row is decided by `char`'s own tables.
const WIDE_ROWS: &[(u32, u32, Class)] = &[
    (0x870, 0x88E, Letter),
    (0x890, 0x891, Symbol),
    (0x897, 0x89F, Mark),
    (0x8A0, 0x8C9, Letter),
    (0x8CA, 0x8E1, Mark),
    (0x8E2, 0x8E2, Symbol),
    (0x8E3, 0x8FF, Mark),
    (0x2000, 0x200A, Space),
    (0x200B, 0x200B, Invisible),
    (0x200C, 0x200D, Mark),
    (0x200E, 0x200F, Invisible),
    (0x2010, 0x2027, Punctuation),
    (0x2028, 0x2029, Newline),
    (0x202A, 0x202E, Invisible),
    (0x202F, 0x202F, Space),
    (0x2030, 0x205E, Punctuation),
    (0x205F, 0x205F, Space),
    (0x2060, 0x206F, Invisible),
    (0x20D0, 0x20F0, Mark),
    (0x231A, 0x231B, Emoji),
    (0x23E9, 0x23FA, Emoji),
    (0x2600, 0x27BF, Emoji),
    (0x2B05, 0x2B07, Emoji),
    (0x2B1B, 0x2B1C, Emoji),
    (0x2B50, 0x2B55, Emoji),
    (0x2E00, 0x2E5D, Punctuation),
    (0x3000, 0x3000, Space),
    (0x3001, 0x3003, Punctuation),
    (0x3008, 0x3011, Punctuation),
    (0xFB50, 0xFBB1, Letter),
    (0xFBD3, 0xFD3D, Letter),
    (0xFD3E, 0xFD3F, Punctuation),
    (0xFD50, 0xFDF9, Letter),
    (0xFDFA, 0xFDFF, Symbol),
    (0xFE00, 0xFE0F, Mark),
    (0xFE10, 0xFE19, Punctuation),
    (0xFE20, 0xFE2F, Mark),
    (0xFE30, 0xFE6B, Punctuation),
    (0xFE70, 0xFEFC, Letter),
    (0xFEFF, 0xFEFF, Invisible),
    (0xFF01, 0xFF0F, Punctuation),
    (0xFF1A, 0xFF20, Punctuation),
    (0x1F000, 0x1FAFF, Emoji),
    (0xE0020, 0xE007F, Mark),
    (0xE0100, 0xE01EF, Mark),
];

const fn narrow_classes() -> [Class; 0x800] {
    let mut table = [Latin; 0x800];
    let mut row = 0;
    while row < NARROW_ROWS.len() {
        let (first, last, class) = NARROW_ROWS[row];
        let mut c = first as usize;
        while c <= last as usize {
            table[c] = class;
            c += 1;
        }
        row += 1;
    }
    table
}

static NARROW: [Class; 0x800] = narrow_classes();

/// The class of a char.
pub(crate) fn class_of(c: char) -> Class {
    match NARROW.get(c as usize) {
        Some(&class) => class,
        None => class_of_wide(c),
    }
}

fn class_of_wide(c: char) -> Class {
    let code = u32::from(c);
    let row = WIDE_ROWS.partition_point(|&(_, last, _)| last < code);
    match WIDE_ROWS.get(row) {
        Some(&(first, _, class)) if first <= code => class,
        _ if c.is_alphanumeric() => Latin,
        _ if c.is_whitespace() || c.is_control() => Space,
        _ => Symbol,
    }
}

/// The class of an ASCII byte.
pub(crate) fn class_of_ascii(byte: u8) -> Class {
    NARROW[usize::from(byte)]
}

/// The value of a decimal digit of one of the three scripts, and which script it is.
pub(crate) fn digit(c: char) -> Option<(u8, u8)> {
    let code = u32::from(c);
    [0x30, 0x660, 0x6F0].iter().enumerate().find_map(|(script, &zero)| {
        (zero..zero + 10).contains(&code).then(|| ((code - zero) as u8, script as u8))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted() {
        assert!(WIDE_ROWS.windows(2).all(|rows| rows[0].1 < rows[1].0));
        assert!(WIDE_ROWS.iter().all(|row| row.0 <= row.1));
    }

    #[test]
    fn classes() {
        let rows: &[(&str, Class)] = &[
            ("\u{a0}\t \u{3000}\u{202f}\u{2007}", Space),
            ("\n\r\u{85}\u{2028}", Newline),
            ("\u{200e}\u{200f}\u{61c}\u{202a}\u{2066}\u{feff}\u{ad}\u{2060}", Invisible),
            ("اأإآٱبةىيگچپژڤہەﻻﷲﺍ", Letter),
            ("\u{64b}\u{651}\u{652}\u{670}\u{6d6}\u{200d}\u{fe0f}", Mark),
            ("ـ", Tatweel),
            ("09٠٩۰۹", Digit),
            ("azéЖ中", Latin),
            (".,!?،؛؟«»“”‹›–—…٪٫٬()[]{}\"'_@#%&*/\\-:;", Punctuation),
            ("$+<=>^|~€", Symbol),
            ("😀🇸☀", Emoji),
        ];
        for (chars, class) in rows {
            for c in chars.chars() {
                assert_eq!(class_of(c), *class, "{c:?}");
            }
        }
    }
}
