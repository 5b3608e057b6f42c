use super::{ArabicDecoder, ArabicNormalizer, ArabicPreTokenizer, ArabicTokenizer};
use crate::{NormalizeOptions, fold_into};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::models::unigram::{Unigram, UnigramTrainer};
use tokenizers::models::wordpiece::{WordPiece, WordPieceTrainer};
use tokenizers::{AddedToken, ModelWrapper, Result, Trainer};

/// How pieces are found below the segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum VocabularyModel {
    /// Byte-pair encoding (Sennrich et al. 2016).
    #[default]
    Bpe,
    /// WordPiece, as BERT has it: the longest piece first, `##` in front of all but a segment's first.
    WordPiece,
    /// A unigram language model over pieces (Kudo 2018).
    Unigram,
}

/// What [`train_vocabulary`] makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VocabularySettings {
    /// How pieces are found.
    pub model: VocabularyModel,
    /// Pieces at most, special tokens included.
    pub size: u32,
    /// Pairs rarer than this are not joined (BPE and WordPiece).
    pub min_frequency: u64,
    /// See [`ArabicPreTokenizer::restore_article`].
    pub restore_article: bool,
}

impl Default for VocabularySettings {
    /// 32,000 pieces by BPE, each met twice, articles restored.
    fn default() -> Self {
        Self { model: VocabularyModel::Bpe, size: 32_000, min_frequency: 2, restore_article: true }
    }
}

const UNKNOWN: &str = "[UNK]";
const SPECIAL_TOKENS: [&str; 5] = ["[PAD]", UNKNOWN, "[CLS]", "[SEP]", "[MASK]"];

/// Learns a vocabulary of pieces below words and clitics from lines of text.
///
/// The first ids are `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]`, `[MASK]`. The same lines give the same
/// vocabulary, in any order and for any number of threads.
///
/// ```
/// use tawsim_tokenizer::{VocabularySettings, train_vocabulary};
/// let lines = ["هجوم لداعش على حلب", "وبالجيش في حلب للنظام"];
/// let settings = VocabularySettings { size: 200, ..VocabularySettings::default() };
/// let tokenizer = train_vocabulary(lines.into_iter(), settings)?;
/// let encoding = tokenizer.encode("للنظام", false)?;
/// assert_eq!(tokenizer.decode(encoding.get_ids(), true)?, "للنظام");
/// # Ok::<(), tokenizers::Error>(())
/// ```
///
/// # Errors
/// Those of the trainers: a vocabulary too small for the characters of the text.
pub fn train_vocabulary<S: AsRef<str> + Send>(
    lines: impl Iterator<Item = S> + Send,
    settings: VocabularySettings,
) -> Result<ArabicTokenizer> {
    let pre_tokenizer =
        ArabicPreTokenizer { mark_words: true, restore_article: settings.restore_article };
    let pieces = |line: &str| {
        let mut folded = String::new();
        fold_into(line, &NormalizeOptions::MODEL_INPUT, &mut folded);
        Ok(pre_tokenizer.pieces(&folded))
    };
    let model = match settings.model {
        VocabularyModel::Bpe => {
            let trainer = bpe_trainer(settings);
            let model = BPE::builder().unk_token(UNKNOWN.into()).build()?;
            ModelWrapper::BPE(trained(trainer, model, lines, pieces)?)
        }
        VocabularyModel::WordPiece => ModelWrapper::WordPiece(word_piece(lines, pieces, settings)?),
        VocabularyModel::Unigram => ModelWrapper::Unigram(unigram(lines, pieces, settings)?),
    };
    let mut tokenizer = ArabicTokenizer::new(model);
    tokenizer.add_special_tokens(special_tokens())?;
    tokenizer.with_normalizer(Some(ArabicNormalizer {}))?;
    tokenizer.with_pre_tokenizer(Some(pre_tokenizer));
    tokenizer.with_decoder(Some(ArabicDecoder {}));
    Ok(tokenizer)
}

fn special_tokens() -> Vec<AddedToken> {
    SPECIAL_TOKENS.iter().map(|token| AddedToken::from(*token, true)).collect()
}

