//! Every algorithm: what it finds, that it resumes to the same bytes, that threads change nothing.

use std::num::NonZeroUsize;

use tawsim_crf::{
    Algorithm, Checkpoint, Dataset, Lattice, Precision, RowTable, Scratch, StopReason, TrainConfig,
    TrainError, Trained, Trainer, Weights, viterbi,
};

use crate::crf_train::{FULL, PLAIN, random_data};

fn config(algorithm: Algorithm, c1: f64) -> TrainConfig {
    let mut config = TrainConfig { algorithm, c1, c2: 0.1, ..TrainConfig::default() };
    config.features.boundaries = true;
    config.lbfgs.max_iterations = 12;
    config.online.max_iterations = 6;
    config
}

/// Every algorithm, OWL-QN too.
fn all_configs() -> Vec<TrainConfig> {
    let plain = Algorithm::ALL.map(|algorithm| config(algorithm, 0.0));
    plain.into_iter().chain([config(Algorithm::Lbfgs, 0.3)]).collect()
}

fn finish(mut trainer: Trainer<'_>) -> Trained {
    while trainer.step().is_some() {}
    trainer.finish()
}

fn trained(data: &Dataset, config: &TrainConfig) -> Trained {
    finish(Trainer::new(data, config).expect("the data can be learnt"))
}

