//! The thread that knows the gazetteer.

use std::{
    path::PathBuf,
    sync::{
        Arc, LazyLock,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use tawsim_corpus::{Document, Entity, LabelSet, ValueDetails};
use tawsim_tagger::{
    DateInterval, EntityValue, Gazetteer, GazetteerRecord, LinkHints, Linker, entity_values,
};
use tawsim_tokenizer::{NormalizeOptions, NumberValue, Span, Tokenized, Tokenizer, fold_into};

use super::own;
use crate::base;

/// The most candidates that are offered: one a digit.
const MAX_CANDIDATES: usize = 9;

/// An entry that an entity may mean.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) record: GazetteerRecord,
    /// The linker's probability; `None` for what was found by name alone.
    pub(crate) score: Option<f32>,
}

/// What is known of an entity beside its label.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    /// The likeliest first; empty for what is not linked.
    pub(crate) candidates: Vec<Candidate>,
    /// The probability that it is in no list; `None` for what is not linked.
    pub(crate) nil_score: Option<f32>,
    /// What a number says.
    pub(crate) value: Option<String>,
    /// The days of a date.
    pub(crate) date: Option<DateInterval>,
}

/// What the thread is asked.
pub(crate) enum LinkJob {
    /// Use this project's own tables beside the program's.
    Project(PathBuf),
    /// The facts of a document's entities: their spans and labels.
    Document { key: u64, text: Arc<str>, entities: Arc<[(Span, String)]> },
    /// Entries of these classes whose names contain this.
    Search { text: String, label: String },
}

/// What it answers.
pub(crate) enum LinkAnswer {
    /// The tables are others now.
    Loaded,
    /// Of [`LinkJob::Document`], in the order of the entities.
    Facts { key: u64, facts: Arc<[Facts]> },
    /// Of [`LinkJob::Search`].
    Found { text: String, candidates: Vec<Candidate> },
}

/// The thread. It ends when this is dropped.
pub(crate) struct Links {
    jobs: Sender<LinkJob>,
    answers: Receiver<LinkAnswer>,
}

impl Links {
    /// Starts it; `notify` is called after each answer.
    pub(crate) fn start(notify: impl Fn() + Send + 'static) -> Self {
        let (jobs, todo) = channel::<LinkJob>();
        let (done, answers) = channel();
        thread::spawn(move || {
            let mut tables = None;
            // Facts of thousands of entities take their time to be freed: this thread does it, when the window has
            // asked again and so has let go of all but the last ones.
            let mut kept = Vec::new();
            for job in todo {
                let answer = match job {
                    LinkJob::Project(dir) => {
                        tables = Some(Tables::read(&dir));
                        LinkAnswer::Loaded
                    }
                    LinkJob::Document { key, text, entities } => {
                        let Some(tables) = &tables else { continue };
                        kept.drain(..kept.len().saturating_sub(1));
                        let facts: Arc<[Facts]> = tables.facts(&text, &entities).into();
                        kept.push((Arc::clone(&facts), entities));
                        LinkAnswer::Facts { key, facts }
                    }
                    LinkJob::Search { text, label } => {
                        let Some(tables) = &tables else { continue };
                        let candidates = tables.search(&text, &label);
                        LinkAnswer::Found { text, candidates }
                    }
                };
                if done.send(answer).is_err() {
                    break;
                }
                notify();
            }
        });
        Self { jobs, answers }
    }

    pub(crate) fn ask(&self, job: LinkJob) {
        // If the thread is gone there are no more answers; nothing waits for them.
        drop(self.jobs.send(job));
    }

    pub(crate) fn answer(&self) -> Option<LinkAnswer> {
        self.answers.try_recv().ok()
    }
}

/// The program's tables and the project's own as one.
struct Tables {
    gazetteer: Arc<Gazetteer>,
    own: Vec<GazetteerRecord>,
}

/// The names of an entry, folded.
struct Folded<'a> {
    names: String,
    id: &'a str,
}

impl<'a> Folded<'a> {
    fn of(record: &'a GazetteerRecord) -> Self {
        let mut names = String::new();
        let all = format!("{}|{}|{}", record.name, record.names, record.latin.to_lowercase());
        fold_into(&all, &NormalizeOptions::LOOSE_KEY, &mut names);
        Self { names, id: &record.id }
    }

    /// Length of the shortest name that holds this.
    fn shortest_with(&self, wanted: &str) -> Option<usize> {
        self.names.split('|').filter(|name| name.contains(wanted)).map(str::len).min()
    }
}

/// Those of the program's tables.
static FOLDED: LazyLock<Vec<Folded<'static>>> =
    LazyLock::new(|| base::records(&[]).map(Folded::of).collect());

impl Tables {
    /// A table of the project that cannot be read is left out; adding to it says why.
    fn read(project: &std::path::Path) -> Self {
        let own = own::read_all(project);
        Self { gazetteer: base::gazetteer(&own), own }
    }

