mod resume;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};
use tawsim_corpus::{
    Document, Entity, EntityDetails, GEOJSON_SEPARATOR, TagScheme, write_conll, write_geojson,
    write_geojson_footer, write_geojson_header, write_html_document, write_html_footer,
    write_html_header, write_jsonl_with_details, write_mentions, write_mentions_header,
};
use tawsim_tagger::{LinkHints, Linker, ScratchPool, Tagger, entity_values};
use tawsim_tokenizer::Tokenized;

use super::{open_model, with_threads};
use crate::ExitCode;
use crate::Output;
use crate::batch::{Ending, Inputs, map_documents};
use crate::details::{entity_details, parse_date, rounded};
use crate::input::{InputFormat, find_sources_for};
use crate::output::Target;
use crate::streams::{Messages, Streams};
use crate::terminal_view::TerminalView;
use resume::EarlierLines;

/// Find the entities of texts.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Texts: files (.txt, .jsonl, .tagged), folders, or - for standard input.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// What to write; the default is `view` on a terminal, else `jsonl`.
    #[arg(long, value_enum)]
    format: Option<TagFormat>,
    /// Write here instead of to standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Go on with the output of a run that was stopped or killed; the inputs must be the same. JSON Lines only.
    #[arg(long, requires = "output")]
    resume: bool,
    /// A model made by `tawsim train`, or the name of one of the program: conflict-ar (the default) or news-ar.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Read all inputs as this, whatever their names.
    #[arg(long, value_enum)]
    from: Option<InputFormat>,
    /// When the texts were written, as 2018-09-17: dates are resolved against it, and only what existed
    /// then is linked. The default is the first full date in the text.
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    date: Option<u32>,
    /// Threads; 0 means one a core.
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Say nothing on standard error but errors.
    #[arg(long, short)]
    quiet: bool,
}

const AFTER_HELP: &str = "\
One JSON line a document: id, text, offset_unit (\"byte\"), entities with start, end, label, surface, score.
A FACTION, PLACE, LOC or LOCATION has a link: id, name, kind, score, lat, lon, country, admin, side and alternatives of the
gazetteer entry it means; without an id the gazetteer lacks it. A NUMBER has a value: min, max and the counted
noun; a DATE one with its first and last day.
A plain text longer than 1 MiB becomes one document a part; its id is FILE#BYTE, the byte at which the part
begins in the file.

Examples:
  tawsim tag article.txt
  tawsim tag news/ --output entities.jsonl
  tawsim tag news/ --output entities.jsonl --resume      goes on where it was stopped
  tawsim tag news/ --format geojson --output places.geojson
  cat article.txt | tawsim tag - --format html > article.html";

#[derive(Clone, Copy, clap::ValueEnum)]
enum TagFormat {
    /// Highlights for a terminal.
    View,
    /// JSON Lines, one document a line.
    Jsonl,
    /// CoNLL-2002 columns, one clitic segment a line, IOB2.
    Conll,
    /// A page with highlights that any browser opens.
    Html,
    /// A table of mentions with their links and values.
    Csv,
    /// The places that were linked, as points.
    Geojson,
}

impl TagFormat {
    /// Whether it shows links and values.
    const fn has_details(self) -> bool {
        matches!(self, Self::Jsonl | Self::Csv | Self::Geojson)
    }
}

#[derive(Default)]
struct Totals {
    n_documents: usize,
    n_tokens: usize,
    n_entities: usize,
}

impl Args {
    /// Where to write, and what stands there already.
    fn target<'s>(&self, stdout: &'s mut dyn Output) -> Result<(Target<'s>, EarlierLines)> {
        let path = self.output.as_deref();
        let Some(path) = path.filter(|_| self.resume) else {
            return Ok((Target::open(path, stdout)?, EarlierLines::none()));
        };
        if !matches!(self.format, None | Some(TagFormat::Jsonl)) {
            bail!("--resume goes on with JSON Lines only; leave --format away");
        }
        let earlier = EarlierLines::open(path)?;
        Ok((Target::append_to(path)?, earlier))
    }
}

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let tagger = Tagger::new(open_model(args.model.as_deref())?);
    let Streams { stdin, stdout, messages } = streams;
    // Before the output is opened, which empties it.
    let format = args.from.map(InputFormat::format);
    let found = find_sources_for(args.output.as_deref(), &args.inputs, format)?;
    if found.sources.is_empty() && args.output.is_some() {
        return Ok(messages.tell_failures(&found.failures));
    }
    let (mut target, mut earlier) = args.target(*stdout)?;
    let default = if target.is_terminal() { TagFormat::View } else { TagFormat::Jsonl };
    let writer = DocumentWriter {
        format: args.format.unwrap_or(default),
        view: TerminalView::new(tagger.labels(), target.has_colour()),
        tagger: &tagger,
        linker: Linker::new(tagger.model()),
        date: args.date,
    };
    let started = Instant::now();
    let mut is_done = |document: &Document| earlier.has(document);
    let inputs = Inputs { found: &found, stdin: *stdin, messages, is_done: &mut is_done };
    let work = || tag_all(inputs, &writer, &mut target);
    let (totals, ending) = with_threads(args.threads, work)??;
    target.finish()?;
    if !ending.is_interrupted {
        earlier.finish()?;
    }
    if earlier.n_lines() > 0 && !args.quiet {
        messages.tell(&format!("{} documents were done before", earlier.n_lines()));
    }
    if !args.quiet {
        summarise(&totals, started.elapsed().as_secs_f64(), messages);
        tell_ending(&ending, args.output.as_deref(), messages);
    }
    Ok(ending.exit_code())
}

