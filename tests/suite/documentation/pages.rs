//! Pages, and the commands printed on them.

use std::fs;

use tawsim_tests::repository;

/// Where the book's pages lie.
pub(super) const BOOK: &str = "crates/tawsim/book/src";

/// A page with the path that names it.
pub(super) struct Page {
    pub(super) name: String,
    pub(super) text: String,
}

pub(super) fn page(name: &str) -> Page {
    let text = fs::read_to_string(repository().join(name)).expect(name);
    Page { name: name.to_owned(), text }
}

pub(super) fn chapters() -> Vec<Page> {
    let folder = repository().join(BOOK).read_dir().expect("the book is there");
    let names = folder.map(|file| file.expect("readable").file_name());
    let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    names.retain(|name| name.ends_with(".md"));
    names.sort();
    names.iter().map(|name| page(&format!("{BOOK}/{name}"))).collect()
}

pub(super) fn pages() -> Vec<Page> {
    let mut pages = chapters();
    pages.extend([page("README.md"), page("SECURITY.md")]);
    pages
}

/// A line of code on a page.
pub(super) struct CodeLine<'p> {
    pub(super) number: usize,
    pub(super) block: usize,
    pub(super) language: &'p str,
    pub(super) text: &'p str,
}

/// The lines of fenced blocks, and of indented ones, which are taken for `sh`.
pub(super) fn code_lines(page: &str) -> Vec<CodeLine<'_>> {
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
pub(super) struct Printed {
    pub(super) number: usize,
    pub(super) line: String,
    pub(super) output: Vec<String>,
}

/// The commands of a page: of a block with prompts the lines behind them, else all lines of `sh` blocks.
pub(super) fn commands(page: &str) -> Vec<Printed> {
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
