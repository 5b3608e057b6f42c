//! The state as a list of files.

use rusqlite::{Connection, Row, Statement};
use sha2::{Digest, Sha256};

use crate::record::{
    CommentRecord, DocumentRecord, LabelRecord, LayerRecord, ProjectRecord, ReviewRecord,
    SpanRecord, push_line,
};
use crate::{DocumentId, Layer, LayerId, Presence, Project, StoreError, id, read};

/// How many files the documents (and each layer's records) are spread over, by the first two digits
/// of the document's id. Ids have 63 bits, so these are `00` to `7f`.
pub(crate) const N_SHARDS: u8 = 128;

/// Takes the files of a state, in the order of their paths within each kind.
pub(crate) type Sink<'a> = dyn FnMut(&str, &[u8]) -> Result<(), StoreError> + 'a;

impl Project {
    /// SHA-256 over everything that an export holds, hexadecimal: equal exactly for equal states,
    /// however they came about.
    ///
    /// # Errors
    /// If the database fails.
    pub fn state_hash(&self) -> Result<String, StoreError> {
        let mut hasher = Sha256::new();
        self.state_files(&mut |path, bytes| {
            // Which project it is, is not part of its state.
            if path != "project.json" {
                hasher.update(id::digest(&[path.as_bytes(), bytes]));
            }
            Ok(())
        })?;
        Ok(id::hex(&hasher.finalize()))
    }

    /// Hands every file of the state to `sink`: path with `/`, content with LF. Empty shards have
    /// no file.
    pub(crate) fn state_files(&self, sink: &mut Sink<'_>) -> Result<(), StoreError> {
        let db = &self.db.unchecked_transaction()?;
        let mut out = Vec::new();
        push_line(&mut out, &ProjectRecord { format: 1, id: self.id()? });
        sink("project.json", &out)?;
        sink("labels.jsonl", &labels(db)?)?;
        let layers = layers(db)?;
        out.clear();
        for layer in &layers {
            let Layer { name, kind, .. } = layer;
            push_line(&mut out, &LayerRecord { id: name.clone(), kind: *kind });
        }
        sink("layers.jsonl", &out)?;
        shards("documents", &mut out, sink, |shard, out| documents(db, shard, out))?;
        shards("comments", &mut out, sink, |shard, out| comments(db, shard, out))?;
        for layer in &layers {
            let folder = format!("layers/{}", file_name(&layer.name));
            shards(&folder, &mut out, sink, |shard, out| layer_shard(db, layer.id, shard, out))?;
        }
        Ok(())
    }
}

/// The ids of a shard, first and last.
type Shard = (i64, i64);

fn shards(
    folder: &str,
    out: &mut Vec<u8>,
    sink: &mut Sink<'_>,
    mut fill: impl FnMut(Shard, &mut Vec<u8>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for number in 0..N_SHARDS {
        let first = i64::from(number) << 56;
        out.clear();
        fill((first, first | ((1 << 56) - 1)), out)?;
        if !out.is_empty() {
            sink(&format!("{folder}/{number:02x}.jsonl"), out)?;
        }
    }
    Ok(())
}

/// A file system takes names of 255 bytes.
const MAX_FILE_NAME: usize = 200;

/// A file name for any layer name: what is not a letter or digit of ASCII, `-` or `_` becomes `%` and two digits. One
/// that is too long is cut and ends with the layer's id.
pub(crate) fn file_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&id::hex(&[byte]));
        }
    }
    if out.len() > MAX_FILE_NAME {
        out.truncate(MAX_FILE_NAME);
        out.push_str(&format!("-{}", LayerId::of(name)));
    }
    out
}

/// A label that a span has is exported even if its making was undone in another copy.
fn labels(db: &Connection) -> Result<Vec<u8>, StoreError> {
    let sql = "SELECT name, position, presence, title, color, shortcut, guideline FROM label
               WHERE presence <> 'absent'
                  OR EXISTS (SELECT 1 FROM span WHERE label = name AND presence = 'present')
               ORDER BY name";
    let read = |row: &Row<'_>| {
        Ok(LabelRecord {
            id: row.get(0)?,
            position: row.get(1)?,
            is_retired: row.get::<_, Presence>(2)? != Presence::Present,
            title: row.get(3)?,
            color: row.get(4)?,
            shortcut: row.get(5)?,
            guideline: row.get(6)?,
        })
    };
    let mut out = Vec::new();
    for record in db.prepare_cached(sql)?.query_map([], read)? {
        push_line(&mut out, &record?);
    }
    Ok(out)
}

fn layers(db: &Connection) -> Result<Vec<Layer>, StoreError> {
    let sql = "SELECT id, name, kind FROM layer
               WHERE presence <> 'absent'
                  OR EXISTS (SELECT 1 FROM span WHERE layer = layer.id AND presence = 'present')
               ORDER BY name";
    let read = |row: &Row<'_>| Ok(Layer { id: row.get(0)?, name: row.get(1)?, kind: row.get(2)? });
    Ok(db.prepare_cached(sql)?.query_map([], read)?.collect::<Result<_, _>>()?)
}

