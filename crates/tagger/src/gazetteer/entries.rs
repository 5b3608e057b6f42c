//! What the gazetteer knows of each entry: flat rows and one table of strings, read in place.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::names::NameKeys;
use super::{EntryId, NameStatus};

/// A string of the table: the byte at which it begins. It ends at the next line end.
pub(super) type StringRef = u32;

/// An entry as the model file stores it; rows are sorted by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct EntryRow {
    pub(super) id: StringRef,
    pub(super) name: StringRef,
    pub(super) kind: StringRef,
    /// The administrative units it lies in, largest first, separated by tabs.
    pub(super) admin: StringRef,
    /// Degrees times 100,000; [`NO_DEGREES`] where they are not known.
    pub(super) lat_e5: i32,
    pub(super) lon_e5: i32,
    /// `yyyymmdd`, 0 where it is not known.
    pub(super) valid_from: u32,
    pub(super) valid_to: u32,
    /// ISO 3166-1 alpha-2, or two zeros.
    pub(super) country: [u8; 2],
    /// Its place in [`PRECISIONS`].
    pub(super) precision: u8,
    pub(super) padding: u8,
}

/// What a faction is to others; rows are sorted by entry. Entries are numbered from 1, 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct RelationRow {
    pub(super) entry: u32,
    pub(super) side: StringRef,
    pub(super) parent: u32,
    pub(super) predecessor: u32,
    pub(super) successor: u32,
}

/// A name of an entry; rows are sorted by their keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct NameRow {
    pub(super) loose: u32,
    pub(super) exact: u32,
    /// The entry's place times 4, plus the [`NameStatus`].
    pub(super) entry_and_status: u32,
    pub(super) name: StringRef,
}

/// The longest string. Outputs repeat those of an entry for each of its mentions.
pub(super) const MAX_STRING_BYTES: usize = 4 << 10;

pub(super) const NO_DEGREES: i32 = i32::MIN;
pub(super) const PRECISIONS: [&str; 4] = ["", "point", "centre", "area"];

/// The entries of a gazetteer, wherever they lie.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EntriesView<'m> {
    pub rows: &'m [EntryRow],
    pub relations: &'m [RelationRow],
    pub names: &'m [NameRow],
    pub strings: &'m [u8],
}

/// A name that a look-up found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NameHit<'m> {
    /// What it names.
    pub entry: Entry<'m>,
    /// The name as the gazetteer writes it.
    pub name: &'m str,
    /// How sure the name is on its own.
    pub status: NameStatus,
    /// Whether the spelling is the same but for marks, alef and final yeh; else only the wider key agrees.
    pub is_exact: bool,
}

/// An entry of the gazetteer in a model.
///
/// ```
/// use tawsim_tagger::GazetteerBuilder;
/// let mut builder = GazetteerBuilder::new();
/// let table = "id\tkind\tname\tnames\tlat\tlon\nplace:1\tcity\tإدلب\t\t35.929\t36.635\n";
/// builder.add_tsv(table)?;
/// let gazetteer = builder.build();
/// let entry = gazetteer.entry("place:1").expect("just added");
/// assert_eq!((entry.name(), entry.coordinates()), ("إدلب", Some((35.929, 36.635))));
/// # Ok::<(), tawsim_tagger::GazetteerError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Entry<'m> {
    entries: EntriesView<'m>,
    idx: u32,
}

impl PartialEq for Entry<'_> {
    /// Same id.
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl std::fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Entry").field(&self.id()).field(&self.name()).finish()
    }
}

