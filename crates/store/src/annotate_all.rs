//! Every mention of one thing at once: look first, then annotate as one step.

use std::collections::{BTreeMap, BTreeSet};

use tawsim_tokenizer::Span;

use crate::mentions::PROCLITICS;
use crate::search::{phrase, query_keys};
use crate::stems::Stemmer;
use crate::{
    Annotation, DocumentId, Edit, FoundMentions, LayerId, MentionFinder, Place, Presence, Project,
    Receipt, SpanState, StoreError, read,
};

/// What to look for in [`Project::preview_mentions`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mentions {
    /// The words, in any form.
    pub text: String,
    /// In whose layer they shall be annotated.
    pub layer: LayerId,
    /// In these documents only; `None` for the whole project.
    pub documents: Option<Vec<DocumentId>>,
}

impl Project {
    /// Finds every mention of some words, documents in the order of their ids, as
    /// [`MentionFinder`] does.
    ///
    /// # Errors
    /// If the database fails.
    pub fn preview_mentions(&self, mentions: &Mentions) -> Result<FoundMentions, StoreError> {
        let mut finder = MentionFinder::new(&mentions.text);
        for document in self.documents_with_name(&mentions.text)? {
            if mentions.documents.as_ref().is_some_and(|among| !among.contains(&document)) {
                continue;
            }
            let text = read::text(&self.db, document)?;
            let mut known = read::annotations(&self.db, document)?;
            known.retain(|a| a.layer == mentions.layer);
            finder.search(document, &text, &known);
        }
        Ok(finder.finish())
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
        self.apply_step(&Edit::annotate_all(places, layer, label))
    }

    /// The documents, not in the trash, in which a name may be mentioned, in the order of their ids.
    /// The word index knows stems, and a word whose clitic was not cut off as it stands.
    ///
    /// # Errors
    /// If the database fails.
    pub fn documents_with_name(&self, name: &str) -> Result<Vec<DocumentId>, StoreError> {
        let mut stemmer = Stemmer::default();
        if query_keys(&mut stemmer, name).is_empty() {
            return Ok(Vec::new());
        }
        let forms = std::iter::once("").chain(PROCLITICS).map(|before| format!("{before}{name}"));
        let phrases = forms.filter_map(|form| phrase(&query_keys(&mut stemmer, &form)));
        let phrases: BTreeSet<String> = phrases.collect();
        let sql = format!(
            "SELECT d.id FROM document d JOIN word_place p ON p.document = d.id
             WHERE d.presence = '{}' AND p.place IN (SELECT rowid FROM word WHERE word MATCH ?1)
             ORDER BY d.id",
            Presence::Present
        );
        let any_of_them = Vec::from_iter(phrases).join(" OR ");
        let mut statement = self.db.prepare_cached(&sql)?;
        let found = statement.query_map([any_of_them], |row| row.get(0))?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

impl Edit {
    /// The edits that annotate these places with a label, one a document.
    #[must_use]
    pub fn annotate_all(places: &[Place], layer: LayerId, label: &str) -> Vec<Self> {
        let mut of_document: BTreeMap<DocumentId, Vec<Span>> = BTreeMap::new();
        for place in places {
            of_document.entry(place.document).or_default().push(place.span);
        }
        let edit =
            |(document, spans)| Self::Annotate { document, layer, label: label.to_owned(), spans };
        of_document.into_iter().map(edit).collect()
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