    fn facts(&self, text: &str, entities: &[(Span, String)]) -> Vec<Facts> {
        let mut labels = LabelSet::new();
        let mut document = Document::new("", text);
        let mut places = Vec::new();
        for (idx, (span, label)) in entities.iter().enumerate() {
            if let Ok(label) = labels.intern(label) {
                document.entities.push(Entity::new(*span, label));
                places.push(idx);
            }
        }
        let mut tokenized = Tokenized::default();
        Tokenizer::new().tokenize(text, &mut tokenized);
        let values = entity_values(&document, &tokenized, &labels, None);
        let linker = Linker::to_gazetteer(&self.gazetteer);
        let links = linker.link(&document, &tokenized, &labels, LinkHints::default());
        let mut facts = vec![Facts::default(); entities.len()];
        for ((idx, linked), value) in places.into_iter().zip(links).zip(values) {
            match value {
                Some(EntityValue::Number(number)) => facts[idx].value = Some(number_text(&number)),
                Some(EntityValue::Date(date)) => facts[idx].date = Some(date),
                None => {}
            }
            if let Some(linked) = linked {
                let surface = entities[idx].0.slice(text);
                facts[idx].nil_score = Some(linked.nil_score);
                let links = linked.link.iter().chain(&linked.alternatives);
                let scored = links.map(|link| (link.entry.id(), Some(link.score)));
                let named = self.gazetteer.named(surface);
                let of_label = named.iter().filter(|hit| is_for(hit.entry.id(), &entities[idx].1));
                let named = of_label.map(|hit| (hit.entry.id(), None));
                facts[idx].candidates = self.candidates(scored.chain(named));
            }
        }
        facts
    }

    fn candidates<'a>(
        &self,
        found: impl Iterator<Item = (&'a str, Option<f32>)>,
    ) -> Vec<Candidate> {
        let mut candidates: Vec<Candidate> = Vec::new();
        for (id, score) in found {
            let is_known = candidates.iter().any(|candidate| candidate.record.id == id);
            if let Some(record) = base::record(&self.own, id).filter(|_| !is_known) {
                candidates.push(Candidate { record: record.clone(), score });
            }
        }
        candidates.truncate(MAX_CANDIDATES);
        candidates
    }

    /// The shortest names first: what was typed is the most of them.
    fn search(&self, text: &str, label: &str) -> Vec<Candidate> {
        let mut wanted = String::new();
        fold_into(text.trim(), &NormalizeOptions::LOOSE_KEY, &mut wanted);
        let wanted = wanted.to_lowercase();
        if wanted.is_empty() {
            return Vec::new();
        }
        let own: Vec<Folded<'_>> = self.own.iter().map(Folded::of).collect();
        let is_own = |id: &str| self.own.iter().any(|record| record.id == id);
        let base = FOLDED.iter().filter(|folded| !is_own(folded.id));
        let fits = |folded: &&Folded<'_>| is_for(folded.id, label);
        let mut found: Vec<(usize, &str)> = base
            .chain(&own)
            .filter(fits)
            .filter_map(|folded| Some((folded.shortest_with(&wanted)?, folded.id)))
            .collect();
        found.sort_unstable();
        self.candidates(found.into_iter().map(|(_, id)| (id, None)))
    }
}

/// Whether entities of a label can mean this entry.
fn is_for(id: &str, label: &str) -> bool {
    match id.split(':').next() {
        Some("faction") => label == "FACTION",
        Some("place" | "country") => label != "FACTION" && Linker::links_label(label),
        _ => false,
    }
}

/// A number's value as it is written into the project: `18`, `15-20`, `20-`.
pub(crate) fn number_text(number: &NumberValue) -> String {
    let digits = |value: f64| if value.is_finite() { value.to_string() } else { String::new() };
    let mut text = digits(number.min);
    if number.max > number.min {
        text = format!("{text}-{}", digits(number.max));
    }
    if number.percent {
        text.push('%');
    }
    if number.approximate {
        text.insert(0, '~');
    }
    text
}

/// What is no part of a value: the shape of its digits and dashes, marks that nobody sees.
const VALUE_KEY: NormalizeOptions = NormalizeOptions {
    drop_invisible: true,
    fold_digits: true,
    fold_spaces: true,
    fold_quotes: true,
    ..NormalizeOptions::NONE
};

/// What [`number_text`] wrote, or a person instead of it.
pub(crate) fn parse_value(text: &str) -> Option<ValueDetails<'static>> {
    let mut folded = String::new();
    fold_into(&text.replace('\u{2212}', "-"), &VALUE_KEY, &mut folded);
    let text = folded.trim();
    let (text, approximate) = match text.strip_prefix('~') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (text, percent) = match text.strip_suffix('%') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (min, max) = match text.split_once('-') {
        Some((min, max)) if max.trim().is_empty() => (number(min)?, None),
        Some((min, max)) => (number(min)?, Some(number(max)?)),
        None => (number(text)?, Some(number(text)?)),
    };
    if max.is_some_and(|max| max < min) {
        return None;
    }
    Some(ValueDetails::Number { min, max, approximate, percent, ordinal: false, unit: None })
}

