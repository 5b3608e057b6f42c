use crate::width::{Width, with_width};
use crate::{Lattice, Weights};

/// How exactly a [`RowTable`] keeps weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// As trained, 4 bytes a weight.
    F32,
    /// 2 bytes a weight: multiples of one 32,767th of the largest weight.
    I16,
    /// 1 byte a weight: multiples of one 127th of the largest weight of the same attribute.
    I8,
}

/// Weights in the form that is fastest to decode with: a padded row for each attribute.
///
/// A row of 16 `f32` is one cache line and begins at one; with `I16` and `I8` a line has two and four.
/// An attribute without a weight takes a row too: renumber the attributes after pruning.
///
/// ```
/// use tawsim_crf::{Lattice, Precision, RowTable, Weights};
/// let rows: [&[(u16, f32)]; 2] = [&[(1, 2.0)], &[(0, 0.5), (1, -0.5)]];
/// let weights = Weights::new(2, rows, &[0.0; 4], &[0.0; 2], &[0.0; 2]);
/// let table = RowTable::new(&weights, Precision::F32);
/// let mut lattice = Lattice::new(2);
/// lattice.reset(1);
/// table.add_rows(&[0, 1], &mut lattice, 0);
/// assert_eq!(lattice.row(0), [0.5, 1.5]);
/// ```
#[derive(Debug)]
pub struct RowTable {
    n_labels: usize,
    stride: usize,
    n_rows: usize,
    cells: Cells,
}

#[derive(Debug)]
enum Cells {
    F32(Aligned<f32>),
    /// With the scale of all rows.
    I16(Aligned<i16>, f32),
    /// With the scale of each row.
    I8(Aligned<i8>, Vec<f32>),
}

impl RowTable {
    /// The rows of a model.
    #[must_use]
    pub fn new(weights: &Weights, precision: Precision) -> Self {
        let stride = Lattice::new(weights.n_labels()).stride();
        let n_rows = weights.n_attributes();
        let cells = match precision {
            Precision::F32 => Cells::F32(fill(weights, stride, |_, weight| weight)),
            Precision::I16 => {
                let scale =
                    scale((0..n_rows as u32).flat_map(|row| weights.features(row)), 32_767.0);
                let cells = fill(weights, stride, |_, weight| (weight / scale).round() as i16);
                Cells::I16(cells, scale)
            }
            Precision::I8 => {
                let row_scale = |row| scale(weights.features(row), 127.0);
                let scales: Vec<f32> = (0..n_rows as u32).map(row_scale).collect();
                let cells =
                    fill(weights, stride, |row, weight| (weight / scales[row]).round() as i8);
                Cells::I8(cells, scales)
            }
        };
        Self { n_labels: weights.n_labels(), stride, n_rows, cells }
    }

    /// Number of labels.
    #[must_use]
    pub fn n_labels(&self) -> usize {
        self.n_labels
    }

    /// Number of attributes.
    #[must_use]
    pub fn n_attributes(&self) -> usize {
        self.n_rows
    }

    /// Bytes of all rows.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        let n_cells = self.n_rows * self.stride;
        match &self.cells {
            Cells::F32(_) => n_cells * 4,
            Cells::I16(..) => n_cells * 2 + 4,
            Cells::I8(_, scales) => n_cells + scales.len() * 4,
        }
    }

    /// Adds the rows of attributes to a position of a lattice. Attributes that the model does not
    /// know add nothing.
    ///
    /// # Panics
    /// If the lattice has other labels or not so many positions.
    pub fn add_rows(&self, attributes: &[u32], lattice: &mut Lattice, position: usize) {
        assert_eq!(self.n_labels, lattice.n_labels(), "the same labels");
        let row = lattice.padded_row_mut(position);
        with_width!(self.stride, [8 16 24 32 40], width => self.add(width, attributes, row));
    }

    #[inline(always)]
    fn add<W: Width>(&self, width: W, attributes: &[u32], row: &mut [f32]) {
        let known = attributes.iter().map(|&id| id as usize).filter(|&id| id < self.n_rows);
        match &self.cells {
            Cells::F32(cells) => known.for_each(|id| {
                add_row(width, cells.get(), id, row, |w| w);
            }),
            Cells::I16(cells, scale) => {
                known.for_each(|id| {
                    add_row(width, cells.get(), id, row, |w| f32::from(w) * scale);
                });
            }
            Cells::I8(cells, scales) => known.for_each(|id| {
                let scale = scales[id];
                add_row(width, cells.get(), id, row, |w| f32::from(w) * scale);
            }),
        }
    }
}

#[inline(always)]
fn add_row<W: Width, T: Copy>(
    width: W,
    cells: &[T],
    id: usize,
    row: &mut [f32],
    weight: impl Fn(T) -> f32,
) {
    let stride = width.get();
    for (score, &cell) in row[..stride].iter_mut().zip(&cells[id * stride..][..stride]) {
        *score += weight(cell);
    }
}

/// The weight that one step of a quantised number stands for; 1 if every weight is 0.
fn scale(features: impl Iterator<Item = (u16, f32)>, n_steps: f32) -> f32 {
    let largest = features.map(|(_, weight)| weight.abs()).fold(0.0, f32::max);
    if largest > 0.0 { largest / n_steps } else { 1.0 }
}

fn fill<T: Copy + Default>(
    weights: &Weights,
    stride: usize,
    quantise: impl Fn(usize, f32) -> T,
) -> Aligned<T> {
    let mut cells = Aligned::new(weights.n_attributes() * stride);
    for (attribute, row) in cells.get_mut().chunks_exact_mut(stride).enumerate() {
        for (label, weight) in weights.features(attribute as u32) {
            row[label as usize] = quantise(attribute, weight);
        }
    }
    cells
}

/// Cells that begin at a cache line, so that no row straddles two without need.
#[derive(Debug)]
struct Aligned<T> {
    /// Never grows, so never moves.
    cells: Vec<T>,
    first: usize,
    len: usize,
}

const CACHE_LINE_BYTES: usize = 64;

impl<T: Copy + Default> Aligned<T> {
    fn new(len: usize) -> Self {
        let cells = vec![T::default(); len + CACHE_LINE_BYTES / size_of::<T>()];
        let offset = cells.as_ptr().align_offset(CACHE_LINE_BYTES);
        // The offset may be unknown in constant evaluation only; any value is correct.
        let first = if offset <= cells.len() - len { offset } else { 0 };
        Self { cells, first, len }
    }

    #[inline(always)]
    fn get(&self) -> &[T] {
        &self.cells[self.first..self.first + self.len]
    }

    fn get_mut(&mut self) -> &mut [T] {
        &mut self.cells[self.first..self.first + self.len]
    }
}
