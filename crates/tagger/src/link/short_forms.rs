//! Short forms behind the full name: `هيئة تحرير الشام … الهيئة`.

use super::Linker;
use super::candidates::Candidate;
use super::mentions::{DocumentNames, Name};
use super::score::{OLD_SHORT_FORM_VALUE, Part, SHORT_FORM_VALUE};
use crate::NameStatus;
use crate::gazetteer::{EntryId, NameKeyer};

/// A full name that may be shortened later.
struct FullName {
    entry_id: EntryId,
    first_mention: usize,
}

impl<'m> DocumentNames<'_, 'm> {
    /// Gives names that shorten another the entry of that other as a candidate, or more weight where they
    /// have it. Nearer full names count more.
    pub(crate) fn add_short_forms(&mut self, linker: &Linker<'m>) {
        let mut keyer = NameKeyer::default();
        for name_idx in 0..self.names.len() {
            let full_names = self.full_names(name_idx, linker, &mut keyer);
            let name = &mut self.names[name_idx];
            for (rank, full) in full_names.iter().enumerate() {
                let value = if rank == 0 { SHORT_FORM_VALUE } else { OLD_SHORT_FORM_VALUE };
                name.support(linker, full.entry_id, value);
            }
            name.update();
        }
    }

    /// Full names of the same class that this name shortens, the nearest first.
    fn full_names(
        &self,
        name_idx: usize,
        linker: &Linker<'m>,
        keyer: &mut NameKeyer,
    ) -> Vec<FullName> {
        let name = &self.names[name_idx];
        let first = name.mentions.first().copied().unwrap_or_default();
        let is_sure = |c: &Candidate<'_>| c.status == NameStatus::Plain;
        if name.candidates.iter().any(is_sure) {
            return Vec::new();
        }
        let others = self.names.iter().filter(|other| other.classes == name.classes);
        let mut full_names: Vec<FullName> = others
            .filter_map(|other| {
                let entry = other.sure_candidate()?.entry;
                let first_mention = *other.mentions.first().filter(|idx| **idx < first)?;
                let is_longer = other.words.len() > name.words.len();
                let is_known = || name.candidates.iter().any(|c| c.entry == entry);
                let shortens = is_longer && (is_part(&name.words, &other.words) || is_known());
                let is_short = shortens || is_head(&name.words, other, linker, keyer);
                is_short.then(|| FullName { entry_id: entry.entry_id(), first_mention })
            })
            .collect();
        full_names.sort_by_key(|full| std::cmp::Reverse(full.first_mention));
        full_names.dedup_by_key(|full| full.entry_id);
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

/// Whether the word in front of the other name is a name of the same entry: `التنظيم` behind `فتح الإسلام`,
/// which is also called `تنظيم فتح الإسلام`.
fn is_head(words: &[String], other: &Name<'_>, linker: &Linker<'_>, keyer: &mut NameKeyer) -> bool {
    let ([head], Some(candidate)) = (words, other.sure_candidate()) else { return false };
    let keys = keyer.keys(&format!("{head} {}", other.words.join(" ")));
    linker.entries.named(keys).any(|hit| hit.entry == candidate.entry)
}
