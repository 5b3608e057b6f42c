//! Search over texts and spans.

use std::collections::HashSet;

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension};
use tawsim_tokenizer::Span;

use crate::stems::Stemmer;
use crate::{Annotation, DocumentId, LayerId, Project, ReviewState, SpanState, StoreError, read};

/// The word index: derived from the texts, which never change.
pub(crate) const INDEX: &str = "
CREATE TABLE word_place (
    place    INTEGER PRIMARY KEY,
    document INTEGER NOT NULL UNIQUE
) STRICT;
CREATE VIRTUAL TABLE word USING fts5 (
    keys, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE TABLE word_probe (probe TEXT NOT NULL) STRICT;
";

/// Whether SQLite makes this table for the index (<https://sqlite.org/fts5.html>, "FTS5 data structures").
pub(crate) fn is_own_table(name: &str) -> bool {
    let part = name.strip_prefix("word_");
    part.is_some_and(|part| ["data", "idx", "content", "docsize", "config"].contains(&part))
}

/// What to search for. Every condition that is set must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Words that stand together in the text, whatever their clitics, articles, marks and spelling.
    pub text: String,
    /// There is a span of this layer. Alone or with the next five: of one span.
    pub layer: Option<LayerId>,
    /// There is a span with this label.
    pub label: Option<String>,
    /// There is a span in this state.
    pub state: Option<SpanState>,
    /// There is a span that this person made or decided on.
    pub reviewer: Option<String>,
    /// There is a span with a score of at most this.
    pub max_score: Option<f64>,
    /// There is a span with a score of at least this.
    pub min_score: Option<f64>,
    /// The document is in this state in some layer.
    pub review: Option<ReviewState>,
    /// The document is flagged, or is not.
    pub is_flagged: Option<bool>,
    /// The document's metadata `date` is not before this (as text, so ISO 8601).
    pub from_date: Option<String>,
    /// The document's metadata `date` is not after this.
    pub to_date: Option<String>,
    /// How many documents are shown, at most.
    pub limit: usize,
    /// How many documents are passed over first.
    pub offset: usize,
}

impl Query {
    /// Documents with these words; the first 100.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), limit: 100, ..Self::default() }
    }

    fn asks_for_spans(&self) -> bool {
        self.layer.is_some()
            || self.label.is_some()
            || self.state.is_some()
            || self.reviewer.is_some()
            || self.max_score.is_some()
            || self.min_score.is_some()
    }
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Documents that were found, in all.
    pub n_documents: usize,
    /// Those that are shown, in the order in which they were imported.
    pub documents: Vec<FoundDocument>,
}

/// A document that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundDocument {
    /// Names it.
    pub id: DocumentId,
    /// Its name.
    pub name: String,
    /// Where the words stand: stems with their article, without clitics.
    pub places: Vec<Span>,
    /// The spans that fit the conditions on spans; none if there are no such conditions.
    pub annotations: Vec<Annotation>,
}

/// A condition in SQL with its values.
#[derive(Default)]
struct Conditions<'q> {
    sql: String,
    values: Vec<Box<dyn ToSql + 'q>>,
}

impl<'q> Conditions<'q> {
    /// Adds `condition`, in which `?` stands for the value, if there is a value.
    fn add(&mut self, condition: &str, value: Option<impl ToSql + 'q>) {
        if let Some(value) = value {
            self.values.push(Box::new(value));
            let place = format!("?{}", self.values.len());
            self.sql.push_str(" AND ");
            self.sql.push_str(&condition.replace('?', &place));
        }
    }

    fn of_span(&mut self, query: &'q Query) {
        self.add("layer = ?", query.layer);
        self.add("label = ?", query.label.as_deref());
        self.add("state = ?", query.state);
        self.add("reviewer = ?", query.reviewer.as_deref());
        self.add("score <= ?", query.max_score);
        self.add("score >= ?", query.min_score);
    }

