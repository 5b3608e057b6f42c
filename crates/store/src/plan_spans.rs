//! Plans of edits that make many spans or copy them.

use std::collections::BTreeSet;

use tawsim_tokenizer::Span;

use crate::annotate_all::blocks;
use crate::change::{SPAN, Scalar};
use crate::plan::{NewSpan, Plan, Planned, Planner, four_digits, link_json, need_span_in};
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
        let text = self.need_text(document)?;
        for label in suggestions.iter().map(|new| new.label.as_str()).collect::<BTreeSet<_>>() {
            self.need_label(label)?;
        }
        let mut known = read::annotations(self.db, document)?;
        known.retain(|a| a.layer == layer);
        let mut plan = Plan { document: Some(document), ..Plan::default() };
        let mut open: Vec<Annotation> =
            known.extract_if(.., |a| a.state == SpanState::Suggested).collect();
        let source = Source::Model(model.to_owned()).to_code();
        for new in suggestions {
            need_span_in(&text, document, new.span)?;
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
        let text = self.need_text(document)?;
        let mut known = read::annotations(self.db, document)?;
        known.retain(|a| a.layer == layer);
        let mut taken: Vec<Span> = Vec::new();
        let mut plan = Plan { document: Some(document), ..Plan::default() };
        for span in spans {
            need_span_in(&text, document, *span)?;
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
        let known = [
            ("link", of.link.as_ref().map(link_json).into()),
            ("value", Scalar::from(of.value.as_deref())),
        ];
        let change = made.change(id, &of.source.to_code(), None, Some(self.actor)).with(&known);
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

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;
    use tawsim_corpus::{Document, LabelSet};

    use super::*;
    use crate::{Edit, ImportOptions, LayerKind, NewLabel, Options, Project};

    /// A project with a text of so many words, and their spans.
    fn project(n: u32, dir: &std::path::Path) -> (Project, (DocumentId, LayerId), Vec<Span>) {
        let mut project = Project::create(dir, &Options::new("a")).expect("a new folder");
        project.apply(&Edit::AddLabel(NewLabel::named("A"))).expect("a new label");
        let layer = project.add_layer("a", LayerKind::Annotator).expect("a new layer");
        let mut import = project.import(ImportOptions::into_layer(layer)).expect("writable");
        let text = Document::new("1", "w ".repeat(n as usize));
        let document = import.add(&text, &LabelSet::new()).expect("writable");
        import.finish().expect("writable");
        let spans = (0..n).map(|word| Span::new(2 * word, 2 * word + 1)).collect();
        (project, (document.expect("a good name"), layer), spans)
    }

    /// How often the plan of an edit reads a text.
    fn n_texts_read(project: &Project, edit: &Edit) -> i32 {
        let event = crate::EventId::new(1, 2);
        let plan = Planner { db: &project.db, event, actor: "a" }.plan(edit).expect("a good edit");
        assert!(!plan.created.is_empty());
        let statement = project.db.prepare_cached(read::TEXT).expect("SQL");
        statement.reset_status(StatementStatus::Run)
    }

    #[test]
    fn a_plan_reads_the_text_once() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let (project, (document, layer), spans) = project(50, &dir.path().join("p"));
        let suggestion = |span: &Span| Suggestion { span: *span, label: "A".into(), score: None };
        let suggestions = spans.iter().map(suggestion).collect();
        let suggest = Edit::Suggest { document, layer, model: "m".into(), suggestions };
        let annotate = Edit::Annotate { document, layer, label: "A".into(), spans };
        n_texts_read(&project, &suggest);
        assert_eq!(n_texts_read(&project, &suggest), 1);
        assert_eq!(n_texts_read(&project, &annotate), 1);
    }
}
