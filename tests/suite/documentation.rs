//! README, SECURITY.md and the book: every printed command runs, every link leads somewhere.

use std::fs;
use std::path::{Path, PathBuf};

use tawsim_tests::{repository, tawsim};

/// Where the book's pages lie.
const BOOK: &str = "crates/tawsim/book/src";

/// First words of printed commands that do not run here, and why.
const NOT_RUN: [(&str, &str); 4] = [
    ("cargo", "builds; `cargo run -p tawsim-cli --` is run as `tawsim`"),
    ("git", "works on other people's folders"),
    ("python", "needs spaCy"),
    ("tawsim-studio", "opens a window"),
];

/// What is added to a printed command so that it ends in seconds: its first words, the option, its value.
const LIGHTER: [(&[&str], &str, &str); 4] = [
    (&["train"], "--max-iterations", "3"),
    (&["crf", "learn"], "--max-iterations", "3"),
    (&["clusters"], "--passes", "1"),
    (&["vocab", "train"], "--size", "300"),
];

/// Exit codes that are right besides 0: not everything can be carried.
const ALSO_RIGHT: [(&str, u8); 2] = [("convert", 3), ("project", 3)];

/// Files of the repository of which so many lines are enough.
const SHORTENED: [(&str, usize); 3] = [
    ("corpus/conflict-ar/train.jsonl", 8),
    ("corpus/conflict-ar/dev.jsonl", 3),
    ("models/clusters-ar.tsv", 2_000),
];

/// Folders of the repository of which so many files are enough.
const FOLDERS: [(&str, usize); 3] =
    [("corpus/gazetteer", 100), ("corpus/links", 100), ("corpus/conflict-ar/train", 3)];

/// Small texts, as the user's own.
const TEXTS: [(&str, &str); 4] = [
    (
        "article.txt",
        "مقتل 18 عنصراً لداعش في ريف دير الزور\nقصف على مدينة خان شيخون يوم 5 أيار 2018\n",
    ),
    ("news/1.txt", "قصف على حلب وعلى إدلب، ومقتل 3 مدنيين\n"),
    ("news/2.txt", "أعلنت هيئة تحرير الشام سيطرتها على خان شيخون\n"),
    ("words.crfsuite", "B\tw=حلب\tlen=3\nO\tw=قصف\n\nO\tw=على\nB\tw=حماة\n\n"),
];

/// A row of a gazetteer, as the book shows how to add one.
const OWN_NAMES: &str = "id\tkind\tname\tnames\tlatin\tvalid_from\tvalid_to\tsource\tcountry\tadmin1\tadmin2\tadmin3\tpcode\tgeonames\tlat\tlon\tprecision\n# own\n\
     place:sy:own1\tvillage\tتل الاختبار\t\t\t\t\town\tSY\tإدلب\t\t\t\t\t35.6\t36.7\tpoint\n";

/// A page with the path that names it.
struct Page {
    name: String,
    text: String,
}

fn page(name: &str) -> Page {
    let text = fs::read_to_string(repository().join(name)).expect(name);
    Page { name: name.to_owned(), text }
}

fn chapters() -> Vec<Page> {
    let folder = repository().join(BOOK).read_dir().expect("the book is there");
    let names = folder.map(|file| file.expect("readable").file_name());
    let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    names.retain(|name| name.ends_with(".md"));
    names.sort();
    names.iter().map(|name| page(&format!("{BOOK}/{name}"))).collect()
}

fn pages() -> Vec<Page> {
    let mut pages = chapters();
    pages.extend([page("README.md"), page("SECURITY.md")]);
    pages
}

/// A line of code on a page.
struct CodeLine<'p> {
    number: usize,
    block: usize,
    language: &'p str,
    text: &'p str,
}

/// The lines of fenced blocks, and of indented ones, which are taken for `sh`.
fn code_lines(page: &str) -> Vec<CodeLine<'_>> {
    let (mut lines, mut fence, mut block, mut was_code) = (Vec::new(), None, 0, false);
    for (idx, line) in page.lines().enumerate() {
        let number = idx + 1;
        if let Some(language) = line.strip_prefix("```") {
            fence = if fence.is_some() { None } else { Some(language) };
            block += 1;
            continue;
        }
        let code = fence.map(|language| (language, line));
        let code = code.or_else(|| Some(("sh", line.strip_prefix("    ")?)));
        block += usize::from(code.is_some() && !was_code);
        was_code = code.is_some();
        if let Some((language, text)) = code {
            lines.push(CodeLine { number, block, language, text });
        }
    }
    lines
}

/// A printed command and the output printed below it.
#[derive(Debug, Default, PartialEq)]
struct Printed {
    number: usize,
    line: String,
    output: Vec<String>,
}

