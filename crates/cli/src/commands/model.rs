use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;
use tawsim_tagger::Model;

use super::open_model;
use crate::ExitCode;
use crate::streams::Streams;

/// Look at models.
#[derive(clap::Subcommand)]
#[command(after_help = "Example:\n  tawsim model info my.tawsim")]
pub(crate) enum Command {
    Info(InfoArgs),
}

/// Say what a model is: labels, sizes, how it was trained, checksum.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  tawsim model info\n  tawsim model info my.tawsim --json")]
pub(crate) struct InfoArgs {
    /// A model made by `tawsim train`, or the name of one of the program: conflict-ar (the default) or news-ar.
    model: Option<PathBuf>,
    /// Write one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Info<'a> {
    /// The version of the program that looks, not of the one that trained.
    tawsim: &'static str,
    name: &'a str,
    labels: &'a [String],
    scheme: &'a str,
    bytes: usize,
    crc32: String,
    attributes: usize,
    templates: usize,
    gazetteer_names: u64,
    gazetteer_kinds: &'a [String],
    notes: &'a std::collections::BTreeMap<String, String>,
}

pub(crate) fn run(command: &Command, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let Command::Info(args) = command;
    let model = open_model(args.model.as_deref())?;
    let info = info(&model);
    if args.json {
        serde_json::to_writer_pretty(&mut *streams.stdout, &info)?;
        writeln!(streams.stdout)?;
    } else {
        write_info(&info, streams)?;
    }
    Ok(ExitCode::Success)
}

fn info(model: &Model) -> Info<'_> {
    let metadata = model.metadata();
    Info {
        tawsim: env!("CARGO_PKG_VERSION"),
        name: &metadata.name,
        labels: &metadata.labels,
        scheme: &metadata.scheme,
        bytes: model.as_bytes().len(),
        crc32: format!("{:08x}", model.checksum()),
        attributes: model.n_attributes(),
        templates: metadata.features.templates.len(),
        gazetteer_names: metadata.n_gazetteer_names,
        gazetteer_kinds: &metadata.gazetteer_kinds,
        notes: &metadata.notes,
    }
}

fn write_info(info: &Info<'_>, streams: &mut Streams<'_>) -> Result<()> {
    let out = &mut streams.people();
    let mut row = |name: &str, value: &str| writeln!(out, "{name:<18}{value}");
    row("name", info.name)?;
    row("labels", &info.labels.join(" "))?;
    row("tag scheme", info.scheme)?;
    row("bytes", &info.bytes.to_string())?;
    row("crc32", &info.crc32)?;
    row("attributes", &info.attributes.to_string())?;
    row("templates", &info.templates.to_string())?;
    row("gazetteer names", &info.gazetteer_names.to_string())?;
    row("gazetteer kinds", &info.gazetteer_kinds.join(" "))?;
    for (name, value) in info.notes {
        row(name, value)?;
    }
    Ok(())
}
