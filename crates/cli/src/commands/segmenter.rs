use std::borrow::Cow;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tawsim_tokenizer::{
    Ratio, SegmentationScore, Segmenter, SegmenterConfig, SegmenterTrainer, Tokenized, Tokenizer,
};

use crate::ExitCode;
use crate::input::read_annotated;
use crate::output::{refuse_inputs, write_atomically};
use crate::streams::Streams;
use crate::whole::{read_bytes, read_text};

/// Train and score the segmenter that cuts clitics.
#[derive(clap::Subcommand)]
#[command(after_help = "\
Examples:
  tawsim segmenter edges corpus/conflict-ar/train.jsonl
  tawsim segmenter evaluate corpus/segmentation/words.tsv")]
pub(crate) enum Command {
    Train(TrainArgs),
    Evaluate(EvaluateArgs),
    Edges(EdgesArgs),
}

/// Check that annotated entities begin and end where segments do.
#[derive(clap::Args)]
#[command(after_help = EDGES_HELP)]
pub(crate) struct EdgesArgs {
    /// Annotated documents (.jsonl, .tagged), or folders of them.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
}

const EDGES_HELP: &str = "\
An edge inside a segment cannot be tagged. Each is listed: document, byte, label, entity.

Example:
  tawsim segmenter edges corpus/conflict-ar/train.jsonl";

