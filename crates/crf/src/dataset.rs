use std::ops::Range;

use crate::checkpoint::mix;

/// Labelled sequences in flat arrays: what a model is trained on.
///
/// A position has attributes (`u32` ids with optional real values) and a gold label (`u16`), or a
/// set of labels one of which is the gold one. Positions are written one after the other:
///
/// ```
/// use tawsim_crf::Dataset;
/// let mut data = Dataset::new(3);
/// data.push_attribute(7);
/// data.push_attribute_value(12, 0.5);
/// data.end_position(2);
/// data.push_attribute(8);
/// data.end_unknown_position();
/// data.end_sequence(1.0);
/// assert_eq!(data.n_sequences(), 1);
/// assert_eq!(data.sequence(0).attributes(0), [7, 12]);
/// assert_eq!(data.n_attributes(), 13);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    n_labels: usize,
    n_attributes: usize,
    attributes: Vec<u32>,
    /// One value an attribute, or empty while every value is 1.
    values: Vec<f32>,
    /// Start of each position in `attributes`; one more entry than positions.
    position_starts: Vec<u32>,
    /// The gold label of each position, or [`PARTIAL`].
    labels: Vec<u16>,
    /// Positions without one gold label, ascending, each with its row in `sets`.
    partial: Vec<(u32, u32)>,
    /// Rows of `n_labels` flags: the labels that the position may have.
    sets: Vec<bool>,
    /// Start of each sequence in positions; one more entry than sequences.
    sequence_starts: Vec<u32>,
    weights: Vec<f32>,
}

/// Stands for the label of a position that has a set of labels instead.
pub(crate) const PARTIAL: u16 = u16::MAX;

impl Dataset {
    /// No sequences yet, over `n_labels` labels.
    ///
    /// # Panics
    /// If `n_labels` is 0 or above 65,534.
    #[must_use]
    pub fn new(n_labels: usize) -> Self {
        assert!((1..PARTIAL as usize).contains(&n_labels), "labels are 1 to 65,534");
        Self {
            n_labels,
            n_attributes: 0,
            attributes: Vec::new(),
            values: Vec::new(),
            position_starts: vec![0],
            labels: Vec::new(),
            partial: Vec::new(),
            sets: Vec::new(),
            sequence_starts: vec![0],
            weights: Vec::new(),
        }
    }

    /// Adds an attribute of value 1 to the open position.
    pub fn push_attribute(&mut self, attribute: u32) {
        self.attributes.push(attribute);
        if !self.values.is_empty() {
            self.values.push(1.0);
        }
        self.n_attributes = self.n_attributes.max(attribute as usize + 1);
    }

    /// Adds an attribute with a value to the open position. Listed twice, the values add up.
    ///
    /// # Panics
    /// If `value` is not finite.
    pub fn push_attribute_value(&mut self, attribute: u32, value: f32) {
        assert!(value.is_finite(), "attribute values are finite");
        if value != 1.0 && self.values.is_empty() {
            self.values.resize(self.attributes.len(), 1.0);
            self.values.push(value);
        } else if !self.values.is_empty() {
            self.values.push(value);
        }
        self.attributes.push(attribute);
        self.n_attributes = self.n_attributes.max(attribute as usize + 1);
    }

    /// Closes the open position: its gold label is `label`.
    ///
    /// # Panics
    /// If `label` is not below the number of labels, or there are more than 2³² − 1 attributes.
    pub fn end_position(&mut self, label: u16) {
        assert!((label as usize) < self.n_labels, "label {label} of {} labels", self.n_labels);
        self.close_position(label);
    }

    /// Closes the open position: its gold label is one of `labels`, unknown which.
    ///
    /// # Panics
    /// If `labels` is empty or one of them is not below the number of labels.
    pub fn end_partial_position(&mut self, labels: &[u16]) {
        assert!(!labels.is_empty(), "a position has at least one possible label");
        let set = self.open_set(false);
        for &label in labels {
            assert!((label as usize) < self.n_labels, "label {label} of {} labels", self.n_labels);
            self.sets[set + label as usize] = true;
        }
        self.close_position(PARTIAL);
    }

    /// Closes the open position: nothing is known of its label.
    pub fn end_unknown_position(&mut self) {
        self.open_set(true);
        self.close_position(PARTIAL);
    }