impl<'m> Entry<'m> {
    fn row(&self) -> &'m EntryRow {
        &self.entries.rows[self.idx as usize]
    }

    fn relations(&self) -> Option<&'m RelationRow> {
        let relations = self.entries.relations;
        let idx = relations.binary_search_by_key(&self.idx, |row| row.entry).ok()?;
        Some(&relations[idx])
    }

    /// Its number in the gazetteer.
    pub(crate) fn entry_id(&self) -> EntryId {
        self.idx
    }

    /// The stable id, `class:key`.
    #[must_use]
    pub fn id(&self) -> &'m str {
        self.entries.string(self.row().id)
    }

    /// What stands before the first colon of the id: `place`, `faction` …
    #[must_use]
    pub fn class(&self) -> &'m str {
        self.id().split(':').next().unwrap_or_default()
    }

    /// The canonical name.
    #[must_use]
    pub fn name(&self) -> &'m str {
        self.entries.string(self.row().name)
    }

    /// What it is in its class: `city`, `brigade` …
    #[must_use]
    pub fn kind(&self) -> &'m str {
        self.entries.string(self.row().kind)
    }

    /// ISO 3166-1 alpha-2, empty where it is not known.
    #[must_use]
    pub fn country(&self) -> &'m str {
        std::str::from_utf8(&self.row().country).unwrap_or_default().trim_end_matches('\0')
    }

    /// The administrative units that a place lies in, the largest first.
    pub fn admin_path(&self) -> impl Iterator<Item = &'m str> + use<'m> {
        self.entries.string(self.row().admin).split('\t').filter(|unit| !unit.is_empty())
    }

    /// Latitude and longitude in degrees, WGS 84, to five digits.
    #[must_use]
    pub fn coordinates(&self) -> Option<(f64, f64)> {
        let (lat, lon) = self.degrees_e5()?;
        Some((f64::from(lat) / 1e5, f64::from(lon) / 1e5))
    }

    pub(crate) fn degrees_e5(&self) -> Option<(i32, i32)> {
        let row = self.row();
        (row.lat_e5 != NO_DEGREES).then_some((row.lat_e5, row.lon_e5))
    }

    /// How exact the coordinates are: `point`, `centre`, `area`, or empty.
    #[must_use]
    pub fn precision(&self) -> &'static str {
        PRECISIONS.get(usize::from(self.row().precision)).copied().unwrap_or_default()
    }

    /// From when until when it exists, as `yyyymmdd`; month and day are 0 where only the year is known.
    #[must_use]
    pub fn validity(&self) -> (Option<u32>, Option<u32>) {
        let known = |date: u32| (date > 0).then_some(date);
        (known(self.row().valid_from), known(self.row().valid_to))
    }

    /// The side a faction fights on.
    #[must_use]
    pub fn side(&self) -> &'m str {
        self.relations().map_or("", |row| self.entries.string(row.side))
    }

    /// What a faction is part of.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.related(self.relations()?.parent)
    }

    /// What a faction was before.
    #[must_use]
    pub fn predecessor(&self) -> Option<Self> {
        self.related(self.relations()?.predecessor)
    }

    /// What a faction became.
    #[must_use]
    pub fn successor(&self) -> Option<Self> {
        self.related(self.relations()?.successor)
    }

    fn related(&self, number: u32) -> Option<Self> {
        Some(Self { idx: number.checked_sub(1)?, ..*self })
    }

    /// All its names as the gazetteer writes them, the canonical one first.
    #[must_use]
    pub fn names(&self) -> Vec<(&'m str, NameStatus)> {
        let of_entry = |row: &&NameRow| row.entry_and_status >> 2 == self.idx;
        let rows = self.entries.names.iter().filter(of_entry);
        let mut names: Vec<_> =
            rows.map(|row| (self.entries.string(row.name), row.status())).collect();
        names.sort_by_key(|(name, status)| (*name != self.name(), *status, *name));
        names
    }
}

impl NameRow {
    fn status(&self) -> NameStatus {
        NameStatus::from_number((self.entry_and_status & 3) as u16)
    }
}

impl<'m> EntriesView<'m> {
    /// The entry with this number.
    pub(crate) fn entry(self, id: EntryId) -> Entry<'m> {
        Entry { entries: self, idx: id }
    }

    /// The entry with this stable id.
    pub(crate) fn find(self, id: &str) -> Option<Entry<'m>> {
        let idx = self.rows.binary_search_by_key(&id, |row| self.string(row.id)).ok()?;
        Some(self.entry(idx as u32))
    }

    /// Countries of which fewer than `limit` entries are listed, sorted.
    pub(crate) fn countries_with_few(self, limit: usize) -> Vec<[u8; 2]> {
        let mut countries: Vec<[u8; 2]> = self.rows.iter().map(|row| row.country).collect();
        countries.sort_unstable();
        let groups = countries.chunk_by(|a, b| a == b);
        groups.filter(|group| group.len() < limit).map(|group| group[0]).collect()
    }

    /// All names with the loose key of `keys`, in the order of their rows.
    pub(crate) fn named(self, keys: NameKeys) -> impl Iterator<Item = NameHit<'m>> {
        let start = self.names.partition_point(|row| row.loose < keys.loose);
        let rows = self.names[start..].iter().take_while(move |row| row.loose == keys.loose);
        rows.map(move |row| NameHit {
            entry: self.entry(row.entry_and_status >> 2),
            name: self.string(row.name),
            status: row.status(),
            is_exact: row.exact == keys.exact,
        })
    }

    /// All names with their entries.
    pub(crate) fn all_names(self) -> impl Iterator<Item = (EntryId, &'m str)> {
        self.names.iter().map(move |row| (row.entry_and_status >> 2, self.string(row.name)))
    }

    fn string(self, at: StringRef) -> &'m str {
        let rest = &self.strings[at as usize..];
        std::str::from_utf8(&rest[..line_len(rest)]).unwrap_or_default()
    }

    /// Whether everything that a row points at is there, so that no look-up can leave the arrays.
    pub(crate) fn is_sound(self) -> bool {
        let Ok(strings) = std::str::from_utf8(self.strings) else { return false };
        let is_string =
            |at: StringRef| (at as usize) < strings.len() && strings.is_char_boundary(at as usize);
        let n_entries = self.rows.len() as u64;
        let is_entry = |number: u32| u64::from(number) <= n_entries;
        (strings.is_empty() || strings.ends_with('\n'))
            && strings.split('\n').all(|line| line.len() <= MAX_STRING_BYTES)
            && self
                .rows
                .iter()
                .all(|row| [row.id, row.name, row.kind, row.admin].into_iter().all(is_string))
            && self.relations.iter().all(|row| {
                u64::from(row.entry) < n_entries
                    && is_string(row.side)
                    && [row.parent, row.predecessor, row.successor].into_iter().all(is_entry)
            })
            && self
                .names
                .iter()
                .all(|row| u64::from(row.entry_and_status >> 2) < n_entries && is_string(row.name))
    }
}

