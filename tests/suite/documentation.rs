//! README, SECURITY.md and the book: every printed command runs, every link leads somewhere.

mod folder;
mod pages;
mod run;
mod shell;

use tawsim_tests::repository;

use folder::folder;
use pages::{BOOK, Page, chapters, code_lines, commands, page, pages};
use run::run;

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
