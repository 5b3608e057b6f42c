//! From an edit to the changes that carry it out, given the state it meets.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};
use tawsim_tokenizer::Span;

use crate::change::{COMMENT, Change, DOCUMENT, Field, LABEL, LAYER, REVIEW, SPAN, Scalar, Table};
use crate::id::RowId;
use crate::model::SpanState;
use crate::{
    CommentId, DocumentId, Edit, EventId, LayerId, Link, Presence, ReviewState, Source, SpanId,
    StoreError, read,
};

/// The changes of one event.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Plan {
    pub(crate) document: Option<DocumentId>,
    pub(crate) changes: Vec<Change>,
    /// Spans it makes.
    pub(crate) created: Vec<SpanId>,
}

/// Plans edits against the state in the database.
pub(crate) struct Planner<'a> {
    pub(crate) db: &'a Connection,
    /// The event that the plan is for; new rows are named after it.
    pub(crate) event: EventId,
    pub(crate) actor: &'a str,
}

pub(crate) type Planned = Result<Plan, StoreError>;

impl Planner<'_> {
    pub(crate) fn plan(&self, edit: &Edit) -> Planned {
        match edit {
            Edit::AddSpan { document, layer, span, label } => {
                self.add_span(*document, *layer, *span, label)
            }
            Edit::RemoveSpan(span) => self.remove_span(*span),
            Edit::Relabel(span, label) => self.relabel(*span, label),
            Edit::MoveEdges(span, to) => self.move_edges(*span, *to),
            Edit::Accept(span) => self.decide(*span, SpanState::Confirmed, &[]),
            Edit::Reject(span) => self.decide(*span, SpanState::Rejected, &[]),
            Edit::SetLink(span, link) => self.set_link(*span, link.as_ref()),
            Edit::SetValue(span, value) => self.set_span(*span, "value", value.clone().into()),
            Edit::FlagSpan(span, flag) => self.set_span(*span, "is_flagged", (*flag).into()),
            Edit::FlagDocument(document, flag) => {
                self.set_document(*document, "is_flagged", (*flag).into())
            }
            Edit::SetMetadata(document, key, value) => self.set_metadata(*document, key, value),
            Edit::TrashDocument(document) => self.set_presence(*document, Presence::Retired),
            Edit::RestoreDocument(document) => self.set_presence(*document, Presence::Present),
            Edit::SetReview(document, layer, state) => self.set_review(*document, *layer, *state),
            Edit::AddComment { document, span, text } => self.add_comment(*document, *span, text),
            Edit::ResolveComment(id, done) => self.resolve_comment(*id, *done),
            Edit::Suggest { document, layer, model, suggestions } => {
                self.suggest((*document, *layer), model, suggestions)
            }
            Edit::Annotate { document, layer, label, spans } => {
                self.annotate((*document, *layer), label, spans)
            }
            Edit::Adjudicate { layer, candidate, accept } => {
                self.adjudicate(*layer, *candidate, *accept)
            }
            Edit::AddLayer(name, kind) => self.add_layer(name, *kind),
            Edit::AddLabel(label) => self.add_label(label),
            Edit::RetireLabel(name) => self.retire_label(name),
        }
    }

    fn add_span(&self, document: DocumentId, layer: LayerId, span: Span, label: &str) -> Planned {
        self.need_layer(layer)?;
        self.need_label(label)?;
        self.need_span_in_text(document, span)?;
        if let Some(twin) = self.twin(document, layer, span, label)? {
            return Err(StoreError::Duplicate(twin));
        }
        let id = SpanId(self.event.nth_row(0));
        let made = NewSpan { layer, span, label, state: SpanState::Confirmed };
        let change = made.change(id, &Source::Person.to_code(), None, Some(self.actor));
        Ok(Plan { document: Some(document), changes: vec![change], created: vec![id] })
    }

    /// The confirmed span with these edges and this label.
    fn twin(
        &self,
        document: DocumentId,
        layer: LayerId,
        span: Span,
        label: &str,
    ) -> Result<Option<SpanId>, StoreError> {
        let known = read::annotations(self.db, document)?;
        let is_twin = |a: &&crate::Annotation| {
            a.layer == layer
                && a.span == span
                && a.label == label
                && a.state == SpanState::Confirmed
        };
        Ok(known.iter().find(is_twin).map(|a| a.id))
    }

    pub(super) fn remove_span(&self, span: SpanId) -> Planned {
        let document = self.need_span(span)?;
        let absent = Presence::Absent.as_str().into();
        self.sets(SPAN, span.0, Some(document), &[("presence", absent)])
    }

    pub(super) fn relabel(&self, span: SpanId, label: &str) -> Planned {
        self.need_label(label)?;
        self.decide(span, SpanState::Confirmed, &[("label", label.into())])
    }

    fn move_edges(&self, span: SpanId, to: Span) -> Planned {
        self.need_span_in_text(self.need_span(span)?, to)?;
        let edges = [
            ("start_byte", i64::from(to.start()).into()),
            ("end_byte", i64::from(to.end()).into()),
        ];
        self.decide(span, SpanState::Confirmed, &edges)
    }

    /// Sets fields of a span, its state, and who said so.
    pub(super) fn decide(
        &self,
        span: SpanId,
        state: SpanState,
        fields: &[(&str, Scalar)],
    ) -> Planned {
        let document = self.need_span(span)?;
        let mut all = fields.to_vec();
        all.push(("state", state.as_str().into()));
        all.push(("reviewer", self.actor.into()));
        let mut plan = self.sets(SPAN, span.0, Some(document), &all)?;
        if !plan.changes.is_empty() {
            // Another copy may have withdrawn it as a suggestion.
            let present = ("presence", Presence::Present.as_str().into());
            plan.changes.push(Change::reassert(SPAN, span.0, present));
        }
        Ok(plan)
    }

    fn set_link(&self, span: SpanId, link: Option<&Link>) -> Planned {
        self.set_span(span, "link", link.map(link_json).into())
    }

    fn set_span(&self, span: SpanId, field: &str, value: Scalar) -> Planned {
        let document = self.need_span(span)?;
        self.sets(SPAN, span.0, Some(document), &[(field, value)])
    }

    fn set_document(&self, document: DocumentId, field: &str, value: Scalar) -> Planned {
        self.need_document(document)?;
        self.sets(DOCUMENT, document.0, Some(document), &[(field, value)])
    }

    fn set_presence(&self, document: DocumentId, presence: Presence) -> Planned {
        self.set_document(document, "presence", presence.as_str().into())
    }

    fn set_metadata(&self, document: DocumentId, key: &str, value: &Option<String>) -> Planned {
        need_name(key)?;
        let mut metadata = read::metadata(self.db, document)?;
        match value {
            Some(value) => metadata.insert(key.to_owned(), value.clone()),
            None => metadata.remove(key),
        };
        self.set_document(document, "metadata", metadata_json(&metadata).into())
    }

    fn set_review(&self, document: DocumentId, layer: LayerId, state: ReviewState) -> Planned {
        self.need_document(document)?;
        self.need_layer(layer)?;
        let id = RowId::of_review(document, layer).0;
        let fields = [("state", state.as_str().into())];
        let mut plan = self.sets(REVIEW, id, Some(document), &fields)?;
        if self.presence(REVIEW, id)?.is_none() {
            let [state] = fields;
            let made = Change::create(REVIEW, id, &[("layer", layer.0.into()), state.clone()]);
            // Another copy may have made it too, with another state.
            plan.changes = vec![made, Change::reassert(REVIEW, id, state)];
        } else if self.presence(REVIEW, id)? == Some(Presence::Absent) {
            let back = [("presence", Presence::Present.as_str().into())];
            plan.changes.extend(self.sets(REVIEW, id, Some(document), &back)?.changes);
        }
        Ok(plan)
    }

    fn add_comment(&self, document: DocumentId, span: Option<SpanId>, text: &str) -> Planned {
        self.need_document(document)?;
        if let Some(span) = span
            && self.need_span(span)? != document
        {
            return Err(StoreError::UnknownSpan(span));
        }
        let values = [
            ("span", span.map(|span| span.0).into()),
            ("author", self.actor.into()),
            ("text", text.into()),
        ];
        let change = Change::create(COMMENT, self.event.nth_row(0), &values);
        Ok(Plan { document: Some(document), changes: vec![change], created: Vec::new() })
    }

    fn resolve_comment(&self, id: CommentId, is_resolved: bool) -> Planned {
        let sql = "SELECT document FROM comment WHERE id = ?1 AND presence = 'present'";
        let document: Option<DocumentId> =
            self.db.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
        let document = document.ok_or(StoreError::UnknownComment)?;
        self.sets(COMMENT, id.0, Some(document), &[("is_resolved", is_resolved.into())])
    }

    /// Sets of the fields that have another value now.
    pub(super) fn sets(
        &self,
        table: Table,
        id: i64,
        document: Option<DocumentId>,
        fields: &[(&str, Scalar)],
    ) -> Planned {
        let mut plan = Plan { document, ..Plan::default() };
        for (name, after) in fields {
            let field = Field::named(name).expect("a column of TABLES");
            let before = crate::change::current(self.db, table, id, field)?;
            let Some(before) = before.filter(|before| before != after) else { continue };
            plan.changes.push(Change::Set { table, id, field, before, after: after.clone() });
        }
        Ok(plan)
    }

    pub(super) fn presence(&self, table: Table, id: i64) -> Result<Option<Presence>, StoreError> {
        let sql = format!("SELECT presence FROM {} WHERE id = ?1", table.name);
        Ok(self.db.prepare_cached(&sql)?.query_row([id], |row| row.get(0)).optional()?)
    }

    pub(super) fn need_document(&self, document: DocumentId) -> Result<(), StoreError> {
        match self.presence(DOCUMENT, document.0)? {
            Some(Presence::Present | Presence::Retired) => Ok(()),
            _ => Err(StoreError::UnknownDocument(document)),
        }
    }

    pub(super) fn need_layer(&self, layer: LayerId) -> Result<(), StoreError> {
        let is_there = self.presence(LAYER, layer.0)? == Some(Presence::Present);
        is_there.then_some(()).ok_or(StoreError::UnknownLayer(layer))
    }

    pub(super) fn need_label(&self, name: &str) -> Result<(), StoreError> {
        let is_there = self.presence(LABEL, RowId::of_label(name).0)? == Some(Presence::Present);
        is_there.then_some(()).ok_or_else(|| StoreError::UnknownLabel(name.to_owned()))
    }

    /// The document of a span that is there.
    pub(super) fn need_span(&self, span: SpanId) -> Result<DocumentId, StoreError> {
        let sql = "SELECT document FROM span WHERE id = ?1 AND presence = 'present'";
        let document =
            self.db.prepare_cached(sql)?.query_row([span], |row| row.get(0)).optional()?;
        document.ok_or(StoreError::UnknownSpan(span))
    }

    pub(super) fn need_span_in_text(
        &self,
        document: DocumentId,
        span: Span,
    ) -> Result<(), StoreError> {
        need_span_in(&self.need_text(document)?, document, span)
    }

    /// The text of a document that is there. It may be long: read it once a plan.
    pub(super) fn need_text(&self, document: DocumentId) -> Result<String, StoreError> {
        self.need_document(document)?;
        read::text(self.db, document)
    }
}

