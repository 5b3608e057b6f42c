//! Linear-chain conditional random fields over integer attributes and labels: exact, deterministic
//! for any number of threads, fast.
//!
//! A sequence has positions; a position has attributes (`u32` ids, optionally with values) and gets
//! one label (`u16`). A model has [`Weights`] for features (attribute × label) and transitions.
//! [`train`] learns them from a [`Dataset`]; a [`Lattice`] of state scores and [`Transitions`]
//! are decoded by [`viterbi`] and [`posteriors`].
//!
//! The crate knows no strings, no label names, no files and no clock.

mod bundle;
mod checkpoint;
mod dataset;
mod edges;
mod expectations;
mod feature_matrix;
mod fold;
mod forward_backward;
mod history;
mod incidence;
mod k_best;
mod lattice;
mod lbfgs;
mod line_search;
mod objective;
mod online;
mod orthant;
mod posteriors;
mod row_table;
mod train;
mod trainer;
mod transitions;
mod vector;
mod viterbi;
mod weights;
mod width;

pub use checkpoint::Checkpoint;
pub use dataset::{Dataset, Sequence};
pub use k_best::{ScoredPath, k_best};
pub use lattice::Lattice;
pub use lbfgs::LbfgsConfig;
pub use objective::{LogLikelihood, Objective};
pub use online::OnlineConfig;
pub use posteriors::{Marginals, Scratch, posteriors};
pub use row_table::{Precision, RowTable};
pub use train::{
    Algorithm, FeatureSelection, Progress, StopReason, TrainConfig, TrainError, Trained,
};
pub use trainer::{Trainer, train};
pub use transitions::{TransitionMask, Transitions};
pub use viterbi::{path_score, viterbi};
pub use weights::Weights;
