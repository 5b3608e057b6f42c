//! Which cut of a word is right: decided words first, the model for the rest.

mod closed;
mod features;
mod file;
mod lexicon;
mod model;
mod optimize;
mod score;
mod train;

pub use file::SegmenterError;
pub use score::{Ratio, SegmentationScore};
pub use train::{SegmenterConfig, SegmenterTrainer};

use crate::article;
use crate::letters::{Letters, letter_start};
use crate::pattern::{Pattern, candidates};
use lexicon::Lexicon;
use model::Model;
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

/// The segmenter that comes with the crate; its card is `models/segmenter.md`.
static BUNDLED: LazyLock<Arc<Segmenter>> = LazyLock::new(|| {
    let bytes = include_bytes!("../data/segmenter.bin");
    Arc::new(Segmenter::from_bytes(Cow::Borrowed(bytes)).expect("a test reads the bundled file"))
});

/// Decides how words are cut into clitics and stem. Immutable.
///
/// A word goes through four stages: the closed list of function words, the table of decided words,
/// and for the rest a log-linear model over the cuts that the grammar `[و|ف] [ب|ل|ك|س] STEM
/// [pronoun]` allows. Its attributes are letters, and how often the stem was met in raw text alone
/// and in other surroundings (article, conjunction, pronouns), and whether it is a known name.
///
/// ```
/// use tawsim_tokenizer::Segmenter;
/// let segmenter = Segmenter::bundled();
/// let mut parts = Vec::new();
/// segmenter.cut("وبقيادتهم", &mut parts);
/// assert_eq!(parts, ["و", "ب", "قيادت", "هم"]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Segmenter {
    lexicon: Lexicon,
    model: Model,
}

/// How a word is cut, and how many letters of its stem are the article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) pattern: Pattern,
    pub(crate) n_article: u8,
}

impl Segmenter {
    fn new(lexicon: Lexicon, model: Model) -> Self {
        Self { lexicon, model }
    }

    /// The same that leaves whole what is not decided beforehand: for speed, and to see what the
    /// model adds.
    #[must_use]
    pub fn without_model(&self) -> Self {
        Self { lexicon: self.lexicon.clone(), model: Model::whole_words() }
    }

    /// The segmenter that comes with the crate.
    #[must_use]
    pub fn bundled() -> Arc<Self> {
        Arc::clone(&BUNDLED)
    }

    /// The cut of a word of at least one letter.
    #[inline]
    pub(crate) fn decide(&self, letters: Letters) -> Decision {
        match self.decided(letters) {
            Some(decision) => decision,
            None => self.judge(letters),
        }
    }

    /// How often a word was seen, see [`lexicon::level`]; zero for one never seen.
    #[inline]
    pub(crate) fn level(&self, word: Letters) -> u8 {
        self.lexicon.level(word)
    }

    /// The cut from the table, if the word stands there.
    #[inline]
    pub(crate) fn decided(&self, letters: Letters) -> Option<Decision> {
        let entry = self.lexicon.get(letters)?;
        let pattern = entry.pattern?;
        let n_article =
            if entry.has_article { article::n_letters_if_any(pattern, letters) } else { 0 };
        Some(Decision { pattern, n_article })
    }

    /// The cut the model finds best.
    pub(crate) fn judge(&self, letters: Letters) -> Decision {
        let pattern = self.model.best(letters, &self.lexicon);
        let level = |word| self.level(word);
        Decision { pattern, n_article: article::n_letters(pattern, letters, level) }
    }

    /// Whether the grammar of clitics allows a word to be cut at all.
    #[must_use]
    pub fn looks_cliticised(word: &str) -> bool {
        let mut n_cuts = 0;
        if let Some(letters) = Letters::from_text(word) {
            candidates(letters, |_| n_cuts += 1);
        }
        n_cuts > 1
    }

    /// Puts the parts of a word into `parts`, in order: proclitics, stem, pronoun.
    ///
    /// The word stands alone here; a [`crate::Tokenizer`] also sees what is around it.
    pub fn cut<'w>(&self, word: &'w str, parts: &mut Vec<&'w str>) {
        parts.clear();
        match Letters::from_text(word).filter(|letters| letters.len() > 0) {
            Some(letters) => push_parts(word, letters, self.decide(letters).pattern, parts),
            None => parts.push(word),
        }
    }
}

/// Cuts a word; a cut inside a ligature is left out.
fn push_parts<'w>(word: &'w str, letters: Letters, pattern: Pattern, parts: &mut Vec<&'w str>) {
    let (mut from, mut letter) = (0, 0);
    for len in pattern.part_lens(letters) {
        letter += len;
        let to = if letter >= letters.len() { word.len() } else { letter_start(word, letter) };
        if to > from {
            parts.push(&word[from..to]);
            from = to;
        }
    }
}
