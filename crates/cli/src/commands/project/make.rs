use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use tawsim_corpus::LabelSet;
use tawsim_store::{Edit, ImportOptions, ImportReport, LayerKind, NewLabel, Project, SkipReason};

use super::{Actor, Folder, open};
use crate::ExitCode;
use crate::input::{InputFormat, documents, find_sources};
use crate::progress::byte_bar;
use crate::streams::Streams;

/// Make a project in a new folder: empty, or from an export or a package.
#[derive(clap::Args)]
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
    let labels: Vec<Edit> =
        args.labels.iter().map(|name| Edit::AddLabel(NewLabel::named(name))).collect();
    project.apply_step(&labels)?;
    project.add_layer(&args.actor.name(), LayerKind::Annotator)?;
    for warning in project.warnings() {
        streams.messages.tell(&format!("warning: {warning}"));
    }
    streams.messages.tell(&format!("{}: project {}", dir.display(), project.id()?));
    Ok(ExitCode::Success)
}

/// Take in documents, with their entities if they have any. One step of the undo history.
#[derive(clap::Args)]
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
    /// The format of the inputs, if their names do not say it.
    #[arg(long, value_enum)]
    from: Option<InputFormat>,
}

pub(super) fn import(args: &ImportArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let mut project = open(&args.folder.project, &args.actor, streams)?;
    let layer = args.layer.clone().unwrap_or_else(|| args.actor.name());
    let mut options = ImportOptions::into_layer(project.add_layer(&layer, LayerKind::Annotator)?);
    if let Some(version) = &args.suggested_by {
        options = options.suggested_by(version);
    }
    let found = find_sources(&args.inputs, args.from.map(InputFormat::format));
    let mut failures = found.failures.iter().map(|error| format!("{error:#}")).collect::<Vec<_>>();
    let bar = byte_bar(found.total_bytes(), &streams.messages);
    let mut import = project.import(options)?;
    for source in &found.sources {
        let mut labels = LabelSet::new();
        // The labels are complete only once a source is read to its end.
        let read: Vec<_> = documents(source, streams.stdin, &mut labels).collect();
        for document in read {
            match document {
                Ok(document) => drop(import.add(&document, &labels)?),
                Err(error) => failures.push(format!("{error:#}")),
            }
        }
        bar.inc(source.byte_len);
    }
    bar.set_message("writing");
    let (_, report) = import.finish()?;
    bar.finish_and_clear();
    failures.iter().for_each(|failure| streams.messages.error(failure));
    tell_report(&report, streams);
    Ok(ExitCode::from_failures(failures.len()))
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
    if !report.labels_added.is_empty() {
        streams.messages.tell(&format!("new labels: {}", report.labels_added.join(", ")));
    }
    let mut by_reason: BTreeMap<SkipReason, Vec<&str>> = BTreeMap::new();
    for skipped in &report.skipped {
        by_reason.entry(skipped.reason).or_default().push(&skipped.document);
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
        SkipReason::BadName => "the document's name is empty, too long or no text",
        SkipReason::BadSpan => "the entity is empty, cuts a character or leaves the text",
        SkipReason::Known => "the layer has this entity already",
    }
}

/// Copy the project's database into its folder `backups`.
#[derive(clap::Args)]
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
