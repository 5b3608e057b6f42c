//! Edits, undo and redo, as tables.

use std::path::Path;

use tawsim_corpus::{Document, LabelSet};
use tawsim_store::{
    DocumentId, Edit, ImportOptions, LayerId, LayerKind, NewLabel, Options, Presence, Project,
    ReviewState, SkipReason, Span, SpanId, StoreError, Suggestion,
};
use tempfile::TempDir;

const TEXT: &str = "هجوم لداعش على حلب وإدلب";

struct Bench {
    dir: TempDir,
    project: Project,
    layer: LayerId,
    document: DocumentId,
}

fn options() -> Options {
    Options::new("samar").seed(7).clock(|| 0)
}

fn path(dir: &TempDir) -> std::path::PathBuf {
    dir.path().join("p.tawsim")
}

fn bench() -> Bench {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut project = Project::create(&path(&dir), &options()).expect("a new folder");
    for label in ["FACTION", "PLACE"] {
        project.apply(&Edit::AddLabel(NewLabel::named(label))).expect("a new label");
    }
    let layer = project.add_layer("samar", LayerKind::Annotator).expect("a new layer");
    let mut import = project.import(ImportOptions::into_layer(layer)).expect("writable");
    let document = import.add(&Document::new("a.txt", TEXT), &LabelSet::new()).expect("writable");
    import.finish().expect("room on disk");
    Bench { dir, project, layer, document: document.expect("a good name") }
}

fn span_of(surface: &str) -> Span {
    let start = TEXT.find(surface).expect(surface);
    Span::from_range(start..start + surface.len()).expect("short")
}

impl Bench {
    fn add(&mut self, surface: &str, label: &str) -> SpanId {
        let edit = Edit::AddSpan {
            document: self.document,
            layer: self.layer,
            span: span_of(surface),
            label: label.to_owned(),
        };
        self.project.apply(&edit).expect("a good span").created[0]
    }

    fn suggest(&mut self, found: &[(&str, &str)]) -> Vec<SpanId> {
        let suggestion = |(surface, label): &(&str, &str)| Suggestion {
            span: span_of(surface),
            label: (*label).to_owned(),
            score: Some(0.5),
        };
        let edit = Edit::Suggest {
            document: self.document,
            layer: self.layer,
            model: "v1".to_owned(),
            suggestions: found.iter().map(suggestion).collect(),
        };
        self.project.apply_aside(&[edit]).expect("good suggestions").created
    }

    /// The spans, one a line: surface, label, state; and what is said about them.
    fn lines(&self) -> Vec<String> {
        let stored = self.project.document(self.document).expect("it is there");
        let line = |a: &tawsim_store::Annotation| {
            let mut line = format!("{} {} {}", a.span.slice(&stored.text), a.label, a.state);
            for extra in [&a.value, &a.link.as_ref().map(|link| link.entry.clone())] {
                line.extend(extra.iter().flat_map(|text| [" ", text]));
            }
            line.push_str(if a.is_flagged { " !" } else { "" });
            line
        };
        stored.annotations.iter().map(line).collect()
    }

    #[track_caller]
    fn check(&self, lines: &[&str]) {
        assert_eq!(self.lines(), lines);
    }

    fn reopen(mut self) -> Self {
        let dir: &Path = &path(&self.dir);
        drop(self.project);
        self.project = Project::open(dir, &options()).expect("nobody else has it");
        self
    }
}

#[test]
fn a_span_keeps_its_id_through_every_edit() {
    let mut bench = bench();
    let id = bench.add("داعش", "PLACE");
    let link = tawsim_store::Link { gazetteer: "g1".into(), entry: "Q2".into() };
    let edits = [
        (Edit::Relabel(id, "FACTION".into()), "داعش FACTION confirmed"),
        (Edit::SetLink(id, Some(link)), "داعش FACTION confirmed Q2"),
        (Edit::MoveEdges(id, span_of("لداعش")), "لداعش FACTION confirmed Q2"),
        (Edit::SetValue(id, Some("1".into())), "لداعش FACTION confirmed 1 Q2"),
        (Edit::FlagSpan(id, true), "لداعش FACTION confirmed 1 Q2 !"),
        (Edit::Reject(id), "لداعش FACTION rejected 1 Q2 !"),
        (Edit::Accept(id), "لداعش FACTION confirmed 1 Q2 !"),
    ];
    for (edit, line) in &edits {
        bench.project.apply(edit).expect("a good edit");
        bench.check(&[line]);
    }
    bench.project.apply(&Edit::RemoveSpan(id)).expect("it is there");
    bench.check(&[]);
    for (_, line) in edits.iter().rev() {
        bench.project.undo().expect("more to undo");
        bench.check(&[line]);
    }
}

