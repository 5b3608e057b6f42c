use std::ops::Range;

use tawsim_crf::Lattice;

use super::{DocumentChain, Draft, Evidence};

/// Fills the lattice with the second chain's scores of a sentence. Returns whether there was anything to say;
/// if not, the first pass's answer stands.
pub(crate) fn second_scores(
    chain: &DocumentChain<'_>,
    evidence: &Evidence,
    draft: &Draft,
    sentence: &Range<usize>,
    lattice: &mut Lattice,
) -> bool {
    let n_tags = chain.n_tags;
    let mut is_changed = false;
    lattice.reset(sentence.len());
    for idx in sentence.clone() {
        let sums = &mut lattice.padded_row_mut(idx - sentence.start)[..n_tags];
        sums.fill(0.0);
        chain.add_scores(&draft.scores[idx * n_tags..][..n_tags], sums);
        evidence.attributes(draft, sentence, idx, |key| {
            is_changed = true;
            chain.add_attribute(key, sums);
        });
    }
    is_changed
}
