//! What is shown and how; nothing of it is in the project.

use crate::{Command, Language, SortKey, WorkState};

/// Smallest and largest letters of the article, in points.
const SIZES: (f32, f32) = (12.0, 48.0);

/// Smallest and largest distance of its lines, in letter sizes; below, tags would cover letters.
const SPACINGS: (f32, f32) = (2.2, 4.0);

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
    /// Only documents in which something has this label.
    pub(crate) label: Option<String>,
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
            line_height: 2.4,
            sort: SortKey::default(),
            filter: None,
            label: None,
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
            Command::FilterLabel(label) => self.label.clone_from(label),
            Command::Filter(state) => self.filter = *state,
            Command::Search(text) => self.search.clone_from(text),
            Command::Resize(points) => {
                self.set_letters(Some(self.size_pt + f32::from(*points)), None);
            }
            Command::Respace(tenths) => {
                let line_height = self.line_height + f32::from(*tenths) / 10.0;
                self.set_letters(None, Some(line_height));
            }
            _ => {}
        }
    }

    /// Sets size and line spacing, within what can be read.
    pub(super) fn set_letters(&mut self, size_pt: Option<f32>, line_height: Option<f32>) {
        let size_pt = size_pt.unwrap_or(self.size_pt);
        let line_height = line_height.unwrap_or(self.line_height);
        self.size_pt = size_pt.clamp(SIZES.0, SIZES.1);
        self.line_height = line_height.clamp(SPACINGS.0, SPACINGS.1);
    }
}
