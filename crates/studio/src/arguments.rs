//! The command line of `tawsim-studio`.

use std::{ffi::OsString, path::PathBuf};

use tawsim_studio::Language;

/// What the command line says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arguments {
    pub(crate) open: Option<PathBuf>,
    pub(crate) annotator: String,
    /// `None`: that of the last session, or Arabic.
    pub(crate) language: Option<Language>,
    pub(crate) dark: bool,
    pub(crate) model: Option<PathBuf>,
    pub(crate) no_model: bool,
    pub(crate) no_base: bool,
    pub(crate) corpus: Vec<PathBuf>,
    pub(crate) gazetteer: Vec<PathBuf>,
    /// Width and height of the window in points; `None`: those of the last session.
    pub(crate) size: Option<[f32; 2]>,
    pub(crate) no_session: bool,
    pub(crate) record: Option<PathBuf>,
    pub(crate) replay: Option<PathBuf>,
    pub(crate) settings: Option<PathBuf>,
    pub(crate) measure: bool,
}

/// What the program is asked to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Request {
    /// Print this and end.
    Say(String),
    /// Run with these arguments.
    Run(Box<Arguments>),
}

/// An option: its name, what its value is called (empty: it has none), what it does.
struct Opt {
    name: &'static str,
    value: &'static str,
    help: &'static str,
    set: fn(&mut Arguments, OsString) -> Result<(), String>,
}

const OPTIONS: &[Opt] = &[
    Opt {
        name: "--open",
        value: "PATH",
        help: "Folder of .txt and .jsonl files, one such file, or a project.",
        set: |a, v| put(&mut a.open, Some(v.into())),
    },
    Opt {
        name: "--annotator",
        value: "NAME",
        help: "Who annotates: signs the edits and names the layer [default: $USER].",
        set: |a, v| text(v).map(|name| a.annotator = name),
    },
    Opt {
        name: "--language",
        value: "ar|en",
        help: "Language of the interface [default: that of the last session, or ar].",
        set: |a, v| {
            put(&mut a.language, Some(Language::from_code(&text(v)?).ok_or("say ar or en")?))
        },
    },
    Opt { name: "--dark", value: "", help: "Dark colours.", set: |a, _| put(&mut a.dark, true) },
    Opt {
        name: "--model",
        value: "FILE",
        help: "Tag with this model instead of the bundled one.",
        set: |a, v| put(&mut a.model, Some(v.into())),
    },
    Opt {
        name: "--no-model",
        value: "",
        help: "Do not tag.",
        set: |a, _| put(&mut a.no_model, true),
    },
    Opt {
        name: "--no-base",
        value: "",
        help: "Learn without the corpus and the tables of names inside the program.",
        set: |a, _| put(&mut a.no_base, true),
    },
    Opt {
        name: "--corpus",
        value: "FILE",
        help: "Learn from these annotated documents (.jsonl) too; may be repeated.",
        set: |a, v| {
            a.corpus.push(v.into());
            Ok(())
        },
    },
    Opt {
        name: "--gazetteer",
        value: "FILE",
        help: "Learn with this table of names (.tsv) too; may be repeated.",
        set: |a, v| {
            a.gazetteer.push(v.into());
            Ok(())
        },
    },
    Opt {
        name: "--size",
        value: "WIDTHxHEIGHT",
        help: "Of the window in points [default: that of the last session, or 1280x800].",
        set: |a, v| put(&mut a.size, Some(size(&text(v)?).ok_or("say, for example, 1280x800")?)),
    },
    Opt {
        name: "--no-session",
        value: "",
        help: "Do not go back to where the last session was, and do not keep this one.",
        set: |a, _| put(&mut a.no_session, true),
    },
    Opt {
        name: "--record",
        value: "FILE",
        help: "Append every command to this file, one JSON value a line.",
        set: |a, v| put(&mut a.record, Some(v.into())),
    },
    Opt {
        name: "--replay",
        value: "FILE",
        help: "Carry out such a file without a window, print the project's state, end.",
        set: |a, v| put(&mut a.replay, Some(v.into())),
    },
    Opt {
        name: "--settings",
        value: "FILE",
        help: "Keys, font and sizes of the user [default: settings.json in the folder that\n\
               the system has for settings].",
        set: |a, v| put(&mut a.settings, Some(v.into())),
    },
    Opt {
        name: "--measure",
        value: "",
        help: "Measure how long it takes from key to paint, print it, end. Without --open, in a\n\
               made-up project with a document of 20,000 words and 5,000 annotations, and\n\
               how long a project of 50,000 documents takes to open.",
        set: |a, _| put(&mut a.measure, true),
    },
];

const USAGE: &str = "\
Annotate Arabic entities: open a folder of articles, correct what the model found.

