//! Inputs that are large in one way.

#![expect(clippy::print_stdout, reason = "the figures of a run are shown by `--nocapture`")]

use std::ffi::OsString;
use std::io::{self, Read, Write};

use super::peak;

/// How large an input is: every day, and in full.
fn size(daily: usize, full: usize) -> usize {
    if std::env::var("TAWSIM_LIMITS").is_ok_and(|value| value == "full") { full } else { daily }
}

const MIB: usize = 1 << 20;

/// A piece of text again and again, up to so many bytes, that never lies in memory as a whole.
struct Repeated {
    head: &'static [u8],
    piece: &'static [u8],
    tail: &'static [u8],
    n_bytes: usize,
    at: usize,
}

impl Repeated {
    /// The piece as often as it fits, so that no character is cut.
    fn new(piece: &'static str, n_bytes: usize) -> Self {
        let n_bytes = n_bytes - n_bytes % piece.len();
        Self { head: b"", piece: piece.as_bytes(), tail: b"", n_bytes, at: 0 }
    }

    fn within(self, head: &'static str, tail: &'static str) -> Self {
        Self { head: head.as_bytes(), tail: tail.as_bytes(), ..self }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        let body = at.checked_sub(self.head.len());
        match body {
            None => self.head.get(at).copied(),
            Some(at) if at < self.n_bytes => Some(self.piece[at % self.piece.len()]),
            Some(at) => self.tail.get(at - self.n_bytes).copied(),
        }
    }
}

impl Read for Repeated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut n = 0;
        while let Some(byte) = (n < buffer.len()).then(|| self.byte(self.at)).flatten() {
            buffer[n] = byte;
            (n, self.at) = (n + 1, self.at + 1);
        }
        Ok(n)
    }
}

/// Counts what is written and keeps the beginning.
#[derive(Default)]
struct Counted {
    n_bytes: usize,
    n_lines: usize,
    head: Vec<u8>,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.n_bytes += bytes.len();
        self.n_lines += bytes.iter().filter(|byte| **byte == b'\n').count();
        let room = 2_000 - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl tawsim_cli::Output for Counted {
    fn is_terminal(&self) -> bool {
        false
    }
}

/// Exit code, output and messages of a run whose memory stays below `limit_mib`.
fn check(what: &str, args: &[&str], mut stdin: Repeated, limit_mib: f32) -> (u8, Counted, String) {
    let args = std::iter::once("tawsim").chain(args.iter().copied()).map(OsString::from).collect();
    let (mut stdout, mut stderr) = (Counted::default(), Counted::default());
    let mut code = 0;
    let peak = peak(|| {
        code = tawsim_cli::run(args, &mut stdin, &mut stdout, &mut stderr).code();
    });
    println!("{what}: {} bytes, exit code {code}, peak {peak:.0} MiB", stdin.at);
    let said = String::from_utf8_lossy(&stderr.head).into_owned();
    assert!(peak < limit_mib, "{what}: {peak} MiB");
    (code, stdout, said)
}

const TAG: [&str; 7] = ["tag", "-", "--from", "txt", "--threads", "1", "--quiet"];

pub(super) fn text_without_line_ends() {
    let n_parts = size(8, 1_024);
    let text = Repeated::new("قصف على ريف حلب ", n_parts * MIB);
    let (code, out, said) = check("a text without line ends", &TAG, text, 96.0);
    assert_eq!((code, said.as_str()), (0, ""));
    assert!((n_parts..=n_parts + 2).contains(&out.n_lines), "{} documents", out.n_lines);
}

pub(super) fn empty_lines() {
    let lines = Repeated::new("\n", size(2_000_000, 10_000_000));
    let (code, _, said) = check("empty lines", &TAG, lines, 96.0);
    assert_eq!((code, said.as_str()), (0, ""));
}

pub(super) fn one_word() {
    let word = Repeated::new("ح", 5 * MIB);
    let (code, out, _) = check("a word of 5 MB", &TAG, word, 96.0);
    assert_eq!(code, 0);
    assert!(out.n_bytes > 5 * MIB, "the text is in the output");
}

/// A line of JSON with very many entities: what is read of each is small.
pub(super) fn entities_of_one_line() {
    const ROW: &str = r#"{"start":0,"end":6,"label":"PLACE","surface":"حلب"},"#;
    const END: &str = r#"{"start":0,"end":6,"label":"PLACE","surface":"حلب"}]}"#;
    let n = size(200_000, 1_000_000);
    let line = Repeated::new(ROW, n * ROW.len())
        .within(r#"{"text":"حلب","offset_unit":"byte","entities":["#, END);
    let args = ["convert", "-", "--from", "jsonl", "--check"];
    let n_mb = (n * ROW.len()) as f32 / 1e6;
    let (code, _, said) = check("entities of one line", &args, line, 8.0 + 6.0 * n_mb);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("twice"), "{said}");
}

pub(super) fn a_line_beyond_the_limit() {
    let n = size(0, 300 * MIB);
    if n == 0 {
        return;
    }
    let line = Repeated::new("a", n).within("{\"text\":\"", "\"}\n{\"text\":\"b\"}\n");
    let args = ["convert", "-", "--from", "jsonl", "--check"];
    let (code, _, said) = check("a line of 300 MiB", &args, line, 600.0);
    assert!(code == 3 && said.contains("1 document"), "{said}");
}

pub(super) fn nested_json() {
    let line = Repeated::new("[", MIB).within("{\"text\":\"a\",\"metadata\":{\"x\":", "\n");
    let args = ["convert", "-", "--from", "jsonl", "--check"];
    let (code, _, said) = check("nested JSON", &args, line, 64.0);
    assert!(code == 3 && said.contains("recursion limit"), "{said}");
}
