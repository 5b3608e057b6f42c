//! How far annotators agree.

use std::collections::BTreeSet;

use serde::Serialize;
use tawsim_tokenizer::Span;

use crate::{Document, Entity, Label, LabelSet, Units, units, units_of};

/// Entities of two annotators: of each, and of both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SpanCounts {
    /// Of the first.
    pub first: u64,
    /// Of the second.
    pub second: u64,
    /// Of both: span and label equal.
    pub both: u64,
}

impl SpanCounts {
    /// Strict F1, `2·both ÷ (first + second)`: whose turn it is to be right makes no difference.
    /// `None` where neither has an entity.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        let all = self.first + self.second;
        (all > 0).then(|| 2.0 * self.both as f64 / all as f64)
    }
}

/// Overlapping entities of which not every annotator has each.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreement {
    /// Index of the document, in the order of the calls of [`Agreement::add`].
    pub document_idx: usize,
    /// The smallest span that covers all of them.
    pub span: Span,
    /// Who has which, ordered by edges, label and annotator.
    pub candidates: Vec<(usize, Entity)>,
}

/// Agreement of two or more annotators over any number of documents.
///
/// Spans are compared as they are. For the coefficients each unit of the text (a word or clitic segment,
/// see [`units`]) has one value an annotator: the label of the longest entity that shares text with it, of
/// equally long ones the first, or none. An annotator who has not seen a document has no values there.
///
/// ```
/// use tawsim_corpus::{Agreement, Document, Entity, LabelSet};
/// use tawsim_tokenizer::Span;
/// let labels = LabelSet::from_names(["PLACE"]).unwrap();
/// let document = Document::new("1", "حلب وإدلب");
/// let samar = [Entity::new(Span::new(0, 6), labels.get("PLACE").unwrap())];
/// let mut agreement = Agreement::new(labels, 2);
/// agreement.add(&document, &[Some(&samar), Some(&[])]);
/// assert_eq!(agreement.spans(0, 1).f1(), Some(0.0));
/// assert_eq!(agreement.kappa(0, 1), Some(0.0));
/// assert_eq!(agreement.disagreements().len(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct Agreement {
    labels: LabelSet,
    n_annotators: usize,
    n_documents: usize,
    pairs: Vec<Pair>,
    values: NominalValues,
    disagreements: Vec<Disagreement>,
}

/// Two annotators.
#[derive(Clone, Debug)]
struct Pair {
    spans: SpanCounts,
    /// `[value of the first][value of the second]`, row-major; the last value is "none".
    confusion: Vec<u64>,
}

/// What Krippendorff's alpha is computed from, over the units that two annotators or more gave a value.
/// Counts only, so that the order of documents makes no difference.
#[derive(Clone, Debug)]
struct NominalValues {
    /// How often each value was given.
    counts: Vec<u64>,
    /// By number of values of a unit: ordered pairs of its values that differ.
    differing: Vec<u64>,
}

impl Agreement {
    /// Agreement of `n_annotators` annotators in these labels, without documents yet.
    #[must_use]
    pub fn new(labels: LabelSet, n_annotators: usize) -> Self {
        let n_values = labels.len() + 1;
        let pair = Pair { spans: SpanCounts::default(), confusion: vec![0; n_values * n_values] };
        Self {
            labels,
            n_annotators,
            n_documents: 0,
            pairs: vec![pair; n_annotators * n_annotators.saturating_sub(1) / 2],
            values: NominalValues {
                counts: vec![0; n_values],
                differing: vec![0; n_annotators + 1],
            },
            disagreements: Vec::new(),
        }
    }

    /// Adds a document: what each annotator has in it, in any order; `None` has not seen it. The document's
    /// own entities are not looked at.
    ///
    /// # Panics
    /// If there are not as many lists as annotators.
    pub fn add(&mut self, document: &Document, annotators: &[Option<&[Entity]>]) {
        assert_eq!(annotators.len(), self.n_annotators, "a list an annotator");
        let Units { spans, .. } = units(document);
        let values: Vec<Option<Vec<usize>>> =
            annotators.iter().map(|list| list.map(|list| self.values_of(list, &spans))).collect();
        for second in 1..self.n_annotators {
            for first in 0..second {
                let idx = pair_idx(first, second);
                let (Some(a), Some(b)) = (annotators[first], annotators[second]) else { continue };
                self.pairs[idx].count_spans(a, b);
                let (Some(a), Some(b)) = (&values[first], &values[second]) else { continue };
                self.pairs[idx].count_values(a, b, self.labels.len() + 1);
            }
        }
        for unit_idx in 0..spans.len() {
            self.values.add(values.iter().flatten().map(|values| values[unit_idx]));
        }
        self.disagreements.extend(disagreements(self.n_documents, annotators));
        self.n_documents += 1;
    }

