use std::path::PathBuf;

use anyhow::{Result, bail};
use tawsim_corpus::{LabelSet, write_jsonl};
use tawsim_store::{Presence, Project, ReviewState};

use super::{Actor, Folder, find_layer, open, open_read_only};
use crate::ExitCode;
use crate::output::{PendingFile, write_atomically};
use crate::progress::step_bar;
use crate::streams::Streams;
use crate::whole::read_text;

/// Write the project as text files for git, as a package for a colleague, or as JSON Lines.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tawsim project export war.tawsim --jsonl train.jsonl --layer samar
  tawsim project export war.tawsim --package for-omar.tawsimpkg
  tawsim project export war.tawsim --git text/")]
pub(super) struct ExportArgs {
    #[command(flatten)]
    folder: Folder,
    /// Text files for git, one folder a layer: equal states give equal bytes.
    #[arg(long, value_name = "FOLDER")]
    git: Option<PathBuf>,
    /// The log in one file, for `project merge` and `project new --from-package`.
    #[arg(long, value_name = "FILE")]
    package: Option<PathBuf>,
    /// The entities of one layer, for `tawsim train` and `tawsim convert`.
    #[arg(long, value_name = "FILE", requires = "layer")]
    jsonl: Option<PathBuf>,
    /// The layer for --jsonl.
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,
    /// With --jsonl: only documents that are done or approved.
    #[arg(long, requires = "jsonl")]
    done: bool,
}

pub(super) fn export(args: &ExportArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let project = open_read_only(&args.folder.project)?;
    if args.git.is_none() && args.package.is_none() && args.jsonl.is_none() {
        bail!("say where to write: --git FOLDER, --package FILE or --jsonl FILE");
    }
    for path in args.git.iter().chain(&args.package).chain(&args.jsonl) {
        project.need_other(path)?;
    }
    if let Some(folder) = &args.git {
        let report = project.export(folder)?;
        let words = format!(
            "{}: {} files, {} changed, {} removed; state {}",
            folder.display(),
            report.n_files,
            report.n_written,
            report.n_removed,
            project.state_hash()?
        );
        streams.messages.tell(&words);
    }
    if let Some(path) = &args.package {
        let report = project.write_package(path, None)?;
        let (n_documents, n_events) = (report.n_documents, report.n_events);
        let words = format!("{}: {n_documents} documents, {n_events} events", path.display());
        streams.messages.tell(&words);
    }
    let mut n_bad = 0;
    if let (Some(path), Some(layer)) = (&args.jsonl, &args.layer) {
        n_bad = export_jsonl(&project, args, (path, layer), streams)?;
    }
    Ok(ExitCode::from_failures(n_bad))
}

/// Returns how many documents could not be read.
fn export_jsonl(
    project: &Project,
    args: &ExportArgs,
    (path, layer): (&PathBuf, &str),
    streams: &mut Streams<'_>,
) -> Result<usize> {
    let layer = find_layer(project, layer)?.id;
    let mut rows = project.documents(layer)?;
    let is_wanted = |state: ReviewState| !args.done || state.is_finished();
    rows.retain(|row| row.presence == Presence::Present && is_wanted(row.review));
    let bar = step_bar(rows.len() as u64, &streams.messages);
    let (mut out, mut n_entities, mut n_bad) = (PendingFile::create(path)?, 0, 0);
    let mut labels: LabelSet = project.label_set()?;
    for row in &rows {
        bar.inc(1);
        match project.corpus_document(row.id, layer, &mut labels) {
            Ok(document) => {
                n_entities += document.entities.len();
                write_jsonl(&document, &labels, &mut out)?;
            }
            // One document that cannot be read keeps no other back.
            Err(error) => {
                streams.messages.error(&format!("{}: left out: {error}", row.name));
                n_bad += 1;
            }
        }
    }
    bar.finish_and_clear();
    out.finish()?;
    let n = rows.len() - n_bad;
    streams.messages.tell(&format!("{}: {n} documents, {n_entities} entities", path.display()));
    Ok(n_bad)
}

/// Take in what colleagues did in their copies. In any order, any number of times.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  tawsim project merge war.tawsim from-omar.tawsimpkg --actor samar")]
pub(super) struct MergeArgs {
    #[command(flatten)]
    folder: Folder,
    /// Packages made by `project export --package`.
    #[arg(required = true)]
    packages: Vec<PathBuf>,
    #[command(flatten)]
    actor: Actor,
}

pub(super) fn merge(args: &MergeArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let mut project = open(&args.folder.project, &args.actor, streams)?;
    let bar = step_bar(args.packages.len() as u64, &streams.messages);
    let mut n_failures = 0;
    for package in &args.packages {
        let words = match project.merge(package) {
            Ok(report) => format!(
                "{}: {} new events, {} known, {} documents changed",
                package.display(),
                report.n_new,
                report.n_known,
                report.documents.len()
            ),
            Err(error) => {
                n_failures += 1;
                format!("error: {}: {error}", package.display())
            }
        };
        streams.messages.tell(&words);
        bar.inc(1);
    }
    bar.finish_and_clear();
    streams.messages.tell(&format!("state {}", project.state_hash()?));
    Ok(ExitCode::from_failures(n_failures))
}

/// Merge two versions of a file of an export: a merge driver for git.
///
/// In .gitattributes: `*.jsonl merge=tawsim`; then
/// `git config merge.tawsim.driver "tawsim project git-merge %O %A %B"`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  git config merge.tawsim.driver 'tawsim project git-merge %O %A %B'
  echo '*.jsonl merge=tawsim' >> text/.gitattributes")]
pub(super) struct GitMergeArgs {
    /// The common ancestor.
    base: PathBuf,
    /// Our version; the result is written here.
    ours: PathBuf,
    /// Their version.
    theirs: PathBuf,
}

pub(super) fn git_merge(args: &GitMergeArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let base = read_text(&args.base)?;
    let (ours, theirs) = (read_text(&args.ours)?, read_text(&args.theirs)?);
    let merged = Project::merge_records(&base, &ours, &theirs)?;
    write_atomically(&args.ours, &merged.content)?;
    for id in &merged.conflicts {
        streams.messages.error(&format!("both sides changed record {id}; ours was kept"));
    }
    Ok(ExitCode::from_failures(merged.conflicts.len()))
}
