//! Short forms behind the full name: `هيئة تحرير الشام … الهيئة`.

use super::Linker;
use super::candidates::Candidate;
use super::context::first_loose_word;
use super::mentions::{DocumentNames, Name};
use super::score::{CONSTRUCT_VALUE, OLD_SHORT_FORM_VALUE, Part, SHORT_FORM_VALUE};
use super::short_index::ShortFormIndex;
use super::words::STATE_HEADS;
use crate::NameStatus;
use crate::gazetteer::{EntryId, NameKeyer, NameKeys};

/// From so many names on an index is worth its making, which takes a look at each name of the gazetteer.
const MIN_INDEXED: usize = 500;

/// What is compared of the names of a document, one place a name.
#[derive(Default)]
struct Others {
    /// The entry that is likelier than not.
    entries: Vec<Option<EntryId>>,
    /// The text of the loose key of its words.
    loose_texts: Vec<String>,
    keyer: NameKeyer,
    key: String,
    /// Of many names, which ones a name may shorten.
    index: Option<ShortFormIndex>,
    /// Places of names that are compared with one.
    places: Vec<usize>,
}

/// A full name that may be shortened.
struct FullName {
    entry_id: EntryId,
    /// Its nearest mention before the short form, or its first.
    mention: usize,
    /// Whether its first word is one of every state without an article, as in `جيش الإسلام`: alone, with an
    /// article, that word mostly is the state's.
    is_construct: bool,
}

