//! The features of a data set, laid out for the objective.

use crate::Dataset;
use crate::bundle::Bundling;
use crate::dataset::{PARTIAL, to_u32};
use crate::fold::{Folding, NO_GROUP};
use crate::incidence::Incidence;
use crate::train::FeatureSelection;

/// Which position has which feature, both ways.
///
/// Groups of attributes (see [`Folding`]) seen with many labels have a full row of parameters, one
/// a label; the others have single features. Parameters: the full rows `n_full × n_labels`, then
/// one for each single feature.
///
/// Scores are read from rows: those of the full groups, then those of the bundles (see [`Bundling`]).
/// Residuals are read from rows too: those of the positions, then those of the bundles.
pub(crate) struct FeatureMatrix {
    pub(crate) n_labels: usize,
    folding: Folding,
    /// Groups `0..n_full` have full rows.
    pub(crate) n_full: usize,
    /// Positions → rows of scores.
    pub(crate) full: Incidence,
    /// Full groups → rows of residuals.
    pub(crate) full_columns: Incidence,
    /// Bundles → full groups.
    pub(crate) bundles: Incidence,
    /// Bundles → positions.
    pub(crate) bundle_columns: Incidence,
    /// Positions of each full group.
    full_counts: Vec<u32>,
    /// `n_full × n_labels`: whether the feature exists. Its parameter stays 0 otherwise.
    pub(crate) full_active: Vec<bool>,
    /// Positions → single features, and back.
    pub(crate) single: Incidence,
    pub(crate) single_columns: Incidence,
    /// The label of every entry of `single`.
    pub(crate) single_entry_labels: Vec<u16>,
    pub(crate) single_labels: Vec<u16>,
    /// The group of each single feature, ascending.
    single_groups: Vec<u32>,
    /// `√k` of each full group and of each single feature; see [`Folding`].
    pub(crate) full_scales: Vec<f64>,
    pub(crate) single_scales: Vec<f64>,
}

impl FeatureMatrix {
    /// With `has_bundles` the matrix is for objectives that score the whole data set at once.
    pub(crate) fn new(data: &Dataset, config: &FeatureSelection, has_bundles: bool) -> Self {
        let n_labels = data.n_labels();
        let mut folding = Folding::new(data);
        let columns = columns(data, &folding);
        let active = active_features(data, &columns, config);
        let is_full = |group: usize| {
            let row = &active[group * n_labels..][..n_labels];
            row.iter().filter(|&&active| active).count() * FULL_SHARE > n_labels
        };
        let order = order(&columns, is_full);
        let n_full = order.iter().take_while(|&&group| is_full(group as usize)).count();
        let (single_groups, single_labels) = single_features(&order, n_full, &active, n_labels);
        let full_columns = select(&columns, &order[..n_full]);
        let single_rows: Vec<u32> =
            single_groups.iter().map(|&group| order[group as usize]).collect();
        let single_columns = select(&columns, &single_rows);
        drop(columns);
        folding.renumber(&inverse(&order));
        let full_active = order[..n_full]
            .iter()
            .flat_map(|&group| &active[group as usize * n_labels..][..n_labels])
            .copied()
            .collect();
        let single = single_columns.transposed(data.n_positions());
        let labels_of = |ids: &[u32]| ids.iter().map(|&id| single_labels[id as usize]).collect();
        let scale = |group: usize| f64::from(folding.sizes[group]).sqrt();
        let full_counts = full_columns.row_lens();
        let rows = full_columns.transposed(data.n_positions());
        let bundling = if has_bundles {
            let anchors = anchors(&full_columns, &single_columns, &single_groups);
            Bundling::new(rows, n_full, &anchors)
        } else {
            Bundling { rows, members: Incidence::default() }
        };
        drop(full_columns);
        let (full_columns, bundle_columns) = residual_columns(&bundling, n_full);
        Self {
            n_labels,
            n_full,
            full: bundling.rows,
            full_columns,
            bundles: bundling.members,
            bundle_columns,
            full_counts,
            full_active,
            single_entry_labels: labels_of(single.ids()),
            single,
            single_columns,
            full_scales: (0..n_full).map(scale).collect(),
            single_scales: single_groups.iter().map(|&group| scale(group as usize)).collect(),
            single_labels,
            single_groups,
            folding,
        }
    }

    /// Rows of scores: full groups and bundles.
    pub(crate) fn n_score_rows(&self) -> usize {
        self.n_full + self.bundles.n_rows()
    }

    pub(crate) fn n_params(&self) -> usize {
        self.n_full * self.n_labels + self.single_labels.len()
    }

