//! `tawsim convert`: detection, reports, exit codes, folders.

use std::path::Path;

use tawsim_tests::tawsim;

/// Writes `files` into a folder, converts it and shows exit code and standard error, the folder's path as `DIR`.
fn check(files: &[(&str, &str)], args: &[&str], expected: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dir = folder.path().to_string_lossy().into_owned();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).expect("it can be written");
    }
    let args: Vec<String> = args.iter().map(|arg| arg.replace("DIR", &dir)).collect();
    let args: Vec<&str> =
        std::iter::once("convert").chain(args.iter().map(String::as_str)).collect();
    let run = tawsim(&args, b"");
    let shown = format!("{}\n{}", run.code, run.stderr.replace(&dir, "DIR"));
    assert_eq!(shown, expected, "{args:?}");
    folder
}

fn content(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect(name)
}

const LINE: &str = r#"{"id":"a/1","text":"في حلب","entities":[{"start":3,"end":6,"label":"LOC"}]}
"#;

#[test]
fn lossless_is_0_and_lossy_is_3() {
    let folder = check(
        &[("in.jsonl", LINE)],
        &["DIR/in.jsonl", "--to", "jsonl", "--checksum", "--output", "DIR/out.jsonl"],
        "0\n1 documents, 1 entities\nDIR/in.jsonl: taken for jsonl: lines are objects with a text\n",
    );
    let out = content(folder.path(), "out.jsonl");
    assert!(out.contains("\"sha256\":\"") && out.contains("\"start\":5,\"end\":11"), "{out}");
    let folder = check(
        &[("in.jsonl", LINE)],
        &[
            "DIR/in.jsonl",
            "--from",
            "jsonl",
            "--to",
            "conll2003",
            "--scheme",
            "bioes",
            "--output",
            "DIR/out.conll",
        ],
        "3\n1 documents, 1 entities\nlost: 1 texts whose white space is lost\nlost: 1 document ids lost\n",
    );
    assert_eq!(
        content(folder.path(), "out.conll"),
        "-DOCSTART- -X- O O\n\nفي _ _ O\nحلب _ _ S-LOC\n\n"
    );
}

#[test]
fn a_document_that_gets_another_name_is_counted() {
    let line = LINE.replace("a/1", "a");
    let folder = check(
        &[("in.jsonl", &(line.clone() + &line))],
        &["DIR/in.jsonl", "--from", "jsonl", "--to", "brat", "--output", "DIR/out"],
        "3\n2 documents, 2 entities\nlost: 1 document ids lost\n",
    );
    assert_eq!(content(folder.path(), "out/a-2.txt"), content(folder.path(), "out/a.txt"));
}

#[test]
fn a_check_writes_nothing() {
    let bad = r#"{"id":"b","text":"ab","entities":[{"start":1,"end":9,"label":"X"}]}"#;
    let folder = check(
        &[("in.jsonl", bad)],
        &["DIR/in.jsonl", "--check", "--to", "text"],
        "3\n1 documents, 0 entities of 1 documents, 1 entities in the input\nDIR/in.jsonl: taken for jsonl: lines are objects with a text\nentities left out: 1: its offsets do not lie on characters of the text\n  in.jsonl, line 1: entity 1..9 does not lie on characters of the text of 2 code points; check offset_unit\n",
    );
    assert_eq!(folder.path().read_dir().expect("it is there").count(), 1);
}

#[test]
fn folders_in_and_out() {
    let twins = format!("{LINE}{}", LINE.replace("a/1", "a_1"));
    let folder = check(
        &[("in.jsonl", &twins), ("in.conll", "a B-X\nb I-X\n")],
        &["DIR", "--to", "tagged", "--output", "DIR/out"],
        "3\n3 documents, 3 entities\nDIR/in.conll: taken for conll2002: lines are columns that end with a tag\nDIR/in.jsonl: taken for jsonl: lines are objects with a text\nin.conll: tags are IOB2: 1 entities begin with B-, 0 with I-\nlost: 1 documents whose given tokens are lost\n",
    );
    let out = folder.path().join("out");
    assert_eq!(
        content(&out, "in_conll_1.tagged"),
        "# tawsim interlinear 1\n# id: in.conll:1\n# final_newline: no\n\na b\n\tX\ta b\n"
    );
    assert!(content(&out, "a_1.tagged").contains("# id: a/1\n"));
    assert!(content(&out, "a_1-2.tagged").contains("# id: a_1\n"));
}

