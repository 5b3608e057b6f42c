use super::features::Features;
use super::lexicon::{Entry, Lexicon, level};
use super::model::Model;
use super::optimize::{Stop, minimize};
use super::{Segmenter, closed};
use crate::article;
use crate::letters::{Letters, code};
use crate::pattern::{Pattern, candidates};
use crate::{Token, TokenKind, Tokenized, Tokenizer};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How a segmenter is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SegmenterConfig {
    /// Words in the table of counts and decided cuts, the frequent ones first: four bytes each.
    pub n_words: usize,
    /// Weights of the model are this power of two: one byte each.
    pub weight_bits: u32,
    /// Strength of the quadratic penalty on the weights.
    pub l2: f64,
    /// Words must be seen this often for their cut to be decided beforehand.
    pub min_decided: u32,
    /// Rounds of the optimiser.
    pub max_iterations: usize,
}

impl Default for SegmenterConfig {
    fn default() -> Self {
        Self { n_words: 250_000, weight_bits: 17, l2: 1.0, min_decided: 2, max_iterations: 200 }
    }
}

/// Collects what a segmenter is trained on: raw text for counts, cut words, names.
///
/// The result depends on what was added, not on the order.
#[derive(Clone, Debug, Default)]
pub struct SegmenterTrainer {
    counts: HashMap<Letters, u32>,
    /// How often each word was cut in each way.
    cuts: BTreeMap<Letters, BTreeMap<Pattern, u32>>,
    names: BTreeSet<Letters>,
    /// Words whose cut the model is not asked for, and does not learn from.
    decided: BTreeMap<Letters, Pattern>,
    scratch: Tokenized,
}

/// Proclitics that a name decided to be whole is expected behind.
const BEFORE_WHOLE: [&str; 5] = ["و", "ب", "وب", "ل", "ول"];

/// A word with the attributes of each of its cuts.
struct Example {
    attributes: Vec<Vec<u32>>,
    /// Which cut is right.
    gold: usize,
    weight: f64,
}

impl SegmenterTrainer {
    /// Counts the words of a raw text.
    pub fn count(&mut self, text: &str) {
        Tokenizer::scan_text(text, &mut self.scratch);
        for letters in self.scratch.tokens().iter().filter_map(|token| letters_of(text, token)) {
            *self.counts.entry(letters).or_default() += 1;
        }
    }

    /// Adds a word and its parts in order, which join to it. False if the parts are no cut that
    /// the grammar knows; the word is left out then.
    pub fn annotate(&mut self, word: &str, parts: &[&str]) -> bool {
        let Some((letters, pattern)) = cut_of(word, parts) else { return false };
        if closed::cut(letters).is_some() {
            return true;
        }
        *self.cuts.entry(letters).or_default().entry(pattern).or_default() += 1;
        true
    }

    /// Adds a name of one word, which is not cut unless what is left is far more frequent.
    pub fn name(&mut self, name: &str) {
        let Some(letters) = Letters::from_text(name).filter(|letters| letters.len() > 2) else {
            return;
        };
        self.names.insert(letters);
        // حماة is often written حماه, which looks like a word with a pronoun.
        let last = letters.len() - 1;
        if letters.at(last) == code('ة') {
            self.names.insert(letters.first(last).join(Letters::literal("ه")));
        }
    }

    /// Decides that a word is never cut (`سامراء` is no `س+امراء`), and neither is it behind a conjunction
    /// or preposition. The model does not learn from it: such words are exceptions.
    pub fn keep_whole(&mut self, word: &str) {
        let Some(letters) = Letters::from_text(word).filter(|letters| letters.len() > 1) else {
            return;
        };
        self.decided.insert(letters, Pattern::WHOLE);
        for proclitics in BEFORE_WHOLE {
            // `لل` is a preposition with the article.
            if proclitics.ends_with('ل') && (word.starts_with('ل') || word.starts_with("ال")) {
                continue;
            }
            if let Some(whole) = Letters::from_text(&format!("{proclitics}{word}")) {
                let n_proclitics = proclitics.chars().count() as u8;
                self.decided.insert(whole, Pattern { n_proclitics, n_suffix: 0 });
            }
        }
    }

    /// Trains the segmenter.
    #[must_use]
    pub fn train(&self, config: &SegmenterConfig) -> Segmenter {
        let words = self.vocabulary(config.n_words);
        let counts_only = self.lexicon(&words, |_| None);
        let model = self.model(&counts_only, config);
        let lexicon = self.lexicon(&words, |letters| {
            let count = self.counts.get(&letters).copied().unwrap_or(0);
            let closed = closed::cut(letters).or_else(|| self.decided.get(&letters).copied());
            let annotated = self.cuts.get(&letters).map(majority);
            let frequent = count >= config.min_decided;
            closed.or(annotated).or_else(|| frequent.then(|| model.best(letters, &counts_only)))
        });
        Segmenter::new(lexicon, model)
    }

