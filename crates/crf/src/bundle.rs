//! Groups of attributes that come together are summed once.
//!
//! In text most attributes of a position follow from one of them: a word form decides its affixes,
//! shape and substrings. Where an attribute always comes with a set of others, an *anchor*, the sum of
//! their weights is computed once an iteration, as a row of its own, and added as one; the residuals
//! of the anchor's positions are summed once and handed on to its members. Losses and gradients are
//! the same sums in another order.

use rayon::prelude::*;

use crate::incidence::Incidence;

/// Positions × rows with the groups that were found to come together as rows of their own.
pub(crate) struct Bundling {
    /// Positions → groups, and from the number of groups on, bundles.
    pub(crate) rows: Incidence,
    /// Bundles → groups.
    pub(crate) members: Incidence,
}

/// Members of a bundle at least; smaller ones save less than they cost.
const MIN_MEMBERS: usize = 4;

impl Bundling {
    /// Bundles the groups of `rows` (positions → groups) by the anchors among `columns`, each a list
    /// of positions.
    pub(crate) fn new(rows: Incidence, n_groups: usize, columns: &[&[u32]]) -> Self {
        if rows.has_values() {
            return Self { rows, members: Incidence::default() };
        }
        let mut free = FreeRows::new(&rows);
        drop(rows);
        let mut bundles: Vec<Vec<u32>> = Vec::new();
        for anchor in by_saving(columns, &free) {
            let positions = columns[anchor];
            let members = free.common(positions);
            if saving(positions.len(), members.len()) > 0 {
                let id = (n_groups + bundles.len()) as u32;
                positions
                    .iter()
                    .for_each(|&position| free.replace(position as usize, &members, id));
                bundles.push(members);
            }
        }
        let lens: Vec<u32> = bundles.iter().map(|members| members.len() as u32).collect();
        let members = Incidence::collect(&lens, false, |put| {
            for (bundle, members) in bundles.iter().enumerate() {
                members.iter().for_each(|&group| put(bundle, group, 1.0));
            }
        });
        Self { rows: free.finish(), members }
    }
}

/// Additions saved by a bundle: each position does one instead of one a member, and the bundle's own
/// row costs one a member.
fn saving(n_positions: usize, n_members: usize) -> usize {
    if n_members < MIN_MEMBERS { 0 } else { (n_positions - 1) * (n_members - 1) - 1 }
}

/// The columns worth a bundle, by falling saving.
fn by_saving(columns: &[&[u32]], free: &FreeRows) -> Vec<usize> {
    // An attribute listed twice at a position is there twice: no anchor.
    let is_anchor = |positions: &[u32]| positions.len() > 1 && positions.is_sorted_by(|a, b| a < b);
    let saving = |positions: &&[u32]| {
        if is_anchor(positions) { saving(positions.len(), free.common(positions).len()) } else { 0 }
    };
    let savings: Vec<usize> = columns.par_iter().map(saving).collect();
    let mut anchors: Vec<usize> = (0..columns.len()).filter(|&at| savings[at] > 0).collect();
    anchors.sort_by_key(|&at| (std::cmp::Reverse(savings[at]), at));
    anchors
}

/// The groups of every position that are in no bundle yet, ascending, then its bundles.
struct FreeRows {
    starts: Vec<usize>,
    ids: Vec<u32>,
    /// Free groups of each position.
    lens: Vec<u32>,
    /// (Position, bundle).
    bundled: Vec<(u32, u32)>,
}

impl FreeRows {
    fn new(rows: &Incidence) -> Self {
        let starts = (0..rows.n_rows()).map(|row| rows.start(row)).collect();
        let lens = (0..rows.n_rows()).map(|row| rows.row(row).ids.len() as u32).collect();
        Self { starts, ids: rows.ids().to_vec(), lens, bundled: Vec::new() }
    }

    fn row(&self, position: usize) -> &[u32] {
        &self.ids[self.starts[position]..][..self.lens[position] as usize]
    }

    /// The groups free in all these positions; none if they are too few to be a bundle.
    fn common(&self, positions: &[u32]) -> Vec<u32> {
        let mut common = self.row(positions[0] as usize).to_vec();
        for &position in &positions[1..] {
            if common.len() < MIN_MEMBERS {
                return Vec::new();
            }
            let mut row = self.row(position as usize).iter().peekable();
            common.retain(|&group| {
                while row.next_if(|&&other| other < group).is_some() {}
                row.next_if_eq(&&group).is_some()
            });
        }
        common
    }

    /// Puts a bundle in the place of its members.
    fn replace(&mut self, position: usize, members: &[u32], bundle: u32) {
        let (start, len) = (self.starts[position], self.lens[position] as usize);
        let row = &mut self.ids[start..start + len];
        let mut members = members.iter().peekable();
        let mut n_kept = 0;
        for at in 0..len {
            if members.next_if_eq(&&row[at]).is_none() {
                row[n_kept] = row[at];
                n_kept += 1;
            }
        }
        self.lens[position] = n_kept as u32;
        self.bundled.push((position as u32, bundle));
    }

    fn finish(self) -> Incidence {
        let mut counts = self.lens.clone();
        self.bundled.iter().for_each(|&(position, _)| counts[position as usize] += 1);
        Incidence::collect(&counts, false, |put| {
            for position in 0..self.lens.len() {
                self.row(position).iter().for_each(|&group| put(position, group, 1.0));
            }
            self.bundled.iter().for_each(|&(position, bundle)| put(position as usize, bundle, 1.0));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows as lists of groups, `|` between positions.
    fn check(text: &str) -> usize {
        let rows: Vec<Vec<u32>> = text
            .split('|')
            .map(|row| row.split_whitespace().map(|id| id.parse().expect("a number")).collect())
            .collect();
        let counts: Vec<u32> = rows.iter().map(|row| row.len() as u32).collect();
        let matrix = Incidence::collect(&counts, false, |put| {
            for (position, row) in rows.iter().enumerate() {
                row.iter().for_each(|&group| put(position, group, 1.0));
            }
        });
        let n_groups = 20;
        let columns = matrix.transposed(n_groups);
        let columns: Vec<&[u32]> = (0..n_groups).map(|group| columns.row(group).ids).collect();
        let bundling = Bundling::new(matrix, n_groups, &columns);
        for (position, row) in rows.iter().enumerate() {
            let mut expanded: Vec<u32> = Vec::new();
            for &id in bundling.rows.row(position).ids {
                match (id as usize).checked_sub(n_groups) {
                    None => expanded.push(id),
                    Some(bundle) => expanded.extend(bundling.members.row(bundle).ids),
                }
            }
            expanded.sort_unstable();
            assert_eq!(&expanded, row, "position {position} of {text}");
        }
        bundling.members.n_rows()
    }

    #[test]
    fn bundled_rows_expand_to_what_they_were() {
        assert_eq!(check("0 1 2|3 4 5|6"), 0);
        assert_eq!(check("0 1 2 3 4|0 1 2 3 5|0 1 2 3 6"), 1);
        assert_eq!(check("0 1 2 3 4 9 10 11 12|0 1 2 3 5 9 10 11 12|0 1 2 3 6|7 9 10 11 12"), 2);
        assert_eq!(check("0 1 2 3 4 4|0 1 2 3 4 4|4 4 5 6 7 8"), 1);
        assert_eq!(check("0 0 1 2 3 4|6"), 0);
        assert_eq!(check("0 1 2 3|0 1 2 3 4 5 6 7|0 4 5 6 7|8"), 1);
    }
}
