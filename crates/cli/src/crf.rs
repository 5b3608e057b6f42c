//! `tawsim crf`: sequence labelling on feature files in CRFsuite's format.

mod data;
mod data_error;
mod dump;
mod learn;
mod model_file;
mod names;
mod scores;
mod tag;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result};

use crate::ExitCode;
use crate::streams::Streams;
use data::FeatureData;

/// Train and use a CRF on feature files, as CRFsuite does.
#[derive(clap::Subcommand)]
#[command(after_help = "\
Examples:
  tawsim crf learn --c2 0.5 --model my.crf train.crfsuite
  tawsim crf tag --model my.crf dev.crfsuite")]
pub(crate) enum Command {
    Learn(learn::Args),
    Tag(tag::Args),
    Dump(dump::Args),
}

impl Command {
    pub(crate) fn run(&self, streams: &mut Streams<'_>) -> Result<ExitCode> {
        match self {
            Self::Learn(args) => learn::run(args, streams),
            Self::Tag(args) => tag::run(args, streams),
            Self::Dump(args) => dump::run(args, streams),
        }
    }
}

/// Reads a feature file, `-` being standard input.
fn read_features(path: &Path, into: &mut FeatureData, streams: &mut Streams<'_>) -> Result<()> {
    let context = || path.display().to_string();
    if path.as_os_str() == "-" {
        return into.read(&mut BufReader::new(&mut *streams.stdin)).with_context(context);
    }
    let file = File::open(path).with_context(|| format!("{}: cannot open", path.display()))?;
    into.read(&mut BufReader::with_capacity(1 << 20, file)).with_context(context)
}
