//! Documents in parallel, results in the order of the input.

use std::io::Read;

use anyhow::Result;
use rayon::prelude::*;
use tawsim_corpus::{Document, LabelSet};

use crate::input::{Sources, documents};
use crate::progress::byte_bar;
use crate::streams::Messages;

/// Documents are handed to the threads in batches of about this size.
const BATCH_BYTES: usize = 4 << 20;
const BATCH_DOCUMENTS: usize = 512;

/// Runs `work` on every document, in parallel, and `sink` on the results, in order. Tells of what
/// cannot be read and goes on; returns how many that were.
pub(crate) fn map_documents<T: Send>(
    found: &Sources,
    stdin: &mut dyn Read,
    messages: &mut Messages<'_>,
    work: impl Fn(&mut Document) -> Result<T> + Sync,
    mut sink: impl FnMut(T) -> Result<()>,
) -> Result<usize> {
    let bar = byte_bar(found.total_bytes(), messages);
    let mut n_failures = found.failures.len();
    found.failures.iter().for_each(|error| messages.error(&format!("{error:#}")));
    let mut flush = |batch: &mut Vec<Document>| -> Result<()> {
        let results: Vec<Result<T>> = batch.par_iter_mut().map(&work).collect();
        batch.clear();
        results.into_iter().try_for_each(|result| sink(result?))
    };
    let (mut batch, mut byte_len) = (Vec::new(), 0);
    let mut labels = LabelSet::new();
    for source in &found.sources {
        for document in documents(source, stdin, &mut labels) {
            match document {
                Ok(document) => {
                    byte_len += document.text.len();
                    bar.inc(document.text.len() as u64);
                    batch.push(document);
                }
                Err(error) => {
                    n_failures += 1;
                    bar.suspend(|| messages.error(&format!("{error:#}")));
                }
            }
            if byte_len >= BATCH_BYTES || batch.len() >= BATCH_DOCUMENTS {
                flush(&mut batch)?;
                byte_len = 0;
            }
        }
    }
    flush(&mut batch)?;
    bar.finish_and_clear();
    Ok(n_failures)
}
