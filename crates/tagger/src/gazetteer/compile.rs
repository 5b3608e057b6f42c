//! From records to the rows of the model file.

use std::collections::{BTreeMap, HashMap};

use super::entries::{
    Entries, EntryRow, MAX_STRING_BYTES, NO_DEGREES, NameRow, PRECISIONS, RelationRow, StringRef,
};
use super::names::NameKeyer;
use super::record::date_number;
use super::{GazetteerRecord, NameStatus};

/// Classes whose names only mark words: nothing links to them.
const CLASSES_WITHOUT_ENTRIES: [&str; 2] = ["calendar", "name"];

/// Whether a record becomes an entry.
pub(super) fn has_entry(record: &GazetteerRecord) -> bool {
    !CLASSES_WITHOUT_ENTRIES.contains(&record.class())
}

/// What would not compile, checked where the record is added.
pub(super) fn check(record: &GazetteerRecord) -> Result<(), String> {
    let at = |problem: String| format!("{}: {problem}", record.id);
    record.coordinates().map_err(at)?;
    for column in ["valid_from", "valid_to"] {
        let date = record.field(column).unwrap_or_default();
        if !date.is_empty() && date_number(date).is_none() {
            return Err(at(format!("{column} {date:?} is no year and no ISO date")));
        }
    }
    let is_code =
        record.country.len() == 2 && record.country.bytes().all(|b| b.is_ascii_uppercase());
    if !record.country.is_empty() && !is_code {
        return Err(at(format!("country {:?} is no ISO 3166-1 alpha-2 code", record.country)));
    }
    if !record.precision.is_empty() && !PRECISIONS.contains(&record.precision.as_str()) {
        return Err(at(format!("precision {:?}; use point, centre or area", record.precision)));
    }
    let names = record.marked_names().map(|(_, name)| name).chain(record.latin.split('|'));
    let single = [&record.id, &record.name, &record.kind, &record.side].map(String::as_str);
    let is_long = |value: &str| value.len() > MAX_STRING_BYTES;
    if names.chain(single).any(is_long) || is_long(&admin_path(record)) {
        let id: String = record.id.chars().take(60).collect();
        return Err(format!("{id}: a value is longer than {MAX_STRING_BYTES} bytes"));
    }
    Ok(())
}

/// The entries of these records, by id. A relation to an id that is not among them is left out.
pub(super) fn compile(records: &BTreeMap<String, GazetteerRecord>) -> Entries {
    let mut compiler = Compiler::default();
    let kept: Vec<&GazetteerRecord> = records.values().filter(|r| has_entry(r)).collect();
    let numbers: HashMap<&str, u32> =
        kept.iter().zip(1..).map(|(record, number)| (record.id.as_str(), number)).collect();
    for (entry, record) in (0..).zip(&kept) {
        compiler.push_row(record);
        compiler.push_relations(entry, record, &numbers);
        compiler.push_names(entry, record);
    }
    compiler.entries.names.sort_unstable();
    compiler.entries.names.dedup();
    compiler.entries
}

#[derive(Default)]
struct Compiler {
    entries: Entries,
    /// Where each string of the table begins.
    known: HashMap<String, StringRef>,
    keyer: NameKeyer,
}

impl Compiler {
    fn string(&mut self, text: &str) -> StringRef {
        if let Some(at) = self.known.get(text) {
            return *at;
        }
        let at = self.entries.strings.len() as StringRef;
        self.entries.strings.extend(text.bytes().map(|b| if b == b'\n' { b' ' } else { b }));
        self.entries.strings.push(b'\n');
        self.known.insert(text.to_owned(), at);
        at
    }

    fn push_row(&mut self, record: &GazetteerRecord) {
        let date = |text: &str| date_number(text).unwrap_or(0);
        let mut country = [0; 2];
        if let Ok(code) = record.country.as_bytes().try_into() {
            country = code;
        }
        let degrees = record.coordinates().ok().flatten();
        let e5 = |degrees: f64| (degrees * 1e5).round() as i32;
        let (lat_e5, lon_e5) =
            degrees.map_or((NO_DEGREES, NO_DEGREES), |(lat, lon)| (e5(lat), e5(lon)));
        let precision = PRECISIONS.iter().position(|name| *name == record.precision);
        let row = EntryRow {
            id: self.string(&record.id),
            name: self.string(&record.name),
            kind: self.string(&record.kind),
            admin: self.string(&admin_path(record)),
            lat_e5,
            lon_e5,
            valid_from: date(&record.valid_from),
            valid_to: date(&record.valid_to),
            country,
            precision: precision.unwrap_or(0) as u8,
            padding: 0,
        };
        self.entries.rows.push(row);
    }

    fn push_relations(
        &mut self,
        entry: u32,
        record: &GazetteerRecord,
        numbers: &HashMap<&str, u32>,
    ) {
        let fields = [&record.side, &record.parent, &record.predecessor, &record.successor];
        if fields.iter().all(|field| field.is_empty()) {
            return;
        }
        let number = |id: &String| numbers.get(id.as_str()).copied().unwrap_or(0);
        let row = RelationRow {
            entry,
            side: self.string(&record.side),
            parent: number(&record.parent),
            predecessor: number(&record.predecessor),
            successor: number(&record.successor),
        };
        self.entries.relations.push(row);
    }

    fn push_names(&mut self, entry: u32, record: &GazetteerRecord) {
        let mut names: BTreeMap<&str, NameStatus> =
            record.marked_names().map(|(status, name)| (name, status)).collect();
        // Texts in Arabic name factions by their Latin acronyms, but not places.
        let latin = record.latin.split('|').map(str::trim).filter(|name| !name.is_empty());
        if record.class() == "faction" {
            names.extend(latin.map(|name| (name, NameStatus::Plain)));
        }
        for (name, status) in names {
            let keys = self.keyer.keys(name);
            let (loose, exact) = (keys.loose, keys.exact);
            let entry_and_status = entry << 2 | status as u32;
            let name = self.string(name);
            self.entries.names.push(NameRow { loose, exact, entry_and_status, name });
        }
    }
}

fn admin_path(record: &GazetteerRecord) -> String {
    let units = [&record.admin1, &record.admin2, &record.admin3];
    let mut path: Vec<&str> = units.into_iter().map(String::as_str).collect();
    while path.last() == Some(&"") {
        path.pop();
    }
    path.dedup();
    path.join("\t")
}
