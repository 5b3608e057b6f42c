//! Adapters to Hugging Face [`tokenizers`]: our words and clitics as its components.

mod decoder;
mod document;
mod pre_tokenizer;
mod vocabulary;

pub use decoder::ArabicDecoder;
pub use document::{Piece, encode_document, snap_over_marks};
pub use pre_tokenizer::ArabicPreTokenizer;
pub use vocabulary::{VocabularyModel, VocabularySettings, train_vocabulary};

use crate::{NormalizeOptions, fold_into};
use serde::{Deserialize, Serialize};
use tokenizers::{
    ModelWrapper, NormalizedString, Normalizer, PostProcessorWrapper, Result, TokenizerImpl,
};

/// The mark in front of a piece that begins a word; clitics and stems behind others have none.
const WORD_START: char = '▁';

/// The mark behind a `ل` whose word got back the alef of its article.
const TIE: char = '⁀';

/// A tokenizer whose pieces never cross a clitic; saves to and loads from JSON.
///
/// The JSON names our components, so that the stock `tokenizers::Tokenizer` cannot read it; to run
/// a stock file over our segments there is [`encode_document`].
pub type ArabicTokenizer = TokenizerImpl<
    ModelWrapper,
    ArabicNormalizer,
    ArabicPreTokenizer,
    PostProcessorWrapper,
    ArabicDecoder,
>;

/// Drops what does not change how a word is read: [`NormalizeOptions::MODEL_INPUT`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub struct ArabicNormalizer {}

impl Normalizer for ArabicNormalizer {
    fn normalize(&self, normalized: &mut NormalizedString) -> Result<()> {
        let mut folded = String::new();
        fold_into(normalized.get(), &NormalizeOptions::MODEL_INPUT, &mut folded);
        if folded != normalized.get() {
            let fold = |c| NormalizeOptions::MODEL_INPUT.fold_alone(c);
            normalized.filter(|c| fold(c).is_some());
            normalized.map(|c| fold(c).unwrap_or(c));
        }
        Ok(())
    }
}
