//! Segments as they would be spelled if they stood alone.

use crate::chars::{Class, class_of};
use crate::letters::Letters;
use crate::{Segment, SegmentRole, Segmenter, Tokenized};
use std::borrow::Cow;

/// What the last letter of a stem became before a pronoun, and what it is alone.
const CHANGES: &[(char, char)] = &[('ت', 'ة'), ('ا', 'ى'), ('ئ', 'ء'), ('ؤ', 'ء')];

/// Prepositions whose ى is ي before a pronoun.
const PREPOSITIONS: [Letters; 3] =
    [Letters::literal("علي"), Letters::literal("الي"), Letters::literal("لدي")];

impl Segmenter {
    /// A segment as the word is spelled without its clitics: `النظام` of `للنظام`, `قيادة` of
    /// `قيادتهم`, `مستوى` of `مستواه`, `بناء` of `بنائها`.
    ///
    /// Which of two spellings is the word is read from the counts of raw text. Hamzas that the
    /// writer left out stay out.
    ///
    /// ```
    /// use tawsim_tokenizer::{Tokenized, Tokenizer};
    /// let text = "للنظام وقيادتهم";
    /// let (tokenizer, mut tokenized) = (Tokenizer::new(), Tokenized::default());
    /// tokenizer.tokenize(text, &mut tokenized);
    /// let restored = |idx| tokenizer.segmenter().restored(text, &tokenized, idx);
    /// let parts: Vec<_> = (0..tokenized.segments().len()).map(restored).collect();
    /// assert_eq!(parts, ["ل", "النظام", "و", "قيادة", "هم"]);
    /// ```
    ///
    /// # Panics
    /// If there is no such segment.
    #[must_use]
    pub fn restored<'t>(
        &self,
        text: &'t str,
        tokenized: &Tokenized,
        segment_idx: usize,
    ) -> Cow<'t, str> {
        let segment = tokenized.segments()[segment_idx];
        let stem = self.restored_stem(text, tokenized, segment_idx);
        match segment.article() {
            Some(article) if is_assimilated(article.slice(text)) => format!("ال{stem}").into(),
            Some(article) if matches!(stem, Cow::Owned(_)) => {
                format!("{}{stem}", article.slice(text)).into()
            }
            Some(_) => segment.span.slice(text).into(),
            None => stem,
        }
    }

    /// The same without the article.
    pub(crate) fn restored_stem<'t>(
        &self,
        text: &'t str,
        tokenized: &Tokenized,
        segment_idx: usize,
    ) -> Cow<'t, str> {
        let segment = tokenized.segments()[segment_idx];
        let stem = segment.without_article().slice(text);
        let has_pronoun = tokenized.segments().get(segment_idx + 1).is_some_and(|next| {
            next.role == SegmentRole::Enclitic && next.token_idx == segment.token_idx
        });
        let changed = has_pronoun.then(|| self.before_pronoun(segment, stem)).flatten();
        changed.map_or(Cow::Borrowed(stem), Cow::Owned)
    }

    fn before_pronoun(&self, segment: Segment, stem: &str) -> Option<String> {
        let (at, last) = stem.char_indices().rev().find(|&(_, c)| class_of(c) == Class::Letter)?;
        let respelled = |c: char| format!("{}{c}{}", &stem[..at], &stem[at + last.len_utf8()..]);
        let letters = Letters::from_text(stem)?;
        if PREPOSITIONS.contains(&letters) {
            return Some(respelled('ى'));
        }
        let alone = CHANGES.iter().find(|change| change.0 == last)?.1;
        let changed = respelled(alone);
        let is_stem = segment.role == SegmentRole::Stem;
        let is_likelier = self.level(Letters::from_text(&changed)?) > self.level(letters);
        (is_stem && is_likelier).then_some(changed)
    }
}

/// Behind `ل` only the lam of the article is left.
pub(crate) fn is_assimilated(article: &str) -> bool {
    !article.starts_with('ا')
}
