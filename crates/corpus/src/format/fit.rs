//! Cuts documents to what a format carries and counts what is lost: here and nowhere else.

use std::collections::BTreeMap;

use super::conllu::carries_tokens;
use super::feature::{Feature, Features};
use super::geojson::located;
use super::tokens::units;
use crate::{Document, Entity, EntityDetails, GivenTokens, LinkDetails, ValueDetails, units_of};

/// What was lost in writing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Documents that were to be written.
    pub documents: u64,
    /// Entities of their own and of their layers.
    pub entities: u64,
    /// How much of each feature is lost.
    pub counts: BTreeMap<Feature, u64>,
    /// Documents that could not be written at all: id and reason.
    pub refused: Vec<(String, String)>,
}

impl Losses {
    /// Whether everything was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.refused.is_empty()
    }

    pub(super) fn add(&mut self, feature: Feature, count: usize) {
        if count > 0 {
            *self.counts.entry(feature).or_default() += count as u64;
        }
    }
}

impl std::fmt::Display for Losses {
    /// One line a loss.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (feature, words) in Feature::ALL {
            if let Some(count) = self.counts.get(&feature) {
                writeln!(f, "lost: {count} {words}")?;
            }
        }
        self.refused.iter().try_for_each(|(id, why)| writeln!(f, "not written: {id}: {why}"))
    }
}

/// The document as a format that carries `carries` can write it; what it cannot is added to `losses`.
///
/// `names_documents` is false where the format has no place for this document's id.
pub(super) fn fit(
    document: &Document,
    carries: Features,
    names_documents: bool,
    losses: &mut Losses,
) -> Document {
    let mut fitted = document.clone();
    losses.documents += 1;
    losses.entities += document.n_entities() as u64;
    let lost = |feature| !carries.has(feature);
    let mut count = |feature, n: usize| losses.add(feature, n);
    count(Feature::DocumentIds, usize::from(!names_documents));
    count(Feature::Text, usize::from(lost(Feature::Text)));
    let has_metadata = !document.metadata.is_empty();
    count(Feature::Metadata, usize::from(lost(Feature::Metadata) && has_metadata));
    if let Some(feature) = lost_tokens(&mut fitted, carries) {
        count(feature, 1);
    }
    if lost(Feature::Layers) {
        // That somebody saw a text and found nothing is something too.
        count(Feature::Layers, fitted.layers.iter().map(|l| l.entities.len().max(1)).sum());
        fitted.layers.clear();
    }
    // Layers that stay are kept whole: a format that carries them carries any entity in them.
    for (feature, cut) in CUTS {
        if lost(feature) {
            count(feature, cut(&mut fitted));
        }
    }
    for (feature, has) in DETAILS {
        let layers = fitted.layers.iter().map(|layer| (&layer.entities, &layer.details));
        let lists = std::iter::once((&fitted.entities, &fitted.details)).chain(layers);
        let n_lost = |(entities, details): (&Vec<Entity>, &crate::DetailsMap)| {
            entities.iter().filter(|entity| has(entity, details.get(&entity.key()))).count()
        };
        // Where links are lost, nothing of them is kept.
        let is_lost =
            lost(feature) && (feature != Feature::LinkRest || carries.has(Feature::Links));
        count(feature, if is_lost { lists.map(n_lost).sum() } else { 0 });
    }
    fitted
}

/// What is lost of the tokens that came with a document. Tokens that the format cannot write are taken away.
fn lost_tokens(document: &mut Document, carries: Features) -> Option<Feature> {
    if document.tokens.is_empty() {
        return None;
    }
    if !carries.has(Feature::Tokens) {
        return Some(Feature::Tokens);
    }
    if !carries.has(Feature::TokenDetails) {
        return document.tokens.has_details().then_some(Feature::TokenDetails);
    }
    let is_lost = !carries.has(Feature::FreeTokens) && !carries_tokens(document);
    is_lost.then(|| {
        document.tokens = GivenTokens::default();
        Feature::FreeTokens
    })
}

