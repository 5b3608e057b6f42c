//! Documents in.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::OptionalExtension;
use tawsim_corpus::{DetailsMap, Document, Entity, LabelSet};
use tawsim_tokenizer::Span;

use crate::change::{Change, DOCUMENT, Field, SPAN};
use crate::details::{Kept, details_in, metadata_in};
use crate::plan::{NewSpan, Plan, link_json, metadata_json, need_name, need_span_in};
use crate::stems::Stemmer;
use crate::writing::{Entry, Writing};
use crate::{
    Annotation, DocumentId, Edit, LayerId, LayerKind, NewLabel, Presence, Project, Receipt, Source,
    SpanId, SpanState, StoreError, id, read, texts,
};

/// Where imported annotations go.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    layer: LayerId,
    model: Option<String>,
    metadata: BTreeMap<String, String>,
}

impl ImportOptions {
    /// Entities become confirmed spans of this layer.
    #[must_use]
    pub const fn into_layer(layer: LayerId) -> Self {
        Self { layer, model: None, metadata: BTreeMap::new() }
    }

    /// Entities become suggestions of this model version.
    #[must_use]
    pub fn suggested_by(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Every new document gets this entry of metadata.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }
}

/// Why something of an import was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    /// The document's name is empty, too long or holds control characters.
    BadName,
    /// The entity is empty, cuts a character or leaves the text.
    BadSpan,
    /// The layer has this span with this label already, or a person has decided on it. What a model suggested does
    /// not stand in the way of a person's: it takes its place.
    Known,
}

/// Something that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Name of the document.
    pub document: String,
    /// The entity; `None` if the whole document was left out.
    pub span: Option<Span>,
    /// Why.
    pub reason: SkipReason,
}

/// What an import took and what it left out. In = added + known + skipped, for documents and for
/// entities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Documents handed in.
    pub n_documents: usize,
    /// Documents that are new.
    pub n_added: usize,
    /// Documents of the same name and text that were there; their new entities were added.
    pub n_known: usize,
    /// New documents that came with tokens of their own, which are not kept.
    pub n_documents_cut: usize,
    /// Entities handed in.
    pub n_entities: usize,
    /// Entities that were added.
    pub n_entities_added: usize,
    /// Of those, entities of which something is not kept: ids, fragments, attributes, times, or of a link more than
    /// its entry.
    pub n_entities_cut: usize,
    /// What was left out.
    pub skipped: Vec<Skipped>,
    /// Labels that were added to the label set.
    pub labels_added: Vec<String>,
}

/// Layers, places and labels of annotations; and the span, if it is a suggestion that nobody has decided on.
type Taken = BTreeMap<(LayerId, Span, String), Option<SpanId>>;

/// An import under way: one step of the history, on disk as a whole or not at all.
///
/// Made by [`Project::import`]. Dropped without [`Importer::finish`], nothing was imported.
pub struct Importer<'p> {
    writing: Writing<'p>,
    options: ImportOptions,
    report: ImportReport,
    stemmer: Stemmer,
    /// Labels that the project is known to have.
    labels: BTreeSet<String>,
}

impl Project {
    /// Begins to import documents. A backup is made first if something changed since the last one.
    ///
    /// # Errors
    /// If the layer is unknown or the project cannot be written.
    pub fn import(&mut self, options: ImportOptions) -> Result<Importer<'_>, StoreError> {
        if !self.layers()?.iter().any(|layer| layer.id == options.layer) {
            return Err(StoreError::UnknownLayer(options.layer));
        }
        self.back_up_if_changed()?;
        let writing = Writing::begin(self, Entry::Recorded)?;
        Ok(Importer {
            writing,
            options,
            report: ImportReport::default(),
            stemmer: Stemmer::default(),
            labels: BTreeSet::new(),
        })
    }
}

