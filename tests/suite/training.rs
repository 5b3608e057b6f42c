//! Training: the second pass over a document, edges of entities, training again.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use tawsim_corpus::{Document, Entity, LabelSet, TagScheme, write_jsonl};
use tawsim_tagger::{
    Checkpoints, EntityEdges, Model, RetrainCorpus, RetrainSettings, ReviewedDocument, Tagger,
    TaggerScratch, TrainError, TrainProgress, TrainSettings, retrain, train, train_resumable,
};
use tawsim_tests::tawsim;
use tawsim_tokenizer::Span;

const TOWNS: &[&str] = &[
    "حلب",
    "إدلب",
    "حماة",
    "الرقة",
    "منبج",
    "عفرين",
    "تدمر",
    "سراقب",
    "كفرنبل",
    "سلقين",
    "حارم",
    "الباب",
];
const NOUNS: &[&str] = &[
    "طقس",
    "شعر",
    "قمح",
    "عمل",
    "رياضة",
    "تعليم",
    "زراعة",
    "سينما",
    "مطر",
    "طعام",
    "سفر",
    "نوم",
    "قطن",
    "كتاب",
    "خبز",
    "ماء",
    "ضوء",
    "صبر",
    "حرير",
    "سمك",
    "نحاس",
    "ورق",
    "حديد",
    "ملح",
    "سكر",
    "شجر",
    "حجر",
    "خشب",
];

fn labels() -> LabelSet {
    LabelSet::from_names(["PLACE"]).expect("a label name")
}

fn go_on(_: &TrainProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// A document whose entities are all occurrences of these surfaces.
fn document(id: usize, text: String, surfaces: &[&str]) -> Document {
    let mut document = Document::new(id.to_string(), text);
    let label = labels().at(0).expect("one label");
    for surface in surfaces {
        for (start, found) in document.text.match_indices(surface) {
            let span = Span::from_range(start..start + found.len()).expect("short");
            document.entities.push(Entity::new(span, label));
        }
    }
    document.flatten();
    document.entities.sort_by_key(|entity| entity.span.start());
    document
}

/// Towns are named clearly in one sentence and unclearly in another one.
fn repeated(towns: &[&str]) -> Vec<Document> {
    let mut documents = Vec::new();
    for (idx, town) in towns.iter().enumerate() {
        let text = format!("وقع هجوم قرب بلدة {town} أمس\nتحدث الرجل عن {town} طويلا\n");
        documents.push(document(idx, text, &[town]));
    }
    for (idx, noun) in NOUNS.iter().enumerate() {
        // In the same line as the towns, so that only the word itself could tell.
        let text = format!("وقع هجوم في الليل أمس\nتحدث الرجل عن {noun} طويلا\n");
        documents.push(document(100 + idx, text, &[]));
    }
    documents
}

fn found(tagger: &Tagger, text: &str) -> Vec<String> {
    let mut scratch = TaggerScratch::new();
    tagger.tag(text, &mut scratch).iter().map(|e| e.span.slice(text).to_owned()).collect()
}

fn tagger(bytes: &[u8]) -> Tagger {
    Tagger::new(Model::read(&mut &*bytes).expect("just written"))
}

#[test]
fn the_second_pass_takes_over_what_the_document_says_elsewhere() {
    let documents = repeated(TOWNS);
    let mut settings = TrainSettings::new("small");
    let mut both = |second_pass| {
        settings.second_pass = second_pass;
        tagger(&train(&documents, &labels(), &settings, &mut go_on).expect("entities").bytes)
    };
    let (without, with) = (both(false), both(true));
    let unseen = "وقع هجوم قرب بلدة قمحانة أمس\nتحدث الرجل عن قمحانة طويلا\n";
    assert_eq!(found(&without, unseen), ["قمحانة"]);
    assert_eq!(found(&with, unseen), ["قمحانة", "قمحانة"]);
    let alone = "تحدث الرجل عن قمحانة طويلا\n";
    assert_eq!(found(&with, alone), found(&without, alone));
}

#[test]
fn chains_over_parts_are_the_same_for_any_number_of_threads() {
    let documents = repeated(TOWNS);
    let mut settings = TrainSettings::new("small");
    settings.second_pass = true;
    settings.n_folds = 3;
    settings.crf.lbfgs.max_iterations = 20;
    let mut n_stages = 0;
    let mut bytes = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("threads");
        let mut watch = |progress: &TrainProgress| {
            n_stages = progress.n_stages;
            go_on(progress)
        };
        pool.install(|| train(&documents, &labels(), &settings, &mut watch))
            .expect("entities")
            .bytes
    };
    let one = bytes(1);
    assert!(bytes(2) == one && bytes(3) == one);
    // A chain a part, the second pass, the model's own.
    assert_eq!(n_stages, 3 + 1 + 1);
    assert_eq!(found(&tagger(&one), "وقع هجوم قرب بلدة صوران أمس"), ["صوران"]);
}