impl Others {
    fn new(names: &[Name<'_>], linker: &Linker<'_>, min_indexed: usize) -> Self {
        let mut others = Self::default();
        for name in names {
            let mut loose_text = String::new();
            name.words.iter().for_each(|word| others.keyer.push_loose_text(word, &mut loose_text));
            others.loose_texts.push(loose_text);
        }
        others.entries = vec![None; names.len()];
        others.index = (names.len() >= min_indexed)
            .then(|| ShortFormIndex::new(names, linker, &mut others.keyer));
        for (idx, name) in names.iter().enumerate() {
            others.set(idx, sure_entry(name));
        }
        others
    }

    fn set(&mut self, idx: usize, entry: Option<EntryId>) {
        self.entries[idx] = entry;
        if let (Some(index), Some(entry)) = (&mut self.index, entry) {
            index.add(idx, entry, &self.loose_texts[idx]);
        }
    }

    /// The places of the names that the one at `name_idx` may shorten, and of others, in order.
    fn places(&mut self, names: &[Name<'_>], name_idx: usize) -> Vec<usize> {
        let mut places = std::mem::take(&mut self.places);
        match &self.index {
            Some(index) => {
                index.places(&names[name_idx], &self.loose_texts[name_idx], &mut places);
            }
            None => {
                places.clear();
                places.extend(0..names.len());
            }
        }
        places
    }

    /// Whether the word in front of the other name is a name of the same entry: `التنظيم` behind `فتح الإسلام`,
    /// which is also called `تنظيم فتح الإسلام`. `head` is the name of this one word.
    fn is_head(
        &mut self,
        head: usize,
        (idx, entry): (usize, EntryId),
        linker: &Linker<'_>,
    ) -> bool {
        self.key.clear();
        self.key.push_str(&self.loose_texts[head]);
        self.key.push_str(&self.loose_texts[idx]);
        let loose = NameKeyer::loose_key(&self.key);
        linker.names.may_have(loose)
            && linker
                .entries
                .named(NameKeys { loose, exact: 0 })
                .any(|hit| hit.entry.entry_id() == entry)
    }
}

fn sure_entry(name: &Name<'_>) -> Option<EntryId> {
    name.sure_candidate().map(|candidate| candidate.entry.entry_id())
}

impl<'m> DocumentNames<'_, 'm> {
    /// Gives names that shorten another the entry of that other as a candidate, or more weight where they
    /// have it. Nearer full names count more.
    pub(crate) fn add_short_forms(&mut self, linker: &Linker<'m>) {
        self.add_short_forms_indexed(linker, MIN_INDEXED);
    }

    /// As [`Self::add_short_forms`], with an index from so many names on; it changes no result.
    fn add_short_forms_indexed(&mut self, linker: &Linker<'m>, min_indexed: usize) {
        let mut others = Others::new(&self.names, linker, min_indexed);
        for name_idx in 0..self.names.len() {
            let full_names = self.full_names(name_idx, linker, &mut others);
            let name = &mut self.names[name_idx];
            let first = name.mentions.first().copied().unwrap_or_default();
            for (rank, full) in full_names.iter().enumerate() {
                let is_nearest = rank == 0 && full.mention < first;
                let value = match full.is_construct {
                    true => CONSTRUCT_VALUE,
                    false if is_nearest => SHORT_FORM_VALUE,
                    false => OLD_SHORT_FORM_VALUE,
                };
                name.support(linker, full.entry_id, value);
            }
            name.update();
            others.set(name_idx, sure_entry(name));
        }
    }

    /// Full names of the same class that this name shortens, the nearest first: those before it, or those behind it
    /// where there are none (a headline shortens what the text names in full).
    fn full_names(
        &self,
        name_idx: usize,
        linker: &Linker<'m>,
        others: &mut Others,
    ) -> Vec<FullName> {
        let name = &self.names[name_idx];
        let first = name.mentions.first().copied().unwrap_or_default();
        let is_sure = |c: &Candidate<'_>| c.status == NameStatus::Plain;
        if name.candidates.iter().any(is_sure) {
            return Vec::new();
        }
        let mut full_names = Vec::new();
        let places = others.places(&self.names, name_idx);
        for &idx in &places {
            let other = &self.names[idx];
            let Some(entry_id) = others.entries[idx].filter(|_| other.classes == name.classes)
            else {
                continue;
            };
            let mut is_head =
                || name.words.len() == 1 && others.is_head(name_idx, (idx, entry_id), linker);
            if shortens(name, other, entry_id) || is_head() {
                full_names.push(self.full_name(name, other, entry_id));
            }
        }
        others.places = places;
        if full_names.iter().any(|full| full.mention < first) {
            full_names.retain(|full| full.mention < first);
        }
        full_names.sort_by_key(|full| (full.is_construct, full.mention.abs_diff(first)));
        full_names.dedup_by_key(|full| full.entry_id);
        full_names
    }

    fn full_name(&self, name: &Name<'_>, other: &Name<'_>, entry_id: EntryId) -> FullName {
        let first = name.mentions.first().copied().unwrap_or_default();
        let before = other.mentions.iter().rev().find(|idx| **idx < first);
        let mention = before.or(other.mentions.first()).copied().unwrap_or_default();
        let is_construct = is_general(&name.words) && self.is_without_article(mention, other);
        FullName { entry_id, mention, is_construct }
    }
}

/// Whether a name is a part of another, or one of its entry's own.
fn shortens(name: &Name<'_>, other: &Name<'_>, entry_id: EntryId) -> bool {
    let is_known = || name.candidates.iter().any(|c| c.entry.entry_id() == entry_id);
    let begins_alike = || other.words.first() == name.words.first();
    other.words.len() > name.words.len()
        && (is_part(&name.words, &other.words) || is_known())
        && (!is_general(&name.words) || begins_alike())
}

impl DocumentNames<'_, '_> {
    fn is_without_article(&self, mention: usize, name: &Name<'_>) -> bool {
        let mention = &self.mentions[mention];
        let surface = self.text.get(mention.start as usize..mention.end as usize);
        let (Some(surface), Some(word)) = (surface, name.words.first()) else { return false };
        first_loose_word(surface).is_some_and(|first| first == *word)
    }
}

/// Whether it is one word that every state has its own of: `الجيش`.
pub(super) fn is_general(words: &[String]) -> bool {
    matches!(words, [word] if STATE_HEADS.contains(&word.as_str()))
}

impl<'m> Name<'m> {
    /// Makes sure that the entry is a candidate with at least this value of its name.
    fn support(&mut self, linker: &Linker<'m>, entry_id: EntryId, value: f32) {
        let is_general = is_general(&self.words);
        let known = self.candidates.iter_mut().find(|c| c.entry.entry_id() == entry_id);
        match known {
            Some(candidate) => {
                let larger = candidate.evidence.get(Part::Name).max(value);
                candidate.evidence.set(Part::Name, larger);
                candidate.is_home_form &= is_general;
            }
            None => {
                let entry = linker.entries.entry(entry_id);
                self.candidates.push(Candidate::new(entry, NameStatus::Short, value));
            }
        }
    }
}

/// Whether the words stand in the full name side by side.
fn is_part(words: &[String], full: &[String]) -> bool {
    !words.is_empty() && full.windows(words.len()).any(|run| run == words)
}

#[cfg(test)]
mod tests {
    use tawsim_corpus::{Entity, LabelSet};
    use tawsim_tokenizer::{Span, Tokenized, Tokenizer};