/// The commands of a page: of a block with prompts the lines behind them, else all lines of `sh` blocks.
fn commands(page: &str) -> Vec<Printed> {
    let lines = code_lines(page);
    let has_prompts = |block| lines.iter().any(|l| l.block == block && l.text.starts_with("$ "));
    let (mut commands, mut continues): (Vec<Printed>, bool) = (Vec::new(), false);
    for line in lines.iter().filter(|line| line.language == "sh" && !line.text.trim().is_empty()) {
        let prompt = line.text.strip_prefix("$ ");
        let (text, goes_on) = match line.text.trim_end().strip_suffix('\\') {
            Some(front) => (front, true),
            None => (line.text, false),
        };
        let last = commands.last_mut();
        match (continues, last, has_prompts(line.block) && prompt.is_none()) {
            (true, Some(last), _) => last.line.push_str(text),
            (false, Some(last), true) => last.output.push(line.text.to_owned()),
            _ => commands.push(Printed {
                number: line.number,
                line: prompt.unwrap_or(text).to_owned(),
                output: Vec::new(),
            }),
        }
        continues = goes_on;
    }
    commands
}

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
struct Call {
    stdin: String,
    args: Vec<String>,
    stdout: Option<String>,
}

/// The arguments of `tawsim` in `cargo run -p tawsim-cli -- …`.
fn built_and_run(words: &[String]) -> Option<Vec<String>> {
    let is_ours = words.starts_with(&["cargo".into(), "run".into()]);
    let dashes = words.iter().position(|word| word == "--")?;
    (is_ours && words.contains(&"tawsim-cli".to_owned())).then(|| words[dashes + 1..].to_vec())
}

/// What a printed line runs; `None` if it is listed as not run here.
fn call(line: &str, folder: &Path) -> Result<Option<Call>, String> {
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

/// Whether an argument names a file: it has a slash or an extension.
fn is_path(arg: &str) -> bool {
    let is_extension = |e: &str| e.starts_with(|c: char| c.is_ascii_alphabetic());
    let extension = Path::new(arg).extension().and_then(|e| e.to_str());
    !arg.starts_with('-') && (arg.contains('/') || extension.is_some_and(is_extension))
}

/// Fails if a path names a file of the repository that is not there.
fn check_repository_path(arg: &str) -> Result<(), String> {
    let top = ["corpus/", "models/", "crates/", "tests/"];
    let is_ours = top.iter().any(|top| arg.starts_with(top));
    if is_ours && !repository().join(arg).exists() {
        return Err(format!("the repository has no {arg}"));
    }
    Ok(())
}

/// The arguments with paths of the folder, and lighter where they would take long.
fn prepared(args: &[String], folder: &Path) -> Result<Vec<String>, String> {
    let mut prepared = Vec::new();
    for arg in args {
        check_repository_path(arg)?;
        let path = folder.join(arg);
        prepared.push(if is_path(arg) { path.to_string_lossy().into() } else { arg.clone() });
    }
    for (command, option, value) in LIGHTER {
        let is_it = args.len() >= command.len() && args.iter().zip(command).all(|(a, b)| a == b);
        if is_it && let Some(at) = args.iter().position(|arg| arg == option) {
            prepared[at + 1] = value.to_owned();
        } else if is_it {
            prepared.extend([option.to_owned(), value.to_owned()]);
        }
    }
    Ok(prepared)
}

/// Fails if the output is not as printed; what stands behind `…` is not compared.
fn check_output(printed: &[String], actual: &str) -> Result<(), String> {
    let mut actual_lines = actual.lines();
    for line in printed {
        let actual = actual_lines.next().unwrap_or_default();
        let is_same = match line.split_once('…') {
            Some((front, _)) => actual.starts_with(front),
            None => actual == line,
        };
        if !is_same {
            return Err(format!("printed: {line}\nwritten: {actual}"));
        }
    }
    Ok(())
}

fn run(printed: &Printed, folder: &Path) -> Result<(), String> {
    annotate(folder);
    let Some(call) = call(&printed.line, folder)? else { return Ok(()) };
    let args = prepared(&call.args, folder)?;
    let run = tawsim(&args.iter().map(String::as_str).collect::<Vec<_>>(), call.stdin.as_bytes());
    let first = call.args.first().map_or("", String::as_str);
    if run.code != 0 && !ALSO_RIGHT.contains(&(first, run.code)) {
        return Err(format!("exit code {}: {}", run.code, run.stderr));
    }
    if let Some(file) = &call.stdout {
        fs::write(folder.join(file), &run.stdout).expect("the folder can be written");
    }
    check_output(&printed.output, &run.stdout)
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a new folder");
    fs::write(path, text).expect("the folder can be written");
}

fn first_lines(text: &str, n_lines: usize) -> String {
    text.split_inclusive('\n').take(n_lines).collect()
}

/// Annotated documents of a user.
const ANNOTATED: [&str; 4] = ["mine.jsonl", "news.jsonl", "gold.jsonl", "done.jsonl"];

/// What annotators do between two commands: annotated files that are not there, or empty, are filled.
fn annotate(folder: &Path) {
    let train = folder.join(SHORTENED[0].0);
    for name in ANNOTATED.map(|name| folder.join(name)) {
        if fs::metadata(&name).map_or(0, |data| data.len()) == 0 {
            fs::copy(&train, name).expect("the folder can be written");
        }
    }
}

/// A folder with what the commands read: parts of the repository and a user's own files.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ours = |name: &str| fs::read_to_string(repository().join(name)).expect(name);
    for (name, n_lines) in SHORTENED {
        write(folder.path(), name, &first_lines(&ours(name), n_lines));
    }
    for (name, n_files) in FOLDERS {
        let files = repository().join(name).read_dir().expect(name);
        let mut files: Vec<PathBuf> = files.map(|file| file.expect(name).path()).collect();
        files.sort();
        for file in files.iter().take(n_files) {
            let below = file.strip_prefix(repository()).expect("it is ours");
            write(folder.path(), &below.to_string_lossy(), &ours(&below.to_string_lossy()));
        }
    }
    for (name, text) in TEXTS {
        write(folder.path(), name, text);
    }
    write(folder.path(), "names.tsv", OWN_NAMES);
    let file = "corpus/conflict-ar/dev/sy-nw-013.tagged";
    write(folder.path(), file, &ours(file));
    folder
}

