//! Texts, names and files that were made to do harm.

use std::fs;
use std::path::Path;

use serde_json::json;
use tawsim_tests::{Run, tawsim};

/// A direction override, a terminal escape that clears the screen, a bell.
const CONTROLS: &str = "\u{202E}\u{1b}[2J\u{7}";

fn run(args: &[&str], stdin: &str) -> Run {
    let run = tawsim(args, stdin.as_bytes());
    assert!(run.code <= 3, "{args:?}: {run:?}");
    run
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_string_lossy().into_owned()
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

#[test]
fn ids_with_separators_stay_in_the_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("a/b/out");
    let ids =
        ["../../x", "/etc/x", "..", ".", "a/b", "a\\b", "x\0y", "C:\\x", "~/x", "x/../../../y"];
    let lines: String =
        ids.iter().map(|id| format!("{}\n", json!({"id": id, "text": "حلب"}))).collect();
    for format in ["tagged", "brat", "xmi", "gate-xml", "bdocjs", "webanno-tsv", "text"] {
        let to = path(&out, format);
        let run =
            run(&["convert", "-", "--from", "jsonl", "--to", format, "--output", &to], &lines);
        assert!(run.code != 1 && run.code != 2, "{format}: {run:?}");
        // XML has no way to write U+0000.
        assert!(files(&out.join(format)).len() >= ids.len() - 1, "{format}: {run:?}");
    }
    let below = out.to_string_lossy();
    let all = files(folder.path());
    assert!(all.iter().all(|file| file.starts_with(&*below)), "{all:?}");
}

#[cfg(unix)]
#[test]
fn links_below_a_folder_are_not_followed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let news = folder.path().join("news");
    fs::create_dir(&news).expect("a new folder");
    fs::write(news.join("1.txt"), "حلب").expect("a file");
    fs::write(folder.path().join("secret.txt"), "سر").expect("a file");
    for (target, name) in [("../secret.txt", "2.txt"), (".", "circle"), ("/", "all")] {
        std::os::unix::fs::symlink(target, news.join(name)).expect("a link");
    }
    let news = news.to_string_lossy();
    for args in [
        &["tag", &news, "--format", "jsonl", "--quiet"][..],
        &["tokenize", &news][..],
        &[
            "convert",
            &news,
            "--from",
            "text",
            "--to",
            "text",
            "--output",
            &path(folder.path(), "out"),
        ],
    ] {
        let run = run(args, "");
        assert!(run.code == 0 && !run.stdout.contains("سر"), "{args:?}: {run:?}");
    }
    assert_eq!(files(&folder.path().join("out")).len(), 1);
}

#[test]
fn controls_are_shown_and_not_passed_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = format!("قصف على حلب {CONTROLS} في دمشق\n");
    let entity = json!({"start": 0, "end": 6, "label": "PLACE"});
    let gold = path(folder.path(), "gold.jsonl");
    let row = json!({"id": CONTROLS, "text": text, "offset_unit": "byte", "entities": [entity]});
    fs::write(&gold, format!("{row}\n")).expect("a file");
    let model = path(folder.path(), "my.crf");
    let features = format!("B{CONTROLS}\tw={CONTROLS}\nO\tw=x\n\n");
    assert_eq!(run(&["crf", "learn", "--model", &model, "-", "--quiet"], &features).code, 0);
    let table: [(&[&str], &str); 6] = [
        (&["tag", "-", "--format", "view", "--quiet"], &text),
        (&["tag", "-", "--format", "html", "--quiet"], &text),
        (&["tag", &gold, "--format", "view", "--quiet"], ""),
        (&["evaluate", &gold, "--labels", "PLACE", "--errors"], ""),
        (&["crf", "dump", &model], ""),
        (&["crf", "tag", "--model", &model, "--evaluate", "-"], &features),
    ];
    for (args, stdin) in table {
        let run = run(args, stdin);
        let all = run.stdout + &run.stderr;
        assert!(all.contains("⟨202E⟩") && all.contains("⟨1B⟩"), "{args:?}: {all}");
        assert!(!all.contains(['\u{202E}', '\u{1b}', '\u{7}']), "{args:?}: {all:?}");
    }
}

