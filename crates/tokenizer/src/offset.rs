use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::Span;

/// What a foreign offset counts. Tawsim itself counts bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OffsetUnit {
    /// UTF-8 code units.
    #[default]
    Byte,
    /// Unicode scalar values: Python, most annotation formats.
    CodePoint,
    /// UTF-16 code units: Java, JavaScript, .NET.
    Utf16,
    /// Extended grapheme clusters (Unicode Standard Annex 29): what a reader calls a letter.
    Grapheme,
}

impl OffsetUnit {
    /// Units of a char; a grapheme cluster is no property of a char and counts as one.
    const fn char_len(self, c: char) -> usize {
        match self {
            Self::Byte => c.len_utf8(),
            Self::CodePoint | Self::Grapheme => 1,
            Self::Utf16 => c.len_utf16(),
        }
    }
}

/// Bytes between two checkpoints: a step of 8 bytes per block is 13 % of the text.
const BLOCK_BYTES: usize = 64;
/// Units between two checkpoints of the way back.
const BLOCK_UNITS: usize = 64;

/// Converts between byte offsets of one text and another unit.
///
/// Building it takes one pass. Both directions are O(1): they count at most 64 bytes or 64 units from a
/// sampled place (a grapheme cluster longer than that is counted whole).
///
/// ```
/// use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};
/// let map = OffsetMap::new("في حلب", OffsetUnit::CodePoint);
/// assert_eq!(map.span_from_units(3..6), Some(Span::new(5, 11)));
/// assert_eq!(map.units_from_span(Span::new(5, 11)), Some(3..6));
/// ```
#[derive(Clone, Debug)]
pub struct OffsetMap<'t> {
    text: &'t str,
    unit: OffsetUnit,
    /// For each block of bytes the first step (char or cluster) that begins in it or behind it.
    by_byte: Vec<Step>,
    /// For each block of units the last step that begins at its first unit or before it.
    by_unit: Vec<Step>,
    n_units: u32,
}

/// Where a char (or a cluster) begins.
#[derive(Clone, Copy, Debug)]
struct Step {
    byte: u32,
    unit: u32,
}

impl<'t> OffsetMap<'t> {
    /// The map of `text`.
    ///
    /// # Panics
    /// If the text is longer than [`Span::MAX_TEXT_BYTES`].
    #[must_use]
    pub fn new(text: &'t str, unit: OffsetUnit) -> Self {
        assert!(text.len() <= Span::MAX_TEXT_BYTES, "a text holds at most 4 GiB");
        let (by_byte, by_unit) = (Vec::new(), Vec::new());
        let mut map = Self { text, unit, by_byte, by_unit, n_units: text.len() as u32 };
        if unit != OffsetUnit::Byte {
            map.sample();
        }
        map
    }

    fn sample(&mut self) {
        let mut at = Step { byte: 0, unit: 0 };
        while (at.byte as usize) < self.text.len() {
            let next = self.after(at);
            while self.by_byte.len() * BLOCK_BYTES <= at.byte as usize {
                self.by_byte.push(at);
            }
            while self.by_unit.len() * BLOCK_UNITS < next.unit as usize {
                self.by_unit.push(at);
            }
            at = next;
        }
        self.n_units = at.unit;
    }

    /// The step behind one that begins inside the text.
    fn after(&self, at: Step) -> Step {
        let rest = &self.text[at.byte as usize..];
        let (n_bytes, n_units) = match self.unit {
            OffsetUnit::Grapheme => (rest.graphemes(true).next().map_or(0, str::len), 1),
            unit => rest.chars().next().map_or((0, 0), |c| (c.len_utf8(), unit.char_len(c))),
        };
        Step { byte: at.byte + n_bytes as u32, unit: at.unit + n_units as u32 }
    }

    /// The unit of the other side.
    #[must_use]
    pub fn unit(&self) -> OffsetUnit {
        self.unit
    }

    /// Length of the text in units.
    #[must_use]
    pub fn n_units(&self) -> u32 {
        self.n_units
    }

    /// Units before the byte offset, or `None` if it is no char (or cluster) boundary of the text.
    #[must_use]
    pub fn unit_from_byte(&self, byte: u32) -> Option<u32> {
        if !self.text.is_char_boundary(byte as usize) {
            return None;
        }
        if self.unit == OffsetUnit::Byte {
            return Some(byte);
        }
        if byte as usize == self.text.len() {
            return Some(self.n_units);
        }
        // A block may begin inside a step; then the step before it is the one to start from.
        let block = byte as usize / BLOCK_BYTES;
        let sampled = self.by_byte.get(block).filter(|step| step.byte <= byte);
        let before = || block.checked_sub(1).and_then(|block| self.by_byte.get(block));
        let mut at = sampled.or_else(before).copied().unwrap_or(Step { byte: 0, unit: 0 });
        while at.byte < byte {
            at = self.after(at);
        }
        (at.byte == byte).then_some(at.unit)
    }

    /// The byte offset of a unit, or `None` if it lies outside the text or inside a char.
    #[must_use]
    pub fn byte_from_unit(&self, unit: u32) -> Option<u32> {
        if unit >= self.n_units {
            return (unit == self.n_units).then_some(self.text.len() as u32);
        }
        if self.unit == OffsetUnit::Byte {
            return self.text.is_char_boundary(unit as usize).then_some(unit);
        }
        let mut at = self.by_unit[unit as usize / BLOCK_UNITS];
        while at.unit < unit {
            at = self.after(at);
        }
        (at.unit == unit).then_some(at.byte)
    }

    /// The span of a range of units; `None` if it is reversed, outside, or cuts a char.
    #[must_use]
    pub fn span_from_units(&self, units: Range<u32>) -> Option<Span> {
        let start = self.byte_from_unit(units.start)?;
        let end = self.byte_from_unit(units.end)?;
        (start <= end).then(|| Span::new(start, end))
    }

    /// The range of units of a span; `None` if it lies outside the text or cuts a char.
    #[must_use]
    pub fn units_from_span(&self, span: Span) -> Option<Range<u32>> {
        Some(self.unit_from_byte(span.start())?..self.unit_from_byte(span.end())?)
    }
}
