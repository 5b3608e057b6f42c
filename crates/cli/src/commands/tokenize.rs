use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Serialize;
use tawsim_corpus::{Document, Format, LabelSet, WriteContext, WriteOptions, write_stream};
use tawsim_tokenizer::{Scheme, Segment, SegmentRole, TokenKind, Tokenized, Tokenizer};

use super::with_threads;
use crate::ExitCode;
use crate::batch::{Ending, Inputs, map_documents};
use crate::input::{InputFormat, find_sources_for};
use crate::output::{Target, refuse_inputs};
use crate::streams::{Messages, Streams};

/// Cut texts into tokens and clitic segments.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Texts: files (.txt, .jsonl, .tagged), folders, or - for standard input.
    #[arg(default_value = "-")]
    inputs: Vec<PathBuf>,
    /// What to write.
    #[arg(long, value_enum, default_value = "lines")]
    format: TokenFormat,
    /// How lines write clitics.
    #[arg(long, value_enum, default_value = "surface")]
    scheme: SchemeName,
    /// The input has one token a line; write its segments joined by `+`, one token a line.
    #[arg(long, conflicts_with = "format")]
    pretokenized: bool,
    /// Write here instead of to standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Read all inputs as this, whatever their names.
    #[arg(long, value_enum)]
    from: Option<InputFormat>,
    /// Threads; 0 means one a core.
    #[arg(long, default_value_t = 0)]
    threads: usize,
}

const AFTER_HELP: &str = "\
Lines have one sentence each; a proclitic is written with + behind it, an enclitic with + in front.

Examples:
  echo 'وبالجيش لـ\"داعش\"' | tawsim tokenize
  tawsim tokenize news/ --scheme atb --output news.atb
  tawsim tokenize article.txt --format jsonl
  tawsim tokenize article.txt --format conllu
  printf 'لداعش\\nللنظام\\n' | tawsim tokenize --pretokenized";

#[derive(Clone, Copy, clap::ValueEnum)]
enum TokenFormat {
    /// One sentence a line, segments separated by spaces.
    Lines,
    /// One document a line: tokens and segments with byte offsets.
    Jsonl,
    /// CoNLL-U: a token of several segments is a multi-word token; the text can be rebuilt to the byte.
    Conllu,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum SchemeName {
    /// As it is spelled: `ل+ لنظام`, `قيادت +هم`.
    Surface,
    /// As it is spelled, the article apart: `ل+ ل+ نظام`.
    D3,
    /// As in the Arabic Treebank, words as they are spelled alone: `ل+ النظام`, `قيادة +هم`.
    Atb,
    /// As Farasa has it, for models such as AraBERT v2: `ل+ ال+ نظام`.
    Farasa,
}

impl SchemeName {
    const fn scheme(self) -> Scheme {
        match self {
            Self::Surface => Scheme::Surface,
            Self::D3 => Scheme::D3,
            Self::Atb => Scheme::Atb,
            Self::Farasa => Scheme::Farasa,
        }
    }
}

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let Streams { stdin, stdout, messages } = streams;
    let output = args.output.as_deref();
    if args.pretokenized {
        refuse_inputs(&args.inputs, output)?;
        let mut target = Target::open(output, *stdout)?;
        let n_failures = tokenize_lists(args, *stdin, &mut target, messages)?;
        target.finish()?;
        return Ok(ExitCode::from_failures(n_failures));
    }
    // Before the output is opened, which empties it.
    let found = find_sources_for(output, &args.inputs, args.from.map(InputFormat::format))?;
    if found.sources.is_empty() && output.is_some() {
        return Ok(messages.tell_failures(&found.failures));
    }
    let mut target = Target::open(output, *stdout)?;
    let inputs = Inputs { found: &found, stdin: *stdin, messages, is_done: &mut |_| Ok(false) };
    let ending = with_threads(args.threads, || tokenize_texts(args, inputs, &mut target))??;
    target.finish()?;
    Ok(ending.exit_code())
}

fn tokenize_texts(args: &Args, inputs: Inputs<'_, '_>, target: &mut Target<'_>) -> Result<Ending> {
    let tokenizer = Tokenizer::new();
    let work = |document: &mut Document| {
        let mut tokenized = Tokenized::default();
        tokenizer.tokenize(&document.text, &mut tokenized);
        args.written(document, &tokenized)
    };
    map_documents(inputs, work, |bytes| target.write(&bytes))
}

impl Args {
    fn written(&self, document: &mut Document, tokenized: &Tokenized) -> Result<Vec<u8>> {
        match self.format {
            TokenFormat::Lines => {
                let mut lines = String::with_capacity(document.text.len() * 5 / 4);
                self.scheme.scheme().write(&document.text, tokenized, &mut lines);
                Ok(lines.into_bytes())
            }
            TokenFormat::Jsonl => {
                let mut line = serde_json::to_vec(&row(document, tokenized))?;
                line.push(b'\n');
                Ok(line)
            }
            TokenFormat::Conllu => conllu(document),
        }
    }
}

