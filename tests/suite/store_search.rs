//! Search, annotate-all, adjudication and the merge of records.

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use tawsim_corpus::{Document, Entity, LabelSet};
use tawsim_store::{
    Disagreement, DocumentId, Edit, FoundMentions, ImportOptions, LayerId, LayerKind, MentionGroup,
    Mentions, NewLabel, Options, Place, Project, Query, ReviewState, SeenDocument, Span, SpanId,
    SpanState, Suggestion,
};
use tawsim_tests::store::{Annotator, SplitMix, text};
use tempfile::TempDir;

const TEXTS: [&str; 4] =
    ["انتشر الفيروس في حلب", "فيروسٌ وبالفيروس و فيروس", "الجيش في إدلـب وحلب", "لا شيء هنا"];

struct Bench {
    _dir: TempDir,
    project: Project,
    layers: [LayerId; 3],
    documents: Vec<DocumentId>,
}

fn bench() -> Bench {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let options = Options::new("samar").seed(1).clock(|| 0);
    let mut project = Project::create(&dir.path().join("p"), &options).expect("a new folder");
    let labels = ["DISEASE", "PLACE"].map(|label| Edit::AddLabel(NewLabel::named(label)));
    project.apply_step(&labels).expect("new labels");
    let layers = [
        ("samar", LayerKind::Annotator),
        ("omar", LayerKind::Annotator),
        ("gold", LayerKind::Adjudication),
    ]
    .map(|(name, kind)| project.add_layer(name, kind).expect("a new layer"));
    let mut import = project.import(ImportOptions::into_layer(layers[0])).expect("writable");
    let mut documents = Vec::new();
    for (number, text) in TEXTS.iter().enumerate() {
        let document = Document::new(format!("{number}"), *text);
        documents.extend(import.add(&document, &LabelSet::new()).expect("writable"));
    }
    import.finish().expect("writable");
    Bench { _dir: dir, project, layers, documents }
}

impl Bench {
    fn add(&mut self, layer: usize, document: usize, surface: &str, label: &str) -> SpanId {
        let edit = Edit::AddSpan {
            document: self.documents[document],
            layer: self.layers[layer],
            span: span_of(TEXTS[document], surface),
            label: label.to_owned(),
        };
        self.project.apply(&edit).expect("a good span").created[0]
    }

    /// Names of the documents found, and the places in them.
    #[track_caller]
    fn check(&self, query: &Query, expected: &str) {
        let found = self.project.search(query).expect("readable");
        let line = |document: &tawsim_store::FoundDocument| {
            let text = TEXTS[document.name.parse::<usize>().expect("a number")];
            let places = document.places.iter().map(|span| span.slice(text));
            let spans = document.annotations.iter().map(|a| a.span.slice(text));
            let words: Vec<&str> = places.chain(spans).collect();
            format!("{}:{}", document.name, words.join(","))
        };
        let lines: Vec<String> = found.documents.iter().map(line).collect();
        assert_eq!(lines.join(" "), expected, "{query:?}");
        assert!(found.n_documents >= lines.len());
    }

    /// Where two layers differ in a document.
    fn disagreements(&self, document: DocumentId) -> Vec<Disagreement> {
        let [samar, omar, gold] = self.layers;
        let stored = self.project.document(document).expect("there");
        stored.disagreements(&[samar, omar], Some(gold))
    }

    /// Accepts everywhere what two layers agree on.
    fn adjudicate_agreed(&mut self) {
        let [samar, omar, layer] = self.layers;
        for document in &self.documents {
            let stored = self.project.document(*document).expect("there");
            let agreed = stored.agreed(&[samar, omar]).into_iter();
            let accept = |id| Edit::Adjudicate { layer, candidate: id, accept: true };
            let edits: Vec<Edit> = agreed.map(|a| accept(a.id)).collect();
            self.project.apply_step(&edits).expect("writable");
        }
    }

