//! Tokenizing and tagging real text, in bytes a second; tokenizing alone and whitespace splitting are the
//! references.

use divan::{Bencher, black_box, counter::BytesCount};
use tawsim_tagger::{Tagger, TaggerScratch};
use tawsim_tokenizer::{Tokenized, Tokenizer};

fn main() {
    divan::main();
}

/// The articles of the corpus, one behind the other.
fn texts() -> Vec<String> {
    let (documents, _) = tawsim_tests::documents("corpus/conflict-ar/train.jsonl");
    documents.into_iter().map(|document| document.text).collect()
}

fn count(texts: &[String]) -> BytesCount {
    BytesCount::new(texts.iter().map(String::len).sum::<usize>())
}

#[divan::bench]
fn split_whitespace(bencher: Bencher<'_, '_>) {
    let texts = texts();
    bencher
        .counter(count(&texts))
        .bench(|| texts.iter().map(|text| text.split_whitespace().count()).sum::<usize>());
}

#[divan::bench]
fn tokenize(bencher: Bencher<'_, '_>) {
    let texts = texts();
    let (tokenizer, mut tokenized) = (Tokenizer::new(), Tokenized::default());
    bencher.counter(count(&texts)).bench_local(|| {
        for text in &texts {
            tokenizer.tokenize(black_box(text), &mut tokenized);
        }
        tokenized.tokens().len()
    });
}

/// Every word form is met for the first time.
#[divan::bench]
fn tag_with_a_new_scratch(bencher: Bencher<'_, '_>) {
    let (texts, tagger) = (texts(), Tagger::bundled());
    bencher.counter(count(&texts)).with_inputs(TaggerScratch::new).bench_local_refs(|scratch| {
        texts.iter().map(|text| tagger.tag(text, scratch).len()).sum::<usize>()
    });
}

/// Frequent forms have been met, as on a long run.
#[divan::bench]
fn tag_with_a_used_scratch(bencher: Bencher<'_, '_>) {
    let (texts, tagger) = (texts(), Tagger::bundled());
    let mut scratch = TaggerScratch::new();
    bencher.counter(count(&texts)).bench_local(|| {
        texts.iter().map(|text| tagger.tag(text, &mut scratch).len()).sum::<usize>()
    });
}

#[divan::bench]
fn tag_batch_on_all_threads(bencher: Bencher<'_, '_>) {
    let (texts, tagger) = (texts(), Tagger::bundled());
    bencher.counter(count(&texts)).bench(|| tagger.tag_batch(&texts).len());
}
