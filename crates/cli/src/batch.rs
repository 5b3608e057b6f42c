//! Documents in parallel, results in the order of the input.
//!
//! One thread of the pool reads, hands jobs out and writes; while it waits for a result it works too. So reading and
//! writing go on beside the work, and no thread stands still between batches.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Result;
use rayon::{Scope, Yield};
use tawsim_corpus::{Document, LabelSet};

use crate::input::{Sources, documents};
use crate::progress::byte_bar;
use crate::streams::Messages;

/// Documents are handed to the threads in jobs of about this size.
const JOB_BYTES: usize = 64 << 10;
const JOB_DOCUMENTS: usize = 64;
/// Documents and results that wait hold about this much text.
const WAITING_BYTES: usize = 4 << 20;
/// How long to wait before looking again whether another thread has the result.
const PAUSE: Duration = Duration::from_micros(20);

/// The results of a job, when they are there.
type Outcome<T> = Arc<OnceLock<Vec<Result<T>>>>;

/// Jobs in the order of the input.
struct Queue<'s, T, W, S> {
    work: &'s W,
    sink: S,
    waiting: VecDeque<(Outcome<T>, usize)>,
    /// Text of the jobs that wait.
    n_bytes: usize,
    job: Vec<Document>,
    job_bytes: usize,
}

impl<'s, T, W, S> Queue<'s, T, W, S>
where
    T: Send + Sync + 's,
    W: Fn(&mut Document) -> Result<T> + Sync,
    S: FnMut(T) -> Result<()>,
{
    fn push(&mut self, document: Document, scope: &Scope<'s>) -> Result<()> {
        self.job_bytes += document.text.len();
        self.job.push(document);
        if self.job_bytes >= JOB_BYTES || self.job.len() >= JOB_DOCUMENTS {
            self.hand_out(scope);
            self.take_in(WAITING_BYTES)?;
        }
        Ok(())
    }

    fn hand_out(&mut self, scope: &Scope<'s>) {
        let (outcome, work) = (Outcome::<T>::default(), self.work);
        let mut job = std::mem::take(&mut self.job);
        let byte_len = std::mem::take(&mut self.job_bytes).max(1);
        self.n_bytes += byte_len;
        self.waiting.push_back((Arc::clone(&outcome), byte_len));
        scope.spawn(move |_| {
            let results = job.iter_mut().map(work).collect();
            assert!(outcome.set(results).is_ok(), "a job is done once");
        });
    }

    /// Writes what is ready, and waits until no more than `limit` bytes of text are left.
    fn take_in(&mut self, limit: usize) -> Result<()> {
        while let Some((outcome, byte_len)) = self.waiting.front_mut() {
            if let Some(outcome) = Arc::get_mut(outcome) {
                // Nothing is there if the job panicked; the scope passes that on.
                let Some(results) = outcome.take() else { break };
                self.n_bytes -= *byte_len;
                self.waiting.pop_front();
                results.into_iter().try_for_each(|result| (self.sink)(result?))?;
            } else if self.n_bytes <= limit {
                break;
            } else if rayon::yield_now() != Some(Yield::Executed) {
                std::thread::sleep(PAUSE);
            }
        }
        Ok(())
    }
}

/// Runs `work` on every document, in parallel, and `sink` on the results, in order. Tells of what
/// cannot be read and goes on; returns how many that were.
pub(crate) fn map_documents<T: Send + Sync>(
    found: &Sources,
    stdin: &mut dyn Read,
    messages: &mut Messages<'_>,
    work: impl Fn(&mut Document) -> Result<T> + Sync,
    sink: impl FnMut(T) -> Result<()>,
) -> Result<usize> {
    let bar = byte_bar(found.total_bytes(), messages);
    let mut n_failures = found.failures.len();
    found.failures.iter().for_each(|error| messages.error(&format!("{error:#}")));
    let mut labels = LabelSet::new();
    rayon::in_place_scope(|scope| {
        let (waiting, job) = (VecDeque::new(), Vec::new());
        let mut queue = Queue { work: &work, sink, waiting, n_bytes: 0, job, job_bytes: 0 };
        for source in &found.sources {
            for document in documents(source, stdin, &mut labels) {
                match document {
                    Ok(document) => {
                        bar.inc(document.text.len() as u64);
                        queue.push(document, scope)?;
                    }
                    Err(error) => {
                        n_failures += 1;
                        bar.suspend(|| messages.error(&format!("{error:#}")));
                    }
                }
            }
        }
        queue.hand_out(scope);
        queue.take_in(0)
    })?;
    bar.finish_and_clear();
    Ok(n_failures)
}