#[test]
fn undo_and_redo_survive_a_restart() {
    let mut bench = bench();
    bench.add("حلب", "PLACE");
    bench.add("إدلب", "PLACE");
    bench.project.undo().expect("two steps");
    let mut bench = bench.reopen();
    bench.check(&["حلب PLACE confirmed"]);
    let history = bench.project.history().expect("readable");
    assert_eq!(history.redo.expect("one").kind, "add-span");
    bench.project.redo().expect("one step");
    bench.check(&["حلب PLACE confirmed", "إدلب PLACE confirmed"]);
    bench.project.undo().expect("two steps");
    bench.add("داعش", "FACTION");
    assert_eq!(bench.project.history().expect("readable").redo, None);
    bench.check(&["داعش FACTION confirmed", "حلب PLACE confirmed"]);
}

#[test]
fn a_step_says_whose_it_is() {
    let mut bench = bench();
    bench.add("حلب", "PLACE");
    let dir = path(&bench.dir);
    drop(bench.project);
    bench.project = Project::open(&dir, &Options::new("omar").seed(8)).expect("nobody has it");
    assert_eq!(bench.project.actor(), Some("omar"));
    #[track_caller]
    fn check(bench: &Bench, want: [Option<&str>; 2]) {
        let history = bench.project.history().expect("readable");
        let actors = [history.undo, history.redo].map(|step| step.map(|step| step.actor));
        assert_eq!(actors.each_ref().map(Option::as_deref), want);
    }
    check(&bench, [Some("samar"), None]);
    bench.add("إدلب", "PLACE");
    check(&bench, [Some("omar"), None]);
    bench.project.undo().expect("omar's");
    check(&bench, [Some("samar"), Some("omar")]);
    // It stays samar's, though omar takes it back.
    bench.project.undo().expect("samar's");
    check(&bench, [Some("samar"), Some("samar")]);
}

#[test]
fn everything_can_be_undone_and_made_again() {
    let mut bench = bench();
    bench.add("حلب", "PLACE");
    let n_undo = bench.project.history().expect("readable").n_undo;
    while bench.project.undo().is_ok() {}
    assert!(bench.project.document(bench.document).is_err());
    assert!(bench.project.layers().expect("readable").is_empty());
    assert!(bench.project.labels().expect("readable").is_empty());
    while bench.project.redo().is_ok() {}
    assert_eq!(bench.project.history().expect("readable").n_undo, n_undo);
    bench.check(&["حلب PLACE confirmed"]);
}

#[test]
fn suggestions_do_not_touch_what_people_decided() {
    let mut bench = bench();
    let first = bench.suggest(&[("داعش", "FACTION"), ("حلب", "PLACE"), ("وإدلب", "PLACE")]);
    bench.project.apply(&Edit::Accept(first[0])).expect("it is there");
    bench.project.apply(&Edit::Reject(first[1])).expect("it is there");
    bench.check(&["داعش FACTION confirmed", "حلب PLACE rejected", "وإدلب PLACE suggested"]);
    bench.suggest(&[("لداعش", "FACTION"), ("حلب", "PLACE"), ("إدلب", "PLACE")]);
    bench.check(&["داعش FACTION confirmed", "حلب PLACE rejected", "إدلب PLACE suggested"]);
    bench.project.undo().expect("the reject");
    bench.project.undo().expect("the accept");
    bench.check(&["داعش FACTION suggested", "حلب PLACE suggested", "إدلب PLACE suggested"]);
}

#[test]
fn a_retired_label_keeps_its_spans() {
    let mut bench = bench();
    let id = bench.add("حلب", "PLACE");
    bench.project.apply(&Edit::RetireLabel("PLACE".into())).expect("it is there");
    bench.check(&["حلب PLACE confirmed"]);
    let labels = bench.project.labels().expect("readable");
    assert_eq!(labels[1].presence, Presence::Retired);
    let error = bench.project.apply(&Edit::Relabel(id, "PLACE".into())).expect_err("retired");
    assert!(error.to_string().contains("\"PLACE\" is not in the label set"), "{error}");
    bench.project.apply(&Edit::AddLabel(NewLabel::named("PLACE"))).expect("back again");
    assert_eq!(bench.project.labels().expect("readable")[1].presence, Presence::Present);
}

