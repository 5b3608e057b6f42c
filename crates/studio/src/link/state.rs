//! What the window knows of links: asks the thread, keeps its answers.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use tawsim_store::{DocumentId, Span};

use super::{Candidate, Facts, LinkAnswer, LinkJob, Links};
use crate::App;

/// The facts of a document's entities as they were when they were asked for.
#[derive(Default)]
struct Known {
    revision: u64,
    document: Option<DocumentId>,
    entities: Arc<[(Span, String)]>,
    facts: Arc<[Facts]>,
}

/// How long nothing must have changed in a document before its facts are asked for anew: in a long one the question
/// alone takes a part of a frame, which belongs to whoever types.
const REST: Duration = Duration::from_millis(150);

/// The thread, and what it has said.
pub(crate) struct Linking {
    links: Links,
    /// The project, and how often its own tables had changed when they were read.
    project: Option<(PathBuf, u64)>,
    /// What is being worked on, and the number of the question.
    asked: Option<(u64, Known)>,
    n_asked: u64,
    /// The revision that is known.
    revision: Option<u64>,
    /// The revision seen last, and since when.
    seen: (u64, Instant),
    known: Known,
    found: Option<(String, Vec<Candidate>)>,
}

impl Linking {
    pub(crate) fn new(notify: impl Fn() + Send + 'static) -> Self {
        Self {
            links: Links::start(notify),
            project: None,
            asked: None,
            n_asked: 0,
            revision: None,
            seen: (0, Instant::now()),
            known: Known::default(),
            found: None,
        }
    }

    /// Takes in answers and asks for what has changed; to be called once a frame. Returns when to call it again though
    /// nothing happens.
    pub(crate) fn step(&mut self, app: &App) -> Option<Duration> {
        let project = app.project()?;
        let current = Some((project.dir().to_owned(), app.n_own_entries()));
        if self.project != current {
            self.links.ask(LinkJob::Project(project.dir().to_owned()));
            self.project = current;
            // What is known, or under way, is of the old tables.
            (self.known, self.asked, self.found) = (Known::default(), None, None);
            self.revision = None;
        }
        while let Some(answer) = self.links.answer() {
            match answer {
                LinkAnswer::Loaded => {}
                LinkAnswer::Facts { key, facts } => {
                    if let Some((_, known)) = self.asked.take_if(|(asked, _)| *asked == key) {
                        self.revision = Some(known.revision);
                        self.known = Known { facts, ..known };
                    }
                }
                LinkAnswer::Found { text, candidates } => self.found = Some((text, candidates)),
            }
        }
        self.ask(app)
    }

    fn ask(&mut self, app: &App) -> Option<Duration> {
        let revision = app.revision();
        let document = app.document()?;
        if self.asked.is_some() || self.revision == Some(revision) {
            return None;
        }
        if self.seen.0 != revision {
            self.seen = (revision, Instant::now());
        }
        let id = Some(document.id());
        let rest = REST.saturating_sub(self.seen.1.elapsed());
        if self.known.document == id && !rest.is_zero() {
            return Some(rest);
        }
        let now = document.annotations().iter().map(|a| (&a.span, &a.label));
        let known = self.known.entities.iter().map(|(span, label)| (span, label));
        if self.known.document == id && known.eq(now.clone()) {
            self.revision = Some(revision);
            return None;
        }
        let entities: Arc<[_]> = now.map(|(span, label)| (*span, label.clone())).collect();
        let text = document.text().clone();
        self.n_asked += 1;
        self.links.ask(LinkJob::Document {
            key: self.n_asked,
            text,
            entities: Arc::clone(&entities),
        });
        let known = Known { revision, document: id, entities, facts: Arc::default() };
        self.asked = Some((self.n_asked, known));
        None
    }

    /// What is known of the annotation in focus.
    pub(crate) fn facts(&self, app: &App) -> Option<&Facts> {
        let document = app.document().filter(|d| Some(d.id()) == self.known.document)?;
        let focused = document.focused()?;
        let same =
            |(span, label): &(Span, String)| *span == focused.span && *label == focused.label;
        self.known.facts.get(self.known.entities.iter().position(same)?)
    }

    /// Looks for entries by what was typed.
    pub(crate) fn search(&self, text: String, label: String) {
        self.links.ask(LinkJob::Search { text, label });
    }

    /// What was found for what was typed.
    pub(crate) fn found(&self, text: &str) -> Option<&[Candidate]> {
        let (wanted, candidates) = self.found.as_ref()?;
        (wanted == text).then_some(candidates)
    }
}