    fn of_document(&mut self, query: &'q Query) {
        let review = "(id IN (SELECT document FROM review WHERE state = ? AND presence = 'present')
             OR (? = 'new' AND id NOT IN
                 (SELECT document FROM review WHERE state <> 'new' AND presence = 'present')))";
        self.add(review, query.review);
        self.add("is_flagged = ?", query.is_flagged);
        self.add("metadata ->> 'date' >= ?", query.from_date.as_deref());
        self.add("metadata ->> 'date' <= ?", query.to_date.as_deref());
    }

    /// The documents for which `select` and the conditions hold.
    fn documents(&self, db: &Connection, select: &str) -> Result<HashSet<DocumentId>, StoreError> {
        let mut statement = db.prepare_cached(&format!("{select}{}", self.sql))?;
        let rows = statement.query_map(self.values().as_slice(), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn values(&self) -> Vec<&dyn ToSql> {
        self.values.iter().map(AsRef::as_ref).collect()
    }
}

impl Project {
    /// Searches the documents that are not in the trash.
    ///
    /// # Errors
    /// If the database fails.
    pub fn search(&self, query: &Query) -> Result<Found, StoreError> {
        let mut stemmer = Stemmer::default();
        let keys = query_keys(&mut stemmer, &query.text);
        if keys.is_empty() && !query.text.trim().is_empty() {
            return Ok(Found::default());
        }
        let db = &self.db.unchecked_transaction()?;
        let ids = candidates(db, query, &keys)?;
        let mut found = Found { n_documents: ids.len(), documents: Vec::new() };
        for id in ids.into_iter().skip(query.offset).take(query.limit) {
            let name = name(db, id)?;
            let text = read::text(db, id)?;
            let places = if keys.is_empty() { Vec::new() } else { stemmer.find(&text, &keys) };
            let mut annotations = matching(db, id, query)?;
            annotations.retain(|a| a.span.get(&text).is_some());
            found.documents.push(FoundDocument { id, name, places, annotations });
        }
        Ok(found)
    }

    /// Whether words are cut differently now than when the index was made: then a search can miss
    /// some until [`Project::reindex`] has run.
    ///
    /// # Errors
    /// If the database fails.
    pub fn is_index_stale(&self) -> Result<bool, StoreError> {
        let probe: Option<String> =
            self.db.query_row("SELECT probe FROM word_probe", [], |row| row.get(0)).optional()?;
        Ok(probe != Some(Stemmer::default().probe()))
    }

    /// Makes the word index again.
    ///
    /// # Errors
    /// If the project cannot be written.
    pub fn reindex(&mut self) -> Result<(), StoreError> {
        if self.is_read_only() {
            return Err(StoreError::ReadOnly);
        }
        let tx = self.db.transaction()?;
        tx.execute_batch("DROP TABLE word; DROP TABLE word_place; DROP TABLE word_probe;")?;
        create_index(&tx)?;
        tx.commit().map_err(StoreError::database("cannot commit the index"))
    }
}

/// Makes the index of all texts.
pub(crate) fn create_index(db: &Connection) -> Result<(), StoreError> {
    db.execute_batch(INDEX).map_err(StoreError::database("cannot make the index"))?;
    let mut stemmer = Stemmer::default();
    db.execute("INSERT INTO word_probe VALUES (?1)", [stemmer.probe()])?;
    let mut statement = db.prepare("SELECT document, content FROM text ORDER BY document")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let content: String = row.get(1)?;
        index_text(db, &mut stemmer, row.get(0)?, &content)?;
    }
    Ok(())
}

/// Adds a new text to the index. Places ascend: the index is made for that.
pub(crate) fn index_text(
    db: &Connection,
    stemmer: &mut Stemmer,
    document: DocumentId,
    content: &str,
) -> Result<(), StoreError> {
    let keys = stemmer.keys(content);
    let write = || -> rusqlite::Result<usize> {
        let sql = "INSERT INTO word_place (document) VALUES (?1)";
        db.prepare_cached(sql)?.execute([document])?;
        let sql = "INSERT INTO word (rowid, keys) VALUES (?1, ?2)";
        let place = db.last_insert_rowid();
        db.prepare_cached(sql)?.execute((place, keys.as_str()))
    };
    write().map(drop).map_err(StoreError::database("cannot write the index"))
}

pub(crate) fn query_keys(stemmer: &mut Stemmer, text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    stemmer.each(text, |_, key| keys.push(key.to_owned()));
    keys
}

/// The words as one phrase of the index's own language.
pub(crate) fn phrase(keys: &[String]) -> Option<String> {
    (!keys.is_empty()).then(|| format!("\"{}\"", keys.join(" ").replace('"', " ")))
}

/// The documents that fit, in the order of import. Each condition gives a set of documents; the
/// sets are intersected here, because SQLite would look every document up by itself.
fn candidates(
    db: &Connection,
    query: &Query,
    keys: &[String],
) -> Result<Vec<DocumentId>, StoreError> {
    let mut ids = with_words(db, phrase(keys))?;
    let away = "SELECT id FROM document WHERE presence <> 'present'";
    let away = Conditions::default().documents(db, away)?;
    ids.retain(|id| !away.contains(id));
    if query.asks_for_spans() {
        let mut conditions = Conditions::default();
        conditions.of_span(query);
        let select = "SELECT DISTINCT document FROM span WHERE presence = 'present'";
        let with_spans = conditions.documents(db, select)?;
        ids.retain(|id| with_spans.contains(id));
    }
    let mut conditions = Conditions::default();
    conditions.of_document(query);
    if !conditions.values.is_empty() {
        let fitting = conditions.documents(db, "SELECT id FROM document WHERE TRUE")?;
        ids.retain(|id| fitting.contains(id));
    }
    Ok(ids)
}

/// The documents with these words, or all, in the order of import.
fn with_words(db: &Connection, phrase: Option<String>) -> Result<Vec<DocumentId>, StoreError> {
    let condition = match phrase {
        Some(_) => "place IN (SELECT rowid FROM word WHERE word MATCH ?1)",
        None => "?1 IS NULL",
    };
    let sql = format!("SELECT document FROM word_place WHERE {condition} ORDER BY place");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([phrase], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn name(db: &Connection, document: DocumentId) -> Result<String, StoreError> {
    let sql = "SELECT name FROM document WHERE id = ?1";
    Ok(db.prepare_cached(sql)?.query_row([document], |row| row.get(0))?)
}

fn matching(
    db: &Connection,
    document: DocumentId,
    query: &Query,
) -> Result<Vec<Annotation>, StoreError> {
    if !query.asks_for_spans() {
        return Ok(Vec::new());
    }
    let fits = |a: &Annotation| {
        query.layer.is_none_or(|layer| a.layer == layer)
            && query.label.as_ref().is_none_or(|label| a.label == *label)
            && query.state.is_none_or(|state| a.state == state)
            && (query.reviewer.is_none() || a.reviewer == query.reviewer)
            && query.max_score.is_none_or(|max| a.score.is_some_and(|score| score <= max))
            && query.min_score.is_none_or(|min| a.score.is_some_and(|score| score >= min))
    };
    Ok(read::annotations(db, document)?.into_iter().filter(fits).collect())
}
