//! Speed of the tokenizer over a text file, a line at a time, in CPU time of one thread:
//! `cargo run --release -p tawsim-benches --features peers --bin tokenizer -- NEWS.txt`
//!
//! Each row is the best of three passes over at most 40 MB; ratios are to the first row.

use std::hint::black_box;
use std::io::Write;
use tawsim_tokenizer::{NormalizeOptions, Tokenized, Tokenizer, fold_into};

const MAX_BYTES: usize = 40_000_000;
const N_PASSES: usize = 3;

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).expect("usage: tokenizer FILE");
    let text = std::fs::read_to_string(path)?;
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let lines: Vec<&str> = text[..end].lines().collect();
    let mut table = Table { lines: &lines, first: None };
    ours(&mut table)
}

fn ours(table: &mut Table<'_>) -> std::io::Result<()> {
    let tokenizer = Tokenizer::new();
    let mut out = Tokenized::default();
    let mut key = String::new();
    table.row("scan: typed spans and sentences", |line| {
        tokenizer.scan(line, &mut out);
        out.tokens().len()
    })?;
    table.row("tokenize: full segmentation", |line| {
        tokenizer.tokenize(line, &mut out);
        out.segments().len()
    })?;
    table.row("fold_into: match key of the line", |line| {
        key.clear();
        fold_into(line, &NormalizeOptions::MATCH_KEY, &mut key);
        key.len()
    })
}

/// Rows of measurements over the same lines.
pub(crate) struct Table<'t> {
    lines: &'t [&'t str],
    first: Option<f64>,
}

impl Table<'_> {
    /// Measures `work` on every line and prints a row.
    pub(crate) fn row(
        &mut self,
        name: &str,
        mut work: impl FnMut(&str) -> usize,
    ) -> std::io::Result<()> {
        let n_bytes: usize = self.lines.iter().map(|line| line.len() + 1).sum();
        let mut best = f64::INFINITY;
        let mut n_items = 0;
        for _ in 0..N_PASSES {
            let start = cpu_seconds();
            n_items = self.lines.iter().map(|line| black_box(work(line))).sum();
            best = best.min(cpu_seconds() - start);
        }
        let speed = n_bytes as f64 / 1e6 / best;
        let ratio = speed / *self.first.get_or_insert(speed);
        writeln!(std::io::stdout(), "{name:<44} {speed:>8.1} MB/s {ratio:>7.3}x  {n_items} items")
    }
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
