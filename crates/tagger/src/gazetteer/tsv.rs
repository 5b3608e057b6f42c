use super::{GazetteerBuilder, NameStatus};

/// Why a gazetteer file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct GazetteerError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub problem: String,
}

/// The columns that matching needs.
const COLUMNS: [&str; 3] = ["id", "name", "names"];

impl GazetteerBuilder {
    /// Adds the names of a table (`corpus/gazetteer/*.tsv`): a header line, then one entry a line with
    /// `id`, `name` and `names` (further names separated by `|`). What stands before the colon of the id
    /// is the kind. `?` in front of a name marks a common word, `~` a short form. Lines that begin with
    /// `#` are comments. Returns how many entries were read.
    ///
    /// # Errors
    /// The first line that is wrong; entries before it have been added.
    pub fn add_tsv(&mut self, table: &str) -> Result<usize, GazetteerError> {
        let mut rows = table.lines().enumerate().filter(|(_, row)| !row.starts_with('#'));
        let Some((header_idx, header)) = rows.next() else { return Ok(0) };
        let columns =
            columns(header).map_err(|problem| GazetteerError { line: header_idx + 1, problem })?;
        let mut n_entries = 0;
        for (row_idx, row) in rows.filter(|(_, row)| !row.trim().is_empty()) {
            self.add_row(row, columns)
                .map_err(|problem| GazetteerError { line: row_idx + 1, problem })?;
            n_entries += 1;
        }
        Ok(n_entries)
    }

    fn add_row(&mut self, row: &str, columns: [usize; 3]) -> Result<(), String> {
        let fields: Vec<&str> = row.split('\t').collect();
        let [id, name, names] =
            columns.map(|column| fields.get(column).copied().unwrap_or_default().trim());
        let Some((kind, _)) = id.split_once(':') else {
            return Err(format!("id {id:?} has no kind: write kind:name"));
        };
        if name.is_empty() {
            return Err(format!("{id} has no name"));
        }
        let names: Vec<_> = names.split('|').map(|name| split_status(name.trim())).collect();
        // A mark on a further name that is the canonical one holds for it.
        if !names.iter().any(|(_, further)| *further == name) {
            self.add(kind, name, NameStatus::Plain);
        }
        for (status, name) in names {
            self.add(kind, name, status);
        }
        Ok(())
    }
}

fn columns(header: &str) -> Result<[usize; 3], String> {
    let fields: Vec<&str> = header.split('\t').map(str::trim).collect();
    let mut columns = [0; 3];
    for (column, wanted) in columns.iter_mut().zip(COLUMNS) {
        *column = fields.iter().position(|field| *field == wanted).ok_or_else(|| {
            format!("no column {wanted:?}; the first line names the columns, separated by tabs")
        })?;
    }
    Ok(columns)
}

fn split_status(name: &str) -> (NameStatus, &str) {
    match name.split_at_checked(1) {
        Some(("?", rest)) => (NameStatus::Ambiguous, rest),
        Some(("~", rest)) => (NameStatus::Short, rest),
        _ => (NameStatus::Plain, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(table: &str, expected: Result<usize, &str>) {
        let result = GazetteerBuilder::new().add_tsv(table).map_err(|e| e.to_string());
        assert_eq!(result.as_ref().copied().map_err(String::as_str), expected);
    }

    #[test]
    fn tables() {
        check("", Ok(0));
        check("# origin\nid\tname\tnames\n", Ok(0));
        check("id\tname\tnames\nplace:1\tحلب\t?الشهباء|حَلَب\n\nplace:2\tإدلب\t\n", Ok(2));
        check("id\tname\tnames\nplace:1\tحلب\n", Ok(1));
        check(
            "id\tname\n",
            Err("line 1: no column \"names\"; the first line names the columns, separated by tabs"),
        );
        check("id\tname\tnames\nx\tحلب\t\n", Err("line 2: id \"x\" has no kind: write kind:name"));
        check("id\tname\tnames\nplace:1\t\t\n", Err("line 2: place:1 has no name"));
    }
}
