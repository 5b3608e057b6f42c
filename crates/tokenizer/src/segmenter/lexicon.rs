//! Word counts, names and decided words in one table of four bytes a word.

use crate::letters::Letters;
use crate::pattern::Pattern;
use std::borrow::Cow;
use wide::u32x8;

/// Slots of a bucket; each word has two buckets it may stand in.
const SLOTS: usize = 8;
const BUCKET_BYTES: usize = 4 * SLOTS;
/// Bits of a bucket's number taken from the hash.
const BUCKET_BITS: u32 = 22;
/// A table is filled to this share, in percent: beyond, rare words find no room.
const LOAD_PERCENT: usize = 90;

/// What is known of a word.
///
/// Packed, from the highest bit: 20 bits of fingerprint, 5 of count, 4 of cut, decided, name,
/// article. A word that is not in the table is taken for one that is in about 1.5 of 100,000 cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// How often the word was seen, see [`level`].
    pub(crate) level: u8,
    /// How it is cut, if that is decided.
    pub(crate) pattern: Option<Pattern>,
    /// Whether it is a name of a place, a country or an armed group.
    pub(crate) is_name: bool,
    /// Whether its stem begins with the article.
    pub(crate) has_article: bool,
}

/// The logarithm of a count in steps of about 1.54, 1 for a single occurrence, at most 31.
pub(crate) fn level(count: u32) -> u8 {
    if count == 0 { 0 } else { (1.6 * f64::from(count).log2()).floor().min(30.0) as u8 + 1 }
}

impl Entry {
    fn pack(self) -> u32 {
        let pattern = self.pattern.unwrap_or_default();
        let cut = u32::from(pattern.n_proclitics) | u32::from(pattern.n_suffix) << 2;
        u32::from(self.level) << 7
            | cut << 3
            | u32::from(self.pattern.is_some()) << 2
            | u32::from(self.is_name) << 1
            | u32::from(self.has_article)
    }

    fn unpack(bits: u32) -> Self {
        let pattern =
            Pattern { n_proclitics: (bits >> 3 & 3) as u8, n_suffix: (bits >> 5 & 3) as u8 };
        Self {
            level: (bits >> 7 & 31) as u8,
            pattern: (bits >> 2 & 1 != 0).then_some(pattern),
            is_name: bits >> 1 & 1 != 0,
            has_article: bits & 1 != 0,
        }
    }
}

/// The table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lexicon {
    bytes: Cow<'static, [u8]>,
    n_buckets: usize,
}

/// Where a word stands: fingerprint (never zero, in the highest 20 bits) and two buckets.
struct Place {
    fingerprint: u32,
    buckets: [usize; 2],
}

impl Lexicon {
    /// A table of these words; those in front have the better chance when it is nearly full.
    pub(crate) fn build(words: &[(Letters, Entry)]) -> Self {
        let n_buckets = (words.len() * 100).div_ceil(LOAD_PERCENT * SLOTS).max(1);
        let mut slots = vec![0_u32; n_buckets * SLOTS];
        for &(word, entry) in words {
            let place = place(word, n_buckets);
            let used = |&bucket: &usize| {
                slots[bucket * SLOTS..][..SLOTS].iter().filter(|&&slot| slot != 0).count()
            };
            let [first, second] = place.buckets;
            let bucket = if used(&second) < used(&first) { second } else { first };
            let free = slots[bucket * SLOTS..][..SLOTS].iter_mut().find(|slot| **slot == 0);
            if let Some(slot) = free {
                *slot = place.fingerprint | entry.pack();
            }
        }
        let bytes: Vec<u8> = slots.iter().flat_map(|slot| slot.to_le_bytes()).collect();
        Self { bytes: Cow::Owned(bytes), n_buckets }
    }

    /// The table in these bytes; `None` if they are not whole buckets.
    pub(crate) fn from_bytes(bytes: Cow<'static, [u8]>) -> Option<Self> {
        let n_buckets = bytes.len() / BUCKET_BYTES;
        let fits =
            bytes.len().is_multiple_of(BUCKET_BYTES) && (1..1 << BUCKET_BITS).contains(&n_buckets);
        fits.then_some(Self { bytes, n_buckets })
    }

    /// The bytes of the table.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What is known of a word.
    #[inline]
    pub(crate) fn get(&self, word: Letters) -> Option<Entry> {
        let place = place(word, self.n_buckets);
        place.buckets.into_iter().find_map(|bucket| self.find(bucket, place.fingerprint))
    }

