use rustc_hash::FxHashMap;
use tawsim_corpus::{LabelSet, Tag, TagScheme};

use super::Draft;
use crate::hash::mix;

/// What the first pass said of the forms of a document. Reused from document to document.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    /// Label and place of each tag.
    tags: Vec<TagKind>,
    n_labels: usize,
    /// Rows of forms that stand in an entity somewhere; the order of the map is never used.
    forms: FxHashMap<u64, u32>,
    /// `[form][tag]`.
    counts: Vec<u32>,
    /// Rows of pairs of neighbouring forms that stand in one entity somewhere.
    pairs: FxHashMap<u64, u32>,
    /// `[pair][0]`: not joined; `[pair][1 + label]`: joined.
    pair_counts: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TagKind {
    /// 0 is outside, then the labels.
    label: u32,
    begins: bool,
}

/// What the other units of a form are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Summary {
    /// The commonest label of the others, 0 if they are all outside.
    label: u64,
    /// Its share, in five steps.
    share: u64,
    /// How many others, in four steps.
    count: u64,
    /// Whether they begin entities: never, sometimes, always.
    place: u64,
}

impl Evidence {
    /// Evidence over the tags of a model.
    pub(crate) fn new(scheme: TagScheme, labels: &LabelSet) -> Self {
        let kind = |tag| match tag {
            Tag::Outside => TagKind { label: 0, begins: false },
            Tag::Begin(label) | Tag::Single(label) => {
                TagKind { label: label.label_idx() as u32 + 1, begins: true }
            }
            Tag::Inside(label) | Tag::End(label) => {
                TagKind { label: label.label_idx() as u32 + 1, begins: false }
            }
        };
        let n_tags = scheme.n_tags(labels.len()) as u16;
        let tags = (0..n_tags).filter_map(|idx| scheme.tag(idx, labels)).map(kind).collect();
        Self { tags, n_labels: labels.len(), ..Self::default() }
    }

    /// Counts a document. Returns whether any form of an entity stands in it twice.
    pub(crate) fn collect(&mut self, draft: &Draft) -> bool {
        self.find_rows(draft);
        let n_tags = self.tags.len();
        self.counts.clear();
        self.counts.resize(self.forms.len() * n_tags, 0);
        self.pair_counts.clear();
        self.pair_counts.resize(self.pairs.len() * (self.n_labels + 1), 0);
        let mut n_known = 0;
        for sentence in draft.sentences() {
            for idx in sentence.clone() {
                let Some(&row) = self.forms.get(&draft.keys[idx]) else { continue };
                n_known += 1;
                self.counts[row as usize * n_tags + usize::from(draft.tags[idx])] += 1;
                if idx + 1 < sentence.end
                    && let Some((at, joined)) = self.pair_at(draft, idx)
                {
                    self.pair_counts[at + joined] += 1;
                }
            }
        }
        n_known > self.forms.len()
    }

    fn find_rows(&mut self, draft: &Draft) {
        self.forms.clear();
        self.pairs.clear();
        for idx in (0..draft.tags.len()).filter(|&idx| draft.tags[idx] != 0) {
            let next = self.forms.len() as u32;
            self.forms.entry(draft.keys[idx]).or_insert(next);
            let kind = self.tags[usize::from(draft.tags[idx])];
            if !kind.begins && idx > 0 {
                let next = self.pairs.len() as u32;
                self.pairs.entry(mix(draft.keys[idx - 1], draft.keys[idx])).or_insert(next);
            }
        }
    }

    /// Where the counts of the pair at `idx` and `idx + 1` begin, and which of them the pair itself is.
    fn pair_at(&self, draft: &Draft, idx: usize) -> Option<(usize, usize)> {
        let row = *self.pairs.get(&mix(draft.keys[idx], draft.keys[idx + 1]))?;
        let next = self.tags[usize::from(draft.tags[idx + 1])];
        let joined = if next.begins { 0 } else { next.label as usize };
        Some((row as usize * (self.n_labels + 1), joined))
    }

    /// The attribute keys of the unit at `idx` in its sentence; none if its form and its neighbours' stand
    /// nowhere else.
    pub(crate) fn attributes(
        &self,
        draft: &Draft,
        sentence: &std::ops::Range<usize>,
        idx: usize,
        mut emit: impl FnMut(u64),
    ) {
        let tag = |at: usize| u64::from(draft.tags[at]);
        let here = tag(idx);
        let before = if idx > sentence.start { tag(idx - 1) + 1 } else { 0 };
        let mut say = |template: u64, values: &[u64]| {
            emit(values.iter().fold(mix(0x646F_6375, template), |hash, value| mix(hash, *value)));
        };
        if let Some(Summary { label, share, count, place }) = self.summary(draft, idx) {
            say(0, &[label, share]);
            say(1, &[label, share, count]);
            say(2, &[label, share, here]);
            say(3, &[label, share, count, here]);
            say(4, &[label, place, here]);
            say(5, &[label, place, here, before]);
        }
        if idx > sentence.start {
            if let Some(left) = self.summary(draft, idx - 1) {
                say(6, &[left.label, left.share, here]);
            }
            if let Some([label, share]) = self.pair_summary(draft, idx - 1) {
                say(8, &[label, share]);
                say(9, &[label, share, here]);
            }
        }
        if idx + 1 < sentence.end {
            if let Some(right) = self.summary(draft, idx + 1) {
                say(7, &[right.label, right.share, here]);
            }
            if let Some([label, share]) = self.pair_summary(draft, idx) {
                say(10, &[label, share]);
                say(11, &[label, share, here]);
            }
        }
    }

    fn summary(&self, draft: &Draft, idx: usize) -> Option<Summary> {
        let row = *self.forms.get(&draft.keys[idx])? as usize;
        let counts = &self.counts[row * self.tags.len()..][..self.tags.len()];
        let own = usize::from(draft.tags[idx]);
        let other = |tag: usize| counts[tag] - u32::from(tag == own);
        let total: u32 = (0..counts.len()).map(other).sum();
        if total == 0 {
            return None;
        }
        let of_label =
            |label: u32| (0..counts.len()).filter(move |&tag| self.tags[tag].label == label);
        let mut best = (0, 0);
        for label in 1..=self.n_labels as u32 {
            let n: u32 = of_label(label).map(other).sum();
            best = if n > best.1 { (label, n) } else { best };
        }
        let (label, n) = best;
        let begins: u32 = of_label(label).filter(|&tag| self.tags[tag].begins).map(other).sum();
        let place = if begins == 0 { 0 } else { 1 + u64::from(begins == n) };
        Some(Summary { label: label.into(), share: share(n, total), count: count(total), place })
    }

    fn pair_summary(&self, draft: &Draft, idx: usize) -> Option<[u64; 2]> {
        let (at, own) = self.pair_at(draft, idx)?;
        let other = |label: usize| self.pair_counts[at + label] - u32::from(label == own);
        let total: u32 = (0..=self.n_labels).map(other).sum();
        if total == 0 {
            return None;
        }
        let mut best = (0, 0);
        for label in 1..=self.n_labels {
            best = if other(label) > best.1 { (label, other(label)) } else { best };
        }
        Some([best.0 as u64, share(best.1, total)])
    }
}

fn share(n: u32, total: u32) -> u64 {
    match (n * 10).div_ceil(total) {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ if n < total => 3,
        _ => 4,
    }
}

const fn count(total: u32) -> u64 {
    match total {
        0..=1 => 0,
        2 => 1,
        3..=5 => 2,
        _ => 3,
    }
}
