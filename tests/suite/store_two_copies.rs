//! One annotator's work in two copies of a project, merged.

use std::path::Path;

use proptest::prelude::*;
use tawsim_corpus::{Document, Entity, LabelSet};
use tawsim_store::{
    DocumentId, Edit, ImportOptions, LayerId, LayerKind, NewLabel, Project, ReviewState, Span,
    SpanId, Suggestion,
};
use tempfile::TempDir;

use crate::store_copies::{check_sound, copy, hash, merge, options, temporary};

const TEXT: &str = "0123456789";

/// A project with one text, an entity at 2..6 and a suggestion at 8..9; what the acts of the cases are about.
struct Base {
    dir: TempDir,
    project: Project,
    layer: LayerId,
    document: DocumentId,
    entity: SpanId,
    suggestion: SpanId,
}

fn span(text: &str) -> Span {
    let (start, end) = text.split_once("..").expect("two edges");
    Span::new(start.parse().expect("a number"), end.parse().expect("a number"))
}

fn document(entities: &[Span]) -> (Document, LabelSet) {
    let labels = LabelSet::from_names(["PLACE"]).expect("a name");
    let mut document = Document::new("1.txt", TEXT);
    let place = labels.get("PLACE").expect("just made");
    document.entities = entities.iter().map(|span| Entity::new(*span, place)).collect();
    (document, labels)
}

fn suggest(base: &Base, spans: &[Span]) -> Edit {
    let suggestion = |span: &Span| Suggestion { span: *span, label: "PLACE".into(), score: None };
    let suggestions = spans.iter().map(suggestion).collect();
    Edit::Suggest { document: base.document, layer: base.layer, model: "m".into(), suggestions }
}

fn base() -> Base {
    let dir = temporary();
    let mut project = Project::create(&dir.path().join("base"), &options("a", 1)).expect("new");
    for label in ["FACTION", "PLACE"] {
        project.apply(&Edit::AddLabel(NewLabel::named(label))).expect("a new label");
    }
    let layer = project.add_layer("a", LayerKind::Annotator).expect("a new layer");
    let mut import = project.import(ImportOptions::into_layer(layer)).expect("writable");
    let (text, labels) = document(&[]);
    let document = import.add(&text, &labels).expect("writable").expect("a good name");
    import.finish().expect("writable");
    let label = "FACTION".to_owned();
    let add = Edit::AddSpan { document, layer, span: span("2..6"), label };
    let entity = project.apply(&add).expect("a good span").created[0];
    let mut base = Base { dir, project, layer, document, entity, suggestion: entity };
    let edit = suggest(&base, &[span("8..9")]);
    base.suggestion = base.project.apply(&edit).expect("a good span").created[0];
    base
}

/// Acts such as `move 2..4; accept`.
fn act(base: &Base, copy: &mut Project, acts: &str) {
    for act in acts.split("; ") {
        let mut words = act.split(' ');
        let verb = words.next().expect("split gives one at least");
        let spans: Vec<Span> = words.map(span).collect();
        let edit = match verb {
            "undo" => {
                copy.undo().expect("a step");
                continue;
            }
            "redo" => {
                copy.redo().expect("a step");
                continue;
            }
            "move" => Edit::MoveEdges(base.entity, spans[0]),
            "accept" => Edit::Accept(base.suggestion),
            "reject" => Edit::Reject(base.suggestion),
            "remove" => Edit::RemoveSpan(base.entity),
            "suggest" => suggest(base, &spans),
            "done" => Edit::SetReview(base.document, base.layer, ReviewState::Done),
            "skip" => Edit::SetReview(base.document, base.layer, ReviewState::Skipped),
            "annotate" => Edit::Annotate {
                document: base.document,
                layer: base.layer,
                label: "FACTION".into(),
                spans,
            },
            // Any event, so that what follows is later than what the other copy does.
            "wait" | "aside" => {
                Edit::AddComment { document: base.document, span: None, text: "-".into() }
            }
            "import" => {
                let mut import = copy.import(ImportOptions::into_layer(base.layer)).expect("there");
                let (text, labels) = document(&spans);
                import.add(&text, &labels).expect("writable");
                import.finish().expect("writable");
                continue;
            }
            _ => panic!("no such act: {act}"),
        };
        let apply = if verb == "aside" { Project::apply_aside } else { Project::apply_step };
        apply(copy, &[edit]).expect(act);
    }
}

fn state(base: &Base, of: &Project) -> String {
    let stored = of.document(base.document).expect("there");
    let line = |a: &tawsim_store::Annotation| {
        format!("{}..{} {} {}", a.span.start(), a.span.end(), a.label, a.state.as_str())
    };
    let mut lines: Vec<String> = stored.annotations.iter().map(line).collect();
    lines.sort();
    let row = of.document_row(base.document, base.layer).expect("readable");
    lines.push(row.review.as_str().to_owned());
    lines.join(", ")
}

#[track_caller]
fn check(first: &str, second: &str, expected: &str) {
    let base = base();
    let dir = base.dir.path();
    let mut copies =
        [("first", 2), ("second", 3)].map(|(name, seed)| copy(&base.project, dir, name, seed));
    for (copy, acts) in copies.iter_mut().zip([first, second]) {
        act(&base, copy, acts);
    }
    let [mut first, mut second] = copies;
    merge(&first, &mut second);
    merge(&second, &mut first);
    assert_eq!(state(&base, &first), expected);
    assert_eq!(hash(&first), hash(&second));
    check_sound(&first);
    check_sound(&second);
    check_export(&first, dir);
}