#[test]
fn states_comments_and_the_trash() {
    let mut bench = bench();
    let (document, layer) = (bench.document, bench.layer);
    let row = |bench: &Bench| bench.project.document_row(document, layer).expect("it is there");
    assert_eq!(row(&bench).review, ReviewState::New);
    let id = bench.add("حلب", "PLACE");
    bench.suggest(&[("إدلب", "PLACE")]);
    let text = "هل هذا صحيح؟".to_owned();
    let edits = [
        Edit::SetReview(document, layer, ReviewState::Done),
        Edit::FlagDocument(document, true),
        Edit::SetMetadata(document, "outlet".into(), Some("x".into())),
        Edit::AddComment { document, span: Some(id), text },
        Edit::TrashDocument(document),
    ];
    bench.project.apply_step(&edits).expect("good edits");
    let found = row(&bench);
    assert_eq!((found.review, found.is_flagged), (ReviewState::Done, true));
    assert_eq!(found.presence, Presence::Retired);
    assert_eq!((found.n_entities, found.n_suggestions, found.min_score), (1, 1, Some(0.5)));
    assert_eq!(bench.project.documents(layer).expect("readable"), [found]);
    let stored = bench.project.document(document).expect("the trash is no shredder");
    assert_eq!(stored.metadata["outlet"], "x");
    let comment = &stored.comments[0];
    assert_eq!((comment.author.as_str(), comment.span), ("samar", Some(id)));
    bench.project.apply(&Edit::ResolveComment(comment.id, true)).expect("it is there");
    bench.project.undo().expect("one step");
    bench.project.undo().expect("five edits in one step");
    let found = row(&bench);
    assert_eq!((found.review, found.presence), (ReviewState::New, Presence::Present));
    assert_eq!(bench.project.document(document).expect("there").comments, []);
}

#[test]
fn errors_say_what_and_change_nothing() {
    let mut bench = bench();
    let id = bench.add("حلب", "PLACE");
    let before = bench.project.last_seq().expect("readable");
    let (document, layer) = (bench.document, bench.layer);
    let mut check = |edit: Edit, words: &str| {
        let error = bench.project.apply(&edit).expect_err(words);
        assert!(error.to_string().contains(words), "{error}");
    };
    let add = |span, label: &str| Edit::AddSpan { document, layer, span, label: label.into() };
    check(add(Span::new(0, 1), "PLACE"), "cuts a character");
    check(add(Span::new(0, 0), "PLACE"), "is empty");
    check(add(Span::new(0, 4000), "PLACE"), "leaves the text");
    check(add(span_of("حلب"), "PLACE"), "has these edges");
    check(add(span_of("حلب"), "CITY"), "\"CITY\" is not in the label set");
    check(Edit::MoveEdges(id, Span::new(1, 2)), "cuts a character");
    check(Edit::AddLabel(NewLabel::named("a b")), "no label name");
    check(Edit::AddLabel(NewLabel::named("PLACE")), "exists already");
    check(Edit::AddLayer(String::new(), LayerKind::Annotator), "is no name");
    let step = [Edit::FlagSpan(id, true), Edit::Relabel(id, "CITY".into())];
    bench.project.apply_step(&step).expect_err("the second is bad");
    bench.check(&["حلب PLACE confirmed"]);
    assert_eq!(bench.project.last_seq().expect("readable"), before);
}

#[test]
fn one_writer_many_readers() {
    let mut bench = bench();
    let dir = path(&bench.dir);
    let error = Project::open(&dir, &options()).expect_err("it is open");
    assert!(matches!(error, StoreError::Locked(ref holder) if holder.pid == std::process::id()));
    let mut reader = Project::open_read_only(&dir).expect("readers are welcome");
    bench.add("حلب", "PLACE");
    let stored = reader.document(bench.document).expect("it is there");
    assert_eq!(stored.annotations.len(), 1);
    let error = reader.apply(&Edit::FlagDocument(bench.document, true)).expect_err("a reader");
    assert!(matches!(error, StoreError::ReadOnly));
}

#[test]
fn what_is_no_project_is_refused() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let check = |error: StoreError| assert!(matches!(error, StoreError::NotAProject(_)), "{error}");
    check(Project::open(dir.path(), &options()).expect_err("empty"));
    std::fs::write(dir.path().join("project.db"), "something else, long enough to be a header")
        .expect("writable");
    check(Project::open(dir.path(), &options()).expect_err("no database"));
    check(Project::open_read_only(dir.path()).expect_err("no database"));
    let error = Project::create(dir.path(), &options()).expect_err("not empty");
    assert!(matches!(error, StoreError::NotEmpty(_)));
}

