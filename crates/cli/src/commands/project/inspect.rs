use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;
use tawsim_store::{
    FoundDocument, Layer, Presence, Project, Query, ReviewState, SpanState, StoredDocument,
};

use super::{Actor, Folder, find_layer, open, open_read_only};
use crate::ExitCode;
use crate::excerpt::excerpt;
use crate::streams::Streams;

/// Count documents, entities and what is left to do, layer by layer.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  tawsim project status war.tawsim")]
pub(super) struct StatusArgs {
    #[command(flatten)]
    folder: Folder,
}

pub(super) fn status(args: &StatusArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let project = open_read_only(&args.folder.project)?;
    let labels: Vec<String> = project.labels()?.into_iter().map(|row| row.name).collect();
    let out = &mut streams.people();
    writeln!(out, "project   {}", project.id()?)?;
    writeln!(out, "events    {}", project.last_seq()?)?;
    writeln!(out, "labels    {}", labels.join(", "))?;
    match project.backups()?.last() {
        Some(last) => writeln!(out, "backup    {} (event {})", last.path.display(), last.seq)?,
        None => writeln!(out, "backup    none")?,
    }
    for layer in project.layers()? {
        writeln!(
            out,
            "\nlayer     {} ({})\n{}",
            layer.name,
            layer.kind,
            counts(&project, &layer)?
        )?;
    }
    Ok(ExitCode::Success)
}

fn counts(project: &Project, layer: &Layer) -> Result<String> {
    let rows = project.documents(layer.id)?;
    let (present, trash): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.presence == Presence::Present);
    let mut states: BTreeMap<ReviewState, usize> = BTreeMap::new();
    present.iter().for_each(|row| *states.entry(row.review).or_default() += 1);
    let states: Vec<String> = states.iter().map(|(state, n)| format!("{n} {state}")).collect();
    let n_entities: u64 = present.iter().map(|row| u64::from(row.n_entities)).sum();
    let n_suggestions: u64 = present.iter().map(|row| u64::from(row.n_suggestions)).sum();
    Ok(format!(
        "documents {} ({}), {} in the trash\nentities  {n_entities}, suggestions {n_suggestions}",
        present.len(),
        states.join(", "),
        trash.len()
    ))
}

/// Find documents by words in any form and by what their spans are.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  tawsim project search war.tawsim داعش --label FACTION")]
pub(super) struct SearchArgs {
    #[command(flatten)]
    folder: Folder,
    /// Words that stand together, whatever their clitics, articles, marks and spelling.
    #[arg(default_value = "")]
    text: String,
    /// There is a span in this layer.
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,
    /// There is a span with this label.
    #[arg(long)]
    label: Option<String>,
    /// There is a span in this state: suggested, confirmed or rejected.
    #[arg(long, value_parser = parse_state)]
    state: Option<SpanState>,
    /// There is a span that this person made or decided on.
    #[arg(long, value_name = "NAME")]
    reviewer: Option<String>,
    /// There is a span with a score of at most this.
    #[arg(long, value_name = "SCORE")]
    max_score: Option<f64>,
    /// There is a span with a score of at least this.
    #[arg(long, value_name = "SCORE")]
    min_score: Option<f64>,
    /// The document is flagged.
    #[arg(long)]
    flagged: bool,
    /// The document is new, in-progress, done, approved or skipped.
    #[arg(long, value_parser = parse_review)]
    review: Option<ReviewState>,
    /// The document's `date` is not before this.
    #[arg(long, value_name = "DATE")]
    from_date: Option<String>,
    /// The document's `date` is not after this.
    #[arg(long, value_name = "DATE")]
    to_date: Option<String>,
    /// How many documents to show.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// One JSON line a document.
    #[arg(long)]
    json: bool,
}

fn parse_state(name: &str) -> Result<SpanState, String> {
    SpanState::from_name(name).ok_or_else(|| "suggested, confirmed or rejected".to_owned())
}

fn parse_review(name: &str) -> Result<ReviewState, String> {
    let expected = || "new, in-progress, done, approved or skipped".to_owned();
    ReviewState::from_name(name).ok_or_else(expected)
}