#[test]
fn offsets_of_the_output() {
    let folder = check(
        &[("in.jsonl", LINE)],
        &[
            "DIR/in.jsonl",
            "--from",
            "jsonl",
            "--to",
            "jsonl",
            "--output-unit",
            "utf16",
            "--output",
            "DIR/out.jsonl",
        ],
        "0\n1 documents, 1 entities\n",
    );
    let out = content(folder.path(), "out.jsonl");
    assert!(
        out.contains(r#""offset_unit":"utf-16""#) && out.contains(r#""start":3,"end":6"#),
        "{out}"
    );
    check(
        &[("in.jsonl", LINE)],
        &["DIR/in.jsonl", "--to", "csv", "--output-unit", "utf16", "--output", "DIR/out.csv"],
        "1\nerror: csv: what its offsets count is fixed; leave out --output-unit\n",
    );
}

/// Formats whose files end as those of others do take these when the user names the format.
#[test]
fn folders_of_formats_without_an_extension() {
    let tasks = r#"[{"data":{"text":"في حلب"},"annotations":[{"result":[{"type":"labels","value":{"start":3,"end":6,"labels":["LOC"]}}]}]}]"#;
    let row = r#"{"text":"في حلب","spans":[{"start":3,"end":6,"label":"LOC"}]}"#;
    let table = [
        ("label-studio", "a.json", tasks),
        ("doccano", "a.jsonl", r#"{"id":1,"text":"في حلب","label":[[3,6,"LOC"]]}"#),
        ("prodigy", "a.JSONL", row),
        ("conll2003", "a.conll", "حلب NNP B-NP B-LOC\n"),
    ];
    for (format, name, content) in table {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (input, out) = (folder.path().join(name), folder.path().join("out"));
        std::fs::write(&input, content).expect("it can be written");
        std::fs::write(folder.path().join("notes.md"), "?").expect("it can be written");
        let [dir, out] = [folder.path(), &out].map(|path| path.to_string_lossy().into_owned());
        let run =
            tawsim(&["convert", &dir, "--from", format, "--to", "csv", "--output", &out], b"");
        assert!([0, 3].contains(&run.code), "{format}: {}", run.stderr);
        let table = std::fs::read_to_string(out).expect("written");
        assert_eq!(table.lines().count(), 2, "{format}: {table}");
        assert!(table.contains("LOC") && table.contains("حلب"), "{format}: {table}");
    }
}

/// Two files whose documents have each other's names.
#[test]
fn a_folder_into_itself() {
    let file = |id: &str, text: &str| format!("# tawsim interlinear 1\n# id: {id}\n\n{text}\n");
    let folder = check(
        &[("a.tagged", &file("b", "first")), ("b.tagged", &file("a", "second"))],
        &["DIR", "--to", "tagged", "--output", "DIR"],
        "0\n2 documents, 0 entities\nDIR/a.tagged and 1 more: taken for tagged: the first line says so\n",
    );
    assert!(content(folder.path(), "b.tagged").ends_with("\n\nfirst\n"));
    assert!(content(folder.path(), "a.tagged").ends_with("\n\nsecond\n"));
}

/// The legend of a page stands in front of documents that name labels later.
#[test]
fn labels_that_come_late() {
    let lines = LINE.to_owned() + &LINE.replace("LOC", "ORG");
    let folder = check(
        &[("in.jsonl", &lines)],
        &["DIR/in.jsonl", "--from", "jsonl", "--to", "html", "--output", "DIR/out.html"],
        "0\n2 documents, 2 entities\n",
    );
    let out = content(folder.path(), "out.html");
    let place = |what: &str| out.find(what).expect(what);
    assert!(place(">ORG</mark>") < place("<article>"), "{out}");
    assert_eq!(out.matches("<article>").count(), 2);
}

#[test]
fn what_cannot_be_read_is_1() {
    check(
        &[("in.xyz", "?")],
        &["DIR/in.xyz", "--check"],
        "1\nerror: DIR/in.xyz: unknown format; say --from FORMAT\n0 documents, 0 entities\n",
    );
}