fn bpe_trainer(settings: VocabularySettings) -> BpeTrainer {
    BpeTrainer::builder()
        .vocab_size(settings.size as usize)
        .min_frequency(settings.min_frequency)
        .special_tokens(special_tokens())
        .show_progress(false)
        .build()
}

fn trained<T: Trainer, S: AsRef<str> + Send>(
    mut trainer: T,
    mut model: T::Model,
    lines: impl Iterator<Item = S> + Send,
    pieces: impl Fn(&str) -> Result<Vec<String>> + Sync,
) -> Result<T::Model> {
    trainer.feed(lines, pieces)?;
    trainer.train(&mut model)?;
    Ok(model)
}

/// Gives the letters behind the first of a piece their ids in alphabetical order: the trainer would
/// take the order in which its hash table has the words.
fn word_piece<S: AsRef<str> + Send>(
    lines: impl Iterator<Item = S> + Send,
    pieces: impl Fn(&str) -> Result<Vec<String>> + Sync,
    settings: VocabularySettings,
) -> Result<WordPiece> {
    let mut trainer = WordPieceTrainer::builder()
        .vocab_size(settings.size as usize)
        .min_frequency(settings.min_frequency)
        .show_progress(false)
        .build();
    let inner_letters = Mutex::new(BTreeSet::new());
    trainer.feed(lines, |line: &str| {
        let pieces = pieces(line)?;
        let letters = pieces.iter().flat_map(|piece| piece.chars().skip(1));
        inner_letters.lock().unwrap_or_else(PoisonError::into_inner).extend(letters);
        Ok(pieces)
    })?;
    let inner_letters = inner_letters.into_inner().unwrap_or_else(PoisonError::into_inner);
    let alphabet = inner_letters.iter().map(|c| AddedToken::from(format!("##{c}"), false));
    trainer.set_special_tokens(special_tokens().into_iter().chain(alphabet).collect());
    let mut model = WordPiece::builder().unk_token(UNKNOWN.into()).build()?;
    trainer.train(&mut model)?;
    Ok(model)
}

/// Its sums depend on the order of the pieces, which here is that of the alphabet.
fn unigram<S: AsRef<str>>(
    lines: impl Iterator<Item = S>,
    pieces: impl Fn(&str) -> Result<Vec<String>>,
    settings: VocabularySettings,
) -> Result<Unigram> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for line in lines {
        for piece in pieces(line.as_ref())? {
            let count = counts.entry(piece).or_default();
            *count = count.saturating_add(1);
        }
    }
    let trainer = UnigramTrainer::builder()
        .vocab_size(settings.size)
        .unk_token(Some(UNKNOWN.into()))
        .special_tokens(special_tokens())
        .show_progress(false)
        .build()?;
    let mut model = Unigram::default();
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    one_thread.install(|| trainer.do_train(counts.into_iter().collect(), &mut model))?;
    let pieces = model.iter().cloned().collect();
    let unknown_id = SPECIAL_TOKENS.iter().position(|token| *token == UNKNOWN);
    Unigram::from(in_fixed_order(pieces), unknown_id, model.byte_fallback())
}

/// The trainer gives letters that it left over the lowest scores in steps of this, in the order of
/// a hash table.
const SCORE_STEP: f64 = 0.0001;

/// The pieces with the scores of those letters given in alphabetical order; the special tokens stay
/// in front, the rest follows by score.
fn in_fixed_order(mut pieces: Vec<(String, f64)>) -> Vec<(String, f64)> {
    let rest = &mut pieces[SPECIAL_TOKENS.len()..];
    let lowest = rest.iter().map(|piece| piece.1).fold(0.0, f64::min);
    let is_left_over = |(piece, score): &(String, f64)| {
        let steps = (score - lowest) / SCORE_STEP;
        (steps - steps.round()).abs() < 1e-6 && piece.chars().nth(1).is_none()
    };
    let left_over = rest.iter().filter(|piece| is_left_over(piece)).cloned();
    let (mut letters, mut scores): (Vec<String>, Vec<f64>) = left_over.unzip();
    letters.sort_unstable();
    scores.sort_by(f64::total_cmp);
    let left_over = rest.iter_mut().filter(|piece| is_left_over(piece));
    left_over.zip(letters.into_iter().zip(scores)).for_each(|(piece, fixed)| *piece = fixed);
    rest.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    pieces
}
