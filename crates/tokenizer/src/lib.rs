//! Arabic text to tokens and clitic segments with exact offsets.

mod article;
mod calendar;
mod chars;
mod date;
mod detached;
mod glued;
#[cfg(feature = "hf")]
mod hf;
mod letters;
mod masks;
mod normalize;
mod number;
mod offset;
mod pattern;
mod restore;
mod scan;
mod scheme;
mod segmenter;
mod sentence;
mod span;
mod token;
mod tokenizer;
mod web;

pub use calendar::gregorian_date;
pub use date::{Calendar, DateMention, DateValue, find_dates};
#[cfg(feature = "hf")]
pub use hf::{
    ArabicDecoder, ArabicNormalizer, ArabicPreTokenizer, ArabicTokenizer, Piece, VocabularyModel,
    VocabularySettings, encode_document, snap_over_marks, train_vocabulary,
};
pub use normalize::{NormalizeOptions, Normalized, fold_into};
pub use number::{NumberMention, NumberValue, find_duals, find_numbers, number_at};
pub use offset::{OffsetMap, OffsetUnit};
pub use scheme::Scheme;
pub use segmenter::{
    Ratio, SegmentationScore, Segmenter, SegmenterConfig, SegmenterError, SegmenterTrainer,
};
pub use span::Span;
pub use token::{Segment, SegmentRole, Sentence, Token, TokenKind};
pub use tokenizer::{Tokenized, Tokenizer};
