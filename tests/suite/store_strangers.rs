//! Projects, exports and packages that somebody else made.

use std::path::Path;

use tawsim_store::{Edit, Project, StoreError};
use tawsim_tests::store::{Annotator, project};

use crate::store_copies::{hash, options, temporary, work};

#[test]
fn a_database_with_more_in_it_is_refused() {
    let cases = [
        ("CREATE TRIGGER evil AFTER INSERT ON event BEGIN DELETE FROM text; END", "evil"),
        ("CREATE VIEW more AS SELECT 1", "more"),
        ("CREATE TABLE more (x)", "more"),
        ("CREATE INDEX more ON event (actor)", "more"),
        ("DROP TABLE review; CREATE VIEW review AS SELECT 1 AS id", "review_of_document"),
        ("DROP INDEX span_of_document", "span_of_document"),
        ("DROP TRIGGER event_is_never_changed", "event_is_never_changed"),
    ];
    for (sql, name) in cases {
        let dir = temporary();
        let path = dir.path().join("p");
        work(&mut project(&path, &options("a", 1), &["a"], 1), "a", 1, 5);
        let db = rusqlite::Connection::open(path.join("project.db")).expect("a database");
        db.execute_batch(sql).expect("it can be made");
        drop(db);
        for opened in [Project::open(&path, &options("a", 1)), Project::open_read_only(&path)] {
            let error = opened.expect_err(sql);
            let is_named = matches!(&error, StoreError::ForeignSchema(found) if found == name);
            assert!(is_named, "{sql}: {error}");
        }
    }
}

#[cfg(unix)]
#[test]
fn links_in_projects_and_exports_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let dir = temporary();
    let home = dir.path().join("home");
    std::fs::create_dir_all(home.join("data")).expect("writable");
    let (letter, rows) = (home.join("letter.txt"), home.join("data/00.jsonl"));
    let check = |project: &Path, name: &str, target: &Path| {
        std::fs::write(&letter, "mine").expect("writable");
        std::fs::write(&rows, "mine").expect("writable");
        let path = project.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        let _ = std::fs::remove_file(&path);
        let _ = std::fs::remove_dir_all(&path);
        symlink(target, &path).expect("a link");
    };
    let untouched = || {
        [&letter, &rows].iter().all(|path| std::fs::read(path).is_ok_and(|bytes| bytes == b"mine"))
    };
    for (name, target) in [("lock", &letter), ("backups", &home)] {
        let path = dir.path().join(format!("p-{name}"));
        drop(project(&path, &options("a", 1), &["a"], 1));
        check(&path, name, target);
        let error = Project::open(&path, &options("a", 1)).expect_err(name);
        assert!(matches!(error, StoreError::NotOwn(_)) && untouched(), "{name}: {error}");
    }
    let project = project(&dir.path().join("p"), &options("a", 1), &["a"], 1);
    for (idx, (name, target)) in [
        ("EXPORT-UNFINISHED", &letter),
        ("labels.jsonl", &letter),
        ("labels.jsonl.partial", &letter),
        ("documents", &home),
        ("layers/a", &home),
        ("comments/again", &home),
        ("documents/00.jsonl.partial", &letter),
    ]
    .into_iter()
    .enumerate()
    {
        let out = dir.path().join(format!("out-{idx}"));
        project.export(&out).expect("writable");
        check(&out, name, target);
        let error = project.export(&out).expect_err(name);
        assert!(matches!(error, StoreError::NotOwn(_)) && untouched(), "{name}: {error}");
    }
}

fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn what_a_stranger_wrote_into_a_package_is_checked() {
    let dir = temporary();
    let mut a = project(&dir.path().join("p"), &options("a", 1), &["a"], 2);
    work(&mut a, "a", 1, 20);
    let path = dir.path().join("x.tawsimpkg");
    a.write_package(&path, None).expect("writable");
    let honest = std::fs::read_to_string(&path).expect("UTF-8");
    let lines: Vec<&str> = honest.lines().collect();
    let documents: Vec<String> = a
        .documents(a.layer("a").expect("readable").expect("there").id)
        .expect("readable")
        .iter()
        .map(|row| row.id.to_string())
        .collect();
    let stored = lines.iter().find(|line| line.contains("add-span")).expect("a span was made");
    let event: serde_json::Value = serde_json::from_str(stored).expect("JSON");
    let before = (hash(&a), a.last_seq().expect("readable"));
    let mut check = |change: &str, document: Option<&str>, clock: i64, words: &str| {
        let mut event = event.clone();
        event["event"]["id"] = "eeeeeeeeeeeeeeee0000000000000001".into();
        event["event"]["step"] = "eeeeeeeeeeeeeeee0000000000000001".into();
        event["event"]["clock"] = clock.into();
        event["event"]["document"] = document.map_or(serde_json::Value::Null, Into::into);
        event["event"]["payload"] = format!(r#"{{"changes":[{change}]}}"#).into();
        let mut content: String =
            lines[..lines.len() - 1].iter().map(|line| format!("{line}\n")).collect();
        content += &format!("{event}\n");
        let sum = sha256_hex(content.as_bytes());
        let end = serde_json::json!({"end": {"n_lines": lines.len(), "sha256": sum}});
        std::fs::write(&path, format!("{content}{end}\n")).expect("writable");
        let error = a.merge(&path).expect_err(words);
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!((hash(&a), a.last_seq().expect("readable")), before, "{words}");
    };
    let set = |table: &str, field: &str, after: &str| {
        format!(
            r#"{{"set":{{"table":"{table}","id":1,"field":"{field}","before":null,"after":{after}}}}}"#
        )
    };
    check(
        &set("label", "presence", "\"bogus\""),
        None,
        50,
        "\"presence\" of a label has no such value",
    );
    check(&set("layer", "kind", "\"bogus\""), None, 50, "\"kind\" of a layer has no such value");
    check(&set("label", "name", "\"PLACE\""), None, 50, "\"name\" of a label never changes");
    check(&set("label", "title", "\"x\""), None, i64::MAX / 2, "no event that the program writes");
    // A span of one document, made again in the other.
    let payload = event["event"]["payload"].as_str().expect("JSON in JSON");
    let payload: serde_json::Value = serde_json::from_str(payload).expect("JSON");
    let own = event["event"]["document"].as_str().expect("an id");
    let other = documents.iter().find(|id| *id != own).expect("two documents");
    check(&payload["changes"][0].to_string(), Some(other), 50, "belongs to another document");
}

#[test]
fn bad_exports_are_refused_with_the_place() {
    let cases = [
        ("documents", "\"sha256\":\"", "\"sha256\":\"0", "the text is not the one"),
        ("documents", "\"name\":\"", "\"name\":\"x", "the text is not the one"),
        ("layers", "\"surface\":\"", "\"surface\":\"x", "does not have this surface"),
        ("layers", "\"start\":", "\"begin\":", "unknown field"),
        ("layers", "{", "", "line 1"),
        ("layers", "\"state\":\"confirmed\"", "\"state\":\"certain\"", "unknown variant `certain`"),
        ("layers", "\"label\":\"", "\"label\":\"NOT_", "its label is not in labels.jsonl"),
        ("layers.jsonl", "\"kind\":\"", "\"kind\":\"a ", "unknown variant `a annotator`"),
        ("layers.jsonl", "\n", "\n{\"id\":\"a\",\"kind\":\"annotator\"}\n", "an earlier line"),
        ("labels.jsonl", "\"id\":\"", "\"id\":\"two words ", "labels.jsonl, line 1"),
        (
            "labels.jsonl",
            "\"position\":",
            "\"position\":9999999999",
            "\"position\" of a label has no such",
        ),
        ("labels.jsonl", "\"position\":", "\"position\":-1", "line 1"),
    ];
    for (folder, from, to, words) in cases {
        let dir = temporary();
        let mut project = project(&dir.path().join("p"), &options("a", 1), &["a"], 1);
        let mut annotator = Annotator::new(&project, "a", 1);
        while !matches!(annotator.edit(&project), Edit::AddSpan { .. }) {}
        work(&mut project, "a", 5, 60);
        let out = dir.path().join("out");
        project.export(&out).expect("writable");
        let file = first_file(&out.join(folder));
        let text = std::fs::read_to_string(&file).expect("readable");
        std::fs::write(&file, text.replacen(from, to, 1)).expect("writable");
        let target = dir.path().join("q");
        let error = Project::create_from_export(&target, &out, &options("a", 1)).expect_err(words);
        assert!(error.to_string().contains(words), "{error}");
        assert!(Project::open(&target, &options("a", 1)).is_err(), "nothing was made");
    }
}

#[test]
fn what_an_export_brings_is_what_a_package_may_bring() {
    let dir = temporary();
    let out = dir.path().join("out");
    let mut project = project(&dir.path().join("p"), &options("a", 1), &["a"], 1);
    work(&mut project, "a", 5, 20);
    project.export(&out).expect("writable");
    let refused = |words: &str| {
        let made = Project::create_from_export(&dir.path().join("q"), &out, &options("a", 1));
        let error = made.expect_err(words).to_string();
        assert!(error.contains(words), "{error}");
    };
    // Names that belong to their ids, and that no package may have.
    let file = first_file(&out.join("documents"));
    let honest = std::fs::read_to_string(&file).expect("readable");
    let record: serde_json::Value =
        serde_json::from_str(honest.lines().next().expect("a line")).expect("JSON");
    for name in ["a\nb", "", &"c".repeat(300)] {
        let mut record = record.clone();
        record["name"] = name.into();
        let sum = record["sha256"].as_str().expect("text").to_owned();
        record["id"] = document_id(name, &sum).into();
        std::fs::write(&file, format!("{record}\n")).expect("writable");
        refused("\"name\" of a document has no such value");
    }
    std::fs::write(&file, honest).expect("writable");
    let more = out.join("layers/more");
    std::fs::create_dir(&more).expect("writable");
    std::fs::write(more.join("00.jsonl"), "").expect("writable");
    refused("lacks the layer whose folder is layers/more");
}

/// The id that a name and the checksum of a text give.
fn document_id(name: &str, sum: &str) -> String {
    let parts = ["document", name, sum];
    let bytes = parts.map(|part| [&(part.len() as u64).to_le_bytes(), part.as_bytes()].concat());
    let hash = sha256_hex(&bytes.concat());
    let first = u64::from_str_radix(&hash[..16], 16).expect("digits");
    format!("{:016x}", first & i64::MAX as u64)
}

fn first_file(folder: &Path) -> std::path::PathBuf {
    if folder.is_file() {
        return folder.to_owned();
    }
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("readable").path())
        .collect();
    entries.sort();
    first_file(&entries[0])
}
