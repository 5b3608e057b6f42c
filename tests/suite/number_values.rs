//! Values of NUMBER entities, given their spans: the table `tests/golden/number_values.tsv`.

use std::collections::BTreeMap;
use tawsim_corpus::{Document, Entity, LabelSet};
use tawsim_tagger::{EntityValue, entity_values};
use tawsim_tests::repository;
use tawsim_tokenizer::{NumberValue, Span, Tokenized, Tokenizer};

/// A row of the table.
#[derive(Debug)]
struct Row<'t> {
    text: &'t str,
    number: &'t str,
    lo: f64,
    hi: f64,
    flags: &'t str,
    unit: &'t str,
}

impl<'t> Row<'t> {
    fn read(line: &'t str) -> Self {
        let fields: Vec<&str> = line.split('\t').collect();
        let [text, number, lo, hi, flags, unit] = fields[..] else { panic!("six fields: {line}") };
        let value = |field: &str| field.parse().expect("lo and hi are numbers");
        assert_eq!(text.matches(number).count(), 1, "{line}");
        Self { text, number, lo: value(lo), hi: value(hi), flags, unit }
    }

    fn value(&self, tokenizer: &Tokenizer, labels: &LabelSet) -> Option<NumberValue> {
        let start = self.text.find(self.number)? as u32;
        let span = Span::new(start, start + self.number.len() as u32);
        let mut document = Document::new("row", self.text);
        document.entities = vec![Entity::new(span, labels.at(0)?)];
        let mut tokenized = Tokenized::default();
        tokenizer.tokenize(self.text, &mut tokenized);
        match entity_values(&document, &tokenized, labels, None)[..] {
            [Some(EntityValue::Number(value))] => Some(value),
            _ => None,
        }
    }

    fn expected(&self) -> String {
        format!("{} {} {} {}", self.lo, self.hi, self.flags, self.unit)
    }

    fn found(&self, value: &NumberValue) -> String {
        let flags = [
            (value.exact, "exact"),
            (value.approximate, "approximate"),
            (value.percent, "percent"),
            (value.ordinal, "ordinal"),
        ];
        let flags: Vec<&str> = flags.iter().filter(|flag| flag.0).map(|flag| flag.1).collect();
        let flags = if flags.is_empty() { "-".to_owned() } else { flags.join(",") };
        let unit = value.unit.map_or("-", |unit| unit.slice(self.text));
        format!("{} {} {flags} {unit}", value.min, value.max)
    }
}

/// Prints the share of rows that are wholly right; without the unit; and each one that is wrong.
#[test]
fn values_of_gold_numbers() {
    let table = std::fs::read_to_string(repository().join("tests/golden/number_values.tsv"))
        .expect("the table is part of the repository");
    let lines = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    let labels = LabelSet::from_names(["NUMBER"]).expect("one label");
    let tokenizer = Tokenizer::new();
    let (mut n_right, mut n_values_right, mut wrong) = (0, 0, BTreeMap::new());
    let rows: Vec<Row<'_>> = lines.map(Row::read).collect();
    for row in &rows {
        let found = row.value(&tokenizer, &labels).map(|value| row.found(&value));
        let (found, expected) = (found.unwrap_or_default(), row.expected());
        let without_unit = |line: &str| line.rsplit_once(' ').map(|parts| parts.0.to_owned());
        n_right += usize::from(found == expected);
        n_values_right += usize::from(without_unit(&found) == without_unit(&expected));
        if found != expected {
            wrong.insert(row.text, (expected, found));
        }
    }
    for (text, (expected, found)) in &wrong {
        println!("{text}\n    expected {expected}\n    found    {found}");
    }
    let share = |n: usize| 100.0 * n as f64 / rows.len() as f64;
    println!(
        "{} numbers: {:.1} % of the values right, {:.1} % with the counted noun",
        rows.len(),
        share(n_values_right),
        share(n_right)
    );
    assert!(rows.len() >= 330, "{} rows", rows.len());
    assert!(share(n_values_right) >= 99.5, "values of gold numbers");
    assert!(share(n_right) >= 98.5, "values and counted nouns");
}
