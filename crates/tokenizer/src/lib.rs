//! Arabic text to tokens and clitic segments with exact offsets.

mod article;
mod chars;
mod detached;
mod letters;
mod masks;
mod normalize;
mod offset;
mod pattern;
mod scan;
mod segmenter;
mod sentence;
mod span;
mod token;
mod tokenizer;
mod web;

pub use normalize::{NormalizeOptions, Normalized, fold_into};
pub use offset::{OffsetMap, OffsetUnit};
pub use segmenter::{Segmentation, Segmenter, SegmenterConfig, SegmenterError, SegmenterTrainer};
pub use span::Span;
pub use token::{Segment, SegmentRole, Sentence, Token, TokenKind};
pub use tokenizer::{Tokenized, Tokenizer};
