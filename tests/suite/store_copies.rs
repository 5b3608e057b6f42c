//! Copies of a project: verify, export, merge, backup.

use std::path::Path;

use proptest::prelude::*;
use tawsim_store::{Options, Project, StoreError};
use tawsim_tests::store::{Annotator, project};
use tempfile::TempDir;

pub(crate) fn options(actor: &str, seed: u64) -> Options {
    Options::new(actor).seed(seed).clock(|| 0)
}

pub(crate) fn temporary() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

pub(crate) fn hash(project: &Project) -> String {
    project.state_hash().expect("readable")
}

#[track_caller]
pub(crate) fn check_sound(project: &Project) {
    let report = project.verify().expect("readable");
    assert!(report.is_ok(), "{:?}", report.problems);
}

pub(crate) fn work(project: &mut Project, layer: &str, seed: u64, n_acts: usize) {
    let mut annotator = Annotator::new(project, layer, seed);
    for _ in 0..n_acts {
        annotator.act(project).expect("room on disk");
    }
}

/// A copy of the project as it is now, for another annotator.
pub(crate) fn copy(of: &Project, dir: &Path, name: &str, seed: u64) -> Project {
    let package = dir.join(format!("{name}.tawsimpkg"));
    of.write_package(&package, None).expect("writable");
    Project::create_from_package(&dir.join(name), &package, &options(name, seed)).expect("whole")
}

pub(crate) fn merge(from: &Project, into: &mut Project) {
    let dir = temporary();
    let package = dir.path().join("p.tawsimpkg");
    from.write_package(&package, None).expect("writable");
    into.merge(&package).expect("a copy of the same project");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn undoing_everything_gives_the_first_state(seed: u64, n_acts in 1_usize..60) {
        let dir = temporary();
        let mut project = project(&dir.path().join("p"), &options("a", seed), &["a", "b"], 3);
        let first = hash(&project);
        let n_first = project.history().expect("readable").n_undo;
        work(&mut project, "a", seed, n_acts);
        while project.redo().is_ok() {}
        let last = hash(&project);
        let n_undo = project.history().expect("readable").n_undo;
        // The work itself may have undone some of the first steps and gone another way.
        for _ in 0..n_undo {
            project.undo().expect("counted");
        }
        let empty = hash(&project);
        check_sound(&project);
        for _ in 0..n_undo {
            project.redo().expect("counted");
        }
        prop_assert_eq!(hash(&project), last);
        check_sound(&project);
        let fresh = Project::create(&dir.path().join("q"), &options("a", 1)).expect("new");
        prop_assert_eq!(empty, hash(&fresh));
        if n_undo > n_first {
            for _ in n_first..n_undo {
                project.undo().expect("counted");
            }
            prop_assert_eq!(hash(&project), first);
        }
    }

    #[test]
    fn an_export_is_the_state(seed: u64, n_acts in 0_usize..60) {
        let dir = temporary();
        let mut project = project(&dir.path().join("p"), &options("a", seed), &["a", "b/ب"], 3);
        work(&mut project, "a", seed, n_acts);
        work(&mut project, "b/ب", seed + 1, n_acts);
        let out = dir.path().join("out");
        project.export(&out).expect("writable");
        let copy = Project::create_from_export(&dir.path().join("q"), &out, &options("b", 2));
        let copy = copy.expect("a whole export");
        prop_assert_eq!(hash(&copy), hash(&project));
        prop_assert_eq!(copy.id().expect("readable"), project.id().expect("readable"));
        check_sound(&copy);
        prop_assert_eq!(copy.export(&out).expect("writable").n_written, 0);
        work(&mut project, "a", seed + 2, n_acts);
        project.export(&out).expect("writable");
        let again = Project::create_from_export(&dir.path().join("r"), &out, &options("b", 2));
        prop_assert_eq!(hash(&again.expect("a whole export")), hash(&project));
    }

    /// Any bytes give an error or a project whose faults `verify` tells; never a panic.
    #[test]
    fn damaged_files_do_not_panic(seed: u64, flips in prop::collection::vec((any::<u32>(), any::<u8>()), 1..20)) {
        let dir = temporary();
        let path = dir.path().join("p");
        let mut whole = project(&path, &options("a", seed), &["a"], 2);
        work(&mut whole, "a", seed, 20);
        let package = dir.path().join("x.tawsimpkg");
        whole.write_package(&package, None).expect("writable");
        drop(whole);
        let damage = |file: &Path| {
            let mut bytes = std::fs::read(file).expect("readable");
            for (at, byte) in &flips {
                let at = *at as usize % bytes.len();
                bytes[at] = *byte;
            }
            std::fs::write(file, bytes).expect("writable");
        };
        damage(&path.join("project.db"));
        damage(&package);
        if let Ok(mut project) = Project::open(&path, &options("a", 1)) {
            drop(project.verify());
            drop(project.search(&tawsim_store::Query::text("حلب")));
            drop(project.merge(&package));
            drop(project.undo());
            drop(project.rebuild());
            for layer in project.layers().unwrap_or_default() {
                for row in project.documents(layer.id).unwrap_or_default() {
                    drop(project.document(row.id));
                }
            }
        }
        drop(Project::create_from_package(&dir.path().join("q"), &package, &options("a", 1)));
    }

    #[test]
    fn merging_in_any_order_gives_one_state(
        seed: u64,
        turns in prop::collection::vec((0_usize..3, 0_usize..3, 0_usize..8), 0..12),
    ) {
        let dir = temporary();
        let base = project(&dir.path().join("base"), &options("base", 1), &["a", "b"], 2);
        let names = ["a", "b", "c"];
        let mut copies: Vec<Project> =
            (2..).zip(names).map(|(seed, name)| copy(&base, dir.path(), name, seed)).collect();
        // All three work, also in one another's layers; now and then one takes over another's work.
        for (turn, (who, from, n_acts)) in (0..).zip(turns) {
            let layer = names[from.min(1)];
            work(&mut copies[who], layer, seed.wrapping_add(turn), n_acts);
            if who != from {
                let package = dir.path().join("turn.tawsimpkg");
                copies[from].write_package(&package, None).expect("writable");
                copies[who].merge(&package).expect("a copy");
                copies[who].merge(&package).expect("a copy, again");
            }
        }
        let orders = [[0, 1, 2], [2, 0, 1], [1, 2, 0]];
        let merged = orders.map(|order| {
            let mut all = copy(&base, dir.path(), &format!("all{order:?}"), 9);
            for who in order {
                merge(&copies[who], &mut all);
            }
            check_sound(&all);
            hash(&all)
        });
        prop_assert_eq!(&merged[0], &merged[1]);
        prop_assert_eq!(&merged[0], &merged[2]);
        let (first, rest) = copies.split_at_mut(1);
        merge(&rest[0], &mut first[0]);
        merge(&rest[1], &mut first[0]);
        prop_assert_eq!(&merged[0], &hash(&first[0]));
    }
}

