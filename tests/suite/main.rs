//! The test suite.

mod tokenizer_normalize;
mod tokenizer_segments;
mod tokenizer_spans;
mod tokenizer_tokens;
