//! Long runs of `tawsim tag`: stopped, killed, gone on with.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use tawsim_tests::{repository, tawsim};

/// Where the child of [`ctrl_c_leaves_whole_lines`] writes.
const CHILD_OUTPUT: &str = "TAWSIM_TAG_CHILD_OUTPUT";

/// What it says when a signal finds its handler.
const HANDLES: &str = "signals are handled";

fn input() -> String {
    repository().join("corpus/conflict-ar/dev.jsonl").display().to_string()
}

fn tag(output: &Path, more: &[&str]) -> tawsim_tests::Run {
    let output = output.display().to_string();
    tawsim(&[&["tag", &input(), "--output", &output], more].concat(), b"")
}

#[test]
fn a_run_cut_off_anywhere_is_gone_on_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, cut) = (folder.path().join("whole.jsonl"), folder.path().join("cut.jsonl"));
    assert_eq!(tag(&whole, &[]).code, 0);
    let bytes = std::fs::read(&whole).expect("just written");
    let first_line = bytes.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
    for len in [0, 1, first_line - 1, first_line, first_line + 1, bytes.len() / 2, bytes.len()] {
        std::fs::write(&cut, &bytes[..len]).expect("a file");
        let run = tag(&cut, &["--resume"]);
        assert_eq!(run.code, 0, "{len}: {}", run.stderr);
        assert!(std::fs::read(&cut).expect("written") == bytes, "cut at {len}");
    }
}

#[test]
fn half_a_line_goes_where_no_document_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, output) = (folder.path().join("a.txt"), folder.path().join("out.jsonl"));
    std::fs::write(&input, "قصف على حلب").expect("a file");
    let (input, output_path) = (input.display().to_string(), output.display().to_string());
    let tag =
        |more: &[&str]| tawsim(&[&["tag", &input, "--output", &output_path], more].concat(), b"");
    assert_eq!(tag(&[]).code, 0);
    let whole = std::fs::read(&output).expect("written");
    let again = |more: &[u8]| {
        std::fs::write(&output, [&whole, more].concat()).expect("a file");
        tag(&["--resume"])
    };
    assert_eq!(again(b"{\"id\":\"b.t").code, 0);
    assert!(std::fs::read(&output).expect("written") == whole);
    let run = again(&whole);
    assert!(
        run.stderr.contains("line 2 and those behind it are of documents that the inputs lack"),
        "{}",
        run.stderr
    );
    assert_eq!(run.code, 1);
}

#[test]
fn other_inputs_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (output, whole) = (folder.path().join("out.jsonl"), folder.path().join("whole.jsonl"));
    assert_eq!(tag(&whole, &[]).code, 0);
    let check = |lines: &str, format: &[&str], part: &str| {
        std::fs::write(&output, lines).expect("a file");
        let run = tag(&output, &[&["--resume"], format].concat());
        assert_eq!(run.code, 1);
        assert!(run.stderr.contains(part), "{}", run.stderr);
        assert_eq!(std::fs::read_to_string(&output).expect("still there"), lines);
    };
    check("{\"id\":\"x\",\"text\":\"\"}\n", &[], "line 1 is of the document \"x\"");
    check("no JSON\n", &[], "line 1 is no line of `tawsim tag`");
    check("{\"x\":1}", &[], "byte 0: no line of `tawsim tag`");
    check("no JSON, no line end", &[], "byte 0: no line of `tawsim tag`");
    let all = std::fs::read_to_string(&whole).expect("written");
    let first = all.lines().next().expect("a line");
    check(&format!("{first}\n{{\"x\""), &[], &format!("byte {}: no line", first.len() + 1));
    check("no JSON\n{\"id\":\"x", &[], "line 1 is no line of `tawsim tag`");
    check("", &["--format", "csv"], "JSON Lines only");
    assert_eq!(
        tawsim(&["tag", &input(), "--resume"], b"").code,
        2,
        "there is nothing to go on with"
    );
}

/// What [`ctrl_c_leaves_whole_lines`] starts; alone it does nothing.
#[test]
fn child() {
    let Some(output) = std::env::var_os(CHILD_OUTPUT) else { return };
    tawsim_cli::end_whole_on_interrupt().expect("no handler yet");
    println!("{HANDLES}");
    let args = ["tawsim", "tag", "-", "--from", "jsonl", "--threads", "2", "--output"];
    let args = args.into_iter().map(Into::into).chain([output]).collect();
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let code = tawsim_cli::run(args, &mut std::io::stdin(), &mut stdout, &mut stderr);
    std::process::exit(code.code().into());
}

#[cfg(unix)]
/// Starts [`child`], and waits until it handles signals.
fn start_child(output: &Path) -> (Child, ChildStdin) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "tagging_resume::child", "--nocapture"])
        .env(CHILD_OUTPUT, output)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut said = BufReader::new(child.stdout.take().expect("piped")).lines();
    assert!(said.any(|line| line.expect("text").contains(HANDLES)));
    let pipe = child.stdin.take().expect("piped");
    (child, pipe)
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill is there").success());
}

#[cfg(unix)]
#[test]
fn ctrl_c_is_heard_inside_a_line_without_an_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut child, mut pipe) = start_child(&folder.path().join("out.jsonl"));
    let block = vec![b' '; 1 << 20];
    // A pipe holds less: it reads.
    (0..8).for_each(|_| pipe.write_all(&block).expect("it reads"));
    interrupt(&child);
    let is_hung_up = (0..2000).any(|_| {
        std::thread::sleep(Duration::from_millis(5));
        pipe.write_all(&block).is_err()
    });
    drop(pipe);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert!(is_hung_up, "it read on");
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_whole_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, stopped) = (folder.path().join("whole.jsonl"), folder.path().join("stopped.jsonl"));
    assert_eq!(tag(&whole, &[]).code, 0);
    let documents = std::fs::read_to_string(input()).expect("in the repository");
    let (mut child, mut pipe) = start_child(&stopped);
    let lines: Vec<&str> = documents.split_inclusive('\n').collect();
    pipe.write_all(lines[..8].concat().as_bytes()).expect("it reads");
    // A pipe holds less: those lines are read.
    pipe.write_all(&vec![b'\n'; 1 << 20]).expect("it reads");
    interrupt(&child);
    // One of the next documents finds the signal; then nobody reads the pipe any more.
    for line in &lines[8..] {
        std::thread::sleep(Duration::from_millis(50));
        if pipe.write_all(line.as_bytes()).is_err() {
            break;
        }
    }
    drop(pipe);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let bytes = std::fs::read(&stopped).expect("written");
    let all = std::fs::read(&whole).expect("written");
    assert!(bytes.len() < all.len() && all.starts_with(&bytes));
    assert!(bytes.is_empty() || bytes.ends_with(b"\n"));
    assert_eq!(tag(&stopped, &["--resume"]).code, 0);
    assert!(std::fs::read(&stopped).expect("written") == all);
}
