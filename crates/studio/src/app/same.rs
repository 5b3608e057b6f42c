//! Other mentions of the same name: found under any clitics, spelling variants and article,
//! grouped by how they are written, labelled in one step.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    time::Instant,
};

use tawsim_store::{Annotation, DocumentId, Edit, Query, SpanState};
use tawsim_tokenizer::{
    NormalizeOptions, Normalized, Segment, SegmentRole, Span, Tokenized, Tokenizer, fold_into,
};

use super::{AppError, Work};

/// Mentions written alike.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    /// How they are written, with their clitics.
    pub(crate) written: String,
    pub(crate) mentions: Vec<Mention>,
    /// Whether they will be labelled.
    pub(crate) is_chosen: bool,
}

/// Where a name was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) document: DocumentId,
    pub(crate) span: Span,
}

/// What was found, shown until it is applied or dropped.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SameMentions {
    pub(crate) surface: String,
    pub(crate) label: String,
    pub(crate) groups: Vec<Group>,
    /// Mentions that a person has already decided on; they are left alone.
    pub(crate) n_taken: usize,
}

/// What can stand before a name in its word.
const PROCLITICS: [&str; 11] = ["و", "ف", "ب", "ل", "ك", "وب", "ول", "وك", "فب", "فل", "فك"];

/// A name as it is looked for: its match key without article.
struct Name {
    key: String,
    has_article: bool,
}

impl Name {
    fn new(name: &str) -> Self {
        let mut tokenized = Tokenized::default();
        Tokenizer::new().tokenize(name, &mut tokenized);
        let first = tokenized.segments().first();
        let article = first.map_or(0, |s| usize::from(s.article_byte_len));
        let mut key = String::new();
        fold_into(name[article..].trim(), &NormalizeOptions::MATCH_KEY, &mut key);
        Self { key, has_article: article > 0 }
    }
}

/// A mention of a name: its span, whether that begins with an article, and the words around.
struct Hit<'t> {
    span: Span,
    has_article: bool,
    written: &'t str,
}

/// A text, read to be searched for names.
struct Reading {
    view: Normalized,
    tokenized: Tokenized,
}

impl Default for Reading {
    fn default() -> Self {
        let view = Normalized::new("", &NormalizeOptions::MATCH_KEY);
        Self { view, tokenized: Tokenized::default() }
    }
}

impl Reading {
    /// Reads a text; cut into words only if `is_wanted` says so of its match key.
    fn read(&mut self, text: &str, is_wanted: impl Fn(&str) -> bool) -> bool {
        self.view.fill(text, &NormalizeOptions::MATCH_KEY);
        let is_wanted = is_wanted(self.view.text());
        if is_wanted {
            Tokenizer::new().tokenize(text, &mut self.tokenized);
        }
        is_wanted
    }

    /// The mentions of a name in the text that was read.
    fn mentions<'t>(&self, text: &'t str, name: &Name) -> Vec<Hit<'t>> {
        if name.key.is_empty() {
            return Vec::new();
        }
        let keys = self.view.text().match_indices(&name.key);
        keys.filter_map(|(at, key)| Span::from_range(at..at + key.len()))
            .filter_map(|hit| self.whole_segments(text, self.view.source_from_normalized(hit)))
            .collect()
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

/// Searches documents for a name.
struct Finder {
    name: Name,
    reading: Reading,
    groups: BTreeMap<String, Group>,
    n_taken: usize,
}

impl Finder {
    fn new(name: &str) -> Self {
        let (name, reading) = (Name::new(name), Reading::default());
        Self { name, reading, groups: BTreeMap::new(), n_taken: 0 }
    }

    /// Looks through one document, whose layer holds these annotations, rejected ones too.
    fn search(&mut self, document: DocumentId, text: &str, known: &[Annotation]) {
        if !self.reading.read(text, |key| key.contains(&self.name.key)) {
            return;
        }
        for hit in self.reading.mentions(text, &self.name) {
            let is_taken =
                known.iter().any(|a| a.span.overlaps(hit.span) && a.state != SpanState::Suggested);
            if is_taken {
                self.n_taken += 1;
                continue;
            }
            let is_chosen = hit.has_article == self.name.has_article;
            let group = self.groups.entry(hit.written.to_owned()).or_insert_with(|| Group {
                written: hit.written.to_owned(),
                mentions: Vec::new(),
                is_chosen,
            });
            group.mentions.push(Mention { document, span: hit.span });
        }
    }

    /// What was found: the largest groups first.
    fn finish(self, surface: String, label: String) -> SameMentions {
        let mut groups: Vec<Group> = self.groups.into_values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.mentions.len()));
        SameMentions { surface, label, groups, n_taken: self.n_taken }
    }
}

/// Shorter names are found everywhere.
const MIN_NAME_CHARS: usize = 3;

/// Further mentions of names that a person has confirmed in a text, with their labels, in no order: what was right
/// once is likely right again. Those confirmed are among them.
pub(crate) fn mentioned_again(text: &str, confirmed: &[(Span, u16)]) -> Vec<(Span, u16)> {
    let names: BTreeSet<(&str, u16)> = confirmed
        .iter()
        .map(|(span, label)| (span.slice(text), *label))
        .filter(|(name, _)| name.chars().count() >= MIN_NAME_CHARS)
        .collect();
    let mut reading = Reading::default();
    if names.is_empty() || !reading.read(text, |_| true) {
        return Vec::new();
    }
    let mentions = names.into_iter().flat_map(|(name, label)| {
        let name = Name::new(name);
        let mut hits = reading.mentions(text, &name);
        hits.retain(|hit| hit.has_article == name.has_article);
        hits.into_iter().map(move |hit| (hit.span, label))
    });
    mentions.collect()
}

