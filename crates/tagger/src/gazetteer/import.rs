//! Places and other entries from foreign tables.

use super::GazetteerRecord;

/// What an import made of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The entries, by id.
    pub records: Vec<GazetteerRecord>,
    /// Rows that name no place of interest: other feature classes, no Arabic name.
    pub n_skipped: usize,
    /// Rows that cannot be read: line and what is wrong.
    pub problems: Vec<(usize, String)>,
}

/// GeoNames feature codes and our kinds; what is not listed is left out.
const FEATURE_KINDS: &[(&str, &str)] = &[
    ("PCLI", "country"),
    ("ADM1", "governorate"),
    ("ADM2", "district"),
    ("ADM3", "district"),
    ("PPLC", "city"),
    ("PPLA", "city"),
    ("PPLA2", "town"),
    ("PPLA3", "town"),
    ("PPLA4", "village"),
    ("PPL", "village"),
    ("PPLF", "village"),
    ("PPLL", "village"),
    ("PPLS", "village"),
    ("PPLX", "neighbourhood"),
    ("AIRP", "airport"),
    ("AIRF", "airbase"),
    ("AIRB", "airbase"),
    ("MILB", "base"),
    ("DAM", "dam"),
    ("BDG", "bridge"),
    ("HLL", "hill"),
    ("MT", "hill"),
    ("MTS", "region"),
    ("LK", "lake"),
    ("STM", "river"),
    ("WAD", "valley"),
    ("VAL", "valley"),
    ("RGN", "region"),
    ("PRT", "port"),
    ("CMPRF", "camp"),
    ("OILF", "field"),
];

/// A populated place of at least this many people is a city, or a town.
const CITY_PEOPLE: u64 = 100_000;
const TOWN_PEOPLE: u64 = 10_000;

/// Reads a GeoNames dump (`SY.txt`, 19 columns separated by tabs, <https://download.geonames.org/export/dump/>).
///
/// The first name in Arabic script is the canonical one; places without one are skipped.
#[must_use]
pub fn import_geonames(table: &str) -> Imported {
    let mut imported = Imported::default();
    for (idx, row) in table.lines().enumerate().filter(|(_, row)| !row.trim().is_empty()) {
        let fields: Vec<&str> = row.split('\t').collect();
        match <&[&str; 19]>::try_from(fields.as_slice()) {
            Err(_) => {
                let problem = format!("{} columns, a GeoNames dump has 19", fields.len());
                imported.problems.push((idx + 1, problem));
            }
            Ok(fields) => imported.push(idx + 1, geonames_record(fields)),
        }
    }
    imported.finish()
}

/// The record of a row, without a name if it is not wanted.
fn geonames_record(fields: &[&str; 19]) -> GazetteerRecord {
    let [geonames, name, ascii, others, lat, lon, _, code, country, ..] = *fields;
    let known = FEATURE_KINDS.iter().find(|(known, _)| *known == code);
    let mut kind = known.map_or("", |(_, kind)| kind);
    let n_people: u64 = fields[14].parse().unwrap_or(0);
    if kind == "village" && n_people >= TOWN_PEOPLE {
        kind = if n_people >= CITY_PEOPLE { "city" } else { "town" };
    }
    let (arabic, latin): (Vec<&str>, Vec<&str>) = std::iter::once(name)
        .chain(others.split(','))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .partition(|name| is_arabic(name));
    let latin = latin.into_iter().filter(|name| *name == ascii || name.is_ascii()).take(MAX_LATIN);
    let mut record = GazetteerRecord {
        id: format!("place:{}:gn{geonames}", country.to_lowercase()),
        kind: kind.to_owned(),
        latin: latin.collect::<Vec<_>>().join("|"),
        source: "geonames".to_owned(),
        country: country.to_owned(),
        geonames: geonames.to_owned(),
        lat: lat.to_owned(),
        lon: lon.to_owned(),
        precision: if matches!(kind, "country" | "governorate" | "district" | "region") {
            "area".to_owned()
        } else {
            "point".to_owned()
        },
        ..GazetteerRecord::default()
    };
    if !kind.is_empty() {
        set_names(&mut record, &arabic);
    }
    record
}

const MAX_LATIN: usize = 3;

/// Columns of an OCHA table, in the spellings that are in use; the first that is there counts.
const OCHA_COLUMNS: &[(&str, &[&str])] = &[
    ("pcode", &["pcode", "admin4Pcode", "ADM4_PCODE", "P_CODE", "LocationPcode"]),
    ("name", &["name_ar", "admin4Name_ar", "ADM4_AR", "NAME_AR", "LocationName_ar"]),
    ("latin", &["name_en", "admin4Name_en", "ADM4_EN", "NAME_EN", "name_en_path"]),
    ("admin1", &["admin1Name_ar", "ADM1_AR"]),
    ("admin2", &["admin2Name_ar", "ADM2_AR"]),
    ("admin3", &["admin3Name_ar", "ADM3_AR"]),
    ("parents", &["parents_ar"]),
    ("lat", &["lat", "Latitude", "latitude", "LATITUDE_Y", "y"]),
    ("lon", &["lon", "Longitude", "longitude", "LONGITUDE_X", "x"]),
];

