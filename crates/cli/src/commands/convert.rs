use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tawsim_corpus::{
    Document, LabelSet, TagScheme, write_conll, write_html_document, write_html_footer,
    write_html_header, write_interlinear, write_jsonl,
};
use tawsim_tokenizer::{Tokenized, Tokenizer};

use crate::ExitCode;
use crate::input::read_annotated;
use crate::output::write_atomically;
use crate::streams::Streams;

/// Write annotated documents in another format.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Annotated documents: .jsonl or .tagged files, or folders of them.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// The format to write.
    #[arg(long, value_enum)]
    to: OutputFormat,
    /// Where to write: a file; for `tagged` a folder, one file a document.
    #[arg(long, short, value_name = "PATH")]
    output: PathBuf,
}

const AFTER_HELP: &str = "\
Examples:
  tawsim convert corpus/conflict-ar/train --to jsonl --output train.jsonl
  tawsim convert entities.jsonl --to tagged --output for-review/";

#[derive(Clone, Copy, clap::ValueEnum)]
enum OutputFormat {
    /// JSON Lines, one document a line.
    Jsonl,
    /// Interlinear text for review and version control, one file a document.
    Tagged,
    /// CoNLL-2003 columns, one clitic segment a line, IOB2.
    Conll,
    /// A page with highlights that any browser opens.
    Html,
}

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let (documents, labels) = read_annotated(&args.inputs, streams)?;
    let n_entities: usize = documents.iter().map(|document| document.entities.len()).sum();
    match args.to {
        OutputFormat::Jsonl => write_atomically(&args.output, &jsonl(&documents, &labels)?)?,
        OutputFormat::Html => write_atomically(&args.output, &html(&documents, &labels)?)?,
        OutputFormat::Tagged => write_folder(&args.output, &documents, &labels)?,
        OutputFormat::Conll => {
            let (bytes, n_widened) = conll(&documents, &labels)?;
            write_atomically(&args.output, &bytes)?;
            if n_widened > 0 {
                streams.messages.tell(&format!(
                    "warning: {n_widened} entities end inside a segment and were widened to it"
                ));
            }
        }
    }
    streams.messages.tell(&format!("{} documents, {n_entities} entities", documents.len()));
    Ok(ExitCode::Success)
}

fn jsonl(documents: &[Document], labels: &LabelSet) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    for document in documents {
        write_jsonl(document, labels, &mut out)?;
    }
    Ok(out)
}

fn html(documents: &[Document], labels: &LabelSet) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    write_html_header(labels, &mut out)?;
    for document in documents {
        write_html_document(document, labels, &mut out)?;
    }
    write_html_footer(&mut out)?;
    Ok(out)
}

fn conll(documents: &[Document], labels: &LabelSet) -> Result<(Vec<u8>, usize)> {
    let (tokenizer, mut tokenized) = (Tokenizer::new(), Tokenized::default());
    let (mut out, mut n_widened) = (Vec::new(), 0);
    for document in documents {
        tokenizer.tokenize(&document.text, &mut tokenized);
        n_widened += write_conll(document, labels, &tokenized, TagScheme::Iob2, &mut out)?;
    }
    Ok((out, n_widened))
}

fn write_folder(folder: &Path, documents: &[Document], labels: &LabelSet) -> Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{}: cannot make the folder", folder.display()))?;
    let mut names = std::collections::HashSet::new();
    for document in documents {
        let name = file_name(&document.id);
        if !names.insert(name.clone()) {
            bail!("two documents would be {name}; give them different ids");
        }
        let mut out = Vec::new();
        write_interlinear(document, labels, &[], &mut out)
            .with_context(|| format!("document {:?}", document.id))?;
        write_atomically(&folder.join(name), &out)?;
    }
    Ok(())
}

/// A safe file name: an id may hold path separators, and never leads out of the folder.
fn file_name(id: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let stem: String = id.chars().map(|c| if is_plain(c) { c } else { '_' }).take(100).collect();
    format!("{}.tagged", if stem.is_empty() { "document" } else { &stem })
}
