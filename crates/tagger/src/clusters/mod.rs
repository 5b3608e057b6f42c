//! Word clusters: for each frequent form a cluster at several granularities, learnt from raw text.

mod exchange;
mod learn;
mod vocabulary;

pub use learn::{ClusterProgress, ClusterSettings, learn_clusters};

use std::fmt::Write;

use bytemuck::{Pod, Zeroable};

use crate::hash::hash_text;

/// The most granularities that a table has.
pub(crate) const MAX_LEVELS: usize = 4;
/// Stands for no cluster at a level.
const NONE: u16 = u16::MAX;

/// A form's key and its clusters, as the model file stores them: sorted by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct ClusterRow {
    /// XXH3 of the folded form.
    pub key: u64,
    /// The cluster at each level, or `u16::MAX`.
    pub ids: [u16; MAX_LEVELS],
}

/// A table of word clusters.
///
/// ```
/// use tawsim_tagger::Clusters;
/// let clusters = Clusters::from_tsv("حلب\t3\t17\nادلب\t3\t17\n").unwrap();
/// assert_eq!(clusters.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clusters {
    pub(crate) rows: Vec<ClusterRow>,
}

/// Why a table of clusters cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}: a line is the folded form and 1 to 4 cluster numbers below 65535, separated by tabs"
)]
pub struct ClustersError {
    /// Line, from 1.
    pub line: usize,
}

impl Clusters {
    /// Reads a table: folded form and clusters, coarse to fine, separated by tabs. Lines that begin with
    /// `#` are comments.
    ///
    /// # Errors
    /// The first line that is wrong.
    pub fn from_tsv(table: &str) -> Result<Self, ClustersError> {
        let mut rows = Vec::new();
        for (line_idx, line) in table.lines().enumerate().filter(|(_, line)| !line.starts_with('#'))
        {
            let row = row_from_line(line).ok_or(ClustersError { line: line_idx + 1 })?;
            rows.push(row);
        }
        rows.sort_unstable();
        rows.dedup_by_key(|row| row.key);
        Ok(Self { rows })
    }

    /// How many forms have clusters.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no form has a cluster.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn view(&self) -> WordClusters<'_> {
        WordClusters::new(&self.rows)
    }
}

fn row_from_line(line: &str) -> Option<ClusterRow> {
    let (form, numbers) = line.split_once('\t')?;
    let mut ids = [NONE; MAX_LEVELS];
    for (level, number) in numbers.split('\t').enumerate() {
        *ids.get_mut(level)? = number.parse().ok().filter(|id| *id != NONE)?;
    }
    Some(ClusterRow { key: hash_text(form), ids })
}

/// The table of these forms and their clusters at each level.
fn tsv<'a>(forms: impl Iterator<Item = &'a str>, levels: &[Vec<u16>]) -> String {
    let mut table = String::new();
    for (idx, form) in forms.enumerate() {
        table.push_str(form);
        for level in levels {
            write!(table, "\t{}", level[idx]).expect("strings take all that is written");
        }
        table.push('\n');
    }
    table
}

/// The clusters of a model; empty where it has none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WordClusters<'m> {
    rows: &'m [ClusterRow],
}

impl<'m> WordClusters<'m> {
    pub(crate) const fn new(rows: &'m [ClusterRow]) -> Self {
        Self { rows }
    }

    /// The cluster of a form at a level.
    pub(crate) fn get(&self, key: u64, level: u8) -> Option<u16> {
        let idx = self.rows.binary_search_by_key(&key, |row| row.key).ok()?;
        let id = *self.rows[idx].ids.get(usize::from(level))?;
        (id != NONE).then_some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables() {
        let table = tsv(["حلب", "ادلب"].into_iter(), &[vec![3, 3], vec![17, 4]]);
        assert_eq!(table, "حلب\t3\t17\nادلب\t3\t4\n");
        let clusters = Clusters::from_tsv(&table).expect("own output");
        let view = clusters.view();
        assert_eq!(view.get(hash_text("ادلب"), 1), Some(4));
        assert_eq!(view.get(hash_text("ادلب"), 2), None);
        assert_eq!(view.get(hash_text("دمشق"), 0), None);
        for bad in ["حلب", "حلب\tx", "حلب\t65535", "حلب\t1\t1\t1\t1\t1"] {
            assert_eq!(
                Clusters::from_tsv(&format!("# c\n{bad}\n")),
                Err(ClustersError { line: 2 })
            );
        }
    }
}
