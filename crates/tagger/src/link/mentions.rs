//! The names of a document: distinct surfaces, where they stand, what they may mean.

use std::ops::Range;

use rustc_hash::FxHashMap;
use tawsim_tokenizer::{SegmentRole, Span, Tokenized};

use super::candidates::{Candidate, CandidateFinder, Surface};
use super::context::{Context, is_coordinated, kind_word_before, loose_words};
use super::score::{Part, SHARED_NOUN_VALUE, probabilities};
use super::words::fit;
use super::{Link, Linker, Source, classes_of};
use crate::gazetteer::EntriesView;

/// A surface and what it may mean.
#[derive(Debug)]
pub(crate) struct Name<'m> {
    pub classes: &'static [&'static str],
    /// Its loosely folded words without articles.
    pub words: Vec<String>,
    pub candidates: Vec<Candidate<'m>>,
    /// Its places in [`DocumentNames::mentions`], in order.
    pub mentions: Vec<usize>,
}

/// A name at its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mention {
    pub entity_idx: usize,
    pub name_idx: usize,
    pub start: u32,
    pub end: u32,
    pub kind_word: Option<u8>,
}

/// All names of a document.
#[derive(Debug)]
pub(crate) struct DocumentNames<'t, 'm> {
    pub text: &'t str,
    pub names: Vec<Name<'m>>,
    /// In the order of the text.
    pub mentions: Vec<Mention>,
}

impl<'t, 'm> DocumentNames<'t, 'm> {
    /// Finds the names and their candidates.
    pub(crate) fn read(linker: &Linker<'m>, source: &Source<'t>) -> Self {
        let mut names = Self { text: source.text, names: Vec::new(), mentions: Vec::new() };
        let mut known = FxHashMap::default();
        let mut finder = CandidateFinder::new(linker);
        for (entity_idx, entity) in source.entities.iter().enumerate() {
            let Some(classes) = classes_of(source.labels.name(entity.label)) else { continue };
            let stems = without_clitics(source.tokenized, entity.span);
            let [whole, bare] = [entity.span, stems]
                .map(|span| (span.slice(source.text), has_lost_alef(source.text, span)));
            let surface = bare.0;
            let name_idx = *known.entry((classes[0], whole, bare)).or_insert_with(|| {
                let mut found = find(&mut finder, whole, classes, linker.entries);
                if found.1.is_empty() && bare != whole {
                    found = find(&mut finder, bare, classes, linker.entries);
                }
                let (words, mut candidates) = found;
                if candidates.is_empty() && words.len() == 1 {
                    candidates = names.with_shared_noun(&mut finder, surface, classes, linker);
                }
                names.names.push(Name { classes, words, candidates, mentions: Vec::new() });
                names.names.len() - 1
            });
            names.push_mention(source, entity_idx, name_idx);
        }
        names
    }

    fn push_mention(&mut self, source: &Source<'_>, entity_idx: usize, name_idx: usize) {
        let span = source.entities[entity_idx].span;
        let mut kind_word = kind_word_before(source.text, source.tokenized, span);
        if let Some(last) = self.mentions.last().filter(|_| kind_word.is_none()) {
            let gap = source.text.get(last.end as usize..span.start() as usize);
            kind_word = last.kind_word.filter(|_| gap.is_some_and(is_coordinated));
        }
        self.names[name_idx].mentions.push(self.mentions.len());
        let (start, end) = (span.start(), span.end());
        self.mentions.push(Mention { entity_idx, name_idx, start, end, kind_word });
    }

    /// `القوات السورية والروسية`: the second shares the noun of the name before it.
    fn with_shared_noun(
        &self,
        finder: &mut CandidateFinder<'_>,
        surface: &str,
        classes: &'static [&'static str],
        linker: &Linker<'m>,
    ) -> Vec<Candidate<'m>> {
        let before = self.mentions.last();
        let noun = before.and_then(|mention| {
            let text = &self.text[mention.start as usize..mention.end as usize];
            text.split_once(' ').map(|(noun, _)| noun)
        });
        let Some(noun) = noun else { return Vec::new() };
        let name = format!("{noun} {surface}");
        let words = loose_words(&name);
        let looked_up = Surface { text: &name, words: &words };
        let mut found = finder.look_up(&name, looked_up, classes, linker.entries);
        found.iter_mut().for_each(|c| c.evidence.set(Part::Name, SHARED_NOUN_VALUE));
        found
    }

    /// Scores candidates by what their own name says.
    pub(crate) fn score_alone(&mut self, context: &Context) {
        for name in &mut self.names {
            let kind_words: Vec<u8> =
                name.mentions.iter().filter_map(|&idx| self.mentions[idx].kind_word).collect();
            for candidate in &mut name.candidates {
                let validity = context.validity(candidate.entry.validity());
                candidate.evidence.set(Part::Validity, validity);
                let fits = kind_words.iter().map(|&word| fit(word, candidate.kind)).sum::<f32>();
                let mean = fits / kind_words.len().max(1) as f32;
                candidate.evidence.set(Part::KindWord, mean);
            }
            name.update();
        }
    }

    /// The candidates of a mention, the likeliest first, and the probability of NIL.
    pub(crate) fn ranked(&self, mention_idx: usize) -> (Vec<Link<'m>>, f32) {
        let mention = &self.mentions[mention_idx];
        let candidates = &self.names[mention.name_idx].candidates;
        let evidence = |candidate: &Candidate<'m>| {
            let mut evidence = candidate.evidence;
            let value = match mention.kind_word {
                Some(word) => fit(word, candidate.kind),
                // What other mentions say of the kind: `ريف إدلب` does not make `إدلب` a governorate.
                None => ELSEWHERE_SHARE * evidence.get(Part::KindWord),
            };
            evidence.set(Part::KindWord, value);
            evidence
        };
        let mut links: Vec<Link<'m>> = candidates
            .iter()
            .map(|c| Link { entry: c.entry, score: 0.0, evidence: evidence(c) })
            .collect();
        let mut scores: Vec<f32> = links.iter().map(|link| link.evidence.score()).collect();
        let nil = probabilities(&mut scores);
        links.iter_mut().zip(scores).for_each(|(link, score)| link.score = score);
        links.sort_by(|a, b| {
            b.score.total_cmp(&a.score).then(a.entry.entry_id().cmp(&b.entry.entry_id()))
        });
        (links, nil)
    }

    /// Mentions of other names around this one, in both directions.
    pub(crate) fn around(&self, mention_idx: usize) -> Range<usize> {
        mention_idx.saturating_sub(REACH)..self.mentions.len().min(mention_idx + REACH + 1)
    }
}

