//! The program `tawsim` as a function, so that tests call it as a user does.

mod arguments;
mod batch;
mod commands;
mod crf;
mod details;
mod excerpt;
mod exit;
mod import;
mod input;
mod interrupt;
mod output;
mod progress;
mod streams;
mod terminal_view;
mod texts;
mod whole;

pub use exit::ExitCode;
pub use interrupt::end_whole_on_interrupt;
pub use streams::Output;

use std::ffi::OsString;
use std::io::Read;

use clap::Parser;

use streams::{Messages, Streams};
use terminal_view::Visible;

/// Finds factions, places and numbers in Arabic text.
#[derive(Parser)]
#[command(name = "tawsim", version, about, after_help = AFTER_HELP, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: commands::Command,
}

const AFTER_HELP: &str = "\
Examples:
  tawsim tag article.txt                          entities of a text, highlighted
  tawsim tag news/ --output entities.jsonl        a folder, one JSON line a document
  tawsim train corpus/conflict-ar/train.jsonl --output my.tawsim
  tawsim evaluate corpus/conflict-ar/dev.jsonl --model my.tawsim

Exit codes:
  0    everything was done
  1    something failed; what it was stands on standard error, and the rest was done
  2    the command line is wrong
  3    lossy (`convert`, `project import`): what was written lacks something of what was read
  130  stopped by Ctrl-C; of the output there are whole lines, or what was there before";

/// Runs the program: `args` begins with the program's name.
///
/// Results go to `stdout`, everything else to `stderr`.
pub fn run(
    args: Vec<OsString>,
    stdin: &mut (dyn Read + Send),
    stdout: &mut dyn Output,
    stderr: &mut dyn Output,
) -> ExitCode {
    let mut streams = Streams { stdin, stdout, messages: Messages { stderr } };
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return explain(&error, &mut streams),
    };
    match cli.command.run(&mut streams) {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::Success,
        Err(error) => {
            streams.messages.error(&format!("{error:#}"));
            ExitCode::Failure
        }
    }
}

/// Prints help or what is wrong with the command line.
fn explain(error: &clap::Error, streams: &mut Streams<'_>) -> ExitCode {
    let text = error.render();
    // What the colours stand in may be a file's name, by way of `*`.
    let plain = text.to_string();
    let has_controls = plain.chars().any(tawsim_corpus::is_display_control);
    let (to_stderr, code) =
        if error.use_stderr() { (true, ExitCode::Usage) } else { (false, ExitCode::Success) };
    let out: &mut dyn Output = if to_stderr { streams.messages.stderr } else { streams.stdout };
    let written = match (out.is_terminal(), has_controls) {
        (true, false) => write!(out, "{}", text.ansi()),
        (false, false) => write!(out, "{plain}"),
        (_, true) => plain.lines().try_for_each(|line| writeln!(out, "{}", Visible(line))),
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if !to_stderr && error.kind() != std::io::ErrorKind::BrokenPipe => {
            streams.messages.error(&format!("standard output: cannot write: {error}"));
            ExitCode::Failure
        }
        // Nobody is left to be told if the terminal is gone.
        _ => code,
    }
}

/// Whoever reads our output has seen enough, as in `tawsim tag … | head`.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}
