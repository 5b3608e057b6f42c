//! The test suite.

mod crf_inference;
mod crf_train;
mod store_edits;
mod tokenizer_normalize;
mod tokenizer_segments;
mod tokenizer_spans;
mod tokenizer_tokens;
