//! A sparse 0/1 matrix, or one with values, by rows.

use crate::dataset::to_u32;

/// Rows of column ids in one flat array, with one value an id unless all are 1.
#[derive(Clone, Debug, Default)]
pub(crate) struct Incidence {
    /// Start of each row in `ids`; one more entry than rows.
    starts: Vec<u32>,
    ids: Vec<u32>,
    values: Vec<f32>,
}

/// One row: its ids, and their values unless all are 1.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) ids: &'a [u32],
    pub(crate) values: &'a [f32],
}

impl Row<'_> {
    /// Calls `f` with every id and value. Without values the loop has no load for them.
    #[inline(always)]
    pub(crate) fn for_each(self, mut f: impl FnMut(usize, f64)) {
        if self.values.is_empty() {
            for &id in self.ids {
                f(id as usize, 1.0);
            }
        } else {
            for (&id, &value) in self.ids.iter().zip(self.values) {
                f(id as usize, f64::from(value));
            }
        }
    }
}

impl Incidence {
    /// The matrix whose row lengths are `counts` and whose entries `visit` gives as (row, id, value).
    /// Entries of one row come in the order in which they are visited.
    pub(crate) fn collect(
        counts: &[u32],
        has_values: bool,
        visit: impl FnOnce(&mut dyn FnMut(usize, u32, f32)),
    ) -> Self {
        let mut starts = Vec::with_capacity(counts.len() + 1);
        let mut n_entries = 0_usize;
        for &count in counts {
            starts.push(to_u32(n_entries));
            n_entries += count as usize;
        }
        let mut ids = vec![0; n_entries];
        let mut values = vec![0.0; if has_values { n_entries } else { 0 }];
        let mut next = starts.clone();
        visit(&mut |row, id, value| {
            let at = next[row] as usize;
            next[row] += 1;
            ids[at] = id;
            if has_values {
                values[at] = value;
            }
        });
        starts.push(to_u32(n_entries));
        Self { starts, ids, values }
    }

    /// The same entries by columns; the ids of each column ascend.
    pub(crate) fn transposed(&self, n_columns: usize) -> Self {
        let mut counts = vec![0; n_columns];
        self.ids.iter().for_each(|&id| counts[id as usize] += 1);
        Self::collect(&counts, !self.values.is_empty(), |put| {
            for row in 0..self.n_rows() {
                let entries = self.row(row);
                for (at, &id) in entries.ids.iter().enumerate() {
                    put(id as usize, row as u32, entries.values.get(at).copied().unwrap_or(1.0));
                }
            }
        })
    }

    pub(crate) fn has_values(&self) -> bool {
        !self.values.is_empty()
    }

    /// The number of entries of each row.
    pub(crate) fn row_lens(&self) -> Vec<u32> {
        self.starts.windows(2).map(|ends| ends[1] - ends[0]).collect()
    }

    /// The ids of all rows.
    pub(crate) fn ids(&self) -> &[u32] {
        &self.ids
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    #[inline(always)]
    pub(crate) fn row(&self, row: usize) -> Row<'_> {
        let entries = self.starts[row] as usize..self.starts[row + 1] as usize;
        let values = self.values.get(entries.clone()).unwrap_or_default();
        Row { ids: &self.ids[entries], values }
    }

    /// Entries before each row, for parallel arrays.
    #[inline(always)]
    pub(crate) fn start(&self, row: usize) -> usize {
        self.starts[row] as usize
    }
}