impl Importer<'_> {
    /// Takes one document with its entities, metadata, links and values, and what further annotators say, each in
    /// a layer of that name. A document in the trash comes back; one that is there keeps its metadata.
    ///
    /// # Errors
    /// If the project cannot be written. What is wrong with the document is in the report.
    pub fn add(
        &mut self,
        document: &Document,
        labels: &LabelSet,
    ) -> Result<Option<DocumentId>, StoreError> {
        self.report.n_documents += 1;
        self.report.n_entities += document.n_entities();
        let layers = document.layers.iter().map(|layer| &layer.entities);
        let all = std::iter::once(&document.entities).chain(layers).flatten();
        if need_name(&document.id).is_err() {
            self.skip(&document.id, None, SkipReason::BadName);
            all.for_each(|e| self.skip(&document.id, Some(e.span), SkipReason::BadName));
            return Ok(None);
        }
        self.add_labels(all, labels)?;
        let text_hash = id::sha256_hex(document.text.as_bytes());
        let id = DocumentId::of(&document.id, &text_hash);
        let mut plan = Plan { document: Some(id), ..Plan::default() };
        plan.changes.extend(self.need_text(id, document, &text_hash)?);
        let text = (id, document, labels);
        let own = (self.options.layer, document.entities.as_slice(), &document.details);
        let mut taken = self.taken(id)?;
        self.plan_entities((&mut plan, &mut taken), text, own)?;
        for layer in &document.layers {
            if need_name(&layer.annotator).is_err() {
                for entity in &layer.entities {
                    self.skip(&document.id, Some(entity.span), SkipReason::BadName);
                }
                continue;
            }
            let list = (self.need_layer(&layer.annotator)?, &*layer.entities, &layer.details);
            self.plan_entities((&mut plan, &mut taken), text, list)?;
        }
        self.report.n_entities_added += plan.created.len();
        let event = self.writing.next_id();
        self.writing.record(event, "import", plan)?;
        Ok(Some(id))
    }

    /// Puts the whole import on disk.
    ///
    /// # Errors
    /// If the disk takes no writes: then nothing was imported.
    pub fn finish(self) -> Result<(Receipt, ImportReport), StoreError> {
        Ok((self.writing.commit()?, self.report))
    }

    /// What was taken so far.
    #[must_use]
    pub const fn report(&self) -> &ImportReport {
        &self.report
    }

    fn skip(&mut self, document: &str, span: Option<Span>, reason: SkipReason) {
        self.report.skipped.push(Skipped { document: document.to_owned(), span, reason });
    }

    /// The layer of this name, made if there is none.
    fn need_layer(&mut self, name: &str) -> Result<LayerId, StoreError> {
        match self.writing.edit(&Edit::AddLayer(name.to_owned(), LayerKind::Annotator)) {
            Ok(()) | Err(StoreError::Exists(_)) => Ok(LayerId::of(name)),
            Err(error) => Err(error),
        }
    }

    fn add_labels<'e>(
        &mut self,
        entities: impl Iterator<Item = &'e Entity>,
        labels: &LabelSet,
    ) -> Result<(), StoreError> {
        for entity in entities {
            let name = labels.name(entity.label);
            if self.labels.contains(name) {
                continue;
            }
            match self.writing.edit(&Edit::AddLabel(NewLabel::named(name))) {
                Ok(()) => self.report.labels_added.push(name.to_owned()),
                Err(StoreError::Exists(_)) => {}
                Err(error) => return Err(error),
            }
            self.labels.insert(name.to_owned());
        }
        Ok(())
    }

    /// Stores the text if it is new; the change that makes the document present.
    fn need_text(
        &mut self,
        id: DocumentId,
        document: &Document,
        text_hash: &str,
    ) -> Result<Option<Change>, StoreError> {
        let presence = self.presence(id)?;
        if presence.is_some() {
            self.report.n_known += 1;
        } else {
            self.report.n_added += 1;
            self.report.n_documents_cut += usize::from(!document.tokens.is_empty());
        }
        texts::insert(&self.writing.tx, &mut self.stemmer, id, &document.text)?;
        Ok(match presence {
            Some(Presence::Present) => None,
            Some(before) => Some(Change::Set {
                table: DOCUMENT,
                id: id.0,
                field: Field::PRESENCE,
                before: before.as_str().into(),
                after: Presence::Present.as_str().into(),
            }),
            None => {
                let mut metadata = metadata_in(&document.metadata);
                metadata.extend(self.options.metadata.clone());
                let values = [
                    ("name", document.id.as_str().into()),
                    ("text_hash", text_hash.into()),
                    ("metadata", metadata_json(&metadata).into()),
                ];
                Some(Change::create(DOCUMENT, id.0, &values))
            }
        })
    }

    fn presence(&self, id: DocumentId) -> Result<Option<Presence>, StoreError> {
        let sql = "SELECT presence FROM document WHERE id = ?1";
        let mut statement = self.writing.tx.prepare_cached(sql)?;
        Ok(statement.query_row([id], |row| row.get(0)).optional()?)
    }

    /// What is annotated in a document.
    fn taken(&self, id: DocumentId) -> Result<Taken, StoreError> {
        let known = read::annotations(&self.writing.tx, id)?.into_iter();
        let open = |a: &Annotation| (a.state == SpanState::Suggested).then_some(a.id);
        Ok(known.map(|a| ((a.layer, a.span, a.label.clone()), open(&a))).collect())
    }

    /// Two lists of a document may be of one layer: what one has brought, the next one finds.
    fn plan_entities(
        &mut self,
        (plan, taken): (&mut Plan, &mut Taken),
        (id, document, labels): (DocumentId, &Document, &LabelSet),
        (layer, entities, details): (LayerId, &[Entity], &DetailsMap),
    ) -> Result<(), StoreError> {
        let event = self.writing.next_id();
        for entity in entities {
            let label = labels.name(entity.label);
            let place = (layer, entity.span, label.to_owned());
            // What a person decided is no longer a suggestion; a model says nothing new by saying it again.
            let known = taken.get(&place).copied();
            let suggestion = known.flatten().filter(|_| self.options.model.is_none());
            if need_span_in(&document.text, id, entity.span).is_err() {
                self.skip(&document.id, Some(entity.span), SkipReason::BadSpan);
            } else if known.is_some() && suggestion.is_none() {
                self.skip(&document.id, Some(entity.span), SkipReason::Known);
            } else {
                taken.insert(place, None);
                plan.changes.extend(suggestion.map(withdraw));
                let span = SpanId(event.nth_row(plan.created.len()));
                let kept = details.get(&entity.key()).map(details_in);
                self.report.n_entities_cut +=
                    usize::from(kept.as_ref().is_some_and(|kept| !kept.is_all));
                let place = (layer, entity, label);
                plan.changes.push(self.new_span(span, place, kept.unwrap_or_default()));
                plan.created.push(span);
            }
        }
        Ok(())
    }

    fn new_span(
        &self,
        id: SpanId,
        (layer, entity, label): (LayerId, &Entity, &str),
        kept: Kept,
    ) -> Change {
        let (state, source) = match &self.options.model {
            Some(version) => (SpanState::Suggested, Source::Model(version.clone())),
            None => (SpanState::Confirmed, kept.source.unwrap_or(Source::Import)),
        };
        let made = NewSpan { layer, span: entity.span, label, state };
        let change = made.change(id, &source.to_code(), entity.score, kept.reviewer.as_deref());
        let link = kept.link.as_ref().map(link_json);
        change.with(&[("link", link.into()), ("value", kept.value.into())])
    }
}

/// Takes a suggestion away.
fn withdraw(suggestion: SpanId) -> Change {
    Change::Set {
        table: SPAN,
        id: suggestion.0,
        field: Field::PRESENCE,
        before: Presence::Present.as_str().into(),
        after: Presence::Absent.as_str().into(),
    }
}
