//! What commands make of the place that they write to.

use std::fs;
use std::path::Path;

use tawsim_tests::{Run, tawsim};

const ROW: &str =
    "{\"id\":\"1\",\"text\":\"قصف على حلب\",\"offset_unit\":\"byte\",\"entities\":[]}\n";

/// A folder with `a.jsonl`, one document, and `p`, a project that has it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("a.jsonl"), ROW).expect("a file");
    for args in ["project new @p --actor samar", "project import @p @a.jsonl --actor samar"] {
        assert_eq!(run(folder.path(), args).code, 0, "{args}");
    }
    folder
}

/// Runs in a folder: words that begin with `@` are paths below it.
fn run(folder: &Path, args: &str) -> Run {
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let word = |word: &str| word.strip_prefix('@').map_or_else(|| word.to_owned(), path);
    let words: Vec<String> = args.split(' ').map(word).collect();
    tawsim(&words.iter().map(String::as_str).collect::<Vec<_>>(), b"")
}

/// The names of what is in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().expect("a folder");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries.map(|entry| name(entry.expect("readable"))).collect();
    names.sort();
    names
}

/// How each kind of output is written whole, but for its file.
const WRITERS: [&str; 3] = [
    "convert @a.jsonl --to jsonl --output",
    "project export @p --layer samar --jsonl",
    "project export @p --package",
];

#[test]
fn a_project_is_not_written_over() {
    let folder = folder();
    for name in ["project.db", "project.db-wal", "lock", "backups/a.jsonl"] {
        for writer in &WRITERS[1..] {
            let run = run(folder.path(), &format!("{writer} @p/{name}"));
            assert!(run.stderr.contains("is a file of the project itself"), "{}", run.stderr);
            assert_eq!(run.code, 1, "{writer} {name}");
        }
    }
    assert_eq!(run(folder.path(), "project verify @p").code, 0);
    assert_eq!(run(folder.path(), "project export @p --layer samar --jsonl @p/out.jsonl").code, 0);
}

#[test]
fn what_cannot_be_read_is_told_and_nothing_written() {
    for command in
        ["convert @b.jsonl @c.jsonl --to jsonl", "tag @b.txt @c.txt", "tokenize @b.txt @c.txt"]
    {
        let folder = folder();
        for is_there in [false, true] {
            let output = folder.path().join("out");
            let before = is_there.then(|| fs::write(&output, "old").expect("a file"));
            let run = run(folder.path(), &format!("{command} --output @out"));
            assert_eq!(run.code, 1, "{command}");
            assert!(run.stderr.contains("b.") && run.stderr.contains("c."), "{}", run.stderr);
            let now = fs::read_to_string(&output).ok();
            assert_eq!(now.as_deref(), before.map(|()| "old"), "{command}");
        }
    }
}

/// What [`the_shells_file_is_written_behind`] starts; alone it does nothing.
#[test]
fn child() {
    let Ok(args) = std::env::var("TAWSIM_OUTPUTS_CHILD") else { return };
    let args = args.split(' ').map(Into::into).collect();
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let code = tawsim_cli::run(args, &mut std::io::empty(), &mut stdout, &mut stderr);
    std::process::exit(code.code().into());
}

