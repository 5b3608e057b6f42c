//! Plans of edits that make many spans or copy them.

use tawsim_tokenizer::Span;

use crate::annotate_all::blocks;
use crate::change::SPAN;
use crate::plan::{NewSpan, Plan, Planned, Planner, four_digits};
use crate::{
    Annotation, DocumentId, LayerId, Source, SpanId, SpanState, StoreError, Suggestion, read,
};

impl Planner<'_> {
    pub(super) fn suggest(
        &self,
        (document, layer): (DocumentId, LayerId),
        model: &str,
        suggestions: &[Suggestion],
    ) -> Planned {
        self.need_layer(layer)?;
        let mut known = read::annotations(self.db, document)?;
        known.retain(|a| a.layer == layer);
        let mut plan = Plan { document: Some(document), ..Plan::default() };
        let mut open: Vec<Annotation> =
            known.extract_if(.., |a| a.state == SpanState::Suggested).collect();
        let source = Source::Model(model.to_owned()).to_code();
        for new in suggestions {
            self.need_label(&new.label)?;
            self.need_span_in_text(document, new.span)?;
            if known.iter().any(|a| is_decided(a, new)) {
                continue;
            }
            // What is suggested again keeps its id, so that whoever looks at it does not lose it.
            let again = open.iter().position(|a| a.span == new.span && a.label == new.label);
            if let Some(old) = again.map(|at| open.remove(at)) {
                let score = new.score.map(four_digits).into();
                let fields = [("source", source.as_str().into()), ("score", score)];
                plan.changes.extend(self.sets(SPAN, old.id.0, Some(document), &fields)?.changes);
                continue;
            }
            let id = SpanId(self.event.nth_row(plan.created.len()));
            let made =
                NewSpan { layer, span: new.span, label: &new.label, state: SpanState::Suggested };
            plan.changes.push(made.change(id, &source, new.score, None));
            plan.created.push(id);
        }
        for old in open {
            plan.changes.extend(self.remove_span(old.id)?.changes);
        }
        Ok(plan)
    }

    pub(super) fn annotate(
        &self,
        (document, layer): (DocumentId, LayerId),
        label: &str,
        spans: &[Span],
    ) -> Planned {
        self.need_layer(layer)?;
        self.need_label(label)?;
        let mut known = read::annotations(self.db, document)?;
        known.retain(|a| a.layer == layer);
        let mut taken: Vec<Span> = Vec::new();
        let mut plan = Plan { document: Some(document), ..Plan::default() };
        for span in spans {
            self.need_span_in_text(document, *span)?;
            let is_taken = taken.iter().any(|other| other.overlaps(*span));
            if is_taken || known.iter().any(|a| blocks(a, *span)) {
                continue;
            }
            taken.push(*span);
            let id = self.annotate_one(&mut plan, &mut known, (layer, *span), label)?;
            plan.created.push(id);
        }
        Ok(plan)
    }

    /// Accepts the suggestion with these edges or makes a span; withdraws other suggestions there.
    fn annotate_one(
        &self,
        plan: &mut Plan,
        known: &mut Vec<Annotation>,
        (layer, span): (LayerId, Span),
        label: &str,
    ) -> Result<SpanId, StoreError> {
        let there =
            known.extract_if(.., |a| a.state == SpanState::Suggested && a.span.overlaps(span));
        let mut accepted = None;
        for suggestion in there {
            if suggestion.span == span && accepted.is_none() {
                accepted = Some(suggestion.id);
                plan.changes.extend(self.relabel(suggestion.id, label)?.changes);
            } else {
                plan.changes.extend(self.remove_span(suggestion.id)?.changes);
            }
        }
        if let Some(id) = accepted {
            return Ok(id);
        }
        let id = SpanId(self.event.nth_row(plan.created.len()));
        let made = NewSpan { layer, span, label, state: SpanState::Confirmed };
        plan.changes.push(made.change(id, &Source::Person.to_code(), None, Some(self.actor)));
        Ok(id)
    }

    pub(super) fn adjudicate(&self, layer: LayerId, candidate: SpanId, accept: bool) -> Planned {
        self.need_layer(layer)?;
        let document = self.need_span(candidate)?;
        let known = read::annotations(self.db, document)?;
        let is_candidate = |a: &&Annotation| a.id == candidate;
        let of = known.iter().find(is_candidate).ok_or(StoreError::UnknownSpan(candidate))?;
        let state = if accept { SpanState::Confirmed } else { SpanState::Rejected };
        let is_copy =
            |a: &&Annotation| a.layer == layer && a.span == of.span && a.label == of.label;
        if let Some(copy) = known.iter().find(is_copy) {
            return self.decide(copy.id, state, &[]);
        }
        let id = SpanId(self.event.nth_row(0));
        let made = NewSpan { layer, span: of.span, label: &of.label, state };
        let change = made.change(id, &of.source.to_code(), None, Some(self.actor));
        Ok(Plan { document: Some(document), changes: vec![change], created: vec![id] })
    }
}

/// A suggestion that a person has decided on already.
fn is_decided(known: &Annotation, new: &Suggestion) -> bool {
    match known.state {
        SpanState::Confirmed => known.span.overlaps(new.span),
        SpanState::Rejected => known.span == new.span && known.label == new.label,
        SpanState::Suggested => false,
    }
}
