//! A project whose database was changed behind our back, and packages and exports that we did not write.

use std::path::Path;
use std::sync::LazyLock;

use rusqlite::Connection;
use sha2::{Digest, Sha256};
use tawsim_corpus::LabelSet;
use tawsim_store::{
    Edit, ImportOptions, LayerKind, Mentions, NewLabel, Options, Project, Query, ReviewState,
    StoreError, Suggestion,
};
use tempfile::TempDir;

fn clock() -> i64 {
    1_700_000_000_000
}

fn options() -> Options {
    Options::new("samar").seed(1).clock(clock)
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A project with something of everything.
fn make(dir: &Path) -> Result<Project, StoreError> {
    let mut project = Project::create(dir, &options())?;
    let mut labels = LabelSet::new();
    let mut article = crate::sample(&mut labels);
    let layer = project.add_layer("samar", LayerKind::Annotator)?;
    let other = project.add_layer("omar", LayerKind::Annotator)?;
    let options = ImportOptions::into_layer(layer).metadata("date", "2018-01-01");
    let mut import = project.import(options)?;
    let first = import.add(&article, &labels)?.expect("a good name");
    "d2".clone_into(&mut article.id);
    import.add(&article, &labels)?;
    import.finish()?;
    let spans: Vec<_> = project.document(first)?.annotations;
    let (span, last) = (spans[0].id, spans[1].id);
    project.apply(&Edit::AddLabel(NewLabel::named("NEW")))?;
    project.apply_step(&[Edit::Relabel(span, "NEW".to_owned()), Edit::FlagSpan(span, true)])?;
    project
        .apply(&Edit::AddComment { document: first, span: Some(span), text: "؟".to_owned() })?;
    project.apply(&Edit::SetReview(first, layer, ReviewState::ALL[1]))?;
    project.apply(&Edit::RemoveSpan(last))?;
    let suggestion = Suggestion { span: spans[2].span, label: "NEW".to_owned(), score: Some(0.5) };
    let suggestions = vec![suggestion];
    project.apply(&Edit::Suggest {
        document: first,
        layer: other,
        model: "m 1".to_owned(),
        suggestions,
    })?;
    project.undo()?;
    Ok(project)
}

/// The database file and a package of the project of [`make`].
static SEED: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let folder = folder();
    let (dir, package) = (folder.path().join("p"), folder.path().join("p.tawsimpkg"));
    let project = make(&dir).expect("a temporary folder takes it");
    project.write_package(&package, None).expect("a temporary folder takes it");
    drop(project);
    let read = |path: &Path| std::fs::read(path).expect("just written");
    (read(&dir.join("project.db")), read(&package))
});

/// The package of a small project, without its last line: that is made to fit.
pub fn small_package() -> Vec<u8> {
    let package = &SEED.1;
    let end = package[..package.len() - 1].iter().rposition(|byte| *byte == b'\n');
    package[..=end.expect("more than one line")].to_vec()
}

/// A project is opened whose database was changed: bytes overwritten, cut off, or values of its rows replaced by
/// others that SQLite takes. Whatever comes of it, nothing panics, and what can be read is sound.
pub fn project(data: &[u8]) {
    let folder = folder();
    let dir = folder.path().join("p");
    std::fs::create_dir(&dir).expect("a temporary folder");
    let path = dir.join("project.db");
    let mut data = Bytes(data);
    let mut bytes = SEED.0.clone();
    if data.next().is_multiple_of(2) {
        damage(&mut bytes, &mut data);
        std::fs::write(&path, bytes).expect("a temporary folder");
    } else {
        std::fs::write(&path, bytes).expect("a temporary folder");
        let db = Connection::open(&path).expect("it was written whole");
        while !data.0.is_empty() {
            // What SQLite refuses is as it was.
            let _ = replace(&db, &mut data);
        }
    }
    // Every error is an answer.
    let _ = Project::open_read_only(&dir).and_then(|project| look(&project));
    if let Ok(mut project) = Project::open(&dir, &options()) {
        let _ = look(&project);
        let _ = work(&mut project, folder.path());
    }
}

