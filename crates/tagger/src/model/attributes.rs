//! From attribute keys to rows of weights: an open-addressing table of fingerprints, read in place.

use bytemuck::{Pod, Zeroable};

/// A slot: 32 bits of the key and the row, from 1; row 0 is an empty slot.
///
/// A foreign key passes for a known one with probability 2⁻³² a slot looked at; what it would add is one
/// wrong row, always the same one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct AttributeSlot {
    pub fingerprint: u32,
    pub row: u32,
}

/// Builds the table for keys that stand for rows 0, 1, 2 …
pub(crate) fn attribute_table(keys: &[u64]) -> Vec<AttributeSlot> {
    if keys.is_empty() {
        return Vec::new();
    }
    let n_slots = (keys.len() * 5 / 4 + 1).next_power_of_two();
    let mut table = vec![AttributeSlot::default(); n_slots];
    for (row, &key) in keys.iter().enumerate() {
        let mut slot = slot_of(key, n_slots - 1);
        while table[slot].row != 0 {
            slot = (slot + 1) & (n_slots - 1);
        }
        table[slot] = AttributeSlot { fingerprint: key as u32, row: row as u32 + 1 };
    }
    table
}

impl AttributeSlot {
    /// Whether it is the slot of this key.
    #[inline]
    pub(crate) const fn holds(&self, key: u64) -> bool {
        self.row != 0 && self.fingerprint == key as u32
    }
}

/// The slot that [`row_of`] looks at first.
#[inline]
pub(crate) fn first_slot(table: &[AttributeSlot], key: u64) -> AttributeSlot {
    table.get(slot_of(key, table.len().wrapping_sub(1))).copied().unwrap_or_default()
}

/// The row of a key. The table has a power of two slots, at least one of them empty, or none at all.
#[inline]
pub(crate) fn row_of(table: &[AttributeSlot], key: u64) -> Option<u32> {
    let mask = table.len().wrapping_sub(1);
    let mut slot = slot_of(key, mask);
    loop {
        let candidate = table.get(slot)?;
        if candidate.row == 0 {
            return None;
        }
        if candidate.fingerprint == key as u32 {
            return Some(candidate.row - 1);
        }
        slot = (slot + 1) & mask;
    }
}

/// Says of most keys that the table lacks them, from memory that stays in the cache: a Bloom filter (Bloom
/// 1970) of two bits a key, both in one word.
#[derive(Debug)]
pub(crate) struct AttributeFilter {
    /// A power of two words.
    words: Vec<u64>,
}

/// The most words of a filter: what 32 bits of a key less the two places in a word can choose from.
const MAX_FILTER_WORDS: usize = 1 << 20;

impl AttributeFilter {
    /// A filter of the keys in the table.
    pub(crate) fn new(table: &[AttributeSlot]) -> Self {
        // At most five slots of eight are taken: about a tenth of the bits is set.
        let n_words = (table.len() / 8).next_power_of_two().min(MAX_FILTER_WORDS);
        let mut filter = Self { words: vec![0; n_words] };
        for slot in table.iter().filter(|slot| slot.row != 0) {
            let (word, bits) = filter.place(slot.fingerprint);
            filter.words[word] |= bits;
        }
        filter
    }

    /// Whether the table may have the key.
    #[inline]
    pub(crate) fn may_have(&self, key: u64) -> bool {
        let (word, bits) = self.place(key as u32);
        self.words[word] & bits == bits
    }

    #[inline]
    fn place(&self, fingerprint: u32) -> (usize, u64) {
        let word = (fingerprint >> 12) as usize & (self.words.len() - 1);
        (word, (1 << (fingerprint & 63)) | (1 << (fingerprint >> 6 & 63)))
    }
}

/// High bits choose the slot, low bits are the fingerprint.
const fn slot_of(key: u64, mask: usize) -> usize {
    (key >> 32) as usize & mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;

    #[test]
    fn every_key_finds_its_row_and_no_other() {
        let keys: Vec<u64> = (0..10_000).map(|n| mix(n, 7)).collect();
        let table = attribute_table(&keys);
        for (row, &key) in (0..).zip(&keys) {
            assert_eq!(row_of(&table, key), Some(row));
        }
        assert_eq!((0..100_000).filter(|n| row_of(&table, mix(*n, 8)).is_some()).count(), 0);
        let filter = AttributeFilter::new(&table);
        assert!(keys.iter().all(|&key| filter.may_have(key)));
        let n_passed = (0..100_000).filter(|n| filter.may_have(mix(*n, 8))).count();
        assert!(n_passed < 10_000, "{n_passed}");
        assert!(!AttributeFilter::new(&[]).may_have(1));
        assert_eq!(row_of(&[], 1), None);
    }
}
