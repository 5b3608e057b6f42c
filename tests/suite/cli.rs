//! The program as a user sees it.

use std::path::Path;

use tawsim_tests::{check_golden, repository, tawsim};

/// A folder of texts: good, broken, empty.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).expect("the folder can be written");
    };
    write("a.txt", "قتل 18 عنصراً لداعش في ريف دير الزور\n".as_bytes());
    write("b.txt", b"\xD8\xAD\xD9\x84\xFF\n");
    write("c.txt", b"");
    write(
        "d.jsonl",
        "{\"id\":\"one\",\"text\":\"قصف على حلب\"}\nno\n{\"id\":\"two\",\"text\":\"في إدلب\"}\n"
            .as_bytes(),
    );
    write("ignored.pdf", b"%PDF");
    folder
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_string_lossy().into_owned()
}

/// Runs and compares the exit code and a part of standard error.
fn check(args: &[&str], stdin: &str, code: u8, stderr: &str) -> String {
    let run = tawsim(args, stdin.as_bytes());
    assert_eq!(run.code, code, "{args:?}\n{}", run.stderr);
    assert!(run.stderr.contains(stderr), "{args:?} said\n{}", run.stderr);
    run.stdout
}

#[test]
fn help_is_what_the_golden_file_shows() {
    let mut text = String::new();
    let commands: [&[&str]; 23] = [
        &[],
        &["tag"],
        &["tokenize"],
        &["train"],
        &["evaluate"],
        &["convert"],
        &["model"],
        &["model", "info"],
        &["segmenter"],
        &["segmenter", "train"],
        &["segmenter", "evaluate"],
        &["segmenter", "edges"],
        &["vocab"],
        &["vocab", "train"],
        &["gazetteer"],
        &["gazetteer", "check"],
        &["gazetteer", "build"],
        &["gazetteer", "import"],
        &["gazetteer", "import", "geonames"],
        &["gazetteer", "import", "ocha"],
        &["gazetteer", "import", "csv"],
        &["gazetteer", "lookup"],
        &["gazetteer", "links"],
    ];
    for command in commands {
        let args: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let run = tawsim(&args, b"");
        assert_eq!(run.code, 0);
        text += &format!("$ tawsim {}\n{}\n", args.join(" "), run.stdout);
    }
    check_golden("help.txt", &text);
}

#[test]
fn tag_writes_one_json_line_a_document() {
    let out = check(&["tag", "-"], "قتل 18 عنصراً لداعش", 0, "1 documents, 4 tokens, 2 entities");
    let row: serde_json::Value = serde_json::from_str(&out).expect("one JSON line");
    assert_eq!((&row["id"], &row["offset_unit"]), (&"-".into(), &"byte".into()));
    let entity = &row["entities"][1];
    assert_eq!((&entity["label"], &entity["surface"]), (&"FACTION".into(), &"داعش".into()));
    assert_eq!((&entity["start"], &entity["end"]), (&25.into(), &33.into()));
    assert!(entity["score"].as_f64().is_some_and(|score| (0.5..=1.0).contains(&score)));
}

#[test]
fn one_bad_input_does_not_stop_the_others() {
    let folder = folder();
    let out = check(&["tag", &path(folder.path(), "")], "", 1, "b.txt: byte 4: not UTF-8");
    let ids: Vec<String> = out
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("JSON")["id"].to_string()
        })
        .collect();
    assert_eq!(ids, ["\"a.txt\"", "\"one\"", "\"two\""]);
    let inputs = ["a.txt", "b.txt", "c.txt", "d.jsonl", "ignored.pdf", "missing.txt"];
    let paths: Vec<String> = inputs.iter().map(|name| path(folder.path(), name)).collect();
    let args: Vec<&str> = std::iter::once("tag").chain(paths.iter().map(String::as_str)).collect();
    for message in [
        "c.txt: byte 0: the text is empty",
        "d.jsonl: line 2, byte 43: expected ident",
        "ignored.pdf: unknown kind of file; use .txt, .jsonl or .tagged, or say --from",
        "missing.txt: cannot open",
        "5 inputs failed",
    ] {
        check(&args, "", 1, message);
    }
}

#[test]
fn errors_name_the_place_and_the_cure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let here = path(folder.path(), "");
    let rows: &[(&[&str], u8, &str)] = &[
        (&["tag", &here], 1, "no .txt, .jsonl or .tagged file in this folder"),
        (&["tag", "-", "--output", "/no/such/folder/x"], 1, "/no/such/folder/x: cannot write"),
        (&["tag", "-", "--model", "/no/such/model"], 1, "/no/such/model: No such file"),
        (&["tag"], 2, "Usage: tawsim tag"),
        (&["tag", "-", "--format", "xml"], 2, "possible values: view, jsonl, conll, html"),
        (&["train", "x.jsonl"], 2, "--output"),
        (&["train", "x.txt", "--output", "/no/such/folder/m"], 1, "/no/such/folder: cannot write"),
        (
            &["train", "/no/such.jsonl", "--output", &path(folder.path(), "m")],
            1,
            "/no/such.jsonl: cannot open",
        ),
        (&["evaluate", "-", "--holdout"], 2, "unexpected argument"),
        (&["fly"], 2, "unrecognized subcommand 'fly'"),
    ];
    for (args, code, message) in rows {
        check(args, "حلب", *code, message);
    }
}