#[test]
fn a_merge_touches_nobody_elses_layer() {
    let dir = temporary();
    let base = project(&dir.path().join("base"), &options("base", 1), &["a", "b"], 2);
    let mut a = copy(&base, dir.path(), "a", 2);
    let mut b = copy(&base, dir.path(), "b", 3);
    work(&mut a, "a", 1, 40);
    work(&mut b, "b", 2, 40);
    let layer = |project: &Project, name: &str| {
        let layer = project.layer(name).expect("readable").expect("there").id;
        let rows = project.documents(layer).expect("readable");
        let spans = |id| {
            let mut stored = project.document(id).expect("there").annotations;
            stored.retain(|a| a.layer == layer);
            stored
        };
        rows.iter().map(|row| spans(row.id)).collect::<Vec<_>>()
    };
    let (in_a, in_b) = (layer(&a, "a"), layer(&b, "b"));
    merge(&b, &mut a);
    assert_eq!((layer(&a, "a"), layer(&a, "b")), (in_a, in_b));
    let n_undo = a.history().expect("readable").n_undo;
    assert!(n_undo > 0, "the history stays one's own");
}

#[test]
fn damage_is_found() {
    let cases = [
        ("UPDATE span SET label = 'PLACE' WHERE label = 'FACTION'", "is not what the log says"),
        ("DELETE FROM span", "is not what the log says"),
        ("UPDATE document SET name = 'x'", "is not what the log says"),
        ("UPDATE text SET content = content || ' '", "the text of document"),
        ("UPDATE history SET is_undone = 1", "the undo history"),
        (
            "DROP TRIGGER event_is_never_changed; UPDATE event SET actor = 'x' WHERE seq = 4",
            "event 4 was",
        ),
        ("DROP TRIGGER event_is_never_deleted; DELETE FROM event WHERE seq = 4", "event 5 was"),
        (
            "DROP TRIGGER event_is_never_deleted; DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)",
            "at the end of the log",
        ),
    ];
    for (sql, words) in cases {
        let dir = temporary();
        let path = dir.path().join("p");
        let mut project = project(&path, &options("a", 1), &["a"], 2);
        work(&mut project, "a", 3, 40);
        while project.redo().is_ok() {}
        drop(project);
        let db = rusqlite::Connection::open(path.join("project.db")).expect("a database");
        let triggers: Vec<String> = db
            .prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
            .and_then(|mut select| select.query_map([], |row| row.get(0))?.collect())
            .expect("readable");
        db.execute_batch(sql).expect(sql);
        // Whoever hides what they did puts them back; those that are there still are no loss.
        triggers.iter().for_each(|trigger| drop(db.execute_batch(trigger)));
        drop(db);
        let mut project = Project::open(&path, &options("a", 1)).expect("it opens all the same");
        let report = project.verify().expect("readable");
        let found = report.problems.iter().any(|problem| problem.to_string().contains(words));
        assert!(found, "{sql}: {:?}", report.problems);
        if words.starts_with("is not") || words.contains("history") {
            project.rebuild().expect("the log is whole");
            check_sound(&project);
        }
    }
}