    /// The documents that two layers have seen, and how many entities each has there.
    #[track_caller]
    fn check_seen(&self, only_done: bool, expected: &str) {
        let compared = self.project.compare(&self.layers[..2], only_done).expect("readable");
        let n_entities = |list: &Option<Vec<Entity>>| list.as_ref().map(Vec::len);
        let line = |seen: &SeenDocument| {
            let lists: Vec<_> = seen.entities.iter().filter_map(n_entities).collect();
            format!("{}:{lists:?}-{}", seen.stored.name, seen.disagreements(None).len())
        };
        let lines: Vec<String> = compared.documents().iter().map(line).collect();
        assert_eq!(lines.join(" "), expected, "only done: {only_done}");
    }

    fn mentions(&self, text: &str) -> FoundMentions {
        let mentions = Mentions { text: text.to_owned(), layer: self.layers[0], documents: None };
        self.project.preview_mentions(&mentions).expect("readable")
    }
}

fn span_of(text: &str, surface: &str) -> Span {
    let start = text.find(surface).expect(surface);
    Span::from_range(start..start + surface.len()).expect("short")
}

#[test]
fn words_are_found_in_every_form() {
    let bench = bench();
    let check = |text: &str, expected: &str| bench.check(&Query::text(text), expected);
    check("فيروس", "0:الفيروس 1:فيروسٌ,الفيروس,فيروس");
    check("وبالفيروس", "0:الفيروس 1:فيروسٌ,الفيروس,فيروس");
    check("ادلب", "2:إدلـب");
    check("أدلب وحلب", "2:إدلـب وحلب");
    check("حلب", "0:حلب 2:حلب");
    check("الجيش حلب", "");
    check("فير", "");
    check("\" OR *", "");
    check("،", "");
}

#[test]
fn every_condition_must_hold() {
    let mut bench = bench();
    let (samar, omar) = (bench.layers[0], bench.layers[1]);
    bench.add(0, 0, "حلب", "PLACE");
    bench.add(1, 2, "حلب", "PLACE");
    let id = bench.add(0, 1, "فيروس", "DISEASE");
    bench.project.apply(&Edit::Reject(id)).expect("it is there");
    let date = |document, date: &str| {
        Edit::SetMetadata(document, "date".to_owned(), Some(date.to_owned()))
    };
    let edits = [
        date(bench.documents[0], "2020-01-31"),
        date(bench.documents[1], "2021-05-01"),
        Edit::SetReview(bench.documents[0], samar, ReviewState::Done),
        Edit::FlagDocument(bench.documents[1], true),
        Edit::Suggest {
            document: bench.documents[3],
            layer: omar,
            model: "v1".to_owned(),
            suggestions: vec![Suggestion {
                span: span_of(TEXTS[3], "هنا"),
                label: "PLACE".to_owned(),
                score: Some(0.25),
            }],
        },
    ];
    bench.project.apply_step(&edits).expect("good edits");
    let all = Query { limit: 100, ..Query::default() };
    let label = |label: &str| Some(label.to_owned());
    bench.check(&all, "0: 1: 2: 3:");
    bench.check(&Query { limit: 2, offset: 1, ..all.clone() }, "1: 2:");
    bench.check(&Query { label: label("PLACE"), ..all.clone() }, "0:حلب 2:حلب 3:هنا");
    bench.check(&Query { label: label("PLACE"), layer: Some(omar), ..all.clone() }, "2:حلب 3:هنا");
    bench.check(&Query { state: Some(SpanState::Rejected), ..all.clone() }, "1:فيروس");
    bench.check(&Query { max_score: Some(0.5), ..all.clone() }, "3:هنا");
    bench.check(&Query { min_score: Some(0.5), ..all.clone() }, "");
    bench.check(&Query { reviewer: label("samar"), layer: Some(omar), ..all.clone() }, "2:حلب");
    bench.check(&Query { review: Some(ReviewState::Done), ..all.clone() }, "0:");
    bench.check(&Query { review: Some(ReviewState::New), ..all.clone() }, "1: 2: 3:");
    bench.check(&Query { is_flagged: Some(true), ..all.clone() }, "1:");
    bench.check(&Query { from_date: label("2020-02"), ..all.clone() }, "1:");
    bench.check(&Query { to_date: label("2020-12"), ..all.clone() }, "0:");
    bench.check(&Query { label: label("PLACE"), ..Query::text("جيش") }, "2:الجيش,حلب");
    bench.project.apply(&Edit::TrashDocument(bench.documents[0])).expect("it is there");
    bench.check(&Query { label: label("PLACE"), ..all }, "2:حلب 3:هنا");
}

