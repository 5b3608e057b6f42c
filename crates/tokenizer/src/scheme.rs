use crate::{Segment, SegmentRole, Tokenized};

/// How segmented text is written for other tools: parts separated by spaces, `+` on the side where
/// a clitic joins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// The surface: `ل+ لنظام`, `قريت +هم`.
    #[default]
    Surface,
    /// The surface with the article apart: `و+ ال+ جيش`, `ل+ ل+ نظام`.
    D3,
    /// As in the Arabic Treebank: clitics apart, and what `ل` swallowed of the article restored:
    /// `ل+ النظام`.
    Atb,
    /// As Farasa writes it, the input of AraBERT v1 and v2: the article apart and restored:
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
        for &sentence in tokenized.sentences() {
            let range = tokenized.segments_in(sentence);
            for (idx, &segment) in tokenized.segments()[range].iter().enumerate() {
                if idx > 0 {
                    out.push(' ');
                }
                self.write_segment(text, segment, out);
            }
            out.push('\n');
        }
    }

    fn write_segment(self, text: &str, segment: Segment, out: &mut String) {
        let part = segment.span.slice(text);
        match segment.role {
            SegmentRole::Proclitic => out.extend([part, "+"]),
            SegmentRole::Enclitic => out.extend(["+", part]),
            SegmentRole::Stem => match segment.article() {
                Some(article) => {
                    self.write_article(article.slice(text), out);
                    out.push_str(segment.without_article().slice(text));
                }
                None => out.push_str(part),
            },
        }
    }

    fn write_article(self, article: &str, out: &mut String) {
        // Behind `ل` only the lam of the article is left.
        let is_assimilated = !article.starts_with('ا');
        out.push_str(if is_assimilated && self.restores() { "ال" } else { article });
        if self.splits_article() {
            out.push_str("+ ");
        }
    }
}
