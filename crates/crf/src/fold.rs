//! Attributes that occur in exactly the same positions with the same values are one attribute.
//!
//! In text most attributes are like that: every substring of a word seen once. They get the same
//! gradient and so the same weight. One parameter `u` for `k` of them, each with the weight
//! `w = u / √k`, has the score `k w = √k u` and the penalty `k w² = u²`: the map from `u` to the `w`
//! keeps lengths and angles, so an optimiser takes the same steps as without folding.

use crate::Dataset;

/// The group of every attribute.
pub(crate) struct Folding {
    /// Group of each attribute id, [`NO_GROUP`] for ids that do not occur.
    pub(crate) group_of: Vec<u32>,
    /// Number of attributes in each group.
    pub(crate) sizes: Vec<u32>,
}

/// The group of an attribute that does not occur.
pub(crate) const NO_GROUP: u32 = u32::MAX;

impl Folding {
    /// Groups by a hash of the occurrences, then splits every group that the data contradict.
    pub(crate) fn new(data: &Dataset) -> Self {
        let signatures = signatures(data);
        let mut attributes: Vec<u32> = (0..data.n_attributes() as u32).collect();
        attributes.retain(|&attribute| signatures[attribute as usize] != Signature::default());
        attributes.sort_unstable_by_key(|&attribute| (signatures[attribute as usize], attribute));
        let mut folding = Self { group_of: vec![NO_GROUP; data.n_attributes()], sizes: Vec::new() };
        for run in attributes.chunk_by(|&a, &b| signatures[a as usize] == signatures[b as usize]) {
            folding.push_group(run);
        }
        let wrong = folding.contradicted(data);
        folding.split(&wrong);
        folding
    }

    /// The least attribute of each group: stands for all of them.
    pub(crate) fn representatives(&self) -> Vec<u32> {
        let mut representatives = vec![NO_GROUP; self.sizes.len()];
        for (attribute, &group) in self.group_of.iter().enumerate().rev() {
            if group != NO_GROUP {
                representatives[group as usize] = attribute as u32;
            }
        }
        representatives
    }

    /// Renumbers the groups: the new number of group `g` is `numbers[g]`.
    pub(crate) fn renumber(&mut self, numbers: &[u32]) {
        let sizes = self.sizes.clone();
        for (&size, &number) in sizes.iter().zip(numbers) {
            self.sizes[number as usize] = size;
        }
        for group in self.group_of.iter_mut().filter(|group| **group != NO_GROUP) {
            *group = numbers[*group as usize];
        }
    }

    fn push_group(&mut self, attributes: &[u32]) {
        for &attribute in attributes {
            self.group_of[attribute as usize] = self.sizes.len() as u32;
        }
        self.sizes.push(attributes.len() as u32);
    }

    /// Which groups do not hold: a position has some but not all of the group's attributes, or one
    /// of them twice, or with another value.
    fn contradicted(&self, data: &Dataset) -> Vec<bool> {
        let mut wrong = vec![false; self.sizes.len()];
        let mut tallies = vec![(0_u32, 0.0_f32); self.sizes.len()];
        let mut last_seen = vec![u32::MAX; data.n_attributes()];
        for position in 0..data.n_positions() {
            let activations = data.activations(position);
            let values = data.attribute_values().get(activations.clone()).unwrap_or_default();
            let ids = &data.attribute_ids()[activations];
            for (at, &id) in ids.iter().enumerate() {
                let group = self.group_of[id as usize] as usize;
                let value = values.get(at).copied().unwrap_or(1.0);
                let (tally, first) = &mut tallies[group];
                *first = if *tally == 0 { value } else { *first };
                *tally += 1;
                wrong[group] |= value != *first || last_seen[id as usize] == position as u32;
                last_seen[id as usize] = position as u32;
            }
            for &id in ids {
                let group = self.group_of[id as usize] as usize;
                let tally = std::mem::take(&mut tallies[group].0);
                wrong[group] |= tally != 0 && tally != self.sizes[group];
            }
        }
        wrong
    }

    /// Makes every attribute of a wrong group a group of its own.
    fn split(&mut self, wrong: &[bool]) {
        for attribute in 0..self.group_of.len() {
            let group = self.group_of[attribute] as usize;
            if wrong.get(group).is_some_and(|&wrong| wrong) && self.sizes[group] > 1 {
                self.sizes[group] -= 1;
                self.group_of[attribute] = self.sizes.len() as u32;
                self.sizes.push(1);
            }
        }
    }
}

/// Number of occurrences and a hash of where they are, with which values.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Signature {
    count: u32,
    hash: u64,
}

fn signatures(data: &Dataset) -> Vec<Signature> {
    let mut signatures = vec![Signature::default(); data.n_attributes()];
    for position in 0..data.n_positions() {
        let activations = data.activations(position);
        let values = data.attribute_values().get(activations.clone()).unwrap_or_default();
        for (at, &id) in data.attribute_ids()[activations].iter().enumerate() {
            let signature = &mut signatures[id as usize];
            let value = u64::from(values.get(at).map_or(0, |value| value.to_bits()));
            signature.count += 1;
            signature.hash = mix(signature.hash ^ (position as u64 | value << 32));
        }
    }
    signatures
}

/// One round of `splitmix64` (Steele, Lea, Flood 2014).
pub(crate) fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
