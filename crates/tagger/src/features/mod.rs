//! Units of a sentence and the attributes that describe them.

mod form;
mod groups;
mod names;
mod place;
mod template;
mod unit;

pub(crate) use form::FormTable;
pub(crate) use place::{PlaceColumns, PlacePlan};
pub(crate) use unit::{TokenizedText, Unit, UnitReader, UnreadForm};

pub use groups::FeatureGroup;
pub use names::TemplateError;
pub use template::{FeatureConfig, FeatureConfigError, Property, Template};

use std::ops::RangeInclusive;

use form::{AFTER_FORM, BEFORE_FORM};

use crate::gazetteer::{GazetteerView, Hit};
use crate::hash::mix;

/// Templates sorted for evaluation: what depends on one form, and the rest.
#[derive(Clone, Debug)]
pub(crate) struct FeatureExtractor {
    /// Distinct form properties of single-property templates; `FormTable` keeps their values in this order.
    form_properties: Vec<Property>,
    /// One property of one form at a distance: weights are summed once per form.
    form_templates: Vec<FormTemplate>,
    /// The rest: properties of the place, and joined properties.
    place_templates: Vec<PlaceTemplate>,
    /// The same, laid out for whole sentences.
    place_plan: PlacePlan,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct FormTemplate {
    property_idx: usize,
    pub offset: i8,
    seed: u64,
}

#[derive(Clone, Debug)]
struct PlaceTemplate {
    parts: Vec<(PlaceProperty, i8)>,
    seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PlaceProperty {
    Form(usize),
    Clitics,
    Gazetteer,
    GazetteerSet,
    Quote,
    Place,
}

/// The units of one sentence with their gazetteer hits. Reused from sentence to sentence.
#[derive(Debug, Default)]
pub(crate) struct Units {
    pub units: Vec<Unit>,
    /// Values of [`Property::Gazetteer`] of all units.
    gazetteer_values: Vec<u64>,
    gazetteer_ends: Vec<u32>,
    /// The same joined to one value a unit; 0 where there is no hit.
    gazetteer_sets: Vec<u64>,
    /// How far behind an opening quotation mark each unit stands; empty if no template asks.
    quotes: Vec<u8>,
    /// 1 in the document's first sentence, 2 in its second, 0 in the rest.
    pub place: u8,
    keys: Vec<u64>,
    roots: Vec<u32>,
    hits: Vec<Hit>,
    marks: Vec<(u32, u64)>,
}

impl FeatureExtractor {
    /// Sorts templates that [`FeatureConfig::validate`] accepted.
    pub(crate) fn new(config: &FeatureConfig) -> Self {
        let mut extractor = Self {
            form_properties: Vec::new(),
            form_templates: Vec::new(),
            place_templates: Vec::new(),
            place_plan: PlacePlan::default(),
        };
        for (idx, template) in config.templates.iter().enumerate() {
            extractor.push(template, mix(0x7461_7773_696D, idx as u64));
        }
        extractor.place_plan = PlacePlan::new(&extractor.place_templates);
        extractor
    }

    fn push(&mut self, template: &Template, seed: u64) {
        if let [(property, offset)] = template.parts[..]
            && property.is_of_form()
        {
            let property_idx = self.property_idx(property);
            self.form_templates.push(FormTemplate { property_idx, offset, seed });
            return;
        }
        let parts = template.parts.iter();
        let parts =
            parts.map(|&(property, offset)| (self.place_property(property), offset)).collect();
        self.place_templates.push(PlaceTemplate { parts, seed });
    }

    fn place_property(&mut self, property: Property) -> PlaceProperty {
        match property {
            Property::Clitics => PlaceProperty::Clitics,
            Property::Gazetteer => PlaceProperty::Gazetteer,
            Property::GazetteerSet => PlaceProperty::GazetteerSet,
            Property::Quote => PlaceProperty::Quote,
            Property::Place => PlaceProperty::Place,
            of_form => PlaceProperty::Form(self.property_idx(of_form)),
        }
    }

    fn property_idx(&mut self, property: Property) -> usize {
        let known = self.form_properties.iter().position(|p| *p == property);
        known.unwrap_or_else(|| {
            self.form_properties.push(property);
            self.form_properties.len() - 1
        })
    }

    pub(crate) fn form_properties(&self) -> &[Property] {
        &self.form_properties
    }

    /// The first and the last distance at which form templates look.
    pub(crate) fn form_offsets(&self) -> RangeInclusive<i8> {
        let offsets = || self.form_templates.iter().map(|template| template.offset);
        offsets().min().unwrap_or(0)..=offsets().max().unwrap_or(0)
    }

    pub(crate) fn place_plan(&self) -> &PlacePlan {
        &self.place_plan
    }

    /// Whether a template asks for quotation marks.
    pub(crate) fn needs_quotes(&self) -> bool {
        let mut parts = self.place_templates.iter().flat_map(|template| &template.parts);
        parts.any(|(property, _)| matches!(property, PlaceProperty::Quote))
    }

    pub(crate) fn form_templates(&self) -> &[FormTemplate] {
        &self.form_templates
    }

    /// The attribute keys of one form under one template.
    pub(crate) fn form_attributes<'t>(
        &self,
        forms: &'t FormTable,
        form: u32,
        template: &FormTemplate,
    ) -> impl ExactSizeIterator<Item = u64> + use<'t> {
        let values = forms.values(form, template.property_idx, self.form_properties.len());
        let seed = template.seed;
        values.iter().map(move |&value| mix(seed, value))
    }

