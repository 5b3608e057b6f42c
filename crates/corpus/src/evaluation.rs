use serde::Serialize;

use crate::{Document, Entity, Label, LabelSet};

/// Counts of right, missed and wrong entities.
///
/// Strict: span and label equal. Relaxed: the label is equal and the spans share a byte; then a gold
/// entity is found if any predicted one overlaps it, and a predicted one is right if it overlaps any
/// gold one, so the two sides are counted apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Gold entities.
    pub gold: u64,
    /// Predicted entities.
    pub predicted: u64,
    /// Gold entities that were found.
    pub gold_matched: u64,
    /// Predicted entities that are right.
    pub predicted_matched: u64,
}

impl Counts {
    /// Right ÷ predicted; 0 where nothing was predicted.
    #[must_use]
    pub fn precision(&self) -> f64 {
        ratio(self.predicted_matched, self.predicted)
    }

    /// Found ÷ gold; 0 where there is nothing to find.
    #[must_use]
    pub fn recall(&self) -> f64 {
        ratio(self.gold_matched, self.gold)
    }

    /// Harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(&self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) }
    }

    fn add(&mut self, other: &Self) {
        self.gold += other.gold;
        self.predicted += other.predicted;
        self.gold_matched += other.gold_matched;
        self.predicted_matched += other.predicted_matched;
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Strict and relaxed counts of one label, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LabelCounts {
    /// Span and label must be equal.
    pub strict: Counts,
    /// Overlap with the same label is enough.
    pub relaxed: Counts,
}

/// What kind of error an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// Nothing was predicted where a gold entity stands.
    Missed,
    /// Something was predicted where there is no gold entity.
    Spurious,
    /// The span is right, the label is not.
    Label,
    /// The label is right, the span is not.
    Boundary,
    /// Spans overlap, and both span and label differ.
    LabelAndBoundary,
}

/// A place where gold and prediction differ.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityError {
    /// Index of the document, in the order of the calls of [`Evaluation::add`].
    pub document_idx: usize,
    /// What is wrong.
    pub kind: ErrorKind,
    /// The gold entity, if there is one here.
    pub gold: Option<Entity>,
    /// The predicted entity, if there is one here.
    pub predicted: Option<Entity>,
}

/// Scores of predicted entities against gold ones, over any number of documents.
///
/// ```
/// use tawsim_corpus::{Document, Entity, Evaluation, LabelSet};
/// use tawsim_tokenizer::Span;
/// let labels = LabelSet::from_names(["PLACE"]).unwrap();
/// let mut gold = Document::new("1", "حلب وإدلب");
/// gold.entities.push(Entity::new(Span::new(0, 6), labels.get("PLACE").unwrap()));
/// let predicted = gold.clone();
/// let mut evaluation = Evaluation::new(labels);
/// evaluation.add(&gold, &predicted.entities);
/// assert_eq!(evaluation.micro().strict.f1(), 1.0);
/// ```
#[derive(Clone, Debug)]
pub struct Evaluation {
    labels: LabelSet,
    per_label: Vec<LabelCounts>,
    /// `[gold label, or none][predicted label, or none]`, row-major, (n+1) × (n+1).
    confusion: Vec<u64>,
    errors: Vec<EntityError>,
    n_documents: usize,
}

impl Evaluation {
    /// An evaluation over these labels, without documents yet.
    #[must_use]
    pub fn new(labels: LabelSet) -> Self {
        let side = labels.len() + 1;
        Self {
            per_label: vec![LabelCounts::default(); labels.len()],
            confusion: vec![0; side * side],
            errors: Vec::new(),
            n_documents: 0,
            labels,
        }
    }

    /// Adds one document: its gold entities against the predicted ones, both in the labels of this
    /// evaluation, sorted by start and without overlap (see [`Document::flatten`]).
    pub fn add(&mut self, gold: &Document, predicted: &[Entity]) {
        self.count_side(&gold.entities, predicted, Side::Gold);
        self.count_side(predicted, &gold.entities, Side::Predicted);
        self.confuse(&gold.entities, predicted);
        self.n_documents += 1;
    }

