//! Every mention of one thing at once: look first, then annotate as one step.

use std::collections::BTreeMap;

use tawsim_tokenizer::Span;

use crate::search::{phrase, query_keys};
use crate::stems::{Stem, Stemmer};
use crate::{
    Annotation, DocumentId, Edit, LayerId, Presence, Project, Receipt, SpanState, StoreError, read,
};

/// What to look for in [`Project::preview_mentions`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mentions {
    /// The words, in any form.
    pub text: String,
    /// In whose layer they shall be annotated.
    pub layer: LayerId,
    /// Whether the span takes in the article of its first word.
    pub with_article: bool,
    /// In these documents only; `None` for the whole project.
    pub documents: Option<Vec<DocumentId>>,
}

/// One place in one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The document.
    pub document: DocumentId,
    /// The words without clitics.
    pub span: Span,
}

/// Mentions that look alike: the same words between the same clitics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MentionGroup {
    /// The words as they stand there.
    pub surface: String,
    /// What stands around them in their tokens, with `_` for the words: `وب_`, `_ها`.
    pub frame: String,
    /// Where; ordered by document, then by place.
    pub places: Vec<Place>,
    /// Mentions that a person has decided on: they are not in `places`.
    pub n_decided: usize,
}

impl Project {
    /// Finds every mention of some words, grouped by surface and clitics, the largest group first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn preview_mentions(&self, mentions: &Mentions) -> Result<Vec<MentionGroup>, StoreError> {
        let mut stemmer = Stemmer::default();
        let keys = query_keys(&mut stemmer, &mentions.text);
        let mut groups = BTreeMap::new();
        for document in self.with_phrase(&keys, mentions.documents.as_deref())? {
            let text = read::text(&self.db, document)?;
            let mut known = read::annotations(&self.db, document)?;
            known.retain(|a| a.layer == mentions.layer && a.state != SpanState::Suggested);
            for (first, last) in stemmer.find(&text, &keys) {
                let start = if mentions.with_article { first.span } else { first.bare };
                let span = Span::new(start.start(), last.span.end());
                let key = (span.slice(&text).to_owned(), frame(&text, first, last, span));
                let (places, n_decided): &mut (Vec<Place>, usize) = groups.entry(key).or_default();
                if known.iter().any(|a| blocks(a, span)) {
                    *n_decided += 1;
                } else {
                    places.push(Place { document, span });
                }
            }
        }
        Ok(sorted(groups))
    }

    /// Annotates these places with a label as one step, after a backup. What a person has confirmed
    /// or rejected there is not overwritten; a suggestion there is accepted.
    ///
    /// # Errors
    /// As for [`Project::apply`].
    pub fn annotate_all(
        &mut self,
        places: &[Place],
        layer: LayerId,
        label: &str,
    ) -> Result<Receipt, StoreError> {
        self.back_up_if_changed()?;
        let mut of_document: BTreeMap<DocumentId, Vec<Span>> = BTreeMap::new();
        for place in places {
            of_document.entry(place.document).or_default().push(place.span);
        }
        let edit =
            |(document, spans)| Edit::Annotate { document, layer, label: label.to_owned(), spans };
        let edits: Vec<Edit> = of_document.into_iter().map(edit).collect();
        self.apply_step(&edits)
    }

    /// The documents, not in the trash, in which these keys stand together, in order of their ids.
    fn with_phrase(
        &self,
        keys: &[String],
        among: Option<&[DocumentId]>,
    ) -> Result<Vec<DocumentId>, StoreError> {
        let Some(phrase) = phrase(keys) else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT d.id FROM document d JOIN word_place p ON p.document = d.id
             WHERE d.presence = '{}' AND p.place IN (SELECT rowid FROM word WHERE word MATCH ?1)
             ORDER BY d.id",
            Presence::Present
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let found = statement.query_map([phrase], |row| row.get(0))?;
        let mut found = found.collect::<Result<Vec<DocumentId>, _>>()?;
        found.retain(|id| among.is_none_or(|among| among.contains(id)));
        Ok(found)
    }
}

/// Whether a person's decision stands in the way of a new span.
pub(crate) fn blocks(known: &Annotation, span: Span) -> bool {
    match known.state {
        SpanState::Confirmed => known.span.overlaps(span),
        SpanState::Rejected => known.span == span,
        SpanState::Suggested => false,
    }
}

fn frame(text: &str, first: Stem, last: Stem, span: Span) -> String {
    let before = Span::new(first.token.start(), span.start()).slice(text);
    let after = Span::new(span.end(), last.token.end().max(span.end())).slice(text);
    format!("{before}_{after}")
}

fn sorted(groups: BTreeMap<(String, String), (Vec<Place>, usize)>) -> Vec<MentionGroup> {
    let group = |((surface, frame), (places, n_decided))| MentionGroup {
        surface,
        frame,
        places,
        n_decided,
    };
    let mut groups: Vec<MentionGroup> = groups.into_iter().map(group).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.places.len()));
    groups
}
