//! How far annotators agree.

use std::collections::BTreeSet;

use serde::Serialize;
use tawsim_tokenizer::Span;

use crate::{Document, Entity, LabelSet, Units, units, units_of};

mod group;
#[cfg(test)]
mod tests;

pub use group::EntityGroup;

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
    let mut groups = EntityGroup::all(entities, |(_, entity)| entity.span);
    groups.retain(|group| !group.is_agreed(n_seen, |(who, entity)| (entity.key(), *who)));
    let disagreement =
        |EntityGroup { span, candidates }| Disagreement { document_idx, span, candidates };
    groups.into_iter().map(disagreement).collect()
}
