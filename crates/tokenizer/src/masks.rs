//! First pass: one bit per byte, 64 bytes at a time.
//!
//! A two-byte char of a plain word begins with 0xD8 or 0xD9. Comparisons of sixteen bytes at a time
//! give bit masks; what depends on the byte before is a shift of a mask by one.

use wide::u8x16;

const BLOCK: usize = 64;

/// Which bytes belong to plain Arabic words, and which of those need a closer look.
#[derive(Clone, Debug, Default)]
pub(crate) struct Masks {
    /// Letters, marks and tatweel of U+0620–065F.
    word: Vec<u64>,
    /// The second byte of marks, of tatweel, and of a letter behind ة or ى.
    special: Vec<u64>,
}

/// What one block leaves for the next.
#[derive(Clone, Copy, Default)]
struct Carry {
    /// The last byte is 0xD8, 0xD9.
    d8: u64,
    d9: u64,
    /// The last two bytes of a mask of letters ة and ى.
    joints: u64,
}

impl Masks {
    /// Computes the masks of a text.
    pub(crate) fn fill(&mut self, bytes: &[u8]) {
        self.word.clear();
        self.special.clear();
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        self.word.reserve(blocks.len() + 3);
        self.special.reserve(blocks.len() + 3);
        let mut carry = Carry::default();
        for block in blocks {
            carry = self.push(block, carry);
        }
        let mut last = [0; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        self.push(&last, carry);
        // Two blocks of zeros end the last word and the last window.
        self.word.extend([0, 0]);
        self.special.extend([0, 0]);
    }

    #[inline]
    fn push(&mut self, block: &[u8; BLOCK], carry: Carry) -> Carry {
        let bytes = Bytes::new(block);
        let (d8, d9) = (bytes.equal(0xD8), bytes.equal(0xD9));
        let high = bytes.at_least(0xA0);
        let second_of_d8 = (d8 << 1 | carry.d8) & high;
        let second_of_d9 = (d9 << 1 | carry.d9) & !high;
        let second = second_of_d8 | second_of_d9;
        if let Some(before) = self.word.last_mut() {
            *before |= (second & 1) << 63;
        }
        self.word.push(second | second >> 1);
        let marks = second_of_d9 & (bytes.at_least(0x8B) | bytes.equal(0x80));
        let joints = second_of_d8 & bytes.equal(0xA9) | second_of_d9 & bytes.equal(0x89);
        self.special.push(marks | second & (joints << 2 | carry.joints));
        Carry { d8: d8 >> 63, d9: d9 >> 63, joints: joints >> 62 }
    }

    /// The 64 bits of a mask from byte `at` on.
    #[inline]
    fn window(mask: &[u64], at: usize) -> u64 {
        let block = at / BLOCK;
        let pair = u128::from(mask[block]) | u128::from(mask[block + 1]) << BLOCK;
        (pair >> (at % BLOCK)) as u64
    }

    /// Whether the byte belongs to a plain Arabic word.
    #[inline]
    pub(crate) fn is_word(&self, at: usize) -> bool {
        self.word[at / BLOCK] >> (at % BLOCK) & 1 != 0
    }

    /// The first byte from `at` on that belongs to no plain Arabic word.
    #[inline]
    pub(crate) fn word_end(&self, mut at: usize) -> usize {
        loop {
            let len = (!Self::window(&self.word, at)).trailing_zeros() as usize;
            at += len;
            if len < BLOCK {
                return at;
            }
        }
    }

    /// Whether any char of `start..end` needs a closer look.
    #[inline]
    pub(crate) fn any_special(&self, start: usize, end: usize) -> bool {
        let len = end - start;
        if len > BLOCK {
            return self.any_special_of_long(start, end);
        }
        len > 0 && Self::window(&self.special, start) << (BLOCK - len) != 0
    }

    #[cold]
    fn any_special_of_long(&self, start: usize, end: usize) -> bool {
        let mut parts = (start..end).step_by(BLOCK);
        parts.any(|from| self.any_special(from, end.min(from + BLOCK)))
    }
}

/// A block in vectors.
struct Bytes([u8x16; 4]);

impl Bytes {
    #[inline]
    fn new(block: &[u8; BLOCK]) -> Self {
        let chunks = block.as_chunks::<16>().0;
        Self([chunks[0], chunks[1], chunks[2], chunks[3]].map(u8x16::new))
    }

    #[inline]
    fn equal(&self, byte: u8) -> u64 {
        self.mask(|bytes| bytes.simd_eq(u8x16::splat(byte)))
    }

    #[inline]
    fn at_least(&self, byte: u8) -> u64 {
        self.mask(|bytes| bytes.simd_ge(u8x16::splat(byte)))
    }

    #[inline]
    fn mask(&self, compare: impl Fn(u8x16) -> u8x16) -> u64 {
        let [a, b, c, d] = self.0.map(|bytes| u64::from(compare(bytes).to_bitmask()));
        a | b << 16 | c << 32 | d << 48
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, char by char.
    fn slow(text: &str) -> (Vec<bool>, Vec<bool>) {
        let (mut word, mut special) = (Vec::new(), Vec::new());
        let mut before = ' ';
        for c in text.chars() {
            let is_word = matches!(c, '\u{620}'..='\u{65f}');
            let is_mark = matches!(c, '\u{640}' | '\u{64b}'..='\u{65f}');
            let is_inner = is_word && matches!(before, 'ة' | 'ى');
            for byte in 0..c.len_utf8() {
                word.push(is_word);
                special.push((is_mark || is_inner) && byte == 1);
            }
            before = c;
        }
        (word, special)
    }

    proptest! {
        #[test]
        fn masks_equal_the_slow_way(text in "([ـ-يةى ،٣aé\u{64b}\u{6cc}😀]|\\PC){0,300}") {
            let mut masks = Masks::default();
            masks.fill(text.as_bytes());
            let (word, special) = slow(&text);
            for at in 0..text.len() {
                prop_assert_eq!(masks.is_word(at), word[at], "{}", at);
                prop_assert_eq!(masks.any_special(at, at + 1), special[at], "{}", at);
            }
            for start in 0..text.len() {
                let end = masks.word_end(start);
                prop_assert!(word[start..end].iter().all(|&is_word| is_word));
                prop_assert!(!word.get(end).copied().unwrap_or(false));
                prop_assert_eq!(masks.any_special(start, end), special[start..end].contains(&true));
            }
        }
    }
}