#[test]
fn what_tag_writes_train_and_evaluate_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let gold = repository().join("corpus/conflict-ar/dev.jsonl").to_string_lossy().into_owned();
    let (tagged, model) = (path(folder.path(), "tagged.jsonl"), path(folder.path(), "m.tawsim"));
    check(&["tag", &gold, "--output", &tagged], "", 0, "25 documents");
    let out = check(&["evaluate", &tagged], "", 0, "");
    assert!(out.contains("micro                  1.0000 1.0000 1.0000"), "{out}");
    let out = check(&["evaluate", &gold, "--predicted", &tagged, "--errors"], "", 0, "");
    assert_eq!(out, check(&["evaluate", &gold, "--errors"], "", 0, ""));
    let args = ["train", &tagged, "--output", &model, "--max-iterations", "5", "--holdout", "0.2"];
    let out = check(&args, "", 0, "scores on 5 documents kept back");
    assert!(out.contains("micro "), "{out}");
    let out = check(&["model", "info", &model, "--json"], "", 0, "");
    let info: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&info["name"], &info["notes"]["documents"]), (&"m".into(), &"20".into()));
    check(&["tag", "-", "--model", &model], "قصف على حلب", 0, "1 documents, 3 tokens");
}

#[test]
fn evaluate_reports_as_json() {
    let gold = "{\"id\":\"1\",\"text\":\"قصف على حلب\",\"entities\":[{\"start\":8,\"end\":11,\"label\":\"PLACE\"}]}";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = path(folder.path(), "gold.jsonl");
    std::fs::write(&file, gold).expect("the folder can be written");
    let out = check(&["evaluate", &file, "--json", "--labels", "PLACE", "--errors"], "", 0, "");
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(report["together"]["strict"]["f1"], 1.0);
    assert_eq!(report["errors"], serde_json::json!([]));
    check(
        &["evaluate", &file, "--labels", "PLAICE"],
        "",
        1,
        "no label \"PLAICE\" here; the labels are PLACE",
    );
}

#[test]
fn messages_show_what_would_move_the_cursor() {
    check(&["tag", "a\u{1b}[31mb.txt"], "", 1, "error: a⟨1B⟩[31mb.txt: cannot open");
}

#[test]
fn outputs_say_the_version() {
    let version = env!("CARGO_PKG_VERSION");
    let generator = format!("tawsim {version}");
    for args in [&["--version"][..], &["tag", "--version"]] {
        assert!(check(args, "", 0, "").trim_end().ends_with(version), "{args:?}");
    }
    let page = check(&["tag", "-", "--format", "html", "--quiet"], "حلب", 0, "");
    assert!(page.contains(&format!("name=\"generator\" content=\"{generator}\"")), "{page}");
    let places = check(&["tag", "-", "--format", "geojson", "--quiet"], "قصف على حلب", 0, "");
    let places: serde_json::Value = serde_json::from_str(&places).expect("JSON");
    assert_eq!(places["generator"], generator);
    let info = check(&["model", "info", "--json"], "", 0, "");
    let info: serde_json::Value = serde_json::from_str(&info).expect("JSON");
    assert_eq!(info["tawsim"], version);
    assert!(
        info["notes"]["trained by"].as_str().is_some_and(|by| by.starts_with("tawsim ")),
        "{info}"
    );
}

#[test]
fn completions_and_manual_pages() {
    let script = check(&["completions", "bash"], "", 0, "");
    assert!(script.contains("tawsim__tag") || script.contains("tawsim,tag"), "{script}");
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("man1").display().to_string();
    check(&["man", &pages], "", 0, "manual pages written");
    let page = std::fs::read_to_string(format!("{pages}/tawsim-tag.1")).expect("written");
    assert!(page.contains("Find the entities of texts"), "{page}");
}