#[cfg(unix)]
#[test]
fn the_shells_file_is_written_behind() {
    let folder = folder();
    let path = folder.path().join("a.jsonl").display().to_string();
    for args in [
        format!("tawsim convert {path} --to jsonl --output /dev/stdout"),
        format!("tawsim tag {path} --quiet --output /dev/stdout"),
    ] {
        let file = folder.path().join("out");
        fs::write(&file, "old\n").expect("a file");
        let out = fs::File::options().append(true).open(&file).expect("there");
        let status = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "outputs::child", "--nocapture"])
            .env("TAWSIM_OUTPUTS_CHILD", &args)
            .stdout(out)
            .status();
        assert!(status.expect("it ran").success(), "{args}");
        let text = fs::read_to_string(&file).expect("UTF-8");
        assert!(text.starts_with("old\n") && text.contains("قصف على حلب"), "{args}: {text}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_written_into_and_stays() {
    use std::os::unix::fs::FileTypeExt as _;
    let folder = folder();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo is there").success());
    for writer in WRITERS {
        let path = pipe.clone();
        let reader = std::thread::spawn(move || fs::read_to_string(path).expect("UTF-8"));
        let run = run(folder.path(), &format!("{writer} @pipe"));
        assert_eq!(run.code, 0, "{writer}: {}", run.stderr);
        assert!(pipe.metadata().expect("still there").file_type().is_fifo(), "{writer}");
        let read = reader.join().expect("the writer hangs up");
        assert!(read.contains("قصف على حلب"), "{writer}: {read}");
    }
    assert_eq!(names(folder.path()), ["a.jsonl", "p", "pipe"]);
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_leads_to_what_is_written() {
    let folder = folder();
    let (file, link) = (folder.path().join("file"), folder.path().join("link"));
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    for writer in WRITERS {
        fs::write(&file, "old").expect("a file");
        let run = run(folder.path(), &format!("{writer} @link"));
        assert_eq!(run.code, 0, "{writer}: {}", run.stderr);
        assert!(link.is_symlink(), "{writer}");
        assert!(fs::read_to_string(&file).expect("written").contains("حلب"), "{writer}");
    }
    assert_eq!(names(folder.path()), ["a.jsonl", "file", "link", "p"]);
}

#[cfg(unix)]
#[test]
fn a_link_in_a_folder_that_is_written_is_not_followed() {
    let folder = folder();
    let out = folder.path().join("out");
    fs::create_dir(&out).expect("a new folder");
    let letter = folder.path().join("letter");
    fs::write(&letter, "mine").expect("a file");
    let first = run(folder.path(), "convert @a.jsonl --to tagged --output @out");
    assert_eq!(first.code, 0, "{}", first.stderr);
    let name = names(&out).remove(0);
    fs::remove_file(out.join(&name)).expect("it was written");
    std::os::unix::fs::symlink(&letter, out.join(&name)).expect("a link");
    let second = run(folder.path(), "convert @a.jsonl --to tagged --output @out");
    assert!(second.code == 1 && second.stderr.contains("is a link"), "{}", second.stderr);
    assert_eq!(fs::read_to_string(&letter).expect("still there"), "mine");
}

#[test]
fn a_folder_is_no_file_and_nothing_is_left_beside_it() {
    let folder = folder();
    fs::create_dir(folder.path().join("docs")).expect("a new folder");
    for writer in WRITERS {
        let run = run(folder.path(), &format!("{writer} @docs"));
        assert!(run.code == 1 && run.stderr.contains("docs"), "{writer}: {}", run.stderr);
        assert_eq!(names(folder.path()), ["a.jsonl", "docs", "p"], "{writer}");
    }
}

#[test]
fn a_project_that_cannot_be_made_leaves_nothing() {
    let folder = folder();
    let dir = folder.path();
    let backup = run(dir, "project backup @p --actor samar").stdout;
    fs::copy(backup.trim(), dir.join("damaged.db")).expect("a backup");
    let db = rusqlite::Connection::open(dir.join("damaged.db")).expect("a database");
    db.execute("UPDATE layer SET name = 'nobody'", []).expect("it has a layer");
    drop(db);
    assert_eq!(run(dir, "project export @p --package @p.tawsimpkg").code, 0);
    let before = names(dir);
    for (args, said) in [
        ("new @q --actor samar --labels A,A", "exists already"),
        ("new @q --actor samar --labels A, ", "is no label name"),
        ("new @q --from-package @p.tawsimpkg --actor samar --labels A,A", "exists already"),
        ("restore @damaged.db @q --actor samar", "the backup is damaged"),
    ] {
        let run = run(dir, &format!("project {args}"));
        assert!(run.code == 1 && run.stderr.contains(said), "{args}: {}", run.stderr);
        assert_eq!(names(dir), before, "{args}");
    }
    fs::create_dir(dir.join("q")).expect("a new folder");
    fs::write(dir.join("q/mine"), "").expect("a file");
    assert_eq!(run(dir, "project restore @damaged.db @q --actor samar").code, 1);
    assert_eq!(names(&dir.join("q")), ["mine"]);
}