#[test]
fn too_few_parts_are_refused() {
    let mut settings = TrainSettings::new("small");
    settings.second_pass = true;
    settings.n_folds = 1;
    let refused = train(&repeated(TOWNS), &labels(), &settings, &mut go_on);
    assert!(matches!(refused, Err(TrainError::Folds(1))), "{refused:?}");
}

#[test]
fn entities_of_whole_words_keep_their_clitics() {
    let texts = TOWNS.iter().enumerate().map(|(idx, town)| {
        let (with, plain) = (format!("و{town}"), (*town).to_owned());
        let text = format!("وقع هجوم في سوريا {with} أمس\nقرب بلدة {plain}");
        document(idx, text, &[&with, &plain, "سوريا"])
    });
    let documents: Vec<Document> = texts.collect();
    let check = |edges, expected: &[&str]| {
        let settings = TrainSettings { edges, ..TrainSettings::new("small") };
        let trained = train(&documents, &labels(), &settings, &mut go_on).expect("entities");
        assert_eq!(found(&tagger(&trained.bytes), "وقع هجوم في سوريا وحلب أمس"), expected);
    };
    check(EntityEdges::Stems, &["سوريا", "حلب"]);
    check(EntityEdges::Words, &["سوريا", "وحلب"]);
}

/// Documents of which the first line was looked at; the second names a town that is not marked.
fn reviewed(first_line_only: bool) -> Vec<ReviewedDocument> {
    let of_town = |(idx, town): (usize, &&str)| {
        let first = format!("وقع هجوم قرب بلدة {town} أمس\n");
        let seen = Span::from_range(0..first.len()).expect("short");
        let text = format!("{first}وصل الجنود إلى معردبسة ليلا\n");
        let document = document(idx, text, &[town]);
        ReviewedDocument { document, reviewed: first_line_only.then(|| vec![seen]) }
    };
    TOWNS.iter().enumerate().map(of_town).collect()
}

#[test]
fn what_nobody_looked_at_is_not_taken_for_empty() {
    let labels = labels();
    let base: Vec<Document> = (TOWNS.iter().enumerate())
        .map(|(idx, town)| document(idx, format!("وصل الجنود إلى {town} ليلا\n"), &[town]))
        .collect();
    let mut settings = RetrainSettings {
        train: TrainSettings::new("small"),
        warm_start: false,
        hold_out_every: 0,
    };
    settings.train.crf.lbfgs.max_iterations = 40;
    let check = |first_line_only, expected: &[&str]| {
        let reviewed = reviewed(first_line_only);
        let corpus = RetrainCorpus { base: &base, reviewed: &reviewed, labels: &labels };
        let new = retrain(corpus, None, &settings, &mut go_on).expect("entities");
        assert!(new.comparison.is_none());
        assert_eq!(found(&tagger(&new.bytes), "وصل الجنود إلى معردبسة ليلا"), expected);
    };
    check(true, &["معردبسة"]);
    check(false, &[]);
}

#[test]
fn a_warm_start_ends_sooner_and_is_compared() {
    let labels = labels();
    let documents = repeated(TOWNS);
    let cold =
        train(&documents, &labels, &TrainSettings::new("small"), &mut go_on).expect("entities");
    let current = tagger(&cold.bytes);
    let reviewed: Vec<ReviewedDocument> =
        repeated(&["سرمين", "بنش", "تفتناز", "طعوم", "معرتمصرين"])
            .into_iter()
            .map(|document| ReviewedDocument { document, reviewed: None })
            .collect();
    let corpus = RetrainCorpus { base: &documents, reviewed: &reviewed, labels: &labels };
    let mut settings = RetrainSettings::from_model(current.model());
    settings.train.crf.lbfgs.max_iterations = 150;
    let new = retrain(corpus, Some(&current), &settings, &mut go_on).expect("entities");
    assert!(new.report.n_iterations < cold.report.n_iterations, "{:?}", new.report);
    let comparison = new.comparison.expect("documents were kept back");
    // By the checksums of their texts.
    assert_eq!(comparison.n_documents, 9);
    assert!(comparison.before.is_some());
    let again = retrain(corpus, Some(&current), &settings, &mut go_on).expect("entities");
    assert!(again.bytes == new.bytes);
    let cancelled = retrain(corpus, Some(&current), &settings, &mut |_| ControlFlow::Break(()));
    assert!(matches!(cancelled, Err(TrainError::Cancelled)));
}

