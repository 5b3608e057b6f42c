//! Where sentences end: at every line end, and at stops that are no part of a number or name.

use crate::{Sentence, Token, TokenKind};

/// What the scanner saw that may end a sentence, in the order of the text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Breaks(Vec<Break>);

#[derive(Clone, Copy, Debug)]
enum Break {
    /// A line ends before this token.
    Line(u32),
    /// This token is a full stop, question or exclamation mark.
    Stop(u32),
}

impl Breaks {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn end_line(&mut self, n_tokens: usize) {
        self.0.push(Break::Line(n_tokens as u32));
    }

    /// Renumbers the tokens behind each of `joints` (token and where it is cut), which become two.
    pub(crate) fn make_room(&mut self, joints: &[(u32, u32)]) {
        for found in &mut self.0 {
            let (Break::Line(token_idx) | Break::Stop(token_idx)) = found;
            *token_idx += joints.partition_point(|joint| joint.0 < *token_idx) as u32;
        }
    }

    pub(crate) fn stop(&mut self, token_idx: usize) {
        self.0.push(Break::Stop(token_idx as u32));
    }
}

/// Abbreviations of more than one letter that stand before a name or number.
const ABBREVIATIONS: &[&str] =
    &["أد", "جنيه", "ص", "ط", "هـ", "ق", "Dr", "Mr", "Mrs", "St", "No", "vs", "Inc", "Ltd"];

/// Signs that may stand between a stop and the end of its sentence.
const CLOSERS: &[&str] = &["\"", "”", "»", "›", "’", "'", ")", "]", "}"];

/// Groups tokens into sentences.
pub(crate) fn split(text: &str, tokens: &[Token], breaks: &Breaks, out: &mut Vec<Sentence>) {
    let mut first = 0;
    for &found in &breaks.0 {
        let end = match found {
            Break::Line(end) => end,
            Break::Stop(stop) if ends_sentence(text, tokens, stop as usize) => {
                end_behind(text, tokens, stop as usize)
            }
            Break::Stop(_) => continue,
        };
        first = push(tokens, first, end, out);
    }
    push(tokens, first, tokens.len() as u32, out);
}

fn push(tokens: &[Token], first: u32, end: u32, out: &mut Vec<Sentence>) -> u32 {
    if end <= first {
        return first;
    }
    let span = tokens[first as usize].span.cover(tokens[end as usize - 1].span);
    out.push(Sentence { span, first_token_idx: first, end_token_idx: end });
    end
}

/// The token behind the stop and what closes with it.
fn end_behind(text: &str, tokens: &[Token], stop: usize) -> u32 {
    let mut end = stop + 1;
    while end < tokens.len()
        && tokens[end].span.start() == tokens[end - 1].span.end()
        && (CLOSERS.contains(&tokens[end].span.slice(text)) || is_stop(text, tokens[end]))
    {
        end += 1;
    }
    end as u32
}

fn is_stop(text: &str, token: Token) -> bool {
    matches!(token.span.slice(text), "." | "!" | "?" | "؟" | "…")
}

fn ends_sentence(text: &str, tokens: &[Token], stop: usize) -> bool {
    let sign = tokens[stop].span.slice(text);
    if !sign.starts_with('.') && sign != "…" {
        return true;
    }
    let before = stop.checked_sub(1).map(|idx| tokens[idx]);
    let touches = before.is_some_and(|token| token.span.end() == tokens[stop].span.start());
    if sign != "." || !touches {
        // Dots of omission go on unless the line ends; a loose full stop is one.
        return sign == "." && !touches;
    }
    before.is_none_or(|token| !is_abbreviation(text, token)) && !glued(text, tokens, stop)
}

/// Initials (`أ.`, `J.`) and a short list.
fn is_abbreviation(text: &str, token: Token) -> bool {
    let word = token.span.slice(text);
    matches!(token.kind, TokenKind::Word | TokenKind::Latin)
        && (word.chars().count() == 1 || ABBREVIATIONS.contains(&word))
}

/// Whether the stop joins two parts of one name: only between Arabic words is a space missing.
fn glued(text: &str, tokens: &[Token], stop: usize) -> bool {
    let Some(next) = tokens.get(stop + 1) else { return false };
    if next.span.start() != tokens[stop].span.end() || next.kind == TokenKind::Punctuation {
        return false;
    }
    let is_word =
        |token: Token| token.kind == TokenKind::Word && token.span.slice(text).chars().count() > 1;
    !(is_word(*next) && is_word(tokens[stop - 1]))
}