/// Train a segmenter from cut words, raw text and names.
#[derive(clap::Args)]
#[command(after_help = TRAIN_HELP)]
pub(crate) struct TrainArgs {
    #[command(flatten)]
    data: Data,
    /// The segmenter file to write.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

const TRAIN_HELP: &str = "\
Cut words stand one a line, `word<TAB>part+part`; names one a line; raw text is plain UTF-8.

Example:
  tawsim segmenter train --cut pud.tsv --cut corpus/segmentation/words.tsv \\
    --text news.txt --names corpus/segmentation/names.txt --output my.segmenter";

/// Score a segmenter on cut words.
#[derive(clap::Args)]
#[command(after_help = EVALUATE_HELP)]
pub(crate) struct EvaluateArgs {
    /// Cut words, one a line, `word<TAB>part+part`, an empty line behind each sentence.
    #[arg(required = true)]
    gold: Vec<PathBuf>,
    /// Score this segmenter instead of the bundled one.
    #[arg(long, value_name = "FILE", conflicts_with = "folds")]
    segmenter: Option<PathBuf>,
    /// Cross-validate: train on all but each of so many folds of the sentences, and on the data below.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    folds: Option<u32>,
    /// Leave out runs of the same uncut word: converted treebanks repeat a word once a part where
    /// they lost its parts.
    #[arg(long)]
    skip_doubled: bool,
    /// List the words that are wrong.
    #[arg(long)]
    errors: bool,
    #[command(flatten)]
    data: Data,
}

const EVALUATE_HELP: &str = "\
Exact match of a whole word; alef with and without hamza is the same.

Examples:
  tawsim segmenter evaluate padt-dev.tsv --skip-doubled
  tawsim segmenter evaluate pud.tsv --folds 10 --text news.txt --cut corpus/segmentation/words.tsv";

/// What a segmenter is trained on.
#[derive(clap::Args)]
struct Data {
    /// Cut words: `word<TAB>part+part`.
    #[arg(long, value_name = "FILE")]
    cut: Vec<PathBuf>,
    /// Raw text, for counts.
    #[arg(long, value_name = "FILE")]
    text: Vec<PathBuf>,
    /// Names of one word.
    #[arg(long, value_name = "FILE")]
    names: Vec<PathBuf>,
    /// Words that are never cut, one a line.
    #[arg(long, value_name = "FILE")]
    whole: Vec<PathBuf>,
}

pub(crate) fn run(command: &Command, streams: &mut Streams<'_>) -> Result<ExitCode> {
    match command {
        Command::Train(args) => train(args, streams),
        Command::Evaluate(args) => evaluate(args, streams),
        Command::Edges(args) => edges(args, streams),
    }
}

fn edges(args: &EdgesArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let (documents, labels) = read_annotated(&args.inputs, streams)?;
    let out = &mut streams.people();
    let (tokenizer, mut tokenized) = (Tokenizer::new(), Tokenized::default());
    let mut hits = Ratio::default();
    for document in &documents {
        tokenizer.tokenize(&document.text, &mut tokenized);
        let spans = tokenized.segments().iter().map(|segment| segment.span);
        let mut bounds: Vec<u32> = spans.flat_map(|span| [span.start(), span.end()]).collect();
        bounds.dedup();
        for entity in &document.entities {
            for edge in [entity.span.start(), entity.span.end()] {
                let is_bound = bounds.binary_search(&edge).is_ok();
                hits.n += 1;
                hits.n_right += usize::from(is_bound);
                if !is_bound {
                    let (label, surface) = (labels.name(entity.label), document.surface(entity));
                    writeln!(out, "{}\t{edge}\t{label}\t{surface}", document.id)?;
                }
            }
        }
    }
    let Ratio { n_right, n } = hits;
    writeln!(out, "{n_right} of {n} edges at segment bounds")?;
    Ok(ExitCode::Success)
}

fn train(args: &TrainArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    for paths in [&args.data.cut, &args.data.text, &args.data.names, &args.data.whole] {
        refuse_inputs(paths, Some(&args.output))?;
    }
    let segmenter = trainer(&args.data)?.train(&SegmenterConfig::default());
    write_atomically(&args.output, &segmenter.to_bytes())?;
    let size = segmenter.byte_len();
    streams.messages.tell(&format!("{}: {size} bytes in memory", args.output.display()));
    Ok(ExitCode::Success)
}

fn rows(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

fn trainer(data: &Data) -> Result<SegmenterTrainer> {
    let mut trainer = SegmenterTrainer::default();
    for path in &data.text {
        trainer.count(&read_text(path)?);
    }
    for path in &data.names {
        rows(&read_text(path)?).for_each(|name| trainer.name(name));
    }
    for path in &data.whole {
        rows(&read_text(path)?).for_each(|word| trainer.keep_whole(word));
    }
    for path in &data.cut {
        annotate(&mut trainer, &read_sentences(path)?);
    }
    Ok(trainer)
}

/// Adds cut words; those that no grammar of clitics gives are of no use.
fn annotate(trainer: &mut SegmenterTrainer, sentences: &[Sentence]) {
    for row in sentences.iter().flatten() {
        let parts: Vec<&str> = row.parts.iter().map(String::as_str).collect();
        trainer.annotate(&row.word, &parts);
    }
}

/// A cut word, alef folded.
#[derive(Clone, PartialEq, Eq)]
struct CutWord {
    word: String,
    parts: Vec<String>,
}

type Sentence = Vec<CutWord>;

fn read_sentences(path: &Path) -> Result<Vec<Sentence>> {
    let text = read_text(path)?;
    let mut sentences = vec![Sentence::new()];
    for (idx, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        if line.is_empty() {
            sentences.push(Sentence::new());
            continue;
        }
        let Some((word, parts)) = line.split_once('\t') else {
            bail!("{}:{}: expected word<TAB>part+part", path.display(), idx + 1);
        };
        let (word, parts) = (fold_alef(word), fold_alef(parts));
        let parts = match parts.split('+').map(String::from).collect::<Vec<_>>() {
            parts if parts.concat() == word => parts,
            _ => vec![word.clone()],
        };
        sentences.last_mut().expect("one sentence from the start").push(CutWord { word, parts });
    }
    Ok(sentences)
}

fn fold_alef(text: &str) -> String {
    text.replace(['أ', 'إ', 'آ', 'ٱ'], "ا")
}

fn evaluate(args: &EvaluateArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let out = &mut streams.people();
    writeln!(out, "{:<28} {:>7} {:>12} {:>12}", "", "words", "cliticised", "whole")?;
    for path in &args.gold {
        let mut sentences = read_sentences(path)?;
        if args.skip_doubled {
            sentences.iter_mut().for_each(skip_doubled);
        }
        let (score, errors) = match args.folds {
            Some(n_folds) => cross_validate(args, &sentences, n_folds as usize)?,
            None => score(&open(args.segmenter.as_deref())?, sentences.iter()),
        };
        write!(out, "{}", row(path, score))?;
        if args.errors {
            errors.iter().try_for_each(|error| writeln!(out, "  {error}"))?;
        }
    }
    Ok(ExitCode::Success)
}

fn row(path: &Path, score: SegmentationScore) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let percent = |ratio: Ratio| format!("{:.2} %", ratio.percent());
    let SegmentationScore { words, cliticised, whole } = score;
    format!(
        "{name:<28} {:>7} {:>12} {:>12}   {} of {} words wrong\n",
        percent(words),
        percent(cliticised),
        percent(whole),
        words.n - words.n_right,
        words.n
    )
}

fn open(path: Option<&Path>) -> Result<Tokenizer> {
    let Some(path) = path else { return Ok(Tokenizer::new()) };
    let bytes = read_bytes(path)?;
    let segmenter = Segmenter::from_bytes(Cow::Owned(bytes));
    let segmenter = segmenter.with_context(|| path.display().to_string())?;
    Ok(Tokenizer::with_segmenter(Arc::new(segmenter)))
}

fn skip_doubled(sentence: &mut Sentence) {
    let is_doubled = |idx: usize| {
        let same = |other: Option<&CutWord>| other == Some(&sentence[idx]);
        sentence[idx].parts.len() == 1
            && Segmenter::looks_cliticised(&sentence[idx].word)
            && (same(sentence.get(idx + 1)) || (idx > 0 && same(sentence.get(idx - 1))))
    };
    let keep: Vec<bool> = (0..sentence.len()).map(|idx| !is_doubled(idx)).collect();
    let mut keep = keep.iter();
    sentence.retain(|_| *keep.next().expect("one flag a word"));
}

/// Cuts each word by itself and compares.
fn score<'s>(
    tokenizer: &Tokenizer,
    sentences: impl Iterator<Item = &'s Sentence>,
) -> (SegmentationScore, Vec<String>) {
    let (mut score, mut errors) = (SegmentationScore::default(), Vec::new());
    let mut out = Tokenized::default();
    for CutWord { word, parts } in sentences.flatten() {
        tokenizer.tokenize(word, &mut out);
        let found: Vec<&str> = out.segments().iter().map(|part| part.span.slice(word)).collect();
        let gold: Vec<&str> = parts.iter().map(String::as_str).collect();
        if !score.add(word, &gold, &found) {
            errors.push(format!("{} → {}", gold.join("+"), found.join("+")));
        }
    }
    errors.sort_unstable();
    (score, errors)
}

fn cross_validate(
    args: &EvaluateArgs,
    sentences: &[Sentence],
    n_folds: usize,
) -> Result<(SegmentationScore, Vec<String>)> {
    let base = trainer(&args.data)?;
    let (mut total, mut errors) = (SegmentationScore::default(), Vec::new());
    for fold in 0..n_folds {
        let is_held = |&(idx, _): &(usize, &Sentence)| idx % n_folds == fold;
        let mut trainer = base.clone();
        let rest = sentences.iter().enumerate().filter(|row| !is_held(row));
        rest.for_each(|(_, sentence)| annotate(&mut trainer, std::slice::from_ref(sentence)));
        let segmenter = trainer.train(&SegmenterConfig::default());
        let tokenizer = Tokenizer::with_segmenter(Arc::new(segmenter));
        let held = sentences.iter().enumerate().filter(is_held).map(|(_, sentence)| sentence);
        let (of_fold, found) = score(&tokenizer, held);
        total.merge(of_fold);
        errors.extend(found);
    }
    Ok((total, errors))
}