    /// The value of each unit: a label's index, or the number of labels for none.
    fn values_of(&self, entities: &[Entity], units: &[Span]) -> Vec<usize> {
        let mut values = vec![self.labels.len(); units.len()];
        let mut entities: Vec<&Entity> = entities.iter().collect();
        // The longest is written last.
        entities.sort_by_key(|e| (e.span.byte_len(), std::cmp::Reverse(e.key())));
        for entity in entities {
            if let Some((range, _)) = units_of(entity, units) {
                values[range].fill(entity.label.label_idx());
            }
        }
        values
    }

    /// The labels.
    #[must_use]
    pub fn labels(&self) -> &LabelSet {
        &self.labels
    }

    /// How many documents were added.
    #[must_use]
    pub fn n_documents(&self) -> usize {
        self.n_documents
    }

    /// Entities of two annotators, over the documents that both have seen.
    ///
    /// # Panics
    /// If there is no such annotator, or it is twice the same.
    #[must_use]
    pub fn spans(&self, first: usize, second: usize) -> SpanCounts {
        let counts = self.pairs[pair_idx(first, second)].spans;
        if first < second {
            return counts;
        }
        SpanCounts { first: counts.second, second: counts.first, both: counts.both }
    }

    /// Cohen's kappa on units (Cohen 1960): `(p_o − p_e) ÷ (1 − p_e)`, where `p_o` is the share of units with
    /// equal values and `p_e = Σ_v p_first(v)·p_second(v)`. `None` where there is no unit that both have
    /// seen, or both gave all units one value: chance then explains everything.
    ///
    /// # Panics
    /// If there is no such annotator, or it is twice the same.
    #[must_use]
    pub fn kappa(&self, first: usize, second: usize) -> Option<f64> {
        let confusion = &self.pairs[pair_idx(first, second)].confusion;
        let n_values = self.labels.len() + 1;
        let n: u64 = confusion.iter().sum();
        let equal: u64 = confusion.iter().step_by(n_values + 1).sum();
        let by_chance = |v: usize| {
            let row: u64 = confusion[v * n_values..(v + 1) * n_values].iter().sum();
            let column: u64 = confusion.iter().skip(v).step_by(n_values).sum();
            u128::from(row) * u128::from(column)
        };
        let chance: u128 = (0..n_values).map(by_chance).sum();
        let all = u128::from(n) * u128::from(n);
        // Whole numbers as long as it goes: (p_o − p_e)·n² and (1 − p_e)·n².
        let above = (u128::from(equal) * u128::from(n)) as f64 - chance as f64;
        (chance < all).then(|| above / (all - chance) as f64)
    }

    /// Krippendorff's alpha on units for nominal values (Krippendorff 2011), all annotators together,
    /// missing values allowed: `1 − D_o ÷ D_e` with `D_o = Σ_u Σ_{c≠k} n_uc·n_uk ÷ (m_u − 1)` over units of
    /// `m_u ≥ 2` values and `D_e = Σ_{c≠k} n_c·n_k ÷ (n − 1)`. `None` where fewer than two values occur.
    #[must_use]
    pub fn alpha(&self) -> Option<f64> {
        self.values.alpha()
    }

    /// Where annotators who have seen a document differ, document by document in text order.
    #[must_use]
    pub fn disagreements(&self) -> &[Disagreement] {
        &self.disagreements
    }
}

/// Pairs in the order (0, 1), (0, 2), (1, 2), (0, 3) …
fn pair_idx(first: usize, second: usize) -> usize {
    assert_ne!(first, second, "two annotators");
    let (low, high) = (first.min(second), first.max(second));
    high * (high - 1) / 2 + low
}

impl Pair {
    fn count_spans(&mut self, first: &[Entity], second: &[Entity]) {
        let keys = |list: &[Entity]| list.iter().map(Entity::key).collect::<BTreeSet<_>>();
        let (first, second) = (keys(first), keys(second));
        self.spans.first += first.len() as u64;
        self.spans.second += second.len() as u64;
        self.spans.both += first.intersection(&second).count() as u64;
    }

    fn count_values(&mut self, first: &[usize], second: &[usize], n_values: usize) {
        for (a, b) in first.iter().zip(second) {
            self.confusion[a * n_values + b] += 1;
        }
    }
}

impl NominalValues {
    fn add(&mut self, unit: impl Iterator<Item = usize> + Clone) {
        let m = unit.clone().count();
        if m < 2 {
            return;
        }
        let differing = |value: usize| unit.clone().filter(|other| *other != value).count() as u64;
        self.differing[m] += unit.clone().map(differing).sum::<u64>();
        unit.for_each(|value| self.counts[value] += 1);
    }

