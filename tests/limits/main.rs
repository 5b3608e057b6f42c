//! Untrusted input neither panics nor exhausts memory. A test binary of its own with one test, because it measures the memory of
//! its process.
//!
//! Sizes are small enough for every day; `TAWSIM_LIMITS=full` takes those of the book's chapter on limits, which is a matter of
//! minutes, better with `--release`.

mod mutations;
mod sizes;

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The most that was held while `work` ran, in MiB, beyond what was held before.
fn peak(work: impl FnOnce()) -> f32 {
    let before = MEMORY.current_usage_as_mb();
    MEMORY.reset_peak_usage();
    work();
    MEMORY.peak_usage_as_mb() - before
}

#[test]
fn untrusted_input_is_harmless() {
    mutations::mutated_models();
    mutations::models_that_claim_much();
    mutations::random_input();
    sizes::text_without_line_ends();
    sizes::empty_lines();
    sizes::one_word();
    sizes::entities_of_one_line();
    sizes::a_line_beyond_the_limit();
    sizes::nested_json();
}
