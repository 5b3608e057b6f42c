//! Two copies of a project become one.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::event::{COLUMNS, Event, Head, append};
use crate::package::{Line, PackageReader};
use crate::stems::Stemmer;
use crate::{DocumentId, Options, Project, StoreError, admit, fold, texts, verify};

/// What a merge brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MergeReport {
    /// Events that were new.
    pub n_new: usize,
    /// Events that were there already.
    pub n_known: usize,
    /// Documents whose state was folded again.
    pub documents: Vec<DocumentId>,
}

/// How far ahead of all that is known an event's clock may be: farther than work comes in a lifetime, and so little
/// that nobody brings the clock to its end.
const MAX_CLOCK_STEP: i64 = 1 << 40;

/// A merge under way.
struct Merge<'p> {
    tx: Transaction<'p>,
    head: Head,
    /// What has new events: documents, and `None` for labels and layers.
    touched: BTreeSet<Option<DocumentId>>,
    report: MergeReport,
}

impl Project {
    /// Takes the events of a package into the log: those that are there are passed over, so merging
    /// twice, or in another order, gives the same state. One transaction: all or nothing.
    ///
    /// The undo history stays this copy's own.
    ///
    /// # Errors
    /// If the package is damaged, of another project, or contradicts the log. Nothing was changed.
    pub fn merge(&mut self, package: &Path) -> Result<MergeReport, StoreError> {
        if self.is_read_only() {
            return Err(StoreError::ReadOnly);
        }
        let mut reader = PackageReader::open(package)?;
        if reader.project != self.id()? {
            return Err(StoreError::OtherProject(package.to_owned()));
        }
        self.back_up_if_changed()?;
        let tx = self.db.transaction().map_err(StoreError::database("cannot begin to merge"))?;
        let head = Head::read(&tx)?;
        let report = MergeReport::default();
        let mut merge = Merge { tx, head, touched: BTreeSet::new(), report };
        let mut stemmer = Stemmer::default();
        while let Some(line) = reader.next_line()? {
            match line {
                Line::Text { document, content } => {
                    // Touched even without events: then it is found to belong to no document.
                    if texts::insert(&merge.tx, &mut stemmer, document, &content)? {
                        merge.touched.insert(Some(document));
                    }
                }
                Line::Event(event) => merge.take_event(&event.into(), &reader)?,
                _ => return Err(reader.bad("this line stands in the wrong place")),
            }
        }
        merge.finish()
    }

    /// Makes a copy of the project that a package is of, with what is in it.
    ///
    /// # Errors
    /// As for [`Project::create`] and [`Project::merge`].
    pub fn create_from_package(
        dir: &Path,
        package: &Path,
        options: &Options,
    ) -> Result<Self, StoreError> {
        let id = PackageReader::open(package)?.project;
        let mut project = Self::create_with_id(dir, &id, options)?;
        match project.merge(package) {
            Ok(_) => Ok(project),
            Err(error) => {
                project.discard();
                Err(error)
            }
        }
    }
}

impl Merge<'_> {
    fn take_event(&mut self, event: &Event, reader: &PackageReader<'_>) -> Result<(), StoreError> {
        if let Some(known) = find(&self.tx, event)? {
            if known != *event {
                return Err(StoreError::Forked(event.id));
            }
            self.report.n_known += 1;
            return Ok(());
        }
        let latest = self.head.clock.saturating_add(MAX_CLOCK_STEP).min(i64::MAX / 2);
        let payload = event.parse().ok().filter(|_| (1..=latest).contains(&event.clock));
        let payload =
            payload.ok_or_else(|| reader.bad("this is no event that the program writes"))?;
        for change in &payload.changes {
            admit::check(change, event.document).map_err(|why| reader.bad(&why))?;
        }
        append(&self.tx, &mut self.head, event, false)
            .map_err(StoreError::database("cannot write the log"))?;
        self.touched.insert(event.document);
        self.report.n_new += 1;
        Ok(())
    }

    /// Folds what was touched again, checks it, and commits.
    fn finish(mut self) -> Result<MergeReport, StoreError> {
        for document in &self.touched {
            fold::refold(&self.tx, *document)?;
        }
        for document in self.touched.iter().flatten() {
            verify::check_document(&self.tx, *document)?;
        }
        self.head.write(&self.tx).map_err(StoreError::database("cannot write the log's end"))?;
        self.tx.commit().map_err(StoreError::database("cannot commit the merge"))?;
        self.report.documents = self.touched.iter().flatten().copied().collect();
        Ok(self.report)
    }
}

fn find(db: &Connection, event: &Event) -> rusqlite::Result<Option<Event>> {
    let sql = format!("SELECT {COLUMNS} FROM event WHERE id = ?1");
    db.prepare_cached(&sql)?.query_row([event.id], Event::from_row).optional()
}