    /// The attribute keys of the unit at `unit_idx` that are not of one form alone.
    #[inline]
    pub(crate) fn place_attributes(
        &self,
        forms: &FormTable,
        units: &Units,
        unit_idx: usize,
        mut emit: impl FnMut(u64),
    ) {
        for template in &self.place_templates {
            if let [(PlaceProperty::Gazetteer, offset)] = template.parts[..] {
                for &value in units.gazetteer_values(unit_idx, offset) {
                    emit(mix(template.seed, value));
                }
            } else if let Some(key) = self.joined(template, forms, units, unit_idx) {
                emit(key);
            }
        }
    }

    fn joined(
        &self,
        template: &PlaceTemplate,
        forms: &FormTable,
        units: &Units,
        unit_idx: usize,
    ) -> Option<u64> {
        let mut hash = template.seed;
        for &(property, offset) in &template.parts {
            let value = match property {
                PlaceProperty::Form(idx) => {
                    let form = units.form_at(unit_idx, offset);
                    *forms.values(form, idx, self.form_properties.len()).first()?
                }
                PlaceProperty::Clitics => units.get(unit_idx, offset)?.clitics,
                PlaceProperty::GazetteerSet | PlaceProperty::Gazetteer => {
                    units.gazetteer_set(unit_idx, offset)?
                }
                PlaceProperty::Quote => units.quote(unit_idx, offset)?,
                PlaceProperty::Place => {
                    units.get(unit_idx, offset)?;
                    Some(u64::from(units.place)).filter(|place| *place > 0)?
                }
            };
            hash = mix(hash, value);
        }
        Some(hash)
    }

    /// All attribute keys of a unit, in a fixed order: what training sees.
    pub(crate) fn attributes(
        &self,
        forms: &FormTable,
        units: &Units,
        unit_idx: usize,
        mut emit: impl FnMut(u64),
    ) {
        for template in &self.form_templates {
            let form = units.form_at(unit_idx, template.offset);
            self.form_attributes(forms, form, template).for_each(&mut emit);
        }
        self.place_attributes(forms, units, unit_idx, emit);
    }
}

impl Units {
    /// The unit `offset` places away, if it lies in the sentence.
    fn get(&self, unit_idx: usize, offset: i8) -> Option<&Unit> {
        self.units.get(unit_idx.checked_add_signed(offset.into())?)
    }

    /// The form `offset` places away; the edges of the sentence have forms of their own.
    pub(crate) fn form_at(&self, unit_idx: usize, offset: i8) -> u32 {
        self.form_at_place(unit_idx as isize + isize::from(offset))
    }

    /// The form at a place, which may lie before the sentence or behind it.
    #[inline]
    pub(crate) fn form_at_place(&self, place: isize) -> u32 {
        match usize::try_from(place) {
            Err(_) => BEFORE_FORM,
            Ok(at) => self.units.get(at).map_or(AFTER_FORM, |unit| unit.form),
        }
    }

    fn gazetteer_values(&self, unit_idx: usize, offset: i8) -> &[u64] {
        let at = unit_idx.checked_add_signed(offset.into());
        let Some(at) = at.filter(|&at| at < self.gazetteer_ends.len()) else { return &[] };
        let start = if at == 0 { 0 } else { self.gazetteer_ends[at - 1] };
        &self.gazetteer_values[start as usize..self.gazetteer_ends[at] as usize]
    }

    fn gazetteer_set(&self, unit_idx: usize, offset: i8) -> Option<u64> {
        self.gazetteer_sets.get(unit_idx.checked_add_signed(offset.into())?).copied()
    }

    fn quote(&self, unit_idx: usize, offset: i8) -> Option<u64> {
        let quote = *self.quotes.get(unit_idx.checked_add_signed(offset.into())?)?;
        (quote > 0).then_some(quote.into())
    }

    /// Measures how far behind an opening quotation mark each unit stands.
    pub(crate) fn mark_quotes(&mut self, text: &str) {
        self.quotes.clear();
        let mut distance = 0;
        for unit in &self.units {
            let mark = unit.span.slice(text).chars().next().unwrap_or_default();
            let opens = matches!(mark, '«' | '“' | '„') || (mark == '"' && distance == 0);
            let closes = matches!(mark, '»' | '”' | '"');
            self.quotes.push(if opens || closes { 0 } else { distance });
            distance = match distance {
                _ if opens => 1,
                _ if closes => 0,
                1..4 => distance + 1,
                _ => distance,
            };
        }
    }

    /// Looks the units up in the gazetteer; `forms` gives their keys.
    pub(crate) fn match_gazetteer(&mut self, forms: &FormTable, gazetteer: GazetteerView<'_>) {
        self.keys.clear();
        self.keys.extend(self.units.iter().map(|unit| forms.key(unit.form)));
        self.roots.clear();
        self.roots.extend(self.units.iter().map(|unit| forms.root(unit.form, gazetteer)));
        self.marks.clear();
        gazetteer.matches(&self.keys, &self.roots, &mut self.hits);
        for hit in &self.hits {
            let last = hit.end - 1;
            for unit_idx in hit.start..hit.end {
                let place = u64::from(unit_idx > hit.start) | (u64::from(unit_idx < last) << 1);
                self.marks.push((unit_idx, mix(hit.class(), place)));
            }
        }
        self.marks.sort_unstable();
        self.marks.dedup();
        self.collect_marks();
    }

    fn collect_marks(&mut self) {
        self.gazetteer_values.clear();
        self.gazetteer_ends.clear();
        self.gazetteer_sets.clear();
        let mut marks = self.marks.iter().peekable();
        for unit_idx in 0..self.units.len() as u32 {
            let mut set = 0;
            while let Some((_, value)) = marks.next_if(|(at, _)| *at == unit_idx) {
                self.gazetteer_values.push(*value);
                set = mix(set, *value);
            }
            self.gazetteer_ends.push(self.gazetteer_values.len() as u32);
            self.gazetteer_sets.push(set);
        }
    }
}
