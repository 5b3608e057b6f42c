use crate::Span;

/// What a token is, decided by its characters alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TokenKind {
    /// Arabic letters with their marks.
    Word,
    /// Digits of any of the three scripts with their separators: `1,234`, `١٢٫٥`, `2018.11.10`, `14:11`.
    Number,
    /// Punctuation and quotation marks.
    Punctuation,
    /// Any other sign.
    Symbol,
    /// Letters of another script, mostly Latin.
    Latin,
    /// A web address.
    Url,
    /// An e-mail address.
    Email,
    /// `#` and what belongs to it; each part of a hashtag is a token of its own after this one.
    Hashtag,
    /// `@` and a user name.
    Mention,
    /// A pictograph with its joiners and modifiers.
    Emoji,
}

/// What a segment is in its token: proclitic* stem enclitic*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SegmentRole {
    /// و ف ب ل ك س أ in front of the stem, or a detached prefix such as `لـ`.
    Proclitic,
    /// The word itself, its article included.
    Stem,
    /// A pronoun behind the stem.
    Enclitic,
}

/// A token: a word, a number, a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it stands in the original text.
    pub span: Span,
    /// What it is.
    pub kind: TokenKind,
}

/// A part of a token. The segments of a token partition it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where it stands in the original text.
    pub span: Span,
    /// Index of its token.
    pub token_idx: u32,
    /// What it is in the token.
    pub role: SegmentRole,
    /// Whether a stem begins with the article `ال` (or with the `ل` that is left of it in `للنظام`).
    pub has_article: bool,
    /// Bytes of the article and its marks at the start of the span; zero without one.
    pub article_byte_len: u8,
}

impl Segment {
    /// The article's part of the span.
    ///
    /// ```
    /// use tawsim_tokenizer::{Tokenized, Tokenizer};
    /// let text = "والجيش";
    /// let mut out = Tokenized::default();
    /// Tokenizer::new().tokenize(text, &mut out);
    /// let stem = out.segments()[1];
    /// assert_eq!(stem.article().map(|span| span.slice(text)), Some("ال"));
    /// ```
    #[must_use]
    pub fn article(self) -> Option<Span> {
        let start = self.span.start();
        self.has_article.then(|| Span::new(start, start + u32::from(self.article_byte_len)))
    }

    /// The span without the article: the key for names that are known both ways.
    #[must_use]
    pub fn without_article(self) -> Span {
        Span::new(self.span.start() + u32::from(self.article_byte_len), self.span.end())
    }
}

/// A sentence or a line that stands alone, such as a headline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Where it stands in the original text, without white space at its edges.
    pub span: Span,
    /// Its first token.
    pub first_token_idx: u32,
    /// One past its last token.
    pub end_token_idx: u32,
}
