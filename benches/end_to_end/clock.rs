//! What the system says of this process.

use std::time::Instant;

/// CPU time of this thread so far, in seconds.
fn cpu_seconds() -> f64 {
    let stat =
        std::fs::read_to_string("/proc/thread-self/schedstat").expect("this bench runs on Linux");
    let nanoseconds = stat.split(' ').next().expect("time on the CPU comes first");
    nanoseconds.parse::<f64>().expect("a number") / 1e9
}

/// The system counts CPU time in ticks of some milliseconds; a round lasts at least this long, in seconds.
const MIN_ROUND: f64 = 0.1;

/// The least CPU time of several rounds. Short work is repeated in a round.
pub(crate) fn best(n_rounds: usize, mut work: impl FnMut()) -> f64 {
    let round = |_| {
        let start = cpu_seconds();
        let mut n_runs = 0.0;
        loop {
            work();
            n_runs += 1.0;
            let seconds = cpu_seconds() - start;
            if seconds >= MIN_ROUND {
                return seconds / n_runs;
            }
        }
    };
    (0..n_rounds).map(round).fold(f64::INFINITY, f64::min)
}

/// The least time by the clock of several rounds.
pub(crate) fn wall_seconds(n_rounds: usize, mut work: impl FnMut()) -> f64 {
    let round = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    (0..n_rounds).map(round).fold(f64::INFINITY, f64::min)
}

pub(crate) fn megabytes(n_bytes: usize) -> f64 {
    n_bytes as f64 / 1e6
}
