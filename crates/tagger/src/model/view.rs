use super::attributes::{AttributeFilter, AttributeSlot, first_slot, row_of};
use crate::clusters::WordClusters;
use crate::gazetteer::GazetteerView;

/// The arrays of a model, borrowed once for many sentences.
#[derive(Clone, Copy)]
pub(crate) struct ModelView<'m> {
    pub(super) slots: &'m [AttributeSlot],
    pub(super) filter: &'m AttributeFilter,
    pub(super) weights: &'m [i16],
    pub(super) n_tags: usize,
    pub gazetteer: GazetteerView<'m>,
    pub clusters: WordClusters<'m>,
}

impl ModelView<'_> {
    /// Whether an attribute may have weights; most that have none do not pass.
    #[inline]
    pub(crate) fn may_have(&self, key: u64) -> bool {
        self.filter.may_have(key)
    }

    /// Adds the weights of an attribute to `sums`, in units of the model's weight scale. Sums of integers
    /// are exact, so they do not depend on the order of attributes.
    pub(crate) fn add_attribute(&self, key: u64, sums: &mut [i32]) {
        if let Some(row) = row_of(self.slots, key) {
            let weights = &self.weights[row as usize * self.n_tags..][..self.n_tags];
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += i32::from(*weight);
            }
        }
    }

    /// Adds the weights of many attributes, each to its own row of `sums`. A row has `stride` sums, a multiple
    /// of [`LANES`], of which the first are the tags'; what comes to stand in the rest means nothing.
    ///
    /// First all slots are read, then all rows: neither waits for memory one by one.
    pub(crate) fn add_attributes(&self, pending: &mut Pending, stride: usize, sums: &mut [i32]) {
        let Pending { keys, n_keys, slots, rows } = pending;
        let keys = &keys[..std::mem::take(n_keys)];
        slots.clear();
        slots.extend(keys.iter().map(|(_, key)| first_slot(self.slots, *key)));
        rows.clear();
        for (&(target, key), slot) in keys.iter().zip(slots) {
            let row = if slot.holds(key) { Some(slot.row - 1) } else { row_of(self.slots, key) };
            rows.extend(row.map(|row| (target, row)));
        }
        for &mut (target, row) in rows {
            let sums = &mut sums[target as usize * stride..][..stride];
            let start = row as usize * self.n_tags;
            // Reads on into the next row where there is one.
            let end = self.weights.len().min(start + stride);
            add_weights(&self.weights[start..end], sums);
        }
    }
}

/// Attributes to be added, each to a row of sums. Reused.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    keys: Vec<(u32, u64)>,
    n_keys: usize,
    slots: Vec<AttributeSlot>,
    rows: Vec<(u32, u32)>,
}

impl Pending {
    /// Makes room for so many calls of [`Pending::push_if`].
    pub(crate) fn reserve(&mut self, n_keys: usize) {
        if self.keys.len() < self.n_keys + n_keys {
            self.keys.resize(self.n_keys + n_keys, (0, 0));
        }
    }

    /// Adds an attribute if `is_wanted`, without a branch: nobody can foretell which way it would go.
    #[inline]
    pub(crate) fn push_if(&mut self, is_wanted: bool, target: u32, key: u64) {
        self.keys[self.n_keys] = (target, key);
        self.n_keys += usize::from(is_wanted);
    }
}

/// Sums are added this many at a time.
pub(crate) const LANES: usize = 8;

#[inline]
fn add_weights(weights: &[i16], sums: &mut [i32]) {
    let (weight_lanes, last_weights) = weights.as_chunks::<LANES>();
    let (sum_lanes, _) = sums.as_chunks_mut::<LANES>();
    for (sums, weights) in sum_lanes.iter_mut().zip(weight_lanes) {
        let mut added = *sums;
        for (sum, weight) in added.iter_mut().zip(weights) {
            *sum = sum.wrapping_add(i32::from(*weight));
        }
        *sums = added;
    }
    let done = weight_lanes.len() * LANES;
    for (sum, weight) in sums[done..].iter_mut().zip(last_weights) {
        *sum = sum.wrapping_add(i32::from(*weight));
    }
}
