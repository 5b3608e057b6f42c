//! Where the annotator was: kept beside the user's other state, so that the program opens there
//! again, also after a crash.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{App, Command, Language};

/// At least this long between two writes.
const PACE: Duration = Duration::from_secs(1);

/// What is restored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The project's folder.
    pub project: Option<PathBuf>,
    /// Id of the document that was shown.
    pub document: Option<String>,
    /// Where the focus was, in bytes of its text.
    pub byte: Option<u32>,
    /// Width and height of the window in points.
    pub size: Option<[f32; 2]>,
    /// Language of the interface.
    pub language: Option<Language>,
    /// Dark colours.
    pub dark: Option<bool>,
}

impl Session {
    /// Reads it; `None` if there is none or it cannot be read.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
    }

    /// Whole or not at all: a crash leaves the one before.
    fn write(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let partial = path.with_extension("partial");
        // A path that is no UTF-8 is no JSON.
        fs::write(&partial, serde_json::to_vec(self)?)?;
        fs::rename(&partial, path)
    }

    /// What an app shows now.
    #[must_use]
    pub fn of(app: &App, size: Option<[f32; 2]>) -> Self {
        let document = app.document();
        let focus = document.and_then(|document| document.focused());
        Self {
            project: app.project().map(|project| project.dir().to_owned()),
            document: document.map(|document| document.id().to_string()),
            byte: focus.map(|annotation| annotation.span.start()),
            size,
            language: Some(app.settings().language),
            dark: Some(app.settings().dark),
        }
    }

    /// Goes back to the document and the place in it, if `app` has the project open.
    pub fn restore(&self, app: &mut App) {
        let is_same = app.project().map(tawsim_store::Project::dir) == self.project.as_deref();
        let document = self.document.as_ref().and_then(|id| id.parse().ok());
        // A document that is gone is no reason not to open.
        if let Some(document) = document.filter(|_| is_same)
            && app.apply(Command::OpenDocument(document)).is_ok()
            && let Some(byte) = self.byte
        {
            let _ = app.apply(Command::Point(byte));
        }
    }
}

/// Writes the session when it has changed.
pub(crate) struct Keeper {
    path: PathBuf,
    saved: Session,
    at: Option<Instant>,
}

impl Keeper {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, saved: Session::default(), at: None }
    }

    /// To be called once a frame. Returns when to come again if something waits to be written.
    pub(crate) fn keep(&mut self, app: &App, size: [f32; 2]) -> Option<Duration> {
        let now = Session::of(app, Some(size));
        if now == self.saved {
            return None;
        }
        if let Some(wait) = self.at.and_then(|at| PACE.checked_sub(at.elapsed())) {
            return Some(wait);
        }
        // Where nothing can be written, nothing is restored; work goes on.
        let _ = now.write(&self.path);
        self.saved = now;
        self.at = Some(Instant::now());
        None
    }

    /// Writes without waiting: the window closes.
    pub(crate) fn finish(&mut self, app: &App) {
        let now = Session::of(app, self.saved.size);
        let _ = now.write(&self.path);
    }
}

/// Where the session is kept (XDG base directory specification).
#[must_use]
pub fn session_file() -> Option<PathBuf> {
    user_folder("XDG_STATE_HOME", ".local/state").map(|folder| folder.join("session.json"))
}

/// Makes the project that is opened when there is nothing else: a few made-up articles.
///
/// # Errors
/// If the folder cannot be written.
pub fn first_project() -> io::Result<PathBuf> {
    const ARTICLES: [(&str, &str); 3] = [
        ("1.txt", include_str!("../assets/sample/1.txt")),
        ("2.txt", include_str!("../assets/sample/2.txt")),
        ("3.txt", include_str!("../assets/sample/3.txt")),
    ];
    let folder = user_folder("XDG_DATA_HOME", ".local/share")
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no home folder"))?
        .join("sample");
    fs::create_dir_all(&folder)?;
    for (name, text) in ARTICLES {
        let path = folder.join(name);
        if !path.exists() {
            fs::write(path, text)?;
        }
    }
    Ok(folder)
}

fn user_folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    let set = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join(below_home));
    Some(set.or_else(home)?.join("tawsim-studio"))
}

#[cfg(test)]
mod tests {
    use tawsim_store::Options;

    use super::*;
    use crate::Toward;

    fn open(folder: &Path) -> App {
        let mut app = App::new(Options::new("samar"), "samar");
        app.apply(Command::Open(folder.to_owned())).expect("opens");
        app
    }

    #[test]
    fn the_program_opens_where_it_was() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let state = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [("1.txt", "قصف على حلب"), ("2.txt", "هجوم قرب حلب وإدلب")]
        {
            fs::write(folder.path().join(name), text).expect("written");
        }
        let path = state.path().join("deep/session.json");
        let mut keeper = Keeper::new(path.clone());
        let mut app = open(folder.path());
        app.apply(Command::StepDocument(Toward::Later)).expect("the second");
        app.apply(Command::MarkWord(25)).expect("marked");
        app.apply(Command::Label(1)).expect("labelled");
        assert_eq!(keeper.keep(&app, [800.0, 600.0]), None);
        let before = Session::of(&app, Some([800.0, 600.0]));
        assert!(before.byte.is_some());
        // As after a crash: nothing was closed in order, the file is all there is.
        assert_eq!(Session::read(&path).as_ref(), Some(&before));
        drop(app);
        let mut app = open(folder.path());
        before.restore(&mut app);
        assert_eq!(Session::of(&app, before.size), before);
        fs::write(&path, "{\"project\":").expect("written");
        assert!(Session::read(&path).is_none(), "a damaged file is none");
    }
}