#[test]
fn controls_in_a_project_are_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (project, row) = (path(folder.path(), "p.tawsim"), path(folder.path(), "a.jsonl"));
    let text = format!("قصف على حلب {CONTROLS}");
    // A name with controls is refused, and shown.
    let rows = ["d".to_owned(), format!("d{CONTROLS}")]
        .map(|id| format!("{}\n", json!({"id": id, "text": text})));
    fs::write(&row, rows.concat()).expect("a file");
    let new = run(&["project", "new", &project, "--actor", "samar", "--labels", "PLACE"], "");
    assert_eq!(new.code, 0, "{new:?}");
    let import = run(&["project", "import", &project, &row, "--actor", "samar"], "");
    assert_eq!(import.code, 3, "{import:?}");
    let search = run(&["project", "search", &project, "حلب"], "");
    assert_eq!(search.code, 0, "{search:?}");
    for all in [import.stdout + &import.stderr, search.stdout + &search.stderr] {
        assert!(all.contains("⟨202E⟩") && all.contains("⟨1B⟩"), "{all}");
        assert!(!all.contains(['\u{202E}', '\u{1b}', '\u{7}']), "{all:?}");
    }
}

/// No command writes over what it reads.
#[test]
fn outputs_that_are_inputs_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (file, other) = (path(folder.path(), "a.jsonl"), path(folder.path(), "b.txt"));
    let row = format!("{}\n", json!({"id": "a", "text": "قصف على حلب"}));
    fs::write(&file, &row).expect("a file");
    fs::write(&other, "حلب").expect("a file");
    let same = path(folder.path(), "./a.jsonl");
    let (link, hard_link) = (path(folder.path(), "link"), path(folder.path(), "hard-link"));
    #[cfg(unix)]
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    #[cfg(not(unix))]
    fs::hard_link(&file, &link).expect("a link");
    fs::hard_link(&file, &hard_link).expect("a link");
    let outputs = [&file, &same, &link, &hard_link];
    let table: [&[&str]; 13] = [
        &["tag", &file],
        &["tag", &file, "--resume"],
        &["tag", &other, &file, "--format", "csv"],
        &["tokenize", &file],
        &["tokenize", &file, "--pretokenized"],
        &["train", &file],
        &["train", &other, "--warm-start", "news-ar", "--base", &file],
        &["clusters", &file],
        &["gazetteer", "build", &file],
        &["gazetteer", "import", "csv", &file, "--class", "place", "--column", "name=a"],
        &["segmenter", "train", "--text", &file],
        &["vocab", "train", &file],
        &["crf", "learn", &file, "--model"],
    ];
    for (args, output) in table.iter().flat_map(|args| outputs.map(|o| (*args, o))) {
        let option: &[&str] = if args.contains(&"--model") { &[] } else { &["--output"] };
        let run = run(&[args, option, &[output]].concat(), "");
        let refusal = format!("{file}: is an input too; write to another file");
        assert!(run.code == 1 && run.stderr.contains(&refusal), "{args:?} {output}: {run:?}");
        assert_eq!(fs::read_to_string(&file).expect("still there"), row, "{args:?} {output}");
    }
}

