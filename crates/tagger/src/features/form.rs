use rustc_hash::FxHashMap;
use tawsim_tokenizer::TokenKind;

use super::template::Property;
use super::unit::UnreadForm;
use crate::clusters::WordClusters;
use crate::gazetteer::GazetteerView;
use crate::hash::{hash_text, mix};

/// A word form as the templates see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FormText<'a> {
    /// As it stands in the text.
    pub raw: &'a str,
    /// Folded, with the article restored.
    pub folded: &'a str,
    pub kind: TokenKind,
    pub has_article: bool,
}

/// The distinct forms met so far with the values of their form properties, in flat arrays.
#[derive(Debug, Default)]
pub(crate) struct FormTable {
    ids: FxHashMap<u64, u32>,
    /// Values of all forms one behind the other, but of those that were forgotten.
    values: Vec<u64>,
    /// For form `f` and property `p`: `value_ends[(f − first_valued) · n_properties + p]`; begins where the
    /// one before ends.
    value_ends: Vec<u32>,
    /// The first form whose values are still known.
    first_valued: usize,
    /// Folded form's hash by form: what the gazetteer looks for.
    keys: Vec<u64>,
    /// The gazetteer's edge from its root by form: see [`FormTable::find_roots`].
    roots: Vec<u32>,
    chars: Vec<char>,
}

/// The form in front of a sequence.
pub(crate) const BEFORE_FORM: u32 = 0;
/// The form behind a sequence.
pub(crate) const AFTER_FORM: u32 = 1;

impl FormTable {
    /// Forgets all forms but the two edges.
    pub(crate) fn clear(&mut self, properties: &[Property]) {
        self.ids.clear();
        self.values.clear();
        self.value_ends.clear();
        self.first_valued = 0;
        self.keys.clear();
        self.roots.clear();
        for edge in [hash_text("\u{2}before"), hash_text("\u{3}after")] {
            self.keys.push(edge);
            for property in properties {
                if *property == Property::Form {
                    self.values.push(edge);
                }
                self.value_ends.push(self.values.len() as u32);
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn key(&self, form: u32) -> u64 {
        self.keys[form as usize]
    }

    /// Looks the forms that came since the last call up at the gazetteer's root. The table keeps to one
    /// gazetteer.
    pub(crate) fn find_roots(&mut self, gazetteer: GazetteerView<'_>) {
        let new = &self.keys[self.roots.len()..];
        self.roots.extend(new.iter().map(|&key| gazetteer.root(key)));
    }

    /// The gazetteer's edge from its root with this form, as [`GazetteerView::root`] gives it.
    #[inline]
    pub(crate) fn root(&self, form: u32, gazetteer: GazetteerView<'_>) -> u32 {
        let known = self.roots.get(form as usize).copied();
        known.unwrap_or_else(|| gazetteer.root(self.key(form)))
    }

    /// Forgets the values of all forms: the caller keeps what it needs of them.
    pub(crate) fn forget_values(&mut self) {
        self.values.clear();
        self.value_ends.clear();
        self.first_valued = self.keys.len();
    }

    /// How many values are kept.
    pub(crate) fn n_values(&self) -> usize {
        self.values.len()
    }

    /// The values of one property of a form; `property_idx` of `n_properties`.
    #[inline]
    pub(crate) fn values(&self, form: u32, property_idx: usize, n_properties: usize) -> &[u64] {
        let at = (form as usize - self.first_valued) * n_properties + property_idx;
        let start = if at == 0 { 0 } else { self.value_ends[at - 1] };
        &self.values[start as usize..self.value_ends[at] as usize]
    }

    /// The id of a form that was met before.
    pub(crate) fn get(&self, identity: u64) -> Option<u32> {
        self.ids.get(&identity).copied()
    }

    /// Adds a form that [`FormTable::get`] does not know.
    pub(crate) fn insert(
        &mut self,
        identity: u64,
        text: UnreadForm<'_>,
        properties: &[Property],
        clusters: &WordClusters<'_>,
    ) -> u32 {
        let text = text.read();
        let id = self.keys.len() as u32;
        let key = hash_text(text.folded);
        self.ids.insert(identity, id);
        self.keys.push(key);
        for &property in properties {
            self.push_values(property, text, clusters);
            self.value_ends.push(self.values.len() as u32);
        }
        id
    }

    fn push_values(&mut self, property: Property, text: FormText<'_>, clusters: &WordClusters<'_>) {
        let stem = without_article(text);
        match property {
            Property::Form => self.values.push(hash_text(text.folded)),
            Property::Stem => self.values.push(hash_text(stem)),
            Property::Prefixes(n) => {
                let ends = stem.char_indices().map(|(at, c)| at + c.len_utf8());
                self.values.extend(ends.take(n.into()).map(|end| hash_text(&stem[..end])));
            }
            Property::Suffixes(n) => {
                let starts = text.folded.char_indices().rev().take(n.into());
                self.values.extend(starts.map(|(at, _)| hash_text(&text.folded[at..])));
            }
            Property::Suffix(n) => {
                let start = text.folded.char_indices().rev().take(n.into()).last();
                self.values.extend(start.map(|(at, _)| hash_text(&text.folded[at..])));
            }
            Property::Ngrams(n) => self.push_ngrams(stem, n.into()),
            Property::Shape => self.values.push(shape(text)),
            Property::Length => self.values.push(text.folded.chars().take(8).count() as u64),
            Property::Cluster(level) => {
                let key = if text.kind == TokenKind::Number { "0" } else { text.folded };
                self.values.extend(clusters.get(hash_text(key), level).map(u64::from));
            }
            Property::Clitics
            | Property::Gazetteer
            | Property::GazetteerSet
            | Property::Quote
            | Property::Place => {}
        }
    }

    fn push_ngrams(&mut self, stem: &str, n: usize) {
        self.chars.clear();
        self.chars.push('\u{2}');
        self.chars.extend(stem.chars().take(32));
        self.chars.push('\u{3}');
        for window in self.chars.windows(n) {
            let hash = window.iter().fold(n as u64, |hash, &c| mix(hash, u64::from(u32::from(c))));
            self.values.push(hash);
        }
    }
}

fn without_article(text: FormText<'_>) -> &str {
    if text.has_article {
        text.folded.strip_prefix("ال").unwrap_or(text.folded)
    } else {
        text.folded
    }
}

/// Kind, article, and for what is not a plain word the run-length-free pattern of its characters.
fn shape(text: FormText<'_>) -> u64 {
    let start = mix(text.kind as u64, u64::from(text.has_article));
    if text.kind == TokenKind::Word {
        // Fathatan tells an adverb from a name: the folded form has lost it.
        let marks = ['\u{640}', '\u{64B}'].map(|mark| u64::from(text.raw.contains(mark)));
        return mix(start, marks[0] | (marks[1] << 1));
    }
    if text.kind == TokenKind::Punctuation {
        return mix(start, hash_text(text.folded));
    }
    let mut last = '\0';
    text.folded.chars().take(16).fold(start, |hash, c| {
        let class = char_class(c);
        if class == last && class != 'd' {
            return hash;
        }
        last = class;
        mix(hash, u64::from(u32::from(class)))
    })
}

fn char_class(c: char) -> char {
    match c {
        _ if c.is_ascii_digit() => 'd',
        _ if c.is_uppercase() => 'A',
        _ if c.is_lowercase() => 'a',
        _ if c.is_alphabetic() => 'x',
        _ => c,
    }
}
