//! Kill the writer, fail its disk: nothing acknowledged is lost.
//!
//! The child is this test binary, started again with one ignored test.

use std::path::Path;
use std::process::Command;

use tawsim_tests::crash::{edit, edit_until_killed, fail_each_call, kill_at_random};

const FOLDER: &str = "TAWSIM_CRASH_FOLDER";
const SEED: &str = "TAWSIM_CRASH_SEED";

fn child(test: &str, dir: &Path, seed: u64) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args([&format!("store_crash::{test}"), "--exact", "--ignored", "--nocapture"]);
    command.env(FOLDER, dir).env(SEED, seed.to_string());
    command
}

fn from_parent() -> Option<(std::path::PathBuf, u64)> {
    let folder = std::env::var_os(FOLDER)?;
    Some((folder.into(), std::env::var(SEED).ok()?.parse().ok()?))
}

#[test]
#[ignore = "no test of its own: nothing_acknowledged_is_lost_by_a_kill starts it as a child and kills it"]
fn child_that_is_killed() {
    if let Some((folder, seed)) = from_parent() {
        edit_until_killed(&folder, seed).expect("room on disk");
    }
}

#[test]
#[ignore = "no test of its own: nothing_acknowledged_is_lost_by_a_failing_disk starts it as a child"]
fn child_with_a_failing_disk() {
    if let Some((folder, seed)) = from_parent() {
        // It may fail at any act: what it had acknowledged is what counts.
        drop(edit(&folder, seed, 40));
    }
}

#[test]
fn nothing_acknowledged_is_lost_by_a_kill() {
    let report = kill_at_random(&|dir, seed| child("child_that_is_killed", dir, seed), 200, 1);
    assert_eq!(report.n_kills, 200);
    assert!(report.n_acknowledged >= 200, "{report:?}");
    assert_eq!(report.n_lost, 0, "{report:?}");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}

/// Every seventh call here; every call by `cargo run --release --bin store_crash -- faults`.
#[test]
fn nothing_acknowledged_is_lost_by_a_failing_disk() {
    let start = |dir: &Path| child("child_with_a_failing_disk", dir, 3);
    let Some(report) = fail_each_call(&start, 7) else {
        println!("not run: there is no strace that may trace");
        return;
    };
    assert!(report.n_faults > 10, "{report:?}");
    assert_eq!(report.crash.n_lost, 0, "{report:?}");
    assert!(report.crash.problems.is_empty(), "{:?}", report.crash.problems);
}
