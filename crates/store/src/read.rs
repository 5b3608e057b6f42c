//! Questions to the projections.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row};
use tawsim_corpus::{Document, Entity, LabelSet};
use tawsim_tokenizer::Span;

use crate::details::{details_of, metadata_out};
use crate::{
    Annotation, Comment, DocumentId, DocumentRow, LabelRow, Layer, LayerId, Link, Presence,
    Project, ReviewState, Source, SpanId, SpanState, StoreError, StoredDocument,
};

const ANNOTATION: &str = "id, layer, start_byte, end_byte, label, state, source, score, reviewer,
    link, value, is_flagged";

/// The list, seen from layer `?1`; `{}` is a condition on the document.
const LIST: &str = "
SELECT d.id, d.name, d.presence, ifnull(r.state, 'new'), d.is_flagged, octet_length(t.content),
       ifnull(s.n_confirmed, 0), ifnull(s.n_suggested, 0), s.min_score
FROM document d
JOIN text t ON t.document = d.id
LEFT JOIN review r ON r.document = d.id AND r.layer = ?1 AND r.presence = 'present'
LEFT JOIN (SELECT document, sum(state = 'confirmed') AS n_confirmed,
                  sum(state = 'suggested') AS n_suggested,
                  min(CASE state WHEN 'suggested' THEN score END) AS min_score
           FROM span WHERE layer = ?1 AND presence = 'present' AND {span}
           GROUP BY document) s ON s.document = d.id
WHERE d.presence <> 'absent' AND {document}
ORDER BY d.name, d.id";