    /// Names, annotated and decided words first, then by count; at most `n_words`.
    fn vocabulary(&self, n_words: usize) -> Vec<Letters> {
        let closed = closed::words().iter().map(|row| row.0);
        let decided = self.cuts.keys().chain(self.decided.keys()).copied().chain(closed);
        let first: BTreeSet<Letters> = self.names.iter().copied().chain(decided).collect();
        let rest = self.counts.iter().filter(|row| !first.contains(row.0));
        let mut rest: Vec<(u32, Letters)> = rest.map(|(&word, &count)| (count, word)).collect();
        rest.sort_unstable_by_key(|&(count, word)| (std::cmp::Reverse(count), word));
        let rest = rest.into_iter().map(|(_, word)| word);
        first.iter().copied().chain(rest).take(n_words).collect()
    }

    fn lexicon(&self, words: &[Letters], decide: impl Fn(Letters) -> Option<Pattern>) -> Lexicon {
        let seen = |word| level(self.counts.get(&word).copied().unwrap_or(0));
        let rows = words.iter().map(|&letters| {
            let pattern = decide(letters);
            let entry = Entry {
                level: seen(letters),
                pattern,
                is_name: self.names.contains(&letters),
                has_article: pattern.is_some_and(|cut| article::n_letters(cut, letters, seen) > 0),
            };
            (letters, entry)
        });
        Lexicon::build(&rows.collect::<Vec<_>>())
    }

    fn model(&self, lexicon: &Lexicon, config: &SegmenterConfig) -> Model {
        let mask = (1_u32 << config.weight_bits) - 1;
        let examples: Vec<Example> = self
            .cuts
            .iter()
            .flat_map(|(&letters, cuts)| cuts.iter().map(move |cut| (letters, cut)))
            .filter_map(|(letters, (&gold, &count))| example(letters, gold, count, lexicon, mask))
            .collect();
        let stop = Stop { max_iterations: config.max_iterations, tolerance: 1e-7 };
        let weights = minimize(1 << config.weight_bits, stop, |weights, gradient| {
            loss(&examples, weights, gradient) + penalty(config.l2, weights, gradient)
        });
        Model::quantize(&weights)
    }
}

fn letters_of(text: &str, token: &Token) -> Option<Letters> {
    (token.kind == TokenKind::Word).then(|| Letters::from_text(token.span.slice(text))).flatten()
}

/// The cut of a word into these parts.
fn cut_of(word: &str, parts: &[&str]) -> Option<(Letters, Pattern)> {
    let letters = Letters::from_text(word)?;
    let n_letters = |part: &&str| Letters::from_text(part).map_or(0, Letters::len);
    let lens: Vec<u32> = parts.iter().map(n_letters).collect();
    let mut found = None;
    candidates(letters, |pattern| {
        if pattern.part_lens(letters).filter(|&len| len > 0).eq(lens.iter().copied()) {
            found = Some((letters, pattern));
        }
    });
    found
}

/// The most frequent cut, the first in order of equals.
fn majority(cuts: &BTreeMap<Pattern, u32>) -> Pattern {
    let best = cuts.iter().max_by_key(|&(&pattern, &count)| (count, std::cmp::Reverse(pattern)));
    best.map_or(Pattern::WHOLE, |(&pattern, _)| pattern)
}

fn example(
    letters: Letters,
    gold: Pattern,
    count: u32,
    lexicon: &Lexicon,
    mask: u32,
) -> Option<Example> {
    let features = Features { lexicon };
    let (mut attributes, mut gold_idx) = (Vec::new(), None);
    candidates(letters, |pattern| {
        if pattern == gold {
            gold_idx = Some(attributes.len());
        }
        let mut of_cut = Vec::new();
        features.attributes(letters, pattern, |hash| of_cut.push(hash & mask));
        attributes.push(of_cut);
    });
    let gold = gold_idx.filter(|_| attributes.len() > 1)?;
    Some(Example { attributes, gold, weight: f64::from(count).sqrt() })
}

/// Minus the weighted log-likelihood `sum of ln p(gold)`; its gradient replaces `gradient`.
fn loss(examples: &[Example], weights: &[f64], gradient: &mut [f64]) -> f64 {
    gradient.fill(0.0);
    let mut total = 0.0;
    let mut scores = Vec::new();
    for example in examples {
        scores.clear();
        let score = |cut: &Vec<u32>| cut.iter().map(|&idx| weights[idx as usize]).sum::<f64>();
        scores.extend(example.attributes.iter().map(score));
        let highest = scores.iter().copied().fold(f64::MIN, f64::max);
        let sum: f64 = scores.iter().map(|score| (score - highest).exp()).sum();
        total += example.weight * (sum.ln() + highest - scores[example.gold]);
        for (idx, cut) in example.attributes.iter().enumerate() {
            let expected = (scores[idx] - highest).exp() / sum;
            let observed = f64::from(u8::from(idx == example.gold));
            for &attribute in cut {
                gradient[attribute as usize] += example.weight * (expected - observed);
            }
        }
    }
    total
}

/// `l2 / 2` times the squared length of the weights; its gradient is added.
fn penalty(l2: f64, weights: &[f64], gradient: &mut [f64]) -> f64 {
    weights.iter().zip(gradient).for_each(|(weight, gradient)| *gradient += l2 * weight);
    l2 / 2.0 * weights.iter().map(|weight| weight * weight).sum::<f64>()
}
