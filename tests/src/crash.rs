//! A writer that is killed, or whose disk fails, and what is left of its work.
//!
//! After the crash tests of SQLite (`sqlite.org/testing.html`, "Crash Testing", "I/O Error
//! Testing"): a child edits and prints what was acknowledged; the parent ends it and looks.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tawsim_store::{Options, Project, StoreError};

use crate::store::{Annotator, SplitMix, project};

/// What the kills did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CrashReport {
    /// Children killed.
    pub n_kills: usize,
    /// Steps that were acknowledged.
    pub n_acknowledged: usize,
    /// Acknowledged steps that were not in the log afterwards.
    pub n_lost: usize,
    /// What [`Project::verify`] found, and projects that did not open.
    pub problems: Vec<String>,
}

/// What the child says for an acknowledged step; it is followed by the number of its last event and its id.
const ACKNOWLEDGED: &str = "acknowledged";

/// Kills per project: the log is verified after each, and grows.
const KILLS_PER_PROJECT: usize = 100;

/// Edits the project until it is killed, and prints each acknowledged step.
///
/// # Errors
/// If the disk fails.
pub fn edit_until_killed(dir: &Path, seed: u64) -> Result<(), StoreError> {
    edit(dir, seed, usize::MAX)
}

/// Edits the project and prints each acknowledged step; now and then it makes a backup.
///
/// # Errors
/// If the disk fails.
pub fn edit(dir: &Path, seed: u64, n_acts: usize) -> Result<(), StoreError> {
    let mut project = Project::open(dir, &Options::new("child"))?;
    let mut annotator = Annotator::new(&project, "a", seed);
    let mut out = std::io::stdout();
    for act in 0..n_acts {
        if act % 32 == 31 {
            project.back_up()?;
        }
        let Some(receipt) = annotator.act(&mut project)? else { continue };
        if let Some(step) = receipt.step {
            let line = format!("{ACKNOWLEDGED} {} {step}\n", receipt.seq);
            // The parent may have hung up.
            let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
        }
    }
    Ok(())
}

/// Kills children at random moments and looks at the project after each.
///
/// `child` makes the command that calls [`edit_until_killed`] with a folder and a seed.
///
/// # Panics
/// If no child can be started.
pub fn kill_at_random(
    child: &dyn Fn(&Path, u64) -> Command,
    n_kills: usize,
    seed: u64,
) -> CrashReport {
    let mut random = SplitMix(seed);
    let mut report = CrashReport::default();
    while report.n_kills < n_kills {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("p");
        drop(project(&path, &Options::new("parent"), &["a"], 5));
        for _ in 0..KILLS_PER_PROJECT.min(n_kills - report.n_kills) {
            let acknowledged = kill_one(child(&path, random.next_u64()), &mut random);
            report.n_kills += 1;
            report.n_acknowledged += acknowledged.len();
            look(&path, &acknowledged, &mut report);
        }
        look_at_backups(&path, &mut report);
    }
    report
}

/// Starts a child, kills it some milliseconds after its first word, and gives what it had said.
fn kill_one(mut command: Command, random: &mut SplitMix) -> Vec<(u64, String)> {
    let spawned = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn();
    let mut child = spawned.expect("the child starts");
    let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut text = String::new();
    while !text.contains(ACKNOWLEDGED) {
        let n_bytes = output.read_line(&mut text).expect("UTF-8");
        assert!(n_bytes > 0, "the child ended by itself: {text}");
    }
    let micros = random.below(30_000) as u64;
    std::thread::sleep(Duration::from_micros(micros));
    child.kill().expect("it runs until it is killed");
    child.wait().expect("it was killed");
    output.read_to_string(&mut text).expect("UTF-8");
    acknowledged(&text)
}

/// Number and step of each whole line of acknowledgement.
fn acknowledged(output: &str) -> Vec<(u64, String)> {
    let whole = &output[..output.rfind('\n').map_or(0, |end| end + 1)];
    let parse = |line: &str| {
        let mut words = line.split(ACKNOWLEDGED).nth(1)?.split_whitespace();
        Some((words.next()?.parse().ok()?, words.next()?.to_owned()))
    };
    whole.lines().filter_map(parse).collect()
}

