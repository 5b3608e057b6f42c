//! The texts of documents, for commands that learn from text alone.

use tawsim_corpus::LabelSet;

use crate::input::{Sources, documents};
use crate::progress::byte_bar;
use crate::streams::Streams;

/// What was read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TextCounts {
    pub n_texts: usize,
    /// Documents and files that could not be read.
    pub n_failures: usize,
}

/// Gives each document's text to `take`, in the order of the input, until it says no. Tells of what cannot be read
/// and goes on.
pub(crate) fn each_text(
    found: &Sources,
    streams: &mut Streams<'_>,
    mut take: impl FnMut(String) -> bool,
) -> TextCounts {
    let Streams { stdin, messages, .. } = streams;
    let bar = byte_bar(found.total_bytes(), messages);
    messages.tell_failures(&found.failures);
    let mut counts = TextCounts { n_texts: 0, n_failures: found.failures.len() };
    let mut labels = LabelSet::new();
    for source in &found.sources {
        for document in documents(source, *stdin, &mut labels) {
            match document {
                Ok(document) => {
                    bar.inc(document.text.len() as u64);
                    counts.n_texts += 1;
                    if !take(document.text) {
                        return counts;
                    }
                }
                Err(error) => {
                    counts.n_failures += 1;
                    bar.suspend(|| messages.error(&format!("{error:#}")));
                }
            }
        }
    }
    bar.set_message("learning");
    counts
}
