use crate::chars::{Class, class_of};
use crate::{Span, Tokenized};
use std::borrow::Cow;
use tokenizers::{InputSequence, Result};

/// A piece of a document, by a stock tokenizer over our segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its id in the vocabulary.
    pub id: u32,
    /// Where it stands in the original text; marks belong to the letter before them.
    pub span: Span,
    /// Index of its segment in [`Tokenized::segments`].
    pub segment_idx: u32,
}

/// Runs any stock tokenizer over the segments of a document, without special tokens.
///
/// `tokenized` is that of `text`. To mark the words as BERT models want it, look at
/// [`Piece::segment_idx`].
///
/// # Errors
/// Those of the tokenizer.
pub fn encode_document(
    stock: &tokenizers::Tokenizer,
    text: &str,
    tokenized: &Tokenized,
) -> Result<Vec<Piece>> {
    let segments = tokenized.segments();
    let words: Vec<Cow<'_, str>> =
        segments.iter().map(|segment| Cow::Borrowed(segment.span.slice(text))).collect();
    let encoding = stock.encode(InputSequence::PreTokenizedCow(Cow::Owned(words)), false)?;
    let rows = encoding.get_ids().iter().zip(encoding.get_offsets()).zip(encoding.get_word_ids());
    let piece = |((&id, &(start, end)), &segment_idx): ((&u32, &(usize, usize)), &Option<u32>)| {
        let segment = segments[segment_idx? as usize].span;
        let part = Span::new(start as u32, end as u32).shifted(segment.start());
        let snapped = snap_over_marks(text, part);
        let span = Span::new(snapped.start(), snapped.end().min(segment.end()));
        Some(Piece { id, span, segment_idx: segment_idx? })
    };
    Ok(rows.filter_map(piece).collect())
}

/// The span with the marks and tatweel behind it: a normaliser that drops them leaves them outside.
///
/// ```
/// use tawsim_tokenizer::{Span, snap_over_marks};
/// let text = "هجومِ";
/// assert_eq!(snap_over_marks(text, Span::new(0, 8)).slice(text), text);
/// ```
///
/// # Panics
/// If the span does not lie on char boundaries of the text.
#[must_use]
pub fn snap_over_marks(text: &str, span: Span) -> Span {
    let marks = text[span.end() as usize..]
        .chars()
        .take_while(|&c| matches!(class_of(c), Class::Mark | Class::Tatweel));
    Span::new(span.start(), span.end() + marks.map(|c| c.len_utf8() as u32).sum::<u32>())
}