    #[inline]
    fn find(&self, bucket: usize, fingerprint: u32) -> Option<Entry> {
        let bytes = self.bytes[bucket * BUCKET_BYTES..].first_chunk::<BUCKET_BYTES>()?;
        let slots = *bytes.as_chunks::<4>().0.as_array::<SLOTS>()?;
        let slots = slots.map(u32::from_le_bytes);
        let equal = (u32x8::new(slots) & u32x8::splat(FINGERPRINT))
            .simd_eq(u32x8::splat(fingerprint))
            .to_bitmask();
        let slot = slots.get(equal.trailing_zeros() as usize)?;
        Some(Entry::unpack(*slot))
    }

    /// How often the word was seen, as [`level`].
    #[inline]
    pub(crate) fn level(&self, word: Letters) -> u8 {
        self.get(word).map_or(0, |entry| entry.level)
    }
}

const FINGERPRINT: u32 = 0xFFFF_F000;

#[inline]
fn place(word: Letters, n_buckets: usize) -> Place {
    let hash = word.hash();
    let bucket = |bits: u64| {
        let bits = bits & ((1 << BUCKET_BITS) - 1);
        ((bits * n_buckets as u64) >> BUCKET_BITS) as usize
    };
    let fingerprint = ((hash >> 32) as u32 & FINGERPRINT).max(1 << 12);
    Place { fingerprint, buckets: [bucket(hash), bucket(hash >> BUCKET_BITS)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn levels() {
        let counts = [0, 1, 2, 3, 10, 1000, 600_000, u32::MAX];
        assert_eq!(counts.map(level), [0, 1, 2, 3, 6, 16, 31, 31]);
    }

    fn rows(words: impl IntoIterator<Item = String>) -> Vec<(Letters, Entry)> {
        let entry = |idx: usize| Entry {
            level: (idx % 32) as u8,
            pattern: (!idx.is_multiple_of(3)).then_some(Pattern {
                n_proclitics: (idx % 4) as u8,
                n_suffix: (idx / 4 % 4) as u8,
            }),
            is_name: idx.is_multiple_of(5),
            has_article: idx.is_multiple_of(2),
        };
        let letters = words.into_iter().filter_map(|word| Letters::from_text(&word));
        let letters: std::collections::BTreeSet<_> = letters.collect();
        letters.into_iter().enumerate().map(|(idx, word)| (word, entry(idx))).collect()
    }

    fn is_full(table: &Lexicon, bucket: usize) -> bool {
        table.bytes[bucket * BUCKET_BYTES..][..BUCKET_BYTES].chunks(4).all(|slot| slot != [0; 4])
    }

    /// Whether a word with this place stands where the other is looked for.
    fn hides(one: &Place, other: &Place) -> bool {
        let meet = one.buckets.iter().any(|bucket| other.buckets.contains(bucket));
        one.fingerprint == other.fingerprint && meet
    }

    #[test]
    fn few_words_of_a_large_table_find_no_room() {
        let letters: Vec<char> = ('ا'..='غ').chain('ف'..='ي').collect();
        let word = |idx: usize| (0..3).map(|nth| letters[idx / 30_usize.pow(nth) % 30]).collect();
        assert_eq!(letters.len(), 30);
        let rows = rows((0..30 * 30 * 30).map(word));
        let table = Lexicon::build(&rows);
        let n_found = rows.iter().filter(|row| table.get(row.0) == Some(row.1)).count();
        assert!(n_found * 1000 >= rows.len() * 990, "{n_found} of {}", rows.len());
    }

    proptest! {
        #[test]
        fn words_are_found_again(words in prop::collection::btree_set("[ا-ي]{1,16}", 0..200)) {
            let rows = rows(words);
            let table = Lexicon::build(&rows);
            let places: Vec<Place> =
                rows.iter().map(|row| place(row.0, table.n_buckets)).collect();
            for (idx, &(word, entry)) in rows.iter().enumerate() {
                let found = table.get(word);
                let had_no_room = || places[idx].buckets.iter().all(|&at| is_full(&table, at));
                let is_hidden = || {
                    let others = rows.iter().zip(&places);
                    others.filter(|row| hides(row.1, &places[idx])).any(|row| found == Some(row.0.1))
                };
                prop_assert!(
                    found == Some(entry) || found.is_none() && had_no_room() || is_hidden(),
                    "{word:?}: {found:?} instead of {entry:?}"
                );
            }
            let read = Lexicon::from_bytes(Cow::Owned(table.as_bytes().to_vec()));
            prop_assert_eq!(read, Some(table));
        }
    }
}
