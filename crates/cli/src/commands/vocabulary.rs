use std::path::PathBuf;
use std::sync::mpsc;

use anyhow::{Result, anyhow, bail};
use tawsim_tokenizer::{ArabicTokenizer, VocabularyModel, VocabularySettings, train_vocabulary};

use super::with_threads;
use crate::ExitCode;
use crate::input::{InputFormat, Sources, find_sources};
use crate::output::{refuse_inputs, write_atomically};
use crate::streams::Streams;
use crate::texts::{TextCounts, each_text};

/// Learn vocabularies of pieces for Hugging Face `tokenizers`.
#[derive(clap::Subcommand)]
#[command(after_help = "\
Example:
  tawsim vocab train news.txt --size 16000 --output pieces.json")]
pub(crate) enum Command {
    Train(TrainArgs),
}

/// Learn the pieces below words and clitics from raw text.
#[derive(clap::Args)]
#[command(after_help = TRAIN_HELP)]
pub(crate) struct TrainArgs {
    /// Texts: files (.txt, .jsonl, .tagged), folders, or - for standard input.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// The tokenizer to write, as JSON.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// How pieces are found.
    #[arg(long, value_enum, default_value = "bpe")]
    model: ModelName,
    /// Pieces at most, the five special ones included.
    #[arg(long, value_name = "N", default_value_t = 32_000, value_parser = clap::value_parser!(u32).range(100..))]
    size: u32,
    /// Pairs rarer than this are not joined (bpe and word-piece).
    #[arg(long, value_name = "N", default_value_t = 2)]
    min_frequency: u64,
    /// Keep `لنظام` of `للنظام` as it is spelled, instead of learning it as `النظام`.
    #[arg(long)]
    keep_article: bool,
    /// Read all inputs as this, whatever their names.
    #[arg(long, value_enum)]
    from: Option<InputFormat>,
    /// Threads; 0 means one a core. The vocabulary is the same for any number.
    #[arg(long, default_value_t = 0)]
    threads: usize,
}

const TRAIN_HELP: &str = "\
No piece crosses a clitic, so `لداعش` has a piece boundary behind its ل. The file is read by `ArabicTokenizer`
of the crate tawsim-tokenizer (feature hf); to run a stock tokenizer.json over clitics see `encode_document`.

Example:
  tawsim vocab train news/ --model word-piece --size 16000 --output arabic.json";

#[derive(Clone, Copy, clap::ValueEnum)]
enum ModelName {
    /// Byte-pair encoding.
    Bpe,
    /// WordPiece, as BERT has it.
    WordPiece,
    /// A unigram language model.
    Unigram,
}

impl TrainArgs {
    const fn settings(&self) -> VocabularySettings {
        let model = match self.model {
            ModelName::Bpe => VocabularyModel::Bpe,
            ModelName::WordPiece => VocabularyModel::WordPiece,
            ModelName::Unigram => VocabularyModel::Unigram,
        };
        VocabularySettings {
            model,
            size: self.size,
            min_frequency: self.min_frequency,
            restore_article: !self.keep_article,
        }
    }
}

pub(crate) fn run(command: &Command, streams: &mut Streams<'_>) -> Result<ExitCode> {
    match command {
        Command::Train(args) => train(args, streams),
    }
}

fn train(args: &TrainArgs, streams: &mut Streams<'_>) -> Result<ExitCode> {
    refuse_inputs(&args.inputs, Some(&args.output))?;
    let found = find_sources(&args.inputs, args.from.map(InputFormat::format));
    let (tokenizer, n_failures) = with_threads(args.threads, || learn(args, &found, streams))??;
    let json = tokenizer.to_string(true).map_err(|error| anyhow!(error))?;
    write_atomically(&args.output, json.as_bytes())?;
    let size = tokenizer.get_vocab_size(true);
    streams.messages.tell(&format!("{}: {size} pieces", args.output.display()));
    Ok(ExitCode::from_failures(n_failures))
}

/// Documents that wait to be read by the trainer.
const MAX_WAITING: usize = 64;

/// Reads the texts here and learns on another thread, so that they are never held whole.
fn learn(
    args: &TrainArgs,
    found: &Sources,
    streams: &mut Streams<'_>,
) -> Result<(ArabicTokenizer, usize)> {
    let (sender, receiver) = mpsc::sync_channel::<String>(MAX_WAITING);
    let settings = args.settings();
    let (learnt, TextCounts { n_texts, n_failures }) = std::thread::scope(|scope| {
        let threads = rayon::current_num_threads();
        let trainer = scope.spawn(move || {
            with_threads(threads, || train_vocabulary(receiver.into_iter(), settings))
        });
        let counts = each_text(found, streams, |text| sender.send(text).is_ok());
        drop(sender);
        (trainer.join(), counts)
    });
    if n_texts == 0 {
        bail!("there is no text to learn from");
    }
    let learnt = learnt.map_err(|_| anyhow!("the trainer failed; say a larger --size"))?;
    Ok((learnt?.map_err(|error| anyhow!("{error}; say a larger --size"))?, n_failures))
}
