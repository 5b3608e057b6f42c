use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;
use tawsim_tokenizer::{NormalizeOptions, SegmentRole, TokenKind, Tokenized, Tokenizer, fold_into};

/// The frequent forms of a text, and the text as their ids.
pub(super) struct Vocabulary {
    /// Folded forms, the most frequent first.
    pub forms: Vec<String>,
    /// How often each occurs.
    pub counts: Vec<u64>,
    /// The text: ids of forms; [`Vocabulary::other`] stands for sentence edges and rare forms.
    pub sequence: Vec<u32>,
}

/// All numbers are one form: what stands beside a number does not depend on its digits.
const NUMBER: &str = "0";

impl Vocabulary {
    /// The id of what has no form of its own.
    pub(super) fn other(&self) -> u32 {
        self.forms.len() as u32
    }

    pub(super) fn read(texts: &[&str], max_forms: usize, min_count: u64) -> Self {
        let tokenizer = Tokenizer::new();
        let parts: Vec<Vec<Option<String>>> =
            texts.par_iter().map(|text| stems(text, &tokenizer)).collect();
        let mut counts: HashMap<&str, u64> = HashMap::new();
        for form in parts.iter().flatten().flatten() {
            *counts.entry(form).or_default() += 1;
        }
        let mut ranked: Vec<(&str, u64)> =
            counts.into_iter().filter(|(_, count)| *count >= min_count).collect();
        ranked.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        ranked.truncate(max_forms);
        let ids: HashMap<&str, u32> =
            ranked.iter().enumerate().map(|(id, (form, _))| (*form, id as u32)).collect();
        let other = ranked.len() as u32;
        let id = |form: &Option<String>| {
            form.as_deref().and_then(|form| ids.get(form)).copied().unwrap_or(other)
        };
        let sequence = parts.par_iter().flat_map_iter(|part| part.iter().map(id)).collect();
        Self {
            forms: ranked.iter().map(|(form, _)| (*form).to_owned()).collect(),
            counts: ranked.iter().map(|(_, count)| *count).collect(),
            sequence,
        }
    }
}

/// The folded stems of a text; `None` at the edges of sentences.
fn stems(text: &str, tokenizer: &Tokenizer) -> Vec<Option<String>> {
    let mut tokenized = Tokenized::default();
    tokenizer.tokenize(text, &mut tokenized);
    let mut stems = Vec::new();
    for sentence in tokenized.sentences() {
        let tokens: Range<u32> = sentence.first_token_idx..sentence.end_token_idx;
        for token_idx in tokens {
            let kind = tokenized.tokens()[token_idx as usize].kind;
            let segments = tokenized.segments_of(token_idx as usize).iter();
            for stem in segments.filter(|segment| segment.role == SegmentRole::Stem) {
                stems.push(Some(form(stem.span.slice(text), stem.has_article, kind)));
            }
        }
        stems.push(None);
    }
    stems
}

fn form(raw: &str, has_article: bool, kind: TokenKind) -> String {
    if kind == TokenKind::Number {
        return NUMBER.to_owned();
    }
    let mut form = String::with_capacity(raw.len());
    if has_article && raw.starts_with('ل') {
        form.push('ا');
    }
    fold_into(raw, &NormalizeOptions::MATCH_KEY, &mut form);
    form
}