    use super::super::Source;
    use super::super::context::Context;
    use super::*;
    use crate::{GazetteerBuilder, LinkHints};

    const TABLE: &str = "id\tkind\tname\tnames\n\
        faction:1\tgroup\tهيئة تحرير الشام\tتحرير الشام|~الهيئة\n\
        faction:2\tgroup\tجيش الإسلام\t\n\
        faction:3\tgroup\tفتح الإسلام\tتنظيم فتح الإسلام\n\
        faction:4\tgroup\tحركة أحرار الشام الإسلامية\tأحرار الشام\n\
        faction:5\tgroup\tالجيش السوري الحر\tالجيش الحر|~الحر\n\
        faction:6\tarmy\tالجيش العربي السوري\t~الجيش\n";

    const SURFACES: [&str; 15] = [
        "هيئة تحرير الشام",
        "الهيئة",
        "هيئة",
        "جيش الإسلام",
        "الجيش",
        "جيش",
        "الإسلام",
        "فتح الإسلام",
        "التنظيم",
        "حركة أحرار الشام الإسلامية",
        "الحركة",
        "أحرار الشام",
        "الشام",
        "الجيش السوري الحر",
        "الحر",
    ];

    /// Names with their candidates, made with an index or without.
    fn names(surfaces: &[&str], min_indexed: usize) -> String {
        let mut builder = GazetteerBuilder::new();
        builder.add_tsv(TABLE).expect("a good table");
        let gazetteer = builder.build();
        let linker = Linker::to_gazetteer(&gazetteer);
        let labels = LabelSet::from_names(["FACTION"]).expect("a good name");
        let (mut text, mut entities) = (String::new(), Vec::new());
        for surface in surfaces {
            let start = text.len();
            text.push_str(surface);
            let span = Span::from_range(start..text.len()).expect("short");
            entities.push(Entity::new(span, labels.at(0).expect("one label")));
            text.push_str(". ");
        }
        let mut tokenized = Tokenized::default();
        Tokenizer::new().tokenize(&text, &mut tokenized);
        let source =
            Source { text: &text, tokenized: &tokenized, entities: &entities, labels: &labels };
        let mut names = DocumentNames::read(&linker, &source);
        names.score_alone(&Context::new(&source, LinkHints::default()));
        let before = format!("{:?}", names.names);
        names.add_short_forms_indexed(&linker, min_indexed);
        let after = format!("{:?}", names.names);
        assert!(surfaces.len() < SURFACES.len() || before != after, "nothing was shortened");
        after
    }

    #[test]
    fn the_index_changes_nothing() {
        let mut state = 1_u32;
        for n in 1..60 {
            let mut surfaces = SURFACES;
            for idx in 1..surfaces.len() {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                surfaces.swap(idx, (state >> 16) as usize % (idx + 1));
            }
            let surfaces = &surfaces[..SURFACES.len().min(n)];
            assert_eq!(names(surfaces, 0), names(surfaces, usize::MAX), "{surfaces:?}");
        }
    }
}