pub(crate) fn need_span_in(text: &str, document: DocumentId, span: Span) -> Result<(), StoreError> {
    let fits = !span.is_empty() && span.get(text).is_some();
    let byte_len = text.len();
    fits.then_some(()).ok_or(StoreError::BadSpan { document, span, byte_len })
}

pub(crate) fn need_name(name: &str) -> Result<(), StoreError> {
    let is_name = (1..=255).contains(&name.len()) && !name.chars().any(char::is_control);
    is_name.then_some(()).ok_or_else(|| StoreError::BadName(name.chars().take(80).collect()))
}

/// Metadata as one JSON object with sorted keys.
pub(crate) fn metadata_json(metadata: &BTreeMap<String, String>) -> String {
    serde_json::to_string(metadata).expect("a map of texts is JSON")
}

pub(crate) fn link_json(link: &Link) -> String {
    serde_json::to_string(link).expect("two texts are JSON")
}

/// A span to be made.
pub(crate) struct NewSpan<'a> {
    pub(crate) layer: LayerId,
    pub(crate) span: Span,
    pub(crate) label: &'a str,
    pub(crate) state: SpanState,
}

impl NewSpan<'_> {
    pub(crate) fn change(
        &self,
        id: SpanId,
        source: &str,
        score: Option<f32>,
        reviewer: Option<&str>,
    ) -> Change {
        let values = [
            ("layer", self.layer.0.into()),
            ("start_byte", i64::from(self.span.start()).into()),
            ("end_byte", i64::from(self.span.end()).into()),
            ("label", self.label.into()),
            ("state", self.state.as_str().into()),
            ("source", source.into()),
            ("score", score.map(four_digits).into()),
            ("reviewer", reviewer.into()),
        ];
        Change::create(SPAN, id.0, &values)
    }
}

/// More digits would differ between machines without saying more.
pub(crate) fn four_digits(score: f32) -> f64 {
    (f64::from(score) * 10_000.0).round() / 10_000.0
}
