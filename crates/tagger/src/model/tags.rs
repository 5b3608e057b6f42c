//! Tag schemes and transitions as a model file has them.

use tawsim_corpus::{LabelSet, Tag, TagScheme};
use tawsim_crf::{TransitionMask, Transitions};

use super::container::SectionKind;
use super::{MAX_TRANSITION, ModelError};

pub(super) fn scheme_from_name(name: &str) -> Result<TagScheme, ModelError> {
    [TagScheme::Iob2, TagScheme::Bioes]
        .into_iter()
        .find(|scheme| scheme.name() == name)
        .ok_or_else(|| ModelError::Metadata(format!("unknown tag scheme {name:?}")))
}

pub(super) fn transitions(
    bytes: &[u8],
    n_tags: usize,
    scheme: TagScheme,
    labels: &LabelSet,
) -> Result<Transitions, ModelError> {
    let damaged = || ModelError::Damaged { what: SectionKind::Transitions.name() };
    let scores: &[f32] = bytemuck::try_cast_slice(bytes).map_err(|_| damaged())?;
    if scores.len() != n_tags * (n_tags + 2)
        || !scores.iter().all(|score| score.abs() <= MAX_TRANSITION)
    {
        return Err(damaged());
    }
    let (moves, edges) = scores.split_at(n_tags * n_tags);
    let (start, end) = edges.split_at(n_tags);
    Ok(Transitions::new(moves, start, end).masked(&transition_mask(scheme, labels)))
}

/// The moves that the scheme allows, so that every path decodes to entities.
pub(crate) fn transition_mask(scheme: TagScheme, labels: &LabelSet) -> TransitionMask {
    let n_tags = scheme.n_tags(labels.len());
    let tag = |idx: usize| -> Option<Tag> { scheme.tag(idx as u16, labels) };
    let mut mask =
        TransitionMask::from_fn(n_tags, |previous, next| scheme.allows(tag(previous), tag(next)));
    for idx in 0..n_tags {
        if !scheme.allows(None, tag(idx)) {
            mask.forbid_start(idx as u16);
        }
        if !scheme.allows(tag(idx), None) {
            mask.forbid_end(idx as u16);
        }
    }
    mask
}
