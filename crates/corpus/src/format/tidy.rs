//! What is taken out of an entity: scores that no file can say again.

use crate::EntityDetails;

/// Takes out scores that are not finite; says whether there were any.
pub(super) fn drop_infinite(score: &mut Option<f32>, details: &mut EntityDetails<'_>) -> bool {
    let mut is_wrong = score.take_if(|score| !score.is_finite()).is_some();
    let Some(link) = &mut details.link else { return is_wrong };
    let others = link.alternatives.iter_mut().map(|other| &mut other.score);
    for score in others.chain([&mut link.score]).filter(|score| !score.is_finite()) {
        *score = 0.0;
        is_wrong = true;
    }
    is_wrong
}
