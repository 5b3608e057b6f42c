//! How names support each other: by country, by distance, by the units that places lie in.

use super::candidates::{Candidate, UNIT_KINDS};
use super::context::Context;
use super::mentions::{DocumentNames, Name};
use super::score::Part;

/// Weights of countries in a document, few enough for a list.
#[derive(Debug, Default)]
struct Countries<'m> {
    weights: Vec<(&'m str, f32)>,
    total: f32,
}

/// What the document's own country counts, if it is given.
const HINT_WEIGHT: f32 = 5.0;
/// Foreign armies and states are named everywhere: they say less of where a text plays.
const STATE_WEIGHT: f32 = 0.4;
/// So much is held back from the shares: one name alone says little.
const SMOOTHING: f32 = 1.0;

impl<'m> Countries<'m> {
    fn add(&mut self, country: &'m str, weight: f32) {
        self.total += weight;
        match self.weights.iter_mut().find(|(known, _)| *known == country) {
            Some((_, sum)) => *sum += weight,
            None => self.weights.push((country, weight)),
        }
    }

    fn of_name(name: &Name<'m>) -> impl Iterator<Item = (&'m str, f32)> {
        let known = name.candidates.iter().filter(|candidate| !candidate.country.is_empty());
        known.map(|candidate| {
            let is_state = matches!(candidate.entry.class(), "faction" | "country");
            let weight = if is_state { STATE_WEIGHT } else { 1.0 };
            (candidate.country, weight * candidate.probability)
        })
    }

    /// The share of a country, less what `own` itself adds.
    fn share(&self, country: &str, own: &Name<'m>) -> f32 {
        let all = self.weights.iter().find(|(known, _)| *known == country).map_or(0.0, |(_, w)| *w);
        let (mut own_total, mut own_here) = (0.0, 0.0);
        for (known, weight) in Self::of_name(own) {
            own_total += weight;
            own_here += if known == country { weight } else { 0.0 };
        }
        let others = (self.total - own_total).max(0.0);
        ((all - own_here).max(0.0) + SMOOTHING / 2.0) / (others + SMOOTHING)
    }
}

impl<'m> Countries<'m> {
    /// The share of a candidate's country. A state's forces are no strangers where they fight.
    fn share_around(&self, candidate: &Candidate<'m>, own: &Name<'m>) -> f32 {
        let is_unit = UNIT_KINDS.contains(&candidate.kind);
        let fields = FIELDS_OF_FORCES.iter().filter(|(home, all_forces, _)| {
            *home == candidate.country && (is_unit || *all_forces) && is_faction(candidate)
        });
        let fields = fields.map(|(.., field)| *field);
        let shares = fields.map(|country| self.share(country, own).min(NEUTRAL_SHARE));
        shares.fold(self.share(candidate.country, own), f32::max)
    }
}

/// A share that speaks neither for nor against a candidate.
const NEUTRAL_SHARE: f32 = 0.5;
/// A state, whether all its forces are met or its units only, and in whose texts.
const FIELDS_OF_FORCES: &[(&str, bool, &str)] = &[("IL", true, "PS"), ("IL", false, "LB")];

fn is_faction(candidate: &Candidate<'_>) -> bool {
    candidate.entry.class() == "faction"
}

