//! What the user has set for all projects, in a file of their own.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    files::{read_at_most, write_whole},
    keymap::KeySettings,
};

/// A settings file has some hundred bytes.
const MAX_BYTES: usize = 1 << 20;

/// The settings file. Fields that are missing have the program's values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Preferences {
    /// Keys of actions.
    #[serde(skip_serializing_if = "KeySettings::is_empty")]
    pub(crate) keys: KeySettings,
    /// A font file for the article and the interface.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) font: Option<PathBuf>,
    /// Letters of the article in points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size_pt: Option<f32>,
    /// Distance of its lines in letter sizes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line_height: Option<f32>,
}

impl Preferences {
    /// Reads the file; without one the program's values.
    ///
    /// # Errors
    /// If it is no settings file. It is left as it is.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        match read_at_most(path, MAX_BYTES) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Writes the file, whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        write_whole(path, &bytes)
    }
}

/// Where the settings are: in the folder that the system has for them (XDG base directories,
/// `%APPDATA%`).
#[must_use]
pub fn settings_file() -> Option<PathBuf> {
    let folder =
        |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = folder("XDG_CONFIG_HOME")
        .or_else(|| folder("APPDATA"))
        .or_else(|| Some(folder("HOME")?.join(".config")))?;
    Some(base.join("tawsim-studio").join("settings.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("new").join("settings.json");
        assert_eq!(Preferences::read(&path).expect("no file"), Preferences::default());
        let mut set = Preferences { size_pt: Some(26.0), ..Preferences::default() };
        set.keys.insert("Undo".to_owned(), vec!["Ctrl+U".to_owned()]);
        set.write(&path).expect("written");
        assert_eq!(Preferences::read(&path).expect("read"), set);
        fs::write(&path, "{").expect("written");
        assert!(Preferences::read(&path).is_err());
        fs::write(&path, r#"{"unknown": 1, "font": "a.ttf"}"#).expect("written");
        assert_eq!(Preferences::read(&path).expect("read").font, Some("a.ttf".into()));
    }
}
