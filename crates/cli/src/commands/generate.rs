//! Files for shells and for `man`, made of the command line's own description.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::CommandFactory;

use crate::streams::Streams;
use crate::{Cli, ExitCode};

/// Print a script that completes commands and options in a shell.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  tawsim completions bash > ~/.local/share/bash-completion/completions/tawsim")]
pub(crate) struct CompletionsArgs {
    /// The shell.
    shell: clap_complete::Shell,
}

/// Write manual pages, one a command.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  tawsim man ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// The folder to write them to; it is made if it is not there.
    folder: PathBuf,
}

pub(crate) fn completions(args: &CompletionsArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "tawsim", &mut script);
    streams.stdout.write_all(&script).context("standard output: cannot write")?;
    Ok(ExitCode::Success)
}

pub(crate) fn man(args: &ManArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let context = || format!("{}: cannot write", args.folder.display());
    std::fs::create_dir_all(&args.folder).with_context(context)?;
    clap_mangen::generate_to(Cli::command(), &args.folder).with_context(context)?;
    streams.messages.tell(&format!("{}: manual pages written", args.folder.display()));
    Ok(ExitCode::Success)
}