/// Bytes up to the first line end, or all: eight at a time, by the carry of `byte ^ '\n' - 1` (Mycroft 1987).
fn line_len(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (words, rest) = bytes.as_chunks::<8>();
    for (idx, word) in words.iter().enumerate() {
        let differing = u64::from_le_bytes(*word) ^ (ONES * b'\n' as u64);
        let ends = differing.wrapping_sub(ONES) & !differing & (ONES << 7);
        if ends != 0 {
            return 8 * idx + ends.trailing_zeros() as usize / 8;
        }
    }
    let end = rest.iter().position(|byte| *byte == b'\n');
    8 * words.len() + end.unwrap_or(rest.len())
}

/// Which loose keys no name has, for most of them: one bit a key.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameFilter {
    /// A power of two words, or none where there are no names.
    words: Vec<u64>,
}

impl NameFilter {
    /// A filter of the loose keys of these names.
    pub(crate) fn new(names: &[NameRow]) -> Self {
        // At least eight bits a key.
        let n_words = if names.is_empty() { 0 } else { (names.len() / 8).next_power_of_two() };
        let mut filter = Self { words: vec![0; n_words] };
        for row in names {
            let word = filter.word(row.loose);
            filter.words[word] |= 1 << (row.loose & 63);
        }
        filter
    }

    /// Whether a name may have the key.
    pub(crate) fn may_have(&self, loose: u32) -> bool {
        let word = self.words.get(self.word(loose));
        word.is_some_and(|word| word >> (loose & 63) & 1 == 1)
    }

    fn word(&self, loose: u32) -> usize {
        (loose >> 6) as usize & self.words.len().wrapping_sub(1)
    }
}

/// Entries as a builder makes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    pub rows: Vec<EntryRow>,
    pub relations: Vec<RelationRow>,
    pub names: Vec<NameRow>,
    pub strings: Vec<u8>,
}

impl Entries {
    pub(crate) fn view(&self) -> EntriesView<'_> {
        EntriesView {
            rows: &self.rows,
            relations: &self.relations,
            names: &self.names,
            strings: &self.strings,
        }
    }

    /// The entries' numbers.
    pub(crate) fn ids(&self) -> Range<EntryId> {
        0..self.rows.len() as EntryId
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_found_as_byte_by_byte() {
        let texts = ["", "\n", "abc", "abc\nx\n", "حلب\tإدلب\n", "12345678\n", "\u{8a}\u{b}\n\n"];
        for text in texts {
            for padding in 0..20 {
                let bytes = [&b"x".repeat(padding), text.as_bytes()].concat();
                let plain = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
                assert_eq!(line_len(&bytes), plain, "{text:?} {padding}");
            }
        }
    }

    #[test]
    fn strings_are_bounded() {
        for (n_bytes, expected) in
            [(0, true), (MAX_STRING_BYTES, true), (MAX_STRING_BYTES + 1, false)]
        {
            let strings = [&b"x".repeat(n_bytes)[..], b"\n"].concat();
            let entries = Entries { strings, ..Entries::default() };
            assert_eq!(entries.view().is_sound(), expected, "{n_bytes}");
        }
    }

    #[test]
    fn the_filter_passes_every_key_and_few_others() {
        let key = |n: u32| n.wrapping_mul(0x9E37_79B9);
        let rows: Vec<NameRow> =
            (0..5_000).map(|n| NameRow { loose: key(n), ..NameRow::default() }).collect();
        let filter = NameFilter::new(&rows);
        assert!(rows.iter().all(|row| filter.may_have(row.loose)));
        let n_passed = (5_000..105_000).filter(|n| filter.may_have(key(*n))).count();
        assert!(n_passed < 20_000, "{n_passed}");
        assert!(!NameFilter::new(&[]).may_have(7));
    }
}