/// A reader of choices; zeros behind the end.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn next(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> usize {
        usize::from(self.next()) << 16 | usize::from(self.next()) << 8 | usize::from(self.next())
    }

    fn take(&mut self) -> &'a [u8] {
        let n = usize::from(self.next()).min(self.0.len());
        let (taken, rest) = self.0.split_at(n);
        self.0 = rest;
        taken
    }
}

fn damage(bytes: &mut Vec<u8>, data: &mut Bytes<'_>) {
    while !data.0.is_empty() && !bytes.is_empty() {
        let at = data.number() % bytes.len();
        let with = data.take();
        if with.is_empty() {
            bytes.truncate(at);
        }
        for (byte, with) in bytes.iter_mut().skip(at).zip(with) {
            *byte = *with;
        }
    }
}

const TABLES: [(&str, &[&str]); 11] = [
    ("project", &["id", "created"]),
    (
        "event",
        &[
            "id", "clock", "time_ms", "actor", "document", "kind", "step", "payload", "is_local",
            "hash", "seq",
        ],
    ),
    ("head", &["seq", "clock", "hash"]),
    ("text", &["document", "content"]),
    ("document", &["id", "presence", "name", "text_hash", "metadata", "is_flagged"]),
    ("layer", &["id", "presence", "name", "kind"]),
    ("label", &["id", "presence", "name", "position", "title", "color", "shortcut", "guideline"]),
    (
        "span",
        &[
            "id",
            "presence",
            "document",
            "layer",
            "start_byte",
            "end_byte",
            "label",
            "state",
            "source",
            "score",
            "reviewer",
            "link",
            "value",
        ],
    ),
    ("review", &["id", "presence", "document", "layer", "state"]),
    ("comment", &["id", "presence", "document", "span", "author", "text", "is_resolved"]),
    ("history", &["position", "step", "kind", "document", "first_seq", "last_seq", "is_undone"]),
];

/// Replaces a value of a row, or deletes the row.
fn replace(db: &Connection, data: &mut Bytes<'_>) -> rusqlite::Result<()> {
    db.execute_batch(
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF;
         DROP TRIGGER IF EXISTS event_is_never_changed; DROP TRIGGER IF EXISTS event_is_never_deleted;",
    )?;
    let (table, columns) = TABLES[usize::from(data.next()) % TABLES.len()];
    let column = columns[usize::from(data.next()) % columns.len()];
    let row = format!("(SELECT rowid FROM {table} LIMIT 1 OFFSET {})", data.next() % 32);
    let (kind, value) = (data.next(), data.take());
    let set = format!("UPDATE {table} SET {column} = ?1 WHERE rowid = {row}");
    let text = String::from_utf8_lossy(value);
    match kind % 6 {
        0 => db.execute(&format!("DELETE FROM {table} WHERE rowid = {row}"), []),
        1 => db.execute(&set, [value]),
        2 => {
            let mut bytes = [0; 8];
            bytes.iter_mut().zip(value).for_each(|(byte, value)| *byte = *value);
            db.execute(&set, [i64::from_le_bytes(bytes)])
        }
        3 => {
            // Part of a text is replaced.
            let at = i64::from(data.next());
            let sql = format!(
                "UPDATE {table} SET {column} = substr({column}, 1, ?2) || ?1 || substr({column}, ?2 + 1 + length(?1)) WHERE rowid = {row}"
            );
            db.execute(&sql, (text, at))
        }
        4 => db.execute(&format!("UPDATE {table} SET {column} = NULL WHERE rowid = {row}"), []),
        _ => db.execute(&set, [text]),
    }
    .map(drop)
}