#[test]
fn all_mentions_in_one_step() {
    let mut bench = bench();
    let id = bench.add(0, 1, "فيروسٌ", "DISEASE");
    let found = bench.mentions("الفيروس");
    let line = |group: &MentionGroup| {
        let text = |place: &Place| {
            let document = bench.documents.iter().position(|id| *id == place.document);
            place.span.slice(TEXTS[document.expect("of the project")])
        };
        let spans: Vec<&str> = group.places.iter().map(text).collect();
        format!("{} {} {}", group.written, spans.join(","), group.has_same_article)
    };
    let lines: Vec<String> = found.groups.iter().map(line).collect();
    let expected = ["الفيروس الفيروس true", "فيروس فيروس false", "وبالفيروس الفيروس true"];
    assert_eq!((lines, found.n_decided), (expected.map(str::to_owned).to_vec(), 1));
    let before = bench.project.state_hash().expect("readable");
    let places: Vec<_> = found.groups.iter().flat_map(|group| group.places.clone()).collect();
    let receipt = bench.project.annotate_all(&places, bench.layers[0], "DISEASE");
    let receipt = receipt.expect("writable");
    assert_eq!((receipt.created.len(), receipt.documents.len()), (3, 2));
    let all_decided = FoundMentions { groups: Vec::new(), n_decided: 4 };
    assert_eq!(bench.mentions("الفيروس"), all_decided);
    let again = bench.project.annotate_all(&places, bench.layers[0], "PLACE").expect("writable");
    assert_eq!(again.step, None, "decided places are left alone");
    bench.project.undo().expect("one step");
    assert_eq!(bench.project.state_hash().expect("readable"), before);
    let stored = bench.project.document(bench.documents[1]).expect("there");
    assert_eq!(stored.annotations.iter().map(|a| a.id).collect::<Vec<_>>(), [id]);
}

#[test]
fn disagreements_and_decisions() {
    let mut bench = bench();
    let [_, omar, gold] = bench.layers;
    for layer in 0..2 {
        bench.add(layer, 2, "حلب", "PLACE");
    }
    let mine = bench.add(0, 2, "إدلـب", "PLACE");
    let theirs = bench.add(1, 2, "في إدلـب", "PLACE");
    let alone = bench.add(1, 0, "الفيروس", "DISEASE");
    let open = |bench: &Bench, document: usize| {
        let found = bench.disagreements(bench.documents[document]);
        found.iter().map(|d| (d.candidates.len(), d.is_decided)).collect::<Vec<_>>()
    };
    assert_eq!(open(&bench, 2), [(2, false)]);
    assert_eq!(open(&bench, 0), [(1, false)]);
    bench.project.apply(&Edit::SetValue(mine, Some("7".to_owned()))).expect("writable");
    bench.adjudicate_agreed();
    for (candidate, accept) in [(mine, true), (theirs, false), (alone, false)] {
        let edit = Edit::Adjudicate { layer: gold, candidate, accept };
        bench.project.apply(&edit).expect("a good decision");
    }
    assert_eq!(open(&bench, 2), [(2, true)]);
    assert_eq!(open(&bench, 0), [(1, true)]);
    let stored = bench.project.document(bench.documents[2]).expect("there");
    let surfaces: Vec<_> = stored.entities(gold).map(|a| a.span.slice(TEXTS[2])).collect();
    assert_eq!(surfaces, ["إدلـب", "حلب"]);
    let values: Vec<_> = stored.entities(gold).map(|a| a.value.as_deref()).collect();
    assert_eq!(values, [Some("7"), None]);
    assert_eq!(stored.entities(omar).count(), 2, "the annotator's layer stays");
    let edit = Edit::Adjudicate { layer: gold, candidate: theirs, accept: true };
    bench.project.apply(&edit).expect("a change of mind");
    let stored = bench.project.document(bench.documents[2]).expect("there");
    assert_eq!(stored.entities(gold).count(), 3);
}

