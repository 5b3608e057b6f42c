use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use tawsim_tagger::{GazetteerBuilder, check_gazetteer};

use super::super::open_model;
use super::read_tables;
use crate::ExitCode;
use crate::output::{refuse_inputs, write_atomically};
use crate::streams::Streams;

/// Give a model another gazetteer, without training it again.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Tables (.tsv), or folders of them.
    #[arg(required = true)]
    tables: Vec<PathBuf>,
    /// The model whose weights are kept; the default is conflict-ar of the program.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// The model to write.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

const AFTER_HELP: &str = "\
Places and factions that are new in the tables are found and linked from then on. The tables must have the
classes of names that the model was trained with (`tawsim model info`), so give all of them.

Examples:
  tawsim gazetteer build corpus/gazetteer mine.tsv --output my.tawsim
  tawsim tag news/ --model my.tawsim";

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    refuse_inputs(&args.tables, Some(&args.output))?;
    let model = open_model(args.model.as_deref())?;
    let (files, tables) = read_tables(&args.tables)?;
    if let Some(problem) = check_gazetteer(&tables).into_iter().find(|problem| problem.is_error) {
        let file = files[problem.table_idx].display();
        bail!("{file}: line {}: {}; see `tawsim gazetteer check`", problem.line, problem.problem);
    }
    let mut builder = GazetteerBuilder::new();
    for (_, record) in tables.iter().flatten() {
        builder.add_record(record).map_err(anyhow::Error::msg)?;
    }
    let gazetteer = builder.build();
    let bytes = model.with_gazetteer(&gazetteer).context("the model cannot take these tables")?;
    write_atomically(&args.output, &bytes)?;
    streams.messages.tell(&format!(
        "{} entries, {} names, {} bytes",
        gazetteer.n_entries(),
        gazetteer.n_names(),
        bytes.len()
    ));
    Ok(ExitCode::Success)
}