fn documents(db: &Connection, shard: Shard, out: &mut Vec<u8>) -> Result<(), StoreError> {
    let sql = "SELECT d.id, d.name, d.presence, d.is_flagged, d.metadata, d.text_hash, t.content
               FROM document d JOIN text t ON t.document = d.id
               WHERE d.id BETWEEN ?1 AND ?2 AND d.presence <> 'absent' ORDER BY d.id";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(shard)?;
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        push_line(
            out,
            &DocumentRecord {
                id,
                name: row.get(1)?,
                is_trashed: row.get::<_, Presence>(2)? == Presence::Retired,
                is_flagged: row.get(3)?,
                metadata: read::parse_metadata(id, row.get_ref(4)?.as_str().unwrap_or(""))?,
                sha256: row.get(5)?,
                text: row.get(6)?,
            },
        );
    }
    Ok(())
}

fn comments(db: &Connection, shard: Shard, out: &mut Vec<u8>) -> Result<(), StoreError> {
    let sql = "SELECT c.id, c.document, c.span, c.author, c.text, c.is_resolved
               FROM comment c JOIN document d ON d.id = c.document
               WHERE c.document BETWEEN ?1 AND ?2 AND c.presence = 'present'
                 AND d.presence <> 'absent'
               ORDER BY c.document, c.id";
    let read = |row: &Row<'_>| {
        Ok(CommentRecord {
            id: row.get(0)?,
            document: row.get(1)?,
            span: row.get(2)?,
            author: row.get(3)?,
            text: row.get(4)?,
            is_resolved: row.get(5)?,
        })
    };
    for record in db.prepare_cached(sql)?.query_map(shard, read)? {
        push_line(out, &record?);
    }
    Ok(())
}

/// The records of a layer, document by document: how far it is, then its spans in text order.
fn layer_shard(
    db: &Connection,
    layer: LayerId,
    shard: Shard,
    out: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let sql = "SELECT d.id, d.presence, t.content, r.state FROM document d
               JOIN text t ON t.document = d.id
               LEFT JOIN review r
                 ON r.document = d.id AND r.layer = ?3 AND r.presence = 'present'
               WHERE d.id BETWEEN ?1 AND ?2 AND d.presence <> 'absent' ORDER BY d.id";
    let mut statement = db.prepare_cached(sql)?;
    let mut spans = db.prepare_cached(SPANS)?;
    let mut rows = statement.query((shard.0, shard.1, layer))?;
    while let Some(row) = rows.next()? {
        let document: DocumentId = row.get(0)?;
        if let Some(review) = row.get(3)? {
            push_line(out, &ReviewRecord { id: format!("review-{document}"), document, review });
        }
        let text = row.get_ref(2)?;
        let text = text.as_str().map_err(|_| bad_text(document))?;
        push_spans(&mut spans, (document, layer), text, out)?;
    }
    Ok(())
}

const SPANS: &str = "SELECT id, layer, start_byte, end_byte, label, state, source, score, reviewer,
    link, value, is_flagged FROM span WHERE document = ?1 AND layer = ?2 AND presence = 'present'
    ORDER BY start_byte, end_byte, id";

fn bad_text(document: DocumentId) -> StoreError {
    StoreError::Corrupt(format!("the text of document {document} is not UTF-8"))
}

fn push_spans(
    spans: &mut Statement<'_>,
    (document, layer): (DocumentId, LayerId),
    text: &str,
    out: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let mut rows = spans.query((document, layer))?;
    while let Some(row) = rows.next()? {
        let a = read::annotation(row)?;
        let surface = a.span.get(text).ok_or_else(|| {
            StoreError::Corrupt(format!("span {} of document {document} leaves its text", a.id))
        })?;
        push_line(
            out,
            &SpanRecord {
                id: a.id,
                document,
                start: a.span.start(),
                end: a.span.end(),
                surface: surface.to_owned(),
                label: a.label,
                state: a.state,
                source: a.source.to_code(),
                score: a.score,
                reviewer: a.reviewer,
                link: a.link,
                value: a.value,
                is_flagged: a.is_flagged,
            },
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_name_is_a_file_name_of_its_own() {
        let long = "س".repeat(100);
        let names =
            ["samar", "samar nour", "a/b", "سمر", &long, &format!("{long}ا"), &"x".repeat(255)];
        let files = names.map(file_name);
        assert_eq!(files[..4], ["samar", "samar%20nour", "a%2fb", "%d8%b3%d9%85%d8%b1"]);
        for (idx, file) in files.iter().enumerate() {
            assert!(file.len() <= 217 && !files[..idx].contains(file), "{file}");
        }
    }
}