/// Opens the project as after a crash, and checks it.
fn look(dir: &Path, acknowledged: &[(u64, String)], report: &mut CrashReport) {
    let project = match Project::open(dir, &Options::new("parent")) {
        Ok(project) => project,
        Err(error) => return report.problems.push(error.to_string()),
    };
    match project.verify() {
        Ok(verified) => {
            report.problems.extend(verified.problems.iter().map(ToString::to_string));
        }
        Err(error) => report.problems.push(error.to_string()),
    }
    for (seq, step) in acknowledged {
        let entry = project.log(seq - 1, 1).unwrap_or_default();
        let is_there = entry.first().is_some_and(|entry| entry.step.to_string() == *step);
        report.n_lost += usize::from(!is_there);
    }
}

/// Every file that has the name of a backup is a whole one.
fn look_at_backups(dir: &Path, report: &mut CrashReport) {
    let project = Project::open_read_only(dir).expect("it was just verified");
    for backup in project.backups().expect("readable") {
        let target = tempfile::tempdir().expect("a temporary folder");
        let restored =
            Project::restore(&backup.path, &target.path().join("p"), &Options::new("parent"));
        report.problems.extend(restored.err().map(|error| error.to_string()));
    }
}

/// What failing disks did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultReport {
    /// Operations that were failed, one in each run.
    pub n_faults: usize,
    /// The same as for kills.
    pub crash: CrashReport,
}

/// The system calls by which SQLite's and our bytes get to disk.
const CALLS: [&str; 5] = ["pwrite64", "write", "fdatasync", "fsync", "rename"];

/// Fails the n-th of each of the calls that write, for every n, with EIO and with ENOSPC, by
/// `strace`; `None` if there is no `strace` that may trace.
///
/// `child` makes the command that calls [`edit`] with a folder and a number of acts.
///
/// # Panics
/// If no child can be started.
pub fn fail_each_call(child: &dyn Fn(&Path) -> Command, stride: usize) -> Option<FaultReport> {
    let can_trace = Command::new("strace").args(["-o", "/dev/null", "true"]).status();
    if !can_trace.is_ok_and(|status| status.success()) {
        return None;
    }
    let mut report = FaultReport::default();
    for call in CALLS {
        for error in ["EIO", "ENOSPC"] {
            for n in (1..).step_by(stride) {
                if !fail_one(child, (call, error, n), &mut report.crash) {
                    break;
                }
                report.n_faults += 1;
            }
        }
    }
    Some(report)
}

/// One run with one failing call. `false` if the child makes fewer calls than that.
fn fail_one(
    child: &dyn Fn(&Path) -> Command,
    (call, error, n): (&str, &str, usize),
    report: &mut CrashReport,
) -> bool {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("p");
    drop(project(&path, &Options::new("parent"), &["a"], 2));
    let trace = dir.path().join("trace");
    let plain = child(&path);
    let mut command = Command::new("strace");
    command.args(["-f", "-e", &format!("trace={call}"), "-e"]);
    command.arg(format!("inject={call}:error={error}:when={n}"));
    // Faults are for the project's files only, not for the pipe to the parent.
    for file in ["project.db", "project.db-wal", "backups"] {
        command.arg("-P").arg(path.join(file));
    }
    command.arg("-o").arg(&trace).arg(plain.get_program()).args(plain.get_args());
    for (key, value) in plain.get_envs() {
        command.env(key, value.unwrap_or_default());
    }
    let output = command.output().expect("strace starts");
    let acknowledged = acknowledged(&String::from_utf8_lossy(&output.stdout));
    let traced = std::fs::read_to_string(&trace).unwrap_or_default();
    report.n_acknowledged += acknowledged.len();
    look(&path, &acknowledged, report);
    traced.contains("INJECTED")
}
