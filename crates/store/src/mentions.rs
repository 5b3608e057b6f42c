//! Mentions of a name in texts: found under any clitics, spelling variants and article, grouped by
//! how they are written.

use std::collections::{BTreeMap, BTreeSet};

use tawsim_tokenizer::{
    NormalizeOptions, Normalized, Segment, SegmentRole, Span, Tokenized, Tokenizer, fold_into,
};

use crate::{Annotation, DocumentId, SpanState};

/// One place in one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The document.
    pub document: DocumentId,
    /// The words without clitics, with the article of the first one.
    pub span: Span,
}

/// Mentions that are written alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MentionGroup {
    /// How they are written, with what is joined to them: `وبالفيروس`.
    pub written: String,
    /// Where, in the order in which the documents were searched, then by place.
    pub places: Vec<Place>,
    /// Whether they have an article just as the name that was looked for has or has none. With it
    /// another thing can be meant: `النصر`, `نصر`.
    pub has_same_article: bool,
}

/// All mentions of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundMentions {
    /// The largest group first.
    pub groups: Vec<MentionGroup>,
    /// Mentions that a person has decided on already: they are in no group.
    pub n_decided: usize,
}

/// What can stand before a name in its word.
pub(crate) const PROCLITICS: [&str; 11] =
    ["و", "ف", "ب", "ل", "ك", "وب", "ول", "وك", "فب", "فل", "فك"];

/// A name as it is looked for: its match key without article.
#[derive(Debug)]
struct Name {
    key: String,
    has_article: bool,
}

impl Name {
    fn new(name: &str) -> Self {
        let mut tokenized = Tokenized::default();
        Tokenizer::new().tokenize(name, &mut tokenized);
        // White space may stand before the article.
        let with_article = tokenized.segments().first().filter(|s| s.article_byte_len > 0);
        let start = with_article.map_or(0, |s| s.without_article().start() as usize);
        let mut key = String::new();
        fold_into(name[start..].trim(), &NormalizeOptions::MATCH_KEY, &mut key);
        Self { key, has_article: with_article.is_some() }
    }
}

/// A mention of a name: its span, whether that begins with an article, and the words around.
struct Hit<'t> {
    span: Span,
    has_article: bool,
    written: &'t str,
}

/// A text, read to be searched for names.
#[derive(Debug)]
struct Reading {
    tokenizer: Tokenizer,
    view: Normalized,
    tokenized: Tokenized,
}

impl Default for Reading {
    fn default() -> Self {
        let view = Normalized::new("", &NormalizeOptions::MATCH_KEY);
        Self { tokenizer: Tokenizer::new(), view, tokenized: Tokenized::default() }
    }
}

impl Reading {
    /// Reads a text; cut into words only if `is_wanted` says so of its match key.
    fn read(&mut self, text: &str, is_wanted: impl Fn(&str) -> bool) -> bool {
        self.view.fill(text, &NormalizeOptions::MATCH_KEY);
        let is_wanted = is_wanted(self.view.text());
        if is_wanted {
            self.tokenizer.tokenize(text, &mut self.tokenized);
        }
        is_wanted
    }

    /// The mentions of a name in the text that was read.
    fn mentions<'t>(&self, text: &'t str, name: &Name) -> impl Iterator<Item = Hit<'t>> {
        let keys = self.view.text().match_indices(&name.key).filter(|(_, key)| !key.is_empty());
        keys.filter_map(|(at, key)| Span::from_range(at..at + key.len()))
            .filter_map(|hit| self.whole_segments(text, self.view.source_from_normalized(hit)))
    }

    /// The span of the segments that a hit fills just up to their edges, the article of the first
    /// one included.
    fn whole_segments<'t>(&self, text: &'t str, hit: Span) -> Option<Hit<'t>> {
        let segments = self.tokenized.segments();
        let first = segments.partition_point(|s| s.span.end() <= hit.start());
        let last = segments.partition_point(|s| s.span.start() < hit.end()).checked_sub(1)?;
        let (start, end) = (segments.get(first)?, segments.get(last)?);
        let is_name = |s: &Segment| s.role == SegmentRole::Stem;
        if hit.end() != end.span.end() || !is_name(start) || !is_name(end) {
            return None;
        }
        let before = Span::new(start.span.start(), hit.start().max(start.span.start())).slice(text);
        let has_article = !before.is_empty() && hit.start() == start.without_article().start();
        // The tokenizer keeps a rare word whole where it might be one letter longer than it is.
        let is_clitic = PROCLITICS.contains(&before);
        if !before.is_empty() && !has_article && !is_clitic {
            return None;
        }
        let first = if is_clitic { hit } else { start.span };
        let words = self.tokenized.tokens()[start.token_idx as usize]
            .span
            .cover(self.tokenized.tokens()[end.token_idx as usize].span);
        Some(Hit { span: first.cover(end.span), has_article, written: words.slice(text) })
    }
}

/// Searches documents for a name, one after the other.
///
/// ```
/// use tawsim_store::{DocumentId, MentionFinder};
/// let document: DocumentId = "0000000000000001".parse()?;
/// let text = "هجوم لداعش وداعش قرب داعشان";
/// let mut finder = MentionFinder::new("داعش");
/// finder.search(document, text, &[]);
/// let found = finder.finish();
/// let written: Vec<&str> = found.groups.iter().map(|group| group.written.as_str()).collect();
/// assert_eq!(written, ["لداعش", "وداعش"]);
/// assert_eq!(found.groups[0].places[0].span.slice(text), "داعش");
/// # Ok::<(), tawsim_store::ParseIdError>(())
/// ```
#[derive(Debug)]
pub struct MentionFinder {
    name: Name,
    reading: Reading,
    groups: BTreeMap<String, MentionGroup>,
    n_decided: usize,
}

