//! Measures the window from within: `--measure`.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use crate::{App, Command, Edge, Step, Toward, app::Saved};

/// Presses of each kind; enough for a 99th percentile.
const N_PRESSES: usize = 200;
/// Frames without input at the start, until fonts and glyphs are there.
const N_WARM: usize = 20;

/// The bars, in milliseconds; the idle window's in percent of a CPU.
const BAR_PAINT: f64 = 16.0;
const BAR_SWITCH: f64 = 50.0;
const BAR_OPEN: f64 = 1500.0;
const BAR_START: f64 = 1000.0;
const BAR_IDLE: f64 = 1.0;

/// Keys that are pressed over and over, and how soon each is to be seen.
struct Keys {
    name: &'static str,
    bar_ms: f64,
    commands: &'static [Command],
}

const fn keys(name: &'static str, commands: &'static [Command]) -> Keys {
    Keys { name, bar_ms: BAR_PAINT, commands }
}

/// What is pressed, in turn: keys that move, keys that change the project, other documents.
const SCRIPT: [Keys; 6] = [
    keys("step to the next annotation", &[Command::StepAnnotation(Toward::Later)]),
    keys("mark the next word", &[Command::MoveMark { toward: Toward::Later, extend: false }]),
    keys("give a label", &[Command::StepAnnotation(Toward::Later), Command::Label(0)]),
    keys(
        "move an edge",
        &[
            // A label leads on to what is doubtful: where nothing is, nothing is in focus.
            Command::StepAnnotation(Toward::Later),
            Command::MoveEdge { edge: Edge::End, toward: Toward::Later, step: Step::Character },
            Command::MoveEdge { edge: Edge::End, toward: Toward::Earlier, step: Step::Character },
        ],
    ),
    keys("undo, redo", &[Command::Undo, Command::Redo]),
    Keys {
        name: "show the next document",
        bar_ms: BAR_SWITCH,
        commands: &[Command::StepDocument(Toward::Later)],
    },
];

/// How long the last press may have effects: text out of sight is laid out, the log is moved.
const SETTLE: Duration = Duration::from_secs(3);
/// How long nothing is pressed after that, to see what an idle window costs.
const IDLE: Duration = Duration::from_secs(10);
/// How much later the window looks at the clock: a frame of its own would be no rest.
const SLACK: Duration = Duration::from_millis(50);

/// A scripted session whose frames are timed.
///
/// From key to paint: what the window's thread computes from the press to the end of the frame that
/// shows its effect, when it is on disk: keys, commands, store, layout, tessellation, calls of the
/// graphics library. Where the system tells a thread's CPU time (Linux), other programs on the
/// machine do not count. The wall clock, which holds the wait for the disk too, is printed beside it.
pub struct Measurement {
    start: Instant,
    frame: usize,
    /// What was pressed last: the line of the script, and when.
    pressed: Option<(usize, Clock, Instant)>,
    n_pressed: usize,
    before: Option<[f64; 2]>,
    quiet_since: Option<Instant>,
    idle: Option<(Instant, f64, usize)>,
    report: Report,
}

/// What the window is to do in a frame.
pub(crate) enum Turn {
    /// Press this, and draw again at once.
    Press(Command),
    /// Draw again at once.
    Draw,
    /// Draw again when this time is over, or when there is reason to.
    Rest(Duration),
    /// Everything is measured.
    End,
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

/// Milliseconds of CPU time that the whole program has used; `NaN` where the system does not tell.
fn program_cpu_ms() -> f64 {
    // Fields 14 and 15 are user and system time in ticks of 10 ms (proc(5)).
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
    let ticks: Vec<f64> = fields.skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    if ticks.len() == 2 { ticks.iter().sum::<f64>() * 10.0 } else { f64::NAN }
}

/// Ticks of all processors, and those that other guests of the machine took meanwhile; `None` where the system
/// does not tell.
fn machine_ticks() -> Option<[f64; 2]> {
    // user nice system idle iowait irq softirq steal, since the start of the machine (proc(5)).
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    let fields = stat.lines().next()?.split_whitespace().skip(1).take(8);
    let ticks: Vec<f64> = fields.filter_map(|field| field.parse().ok()).collect();
    Some([ticks.iter().sum(), *ticks.get(7)?])
}

/// What was measured; shared, because the window is gone when it is printed.
#[derive(Clone, Default)]
pub struct Report(Arc<Mutex<Times>>);

#[derive(Default)]
struct Times {
    /// How many documents a large project has, and how long it took to open.
    large: Option<(usize, f64)>,
    first_frame_ms: Option<f64>,
    /// Milliseconds from key to paint by line of the script: computed, and on the wall clock.
    presses: [Vec<[f64; 2]>; SCRIPT.len()],
    /// How much of the machine other guests took while keys were pressed, in percent.
    stolen: Option<f64>,
    /// Share of a CPU in percent, and frames drawn, while nothing was pressed.
    idle: Option<(f64, usize)>,
}

impl Measurement {
    /// `start` is when the program began.
    #[must_use]
    pub fn begin(start: Instant) -> Self {
        let report = Report::default();
        Self {
            start,
            frame: 0,
            pressed: None,
            n_pressed: 0,
            before: None,
            quiet_since: None,
            idle: None,
            report,
        }
    }

    /// Where the results will be.
    #[must_use]
    pub fn report(&self) -> Report {
        self.report.clone()
    }

