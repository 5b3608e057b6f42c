//! Short forms behind the full name: `هيئة تحرير الشام … الهيئة`.

use super::Linker;
use super::candidates::Candidate;
use super::mentions::{DocumentNames, Name};
use super::score::{OLD_SHORT_FORM_VALUE, Part, SHORT_FORM_VALUE};
use crate::NameStatus;
use crate::gazetteer::{EntryId, NameKeyer, NameKeys};

/// What is compared of the names before a name, one place a name.
#[derive(Default)]
struct Earlier {
    /// The entry that is likelier than not.
    entries: Vec<Option<EntryId>>,
    /// The text of the loose key of its words.
    loose_texts: Vec<String>,
    keyer: NameKeyer,
    key: String,
}

impl Earlier {
    fn push(&mut self, name: &Name<'_>) {
        self.entries.push(name.sure_candidate().map(|candidate| candidate.entry.entry_id()));
        let loose_text = self.loose_text(&name.words);
        self.loose_texts.push(loose_text);
    }

    fn loose_text(&mut self, words: &[String]) -> String {
        let mut text = String::new();
        words.iter().for_each(|word| self.keyer.push_loose_text(word, &mut text));
        text
    }

    /// Whether the word in front of the other name is a name of the same entry: `التنظيم` behind `فتح الإسلام`,
    /// which is also called `تنظيم فتح الإسلام`. `head` is the word's loose text.
    fn is_head(&mut self, head: &str, (idx, entry): (usize, EntryId), linker: &Linker<'_>) -> bool {
        self.key.clear();
        self.key.push_str(head);
        self.key.push_str(&self.loose_texts[idx]);
        let loose = NameKeyer::loose_key(&self.key);
        linker.names.may_have(loose)
            && linker
                .entries
                .named(NameKeys { loose, exact: 0 })
                .any(|hit| hit.entry.entry_id() == entry)
    }
}

impl<'m> DocumentNames<'_, 'm> {
    /// Gives names that shorten another the entry of that other as a candidate, or more weight where they
    /// have it. Nearer full names count more.
    pub(crate) fn add_short_forms(&mut self, linker: &Linker<'m>) {
        let mut earlier = Earlier::default();
        for name_idx in 0..self.names.len() {
            let full_names = self.full_names(name_idx, linker, &mut earlier);
            let name = &mut self.names[name_idx];
            for (rank, entry_id) in full_names.into_iter().enumerate() {
                let value = if rank == 0 { SHORT_FORM_VALUE } else { OLD_SHORT_FORM_VALUE };
                name.support(linker, entry_id, value);
            }
            name.update();
            earlier.push(name);
        }
    }

    /// The entries of full names of the same class that this name shortens, the nearest first. Names stand in the order of
    /// their first mentions.
    fn full_names(
        &self,
        name_idx: usize,
        linker: &Linker<'m>,
        earlier: &mut Earlier,
    ) -> Vec<EntryId> {
        let name = &self.names[name_idx];
        let is_sure = |c: &Candidate<'_>| c.status == NameStatus::Plain;
        if name.candidates.iter().any(is_sure) {
            return Vec::new();
        }
        let head = match &name.words[..] {
            [_] => Some(earlier.loose_text(&name.words)),
            _ => None,
        };
        let mut full_names = Vec::new();
        for (idx, other) in self.names[..name_idx].iter().enumerate().rev() {
            let Some(entry_id) = earlier.entries[idx] else { continue };
            if other.classes != name.classes {
                continue;
            }
            let is_longer = other.words.len() > name.words.len();
            let is_known = || name.candidates.iter().any(|c| c.entry.entry_id() == entry_id);
            let shortens = is_longer && (is_part(&name.words, &other.words) || is_known());
            let mut is_head = |head: &String| earlier.is_head(head, (idx, entry_id), linker);
            if shortens || head.as_ref().is_some_and(&mut is_head) {
                full_names.push(entry_id);
            }
        }
        full_names.dedup();
        full_names
    }
}

impl<'m> Name<'m> {
    /// Makes sure that the entry is a candidate with at least this value of its name.
    fn support(&mut self, linker: &Linker<'m>, entry_id: EntryId, value: f32) {
        let known = self.candidates.iter_mut().find(|c| c.entry.entry_id() == entry_id);
        match known {
            Some(candidate) => {
                let larger = candidate.evidence.get(Part::Name).max(value);
                candidate.evidence.set(Part::Name, larger);
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