/// Reads a table of OCHA place codes (COD-AB or COD-PS: one populated place a row, with a P-code, Arabic
/// name, parents and coordinates). `rows` begins with the header; `country` is ISO 3166-1 alpha-2.
///
/// # Errors
/// If there is no column for the P-code or the Arabic name.
pub fn import_ocha(rows: &[Vec<String>], country: &str) -> Result<Imported, String> {
    let Some((header, rows)) = rows.split_first() else { return Ok(Imported::default()) };
    let column = |wanted: &str| {
        let names = OCHA_COLUMNS.iter().find(|(name, _)| *name == wanted)?.1;
        header.iter().position(|name| names.contains(&name.trim()))
    };
    for needed in ["pcode", "name"] {
        if column(needed).is_none() {
            return Err(format!("no column for the {needed}; the header is {}", header.join(", ")));
        }
    }
    let mut imported = Imported::default();
    for (idx, row) in rows.iter().enumerate() {
        let field = |wanted: &str| {
            column(wanted).and_then(|at| row.get(at)).map_or("", |field| field.trim())
        };
        imported.push(idx + 2, ocha_record(&field, country));
    }
    Ok(imported.finish())
}

fn ocha_record<'a>(field: &impl Fn(&str) -> &'a str, country: &str) -> GazetteerRecord {
    // `subdistrict - district - governorate`.
    let mut parents = field("parents").rsplit(" - ").map(str::trim);
    let mut admin = |column: &str| {
        let parent = parents.next().unwrap_or_default();
        if field(column).is_empty() { parent.to_owned() } else { field(column).to_owned() }
    };
    let mut record = GazetteerRecord {
        id: format!("place:{}:{}", country.to_lowercase(), field("pcode")),
        kind: "village".to_owned(),
        latin: field("latin").split(" - ").next().unwrap_or_default().to_owned(),
        source: "ocha".to_owned(),
        country: country.to_owned(),
        admin1: admin("admin1"),
        admin2: admin("admin2"),
        admin3: admin("admin3"),
        pcode: field("pcode").to_owned(),
        lat: field("lat").to_owned(),
        lon: field("lon").to_owned(),
        precision: "point".to_owned(),
        ..GazetteerRecord::default()
    };
    if !record.pcode.is_empty() {
        set_names(&mut record, &[field("name")]);
    }
    record
}

/// Reads any table: `columns` says which column fills which of our fields (`name=الاسم`); columns with our
/// names need no mapping. Rows without an id get `class:` and the number of their line.
///
/// # Errors
/// If a field is unknown, a column is missing, or there is none for the name.
pub fn import_rows(
    rows: &[Vec<String>],
    class: &str,
    columns: &[(String, String)],
) -> Result<Imported, String> {
    let Some((header, rows)) = rows.split_first() else { return Ok(Imported::default()) };
    let mut fields: Vec<(String, usize)> = Vec::new();
    for (field, column) in columns {
        if GazetteerRecord::default().field(field).is_none() {
            return Err(format!(
                "no field {field:?}; fields are id, kind, name, names, lat, lon …"
            ));
        }
        let at = header.iter().position(|name| name.trim() == column);
        let at =
            at.ok_or_else(|| format!("no column {column:?}; there are {}", header.join(", ")))?;
        fields.push((field.clone(), at));
    }
    for (at, name) in header.iter().enumerate() {
        let (name, is_mapped) = (name.trim(), fields.iter().any(|(field, _)| field == name.trim()));
        if !is_mapped && GazetteerRecord::default().field(name).is_some() {
            fields.push((name.to_owned(), at));
        }
    }
    if !fields.iter().any(|(field, _)| field == "name") {
        return Err("no column for the name; say --column name=COLUMN".to_owned());
    }
    let mut imported = Imported::default();
    for (idx, row) in rows.iter().enumerate() {
        let mut record = GazetteerRecord::default();
        for (field, at) in &fields {
            let value = row.get(*at).map_or("", |value| value.trim());
            if let Some(target) = record.field_mut(field) {
                *target = one_field(value);
            }
        }
        if record.id.is_empty() {
            record.id = (idx + 2).to_string();
        }
        if record.class() != class {
            record.id = format!("{class}:{}", record.id);
        }
        imported.push(idx + 2, record);
    }
    Ok(imported.finish())
}

impl Imported {
    /// Takes a record, or counts it as skipped if it has no name, or tells what is wrong with it.
    fn push(&mut self, line: usize, record: GazetteerRecord) {
        if record.name.is_empty() {
            self.n_skipped += 1;
        } else if let Err(problem) = super::compile::check(&record) {
            self.problems.push((line, problem));
        } else if !super::tsv::is_one_line(&record) {
            self.problems.push((line, format!("{}: a field holds a tab or a line end", record.id)));
        } else {
            self.records.push(record);
        }
    }

