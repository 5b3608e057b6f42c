use super::Segmenter;

/// How well words are cut, by exact match of all cuts of a word.
///
/// Only cuts between two Arabic letters count: that `53نقطة` is two tokens is another question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SegmentationScore {
    /// Words with at least one Arabic letter.
    pub words: Ratio,
    /// Those of them that have a clitic.
    pub cliticised: Ratio,
    /// Those that have none but that the grammar could cut.
    pub whole: Ratio,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ratio {
    /// How many were right.
    pub n_right: usize,
    /// How many there were.
    pub n: usize,
}

impl Ratio {
    fn add(&mut self, is_right: bool) {
        self.n += 1;
        self.n_right += usize::from(is_right);
    }

    fn merge(&mut self, other: Self) {
        self.n_right += other.n_right;
        self.n += other.n;
    }

    /// The share in percent; 0 of nothing.
    #[must_use]
    pub fn percent(self) -> f64 {
        if self.n == 0 { 0.0 } else { 100.0 * self.n_right as f64 / self.n as f64 }
    }
}

impl SegmentationScore {
    /// Adds what another score counted.
    pub fn merge(&mut self, other: Self) {
        self.words.merge(other.words);
        self.cliticised.merge(other.cliticised);
        self.whole.merge(other.whole);
    }

    /// Counts a word by its gold parts and those found. Returns whether they agree; words without
    /// an Arabic letter are not counted.
    pub fn add(&mut self, word: &str, gold: &[&str], found: &[&str]) -> bool {
        if !word.chars().any(is_letter) {
            return true;
        }
        let is_right = cuts(gold).eq(cuts(found));
        self.words.add(is_right);
        if gold.len() > 1 {
            self.cliticised.add(is_right);
        } else if Segmenter::looks_cliticised(word) {
            self.whole.add(is_right);
        }
        is_right
    }
}

fn is_letter(c: char) -> bool {
    matches!(c, 'ء'..='غ' | 'ف'..='ي')
}

/// Byte offsets of the cuts between two letters.
fn cuts<'p>(parts: &'p [&str]) -> impl Iterator<Item = usize> + 'p {
    let mut at = 0;
    parts.windows(2).filter_map(move |pair| {
        at += pair[0].len();
        let between = pair[0].ends_with(is_letter) && pair[1].starts_with(is_letter);
        between.then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_match_of_cuts_between_letters() {
        let mut score = SegmentationScore::default();
        assert!(score.add("لداعش", &["ل", "داعش"], &["ل", "داعش"]));
        assert!(!score.add("لداعش", &["ل", "داعش"], &["لداعش"]));
        assert!(score.add("ب15", &["ب", "15"], &["ب15"]));
        assert!(!score.add("وزير", &["وزير"], &["و", "زير"]));
        assert!(score.add("15", &["15"], &["1", "5"]));
        assert_eq!(score.words, Ratio { n_right: 2, n: 4 });
        assert_eq!(score.cliticised, Ratio { n_right: 2, n: 3 });
        assert_eq!(score.whole, Ratio { n_right: 0, n: 1 });
    }
}