    fn open_set(&mut self, allowed: bool) -> usize {
        let start = self.sets.len();
        self.partial.push((to_u32(self.labels.len()), to_u32(start / self.n_labels)));
        self.sets.resize(start + self.n_labels, allowed);
        start
    }

    fn close_position(&mut self, label: u16) {
        self.labels.push(label);
        self.position_starts.push(to_u32(self.attributes.len()));
    }

    /// Closes the open sequence. `weight` multiplies its part of the loss; 1 is usual.
    /// A sequence without positions is not stored.
    ///
    /// # Panics
    /// If `weight` is negative or not finite, or attributes were pushed after the last position.
    pub fn end_sequence(&mut self, weight: f32) {
        assert!(weight.is_finite() && weight >= 0.0, "weight {weight} is not a weight");
        let closed = self.position_starts.last().expect("starts begin with 0");
        assert!(*closed as usize == self.attributes.len(), "the last position is not closed");
        let end = to_u32(self.labels.len());
        if *self.sequence_starts.last().expect("starts begin with 0") < end {
            self.sequence_starts.push(end);
            self.weights.push(weight);
        }
    }

    /// Number of labels, given at the start.
    #[must_use]
    pub fn n_labels(&self) -> usize {
        self.n_labels
    }

    /// One more than the largest attribute id.
    #[must_use]
    pub fn n_attributes(&self) -> usize {
        self.n_attributes
    }

    /// Number of closed sequences.
    #[must_use]
    pub fn n_sequences(&self) -> usize {
        self.weights.len()
    }

    /// Number of closed positions.
    #[must_use]
    pub fn n_positions(&self) -> usize {
        self.labels.len()
    }

    /// Number of attributes over all positions.
    #[must_use]
    pub fn n_activations(&self) -> usize {
        self.attributes.len()
    }

    /// Whether any attribute has a value other than 1.
    #[must_use]
    pub fn has_values(&self) -> bool {
        !self.values.is_empty()
    }

    /// The sequence with this index.
    ///
    /// # Panics
    /// If there are not so many sequences.
    #[must_use]
    pub fn sequence(&self, sequence_idx: usize) -> Sequence<'_> {
        Sequence { data: self, positions: self.positions(sequence_idx), sequence_idx }
    }

    /// The sequences in order.
    pub fn sequences(&self) -> impl ExactSizeIterator<Item = Sequence<'_>> {
        (0..self.n_sequences()).map(|sequence_idx| self.sequence(sequence_idx))
    }

    /// The sequences for which `is_wanted(sequence index)` holds, over the same labels and attributes.
    #[must_use]
    pub fn filtered(&self, is_wanted: impl Fn(usize) -> bool) -> Self {
        let mut chosen = Self::new(self.n_labels);
        for (sequence_idx, sequence) in self.sequences().enumerate() {
            if is_wanted(sequence_idx) {
                chosen.push_sequence(&sequence);
            }
        }
        chosen.n_attributes = self.n_attributes;
        chosen
    }

    fn push_sequence(&mut self, sequence: &Sequence<'_>) {
        for position in 0..sequence.n_positions() {
            let values = sequence.values(position);
            for (at, &attribute) in sequence.attributes(position).iter().enumerate() {
                self.push_attribute_value(attribute, values.get(at).copied().unwrap_or(1.0));
            }
            match sequence.label_set(position) {
                None => self.end_position(sequence.label(position).expect("a label or a set")),
                Some(set) => {
                    self.open_set(false);
                    let first = self.sets.len() - self.n_labels;
                    self.sets[first..].copy_from_slice(set);
                    self.close_position(PARTIAL);
                }
            }
        }
        self.end_sequence(sequence.weight() as f32);
    }

    /// Training and test part of one fold of cross-validation. The folds cut the sequences, in their
    /// order, into `n_folds` parts of nearly equal size: neighbours, which are often of one document,
    /// stay together.
    ///
    /// # Panics
    /// If `fold_idx` is not below `n_folds`.
    #[must_use]
    pub fn fold(&self, fold_idx: usize, n_folds: usize) -> (Self, Self) {
        assert!(fold_idx < n_folds, "fold {fold_idx} of {n_folds}");
        let bound = |fold_idx: usize| fold_idx * self.n_sequences() / n_folds;
        let test = bound(fold_idx)..bound(fold_idx + 1);
        (self.filtered(|at| !test.contains(&at)), self.filtered(|at| test.contains(&at)))
    }

    /// Positions of one sequence, counted through the data set.
    pub(crate) fn positions(&self, sequence_idx: usize) -> Range<usize> {
        self.sequence_starts[sequence_idx] as usize..self.sequence_starts[sequence_idx + 1] as usize
    }

    /// Activations of one position, counted through the data set.
    pub(crate) fn activations(&self, position: usize) -> Range<usize> {
        self.position_starts[position] as usize..self.position_starts[position + 1] as usize
    }

    /// Tells data sets apart.
    pub(crate) fn fingerprint(&self) -> u64 {
        let sizes = [self.n_labels, self.n_attributes, self.labels.len(), self.attributes.len()];
        let words = sizes.into_iter().map(|size| size as u64);
        let ids = self.attributes.iter().chain(&self.position_starts).chain(&self.sequence_starts);
        let values = self.values.iter().chain(&self.weights).map(|value| value.to_bits().into());
        let partial =
            self.partial.iter().map(|&(position, set)| u64::from(position) << 32 | u64::from(set));
        words
            .chain(ids.map(|&id| id.into()))
            .chain(self.labels.iter().map(|&label| label.into()))
            .chain(values)
            .chain(partial)
            .chain(self.sets.iter().map(|&allowed| allowed.into()))
            .fold(0, mix)
    }

    pub(crate) fn attribute_ids(&self) -> &[u32] {
        &self.attributes
    }

    /// One value an activation, or nothing when every value is 1.
    pub(crate) fn attribute_values(&self) -> &[f32] {
        &self.values
    }

    pub(crate) fn gold(&self, position: usize) -> u16 {
        self.labels[position]
    }

    /// The flags of the labels that a position without one gold label may have.
    pub(crate) fn label_set(&self, position: usize) -> Option<&[bool]> {
        let at = self.partial.binary_search_by_key(&to_u32(position), |&(at, _)| at).ok()?;
        let start = self.partial[at].1 as usize * self.n_labels;
        Some(&self.sets[start..start + self.n_labels])
    }

    pub(crate) fn weight(&self, sequence_idx: usize) -> f64 {
        f64::from(self.weights[sequence_idx])
    }
}