    /// Sorts by id; of two records with the same id the first stays.
    fn finish(mut self) -> Self {
        let before = self.records.len();
        self.records.sort_by(|a, b| a.id.cmp(&b.id));
        self.records.dedup_by(|later, first| later.id == first.id);
        self.n_skipped += before - self.records.len();
        self
    }
}

/// The first name is canonical; the others follow, each once.
fn set_names(record: &mut GazetteerRecord, names: &[&str]) {
    let mut keyer = super::names::NameKeyer::default();
    let mut keys = std::collections::HashSet::new();
    let mut distinct: Vec<String> = Vec::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        let key = keyer.keys(name).exact;
        if keys.insert(key) {
            distinct.push(one_field(name));
        }
    }
    if !distinct.is_empty() {
        record.name = distinct.remove(0);
        record.names = distinct.join("|");
    }
}

/// A value that a table of ours can hold.
fn one_field(value: &str) -> String {
    value.replace(['\t', '\n', '\r'], " ").trim().to_owned()
}

fn is_arabic(name: &str) -> bool {
    name.chars().any(|c| ('\u{620}'..='\u{64A}').contains(&c))
        && name.chars().all(|c| !c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(table: &str) -> Vec<Vec<String>> {
        table.lines().map(|row| row.split(',').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn geonames() {
        let table = "170063\tAleppo\tAleppo\tHalab,حلب,حَلَب,الشهباء\t36.20124\t37.16117\tP\tPPLA\tSY\t\t09\t\t\t\t1602264\t\t390\tAsia/Damascus\t2022-01-01\n\
            1\tWell\tWell\tبئر\t1\t1\tH\tWLL\tSY\t\t\t\t\t\t0\t\t\t\t\n\
            2\tNowhere\tNowhere\tNowhere\t1\t1\tP\tPPL\tSY\t\t\t\t\t\t0\t\t\t\t\nshort\n";
        let imported = import_geonames(table);
        assert_eq!((imported.records.len(), imported.n_skipped), (1, 2));
        assert_eq!(imported.problems, [(4, "1 columns, a GeoNames dump has 19".to_owned())]);
        let record = &imported.records[0];
        assert_eq!((record.id.as_str(), record.kind.as_str()), ("place:sy:gn170063", "city"));
        assert_eq!((record.name.as_str(), record.names.as_str()), ("حلب", "الشهباء"));
        assert_eq!(record.latin, "Aleppo|Halab");
    }

    /// Found by fuzzing: such a row was taken, and then no row could be written.
    #[test]
    fn a_carriage_return_spoils_its_row_only() {
        let row = |id: &str, latin: &str| {
            format!("{id}\t{latin}\t{latin}\tحلب\t36\t37\tP\tPPL\tSY\t\t\t\t\t\t0\t\t\t\t\n")
        };
        let imported = import_geonames(&(row("1", "Ale\rppo") + &row("2", "Aleppo")));
        assert_eq!(imported.problems.len(), 1, "{:?}", imported.problems);
        assert_eq!(imported.records.len(), 1);
        let mut table = Vec::new();
        crate::write_gazetteer_table(&imported.records, "GeoNames", &mut table).expect("to memory");
    }

    #[test]
    fn ocha() {
        let table = "pcode,name_ar,parents_ar,lat,lon\nC1007,حلب,جبل سمعان - جبل سمعان - حلب,36.2,37.1\nC1,,x,1,1\n";
        let imported = import_ocha(&rows(table), "SY").expect("has the columns");
        assert_eq!((imported.records.len(), imported.n_skipped), (1, 1));
        let record = &imported.records[0];
        assert_eq!((record.id.as_str(), record.admin1.as_str()), ("place:sy:C1007", "حلب"));
        assert_eq!((record.admin2.as_str(), record.lat.as_str()), ("جبل سمعان", "36.2"));
        let error = import_ocha(&rows("a,b\n"), "SY").expect_err("no column fits");
        assert_eq!(error, "no column for the pcode; the header is a, b");
    }

    #[test]
    fn any_table() {
        let table = "الاسم,kind,lat,lon\nحلب,city,36.2,37.1\n,city,1,1\nإدلب,city,x,1\n";
        let columns = [("name".to_owned(), "الاسم".to_owned())];
        let imported = import_rows(&rows(table), "place", &columns).expect("has the columns");
        assert_eq!((imported.records[0].id.as_str(), imported.n_skipped), ("place:2", 1));
        assert_eq!(imported.problems.len(), 1);
        let unmapped = import_rows(&rows(table), "place", &[]).expect_err("no name");
        assert_eq!(unmapped, "no column for the name; say --column name=COLUMN");
        let wrong = [("nome".to_owned(), "الاسم".to_owned())];
        assert!(import_rows(&rows(table), "place", &wrong).is_err());
    }
}
