use crate::detached::{self, Context, Detached};
use crate::glued;
use crate::letters::{Letters, letter_start};
use crate::masks::Masks;
use crate::pattern::Pattern;
use crate::scan::Scanner;
use crate::segmenter::{Decision, Segmenter};
use crate::sentence::{self, Breaks};
use crate::{Segment, SegmentRole, Sentence, Span, Token, TokenKind};
use std::ops::Range;
use std::sync::Arc;

/// What [`Tokenizer::tokenize`] found in a text. Reuse one: its buffers stay.
#[derive(Clone, Debug, Default)]
pub struct Tokenized {
    tokens: Vec<Token>,
    segments: Vec<Segment>,
    /// Index of the first segment of each token, and the number of segments behind the last.
    first_segments: Vec<u32>,
    sentences: Vec<Sentence>,
    /// Detached clitics and the token they belong to, by token.
    hosts: Vec<(u32, u32)>,
    /// Words run together: the token and the byte of the text at which the next word begins.
    joints: Vec<(u32, u32)>,
    masks: Masks,
    breaks: Breaks,
}

impl Tokenized {
    /// The tokens in the order of the text. Between them stand white space and invisible marks.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The segments of all tokens in the order of the text.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The sentences; each line end ends one.
    #[must_use]
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// The segments of one token; they partition it.
    ///
    /// # Panics
    /// If there is no such token, or the text was only scanned.
    #[must_use]
    pub fn segments_of(&self, token_idx: usize) -> &[Segment] {
        &self.segments[self.segment_range(token_idx)]
    }

    /// The indices into [`Tokenized::segments`] of one token's segments.
    ///
    /// # Panics
    /// If there is no such token, or the text was only scanned.
    #[must_use]
    pub fn segment_range(&self, token_idx: usize) -> Range<usize> {
        self.first_segments[token_idx] as usize..self.first_segments[token_idx + 1] as usize
    }

    /// The indices into [`Tokenized::segments`] of one sentence's segments.
    ///
    /// # Panics
    /// If the sentence is not one of this text, or the text was only scanned.
    #[must_use]
    pub fn segments_in(&self, sentence: Sentence) -> Range<usize> {
        self.first_segments[sentence.first_token_idx as usize] as usize
            ..self.first_segments[sentence.end_token_idx as usize] as usize
    }

    /// The token that a detached clitic belongs to: in `لـ"داعش"` the host of `لـ` is `داعش`.
    /// `None` for every other token.
    #[must_use]
    pub fn host_of(&self, token_idx: usize) -> Option<usize> {
        let found = self.hosts.binary_search_by_key(&(token_idx as u32), |host| host.0).ok()?;
        Some(self.hosts[found].1 as usize)
    }

    fn clear(&mut self) {
        self.tokens.clear();
        self.segments.clear();
        self.first_segments.clear();
        self.sentences.clear();
        self.hosts.clear();
        self.joints.clear();
        self.breaks.clear();
    }

    /// Cuts the tokens at `joints`, which are in order, and forgets the segments.
    fn cut_joints(&mut self, text: &str) {
        let mut tokens = Vec::with_capacity(self.tokens.len() + self.joints.len());
        let mut joints = self.joints.iter().peekable();
        for (token_idx, &token) in self.tokens.iter().enumerate() {
            match joints.next_if(|joint| joint.0 as usize == token_idx) {
                Some(&(_, at)) => tokens.extend([
                    Token { span: Span::new(token.span.start(), at), ..token },
                    Token { span: Span::new(at, token.span.end()), ..token },
                ]),
                None => tokens.push(token),
            }
        }
        self.breaks.make_room(&self.joints);
        self.tokens = tokens;
        self.joints.clear();
        self.segments.clear();
        self.first_segments.clear();
        self.hosts.clear();
        self.sentences.clear();
        sentence::split(text, &self.tokens, &self.breaks, &mut self.sentences);
    }

