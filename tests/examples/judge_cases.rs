//! Random cases for judges in other languages (`tests/judges`): what we wrote, and what is to be found in it.
//!
//! `judge_cases agreement FILE` writes a random corpus a line: the tags of each annotator and our figures.
//! `judge_cases formats FOLDER` writes random documents in every format, and the truth beside them.
//! The cases are the same at every run.

use std::fs;
use std::path::Path;

use proptest::prelude::Strategy;
use serde_json::{Value, json};
use tawsim_corpus::{
    Agreement, Document, Entity, Evaluation, FORMATS, Feature, FormatInfo, GivenSentence,
    GivenToken, GivenTokens, LabelSet, TagScheme, UnitSpan, WriteContext, WriteOptions, Writer,
    conll_tag, units, units_of, write_files, write_stream,
};
use tawsim_tests::documents::{any_document, any_unit_document, drawn, labels};
use tawsim_tests::store::SplitMix;
use tawsim_tokenizer::Span;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const N_CORPORA: usize = 200;
const N_DOCUMENTS: usize = 500;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["agreement", file] => Ok(fs::write(file, agreement_cases()?)?),
        ["formats", folder] => write_formats(Path::new(folder)),
        _ => Err("say agreement FILE or formats FOLDER".into()),
    }
}

// Agreement.

fn agreement_cases() -> Result<String> {
    let mut random = SplitMix(1);
    let mut out = String::new();
    for _ in 0..N_CORPORA {
        out += &agreement_case(&mut random)?.to_string();
        out.push('\n');
    }
    Ok(out)
}

/// Annotators who mostly agree with one of them, and have not seen every document.
fn agreement_case(random: &mut SplitMix) -> Result<Value> {
    let labels = labels();
    let n_annotators = 2 + random.below(3);
    let mut agreement = Agreement::new(labels.clone(), n_annotators);
    let mut evaluation = Evaluation::new(labels.clone());
    let mut tags: Vec<Vec<Option<Vec<String>>>> = vec![Vec::new(); n_annotators];
    for _ in 0..1 + random.below(6) {
        let document = words(random.below(30));
        let first = flat_entities(random, &document, &labels);
        let mut lists = vec![Some(first.clone())];
        for _ in 1..n_annotators {
            let kept = first.iter().filter(|_| random.below(5) > 0).copied().collect();
            let other = flat_entities(random, &document, &labels);
            lists.push(
                [Some(kept), Some(other), Some(first.clone()), None][random.below(4)].clone(),
            );
        }
        let borrowed: Vec<Option<&[Entity]>> = lists.iter().map(Option::as_deref).collect();
        agreement.add(&document, &borrowed);
        if let Some(second) = &lists[1] {
            evaluation.add(&Document { entities: first, ..document.clone() }, second);
        }
        for (tags, list) in tags.iter_mut().zip(&lists) {
            tags.push(list.as_ref().map(|list| tags_of(list, &units(&document).spans, &labels)));
        }
    }
    let pair = |(first, second)| {
        json!({
            "first": first, "second": second,
            "f1": agreement.spans(first, second).f1(), "kappa": agreement.kappa(first, second),
        })
    };
    let all = (1..n_annotators).flat_map(|second| (0..second).map(move |first| (first, second)));
    let scores = |label: tawsim_corpus::Label| {
        let counts = evaluation.per_label()[label.label_idx()].strict;
        let all = [counts.precision(), counts.recall(), counts.f1()];
        (labels.name(label).to_owned(), json!(all))
    };
    let micro = evaluation.micro().strict;
    Ok(json!({
        "tags": tags,
        "pairs": all.map(pair).collect::<Vec<_>>(),
        "alpha": agreement.alpha(),
        "micro": [micro.precision(), micro.recall(), micro.f1()],
        "labels": labels.iter().map(scores).collect::<serde_json::Map<_, _>>(),
    }))
}

/// `n` words, given as tokens, so that tags are a matter of the case and not of our tokenizer.
fn words(n: usize) -> Document {
    let mut document = Document::new("d", "حلب ".repeat(n));
    let width = "حلب ".len() as u32;
    let row = |idx: u32| GivenToken {
        span: Span::new(idx * width, (idx + 1) * width - 1),
        ..GivenToken::default()
    };
    document.tokens = GivenTokens {
        rows: (0..n as u32).map(row).collect(),
        sentences: vec![GivenSentence { rows: 0..n, ..GivenSentence::default() }],
    };
    document
}

/// Disjoint entities on whole units.
fn flat_entities(random: &mut SplitMix, document: &Document, labels: &LabelSet) -> Vec<Entity> {
    let units = units(document);
    let mut entities = Vec::new();
    for sentence in &units.sentences {
        let mut at = sentence.start;
        while at < sentence.end {
            let end = (at + 1 + random.below(3)).min(sentence.end);
            if random.below(3) == 0 {
                let span = units.spans[at].cover(units.spans[end - 1]);
                let label = labels.at(random.below(labels.len())).expect("one of them");
                entities.push(Entity::new(span, label));
            }
            at = end;
        }
    }
    entities
}

fn tags_of(entities: &[Entity], units: &[Span], labels: &LabelSet) -> Vec<String> {
    let span = |entity: &Entity| {
        let (units, _) = units_of(entity, units)?;
        Some(UnitSpan { units, label: entity.label })
    };
    let spans: Vec<UnitSpan> = entities.iter().filter_map(span).collect();
    let mut tags = Vec::new();
    TagScheme::Iob2.encode(&spans, units.len(), &mut tags);
    tags.into_iter().map(|tag| conll_tag(tag, labels)).collect()
}

