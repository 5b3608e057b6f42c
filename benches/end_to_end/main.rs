//! From raw text to entities with links and values: speed, memory and sizes, held against their bars.
//!
//! `cargo bench -p tawsim-benches --bench end_to_end` measures with the articles of the corpus;
//! `-- news.jsonl` with the documents of a JSON Lines file, which should be some thousand of one to five
//! kilobytes. The corpus is so short that most of its words are met for the first time, which costs most:
//! the bars are meant for some megabytes of news. Times are CPU times of one core, the best of several
//! rounds, but for the ratio of two threads to one, which needs a machine with two idle cores. The process
//! ends with 1 if a bar is missed.

#![expect(clippy::print_stdout, reason = "what a bench prints is its result")]

mod clock;
mod gazetteer;
mod stages;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use tawsim_benches::peak_mib;
use tawsim_corpus::{Document, JsonlReader, LabelSet};
use tawsim_tagger::{Model, Tagger};

use clock::{best, megabytes, wall_seconds};

/// A figure that has to be reached: more is better, or less is.
enum Bar {
    AtLeast(f64),
    AtMost(f64),
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // Cargo passes `--bench` when it measures; without it the program only shows that it runs.
    let measures = args.iter().any(|arg| arg == "--bench");
    let args: Vec<&str> = args.iter().map(String::as_str).filter(|arg| *arg != "--bench").collect();
    if let ["memory", path] = args[..] {
        print_memory(&documents(Path::new(path)));
        return ExitCode::SUCCESS;
    }
    let path = args.first().map_or_else(
        || tawsim_tests::repository().join("corpus/conflict-ar/train.jsonl"),
        PathBuf::from,
    );
    let mut documents = documents(&path);
    if !measures {
        documents.truncate(20);
    }
    let reached = report(&path, &documents, measures);
    ExitCode::from(u8::from(measures && !reached))
}

fn documents(path: &Path) -> Vec<Document> {
    let bytes = std::fs::read(path).expect("a JSON Lines file");
    let mut labels = LabelSet::new();
    let documents = JsonlReader::new(bytes.as_slice(), &mut labels);
    documents.collect::<Result<_, _>>().expect("sound documents")
}

/// Prints all figures; whether every bar was reached.
fn report(path: &Path, documents: &[Document], measures: bool) -> bool {
    let n_rounds = if measures { 5 } else { 1 };
    let n_bytes: usize = documents.iter().map(|document| document.text.len()).sum();
    println!("{} documents, {:.2} MB", documents.len(), megabytes(n_bytes));
    let tagger = Tagger::bundled();
    let speed = stages::report(&tagger, documents, n_rounds);
    let mut reached = print("end to end, one core, tokens/s", speed, &Bar::AtLeast(400_000.0));
    let ratio = two_threads(&tagger, documents, n_rounds);
    reached &= print("two threads ÷ one, by the clock", ratio, &Bar::AtLeast(1.8));
    let file = tawsim_tests::repository().join("models/conflict-ar.tawsim");
    let open = || drop(Model::open(&file).expect("the bundled model"));
    reached &= print("model load, file, ms", 1e3 * best(n_rounds, open), &Bar::AtMost(50.0));
    let bundled = || drop(Model::bundled());
    reached &= print("model load, bundled, ms", 1e3 * best(n_rounds, bundled), &Bar::AtMost(50.0));
    let n_bytes = std::fs::metadata(&file).expect("it is there").len() as f64;
    reached &= print("model size, MiB", n_bytes / (1 << 20) as f64, &Bar::AtMost(16.0));
    reached &= print("peak memory tagging, MiB", memory_of_child(path), &Bar::AtMost(200.0));
    let (speed, reference) = gazetteer::measure(documents, n_rounds);
    println!("{:<40} {reference:>12.1}", "  all runs of words in a hash map, MB/s");
    reached & print("gazetteer, 20,000 names, MB/s", speed, &Bar::AtLeast(100.0))
}

/// Prints a figure beside its bar; whether it was reached.
fn print(name: &str, value: f64, bar: &Bar) -> bool {
    let (sign, limit, reached) = match bar {
        Bar::AtLeast(limit) => ('≥', limit, value >= *limit),
        Bar::AtMost(limit) => ('≤', limit, value <= *limit),
    };
    let verdict = if reached { "" } else { "  MISSED" };
    println!("{name:<40} {value:>12.1}  {sign} {limit}{verdict}");
    reached
}

/// How much faster two threads tag than one, by the clock.
fn two_threads(tagger: &Tagger, documents: &[Document], n_rounds: usize) -> f64 {
    let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
    let [one, two] = [1, 2].map(|n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build();
        let pool = pool.expect("threads can be started");
        wall_seconds(n_rounds, || pool.install(|| drop(tagger.tag_batch(&texts))))
    });
    one / two
}

/// The peak memory of a process that reads these documents, and tags, links and values them one by one.
fn memory_of_child(path: &Path) -> f64 {
    let program = std::env::current_exe().expect("this program");
    let out = Command::new(program).arg("memory").arg(path).output().expect("it can be run again");
    let text = String::from_utf8(out.stdout).expect("it prints a number");
    text.trim().parse().expect("it prints a number")
}

fn print_memory(documents: &[Document]) {
    let tagger = Tagger::bundled();
    stages::Stages::new(&tagger).run(stages::Stage::Output, documents);
    println!("{}", peak_mib().expect("this bench runs on Linux"));
}