/// What was merged can be exported and read back.
fn check_export(of: &Project, dir: &Path) {
    of.export(&dir.join("export")).expect("writable");
    let again =
        Project::create_from_export(&dir.join("again"), &dir.join("export"), &options("a", 4));
    assert_eq!(hash(&again.expect("a whole export")), hash(of));
}

#[test]
fn the_last_word_counts_and_nothing_is_lost() {
    let cases = [
        ("move 1..6", "wait; move 2..7", "1..7 FACTION confirmed, 8..9 PLACE suggested, new"),
        ("move 1..4", "wait; move 5..7", "5..7 FACTION confirmed, 8..9 PLACE suggested, new"),
        // Together they would end before they start: the later move does nothing.
        ("move 5..6", "wait; move 2..4", "5..6 FACTION confirmed, 8..9 PLACE suggested, new"),
        ("move 2..3", "wait; move 3..6", "2..3 FACTION confirmed, 8..9 PLACE suggested, new"),
        ("accept", "wait; suggest", "2..6 FACTION confirmed, 8..9 PLACE confirmed, new"),
        ("wait; accept", "suggest", "2..6 FACTION confirmed, 8..9 PLACE confirmed, new"),
        ("reject", "wait; suggest", "2..6 FACTION confirmed, 8..9 PLACE rejected, new"),
        (
            "accept",
            "wait; import 8..9",
            "2..6 FACTION confirmed, 8..9 PLACE confirmed, 8..9 PLACE confirmed, new",
        ),
        ("remove", "wait; move 2..4", "2..4 FACTION confirmed, 8..9 PLACE suggested, new"),
        ("wait; remove", "move 2..4", "8..9 PLACE suggested, new"),
        ("done", "wait; skip", "2..6 FACTION confirmed, 8..9 PLACE suggested, skipped"),
        ("wait; done", "skip", "2..6 FACTION confirmed, 8..9 PLACE suggested, done"),
        (
            "accept; undo; aside; redo",
            "wait; wait; suggest",
            "2..6 FACTION confirmed, 8..9 PLACE confirmed, new",
        ),
        (
            "done; undo; aside; redo",
            "wait; wait; skip",
            "2..6 FACTION confirmed, 8..9 PLACE suggested, done",
        ),
        (
            "annotate 7..9",
            "wait; accept",
            "2..6 FACTION confirmed, 7..9 FACTION confirmed, 8..9 PLACE confirmed, new",
        ),
        (
            "import 0..1",
            "import 0..1",
            "0..1 PLACE confirmed, 0..1 PLACE confirmed, 2..6 FACTION confirmed, 8..9 PLACE suggested, new",
        ),
    ];
    for (first, second, expected) in cases {
        check(first, second, expected);
    }
}

#[test]
fn undo_leaves_alone_what_would_end_before_it_starts() {
    let base = base();
    let mut first = copy(&base.project, base.dir.path(), "first", 2);
    let mut second = copy(&base.project, base.dir.path(), "second", 3);
    act(&base, &mut first, "wait; move 2..9");
    act(&base, &mut second, "move 7..8");
    merge(&second, &mut first);
    let merged = "7..9 FACTION confirmed, 8..9 PLACE suggested, new";
    assert_eq!(state(&base, &first), merged);
    let receipt = first.undo().expect("a step");
    assert_eq!((state(&base, &first).as_str(), receipt.n_left_alone), (merged, 1));
    check_sound(&first);
}

#[test]
fn redo_leaves_alone_what_somebody_accepted() {
    let base = base();
    let mut first = copy(&base.project, base.dir.path(), "first", 2);
    let mut second = copy(&base.project, base.dir.path(), "second", 3);
    act(&base, &mut first, "annotate 7..9");
    act(&base, &mut second, "wait; accept");
    merge(&second, &mut first);
    act(&base, &mut first, "undo");
    assert_eq!(state(&base, &first), "2..6 FACTION confirmed, 8..9 PLACE confirmed, new");
    act(&base, &mut first, "redo");
    let all = "2..6 FACTION confirmed, 7..9 FACTION confirmed, 8..9 PLACE confirmed, new";
    assert_eq!(state(&base, &first), all);
    check_sound(&first);
}

/// Moves the entity; an edit that the state does not take is passed over.
fn move_to(base: &Base, copy: &mut Project, start: u32, end: u32) {
    if start < end {
        drop(copy.apply(&Edit::MoveEdges(base.entity, Span::new(start, end))));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    /// Moves, removals, undo and redo of one span in two copies, with merges in between: no merge is refused.
    #[test]
    fn moves_of_one_span_always_merge(acts in prop::collection::vec((0_usize..2, 0_u8..10, 0_u32..11), 1..24)) {
        let base = base();
        let mut copies = [("first", 2), ("second", 3)].map(|(name, seed)| copy(&base.project, base.dir.path(), name, seed));
        for (who, what, at) in acts {
            let [first, second] = &mut copies;
            let (own, other) = if who == 0 { (first, second) } else { (second, first) };
            let now = own.annotation(base.document, base.entity).expect("readable");
            let now = now.map_or(span("2..6"), |a| a.span);
            match what {
                0 => merge(other, own),
                1 => drop(own.undo()),
                2 => drop(own.redo()),
                3 => drop(own.apply(&Edit::RemoveSpan(base.entity))),
                4..=6 => move_to(&base, own, at, now.end()),
                _ => move_to(&base, own, now.start(), at),
            }
            check_sound(own);
        }
        let [first, second] = &mut copies;
        merge(first, second);
        merge(second, first);
        prop_assert_eq!(hash(first), hash(second));
        check_sound(first);
    }
}