#[test]
fn imports_count_what_they_leave_out() {
    let mut bench = bench();
    let mut labels = LabelSet::new();
    let place = labels.intern("PLACE").expect("a name");
    let river = labels.intern("RIVER").expect("a name");
    let mut document = Document::new("a.txt", TEXT);
    for (span, label) in [
        (span_of("حلب"), place),
        (span_of("حلب"), place),
        (span_of("إدلب"), river),
        (Span::new(1, 2), place),
    ] {
        document.entities.push(tawsim_corpus::Entity::new(span, label));
    }
    let options = ImportOptions::into_layer(bench.layer);
    let mut import = bench.project.import(options).expect("writable");
    import.add(&document, &labels).expect("writable");
    import.add(&Document::new("", "x"), &labels).expect("writable");
    let (_, report) = import.finish().expect("room on disk");
    assert_eq!((report.n_documents, report.n_added, report.n_known), (2, 0, 1));
    assert_eq!((report.n_entities, report.n_entities_added), (4, 2));
    assert_eq!(report.skipped.len(), 3);
    assert_eq!(report.labels_added, ["RIVER"]);
    let both = ["حلب PLACE confirmed", "إدلب RIVER confirmed"];
    bench.check(&both);
    let options = ImportOptions::into_layer(bench.layer).suggested_by("v1");
    let mut again = bench.project.import(options).expect("writable");
    again.add(&document, &labels).expect("writable");
    let (_, report) = again.finish().expect("room on disk");
    let known = report.skipped.iter().filter(|skipped| skipped.reason == SkipReason::Known);
    assert_eq!((report.n_entities_added, known.count()), (0, 3));
    bench.check(&both);
    bench.project.undo().expect("the import");
    bench.check(&[]);
    assert_eq!(bench.project.labels().expect("readable").len(), 2);
}

#[test]
fn a_persons_entity_takes_the_place_of_a_suggestion() {
    let mut bench = bench();
    let mut labels = LabelSet::new();
    let place = labels.intern("PLACE").expect("a name");
    let mut document = Document::new("a.txt", TEXT);
    document.entities.push(tawsim_corpus::Entity::new(span_of("حلب"), place));
    let import = |bench: &mut Bench, options: ImportOptions| {
        let mut import = bench.project.import(options).expect("writable");
        import.add(&document, &labels).expect("writable");
        import.finish().expect("room on disk").1.n_entities_added
    };
    let options = ImportOptions::into_layer(bench.layer);
    let suggested = options.clone().suggested_by("v1");
    assert_eq!(import(&mut bench, suggested.clone()), 1);
    bench.check(&["حلب PLACE suggested"]);
    assert_eq!(import(&mut bench, suggested.clone()), 0);
    assert_eq!(import(&mut bench, options), 1);
    bench.check(&["حلب PLACE confirmed"]);
    assert_eq!(import(&mut bench, suggested), 0);
    bench.check(&["حلب PLACE confirmed"]);
    bench.project.undo().expect("the import of the person's");
    bench.check(&["حلب PLACE suggested"]);
    assert!(bench.project.verify().expect("readable").problems.is_empty());
}

#[test]
fn two_lists_of_one_layer_bring_each_entity_once() {
    let mut bench = bench();
    let mut labels = LabelSet::new();
    let place = labels.intern("PLACE").expect("a name");
    let mut document = Document::new("a.txt", TEXT);
    document.entities.push(tawsim_corpus::Entity::new(span_of("حلب"), place));
    document.layers.push(tawsim_corpus::Layer {
        annotator: "samar".to_owned(),
        entities: document.entities.clone(),
        details: Default::default(),
    });
    let options = ImportOptions::into_layer(bench.layer);
    let mut import = bench.project.import(options).expect("writable");
    import.add(&document, &labels).expect("writable");
    let (_, report) = import.finish().expect("room on disk");
    assert_eq!((report.n_entities_added, report.skipped.len()), (1, 1));
    bench.check(&["حلب PLACE confirmed"]);
}

#[test]
fn a_step_that_cannot_be_made_again_is_in_the_log_too() {
    let mut bench = bench();
    let id = bench.add("حلب", "PLACE");
    bench.project.apply(&Edit::Relabel(id, "FACTION".to_owned())).expect("relabelled");
    bench.project.undo().expect("the relabelling");
    // As a merge does: somebody else has changed it since.
    let other = Edit::AddLabel(NewLabel::named("ORG"));
    bench.project.apply_aside(&[other, Edit::Relabel(id, "ORG".to_owned())]).expect("aside");
    bench.project.redo().expect("it is there");
    bench.check(&["حلب ORG confirmed"]);
    let report = bench.project.verify().expect("readable");
    assert!(report.problems.is_empty(), "{report:?}");
}

#[test]
fn one_seed_gives_the_same_ids() {
    let (mut a, mut b) = (bench(), bench());
    assert_eq!(a.document, b.document);
    assert_eq!(a.add("حلب", "PLACE"), b.add("حلب", "PLACE"));
}
