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

/// Links, values, who decided, metadata and further layers go through a project.
#[test]
fn details_come_through() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dir = folder.path();
    let entity = r#"{"start":5,"end":11,"label":"PLACE","surface":"حلب","score":0.5,"link":{"id":"place:1","score":0.0,"alternatives":[]},"source":{"model":"crf 3"},"reviewer":"omar"}"#;
    let number = r#"{"start":12,"end":16,"label":"NUMBER","surface":"١٢","value":{"min":12.0,"max":12.0,"approximate":false,"percent":false,"ordinal":false}}"#;
    let line = format!(
        r#"{{"id":"1","text":"في حلب ١٢","metadata":{{"source":"https://example.org/1","date":"2018-01-02","page":"3"}},"offset_unit":"byte","entities":[{entity},{number}]}}"#
    );
    let omar =
        r#"{"annotator":"omar","entities":[{"start":5,"end":11,"label":"PLACE","id":"T1"}]}"#;
    let whole = format!("{},\"layers\":[{omar}]}}", &line[..line.len() - 1]);
    std::fs::write(dir.join("in.jsonl"), whole + "\n").expect("writable");
    check(dir, "new @p --actor samar", 0, &[]);
    let words = ["3 entities: 3 new, 0 left out", "1 entities lose ids"];
    check(dir, "import @p @in.jsonl --actor samar", 0, &words);
    check(dir, "search @p --from-date 2018-01-01 --min-score 0.4", 0, &["1 documents found"]);
    check(dir, "search @p --flagged", 0, &["0 documents found"]);
    check(dir, "export @p --jsonl @out.jsonl --layer samar", 0, &["1 documents, 2 entities"]);
    assert_eq!(std::fs::read_to_string(dir.join("out.jsonl")).expect("written"), line + "\n");
    check(dir, "export @p --jsonl @out.jsonl --layer omar", 0, &["1 documents, 1 entities"]);
    check(dir, "verify @p", 0, &["all as it was written"]);
}

#[test]
fn every_format_is_imported_and_one_bad_document_blocks_no_other() {
    let folder = folder();
    let dir = folder.path();
    std::fs::write(dir.join("a.conll"), "في O\nحلب B-PLACE\n\n").expect("writable");
    std::fs::write(dir.join("b.txt"), "نص").expect("writable");
    check(dir, "new @p --actor samar", 0, &[]);
    let words = ["4 documents: 4 new", "taken for conll2002", "1 documents lose tokens"];
    check(dir, "import @p @a.conll @b.txt @samar.jsonl --actor samar", 0, &words);
    check(dir, "search @p نص", 0, &["b.txt:0"]);
    let db = rusqlite::Connection::open(dir.join("p/project.db")).expect("a database");
    db.execute("UPDATE span SET end_byte = 999 WHERE id = (SELECT max(id) FROM span)", [])
        .expect("writable");
    drop(db);
    let words = ["left out: ", "leaves its text", "3 documents, "];
    check(dir, "export @p --jsonl @out.jsonl --layer samar", 1, &words);
    let written = std::fs::read_to_string(dir.join("out.jsonl")).expect("written");
    assert_eq!(written.lines().count(), 3);
}