#[test]
fn a_run_resumed_after_any_iteration_ends_the_same() {
    let data = random_data(4, 120, 3, FULL);
    for config in all_configs() {
        let expected = trained(&data, &config);
        let mut trainer = Trainer::new(&data, &config).expect("the data can be learnt");
        for iteration in 0.. {
            let bytes = trainer.checkpoint().as_bytes().to_vec();
            let checkpoint = Checkpoint::from_bytes(bytes).expect("the bytes are whole");
            let resumed = Trainer::resume(&data, &config, &checkpoint).expect("the same run");
            assert_eq!(finish(resumed), expected, "{:?} from {iteration}", config.algorithm);
            if trainer.step().is_none() {
                break;
            }
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_weights() {
    let data = random_data(5, 1500, 3, FULL);
    for config in all_configs() {
        let with = |n_threads: usize| {
            trained(
                &data,
                &TrainConfig { n_threads: NonZeroUsize::new(n_threads), ..config.clone() },
            )
        };
        let one = with(1);
        for n_threads in [2, 3, 8] {
            assert_eq!(with(n_threads), one, "{:?}, {n_threads} threads", config.algorithm);
        }
    }
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let (data, other) = (random_data(4, 50, 3, PLAIN), random_data(4, 50, 4, PLAIN));
    let config = config(Algorithm::Lbfgs, 0.0);
    let checkpoint = Trainer::new(&data, &config).expect("the data can be learnt").checkpoint();
    let refused = |data: &Dataset, config: &TrainConfig| {
        let error = Trainer::resume(data, config, &checkpoint).err();
        assert_eq!(error, Some(TrainError::ForeignCheckpoint));
    };
    refused(&other, &config);
    refused(&data, &TrainConfig { c2: 0.2, ..config.clone() });
    refused(&data, &TrainConfig { algorithm: Algorithm::AdaGrad, ..config.clone() });
    let mut memories = config.clone();
    memories.lbfgs.num_memories = 9;
    refused(&data, &memories);
}

/// The loss of a model, regularisation included: a run that starts there and makes no step.
fn loss(data: &Dataset, config: &TrainConfig, weights: &Weights) -> f64 {
    let mut config = config.clone();
    config.lbfgs.max_iterations = 0;
    Trainer::warm_start(data, &config, weights).expect("the same labels").finish().loss
}

/// The same model with one weight of an attribute changed.
fn nudged(weights: &Weights, id: u32, label: u16, change: f32) -> Weights {
    let rows = (0..weights.n_attributes() as u32).map(|other| {
        let mut row = weights.row(other);
        row[label as usize] += if other == id { change } else { 0.0 };
        (0_u16..).zip(row).filter(|&(_, weight)| weight != 0.0).collect::<Vec<_>>()
    });
    let [moves, start, end] =
        [weights.transition_weights(), weights.start_weights(), weights.end_weights()];
    Weights::new(weights.n_labels(), rows, moves, start, end)
}

#[test]
fn the_l1_penalty_is_that_of_the_weights() {
    let data = random_data(3, 100, 8, FULL);
    let weights = trained(&data, &config(Algorithm::Lbfgs, 0.3)).weights;
    let states = (0..weights.n_attributes() as u32).flat_map(|id| weights.row(id));
    let edges = [weights.transition_weights(), weights.start_weights(), weights.end_weights()];
    let sum: f64 = states.chain(edges.concat()).map(|weight| f64::from(weight).abs()).sum();
    let without = loss(&data, &config(Algorithm::Lbfgs, 0.0), &weights);
    let with = loss(&data, &config(Algorithm::Lbfgs, 0.3), &weights);
    assert!((with - without - 0.3 * sum).abs() < 1e-5 * with, "{with} {without} {sum}");
}

#[test]
fn owl_qn_ends_where_no_nudge_leads_down() {
    let data = random_data(3, 100, 8, PLAIN);
    let mut config = config(Algorithm::Lbfgs, 1.0);
    config.lbfgs.max_iterations = 500;
    config.lbfgs.period = 0;
    config.lbfgs.epsilon = 1e-6;
    let mut trainer = Trainer::new(&data, &config).expect("the data can be learnt");
    let mut last = f64::INFINITY;
    while let Some(progress) = trainer.step() {
        assert!(progress.loss <= last, "the loss rises");
        last = progress.loss;
    }
    let weights = trainer.finish().weights;
    let n_seen: usize = trained(&data, &self::config(Algorithm::Lbfgs, 0.0)).weights.n_features();
    assert!(weights.n_features() * 4 < n_seen * 3, "{} of {n_seen}", weights.n_features());
    // Attributes below 200 fold in pairs: a nudge of one of them is projected on both.
    for id in 200..weights.n_attributes() as u32 {
        for (label, change) in [(0, 1e-2), (0, -1e-2), (1, 1e-2), (1, -1e-2), (2, 1e-2), (2, -1e-2)]
        {
            let nudged = loss(&data, &config, &nudged(&weights, id, label, change));
            assert!(nudged > last - 1e-5, "attribute {id}, label {label}: {nudged} below {last}");
        }
    }
}

/// Share of the known labels that a model decodes right.
fn accuracy(data: &Dataset, weights: &Weights) -> f64 {
    let transitions = weights.transitions();
    let (mut lattice, mut scratch) = (Lattice::new(data.n_labels()), Scratch::new());
    let (mut path, mut n_right, mut n_all) = (Vec::new(), 0, 0);
    for sequence in data.sequences() {
        lattice.fill(weights, &sequence);
        viterbi(&lattice, &transitions, &mut scratch, &mut path).expect("nothing is forbidden");
        n_right += (0..path.len()).filter(|&t| sequence.label(t) == Some(path[t])).count();
        n_all += (0..path.len()).filter(|&t| sequence.label(t).is_some()).count();
    }
    n_right as f64 / n_all as f64
}

#[test]
fn every_algorithm_learns_and_generalises() {
    let (train, test) = random_data(4, 1000, 5, FULL).fold(1, 4);
    assert_eq!((train.n_sequences(), test.n_sequences()), (750, 250));
    for config in all_configs() {
        let model = trained(&train, &config).weights;
        let found = accuracy(&test, &model);
        assert!(found > 0.74, "{:?}: {found}", config.algorithm);
    }
}

#[test]
fn online_losses_come_near_the_optimum() {
    let data = random_data(4, 600, 5, PLAIN);
    let mut exact = config(Algorithm::Lbfgs, 0.0);
    exact.lbfgs.max_iterations = 200;
    let optimum = trained(&data, &exact).loss;
    for algorithm in [Algorithm::Sgd, Algorithm::AdaGrad] {
        let mut config = config(algorithm, 0.0);
        config.online.max_iterations = 30;
        let weights = trained(&data, &config).weights;
        exact.lbfgs.max_iterations = 0;
        let loss =
            Trainer::warm_start(&data, &exact, &weights).expect("the same labels").finish().loss;
        assert!(loss < 1.03 * optimum, "{algorithm:?}: {loss} of {optimum}");
    }
}

#[test]
fn a_rate_far_too_high_ends_training_without_a_panic() {
    let data = random_data(4, 200, 5, FULL);
    for algorithm in [Algorithm::Sgd, Algorithm::AdaGrad] {
        let mut config = config(algorithm, 0.0);
        config.online.rate = 1e300;
        let trained = trained(&data, &config);
        assert_eq!(trained.stop, StopReason::Diverged, "{algorithm:?}");
    }
}

#[test]
fn weights_too_large_to_be_scored_are_no_panic() {
    let data = random_data(2, 20, 5, FULL);
    let config = config(Algorithm::Lbfgs, 0.0);
    let huge: Vec<Vec<(u16, f32)>> = (0..300).map(|_| vec![(0, 3e38), (1, -3e38)]).collect();
    let edges = [[-3e38, 3e38, 3e38, -3e38], [0.0; 4]].concat();
    let weights = Weights::new(2, huge, &edges[..4], &edges[4..6], &edges[6..]);
    let trainer = Trainer::warm_start(&data, &config, &weights).expect("the same labels");
    assert_eq!(finish(trainer).stop, StopReason::LineSearch);
}

#[test]
fn a_warm_start_begins_where_the_model_was() {
    let data = random_data(4, 300, 9, FULL);
    let mut config = config(Algorithm::Lbfgs, 0.0);
    config.lbfgs.max_iterations = 100;
    let cold = trained(&data, &config);
    let warm = Trainer::warm_start(&data, &config, &cold.weights).expect("the same labels");
    assert!((warm.finish().loss - cold.loss).abs() < 1e-4 * cold.loss);
    let warm = finish(warm);
    assert!(warm.n_iterations < cold.n_iterations / 2, "{} iterations", warm.n_iterations);
    let error = Trainer::warm_start(&random_data(3, 9, 1, PLAIN), &config, &cold.weights).err();
    assert_eq!(error, Some(TrainError::OtherLabels { model: 4, data: 3 }));
}

#[test]
fn folds_partition_the_sequences() {
    let data = random_data(3, 47, 2, FULL);
    for n_folds in [1, 2, 5, 47] {
        let mut n_tested = 0;
        for fold_idx in 0..n_folds {
            let (train, test) = data.fold(fold_idx, n_folds);
            assert_eq!(train.n_sequences() + test.n_sequences(), data.n_sequences());
            assert_eq!(train.n_positions() + test.n_positions(), data.n_positions());
            assert_eq!(test.n_attributes(), data.n_attributes());
            n_tested += test.n_sequences();
        }
        assert_eq!(n_tested, data.n_sequences());
    }
    assert_eq!(data.filtered(|_| true), data);
}

#[test]
fn quantised_rows_lie_within_half_a_step() {
    let data = random_data(5, 200, 9, FULL);
    let weights = trained(&data, &config(Algorithm::Lbfgs, 0.0)).weights;
    let largest = |row: &[f32]| row.iter().fold(0.0_f32, |max, weight| max.max(weight.abs()));
    let all = (0..weights.n_attributes() as u32).map(|id| largest(&weights.row(id)));
    let of_all = all.fold(0.0, f32::max);
    let mut last_byte_len = usize::MAX;
    for precision in [Precision::F32, Precision::I16, Precision::I8] {
        let table = RowTable::new(&weights, precision);
        assert!(table.byte_len() < last_byte_len, "{precision:?}");
        last_byte_len = table.byte_len();
        for id in 0..weights.n_attributes() as u32 + 3 {
            let mut lattice = Lattice::new(5);
            lattice.reset(2);
            table.add_rows(&[id], &mut lattice, 1);
            let step = match precision {
                Precision::F32 => 0.0,
                Precision::I16 => of_all / 32_767.0,
                Precision::I8 => largest(&weights.row(id)) / 127.0,
            };
            for (found, expected) in lattice.row(1).iter().zip(weights.row(id)) {
                assert!((found - expected).abs() <= 0.5001 * step, "{precision:?} {id}");
            }
        }
    }
}

#[test]
fn pruning_drops_the_small_weights_only() {
    let data = random_data(4, 200, 9, PLAIN);
    let weights = trained(&data, &config(Algorithm::Lbfgs, 0.0)).weights;
    let pruned = weights.pruned(0.1);
    assert!(pruned.n_features() < weights.n_features());
    for id in 0..weights.n_attributes() as u32 {
        let kept = weights.row(id).into_iter().map(|w| if w.abs() < 0.1 { 0.0 } else { w });
        assert!(pruned.row(id).into_iter().eq(kept));
    }
}
