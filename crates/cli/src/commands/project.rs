//! Annotation projects on the command line.

mod agreement;
mod exchange;
mod inspect;
mod make;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tawsim_store::{Layer, Options, Project};

use crate::ExitCode;
use crate::streams::Streams;

/// Make, fill, check and join annotation projects.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  tawsim project new war.tawsim --actor samar --labels FACTION,PLACE,NUMBER
  tawsim project import war.tawsim news/ --actor samar
  tawsim project search war.tawsim داعش --label FACTION
  tawsim project export war.tawsim --package for-omar.tawsimpkg
  tawsim project merge war.tawsim from-omar.tawsimpkg
  tawsim project export war.tawsim --jsonl train.jsonl --layer samar
  tawsim project verify war.tawsim";

#[derive(clap::Subcommand)]
enum Command {
    New(make::NewArgs),
    Import(make::ImportArgs),
    Export(exchange::ExportArgs),
    Merge(exchange::MergeArgs),
    GitMerge(exchange::GitMergeArgs),
    Status(inspect::StatusArgs),
    Search(inspect::SearchArgs),
    Agreement(agreement::AgreementArgs),
    Verify(inspect::VerifyArgs),
    Backup(make::BackupArgs),
    Restore(make::RestoreArgs),
}

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    match &args.command {
        Command::New(args) => make::new(args, streams),
        Command::Import(args) => make::import(args, streams),
        Command::Export(args) => exchange::export(args, streams),
        Command::Merge(args) => exchange::merge(args, streams),
        Command::GitMerge(args) => exchange::git_merge(args, streams),
        Command::Status(args) => inspect::status(args, streams),
        Command::Search(args) => inspect::search(args, streams),
        Command::Agreement(args) => agreement::agreement(args, streams),
        Command::Verify(args) => inspect::verify(args, streams),
        Command::Backup(args) => make::backup(args, streams),
        Command::Restore(args) => make::restore(args, streams),
    }
}

/// Who edits.
#[derive(clap::Args)]
struct Actor {
    /// Who does this; the name stands in the log. Without it, the system's user.
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
}

impl Actor {
    fn name(&self) -> String {
        let system = || ["USER", "USERNAME"].into_iter().find_map(|key| std::env::var(key).ok());
        self.actor.clone().or_else(system).unwrap_or_else(|| "user".to_owned())
    }

    fn options(&self) -> Options {
        Options::new(self.name())
    }
}

fn open(dir: &Path, actor: &Actor, streams: &mut Streams<'_>) -> Result<Project> {
    let project =
        Project::open(dir, &actor.options()).with_context(|| dir.display().to_string())?;
    for warning in project.warnings() {
        streams.messages.tell(&format!("warning: {warning}"));
    }
    Ok(project)
}

fn open_read_only(dir: &Path) -> Result<Project> {
    Project::open_read_only(dir).with_context(|| dir.display().to_string())
}

/// The layer of this name, or an error that names those there are.
fn find_layer(project: &Project, name: &str) -> Result<Layer> {
    let layers = project.layers()?;
    let names: Vec<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
    let names = names.join(", ");
    let found = layers.iter().find(|layer| layer.name == name).cloned();
    found.with_context(|| format!("no layer {name:?} here; the layers are {names}"))
}

/// A project's folder, as every subcommand takes it.
#[derive(clap::Args)]
struct Folder {
    /// The project's folder.
    #[arg(value_name = "PROJECT")]
    project: PathBuf,
}
