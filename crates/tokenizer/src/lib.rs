//! Arabic text to tokens and clitic segments with exact offsets.

mod span;
mod token;

pub use span::Span;
pub use token::{Segment, SegmentRole, Sentence, Token, TokenKind};
