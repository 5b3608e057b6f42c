//! Commands on what entities refer to, and on the project's own gazetteer.

use tawsim_store::{Edit, Link};

use super::{AppError, OpenDocument, Work};
use crate::{
    base,
    link::{self, NewEntry, gazetteer_of},
};

impl Work {
    /// A link says that the entity is one, so it confirms what was only suggested.
    pub(super) fn set_link(&mut self, link: Option<(String, String)>) -> Result<(), AppError> {
        let Some(focused) = self.document.as_ref().and_then(OpenDocument::focused) else {
            return Ok(());
        };
        let link = link.map(|(entry, gazetteer)| Link { entry, gazetteer });
        let mut edits = vec![Edit::SetLink(focused.id, link)];
        if super::annotate::is_open(focused) {
            edits.insert(0, Edit::Accept(focused.id));
        }
        self.edit(edits, |_| ())
    }

    pub(super) fn set_value(&mut self, value: Option<String>) -> Result<(), AppError> {
        let Some(focused) = self.document.as_ref().and_then(OpenDocument::focused) else {
            return Ok(());
        };
        let value = value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let mut edits = vec![Edit::SetValue(focused.id, value)];
        if super::annotate::is_open(focused) {
            edits.insert(0, Edit::Accept(focused.id));
        }
        self.edit(edits, |_| ())
    }

    /// Class of the entries that the annotation in focus can mean, and how it is written.
    fn new_entry(&self) -> Result<NewEntry, AppError> {
        let document = self.document.as_ref().ok_or(AppError::NotLinkable)?;
        let focused = document.focused().ok_or(AppError::NotLinkable)?;
        let class = match focused.label.as_str() {
            "FACTION" => "faction",
            label if tawsim_tagger::Linker::links_label(label) => "place",
            _ => return Err(AppError::NotLinkable),
        };
        Ok(NewEntry { class, name: focused.span.slice(document.text()).to_owned() })
    }

    pub(super) fn add_entry(&mut self) -> Result<(), AppError> {
        let entry = link::add_entry(self.project.dir(), &self.new_entry()?)?;
        self.n_own_entries += 1;
        let gazetteer = gazetteer_of(&entry).to_owned();
        self.set_link(Some((entry, gazetteer)))
    }

    pub(super) fn add_alias(&mut self, entry: &str) -> Result<(), AppError> {
        let NewEntry { name, .. } = self.new_entry()?;
        let dir = self.project.dir();
        let own = link::read_all(dir);
        let known = base::record(&own, entry);
        let known = known.ok_or_else(|| AppError::UnknownEntry(entry.to_owned()))?;
        link::add_alias(dir, known, &name)?;
        self.n_own_entries += 1;
        self.set_link(Some((entry.to_owned(), gazetteer_of(entry).to_owned())))
    }
}
