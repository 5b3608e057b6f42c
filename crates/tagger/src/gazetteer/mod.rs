//! Names known beforehand and what they name, in flat arrays that load without parsing.

mod builder;
mod check;
mod common_words;
mod compile;
mod entries;
mod find;
mod import;
mod matcher;
mod names;
mod record;
mod tsv;

pub use builder::GazetteerBuilder;
pub use check::{
    GazetteerCounts, GazetteerProblem, GazetteerTable, check_gazetteer, count_gazetteer,
};
pub use common_words::{CommonName, WordCounts};
pub use entries::{Entry, NameHit};
pub use find::{Mention, MentionScratch};
pub use import::{Imported, import_geonames, import_ocha, import_rows};
pub use record::GazetteerRecord;
pub use tsv::{GazetteerError, read_gazetteer_table, write_gazetteer_table};

pub(crate) use entries::{Entries, EntriesView, EntryRow, NameFilter, NameRow, RelationRow};
pub(crate) use matcher::{Edge, GazetteerView, Hit, NameEnd};
pub(crate) use names::{NameKeyer, NameKeys, without_article, words};

use matcher::{MAX_NAME_UNITS, edge_key};

/// The number of an entry in its gazetteer.
pub(crate) type EntryId = u32;

/// How sure a name is on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum NameStatus {
    /// Means what it names.
    Plain = 0,
    /// Also a common word (`الباب`).
    Ambiguous = 1,
    /// A short form that needs its full name or context (`الهيئة`).
    Short = 2,
}

impl NameStatus {
    /// The status that the model file writes as this number; what is larger is the least sure.
    pub(crate) const fn from_number(number: u16) -> Self {
        match number {
            0 => Self::Plain,
            1 => Self::Ambiguous,
            _ => Self::Short,
        }
    }
}

/// Names by kind, ready to be matched, and the entries they name.
///
/// ```
/// use tawsim_tagger::{GazetteerBuilder, NameStatus};
/// let mut builder = GazetteerBuilder::new();
/// builder.add("place", "خان شيخون", NameStatus::Plain);
/// let gazetteer = builder.build();
/// assert_eq!(gazetteer.n_names(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gazetteer {
    pub(crate) kinds: Vec<String>,
    pub(crate) edges: Vec<Edge>,
    pub(crate) name_ends: Vec<NameEnd>,
    pub(crate) n_names: usize,
    pub(crate) entries: Entries,
    /// Hash of the edges: tells gazetteers apart.
    pub(crate) fingerprint: u64,
}

impl Gazetteer {
    /// How many distinct names it holds.
    #[must_use]
    pub fn n_names(&self) -> usize {
        self.n_names
    }

    /// The kinds of names, in order.
    #[must_use]
    pub fn kinds(&self) -> &[String] {
        &self.kinds
    }

    /// How many entries it holds; calendar words and bare given names are none.
    #[must_use]
    pub fn n_entries(&self) -> usize {
        self.entries.rows.len()
    }

    /// The entry with this id.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<Entry<'_>> {
        self.entries.view().find(id)
    }

    /// All entries, by id.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let view = self.entries.view();
        self.entries.ids().map(move |id| view.entry(id))
    }

    /// The entries that a name may mean, exact spellings first, then by id.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<NameHit<'_>> {
        named(self.entries.view(), name)
    }

    pub(crate) fn view(&self) -> GazetteerView<'_> {
        GazetteerView::new(&self.edges, &self.name_ends)
    }
}

/// The entries that a name may mean, exact spellings first, then by id.
pub(crate) fn named<'m>(entries: EntriesView<'m>, name: &str) -> Vec<NameHit<'m>> {
    let mut hits: Vec<NameHit<'m>> = entries.named(NameKeyer::default().keys(name)).collect();
    hits.sort_by_key(|hit| (!hit.is_exact, hit.entry.id(), hit.status));
    hits.dedup_by(|a, b| a.entry == b.entry);
    hits
}