    /// To be called at the start of each frame.
    pub(crate) fn next(&mut self, app: &App) -> Turn {
        let (frame, now) = (self.frame, Clock::now());
        self.frame += 1;
        let mut times = self.report.0.lock().expect("nobody panics with the lock");
        if frame == 1 {
            times.first_frame_ms = Some(self.start.elapsed().as_secs_f64() * 1e3);
        }
        if frame < N_WARM || app.saved() != Saved::All {
            return Turn::Draw;
        }
        // What is pressed in a frame is seen in it; the next frame knows its time.
        if let Some((line, then, wall)) = self.pressed.take() {
            times.presses[line].push([now.ms_since(then), wall.elapsed().as_secs_f64() * 1e3]);
        }
        if let Some(keys) = SCRIPT.get(self.n_pressed / N_PRESSES) {
            self.before = self.before.or_else(machine_ticks);
            self.pressed = Some((self.n_pressed / N_PRESSES, now, Instant::now()));
            let command = command(keys.commands, self.n_pressed, app);
            self.n_pressed += 1;
            return Turn::Press(command);
        }
        if let (None, Some(before), Some(now)) = (self.quiet_since, self.before, machine_ticks()) {
            times.stolen = Some(100.0 * (now[1] - before[1]) / (now[0] - before[0]));
        }
        let quiet = self.quiet_since.get_or_insert_with(Instant::now).elapsed();
        if quiet < SETTLE {
            return Turn::Rest(SETTLE.saturating_sub(quiet));
        }
        let (since, cpu_ms, first) =
            *self.idle.get_or_insert((Instant::now(), program_cpu_ms(), frame));
        let rested = since.elapsed();
        if rested < IDLE {
            return Turn::Rest(IDLE.saturating_sub(rested) + SLACK);
        }
        let share = (program_cpu_ms() - cpu_ms) / (rested.as_secs_f64() * 10.0);
        // The frame that ends the rest is not one of it.
        times.idle = Some((share, frame - first - 1));
        Turn::End
    }
}

/// The script's command for this press. At the end of the list it starts anew.
fn command(commands: &[Command], press: usize, app: &App) -> Command {
    let at_end = app.row_of_document().is_some_and(|row| row + 1 >= app.n_rows());
    match &commands[press % commands.len()] {
        Command::StepDocument(_) if at_end => Command::OpenDocument(app.row(0).id),
        command => command.clone(),
    }
}

impl Report {
    /// Notes how long a large project took to open.
    pub fn set_large(&self, n_documents: usize, took: Duration) {
        let mut times = self.0.lock().expect("nobody panics with the lock");
        times.large = Some((n_documents, took.as_secs_f64() * 1e3));
    }

    /// The results as a table, each with its bar; what is over its bar is marked.
    #[must_use]
    pub fn text(&self) -> String {
        let times = self.0.lock().expect("nobody panics with the lock");
        let first = times.first_frame_ms.unwrap_or(f64::NAN);
        let mut lines = vec![single("start to first frame", first, (BAR_START, "ms"))];
        if let Some((n, ms)) = times.large {
            lines.push(single(&format!("open a project of {n} documents"), ms, (BAR_OPEN, "ms")));
        }
        if let Some((share, n_frames)) = times.idle {
            let said = format!("idle, {n_frames} frames in {IDLE:?}");
            lines.push(single(&said, share, (BAR_IDLE, "% of a CPU")));
        }
        let heads = ["n", "cpu p50", "cpu p99", "cpu max", "wall p50", "wall p99", "bar of p99"];
        let heads = heads.map(|head| format!("{head:>9}")).join(" ");
        lines.push(format!("{:<28}{heads}", "key to paint, ms"));
        let rows = SCRIPT.iter().zip(&times.presses);
        lines.extend(rows.map(|(keys, presses)| row(keys, presses)));
        if let Some(stolen) = times.stolen {
            lines.push(format!("other guests took {stolen:.1} % of the machine meanwhile"));
        }
        lines.join("\n")
    }
}

/// `!` behind what is over its bar, or was not measured.
fn mark(value: f64, bar: f64) -> &'static str {
    if value < bar { " " } else { "!" }
}

fn single(name: &str, value: f64, (bar, unit): (f64, &str)) -> String {
    format!("{name}: {value:.1} {unit} (bar {bar}){}", mark(value, bar)).trim_end().to_owned()
}

fn row(keys: &Keys, presses: &[[f64; 2]]) -> String {
    let [cpu, wall] = [0, 1].map(|clock| {
        let mut sorted: Vec<f64> = presses.iter().map(|press| press[clock]).collect();
        sorted.sort_by(f64::total_cmp);
        [0.5, 0.99, 1.0].map(|part| quantile(&sorted, part))
    });
    let bar = keys.bar_ms;
    format!(
        "{:<28}{:>9} {:>9.2} {:>8.2}{} {:>9.2} {:>9.2} {:>8.2}{} {:>9}",
        keys.name,
        presses.len(),
        cpu[0],
        cpu[1],
        mark(cpu[1], bar),
        cpu[2],
        wall[0],
        wall[1],
        mark(wall[1], bar),
        bar
    )
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
    fn what_is_over_its_bar_is_marked() {
        assert_eq!(single("start", 12.0, (50.0, "ms")), "start: 12.0 ms (bar 50)");
        assert_eq!(single("start", 50.0, (50.0, "ms")), "start: 50.0 ms (bar 50)!");
        assert!(single("start", f64::NAN, (50.0, "ms")).ends_with('!'));
        let [good, bad] = [15.9, 16.0].map(|ms| row(&SCRIPT[0], &[[1.0, ms]]));
        assert!(!good.contains('!') && bad.matches('!').count() == 1, "{good}\n{bad}");
    }

    #[test]
    fn quantiles_are_values_of_the_sample() {
        let sample: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!([0.5, 0.99, 1.0].map(|q| quantile(&sample, q)), [100.0, 198.0, 200.0]);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
