//! The adapters to Hugging Face `tokenizers`.

use std::str::FromStr as _;

use proptest::prelude::*;
use tawsim_corpus::LabelSet;
use tawsim_tokenizer::{
    ArabicNormalizer, ArabicPreTokenizer, ArabicTokenizer, SegmentRole, Span, Tokenized, Tokenizer,
    VocabularyModel, VocabularySettings, encode_document, snap_over_marks, train_vocabulary,
};
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::{
    NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer,
};

const MODELS: [VocabularyModel; 3] =
    [VocabularyModel::Bpe, VocabularyModel::WordPiece, VocabularyModel::Unigram];

/// The texts of our own corpus.
fn corpus() -> Vec<String> {
    let path = tawsim_tests::repository().join("corpus/conflict-ar/train.jsonl");
    let file = std::fs::read(path).expect("the corpus is in the repository");
    let mut labels = LabelSet::new();
    let documents = tawsim_corpus::JsonlReader::new(file.as_slice(), &mut labels);
    documents.map(|document| document.expect("it is sound").text).collect()
}

fn lines(texts: &[String]) -> impl Iterator<Item = &str> + Send {
    texts.iter().flat_map(|text| text.lines())
}

fn small(model: VocabularyModel) -> VocabularySettings {
    VocabularySettings { model, size: 4_000, ..VocabularySettings::default() }
}

/// Pieces in the normalised text with their offsets in the original.
fn pre_tokenize(text: &str, restore_article: bool) -> Vec<(String, Span)> {
    let mut normalized = NormalizedString::from(text);
    ArabicNormalizer {}.normalize(&mut normalized).expect("it never fails");
    let mut pieces = PreTokenizedString::from(normalized);
    ArabicPreTokenizer { mark_words: true, restore_article }
        .pre_tokenize(&mut pieces)
        .expect("it never fails");
    let splits = pieces.get_splits(OffsetReferential::Original, OffsetType::Byte);
    let span = |(start, end): (usize, usize)| Span::new(start as u32, end as u32);
    splits.into_iter().map(|(piece, at, _)| (piece.to_owned(), span(at))).collect()
}

#[test]
fn pieces_of_words() {
    let check = |text: &str, restore: bool, expected: &str| {
        let pieces = pre_tokenize(text, restore);
        let pieces: Vec<&str> = pieces.iter().map(|(piece, _)| piece.as_str()).collect();
        assert_eq!(pieces.join(" "), expected, "{text}");
    };
    check("هجوم لداعش", false, "▁هجوم ▁ل داعش");
    check("وللنظام", false, "▁و ل لنظام");
    check("وللنظام", true, "▁و ل⁀ النظام");
    check("للبنان لـ\"النظام\"", true, "▁ل لبنان ▁ل \" النظام \"");
    check("هجومِ شنّته", true, "▁هجوم ▁شنت ه");
    check("", true, "");
}

#[test]
fn pieces_without_marks_are_the_segments() {
    let mut pieces = PreTokenizedString::from("وبالجيش هجوم");
    ArabicPreTokenizer::default().pre_tokenize(&mut pieces).expect("it never fails");
    let splits = pieces.get_splits(OffsetReferential::Original, OffsetType::Byte);
    let found: Vec<&str> = splits.iter().map(|split| split.0).collect();
    assert_eq!(found, ["و", "ب", "الجيش", "هجوم"]);
}

/// Every cut between segments of two MB of text is a cut between pieces, and offsets are right.
#[test]
fn clitics_end_pieces_in_all_of_the_corpus() {
    let texts = corpus();
    let bytes: usize = texts.iter().map(String::len).sum();
    assert!(bytes > 400_000, "the corpus has {bytes} bytes");
    for model in MODELS {
        let tokenizer = train_vocabulary(lines(&texts), small(model)).expect("it trains");
        let (mut n_cuts, mut n_kept, mut out) = (0, 0, Tokenized::default());
        for text in &texts {
            Tokenizer::new().tokenize(text, &mut out);
            let encoding = tokenizer.encode(text.as_str(), false).expect("no model error");
            let starts: Vec<usize> = encoding.get_offsets().iter().map(|at| at.0).collect();
            assert!(starts.is_sorted());
            for segment in out.segments().iter().filter(|s| s.role == SegmentRole::Proclitic) {
                n_cuts += 1;
                let next = segment.span.end() as usize;
                n_kept +=
                    usize::from(starts.binary_search(&next).is_ok() || is_detached(text, next));
            }
        }
        // The rest stands behind tatweel and marks, which the normaliser drops.
        assert!(n_kept * 1000 >= n_cuts * 999, "{model:?}: {n_kept} of {n_cuts}");
    }
}

fn is_detached(text: &str, end: usize) -> bool {
    !text[end..].starts_with(|c: char| ('ء'..='ي').contains(&c))
}

#[test]
fn the_same_lines_give_the_same_vocabulary() {
    let texts = corpus();
    for model in MODELS {
        let train = |n_threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build();
            let pool = pool.expect("threads start");
            let tokenizer = pool.install(|| train_vocabulary(lines(&texts), small(model)));
            tokenizer.expect("it trains").to_string(false).expect("it serialises")
        };
        assert!(train(1) == train(2), "{model:?}");
    }
}

#[test]
fn json_and_back() {
    let texts = corpus();
    for model in MODELS {
        let tokenizer = train_vocabulary(lines(&texts), small(model)).expect("it trains");
        let json = tokenizer.to_string(false).expect("it serialises");
        let read = ArabicTokenizer::from_str(&json).expect("it reads its own JSON");
        for line in lines(&texts).filter(|line| !line.is_empty()).take(300) {
            let encode = |tokenizer: &ArabicTokenizer| {
                tokenizer.encode(line, false).expect("no model error").get_ids().to_vec()
            };
            assert_eq!(encode(&read), encode(&tokenizer));
        }
        for line in ["هجوم للنظام وحلب", "وللجيش في لبنان وللبنان", "في عام 2018 (على الأقل)"]
        {
            let encoding = read.encode(line, true).expect("no model error");
            let decoded = read.decode(encoding.get_ids(), true).expect("known ids");
            assert_eq!(decoded, line, "{model:?}");
        }
    }
}

#[test]
fn a_stock_tokenizer_over_segments() {
    let vocabulary = [("[UNK]", 0), ("ل", 1), ("داعش", 2), ("هجومِ", 3)]
        .map(|(token, id)| (token.to_owned(), id));
    let model = WordPiece::builder().vocab(vocabulary).build().expect("a sound vocabulary");
    let stock = tokenizers::Tokenizer::new(model);
    let (text, mut out) = ("هجومِ لداعش", Tokenized::default());
    Tokenizer::new().tokenize(text, &mut out);
    let pieces = encode_document(&stock, text, &out).expect("no model error");
    let found: Vec<_> = pieces.iter().map(|piece| (piece.id, piece.span.slice(text))).collect();
    assert_eq!(found, [(3, "هجومِ"), (1, "ل"), (2, "داعش")]);
}

proptest! {
    #[test]
    fn pieces_stand_in_the_text(text in "([ا-يـًَّ٠-٩ﻻ\u{200f} a\"]|ل|ال|\\PC){0,40}", restore: bool) {
        let mut end = 0;
        for (piece, span) in pre_tokenize(&text, restore) {
            prop_assert!(span.get(&text).is_some(), "{} {:?}", piece, span);
            prop_assert!(span.start() >= end || span.is_empty(), "{} {:?}", piece, span);
            end = span.end();
            let snapped = snap_over_marks(&text, span);
            prop_assert!(snapped.get(&text).is_some());
        }
    }
}
