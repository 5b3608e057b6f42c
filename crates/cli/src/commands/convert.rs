use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use tawsim_corpus::{
    Document, FORMATS, FilesWriter, Format, FormatInfo, Import, LabelSet, Losses, ReadOptions,
    StreamWriter, TagScheme, WriteOptions, Writer,
};
use tawsim_tokenizer::OffsetUnit;

use crate::ExitCode;
use crate::import::{Found, find_inputs_for, import, note_detected};
use crate::output::{PendingFile, write_atomically};
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

/// Names that a format has beside its own.
const ALIASES: [(&str, Format); 2] = [("conll", Format::Conll2002), ("txt", Format::Text)];

/// The formats for which `is_there` holds, by their names.
pub(crate) fn formats(
    is_there: fn(&FormatInfo) -> bool,
) -> impl TypedValueParser<Value = &'static FormatInfo> {
    let value = |info: &&'static FormatInfo| {
        let value = PossibleValue::new(info.name).help(info.title);
        let alias = ALIASES.iter().find(|(_, format)| *format == info.format);
        alias.map_or(value.clone(), |(alias, _)| value.alias(*alias))
    };
    let there = FORMATS.iter().filter(move |info| is_there(info));
    PossibleValuesParser::new(there.map(value)).map(|name| {
        let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
        let info = alias.map_or_else(|| Format::by_name(&name), |(_, format)| format.info());
        info.expect("only names of the table are possible")
    })
}

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let options = WriteOptions {
        unit: args.output_unit.map(Unit::unit),
        scheme: args.scheme.map(Scheme::scheme),
        checksum: args.checksum,
    };
    if let Some(info) = args.to.filter(|info| options.unit.is_some() && !info.format.has_any_unit())
    {
        bail!("{}: what its offsets count is fixed; leave out --output-unit", info.name);
    }
    let mut job = Job::new(args);
    // Nothing takes the place of what is there, nor an empty file if nothing is.
    if job.inputs.is_empty() && args.written().is_some() {
        return Ok(streams.messages.tell_failures(&job.failures));
    }
    let losses = match args.to {
        None => job.read(streams, &mut |_, _| Ok(())).map(|()| Losses::default())?,
        Some(info) if matches!(info.writer, Some(Writer::Stream(_))) => {
            to_file(&mut job, info, &options, streams)?
        }
        Some(info) => to_folder(&mut job, info, &options, streams)?,
    };
    streams.messages.tell_lines(&losses.to_string());
    Ok(match () {
        () if job.has_failed => ExitCode::Failure,
        () if job.is_lossy || !losses.is_empty() => ExitCode::Lossy,
        () => ExitCode::Success,
    })
}

impl Args {
    /// Where the output goes, if anything is to be written.
    fn written(&self) -> Option<&Path> {
        self.output.as_deref().filter(|_| !self.check)
    }
}

/// The inputs, and what came of reading them.
struct Job<'a> {
    args: &'a Args,
    inputs: Vec<Found>,
    failures: Vec<anyhow::Error>,
    labels: LabelSet,
    has_failed: bool,
    is_lossy: bool,
}

type Take<'a> = &'a mut dyn FnMut(&Document, &LabelSet) -> std::io::Result<()>;

impl<'a> Job<'a> {
    fn new(args: &'a Args) -> Self {
        let mut failures = Vec::new();
        let inputs = find_inputs_for(args.written(), &args.inputs, args.from, &mut failures);
        let labels = LabelSet::new();
        Self { args, inputs, failures, labels, has_failed: false, is_lossy: false }
    }

    /// Reads all inputs, hands each document on as soon as it is there, and tells how it went.
    fn read(&mut self, streams: &mut Streams<'_>, take: Take<'_>) -> Result<()> {
        let options = ReadOptions {
            unit: self.args.offset_unit.map(Unit::unit),
            scheme: self.args.scheme.map(Scheme::scheme),
            ..ReadOptions::default()
        };
        let mut written = Ok(());
        let mut sink = |document, labels: &LabelSet| {
            if written.is_ok() {
                written = take(&document, labels);
            }
        };
        let mut taken = Import::new(&options, &mut self.labels, &mut sink);
        note_detected(&self.inputs, &mut taken);
        for input in &self.inputs {
            self.failures.extend(import(input, streams.stdin, &mut taken).err());
        }
        let report = taken.report;
        written.context("cannot write the output")?;
        streams.messages.tell_failures(&self.failures);
        streams.messages.tell(&report.to_string());
        (self.has_failed, self.is_lossy) = (!self.failures.is_empty(), report.is_lossy());
        Ok(())
    }
}

fn to_file(
    job: &mut Job<'_>,
    info: &FormatInfo,
    options: &WriteOptions,
    streams: &mut Streams<'_>,
) -> Result<Losses> {
    let (mut file, mut nowhere) =
        (job.args.written().map(PendingFile::create).transpose()?, std::io::sink());
    let out: &mut dyn std::io::Write = match &mut file {
        Some(file) => file,
        None => &mut nowhere,
    };
    let mut writer = StreamWriter::new(info, options, out)?;
    job.read(streams, &mut |document, labels| writer.write(document, labels))?;
    let losses = writer.finish(&job.labels)?;
    file.map_or(Ok(()), PendingFile::finish)?;
    Ok(losses)
}

fn to_folder(
    job: &mut Job<'_>,
    info: &FormatInfo,
    options: &WriteOptions,
    streams: &mut Streams<'_>,
) -> Result<Losses> {
    let output = job.args.written();
    if let Some(folder) = output {
        make_folder(folder, info)?;
    }
    let mut put = |name: &str, bytes: &[u8]| match output {
        Some(folder) => write_into(folder, name, bytes).map_err(std::io::Error::other),
        None => Ok(()),
    };
    let mut writer = FilesWriter::new(info, options, &mut put)?;
    // Inputs there might be overwritten before they are read.
    if output.is_some_and(|folder| job.inputs.iter().any(|input| input.is_below(folder))) {
        let mut documents = Vec::new();
        job.read(streams, &mut |document, _| {
            documents.push(document.clone());
            Ok(())
        })?;
        documents.iter().try_for_each(|document| writer.write(document, &job.labels))?;
    } else {
        job.read(streams, &mut |document, labels| writer.write(document, labels))?;
    }
    Ok(writer.finish(&job.labels)?)
}

/// Writes a file of a folder; where a link stands in its place, it would be written elsewhere.
fn write_into(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(name);
    if path.is_symlink() {
        bail!("{}: is a link, which may lead anywhere; remove it", path.display());
    }
    write_atomically(&path, bytes)
}

fn make_folder(folder: &Path, info: &FormatInfo) -> Result<()> {
    if folder.is_file() {
        bail!("{}: is a file; {} needs a folder", folder.display(), info.name);
    }
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{}: cannot make the folder", folder.display()))
}
