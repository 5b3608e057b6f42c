//! Links that people annotated: which gazetteer entry each entity of a document means.

use thiserror::Error;

/// One annotated link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldLink {
    /// The document's id.
    pub document: String,
    /// Where the entity stands in its text, in bytes.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// The entry's id. Several where the text does not decide between them (a city and the governorate named
    /// after it); none is NIL: the gazetteer lacks it.
    pub entries: Vec<String>,
    /// The surface, for people; a reader checks it against the text.
    pub surface: String,
}

/// Why a file of links cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "line {line}: {row:?} is no link: document, byte start, byte end, entry ids or NIL, and the surface, separated by tabs"
)]
pub struct LinkError {
    /// Line, from 1.
    pub line: usize,
    /// The line's content.
    pub row: String,
}

/// Reads links: a header line, then one link a line, fields separated by tabs: document id, byte start,
/// byte end, entry id or `NIL` (several ids are separated by `|`), surface. Lines that begin with `#` are comments.
///
/// # Errors
/// The first line that is wrong.
pub fn read_links(table: &str) -> Result<Vec<GoldLink>, LinkError> {
    let rows = table.lines().enumerate().skip(1);
    let rows = rows.filter(|(_, row)| !row.starts_with('#') && !row.trim().is_empty());
    rows.map(|(idx, row)| {
        link(row).ok_or_else(|| LinkError { line: idx + 1, row: row.chars().take(80).collect() })
    })
    .collect()
}

fn link(row: &str) -> Option<GoldLink> {
    let fields: Vec<&str> = row.split('\t').collect();
    let [document, start, end, entries, surface] = fields.as_slice() else { return None };
    let ids = entries.split('|').filter(|id| *id != "NIL");
    Some(GoldLink {
        document: (*document).to_owned(),
        start: start.parse().ok()?,
        end: end.parse().ok()?,
        entries: ids.map(str::to_owned).collect(),
        surface: (*surface).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links() {
        let table = "document\tstart\tend\tentry\tsurface\n# a comment\na\t0\t6\tplace:1|place:2\tحلب\na\t7\t9\tNIL\tق\n";
        let links = read_links(table).expect("good table");
        assert_eq!(links.len(), 2);
        assert_eq!(links[0].entries, ["place:1", "place:2"]);
        assert!(links[1].entries.is_empty());
        let error = read_links("header\na\t0\n").expect_err("a field is missing");
        assert_eq!((error.line, error.row.as_str()), (2, "a\t0"));
    }
}