    fn count_side(&mut self, ours: &[Entity], theirs: &[Entity], side: Side) {
        for entity in ours {
            let near = overlapping(theirs, entity);
            let same = |other: &Entity| other.label == entity.label;
            let strict = near.iter().any(|o| same(o) && o.span == entity.span);
            let relaxed = near.iter().any(same);
            let counts = &mut self.per_label[entity.label.label_idx()];
            side.count(&mut counts.strict, strict);
            side.count(&mut counts.relaxed, relaxed);
        }
    }

    fn confuse(&mut self, gold: &[Entity], predicted: &[Entity]) {
        for entity in gold {
            let partner = best_partner(overlapping(predicted, entity), entity);
            self.confuse_pair(Some(*entity), partner);
        }
        let is_partner = |p: &Entity| {
            let partner = |g: &Entity| best_partner(overlapping(predicted, g), g);
            overlapping(gold, p).iter().any(|g| partner(g) == Some(*p))
        };
        for entity in predicted.iter().filter(|p| !is_partner(p)) {
            self.confuse_pair(None, Some(*entity));
        }
    }

    fn confuse_pair(&mut self, gold: Option<Entity>, predicted: Option<Entity>) {
        let none = self.labels.len();
        let idx = |e: &Option<Entity>| e.map_or(none, |e| e.label.label_idx());
        self.confusion[idx(&gold) * (none + 1) + idx(&predicted)] += 1;
        if let Some(kind) = error_kind(gold, predicted) {
            let document_idx = self.n_documents;
            self.errors.push(EntityError { document_idx, kind, gold, predicted });
        }
    }

    /// The labels, in the order of [`Evaluation::per_label`].
    #[must_use]
    pub fn labels(&self) -> &LabelSet {
        &self.labels
    }

    /// Counts label by label.
    #[must_use]
    pub fn per_label(&self) -> &[LabelCounts] {
        &self.per_label
    }

    /// Sums over all labels.
    #[must_use]
    pub fn micro(&self) -> LabelCounts {
        self.micro_of(|_| true)
    }

    /// Sums over the labels that `keep` accepts.
    pub fn micro_of(&self, keep: impl Fn(Label) -> bool) -> LabelCounts {
        let mut sum = LabelCounts::default();
        for label in self.labels.iter().filter(|&l| keep(l)) {
            sum.strict.add(&self.per_label[label.label_idx()].strict);
            sum.relaxed.add(&self.per_label[label.label_idx()].relaxed);
        }
        sum
    }

    /// Mean of the labels' strict F1, over labels that occur in gold or prediction.
    #[must_use]
    pub fn macro_f1(&self) -> f64 {
        let used = self.per_label.iter().filter(|c| c.strict.gold + c.strict.predicted > 0);
        let (sum, n) = used.fold((0.0, 0), |(sum, n), c| (sum + c.strict.f1(), n + 1));
        if n == 0 { 0.0 } else { sum / f64::from(n) }
    }

    /// How often a gold label met a predicted one at overlapping places; `None` stands for nothing there.
    #[must_use]
    pub fn confusion(&self, gold: Option<Label>, predicted: Option<Label>) -> u64 {
        let none = self.labels.len();
        let idx = |l: Option<Label>| l.map_or(none, Label::label_idx);
        self.confusion[idx(gold) * (none + 1) + idx(predicted)]
    }

    /// Every place where gold and prediction differ, document by document.
    #[must_use]
    pub fn errors(&self) -> &[EntityError] {
        &self.errors
    }

    /// How many documents were added.
    #[must_use]
    pub fn n_documents(&self) -> usize {
        self.n_documents
    }
}

