use crate::Transitions;

/// The weights of a model: one sparse row of labels for each attribute, and the transitions.
///
/// Only features (attribute × label) with a weight are stored, rows in the order of attribute ids,
/// labels ascending in a row.
///
/// ```
/// use tawsim_crf::Weights;
/// // Two labels; attribute 0 speaks for label 1, attribute 1 for and against.
/// let rows: [&[(u16, f32)]; 2] = [&[(1, 2.0)], &[(0, 0.5), (1, -0.5)]];
/// let weights = Weights::new(2, rows, &[0.0; 4], &[0.0; 2], &[0.0; 2]);
/// assert_eq!(weights.row(1), [0.5, -0.5]);
/// assert_eq!(weights.n_features(), 3);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    n_labels: usize,
    /// Start of each attribute in `features`; one more entry than attributes.
    starts: Vec<u32>,
    labels: Vec<u16>,
    features: Vec<f32>,
    /// `[previous][current]`.
    transitions: Vec<f32>,
    start: Vec<f32>,
    end: Vec<f32>,
}

impl Weights {
    /// The largest amount of a weight, and of an attribute's value, whose products and sums over any sequence stay
    /// within `f32`. Who reads weights or values from outside refuses more; training that goes beyond has diverged.
    pub const MAX_AMOUNT: f32 = 1e15;

    /// From one row of (label, weight) for each attribute, transition scores `[previous][current]`
    /// (`n_labels` × `n_labels`), and start and end scores (`n_labels` each).
    ///
    /// # Panics
    /// If a length does not fit, the labels of a row do not ascend or do not exist, or a weight is
    /// not finite.
    pub fn new<R: AsRef<[(u16, f32)]>>(
        n_labels: usize,
        rows: impl IntoIterator<Item = R>,
        transitions: &[f32],
        start: &[f32],
        end: &[f32],
    ) -> Self {
        assert_eq!(transitions.len(), n_labels * n_labels, "n_labels × n_labels transitions");
        assert!(start.len() == n_labels && end.len() == n_labels, "a start and an end a label");
        let mut edges = transitions.iter().chain(start).chain(end);
        assert!(edges.all(|weight| weight.is_finite()), "weights are finite");
        let mut weights = Self {
            n_labels,
            starts: vec![0],
            labels: Vec::new(),
            features: Vec::new(),
            transitions: transitions.to_vec(),
            start: start.to_vec(),
            end: end.to_vec(),
        };
        for row in rows {
            weights.push_row(row.as_ref());
        }
        weights
    }

    fn push_row(&mut self, row: &[(u16, f32)]) {
        assert!(row.windows(2).all(|pair| pair[0].0 < pair[1].0), "labels of a row ascend");
        for &(label, weight) in row {
            assert!((label as usize) < self.n_labels, "label {label} of {} labels", self.n_labels);
            assert!(weight.is_finite(), "weights are finite");
            self.labels.push(label);
            self.features.push(weight);
        }
        self.starts.push(crate::dataset::to_u32(self.features.len()));
    }

    /// Number of labels.
    #[must_use]
    pub fn n_labels(&self) -> usize {
        self.n_labels
    }

    /// Number of attribute ids, those without a weight included.
    #[must_use]
    pub fn n_attributes(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of attribute × label pairs with a weight.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.features.len()
    }

    /// The labels and weights of an attribute, labels ascending; none if the attribute is unknown.
    pub fn features(&self, attribute: u32) -> impl ExactSizeIterator<Item = (u16, f32)> {
        let bound = |at: usize| self.starts.get(at).map_or(self.features.len(), |&at| at as usize);
        let features = bound(attribute as usize)..bound(attribute as usize + 1);
        let labels = self.labels[features.clone()].iter().copied();
        labels.zip(self.features[features].iter().copied())
    }

    /// The weights of an attribute, one a label, 0 where there is none.
    #[must_use]
    pub fn row(&self, attribute: u32) -> Vec<f32> {
        let mut row = vec![0.0; self.n_labels];
        self.write_row(attribute, &mut row);
        row
    }

    /// Overwrites `row` with the weights of an attribute. It may be longer than the number of
    /// labels (padded for [`Lattice::padded_row_mut`](crate::Lattice::padded_row_mut)): the rest becomes 0.
    ///
    /// # Panics
    /// If `row` is shorter than the number of labels.
    pub fn write_row(&self, attribute: u32, row: &mut [f32]) {
        assert!(row.len() >= self.n_labels, "one weight a label");
        row.fill(0.0);
        for (label, weight) in self.features(attribute) {
            row[label as usize] = weight;
        }
    }

    /// The same model without the features whose weight is below `threshold` in absolute value.
    /// Attribute ids stay what they are.
    #[must_use]
    pub fn pruned(&self, threshold: f32) -> Self {
        let rows = (0..self.n_attributes() as u32).map(|attribute| {
            let row = self.features(attribute).filter(|(_, weight)| weight.abs() >= threshold);
            row.collect::<Vec<_>>()
        });
        Self::new(self.n_labels, rows, &self.transitions, &self.start, &self.end)
    }

    /// The transition scores, start and end included, ready for decoding.
    #[must_use]
    pub fn transitions(&self) -> Transitions {
        Transitions::new(&self.transitions, &self.start, &self.end)
    }

    /// The transition weights `[previous][current]`, `n_labels` × `n_labels`.
    #[must_use]
    pub fn transition_weights(&self) -> &[f32] {
        &self.transitions
    }

    /// The weights of beginning with a label, one a label.
    #[must_use]
    pub fn start_weights(&self) -> &[f32] {
        &self.start
    }

    /// The weights of ending with a label, one a label.
    #[must_use]
    pub fn end_weights(&self) -> &[f32] {
        &self.end
    }
}
