use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use tawsim_tagger::{GazetteerTable, WordCounts, check_gazetteer, count_gazetteer};

use super::read_tables;
use crate::ExitCode;
use crate::streams::Streams;
use crate::whole::read_text;

/// Say what is wrong, doubtful or ambiguous in tables, and how much they hold.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Tables (.tsv), or folders of them; all are used together.
    #[arg(required = true)]
    tables: Vec<PathBuf>,
    /// Plain text: also tell of unmarked names that it uses often, but seldom behind a word for a place.
    #[arg(long, value_name = "FILE")]
    text: Vec<PathBuf>,
    /// How often the text must have such a name.
    #[arg(long, default_value_t = 20, value_name = "N")]
    min_count: u64,
    /// How much of that may stand behind a word for a place.
    #[arg(long, default_value_t = 0.05, value_name = "SHARE")]
    max_share: f64,
    /// Leave out warnings.
    #[arg(long)]
    errors_only: bool,
}

const AFTER_HELP: &str = "\
Errors: an id that stands for two entries, coordinates, dates and codes that are not such, relations to ids
that are nowhere. Warnings: a name in two spellings, entries of the same name that nothing tells apart, a
plain name that another class has too, names that are common words.
The exit code is 1 if there are errors.

Examples:
  tawsim gazetteer check corpus/gazetteer
  tawsim gazetteer check mine.tsv corpus/gazetteer --text news.txt --min-count 50";

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let (files, tables) = read_tables(&args.tables)?;
    let problems = check_gazetteer(&tables);
    let n_errors = problems.iter().filter(|problem| problem.is_error).count();
    for problem in problems.iter().filter(|problem| problem.is_error || !args.errors_only) {
        let kind = if problem.is_error { "error" } else { "warning" };
        let file = files[problem.table_idx].display();
        writeln!(streams.people(), "{file}: line {}: {kind}: {}", problem.line, problem.problem)?;
    }
    if !args.text.is_empty() {
        write_common_names(args, &tables, streams)?;
    }
    write_counts(&tables, streams)?;
    let n_warnings = problems.len() - n_errors;
    streams.messages.tell(&format!("{n_errors} errors, {n_warnings} warnings"));
    Ok(ExitCode::from_failures(n_errors))
}

fn write_common_names(
    args: &Args,
    tables: &[GazetteerTable],
    streams: &mut Streams<'_>,
) -> Result<()> {
    let mut counts = WordCounts::default();
    for path in &args.text {
        counts.add(&read_text(path)?);
    }
    for found in counts.common_names(tables, args.min_count, args.max_share) {
        writeln!(
            streams.people(),
            "common word: {} ({}), {} times, {} behind a word for a place",
            found.name,
            found.id,
            found.n_seen,
            found.n_behind_kind_word
        )?;
    }
    streams.messages.tell(&format!("{} words of text were counted", counts.n_stems()));
    Ok(())
}

fn write_counts(tables: &[GazetteerTable], streams: &mut Streams<'_>) -> Result<()> {
    let out = &mut streams.people();
    writeln!(
        out,
        "{:<12}{:>9}{:>9}{:>11}{:>8}{:>9}",
        "class", "entries", "names", "ambiguous", "short", "located"
    )?;
    for (class, counts) in count_gazetteer(tables) {
        writeln!(
            out,
            "{class:<12}{:>9}{:>9}{:>11}{:>8}{:>9}",
            counts.n_entries, counts.n_names, counts.n_ambiguous, counts.n_short, counts.n_located
        )?;
    }
    Ok(())
}
