use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use tawsim_corpus::{Document, GoldLink, LabelSet, read_links};
use tawsim_tagger::{Link, LinkHints, Linked, Linker};
use tawsim_tokenizer::{Tokenized, Tokenizer};

use super::super::open_model;
use crate::ExitCode;
use crate::input::read_annotated;
use crate::streams::Streams;
use crate::whole::read_text;

/// Score linking against links that people annotated, given the spans of the entities.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Annotated documents: .jsonl or .tagged files, or folders of them.
    #[arg(required = true)]
    documents: Vec<PathBuf>,
    /// The annotated links; may be given more than once.
    #[arg(long, required = true, value_name = "FILE")]
    links: Vec<PathBuf>,
    /// A model made by `tawsim train`, or the name of one of the program: conflict-ar (the default) or news-ar.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// List what is wrong, with the parts of the scores.
    #[arg(long)]
    errors: bool,
    /// Write all links with their candidates and the parts of the scores, as JSON Lines, and no table.
    #[arg(long, conflicts_with = "errors")]
    json: bool,
}

/// A link as `--json` writes it.
#[derive(Serialize)]
struct Row<'a> {
    document: &'a str,
    start: u32,
    surface: &'a str,
    label: &'a str,
    gold: &'a [String],
    link: Option<&'a str>,
    candidates: Vec<CandidateRow<'a>>,
}

#[derive(Serialize)]
struct CandidateRow<'a> {
    id: &'a str,
    score: f32,
    parts: BTreeMap<&'a str, f32>,
}

const AFTER_HELP: &str = "\
A file of links is a table with a header line: document id, byte start, byte end, entry id or NIL, surface,
separated by tabs. Where a text does not decide between entries (a city and its governorate), all are listed,
separated by |. A link is right if it is one of them, or NIL where that was annotated.

Example:
  tawsim gazetteer links corpus/conflict-ar/train.jsonl --links corpus/links/test.tsv";

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    n_links: usize,
    n_right: usize,
    n_nil: usize,
    n_right_nil: usize,
    /// Of the links to an entry, those where it is among the candidates.
    n_offered: usize,
}

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let model = open_model(args.model.as_deref())?;
    let linker = Linker::new(&model);
    let (documents, labels) = read_annotated(&args.documents, streams)?;
    let mut scores = Scores { counts: BTreeMap::new(), args };
    // Of several with one id the first counts.
    let by_id: HashMap<&str, &Document> =
        documents.iter().rev().map(|document| (document.id.as_str(), document)).collect();
    for (id, links) in links_by_document(&args.links)? {
        let document =
            by_id.get(id.as_str()).with_context(|| format!("no document {id} among these"))?;
        scores.add_document(&linker, document, &labels, (&links, streams))?;
    }
    if args.json {
        return Ok(ExitCode::Success);
    }
    let mut all = Counts::default();
    writeln!(
        streams.stdout,
        "{:<9}{:>8}{:>8}{:>10}{:>8}{:>8}{:>10}",
        "label", "links", "right", "accuracy", "NIL", "right", "offered"
    )?;
    for (label, counts) in &scores.counts {
        write_counts(label, counts, streams)?;
        all.add(counts);
    }
    write_counts("all", &all, streams)?;
    Ok(ExitCode::Success)
}

fn links_by_document(paths: &[PathBuf]) -> Result<BTreeMap<String, Vec<GoldLink>>> {
    let mut by_document: BTreeMap<String, Vec<GoldLink>> = BTreeMap::new();
    for path in paths {
        let place = || path.display().to_string();
        let text = read_text(path)?;
        for link in read_links(&text).with_context(place)? {
            by_document.entry(link.document.clone()).or_default().push(link);
        }
    }
    Ok(by_document)
}

struct Scores<'a> {
    counts: BTreeMap<String, Counts>,
    args: &'a Args,
}