    fn alpha(&self) -> Option<f64> {
        let n: u64 = self.counts.iter().sum();
        let square = |count: &u64| u128::from(*count) * u128::from(*count);
        let expected = square(&n) - self.counts.iter().map(square).sum::<u128>();
        if expected == 0 {
            return None;
        }
        let observed = |(m, differing): (usize, &u64)| *differing as f64 / (m as f64 - 1.0);
        let observed: f64 = self.differing.iter().enumerate().skip(2).map(observed).sum();
        Some(1.0 - observed * (n as f64 - 1.0) / expected as f64)
    }
}

/// Entities that share text in groups, but for those that all who have seen the document have alike.
fn disagreements(document_idx: usize, annotators: &[Option<&[Entity]>]) -> Vec<Disagreement> {
    let n_seen = annotators.iter().flatten().count();
    let entities = annotators.iter().enumerate().flat_map(|(annotator_idx, list)| {
        list.iter().flat_map(|list| list.iter()).map(move |entity| (annotator_idx, *entity))
    });
    let mut entities: Vec<(usize, Entity)> = entities.collect();
    entities.sort_by_key(|(annotator_idx, entity)| (entity.key(), *annotator_idx));
    entities.dedup_by_key(|(annotator_idx, entity)| (entity.key(), *annotator_idx));
    let mut groups: Vec<Disagreement> = Vec::new();
    for candidate in entities {
        let span = candidate.1.span;
        match groups.last_mut().filter(|last| last.span.overlaps(span)) {
            Some(last) => {
                last.span = last.span.cover(span);
                last.candidates.push(candidate);
            }
            None => groups.push(Disagreement { document_idx, span, candidates: vec![candidate] }),
        }
    }
    groups.retain(|group| !is_agreed(&group.candidates, n_seen));
    groups
}