#[test]
fn an_output_in_the_folder_is_no_input() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let news = folder.path().to_string_lossy().into_owned();
    let output = path(folder.path(), "e.jsonl");
    let args = |command| match command {
        "tag" => vec!["tag", &news, "--output", &output, "--quiet"],
        "convert" => vec!["convert", &news, "--to", "jsonl", "--output", &output],
        _ => vec![command, &news, "--format", "jsonl", "--output", &output],
    };
    for command in ["tag", "tokenize", "convert"] {
        fs::write(&output, "no document\n").expect("a file");
        let alone = run(&args(command), "");
        assert!(alone.code == 1 && alone.stderr.contains("in this folder"), "{alone:?}");
        assert_eq!(fs::read_to_string(&output).expect("still there"), "no document\n");
        fs::write(folder.path().join("a.txt"), "قصف على حلب").expect("a file");
        let ids = || -> Vec<String> {
            let run = run(&args(command), "");
            assert_eq!(run.code, 0, "{command}: {run:?}");
            let written = fs::read_to_string(&output).expect("it was written");
            let row = |line| serde_json::from_str::<serde_json::Value>(line).expect("JSON");
            written.lines().map(|line| row(line)["id"].to_string()).collect()
        };
        let id = if command == "convert" { "\"a\"" } else { "\"a.txt\"" };
        assert_eq!((ids(), ids()), (vec![id.to_owned()], vec![id.to_owned()]));
        fs::remove_file(folder.path().join("a.txt")).expect("it was there");
    }
}

/// Labels, names, ids and classes may hold characters that turn the direction.
#[test]
fn direction_characters_in_tables_of_scores_are_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (gold, model) = (path(folder.path(), "g.jsonl"), path(folder.path(), "m.tawsim"));
    let (table, text) = (path(folder.path(), "n.tsv"), path(folder.path(), "t.txt"));
    let (crf, project) = (path(folder.path(), "c.txt"), path(folder.path(), "p"));
    let label = "P\u{202E}L";
    let row = |id: usize| {
        let entity = json!({"start": 14, "end": 20, "label": label});
        json!({"id": format!("d{id}"), "text": "قصف على حلب", "offset_unit": "byte", "entities": [entity]})
    };
    let rows: String = (0..8).map(|id| format!("{}\n", row(id))).collect();
    fs::write(&gold, rows).expect("a file");
    let entry = format!("{label}:sy:x{label}\ttown\tالجديد{label}\t\n");
    fs::write(&table, format!("id\tkind\tname\tnames\n{entry}place:sy:y{label}\ttown\tالجديد\t\n"))
        .expect("a file");
    fs::write(&text, "الجديد ".repeat(30)).expect("a file");
    fs::write(&crf, format!("{label}\ta\n\n").repeat(4)).expect("a file");
    let new = run(&["project", "new", &project, "--actor", "samar", "--labels", label], "");
    assert_eq!(new.code, 0, "{new:?}");
    for layer in ["a", "b"] {
        let args = ["project", "import", &project, &gold, "--actor", "samar", "--layer", layer];
        let import = run(&args, "");
        assert_eq!(import.code, 0, "{import:?}");
    }
    let train = ["train", &gold, "-o", &model, "--holdout", "0.5", "-q"];
    let commands: [&[&str]; 7] = [
        &train,
        &[&train[..], &["--warm-start", &model]].concat(),
        &["tag", &gold, "--model", &model, "--format", "view"],
        &["project", "agreement", &project, "a", "b"],
        &["gazetteer", "check", &table, "--text", &text, "--min-count", "1"],
        &["crf", "learn", &crf, "--folds", "2"],
        &["segmenter", "edges", &gold],
    ];
    for args in commands {
        let run = run(args, "");
        assert!(run.code < 2 && !run.stdout.contains('\u{202E}'), "{args:?}: {run:?}");
        let is_shown = run.stdout.contains("⟨202E⟩") || args[0] == "segmenter";
        assert!(is_shown, "{args:?}: {run:?}");
    }
}

#[test]
fn arguments_with_controls_are_shown() {
    for args in [&["--\u{1b}[2J"][..], &["tag", "--format", "\u{1b}[2J"], &["tag", "\u{1b}[2J"]] {
        let run = run(args, "");
        assert!(run.code > 0 && !run.stderr.contains('\u{1b}'), "{args:?}: {run:?}");
    }
}

#[test]
fn html_escapes_everything() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bad = "<script>alert(1)</script>&\"'";
    let entity = json!({"start": 0, "end": 8, "label": "<b>\"'&"});
    let row = json!({"id": bad, "text": bad, "offset_unit": "byte", "entities": [entity]});
    let out = path(folder.path(), "o.html");
    let done = run(
        &["convert", "-", "--from", "jsonl", "--to", "html", "--output", &out],
        &row.to_string(),
    );
    assert_eq!(done.code, 0, "{done:?}");
    let page = fs::read_to_string(&out).expect("it was written");
    assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
    assert!(page.contains("alert(1)"), "{page}");
}

