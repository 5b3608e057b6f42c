//! `--warm-start`: training a model again with documents that were reviewed since.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use tawsim_corpus::{Document, LabelSet};
use tawsim_tagger::{
    Comparison, Model, RetrainCorpus, RetrainSettings, Retrained, ReviewedDocument, Tagger, retrain,
};
use tawsim_tokenizer::Span;

use super::super::evaluate::write_scores;
use super::super::{open_model, with_threads};
use super::{Args, read_more, tell_report, told};
use crate::input::read_annotated;
use crate::output::write_atomically;
use crate::streams::Streams;

pub(super) fn run(args: &Args, start: &Path, streams: &mut Streams<'_>) -> Result<()> {
    let current = Tagger::new(open_model(Some(start))?);
    let mut labels = current.labels().clone();
    let base = read(&args.base, &mut labels, streams)?;
    let whole = read(&args.inputs, &mut labels, streams)?;
    let mut reviewed: Vec<ReviewedDocument> = Vec::new();
    reviewed
        .extend(whole.into_iter().map(|document| ReviewedDocument { document, reviewed: None }));
    let partial = read(&args.partial, &mut labels, streams)?;
    reviewed.extend(partial.into_iter().map(|document| {
        let lines = lines_with_entities(&document);
        ReviewedDocument { document, reviewed: Some(lines) }
    }));
    let settings = settings(args, current.model(), base.len() + reviewed.len())?;
    let corpus = RetrainCorpus { base: &base, reviewed: &reviewed, labels: &labels };
    let messages = &mut streams.messages;
    let Retrained { bytes, report, comparison, n_replaced } = with_threads(args.threads, || {
        told((args, &settings.train), messages, |progress| {
            retrain(corpus, Some(&current), &settings, progress)
        })
    })??;
    write_atomically(&args.output, &bytes)?;
    if n_replaced > 0 {
        let words = "documents of --base were left out: the inputs have them too";
        streams.messages.tell(&format!("{n_replaced} {words}"));
    }
    if !args.quiet {
        tell_report(&report, bytes.len(), &mut streams.messages);
    }
    if let Some(Comparison { before, after, n_documents }) = comparison {
        for (name, scores) in [("before", before), ("after", Some(after))] {
            let Some(scores) = scores else { continue };
            let out = &mut streams.people();
            writeln!(out, "{name}, on {n_documents} documents kept back:")?;
            write_scores(&scores, &[], out)?;
        }
    }
    Ok(())
}

/// Documents with labels of `labels`, which grows by those it does not know.
fn read(
    paths: &[std::path::PathBuf],
    labels: &mut LabelSet,
    streams: &mut Streams<'_>,
) -> Result<Vec<Document>> {
    let (mut documents, theirs) = read_annotated(paths, streams)?;
    let map = labels.intern_all(theirs.names())?;
    for entity in documents.iter_mut().flat_map(|document| &mut document.entities) {
        entity.label = map[entity.label.label_idx()];
    }
    Ok(documents)
}

/// The lines of a document that have an entity; entities are in order and do not overlap.
fn lines_with_entities(document: &Document) -> Vec<Span> {
    let mut start = 0;
    let lines = document.text.split_inclusive('\n').filter_map(|line| {
        let span = Span::from_range(start..start + line.len());
        start += line.len();
        span
    });
    let mut entities = document.entities.iter().peekable();
    let has_entity = |line: &Span| {
        while entities.next_if(|entity| entity.span.end() <= line.start()).is_some() {}
        entities.peek().is_some_and(|entity| entity.span.overlaps(*line))
    };
    lines.filter(has_entity).collect()
}

fn settings(args: &Args, model: &Model, n_documents: usize) -> Result<RetrainSettings> {
    let mut settings = RetrainSettings::from_model(model);
    let train = &mut settings.train;
    if let Some(name) = &args.name {
        train.name.clone_from(name);
    }
    super::take_options(args, train, n_documents);
    train.notes.insert("started from".to_owned(), format!("{:08x}", model.checksum()));
    if !args.gazetteer.is_empty() {
        train.gazetteer = super::read_gazetteer(&args.gazetteer)?;
    }
    read_more(args, train)?;
    // Every document kept back would leave none to learn from.
    let every = (1.0 / args.holdout).round().max(2.0) as usize;
    settings.hold_out_every = if args.holdout > 0.0 { every } else { 0 };
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tawsim_corpus::Entity;

    #[test]
    fn lines_with_entities_are_those_that_overlap_one() {
        let label = LabelSet::from_names(["P"]).expect("a name").at(0).expect("one label");
        let text = "ab\ncd\n\nef gh\nij";
        for spans in [
            &[][..],
            &[(0, 2)],
            &[(1, 2), (4, 5)],
            &[(2, 4)],
            &[(0, 1), (1, 2), (7, 9), (10, 12)],
            &[(1, 14), (14, 15)],
            &[(6, 7), (13, 15)],
        ] {
            let mut document = Document::new("d", text);
            let spans = spans.iter().map(|&(start, end)| Span::new(start, end));
            document.entities.extend(spans.map(|span| Entity::new(span, label)));
            let mut expected = Vec::new();
            let mut start = 0;
            for line in text.split_inclusive('\n') {
                let span = Span::new(start, start + line.len() as u32);
                if document.entities.iter().any(|entity| entity.span.overlaps(span)) {
                    expected.push(span);
                }
                start = span.end();
            }
            assert_eq!(lines_with_entities(&document), expected, "{:?}", document.entities);
        }
    }
}