impl<'m> DocumentNames<'_, 'm> {
    /// Scores candidates by what the other names mean, as far as that is known.
    pub(crate) fn score_together(&mut self, context: &Context) {
        let country = context.country.map(|code| code.to_vec());
        let hint = country.as_deref().and_then(|code| std::str::from_utf8(code).ok());
        let evidence: Vec<Vec<[f32; 4]>> = {
            let countries = self.countries(hint);
            (0..self.names.len()).map(|idx| self.support(idx, &countries)).collect()
        };
        for (name, evidence) in self.names.iter_mut().zip(evidence) {
            for (candidate, [country, neighbours, nearest, remote]) in
                name.candidates.iter_mut().zip(evidence)
            {
                candidate.evidence.set(Part::Country, country);
                candidate.evidence.set(Part::Neighbours, neighbours);
                candidate.evidence.set(Part::Nearest, nearest);
                candidate.evidence.set(Part::Remote, remote);
            }
            name.update();
        }
    }

    fn countries<'a>(&'a self, hint: Option<&'a str>) -> Countries<'a>
    where
        'm: 'a,
    {
        let mut countries = Countries::default();
        if let Some(hint) = hint {
            countries.add(hint, HINT_WEIGHT);
        }
        for name in &self.names {
            Countries::of_name(name).for_each(|(country, weight)| countries.add(country, weight));
        }
        countries
    }

    /// Country, neighbours, nearest and remote of each candidate of a name.
    fn support(&self, name_idx: usize, countries: &Countries<'_>) -> Vec<[f32; 4]> {
        let name = &self.names[name_idx];
        let mut support = vec![[0.0_f32; 4]; name.candidates.len()];
        let mut total = 0.0;
        for &mention_idx in &name.mentions {
            for (other_idx, weight) in self.neighbours(mention_idx) {
                total += weight;
                for (candidate, sums) in name.candidates.iter().zip(&mut support) {
                    let close = closeness(candidate, &self.names[other_idx]);
                    sums[1] += weight * close;
                    sums[2] = sums[2].max(weight * close);
                    sums[3] = sums[3].max(close);
                }
            }
        }
        for (candidate, sums) in name.candidates.iter().zip(&mut support) {
            let is_known = !candidate.country.is_empty();
            let share =
                if is_known { countries.share_around(candidate, name) } else { NEUTRAL_SHARE };
            sums[0] = (share - NEUTRAL_SHARE) * reach(candidate, share);
            let prominence = candidate.evidence.get(Part::Kind);
            sums[1] /= f32::max(total, 1e-6);
            let is_small = prominence < SMALL_PRIOR && candidate.entry.class() == "place";
            let is_remote = is_small && total > 0.0 && sums[3] < REMOTE_CLOSENESS;
            sums[3] = if is_remote { -1.0 } else { 0.0 };
        }
        support
    }

    /// Other places around a mention, and how much they count: `1 / (1 + bytes between / 200)`.
    fn neighbours(&self, mention_idx: usize) -> impl Iterator<Item = (usize, f32)> {
        let here = self.mentions[mention_idx];
        let around = self.around(mention_idx).map(|idx| &self.mentions[idx]);
        let others = around.filter(move |other| {
            other.name_idx != here.name_idx && self.names[other.name_idx].classes[0] == "place"
        });
        others.map(move |other| {
            let gap = if other.start < here.start {
                here.start.saturating_sub(other.end)
            } else {
                other.start.saturating_sub(here.end)
            };
            (other.name_idx, 1.0 / (1.0 + gap as f32 / HALF_GAP))
        })
    }
}

/// How much the share of its country matters to a candidate.
fn reach(candidate: &Candidate<'_>, share: f32) -> f32 {
    if share > NEUTRAL_SHARE {
        1.0
    } else if candidate.is_local_unit || candidate.is_home_form {
        LOCAL_UNIT_REACH
    } else {
        // Large places and well-known groups are named from everywhere.
        1.0 - PROMINENT_SHARE * candidate.evidence.get(Part::Kind).clamp(0.0, 1.0)
    }
}

/// A division or service without a nationality in its name is one of the country that a text is about, and so is
/// what a short form means.
const LOCAL_UNIT_REACH: f32 = 2.5;
/// How much less the country counts for the most prominent places.
const PROMINENT_SHARE: f32 = 0.6;
/// Places below this prior are small: nobody names them from far away.
const SMALL_PRIOR: f32 = 0.45;
/// A place further than about 75 km from all others is remote.
const REMOTE_CLOSENESS: f32 = 0.1;
const HALF_GAP: f32 = 200.0;

/// How close a candidate is to what another name means: the mean over that name's candidates.
fn closeness(candidate: &Candidate<'_>, other: &Name<'_>) -> f32 {
    other.candidates.iter().map(|known| known.probability * relation(candidate, known)).sum()
}

/// How much two places have to do with each other, 0 to 1.
fn relation(a: &Candidate<'_>, b: &Candidate<'_>) -> f32 {
    if lies_in(a, b) || lies_in(b, a) {
        return IN_THE_SAME_UNIT;
    }
    match (a.point, b.point) {
        (Some(a_point), Some(b_point)) if !a.is_area && !b.is_area => a_point.closeness(b_point),
        (Some(a_point), Some(b_point)) => AREA_SHARE * a_point.closeness(b_point),
        _ => 0.0,
    }
}

const IN_THE_SAME_UNIT: f32 = 0.7;
const AREA_SHARE: f32 = 0.5;

/// Whether one of the units that `inner` lies in is `outer`, or is named after it.
fn lies_in(inner: &Candidate<'_>, outer: &Candidate<'_>) -> bool {
    outer.can_hold
        && inner.admin.contains(&outer.name)
        && inner.name != outer.name
        && inner.country == outer.country
}
