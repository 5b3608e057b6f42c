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
use crate::{ExitCode, interrupt};

/// Documents are handed to the threads in jobs of about this size.
const JOB_BYTES: usize = 64 << 10;
const JOB_DOCUMENTS: usize = 64;
/// Documents and results that wait hold about this much text, for each thread.
const WAITING_BYTES: usize = 1 << 20;
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
            self.take_in(WAITING_BYTES * rayon::current_num_threads())?;
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

/// Where documents come from, and which of them need no work.
pub(crate) struct Inputs<'a, 'm> {
    pub found: &'a Sources,
    pub stdin: &'a mut (dyn Read + Send),
    pub messages: &'a mut Messages<'m>,
    /// Whether an earlier run has done this document.
    pub is_done: &'a mut (dyn FnMut(&Document) -> Result<bool> + Send),
}

/// How [`map_documents`] ended.
pub(crate) struct Ending {
    /// Documents and files that could not be read.
    pub n_failures: usize,
    /// Whether the user stopped it.
    pub is_interrupted: bool,
}

impl Ending {
    pub(crate) const fn exit_code(&self) -> ExitCode {
        if self.is_interrupted {
            ExitCode::Interrupted
        } else {
            ExitCode::from_failures(self.n_failures)
        }
    }
}

/// Runs `work` on every document, in parallel, and `sink` on the results, in order. Tells of what
/// cannot be read and goes on. Where the user stops it, what was read is still done.
pub(crate) fn map_documents<T: Send + Sync>(
    inputs: Inputs<'_, '_>,
    work: impl Fn(&mut Document) -> Result<T> + Sync,
    sink: impl FnMut(T) -> Result<()>,
) -> Result<Ending> {
    let Inputs { found, stdin, messages, is_done } = inputs;
    interrupt::watch();
    let bar = byte_bar(found.total_bytes(), messages);
    messages.tell_failures(&found.failures);
    let mut ending = Ending { n_failures: found.failures.len(), is_interrupted: false };
    let mut labels = LabelSet::new();
    rayon::in_place_scope(|scope| {
        let (waiting, job) = (VecDeque::new(), Vec::new());
        let mut queue = Queue { work: &work, sink, waiting, n_bytes: 0, job, job_bytes: 0 };
        for source in &found.sources {
            for document in documents(source, stdin, &mut labels) {
                match document {
                    Ok(document) => {
                        bar.inc(document.text.len() as u64);
                        if !is_done(&document)? {
                            queue.push(document, scope)?;
                        }
                    }
                    // What ended is the reading.
                    Err(_) if interrupt::is_asked() => {}
                    Err(error) => {
                        ending.n_failures += 1;
                        bar.suspend(|| messages.error(&format!("{error:#}")));
                    }
                }
                ending.is_interrupted = interrupt::is_asked();
                if ending.is_interrupted {
                    break;
                }
            }
            if ending.is_interrupted {
                break;
            }
        }
        queue.hand_out(scope);
        queue.take_in(0)
    })?;
    bar.finish_and_clear();
    Ok(ending)
}
