//! Which names of a long document a name may shorten, without comparing it with each.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Linker;
use super::mentions::Name;
use crate::gazetteer::{EntryId, NameKeyer};

/// Places of names, each behind the number of its words: a name shortens only longer ones.
type Places = BTreeSet<(usize, usize)>;

/// Places of names by what a shorter name must share with them. A place may stand where it no longer belongs, as entries
/// change; whoever asks compares what is found.
#[derive(Default)]
pub(super) struct ShortFormIndex {
    /// How many words each name has.
    n_words: Vec<usize>,
    /// By the key of each of its words.
    by_word: FxHashMap<u32, Places>,
    /// By the entry that is likelier than not.
    by_entry: FxHashMap<EntryId, Places>,
    /// By the key of what stands in front of its words in a name of that entry.
    by_head: FxHashMap<u32, BTreeSet<usize>>,
    /// The loose texts of the names of entries that a name may mean.
    spelled: FxHashMap<EntryId, Vec<String>>,
}

impl ShortFormIndex {
    /// An index of the words of `names`; their entries are added one by one.
    pub(super) fn new(names: &[Name<'_>], linker: &Linker<'_>, keyer: &mut NameKeyer) -> Self {
        let mut index = Self::default();
        for (idx, name) in names.iter().enumerate() {
            index.n_words.push(name.words.len());
            for word in &name.words {
                let places = index.by_word.entry(NameKeyer::loose_key(word)).or_default();
                places.insert((name.words.len(), idx));
            }
        }
        let candidates = names.iter().flat_map(|name| &name.candidates);
        let wanted: FxHashSet<EntryId> = candidates.map(|c| c.entry.entry_id()).collect();
        for (entry, name) in linker.entries.all_names().filter(|(id, _)| wanted.contains(id)) {
            let mut text = String::new();
            keyer.push_loose_text(name, &mut text);
            index.spelled.entry(entry).or_default().push(text);
        }
        index
    }

    /// Says what the name at a place is likelier than not; `text` is the text of the loose key of its words.
    pub(super) fn add(&mut self, idx: usize, entry: EntryId, text: &str) {
        self.by_entry.entry(entry).or_default().insert((self.n_words[idx], idx));
        let spelled = self.spelled.get(&entry).map_or(&[][..], Vec::as_slice);
        for head in spelled.iter().filter_map(|name| name.strip_suffix(text)) {
            self.by_head.entry(NameKeyer::loose_key(head)).or_default().insert(idx);
        }
    }

    /// The places of all names that this one may shorten, and of some others, in order.
    pub(super) fn places(&self, name: &Name<'_>, text: &str, out: &mut Vec<usize>) {
        let of_word = |word: &String| self.by_word.get(&NameKeyer::loose_key(word));
        let rarest = name.words.iter().filter_map(of_word).min_by_key(|places| places.len());
        let entries = name.candidates.iter().map(|c| c.entry.entry_id());
        let known = entries.filter_map(|entry| self.by_entry.get(&entry));
        let is_word = name.words.len() == 1;
        let behind = self.by_head.get(&NameKeyer::loose_key(text)).filter(|_| is_word);
        let longer = (name.words.len() + 1, 0)..;
        let full = rarest.into_iter().chain(known).flat_map(|places| places.range(longer.clone()));
        out.clear();
        out.extend(full.map(|(_, idx)| *idx));
        out.extend(behind.into_iter().flatten());
        out.sort_unstable();
        out.dedup();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GazetteerBuilder;

    /// However often a short form is spelled, it is not compared with its own spellings.
    #[test]
    fn only_longer_names_are_compared() {
        let name = |words: &str| Name {
            classes: &[],
            words: words.split(' ').map(str::to_owned).collect(),
            candidates: Vec::new(),
            mentions: Vec::new(),
        };
        let names = ["هيئه تحرير شام", "هيئه", "هيئه شام", "هيئه", "تحرير شام"].map(name);
        let gazetteer = GazetteerBuilder::new().build();
        let linker = Linker::to_gazetteer(&gazetteer);
        let index = ShortFormIndex::new(&names, &linker, &mut NameKeyer::default());
        let check = |idx: usize, expected: &[usize]| {
            let mut places = vec![7];
            index.places(&names[idx], &names[idx].words.concat(), &mut places);
            assert_eq!(places, expected, "{idx}");
        };
        check(0, &[]);
        check(1, &[0, 2]);
        check(4, &[0]);
    }
}
