//! What is wrong, doubtful or ambiguous in gazetteer tables.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::names::NameKeyer;
use super::record::date_number;
use super::{GazetteerRecord, NameStatus, compile};

/// Something in a table that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GazetteerProblem {
    /// The table, by its place in the call.
    pub table_idx: usize,
    /// Line, from 1.
    pub line: usize,
    /// Whether the table cannot be used so; else it is only doubtful.
    pub is_error: bool,
    /// What is wrong.
    pub problem: String,
}

/// How much tables hold, by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GazetteerCounts {
    /// Entries.
    pub n_entries: usize,
    /// Names of entries, canonical ones included.
    pub n_names: usize,
    /// Of them, names marked as common words.
    pub n_ambiguous: usize,
    /// Of them, names marked as short forms.
    pub n_short: usize,
    /// Entries with coordinates.
    pub n_located: usize,
}

/// A table: its records with their lines.
pub type GazetteerTable = Vec<(usize, GazetteerRecord)>;

/// Counts by class.
#[must_use]
pub fn count_gazetteer(tables: &[GazetteerTable]) -> BTreeMap<String, GazetteerCounts> {
    let mut counts: BTreeMap<String, GazetteerCounts> = BTreeMap::new();
    for (_, record) in tables.iter().flatten() {
        let of_class = counts.entry(record.class().to_owned()).or_default();
        of_class.n_entries += 1;
        of_class.n_located += usize::from(matches!(record.coordinates(), Ok(Some(_))));
        for (name, status) in names_with_marks(record) {
            of_class.n_names += usize::from(!name.is_empty());
            of_class.n_ambiguous += usize::from(status == NameStatus::Ambiguous);
            of_class.n_short += usize::from(status == NameStatus::Short);
        }
    }
    counts
}

/// Names with the mark that holds, each once.
fn names_with_marks(record: &GazetteerRecord) -> BTreeMap<&str, NameStatus> {
    record.marked_names().map(|(status, name)| (name, status)).collect()
}

/// Checks tables that are used together; problems come in the order of tables and lines.
///
/// Errors: an id that stands for two entries, coordinates, dates and codes that are not such, dates in the
/// wrong order, relations to ids that are nowhere. Warnings: a name twice in an entry, two entries of a
/// class with the same plain name and nothing to tell them apart, a plain name that another class has too.
#[must_use]
pub fn check_gazetteer(tables: &[GazetteerTable]) -> Vec<GazetteerProblem> {
    let mut checker = Checker::new(tables);
    for (table_idx, table) in tables.iter().enumerate() {
        for (line, record) in table {
            checker.place = (table_idx, *line);
            checker.record(record);
        }
    }
    checker.problems.sort();
    checker.problems
}

/// An entry that has a name.
struct Holder<'a> {
    record: &'a GazetteerRecord,
    status: NameStatus,
}

struct Checker<'a> {
    ids: HashMap<&'a str, &'a GazetteerRecord>,
    /// Who has a folded name.
    holders: HashMap<u32, Vec<Holder<'a>>>,
    keyer: NameKeyer,
    /// By folded name, the classes that were told of it.
    reported: HashMap<u32, Vec<&'a str>>,
    place: (usize, usize),
    problems: Vec<GazetteerProblem>,
}

impl<'a> Checker<'a> {
    fn new(tables: &'a [GazetteerTable]) -> Self {
        let mut checker = Self {
            ids: HashMap::new(),
            holders: HashMap::new(),
            keyer: NameKeyer::default(),
            reported: HashMap::new(),
            place: (0, 0),
            problems: Vec::new(),
        };
        for (_, record) in tables.iter().flatten() {
            checker.ids.entry(&record.id).or_insert(record);
            for (name, status) in names_with_marks(record) {
                let key = checker.keyer.keys(name).exact;
                checker.holders.entry(key).or_default().push(Holder { record, status });
            }
        }
        checker
    }

    fn tell(&mut self, is_error: bool, problem: String) {
        let (table_idx, line) = self.place;
        self.problems.push(GazetteerProblem { table_idx, line, is_error, problem });
    }

    fn record(&mut self, record: &'a GazetteerRecord) {
        if let Err(problem) = compile::check(record) {
            self.tell(true, problem);
        }
        if self.ids.get(record.id.as_str()).is_some_and(|first| !std::ptr::eq(*first, record)) {
            self.tell(true, format!("{}: the id stands for an entry before", record.id));
        }
        let (from, to) = (date_number(&record.valid_from), date_number(&record.valid_to));
        if from.zip(to).is_some_and(|(from, to)| from / 10_000 > to / 10_000) {
            self.tell(true, format!("{}: valid_from lies behind valid_to", record.id));
        }
        for (column, id) in [
            ("parent", &record.parent),
            ("predecessor", &record.predecessor),
            ("successor", &record.successor),
        ] {
            if !id.is_empty() && !self.ids.contains_key(id.as_str()) {
                self.tell(true, format!("{}: {column} {id} is in no table", record.id));
            }
        }
        self.names(record);
    }

    fn names(&mut self, record: &'a GazetteerRecord) {
        let mut keys = HashSet::new();
        for (name, status) in names_with_marks(record) {
            let key = self.keyer.keys(name).exact;
            if !keys.insert(key) {
                self.tell(false, format!("{}: {name} is listed in two spellings", record.id));
            } else if status == NameStatus::Plain {
                self.conflicts(record, name, key);
            }
        }
    }

