//! `tawsim project` as a user sees it.

use std::path::Path;

use tawsim_tests::tawsim;

/// Runs in a folder: words of `args` that begin with `@` are paths below it.
fn run(folder: &Path, args: &str) -> tawsim_tests::Run {
    let word = |word: &str| match word.strip_prefix('@') {
        Some(name) => folder.join(name).to_string_lossy().into_owned(),
        None => word.to_owned(),
    };
    let words: Vec<String> = ["project"].into_iter().chain(args.split(' ')).map(word).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    tawsim(&words, b"")
}

/// Runs and compares the exit code and parts of what is said on both streams.
#[track_caller]
fn check(folder: &Path, args: &str, code: u8, words: &[&str]) -> String {
    let run = run(folder, args);
    assert_eq!(run.code, code, "{args}\n{}", run.stderr);
    let said = format!("{}{}", run.stdout, run.stderr);
    for word in words {
        assert!(said.contains(word), "{args} said\n{said}");
    }
    run.stdout
}

const SAMAR: &str = r#"{"id":"1","text":"هجوم لداعش على حلب","offset_unit":"byte","entities":[{"start":11,"end":19,"label":"FACTION","surface":"داعش"},{"start":27,"end":33,"label":"PLACE","surface":"حلب"}]}
{"id":"2","text":"قصف على إدلب","offset_unit":"byte","entities":[]}
"#;

const OMAR: &str = r#"{"id":"1","text":"هجوم لداعش على حلب","offset_unit":"byte","entities":[{"start":9,"end":19,"label":"FACTION","surface":"لداعش"},{"start":27,"end":33,"label":"PLACE","surface":"حلب"}]}
"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("the folder can be written");
    };
    write("samar.jsonl", SAMAR);
    write("omar.jsonl", OMAR);
    folder
}

#[test]
fn a_project_from_import_to_export() {
    let folder = folder();
    let dir = folder.path();
    check(dir, "new @p --actor samar --labels FACTION,PLACE", 0, &["project "]);
    check(dir, "new @p --actor samar", 1, &["is not empty"]);
    let words = ["2 documents: 2 new, 0 known, 0 left out; 2 entities: 2 new, 0 left out"];
    check(dir, "import @p @samar.jsonl --actor samar", 0, &words);
    let words = ["0 new, 2 known", "2 entities: 0 new, 2 left out", "has this entity already"];
    check(dir, "import @p @samar.jsonl --actor samar", 0, &words);
    check(dir, "import @p @none.jsonl --actor samar", 1, &["none.jsonl: cannot open"]);
    check(dir, "status @p", 0, &["documents 2 (2 new), 0 in the trash", "entities  2"]);
    let found = check(dir, "search @p بداعش --label PLACE --json", 0, &["1 documents found"]);
    let row: serde_json::Value = serde_json::from_str(&found).expect("one JSON line");
    assert_eq!(
        (&row["places"][0]["surface"], &row["spans"][0]["surface"]),
        (&"داعش".into(), &"حلب".into())
    );
    check(dir, "search @p داعش", 0, &["هجوم ل⟦داعش⟧ على حلب"]);
    check(dir, "search @p --layer nobody", 1, &["no layer \"nobody\"", "samar"]);
    check(dir, "export @p", 1, &["say where to write"]);
    check(dir, "export @p --jsonl @out.jsonl --layer samar", 0, &["2 documents, 2 entities"]);
    assert_eq!(std::fs::read_to_string(dir.join("out.jsonl")).expect("written"), SAMAR);
    let backup = check(dir, "backup @p --actor samar", 0, &[]);
    check(dir, &format!("restore {} @q --actor samar", backup.trim()), 0, &["verified"]);
    check(dir, "verify @q", 0, &["all as it was written"]);
    check(dir, "verify @q --rebuild --reindex", 0, &["all as it was written"]);
    check(dir, "verify @samar.jsonl", 1, &["is no project"]);
}

#[test]
fn two_annotators_come_together() {
    let folder = folder();
    let dir = folder.path();
    check(dir, "new @p --actor samar", 0, &[]);
    check(dir, "import @p @samar.jsonl --actor samar", 0, &[]);
    check(dir, "export @p --package @out.tawsimpkg", 0, &["2 documents"]);
    check(dir, "new @o --from-package @out.tawsimpkg --actor omar", 0, &[]);
    check(dir, "import @o @omar.jsonl --actor omar", 0, &["0 new, 1 known"]);
    check(dir, "export @o --package @back.tawsimpkg", 0, &[]);
    check(dir, "merge @p @back.tawsimpkg --actor samar", 0, &["2 new events"]);
    let words = ["0 new events", "state "];
    let again = run(dir, "merge @p @back.tawsimpkg --actor samar");
    assert!(words.iter().all(|word| again.stderr.contains(word)), "{}", again.stderr);
    let scores = check(dir, "agreement @p samar omar --list", 0, &["omar against samar"]);
    assert!(scores.contains("micro                  0.5000 0.5000 0.5000"), "{scores}");
    assert!(scores.contains("omar: FACTION لداعش"), "{scores}");
    assert!(scores.contains("Cohen's kappa on tokens"), "{scores}");
    assert!(scores.contains("Krippendorff's alpha on tokens, all"), "{scores}");
    check(dir, "agreement @p samar omar --done", 1, &["no document to compare"]);
    std::fs::write(dir.join("torn"), "x").expect("writable");
    check(dir, "merge @p @torn --actor samar", 1, &["damaged or cut short"]);
}

#[test]
fn git_has_a_driver() {
    let folder = folder();
    let dir = folder.path();
    check(dir, "new @p --actor samar --labels PLACE", 0, &[]);
    check(dir, "import @p @samar.jsonl --actor samar", 0, &[]);
    check(dir, "export @p --git @out", 0, &["state "]);
    check(dir, "new @q --from-export @out --actor samar", 0, &[]);
    let state = |name: &str| check(dir, &format!("verify {name}"), 0, &[]);
    let line = |text: String| text.lines().last().map(str::to_owned);
    assert_eq!(line(state("@p")), line(state("@q")));
    for (name, label) in [("base", "X"), ("ours", "Y"), ("theirs", "Z")] {
        let record = format!("{{\"id\":\"a\",\"label\":\"{label}\"}}\n");
        std::fs::write(dir.join(name), record).expect("writable");
    }
    check(dir, "git-merge @base @base @theirs", 0, &[]);
    assert!(std::fs::read_to_string(dir.join("base")).expect("written").contains("\"Z\""));
    std::fs::write(dir.join("base"), "").expect("writable");
    check(dir, "git-merge @base @ours @theirs", 1, &["both sides changed record a"]);
}