/// Runs the commands of a page one after the other in one folder.
fn check_page(page: &Page) -> Vec<String> {
    let folder = folder();
    let mut problems = Vec::new();
    for printed in commands(&page.text) {
        if let Err(problem) = run(&printed, folder.path()) {
            problems.push(format!("{}:{}: {}\n{problem}", page.name, printed.number, printed.line));
        }
    }
    problems
}

#[test]
fn printed_commands_run() {
    let n_commands: usize = pages().iter().map(|page| commands(&page.text).len()).sum();
    assert!(n_commands > 60, "only {n_commands} commands were found");
    let problems: Vec<String> = pages().iter().flat_map(check_page).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn commands_stand_in_blocks_that_are_read() {
    for page in pages() {
        for line in code_lines(&page.text) {
            let is_command = line.text.trim_start_matches("$ ").starts_with("tawsim ");
            assert!(
                !is_command || line.language == "sh",
                "{}:{}: mark the block as sh",
                page.name,
                line.number
            );
        }
    }
}

/// Targets of a page's links that are files, without what stands behind `#`.
fn link_targets(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    files.map(|target| target.split('#').next().unwrap_or(target)).collect()
}

#[test]
fn links_lead_to_files() {
    for page in pages() {
        let path = repository().join(&page.name);
        let folder = path.parent().expect("a page is in a folder");
        for target in link_targets(&page.text) {
            assert!(folder.join(target).exists(), "{}: no {target}", page.name);
        }
    }
}

#[test]
fn every_chapter_is_in_the_summary_and_short() {
    let summary = page(&format!("{BOOK}/SUMMARY.md")).text;
    for chapter in chapters() {
        let name = chapter.name.rsplit('/').next().expect("it has a name");
        assert!(name == "SUMMARY.md" || summary.contains(&format!("]({name})")), "{name}");
        let n_lines = chapter.text.lines().count();
        assert!(n_lines < 200, "{name} has {n_lines} lines");
    }
}

#[test]
fn what_cannot_be_right_is_found() {
    let folder = folder();
    let table = [
        ("tawsim fly", "exit code 2"),
        ("tawsim tag --fast article.txt", "exit code 2"),
        ("tawsim tag missing.txt", "exit code 1"),
        ("tawsim tag corpus/missing.txt", "the repository has no"),
        ("rm -r news/", "neither tawsim nor listed"),
        ("$ echo حلب | tawsim tokenize\n    حماة", "written: حلب"),
    ];
    for (text, expected) in table {
        let commands = commands(&format!("    {text}"));
        let problem = run(&commands[0], folder.path()).expect_err(text);
        assert!(problem.contains(expected), "{text}: {problem}");
    }
}

#[test]
fn lines_are_cut_as_a_shell_does() {
    let cut = words("printf 'a b\\n' | tawsim tokenize --scheme=\"x\" > y.txt   # why");
    assert_eq!(cut, ["printf", "a b\\n", "|", "tawsim", "tokenize", "--scheme=x", ">", "y.txt"]);
}
