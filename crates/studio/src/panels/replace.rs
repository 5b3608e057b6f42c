//! Asks before a file is replaced: choosing it a second time is the yes.

use std::{fs, path::Path};

use egui::Ui;

use super::Gui;
use crate::{language::phrases, text::isolated};

/// Which paths were asked about.
#[derive(Default)]
pub(super) struct Replacing {
    /// By the panel.
    asked: Option<String>,
    /// By the desktop's own dialog, which has its answer.
    answered: Option<String>,
}

impl Replacing {
    /// Whether the path may be written to: nothing is there, or somebody has said yes. A yes holds once.
    pub(super) fn allows(&mut self, path: &str) -> bool {
        let known = [self.asked.take(), self.answered.take()];
        let is_yes = known.iter().flatten().any(|known| known == path);
        if is_yes || !is_taken(Path::new(path)) {
            return true;
        }
        self.asked = Some(path.to_owned());
        false
    }

    /// Takes the yes of a dialog that asks by itself.
    pub(super) fn allow(&mut self, path: &str) {
        self.answered = Some(path.to_owned());
    }

    /// Draws the question, as long as the path is the one that it is about.
    pub(super) fn show(&self, ui: &mut Ui, gui: &mut Gui<'_>, path: &str) {
        if self.asked.as_deref() != Some(path) {
            return;
        }
        // The whole path stands in the input.
        let name = Path::new(path).file_name().unwrap_or(path.as_ref());
        let said = phrases::REPLACES.with(gui.language, &[&isolated(&name.to_string_lossy())]);
        gui.line(ui, |gui, ui| {
            let (style, color) = (gui.style(), ui.visuals().error_fg_color);
            gui.engine.label(ui, &said, style, color);
        });
    }
}

/// Whether a file is there, or a folder with something in it.
fn is_taken(path: &Path) -> bool {
    path.is_file() || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_asked_about_once_for_each_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        for name in ["old", "other"] {
            fs::write(path(name), "x").expect("written");
        }
        fs::create_dir_all(path("full/inner")).expect("made");
        let mut replacing = Replacing::default();
        let table = [
            ("new", true),
            ("full/inner", true),
            ("full", false),
            ("old", false),
            ("other", false),
            ("old", false),
            ("old", true),
            ("old", false),
        ];
        for (name, want) in table {
            assert_eq!(replacing.allows(&path(name)), want, "{name}");
        }
        // The desktop's dialog has asked, of this file.
        for (name, want) in [("other", false), ("old", true)] {
            replacing = Replacing::default();
            replacing.allow(&path("old"));
            assert_eq!(replacing.allows(&path(name)), want, "{name}");
        }
    }
}
