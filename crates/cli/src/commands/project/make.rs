use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use anyhow::{Context, Result};
use tawsim_corpus::{Document, FormatInfo, Import, LabelSet, ReadOptions};
use tawsim_store::{
    Edit, ImportOptions, ImportReport, Importer, LayerKind, NewLabel, Project, SkipReason,
    StoreError,
};

use super::{Actor, Folder, open};
use crate::ExitCode;
use crate::commands::convert::formats;
use crate::import::{Found, find_inputs, import_into_project, note_detected};
use crate::progress::byte_bar;
use crate::streams::Streams;

/// Make a project in a new folder: empty, or from an export or a package.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tawsim project new war.tawsim --actor samar --labels FACTION,PLACE,NUMBER
  tawsim project new omar.tawsim --from-package for-omar.tawsimpkg --actor omar")]
pub(super) struct NewArgs {
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    actor: Actor,
    /// Its labels, for example FACTION,PLACE,NUMBER.
    #[arg(long, value_delimiter = ',', value_name = "LABELS")]
    labels: Vec<String>,
    /// Begin with the state of this export.
    #[arg(long, value_name = "FOLDER", conflicts_with = "from_package")]
    from_export: Option<PathBuf>,
    /// Begin with what is in this package; its log can be merged back.
    #[arg(long, value_name = "FILE")]
    from_package: Option<PathBuf>,
}

pub(super) fn new(args: &NewArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let (dir, options) = (&args.folder.project, args.actor.options());
    let mut project = match (&args.from_export, &args.from_package) {
        (Some(folder), _) => Project::create_from_export(dir, folder, &options)?,
        (_, Some(package)) => Project::create_from_package(dir, package, &options)?,
        _ => Project::create(dir, &options)?,
    };
    if let Err(error) = begin(&mut project, args) {
        project.discard();
        return Err(error.into());
    }
    for warning in project.warnings() {
        streams.messages.tell(&format!("warning: {warning}"));
    }
    streams.messages.tell(&format!("{}: project {}", dir.display(), project.id()?));
    Ok(ExitCode::Success)
}

/// The labels, and the layer of who begins.
fn begin(project: &mut Project, args: &NewArgs) -> Result<(), StoreError> {
    let labels: Vec<Edit> =
        args.labels.iter().map(|name| Edit::AddLabel(NewLabel::named(name))).collect();
    project.apply_step(&labels)?;
    project.add_layer(&args.actor.name(), LayerKind::Annotator).map(drop)
}

/// Take in documents, with their entities if they have any. One step of the undo history.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tawsim project import war.tawsim news/ --actor samar
  tawsim project import war.tawsim done.jsonl --actor samar --layer omar")]
pub(super) struct ImportArgs {
    #[command(flatten)]
    folder: Folder,
    /// Files, folders, or `-` for standard input.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    actor: Actor,
    /// The layer that the entities go into; it is made if there is none. Without this, the actor's.
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,
    /// The entities are suggestions of this model version, to be accepted or rejected.
    #[arg(long, value_name = "VERSION")]
    suggested_by: Option<String>,
    /// The format to read; without this it is detected from names and content, and said.
    #[arg(long, value_parser = formats(|info| info.reader.is_some()), value_name = "FORMAT")]
    from: Option<&'static FormatInfo>,
}

pub(super) fn import(args: &ImportArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let mut project = open(&args.folder.project, &args.actor, streams)?;
    let layer = args.layer.clone().unwrap_or_else(|| args.actor.name());
    let mut options = ImportOptions::into_layer(project.add_layer(&layer, LayerKind::Annotator)?);
    if let Some(version) = &args.suggested_by {
        options = options.suggested_by(version);
    }
    let mut failures = Vec::new();
    let inputs = find_inputs(&args.inputs, args.from, &mut failures);
    let mut importer = project.import(options)?;
    let read = read_into(&mut importer, &inputs, &mut failures, streams)?;
    let (_, report) = importer.finish()?;
    streams.messages.tell_failures(&failures);
    if read.is_lossy() || !read.notes.is_empty() {
        streams.messages.tell(&read.to_string());
    }
    tell_report(&report, streams);
    let is_left_out = report.skipped.iter().any(|skipped| skipped.reason != SkipReason::Known);
    Ok(match () {
        () if !failures.is_empty() => ExitCode::Failure,
        () if read.is_lossy() || is_left_out => ExitCode::Lossy,
        () => ExitCode::Success,
    })
}