/// Entities within entities are agreed where everybody has all of them.
#[test]
fn nested_entities_can_be_agreed() {
    let mut bench = bench();
    let [_, _, gold] = bench.layers;
    for layer in 0..2 {
        bench.add(layer, 2, "الجيش في إدلـب", "PLACE");
        bench.add(layer, 2, "إدلـب", "PLACE");
    }
    let document = bench.documents[2];
    let differing = |bench: &Bench| bench.disagreements(document).len();
    assert_eq!(differing(&bench), 0);
    bench.adjudicate_agreed();
    let stored = bench.project.document(document).expect("there");
    assert_eq!(stored.entities(gold).count(), 2);
    bench.add(0, 2, "الجيش", "PLACE");
    assert_eq!(differing(&bench), 1);
}

/// To have found nothing is an answer; a model's suggestions, and what was put aside, are none.
#[test]
fn layers_are_compared_on_what_they_have_seen() {
    let mut bench = bench();
    let [samar, omar, _] = bench.layers;
    let review = |document, layer, state| Edit::SetReview(document, layer, state);
    let suggest = |document: DocumentId, text: &str, surface: &str| Edit::Suggest {
        document,
        layer: omar,
        model: "v1".to_owned(),
        suggestions: vec![Suggestion {
            span: span_of(text, surface),
            label: "PLACE".to_owned(),
            score: None,
        }],
    };
    bench.check_seen(false, "");
    for (document, surface) in [(0, "حلب"), (1, "فيروسٌ"), (2, "حلب"), (3, "هنا")] {
        bench.add(0, document, surface, "PLACE");
    }
    bench.check_seen(false, "");
    let documents = bench.documents.clone();
    bench.project.apply(&suggest(documents[0], TEXTS[0], "حلب")).expect("a good edit");
    bench.check_seen(false, "");
    bench.project.apply(&review(documents[1], omar, ReviewState::Done)).expect("a good edit");
    bench.check_seen(false, "1:[1, 0]-1");
    bench.add(1, 2, "حلب", "PLACE");
    bench.check_seen(false, "1:[1, 0]-1 2:[1, 1]-0");
    let id = bench.add(1, 3, "شيء", "PLACE");
    bench.check_seen(false, "1:[1, 0]-1 2:[1, 1]-0 3:[1, 1]-2");
    bench.project.apply(&Edit::Reject(id)).expect("it is there");
    bench.check_seen(false, "1:[1, 0]-1 2:[1, 1]-0 3:[1, 0]-1");
    bench.project.apply(&review(documents[3], omar, ReviewState::Skipped)).expect("a good edit");
    bench.check_seen(false, "1:[1, 0]-1 2:[1, 1]-0");
    bench.check_seen(true, "");
    for (document, state) in [(1, ReviewState::Approved), (2, ReviewState::InProgress)] {
        bench.project.apply(&review(documents[document], samar, state)).expect("a good edit");
    }
    bench.check_seen(true, "1:[1, 0]-1");
    bench.project.apply(&Edit::TrashDocument(documents[1])).expect("it is there");
    bench.check_seen(false, "2:[1, 1]-0");
}

#[track_caller]
fn check_merge(base: &str, ours: &str, theirs: &str, expected: (&str, usize)) {
    let merged = Project::merge_records(base, ours, theirs).expect("records");
    let content = String::from_utf8(merged.content).expect("UTF-8");
    assert_eq!((content.trim_end(), merged.conflicts.len()), expected);
    let other = Project::merge_records(base, theirs, ours).expect("records");
    assert_eq!(other.conflicts, merged.conflicts);
    if expected.1 == 0 {
        assert_eq!(String::from_utf8(other.content).expect("UTF-8"), content);
    }
}

