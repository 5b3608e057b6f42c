//! `tawsim gazetteer`: one file a subcommand below this one.

mod build;
mod check;
mod import;
mod links;
mod lookup;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tawsim_tagger::{GazetteerTable, read_gazetteer_table};

use crate::ExitCode;
use crate::streams::Streams;
use crate::whole::read_text;

/// Check, build, import and look up gazetteers: tables of places, factions, bodies and persons.
#[derive(clap::Subcommand)]
#[command(after_help = "\
Examples:
  tawsim gazetteer check corpus/gazetteer
  tawsim gazetteer lookup حلب")]
pub(crate) enum Command {
    Check(check::Args),
    Build(build::Args),
    #[command(subcommand)]
    Import(import::Command),
    Lookup(lookup::Args),
    Links(links::Args),
}

pub(crate) fn run(command: &Command, streams: &mut Streams<'_>) -> Result<ExitCode> {
    match command {
        Command::Check(args) => check::run(args, streams),
        Command::Build(args) => build::run(args, streams),
        Command::Import(command) => import::run(command, streams),
        Command::Lookup(args) => lookup::run(args, streams),
        Command::Links(args) => links::run(args, streams),
    }
}

/// The file, or the `.tsv` files of the folder, in the order of their names.
pub(super) fn table_paths(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let list = || -> std::io::Result<Vec<PathBuf>> {
        path.read_dir()?.map(|entry| Ok(entry?.path())).collect()
    };
    let mut files = list().with_context(|| format!("{}: cannot list", path.display()))?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "tsv"));
    files.sort();
    if files.is_empty() {
        bail!("{}: no .tsv file in this folder", path.display());
    }
    Ok(files)
}

/// All tables of the paths with their files.
fn read_tables(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<GazetteerTable>)> {
    let (mut files, mut tables) = (Vec::new(), Vec::new());
    for path in paths {
        for file in table_paths(path)? {
            let place = || file.display().to_string();
            let text = read_text(&file)?;
            tables.push(read_gazetteer_table(&text).with_context(place)?);
            files.push(file);
        }
    }
    Ok((files, tables))
}
