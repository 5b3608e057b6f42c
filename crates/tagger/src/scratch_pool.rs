use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::TaggerScratch;

/// One scratch for each thread of a rayon pool, kept from batch to batch so that what a thread has learnt
/// of frequent forms is not lost.
pub struct ScratchPool {
    slots: Vec<Mutex<TaggerScratch>>,
}

impl Default for ScratchPool {
    fn default() -> Self {
        Self::new()
    }
}

impl ScratchPool {
    /// Scratches for the threads of the current rayon pool.
    #[must_use]
    pub fn new() -> Self {
        let slots = (0..rayon::current_num_threads()).map(|_| Mutex::default()).collect();
        Self { slots }
    }

    /// The scratch of the current thread.
    pub fn get(&self) -> MutexGuard<'_, TaggerScratch> {
        let thread_idx = rayon::current_thread_index().unwrap_or(0) % self.slots.len();
        // A panic in another document leaves buffers that the next call clears anyway.
        self.slots[thread_idx].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