/// How many mentions before and behind a place say where it lies.
const REACH: usize = 10;

/// How much the kind word of other mentions counts for one without.
const ELSEWHERE_SHARE: f32 = 0.3;

impl Name<'_> {
    /// Computes the probabilities from the evidence.
    pub(crate) fn update(&mut self) {
        let mut scores: Vec<f32> = self.candidates.iter().map(|c| c.evidence.score()).collect();
        probabilities(&mut scores);
        self.candidates.iter_mut().zip(scores).for_each(|(c, score)| c.probability = score);
    }

    /// The likeliest candidate, if it is likelier than not.
    pub(crate) fn sure_candidate(&self) -> Option<&Candidate<'_>> {
        self.candidates.iter().find(|candidate| candidate.probability > 0.5)
    }
}

/// The words of a surface and its candidates; where it has none and its article lost its alef, those of
/// the surface with its article restored.
fn find<'m>(
    finder: &mut CandidateFinder<'_>,
    (surface, lost_alef): (&str, bool),
    classes: &[&str],
    entries: EntriesView<'m>,
) -> (Vec<String>, Vec<Candidate<'m>>) {
    let words = loose_words(surface);
    let candidates = finder.find(Surface { text: surface, words: &words }, classes, entries);
    if candidates.is_empty() && lost_alef {
        let restored = find(finder, (&format!("ا{surface}"), false), classes, entries);
        // In `للواء` the noun itself begins with `ل`: there was no article to restore.
        return if restored.1.is_empty() { (words, restored.1) } else { restored };
    }
    (words, candidates)
}

/// The span from its first stem to its last: models of whole words, and people, may take in clitics (`ولبنان`).
fn without_clitics(tokenized: &Tokenized, span: Span) -> Span {
    let segments = tokenized.segments();
    let idx_at = |byte| segments.partition_point(|segment| segment.span.start() < byte);
    let first_idx = idx_at(span.start());
    let inside = segments.get(first_idx..idx_at(span.end())).unwrap_or_default();
    let mut stems = inside.iter().filter(|segment| segment.role == SegmentRole::Stem);
    let Some(first) = stems.next() else { return span };
    let last = stems.next_back().unwrap_or(first);
    // What begins inside a segment has no clitic in front, and the rest of its first word is part of the name.
    let before = first_idx.checked_sub(1).map(|idx| segments[idx].span);
    let is_inside = before.is_some_and(|before| before.end() > span.start());
    let start = if is_inside { span.start() } else { first.span.start() };
    Span::new(start, last.span.end().min(span.end()))
}

/// `للنظام` is `ل` and `لنظام`, whose article lost its alef.
fn has_lost_alef(text: &str, span: Span) -> bool {
    let range = span.range();
    text[..range.start].ends_with('ل') && text[range].starts_with('ل')
}

#[cfg(test)]
mod tests {
    use tawsim_tokenizer::Tokenizer;

    use super::*;

    #[test]
    fn a_name_begins_with_its_first_stem() {
        let check = |text: &str, surface: &str, expected: &str| {
            let mut tokenized = Tokenized::default();
            Tokenizer::new().tokenize(text, &mut tokenized);
            let start = text.find(surface).expect("it stands in the text");
            let span = Span::from_range(start..start + surface.len()).expect("short");
            assert_eq!(without_clitics(&tokenized, span).slice(text), expected, "{text}");
        };
        check("سوريا ولبنان", "ولبنان", "لبنان");
        check("كفرنبودة دمشق", "كفرنبودة دمشق", "كفرنبودة دمشق");
        // It begins inside a stem.
        check("كفرنبودة دمشق", "فرنبودة دمشق", "فرنبودة دمشق");
        check("كفرنبودة دمشق", "فرنبودة", "فرنبودة");
    }
}