#[test]
fn records_merge_key_by_key() {
    let a = r#"{"id":"a","label":"X"}"#;
    let b = r#"{"id":"b","label":"X"}"#;
    let both = format!("{a}\n{b}");
    check_merge("", a, b, (&both, 0));
    check_merge(a, a, a, (a, 0));
    check_merge(&both, a, &both, (a, 0));
    check_merge(&both, a, b, ("", 0));
    let y = r#"{"id":"a","label":"Y"}"#;
    let z = r#"{"id":"a","label":"Z"}"#;
    check_merge(a, y, a, (y, 0));
    check_merge(a, y, z, (y, 1));
    check_merge(a, y, "", (y, 1));
    let flagged = r#"{"id":"a","is_flagged":true,"label":"X"}"#;
    check_merge(a, flagged, y, (r#"{"id":"a","is_flagged":true,"label":"Y"}"#, 0));
    let bad = Project::merge_records("", "{}", "").expect_err("no id");
    assert_eq!(bad.to_string(), "ours, line 1: the record has no id");
}

#[test]
fn edges_from_two_sides_are_a_conflict() {
    let record = |start: u32, end: u32, surface: &str| {
        format!(r#"{{"end":{end},"id":"a","start":{start},"surface":"{surface}"}}"#)
    };
    let ours = record(0, 5, "xabcd");
    check_merge(&record(1, 5, "abcd"), &ours, &record(1, 4, "abc"), (&ours, 1));
    // Each side moved one edge; what is said of the place together is one side's.
    check_merge(
        &record(1, 5, "abab"),
        &record(3, 5, "ab"),
        &record(1, 3, "ab"),
        (&record(3, 5, "ab"), 1),
    );
}

/// The files of an exported layer by name; nothing if nobody has said anything in it.
fn records(layer: &Path) -> Option<BTreeMap<OsString, String>> {
    let entries = std::fs::read_dir(layer).ok()?;
    let paths = entries.map(|entry| entry.expect("readable").path());
    let record = |path: PathBuf| {
        let name = path.file_name().expect("a name").to_owned();
        (name, std::fs::read_to_string(&path).expect("UTF-8"))
    };
    Some(paths.map(record).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    /// The oracle of the index: every document is cut into words and compared.
    #[test]
    fn the_index_finds_what_a_scan_finds(seed: u64, n_words in 1_usize..3) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let options = Options::new("a").seed(1).clock(|| 0);
        let project = tawsim_tests::store::project(&dir.path().join("p"), &options, &["a"], 20);
        let query = text(&mut SplitMix(seed), n_words);
        let layer = project.layer("a").expect("readable").expect("there").id;
        let stems = |text: &str| {
            use tawsim_tokenizer::{NormalizeOptions, SegmentRole, TokenKind, Tokenized, Tokenizer, fold_into};
            let mut out = Tokenized::default();
            Tokenizer::new().tokenize(text, &mut out);
            let mut keys = Vec::new();
            for segment in out.segments().iter().filter(|s| s.role == SegmentRole::Stem) {
                let kind = out.tokens()[segment.token_idx as usize].kind;
                let mut key = String::new();
                fold_into(segment.without_article().slice(text), &NormalizeOptions::LOOSE_KEY, &mut key);
                if !matches!(kind, TokenKind::Punctuation | TokenKind::Symbol | TokenKind::Emoji) {
                    keys.push(key);
                }
            }
            keys
        };
        let keys = stems(&query);
        let mut expected = Vec::new();
        for row in project.documents(layer).expect("readable") {
            let document = project.document(row.id).expect("there");
            let words = stems(&document.text);
            if !keys.is_empty() && words.windows(keys.len()).any(|window| window == keys) {
                expected.push(row.id);
            }
        }
        let found = project.search(&Query::text(query)).expect("readable");
        let found: Vec<_> = found.documents.iter().map(|document| document.id).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn merging_with_the_base_gives_the_other_side(seed: u64) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let options = Options::new("a").seed(1).clock(|| 0);
        let mut project = tawsim_tests::store::project(&dir.path().join("p"), &options, &["a"], 2);
        let mut annotator = Annotator::new(&project, "a", seed);
        // What was done may all be undone, then there is nothing to export yet.
        let mut version = |_| {
            (0..30).for_each(|_| drop(annotator.act(&mut project).expect("room on disk")));
            let out = dir.path().join("out");
            project.export(&out).expect("writable");
            records(&out.join("layers/a"))
        };
        let mut next = || (0..20).find_map(&mut version).expect("something in the layer");
        let versions = [next(), next()];
        let names: BTreeSet<_> = versions.iter().flat_map(|files| files.keys()).collect();
        for name in names {
            let [base, theirs] = [0, 1].map(|at| versions[at].get(name).map_or("", String::as_str));
            let merged = Project::merge_records(base, theirs, base).expect("records");
            prop_assert_eq!(String::from_utf8(merged.content).expect("UTF-8"), theirs);
            prop_assert!(merged.conflicts.is_empty());
        }
    }
}
