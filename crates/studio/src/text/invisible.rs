//! Characters that leave no trace on the screen but change what is beside them: in the article they
//! get a small mark, in the window's own lines they are spelt out.

use std::borrow::Cow;

use super::fonts::Direction;

/// What a mark looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkShape {
    /// Points to the right: text goes on from the left to the right.
    Right,
    /// Points to the left.
    Left,
    /// Ends a stretch, or leaves the direction to the text.
    Stop,
    /// Joins or parts letters, or is a space of no or unusual width.
    Dot,
}

/// An invisible character.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Invisible {
    pub(crate) char: char,
    /// As the Unicode standard abbreviates it.
    pub(crate) short: &'static str,
    /// Its name in the Unicode standard.
    pub(crate) name: &'static str,
    pub(crate) shape: MarkShape,
}

const fn row(char: char, short: &'static str, name: &'static str, shape: MarkShape) -> Invisible {
    Invisible { char, short, name, shape }
}

/// All of them, by code point.
const TABLE: &[Invisible] = &[
    row('\u{9}', "TAB", "CHARACTER TABULATION", MarkShape::Dot),
    row('\u{a0}', "NBSP", "NO-BREAK SPACE", MarkShape::Dot),
    row('\u{ad}', "SHY", "SOFT HYPHEN", MarkShape::Dot),
    row('\u{61c}', "ALM", "ARABIC LETTER MARK", MarkShape::Left),
    row('\u{200b}', "ZWSP", "ZERO WIDTH SPACE", MarkShape::Dot),
    row('\u{200c}', "ZWNJ", "ZERO WIDTH NON-JOINER", MarkShape::Dot),
    row('\u{200d}', "ZWJ", "ZERO WIDTH JOINER", MarkShape::Dot),
    row('\u{200e}', "LRM", "LEFT-TO-RIGHT MARK", MarkShape::Right),
    row('\u{200f}', "RLM", "RIGHT-TO-LEFT MARK", MarkShape::Left),
    row('\u{202a}', "LRE", "LEFT-TO-RIGHT EMBEDDING", MarkShape::Right),
    row('\u{202b}', "RLE", "RIGHT-TO-LEFT EMBEDDING", MarkShape::Left),
    row('\u{202c}', "PDF", "POP DIRECTIONAL FORMATTING", MarkShape::Stop),
    row('\u{202d}', "LRO", "LEFT-TO-RIGHT OVERRIDE", MarkShape::Right),
    row('\u{202e}', "RLO", "RIGHT-TO-LEFT OVERRIDE", MarkShape::Left),
    row('\u{202f}', "NNBSP", "NARROW NO-BREAK SPACE", MarkShape::Dot),
    row('\u{2060}', "WJ", "WORD JOINER", MarkShape::Dot),
    row('\u{2066}', "LRI", "LEFT-TO-RIGHT ISOLATE", MarkShape::Right),
    row('\u{2067}', "RLI", "RIGHT-TO-LEFT ISOLATE", MarkShape::Left),
    row('\u{2068}', "FSI", "FIRST STRONG ISOLATE", MarkShape::Stop),
    row('\u{2069}', "PDI", "POP DIRECTIONAL ISOLATE", MarkShape::Stop),
    row('\u{feff}', "BOM", "ZERO WIDTH NO-BREAK SPACE", MarkShape::Dot),
];

/// What an invisible character is; `None` for all others.
pub(crate) fn invisible(char: char) -> Option<&'static Invisible> {
    let idx = TABLE.binary_search_by_key(&char, |row| row.char).ok()?;
    Some(&TABLE[idx])
}

/// A piece of a document for a line of the window: what is invisible in it is spelt out, so that
/// no direction mark in it reaches the words around it, and line ends are pilcrows.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| c.is_control() || invisible(c).is_some_and(|row| row.char != '\u{a0}');
    if !text.contains(is_odd) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        match invisible(char) {
            Some(row) if !matches!(row.char, '\t' | '\u{a0}' | '\u{200c}' | '\u{200d}') => {
                out.extend(["[", row.short, "]"]);
            }
            // Joiners only shape the letters beside them.
            Some(row) if matches!(row.char, '\u{200c}' | '\u{200d}') => out.push(char),
            Some(_) => out.push(' '),
            None if char.is_control() => out.push('¶'),
            None => out.push(char),
        }
    }
    Cow::Owned(out)
}

/// A piece of a document within a sentence of the interface: an isolate (UAX #9), so that its
/// digits and brackets do not mix with what stands around it.
pub(crate) fn isolated(text: &str) -> String {
    let open = match Direction::of(text) {
        Direction::RightToLeft => '\u{2067}',
        Direction::LeftToRight => '\u{2066}',
    };
    format!("{open}{}\u{2069}", plain(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(TABLE.windows(2).all(|pair| pair[0].char < pair[1].char));
        assert_eq!(invisible('\u{202e}').map(|row| row.short), Some("RLO"));
        assert!(invisible('ا').is_none());
    }

    #[test]
    fn nothing_in_a_line_of_the_window_turns_its_direction() {
        let table = [
            ("حلب", "حلب"),
            ("أ\u{202e}ب", "أ[RLO]ب"),
            ("أ\u{2069}ب", "أ[PDI]ب"),
            ("أ\nب\tج", "أ¶ب ج"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
        ];
        for (text, want) in table {
            assert_eq!(plain(text), want);
        }
        assert_eq!(isolated("\u{2067}NSO").chars().filter(|c| *c == '\u{2067}').count(), 0);
    }
}