/// Hands each document of the inputs on as soon as it is read.
fn read_into(
    importer: &mut Importer<'_>,
    inputs: &[Found],
    failures: &mut Vec<anyhow::Error>,
    streams: &mut Streams<'_>,
) -> Result<tawsim_corpus::ImportReport> {
    let (options, mut labels, mut added) = (ReadOptions::default(), LabelSet::new(), Ok(()));
    let bar = byte_bar(inputs.iter().map(Found::byte_len).sum(), &streams.messages);
    let mut sink = |document: Document, labels: &LabelSet| {
        if added.is_ok() {
            added = importer.add(&document, labels).map(drop);
        }
    };
    let mut taken = Import::new(&options, &mut labels, &mut sink);
    note_detected(inputs, &mut taken);
    for input in inputs {
        failures.extend(import_into_project(input, streams.stdin, &mut taken).err());
        bar.inc(input.byte_len());
    }
    let report = taken.report;
    bar.finish_and_clear();
    added?;
    Ok(report)
}

/// In = added + known + left out; what was left out, by reason, and the first few by name.
fn tell_report(report: &ImportReport, streams: &mut Streams<'_>) {
    let n_left_out = report.skipped.iter().filter(|skipped| skipped.span.is_none()).count();
    streams.messages.tell(&format!(
        "{} documents: {} new, {} known, {n_left_out} left out; {} entities: {} new, {} left out",
        report.n_documents,
        report.n_added,
        report.n_known,
        report.n_entities,
        report.n_entities_added,
        report.n_entities - report.n_entities_added,
    ));
    if report.n_documents_cut > 0 {
        let words = format!("{} documents lose tokens that came with them", report.n_documents_cut);
        streams.messages.tell(&words);
    }
    if report.n_entities_cut > 0 {
        streams.messages.tell(&format!(
            "{} entities lose ids, parts, attributes, times, or of a link more than its entry",
            report.n_entities_cut
        ));
    }
    if !report.labels_added.is_empty() {
        streams.messages.tell(&format!("new labels: {}", report.labels_added.join(", ")));
    }
    let mut by_reason: BTreeMap<SkipReason, Vec<&str>> = BTreeMap::new();
    // With a document go its entities.
    let documents = report.skipped.iter().filter(|skipped| skipped.span.is_none());
    let left_out: HashSet<&str> = documents.map(|skipped| skipped.document.as_str()).collect();
    for skipped in &report.skipped {
        if skipped.span.is_none() || !left_out.contains(skipped.document.as_str()) {
            by_reason.entry(skipped.reason).or_default().push(&skipped.document);
        }
    }
    for (reason, mut names) in by_reason {
        let n = names.len();
        names.dedup();
        names.truncate(5);
        streams.messages.tell(&format!(
            "left out {n}: {}; in {}",
            reason_words(reason),
            names.join(", ")
        ));
    }
}

const fn reason_words(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::BadName => {
            "the name of the document or of the layer is empty, too long or no text"
        }
        SkipReason::BadSpan => "the entity is empty, cuts a character or leaves the text",
        SkipReason::Known => "the layer has this entity already",
    }
}

/// Copy the project's database into its folder `backups`.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  tawsim project backup war.tawsim --actor samar")]
pub(super) struct BackupArgs {
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    actor: Actor,
}

pub(super) fn backup(args: &BackupArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let project = open(&args.folder.project, &args.actor, streams)?;
    let path = project.back_up()?;
    writeln!(streams.stdout, "{}", path.display())?;
    Ok(ExitCode::Success)
}

/// Make a project in a new folder from a backup.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  tawsim project restore war.tawsim/backups/BACKUP.db again.tawsim --actor samar")]
pub(super) struct RestoreArgs {
    /// A file from a project's folder `backups`.
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    actor: Actor,
}

pub(super) fn restore(args: &RestoreArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let dir = &args.folder.project;
    let project = Project::restore(&args.backup, dir, &args.actor.options())
        .with_context(|| args.backup.display().to_string())?;
    let words = format!("{}: {} events, verified", dir.display(), project.last_seq()?);
    streams.messages.tell(&words);
    Ok(ExitCode::Success)
}