impl Project {
    /// All documents, also those in the trash, ordered by name, as seen from one layer.
    ///
    /// # Errors
    /// If the database fails.
    pub fn documents(&self, layer: LayerId) -> Result<Vec<DocumentRow>, StoreError> {
        let sql = LIST.replace("{span}", "TRUE").replace("{document}", "TRUE");
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([layer], document_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The line of the list for one document.
    ///
    /// # Errors
    /// If there is no such document.
    pub fn document_row(
        &self,
        document: DocumentId,
        layer: LayerId,
    ) -> Result<DocumentRow, StoreError> {
        let sql = LIST.replace("{span}", "document = ?2").replace("{document}", "d.id = ?2");
        let mut statement = self.db.prepare_cached(&sql)?;
        let row = statement.query_row((layer, document), document_row).optional()?;
        row.ok_or(StoreError::UnknownDocument(document))
    }

    /// How far the work on a document is in one layer, and whether the document is flagged: what
    /// [`Project::document_row`] says without looking at its spans.
    ///
    /// # Errors
    /// If there is no such document.
    pub fn document_progress(
        &self,
        document: DocumentId,
        layer: LayerId,
    ) -> Result<(ReviewState, bool), StoreError> {
        let sql = "SELECT ifnull(r.state, 'new'), d.is_flagged FROM document d
                   LEFT JOIN review r ON r.document = d.id AND r.layer = ?1 AND r.presence = 'present'
                   WHERE d.id = ?2 AND d.presence <> 'absent'";
        let mut statement = self.db.prepare_cached(sql)?;
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let found = statement.query_row((layer, document), read).optional()?;
        found.ok_or(StoreError::UnknownDocument(document))
    }

    /// A document with its text, its spans of all layers, and its comments.
    ///
    /// # Errors
    /// If there is no such document, or a span of it leaves its text. Other documents can still be read.
    pub fn document(&self, document: DocumentId) -> Result<StoredDocument, StoreError> {
        let sql = "SELECT name, text_hash, presence, is_flagged FROM document
                   WHERE id = ?1 AND presence <> 'absent'";
        let read = |row: &Row<'_>| {
            Ok(StoredDocument {
                id: document,
                name: row.get(0)?,
                text: String::new(),
                text_sha256: row.get(1)?,
                metadata: BTreeMap::new(),
                presence: row.get(2)?,
                is_flagged: row.get(3)?,
                annotations: Vec::new(),
                comments: Vec::new(),
            })
        };
        let found = self.db.prepare_cached(sql)?.query_row([document], read).optional()?;
        let mut found = found.ok_or(StoreError::UnknownDocument(document))?;
        found.text = text(&self.db, document)?;
        found.metadata = metadata(&self.db, document)?;
        found.annotations = annotations(&self.db, document)?;
        if let Some(a) = found.annotations.iter().find(|a| a.span.get(&found.text).is_none()) {
            let what = format!("span {} of document {document} leaves its text", a.id);
            return Err(StoreError::Corrupt(what));
        }
        found.comments = comments(&self.db, document)?;
        Ok(found)
    }

    /// One span of a document; `None` if it is not there.
    ///
    /// # Errors
    /// If the database fails.
    pub fn annotation(
        &self,
        document: DocumentId,
        span: SpanId,
    ) -> Result<Option<Annotation>, StoreError> {
        let sql = format!(
            "SELECT {ANNOTATION} FROM span WHERE id = ?1 AND document = ?2 AND presence = 'present'"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query((span, document))?;
        rows.next()?.map(annotation).transpose()
    }

    /// The confirmed entities of one layer as a document of the corpus crate, its id the name, with links, values,
    /// who decided, and metadata.
    ///
    /// # Errors
    /// If there is no such document, or the label set is full.
    pub fn corpus_document(
        &self,
        document: DocumentId,
        layer: LayerId,
        labels: &mut LabelSet,
    ) -> Result<Document, StoreError> {
        let stored = self.document(document)?;
        let mut out = Document::new(stored.name.as_str(), stored.text.as_str());
        out.metadata = metadata_out(&stored.metadata);
        for annotation in stored.entities(layer) {
            out.push(entity(annotation, labels)?, details_of(annotation));
        }
        Ok(out)
    }

    /// The layers, ordered by name.
    ///
    /// # Errors
    /// If the database fails.
    pub fn layers(&self) -> Result<Vec<Layer>, StoreError> {
        let sql = "SELECT id, name, kind FROM layer WHERE presence = 'present' ORDER BY name";
        let read =
            |row: &Row<'_>| Ok(Layer { id: row.get(0)?, name: row.get(1)?, kind: row.get(2)? });
        Ok(self.db.prepare_cached(sql)?.query_map([], read)?.collect::<Result<_, _>>()?)
    }

    /// The layer of this name.
    ///
    /// # Errors
    /// If the database fails.
    pub fn layer(&self, name: &str) -> Result<Option<Layer>, StoreError> {
        Ok(self.layers()?.into_iter().find(|layer| layer.name == name))
    }

    /// The labels in their order, also the retired ones.
    ///
    /// # Errors
    /// If the database fails.
    pub fn labels(&self) -> Result<Vec<LabelRow>, StoreError> {
        let sql = "SELECT name, title, color, shortcut, guideline, presence FROM label
                   WHERE presence <> 'absent' ORDER BY position, name";
        let read = |row: &Row<'_>| {
            Ok(LabelRow {
                name: row.get(0)?,
                title: row.get(1)?,
                color: row.get(2)?,
                shortcut: row.get(3)?,
                guideline: row.get(4)?,
                presence: row.get(5)?,
            })
        };
        Ok(self.db.prepare_cached(sql)?.query_map([], read)?.collect::<Result<_, _>>()?)
    }

    /// The labels that spans of a layer have, with how many are confirmed and suggested.
    ///
    /// # Errors
    /// If the database fails.
    pub fn label_counts(&self, layer: LayerId) -> Result<Vec<(String, u64, u64)>, StoreError> {
        let sql = "SELECT s.label, sum(s.state = 'confirmed'), sum(s.state = 'suggested')
                   FROM span s JOIN document d ON d.id = s.document
                   WHERE s.layer = ?1 AND s.presence = 'present' AND d.presence = 'present'
                   GROUP BY s.label ORDER BY 2 DESC, s.label";
        let read = |row: &Row<'_>| {
            let count = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
            Ok((row.get(0)?, count(1)?, count(2)?))
        };
        Ok(self.db.prepare_cached(sql)?.query_map([layer], read)?.collect::<Result<_, _>>()?)
    }

