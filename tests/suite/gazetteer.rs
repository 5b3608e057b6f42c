//! Gazetteers: matching against a plain look-up, entries in the model, the commands as a user sees them.

use std::collections::HashMap;
use std::path::Path;

use proptest::prelude::*;
use tawsim_tagger::{
    Gazetteer, GazetteerBuilder, Mention, MentionScratch, Model, NameStatus, read_gazetteer_table,
};
use tawsim_tests::{repository, tawsim};
use tawsim_tokenizer::{Tokenized, Tokenizer};

/// Words that have no clitics in any reading of the segmenter.
const WORDS: [&str; 8] = ["حلب", "خان", "شيخون", "داعش", "جيش", "النصر", "قرية", "إدلب"];

fn name() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&WORDS[..]), 1..4).prop_map(|words| words.join(" "))
}

fn find(gazetteer: &Gazetteer, text: &str) -> Vec<Mention> {
    let mut tokenized = Tokenized::default();
    Tokenizer::new().tokenize(text, &mut tokenized);
    gazetteer.find(text, &tokenized, &mut MentionScratch::default()).to_vec()
}

/// Kind, and byte range, of the longest name of each kind at each word, by looking up all runs of words.
fn all_runs(names: &[(usize, String)], text: &str) -> Vec<(u16, usize, usize)> {
    let known: HashMap<(u16, &str), ()> =
        names.iter().map(|(kind, name)| ((*kind as u16, name.as_str()), ())).collect();
    let starts: Vec<usize> = text.split(' ').map(|word| word.as_ptr() as usize).collect();
    let starts = starts.iter().map(|at| at - text.as_ptr() as usize);
    let spans: Vec<(usize, usize)> =
        starts.zip(text.split(' ')).map(|(start, word)| (start, start + word.len())).collect();
    let mut found = Vec::new();
    for (idx, &(start, _)) in spans.iter().enumerate() {
        for kind in 0..2 {
            let ends = spans[idx..].iter().map(|span| span.1);
            let is_name = |end: &usize| known.contains_key(&(kind, &text[start..*end]));
            let longest = ends.rev().find(is_name);
            found.extend(longest.map(|end| (kind, start, end)));
        }
    }
    found.sort_unstable();
    found
}

proptest! {
    #[test]
    fn matching_agrees_with_looking_up_all_runs(
        names in prop::collection::vec((0..2_usize, name()), 1..12),
        text in prop::collection::vec(prop::sample::select(&WORDS[..]), 1..14),
    ) {
        let kinds = ["faction", "place"];
        let mut builder = GazetteerBuilder::new();
        // Both kinds occur, so that their numbers are those of `kinds`.
        builder.add("faction", "فصيل آخر", NameStatus::Plain);
        builder.add("place", "مكان آخر", NameStatus::Plain);
        for (kind, name) in &names {
            builder.add(kinds[*kind], name, NameStatus::Plain);
        }
        let (gazetteer, text) = (builder.build(), text.join(" "));
        let mut found: Vec<_> = find(&gazetteer, &text)
            .iter()
            .map(|m| (m.kind_idx, m.span.start() as usize, m.span.end() as usize))
            .collect();
        found.sort_unstable();
        prop_assert_eq!(found, all_runs(&names, &text));
    }
}

#[test]
fn the_bundled_model_knows_its_entries() {
    let model = Model::bundled();
    assert!(model.n_entries() > 15_000, "{}", model.n_entries());
    let aleppo = model.entry("place:sy:C1007").expect("a P-code");
    assert_eq!((aleppo.name(), aleppo.kind(), aleppo.country()), ("حلب", "city", "SY"));
    assert_eq!(aleppo.admin_path().collect::<Vec<_>>(), ["حلب", "جبل سمعان"]);
    let (lat, lon) = aleppo.coordinates().expect("it is on the map");
    assert!((lat - 36.2).abs() < 0.1 && (lon - 37.15).abs() < 0.1);
    let ypg = model.entry("faction:ypg").expect("a faction");
    assert_eq!(ypg.parent().map(|parent| parent.id()), Some("faction:sdf"));
    assert_eq!(model.entry("place:sy:nowhere"), None);
    for (name, id) in [
        ("ادلب", "place:sy:C3871"),
        ("كفر نبل", "place:sy:C4068"),
        ("هيئة تحرير الشام", "faction:hayat-tahrir-al-sham"),
        ("الحشد الشعبى", "faction:pmf"),
    ] {
        let found = model.named(name);
        assert!(found.iter().any(|hit| hit.entry.id() == id), "{name}: {found:?}");
    }
}

