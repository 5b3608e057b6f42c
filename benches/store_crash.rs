//! The crash tests of the store at full length.
//!
//! `cargo bench -p tawsim-benches --bench store_crash` kills a writer 10,000 times (`-- 500`: 500
//! times); `-- faults` fails every call that writes, one after the other, with EIO and ENOSPC.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what a bench prints is its result")]

use std::path::Path;
use std::process::{Command, ExitCode};

use tawsim_tests::crash::{CrashReport, edit, edit_until_killed, fail_each_call, kill_at_random};

/// After so many kills the program says how far it is.
const KILLS_AT_A_TIME: usize = 500;

fn is_measured() -> bool {
    std::env::args().any(|arg| arg == "--bench")
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["child", dir, seed] => {
            let seed = seed.parse().expect("a number");
            edit_until_killed(Path::new(dir), seed).expect("room on disk");
            ExitCode::SUCCESS
        }
        ["failing-child", dir] => {
            // It may fail at any act: what it had acknowledged is what counts.
            drop(edit(Path::new(dir), 3, 40));
            ExitCode::SUCCESS
        }
        ["faults"] => faults(),
        // Cargo passes `--bench` when it measures; without it the program only shows that it runs.
        [] if is_measured() => kills(10_000),
        [] => kills(10),
        [n_kills] => kills(n_kills.parse().expect("a number of kills")),
        _ => ExitCode::from(2),
    }
}

fn this_program(first: &str, dir: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.arg(first).arg(dir);
    command
}

fn kills(n_kills: usize) -> ExitCode {
    let child = |dir: &Path, seed: u64| {
        let mut command = this_program("child", dir);
        command.arg(seed.to_string());
        command
    };
    let mut all = CrashReport::default();
    while all.n_kills < n_kills {
        let seed = all.n_kills as u64 + 1;
        let report = kill_at_random(&child, KILLS_AT_A_TIME.min(n_kills - all.n_kills), seed);
        all.n_kills += report.n_kills;
        all.n_acknowledged += report.n_acknowledged;
        all.n_lost += report.n_lost;
        all.problems.extend(report.problems);
        eprintln!("{} of {n_kills} kills, {} steps lost", all.n_kills, all.n_lost);
    }
    println!("{} kills", all.n_kills);
    tell(&all)
}

fn faults() -> ExitCode {
    match fail_each_call(&|dir| this_program("failing-child", dir), 1) {
        None => {
            println!("not run: there is no strace that may trace");
            ExitCode::FAILURE
        }
        Some(report) => {
            println!("{} calls failed, one in each run", report.n_faults);
            tell(&report.crash)
        }
    }
}

fn tell(report: &CrashReport) -> ExitCode {
    let CrashReport { n_acknowledged, n_lost, problems, .. } = report;
    println!("{n_acknowledged} steps acknowledged, {n_lost} lost, {} problems", problems.len());
    problems.iter().for_each(|problem| println!("  {problem}"));
    if *n_lost == 0 && problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
