//! What is shown and how; nothing of it is in the project.

use crate::{Command, Language, SortKey, WorkState};

/// Smallest and largest letters of the article, in points.
const SIZES: (f32, f32) = (12.0, 48.0);

/// How the window looks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settings {
    pub(crate) language: Language,
    pub(crate) dark: bool,
    /// Letters of the article in points.
    pub(crate) size_pt: f32,
    /// Distance of its lines in letter sizes; from 2.2 on there is room for the tags.
    pub(crate) line_height: f32,
    pub(crate) sort: SortKey,
    pub(crate) filter: Option<WorkState>,
    pub(crate) search: String,
    /// Whether the table of keys is open.
    pub(crate) help: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::default(),
            dark: false,
            size_pt: 22.0,
            line_height: 2.3,
            sort: SortKey::default(),
            filter: None,
            search: String::new(),
            help: false,
        }
    }
}

impl Settings {
    /// Takes in a command that changes only how things are shown.
    pub(super) fn set(&mut self, command: &Command) {
        match command {
            Command::Speak(language) => self.language = *language,
            Command::Dark(dark) => self.dark = *dark,
            Command::Help(help) => self.help = *help,
            Command::Sort(key) => self.sort = *key,
            Command::Filter(state) => self.filter = *state,
            Command::Search(text) => self.search.clone_from(text),
            Command::Resize(points) => {
                self.size_pt = (self.size_pt + f32::from(*points)).clamp(SIZES.0, SIZES.1);
            }
            _ => {}
        }
    }
}
