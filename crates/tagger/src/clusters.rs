//! Word clusters: a path of bits for each frequent word form, read from the model file in place.

use bytemuck::{Pod, Zeroable};

/// A form's key and its cluster, as the model file stores them: sorted by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct ClusterRow {
    /// XXH3 of the folded form.
    pub key: u64,
    /// The path's bits, the first decision in the highest of `bit_len` bits.
    pub path: u32,
    pub bit_len: u32,
}

/// The clusters of a model; empty where it has none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WordClusters<'m> {
    rows: &'m [ClusterRow],
}

/// Where a word stands in the tree of clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClusterPath {
    path: u32,
    bit_len: u32,
}

impl<'m> WordClusters<'m> {
    pub(crate) const fn new(rows: &'m [ClusterRow]) -> Self {
        Self { rows }
    }

    pub(crate) fn path(&self, key: u64) -> Option<ClusterPath> {
        let idx = self.rows.binary_search_by_key(&key, |row| row.key).ok()?;
        let row = &self.rows[idx];
        Some(ClusterPath { path: row.path, bit_len: row.bit_len.min(32) })
    }
}

impl ClusterPath {
    /// A value for the first `bits` decisions; 0 means all of them.
    pub(crate) fn cut(self, bits: u8) -> u64 {
        let kept = if bits == 0 { self.bit_len } else { self.bit_len.min(bits.into()) };
        let path = u64::from(self.path) >> (self.bit_len - kept);
        (u64::from(kept) << 32) | path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cut_from_the_root() {
        let path = ClusterPath { path: 0b1011, bit_len: 4 };
        assert_eq!(path.cut(0), (4 << 32) | 0b1011);
        assert_eq!(path.cut(2), (2 << 32) | 0b10);
        assert_eq!(path.cut(9), path.cut(0));
    }
}
