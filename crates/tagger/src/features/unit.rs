use std::ops::Range;

use tawsim_tokenizer::{
    NormalizeOptions, Segment, SegmentRole, Span, TokenKind, Tokenized, fold_into,
};

use super::form::FormText;
use crate::hash::{hash_text, mix};

/// What the chain labels: the stem of a token. Clitics are no units; they describe the unit they are
/// attached to, so that an entity never covers one at its edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// The stem in the original text.
    pub span: Span,
    /// Its form in the `FormTable`.
    pub form: u32,
    /// The clitics before and behind it as one value.
    pub clitics: u64,
}

/// A text and its tokens.
#[derive(Clone, Copy)]
pub(crate) struct TokenizedText<'a> {
    pub text: &'a str,
    pub tokenized: &'a Tokenized,
}

/// Makes units of tokens. Holds buffers only.
#[derive(Debug, Default)]
pub(crate) struct UnitReader {
    folded: String,
}

const NO_CLITICS: u64 = 1;
const BEHIND: u64 = 2;

impl UnitReader {
    /// Appends the units of the tokens `token_range` to `units`.
    ///
    /// `form_id` gives the id of a form from a hash of all that the form's properties depend on; it is
    /// handed what to read if the form is new.
    pub(crate) fn read(
        &mut self,
        source: TokenizedText<'_>,
        token_range: Range<usize>,
        units: &mut Vec<Unit>,
        mut form_id: impl FnMut(u64, UnreadForm<'_>) -> u32,
    ) {
        let TokenizedText { text, tokenized } = source;
        let mut clitics = NO_CLITICS;
        for token_idx in token_range {
            let segments = tokenized.segments_of(token_idx);
            let kind = tokenized.tokens()[token_idx].kind;
            let has_stem = segments.iter().any(|s| s.role == SegmentRole::Stem);
            if !has_stem && tokenized.host_of(token_idx).is_some() {
                // `لـ` in `لـ"داعش"`: its clitics belong to the next stem.
                clitics = segments.iter().fold(clitics, |value, s| mix(value, clitic(text, s)));
                continue;
            }
            if !has_stem {
                // `به`: clitics alone are a word.
                let whole = Segment { span: tokenized.tokens()[token_idx].span, ..segments[0] };
                let form = self.form(text, &whole, kind, &mut form_id);
                units.push(Unit { span: whole.span, form, clitics });
            }
            for segment in segments.iter().filter(|_| has_stem) {
                match segment.role {
                    SegmentRole::Proclitic => clitics = mix(clitics, clitic(text, segment)),
                    SegmentRole::Enclitic => add_enclitic(units, clitic(text, segment)),
                    SegmentRole::Stem => {
                        let form = self.form(text, segment, kind, &mut form_id);
                        units.push(Unit { span: segment.span, form, clitics });
                    }
                }
            }
            clitics = NO_CLITICS;
        }
    }

    #[inline]
    fn form(
        &mut self,
        text: &str,
        segment: &Segment,
        kind: TokenKind,
        form_id: &mut impl FnMut(u64, UnreadForm<'_>) -> u32,
    ) -> u32 {
        let (raw, has_article) = (segment.span.slice(text), segment.has_article);
        let identity = mix(mix(hash_text(raw), kind as u64), has_article.into());
        form_id(identity, UnreadForm { raw, kind, has_article, folded: &mut self.folded })
    }
}

/// A form as it stands in the text; only the first time it is met it is folded.
#[derive(Debug)]
pub(crate) struct UnreadForm<'a> {
    raw: &'a str,
    kind: TokenKind,
    has_article: bool,
    folded: &'a mut String,
}

impl<'a> UnreadForm<'a> {
    pub(super) fn read(self) -> FormText<'a> {
        let Self { raw, kind, has_article, folded } = self;
        folded.clear();
        // `للنظام` leaves `لنظام`: the article's alef was swallowed by the preposition.
        if has_article && raw.starts_with('ل') {
            folded.push('ا');
        }
        fold_into(raw, &NormalizeOptions::MATCH_KEY, folded);
        FormText { raw, folded, kind, has_article }
    }
}

fn add_enclitic(units: &mut [Unit], value: u64) {
    if let Some(unit) = units.last_mut() {
        unit.clitics = mix(mix(unit.clitics, BEHIND), value);
    }
}

/// The clitic's letters; marks and tatweel do not count.
fn clitic(text: &str, segment: &Segment) -> u64 {
    let letters = segment.span.slice(text).chars().filter(|c| c.is_alphabetic() && *c != '\u{640}');
    letters.fold(0, |hash, c| mix(hash, u64::from(u32::from(c))))
}