#[test]
fn a_model_of_another_scheme_is_no_start() {
    let labels = labels();
    let documents = repeated(TOWNS);
    for (old, new) in [(TagScheme::Bioes, TagScheme::Iob2), (TagScheme::Iob2, TagScheme::Bioes)] {
        let trained = |scheme| {
            let settings = TrainSettings { scheme, ..TrainSettings::new("small") };
            train(&documents, &labels, &settings, &mut go_on).expect("entities")
        };
        let current = tagger(&trained(old).bytes);
        let corpus = RetrainCorpus { base: &documents, reviewed: &[], labels: &labels };
        let train = TrainSettings { scheme: new, ..TrainSettings::new("small") };
        let settings = RetrainSettings { train, warm_start: true, hold_out_every: 0 };
        let again = retrain(corpus, Some(&current), &settings, &mut go_on).expect("entities");
        assert!(again.bytes == trained(new).bytes, "{old:?} to {new:?}");
    }
}

#[test]
fn a_model_that_is_trained_again_keeps_its_names_and_second_pass() {
    let labels = labels();
    let documents = repeated(TOWNS);
    let settings = TrainSettings { second_pass: true, ..TrainSettings::new("small") };
    let trained = train(&documents, &labels, &settings, &mut go_on).expect("entities");
    let current = tagger(&trained.bytes);
    let corpus = RetrainCorpus { base: &documents, reviewed: &[], labels: &labels };
    let settings = RetrainSettings::from_model(current.model());
    let new = retrain(corpus, Some(&current), &settings, &mut go_on).expect("entities");
    let unseen = "وقع هجوم قرب بلدة قمحانة أمس\nتحدث الرجل عن قمحانة طويلا\n";
    assert_eq!(found(&tagger(&new.bytes), unseen), ["قمحانة", "قمحانة"]);
}

#[test]
fn columns_of_tokens_and_tags_are_scored_row_by_row() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let rows: String = TOWNS
        .iter()
        .map(|town| format!("وقع O\nهجوم O\nفي O\nسوريا B-LOC\nو{town}\tB-LOC\nأمس O\n\n"))
        .collect();
    let (data, model) = (path("rows.txt"), path("m.tawsim"));
    std::fs::write(&data, rows).expect("the folder can be written");
    for edges in ["stems", "words"] {
        let run = tawsim(&["train", &data, "-o", &model, "--edges", edges, "-q"], b"");
        assert_eq!(run.code, 0, "{}", run.stderr);
        let run = tawsim(&["evaluate", &data, "--model", &model], b"");
        let scores = run.stdout.lines().find(|line| line.starts_with("LOC")).expect("a label");
        assert!(scores.contains(" 1.0000 1.0000 1.0000 "), "{edges}: {scores}");
    }
    let run = tawsim(
        &["train", &data, "-o", &model, "--warm-start", &model, "--holdout", "0.5", "-q"],
        b"",
    );
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    let run = tawsim(&["train", &data, "-o", &model, "-q", "--ablate", &data], b"");
    assert!(run.stdout.contains("character n-grams"), "{}{}", run.stdout, run.stderr);
    // What the table is to be made on is read before the training.
    std::fs::remove_file(&model).expect("it was written");
    let run = tawsim(&["train", &data, "-o", &model, "-q", "--ablate", &path("none")], b"");
    assert_eq!((run.code, Path::new(&model).exists()), (1, false), "{}", run.stderr);
}

#[test]
fn rows_that_cannot_be_read_are_told_of() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let sentence = "وقع O\nهجوم O\nفي O\nحلب B-PLACE\n\n";
    for name in ["gold/1.conll", "gold/more/2.bio"] {
        std::fs::create_dir_all(folder.path().join(name).parent().expect("a folder"))
            .expect("a folder");
        std::fs::write(folder.path().join(name), format!("{sentence}حلب B:PLACE\n\n{sentence}"))
            .expect("the folder can be written");
    }
    let (gold, model) = (path("gold"), path("m.tawsim"));
    let check = |args: &[&str]| {
        let run = tawsim(args, b"");
        assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
        for place in ["1.conll, line 6: حلب B:PLACE", "more/2.bio, line 6: حلب B:PLACE"] {
            assert!(run.stderr.contains(place), "{args:?}: {}", run.stderr);
        }
    };
    check(&["train", &gold, "-o", &model, "-q"]);
    check(&["evaluate", &gold, "--model", &model]);
    std::fs::write(path("gold/3.jsonl"), "{\"id\":\"3\",\"text\":\"في حلب\",\"entities\":[]}\n")
        .expect("the folder can be written");
    check(&["evaluate", &gold, "--model", &model]);
}

