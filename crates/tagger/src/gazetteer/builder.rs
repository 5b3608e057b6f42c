use std::collections::{BTreeMap, BTreeSet};

use tawsim_tokenizer::{NormalizeOptions, Tokenized, Tokenizer, fold_into};

use super::matcher::MAX_NAME_ENDS;
use super::{Edge, Gazetteer, GazetteerRecord, NameEnd, NameStatus, compile, edge_key};
use crate::features::{FormTable, TokenizedText, UnitReader};
use crate::hash::{hash_bytes, hash_text};

/// Collects names and builds a [`Gazetteer`] that does not depend on the order they came in.
pub struct GazetteerBuilder {
    tokenizer: Tokenizer,
    /// Kind, unit keys, status.
    names: BTreeSet<(String, Vec<u64>, NameStatus)>,
    records: BTreeMap<String, GazetteerRecord>,
    tokenized: Tokenized,
    forms: FormTable,
    units: UnitReader,
}

impl Default for GazetteerBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl GazetteerBuilder {
    /// A builder without names.
    #[must_use]
    pub fn new() -> Self {
        let mut forms = FormTable::default();
        forms.clear(&[]);
        Self {
            tokenizer: Tokenizer::new(),
            names: BTreeSet::new(),
            records: BTreeMap::new(),
            tokenized: Tokenized::default(),
            forms,
            units: UnitReader::default(),
        }
    }

    /// Adds an entry with all its names. The same entry may come twice.
    ///
    /// # Errors
    /// If its id stands for another entry, or coordinates, dates or codes are not such.
    pub fn add_record(&mut self, record: &GazetteerRecord) -> Result<(), String> {
        compile::check(record)?;
        match self.records.get(&record.id) {
            Some(known) if known == record => return Ok(()),
            Some(_) => return Err(format!("{} stands for another entry already", record.id)),
            None => self.records.insert(record.id.clone(), record.clone()),
        };
        for (status, name) in record.marked_names() {
            self.add(record.class(), name, status);
        }
        Ok(())
    }

    /// Adds a name without an entry. It is matched by its folded stems: marks, alef variants and clitics do not count.
    /// A name without any letter or digit is left out.
    pub fn add(&mut self, kind: &str, name: &str, status: NameStatus) {
        let keys = self.keys(name);
        if (1..=super::MAX_NAME_UNITS).contains(&keys.len()) {
            self.names.insert((kind.to_owned(), keys, status));
        }
    }

    fn keys(&mut self, name: &str) -> Vec<u64> {
        self.tokenizer.tokenize(name, &mut self.tokenized);
        let n_tokens = self.tokenized.tokens().len();
        if n_tokens == 1 && self.tokenized.segments().len() > 1 {
            // `الحله` must not become the key of `الحل`: a name of one word is never cut.
            let mut folded = String::new();
            let word = self.tokenized.tokens()[0].span.slice(name);
            fold_into(word, &NormalizeOptions::MATCH_KEY, &mut folded);
            return vec![hash_text(&folded)];
        }
        let mut units = Vec::new();
        let source = TokenizedText { text: name, tokenized: &self.tokenized };
        self.units.read(source, 0..n_tokens, &mut units, |identity, text| {
            let known = self.forms.get(identity);
            known.unwrap_or_else(|| self.forms.insert(identity, text, &[], &Default::default()))
        });
        units.iter().map(|unit| self.forms.key(unit.form)).collect()
    }

    /// Builds the trie.
    #[must_use]
    pub fn build(&self) -> Gazetteer {
        let kinds: BTreeSet<&str> = self.names.iter().map(|(kind, ..)| kind.as_str()).collect();
        let kinds: Vec<String> = kinds.into_iter().map(str::to_owned).collect();
        let mut edges = BTreeMap::new();
        let mut name_ends = BTreeSet::new();
        for (kind, keys, status) in &self.names {
            let node = keys.iter().fold(0, |node, &key| {
                let next = edges.len() as u32 + 1;
                *edges.entry(edge_key(node, key)).or_insert(next)
            });
            let kind = kinds.binary_search(kind).expect("all kinds were collected") as u16;
            name_ends.insert(NameEnd { node, kind, status: *status as u16 });
        }
        let mut name_ends: Vec<NameEnd> = name_ends.into_iter().collect();
        let (mut node, mut n_here) = (0, 0);
        name_ends.retain(|end| {
            n_here = if end.node == node { n_here + 1 } else { 1 };
            node = end.node;
            n_here <= MAX_NAME_ENDS
        });
        let edges = edge_table(&edges, &name_ends);
        Gazetteer {
            kinds,
            fingerprint: hash_bytes(bytemuck::cast_slice(&edges)),
            edges,
            name_ends,
            n_names: self.names.len(),
            entries: compile::compile(&self.records),
        }
    }
}

/// An open-addressing table at most two thirds full, filled in key order.
fn edge_table(edges: &BTreeMap<u64, u32>, name_ends: &[NameEnd]) -> Vec<Edge> {
    if edges.is_empty() {
        return Vec::new();
    }
    let n_slots = (edges.len() * 3 / 2 + 1).next_power_of_two();
    let mut table = vec![Edge::default(); n_slots];
    for (&key, &target) in edges {
        let mut slot = key as usize & (n_slots - 1);
        while table[slot].key != 0 {
            slot = (slot + 1) & (n_slots - 1);
        }
        let first = name_ends.partition_point(|end| end.node < target);
        let has_names = name_ends.get(first).is_some_and(|end| end.node == target);
        let names = if has_names { first as u32 + 1 } else { 0 };
        table[slot] = Edge { key, target, names };
    }
    table
}
