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
    /// With `has_values` the weights are read one by one, without it as whole rows.
    pub(crate) fn new(weights: Weights, has_values: bool) -> Self {
        Self {
            rows: (!has_values).then(|| RowTable::new(&weights, Precision::F32)),
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