#[test]
fn another_gazetteer_needs_no_training() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let table = "id\tkind\tname\tnames\tcountry\tlat\tlon\nplace:sy:new\tvillage\tكفر زعتر\t\tSY\t35.6\t36.7\n";
    std::fs::write(path("mine.tsv"), table).expect("the folder can be written");
    let shipped = repository().join("corpus/gazetteer").to_string_lossy().into_owned();
    let args = ["gazetteer", "build", &shipped, &path("mine.tsv"), "--output", &path("m.tawsim")];
    check(&args, 0, " entries, ");
    let model = Model::open(Path::new(&path("m.tawsim"))).expect("just written");
    assert_eq!(model.entry("place:sy:new").map(|entry| entry.name()), Some("كفر زعتر"));
    let old = Model::bundled();
    assert_eq!((model.n_attributes(), model.labels()), (old.n_attributes(), old.labels()));
    let out = check(&["gazetteer", "lookup", "كفرزعتر", "--model", &path("m.tawsim")], 0, "");
    assert!(out.starts_with("place:sy:new  village  كفر زعتر\n"), "{out}");
    let only_mine = ["gazetteer", "build", &path("mine.tsv"), "--output", &path("n.tawsim")];
    check(&only_mine, 1, "the model cannot take these tables");
}

#[test]
fn the_shipped_tables_have_no_errors() {
    let shipped = repository().join("corpus/gazetteer").to_string_lossy().into_owned();
    let out = check(&["gazetteer", "check", &shipped, "--errors-only"], 0, "0 errors");
    assert!(out.starts_with("class ") && out.contains("\nplace "), "{out}");
}

/// Runs and compares the exit code and a part of standard error.
fn check(args: &[&str], code: u8, stderr: &str) -> String {
    let run = tawsim(args, b"");
    assert_eq!(run.code, code, "{args:?}\n{}", run.stderr);
    assert!(run.stderr.contains(stderr), "{args:?} said\n{}", run.stderr);
    run.stdout
}

#[test]
fn commands() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let write = |name: &str, text: &str| {
        std::fs::write(path(name), text).expect("the folder can be written");
    };
    write("bad.tsv", "id\tkind\tname\tnames\nplace:1\tcity\tحلب\t\nplace:1\tcity\tحمص\t\n");
    let out = check(&["gazetteer", "check", &path("bad.tsv")], 1, "1 errors, 0 warnings");
    assert!(out.contains("line 3: error: place:1: the id stands for an entry before"), "{out}");
    write("news.txt", &"القرار الجديد ".repeat(30));
    write("new.tsv", "id\tkind\tname\tnames\nplace:1\tvillage\tالجديد\t\n");
    let args = ["gazetteer", "check", &path("new.tsv"), "--text", &path("news.txt")];
    let out = check(&args, 0, "60 words of text were counted");
    assert!(out.contains("common word: الجديد (place:1), 30 times, 0 behind"), "{out}");
    write("ocha.csv", "admin4Pcode,admin4Name_ar,Latitude,Longitude\nC1,\"قرية, أولى\",36,37\n");
    let args = ["gazetteer", "import", "ocha", &path("ocha.csv"), "--country", "sy"];
    check(&[&args[..], &["--output", &path("o.tsv")]].concat(), 0, "1 entries, 0 rows left out");
    let imported = std::fs::read_to_string(path("o.tsv")).expect("just written");
    let rows = read_gazetteer_table(&imported).expect("own output");
    assert_eq!((rows[0].1.id.as_str(), rows[0].1.name.as_str()), ("place:sy:C1", "قرية, أولى"));
    let args = ["gazetteer", "import", "csv", &path("ocha.csv"), "--class", "place"];
    check(&[&args[..], &["--output", &path("o.tsv")]].concat(), 1, "no column for the name");
    check(&["gazetteer", "lookup", "لا شيء هنا"], 1, "no such name and no such id");
    let out = check(&["gazetteer", "lookup", "place:sy:C1007", "--json"], 0, "");
    let row: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&row["name"], &row["country"]), (&"حلب".into(), &"SY".into()));
}
