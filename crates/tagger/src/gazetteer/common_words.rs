//! Names that are also common words, by counts from a text.

use std::collections::HashMap;

use tawsim_tokenizer::{NormalizeOptions, SegmentRole, Tokenized, Tokenizer, fold_into};

use super::check::GazetteerTable;
use super::{GazetteerRecord, NameStatus};
use crate::link::kind_word;

/// A name without a mark that a text uses often, and seldom behind a word for a place.
#[derive(Clone, Debug, PartialEq)]
pub struct CommonName {
    /// The first entry that has the name.
    pub id: String,
    /// The name.
    pub name: String,
    /// How often the text has it.
    pub n_seen: u64,
    /// Of them, how often behind a word such as `بلدة`.
    pub n_behind_kind_word: u64,
}

/// Counts of stems in a text: all, and behind a word for a kind of place.
#[derive(Debug, Default)]
pub struct WordCounts {
    tokenizer: Tokenizer,
    tokenized: Tokenized,
    counts: HashMap<String, (u64, u64)>,
    n_stems: u64,
}

/// Kinds that news name without saying what they are, so that counts tell nothing.
const KNOWN_TO_ALL: [&str; 4] = ["country", "governorate", "city", "region"];

impl WordCounts {
    /// Counts the words of a text.
    pub fn add(&mut self, text: &str) {
        self.tokenizer.tokenize(text, &mut self.tokenized);
        let (mut folded, mut loose) = (String::new(), String::new());
        let mut is_behind = false;
        for segment in self.tokenized.segments() {
            if segment.role != SegmentRole::Stem {
                continue;
            }
            let surface = segment.span.slice(text);
            folded.clear();
            if segment.has_article && surface.starts_with('ل') {
                folded.push('ا');
            }
            fold_into(surface, &NormalizeOptions::MATCH_KEY, &mut folded);
            let counts = match self.counts.get_mut(folded.as_str()) {
                Some(counts) => counts,
                None => self.counts.entry(folded.clone()).or_default(),
            };
            counts.0 += 1;
            counts.1 += u64::from(is_behind);
            self.n_stems += 1;
            loose.clear();
            fold_into(surface, &NormalizeOptions::LOOSE_KEY, &mut loose);
            is_behind = kind_word(&loose).is_some();
        }
    }

    /// How many stems were counted.
    #[must_use]
    pub fn n_stems(&self) -> u64 {
        self.n_stems
    }

    /// Unmarked names of one word that were seen at least `min_count` times, and at most in `max_share` of
    /// them behind a word for a place; the most frequent first. Well-known places are left out.
    #[must_use]
    pub fn common_names(
        &self,
        tables: &[GazetteerTable],
        min_count: u64,
        max_share: f64,
    ) -> Vec<CommonName> {
        let mut found: HashMap<String, CommonName> = HashMap::new();
        for (_, record) in tables.iter().flatten().filter(|(_, r)| is_doubtful(r)) {
            for (name, folded) in plain_words(record) {
                let &(n_seen, n_behind_kind_word) = self.counts.get(&folded).unwrap_or(&(0, 0));
                let share = n_behind_kind_word as f64 / n_seen.max(1) as f64;
                if n_seen >= min_count && share <= max_share {
                    found.entry(folded).or_insert_with(|| CommonName {
                        id: record.id.clone(),
                        name: name.to_owned(),
                        n_seen,
                        n_behind_kind_word,
                    });
                }
            }
        }
        let mut found: Vec<CommonName> = found.into_values().collect();
        found.sort_by(|a, b| b.n_seen.cmp(&a.n_seen).then_with(|| a.name.cmp(&b.name)));
        found
    }
}

fn is_doubtful(record: &GazetteerRecord) -> bool {
    record.class() == "place" && !KNOWN_TO_ALL.contains(&record.kind.as_str())
}

/// Names of one word that no mark stands for, and their folded forms.
fn plain_words(record: &GazetteerRecord) -> Vec<(&str, String)> {
    let marked: Vec<&str> = record
        .marked_names()
        .filter(|(status, _)| *status != NameStatus::Plain)
        .map(|(_, name)| name)
        .collect();
    let plain = record.marked_names().map(|(_, name)| name);
    plain
        .filter(|name| !name.contains(' ') && !marked.contains(name))
        .map(|name| {
            let mut folded = String::new();
            fold_into(name, &NormalizeOptions::MATCH_KEY, &mut folded);
            (name, folded)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_gazetteer_table;

    #[test]
    fn a_common_word_is_seen_without_a_place_word() {
        let table = "id\tkind\tname\tnames\nplace:1\tvillage\tالجديد\t\nplace:2\tvillage\tسرمدا\t\nplace:3\tvillage\tالباب\t?الباب\n";
        let tables = [read_gazetteer_table(table).expect("good table")];
        let mut counts = WordCounts::default();
        counts.add("القرار الجديد والجديد في بلدة سرمدا وفي الباب. الباب الجديد قرب بلدة سرمدا");
        let found = counts.common_names(&tables, 2, 0.3);
        let names: Vec<_> = found.iter().map(|c| (c.name.as_str(), c.n_seen)).collect();
        assert_eq!(names, [("الجديد", 3)]);
        assert!(counts.common_names(&tables, 9, 0.3).is_empty());
    }
}
