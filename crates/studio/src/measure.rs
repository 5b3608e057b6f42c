//! Measures the window from within: `--measure`.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
    time::Instant,
};

use crate::{App, Command, Toward};

/// Presses of each kind; enough for a 99th percentile.
const N_PRESSES: usize = 200;
/// Frames without input at the start, until fonts and glyphs are there.
const N_WARM: usize = 20;

/// What is pressed, in turn: keys that move, keys that change the project, other documents.
const SCRIPT: [(&str, &[Command]); 4] = [
    ("step to the next annotation", &[Command::StepAnnotation(Toward::Later)]),
    ("mark the next word", &[Command::MoveMark { toward: Toward::Later, extend: false }]),
    ("give a label", &[Command::StepAnnotation(Toward::Later), Command::Label(0)]),
    ("show the next document", &[Command::StepDocument(Toward::Later)]),
];

/// A scripted session whose frames are timed.
///
/// A frame's time is what the window's thread computes from the one call of `ui` to the next: keys,
/// commands, store, layout, tessellation, calls of the graphics library. Where the system tells a
/// thread's CPU time (Linux), other programs on the machine do not count.
pub struct Measurement {
    start: Instant,
    frame: usize,
    last: Option<Clock>,
    report: Report,
}

/// A moment, on the clock that is there.
#[derive(Clone, Copy)]
enum Clock {
    /// Milliseconds that this thread has computed.
    Cpu(f64),
    /// The wall clock.
    Wall(Instant),
}

impl Clock {
    fn now() -> Self {
        // The first number is the thread's time on a CPU in nanoseconds (proc(5)).
        let read = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
        let nanoseconds = read.as_deref().and_then(|text| text.split(' ').next()?.parse().ok());
        nanoseconds.map_or_else(|| Self::Wall(Instant::now()), |ns: f64| Self::Cpu(ns / 1e6))
    }

    fn ms_since(self, earlier: Self) -> f64 {
        match (self, earlier) {
            (Self::Cpu(now), Self::Cpu(then)) => now - then,
            (Self::Wall(now), Self::Wall(then)) => (now - then).as_secs_f64() * 1e3,
            _ => f64::NAN,
        }
    }
}

/// What was measured; shared, because the window is gone when it is printed.
#[derive(Clone, Default)]
pub struct Report(Arc<Mutex<Times>>);

#[derive(Default)]
struct Times {
    first_frame_ms: Option<f64>,
    /// Milliseconds of each frame that follows a press, by line of the script.
    frames: [Vec<f64>; SCRIPT.len()],
}

impl Measurement {
    /// `start` is when the program began.
    #[must_use]
    pub fn begin(start: Instant) -> Self {
        Self { start, frame: 0, last: None, report: Report::default() }
    }

    /// Where the results will be.
    #[must_use]
    pub fn report(&self) -> Report {
        self.report.clone()
    }

    /// To be called at the start of each frame. What is pressed in it; `None` when all is measured.
    pub(crate) fn next(&mut self, app: &App) -> Option<Vec<Command>> {
        let (frame, now) = (self.frame, Clock::now());
        self.frame += 1;
        let last_ms = self.last.replace(now).map(|last| now.ms_since(last));
        let mut times = self.report.0.lock().expect("nobody panics with the lock");
        if frame == 1 {
            times.first_frame_ms = Some(self.start.elapsed().as_secs_f64() * 1e3);
        }
        // What is pressed in a frame is carried out and painted in it; the next frame knows its time.
        let pressed = frame.checked_sub(N_WARM + 1);
        let line = pressed.and_then(|press| times.frames.get_mut(press / N_PRESSES));
        if let (Some(line), Some(last_ms)) = (line, last_ms) {
            line.push(last_ms);
        }
        let press = frame.checked_sub(N_WARM);
        match press.map(|press| SCRIPT.get(press / N_PRESSES)) {
            None => Some(Vec::new()),
            Some(Some((_, commands))) => Some(vec![command(commands, frame, app)]),
            Some(None) if frame < N_WARM + N_PRESSES * SCRIPT.len() + 2 => Some(Vec::new()),
            Some(None) => None,
        }
    }
}

/// The script's command for this frame. At the end of the list it starts anew.
fn command(commands: &[Command], frame: usize, app: &App) -> Command {
    let at_end = app.row_of_document().is_some_and(|row| row + 1 >= app.n_rows());
    match &commands[frame % commands.len()] {
        Command::StepDocument(_) if at_end => Command::OpenDocument(app.row(0).id),
        command => command.clone(),
    }
}

impl Report {
    /// The results as a table, times in milliseconds.
    #[must_use]
    pub fn text(&self) -> String {
        let times = self.0.lock().expect("nobody panics with the lock");
        let mut text = String::new();
        let first = times.first_frame_ms.unwrap_or(f64::NAN);
        writeln!(text, "start to first frame: {first:.0} ms").expect("a String takes all");
        writeln!(text, "{:<30} {:>7} {:>8} {:>8} {:>8}", "frame after", "n", "p50", "p99", "max")
            .expect("a String takes all");
        for ((name, _), frames) in SCRIPT.iter().zip(&times.frames) {
            let mut sorted = frames.clone();
            sorted.sort_by(f64::total_cmp);
            let [p50, p99, max] = [0.5, 0.99, 1.0].map(|q| quantile(&sorted, q));
            let n = sorted.len();
            writeln!(text, "{name:<30} {n:>7} {p50:>8.2} {p99:>8.2} {max:>8.2}")
                .expect("a String takes all");
        }
        text
    }
}

/// The smallest value that is not below this part of all values.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let rank = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_of_the_sample() {
        let sample: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!([0.5, 0.99, 1.0].map(|q| quantile(&sample, q)), [100.0, 198.0, 200.0]);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