#[test]
fn tables_hold_no_formulas() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let starts = ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝"];
    for (start, format) in starts.iter().flat_map(|start| [(start, "csv"), (start, "tsv")]) {
        if format == "tsv" && start.starts_with('\t') {
            continue; // Cells are cut at tabs below, without looking at quotes.
        }
        let text = format!("{start}cmd|' /C calc'!A0");
        let entity = json!({"start": 0, "end": text.len(), "label": format!("{}X", start.trim()),
            "link": {"id": text, "name": text, "side": text, "score": 0.5}});
        let row = json!({"id": text, "text": text, "offset_unit": "byte", "entities": [entity]});
        let out = path(folder.path(), "o.csv");
        run(
            &["convert", "-", "--from", "jsonl", "--to", format, "--output", &out],
            &row.to_string(),
        );
        let written = fs::read_to_string(&out).expect("it was written");
        assert!(written.lines().count() > 1, "{written}");
        let cells = written.split(if format == "csv" { ',' } else { '\t' });
        let bare = |cell: &str| cell.trim_start_matches('"').starts_with(['=', '+', '@', '＝']);
        let rows: Vec<&str> = cells.filter(|cell| bare(cell)).collect();
        assert!(rows.is_empty(), "{format}, {start:?}: {rows:?} in {written}");
    }
}

/// The file is as long, but takes no room on disk.
#[test]
fn files_that_are_too_long_are_refused_before_they_are_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let long = path(folder.path(), "long");
    let file = fs::File::create(&long).expect("a file");
    file.set_len(2 << 30).expect("room is taken by what is written only");
    let table: [&[&str]; 8] = [
        &["crf", "tag", "--model", &long, "-"],
        &["crf", "dump", &long],
        &["crf", "learn", "--initial", &long, "--model", "m", "-"],
        &["gazetteer", "check", &long],
        &["gazetteer", "import", "geonames", &long, "--output", "g.tsv"],
        &["project", "git-merge", &long, &long, &long],
        &["segmenter", "train", "--text", &long, "--output", "s"],
        &["segmenter", "evaluate", &long],
    ];
    for args in table {
        let run = run(args, "");
        let said = format!("error: {long}: longer than 2147483647 bytes");
        assert!(run.code == 1 && run.stderr.contains(&said), "{args:?}: {run:?}");
    }
}

/// What is private stays so.
#[cfg(unix)]
#[test]
fn a_file_that_is_written_anew_is_as_private_as_it_was() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (input, output) = (folder.path().join("a.jsonl"), folder.path().join("b.jsonl"));
    fs::write(&input, "{\"id\": \"a\", \"text\": \"x\"}\n").expect("written");
    fs::write(&output, "").expect("written");
    let private = fs::Permissions::from_mode(0o600);
    fs::set_permissions(&output, private).expect("it is ours");
    let path = |path: &Path| path.display().to_string();
    let run = tawsim(&["convert", &path(&input), "--to", "jsonl", "--output", &path(&output)], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mode = output.metadata().expect("written").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// A disk that is full.
struct Full;

impl std::io::Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl tawsim_cli::Output for Full {
    fn is_terminal(&self) -> bool {
        false
    }
}

#[test]
fn help_that_cannot_be_written_is_a_failure() {
    for option in ["--help", "--version"] {
        let args = ["tawsim", option].map(Into::into).to_vec();
        let mut said = Vec::new();
        let code = tawsim_cli::run(args, &mut std::io::empty(), &mut Full, &mut said);
        let said = String::from_utf8(said).expect("UTF-8");
        assert_eq!(code, tawsim_cli::ExitCode::Failure, "{option}");
        assert!(said.contains("standard output: cannot write"), "{option}: {said}");
    }
}