type Cut = fn(&mut Document) -> usize;

/// How entities are cut to a format without the feature; each says how many it touched.
const CUTS: [(Feature, Cut); 7] = [
    (Feature::Entities, |document| keep(document, |_, _| false)),
    (Feature::Unlocated, |document| {
        keep(document, |document, entity| {
            let link = document.details_of(entity).and_then(|details| details.link.as_ref());
            link.and_then(located).is_some()
        })
    }),
    (Feature::Fragments, join_fragments),
    (Feature::Crossing, Document::drop_crossing),
    (Feature::Nesting, Document::flatten),
    (Feature::LineCrossing, |document| {
        keep(document, |document, entity| !document.surface(entity).contains(['\n', '\t']))
    }),
    (Feature::SubWord, widen),
];

fn keep(document: &mut Document, wanted: impl Fn(&Document, &Entity) -> bool) -> usize {
    let kept: Vec<Entity> =
        document.entities.iter().filter(|entity| wanted(document, entity)).copied().collect();
    let n_dropped = document.entities.len() - kept.len();
    document.entities = kept;
    // Their details go with them.
    document.sort();
    n_dropped
}

fn join_fragments(document: &mut Document) -> usize {
    let all = document.details.values_mut();
    all.map(|details| usize::from(!std::mem::take(&mut details.fragments).is_empty())).sum()
}

/// Widens entities to whole units; drops those that then meet the one before.
fn widen(document: &mut Document) -> usize {
    let units = units(document).spans;
    let mut details = std::mem::take(&mut document.details);
    let (mut n_touched, mut end) = (0, 0);
    let mut widened = Vec::with_capacity(document.entities.len());
    for entity in &document.entities {
        let Some((range, is_exact)) = units_of(entity, &units) else {
            n_touched += 1;
            continue;
        };
        let span = units[range.start].cover(units[range.end - 1]);
        let is_free = end <= range.start;
        n_touched += usize::from(!is_exact || !is_free);
        if is_free {
            let moved = Entity { span, ..*entity };
            if let Some(known) = details.remove(&entity.key()) {
                document.details.insert(moved.key(), known);
            }
            widened.push(moved);
            end = range.end;
        }
    }
    document.entities = widened;
    n_touched
}

type Has = fn(&Entity, Option<&EntityDetails<'static>>) -> bool;

/// What of an entity a format without the feature loses.
const DETAILS: [(Feature, Has); 10] = [
    (Feature::Labels, |_, _| true),
    (Feature::Scores, |entity, _| entity.score.is_some()),
    (Feature::Links, |_, details| details.is_some_and(|d| d.link.is_some())),
    (Feature::LinkRest, |_, details| {
        details.and_then(|d| d.link.as_ref()).is_some_and(|link| {
            let id = link.id.clone();
            id.as_deref().is_none_or(str::is_empty)
                || *link != LinkDetails { id, ..LinkDetails::default() }
        })
    }),
    (Feature::LinkAlternatives, |_, details| {
        let link = details.and_then(|d| d.link.as_ref());
        link.is_some_and(|link| !link.alternatives.is_empty())
    }),
    (Feature::Values, |_, details| details.is_some_and(|d| d.value.is_some())),
    (Feature::ValueFlags, |_, details| {
        details.and_then(|d| d.value.as_ref()).is_some_and(has_flags)
    }),
    (Feature::Provenance, |_, details| {
        details.is_some_and(|d| d.source.is_some() || d.reviewer.is_some() || d.time.is_some())
    }),
    (Feature::EntityIds, |_, details| details.is_some_and(|d| d.id.is_some())),
    (Feature::Attributes, |_, details| details.is_some_and(|d| !d.attributes.is_empty())),
];

fn has_flags(value: &ValueDetails<'_>) -> bool {
    match value {
        ValueDetails::Number { approximate, percent, ordinal, .. } => {
            *approximate || *percent || *ordinal
        }
        ValueDetails::Date { time, .. } => time.is_some(),
    }
}