// Formats.

fn write_formats(folder: &Path) -> Result<()> {
    let labels = labels();
    let any = documents("any", &any_document(), without_edges);
    let nested = documents("nested", &any_document(), without_crossing);
    let flat = documents("flat", &any_unit_document(), within_sentences);
    for (name, documents) in [("any", &any), ("nested", &nested), ("flat", &flat)] {
        let folder = folder.join(name);
        fs::create_dir_all(&folder)?;
        let truth: String = documents.iter().map(|d| format!("{}\n", truth(d, &labels))).collect();
        fs::write(folder.join("truth.jsonl"), truth)?;
        for info in FORMATS.iter().filter(|info| info.writer.is_some() && carries(info, name)) {
            write_format(info, documents, &labels, &folder.join(info.name))?;
        }
    }
    Ok(())
}

/// As many documents as each judge is given, with the entities that `cut` leaves.
fn documents(
    kind: &str,
    strategy: &impl Strategy<Value = Document>,
    cut: fn(&mut Document),
) -> Vec<Document> {
    let mut documents = drawn(strategy, N_DOCUMENTS);
    for (idx, document) in documents.iter_mut().enumerate() {
        document.id = format!("{kind}{idx:04}");
        cut(document);
    }
    documents
}

/// Tools cut white space off the edges of entities.
fn without_edges(document: &mut Document) {
    let text = &document.text;
    document.entities.retain(|entity| entity.span.slice(text).trim() == entity.span.slice(text));
}

fn without_crossing(document: &mut Document) {
    without_edges(document);
    let mut kept: Vec<Entity> = Vec::new();
    for entity in &document.entities {
        let (a, is_free) = (entity.span, |b: Span| !b.overlaps(entity.span));
        if kept.iter().all(|k| is_free(k.span) || k.span.cover(a) == a || k.span.cover(a) == k.span)
        {
            kept.push(*entity);
        }
    }
    document.entities = kept;
}

/// Entities of one sentence and one line.
fn within_sentences(document: &mut Document) {
    let units = units(document);
    let sentences = units.sentences.iter().filter(|rows| !rows.is_empty());
    let sentences: Vec<Span> =
        sentences.map(|rows| units.spans[rows.start].cover(units.spans[rows.end - 1])).collect();
    let text = &document.text;
    document.entities.retain(|entity| {
        sentences.iter().any(|sentence| sentence.contains(entity.span))
            && !entity.span.slice(text).contains(['\n', '\t'])
    });
}

/// Whether the format carries the entities of this kind of documents, and no lesser kind is to be judged.
fn carries(info: &FormatInfo, kind: &str) -> bool {
    let inner = [Feature::Entities, Feature::Nesting, Feature::LineCrossing, Feature::SubWord];
    let has_inner = inner.iter().all(|feature| info.carries.has(*feature));
    match kind {
        "any" => has_inner && info.carries.has(Feature::Crossing),
        "nested" => has_inner && !info.carries.has(Feature::Crossing),
        _ => true,
    }
}

/// A document as a judge should find it; offsets in code points, which is what Python counts.
fn truth(document: &Document, labels: &LabelSet) -> Value {
    let chars = |byte: u32| document.text[..byte as usize].chars().count();
    let entity = |entity: &Entity| {
        let (start, end) = (chars(entity.span.start()), chars(entity.span.end()));
        json!([start, end, labels.name(entity.label), document.surface(entity)])
    };
    let units = units(document);
    let tags = tags_of(&document.entities, &units.spans, labels);
    // A word that holds a space is two rows where a space ends a column.
    let rows_of = |idx: usize| {
        let words = units.spans[idx].slice(&document.text).split_whitespace().enumerate();
        let tag = |nth: usize| match tags[idx].strip_prefix("B-") {
            Some(label) if nth > 0 => format!("I-{label}"),
            _ => tags[idx].clone(),
        };
        words.map(|(nth, word)| json!([word, tag(nth)])).collect::<Vec<_>>()
    };
    let sentence =
        |rows: &std::ops::Range<usize>| rows.clone().flat_map(rows_of).collect::<Vec<_>>();
    json!({
        "id": document.id,
        "text": document.text,
        "entities": document.entities.iter().map(entity).collect::<Vec<_>>(),
        "sentences": units.sentences.iter().map(sentence).collect::<Vec<_>>(),
    })
}

fn write_format(
    info: &FormatInfo,
    documents: &[Document],
    labels: &LabelSet,
    folder: &Path,
) -> Result<()> {
    let options = WriteOptions::default();
    let context = WriteContext { labels, options: &options };
    fs::create_dir_all(folder)?;
    let losses = if let Some(Writer::Stream(_)) = info.writer {
        let mut file = fs::File::create(
            folder.join(format!("all.{}", info.extensions.first().unwrap_or(&info.name))),
        )?;
        write_stream(info, documents, &context, &mut file)?
    } else {
        write_files(info, documents, &context, &mut |name, bytes| {
            fs::write(folder.join(name), bytes)
        })?
    };
    let refused: Vec<&String> = losses.refused.iter().map(|(id, _)| id).collect();
    Ok(fs::write(folder.join("refused.json"), json!(refused).to_string())?)
}