    #[inline]
    fn push(&mut self, token_idx: usize, span: Range<usize>, role: SegmentRole) {
        if !span.is_empty() {
            self.segments.push(Segment {
                span: Span::new(span.start as u32, span.end as u32),
                token_idx: token_idx as u32,
                role,
                has_article: false,
                article_byte_len: 0,
            });
        }
    }
}

/// Cuts Arabic text into tokens, sentences and clitic segments.
///
/// Immutable and cheap to clone; one serves all threads, each with its own [`Tokenized`].
///
/// ```
/// use tawsim_tokenizer::{Tokenized, Tokenizer};
/// let text = "هجوم لداعش وبالجيش";
/// let mut out = Tokenized::default();
/// Tokenizer::new().tokenize(text, &mut out);
/// let parts: Vec<&str> = out.segments().iter().map(|segment| segment.span.slice(text)).collect();
/// assert_eq!(parts, ["هجوم", "ل", "داعش", "و", "ب", "الجيش"]);
/// ```
#[derive(Clone, Debug)]
pub struct Tokenizer {
    segmenter: Arc<Segmenter>,
}

impl Default for Tokenizer {
    fn default() -> Self {
        Self::new()
    }
}

impl Tokenizer {
    /// The tokenizer with the bundled segmenter.
    #[must_use]
    pub fn new() -> Self {
        Self { segmenter: Segmenter::bundled() }
    }

    /// The segmenter it uses, also for single words and for other readings of them.
    #[must_use]
    pub fn segmenter(&self) -> &Segmenter {
        &self.segmenter
    }

    /// A tokenizer with another segmenter.
    #[must_use]
    pub fn with_segmenter(segmenter: Arc<Segmenter>) -> Self {
        Self { segmenter }
    }

    /// Finds tokens, sentences and clitic segments of any text.
    ///
    /// # Panics
    /// If the text is longer than [`Span::MAX_TEXT_BYTES`].
    pub fn tokenize(&self, text: &str, out: &mut Tokenized) {
        self.scan(text, out);
        self.segment_tokens(text, out);
        // Rare: a few words of a million. Each cut makes two words that are known, so this ends.
        while !out.joints.is_empty() {
            out.cut_joints(text);
            self.segment_tokens(text, out);
        }
    }

    fn segment_tokens(&self, text: &str, out: &mut Tokenized) {
        out.segments.reserve(out.tokens.len() + out.tokens.len() / 4);
        out.first_segments.reserve(out.tokens.len() + 1);
        for token_idx in 0..out.tokens.len() {
            out.first_segments.push(out.segments.len() as u32);
            let token = out.tokens[token_idx];
            if token.kind == TokenKind::Word {
                self.segment(text, token_idx, out);
            } else {
                out.push(token_idx, token.span.range(), SegmentRole::Stem);
            }
        }
        out.first_segments.push(out.segments.len() as u32);
    }

    /// Finds tokens and sentences only, by their characters alone: there are no segments then, and
    /// words that only a lexicon can tell apart (`تدميرعدد`) stay together.
    ///
    /// # Panics
    /// If the text is longer than [`Span::MAX_TEXT_BYTES`].
    pub fn scan(&self, text: &str, out: &mut Tokenized) {
        Self::scan_text(text, out);
    }

    pub(crate) fn scan_text(text: &str, out: &mut Tokenized) {
        assert!(text.len() <= Span::MAX_TEXT_BYTES, "a text holds at most 4 GiB");
        out.clear();
        out.masks.fill(text.as_bytes());
        Scanner { text, masks: &out.masks, tokens: &mut out.tokens, breaks: &mut out.breaks }.run();
        sentence::split(text, &out.tokens, &out.breaks, &mut out.sentences);
    }

