//! Other tokenizers over the same lines.

use crate::Outcome;
use crate::measure::{Table, n_splits};
use charabia::Segment as _;
use icu_segmenter::WordSegmenter;
use icu_segmenter::options::WordBreakInvariantOptions;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::whitespace::Whitespace;
use tokenizers::{PreTokenizedString, PreTokenizer};
use unicode_segmentation::UnicodeSegmentation;

pub(crate) fn measure(table: &mut Table<'_>) -> Outcome {
    table.row("str::split_whitespace", |line| line.split_whitespace().count());
    table.row("unicode-segmentation: word bounds", |line| line.split_word_bound_indices().count());
    let icu = WordSegmenter::new_auto(WordBreakInvariantOptions::default());
    table.row("icu_segmenter: word bounds", |line| icu.segment_str(line).count());
    table.row("charabia: segments", |line| line.segment_str().count());
    let whitespace = Whitespace {};
    table.row("HF: Whitespace", |line| pre_tokenized(&whitespace, line));
    table.row("HF: BertPreTokenizer", |line| pre_tokenized(&BertPreTokenizer, line));
    Ok(())
}

fn pre_tokenized(pre_tokenizer: &impl PreTokenizer, line: &str) -> usize {
    let mut text = PreTokenizedString::from(line);
    pre_tokenizer.pre_tokenize(&mut text).expect("it never fails");
    n_splits(&text)
}