/// Sizes that the data set keeps in 32 bits.
pub(crate) fn to_u32(size: usize) -> u32 {
    u32::try_from(size).expect("a data set holds at most 2³² − 1 attributes")
}

/// One sequence of a [`Dataset`].
#[derive(Clone, Debug)]
pub struct Sequence<'a> {
    data: &'a Dataset,
    positions: Range<usize>,
    sequence_idx: usize,
}

impl<'a> Sequence<'a> {
    /// Number of positions, at least 1.
    #[must_use]
    pub fn n_positions(&self) -> usize {
        self.positions.len()
    }

    /// Attribute ids of a position.
    ///
    /// # Panics
    /// If the sequence is shorter.
    #[must_use]
    pub fn attributes(&self, position: usize) -> &'a [u32] {
        &self.data.attributes[self.activations(position)]
    }

    /// Attribute values of a position; nothing when every value in the data set is 1.
    ///
    /// # Panics
    /// If the sequence is shorter.
    #[must_use]
    pub fn values(&self, position: usize) -> &'a [f32] {
        let activations = self.activations(position);
        self.data.values.get(activations).unwrap_or_default()
    }

    fn activations(&self, position: usize) -> Range<usize> {
        assert!(position < self.positions.len(), "position {position} of {}", self.positions.len());
        self.data.activations(self.positions.start + position)
    }

    /// The gold label of a position, if exactly one is known.
    #[must_use]
    pub fn label(&self, position: usize) -> Option<u16> {
        Some(self.data.labels[self.positions.clone()][position]).filter(|&label| label != PARTIAL)
    }

    /// The gold labels, if every position has one.
    #[must_use]
    pub fn labels(&self) -> Option<&'a [u16]> {
        let labels = &self.data.labels[self.positions.clone()];
        (!labels.contains(&PARTIAL)).then_some(labels)
    }

    /// Flags of the labels that a position without one gold label may have.
    #[must_use]
    pub fn label_set(&self, position: usize) -> Option<&'a [bool]> {
        self.data.label_set(self.positions.start + position)
    }

    /// What its part of the loss is multiplied with.
    #[must_use]
    pub fn weight(&self) -> f64 {
        self.data.weight(self.sequence_idx)
    }
}
