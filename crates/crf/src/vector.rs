//! Sums over long vectors in a fixed order, in parallel.

use rayon::prelude::*;

/// Entries of a block. Blocks are fixed so that the order of sums is; four of them fit in a
/// first-level cache.
pub(crate) const BLOCK: usize = 1024;

/// `Σᵢ aᵢ bᵢ` of two short slices in eight running sums, which the compiler keeps in registers.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a_chunks, a_rest) = a.as_chunks::<8>();
    let (b_chunks, b_rest) = b.as_chunks::<8>();
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// Adds the blocks' sums in order. Each block has the same number of sums.
pub(crate) fn add_blocks(blocks: &[Vec<f64>]) -> Vec<f64> {
    let mut total = vec![0.0; blocks.first().map_or(0, Vec::len)];
    for block in blocks {
        total.iter_mut().zip(block).for_each(|(sum, term)| *sum += term);
    }
    total
}

/// `params = origin + step direction`.
pub(crate) fn advance(params: &mut [f64], origin: &[f64], step: f64, direction: &[f64]) {
    params
        .par_chunks_mut(BLOCK)
        .zip(origin.par_chunks(BLOCK).zip(direction.par_chunks(BLOCK)))
        .for_each(|(params, (origin, direction))| {
            for ((param, origin), direction) in params.iter_mut().zip(origin).zip(direction) {
                *param = origin + step * direction;
            }
        });
}

/// `Σᵢ aᵢ bᵢ`.
pub(crate) fn long_dot(a: &[f64], b: &[f64]) -> f64 {
    let blocks: Vec<f64> =
        a.par_chunks(BLOCK).zip(b.par_chunks(BLOCK)).map(|(a, b)| dot(a, b)).collect();
    blocks.iter().sum()
}

/// The Euclidean norm.
pub(crate) fn norm(vector: &[f64]) -> f64 {
    long_dot(vector, vector).sqrt()
}
