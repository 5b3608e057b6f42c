//! The test suite: one module a subject.

mod cli;
mod corpus;
mod crf_cli;
mod crf_inference;
mod crf_optimisers;
mod crf_train;
mod dates;
mod formats;
mod gazetteer;
mod linking;
mod model_file;
mod number_values;
mod numbers;
mod store_cli;
mod store_copies;
mod store_crash;
mod store_edits;
mod store_search;
mod tagger;
mod tokenizer_detached;
mod tokenizer_normalize;
mod tokenizer_segments;
mod tokenizer_spans;
mod tokenizer_tokens;
mod workspace;