Usage: tawsim-studio [OPTIONS] [PATH]

Examples:
  tawsim-studio articles/
  tawsim-studio --open articles/articles.tawsim --annotator samar --language en

F1 in the window shows the keys.

Options:
";

impl Default for Arguments {
    fn default() -> Self {
        Self {
            open: None,
            annotator: "annotator".to_owned(),
            language: None,
            dark: false,
            model: None,
            no_model: false,
            no_base: false,
            corpus: Vec::new(),
            gazetteer: Vec::new(),
            size: None,
            no_session: false,
            record: None,
            replay: None,
            settings: None,
            measure: false,
        }
    }
}

/// Reads a command line without the program's name; `user` is who is logged in.
///
/// An argument that is no option is what to open.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    user: Option<String>,
) -> Result<Request, String> {
    let mut parsed = Arguments::default();
    parsed.annotator = user.filter(|name| !name.is_empty()).unwrap_or(parsed.annotator);
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let word = argument.to_string_lossy().into_owned();
        match word.as_str() {
            "--help" | "-h" => return Ok(Request::Say(help())),
            "--version" | "-V" => {
                return Ok(Request::Say(
                    concat!("tawsim-studio ", env!("CARGO_PKG_VERSION")).into(),
                ));
            }
            _ if !word.starts_with('-') => parsed.open = Some(argument.into()),
            _ => set(&mut parsed, &word, &mut arguments)?,
        }
    }
    Ok(Request::Run(Box::new(parsed)))
}

/// `--name value` and `--name=value` are the same.
fn set(
    parsed: &mut Arguments,
    word: &str,
    rest: &mut impl Iterator<Item = OsString>,
) -> Result<(), String> {
    let (name, joined) = match word.split_once('=') {
        Some((name, value)) => (name, Some(OsString::from(value))),
        None => (word, None),
    };
    let option = OPTIONS.iter().find(|option| option.name == name);
    let option = option.ok_or_else(|| format!("there is no option {name}; see --help"))?;
    let value = match (option.value.is_empty(), joined) {
        (true, Some(_)) => return Err(format!("{name} takes no value")),
        (true, None) => OsString::new(),
        (false, joined) => {
            joined.or_else(|| rest.next()).ok_or_else(|| format!("{name} needs a value"))?
        }
    };
    (option.set)(parsed, value).map_err(|why| format!("{name}: {why}"))
}

fn help() -> String {
    let mut lines = USAGE.to_owned();
    for Opt { name, value, help, .. } in OPTIONS {
        let usage = format!("{name} {value}");
        let help = help.replace('\n', &format!("\n{:26}", ""));
        lines += &format!("  {usage:<23} {help}\n");
    }
    lines + "  --help, --version"
}

/// So that the table's setters are expressions.
#[expect(clippy::unnecessary_wraps, reason = "all setters of the table have one type")]
fn put<T>(place: &mut T, value: T) -> Result<(), String> {
    *place = value;
    Ok(())
}

fn text(value: OsString) -> Result<String, String> {
    value.into_string().map_err(|_| "not UTF-8".to_owned())
}

fn size(text: &str) -> Option<[f32; 2]> {
    let (width, height) = text.split_once('x')?;
    let size = [width.parse().ok()?, height.parse().ok()?];
    (size[0] >= 400.0 && size[1] >= 300.0).then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Arguments, String> {
        let words = line.split_whitespace().map(OsString::from);
        match parse(words, Some("samar".to_owned()))? {
            Request::Run(arguments) => Ok(*arguments),
            Request::Say(text) => Err(text),
        }
    }

    #[test]
    fn options_set_what_they_name() {
        let arguments = read("--open a --language=en --dark --size 800x600 --corpus x --corpus y");
        let want = Arguments {
            open: Some("a".into()),
            annotator: "samar".to_owned(),
            language: Some(Language::English),
            dark: true,
            size: Some([800.0, 600.0]),
            corpus: vec!["x".into(), "y".into()],
            ..Arguments::default()
        };
        assert_eq!(arguments, Ok(want));
        assert_eq!(read("folder").map(|a| a.open), Ok(Some("folder".into())));
    }

    #[test]
    fn errors_name_the_option() {
        let table = [
            ("--size 10x10", "--size: say"),
            ("--language fr", "--language: say ar or en"),
            ("--open", "--open needs a value"),
            ("--dark=1", "--dark takes no value"),
            ("--fly", "there is no option --fly"),
        ];
        for (line, want) in table {
            let error = read(line).expect_err(line);
            assert!(error.starts_with(want), "{line}: {error}");
        }
    }

    #[test]
    fn help_lists_every_option() {
        let help = read("--help").expect_err("it is said");
        assert!(OPTIONS.iter().all(|option| help.contains(option.name)), "{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 110), "{help}");
    }
}
