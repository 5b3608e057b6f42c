//! Finished documents as JSON Lines, the form that `tawsim train` reads.

use std::path::Path;

use tawsim_corpus::{Document, LabelSet, write_jsonl};
use tawsim_store::StoreError;

use super::{AppError, Work};
use crate::files::write_whole;

impl Work {
    /// The finished documents with their confirmed entities, and the labels these are of.
    pub(super) fn finished(&self) -> Result<(Vec<Document>, LabelSet), StoreError> {
        let mut labels = self.project.label_set()?;
        let documents = self
            .library
            .finished()
            .map(|row| self.project.corpus_document(row.id, self.layer, &mut labels))
            .collect::<Result<_, _>>()?;
        Ok((documents, labels))
    }

    /// Writes the finished documents to a file, whole or not at all.
    pub(super) fn export(&self, path: &Path) -> Result<(), AppError> {
        self.project.need_other(path)?;
        let (documents, labels) = self.finished()?;
        if documents.is_empty() {
            return Err(AppError::NothingFinished);
        }
        let mut lines = Vec::new();
        let write = documents.iter().try_for_each(|d| write_jsonl(d, &labels, &mut lines));
        write.and_then(|()| write_whole(path, &lines)).map_err(AppError::file(path))
    }
}
