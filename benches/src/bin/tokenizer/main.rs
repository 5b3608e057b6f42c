//! Speed of the tokenizer over a text file, a line at a time, in CPU time of one thread:
//!
//! ```text
//! cargo run --release -p tawsim-benches --features peers --bin tokenizer -- NEWS.txt
//! cargo run --release -p tawsim-benches --features peers --bin tokenizer -- NEWS.txt --python PYTHON
//! ```
//!
//! Each row is the median of five passes over at most 20 MB; ratios are to the full segmentation.
//! With `--python` an interpreter that has camel-tools and spaCy measures these over the same lines.

mod measure;
#[cfg(feature = "peers")]
mod peers;

use measure::Table;
use std::process::{Command, ExitCode};
use tawsim_tokenizer::{
    ArabicNormalizer, ArabicPreTokenizer, NormalizeOptions, Segmenter, Tokenized, Tokenizer,
    find_numbers, fold_into,
};
use tokenizers::{Normalizer, PreTokenizedString, PreTokenizer};

const MAX_BYTES: usize = 20_000_000;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            measure::say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn run(args: &[String]) -> Outcome {
    let path = args.first().ok_or("usage: tokenizer FILE [--python PYTHON]")?;
    let text = std::fs::read_to_string(path)?;
    let lines: Vec<&str> = text[..text.floor_char_boundary(MAX_BYTES)].lines().collect();
    let mut table = Table::new(&lines);
    ours(&mut table);
    hugging_face(&mut table);
    #[cfg(feature = "peers")]
    peers::measure(&mut table)?;
    match args {
        [_, flag, python] if flag == "--python" => python_peers(python, &lines),
        _ => Ok(()),
    }
}

fn ours(table: &mut Table<'_>) {
    let tokenizer = Tokenizer::new();
    let decided = Tokenizer::with_segmenter(Segmenter::bundled().without_model().into());
    let mut out = Tokenized::default();
    table.row("full segmentation, model included", |line| {
        tokenizer.tokenize(line, &mut out);
        out.segments().len()
    });
    table.row("scan to typed spans and sentences", |line| {
        tokenizer.scan(line, &mut out);
        out.tokens().len()
    });
    table.row("scan, normalise, memoised clitics", |line| {
        decided.tokenize(line, &mut out);
        out.segments().len()
    });
    let mut key = String::new();
    table.row("match key of the line (fold_into)", |line| {
        key.clear();
        fold_into(line, &NormalizeOptions::MATCH_KEY, &mut key);
        key.len()
    });
    let mut numbers = Vec::new();
    table.row("full segmentation and numbers", |line| {
        tokenizer.tokenize(line, &mut out);
        find_numbers(line, &out, &mut numbers);
        numbers.len()
    });
    let n_bytes = tokenizer.segmenter().byte_len();
    measure::say(&format!("{:<44} {:>8.2} MB", "resident memo and model", n_bytes as f64 / 1e6));
}

/// Our components inside Hugging Face's structures, which hold the offsets.
fn hugging_face(table: &mut Table<'_>) {
    let plain = ArabicPreTokenizer::default();
    let marking = ArabicPreTokenizer { mark_words: true, restore_article: true };
    table.row("HF: ArabicPreTokenizer, with offsets", |line| {
        let mut text = PreTokenizedString::from(line);
        plain.pre_tokenize(&mut text).expect("it never fails");
        measure::n_splits(&text)
    });
    table.row("HF: ArabicPreTokenizer, marking words", |line| {
        let mut text = PreTokenizedString::from(line);
        marking.pre_tokenize(&mut text).expect("it never fails");
        measure::n_splits(&text)
    });
    table.row("HF: ArabicNormalizer + ArabicPreTokenizer", |line| {
        let mut text = PreTokenizedString::from(line);
        text.normalize(|text| ArabicNormalizer {}.normalize(text)).expect("it never fails");
        plain.pre_tokenize(&mut text).expect("it never fails");
        measure::n_splits(&text)
    });
}

/// Runs the script on the same lines: it prints its own rows.
fn python_peers(python: &str, lines: &[&str]) -> Outcome {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin/tokenizer/peers.py");
    let file = std::env::temp_dir().join(format!("tawsim-lines-{}.txt", std::process::id()));
    std::fs::write(&file, lines.join("\n"))?;
    let status = Command::new(python).arg(script).arg(&file).status();
    std::fs::remove_file(&file)?;
    if status?.success() { Ok(()) } else { Err("the Python peers failed; see above".into()) }
}
