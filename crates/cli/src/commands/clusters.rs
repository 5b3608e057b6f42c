use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::{Result, bail};
use tawsim_tagger::{ClusterSettings, learn_clusters};

use super::with_threads;
use crate::ExitCode;
use crate::input::{InputFormat, find_sources};
use crate::output::{refuse_inputs, write_atomically};
use crate::progress::step_bar;
use crate::streams::{Messages, Streams};
use crate::texts::each_text;

/// Learn word clusters from raw text, for `tawsim train --clusters`.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Texts: files (.txt, .jsonl, .tagged), folders, or - for standard input.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// The table to write.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Read all inputs as this, whatever their names.
    #[arg(long, value_enum)]
    from: Option<InputFormat>,
    /// Numbers of clusters, coarse to fine; one to four.
    #[arg(long, value_delimiter = ',', default_value = "100,500", value_parser = clap::value_parser!(u16).range(1..65_535))]
    sizes: Vec<u16>,
    /// The most frequent words get clusters, at most so many.
    #[arg(long, default_value_t = 60_000)]
    max_words: usize,
    /// Rarer words get none.
    #[arg(long, default_value_t = 5)]
    min_count: u64,
    /// Times that every word is offered a better cluster.
    #[arg(long, default_value_t = 15)]
    passes: usize,
    /// Threads; 0 means one a core. The table is the same for any number.
    #[arg(long, default_value_t = 0)]
    threads: usize,
}

const AFTER_HELP: &str = "\
Words that stand beside the same words come into one cluster (exchange algorithm, Martin et al. 1998).
The texts are held in memory, about ten times their size.

Example:
  tawsim clusters news/ --output clusters.tsv";

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    if args.sizes.len() > 4 {
        bail!("--sizes: at most four numbers");
    }
    refuse_inputs(&args.inputs, Some(&args.output))?;
    let (texts, n_failures) = read_texts(args, streams)?;
    let settings = ClusterSettings {
        sizes: args.sizes.clone(),
        max_forms: args.max_words,
        min_count: args.min_count,
        n_passes: args.passes,
    };
    let messages = &mut streams.messages;
    let table = with_threads(args.threads, || learn(&texts, &settings, messages))?;
    write_atomically(&args.output, table.as_bytes())?;
    streams.messages.tell(&format!("{} words in clusters", table.lines().count()));
    Ok(ExitCode::from_failures(n_failures))
}

fn read_texts(args: &Args, streams: &mut Streams<'_>) -> Result<(Vec<String>, usize)> {
    let found = find_sources(&args.inputs, args.from.map(InputFormat::format));
    let mut texts = Vec::new();
    let counts = each_text(&found, streams, |text| {
        texts.push(text);
        true
    });
    if texts.is_empty() {
        bail!("there is no text to learn from");
    }
    Ok((texts, counts.n_failures))
}

fn learn(texts: &[String], settings: &ClusterSettings, messages: &mut Messages<'_>) -> String {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let bar = step_bar((settings.sizes.len() * settings.n_passes) as u64, messages);
    let table = learn_clusters(&texts, settings, &mut |progress| {
        bar.inc(1);
        bar.set_message(format!(
            "{} clusters, pass {}: {} words moved",
            progress.size, progress.pass, progress.n_moved
        ));
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    table
}
