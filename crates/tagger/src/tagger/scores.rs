//! From attributes of units to the scores of their tags.

use std::ops::RangeInclusive;

use super::{MAX_FORM_VALUES, Tagger, TaggerScratch};
use crate::model::{LANES, ModelView};

impl Tagger {
    /// Sums the weights of forms that were not met before.
    pub(super) fn sum_new_forms(&self, view: ModelView<'_>, scratch: &mut TaggerScratch) {
        let extractor = self.model.extractor();
        let stride = scratch.lattice.stride();
        let offsets = extractor.form_offsets();
        let first_new = scratch.form_sums.len() / (offsets.len() * stride);
        let n_forms = scratch.forms.len();
        if first_new == n_forms {
            return;
        }
        scratch.form_sums.resize(n_forms * offsets.len() * stride, 0);
        for form in first_new..n_forms {
            for template in extractor.form_templates() {
                let row = sum_row(form, template.offset, &offsets);
                let keys = extractor.form_attributes(&scratch.forms, form as u32, template);
                scratch.pending.reserve(keys.len());
                keys.for_each(|key| scratch.pending.push_if(view.may_have(key), row as u32, key));
            }
        }
        view.add_attributes(&mut scratch.pending, stride, &mut scratch.form_sums);
        let n_properties = extractor.form_properties().len();
        extractor.place_plan().keep_forms(&scratch.forms, n_properties, &mut scratch.columns);
        if scratch.forms.n_values() > MAX_FORM_VALUES {
            scratch.forms.forget_values();
        }
    }

    pub(super) fn fill_lattice(&self, view: ModelView<'_>, scratch: &mut TaggerScratch) {
        let stride = scratch.lattice.stride();
        let n_units = scratch.units.units.len();
        scratch.sums.clear();
        scratch.sums.resize(n_units * stride, 0);
        self.add_forms(stride, scratch);
        let plan = self.model.extractor().place_plan();
        plan.fill(&scratch.units, &mut scratch.columns);
        let pending = &mut scratch.pending;
        pending.reserve(plan.max_keys(&scratch.units));
        plan.keys(&scratch.units, &scratch.columns, |is_key, unit_idx, key| {
            pending.push_if(is_key & view.may_have(key), unit_idx, key);
        });
        view.add_attributes(pending, stride, &mut scratch.sums);
        let scale = self.model.metadata().weight_scale;
        scratch.lattice.reset(n_units);
        for (unit_idx, sums) in scratch.sums.chunks_exact(stride).enumerate() {
            let row = scratch.lattice.padded_row_mut(unit_idx);
            row.iter_mut().zip(sums).for_each(|(score, sum)| *score = *sum as f32 * scale);
        }
    }

    /// Adds the sums of each form to the units around it: its rows lie side by side.
    fn add_forms(&self, stride: usize, scratch: &mut TaggerScratch) {
        let offsets = self.model.extractor().form_offsets();
        let TaggerScratch { units, form_sums, sums, .. } = scratch;
        let n_units = units.units.len() as isize;
        let reach = isize::from(*offsets.start()).min(0)..n_units + isize::from(*offsets.end());
        for place in reach {
            let form = units.form_at_place(place) as usize;
            let first_row = sum_row(form, *offsets.start(), &offsets);
            let rows = &form_sums[first_row * stride..][..offsets.len() * stride];
            for (offset, row) in offsets.clone().zip(rows.chunks_exact(stride)) {
                let target = place - isize::from(offset);
                if (0..n_units).contains(&target) {
                    add_sums(row, &mut sums[target as usize * stride..][..stride]);
                }
            }
        }
    }
}

/// The row of the sums of a form at a distance.
#[inline]
fn sum_row(form: usize, offset: i8, offsets: &RangeInclusive<i8>) -> usize {
    form * offsets.len() + (offset - offsets.start()) as usize
}

/// Both are a multiple of [`LANES`] long.
#[inline]
fn add_sums(row: &[i32], sums: &mut [i32]) {
    for (sums, row) in sums.as_chunks_mut::<LANES>().0.iter_mut().zip(row.as_chunks::<LANES>().0) {
        let mut added = *sums;
        for (sum, weight) in added.iter_mut().zip(row) {
            *sum = sum.wrapping_add(*weight);
        }
        *sums = added;
    }
}
