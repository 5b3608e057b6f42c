//! Finding names in text: a trie over hashes of folded stems, in an open-addressing table.

use bytemuck::{Pod, Zeroable};

use super::NameStatus;
use crate::hash::mix;

/// An edge of the trie in an open-addressing table; `key` 0 is an empty slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Edge {
    /// `mix(node, form key)`.
    pub key: u64,
    pub target: u32,
    /// From 1, the first of the names that end at the target; 0 if none does.
    pub names: u32,
}

/// A name's kind and status at the node where it ends, sorted by node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct NameEnd {
    pub node: u32,
    pub kind: u16,
    pub status: u16,
}

/// A gazetteer's trie, wherever it lies.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct GazetteerView<'m> {
    edges: &'m [Edge],
    name_ends: &'m [NameEnd],
}

/// A name found: half-open range of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub start: u32,
    pub end: u32,
    pub kind: u16,
    pub status: u16,
}

impl Hit {
    /// Kind and status as one value.
    pub(crate) fn class(&self) -> u64 {
        u64::from(self.kind) << 8 | u64::from(self.status)
    }
}

/// The names that may end at a node: kinds times statuses, and tables have few kinds. It bounds the work per unit.
pub(super) const MAX_NAME_ENDS: usize = 64;

/// The longest name, in units. It bounds the work per unit.
pub(super) const MAX_NAME_UNITS: usize = 16;

impl<'m> GazetteerView<'m> {
    /// Arrays for which [`GazetteerView::is_sound`] holds.
    pub(crate) const fn new(edges: &'m [Edge], name_ends: &'m [NameEnd]) -> Self {
        Self { edges, name_ends }
    }

    /// Whether a look-up ends and finds what it should: a power of two slots with at least one empty, or
    /// none at all, every group of names pointed at from the edge that leads to it, small, and each name of it there
    /// once, of one of `n_kinds` kinds.
    pub(crate) fn is_sound(self, n_kinds: usize) -> bool {
        let n_empty = self.edges.iter().filter(|edge| edge.key == 0).count();
        let is_table = self.edges.is_empty() || (self.edges.len().is_power_of_two() && n_empty > 0);
        let is_sorted = self.name_ends.is_sorted_by(|a, b| a < b);
        let is_known = |end: &NameEnd| {
            usize::from(end.kind) < n_kinds && end.status <= NameStatus::Short as u16
        };
        let groups = || self.name_ends.chunk_by(|a, b| a.node == b.node);
        let are_small = groups().all(|group| group.len() <= MAX_NAME_ENDS);
        let mut n_pointers = 0;
        let points_right = self.edges.iter().filter(|edge| edge.names > 0).all(|edge| {
            n_pointers += 1;
            self.name_ends.get(edge.names as usize - 1).is_some_and(|end| end.node == edge.target)
        });
        let is_whole = points_right && n_pointers == groups().count();
        is_table && is_sorted && are_small && self.name_ends.iter().all(is_known) && is_whole
    }

    /// Puts the longest name of each kind that begins at each unit into `hits`, in text order. `roots` are
    /// those of the keys, by [`GazetteerView::root`].
    #[inline]
    pub(crate) fn matches(self, keys: &[u64], roots: &[u32], hits: &mut Vec<Hit>) {
        hits.clear();
        for (start, &root) in roots.iter().enumerate().filter(|(_, root)| **root > 0) {
            let first_hit = hits.len();
            let Some(mut edge) = self.edges.get(root as usize - 1) else { continue };
            for end in start + 1..=keys.len().min(start + MAX_NAME_UNITS) {
                for name in self.names_at(edge) {
                    let hit = Hit {
                        start: start as u32,
                        end: end as u32,
                        kind: name.kind,
                        status: name.status,
                    };
                    drop_shorter(hits, first_hit, &hit);
                    hits.push(hit);
                }
                let next = keys.get(end).and_then(|&key| self.slot(edge.target, key));
                let Some(slot) = next else { break };
                edge = &self.edges[slot];
            }
        }
    }

    /// The edge from the root with a form, from 1; 0 if no name begins with it.
    pub(crate) fn root(self, form_key: u64) -> u32 {
        self.slot(0, form_key).map_or(0, |slot| slot as u32 + 1)
    }

    #[inline]
    fn slot(self, node: u32, form_key: u64) -> Option<usize> {
        let key = edge_key(node, form_key);
        let mask = self.edges.len().wrapping_sub(1);
        let mut slot = key as usize & mask;
        loop {
            let edge = self.edges.get(slot)?;
            if edge.key == key {
                return Some(slot);
            }
            if edge.key == 0 {
                return None;
            }
            slot = (slot + 1) & mask;
        }
    }

    #[inline]
    fn names_at(self, edge: &Edge) -> impl Iterator<Item = &'m NameEnd> + use<'m> {
        let (node, first) = (edge.target, (edge.names as usize).wrapping_sub(1));
        let ends = self.name_ends.get(first..).unwrap_or_default();
        ends.iter().take_while(move |end| end.node == node)
    }
}

/// Drops the hits of the same kind that end earlier, from `first` on.
fn drop_shorter(hits: &mut Vec<Hit>, first: usize, longer: &Hit) {
    let mut kept = first;
    for idx in first..hits.len() {
        let hit = hits[idx];
        if hit.kind != longer.kind || hit.end == longer.end {
            hits[kept] = hit;
            kept += 1;
        }
    }
    hits.truncate(kept);
}

/// The key of an edge; never 0, which marks an empty slot.
pub(super) fn edge_key(node: u32, form_key: u64) -> u64 {
    mix(u64::from(node), form_key) | 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ends: &[(u32, u16, u16)], expected: bool) {
        let edges = [Edge { key: 1, target: 1, names: 1 }, Edge::default()];
        let end = |&(node, kind, status): &(u32, u16, u16)| NameEnd { node, kind, status };
        let ends: Vec<NameEnd> = ends.iter().map(end).collect();
        assert_eq!(GazetteerView::new(&edges, &ends).is_sound(30), expected, "{ends:?}");
    }

    #[test]
    fn names_end_once_and_are_of_a_kind() {
        check(&[(1, 0, 0), (1, 0, 2), (1, 29, 1)], true);
        check(&[(1, 0, 0), (1, 0, 0)], false);
        check(&[(1, 1, 0), (1, 0, 0)], false);
        check(&[(1, 30, 0)], false);
        check(&[(1, 0, 3)], false);
        let many: Vec<_> = (0..65).map(|n| (1, n / 3, n % 3)).collect();
        check(&many[..64], true);
        check(&many, false);
    }
}