/// Reads everything there is.
fn look(project: &Project) -> Result<(), StoreError> {
    let _ = (project.id(), project.last_seq(), project.labels(), project.label_set());
    let _ = (project.history(), project.log(0, 100), project.state_hash());
    let report = project.verify();
    let layers = project.layers()?;
    let mut labels = LabelSet::new();
    for layer in &layers {
        for row in project.documents(layer.id)? {
            let Ok(document) = project.document(row.id) else { continue };
            assert!(document.annotations.iter().all(|a| a.span.get(&document.text).is_some()));
            let _ = project.corpus_document(row.id, layer.id, &mut labels);
        }
    }
    let query = Query {
        label: Some("NEW".to_owned()),
        from_date: Some("2000".to_owned()),
        ..Query::text("حلب")
    };
    for query in [Query::text("قوات النظام"), query, Query { limit: 9, ..Query::default() }]
    {
        let _ = project.search(&query);
    }
    report.map(drop)
}

/// Tries every kind of writing; each may be refused.
fn work(project: &mut Project, folder: &Path) -> Result<(), StoreError> {
    let _ = (project.undo(), project.redo());
    let _ = project.add_layer("third", LayerKind::Annotator);
    let Some(layer) = project.layers()?.first().map(|layer| layer.id) else { return Ok(()) };
    let rows = project.documents(layer).unwrap_or_default();
    for row in &rows {
        let Ok(document) = project.document(row.id) else { continue };
        for annotation in &document.annotations {
            let _ = project.apply(&Edit::Accept(annotation.id));
            let _ = project.apply(&Edit::RemoveSpan(annotation.id));
        }
    }
    let mentions = Mentions { text: "حلب".to_owned(), layer, documents: None };
    for group in project.preview_mentions(&mentions).unwrap_or_default().groups {
        let _ = project.annotate_all(&group.places, layer, "NEW");
    }
    let _ = project.write_package(&folder.join("out.tawsimpkg"), None);
    let _ = project.export(&folder.join("export"));
    let _ = (project.rebuild(), project.reindex());
    if let Ok(report) = project.verify() {
        let _ = report.is_ok();
    }
    project.back_up().map(drop)
}

/// A package is merged into a project, a project is made of it; or it is a file of an export, read back.
///
/// The bytes are the package without its last line, which is made to fit.
pub fn package(data: &[u8]) {
    let folder = folder();
    let mut bytes = data.to_vec();
    if !bytes.ends_with(b"\n") {
        bytes.push(b'\n');
    }
    let n_lines = bytes.iter().filter(|byte| **byte == b'\n').count();
    let digest = Sha256::digest(&bytes);
    let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.extend_from_slice(
        format!("{{\"end\":{{\"n_lines\":{n_lines},\"sha256\":\"{hash}\"}}}}\n").as_bytes(),
    );
    let path = folder.path().join("in.tawsimpkg");
    std::fs::write(&path, bytes).expect("a temporary folder");
    let made = Project::create_from_package(&folder.path().join("made"), &path, &options());
    if let Ok(mut project) = made {
        sound(&project);
        let before = project.state_hash().expect("readable");
        project.merge(&path).expect("merging twice is merging once");
        assert_eq!(project.state_hash().expect("readable"), before);
        let _ = look(&project);
        let _ = work(&mut project, folder.path());
    }
    merge_into_known(&path, folder.path());
    if let Ok(text) = std::str::from_utf8(data) {
        let half = text.len() / 2;
        let half = (half..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let (ours, theirs) = text.split_at(half);
        let _ = Project::merge_records("", ours, theirs);
        let _ = Project::merge_records(ours, text, theirs);
    }
}

fn merge_into_known(package: &Path, folder: &Path) {
    let dir = folder.join("known");
    std::fs::create_dir(&dir).expect("a temporary folder");
    std::fs::write(dir.join("project.db"), &SEED.0).expect("a temporary folder");
    let mut project = Project::open(&dir, &options()).expect("it was written whole");
    let before = project.state_hash().expect("readable");
    match project.merge(package) {
        Ok(_) => sound(&project),
        Err(_) => assert_eq!(project.state_hash().expect("readable"), before, "all or nothing"),
    }
}

/// What a merge took is what the log says.
fn sound(project: &Project) {
    let report = project.verify().expect("readable");
    assert!(report.is_ok(), "{:?}", report.problems);
}