#[test]
fn options_of_a_warm_start_count_or_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (data, model, new) = (path("a.jsonl"), path("m.tawsim"), path("n.tawsim"));
    let mut lines = Vec::new();
    for document in repeated(TOWNS) {
        write_jsonl(&document, &labels(), &mut lines).expect("to memory");
    }
    std::fs::write(&data, lines).expect("a file");
    let first = tawsim(&["train", &data, "-o", &model, "-q", "--max-iterations", "3"], b"");
    assert_eq!(first.code, 0, "{first:?}");
    let again = |more: &[&str]| {
        let args = ["train", &data, "-o", &new, "--warm-start", &model, "--c2", "0.0001"];
        tawsim(&[&args, more].concat(), b"")
    };
    for option in
        [["--labels", "PLACE"], ["--edges", "words"], ["--seed", "2"], ["--ablate", &data]]
    {
        let run = again(&option);
        assert!(run.code == 2 && run.stderr.contains("cannot be used with"), "{option:?}: {run:?}");
    }
    let n_iterations = |more: &[&str]| {
        let run = again(more);
        assert_eq!(run.code, 0, "{more:?}: {run:?}");
        let line =
            run.stderr.lines().find(|line| line.contains(" iterations (")).expect("a report");
        line.split(' ').next().and_then(|n| n.parse::<usize>().ok()).expect("a number")
    };
    let noted = || {
        let info = tawsim(&["model", "info", &new, "--json"], b"").stdout;
        let info: serde_json::Value = serde_json::from_str(&info).expect("JSON");
        info["notes"]["max iterations"].as_str().expect("a note").to_owned()
    };
    for (option, expected) in [(&["--max-iterations", "2"][..], "2"), (&[], "60")] {
        assert!(n_iterations(option) <= expected.parse().expect("a number"));
        assert_eq!(noted(), expected, "{option:?}");
    }
    n_iterations(&["--max-iterations", "100"]);
    assert_eq!(noted(), "100");
    let most = again(&["--holdout", "0.9"]);
    let told =
        most.stdout.lines().find_map(|line| line.strip_prefix("after, on ")?.split_once(' '));
    let n_held_out = told.and_then(|(n, _)| n.parse::<usize>().ok()).expect("documents kept back");
    assert_eq!((most.code, n_held_out), (0, 18), "at most half of 40: {most:?}");
}

/// Keeps the state after every iteration.
#[derive(Default)]
struct InMemory(BTreeMap<usize, Vec<u8>>);

impl Checkpoints for InMemory {
    fn load(&self, stage: usize) -> Option<Vec<u8>> {
        self.0.get(&stage).cloned()
    }

    fn is_due(&mut self) -> bool {
        true
    }

    fn save(&mut self, stage: usize, bytes: &[u8]) {
        self.0.insert(stage, bytes.to_vec());
    }
}

#[test]
fn stopped_training_goes_on_to_the_same_bytes() {
    let (documents, labels) = (repeated(TOWNS), labels());
    let mut settings = TrainSettings::new("small");
    settings.second_pass = true;
    settings.n_folds = 2;
    settings.crf.lbfgs.max_iterations = 12;
    let whole = train(&documents, &labels, &settings, &mut go_on).expect("entities").bytes;
    for stop_at in [1, 7, 17, 30] {
        let mut kept = InMemory::default();
        let mut n_told = 0;
        let mut stop = |_: &TrainProgress| {
            n_told += 1;
            if n_told == stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let stopped = train_resumable(&documents, &labels, &settings, &mut stop, &mut kept);
        assert!(stopped.map_or(true, |model| model.bytes != whole), "{stop_at}");
        let resumed = train_resumable(&documents, &labels, &settings, &mut go_on, &mut kept);
        assert!(resumed.expect("entities").bytes == whole, "stopped at {stop_at}");
    }
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let (documents, labels) = (repeated(TOWNS), labels());
    let settings = TrainSettings::new("small");
    let mut kept = InMemory::default();
    train_resumable(&documents, &labels, &settings, &mut go_on, &mut kept).expect("entities");
    let check = |mut kept: InMemory, documents: &[Document]| {
        let refused = train_resumable(documents, &labels, &settings, &mut go_on, &mut kept);
        assert!(matches!(refused, Err(TrainError::Crf(_))), "{refused:?}");
    };
    check(InMemory([(0, b"damaged".to_vec())].into()), &documents);
    check(kept, &documents[1..]);
}
