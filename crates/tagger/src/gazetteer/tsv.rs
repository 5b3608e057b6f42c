use std::io::{self, Write};

use super::{GazetteerBuilder, GazetteerRecord};

/// Why a gazetteer file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct GazetteerError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub problem: String,
}

/// The columns that every table has.
const NEEDED: [&str; 3] = ["id", "name", "names"];

/// Reads a table (`corpus/gazetteer/*.tsv`): a header line, then one entry a line, fields separated by
/// tabs. Lines that begin with `#` are comments; columns we do not know are skipped. Each entry comes with
/// its line, from 1.
///
/// # Errors
/// The first line that is wrong.
pub fn read_gazetteer_table(table: &str) -> Result<Vec<(usize, GazetteerRecord)>, GazetteerError> {
    let error = |idx: usize, problem| GazetteerError { line: idx + 1, problem };
    let table = table.strip_prefix('\u{FEFF}').unwrap_or(table);
    let mut rows = table.lines().enumerate().filter(|(_, row)| !row.starts_with('#'));
    let Some((header_idx, header)) = rows.next() else { return Ok(Vec::new()) };
    let columns: Vec<&str> = header.split('\t').map(str::trim).collect();
    if let Some(missing) = NEEDED.iter().find(|needed| !columns.contains(needed)) {
        let problem =
            format!("no column {missing:?}; the first line names the columns, separated by tabs");
        return Err(error(header_idx, problem));
    }
    let rows = rows.filter(|(_, row)| !row.trim().is_empty());
    rows.map(|(idx, row)| {
        let record = record(row, &columns).map_err(|problem| error(idx, problem))?;
        Ok((idx + 1, record))
    })
    .collect()
}

fn record(row: &str, columns: &[&str]) -> Result<GazetteerRecord, String> {
    let mut record = GazetteerRecord::default();
    for (column, value) in columns.iter().zip(row.split('\t')) {
        if let Some(field) = record.field_mut(column) {
            value.trim().clone_into(field);
        }
    }
    if record.class().is_empty() {
        return Err(format!("id {:?} has no kind: write kind:name", record.id));
    }
    if record.name.is_empty() {
        return Err(format!("{} has no name", record.id));
    }
    Ok(record)
}

/// Whether a record can stand on a line of a table.
pub(super) fn is_one_line(record: &GazetteerRecord) -> bool {
    let mut fields = GazetteerRecord::columns_of(record.class()).filter_map(|c| record.field(c));
    !fields.any(|field| field.contains(['\t', '\n', '\r']))
}

/// Writes a table of entries of one class, in the order given, with a line of origin.
///
/// # Errors
/// If the output fails, or ([`io::ErrorKind::InvalidData`]) a field holds a tab or a line end.
pub fn write_gazetteer_table(
    records: &[GazetteerRecord],
    origin: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let class = records.first().map_or("", GazetteerRecord::class);
    let columns: Vec<&str> = GazetteerRecord::columns_of(class).collect();
    writeln!(out, "{}\n# Origin: {}", columns.join("\t"), origin.replace(['\n', '\r'], " "))?;
    for record in records {
        let fields: Vec<&str> = columns.iter().filter_map(|column| record.field(column)).collect();
        if !is_one_line(record) {
            let problem = format!("{}: a field holds a tab or a line end", record.id);
            return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        }
        writeln!(out, "{}", fields.join("\t"))?;
    }
    Ok(())
}

impl GazetteerBuilder {
    /// Adds the entries of a table; see [`read_gazetteer_table`]. Returns how many were read.
    ///
    /// # Errors
    /// The first line that is wrong; entries before it may have been added.
    pub fn add_tsv(&mut self, table: &str) -> Result<usize, GazetteerError> {
        let records = read_gazetteer_table(table)?;
        for (line, record) in &records {
            self.add_record(record).map_err(|problem| GazetteerError { line: *line, problem })?;
        }
        Ok(records.len())
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
        check("id\tname\tnames\nplace:1\tحلب\t\nplace:1\tحلب\t\n", Ok(2));
        check(
            "id\tname\tnames\nplace:1\tحلب\t\nplace:1\tإدلب\t\n",
            Err("line 3: place:1 stands for another entry already"),
        );
        check(
            "id\tname\tnames\tlat\tlon\nplace:1\tحلب\t\tx\t1\n",
            Err("line 2: place:1: \"x\" is no number of degrees up to 90"),
        );
        check(
            "id\tname\tnames\tvalid_to\nplace:1\tحلب\t\tlast year\n",
            Err("line 2: place:1: valid_to \"last year\" is no year and no ISO date"),
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        let table = "id\tname\tnames\tside\tvalid_from\nfaction:1\tداعش\t~التنظيم\tjihadi\t2013\n";
        let rows = read_gazetteer_table(table).expect("good table");
        let records: Vec<GazetteerRecord> = rows.into_iter().map(|(_, record)| record).collect();
        let mut out = Vec::new();
        write_gazetteer_table(&records, "a test", &mut out).expect("to memory");
        let text = String::from_utf8(out).expect("UTF-8");
        let again = read_gazetteer_table(&text).expect("own output");
        assert_eq!(again, [(3, records[0].clone())]);
    }
}
