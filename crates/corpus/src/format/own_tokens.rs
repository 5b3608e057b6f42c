//! Our own tokens in the shape of given ones, for formats that write tokens.

use tawsim_tokenizer::{Span, Tokenized, Tokenizer};

use crate::{Document, GivenSentence, GivenToken, GivenTokens};

/// The tokens of a document: those that came with it, else ours.
pub(super) fn tokens_of(document: &Document) -> std::borrow::Cow<'_, GivenTokens> {
    if document.tokens.is_empty() {
        std::borrow::Cow::Owned(own_tokens(&document.text))
    } else {
        std::borrow::Cow::Borrowed(&document.tokens)
    }
}

/// The tokens of a text; one with clitics is a multi-word token, its segments are its words.
fn own_tokens(text: &str) -> GivenTokens {
    let mut tokenized = Tokenized::default();
    Tokenizer::new().tokenize(text, &mut tokenized);
    let mut tokens = GivenTokens::default();
    for sentence in tokenized.sentences() {
        let start = tokens.rows.len();
        for token_idx in sentence.first_token_idx as usize..sentence.end_token_idx as usize {
            let segments = tokenized.segments_of(token_idx);
            if segments.len() > 1 {
                let span = tokenized.tokens()[token_idx].span;
                tokens.rows.push(row(span, segments.len() as u32));
            }
            tokens.rows.extend(segments.iter().map(|segment| row(segment.span, 0)));
        }
        let rows = start..tokens.rows.len();
        tokens.sentences.push(GivenSentence { rows, ..GivenSentence::default() });
    }
    tokens
}

fn row(span: Span, n_words: u32) -> GivenToken {
    GivenToken { span, n_words, ..GivenToken::default() }
}

/// Forgets tokens that a file gives but that are ours and nothing more: they can be had again.
pub(super) fn forget_own(document: &mut Document) {
    let has_fields = document.tokens.rows.iter().any(|row| !row.fields.is_empty())
        || document.tokens.sentences.iter().any(|sentence| !sentence.fields.is_empty());
    if !has_fields && document.tokens == own_tokens(&document.text) {
        document.tokens = GivenTokens::default();
    }
}
