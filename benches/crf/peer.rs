//! Other programs, which print `name value` lines.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// What a program printed.
pub(crate) struct Metrics(BTreeMap<String, String>);

impl Metrics {
    /// Runs a program to its end, however it ends.
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program can be started");
        let text = String::from_utf8(output.stdout).expect("the program prints UTF-8");
        let pairs = text.lines().filter_map(|line| line.split_once(' '));
        let metrics: BTreeMap<_, _> =
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() || metrics.contains_key("killed"), "{command:?}: {errors}");
        Self(metrics)
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_else(|| panic!("the program prints {name}"))
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        self.text(name).parse().expect("a number")
    }
}

/// Runs a script of this folder.
pub(crate) fn python(python: &str, script: &str, args: &[&str]) -> Metrics {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("crf").join(script);
    Metrics::of(Command::new(python).arg(script).args(args))
}