    /// Others with the same plain name; each group is told of once a class, for the first few classes.
    fn conflicts(&mut self, record: &'a GazetteerRecord, name: &str, key: u32) {
        let classes = self.reported.entry(key).or_default();
        if classes.len() == MAX_NAMED || classes.contains(&record.class()) {
            return;
        }
        classes.push(record.class());
        let others = self.holders.get(&key).map_or(&[][..], Vec::as_slice);
        let plain: Vec<&GazetteerRecord> = others
            .iter()
            .filter(|other| other.status == NameStatus::Plain && other.record.id != record.id)
            .map(|other| other.record)
            .collect();
        let same = plain.iter().filter(|other| is_the_same(record, other));
        let same: Vec<&str> = same.map(|other| other.id.as_str()).collect();
        let elsewhere = plain.iter().filter(|other| other.class() != record.class());
        let elsewhere: Vec<&str> = elsewhere.map(|other| other.id.as_str()).collect();
        let (id, doubled, conflict) = (&record.id, listed(&same), listed(&elsewhere));
        if !doubled.is_empty() {
            self.tell(
                false,
                format!("{id}: {name} is also {doubled}, and nothing tells them apart"),
            );
        }
        if !conflict.is_empty() {
            self.tell(false, format!("{id}: {name} is also {conflict}; mark one with ? or ~"));
        }
    }
}

/// The first few ids, and how many more there are.
fn listed(ids: &[&str]) -> String {
    let named = ids[..ids.len().min(MAX_NAMED)].join(", ");
    match ids.len() - ids.len().min(MAX_NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// Two entries of a class that a text cannot tell apart: places of the same kind within some kilometres,
/// factions of the same side and time.
fn is_the_same(a: &GazetteerRecord, b: &GazetteerRecord) -> bool {
    let is_near = match (a.coordinates(), b.coordinates()) {
        (Ok(Some(a)), Ok(Some(b))) => {
            (a.0 - b.0).abs() < NEAR_DEGREES && (a.1 - b.1).abs() < NEAR_DEGREES
        }
        _ => a.admin1 == b.admin1,
    };
    a.class() == b.class()
        && a.kind == b.kind
        && a.country == b.country
        && a.side == b.side
        && (&a.valid_from, &a.valid_to) == (&b.valid_from, &b.valid_to)
        && is_near
}

/// How many entries, and how many classes, are told of that have the same name.
const MAX_NAMED: usize = 5;

/// About 5 km.
const NEAR_DEGREES: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_gazetteer_table;

    fn check(rows: &[&str], expected: &[&str]) {
        let header = "id\tkind\tname\tnames\tparent\tlat\tlon\tvalid_from\tvalid_to\n";
        let table = format!("{header}{}", rows.join("\n"));
        let tables = [read_gazetteer_table(&table).expect("good table")];
        let problems: Vec<String> = check_gazetteer(&tables)
            .into_iter()
            .map(|p| format!("{}{} {}", if p.is_error { 'E' } else { 'W' }, p.line, p.problem))
            .collect();
        assert_eq!(problems, expected);
    }

    #[test]
    fn problems() {
        check(&["place:1\tcity\tحلب\tالشهباء", "place:2\tcity\tإدلب\t"], &[]);
        check(
            &["place:1\tcity\tحلب\t", "place:1\tcity\tإدلب\t"],
            &["E3 place:1: the id stands for an entry before"],
        );
        check(
            &["faction:1\tarmy\tأ ب\t\tfaction:9"],
            &["E2 faction:1: parent faction:9 is in no table"],
        );
        check(
            &["faction:1\tarmy\tأ ب\t\t\t\t\t2015\t2012"],
            &["E2 faction:1: valid_from lies behind valid_to"],
        );
        check(
            &["place:1\tcity\tحلب\t\t\t99\t1"],
            &["E2 place:1: \"99\" is no number of degrees up to 90"],
        );
        check(&["place:1\tcity\tإدلب\tادلب"], &["W2 place:1: ادلب is listed in two spellings"]);
        check(
            &[
                "place:1\tvillage\tالنيرب\t\t\t35.9\t36.7",
                "place:2\tvillage\tالنيرب\t\t\t35.91\t36.7",
            ],
            &["W2 place:1: النيرب is also place:2, and nothing tells them apart"],
        );
        check(
            &[
                "place:1\tvillage\tالنيرب\t\t\t35.9\t36.7",
                "place:2\tvillage\tالنيرب\t\t\t36.2\t37.2",
            ],
            &[],
        );
        check(
            &["place:1\tvillage\tالنصر\t", "faction:2\tarmy\tجيش النصر\tالنصر"],
            &[
                "W2 place:1: النصر is also faction:2; mark one with ? or ~",
                "W3 faction:2: النصر is also place:1; mark one with ? or ~",
            ],
        );
        check(&["place:1\tvillage\tالنصر\t?النصر", "faction:2\tarmy\tجيش النصر\tالنصر"], &[]);
        check(
            &[&format!("place:1\tcity\t{}\t", "x".repeat(5000))],
            &["E2 place:1: a value is longer than 4096 bytes"],
        );
    }

    #[test]
    fn many_of_one_name() {
        let doubled: Vec<String> = (0..8).map(|n| format!("place:{n}\tcity\tحلب\t")).collect();
        check(
            &doubled.iter().map(String::as_str).collect::<Vec<_>>(),
            &[
                "W2 place:0: حلب is also place:1, place:2, place:3, place:4, place:5 and 2 more, and nothing tells them apart",
            ],
        );
        // Told of each in each class, the messages would hold billions of ids.
        let rows: String = (0..30_000).map(|n| format!("c{n}:1\tcity\tحلب\t\n")).collect();
        let tables =
            [read_gazetteer_table(&format!("id\tkind\tname\tnames\n{rows}")).expect("good")];
        let problems = check_gazetteer(&tables);
        assert_eq!(problems.len(), 5);
        assert!(problems[4].problem.contains("and 29994 more"), "{problems:?}");
    }
}