/// A search through the documents, a few at a time, so that nothing waits for it.
pub(super) struct Search {
    finder: Finder,
    surface: String,
    label: String,
    documents: Vec<DocumentId>,
    n_searched: usize,
}

impl Work {
    /// Begins to look for further mentions of the name in focus.
    pub(super) fn find_same(&mut self, everywhere: bool) -> Result<(), AppError> {
        let Some(document) = &self.document else { return Ok(()) };
        let Some(focused) = document.focused() else { return Ok(()) };
        let (surface, label) = (document.surface_of(focused).to_owned(), focused.label.clone());
        let documents =
            if everywhere { self.documents_with(&surface)? } else { vec![document.id()] };
        let finder = Finder::new(&surface);
        self.search = Some(Search { finder, surface, label, documents, n_searched: 0 });
        Ok(())
    }

    /// The documents that hold a name, in the order of the project: the index knows stems, and a word whose
    /// clitic it has not cut off as it stands.
    fn documents_with(&self, name: &str) -> Result<Vec<DocumentId>, AppError> {
        let mut found = HashSet::new();
        for before in std::iter::once("").chain(PROCLITICS) {
            let query = Query { limit: usize::MAX, ..Query::text(format!("{before}{name}")) };
            found.extend(self.project.search(&query)?.documents.into_iter().map(|d| d.id));
        }
        let all = self.library.all().iter().map(|row| row.id);
        Ok(all.filter(|id| found.contains(id)).collect())
    }

    /// Searches until it is found or until `until`. Returns whether nothing is left to search.
    pub(super) fn search_on(&mut self, until: Option<Instant>) -> Result<bool, AppError> {
        while let Some(search) = &mut self.search {
            let Some(document) = search.documents.get(search.n_searched) else {
                let Search { finder, surface, label, .. } =
                    self.search.take().expect("the loop's condition");
                self.same = Some(finder.finish(surface, label));
                return Ok(true);
            };
            if until.is_some_and(|until| Instant::now() >= until) {
                return Ok(false);
            }
            let stored = self.project.document(*document)?;
            let in_layer = |a: &&Annotation| a.layer == self.layer;
            let known: Vec<Annotation> =
                stored.annotations.iter().filter(in_layer).cloned().collect();
            search.finder.search(*document, &stored.text, &known);
            search.n_searched += 1;
        }
        Ok(true)
    }

    /// How many documents are searched of how many, while a search goes on.
    pub(super) fn search_progress(&self) -> Option<[usize; 2]> {
        self.search.as_ref().map(|search| [search.n_searched, search.documents.len()])
    }

    pub(super) fn toggle_same(&mut self, idx: usize) {
        let groups = self.same.as_mut().map(|same| &mut same.groups);
        if let Some(group) = groups.and_then(|groups| groups.get_mut(idx)) {
            group.is_chosen = !group.is_chosen;
        }
    }

    /// Labels the chosen mentions, all in one step; suggestions in their place go.
    pub(super) fn apply_same(&mut self) -> Result<(), AppError> {
        let Some(same) = self.same.take() else { return Ok(()) };
        let mut places: BTreeMap<DocumentId, Vec<Span>> = BTreeMap::new();
        let chosen = same.groups.iter().filter(|group| group.is_chosen);
        for mention in chosen.flat_map(|group| &group.mentions) {
            places.entry(mention.document).or_default().push(mention.span);
        }
        let layer = self.layer;
        let edit = |(document, spans)| Edit::Annotate {
            document,
            layer,
            label: same.label.clone(),
            spans,
        };
        self.write_step(places.into_iter().map(edit).collect(), |_, _| Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, Command};

    /// The name, the text, then what is found, chosen ones with a star: words = span.
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
        ("حلب", "الحلبي وحلبي", &[]),
    ];

    #[test]
    fn mentions_are_found_under_clitics_and_spellings() {
        let document: DocumentId = "0000000000000001".parse().expect("an id");
        for (name, text, want) in TABLE {
            let mut finder = Finder::new(name);
            finder.search(document, text, &[]);
            let found = finder.finish((*name).to_owned(), "X".to_owned());
            let mut got: Vec<String> = Vec::new();
            for group in &found.groups {
                let star = if group.is_chosen { "*" } else { "" };
                for mention in &group.mentions {
                    got.push(format!("{star}{} = {}", group.written, mention.span.slice(text)));
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
    fn a_search_goes_on_where_it_stopped() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [("1.txt", "داعش"), ("2.txt", "حلب"), ("3.txt", "هجوم لداعش")]
        {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        let mut app = App::new(tawsim_store::Options::new("samar").seed(1), "samar");
        app.apply(Command::Open(folder.path().to_owned())).expect("opens");
        app.apply(Command::MarkWord(0)).expect("marked");
        app.apply(Command::Label(0)).expect("labelled");
        let work = app.open.as_mut().expect("open");
        work.find_same(true).expect("begun");
        // The index leaves out what does not hold the name.
        assert_eq!(work.search_progress(), Some([0, 2]));
        assert!(!work.search_on(Some(Instant::now())).expect("readable"));
        assert!(work.same.is_none());
        assert!(work.search_on(None).expect("readable"));
        assert_eq!(work.search_progress(), None);
        let same = work.same.as_ref().expect("found");
        assert_eq!((same.groups.len(), same.n_taken), (1, 1));
        // Escape drops a search that goes on.
        work.find_same(true).expect("begun");
        app.run(Command::Escape);
        assert!(app.search_progress().is_none());
    }
}