/// The document without its entities, whose labels are not at hand.
fn conllu(document: &mut Document) -> Result<Vec<u8>> {
    document.entities.clear();
    document.layers.clear();
    let info = Format::Conllu.info().context("this program writes no CoNLL-U")?;
    let (labels, options) = (LabelSet::new(), WriteOptions::default());
    let context = WriteContext { labels: &labels, options: &options };
    let mut bytes = Vec::new();
    let losses = write_stream(info, [&*document], &context, &mut bytes)?;
    if losses.refused.is_empty() {
        return Ok(bytes);
    }
    // A comment line cannot hold every id; the text is what was asked for.
    document.id = one_line(&document.id);
    write_stream(info, [&*document], &context, &mut bytes)?;
    Ok(bytes)
}

/// An id with one space where there are spaces or control characters.
fn one_line(id: &str) -> String {
    let words = id.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    text: &'a str,
    offset_unit: &'static str,
    tokens: Vec<TokenRow<'a>>,
}

#[derive(Serialize)]
struct TokenRow<'a> {
    start: u32,
    end: u32,
    surface: &'a str,
    kind: &'static str,
    segments: Vec<SegmentRow<'a>>,
}

#[derive(Serialize)]
struct SegmentRow<'a> {
    start: u32,
    end: u32,
    surface: &'a str,
    role: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    has_article: bool,
}

fn row<'a>(document: &'a Document, tokenized: &Tokenized) -> Row<'a> {
    let text = document.text.as_str();
    let segment_row = |segment: &Segment| SegmentRow {
        start: segment.span.start(),
        end: segment.span.end(),
        surface: segment.span.slice(text),
        role: role_name(segment.role),
        has_article: segment.has_article,
    };
    let tokens = tokenized.tokens().iter().enumerate().map(|(token_idx, token)| TokenRow {
        start: token.span.start(),
        end: token.span.end(),
        surface: token.span.slice(text),
        kind: kind_name(token.kind),
        segments: tokenized.segments_of(token_idx).iter().map(segment_row).collect(),
    });
    Row { id: &document.id, text, offset_unit: "byte", tokens: tokens.collect() }
}

fn role_name(role: SegmentRole) -> &'static str {
    match role {
        SegmentRole::Proclitic => "proclitic",
        SegmentRole::Stem => "stem",
        SegmentRole::Enclitic => "enclitic",
    }
}

fn kind_name(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Word => "word",
        TokenKind::Number => "number",
        TokenKind::Punctuation => "punctuation",
        TokenKind::Symbol => "symbol",
        TokenKind::Latin => "latin",
        TokenKind::Url => "url",
        TokenKind::Email => "email",
        TokenKind::Hashtag => "hashtag",
        TokenKind::Mention => "mention",
        TokenKind::Emoji => "emoji",
    }
}

/// One token a line in, its segments joined by `+` out.
fn tokenize_lists(
    args: &Args,
    stdin: &mut dyn Read,
    target: &mut Target<'_>,
    messages: &mut Messages<'_>,
) -> Result<usize> {
    let mut n_failures = 0;
    for path in &args.inputs {
        let result = if path.as_os_str() == "-" {
            tokenize_list(&mut *stdin, target)
        } else {
            std::fs::File::open(path)
                .context("cannot open")
                .and_then(|file| tokenize_list(file, target))
        };
        if let Err(error) = result {
            n_failures += 1;
            messages.error(&format!("{}: {error:#}", path.display()));
        }
    }
    Ok(n_failures)
}

fn tokenize_list(input: impl Read, target: &mut Target<'_>) -> Result<()> {
    let mut out = String::new();
    let result = tokenize_lines(input, target, &mut out);
    // Also the lines before an error.
    target.write(out.as_bytes())?;
    result
}

fn tokenize_lines(input: impl Read, target: &mut Target<'_>, out: &mut String) -> Result<()> {
    let (tokenizer, mut tokenized) = (Tokenizer::new(), Tokenized::default());
    let mut input = BufReader::with_capacity(1 << 16, input);
    let (mut line, mut line_number, mut byte) = (Vec::new(), 0, 0);
    while input.read_until(b'\n', &mut line)? > 0 {
        line_number += 1;
        let token = std::str::from_utf8(&line).map_err(|error| {
            let byte = byte + error.valid_up_to();
            anyhow::anyhow!("line {line_number}, byte {byte}: not UTF-8; save it as UTF-8")
        })?;
        let token = token.trim_end_matches(['\r', '\n']);
        tokenizer.tokenize(token, &mut tokenized);
        push_joined(token, &tokenized, out);
        out.push('\n');
        byte += line.len();
        line.clear();
        if out.len() >= 1 << 16 {
            target.write(out.as_bytes())?;
            out.clear();
        }
    }
    Ok(())
}

/// The token with `+` where segments of one token meet, and nowhere else.
fn push_joined(token: &str, tokenized: &Tokenized, out: &mut String) {
    let mut at = 0;
    let mut previous_token = None;
    for segment in tokenized.segments() {
        let start = segment.span.start() as usize;
        out.push_str(&token[at..start]);
        if previous_token == Some(segment.token_idx) {
            out.push('+');
        }
        out.push_str(segment.span.slice(token));
        at = segment.span.end() as usize;
        previous_token = Some(segment.token_idx);
    }
    out.push_str(&token[at..]);
}
