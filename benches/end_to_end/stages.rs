//! The stages from text to entities with links and values, each measured with those before it.

use std::hint::black_box;

use tawsim_corpus::{Document, Entity, write_jsonl};
use tawsim_tagger::{LinkHints, Linker, Tagger, TaggerScratch, entity_values};
use tawsim_tokenizer::{Tokenized, Tokenizer};

use crate::clock::best;

/// How far a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Split,
    Tokenize,
    Tag,
    Link,
    Value,
    Output,
}

const STAGES: [(Stage, &str); 5] = [
    (Stage::Tokenize, "tokenize"),
    (Stage::Tag, "tag"),
    (Stage::Link, "link"),
    (Stage::Value, "value"),
    (Stage::Output, "write JSON Lines"),
];

pub(crate) struct Stages<'t> {
    tagger: &'t Tagger,
    tokenizer: Tokenizer,
    linker: Linker<'t>,
}

/// Prints the time of each stage, in nanoseconds a token; returns tokens a second up to the values.
pub(crate) fn report(tagger: &Tagger, documents: &[Document], n_rounds: usize) -> f64 {
    let stages = Stages::new(tagger);
    let n_tokens = stages.run(Stage::Tokenize, documents);
    let time = |stage| {
        best(n_rounds, || {
            black_box(stages.run(stage, documents));
        })
    };
    let per_token = |seconds: f64| 1e9 * seconds / n_tokens as f64;
    let split = per_token(time(Stage::Split));
    println!("{n_tokens} tokens; nanoseconds a token:");
    println!("{:<40} {split:>12.1}", "  split at white space, for comparison");
    let mut before = 0.0;
    let mut all = f64::INFINITY;
    for (stage, name) in STAGES {
        let seconds = time(stage);
        println!("  {name:<38} {:>12.1}", per_token(seconds - before));
        before = seconds;
        if stage == Stage::Value {
            all = seconds;
        }
    }
    n_tokens as f64 / all
}

impl<'t> Stages<'t> {
    pub(crate) fn new(tagger: &'t Tagger) -> Self {
        Self { tagger, tokenizer: Tokenizer::new(), linker: Linker::new(tagger.model()) }
    }

    /// Goes so far with every document, with buffers that have met no word yet; returns the number of tokens.
    pub(crate) fn run(&self, stage: Stage, documents: &[Document]) -> usize {
        let mut scratch = TaggerScratch::new();
        let mut tokenized = Tokenized::default();
        let mut n_tokens = 0;
        for document in documents {
            n_tokens += match stage {
                Stage::Split => document.text.split_whitespace().count(),
                Stage::Tokenize => {
                    self.tokenizer.tokenize(&document.text, &mut tokenized);
                    tokenized.tokens().len()
                }
                _ => self.tag(stage, document, &mut scratch),
            };
        }
        n_tokens
    }

    fn tag(&self, stage: Stage, document: &Document, scratch: &mut TaggerScratch) -> usize {
        let found = self.tagger.tag(&document.text, scratch);
        let entities: Vec<Entity> = found.iter().map(|entity| Entity::from(*entity)).collect();
        let document = Document { entities, ..document.clone() };
        let labels = self.tagger.labels();
        if stage >= Stage::Link {
            let tokenized = scratch.tokenized();
            black_box(self.linker.link(&document, tokenized, labels, LinkHints::default()));
        }
        if stage >= Stage::Value {
            black_box(entity_values(&document, scratch.tokenized(), labels, None));
        }
        if stage >= Stage::Output {
            let mut line = Vec::new();
            write_jsonl(&document, labels, &mut line).expect("memory takes all");
            black_box(line);
        }
        scratch.n_tokens()
    }
}
