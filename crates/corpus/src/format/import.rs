//! What every reader shares: options, limits, where documents go, and the count of what is left out.

use std::collections::BTreeSet;
use std::io::{BufRead, Read};
use std::ops::Range;

use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};

use super::align::{Aligned, align};
use super::report::{ImportReport, Place};
use super::tidy::{is_too_long, tidy};
use super::{ReadError, ReadProblem};
use crate::document::LayerIndex;
use crate::{Document, Entity, EntityDetails, LabelSet, TagScheme};

/// How many notes are kept.
const MAX_NOTES: usize = 1000;

/// What an untrusted input can make a reader take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a document, and of an input that is read whole.
    pub max_document_bytes: usize,
    /// Depth of nested elements or values.
    pub max_depth: usize,
    /// Entities of a document, of all layers.
    pub max_entities: usize,
}

impl Limits {
    /// Bytes of what names a document, an annotator or an entity, and of a time. Outputs repeat them for each entity.
    pub const MAX_NAME_BYTES: usize = 4 << 10;
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_document_bytes: 256 << 20, max_depth: 100, max_entities: 1 << 20 }
    }
}

/// What the user says of an input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// What its offsets count; `None`: what the file says, else what the format means.
    pub unit: Option<OffsetUnit>,
    /// How its tags are meant; `None`: found out.
    pub scheme: Option<TagScheme>,
    /// How much is taken.
    pub limits: Limits,
}

/// An input and the files that belong to it.
pub struct Input<'a> {
    /// Its bytes. Its name is [`Import::input_name`].
    pub main: &'a mut dyn BufRead,
    /// Further files, by their extension or name as [`Layout`](super::Layout) gives it.
    pub companions: Vec<(&'static str, Vec<u8>)>,
}

impl Input<'_> {
    /// The bytes of a further file, if it was there.
    #[must_use]
    pub fn companion(&self, name: &str) -> Option<&[u8]> {
        let found = self.companions.iter().find(|(known, _)| *known == name);
        found.map(|(_, bytes)| bytes.as_slice())
    }

    /// The whole input as text, a byte order mark left out.
    ///
    /// # Errors
    /// If it is longer than `limits` grant, no UTF-8, or cannot be read.
    pub fn read_text(&mut self, limits: Limits) -> Result<String, ReadError> {
        String::from_utf8(self.read_bytes(limits)?).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let n_lines = error.as_bytes()[..valid].iter().filter(|b| **b == b'\n').count();
            ReadError {
                line: n_lines as u64 + 1,
                byte: valid as u64,
                problem: ReadProblem::NotUtf8,
            }
        })
    }

    /// The whole input, the byte order mark of UTF-8 left out.
    pub(super) fn read_bytes(&mut self, limits: Limits) -> Result<Vec<u8>, ReadError> {
        let limit = limits.max_document_bytes;
        let at = |byte: usize, problem| ReadError { line: 1, byte: byte as u64, problem };
        let mut bytes = Vec::new();
        let read = (&mut *self.main).take(limit as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| at(bytes.len(), error.into()))?;
        if bytes.len() > limit {
            return Err(at(0, ReadProblem::TooMuch { what: "bytes", limit }));
        }
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            bytes.drain(..3);
        }
        Ok(bytes)
    }
}

/// An entity as a file gives it.
#[derive(Clone, Debug, Default)]
pub struct GivenEntity<'a> {
    /// Its offsets, in the file's unit.
    pub units: Range<u64>,
    /// What the file says stands there.
    pub surface: Option<&'a str>,
    /// The label's name.
    pub label: &'a str,
    /// A model's confidence.
    pub score: Option<f32>,
    /// What else is known; fragments as byte spans.
    pub details: EntityDetails<'static>,
    /// Whose layer it belongs to; `None`: the document's own entities.
    pub annotator: Option<&'a str>,
    /// Where it stands in the input: line, or 0.
    pub line: u64,
}

/// Takes what a reader reads: counts it, checks it, hands it on.
pub struct Import<'a> {
    /// What the user says of the input.
    pub options: &'a ReadOptions,
    /// The labels met so far.
    pub labels: &'a mut LabelSet,
    /// What was read so far.
    pub report: ImportReport,
    input: String,
    layers: LayerIndex,
    noted: BTreeSet<String>,
    sink: &'a mut dyn FnMut(Document, &LabelSet),
}

impl<'a> Import<'a> {
    /// Hands documents to `sink`; `labels` grows by the labels they name.
    pub fn new(
        options: &'a ReadOptions,
        labels: &'a mut LabelSet,
        sink: &'a mut dyn FnMut(Document, &LabelSet),
    ) -> Self {
        let (report, input) = (ImportReport::default(), String::new());
        let (layers, noted) = (LayerIndex::default(), BTreeSet::new());
        Self { options, labels, report, input, layers, noted, sink }
    }

    /// Names the input that is read now.
    pub fn begin_input(&mut self, name: &str) {
        name.clone_into(&mut self.input);
    }

    /// The name of the input that is read now.
    #[must_use]
    pub fn input_name(&self) -> &str {
        &self.input
    }

    /// A place in the input.
    #[must_use]
    pub fn place(&self, line: u64, what: impl Into<String>) -> Place {
        Place { input: self.input.clone(), line, what: what.into() }
    }