fn tell_ending(ending: &Ending, output: Option<&Path>, messages: &mut Messages<'_>) {
    if ending.n_failures > 0 {
        messages.tell(&format!("{} inputs failed; see above", ending.n_failures));
    }
    if ending.is_interrupted {
        let advice = if output.is_some() { "; go on with --resume" } else { "" };
        messages.tell(&format!("stopped; what was written is whole{advice}"));
    }
}

fn summarise(totals: &Totals, seconds: f64, messages: &mut Messages<'_>) {
    let Totals { n_documents, n_tokens, n_entities } = totals;
    let speed = *n_tokens as f64 / seconds.max(1e-9);
    messages.tell(&format!(
        "{n_documents} documents, {n_tokens} tokens, {n_entities} entities, {speed:.0} tokens/s"
    ));
}

fn tag_all(
    inputs: Inputs<'_, '_>,
    writer: &DocumentWriter<'_>,
    target: &mut Target<'_>,
) -> Result<(Totals, Ending)> {
    let pool = ScratchPool::new();
    let (mut totals, mut has_output) = (Totals::default(), false);
    target.write(&writer.header()?)?;
    let work = |document: &mut Document| writer.document(document, &pool);
    let ending = map_documents(inputs, work, |written| {
        totals.n_documents += 1;
        totals.n_tokens += written.n_tokens;
        totals.n_entities += written.n_entities;
        if has_output && !written.bytes.is_empty() {
            target.write(writer.separator())?;
        }
        has_output |= !written.bytes.is_empty();
        target.write(&written.bytes)
    })?;
    target.write(&writer.footer()?)?;
    Ok((totals, ending))
}

/// A tagged document in the wanted format.
struct Written {
    bytes: Vec<u8>,
    n_tokens: usize,
    n_entities: usize,
}

struct DocumentWriter<'a> {
    format: TagFormat,
    view: TerminalView,
    tagger: &'a Tagger,
    linker: Linker<'a>,
    date: Option<u32>,
}

impl DocumentWriter<'_> {
    fn header(&self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        match self.format {
            TagFormat::Html => write_html_header(self.tagger.labels(), &mut out)?,
            TagFormat::View => self.view.write_legend(&mut out)?,
            TagFormat::Csv => write_mentions_header(&mut out)?,
            TagFormat::Geojson => write_geojson_header(&mut out)?,
            TagFormat::Jsonl | TagFormat::Conll => {}
        }
        Ok(out)
    }

    fn footer(&self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        match self.format {
            TagFormat::Html => write_html_footer(&mut out)?,
            TagFormat::Geojson => write_geojson_footer(&mut out)?,
            _ => {}
        }
        Ok(out)
    }

    /// What stands between two documents that are not empty.
    const fn separator(&self) -> &'static [u8] {
        if matches!(self.format, TagFormat::Geojson) { GEOJSON_SEPARATOR } else { b"" }
    }

    /// What is known of the document's entities beyond their labels, if the format shows it.
    fn details<'d>(
        &'d self,
        document: &'d Document,
        tokenized: &Tokenized,
    ) -> Vec<EntityDetails<'d>> {
        if !self.format.has_details() {
            return Vec::new();
        }
        let labels = self.tagger.labels();
        let hints = LinkHints { date: self.date, country: None };
        let links = self.linker.link(document, tokenized, labels, hints);
        let values = entity_values(document, tokenized, labels, self.date);
        let pairs = links.iter().zip(values);
        pairs
            .map(|(linked, value)| entity_details(&document.text, linked.as_ref(), value))
            .collect()
    }

    fn document(&self, document: &mut Document, pool: &ScratchPool) -> Result<Written> {
        let mut scratch = pool.get();
        let found = self.tagger.tag(&document.text, &mut scratch);
        document.entities = found.iter().map(|entity| rounded_score((*entity).into())).collect();
        let (labels, document) = (self.tagger.labels(), &*document);
        let details = self.details(document, scratch.tokenized());
        let mut bytes = Vec::new();
        match self.format {
            TagFormat::Jsonl => write_jsonl_with_details(document, labels, &details, &mut bytes)?,
            TagFormat::Csv => write_mentions(document, labels, &details, &mut bytes)?,
            TagFormat::Geojson => write_geojson(document, &details, &mut bytes)?,
            TagFormat::Html => write_html_document(document, labels, &mut bytes)?,
            TagFormat::View => self.view.write_document(document, &mut bytes)?,
            TagFormat::Conll => {
                let tokenized = scratch.tokenized();
                write_conll(document, labels, tokenized, TagScheme::Iob2, &mut bytes)?;
            }
        }
        let (n_tokens, n_entities) = (scratch.n_tokens(), document.entities.len());
        Ok(Written { bytes, n_tokens, n_entities })
    }
}

fn rounded_score(entity: Entity) -> Entity {
    Entity { score: entity.score.map(rounded), ..entity }
}
