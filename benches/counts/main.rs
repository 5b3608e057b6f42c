//! One hot loop over fixed input, as often as it is told: `counts LOOP REPETITIONS`, in the repository.
//!
//! `run` beside this file counts its instructions. What is made ready before the loop does not matter there: two runs that differ
//! by one repetition are compared.

#![expect(clippy::print_stdout, reason = "the sum shows that the loop's work was done")]

use std::ops::ControlFlow;

use tawsim_corpus::{Document, JsonlReader, LabelSet};
use tawsim_tagger::{
    Gazetteer, GazetteerBuilder, MentionScratch, Tagger, TaggerScratch, TrainSettings,
    read_gazetteer_table, train,
};
use tawsim_tokenizer::{Tokenized, Tokenizer};

/// Articles of the corpus that are read; the first ones are enough for training.
const N_TRAINED: usize = 12;
const CORPUS: &str = "corpus/conflict-ar/dev.jsonl";
const NAMES: &str = "corpus/gazetteer/places_sy.tsv";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let n: usize = args[1].parse().expect("a number of repetitions");
    let (documents, labels) = documents();
    let sum = match args[0].as_str() {
        "tokenize" => tokenize(&documents, n),
        "tag" => tag(&documents, n),
        "find" => find(&documents, n),
        "epoch" => epochs(&documents[..N_TRAINED], &labels, n),
        other => panic!("no loop is called {other}"),
    };
    println!("{} {n} {sum}", args[0]);
}

fn documents() -> (Vec<Document>, LabelSet) {
    let text = std::fs::read(CORPUS).expect("it runs in the repository");
    let mut labels = LabelSet::new();
    let documents = JsonlReader::new(text.as_slice(), &mut labels);
    (documents.map(|document| document.expect("a sound corpus")).collect(), labels)
}

/// Tokens, sentences and clitic segments.
fn tokenize(documents: &[Document], n: usize) -> usize {
    let (tokenizer, mut out, mut sum) = (Tokenizer::new(), Tokenized::default(), 0);
    for document in std::iter::repeat_n(documents, n).flatten() {
        tokenizer.tokenize(&document.text, &mut out);
        sum += out.segments().len();
    }
    sum
}

/// All of tagging: tokens, features, sums of weights, best paths and their probabilities.
fn tag(documents: &[Document], n: usize) -> usize {
    let (tagger, mut sum) = (Tagger::bundled(), 0);
    for documents in std::iter::repeat_n(documents, n) {
        let mut scratch = TaggerScratch::new();
        for document in documents {
            sum += tagger.tag(&document.text, &mut scratch).len();
        }
    }
    sum
}

fn gazetteer() -> Gazetteer {
    let table = std::fs::read_to_string(NAMES).expect("it runs in the repository");
    let mut builder = GazetteerBuilder::new();
    for (_, record) in read_gazetteer_table(&table).expect("a sound table") {
        builder.add_record(&record).expect("a sound record");
    }
    builder.build()
}

/// Names of the gazetteer in tokens made before.
fn find(documents: &[Document], n: usize) -> usize {
    let (gazetteer, tokenizer) = (gazetteer(), Tokenizer::new());
    let tokenize = |document: &Document| {
        let mut out = Tokenized::default();
        tokenizer.tokenize(&document.text, &mut out);
        out
    };
    let tokenized: Vec<Tokenized> = documents.iter().map(tokenize).collect();
    let (mut scratch, mut sum) = (MentionScratch::default(), 0);
    for (document, tokenized) in std::iter::repeat_n(documents.iter().zip(&tokenized), n).flatten()
    {
        sum += gazetteer.find(&document.text, tokenized, &mut scratch).len();
    }
    sum
}

/// Iterations of L-BFGS, behind one that makes everything ready.
fn epochs(documents: &[Document], labels: &LabelSet, n: usize) -> usize {
    let mut settings = TrainSettings::new("counts");
    settings.crf.lbfgs.max_iterations = 1 + n;
    settings.gazetteer = gazetteer();
    let mut go_on = |_: &_| ControlFlow::Continue(());
    let trained = train(documents, labels, &settings, &mut go_on).expect("it can be learnt");
    assert_eq!(trained.report.n_iterations, 1 + n, "it must not end early");
    trained.report.n_kept_attributes
}