#[derive(Clone, Copy)]
enum Side {
    Gold,
    Predicted,
}

impl Side {
    fn count(self, counts: &mut Counts, matched: bool) {
        let (all, right) = match self {
            Self::Gold => (&mut counts.gold, &mut counts.gold_matched),
            Self::Predicted => (&mut counts.predicted, &mut counts.predicted_matched),
        };
        *all += 1;
        *right += u64::from(matched);
    }
}

/// The entities of a sorted, disjoint list that share a byte with `entity`.
fn overlapping<'a>(sorted: &'a [Entity], entity: &Entity) -> &'a [Entity] {
    let start = sorted.partition_point(|o| o.span.end() <= entity.span.start());
    let end = sorted.partition_point(|o| o.span.start() < entity.span.end());
    &sorted[start..end.max(start)]
}

/// The entity that best explains `entity`: same span and label, same span, same label, any.
fn best_partner(near: &[Entity], entity: &Entity) -> Option<Entity> {
    let fit = |o: &&Entity| (o.span == entity.span, o.label == entity.label);
    near.iter().max_by_key(fit).copied()
}

fn error_kind(gold: Option<Entity>, predicted: Option<Entity>) -> Option<ErrorKind> {
    let (gold, predicted) = match (gold, predicted) {
        (None, _) => return Some(ErrorKind::Spurious),
        (_, None) => return Some(ErrorKind::Missed),
        (Some(gold), Some(predicted)) => (gold, predicted),
    };
    match (gold.span == predicted.span, gold.label == predicted.label) {
        (true, true) => None,
        (true, false) => Some(ErrorKind::Label),
        (false, true) => Some(ErrorKind::Boundary),
        (false, false) => Some(ErrorKind::LabelAndBoundary),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tawsim_tokenizer::Span;

    /// Gold and predicted as `start-end:label`; expected strict and relaxed (precision, recall), errors.
    fn check(gold: &[(u32, u32, usize)], predicted: &[(u32, u32, usize)], expected: &str) {
        let labels = LabelSet::from_names(["A", "C"]).expect("good names");
        let entities = |rows: &[(u32, u32, usize)]| -> Vec<Entity> {
            let entity = |r: &(u32, u32, usize)| {
                Entity::new(Span::new(r.0, r.1), labels.at(r.2).expect("two labels"))
            };
            rows.iter().map(entity).collect()
        };
        let mut document = Document::new("d", "x".repeat(100));
        document.entities = entities(gold);
        let predicted = entities(predicted);
        let mut evaluation = Evaluation::new(labels);
        evaluation.add(&document, &predicted);
        let LabelCounts { strict, relaxed } = evaluation.micro();
        let errors: Vec<_> = evaluation.errors().iter().map(|e| format!("{:?}", e.kind)).collect();
        let report = format!(
            "{:.2} {:.2} | {:.2} {:.2} | {}",
            strict.precision(),
            strict.recall(),
            relaxed.precision(),
            relaxed.recall(),
            errors.join(" ")
        );
        assert_eq!(report, expected);
    }

    #[test]
    fn counts_and_errors() {
        let gold = [(0, 5, 0), (10, 20, 1)];
        check(&gold, &gold, "1.00 1.00 | 1.00 1.00 | ");
        check(&gold, &[], "0.00 0.00 | 0.00 0.00 | Missed Missed");
        check(&[], &gold, "0.00 0.00 | 0.00 0.00 | Spurious Spurious");
        check(&gold, &[(0, 5, 1), (10, 12, 1)], "0.00 0.00 | 0.50 0.50 | Label Boundary");
        check(&gold, &[(0, 5, 0), (11, 20, 0)], "0.50 0.50 | 0.50 0.50 | LabelAndBoundary");
        check(
            &gold,
            &[(10, 12, 1), (14, 20, 1)],
            "0.00 0.00 | 1.00 0.50 | Missed Boundary Spurious",
        );
    }
}
