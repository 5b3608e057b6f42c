//! The log-linear model over the cuts of one word.

use super::features::Features;
use super::lexicon::Lexicon;
use crate::letters::Letters;
use crate::pattern::{Pattern, candidates};
use std::borrow::Cow;

/// The grammar allows at most this many cuts of one word.
pub(crate) const MAX_CUTS: usize = 12;

/// Levels by which the stem of a name must be more frequent for the name to be cut: about 2.4 times.
const NAME_MARGIN: u8 = 2;

/// The cuts of a word with their scores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scored {
    cuts: [(Pattern, f32); MAX_CUTS],
    n_cuts: usize,
}

impl Scored {
    /// The cuts with a score each.
    fn as_slice(&self) -> &[(Pattern, f32)] {
        &self.cuts[..self.n_cuts]
    }

    /// The cut with the highest score, the first of equals.
    pub(crate) fn best(&self) -> Pattern {
        let mut best = self.cuts[0];
        for &cut in &self.as_slice()[1..] {
            if cut.1 > best.1 {
                best = cut;
            }
        }
        best.0
    }
}

/// Weights by hashed attribute: 8 bits each and a common scale.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Model {
    weights: Cow<'static, [u8]>,
    scale: f32,
}

impl Model {
    /// Rounds the weights to 8 bits. Their number is a power of two.
    pub(crate) fn quantize(weights: &[f64]) -> Self {
        let largest = weights.iter().fold(0.0_f64, |largest, weight| largest.max(weight.abs()));
        let scale = largest.max(1e-9) / 127.0;
        let bytes = weights.iter().map(|weight| (weight / scale).round() as i8 as u8).collect();
        Self { weights: Cow::Owned(bytes), scale: scale as f32 }
    }

    /// A model that knows nothing: it leaves every word whole.
    pub(crate) fn whole_words() -> Self {
        Self { weights: Cow::Borrowed(&[0]), scale: 0.0 }
    }

    /// The model of these bytes; `None` if their number is no power of two.
    pub(crate) fn from_bytes(weights: Cow<'static, [u8]>, scale: f32) -> Option<Self> {
        weights.len().is_power_of_two().then_some(Self { weights, scale })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.weights
    }

    pub(crate) fn scale(&self) -> f32 {
        self.scale
    }

    /// The best cut of a word; a known name stays whole unless what is left of it is a name too or
    /// more frequent.
    pub(crate) fn best(&self, letters: Letters, lexicon: &Lexicon) -> Pattern {
        if self.weights.len() == 1 {
            return Pattern::WHOLE;
        }
        let best = self.score(letters, lexicon).best();
        if best == Pattern::WHOLE {
            return best;
        }
        let Some(entry) = lexicon.get(letters).filter(|entry| entry.is_name) else { return best };
        let stem = best.stem(letters);
        let of_stem = lexicon.get(stem).unwrap_or_default();
        let is_name_too = of_stem.is_name && best.n_suffix == 0;
        let is_better = is_name_too || of_stem.level >= entry.level + NAME_MARGIN;
        if stem.len() == 0 || is_better { best } else { Pattern::WHOLE }
    }

    /// Scores every cut of a word that the grammar allows.
    fn score(&self, letters: Letters, lexicon: &Lexicon) -> Scored {
        let features = Features { lexicon };
        let mask = self.weights.len() - 1;
        let mut out = Scored { cuts: [(Pattern::WHOLE, 0.0); MAX_CUTS], n_cuts: 0 };
        candidates(letters, |pattern| {
            let mut sum = 0_i32;
            features.attributes(letters, pattern, |hash| {
                sum += i32::from(self.weights[hash as usize & mask] as i8);
            });
            out.cuts[out.n_cuts] = (pattern, sum as f32 * self.scale);
            out.n_cuts += 1;
        });
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_word_has_more_cuts_than_there_is_room(word in "[اوفبلكسهمني]{1,16}") {
            let mut n_cuts = 0;
            let letters = Letters::from_text(&word).expect("at most 16 letters");
            candidates(letters, |_| n_cuts += 1);
            prop_assert!((1..=MAX_CUTS).contains(&n_cuts));
        }
    }
}
