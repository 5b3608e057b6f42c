//! Rows of a table, in CPU time of this thread.

use std::hint::black_box;
use std::io::Write;
use tokenizers::{OffsetReferential, OffsetType, PreTokenizedString};

const N_PASSES: usize = 5;

/// Rows of measurements over the same lines.
pub(crate) struct Table<'t> {
    lines: &'t [&'t str],
    first: Option<f64>,
}

impl<'t> Table<'t> {
    pub(crate) fn new(lines: &'t [&'t str]) -> Self {
        Self { lines, first: None }
    }

    /// Measures `work`, which says how many things it found, on every line and prints a row.
    pub(crate) fn row(&mut self, name: &str, mut work: impl FnMut(&str) -> usize) {
        let n_bytes: usize = self.lines.iter().map(|line| line.len() + 1).sum();
        let mut n_items = 0;
        let mut seconds: Vec<f64> = Vec::new();
        for _ in 0..N_PASSES {
            let start = cpu_seconds();
            n_items = self.lines.iter().map(|line| black_box(work(line))).sum();
            seconds.push(cpu_seconds() - start);
        }
        seconds.sort_by(f64::total_cmp);
        let speed = n_bytes as f64 / 1e6 / seconds[N_PASSES / 2];
        let ratio = speed / *self.first.get_or_insert(speed);
        say(&format!("{name:<44} {speed:>8.1} MB/s {ratio:>7.3}x  {n_items} items"));
    }
}

/// The pieces with their byte offsets, as a caller would read them.
pub(crate) fn n_splits(text: &PreTokenizedString) -> usize {
    black_box(text.get_splits(OffsetReferential::Original, OffsetType::Byte)).len()
}

pub(crate) fn say(line: &str) {
    // Nobody is left to be told if standard output is gone.
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// CPU time of this thread; wall time where the system does not say.
fn cpu_seconds() -> f64 {
    let nanoseconds = std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(wall_seconds, |nanoseconds| nanoseconds / 1e9)
}

fn wall_seconds() -> f64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0.0, |since| since.as_secs_f64())
}
