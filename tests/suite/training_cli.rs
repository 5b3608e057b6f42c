//! What `tawsim train` does with files beside the documents.

use std::fs;

use tawsim_tests::{Run, tawsim};

const PLACES: [&str; 6] = ["حلب", "إدلب", "حماة", "درعا", "الرقة", "دوما"];

/// A folder with `a.jsonl`, a document a place, and `a.conll`, the same places with a clitic in columns.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let start = "قصف على ".len();
    let row = |place: &str| {
        let entity =
            serde_json::json!({"start": start, "end": start + place.len(), "label": "PLACE"});
        let text = format!("قصف على {place} أمس");
        format!(
            "{}\n",
            serde_json::json!({"id": place, "text": text, "offset_unit": "byte", "entities": [entity]})
        )
    };
    fs::write(folder.path().join("a.jsonl"), PLACES.map(row).concat()).expect("a file");
    let columns = |place: &str| format!("-DOCSTART- O\n\nقصف O\nو{place} B-PLACE\nأمس O\n\n");
    fs::write(folder.path().join("a.conll"), PLACES.map(columns).concat().repeat(4))
        .expect("a file");
    folder
}

/// Runs in a folder: words that begin with `@` are paths below it.
fn run(folder: &tempfile::TempDir, args: &str) -> Run {
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let word = |word: &str| word.strip_prefix('@').map_or_else(|| word.to_owned(), path);
    let words: Vec<String> = args.split(' ').map(word).collect();
    tawsim(&words.iter().map(String::as_str).collect::<Vec<_>>(), b"")
}

#[cfg(target_os = "linux")]
#[test]
fn states_go_when_the_model_is_written() {
    let folder = folder();
    let states = folder.path().join("states");
    fs::create_dir(&states).expect("a folder");
    fs::write(states.join("chain-3.state"), "of a chain that this run does not have")
        .expect("a file");
    std::os::unix::fs::symlink("/dev/full", folder.path().join("full")).expect("a link");
    let train = "train @a.jsonl --checkpoint @states -q --max-iterations 3 --output";
    let failed = run(&folder, &format!("{train} @full"));
    assert!(failed.code == 1 && failed.stderr.contains("cannot write"), "{failed:?}");
    assert!(states.join("chain-3.state").exists(), "what was learnt is kept");
    fs::write(states.join("chain-x.state"), "mine").expect("a file");
    assert_eq!(run(&folder, &format!("{train} @m.tawsim")).code, 0);
    let left: Vec<_> =
        states.read_dir().expect("a folder").flatten().map(|e| e.file_name()).collect();
    assert_eq!(left, ["chain-x.state"]);
}

#[test]
fn the_newer_of_two_documents_of_one_text_counts() {
    let folder = folder();
    let check = |args: &str, expected: &str| {
        let run = run(&folder, &format!("train {args} --max-iterations 3"));
        assert_eq!(run.code, 0, "{args}: {}", run.stderr);
        assert!(run.stderr.contains(expected), "{args}: {}", run.stderr);
    };
    check("@a.jsonl --output @m.tawsim", "6 documents");
    check(
        "@a.jsonl --warm-start @m.tawsim --base @a.jsonl --holdout 0.2 --output @n.tawsim",
        "6 documents of --base were left out",
    );
    check("@a.jsonl --warm-start @m.tawsim --output @n.tawsim", "");
}

#[test]
fn scores_of_documents_kept_back_are_those_of_evaluate() {
    let folder = folder();
    let train = run(&folder, "train @a.conll --holdout 0.5 --output @m.tawsim -q");
    assert_eq!(train.code, 0, "{}", train.stderr);
    let evaluate = run(&folder, "evaluate @a.conll --model @m.tawsim");
    let f1 = |run: &Run| {
        let line = run.stdout.lines().find(|line| line.starts_with("PLACE")).expect("a label");
        line.split_whitespace().nth(3).expect("F1").to_owned()
    };
    assert_eq!(f1(&train), "1.0000", "{}", train.stdout);
    assert_eq!(f1(&evaluate), "1.0000", "{}", evaluate.stdout);
}

#[test]
fn tables_are_no_outputs() {
    let folder = folder();
    for option in ["--clusters", "--templates"] {
        fs::write(folder.path().join("table"), "mine").expect("a file");
        let run = run(&folder, &format!("train @a.jsonl {option} @table --output @table"));
        assert!(run.code == 1 && run.stderr.contains("is an input too"), "{run:?}");
        assert_eq!(fs::read_to_string(folder.path().join("table")).expect("there"), "mine");
    }
}
