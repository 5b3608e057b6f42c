//! What the window shows of the state.

use tawsim_store::{DocumentRow, LayerId, Project};

use super::{App, AppError, OpenDocument, SameMentions, Saved, Settings, Work};
use crate::{WorkState, worker::Job};

impl App {
    pub(crate) const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Sets what the command line says before anything is drawn.
    #[must_use]
    pub fn with_look(mut self, language: crate::Language, dark: bool) -> Self {
        self.settings.language = language;
        self.settings.dark = dark;
        self
    }

    /// Sets size and line spacing of the article.
    pub(crate) fn set_letters(&mut self, size_pt: Option<f32>, line_height: Option<f32>) {
        self.settings.set_letters(size_pt, line_height);
    }

    /// Says something that has to do with no command.
    pub(crate) fn say(&mut self, message: String) {
        self.message = Some(message);
    }

    pub(crate) const fn revision(&self) -> u64 {
        self.revision
    }

    pub(crate) fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    pub(crate) fn document(&self) -> Option<&OpenDocument> {
        self.open.as_ref()?.document.as_ref()
    }

    pub(crate) fn labels(&self) -> &[String] {
        self.open.as_ref().map_or(&[], |work| &work.labels)
    }

    /// What stands for a label where its name has no room.
    pub(crate) fn digit(&self, label_idx: usize) -> &str {
        let digits = self.open.as_ref().map(|work| work.digits.as_slice());
        digits.and_then(|digits| digits.get(label_idx)).map_or("•", String::as_str)
    }

    pub(crate) fn n_documents(&self) -> usize {
        self.open.as_ref().map_or(0, |work| work.library.n_documents())
    }

    pub(crate) fn n_done(&self) -> usize {
        self.open.as_ref().map_or(0, |work| work.library.n_done())
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.open.as_ref().map_or(0, |work| work.library.n_listed())
    }

    /// A line of the list of documents.
    pub(crate) fn row(&self, idx: usize) -> &DocumentRow {
        self.open.as_ref().expect("without a project there are no rows").library.listed(idx)
    }

    pub(crate) fn row_of_document(&self) -> Option<usize> {
        let work = self.open.as_ref()?;
        work.library.place(work.document.as_ref()?.id())
    }

    pub(crate) fn can_undo(&self) -> bool {
        self.open.as_ref().is_some_and(Work::can_undo)
    }

    pub(crate) fn can_redo(&self) -> bool {
        self.open.as_ref().is_some_and(Work::can_redo)
    }

    /// How many steps are on disk.
    pub(crate) fn n_steps(&self) -> Option<u64> {
        Some(self.open.as_ref()?.n_steps)
    }

    /// How often the project's own gazetteer was changed since it was opened.
    pub(crate) fn n_own_entries(&self) -> u64 {
        self.open.as_ref().map_or(0, |work| work.n_own_entries)
    }

    /// The layer that is worked in.
    pub(crate) fn layer(&self) -> Option<LayerId> {
        Some(self.open.as_ref()?.layer)
    }

    /// Whether nothing is on its way to the disk.
    pub(crate) fn is_saved(&self) -> bool {
        self.saved() == Saved::All
    }

    /// What the last import or export said.
    pub(crate) fn report(&self) -> Option<&str> {
        self.open.as_ref()?.report.as_deref()
    }

    /// How many documents are searched of how many, while a search for the same name goes on.
    pub(crate) fn search_progress(&self) -> Option<[usize; 2]> {
        self.open.as_ref()?.search_progress()
    }

    pub(crate) fn same(&self) -> Option<&SameMentions> {
        self.open.as_ref()?.same.as_ref()
    }

    /// Finished documents with their entities, to learn from.
    pub(crate) fn finished(
        &self,
    ) -> Result<(Vec<tawsim_corpus::Document>, tawsim_corpus::LabelSet), AppError> {
        Ok(self.open.as_ref().ok_or(AppError::NoProject)?.finished()?)
    }

    /// Documents that `wants` to be tagged and that nobody has worked on: the one that is shown
    /// first, then those of the list.
    pub(crate) fn untagged(&self, most: usize, wants: impl Fn(&DocumentRow) -> bool) -> Vec<Job> {
        let Some(work) = self.open.as_ref().filter(|_| most > 0) else { return Vec::new() };
        let shown = work.document.as_ref().and_then(|document| work.library.get(document.id()));
        let untouched =
            |row: &&DocumentRow| WorkState::of(row) < WorkState::Started && row.n_entities == 0;
        shown
            .into_iter()
            .chain(work.library.all())
            .filter(untouched)
            .filter(|row| wants(row))
            .take(most)
            .filter_map(|row| {
                let text = work.project.document(row.id).ok()?.text.into();
                Some(Job { document: row.id, text })
            })
            .collect()
    }

    /// Label and surface of what is confirmed in the document that is shown.
    ///
    /// # Errors
    /// If there is no such document.
    pub fn entities(&self) -> Result<Vec<(String, String)>, AppError> {
        let work = self.open.as_ref().ok_or(AppError::NoProject)?;
        let document = work.document.as_ref().ok_or(AppError::NoProject)?;
        let stored = work.project.document(document.id())?;
        let entity =
            |a: &tawsim_store::Annotation| (a.label.clone(), a.span.slice(&stored.text).to_owned());
        Ok(stored.entities(work.layer).map(entity).collect())
    }

    /// The documents with their states and annotations, as text: equal for equal projects, whenever and
    /// wherever the edits were made.
    ///
    /// # Errors
    /// If no project is open or it cannot be read.
    pub fn state(&self) -> Result<String, AppError> {
        let work = self.open.as_ref().ok_or(AppError::NoProject)?;
        let mut state = String::new();
        for row in work.project.documents(work.layer)? {
            state += &format!("{} {}\n", row.name, row.review);
            let stored = work.project.document(row.id)?;
            let line = |a: &tawsim_store::Annotation| {
                let (start, end) = (a.span.start(), a.span.end());
                let surface = a.span.slice(&stored.text);
                (start, end, format!("  {start} {end} {} {} {surface:?}\n", a.state, a.label))
            };
            let mut lines: Vec<_> = stored.annotations.iter().map(line).collect();
            // Those at one place are stored in the order of their ids, which are others in each project.
            lines.sort();
            state.extend(lines.into_iter().map(|(_, _, line)| line));
        }
        Ok(state)
    }

    /// The open project.
    #[must_use]
    pub fn project(&self) -> Option<&Project> {
        self.open.as_ref().map(|work| &work.project)
    }
}
