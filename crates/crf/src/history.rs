//! What L-BFGS remembers.

use rayon::prelude::*;

use crate::checkpoint::{Decoder, Encoder};
use crate::vector::{BLOCK, add_blocks, dot};

/// The last steps and gradient changes with their inner products.
///
/// The direction is a linear combination of the remembered steps `s`, gradient changes `y` and the
/// gradient, so the two-loop recursion runs on their inner products alone (Chen et al. 2014) and an
/// iteration reads each vector twice instead of four times.
pub(crate) struct History {
    /// Steps, `capacity` × params; the open slot holds the previous parameters instead.
    steps: Vec<Vec<f64>>,
    /// Gradient changes; the open slot holds the previous gradient instead.
    changes: Vec<Vec<f64>>,
    /// Slots from the newest to the oldest.
    order: Vec<usize>,
    open: usize,
    /// `[i][j]`: steps i · changes j.
    step_change: Vec<f64>,
    /// `[i][j]`: changes i · changes j.
    change_change: Vec<f64>,
    step_gradient: Vec<f64>,
    change_gradient: Vec<f64>,
}

impl History {
    pub(crate) fn new(n_params: usize, capacity: usize) -> Self {
        Self {
            steps: vec![vec![0.0; n_params]; capacity],
            changes: vec![vec![0.0; n_params]; capacity],
            order: Vec::with_capacity(capacity),
            open: 0,
            step_change: vec![0.0; capacity * capacity],
            change_change: vec![0.0; capacity * capacity],
            step_gradient: vec![0.0; capacity],
            change_gradient: vec![0.0; capacity],
        }
    }

    /// Writes `−H gradient` to `direction`; returns its slope, `direction · gradient`.
    pub(crate) fn direct(&self, gradient: &[f64], direction: &mut [f64]) -> f64 {
        let (on_gradient, on_steps, on_changes) = self.coefficients();
        let blocks: Vec<f64> = direction
            .par_chunks_mut(BLOCK)
            .zip(gradient.par_chunks(BLOCK))
            .enumerate()
            .map(|(block, (direction, gradient))| {
                let cells = block * BLOCK..block * BLOCK + gradient.len();
                direction.iter_mut().zip(gradient).for_each(|(d, g)| *d = on_gradient * g);
                for (&slot, (&on_step, &on_change)) in
                    self.order.iter().zip(on_steps.iter().zip(&on_changes))
                {
                    let steps = &self.steps[slot][cells.clone()];
                    let changes = &self.changes[slot][cells.clone()];
                    for ((d, s), y) in direction.iter_mut().zip(steps).zip(changes) {
                        *d += on_step * s + on_change * y;
                    }
                }
                dot(direction, gradient)
            })
            .collect();
        blocks.iter().sum()
    }

    /// The two-loop recursion: coefficients of the direction on the gradient, on the steps and on
    /// the gradient changes, newest first.
    fn coefficients(&self) -> (f64, Vec<f64>, Vec<f64>) {
        let capacity = self.steps.len();
        let Some(&newest) = self.order.first() else { return (-1.0, Vec::new(), Vec::new()) };
        let sy = |i: usize, j: usize| self.step_change[i * capacity + j];
        let yy = |i: usize, j: usize| self.change_change[i * capacity + j];
        let mut alphas: Vec<f64> = Vec::with_capacity(capacity);
        for &i in &self.order {
            let known: f64 =
                self.order.iter().zip(&alphas).map(|(&j, alpha)| alpha * sy(i, j)).sum();
            alphas.push((self.step_gradient[i] - known) / sy(i, i));
        }
        let gamma = sy(newest, newest) / yy(newest, newest);
        let mut on_steps = vec![0.0; self.order.len()];
        for (at, &i) in self.order.iter().enumerate().rev() {
            let on_changes = self.order.iter().zip(&alphas).map(|(&j, alpha)| alpha * yy(i, j));
            let on_older = self.order.iter().zip(&on_steps).map(|(&j, on)| on * sy(j, i));
            let product =
                gamma * (self.change_gradient[i] - on_changes.sum::<f64>()) + on_older.sum::<f64>();
            on_steps[at] = alphas[at] - product / sy(i, i);
        }
        let on_changes = alphas.iter().map(|alpha| gamma * alpha).collect();
        (-gamma, on_steps.iter().map(|on| -on).collect(), on_changes)
    }

    /// The vectors of the slot that the next step will fill.
    pub(crate) fn open_slot(&mut self) -> (&mut Vec<f64>, &mut Vec<f64>) {
        (&mut self.steps[self.open], &mut self.changes[self.open])
    }

