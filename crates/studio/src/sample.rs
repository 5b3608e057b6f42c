//! A made-up project for measuring: one very long document and many ordinary ones.

use std::{
    env, fs,
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
    process,
};

use tawsim_corpus::{Document, Entity, LabelSet, write_jsonl};
use tawsim_tokenizer::Span;

/// Words and annotations of the long document: the bound that the window is measured against.
const LONG: (usize, usize) = (20_000, 5_000);
/// The same of each ordinary one: a news article.
const ORDINARY: (usize, usize) = (400, 60);
/// The same of each document of a large project.
const SHORT: (usize, usize) = (40, 6);
const N_ORDINARY: usize = 20;
const WORDS_IN_A_LINE: usize = 60;

const WORDS: [&str; 12] =
    ["أعلنت", "في", "ريف", "عن", "مقتل", "عناصر", "بعد", "هجوم", "على", "أطراف", "مساء", "المدينة"];
const NAMES: [(&str, &str); 6] = [
    ("حلب", "PLACE"),
    ("تل أبيض", "PLACE"),
    ("داعش", "FACTION"),
    ("جيش النصر", "FACTION"),
    ("15", "NUMBER"),
    ("NSO", "ORG"),
];

/// A folder with the documents; removed with the project in it when this is dropped.
pub struct Sample {
    folder: PathBuf,
}

impl Sample {
    /// A folder with this many short documents in one file.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn large(n_documents: usize) -> io::Result<Self> {
        let documents = (0..n_documents).map(|idx| (idx, SHORT));
        Self::with("large", documents)
    }

    /// Writes the documents into a new folder for temporary files.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn new() -> io::Result<Self> {
        let size = |idx| if idx == 0 { LONG } else { ORDINARY };
        Self::with("sample", (0..=N_ORDINARY).map(|idx| (idx, size(idx))))
    }

    fn with(
        name: &str,
        documents: impl Iterator<Item = (usize, (usize, usize))>,
    ) -> io::Result<Self> {
        let folder = env::temp_dir().join(format!("tawsim-studio-{name}-{}", process::id()));
        fs::create_dir_all(&folder)?;
        let sample = Self { folder };
        let mut out = BufWriter::new(fs::File::create(sample.folder.join("sample.jsonl"))?);
        let names = NAMES.map(|(_, label)| label);
        let labels = LabelSet::from_names(names).expect("the names of the table are label names");
        for (idx, size) in documents {
            write_jsonl(&document(idx, size, &labels), &labels, &mut out)?;
        }
        out.flush()?;
        Ok(sample)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        // Nothing depends on it: what is left over is in the folder for temporary files.
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// A document of this many words with this many annotations, evenly spread.
fn document(idx: usize, (n_words, n_entities): (usize, usize), labels: &LabelSet) -> Document {
    let mut document = Document::new(format!("{idx:05}"), String::new());
    for word_idx in 0..n_words {
        let text = &mut document.text;
        text.push_str(match word_idx % WORDS_IN_A_LINE {
            0 if word_idx > 0 => "\n",
            _ if word_idx > 0 => " ",
            _ => "",
        });
        let is_entity = word_idx * n_entities / n_words != (word_idx + 1) * n_entities / n_words;
        let start = text.len();
        if is_entity {
            let (name, label) = NAMES[(word_idx * 7 + idx) % NAMES.len()];
            text.push_str(name);
            let span = Span::from_range(start..text.len()).expect("the text is short");
            let label = labels.get(label).expect("the label of the table is in the set");
            document.entities.push(Entity::new(span, label));
        } else {
            text.push_str(WORDS[(word_idx * 5 + idx) % WORDS.len()]);
        }
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_document_has_the_size_that_is_measured() {
        let labels = LabelSet::from_names(NAMES.map(|(_, label)| label)).expect("names");
        let document = document(0, LONG, &labels);
        assert_eq!(document.entities.len(), LONG.1);
        assert!(document.text.split_whitespace().count() >= LONG.0);
    }
}
