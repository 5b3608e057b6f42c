//! One file a subcommand.

mod clusters;
mod convert;
mod evaluate;
mod gazetteer;
mod generate;
mod model;
mod project;
mod segmenter;
mod tag;
mod tokenize;
mod train;
mod vocabulary;

use anyhow::{Context, Result};
use std::path::Path;
use tawsim_tagger::Model;

use crate::ExitCode;
use crate::streams::Streams;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Tag(tag::Args),
    Tokenize(tokenize::Args),
    Train(train::Args),
    Evaluate(evaluate::Args),
    Convert(convert::Args),
    Clusters(clusters::Args),
    #[command(subcommand)]
    Gazetteer(gazetteer::Command),
    #[command(subcommand)]
    Model(model::Command),
    Project(project::Args),
    #[command(subcommand)]
    Crf(crate::crf::Command),
    #[command(subcommand)]
    Segmenter(segmenter::Command),
    #[command(subcommand, name = "vocab")]
    Vocabulary(vocabulary::Command),
    Completions(generate::CompletionsArgs),
    Man(generate::ManArgs),
}

impl Command {
    pub(crate) fn run(self, streams: &mut Streams<'_>) -> Result<ExitCode> {
        match self {
            Self::Tag(args) => tag::run(&args, streams),
            Self::Tokenize(args) => tokenize::run(&args, streams),
            Self::Train(args) => train::run(&args, streams),
            Self::Evaluate(args) => evaluate::run(&args, streams),
            Self::Convert(args) => convert::run(&args, streams),
            Self::Clusters(args) => clusters::run(&args, streams),
            Self::Gazetteer(command) => gazetteer::run(&command, streams),
            Self::Model(command) => model::run(&command, streams),
            Self::Project(args) => project::run(&args, streams),
            Self::Crf(command) => command.run(streams),
            Self::Segmenter(command) => segmenter::run(&command, streams),
            Self::Vocabulary(command) => vocabulary::run(&command, streams),
            Self::Completions(args) => generate::completions(&args, streams),
            Self::Man(args) => generate::man(&args, streams),
        }
    }
}

/// The model that a command works with: a file, or one that is part of the program, by its name; the default one
/// is `conflict-ar`.
fn open_model(path: Option<&Path>) -> Result<Model> {
    match path {
        Some(path) => match path.to_str().filter(|_| !path.exists()).and_then(bundled_as) {
            Some(model) => Ok(model),
            None => Model::open(path).with_context(|| path.display().to_string()),
        },
        None => bundled_model(),
    }
}

#[cfg(feature = "bundled-model")]
fn bundled_model() -> Result<Model> {
    Ok(Model::bundled())
}

#[cfg(feature = "bundled-model")]
fn bundled_as(name: &str) -> Option<Model> {
    Model::bundled_as(name)
}

#[cfg(not(feature = "bundled-model"))]
fn bundled_model() -> Result<Model> {
    anyhow::bail!("this program was built without the bundled models; say --model FILE")
}

#[cfg(not(feature = "bundled-model"))]
fn bundled_as(_: &str) -> Option<Model> {
    None
}

/// Runs `work` on `n_threads` threads; 0 means one a core.
fn with_threads<T: Send>(n_threads: usize, work: impl FnOnce() -> T + Send) -> Result<T> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(n_threads)
        .build()
        .context("cannot start threads; say a smaller --threads")?;
    Ok(pool.install(work))
}
