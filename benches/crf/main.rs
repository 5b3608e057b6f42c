//! The CRF against CRFsuite on the same features in the same run.
//!
//! `cargo bench -p tawsim-benches --bench crf -- --python PYTHON NAME=CORPUS…` prints every row, where
//! PYTHON is an interpreter that has `python-crfsuite` and CORPUS is what `features.py` reads. The
//! first nine tenths of a corpus are learnt, the last tenth is labelled. Files go to a folder
//! `crf-bench` in the system's folder for temporary files.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod child;
mod feature_file;
mod measure;
mod peer;
mod table;

use std::path::PathBuf;
use std::process::Command;

use peer::Metrics;
use table::Table;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["child", rest @ ..] => child::run(rest),
        ["--python", python, corpora @ ..] if !corpora.is_empty() => {
            for corpus in corpora {
                let (name, path) = corpus.split_once('=').expect("a corpus is NAME=PATH");
                measure_corpus(python, name, path);
            }
        }
        _ => {
            println!("nothing measured: see benches/crf/main.rs for the command");
        }
    }
}

/// The coefficient of L2 regularisation.
const C2: &str = "0.5";

/// Every row for one corpus.
fn measure_corpus(python: &str, name: &str, corpus: &str) {
    let file =
        |suffix: &str| folder().join(format!("{name}{suffix}")).to_string_lossy().into_owned();
    let (train, dev) = (file(".crf"), file(".crf.dev"));
    peer::python(python, "features.py", &[corpus, &train, "--split"]);
    let model = file(".crfsuite");
    let (peer_labels, own_labels) = (file(".peer"), file(".own"));

    let peer = peer::python(python, "crfsuite.py", &["train", &train, &model, C2]);
    let peer_loss = peer.text("loss").to_owned();
    let own = own_run(&["train", &train, C2, "1", &peer_loss]);
    let two = own_run(&["train", &train, C2, "2", &peer_loss]);
    let peer_tags = peer::python(python, "crfsuite.py", &["tag", &dev, &model, &peer_labels]);
    let own_tags = own_run(&["tag", &train, C2, &dev, &own_labels]);

    println!("\n{name}: {} features, {} labels", own.text("features"), own.text("labels"));
    let mut table = Table::new();
    table.training(&peer, &own, &two);
    table.decoding(&peer_tags, &own_tags);
    let gold = feature_file::labels(&dev);
    let f1 = |path: &str| table::entity_f1(&gold, &feature_file::labels(path));
    let own_f1 = f1(&own_labels);
    table.accuracy(f1(&peer_labels), own_f1);
    for precision in ["I16", "I8"] {
        table.quantised(precision, own_f1 - f1(&format!("{own_labels}.{precision}")));
    }
    table.identity("weights for 1, 2, 3, 8 threads", &thread_hashes(&train));
    table.identity("weights after kill and resume", &resume_hashes(&train, &file(".state")));
}

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join("crf-bench");
    std::fs::create_dir_all(&folder).expect("the system's temporary folder can be written");
    folder
}

/// Runs this program as a child, so that memory and time are those of one task.
fn own_run(args: &[&str]) -> Metrics {
    let program = std::env::current_exe().expect("the system knows where this program is");
    Metrics::of(Command::new(program).arg("child").args(args))
}

/// Iterations of the runs whose weights are compared.
const SHORT_RUN: &str = "25";

fn thread_hashes(train: &str) -> Vec<String> {
    let run = |threads| own_run(&["short", train, C2, SHORT_RUN, threads]).text("hash").to_owned();
    ["1", "2", "3", "8"].map(run).to_vec()
}

/// An uninterrupted run, and runs that end themselves without warning after some iterations.
fn resume_hashes(train: &str, state: &str) -> Vec<String> {
    let mut hashes = vec![own_run(&["short", train, C2, SHORT_RUN, "1"]).text("hash").to_owned()];
    for iteration in ["1", "6", "17"] {
        own_run(&["killed", train, C2, iteration, state]);
        let resumed = own_run(&["resume", train, C2, SHORT_RUN, state]);
        hashes.push(resumed.text("hash").to_owned());
    }
    hashes
}
