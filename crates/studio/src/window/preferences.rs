//! What a person sets once: language, light, letters, keys.

use std::path::PathBuf;

use super::Window;
use crate::{
    files::read_at_most, keymap::Keymap, keys::Deed, language::phrases, panels::KeyChange,
    preferences::Preferences,
};

/// A file that is longer is no font.
const MAX_FONT_BYTES: usize = 256 << 20;

impl Window {
    pub(super) fn prefer(&mut self, deed: Deed) {
        match deed {
            Deed::Rebind(idx) => {
                self.key_change = KeyChange { waits: Some(idx), ..KeyChange::default() };
                return;
            }
            Deed::ResetKeys => {
                self.keymap = Keymap::default();
                self.key_change = KeyChange::default();
                self.preferences.keys.clear();
            }
            Deed::UseFont(file) => self.use_font(file),
            _ => {}
        }
        self.keep_preferences();
    }

    pub(super) fn use_font(&mut self, file: Option<PathBuf>) {
        let Some(path) = file else {
            self.engine.use_font(None);
            self.preferences.font = None;
            return;
        };
        let bytes = read_at_most(&path, MAX_FONT_BYTES).unwrap_or_default();
        if self.engine.use_font(Some(bytes)) {
            self.preferences.font = Some(path);
        } else {
            let language = self.app.settings().language;
            self.app.say(phrases::NO_FONT.with(language, &[&path.display()]));
        }
    }

    /// Takes the user's keys, font and sizes from this file and keeps changes of them in it.
    #[must_use]
    pub fn with_settings(mut self, path: PathBuf) -> Self {
        match Preferences::read(&path) {
            Ok(preferences) => {
                self.keymap = Keymap::of(&preferences.keys);
                self.app.set_letters(preferences.size_pt, preferences.line_height);
                let font = preferences.font.clone();
                self.preferences = preferences;
                if font.is_some() {
                    self.use_font(font);
                }
                self.preferences_path = Some(path);
            }
            Err(error) => self.app.say(format!("{}: {error}", path.display())),
        }
        self
    }

    pub(super) fn keep_preferences(&mut self) {
        let Some(path) = &self.preferences_path else { return };
        if let Err(error) = self.preferences.write(path) {
            self.app.say(format!("{}: {error}", path.display()));
        }
    }

    /// Keeps the size of the letters when it has changed.
    pub(super) fn keep_letters(&mut self) {
        let settings = self.app.settings();
        let (size_pt, line_height) = (Some(settings.size_pt), Some(settings.line_height));
        let kept = (self.preferences.size_pt, self.preferences.line_height);
        if kept != (size_pt, line_height) {
            (self.preferences.size_pt, self.preferences.line_height) = (size_pt, line_height);
            self.keep_preferences();
        }
    }
}