impl MentionFinder {
    /// Looks for this name, in any form.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let (name, reading) = (Name::new(name), Reading::default());
        Self { name, reading, groups: BTreeMap::new(), n_decided: 0 }
    }

    /// Looks through one document, whose layer holds these annotations, rejected ones too.
    pub fn search(&mut self, document: DocumentId, text: &str, known: &[Annotation]) {
        if !self.reading.read(text, |key| key.contains(&self.name.key)) {
            return;
        }
        for hit in self.reading.mentions(text, &self.name) {
            let is_decided =
                |a: &Annotation| a.span.overlaps(hit.span) && a.state != SpanState::Suggested;
            if known.iter().any(is_decided) {
                self.n_decided += 1;
                continue;
            }
            let place = Place { document, span: hit.span };
            if let Some(group) = self.groups.get_mut(hit.written) {
                group.places.push(place);
                continue;
            }
            let group = MentionGroup {
                written: hit.written.to_owned(),
                places: vec![place],
                has_same_article: hit.has_article == self.name.has_article,
            };
            self.groups.insert(hit.written.to_owned(), group);
        }
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> FoundMentions {
        let mut groups: Vec<MentionGroup> = self.groups.into_values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.places.len()));
        FoundMentions { groups, n_decided: self.n_decided }
    }
}

/// Shorter names are found everywhere.
const MIN_NAME_CHARS: usize = 3;

/// Further mentions of names that a person has confirmed in a text, with their labels, in no order:
/// what was right once is likely right again. Those confirmed are among them. Names of less than
/// three letters are not looked for.
#[must_use]
pub fn mentioned_again<L: Copy + Ord>(text: &str, confirmed: &[(Span, L)]) -> Vec<(Span, L)> {
    let names: BTreeSet<(&str, L)> = confirmed
        .iter()
        .map(|(span, label)| (span.slice(text), *label))
        .filter(|(name, _)| name.chars().count() >= MIN_NAME_CHARS)
        .collect();
    let mut reading = Reading::default();
    if names.is_empty() || !reading.read(text, |_| true) {
        return Vec::new();
    }
    let mut again = Vec::new();
    for (name, label) in names {
        let name = Name::new(name);
        let hits = reading.mentions(text, &name);
        let alike = hits.filter(|hit| hit.has_article == name.has_article);
        again.extend(alike.map(|hit| (hit.span, label)));
    }
    again
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name, the text, then what is found, with a star if it has an article as the name has:
    /// words = span.
    const TABLE: &[(&str, &str, &[&str])] = &[
        (
            "داعش",
            "هجوم لداعش وداعش قرب داعشان ثم داعــش",
            &["*داعــش = داعــش", "*لداعش = داعش", "*وداعش = داعش"],
        ),
        (
            "فيروس",
            "الفيروس وبالفيروس فيروس",
            &["الفيروس = الفيروس", "*فيروس = فيروس", "وبالفيروس = الفيروس"],
        ),
        (
            "جيش النصر",
            "قال جيش النصر إن لجيش النصر",
            &["*جيش النصر = جيش النصر", "*لجيش النصر = جيش النصر"],
        ),
        ("إدلب", "في ادلب وإدلب", &["*ادلب = ادلب", "*وإدلب = إدلب"]),
        ("NSO", "من NSO وNSOS", &["*NSO = NSO"]),
        (" النصر", "النصر نصر", &["*النصر = النصر", "نصر = نصر"]),
        ("\u{a0}\u{a0}النصر", "نصر", &["نصر = نصر"]),
        ("حلب", "الحلبي وحلبي", &[]),
        ("", "حلب", &[]),
    ];

    #[test]
    fn mentions_are_found_under_clitics_and_spellings() {
        let document: DocumentId = "0000000000000001".parse().expect("an id");
        for (name, text, want) in TABLE {
            let mut finder = MentionFinder::new(name);
            finder.search(document, text, &[]);
            let mut got: Vec<String> = Vec::new();
            for group in finder.finish().groups {
                let star = if group.has_same_article { "*" } else { "" };
                for place in &group.places {
                    got.push(format!("{star}{} = {}", group.written, place.span.slice(text)));
                }
            }
            let plain = |s: &String| s.trim_start_matches('*').to_owned();
            got.sort_by_key(plain);
            let mut want: Vec<String> = want.iter().map(|s| (*s).to_owned()).collect();
            want.sort_by_key(plain);
            assert_eq!(got, want, "{name} in {text}");
        }
    }

    #[test]
    fn confirmed_names_are_mentioned_again() {
        let text = "داعش في حلب، وبداعش والحلب حلب في";
        let span = |at: usize, len: usize| Span::from_range(at..at + len).expect("short");
        let at = |word: &str| span(text.find(word).expect(word), word.len());
        let confirmed = [(at("داعش"), 'F'), (at("حلب"), 'P'), (at("في"), 'X')];
        let again = mentioned_again(text, &confirmed);
        let said: Vec<_> = again.iter().map(|(span, label)| (span.slice(text), *label)).collect();
        assert_eq!(said, [("حلب", 'P'), ("حلب", 'P'), ("داعش", 'F'), ("داعش", 'F')]);
    }
}
