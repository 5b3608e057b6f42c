//! Runs a printed command.

use std::fs;
use std::path::Path;

use tawsim_tests::{repository, tawsim};

use super::folder::annotate;
use super::pages::Printed;
use super::shell::call;

/// What is added to a printed command so that it ends in seconds: its first words, the option, its value.
const LIGHTER: [(&[&str], &str, &str); 4] = [
    (&["train"], "--max-iterations", "3"),
    (&["crf", "learn"], "--max-iterations", "3"),
    (&["clusters"], "--passes", "1"),
    (&["vocab", "train"], "--size", "300"),
];

/// Exit codes that are right besides 0: not everything can be carried.
const ALSO_RIGHT: [(&str, u8); 2] = [("convert", 3), ("project", 3)];

/// Whether an argument names a file: it has a slash or an extension.
fn is_path(arg: &str) -> bool {
    let is_extension = |e: &str| e.starts_with(|c: char| c.is_ascii_alphabetic());
    let extension = Path::new(arg).extension().and_then(|e| e.to_str());
    !arg.starts_with('-') && (arg.contains('/') || extension.is_some_and(is_extension))
}

/// Fails if a path names a file of the repository that is not there.
fn check_repository_path(arg: &str) -> Result<(), String> {
    let top = ["corpus/", "models/", "crates/", "tests/"];
    let is_ours = top.iter().any(|top| arg.starts_with(top));
    if is_ours && !repository().join(arg).exists() {
        return Err(format!("the repository has no {arg}"));
    }
    Ok(())
}

/// The arguments with paths of the folder, and lighter where they would take long.
fn prepared(args: &[String], folder: &Path) -> Result<Vec<String>, String> {
    let mut prepared = Vec::new();
    for arg in args {
        check_repository_path(arg)?;
        let path = folder.join(arg);
        prepared.push(if is_path(arg) { path.to_string_lossy().into() } else { arg.clone() });
    }
    for (command, option, value) in LIGHTER {
        let is_it = args.len() >= command.len() && args.iter().zip(command).all(|(a, b)| a == b);
        if is_it && let Some(at) = args.iter().position(|arg| arg == option) {
            prepared[at + 1] = value.to_owned();
        } else if is_it {
            prepared.extend([option.to_owned(), value.to_owned()]);
        }
    }
    Ok(prepared)
}

/// Fails if the output is not as printed; what stands behind `…` is not compared.
fn check_output(printed: &[String], actual: &str) -> Result<(), String> {
    let mut actual_lines = actual.lines();
    for line in printed {
        let actual = actual_lines.next().unwrap_or_default();
        let is_same = match line.split_once('…') {
            Some((front, _)) => actual.starts_with(front),
            None => actual == line,
        };
        if !is_same {
            return Err(format!("printed: {line}\nwritten: {actual}"));
        }
    }
    Ok(())
}

pub(super) fn run(printed: &Printed, folder: &Path) -> Result<(), String> {
    annotate(folder);
    let Some(call) = call(&printed.line, folder)? else { return Ok(()) };
    let args = prepared(&call.args, folder)?;
    let run = tawsim(&args.iter().map(String::as_str).collect::<Vec<_>>(), call.stdin.as_bytes());
    let first = call.args.first().map_or("", String::as_str);
    if run.code != 0 && !ALSO_RIGHT.contains(&(first, run.code)) {
        return Err(format!("exit code {}: {}", run.code, run.stderr));
    }
    if let Some(file) = &call.stdout {
        fs::write(folder.join(file), &run.stdout).expect("the folder can be written");
    }
    check_output(&printed.output, &run.stdout)
}
