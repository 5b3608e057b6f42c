use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use tawsim_corpus::{
    Document, FORMATS, Format, FormatInfo, Import, LabelSet, Layout, Losses, ReadOptions,
    TagScheme, WriteContext, WriteOptions, Writer, write_files, write_stream,
};
use tawsim_tokenizer::OffsetUnit;

use crate::ExitCode;
use crate::import::{find_inputs, import, note_detected};
use crate::output::write_atomically;
use crate::streams::Streams;

/// Write annotated documents in another format.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Annotated documents: files, folders of them, or - for standard input.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// The format to read; without this it is detected from names and content, and said.
    #[arg(long, value_parser = formats(|info| info.reader.is_some()), value_name = "FORMAT")]
    from: Option<&'static FormatInfo>,
    /// The format to write.
    #[arg(
        long,
        value_parser = formats(|info| info.writer.is_some()),
        value_name = "FORMAT",
        required_unless_present = "check"
    )]
    to: Option<&'static FormatInfo>,
    /// Where to write: a file; for a format with a file a document a folder.
    #[arg(long, short, value_name = "PATH", required_unless_present = "check")]
    output: Option<PathBuf>,
    /// Read and report, with --to also what that format would lose; write nothing.
    #[arg(long)]
    check: bool,
    /// What offsets of the inputs count, where the file does not say or says it wrong.
    #[arg(long, value_enum, value_name = "UNIT")]
    offset_unit: Option<Unit>,
    /// What offsets of the output count, in formats that leave it open.
    #[arg(long, value_enum, value_name = "UNIT")]
    output_unit: Option<Unit>,
    /// How tags are meant in the inputs, and written: without this it is detected, and IOB2 is written.
    #[arg(long, value_enum)]
    scheme: Option<Scheme>,
    /// State the SHA-256 of each text in JSON Lines; readers check it.
    #[arg(long)]
    checksum: bool,
}

const AFTER_HELP: &str = "\
What the inputs have that is left out, and what the format cannot carry, is counted on standard error.

Exit codes:
  0  everything was written as it stood in the inputs
  1  something failed; what could be read was written
  3  lossy: something was left out, changed or cannot be carried; the rest was written

Examples:
  tawsim convert corpus/conflict-ar/train --to jsonl --output train.jsonl
  tawsim convert entities.jsonl --to tagged --output for-review/
  tawsim convert theirs.conll --check";

#[derive(Clone, Copy, clap::ValueEnum)]
enum Unit {
    /// UTF-8 bytes.
    Byte,
    /// Unicode code points: Python.
    CodePoint,
    /// UTF-16 code units: Java, JavaScript.
    Utf16,
    /// Grapheme clusters.
    Grapheme,
}

impl Unit {
    const fn unit(self) -> OffsetUnit {
        match self {
            Self::Byte => OffsetUnit::Byte,
            Self::CodePoint => OffsetUnit::CodePoint,
            Self::Utf16 => OffsetUnit::Utf16,
            Self::Grapheme => OffsetUnit::Grapheme,
        }
    }
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Scheme {
    /// `B-` only between two entities of one label.
    Iob1,
    /// Every entity begins with `B-`.
    Iob2,
    /// `B- I- E-`, and `S-` for one word; BILOU is read as well.
    Bioes,
}

impl Scheme {
    const fn scheme(self) -> TagScheme {
        match self {
            Self::Iob1 => TagScheme::Iob1,
            Self::Iob2 => TagScheme::Iob2,
            Self::Bioes => TagScheme::Bioes,
        }
    }
}

/// `conll` is a name for `conll2002`.
fn formats(
    is_there: fn(&FormatInfo) -> bool,
) -> impl TypedValueParser<Value = &'static FormatInfo> {
    let value = |info: &&'static FormatInfo| {
        let value = PossibleValue::new(info.name).help(info.title);
        if info.format == Format::Conll2002 { value.alias("conll") } else { value }
    };
    let there = FORMATS.iter().filter(move |info| is_there(info));
    PossibleValuesParser::new(there.map(value)).map(|name| {
        let name = if name == "conll" { "conll2002" } else { &name };
        Format::by_name(name).expect("only names of the table are possible")
    })
}

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let options = ReadOptions {
        unit: args.offset_unit.map(Unit::unit),
        scheme: args.scheme.map(Scheme::scheme),
        ..ReadOptions::default()
    };
    let (mut labels, mut documents) = (LabelSet::new(), Vec::<Document>::new());
    let mut sink = |document, _: &LabelSet| documents.push(document);
    let mut failures = Vec::new();
    let mut taken = Import::new(&options, &mut labels, &mut sink);
    let inputs = find_inputs(&args.inputs, args.from, &mut failures);
    note_detected(&inputs, &mut taken);
    for input in &inputs {
        if let Err(error) = import(input, streams.stdin, &mut taken) {
            failures.push(error);
        }
    }
    let report = taken.report;
    failures.iter().for_each(|error| streams.messages.error(&format!("{error:#}")));
    streams.messages.tell(&report.to_string());
    let losses = match args.to {
        Some(info) => write(args, info, &documents, &labels)?,
        None => Losses::default(),
    };
    streams.messages.tell_lines(&losses.to_string());
    let is_lossy = report.is_lossy() || !losses.is_empty();
    Ok(match () {
        () if !failures.is_empty() => ExitCode::Failure,
        () if is_lossy => ExitCode::Lossy,
        () => ExitCode::Success,
    })
}

fn write(
    args: &Args,
    info: &'static FormatInfo,
    documents: &[Document],
    labels: &LabelSet,
) -> Result<Losses> {
    if args.output_unit.is_some() && !info.format.has_any_unit() {
        bail!("{}: what its offsets count is fixed; leave out --output-unit", info.name);
    }
    let options = WriteOptions {
        unit: args.output_unit.map(Unit::unit),
        scheme: args.scheme.map(Scheme::scheme),
        checksum: args.checksum,
    };
    let context = WriteContext { labels, options: &options };
    let output = args.output.as_deref().filter(|_| !args.check);
    if matches!(info.writer, Some(Writer::Stream(_))) {
        let mut out = Vec::new();
        let losses = write_stream(info, documents, &context, &mut out)?;
        if let Some(path) = output {
            write_atomically(path, &out)?;
        }
        return Ok(losses);
    }
    if let Some(folder) = output {
        if folder.is_file() {
            bail!("{}: is a file; {} needs a folder", folder.display(), info.name);
        }
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{}: cannot make the folder", folder.display()))?;
    }
    let mut put = |name: &str, bytes: &[u8]| match output {
        Some(folder) => write_atomically(&folder.join(name), bytes).map_err(std::io::Error::other),
        None => Ok(()),
    };
    debug_assert!(info.layout != Layout::ManyInOne, "a format of files has a file a document");
    Ok(write_files(info, documents, &context, &mut put)?)
}
