use crate::forward_backward::ExpTransitions;
use crate::viterbi::padded_len;

/// Which moves between labels are legal, and which labels may begin and end a sequence.
///
/// ```
/// use tawsim_crf::TransitionMask;
/// // Labels O, B, I: an I neither begins a sequence nor follows an O.
/// let mut mask = TransitionMask::all(3);
/// mask.forbid_start(2).forbid(0, 2);
/// assert!(!mask.allows(0, 2) && mask.allows(1, 2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransitionMask {
    n_labels: usize,
    /// `[previous][current]`.
    moves: Vec<bool>,
    start: Vec<bool>,
    end: Vec<bool>,
}

impl TransitionMask {
    /// Everything is legal.
    #[must_use]
    pub fn all(n_labels: usize) -> Self {
        Self::from_fn(n_labels, |_, _| true)
    }

    /// Every start and end is legal, and the moves for which `is_legal(previous, current)` holds.
    #[must_use]
    pub fn from_fn(n_labels: usize, is_legal: impl Fn(usize, usize) -> bool) -> Self {
        let moves =
            (0..n_labels * n_labels).map(|at| is_legal(at / n_labels, at % n_labels)).collect();
        Self { n_labels, moves, start: vec![true; n_labels], end: vec![true; n_labels] }
    }

    /// Makes the move from `previous` to `current` illegal.
    pub fn forbid(&mut self, previous: u16, current: u16) -> &mut Self {
        self.moves[previous as usize * self.n_labels + current as usize] = false;
        self
    }

    /// Makes `label` illegal at the first position.
    pub fn forbid_start(&mut self, label: u16) -> &mut Self {
        self.start[label as usize] = false;
        self
    }

    /// Makes `label` illegal at the last position.
    pub fn forbid_end(&mut self, label: u16) -> &mut Self {
        self.end[label as usize] = false;
        self
    }

    /// Number of labels.
    #[must_use]
    pub fn n_labels(&self) -> usize {
        self.n_labels
    }

    /// Whether `current` may follow `previous`.
    #[must_use]
    pub fn allows(&self, previous: u16, current: u16) -> bool {
        self.moves[previous as usize * self.n_labels + current as usize]
    }

    /// Whether a sequence may begin with `label`.
    #[must_use]
    pub fn allows_start(&self, label: u16) -> bool {
        self.start[label as usize]
    }

    /// Whether a sequence may end with `label`.
    #[must_use]
    pub fn allows_end(&self, label: u16) -> bool {
        self.end[label as usize]
    }

    /// Moves, starts, ends in one array, as the trainer orders its parameters.
    pub(crate) fn to_flags(&self, n_labels: usize) -> Vec<bool> {
        assert_eq!(n_labels, self.n_labels, "the mask is over the data's labels");
        [&self.moves[..], &self.start, &self.end].concat()
    }

    /// Whether a whole path is legal.
    #[must_use]
    pub fn allows_path(&self, path: &[u16]) -> bool {
        path.first().is_none_or(|&label| self.allows_start(label))
            && path.last().is_none_or(|&label| self.allows_end(label))
            && path.windows(2).all(|pair| self.allows(pair[0], pair[1]))
    }
}

/// Transition scores, start and end included, in the layouts that the decoders read.
///
/// The score of a path `y` of `T` positions over state scores `s` is
/// `start[y₀] + Σₜ s[t][yₜ] + Σₜ transition[yₜ₋₁][yₜ] + end[y_T₋₁]`; an illegal move has the score −∞.
#[derive(Clone, Debug)]
pub struct Transitions {
    n_labels: usize,
    /// Row length: labels padded for vector instructions, the padding −∞.
    pub(crate) stride: usize,
    /// `[previous][current]`, `n_labels` × `stride`.
    pub(crate) forward: Vec<f32>,
    /// `[current][previous]`, `n_labels` × `stride`.
    pub(crate) backward: Vec<f32>,
    pub(crate) start: Vec<f32>,
    pub(crate) end: Vec<f32>,
    pub(crate) exp: ExpTransitions,
}

impl Transitions {
    /// From scores `[previous][current]` (`n_labels` × `n_labels`), start and end (`n_labels` each).
    /// −∞ makes a move illegal.
    ///
    /// # Panics
    /// If the lengths do not fit, or a score is NaN or +∞.
    #[must_use]
    pub fn new(scores: &[f32], start: &[f32], end: &[f32]) -> Self {
        let n_labels = start.len();
        assert!(n_labels > 0 && end.len() == n_labels, "one start and one end score a label");
        assert_eq!(scores.len(), n_labels * n_labels, "n_labels × n_labels transition scores");
        let is_score = |score: &f32| *score < f32::INFINITY;
        assert!(scores.iter().chain(start).chain(end).all(is_score), "scores are finite or −∞");
        let stride = padded_len(n_labels);
        let at = |previous: usize, current: usize| scores[previous * n_labels + current];
        let wide = |row: &[f32]| row.iter().map(|&score| f64::from(score)).collect::<Vec<_>>();
        Self {
            n_labels,
            stride,
            forward: pad_rows(n_labels, stride, at),
            backward: pad_rows(n_labels, stride, |current, previous| at(previous, current)),
            start: pad_rows(n_labels, stride, |_, label| start[label])[..stride].to_vec(),
            end: pad_rows(n_labels, stride, |_, label| end[label])[..stride].to_vec(),
            exp: ExpTransitions::new(&wide(scores), &wide(start), &wide(end)),
        }
    }

    /// The same scores with the moves that `mask` forbids made illegal.
    ///
    /// # Panics
    /// If `mask` is over another number of labels.
    #[must_use]
    pub fn masked(&self, mask: &TransitionMask) -> Self {
        assert_eq!(mask.n_labels(), self.n_labels, "the mask is over the same labels");
        let pick = |legal: bool, score: f32| if legal { score } else { f32::NEG_INFINITY };
        let labels = 0..self.n_labels as u16;
        let scores: Vec<f32> = labels
            .clone()
            .flat_map(|from| labels.clone().map(move |to| (from, to)))
            .map(|(from, to)| pick(mask.allows(from, to), self.score(from, to)))
            .collect();
        let start: Vec<f32> =
            labels.clone().map(|to| pick(mask.allows_start(to), self.start(to))).collect();
        let end: Vec<f32> = labels.map(|to| pick(mask.allows_end(to), self.end(to))).collect();
        Self::new(&scores, &start, &end)
    }

    /// Number of labels.
    #[must_use]
    pub fn n_labels(&self) -> usize {
        self.n_labels
    }

    /// Score of the move from `previous` to `current`.
    #[must_use]
    pub fn score(&self, previous: u16, current: u16) -> f32 {
        self.forward[previous as usize * self.stride + current as usize]
    }

    /// Score of beginning with `label`.
    #[must_use]
    pub fn start(&self, label: u16) -> f32 {
        self.start[label as usize]
    }

    /// Score of ending with `label`.
    #[must_use]
    pub fn end(&self, label: u16) -> f32 {
        self.end[label as usize]
    }
}

/// `n` rows of `n` scores, padded to `stride` with −∞.
fn pad_rows(n: usize, stride: usize, score: impl Fn(usize, usize) -> f32) -> Vec<f32> {
    let mut rows = vec![f32::NEG_INFINITY; n * stride];
    for (i, row) in rows.chunks_exact_mut(stride).enumerate() {
        for (j, cell) in row[..n].iter_mut().enumerate() {
            *cell = score(i, j);
        }
    }
    rows
}
