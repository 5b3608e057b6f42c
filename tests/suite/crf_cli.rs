//! `tawsim crf` as a user sees it.

use std::path::PathBuf;

use tawsim_tests::tawsim;

/// A folder with a feature file: labels B, I and O that follow from the attributes, Arabic forms.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().expect("a temporary folder"));
        let mut text = String::new();
        for at in 0..30 {
            for (form, label) in [("في", "O"), ("دير", "B"), ("الزور", "I"), ("قصف", "O")]
            {
                text += &format!("{label}\tw={form}\tlast={}\tid\\:{}\n", form.len(), at % 7);
            }
            text += "\n";
        }
        std::fs::write(folder.path("train"), text).expect("the folder can be written");
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    /// Trains to the file `model`.
    fn learn(&self, model: &str, options: &[&str]) -> String {
        let (model, train) = (self.text(model), self.text("train"));
        let run = tawsim(&[&["crf", "learn", "--model", &model, &train], options].concat(), b"");
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{options:?}\n{}", run.stderr);
        run.stderr
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("the file was written")
    }
}

#[test]
fn learns_and_tags_with_every_algorithm() {
    let folder = Folder::new();
    for algorithm in ["lbfgs", "l2sgd", "adagrad", "ap"] {
        folder.learn("model", &["--algorithm", algorithm, "--c2", "0.1"]);
        let input = "?\tw=في\n?\tw=دير\tunknown\n?\tw=الزور\n\n?\tw=قصف\n";
        let run = tawsim(&["crf", "tag", "--model", &folder.text("model"), "-"], input.as_bytes());
        assert_eq!((run.code, run.stdout.as_str()), (0, "O\nB\nI\n\nO\n\n"), "{algorithm}");
    }
    let run =
        tawsim(&["crf", "tag", "--evaluate", "--model", &folder.text("model"), "-"], b"O\tw=x\n");
    assert!(run.stdout.contains("items right\t"), "{}", run.stdout);
}

#[test]
fn the_model_is_the_same_for_any_number_of_threads() {
    let folder = Folder::new();
    folder.learn("one", &["--threads", "1"]);
    folder.learn("three", &["--threads", "3"]);
    assert_eq!(folder.bytes("one"), folder.bytes("three"));
}

#[test]
fn a_checkpoint_and_a_model_are_starting_points() {
    let folder = Folder::new();
    let log = folder.learn("first", &[]);
    assert!(log.contains("30 sequences, 120 positions, 3 labels, 14 attributes"), "{log}");
    let model = folder.text("first");
    let log = folder.learn("second", &["--initial", &model]);
    assert!(log.lines().count() < 20, "a warm start is near the end:\n{log}");
    let damaged = folder.text("damaged");
    std::fs::write(&damaged, "no checkpoint").expect("the folder can be written");
    let run = tawsim(
        &["crf", "learn", "--checkpoint", &damaged, "--model", &model, &folder.text("train")],
        b"",
    );
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("damaged: the checkpoint is damaged"), "{}", run.stderr);
}

#[test]
fn probabilities_add_up_and_dump_explains() {
    let folder = Folder::new();
    folder.learn("model", &["--c2", "0.01", "--boundaries"]);
    let model = folder.text("model");
    let run =
        tawsim(&["crf", "tag", "--probabilities", "--model", &model, "-"], "O\tw=في\n".as_bytes());
    let lines: Vec<&str> = run.stdout.lines().collect();
    let [whole, label, ""] = lines[..] else { panic!("three lines, not {lines:?}") };
    assert_eq!(whole.strip_prefix("@probability\t"), label.strip_prefix("O:"), "one position");
    let run = tawsim(&["crf", "dump", "--top", "1", &model], b"");
    let best_of_b = run.stdout.lines().find(|line| line.starts_with("attribute\tB\t"));
    assert!(best_of_b.is_some_and(|line| line.contains("w=دير")), "{}", run.stdout);
    assert!(run.stdout.contains("transition\tB\tI\t") && run.stdout.contains("start\tO\t"));
}

#[test]
fn folds_test_every_sequence_once() {
    let folder = Folder::new();
    let run = tawsim(&["crf", "learn", "--quiet", "--folds", "3", &folder.text("train")], b"");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.ends_with("items right\t1.0000\tof 120\nsequences right\t1.0000\tof 30\n"));
}

#[test]
fn faults_name_file_line_and_remedy() {
    let folder = Folder::new();
    let check = |args: &[&str], stdin: &str, code: u8, said: &str| {
        let run = tawsim(args, stdin.as_bytes());
        assert_eq!(run.code, code, "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains(said), "{args:?}: {}", run.stderr);
    };
    let model = folder.text("model");
    let learn = ["crf", "learn", "--model", &model, "-"];
    check(&learn, "A\tx\nB\tx:y\n", 1, "-: line 2, field 2: the value behind the colon");
    check(
        &learn,
        "A\tx:1e16\n",
        1,
        "-: line 1, field 2: the value behind the colon is no number within",
    );
    check(&learn, "", 1, "there is nothing to learn");
    let labels = |n: u32| (0..n).map(|label| format!("{label}\tx\n")).collect::<String>();
    check(&learn, &labels(4097), 1, "4097 labels; at most 4096 are possible");
    check(&["crf", "learn", "--folds", "4", "-"], "A\tx\n", 1, "say fewer --folds");
    check(&["crf", "learn", "-"], "", 2, "--model");
    let train = folder.text("train");
    check(&["crf", "tag", "--model", &train, "-"], "", 1, "no model of `tawsim crf learn`");
    check(&["crf", "dump", &model], "", 1, "No such file");
}

/// What is finite in `f64` and not in `f32`, in which models are.
#[test]
fn weights_that_no_model_can_hold_end_the_training() {
    let folder = Folder::new();
    let few = "A\tx\nB\ty\n\n";
    let heavy = "@weight:3e38\nA\tx\nA\tx\nA\tx\n\n@weight:3e38\nB\tx\nB\tx\nB\tx\n\n";
    let model = folder.text("model");
    for (algorithm, rate, input) in [
        ("l2sgd", "1e40", few),
        ("l2sgd", "1e300", few),
        ("adagrad", "1e40", few),
        ("ap", "1", heavy),
    ] {
        let learn = ["crf", "learn", "--c2", "0", "--model", &model, "--algorithm", algorithm];
        let run = tawsim(&[&learn[..], &["--rate", rate, "-"]].concat(), input.as_bytes());
        assert_eq!(run.code, 1, "{algorithm} {rate}: {}", run.stderr);
        assert!(run.stderr.contains("0 iterations (Diverged)"), "{algorithm}: {}", run.stderr);
        assert!(run.stderr.contains("not written: the weights grew"), "{}", run.stderr);
        assert!(!folder.path("model").exists());
    }
}
