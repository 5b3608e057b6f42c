//! Sums over long vectors in a fixed order, in parallel.

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
