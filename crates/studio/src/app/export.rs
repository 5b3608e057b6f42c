//! Finished documents as JSON Lines, the form that `tawsim train` reads.

use std::{
    fs,
    io::{BufWriter, Write as _},
    path::Path,
};

use tawsim_corpus::{Document, LabelSet, write_jsonl};
use tawsim_store::StoreError;

use super::{AppError, Work};
use crate::WorkState;

impl Work {
    /// The finished documents with their confirmed entities, and the labels these are of.
    pub(super) fn finished(&self) -> Result<(Vec<Document>, LabelSet), StoreError> {
        let mut labels = self.project.label_set()?;
        let done = self.library.all().iter().filter(|row| WorkState::of(row) == WorkState::Done);
        let documents = done
            .map(|row| self.project.corpus_document(row.id, self.layer, &mut labels))
            .collect::<Result<_, _>>()?;
        Ok((documents, labels))
    }

    /// Writes the finished documents to a file, whole or not at all.
    pub(super) fn export(&self, path: &Path) -> Result<(), AppError> {
        let (documents, labels) = self.finished()?;
        if documents.is_empty() {
            return Err(AppError::NothingFinished);
        }
        let partial = path.with_extension("partial");
        let file = fs::File::create(&partial).map_err(AppError::file(&partial))?;
        let mut out = BufWriter::new(file);
        let write = documents.iter().try_for_each(|d| write_jsonl(d, &labels, &mut out));
        write
            .and_then(|()| out.flush())
            .and_then(|()| out.get_ref().sync_all())
            .and_then(|()| fs::rename(&partial, path))
            .map_err(AppError::file(path))
    }
}
