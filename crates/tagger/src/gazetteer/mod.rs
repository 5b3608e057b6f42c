//! Names known beforehand: a trie over folded word forms, in flat arrays that load without parsing.

mod builder;
mod tsv;

pub use builder::GazetteerBuilder;
pub use tsv::GazetteerError;

use bytemuck::{Pod, Zeroable};

use crate::hash::mix;

/// How sure a name is on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum NameStatus {
    /// Means what it names.
    Plain = 0,
    /// Also a common word (`الباب`).
    Ambiguous = 1,
    /// A short form that needs its full name or context (`الهيئة`).
    Short = 2,
}

/// An edge of the trie in an open-addressing table; `key` 0 is an empty slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Edge {
    /// `mix(node, form key)`.
    pub key: u64,
    pub target: u32,
    pub padding: u32,
}

/// A name's kind and status at the node where it ends, sorted by node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct NameEnd {
    pub node: u32,
    pub kind: u16,
    pub status: u16,
}

/// Names by kind, ready to be matched.
///
/// ```
/// use tawsim_tagger::{GazetteerBuilder, NameStatus};
/// let mut builder = GazetteerBuilder::new();
/// builder.add("place", "خان شيخون", NameStatus::Plain);
/// let gazetteer = builder.build();
/// assert_eq!(gazetteer.n_names(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gazetteer {
    pub(crate) kinds: Vec<String>,
    pub(crate) edges: Vec<Edge>,
    pub(crate) name_ends: Vec<NameEnd>,
    pub(crate) n_names: usize,
}

impl Gazetteer {
    /// How many distinct names it holds.
    #[must_use]
    pub fn n_names(&self) -> usize {
        self.n_names
    }

    /// The kinds of names, in order.
    #[must_use]
    pub fn kinds(&self) -> &[String] {
        &self.kinds
    }

    pub(crate) fn view(&self) -> GazetteerView<'_> {
        GazetteerView::new(&self.edges, &self.name_ends)
    }
}

/// A gazetteer's arrays, wherever they lie.
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
    kind: u16,
    status: u16,
}

impl Hit {
    /// Kind and status as one value.
    pub(crate) fn class(&self) -> u64 {
        u64::from(self.kind) << 8 | u64::from(self.status)
    }
}

/// The longest name, in units. It bounds the work per unit.
const MAX_NAME_UNITS: usize = 16;

impl<'m> GazetteerView<'m> {
    /// `edges` has a power of two slots with at least one empty, or none at all.
    pub(crate) const fn new(edges: &'m [Edge], name_ends: &'m [NameEnd]) -> Self {
        Self { edges, name_ends }
    }

    /// Calls `found` for the longest name of each kind that begins at each unit, in text order.
    #[inline]
    pub(crate) fn matches(&self, keys: &[u64], mut found: impl FnMut(Hit)) {
        let mut longest: Vec<Hit> = Vec::new();
        for start in 0..keys.len() {
            let mut node = 0;
            for (end, &key) in keys.iter().enumerate().skip(start).take(MAX_NAME_UNITS) {
                let Some(next) = self.step(node, key) else { break };
                node = next;
                for name in self.names_at(node) {
                    let range = (start as u32, end as u32 + 1);
                    longest.retain(|hit| hit.kind != name.kind || hit.end == range.1);
                    let (kind, status) = (name.kind, name.status);
                    longest.push(Hit { start: range.0, end: range.1, kind, status });
                }
            }
            longest.drain(..).for_each(&mut found);
        }
    }

    #[inline]
    fn step(&self, node: u32, form_key: u64) -> Option<u32> {
        let key = edge_key(node, form_key);
        let mask = self.edges.len().wrapping_sub(1);
        let mut slot = key as usize & mask;
        loop {
            let edge = self.edges.get(slot)?;
            if edge.key == key {
                return Some(edge.target);
            }
            if edge.key == 0 {
                return None;
            }
            slot = (slot + 1) & mask;
        }
    }

    fn names_at(&self, node: u32) -> &'m [NameEnd] {
        let start = self.name_ends.partition_point(|end| end.node < node);
        let rest = &self.name_ends[start..];
        &rest[..rest.partition_point(|end| end.node == node)]
    }
}

/// The key of an edge; never 0, which marks an empty slot.
fn edge_key(node: u32, form_key: u64) -> u64 {
    mix(u64::from(node), form_key) | 1
}
