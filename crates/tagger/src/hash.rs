//! The hashes that attribute keys are made of. They are part of the model format: a change makes a new
//! format version.

use twox_hash::XxHash3_64;

/// XXH3 (64 bits, seed 0) of a string's UTF-8 bytes.
#[inline]
pub(crate) fn hash_text(text: &str) -> u64 {
    hash_bytes(text.as_bytes())
}

/// XXH3 (64 bits, seed 0).
#[inline]
pub(crate) fn hash_bytes(bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot(bytes)
}

/// Joins two hashes, order-sensitive: the high and low halves of a 128-bit product, as in wyhash.
#[inline]
pub(crate) const fn mix(a: u64, b: u64) -> u64 {
    let product = ((a ^ 0x9E37_79B9_7F4A_7C15) as u128) * ((b ^ 0xA076_1D64_78BD_642F) as u128);
    (product as u64) ^ ((product >> 64) as u64) ^ a.rotate_left(23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_part_of_the_format() {
        assert_eq!(hash_text(""), 0x2D06_8005_38D3_94C2);
        assert_ne!(mix(1, 2), mix(2, 1));
        assert_ne!(mix(0, 0), 0);
    }
}