    /// The names of the labels in use, in their order, as models and formats take them.
    ///
    /// # Errors
    /// If the database fails.
    pub fn label_set(&self) -> Result<LabelSet, StoreError> {
        let rows = self.labels()?;
        let names = rows.iter().filter(|row| row.presence == Presence::Present);
        LabelSet::from_names(names.map(|row| &row.name))
            .map_err(|error| StoreError::Corrupt(error.to_string()))
    }
}

fn document_row(row: &Row<'_>) -> rusqlite::Result<DocumentRow> {
    Ok(DocumentRow {
        id: row.get(0)?,
        name: row.get(1)?,
        presence: row.get(2)?,
        review: row.get(3)?,
        is_flagged: row.get(4)?,
        byte_len: row.get::<_, i64>(5)?.unsigned_abs(),
        n_entities: row.get(6)?,
        n_suggestions: row.get(7)?,
        min_score: row.get(8)?,
    })
}

/// A confirmed span as the corpus crate has it.
pub(crate) fn entity(of: &Annotation, labels: &mut LabelSet) -> Result<Entity, StoreError> {
    let label = labels.intern(&of.label);
    let label = label.map_err(|_| StoreError::BadLabelName(of.label.clone()))?;
    Ok(Entity { span: of.span, label, score: of.score.map(|score| score as f32) })
}

pub(crate) const TEXT: &str = "SELECT content FROM text WHERE document = ?1";

pub(crate) fn text(db: &Connection, document: DocumentId) -> Result<String, StoreError> {
    let text = db.prepare_cached(TEXT)?.query_row([document], |row| row.get(0)).optional()?;
    text.ok_or(StoreError::UnknownDocument(document))
}

pub(crate) fn metadata(
    db: &Connection,
    document: DocumentId,
) -> Result<BTreeMap<String, String>, StoreError> {
    let sql = "SELECT metadata FROM document WHERE id = ?1";
    let json: String = db.prepare_cached(sql)?.query_row([document], |row| row.get(0))?;
    parse_metadata(document, &json)
}

pub(crate) fn parse_metadata(
    document: DocumentId,
    json: &str,
) -> Result<BTreeMap<String, String>, StoreError> {
    serde_json::from_str(json)
        .map_err(|error| StoreError::Corrupt(format!("metadata of document {document}: {error}")))
}

/// The spans of a document that are there.
pub(crate) fn annotations(
    db: &Connection,
    document: DocumentId,
) -> Result<Vec<Annotation>, StoreError> {
    let sql = format!(
        "SELECT {ANNOTATION} FROM span WHERE document = ?1 AND presence = 'present'
         ORDER BY start_byte, end_byte, layer, id"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([document])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(annotation(row)?);
    }
    Ok(found)
}

pub(crate) fn annotation(row: &Row<'_>) -> Result<Annotation, StoreError> {
    let id: SpanId = row.get(0)?;
    let bad = |what: &str| StoreError::Corrupt(format!("span {id}: {what}"));
    let edges: (u32, u32) = (row.get(2)?, row.get(3)?);
    let span = Span::from_range(edges.0 as usize..edges.1 as usize);
    let link: Option<String> = row.get(9)?;
    let link = link.map(|json| serde_json::from_str::<Link>(&json)).transpose();
    Ok(Annotation {
        id,
        layer: row.get(1)?,
        span: span.ok_or_else(|| bad("it ends before it starts"))?,
        label: row.get(4)?,
        state: row.get::<_, SpanState>(5)?,
        source: Source::from_code(&row.get::<_, String>(6)?),
        score: row.get(7)?,
        reviewer: row.get(8)?,
        link: link.map_err(|_| bad("its link is no link"))?,
        value: row.get(10)?,
        is_flagged: row.get(11)?,
    })
}

fn comments(db: &Connection, document: DocumentId) -> Result<Vec<Comment>, StoreError> {
    let sql = "SELECT id, span, author, text, is_resolved FROM comment
               WHERE document = ?1 AND presence = 'present' ORDER BY id";
    let read = |row: &Row<'_>| {
        Ok(Comment {
            id: row.get(0)?,
            span: row.get(1)?,
            author: row.get(2)?,
            text: row.get(3)?,
            is_resolved: row.get(4)?,
        })
    };
    Ok(db.prepare_cached(sql)?.query_map([document], read)?.collect::<Result<_, _>>()?)
}