    fn segment(&self, text: &str, token_idx: usize, out: &mut Tokenized) {
        let range = out.tokens[token_idx].span.range();
        let word = &text[range.clone()];
        let plain = !out.masks.any_special(range.start, range.end)
            && out.masks.word_end(range.start) >= range.end;
        let letters = match plain {
            true => Letters::from_plain(word.as_bytes()),
            false => Letters::from_text(word),
        };
        let Some(letters) = letters.filter(|letters| letters.len() > 0) else {
            out.push(token_idx, range, SegmentRole::Stem);
            return;
        };
        if !plain || detached::is_suspect(letters) {
            let context = Context { text, tokens: &out.tokens, idx: token_idx };
            if let Some(found) = context.detached(letters) {
                push_detached(word, found, token_idx, out);
                return;
            }
        }
        let decided = self.segmenter.decided(letters);
        if (decided.is_none() || !plain)
            && let Some(cut) = self.joint(letters)
        {
            let at = if plain { 2 * cut as usize } else { letter_start(word, cut) };
            out.joints.push((token_idx as u32, (range.start + at) as u32));
        }
        let decision = decided.unwrap_or_else(|| self.segmenter.judge(letters));
        let cuts = Cuts { word, plain, decision, letters };
        cuts.push(token_idx, range.start, out);
    }
}

impl Tokenizer {
    /// Letters before a missing space.
    #[cold]
    fn joint(&self, letters: Letters) -> Option<u32> {
        glued::joint(letters, |word| self.segmenter.level(word))
    }
}

/// The segments of a detached clitic.
fn push_detached(word: &str, found: Detached, token_idx: usize, out: &mut Tokenized) {
    let range = out.tokens[token_idx].span.range();
    let start = range.start;
    match found {
        Detached::Suffix { host_idx } => {
            out.hosts.push((token_idx as u32, host_idx));
            out.push(token_idx, range, SegmentRole::Enclitic);
        }
        Detached::Prefix { n_proclitics, n_article, host_idx } => {
            out.hosts.push((token_idx as u32, host_idx));
            let n_parts = u32::from(n_proclitics) + u32::from(n_article > 0);
            for part in 0..n_parts {
                let is_last = part + 1 == n_parts;
                let end = if is_last { word.len() } else { letter_start(word, part + 1) };
                let from = letter_start(word, part);
                out.push(token_idx, start + from..start + end, SegmentRole::Proclitic);
            }
            if n_article > 0 {
                mark_article(out);
            }
        }
    }
}

/// Marks the whole last segment as the article.
fn mark_article(out: &mut Tokenized) {
    if let Some(last) = out.segments.last_mut() {
        last.has_article = true;
        last.article_byte_len = u8::try_from(last.span.byte_len()).unwrap_or(u8::MAX);
    }
}

/// A word and where it is cut.
struct Cuts<'t> {
    word: &'t str,
    plain: bool,
    decision: Decision,
    letters: Letters,
}

impl Cuts<'_> {
    /// Byte offset of a letter.
    #[inline]
    fn at(&self, letter: u32) -> usize {
        if self.plain { 2 * letter as usize } else { letter_start(self.word, letter) }
    }

    #[inline]
    fn push(&self, token_idx: usize, start: usize, out: &mut Tokenized) {
        let Pattern { n_proclitics, n_suffix } = self.decision.pattern;
        let (n_proclitics, n_suffix) = (u32::from(n_proclitics), u32::from(n_suffix));
        let stem_end =
            if n_suffix == 0 { self.word.len() } else { self.at(self.letters.len() - n_suffix) };
        let mut from = 0;
        for letter in 1..=n_proclitics {
            let to = self.at(letter);
            out.push(token_idx, start + from..start + to, SegmentRole::Proclitic);
            from = to;
        }
        out.push(token_idx, start + from..start + stem_end, SegmentRole::Stem);
        self.mark_article(from, out);
        out.push(token_idx, start + stem_end..start + self.word.len(), SegmentRole::Enclitic);
    }

    /// Flags the article of the stem just pushed, which begins at byte `from` of the word.
    #[inline]
    fn mark_article(&self, from: usize, out: &mut Tokenized) {
        let Decision { pattern, n_article } = self.decision;
        let Some(stem) = out.segments.last_mut().filter(|_| n_article > 0) else { return };
        let end = self.at(u32::from(pattern.n_proclitics) + u32::from(n_article));
        if let Ok(byte_len) = u8::try_from(end - from) {
            stem.has_article = true;
            stem.article_byte_len = byte_len;
        }
    }
}