/// A number of digits, with a point and with commas between thousands.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let mut thousands = text.split('.').next().unwrap_or_default().split(',').skip(1);
    let is_sign = |c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',');
    if text.contains(is_sign) || !thousands.all(|digits| digits.len() == 3) {
        return None;
    }
    text.replace(',', "").parse().ok().filter(|number: &f64| number.is_finite())
}

/// A value that a person typed as it is written into the project; `None` if it is none.
pub(crate) fn value_text(text: &str) -> Option<String> {
    let ValueDetails::Number { min, max, approximate, percent, ordinal, .. } = parse_value(text)?
    else {
        return None;
    };
    let max = max.unwrap_or(f64::INFINITY);
    let number = NumberValue { min, max, exact: false, approximate, ordinal, percent, unit: None };
    Some(number_text(&number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::{NewEntry, add_alias, add_entry};

    fn facts(tables: &Tables, text: &str, entities: &[(&str, &str)]) -> Vec<Facts> {
        let entity = |(surface, label): &(&str, &str)| {
            let start = text.find(surface).expect("it is in the text");
            let span = Span::from_range(start..start + surface.len()).expect("short");
            (span, (*label).to_owned())
        };
        tables.facts(text, &entities.iter().map(entity).collect::<Vec<_>>())
    }

    #[test]
    fn entities_have_candidates_values_and_days() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tables = Tables::read(folder.path());
        let text = "في 15 آذار 2018 قُتل نحو 25 من هيئة تحرير الشام قرب خان شيخون بريف إدلب";
        let entities = [
            ("15 آذار 2018", "DATE"),
            ("25", "NUMBER"),
            ("هيئة تحرير الشام", "FACTION"),
            ("خان شيخون", "PLACE"),
        ];
        let [date, number, faction, place] = &facts(&tables, text, &entities)[..] else {
            panic!("one an entity");
        };
        assert_eq!(date.date.map(|d| (d.from, d.to)), Some((20_180_315, 20_180_315)));
        assert_eq!(number.value.as_deref(), Some("~25"));
        assert_eq!(faction.candidates[0].record.name, "هيئة تحرير الشام");
        let town = &place.candidates[0].record;
        assert_eq!((town.name.as_str(), town.admin1.as_str()), ("خان شيخون", "إدلب"));
        assert!(!town.pcode.is_empty() && !town.lat.is_empty());
        assert!(place.nil_score.expect("linked") < 0.5);
    }

    #[test]
    fn values_are_read_as_they_are_written() {
        for text in ["18", "15-20", "20-", "~20", "40%", "~1.5-2%"] {
            assert_eq!(value_text(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn values_are_read_as_people_write_them() {
        let table = [
            ("١٨", Some("18")),
            ("۱۸", Some("18")),
            ("٤٠٪", Some("40%")),
            ("40 %", Some("40%")),
            ("15–20", Some("15-20")),
            (" 15 — ٢٠ ", Some("15-20")),
            ("20 -", Some("20-")),
            ("15\u{2212}20", Some("15-20")),
            ("~ 300", Some("~300")),
            ("\u{200f}300\u{200e}", Some("300")),
            ("١٬٥٠٠٫٥", Some("1500.5")),
            ("1,000,000", Some("1000000")),
            ("1,5", None),
            ("20-15", None),
            ("15 20", None),
            ("1.2.3", None),
            ("many", None),
            ("nan", None),
            ("inf", None),
            ("1-inf", None),
            ("1e400", None),
            ("-", None),
            ("", None),
        ];
        for (text, want) in table {
            assert_eq!(value_text(text).as_deref(), want, "{text}");
        }
        let long = "9".repeat(400);
        assert!(parse_value(&long).is_none(), "no finite number");
    }

    #[test]
    fn the_project_adds_entries_and_aliases() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let dir = folder.path();
        let text = "سيطر لواء الاختبار على تل المثال";
        let entities = [("لواء الاختبار", "FACTION"), ("تل المثال", "PLACE")];
        let before = facts(&Tables::read(dir), text, &entities);
        assert!(before.iter().all(|facts| facts.candidates.is_empty()), "{before:?}");
        let new = NewEntry { class: "faction", name: "لواء الاختبار".to_owned() };
        let id = add_entry(dir, &new).expect("written");
        assert_eq!(add_entry(dir, &new).expect("known"), id, "it is added once");
        let idlib = base::records(&[]).find(|record| record.name == "إدلب");
        let idlib = idlib.expect("the tables have it");
        add_alias(dir, idlib, "تل المثال").expect("written");
        let tables = Tables::read(dir);
        let after = facts(&tables, text, &entities);
        assert_eq!(after[0].candidates[0].record.id, id);
        assert_eq!(after[1].candidates[0].record.id, idlib.id);
        // Both are found by typing a part of them.
        let found = |text: &str, label: &str| -> Vec<String> {
            tables.search(text, label).into_iter().map(|c| c.record.id).collect()
        };
        assert_eq!(found("الاختبار", "FACTION"), [id]);
        assert_eq!(found("المثال", "PLACE"), [idlib.id.as_str()]);
        assert!(found("المثال", "FACTION").is_empty());
    }
}
