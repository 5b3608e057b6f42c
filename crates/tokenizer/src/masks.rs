//! First pass: one bit per byte, 64 bytes at a time.
//!
//! The loops over fixed arrays compile to vector code; the flags of eight bytes are gathered by one
//! multiplication.

const BLOCK: usize = 64;
/// Bytes of context that a block needs from before and from behind.
const BEFORE: usize = 2;
const WINDOW: usize = BEFORE + BLOCK + 1;

/// Which bytes belong to plain Arabic words, and which of those need a closer look.
#[derive(Clone, Debug, Default)]
pub(crate) struct Masks {
    /// Letters, marks and tatweel of U+0620–065F.
    word: Vec<u64>,
    /// Marks, tatweel, and the letter behind ة or ى.
    special: Vec<u64>,
}

impl Masks {
    /// Computes the masks of a text.
    pub(crate) fn fill(&mut self, bytes: &[u8]) {
        self.word.clear();
        self.special.clear();
        let n_whole = bytes.len().saturating_sub(BEFORE + 1) / BLOCK;
        self.word.reserve(n_whole + 3);
        self.special.reserve(n_whole + 3);
        let mut at = 0;
        while at <= bytes.len() {
            match at.checked_sub(BEFORE).and_then(|from| bytes[from..].first_chunk()) {
                Some(window) => self.push(window),
                None => self.push(&edge_window(bytes, at)),
            }
            at += BLOCK;
        }
        // A block of zeros ends the last word.
        self.word.push(0);
        self.special.push(0);
    }

    #[inline]
    fn push(&mut self, window: &[u8; WINDOW]) {
        let mut word = [0_u8; BLOCK];
        let mut special = [0_u8; BLOCK];
        for i in 0..BLOCK {
            let (two_back, back, here, next) =
                (window[i], window[i + 1], window[i + 2], window[i + 3]);
            let lead = (flag(here == 0xD8) & flag(next >= 0xA0))
                | (flag(here == 0xD9) & flag(next <= 0x9F));
            let second_of_d9 = flag(back == 0xD9) & flag(here <= 0x9F);
            let second = (flag(back == 0xD8) & flag(here >= 0xA0)) | second_of_d9;
            let mark = second_of_d9 & (flag(here >= 0x8B) | flag(here == 0x80));
            let behind_teh = flag(two_back == 0xD8) & flag(back == 0xA9);
            let behind_maksura = flag(two_back == 0xD9) & flag(back == 0x89);
            word[i] = lead | second;
            special[i] = mark | (lead & (behind_teh | behind_maksura));
        }
        self.word.push(gather(&word));
        self.special.push(gather(&special));
    }

    /// Whether the byte belongs to a plain Arabic word.
    #[inline]
    pub(crate) fn is_word(&self, at: usize) -> bool {
        self.word[at / BLOCK] >> (at % BLOCK) & 1 != 0
    }

    /// The first byte from `at` on that belongs to no plain Arabic word.
    #[inline]
    pub(crate) fn word_end(&self, at: usize) -> usize {
        let mut block = at / BLOCK;
        let rest = !self.word[block] >> (at % BLOCK);
        if rest != 0 {
            return at + rest.trailing_zeros() as usize;
        }
        loop {
            block += 1;
            let outside = !self.word[block];
            if outside != 0 {
                return block * BLOCK + outside.trailing_zeros() as usize;
            }
        }
    }

    /// Whether any byte of `start..end` needs a closer look.
    #[inline]
    pub(crate) fn any_special(&self, start: usize, end: usize) -> bool {
        let (first, last) = (start / BLOCK, end / BLOCK);
        let from = u64::MAX << (start % BLOCK);
        let until = (1 << (end % BLOCK)) - 1;
        if first == last {
            return self.special[first] & from & until != 0;
        }
        self.special[first] & from != 0
            || self.special[last] & until != 0
            || self.special[first + 1..last].iter().any(|&bits| bits != 0)
    }
}

#[inline]
fn flag(condition: bool) -> u8 {
    u8::from(condition)
}

/// The window of a block at an edge of the text, padded with zeros.
#[cold]
fn edge_window(bytes: &[u8], at: usize) -> [u8; WINDOW] {
    let mut window = [0; WINDOW];
    let from = at.saturating_sub(BEFORE);
    let until = bytes.len().min(at + BLOCK + 1);
    let padding = BEFORE - (at - from);
    window[padding..padding + until - from].copy_from_slice(&bytes[from..until]);
    window
}

/// Bit `i` of the result is flag `i`.
#[inline]
fn gather(flags: &[u8; BLOCK]) -> u64 {
    let mut bits = 0;
    for (idx, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        let packed = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= packed << (8 * idx);
    }
    bits
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
                special.push((is_mark && byte == 1) || (is_inner && byte == 0));
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
