//! The desktop app in which annotators correct Arabic entities.
//!
//! [`App`] holds the state and is the one place where a [`Command`] takes effect, all changes of the
//! project through `tawsim_store::Edit`. [`Window`] draws the state and sends commands. A log of
//! commands can be replayed without a window and gives the same project.

mod app;
mod background;
mod base;
mod command;
mod enclosing;
mod files;
#[cfg(test)]
mod gestures;
mod hints;
mod keymap;
mod keys;
mod kinds;
mod language;
mod learning;
mod learning_curve;
mod link;
mod measure;
mod palette;
mod panels;
mod preferences;
mod redecoder;
mod sample;
mod session;
mod sheets;
mod snap;
mod text;
mod trainer;
mod window;
mod worker;

pub use app::{App, AppError, DocumentWork, Statistics, Verdict, statistics};
pub use command::{Command, Found, SortKey, WorkState};
pub use language::Language;
pub use measure::{Measurement, Report};
pub use preferences::settings_file;
pub use sample::Sample;
pub use session::{Session, first_project, session_file};
pub use sheets::{PanelKey, panel_keys};
pub use snap::{Edge, Step, Toward};
pub use trainer::TrainingFiles;
pub use window::Window;
