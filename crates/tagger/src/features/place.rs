//! Place templates of a whole sentence at once: columns of values instead of a walk for each unit.

use super::form::{AFTER_FORM, BEFORE_FORM, FormTable};
use super::{FeatureConfig, PlaceProperty, PlaceTemplate, Units};
use crate::hash::mix;

/// Stands for "no value" in a column. A value is a hash or a small number; that a hash is just this has the
/// probability 2⁻⁶⁴.
const NONE: u64 = u64::MAX;
/// Places in front of the first unit and behind the last.
const PADDING: usize = FeatureConfig::MAX_OFFSET as usize;

/// The place templates, with the columns that they read.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlacePlan {
    /// Distinct properties of the joined templates.
    columns: Vec<PlaceProperty>,
    joined: Vec<JoinedTemplate>,
    /// Templates of all hits of one unit: offset and seed.
    hits: Vec<(i8, u64)>,
}

#[derive(Clone, Debug)]
struct JoinedTemplate {
    /// Column and offset.
    parts: Vec<(usize, i8)>,
    seed: u64,
}

/// The columns of a sentence, one behind the other, each padded on both sides. Reused.
#[derive(Debug, Default)]
pub(crate) struct PlaceColumns {
    values: Vec<u64>,
    /// Length of a column.
    stride: usize,
    /// `[form][column]`: the value of columns of forms.
    of_forms: Vec<u64>,
}

impl PlaceColumns {
    /// Forgets all forms.
    pub(crate) fn clear(&mut self) {
        self.of_forms.clear();
    }

    /// The values of a column at a distance, one a unit.
    fn at(&self, (column, offset): (usize, i8)) -> &[u64] {
        let start = column * self.stride + PADDING.saturating_add_signed(offset.into());
        &self.values[start..start + self.stride - 2 * PADDING]
    }
}

impl PlacePlan {
    pub(super) fn new(templates: &[PlaceTemplate]) -> Self {
        let mut plan = Self::default();
        for template in templates {
            if let [(PlaceProperty::Gazetteer, offset)] = template.parts[..] {
                plan.hits.push((offset, template.seed));
                continue;
            }
            let parts = template.parts.iter();
            let parts = parts.map(|&(property, offset)| (plan.column(property), offset)).collect();
            plan.joined.push(JoinedTemplate { parts, seed: template.seed });
        }
        plan
    }

    fn column(&mut self, property: PlaceProperty) -> usize {
        let known = self.columns.iter().position(|known| *known == property);
        known.unwrap_or_else(|| {
            self.columns.push(property);
            self.columns.len() - 1
        })
    }

    /// Keeps what the columns need of forms that came since the last call; `forms` still has their values.
    pub(crate) fn keep_forms(
        &self,
        forms: &FormTable,
        n_properties: usize,
        columns: &mut PlaceColumns,
    ) {
        let n_columns = self.columns.len().max(1);
        for form in columns.of_forms.len() / n_columns..forms.len() {
            for property in &self.columns {
                let value = match property {
                    PlaceProperty::Form(idx) => {
                        forms.values(form as u32, *idx, n_properties).first().copied()
                    }
                    _ => None,
                };
                columns.of_forms.push(value.unwrap_or(NONE));
            }
        }
    }

    /// Fills the columns with the values of a sentence.
    pub(crate) fn fill(&self, units: &Units, columns: &mut PlaceColumns) {
        let n_columns = self.columns.len();
        let PlaceColumns { values, stride, of_forms } = columns;
        *stride = units.units.len() + 2 * PADDING;
        values.clear();
        for (column, property) in self.columns.iter().enumerate() {
            let of_form = |form: u32| of_forms[form as usize * n_columns + column];
            let is_of_form = matches!(property, PlaceProperty::Form(_));
            let edges =
                [BEFORE_FORM, AFTER_FORM].map(|form| if is_of_form { of_form(form) } else { NONE });
            values.extend([edges[0]; PADDING]);
            match property {
                PlaceProperty::Form(_) => {
                    values.extend(units.units.iter().map(|unit| of_form(unit.form)));
                }
                PlaceProperty::Clitics => {
                    values.extend(units.units.iter().map(|unit| unit.clitics));
                }
                PlaceProperty::Gazetteer | PlaceProperty::GazetteerSet => {
                    values.extend(&units.gazetteer_sets);
                }
                PlaceProperty::Quote => {
                    let none_for_0 = |quote: &u8| if *quote == 0 { NONE } else { (*quote).into() };
                    values.extend(units.quotes.iter().map(none_for_0));
                }
                PlaceProperty::Place => {
                    let place = if units.place == 0 { NONE } else { units.place.into() };
                    values.extend(units.units.iter().map(|_| place));
                }
            }
            values.extend([edges[1]; PADDING]);
        }
    }

    /// How many keys a sentence has at most.
    pub(crate) fn max_keys(&self, units: &Units) -> usize {
        self.joined.len() * units.units.len() + self.hits.len() * units.marks.len()
    }

    /// All keys of the sentence, with their units: those that
    /// [`place_attributes`](super::FeatureExtractor::place_attributes) gives unit by unit, in another order.
    /// `emit` is also called, with `false`, for keys that are none: a joined template lacks a value.
    #[inline]
    pub(crate) fn keys(
        &self,
        units: &Units,
        columns: &PlaceColumns,
        mut emit: impl FnMut(bool, u32, u64),
    ) {
        for JoinedTemplate { parts, seed } in &self.joined {
            match parts[..] {
                [a] => join([a], *seed, columns, &mut emit),
                [a, b] => join([a, b], *seed, columns, &mut emit),
                [a, b, c] => join([a, b, c], *seed, columns, &mut emit),
                [a, b, c, d] => join([a, b, c, d], *seed, columns, &mut emit),
                _ => {}
            }
        }
        let n_units = units.units.len();
        for &(hit_idx, value) in &units.marks {
            for &(offset, seed) in &self.hits {
                let unit_idx = (hit_idx as usize).checked_add_signed(-isize::from(offset));
                if let Some(unit_idx) = unit_idx.filter(|idx| *idx < n_units) {
                    emit(true, unit_idx as u32, mix(seed, value));
                }
            }
        }
    }
}

/// The keys of one template that joins `N` values; a unit that lacks one has none.
#[inline]
fn join<const N: usize>(
    parts: [(usize, i8); N],
    seed: u64,
    columns: &PlaceColumns,
    emit: &mut impl FnMut(bool, u32, u64),
) {
    let parts = parts.map(|part| columns.at(part));
    for unit_idx in 0..parts[0].len() {
        let mut key = seed;
        let mut is_known = true;
        for part in &parts {
            let value = part[unit_idx];
            is_known &= value != NONE;
            key = mix(key, value);
        }
        emit(is_known, unit_idx as u32, key);
    }
}
