//! Command lines, as a shell reads them.

use std::fs;
use std::path::Path;

/// First words of printed commands that do not run here, and why.
const NOT_RUN: [(&str, &str); 5] = [
    ("bash", "scripts of the repository, which build and measure"),
    ("cargo", "builds; `cargo run -p tawsim-cli --` is run as `tawsim`"),
    ("git", "works on other people's folders"),
    ("python", "needs spaCy"),
    ("tawsim-studio", "opens a window"),
];

/// The words of a command line, as a shell cuts them; `|` and `>` are words of their own.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(mark), _) if mark == c => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// What runs: standard input, arguments of `tawsim`, and the file that takes standard output.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Call {
    pub(super) stdin: String,
    pub(super) args: Vec<String>,
    pub(super) stdout: Option<String>,
}

/// The arguments of `tawsim` in `cargo run -p tawsim-cli -- …`.
fn built_and_run(words: &[String]) -> Option<Vec<String>> {
    let is_ours = words.starts_with(&["cargo".into(), "run".into()]);
    let dashes = words.iter().position(|word| word == "--")?;
    (is_ours && words.contains(&"tawsim-cli".to_owned())).then(|| words[dashes + 1..].to_vec())
}

/// What a printed line runs; `None` if it is listed as not run here.
pub(super) fn call(line: &str, folder: &Path) -> Result<Option<Call>, String> {
    let words = words(line);
    let mut call = Call::default();
    let mut stages = words.split(|word| word == "|").peekable();
    while let Some(stage) = stages.next() {
        let (name, mut rest) = stage.split_first().ok_or("an empty command")?;
        if let Some(args) = built_and_run(stage) {
            call.args = args;
            return Ok(Some(call));
        }
        if NOT_RUN.iter().any(|(known, _)| known == name) {
            return Ok(None);
        }
        if let [front @ .., mark, file] = rest
            && mark == ">"
        {
            (rest, call.stdout) = (front, Some(file.clone()));
        }
        match name.as_str() {
            "tawsim" if stages.peek().is_none() => call.args = rest.to_vec(),
            "echo" => call.stdin = rest.join(" ") + "\n",
            "printf" => call.stdin = rest.join(" ").replace("\\n", "\n").replace("\\t", "\t"),
            "cat" => {
                let file = folder.join(rest.first().ok_or("cat what?")?);
                call.stdin = fs::read_to_string(&file).map_err(|error| error.to_string())?;
            }
            _ => return Err(format!("`{name}` is neither tawsim nor listed in NOT_RUN")),
        }
    }
    Ok(Some(call))
}

#[test]
fn lines_are_cut_as_a_shell_does() {
    let cut = words("printf 'a b\\n' | tawsim tokenize --scheme=\"x\" > y.txt   # why");
    assert_eq!(cut, ["printf", "a b\\n", "|", "tawsim", "tokenize", "--scheme=x", ">", "y.txt"]);
}