#[test]
fn the_log_is_append_only() {
    let dir = temporary();
    let path = dir.path().join("p");
    drop(project(&path, &options("a", 1), &["a"], 1));
    let db = rusqlite::Connection::open(path.join("project.db")).expect("a database");
    for sql in ["UPDATE event SET actor = 'x'", "DELETE FROM event"] {
        let error = db.execute(sql, []).expect_err(sql);
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}

#[test]
fn bad_packages_change_nothing() {
    let dir = temporary();
    let mut a = project(&dir.path().join("p"), &options("a", 1), &["a"], 1);
    let other = project(&dir.path().join("q"), &options("a", 2), &["a"], 1);
    let path = dir.path().join("x.tawsimpkg");
    let mut b = copy(&a, dir.path(), "b", 3);
    work(&mut b, "a", 1, 10);
    b.write_package(&path, None).expect("writable");
    let whole = std::fs::read_to_string(&path).expect("readable");
    let before = (hash(&a), a.last_seq().expect("readable"));
    let mut check = |content: &str, words: &str| {
        std::fs::write(&path, content).expect("writable");
        let error = a.merge(&path).expect_err(words);
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!((hash(&a), a.last_seq().expect("readable")), before, "{words}");
    };
    check("", "damaged or cut short");
    check(&whole[..whole.len() / 2], "damaged or cut short");
    check(&whole.replace("add-span", "add-spun"), "damaged or cut short");
    let lines: Vec<&str> = whole.lines().collect();
    check(&lines[..lines.len() - 1].join("\n"), "damaged or cut short");
    other.write_package(&path, None).expect("writable");
    let error = a.merge(&path).expect_err("another project");
    assert!(matches!(error, StoreError::OtherProject(_)), "{error}");
    // One seed for two copies gives one id to two events.
    let mut twins = [(); 2].map(|()| dir.path().join("unused"));
    twins[0] = dir.path().join("t0");
    twins[1] = dir.path().join("t1");
    let [mut first, mut second] = twins.map(|path| project(&path, &options("a", 5), &["a"], 1));
    work(&mut first, "a", 1, 5);
    work(&mut second, "a", 2, 5);
    first.write_package(&path, None).expect("writable");
    let error = second.merge(&path).expect_err("forked");
    assert!(matches!(error, StoreError::Forked(_)), "{error}");
}

#[test]
fn what_a_kill_left_of_a_backup_is_removed() {
    let dir = temporary();
    let mut project = project(&dir.path().join("p"), &options("a", 1), &["a"], 1);
    work(&mut project, "a", 1, 5);
    let backup = project.back_up().expect("room on disk");
    let folder = backup.parent().expect("a folder").to_owned();
    let beside = |name: &str| folder.join(name);
    for name in [
        "1970-01-01T00-00-00.000Z_5_1.db.partial",
        "1970-01-01T00-00-00.000Z_5_1.db.partial-journal",
        "mine.partial",
    ] {
        std::fs::write(beside(name), "half").expect("writable");
    }
    work(&mut project, "a", 2, 5);
    project.back_up().expect("room on disk");
    let names = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("readable").file_name().into_string().expect("UTF-8"));
    let left: Vec<String> = names.filter(|name| name.contains(".partial")).collect();
    assert_eq!(left, ["mine.partial"]);
}

#[test]
fn a_backup_restores_to_the_same_state() {
    let dir = temporary();
    let mut project = project(&dir.path().join("p"), &options("a", 1), &["a"], 2);
    work(&mut project, "a", 1, 30);
    let state = hash(&project);
    let backup = project.back_up().expect("writable");
    assert_eq!(project.back_up_if_changed().expect("writable"), None);
    work(&mut project, "a", 2, 30);
    assert_ne!(hash(&project), state);
    let restored = Project::restore(&backup, &dir.path().join("q"), &options("a", 1));
    let mut restored = restored.expect("a whole backup");
    assert_eq!(hash(&restored), state);
    restored.undo().expect("the history comes with it");
    let error = Project::restore(&backup, &dir.path().join("q"), &options("a", 1));
    assert!(error.is_err(), "never over something");
    std::fs::write(&backup, b"SQLite format 3\0 but no more").expect("writable");
    assert!(Project::restore(&backup, &dir.path().join("r"), &options("a", 1)).is_err());
}