pub(super) fn search(args: &SearchArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let project = open_read_only(&args.folder.project)?;
    if project.is_index_stale()? {
        streams.messages.tell(
            "warning: words are cut differently than when the index was made; `tawsim project verify --reindex` makes it again",
        );
    }
    let layer = args.layer.as_deref().map(|name| find_layer(&project, name)).transpose()?;
    let query = Query {
        text: args.text.clone(),
        layer: layer.map(|layer| layer.id),
        label: args.label.clone(),
        state: args.state,
        reviewer: args.reviewer.clone(),
        max_score: args.max_score,
        min_score: args.min_score,
        is_flagged: args.flagged.then_some(true),
        review: args.review,
        from_date: args.from_date.clone(),
        to_date: args.to_date.clone(),
        limit: args.limit,
        ..Query::default()
    };
    let found = project.search(&query)?;
    for document in &found.documents {
        let stored = project.document(document.id)?;
        if args.json {
            serde_json::to_writer(&mut *streams.stdout, &hit_row(document, &stored))?;
            writeln!(streams.stdout)?;
        } else {
            write_hits(document, &stored, streams)?;
        }
    }
    let shown = found.documents.len();
    streams.messages.tell(&format!("{} documents found, {shown} shown", found.n_documents));
    Ok(ExitCode::Success)
}

#[derive(Serialize)]
struct HitRow<'a> {
    id: String,
    name: &'a str,
    offset_unit: &'static str,
    places: Vec<Hit<'a>>,
    spans: Vec<Hit<'a>>,
}

#[derive(Serialize)]
struct Hit<'a> {
    start: u32,
    end: u32,
    surface: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
}

fn hit_row<'a>(document: &'a FoundDocument, stored: &'a StoredDocument) -> HitRow<'a> {
    let hit = |span: tawsim_tokenizer::Span, label| Hit {
        start: span.start(),
        end: span.end(),
        surface: span.slice(&stored.text),
        label,
    };
    HitRow {
        id: document.id.to_string(),
        name: &document.name,
        offset_unit: "byte",
        places: document.places.iter().map(|span| hit(*span, None)).collect(),
        spans: document.annotations.iter().map(|a| hit(a.span, Some(a.label.as_str()))).collect(),
    }
}

fn write_hits(
    document: &FoundDocument,
    stored: &StoredDocument,
    streams: &mut Streams<'_>,
) -> Result<()> {
    let places = document.places.iter().map(|span| (*span, String::new()));
    let spans = document.annotations.iter().map(|a| (a.span, format!(" {} {}", a.label, a.state)));
    let mut is_empty = true;
    for (span, words) in places.chain(spans) {
        let context = context(&stored.text, span.range());
        writeln!(streams.people(), "{}:{}{words}: {context}", document.name, span.start())?;
        is_empty = false;
    }
    if is_empty {
        writeln!(streams.people(), "{}", document.name)?;
    }
    Ok(())
}

/// The range with thirty characters on both sides, on one line.
pub(super) fn context(text: &str, range: std::ops::Range<usize>) -> String {
    excerpt(text, range, 30)
}

/// Check the database, the hash chain of the log, and that everything follows from it.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  tawsim project verify war.tawsim")]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    actor: Actor,
    /// First make everything that follows from the log again.
    #[arg(long)]
    rebuild: bool,
    /// First make the word index again.
    #[arg(long)]
    reindex: bool,
}

pub(super) fn verify(args: &VerifyArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let dir: &PathBuf = &args.folder.project;
    let project = if args.rebuild || args.reindex {
        let mut project = open(dir, &args.actor, streams)?;
        if args.rebuild {
            project.rebuild()?;
        }
        if args.reindex {
            project.reindex()?;
        }
        project
    } else {
        open_read_only(dir)?
    };
    let report = project.verify()?;
    for problem in &report.problems {
        streams.messages.error(&problem.to_string());
    }
    writeln!(
        streams.stdout,
        "{} events, {} documents, {} spans: {}",
        report.n_events,
        report.n_documents,
        report.n_spans,
        if report.is_ok() { "all as it was written" } else { "damaged" }
    )?;
    if report.is_ok() {
        writeln!(streams.stdout, "state {}", project.state_hash()?)?;
    }
    Ok(ExitCode::from_failures(report.problems.len()))
}
