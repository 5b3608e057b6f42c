use crate::Span;
use std::ops::Range;

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
}

/// Bytes between two checkpoints: one `u32` per block is 6 % of the text.
const BLOCK_BYTES: usize = 64;

/// Converts between byte offsets of one text and another unit.
///
/// Building it takes one pass. `unit_from_byte` is O(1) (it counts at most 64 bytes),
/// `byte_from_unit` one binary search more.
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
    /// Units that begin before byte `BLOCK_BYTES * i`.
    checkpoints: Vec<u32>,
    n_units: u32,
}

impl<'t> OffsetMap<'t> {
    /// The map of `text`.
    ///
    /// # Panics
    /// If the text is longer than [`Span::MAX_TEXT_BYTES`].
    #[must_use]
    pub fn new(text: &'t str, unit: OffsetUnit) -> Self {
        assert!(text.len() <= Span::MAX_TEXT_BYTES, "a text holds at most 4 GiB");
        let mut map = Self { text, unit, checkpoints: Vec::new(), n_units: text.len() as u32 };
        if unit != OffsetUnit::Byte {
            map.count_blocks();
        }
        map
    }

    fn count_blocks(&mut self) {
        let mut n_units = 0;
        for block in self.text.as_bytes().chunks(BLOCK_BYTES) {
            self.checkpoints.push(n_units);
            n_units += self.units_in(block);
        }
        self.n_units = n_units;
    }

    /// Units of the chars that begin in `bytes`: four-byte chars are two UTF-16 units.
    fn units_in(&self, bytes: &[u8]) -> u32 {
        let starts = |&&byte: &&u8| byte & 0xC0 != 0x80;
        let n_chars = bytes.iter().filter(starts).count();
        let n_astral = match self.unit {
            OffsetUnit::Utf16 => bytes.iter().filter(|&&byte| byte >= 0xF0).count(),
            OffsetUnit::Byte | OffsetUnit::CodePoint => 0,
        };
        (n_chars + n_astral) as u32
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

    /// Units before the byte offset, or `None` if it is no char boundary of the text.
    #[must_use]
    pub fn unit_from_byte(&self, byte: u32) -> Option<u32> {
        let byte_idx = byte as usize;
        if !self.text.is_char_boundary(byte_idx) {
            return None;
        }
        if self.unit == OffsetUnit::Byte {
            return Some(byte);
        }
        let block = byte_idx / BLOCK_BYTES;
        let Some(&before) = self.checkpoints.get(block) else { return Some(self.n_units) };
        Some(before + self.units_in(&self.text.as_bytes()[block * BLOCK_BYTES..byte_idx]))
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
        let block = self.checkpoints.partition_point(|&before| before <= unit) - 1;
        self.walk(block, unit)
    }

    /// Walks from the start of a block to the char that begins at `unit`.
    fn walk(&self, block: usize, unit: u32) -> Option<u32> {
        let bytes = self.text.as_bytes();
        let mut at_unit = self.checkpoints[block];
        let mut at = block * BLOCK_BYTES;
        loop {
            while at < bytes.len() && bytes[at] & 0xC0 == 0x80 {
                at += 1;
            }
            if at_unit >= unit || at >= bytes.len() {
                return (at_unit == unit).then_some(at as u32);
            }
            at_unit += self.units_in(&bytes[at..=at]);
            at += 1;
        }
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
