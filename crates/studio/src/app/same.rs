//! Other mentions of the same name: searched a few documents at a time, shown in groups, labelled
//! in one step.

use std::{collections::HashSet, time::Instant};

use tawsim_store::{
    Annotation, DocumentId, Edit, FoundMentions, MentionFinder, MentionGroup, Place,
};

use super::{AppError, Work};

/// Mentions written alike.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) mentions: MentionGroup,
    /// Whether they will be labelled.
    pub(crate) is_chosen: bool,
}

/// What was found, shown until it is applied or dropped.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SameMentions {
    pub(crate) surface: String,
    pub(crate) label: String,
    pub(crate) groups: Vec<Group>,
    /// Mentions that a person has already decided on; they are left alone.
    pub(crate) n_decided: usize,
}

impl SameMentions {
    fn new(surface: String, label: String, found: FoundMentions) -> Self {
        let group =
            |mentions: MentionGroup| Group { is_chosen: mentions.has_same_article, mentions };
        let groups = found.groups.into_iter().map(group).collect();
        Self { surface, label, groups, n_decided: found.n_decided }
    }
}

/// A search through the documents, a few at a time, so that nothing waits for it.
pub(super) struct Search {
    finder: MentionFinder,
    surface: String,
    label: String,
    documents: Vec<DocumentId>,
    n_searched: usize,
}

impl Work {
    /// Begins to look for further mentions of the name in focus.
    pub(super) fn find_same(&mut self, everywhere: bool) -> Result<(), AppError> {
        let Some(document) = &self.document else { return Ok(()) };
        let Some(focused) = document.focused() else { return Ok(()) };
        let (surface, label) = (document.surface_of(focused).to_owned(), focused.label.clone());
        let documents =
            if everywhere { self.documents_with(&surface)? } else { vec![document.id()] };
        let finder = MentionFinder::new(&surface);
        self.search = Some(Search { finder, surface, label, documents, n_searched: 0 });
        Ok(())
    }

    /// The documents that may hold a name, in the order of the project.
    fn documents_with(&self, name: &str) -> Result<Vec<DocumentId>, AppError> {
        let found: HashSet<DocumentId> =
            self.project.documents_with_name(name)?.into_iter().collect();
        let all = self.library.all().iter().map(|row| row.id);
        Ok(all.filter(|id| found.contains(id)).collect())
    }

    /// Searches until it is found or until `until`. Returns whether nothing is left to search.
    pub(super) fn search_on(&mut self, until: Option<Instant>) -> Result<bool, AppError> {
        while let Some(search) = &mut self.search {
            let Some(document) = search.documents.get(search.n_searched) else {
                let Search { finder, surface, label, .. } =
                    self.search.take().expect("the loop's condition");
                self.same = Some(SameMentions::new(surface, label, finder.finish()));
                return Ok(true);
            };
            if until.is_some_and(|until| Instant::now() >= until) {
                return Ok(false);
            }
            let stored = self.project.document(*document)?;
            let in_layer = |a: &&Annotation| a.layer == self.layer;
            let known: Vec<Annotation> =
                stored.annotations.iter().filter(in_layer).cloned().collect();
            search.finder.search(*document, &stored.text, &known);
            search.n_searched += 1;
        }
        Ok(true)
    }

    /// How many documents are searched of how many, while a search goes on.
    pub(super) fn search_progress(&self) -> Option<[usize; 2]> {
        self.search.as_ref().map(|search| [search.n_searched, search.documents.len()])
    }

    pub(super) fn toggle_same(&mut self, idx: usize) {
        let groups = self.same.as_mut().map(|same| &mut same.groups);
        if let Some(group) = groups.and_then(|groups| groups.get_mut(idx)) {
            group.is_chosen = !group.is_chosen;
        }
    }

    /// Labels the chosen mentions, all in one step; suggestions in their place go.
    pub(super) fn apply_same(&mut self) -> Result<(), AppError> {
        let Some(same) = self.same.take() else { return Ok(()) };
        let chosen = same.groups.iter().filter(|group| group.is_chosen);
        let places: Vec<Place> = chosen.flat_map(|group| &group.mentions.places).copied().collect();
        self.write_step(Edit::annotate_all(&places, self.layer, &same.label), |_, _| Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, Command};

    #[test]
    fn a_search_goes_on_where_it_stopped() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [("1.txt", "داعش"), ("2.txt", "حلب"), ("3.txt", "هجوم لداعش")]
        {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        let mut app = App::new(tawsim_store::Options::new("samar").seed(1), "samar");
        app.apply(Command::Open(folder.path().to_owned())).expect("opens");
        app.apply(Command::MarkWord(0)).expect("marked");
        app.apply(Command::Label(0)).expect("labelled");
        let work = app.open.as_mut().expect("open");
        work.find_same(true).expect("begun");
        // The index leaves out what does not hold the name.
        assert_eq!(work.search_progress(), Some([0, 2]));
        assert!(!work.search_on(Some(Instant::now())).expect("readable"));
        assert!(work.same.is_none());
        assert!(work.search_on(None).expect("readable"));
        assert_eq!(work.search_progress(), None);
        let same = work.same.as_ref().expect("found");
        assert_eq!((same.groups.len(), same.n_decided), (1, 1));
        // Escape drops a search that goes on.
        work.find_same(true).expect("begun");
        app.run(Command::Escape);
        assert!(app.search_progress().is_none());
    }
}