#[test]
fn tag_formats() {
    let text = "قتل 18 عنصراً لداعش\nبحلب <b>";
    let conll = check(&["tag", "-", "--format", "conll", "--quiet"], text, 0, "");
    assert_eq!(
        conll,
        "-DOCSTART-\tO\n\nقتل\tO\n18\tB-NUMBER\nعنصراً\tO\nل\tO\nداعش\tB-FACTION\n\nب\tO\nحلب\tB-PLACE\n<\tO\nb\tO\n>\tO\n\n"
    );
    let html = check(&["tag", "-", "--format", "html", "--quiet"], text, 0, "");
    assert!(
        html.contains("ل<mark class=\"l2\" title=\"FACTION\">داعش</mark></p>")
            || html.contains("title=\"FACTION\">داعش</mark></p>"),
        "{html}"
    );
    assert!(html.contains("&lt;b&gt;") && html.contains("dir=\"rtl\""), "{html}");
    let hidden = "\u{202e}بحلب\u{1b}[J";
    let html = check(&["tag", "-", "--format", "html", "--quiet"], hidden, 0, "");
    assert!(html.contains("<p>⟨202E⟩") && html.contains("⟨1B⟩[J"), "{html}");
    let view = check(&["tag", "-", "--format", "view", "--quiet"], text, 0, "");
    assert!(view.contains("\n    FACTION  \u{2068}داعش\u{2069}\n"), "{view}");
}

#[test]
fn tokenize_formats() {
    let text = "وبالجيش لـ\"داعش\" بـ هجوم للنظام";
    let lines = check(&["tokenize"], text, 0, "");
    assert_eq!(lines, "و+ ب+ الجيش لـ+ \" داعش \" بـ+ هجوم ل+ لنظام\n");
    let rows = check(&["tokenize", "-", "--format", "jsonl"], "لداعش", 0, "");
    let row: serde_json::Value = serde_json::from_str(&rows).expect("JSON");
    assert_eq!(row["tokens"][0]["segments"][1]["surface"], "داعش");
    let atb = check(&["tokenize", "--scheme", "atb"], "وقيادتهم للنظام", 0, "");
    assert_eq!(atb, "و+ قيادة +هم ل+ النظام\n");
    let row = "{\"id\":\" a\\u00a0\\nb\",\"text\":\"قصف\"}\n";
    let named = check(&["tokenize", "-", "--from", "jsonl", "--format", "conllu"], row, 0, "");
    assert!(named.contains("# newdoc id = a b\n") && named.contains("قصف"), "{named}");
    let conllu = check(&["tokenize", "--format", "conllu"], "وبالجيش.", 0, "");
    assert!(conllu.contains("\n1-3\tوبالجيش\t"), "{conllu}");
    assert!(conllu.contains("\n3\tالجيش\t"), "{conllu}");
    let list = check(&["tokenize", "--pretokenized"], "لداعش\r\nللنظام\nحلب\n\n", 0, "");
    assert_eq!(list, "ل+داعش\nل+لنظام\nحلب\n\n");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let damaged = path(folder.path(), "damaged");
    std::fs::write(&damaged, b"\xd8\xad\xd8\xa8\n\xd9\nx\n").expect("writable");
    let words = "damaged: line 2, byte 5: not UTF-8";
    assert_eq!(check(&["tokenize", "--pretokenized", &damaged], "", 1, words), "حب\n");
    check(&["tokenize", "/no/such.txt"], "", 1, "/no/such.txt: cannot open");
}

#[test]
fn convert_and_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dev = repository().join("corpus/conflict-ar/dev.jsonl").to_string_lossy().into_owned();
    let (tagged, again) = (path(folder.path(), "tagged"), path(folder.path(), "again.jsonl"));
    check(&["convert", &dev, "--to", "tagged", "--output", &tagged], "", 0, "25 documents, ");
    check(&["convert", &tagged, "--to", "jsonl", "--output", &again], "", 0, "25 documents, ");
    let sorted = |path: &str| {
        let text = std::fs::read_to_string(path).expect("it was written");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&again), sorted(&dev));
    check(
        &["convert", &dev, "--to", "conll", "--output", &again],
        "",
        3,
        "lost: 25 texts whose white",
    );
}

#[test]
fn vocabularies() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("pieces.json");
    let path = path.to_str().expect("UTF-8");
    let train = |model: &str, threads: &str| {
        let args = ["vocab", "train", "-", "--model", model, "--size", "300", "--output", path];
        check(
            &[&args[..], &["--threads", threads]].concat(),
            "هجوم لداعش على حلب\nوبالجيش في حلب",
            0,
            "",
        );
        std::fs::read(path).expect("it was written")
    };
    for model in ["bpe", "word-piece", "unigram"] {
        let json = train(model, "1");
        assert!(json.starts_with(b"{"));
        assert_eq!(json, train(model, "2"), "{model}");
    }
    check(&["vocab", "train", "/no/such.txt", "--output", path], "", 1, "no text to learn from");
}

#[test]
fn edges_of_entities() {
    let document = r#"{"id":"d","text":"لداعش","offset_unit":"byte","entities":[{"start":2,"end":10,"label":"FACTION"},{"start":4,"end":6,"label":"PLACE"}]}"#;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("d.jsonl");
    std::fs::write(&path, document).expect("it can be written");
    let found = check(&["segmenter", "edges", path.to_str().expect("UTF-8")], "", 0, "");
    assert_eq!(found, "2 of 2 edges at segment bounds\n");
}
