use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tawsim_tokenizer::Span;

/// Where a document comes from.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Metadata {
    /// Address of the source, mostly a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When it was published, ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Who published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlet: Option<String>,
    /// Language of the text, BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Anything else, by name.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl Metadata {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Tokens and sentences that came with a document, kept as they were given.
///
/// They need not be the tokens that our tokenizer makes; rows are in text order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GivenTokens {
    /// Tokens and words. A multi-word token stands before its words, as in CoNLL-U.
    pub rows: Vec<GivenToken>,
    /// Sentences, in order, without overlap.
    pub sentences: Vec<GivenSentence>,
}

/// A token or a word of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GivenToken {
    /// Where it stands, in bytes.
    pub span: Span,
    /// How many of the next rows are its words; 0 for a row that is no multi-word token.
    pub n_words: u32,
    /// Its other columns, by name (`lemma`, `upos`, `misc` …).
    pub fields: BTreeMap<String, String>,
}

/// A sentence of [`GivenTokens`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GivenSentence {
    /// Its rows.
    pub rows: Range<usize>,
    /// Its comments, by name.
    pub fields: BTreeMap<String, String>,
}

impl GivenTokens {
    /// Whether nothing was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.sentences.is_empty()
    }

    /// Whether there is more than spans of words: columns, multi-word tokens, empty nodes, sentences.
    #[must_use]
    pub fn has_details(&self) -> bool {
        let is_more =
            |row: &GivenToken| row.n_words > 0 || row.span.is_empty() || !row.fields.is_empty();
        !self.sentences.is_empty() || self.rows.iter().any(is_more)
    }

    /// The smallest units: all rows but the multi-word tokens.
    pub fn words(&self) -> impl Iterator<Item = &GivenToken> {
        self.rows.iter().filter(|row| row.n_words == 0)
    }
}