impl Scores<'_> {
    fn add_document(
        &mut self,
        linker: &Linker<'_>,
        document: &Document,
        labels: &LabelSet,
        (links, streams): (&[GoldLink], &mut Streams<'_>),
    ) -> Result<()> {
        let mut tokenized = Tokenized::default();
        Tokenizer::new().tokenize(&document.text, &mut tokenized);
        let found = linker.link(document, &tokenized, labels, LinkHints::default());
        for link in links {
            let at = document.entities.iter().position(|entity| {
                (entity.span.start(), entity.span.end()) == (link.start, link.end)
                    && document.surface(entity) == link.surface
            });
            let Some(at) = at else {
                bail!(
                    "{}: no entity {} at {}..{}",
                    link.document,
                    link.surface,
                    link.start,
                    link.end
                );
            };
            let label = labels.name(document.entities[at].label);
            let linked = found[at].as_ref().with_context(|| format!("{label} is not linked"))?;
            let is_right = self.counts.entry(label.to_owned()).or_default().count(link, linked);
            if self.args.json {
                write_row(label, link, linked, streams)?;
            } else if !is_right && self.args.errors {
                write_error(link, linked, streams)?;
            }
        }
        Ok(())
    }
}

impl Counts {
    /// Counts a link; says whether it is right.
    fn count(&mut self, gold: &GoldLink, linked: &Linked<'_>) -> bool {
        let found = linked.link.as_ref().map(|link| link.entry.id());
        let is_gold = |id: &str| gold.entries.iter().any(|gold| gold == id);
        let is_nil = gold.entries.is_empty();
        let is_right = found.map_or(is_nil, is_gold);
        let right = usize::from(is_right);
        let mut offered = linked.link.iter().chain(&linked.alternatives);
        let is_offered = offered.any(|link| is_gold(link.entry.id()));
        self.n_links += 1;
        self.n_right += right;
        self.n_nil += usize::from(is_nil);
        self.n_right_nil += if is_nil { right } else { 0 };
        self.n_offered += usize::from(is_offered);
        is_right
    }

    fn add(&mut self, other: &Self) {
        self.n_links += other.n_links;
        self.n_right += other.n_right;
        self.n_nil += other.n_nil;
        self.n_right_nil += other.n_right_nil;
        self.n_offered += other.n_offered;
    }
}

fn write_counts(label: &str, counts: &Counts, streams: &mut Streams<'_>) -> Result<()> {
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    writeln!(
        streams.people(),
        "{label:<9}{:>8}{:>8}{:>10.4}{:>8}{:>8}{:>10.4}",
        counts.n_links,
        counts.n_right,
        share(counts.n_right, counts.n_links),
        counts.n_nil,
        counts.n_right_nil,
        share(counts.n_offered, counts.n_links - counts.n_nil)
    )?;
    Ok(())
}

fn write_row(
    label: &str,
    gold: &GoldLink,
    linked: &Linked<'_>,
    streams: &mut Streams<'_>,
) -> Result<()> {
    let row = Row {
        document: &gold.document,
        start: gold.start,
        surface: &gold.surface,
        label,
        gold: &gold.entries,
        link: linked.link.as_ref().map(|link| link.entry.id()),
        candidates: linked.link.iter().chain(&linked.alternatives).map(candidate_row).collect(),
    };
    serde_json::to_writer(&mut *streams.stdout, &row)?;
    writeln!(streams.stdout)?;
    Ok(())
}

fn candidate_row<'a>(link: &Link<'a>) -> CandidateRow<'a> {
    let parts = link.evidence.parts().collect();
    CandidateRow { id: link.entry.id(), score: link.score, parts }
}

fn write_error(gold: &GoldLink, linked: &Linked<'_>, streams: &mut Streams<'_>) -> Result<()> {
    let out = &mut streams.people();
    let wanted = if gold.entries.is_empty() { "NIL".to_owned() } else { gold.entries.join(" or ") };
    let found = linked.link.as_ref().map_or("NIL", |link| link.entry.id());
    writeln!(out, "{} {} {}: {found}, not {wanted}", gold.document, gold.start, gold.surface)?;
    for link in linked.link.iter().chain(&linked.alternatives) {
        let parts: Vec<String> =
            link.evidence.parts().map(|(name, part)| format!("{name} {part:.2}")).collect();
        writeln!(
            out,
            "    {:.3} {} {} ({})",
            link.score,
            link.entry.id(),
            link.entry.name(),
            parts.join(", ")
        )?;
    }
    Ok(())
}
