//! One task in a process of its own.

use std::hint::black_box;
use std::num::NonZeroUsize;

use tawsim_benches::peak_mib;
use tawsim_crf::{
    Checkpoint, Dataset, Lattice, Precision, RowTable, Scratch, TrainConfig, Trainer, Weights,
    viterbi,
};

use crate::feature_file::{self, FeatureFile};
use crate::measure::Stopwatch;

pub(crate) fn run(args: &[&str]) {
    match *args {
        ["train", file, c2, threads, target] => train(file, c2, threads, number(target)),
        ["tag", file, c2, dev, labels_out] => tag(file, c2, dev, labels_out),
        ["short", file, c2, iterations, threads] => short(file, c2, iterations, threads),
        ["killed", file, c2, iteration, state] => killed(file, c2, iteration, state),
        ["resume", file, c2, iterations, state] => resume(file, c2, iterations, state),
        _ => panic!("no such task: {args:?}"),
    }
}

fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}

fn config(c2: &str, iterations: &str, threads: &str) -> TrainConfig {
    let mut config = TrainConfig { c2: number(c2), ..TrainConfig::default() };
    config.lbfgs.max_iterations = iterations.parse().unwrap_or(usize::MAX);
    config.n_threads = threads.parse().ok().and_then(NonZeroUsize::new);
    config
}

fn read(path: &str) -> FeatureFile {
    feature_file::read(path).expect("features.py wrote the file")
}

/// Trains to the end; the times are those at which the loss first was the target.
fn train(path: &str, c2: &str, threads: &str, target: f64) {
    let file = read(path);
    let watch = Stopwatch::start();
    let mut trainer = Trainer::new(&file.data, &config(c2, "", threads)).expect("there are data");
    let mut reached = None;
    while let Some(progress) = trainer.step() {
        if progress.loss <= target && reached.is_none() {
            reached = Some((watch.cpu_seconds(), watch.wall_seconds()));
        }
    }
    let trained = trainer.finish();
    let (cpu_s, wall_s) = (watch.cpu_seconds(), watch.wall_seconds());
    let (target_cpu_s, target_wall_s) = reached.unwrap_or((cpu_s, wall_s));
    let peak_mib = peak_mib().expect("this bench runs on Linux");
    println!("cpu_s {cpu_s}\nwall_s {wall_s}\npeak_mib {peak_mib}");
    println!("target_cpu_s {target_cpu_s}\ntarget_wall_s {target_wall_s}");
    println!("loss {}\niterations {}", trained.loss, trained.n_iterations);
    println!("features {}\nlabels {}", trained.n_features, file.data.n_labels());
}

/// Trains, then labels another file with weights of every precision, and measures that.
fn tag(path: &str, c2: &str, dev: &str, labels_out: &str) {
    let file = read(path);
    let mut trainer = Trainer::new(&file.data, &config(c2, "", "")).expect("there are data");
    while trainer.step().is_some() {}
    let weights = trainer.finish().weights;
    drop(trainer);
    let sequences = feature_file::read_known(dev, &file);
    let names = file.labels.names();
    for (suffix, precision) in
        [("", Precision::F32), (".I16", Precision::I16), (".I8", Precision::I8)]
    {
        let found = decode(&weights, precision, &sequences);
        let labels: String = found
            .iter()
            .map(|path| {
                path.iter().map(|&y| format!("{}\n", names[y as usize])).collect::<String>() + "\n"
            })
            .collect();
        std::fs::write(format!("{labels_out}{suffix}"), labels).expect("the folder can be written");
    }
}

/// Labels with prepared attribute ids; prints the time.
fn decode(weights: &Weights, precision: Precision, data: &Dataset) -> Vec<Vec<u16>> {
    let table = RowTable::new(weights, precision);
    let transitions = weights.transitions();
    let mut lattices = vec![Lattice::new(weights.n_labels()); data.n_sequences()];
    let (mut scratch, mut path) = (Scratch::new(), Vec::new());
    let rows_s = time(|| {
        for (lattice, sequence) in lattices.iter_mut().zip(data.sequences()) {
            lattice.reset(sequence.n_positions());
            for position in 0..sequence.n_positions() {
                table.add_rows(sequence.attributes(position), lattice, position);
            }
        }
    });
    let mut best_path = |lattice: &Lattice| {
        viterbi(lattice, &transitions, &mut scratch, &mut path).expect("nothing is forbidden");
        path.clone()
    };
    let viterbi_s =
        time(|| lattices.iter().for_each(|lattice| drop(black_box(best_path(lattice)))));
    println!("{precision:?}_s {}\nviterbi_s {viterbi_s}", rows_s + viterbi_s);
    println!("positions {}\nactivations {}", data.n_positions(), data.n_activations());
    lattices.iter().map(best_path).collect()
}

/// CPU seconds of one of many rounds.
fn time(mut work: impl FnMut()) -> f64 {
    const ROUNDS: usize = 20;
    let watch = Stopwatch::start();
    (0..ROUNDS).for_each(|_| work());
    watch.cpu_seconds() / ROUNDS as f64
}

/// A run of a few iterations.
fn short(path: &str, c2: &str, iterations: &str, threads: &str) {
    let file = read(path);
    let trainer =
        Trainer::new(&file.data, &config(c2, iterations, threads)).expect("there are data");
    finish(trainer);
}

/// Trains, saves after an iteration and ends without warning during the next.
fn killed(path: &str, c2: &str, iteration: &str, state: &str) {
    let file = read(path);
    let mut trainer = Trainer::new(&file.data, &config(c2, "", "1")).expect("there are data");
    for _ in 0..iteration.parse().expect("a number") {
        trainer.step();
    }
    std::fs::write(state, trainer.checkpoint().as_bytes()).expect("the folder can be written");
    println!("killed yes");
    std::thread::spawn(|| std::process::abort());
    while trainer.step().is_some() {}
}

fn resume(path: &str, c2: &str, iterations: &str, state: &str) {
    let file = read(path);
    let bytes = std::fs::read(state).expect("the killed run saved its state");
    let checkpoint = Checkpoint::from_bytes(bytes).expect("it was written whole");
    let config = config(c2, iterations, "2");
    finish(Trainer::resume(&file.data, &config, &checkpoint).expect("it is of the same run"));
}

/// Prints a hash of every weight's bits (FNV-1a).
fn finish(mut trainer: Trainer<'_>) {
    while trainer.step().is_some() {}
    let weights = trainer.finish().weights;
    let rows = (0..weights.n_attributes() as u32).flat_map(|id| weights.features(id));
    let edges = [weights.transition_weights(), weights.start_weights(), weights.end_weights()];
    let bits = rows.map(|(_, weight)| weight).chain(edges.concat()).map(f32::to_bits);
    let step = |hash: u64, bits: u32| (hash ^ u64::from(bits)).wrapping_mul(0x0000_0100_0000_01b3);
    println!("hash {:016x}", bits.fold(0xcbf2_9ce4_8422_2325, step));
}
