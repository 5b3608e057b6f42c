use super::{TIE, WORD_START};
use crate::{Segment, Tokenized, Tokenizer};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use tokenizers::normalizer::Range;
use tokenizers::{NormalizedString, PreTokenizedString, PreTokenizer, Result};

/// Splits at white space, signs and clitics.
///
/// ```
/// use tawsim_tokenizer::ArabicPreTokenizer;
/// use tokenizers::{OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer};
/// let mut text = PreTokenizedString::from("هجوم للنظام");
/// let marking = ArabicPreTokenizer { mark_words: true, restore_article: true };
/// marking.pre_tokenize(&mut text).expect("it never fails");
/// let splits = text.get_splits(OffsetReferential::Original, OffsetType::Byte);
/// let pieces: Vec<_> = splits.iter().map(|(piece, offsets, _)| (*piece, *offsets)).collect();
/// assert_eq!(pieces, [("▁هجوم", (0, 8)), ("▁ل⁀", (9, 11)), ("النظام", (11, 21))]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub struct ArabicPreTokenizer {
    /// Whether `▁` stands in front of each piece that begins a word, so that
    /// [`super::ArabicDecoder`] can put the spaces back. Without it twice as fast.
    #[serde(default)]
    pub mark_words: bool,
    /// Whether `للنظام` gives `ل⁀` and `النظام` rather than `ل` and `لنظام`: one word less for the
    /// vocabulary. [`super::ArabicDecoder`] takes it back.
    #[serde(default)]
    pub restore_article: bool,
}

thread_local! {
    static SCRATCH: RefCell<(Tokenizer, Tokenized)> =
        RefCell::new((Tokenizer::new(), Tokenized::default()));
}

impl PreTokenizer for ArabicPreTokenizer {
    fn pre_tokenize(&self, pretokenized: &mut PreTokenizedString) -> Result<()> {
        SCRATCH.with_borrow_mut(|(tokenizer, out)| {
            pretokenized.split(|_, text| {
                tokenizer.tokenize(text.get(), out);
                let slices = self.slices(text.get(), out);
                Ok(slices.filter_map(|slice| slice.normalized(&text)).collect::<Vec<_>>())
            })
        })
    }
}

impl ArabicPreTokenizer {
    /// The pieces of a text as strings: what a vocabulary is learnt from.
    pub(super) fn pieces(self, text: &str) -> Vec<String> {
        SCRATCH.with_borrow_mut(|(tokenizer, out)| {
            tokenizer.tokenize(text, out);
            self.slices(text, out).map(|slice| slice.piece(text)).collect()
        })
    }

    fn slices<'t>(self, text: &'t str, out: &'t Tokenized) -> impl Iterator<Item = Slice> {
        let segments = out.segments();
        let lost_alef = move |segment: &Segment| {
            let article = segment.article().filter(|_| self.restore_article);
            article.is_some_and(|article| article.slice(text).starts_with('ل'))
        };
        let begins_word = move |idx: usize| {
            let before = idx.checked_sub(1).map(|before| segments[before]);
            before.is_none_or(|before| before.span.end() != segments[idx].span.start())
        };
        segments.iter().enumerate().map(move |(idx, segment)| Slice {
            segment: *segment,
            begins_word: self.mark_words && begins_word(idx),
            lost_alef: lost_alef(segment),
            before_lost_alef: self.restore_article && segments.get(idx + 1).is_some_and(lost_alef),
        })
    }
}

/// A segment and what is put around it.
struct Slice {
    segment: Segment,
    begins_word: bool,
    lost_alef: bool,
    before_lost_alef: bool,
}

impl Slice {
    fn prefix(&self) -> Option<char> {
        match (self.begins_word, self.lost_alef) {
            (true, _) => Some(WORD_START),
            (false, true) => Some('ا'),
            (false, false) => None,
        }
    }

    fn piece(&self, text: &str) -> String {
        let surface = self.segment.span.slice(text);
        let tie = self.before_lost_alef.then_some(TIE);
        self.prefix().into_iter().chain(surface.chars()).chain(tie).collect()
    }

    fn normalized(&self, text: &NormalizedString) -> Option<NormalizedString> {
        let mut piece = text.slice(Range::Normalized(self.segment.span.range()))?;
        if let Some(prefix) = self.prefix() {
            piece.prepend(prefix.encode_utf8(&mut [0; 4]));
        }
        if self.before_lost_alef {
            piece.append(TIE.encode_utf8(&mut [0; 4]));
        }
        Some(piece)
    }
}