    /// Number of attribute × label pairs with a parameter.
    pub(crate) fn n_features(&self) -> usize {
        let full = self.full_active.chunks_exact(self.n_labels).zip(&self.folding.sizes);
        let full: usize =
            full.map(|(row, &k)| row.iter().filter(|&&on| on).count() * k as usize).sum();
        let sizes = self.single_groups.iter().map(|&group| self.folding.sizes[group as usize]);
        full + sizes.map(|k| k as usize).sum::<usize>()
    }

    /// `√k` of every parameter.
    pub(crate) fn scales(&self) -> impl Iterator<Item = f64> {
        let full = self.full_scales.iter().flat_map(|&k| std::iter::repeat_n(k, self.n_labels));
        full.chain(self.single_scales.iter().copied())
    }

    /// Calls `f` with every feature of a position, in a matrix without bundles.
    pub(crate) fn for_each_feature(&self, position: usize, mut f: impl FnMut(Feature)) {
        let n_labels = self.n_labels;
        self.full.row(position).for_each(|group, value| {
            let n_occurrences = self.full_counts[group];
            let scale = self.full_scales[group];
            for (label, &active) in
                self.full_active[group * n_labels..][..n_labels].iter().enumerate()
            {
                if active {
                    f(Feature {
                        param: group * n_labels + label,
                        label,
                        value,
                        scale,
                        n_occurrences,
                    });
                }
            }
        });
        self.single.row(position).for_each(|single, value| {
            f(Feature {
                param: self.n_full * n_labels + single,
                label: self.single_labels[single] as usize,
                value,
                scale: self.single_scales[single],
                n_occurrences: self.single_columns.row(single).ids.len() as u32,
            });
        });
    }

    /// The parameters of an attribute as (label, parameter index, weight per unit of parameter).
    pub(crate) fn params_of(&self, attribute: u32) -> impl Iterator<Item = (u16, usize, f64)> {
        let group = self.folding.group_of[attribute as usize];
        let per_param = if group == NO_GROUP {
            0.0
        } else {
            1.0 / f64::from(self.folding.sizes[group as usize]).sqrt()
        };
        let full = if (group as usize) < self.n_full { group as usize * self.n_labels } else { 0 };
        let n_row = if (group as usize) < self.n_full { self.n_labels } else { 0 };
        let row = (0..n_row).map(move |label| (label as u16, full + label));
        let row = row.filter(|&(_, param)| self.full_active[param]);
        let first = self.single_groups.partition_point(|&other| other < group);
        let singles = self.single_groups[first..].iter().take_while(move |&&other| other == group);
        let n_singles = if group == NO_GROUP { 0 } else { singles.count() };
        let base = self.n_full * self.n_labels;
        let singles = (first..first + n_singles).map(move |at| (self.single_labels[at], base + at));
        row.chain(singles).map(move |(label, param)| (label, param, per_param))
    }
}

/// A feature at one position.
pub(crate) struct Feature {
    pub(crate) param: usize,
    pub(crate) label: usize,
    /// Value of the attribute.
    pub(crate) value: f64,
    /// `√k` of the attributes that the parameter stands for.
    pub(crate) scale: f64,
    /// Positions with the attribute.
    pub(crate) n_occurrences: u32,
}

/// A group seen with more than one label in this many gets a full row: adding a few zeros in one
/// sweep is cheaper than separate additions.
const FULL_SHARE: usize = 4;

/// Groups → positions.
fn columns(data: &Dataset, folding: &Folding) -> Incidence {
    let representatives = folding.representatives();
    let is_representative = |attribute: u32, group: u32| {
        group != NO_GROUP && representatives[group as usize] == attribute
    };
    let mut counts = vec![0; folding.sizes.len()];
    for &attribute in data.attribute_ids() {
        let group = folding.group_of[attribute as usize];
        counts[group as usize] += u32::from(is_representative(attribute, group));
    }
    let values = data.attribute_values();
    Incidence::collect(&counts, !values.is_empty(), |put| {
        for position in 0..data.n_positions() {
            for at in data.activations(position) {
                let attribute = data.attribute_ids()[at];
                let group = folding.group_of[attribute as usize];
                if is_representative(attribute, group) {
                    put(group as usize, position as u32, values.get(at).copied().unwrap_or(1.0));
                }
            }
        }
    })
}

/// Groups × labels: which features exist, by how often they were seen.
fn active_features(data: &Dataset, columns: &Incidence, config: &FeatureSelection) -> Vec<bool> {
    let n_labels = data.n_labels();
    let mut active = vec![config.possible_states; columns.n_rows() * n_labels];
    let mut counts = vec![0.0; n_labels];
    for (group, row) in active.chunks_exact_mut(n_labels).enumerate() {
        counts.fill(0.0);
        columns.row(group).for_each(|position, value| count(data, position, value, &mut counts));
        for (active, &count) in row.iter_mut().zip(&counts) {
            *active = (*active || count != 0.0) && count.abs() >= config.min_frequency;
        }
    }
    active
}

