use super::NameStatus;

/// An entry of a gazetteer table (`corpus/gazetteer/*.tsv`), field by field as it stands in the file.
///
/// What a table has no column for is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GazetteerRecord {
    /// `class:key`, for example `place:sy:C1007`.
    pub id: String,
    /// What it is in its class: `city`, `brigade` …
    pub kind: String,
    /// The canonical name.
    pub name: String,
    /// Further names, separated by `|`; `?` in front marks a common word, `~` a short form.
    pub names: String,
    /// Names in Latin script, separated by `|`.
    pub latin: String,
    /// Year or ISO date from which it exists.
    pub valid_from: String,
    /// Year or ISO date until which it exists.
    pub valid_to: String,
    /// Where the facts come from.
    pub source: String,
    /// Of a faction: the side it fights on.
    pub side: String,
    /// Of a faction: the id of what it is part of.
    pub parent: String,
    /// Of a faction: the id of what it was before.
    pub predecessor: String,
    /// Of a faction: the id of what it became.
    pub successor: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Of a place: the governorate, province or state it lies in.
    pub admin1: String,
    /// Of a place: the district.
    pub admin2: String,
    /// Of a place: the subdistrict.
    pub admin3: String,
    /// Of a place: the OCHA P-code.
    pub pcode: String,
    /// Of a place: the GeoNames id.
    pub geonames: String,
    /// Of a place: degrees north, WGS 84.
    pub lat: String,
    /// Of a place: degrees east, WGS 84.
    pub lon: String,
    /// Of a place: `point`, `centre` or `area`.
    pub precision: String,
}

type Get = fn(&GazetteerRecord) -> &String;
type GetMut = fn(&mut GazetteerRecord) -> &mut String;

/// A column's name and the field it fills.
macro_rules! columns {
    ($($field:ident),*) => {
        &[$((stringify!($field), |record| &record.$field, |record| &mut record.$field)),*]
    };
}

/// All columns in the order in which they are written.
const COLUMNS: &[(&str, Get, GetMut)] = columns![
    id,
    kind,
    name,
    names,
    latin,
    valid_from,
    valid_to,
    source,
    side,
    parent,
    predecessor,
    successor,
    country,
    admin1,
    admin2,
    admin3,
    pcode,
    geonames,
    lat,
    lon,
    precision
];

const COMMON: [&str; 8] =
    ["id", "kind", "name", "names", "latin", "valid_from", "valid_to", "source"];
/// The further columns of the tables of a class.
const CLASS_COLUMNS: &[(&str, &[&str])] = &[
    ("faction", &["side", "parent", "predecessor", "successor", "country"]),
    (
        "place",
        &["country", "admin1", "admin2", "admin3", "pcode", "geonames", "lat", "lon", "precision"],
    ),
];
const OTHER_COLUMNS: &[&str] = &["country"];

impl GazetteerRecord {
    /// What stands before the first colon of the id: `place`, `faction`, `org` …
    #[must_use]
    pub fn class(&self) -> &str {
        self.id.split_once(':').map_or("", |(class, _)| class)
    }

    /// The canonical name and all further Arabic names with their marks taken off.
    ///
    /// A mark on a further name that is the canonical one holds for it; it comes once then.
    pub fn marked_names(&self) -> impl Iterator<Item = (NameStatus, &str)> {
        let further = || self.names.split('|').map(|name| split_status(name.trim()));
        let is_repeated = further().any(|(_, name)| name == self.name);
        let canonical = (!is_repeated).then_some((NameStatus::Plain, self.name.as_str()));
        canonical.into_iter().chain(further()).filter(|(_, name)| !name.is_empty())
    }

    /// Latitude and longitude in degrees; `Ok(None)` where both are empty.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn coordinates(&self) -> Result<Option<(f64, f64)>, String> {
        if self.lat.is_empty() && self.lon.is_empty() {
            return Ok(None);
        }
        let degrees = |text: &str, bound: f64| {
            let number = text.parse::<f64>().ok().filter(|number| number.abs() <= bound);
            number.ok_or_else(|| format!("{text:?} is no number of degrees up to {bound}"))
        };
        Ok(Some((degrees(&self.lat, 90.0)?, degrees(&self.lon, 180.0)?)))
    }

    /// The columns of tables of a class.
    pub(super) fn columns_of(class: &str) -> impl Iterator<Item = &'static str> {
        let found = CLASS_COLUMNS.iter().find(|(name, _)| *name == class);
        COMMON.iter().chain(found.map_or(OTHER_COLUMNS, |(_, columns)| columns)).copied()
    }

    /// The field of a column; `None` for a column that is not one of ours.
    #[must_use]
    pub fn field(&self, column: &str) -> Option<&str> {
        let found = COLUMNS.iter().find(|(name, ..)| *name == column);
        found.map(|(_, get, _)| get(self).as_str())
    }

    /// The field of a column, to be filled.
    pub fn field_mut(&mut self, column: &str) -> Option<&mut String> {
        let found = COLUMNS.iter().find(|(name, ..)| *name == column);
        found.map(|(_, _, get)| get(self))
    }
}

/// A date of the tables as the number `yyyymmdd`; month and day are 0 where only the year is known.
/// `None` if it is no date.
pub(super) fn date_number(text: &str) -> Option<u32> {
    let mut parts = text.splitn(3, '-');
    let mut part = |len: usize, limit: u32| match parts.next() {
        None => Some(0),
        Some(digits) if digits.len() == len && digits.bytes().all(|b| b.is_ascii_digit()) => {
            digits.parse().ok().filter(|number| (1..=limit).contains(number))
        }
        Some(_) => None,
    };
    Some(part(4, 9999)? * 10_000 + part(2, 12)? * 100 + part(2, 31)?)
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

    #[test]
    fn dates() {
        for (text, expected) in [
            ("2014", Some(20_140_000)),
            ("2017-01-28", Some(20_170_128)),
            ("2017-01", Some(20_170_100)),
            ("", None),
            ("2017-13-01", None),
            ("17", None),
            ("2017-1-1", None),
        ] {
            assert_eq!(date_number(text), expected, "{text}");
        }
    }

    #[test]
    fn names_and_coordinates() {
        let mut record = GazetteerRecord { name: "الباب".into(), ..Default::default() };
        record.names = "?الباب|~باب||مدينة الباب".into();
        let names: Vec<_> = record.marked_names().collect();
        use NameStatus::{Ambiguous, Plain, Short};
        assert_eq!(names, [(Ambiguous, "الباب"), (Short, "باب"), (Plain, "مدينة الباب")]);
        record.names = "باب".into();
        assert_eq!(record.marked_names().next(), Some((Plain, "الباب")));
        assert_eq!(record.coordinates(), Ok(None));
        (record.lat, record.lon) = ("36.37".into(), "37.5".into());
        assert_eq!(record.coordinates(), Ok(Some((36.37, 37.5))));
        record.lat = "96".into();
        assert_eq!(record.coordinates(), Err("\"96\" is no number of degrees up to 90".into()));
    }
}
