use crate::restore::is_assimilated;
use crate::{Segment, SegmentRole, Segmenter, Tokenized};
use std::borrow::Cow;

/// How segmented text is written for other tools: parts separated by spaces, `+` on the side where
/// a clitic joins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// The surface: `ل+ لنظام`, `قريت +هم`.
    #[default]
    Surface,
    /// The surface with the article apart: `و+ ال+ جيش`, `ل+ ل+ نظام`.
    D3,
    /// As in the Arabic Treebank: clitics apart, and each word as it is spelled alone:
    /// `ل+ النظام`, `قيادة +هم`.
    Atb,
    /// As Farasa writes it, the input of AraBERT v1 and v2: the same with the article apart:
    /// `ل+ ال+ نظام`. Endings such as ة stay on the stem.
    Farasa,
}

impl Scheme {
    const fn restores(self) -> bool {
        matches!(self, Self::Atb | Self::Farasa)
    }

    const fn splits_article(self) -> bool {
        matches!(self, Self::D3 | Self::Farasa)
    }

    /// Appends a tokenized text to `out`: one line a sentence, spaces between all parts.
    ///
    /// ```
    /// use tawsim_tokenizer::{Scheme, Tokenized, Tokenizer};
    /// let text = "وبالجيش للنظام";
    /// let mut tokenized = Tokenized::default();
    /// Tokenizer::new().tokenize(text, &mut tokenized);
    /// let mut out = String::new();
    /// Scheme::Farasa.write(text, &tokenized, &mut out);
    /// assert_eq!(out, "و+ ب+ ال+ جيش ل+ ال+ نظام\n");
    /// ```
    pub fn write(self, text: &str, tokenized: &Tokenized, out: &mut String) {
        let writer = Writer { scheme: self, text, tokenized, segmenter: &Segmenter::bundled() };
        for &sentence in tokenized.sentences() {
            for (n_before, segment_idx) in tokenized.segments_in(sentence).enumerate() {
                if n_before > 0 {
                    out.push(' ');
                }
                writer.segment(segment_idx, out);
            }
            out.push('\n');
        }
    }
}

struct Writer<'t> {
    scheme: Scheme,
    text: &'t str,
    tokenized: &'t Tokenized,
    segmenter: &'t Segmenter,
}

impl Writer<'_> {
    fn segment(&self, segment_idx: usize, out: &mut String) {
        let segment = self.tokenized.segments()[segment_idx];
        let part = segment.span.slice(self.text);
        match segment.role {
            SegmentRole::Proclitic => out.extend([part, "+"]),
            SegmentRole::Enclitic => out.extend(["+", part]),
            SegmentRole::Stem => {
                if let Some(article) = segment.article() {
                    self.article(article.slice(self.text), out);
                }
                out.push_str(&self.stem(segment_idx, segment));
            }
        }
    }

    fn stem(&self, segment_idx: usize, segment: Segment) -> Cow<'_, str> {
        match self.scheme.restores() {
            true => self.segmenter.restored_stem(self.text, self.tokenized, segment_idx),
            false => segment.without_article().slice(self.text).into(),
        }
    }

    fn article(&self, article: &str, out: &mut String) {
        let is_restored = self.scheme.restores() && is_assimilated(article);
        out.push_str(if is_restored { "ال" } else { article });
        if self.scheme.splits_article() {
            out.push_str("+ ");
        }
    }
}