/// Adds `value` to the labels that a position may have, unless nothing is known of its label.
fn count(data: &Dataset, position: usize, value: f64, counts: &mut [f64]) {
    let label = data.gold(position);
    if label != PARTIAL {
        counts[label as usize] += value;
        return;
    }
    let set = data.label_set(position).expect("a position has a label or a set of labels");
    if set.contains(&false) {
        for (count, _) in counts.iter_mut().zip(set).filter(|(_, allowed)| **allowed) {
            *count += value;
        }
    }
}

/// Groups in their final order: full rows first, the frequent ones of a kind by frequency (their
/// parameters share cache lines), the rare ones by their first position (read in order).
fn order(columns: &Incidence, is_full: impl Fn(usize) -> bool) -> Vec<u32> {
    const FREQUENT: usize = 64;
    let mut order: Vec<u32> = (0..to_u32(columns.n_rows())).collect();
    order.sort_by_cached_key(|&group| {
        let positions = columns.row(group as usize).ids;
        let rare = positions.len() < FREQUENT;
        let place = if rare { positions[0] } else { u32::MAX - to_u32(positions.len()) };
        (!is_full(group as usize), rare, place, group)
    });
    order
}

fn inverse(order: &[u32]) -> Vec<u32> {
    let mut numbers = vec![0; order.len()];
    for (number, &group) in order.iter().enumerate() {
        numbers[group as usize] = number as u32;
    }
    numbers
}

/// (new group, label) of every feature of the groups behind the full ones.
fn single_features(
    order: &[u32],
    n_full: usize,
    active: &[bool],
    n_labels: usize,
) -> (Vec<u32>, Vec<u16>) {
    let rows =
        (n_full..order.len()).map(|at| (at, &active[order[at] as usize * n_labels..][..n_labels]));
    rows.flat_map(|(at, row)| {
        let labels = row.iter().enumerate().filter(|(_, active)| **active);
        labels.map(move |(label, _)| (at as u32, label as u16))
    })
    .unzip()
}

/// The positions of every group.
fn anchors<'m>(
    full_columns: &'m Incidence,
    single_columns: &'m Incidence,
    single_groups: &[u32],
) -> Vec<&'m [u32]> {
    let is_first = |at: &usize| *at == 0 || single_groups[at - 1] != single_groups[*at];
    let singles = (0..single_columns.n_rows()).filter(is_first);
    let singles = singles.map(|at| single_columns.row(at).ids);
    (0..full_columns.n_rows()).map(|at| full_columns.row(at).ids).chain(singles).collect()
}

/// Full groups → rows of residuals (positions, then bundles), and bundles → positions.
fn residual_columns(bundling: &Bundling, n_full: usize) -> (Incidence, Incidence) {
    let Bundling { rows, members } = bundling;
    let (n_positions, n_bundles) = (rows.n_rows(), members.n_rows());
    let columns = rows.transposed(n_full + n_bundles);
    let bundles: Vec<u32> = (n_full..n_full + n_bundles).map(to_u32).collect();
    let bundle_columns = select(&columns, &bundles);
    if n_bundles == 0 {
        return (columns, bundle_columns);
    }
    let bundles_of = members.transposed(n_full);
    let lens = |group: usize| columns.row(group).ids.len() + bundles_of.row(group).ids.len();
    let lens: Vec<u32> = (0..n_full).map(|group| to_u32(lens(group))).collect();
    let full_columns = Incidence::collect(&lens, false, |put| {
        for group in 0..n_full {
            columns.row(group).ids.iter().for_each(|&position| put(group, position, 1.0));
            let bundles = bundles_of.row(group).ids.iter();
            bundles.for_each(|&bundle| put(group, to_u32(n_positions) + bundle, 1.0));
        }
    });
    (full_columns, bundle_columns)
}

/// The named rows of a matrix, in the given order.
fn select(columns: &Incidence, rows: &[u32]) -> Incidence {
    let counts: Vec<u32> =
        rows.iter().map(|&row| columns.row(row as usize).ids.len() as u32).collect();
    Incidence::collect(&counts, columns.has_values(), |put| {
        for (at, &row) in rows.iter().enumerate() {
            let entries = columns.row(row as usize);
            for (entry, &id) in entries.ids.iter().enumerate() {
                put(at, id, entries.values.get(entry).copied().unwrap_or(1.0));
            }
        }
    })
}