    /// Turns the open slot, which holds the previous parameters and gradient, into a step and a
    /// change; updates the inner products, those with the gradient for `drive`: the gradient, or
    /// what stands for it when the direction is computed. Returns the norms of `params` and `drive`.
    pub(crate) fn close_slot(
        &mut self,
        params: &[f64],
        gradient: &[f64],
        drive: &[f64],
    ) -> [f64; 2] {
        let capacity = self.steps.len();
        self.order.truncate(capacity - 1);
        let sums = self.subtract(params, gradient, drive);
        // Without curvature along the step the pair says nothing; rounding can make it so.
        if sums[2] > 0.0 {
            self.order.insert(0, self.open);
            self.store(&sums[2..]);
            let n_used = self.order.len();
            self.open = if n_used < capacity { n_used } else { self.order[capacity - 1] };
        } else {
            self.store_gradient(&sums[7..]);
        }
        [sums[0].sqrt(), sums[1].sqrt()]
    }

    /// Makes the open slot a difference, and in the same sweep the sums: squares of `params` and
    /// `drive`, then the [`products`] of the new pair with itself and with those remembered.
    fn subtract(&mut self, params: &[f64], gradient: &[f64], drive: &[f64]) -> Vec<f64> {
        let mut step = std::mem::take(&mut self.steps[self.open]);
        let mut change = std::mem::take(&mut self.changes[self.open]);
        let blocks: Vec<Vec<f64>> = step
            .par_chunks_mut(BLOCK)
            .zip(change.par_chunks_mut(BLOCK))
            .enumerate()
            .map(|(block, (step, change))| {
                let cells = block * BLOCK..block * BLOCK + step.len();
                let (params, drive) = (&params[cells.clone()], &drive[cells.clone()]);
                step.iter_mut().zip(params).for_each(|(s, x)| *s = x - *s);
                change.iter_mut().zip(&gradient[cells.clone()]).for_each(|(y, g)| *y = g - *y);
                let mut sums = vec![dot(params, params), dot(drive, drive)];
                sums.extend(products(step, change, step, change, drive));
                for &slot in &self.order {
                    let old_step = &self.steps[slot][cells.clone()];
                    let old_change = &self.changes[slot][cells.clone()];
                    sums.extend(products(old_step, old_change, step, change, drive));
                }
                sums
            })
            .collect();
        self.steps[self.open] = step;
        self.changes[self.open] = change;
        add_blocks(&blocks)
    }

    /// Keeps the [`products`] of the newest pair with every slot, in the order of slots.
    fn store(&mut self, sums: &[f64]) {
        let capacity = self.steps.len();
        let newest = self.order[0];
        for (&slot, sums) in self.order.iter().zip(sums.as_chunks::<5>().0) {
            let [old_step_change, step_old_change, changes, on_step, on_change] = *sums;
            self.step_change[slot * capacity + newest] = old_step_change;
            self.step_change[newest * capacity + slot] = step_old_change;
            self.change_change[slot * capacity + newest] = changes;
            self.change_change[newest * capacity + slot] = changes;
            self.step_gradient[slot] = on_step;
            self.change_gradient[slot] = on_change;
        }
    }

    /// Keeps only the products with the gradient.
    fn store_gradient(&mut self, sums: &[f64]) {
        for (&slot, sums) in self.order.iter().zip(sums.as_chunks::<5>().0) {
            [self.step_gradient[slot], self.change_gradient[slot]] = [sums[3], sums[4]];
        }
    }

    pub(crate) fn save(&self, to: &mut Encoder) {
        to.indexes(&self.order);
        to.number(self.open as u64);
        for &slot in &self.order {
            to.floats(&self.steps[slot]);
            to.floats(&self.changes[slot]);
        }
        let tables =
            [&self.step_change, &self.change_change, &self.step_gradient, &self.change_gradient];
        tables.into_iter().for_each(|table| to.floats(table));
    }

    pub(crate) fn restore(&mut self, from: &mut Decoder<'_>) -> Option<()> {
        let capacity = self.steps.len();
        self.order = from.indexes(capacity)?;
        self.open = from.index().filter(|&open| open < capacity)?;
        for &slot in &self.order {
            from.floats(&mut self.steps[slot])?;
            from.floats(&mut self.changes[slot])?;
        }
        from.floats(&mut self.step_change)?;
        from.floats(&mut self.change_change)?;
        from.floats(&mut self.step_gradient)?;
        from.floats(&mut self.change_gradient)
    }
}

/// The inner products of a remembered pair with the newest pair and the gradient.
fn products(
    old_step: &[f64],
    old_change: &[f64],
    step: &[f64],
    change: &[f64],
    gradient: &[f64],
) -> [f64; 5] {
    [
        dot(old_step, change),
        dot(step, old_change),
        dot(old_change, change),
        dot(old_step, gradient),
        dot(old_change, gradient),
    ]
}
