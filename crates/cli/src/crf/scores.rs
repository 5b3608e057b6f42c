//! How many labels are right.

use std::fmt::Write as _;

use tawsim_crf::{Dataset, Lattice, Precision, RowTable, Scratch, Weights, viterbi};

/// Decodes sequences with one model.
pub(crate) struct Decoder {
    rows: Option<RowTable>,
    transitions: tawsim_crf::Transitions,
    weights: Weights,
    pub(crate) lattice: Lattice,
    pub(crate) scratch: Scratch,
    path: Vec<u16>,
}

impl Decoder {
    /// With `has_values`, or where rows are mostly empty and many, the weights are read one by one, else as whole rows.
    pub(crate) fn new(weights: Weights, has_values: bool) -> Self {
        Self {
            rows: (!has_values && are_rows_small(&weights))
                .then(|| RowTable::new(&weights, Precision::F32)),
            transitions: weights.transitions(),
            lattice: Lattice::new(weights.n_labels()),
            weights,
            scratch: Scratch::new(),
            path: Vec::new(),
        }
    }

    /// Fills the lattice and returns the best path.
    pub(crate) fn decode(&mut self, sequence: &tawsim_crf::Sequence<'_>) -> &[u16] {
        match &self.rows {
            None => self.lattice.fill(&self.weights, sequence),
            Some(rows) => {
                self.lattice.reset(sequence.n_positions());
                for position in 0..sequence.n_positions() {
                    rows.add_rows(sequence.attributes(position), &mut self.lattice, position);
                }
            }
        }
        let Self { lattice, transitions, scratch, path, .. } = self;
        viterbi(lattice, transitions, scratch, path).expect("a model's own transitions are legal");
        &self.path
    }

    pub(crate) fn transitions(&self) -> &tawsim_crf::Transitions {
        &self.transitions
    }
}

/// Whole rows may take so much memory, and so many times what the weights take.
const MAX_ROW_BYTES: usize = 64 << 20;
const MAX_ROW_GROWTH: usize = 16;

/// Whether whole rows take not much more memory than the weights, which the size of a model file bounds.
fn are_rows_small(weights: &Weights) -> bool {
    let n_cells = weights.n_attributes().saturating_mul(Lattice::new(weights.n_labels()).stride());
    let own_cells = weights.n_features().saturating_mul(MAX_ROW_GROWTH);
    n_cells <= own_cells.saturating_add(MAX_ROW_BYTES / size_of::<f32>())
}

/// Counts of labels: found and right for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scores {
    /// Right, found, gold for each label.
    counts: Vec<[u64; 3]>,
    /// Positions with a gold label.
    n_positions: u64,
    n_sequences: u64,
    /// Sequences without a wrong label.
    n_right_sequences: u64,
}

impl Scores {
    pub(crate) fn new(n_labels: usize) -> Self {
        let counts = vec![[0; 3]; n_labels];
        Self { counts, n_positions: 0, n_sequences: 0, n_right_sequences: 0 }
    }

    /// Decodes a whole data set.
    pub(crate) fn add_dataset(&mut self, data: &Dataset, decoder: &mut Decoder) {
        for sequence in data.sequences() {
            let path = decoder.decode(&sequence);
            self.add(path, |position| sequence.label(position));
        }
    }

    /// One sequence; `gold` is `None` where the right label is not one of the model's.
    pub(crate) fn add(&mut self, path: &[u16], gold: impl Fn(usize) -> Option<u16>) {
        let mut is_right = true;
        for (position, &found) in path.iter().enumerate() {
            let gold = gold(position);
            self.counts[found as usize][1] += 1;
            if let Some(gold) = gold {
                self.counts[gold as usize][2] += 1;
                self.counts[gold as usize][0] += u64::from(gold == found);
            }
            is_right &= gold == Some(found);
        }
        self.n_positions += path.len() as u64;
        self.n_sequences += 1;
        self.n_right_sequences += u64::from(is_right);
    }

    /// A table: precision, recall and F1 of each label, then the accuracies.
    pub(crate) fn table(&self, labels: &[&str]) -> String {
        let mut table = String::from("label\tprecision\trecall\tF1\tgold\n");
        for (label, &[right, found, gold]) in labels.iter().zip(&self.counts) {
            let (precision, recall) = (ratio(right, found), ratio(right, gold));
            let f1 = ratio(2 * right, found + gold);
            writeln!(table, "{label}\t{precision:.4}\t{recall:.4}\t{f1:.4}\t{gold}")
                .expect("a string takes everything");
        }
        let n_right: u64 = self.counts.iter().map(|counts| counts[0]).sum();
        let (items, sequences) =
            (ratio(n_right, self.n_positions), ratio(self.n_right_sequences, self.n_sequences));
        writeln!(table, "items right\t{items:.4}\tof {}", self.n_positions)
            .and_then(|()| {
                writeln!(table, "sequences right\t{sequences:.4}\tof {}", self.n_sequences)
            })
            .expect("a string takes everything");
        table
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A model whose first attributes speak for every label.
    fn weights(n_labels: usize, n_full: usize, n_empty: usize) -> Weights {
        let full: Vec<(u16, f32)> = (0..n_labels as u16).map(|label| (label, 0.5)).collect();
        let rows = std::iter::repeat_n(&full[..], n_full);
        let edges = vec![0.0; n_labels * n_labels];
        let ends = vec![0.0; n_labels];
        let rows = rows.chain(std::iter::repeat_n(&[][..], n_empty));
        Weights::new(n_labels, rows, &edges, &ends, &ends)
    }

    #[test]
    fn rows_that_are_empty_ask_for_no_memory() {
        let check = |n_labels, n_full, n_empty, expected| {
            let weights = weights(n_labels, n_full, n_empty);
            assert_eq!(are_rows_small(&weights), expected, "{n_labels} {n_full} {n_empty}");
            assert_eq!(Decoder::new(weights, false).rows.is_some(), expected);
        };
        check(9, 10, 100_000, true);
        check(1000, 0, 16_000, true);
        check(1000, 0, 17_000, false);
        check(1000, 1_100, 17_000, true);
        // 4.4 GB as rows.
        check(1000, 0, 1_100_000, false);
    }

    #[test]
    fn both_ways_find_the_same_path() {
        let rows: [&[(u16, f32)]; 3] = [&[(0, 1.5), (1, -2.0)], &[], &[(1, 0.25)]];
        let weights = Weights::new(2, rows, &[0.1, 0.2, 0.3, 0.4], &[1.0, 2.0], &[3.0, 4.0]);
        let mut data = Dataset::new(2);
        for attributes in [&[0, 2][..], &[1], &[2, 1], &[0]] {
            attributes.iter().for_each(|&id| data.push_attribute(id));
            data.end_unknown_position();
        }
        data.end_sequence(1.0);
        let (mut rows, mut single) =
            (Decoder::new(weights.clone(), false), Decoder::new(weights, true));
        assert!(rows.rows.is_some() && single.rows.is_none());
        let sequence = data.sequence(0);
        assert_eq!(rows.decode(&sequence), single.decode(&sequence));
        assert_eq!(rows.lattice.row(0), single.lattice.row(0));
    }
}
