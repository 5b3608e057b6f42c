//! What is taken out of an entity: scores that no file can say again, names that outputs would repeat without bound.
//! Its fragments are put in order.

use tawsim_tokenizer::Span;

use super::Limits;
use crate::{EntityDetails, EntitySource};

const NOT_FINITE: &str = "a score is no finite number; left out";
const TOO_LONG: &str = "an id, a person's or model's name or a time is too long; left out";
const UNORDERLY: &str = "fragments were out of order, empty or overlapped; put in order";

/// Whether a name is longer than [`Limits::MAX_NAME_BYTES`].
pub(super) fn is_too_long(name: &str) -> bool {
    name.len() > Limits::MAX_NAME_BYTES
}

/// Takes out or mends what cannot stay; says why.
pub(super) fn tidy(
    score: &mut Option<f32>,
    details: &mut EntityDetails<'_>,
) -> [Option<&'static str>; 3] {
    let is_wrong = drop_infinite(score, details);
    let is_long = drop_long(details);
    let is_unorderly = put_in_order(&mut details.fragments);
    [is_wrong.then_some(NOT_FINITE), is_long.then_some(TOO_LONG), is_unorderly.then_some(UNORDERLY)]
}

/// Sorts fragments, joins those that overlap, takes out empty ones. Says whether there was anything to do.
pub(super) fn put_in_order(fragments: &mut Vec<Span>) -> bool {
    let is_orderly = fragments.iter().all(|fragment| !fragment.is_empty())
        && fragments.windows(2).all(|pair| pair[0].end() <= pair[1].start());
    if is_orderly {
        return false;
    }
    fragments.retain(|fragment| !fragment.is_empty());
    fragments.sort_unstable();
    fragments.dedup_by(|next, kept| {
        let is_joined = next.overlaps(*kept);
        if is_joined {
            *kept = kept.cover(*next);
        }
        is_joined
    });
    true
}

fn drop_infinite(score: &mut Option<f32>, details: &mut EntityDetails<'_>) -> bool {
    let mut is_wrong = score.take_if(|score| !score.is_finite()).is_some();
    let Some(link) = &mut details.link else { return is_wrong };
    let others = link.alternatives.iter_mut().map(|other| &mut other.score);
    for score in others.chain([&mut link.score]).filter(|score| !score.is_finite()) {
        *score = 0.0;
        is_wrong = true;
    }
    is_wrong
}

fn drop_long(details: &mut EntityDetails<'_>) -> bool {
    let id = details.id.take_if(|id| is_too_long(id)).is_some();
    let reviewer = details.reviewer.take_if(|name| is_too_long(name)).is_some();
    let time = details.time.take_if(|time| is_too_long(time)).is_some();
    let source = details.source.take_if(|source| {
        let (EntitySource::Human(name) | EntitySource::Model(name)) = source;
        is_too_long(name)
    });
    let source = source.is_some();
    id || reviewer || time || source
}