    /// Takes an entity of `document`: places it in the text and adds it, or counts why not.
    ///
    /// `map` is of the document's text, which is borrowed from elsewhere because the document grows.
    /// Returns the span if the entity was added.
    pub fn entity(
        &mut self,
        document: &mut Document,
        map: &OffsetMap<'_>,
        text: &str,
        mut mention: GivenEntity<'_>,
    ) -> Option<Span> {
        self.report.entities_in += 1;
        let line = mention.line;
        if mention.annotator.is_some_and(is_too_long) {
            self.left_out("its annotator's name is too long", line, mention.label);
            return None;
        }
        let what = || format!("{} {}..{}", mention.label, mention.units.start, mention.units.end);
        let span = match align(text, map, mention.units.clone(), mention.surface) {
            Ok(Aligned::Exact(span)) => span,
            Ok(Aligned::Moved(span)) => {
                self.changed("offsets were wrong; found by its surface close by", line, what());
                if !std::mem::take(&mut mention.details.fragments).is_empty() {
                    self.changed(
                        "fragments of an entity with wrong offsets; left out",
                        line,
                        what(),
                    );
                }
                span
            }
            Err(problem) => {
                self.left_out(reason(&problem), line, problem.to_string());
                return None;
            }
        };
        let label = match self.labels.intern(mention.label) {
            Ok(label) => label,
            Err(error) => {
                self.left_out("its label cannot be taken", line, error.to_string());
                return None;
            }
        };
        if self.layers.n_entities(document) >= self.options.limits.max_entities {
            self.left_out("too many entities in the document", line, what());
            return None;
        }
        for reason in tidy(&mut mention.score, &mut mention.details).into_iter().flatten() {
            self.changed(reason, line, what());
        }
        let entity = Entity { span, label, score: mention.score };
        match mention.annotator {
            None => push(document, entity, mention.details),
            Some(annotator) => self.layers.push(document, annotator, (entity, mention.details)),
        }
        Some(span)
    }

    /// Adds the layer of this annotator to `document`, if it has none.
    pub(super) fn layer(&mut self, document: &mut Document, annotator: &str) {
        if is_too_long(annotator) {
            self.changed("the name of a layer is too long; left out", 0, &*document.id);
        } else {
            self.layers.layer(document, annotator);
        }
    }

    /// Takes a document that is complete: sorts it, leaves out entities that are there twice, names it
    /// after the input if it has no id, and hands it on.
    ///
    /// Entities that were not taken through [`Import::entity`] are to be counted by the reader in
    /// `report.entities_in`.
    pub fn document(&mut self, mut document: Document) {
        if is_too_long(&document.id) {
            let limit = Limits::MAX_NAME_BYTES;
            let problem = ReadProblem::TooMuch { what: "bytes of a document's id", limit };
            self.layers = LayerIndex::default();
            return self.refuse(0, document.n_entities() as u64, &problem);
        }
        self.report.documents_in += 1;
        if document.id.is_empty() {
            document.id = self.input.clone();
        }
        document.sort();
        self.layers = LayerIndex::default();
        self.drop_twins(&mut document);
        self.report.documents_out += 1;
        self.report.entities_out += document.n_entities() as u64;
        (self.sink)(document, self.labels);
    }

    fn drop_twins(&mut self, document: &mut Document) {
        let before = document.n_entities();
        document.entities.dedup_by_key(|entity| entity.key());
        for layer in &mut document.layers {
            layer.entities.dedup_by_key(|entity| entity.key());
        }
        let n_twins = (before - document.n_entities()) as u64;
        if n_twins > 0 {
            let place = self.place(0, &*document.id);
            let reason = "the layer has the same span and label twice";
            ImportReport::tally(&mut self.report.left_out, reason, n_twins, place);
        }
    }

    /// Counts a document that is not handed on. `n_entities` of its entities were counted in.
    pub fn refuse(&mut self, line: u64, n_entities: u64, problem: &ReadProblem) {
        self.report.documents_in += 1;
        let place = self.place(line, problem.to_string());
        ImportReport::tally(&mut self.report.refused, reason(problem), 1, place.clone());
        if n_entities > 0 {
            let reason = "their document was refused";
            ImportReport::tally(&mut self.report.left_out, reason, n_entities, place);
        }
    }

    /// Counts an entity that is not handed on.
    pub fn left_out(&mut self, reason: &'static str, line: u64, what: impl Into<String>) {
        let place = self.place(line, what);
        ImportReport::tally(&mut self.report.left_out, reason, 1, place);
    }

    /// Counts something that is handed on otherwise than it stood there.
    pub fn changed(&mut self, reason: &'static str, line: u64, what: impl Into<String>) {
        let place = self.place(line, what);
        ImportReport::tally(&mut self.report.changed, reason, 1, place);
    }

    /// Notes something worth knowing, once.
    pub fn note(&mut self, note: String) {
        if self.noted.len() > MAX_NOTES || self.noted.contains(&note) {
            return;
        }
        let is_last = self.noted.len() == MAX_NOTES;
        let shown = if is_last { "further notes are left out".to_owned() } else { note.clone() };
        self.report.notes.push(shown);
        self.noted.insert(note);
    }
}

fn push(document: &mut Document, entity: Entity, details: EntityDetails<'static>) {
    document.entities.push(entity);
    if !details.is_empty() {
        document.details.entry(entity.key()).or_insert(details);
    }
}

/// The kind of a problem, for counting.
fn reason(problem: &ReadProblem) -> &'static str {
    match problem {
        ReadProblem::OutOfText { .. } => "its offsets do not lie on characters of the text",
        ReadProblem::Surface { .. } => "the text has another surface there",
        ReadProblem::Label(_) => "a label cannot be taken",
        ReadProblem::Checksum => "the text is not the one with the stated checksum",
        ReadProblem::TooMuch { .. } | ReadProblem::LineTooLong { .. } => "beyond the limits",
        ReadProblem::NotUtf8 => "not UTF-8",
        _ => "not of the format's shape",
    }
}
