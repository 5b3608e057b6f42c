//! What speaks for and against a candidate, and how much each part weighs.

/// The parts of a candidate's score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Part {
    /// How the surface agrees with a name of the entry: see [`name_value`].
    Name,
    /// How prominent places of this kind are, 0 to 1.
    Kind,
    /// How a word such as `محافظة` in front fits the kind, −1 to 1.
    KindWord,
    /// The share of the document's other names that lie in the entry's country, less one half.
    Country,
    /// How close the other places are on average, 0 to 1, near ones in the text counting more.
    Neighbours,
    /// How close the closest place nearby in the text is, 0 to 1.
    Nearest,
    /// −1 for a small place that is far from every other place around, if there are others.
    Remote,
    /// −1 if the entry did not exist at the document's date, less if it had just ended.
    Validity,
}

const N_PARTS: usize = 8;

/// Names of the parts, and their weights: the middle of the plateau of best accuracy on
/// `corpus/links/tune.tsv`, found by trying all combinations of a few values of each.
const WEIGHTS: [(&str, f32); N_PARTS] = [
    ("name", 1.0),
    ("kind", 1.5),
    ("kind word", 1.5),
    ("country", 3.0),
    ("neighbours", 2.5),
    ("nearest", 1.5),
    ("remote", 1.0),
    ("validity", 2.0),
];
/// What every candidate has before anything speaks for it; NIL has 0.
const BIAS: f32 = -0.5;

/// What speaks for and against a candidate: parts that sum up to its score, as log-odds against NIL.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    values: [f32; N_PARTS],
}

impl Evidence {
    pub(crate) fn get(&self, part: Part) -> f32 {
        self.values[part as usize]
    }

    pub(crate) fn set(&mut self, part: Part, value: f32) {
        self.values[part as usize] = value;
    }

    /// The parts by name, weighted; they and the bias sum up to [`Evidence::score`].
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, f32)> {
        self.values.into_iter().zip(WEIGHTS).map(|(value, (name, weight))| (name, weight * value))
    }

    /// `bias + Σ weight · value`: the log-odds against NIL.
    #[must_use]
    pub fn score(&self) -> f32 {
        self.parts().fold(BIAS, |sum, (_, part)| sum + part)
    }
}

/// How a surface was found among the names of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameMatch {
    pub status: crate::NameStatus,
    pub is_exact: bool,
    pub is_canonical: bool,
    pub n_words: usize,
}

/// The value of [`Part::Name`].
pub(crate) fn name_value(found: NameMatch) -> f32 {
    use crate::NameStatus::{Ambiguous, Plain, Short};
    let sure = match found.status {
        Plain => 2.0,
        Ambiguous => 1.8,
        Short => 0.8,
    };
    let add = |is_so: bool, value: f32| if is_so { value } else { 0.0 };
    sure + add(found.is_canonical, 0.2) + add(!found.is_exact, -0.5) + add(found.n_words > 1, 0.3)
}

/// The value of [`Part::Name`] for a short form behind the full name in the document.
pub(crate) const SHORT_FORM_VALUE: f32 = 2.2;
/// The same where another full name came in between.
pub(crate) const OLD_SHORT_FORM_VALUE: f32 = 1.4;
/// The same for `الجيش` behind `جيش الإسلام`.
pub(crate) const CONSTRUCT_VALUE: f32 = 0.6;
/// The value of [`Part::Name`] for an adjective that shares the noun of the name before (`القوات السورية والروسية`).
pub(crate) const SHARED_NOUN_VALUE: f32 = 1.8;

/// Probabilities of candidates with these scores, and of NIL with score 0: their softmax.
pub(crate) fn probabilities(scores: &mut [f32]) -> f32 {
    let largest = scores.iter().fold(0.0_f32, |largest, score| largest.max(*score));
    let nil = (-largest).exp();
    let mut sum = nil;
    for score in scores.iter_mut() {
        *score = (*score - largest).exp();
        sum += *score;
    }
    scores.iter_mut().for_each(|score| *score /= sum);
    nil / sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_sum_to_one() {
        for scores in [vec![], vec![1.0], vec![-30.0, 2.0, 2.0], vec![90.0, -90.0]] {
            let mut probabilities_of = scores.clone();
            let nil = probabilities(&mut probabilities_of);
            let sum: f32 = nil + probabilities_of.iter().sum::<f32>();
            assert!((sum - 1.0).abs() < 1e-5, "{scores:?}: {sum}");
        }
    }

    #[test]
    fn the_parts_sum_to_the_score() {
        let mut evidence = Evidence::default();
        evidence.set(Part::Name, 2.0);
        evidence.set(Part::KindWord, -1.0);
        let sum: f32 = evidence.parts().map(|(_, part)| part).sum();
        assert!((BIAS + sum - evidence.score()).abs() < 1e-6);
    }
}
