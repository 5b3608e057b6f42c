//! Adapters to Hugging Face [`tokenizers`].

use crate::chars::{Class, class_of};
use crate::{NormalizeOptions, Span, Tokenized, Tokenizer, fold_into};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cell::RefCell;
use tokenizers::normalizer::Range;
use tokenizers::{
    Decoder, InputSequence, ModelWrapper, NormalizedString, Normalizer, PostProcessorWrapper,
    PreTokenizedString, PreTokenizer, Result, TokenizerImpl,
};

/// The mark in front of a piece that begins a word; clitics and stems behind others have none.
const WORD_START: char = '▁';

/// A tokenizer whose pieces never cross a clitic; saves to and loads from JSON.
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

/// Splits at white space, signs and clitics, and marks the starts of words with `▁`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub struct ArabicPreTokenizer {}

thread_local! {
    static SCRATCH: RefCell<(Tokenizer, Tokenized)> =
        RefCell::new((Tokenizer::new(), Tokenized::default()));
}

impl PreTokenizer for ArabicPreTokenizer {
    fn pre_tokenize(&self, pretokenized: &mut PreTokenizedString) -> Result<()> {
        SCRATCH.with_borrow_mut(|(tokenizer, out)| {
            pretokenized.split(|_, text| {
                tokenizer.tokenize(text.get(), out);
                Ok(pieces(&text, out))
            })
        })
    }
}

fn pieces(text: &NormalizedString, out: &Tokenized) -> Vec<NormalizedString> {
    let mut end = 0;
    let slice = |segment: &crate::Segment| {
        let begins_word = segment.span.start() != end || end == 0;
        end = segment.span.end();
        let mut piece = text.slice(Range::Normalized(segment.span.range()))?;
        if begins_word {
            piece.prepend(WORD_START.encode_utf8(&mut [0; 4]));
        }
        Some(piece)
    };
    out.segments().iter().filter_map(slice).collect()
}

/// Joins pieces again: a space before each `▁`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub struct ArabicDecoder {}

impl Decoder for ArabicDecoder {
    fn decode_chain(&self, tokens: Vec<String>) -> Result<Vec<String>> {
        let joined = tokens.concat().replace(WORD_START, " ");
        Ok(vec![joined.trim_start().to_owned()])
    }
}

/// A piece of a document, by a stock tokenizer over our segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its id in the vocabulary.
    pub id: u32,
    /// Where it stands in the original text; marks belong to the letter before them.
    pub span: Span,
    /// Index of its segment in [`Tokenized::segments`].
    pub segment_idx: u32,
}

/// Runs any stock tokenizer over the segments of a document, without special tokens.
///
/// # Errors
/// Those of the tokenizer.
pub fn encode_document(
    stock: &tokenizers::Tokenizer,
    text: &str,
    tokenized: &Tokenized,
) -> Result<Vec<Piece>> {
    let segments = tokenized.segments();
    let words: Vec<Cow<'_, str>> =
        segments.iter().map(|segment| Cow::Borrowed(segment.span.slice(text))).collect();
    let encoding = stock.encode(InputSequence::PreTokenizedCow(Cow::Owned(words)), false)?;
    let rows = encoding.get_ids().iter().zip(encoding.get_offsets()).zip(encoding.get_word_ids());
    let piece = |((&id, &(start, end)), &segment_idx): ((&u32, &(usize, usize)), &Option<u32>)| {
        let segment = segments[segment_idx? as usize].span;
        let part = Span::new(start as u32, end as u32).shifted(segment.start());
        let span = Span::new(part.start(), end_of_marks(text, part.end()).min(segment.end()));
        Some(Piece { id, span, segment_idx: segment_idx? })
    };
    Ok(rows.filter_map(piece).collect())
}

/// Where the marks that follow a letter end.
fn end_of_marks(text: &str, end: u32) -> u32 {
    let marks = text[end as usize..]
        .chars()
        .take_while(|&c| matches!(class_of(c), Class::Mark | Class::Tatweel));
    end + marks.map(|c| c.len_utf8() as u32).sum::<u32>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokenizers::models::TrainerWrapper;
    use tokenizers::models::bpe::{BPE, BpeTrainer};
    use tokenizers::models::wordpiece::WordPiece;

    const TEXT: &str = "هجوم لداعش على قريتهم\nوبالجيش في حلب لداعش وحلب\nهجومِ الجيش وإدلب للنظام";

    fn trained() -> ArabicTokenizer {
        let mut tokenizer = ArabicTokenizer::new(ModelWrapper::BPE(BPE::default()));
        tokenizer.with_normalizer(Some(ArabicNormalizer {})).expect("no added tokens yet");
        tokenizer.with_pre_tokenizer(Some(ArabicPreTokenizer {}));
        tokenizer.with_decoder(Some(ArabicDecoder {}));
        let trainer = BpeTrainer::builder().vocab_size(200).show_progress(false).build();
        let mut trainer = TrainerWrapper::from(trainer);
        tokenizer.train(&mut trainer, TEXT.lines()).expect("a small text trains");
        tokenizer
    }

    #[test]
    fn every_clitic_boundary_is_a_piece_boundary() {
        let encoding = trained().encode("لداعش وبالجيش", false).expect("no model error");
        let text = "لداعش وبالجيش";
        let starts: Vec<usize> = encoding.get_offsets().iter().map(|offsets| offsets.0).collect();
        for part in ["داعش", "الجيش"] {
            assert!(starts.contains(&text.find(part).expect("it stands there")), "{starts:?}");
        }
    }

    #[test]
    fn json_and_back() {
        let tokenizer = trained();
        let json = tokenizer.to_string(false).expect("it serialises");
        let read: ArabicTokenizer = serde_json::from_str(&json).expect("it reads its own JSON");
        for line in ["هجوم للنظام وحلب", "هجومِ لداعش"] {
            let encode = |tokenizer: &ArabicTokenizer| {
                tokenizer.encode(line, false).expect("no model error").get_ids().to_vec()
            };
            assert_eq!(encode(&read), encode(&tokenizer));
        }
        let ids = read.encode("هجوم للنظام وحلب", false).expect("no model error");
        let decoded = read.decode(ids.get_ids(), true).expect("known ids");
        assert_eq!(decoded, "هجوم للنظام وحلب");
    }

    #[test]
    fn a_stock_tokenizer_over_segments() {
        let vocabulary = [("[UNK]", 0), ("ل", 1), ("داعش", 2), ("هجوم", 3)]
            .map(|(token, id)| (token.to_owned(), id));
        let model = WordPiece::builder().vocab(vocabulary).build().expect("a sound vocabulary");
        let stock = tokenizers::Tokenizer::new(model);
        let (text, mut out) = ("هجوم لداعش", Tokenized::default());
        Tokenizer::new().tokenize(text, &mut out);
        let pieces = encode_document(&stock, text, &out).expect("no model error");
        let found: Vec<_> = pieces.iter().map(|piece| (piece.id, piece.span.slice(text))).collect();
        assert_eq!(found, [(3, "هجوم"), (1, "ل"), (2, "داعش")]);
    }
}
