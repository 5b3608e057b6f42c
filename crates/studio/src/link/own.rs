//! The project's own gazetteer: a table beside its database, in the schema of the program's tables.

use std::path::{Path, PathBuf};

use tawsim_tagger::{GazetteerRecord, read_gazetteer_table, write_gazetteer_table};

use super::BASE_GAZETTEER;
use crate::{
    AppError,
    files::{read_text, write_whole},
};

/// What stands in [`tawsim_store::Link::gazetteer`] for an entry of the project's own table.
const OWN_GAZETTEER: &str = "project";
/// Classes of the entries that can be added; a table each.
pub(crate) const CLASSES: [&str; 2] = ["faction", "place"];
/// A table that is longer is none that annotators have made.
const MAX_TABLE_BYTES: usize = 64 << 20;
/// Where the tables come from, as their second line says.
const ORIGIN: &str = "entered by the annotators of this project";

/// An entry to be made from the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewEntry {
    /// `place` or `faction`.
    pub(crate) class: &'static str,
    pub(crate) name: String,
}

/// What stands between the class and the number of an entry of the project's own.
const OWN_ID: &str = ":own:";

/// The gazetteer that an entry is from: one of the program's tables keeps its id in the project's.
pub(crate) fn gazetteer_of(id: &str) -> &'static str {
    if id.contains(OWN_ID) { OWN_GAZETTEER } else { BASE_GAZETTEER }
}

/// The table of the entries of a class: a table has the columns of one class.
pub(crate) fn own_table(project: &Path, class: &str) -> PathBuf {
    project.join(format!("gazetteer-{class}.tsv"))
}

/// Adds an entry. Returns its id; if there is one of this name already, that one's.
///
/// # Errors
/// [`AppError::NoName`] if it has no name, or if its table cannot be read or written.
pub(crate) fn add_entry(project: &Path, new: &NewEntry) -> Result<String, AppError> {
    let path = own_table(project, new.class);
    let (name, mut records) = (need_name(&new.name)?, read(&path)?);
    if let Some(known) = records.iter().find(|record| record.name == name) {
        return Ok(known.id.clone());
    }
    // Not how many there are: somebody may have taken a line out of the table.
    let number = |id: &str| id.split_once(OWN_ID)?.1.parse::<u64>().ok();
    let last = records.iter().filter_map(|record| number(&record.id)).max().unwrap_or(0);
    let id = format!("{}{OWN_ID}{}", new.class, last.saturating_add(1));
    records.push(GazetteerRecord {
        id: id.clone(),
        name,
        source: OWN_GAZETTEER.to_owned(),
        ..GazetteerRecord::default()
    });
    write(&path, &records)?;
    Ok(id)
}

/// Gives an entry a further name. Of an entry of the program's tables, `known` says what it is: its
/// own line is repeated in the project's table with the name added, as tables of one id are joined.
///
/// # Errors
/// As for [`add_entry`].
pub(crate) fn add_alias(
    project: &Path,
    known: &GazetteerRecord,
    alias: &str,
) -> Result<(), AppError> {
    let path = own_table(project, known.class());
    let (alias, mut records) = (need_name(alias)?, read(&path)?);
    let record = match records.iter_mut().find(|record| record.id == known.id) {
        Some(record) => record,
        None => records.push_mut(GazetteerRecord {
            source: format!("{BASE_GAZETTEER} + {OWN_GAZETTEER}"),
            ..known.clone()
        }),
    };
    let mut names: Vec<&str> = record.names.split('|').filter(|name| !name.is_empty()).collect();
    if !names.contains(&alias.as_str()) {
        names.push(&alias);
        record.names = names.join("|");
    }
    write(&path, &records)
}

/// The entries of all the project's tables; what cannot be read is left out.
pub(crate) fn read_all(project: &Path) -> Vec<GazetteerRecord> {
    let tables = CLASSES.into_iter().map(|class| own_table(project, class));
    tables.filter_map(|path| read(&path).ok()).flatten().collect()
}

/// Why tables of the project's are left out by [`read_all`].
pub(crate) fn unreadable(project: &Path) -> Vec<AppError> {
    let tables = CLASSES.into_iter().map(|class| own_table(project, class));
    tables.filter_map(|path| read(&path).err()).collect()
}

/// A name without what separates names and fields.
fn one_line(name: &str) -> String {
    name.replace(['|', '\t', '\n', '\r'], " ").trim_matches(['?', '~', ' ']).to_owned()
}

/// A row without a name would stand for nothing and could not be told from another.
fn need_name(text: &str) -> Result<String, AppError> {
    let name = one_line(text);
    if name.is_empty() { Err(AppError::NoName) } else { Ok(name) }
}

fn read(path: &Path) -> Result<Vec<GazetteerRecord>, AppError> {
    let table = match read_text(path, MAX_TABLE_BYTES) {
        Ok(table) => table,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(AppError::file(path)(error)),
    };
    let records = read_gazetteer_table(&table)
        .map_err(|error| AppError::file(path)(std::io::Error::other(error)))?;
    Ok(records.into_iter().map(|(_, record)| record).collect())
}

/// Whole or not at all.
fn write(path: &Path, records: &[GazetteerRecord]) -> Result<(), AppError> {
    let mut table = Vec::new();
    write_gazetteer_table(records, ORIGIN, &mut table)
        .and_then(|()| write_whole(path, &table))
        .map_err(AppError::file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_entries_have_one_id() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let dir = folder.path();
        let add = |name: &str| {
            let new = NewEntry { class: "place", name: name.to_owned() };
            add_entry(dir, &new).expect("written")
        };
        assert_eq!(["أ", "ب", "ج"].map(add), ["place:own:1", "place:own:2", "place:own:3"]);
        let path = own_table(dir, "place");
        let mut records = read(&path).expect("readable");
        records.remove(0);
        write(&path, &records).expect("written");
        assert_eq!(add("د"), "place:own:4");
        assert_eq!(add("ج"), "place:own:3", "known by its name");
    }

    #[test]
    fn no_row_is_without_a_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let known = GazetteerRecord { id: "place:own:1".to_owned(), ..GazetteerRecord::default() };
        for name in ["", " ", "|", "\t|\n", "~ ?"] {
            let new = NewEntry { class: "place", name: name.to_owned() };
            let refused =
                [add_entry(folder.path(), &new).map(drop), add_alias(folder.path(), &known, name)];
            assert!(refused.iter().all(|r| matches!(r, Err(AppError::NoName))), "{name:?}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("there").count(), 0);
    }

    #[test]
    fn an_entry_of_the_program_stays_one_with_a_further_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let idlib = crate::base::records(&[]).find(|record| record.name == "إدلب");
        let idlib = idlib.expect("the tables have it");
        add_alias(folder.path(), idlib, "تل المثال").expect("written");
        let new = NewEntry { class: "place", name: "إدلب".to_owned() };
        let id = add_entry(folder.path(), &new).expect("known");
        assert_eq!((id.as_str(), gazetteer_of(&id)), (idlib.id.as_str(), BASE_GAZETTEER));
        assert_eq!(gazetteer_of("place:own:1"), OWN_GAZETTEER);
    }
}
