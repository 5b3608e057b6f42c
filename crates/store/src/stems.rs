//! The words of a text as search sees them: stems without clitics and article, spelling folded.

use tawsim_tokenizer::{
    NormalizeOptions, Segment, SegmentRole, Span, TokenKind, Tokenized, Tokenizer, fold_into,
};

/// Reads texts into stems. Reuse one: its buffers stay.
#[derive(Debug, Default)]
pub(crate) struct Stemmer {
    tokenizer: Tokenizer,
    tokenized: Tokenized,
    key: String,
}

/// Words whose cut is not obvious. If the stems of this text change, an index made before is stale.
const PROBE: &str =
    "وبالجيش للنظام لداعش وزير والده فيروسها ولل بلاده سيقاتلونهم لـ\"داعش\" كالفيروس";

/// Tokens that are no words.
const SIGNS: [TokenKind; 3] = [TokenKind::Punctuation, TokenKind::Symbol, TokenKind::Emoji];

/// Stands for the signs in `1,234` and the like: the index takes this letter (tatweel, which
/// folding drops everywhere else) for a part of a word, so that such a token stays one.
const JOINT: &str = "\u{640}";

impl Stemmer {
    /// Calls `each` with every stem of a text, with its article, and its key, in order.
    pub(crate) fn each(&mut self, text: &str, mut each: impl FnMut(Span, &str)) {
        self.tokenizer.tokenize(text, &mut self.tokenized);
        for segment in self.tokenized.segments() {
            let token = self.tokenized.tokens()[segment.token_idx as usize];
            if segment.role != SegmentRole::Stem || SIGNS.contains(&token.kind) {
                continue;
            }
            self.key.clear();
            fold_into(bare(segment).slice(text), &NormalizeOptions::LOOSE_KEY, &mut self.key);
            if !self.key.chars().all(char::is_alphanumeric) {
                self.key = self.key.replace(|c: char| !c.is_alphanumeric(), JOINT);
            }
            if !self.key.is_empty() {
                each(segment.span, &self.key);
            }
        }
    }

    /// The keys of a text, one space between two.
    pub(crate) fn keys(&mut self, text: &str) -> String {
        let mut keys = String::with_capacity(text.len());
        self.each(text, |_, key| {
            if !keys.is_empty() {
                keys.push(' ');
            }
            keys.push_str(key);
        });
        keys
    }

    /// Where the keys of a query stand in a text, one after the other: from the first stem to the last.
    pub(crate) fn find(&mut self, text: &str, query: &[String]) -> Vec<Span> {
        // Words become small numbers: a text is long and a query short.
        let number = |key: &str| query.iter().position(|known| known == key);
        let wanted: Vec<Option<usize>> = query.iter().map(|key| number(key)).collect();
        let mut stems = Vec::new();
        self.each(text, |stem, key| stems.push((stem, number(key))));
        let is_here =
            |window: &&[(Span, Option<usize>)]| window.iter().map(|(_, number)| number).eq(&wanted);
        if wanted.is_empty() {
            return Vec::new();
        }
        let cover =
            |window: &[(Span, Option<usize>)]| window[0].0.cover(window[wanted.len() - 1].0);
        stems.windows(wanted.len()).filter(is_here).map(cover).collect()
    }

    /// What tells one way of cutting words from another.
    pub(crate) fn probe(&mut self) -> String {
        self.keys(PROBE)
    }
}

/// The stem without its article, unless the article is all there is.
fn bare(segment: &Segment) -> Span {
    let bare = segment.without_article();
    if bare.is_empty() { segment.span } else { bare }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, keys: &str) {
        assert_eq!(Stemmer::default().keys(text), keys, "{text}");
    }

    #[test]
    fn clitics_articles_and_spelling_go() {
        check("هجوم لداعش وبالجيش", "هجوم داعش جيش");
        check("إدلـــب أَدْلَب", "ادلب ادلب");
        check("سورية، 12 «حلب»", "سوريه 12 حلب");
        check("1,234 😀 a@b.c", "1\u{640}234 a\u{640}b\u{640}c");
        check("", "");
        check("، !", "");
    }

    #[test]
    fn phrases_are_found_across_clitics() {
        let text = "قوات النظام وقوات النظام";
        let query = ["قوات".to_owned(), "نظام".to_owned()];
        let found = Stemmer::default().find(text, &query);
        let surfaces: Vec<&str> = found.iter().map(|span| span.slice(text)).collect();
        assert_eq!(surfaces, ["قوات النظام", "قوات النظام"]);
    }
}