/// Whether each entity is there once an annotator.
fn is_agreed(candidates: &[(usize, Entity)], n_seen: usize) -> bool {
    let keys: BTreeSet<(Span, Label)> = candidates.iter().map(|(_, entity)| entity.key()).collect();
    candidates.len() == keys.len() * n_seen
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One document of one-letter words a line of `annotators`; a letter is an entity of that label on the
    /// word, `.` none, `-` a document not seen.
    fn agreement(documents: &[&[&str]]) -> Agreement {
        let labels = LabelSet::from_names(["A", "B", "C"]).expect("good names");
        let mut agreement = Agreement::new(labels.clone(), documents[0].len());
        for rows in documents {
            let n_words = rows.iter().map(|row| row.len()).max().expect("annotators");
            let document = Document::new("d", "x ".repeat(n_words));
            let list = |row: &&str| -> Option<Vec<Entity>> {
                let entity = |(idx, letter): (usize, char)| {
                    let label = labels.get(&letter.to_string())?;
                    Some(Entity::new(Span::new(idx as u32 * 2, idx as u32 * 2 + 1), label))
                };
                (*row != "-").then(|| row.chars().enumerate().filter_map(entity).collect())
            };
            let lists: Vec<Option<Vec<Entity>>> = rows.iter().map(list).collect();
            let lists: Vec<Option<&[Entity]>> = lists.iter().map(Option::as_deref).collect();
            agreement.add(&document, &lists);
        }
        agreement
    }

    fn check(documents: &[&[&str]], expected: &str) {
        let agreement = agreement(documents);
        let show = |x: Option<f64>| x.map_or("-".to_owned(), |x| format!("{x:.4}"));
        let shown = format!(
            "{} {} {} {}",
            show(agreement.spans(0, 1).f1()),
            show(agreement.kappa(0, 1)),
            show(agreement.alpha()),
            agreement.disagreements().len()
        );
        assert_eq!(shown, expected, "{documents:?}");
    }

    #[test]
    fn small_cases() {
        check(&[&["A.B.", "A.B."]], "1.0000 1.0000 1.0000 0");
        check(&[&["....", "...."]], "- - - 0");
        check(&[&["AAAA", "AAAA"]], "1.0000 - - 0");
        check(&[&["AB..", "BA.."]], "0.0000 0.2000 0.3000 2");
        check(&[&["A.", "-"], &["B.", "B."]], "1.0000 1.0000 1.0000 0");
        check(&[&["A.", "A.", "-"], &["-", "..", "B."]], "1.0000 1.0000 0.5882 1");
    }

    #[test]
    fn overlapping_entities_are_one_disagreement() {
        let labels = LabelSet::from_names(["A"]).expect("a good name");
        let label = labels.at(0).expect("one label");
        let document = Document::new("d", "aa bb cc dd");
        let entity = |start, end| Entity::new(Span::new(start, end), label);
        let nested = [entity(0, 5), entity(0, 2)];
        let mut agreement = Agreement::new(labels, 2);
        agreement.add(&document, &[Some(&nested), Some(&[nested[1], nested[0]])]);
        assert!(agreement.disagreements().is_empty());
        agreement.add(&document, &[Some(&nested), Some(&[entity(3, 8), entity(9, 11)])]);
        let found: Vec<_> =
            agreement.disagreements().iter().map(|d| (d.span, d.candidates.len())).collect();
        assert_eq!(found, [(Span::new(0, 8), 3), (Span::new(9, 11), 1)]);
        assert_eq!(agreement.spans(1, 0), SpanCounts { first: 4, second: 4, both: 2 });
    }

    /// Alpha from the matrix of coincidences, kappa from lists of values, as the papers write them.
    #[test]
    fn brute_force() {
        let mut state = 7_u64;
        let mut random = |n: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        for _ in 0..200 {
            let n_annotators = 2 + random(3) as usize;
            let mut row = |n_words: u64| match random(5) {
                0 => "-".to_owned(),
                _ => (0..n_words).map(|_| ['.', 'A', 'B', 'C'][random(4) as usize]).collect(),
            };
            let documents: Vec<Vec<String>> =
                (1..5).map(|n| (0..n_annotators).map(|_| row(n)).collect()).collect();
            let rows: Vec<Vec<&str>> =
                documents.iter().map(|d| d.iter().map(String::as_str).collect()).collect();
            let slices: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
            let found = agreement(&slices);
            let units = units_of_rows(&slices);
            close(found.alpha(), alpha(&units));
            close(found.kappa(0, 1), kappa(&units));
        }
    }

    /// By unit the value of each annotator. A document that nobody has seen has no units.
    fn units_of_rows(documents: &[&[&str]]) -> Vec<Vec<Option<char>>> {
        let mut units = Vec::new();
        for rows in documents {
            let seen = rows.iter().filter(|row| **row != "-");
            for idx in 0..seen.map(|row| row.len()).max().unwrap_or(0) {
                let value = |row: &&str| (*row != "-").then(|| row.as_bytes()[idx] as char);
                units.push(rows.iter().map(value).collect());
            }
        }
        units
    }

    fn close(found: Option<f64>, expected: f64) {
        match found {
            Some(found) => assert!((found - expected).abs() < 1e-12, "{found} {expected}"),
            None => assert!(expected.is_nan(), "{expected}"),
        }
    }

    fn alpha(units: &[Vec<Option<char>>]) -> f64 {
        let mut o = std::collections::BTreeMap::<(char, char), f64>::new();
        for unit in units {
            let values: Vec<char> = unit.iter().flatten().copied().collect();
            for (i, c) in values.iter().enumerate() {
                for (j, k) in values.iter().enumerate().filter(|(j, _)| *j != i) {
                    assert_ne!(i, j);
                    *o.entry((*c, *k)).or_default() += 1.0 / (values.len() as f64 - 1.0);
                }
            }
        }
        let n_of = |v: char| o.iter().filter(|(key, _)| key.0 == v).map(|(_, x)| x).sum::<f64>();
        let values = ['.', 'A', 'B', 'C'];
        let n: f64 = values.iter().map(|v| n_of(*v)).sum();
        let differing = |key: &(char, char)| key.0 != key.1;
        let observed: f64 = o.iter().filter(|(key, _)| differing(key)).map(|(_, x)| x).sum();
        let all = values.iter().flat_map(|c| values.iter().map(move |k| (*c, *k)));
        let expected: f64 = all.filter(differing).map(|(c, k)| n_of(c) * n_of(k)).sum();
        if expected == 0.0 { f64::NAN } else { 1.0 - (n - 1.0) * observed / expected }
    }

    fn kappa(units: &[Vec<Option<char>>]) -> f64 {
        let both: Vec<(char, char)> = units.iter().filter_map(|u| Some((u[0]?, u[1]?))).collect();
        let n = both.len() as f64;
        let share =
            |is: &dyn Fn(&(char, char)) -> bool| both.iter().filter(|p| is(p)).count() as f64 / n;
        let observed = share(&|p| p.0 == p.1);
        let chance: f64 = ['.', 'A', 'B', 'C']
            .iter()
            .map(|v| share(&|p| p.0 == *v) * share(&|p| p.1 == *v))
            .sum();
        if n == 0.0 || chance >= 1.0 { f64::NAN } else { (observed - chance) / (1.0 - chance) }
    }
}
