//! The store at full size, held against its bars.
//!
//! `cargo bench -p tawsim-benches --bench store_scale` makes a project of 50,000 documents of 300
//! words with 500,000 spans, opens it in a fresh process, works in it, and prints each figure beside
//! its bar: what waits for the disk by the clock, what computes in time on a core. The process ends
//! with 1 if a bar is missed. `-- 5000` makes a tenth of it.

#![expect(clippy::print_stdout, reason = "what a bench prints is its result")]

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use tawsim_benches::peak_mib;
use tawsim_corpus::{Document, Entity, LabelSet};
use tawsim_store::{
    DocumentId, Edit, ImportOptions, LayerId, LayerKind, Mentions, Options, Project, Query, Span,
};

const N_WORDS: usize = 300;
const N_SPANS: usize = 10;
const N_SAMPLES: usize = 1000;

/// Stems that words are made of; rare ones carry a number.
const STEMS: [&str; 24] = [
    "قوات",
    "النظام",
    "داعش",
    "حلب",
    "إدلب",
    "ريف",
    "مدينة",
    "قصف",
    "مدفعي",
    "جوي",
    "على",
    "في",
    "من",
    "أدى",
    "إلى",
    "مقتل",
    "عنصر",
    "مدني",
    "جريح",
    "الجيش",
    "الحر",
    "فصائل",
    "معارك",
    "بلدة",
];

/// Numbers in a fixed order that looks random (Numerical Recipes' 64-bit generator).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(3_935_559_000_370_003_845).wrapping_add(2_691_343_689_449_507_681);
        ((self.0 >> 33) as usize) % n
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["work", dir] => work(Path::new(dir)),
        // Cargo passes `--bench` when it measures; without it the program only shows that it runs.
        [] if is_measured() => ended(run(50_000)),
        // A missed bar (1) says nothing of so few documents; a panic (101) does.
        [] => ended(run(200).map(|code| if code == 1 { 0 } else { code })),
        [n_documents] => ended(run(n_documents.parse().expect("a number of documents"))),
        _ => ExitCode::from(2),
    }
}

fn is_measured() -> bool {
    std::env::args().any(|arg| arg == "--bench")
}

fn ended(code: Option<i32>) -> ExitCode {
    if code == Some(0) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Makes a project and works in it in a fresh process; returns how that ended.
fn run(n_documents: usize) -> Option<i32> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dir = folder.path().join("project");
    let ((), time) = on_core(|| fill(&dir, n_documents));
    let bytes = std::fs::metadata(dir.join("project.db")).expect("it was made").len();
    println!("{n_documents} documents of {N_WORDS} words, {} spans", n_documents * N_SPANS);
    println!("{:<44} {:>9.1} s", "import with word index", time.as_secs_f64());
    println!("{:<44} {:>9.0} MB", "project.db", bytes as f64 / 1e6);
    let program = std::env::current_exe().expect("this program has a path");
    let child = Command::new(program).arg("work").arg(&dir).status().expect("it starts");
    child.code()
}

fn text(random: &mut Random) -> String {
    let mut text = String::with_capacity(N_WORDS * 12);
    for word in 0..N_WORDS {
        text.push_str(match (word, random.below(6)) {
            (0, _) => "",
            (_, 0) => " و",
            _ => " ",
        });
        text.push_str(STEMS[random.below(STEMS.len())]);
        if random.below(8) == 0 {
            text.push_str(&random.below(50_000).to_string());
        }
    }
    text
}

/// One span in every thirtieth word.
fn document(number: usize, random: &mut Random, labels: &LabelSet) -> Document {
    let mut document = Document::new(format!("{number:06}.txt"), text(random));
    let starts = document.text.match_indices(' ').map(|(at, _)| at + 1);
    let words: Vec<usize> = starts.step_by((N_WORDS - 1) / N_SPANS).take(N_SPANS).collect();
    for (idx, start) in words.into_iter().enumerate() {
        let end = document.text[start..].find(' ').map_or(document.text.len(), |len| start + len);
        let label = labels.at(idx % labels.len()).expect("below the number of labels");
        let span = Span::from_range(start..end).expect("a short text");
        document.entities.push(Entity { span, label, score: Some(0.5 + idx as f32 / 20.0) });
    }
    document
}

fn fill(dir: &Path, n_documents: usize) {
    let mut project = Project::create(dir, &Options::new("bench")).expect("a new folder");
    let layer = project.add_layer("bench", LayerKind::Annotator).expect("writable");
    let labels = LabelSet::from_names(["FACTION", "PLACE", "NUMBER"]).expect("names");
    let mut random = Random(1);
    let mut import = project.import(ImportOptions::into_layer(layer)).expect("writable");
    for number in 0..n_documents {
        let document = document(number, &mut random, &labels);
        import.add(&document, &labels).expect("writable");
    }
    import.finish().expect("room on disk");
}

/// Figures and whether they keep their bars.
#[derive(Default)]
struct Sheet {
    is_missed: bool,
}

impl Sheet {
    fn line(&mut self, what: &str, value: f64, unit: &str, bar: Option<(f64, bool)>) {
        let words = match bar {
            None => String::new(),
            Some((bar, is_lower_better)) => {
                let is_kept = if is_lower_better { value < bar } else { value >= bar };
                self.is_missed |= !is_kept;
                let sign = if is_lower_better { "<" } else { ">=" };
                format!("  {sign} {bar} {}", if is_kept { "kept" } else { "MISSED" })
            }
        };
        println!("{what:<44} {value:>9.1} {unit:<4}{words}");
    }

    fn below(&mut self, what: &str, value: f64, unit: &str, bar: f64) {
        self.line(what, value, unit, Some((bar, true)));
    }

    fn times(&mut self, what: &str, times: &mut [Duration], p99_bar: f64) {
        times.sort_unstable();
        let ms = |share: f64| {
            let idx = ((times.len() - 1) as f64 * share) as usize;
            times[idx].as_secs_f64() * 1e3
        };
        self.line(&format!("{what}, median"), ms(0.5), "ms", None);
        self.below(&format!("{what}, p99"), ms(0.99), "ms", p99_bar);
    }
}

/// Time by the clock: what waits for the disk is held against its bar by this.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// Time of this thread on a core: what only computes is held against its bar by this, so that other
/// programs do not count. By the clock where the system does not tell.
fn on_core<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let before = core_time();
    let (result, time) = timed(work);
    let after = core_time();
    (result, before.zip(after).map_or(time, |(before, after)| after - before))
}

/// Linux's own count, in nanoseconds.
fn core_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Everything that an annotator and a script do, in a process that did not make the project.
fn work(dir: &Path) -> ExitCode {
    let mut sheet = Sheet::default();
    let (project, time) = timed(|| Project::open(dir, &Options::new("bench")).expect("it opens"));
    let mut project = project;
    let layer = project.layer("bench").expect("readable").expect("it is there").id;
    let (rows, listing) = on_core(|| project.documents(layer).expect("readable"));
    sheet.below("open", ms(time), "ms", 1000.0);
    sheet.below("open and list all documents", ms(time + listing), "ms", 1000.0);
    sheet.below("peak memory after that", peak_mb(), "MB", 400.0);
    let ids: Vec<DocumentId> = rows.iter().map(|row| row.id).collect();
    let mut random = Random(7);
    sheet.times("switch to a document", &mut switches(&project, layer, &ids, &mut random), 50.0);
    sheet.times("edit acknowledged", &mut edits(&mut project, layer, &ids, &mut random), 25.0);
    sheet.times("undo acknowledged", &mut undos(&mut project), 25.0);
    searches(&project, layer, &mut sheet);
    copies(&project, &mut sheet);
    if sheet.is_missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn switches(
    project: &Project,
    layer: LayerId,
    ids: &[DocumentId],
    random: &mut Random,
) -> Vec<Duration> {
    let mut switch = || {
        let id = ids[random.below(ids.len())];
        timed(|| (project.document(id), project.document_row(id, layer))).1
    };
    (0..N_SAMPLES).map(|_| switch()).collect()
}

fn edits(
    project: &mut Project,
    layer: LayerId,
    ids: &[DocumentId],
    random: &mut Random,
) -> Vec<Duration> {
    let mut edit = |n: usize| {
        let document = ids[random.below(ids.len())];
        let stored = project.document(document).expect("it is there");
        let first = stored.annotations[0].id;
        let end = stored.text.find(' ').expect("many words");
        let edit = match n % 3 {
            0 => Edit::Relabel(first, ["PLACE", "NUMBER"][n % 2].to_owned()),
            1 => Edit::Accept(first),
            _ => Edit::AddSpan {
                document,
                layer,
                span: Span::from_range(0..end).expect("short"),
                label: ["PLACE", "NUMBER", "FACTION"][random.below(3)].to_owned(),
            },
        };
        timed(|| project.apply(&edit)).1
    };
    (0..N_SAMPLES).map(&mut edit).collect()
}

fn undos(project: &mut Project) -> Vec<Duration> {
    (0..200).map(|_| timed(|| project.undo().expect("there was work")).1).collect()
}

fn searches(project: &Project, layer: LayerId, sheet: &mut Sheet) {
    let label = |label: &str| Some(label.to_owned());
    let queries = [
        ("search, a word in every document", Query::text("وبالنظام")),
        ("search, a rare word", Query::text("حلب4242")),
        ("search, a phrase", Query::text("قوات النظام في حلب")),
        ("search, no such word", Query::text("قسطنطينية")),
        ("search, word and label", Query { label: label("PLACE"), ..Query::text("داعش") }),
        (
            "search, layer, label and score",
            Query {
                layer: Some(layer),
                label: label("PLACE"),
                max_score: Some(0.6),
                limit: 100,
                ..Query::default()
            },
        ),
    ];
    for (what, query) in queries {
        let mut times: Vec<Duration> =
            (0..5).map(|_| on_core(|| project.search(&query).expect("readable")).1).collect();
        times.sort_unstable();
        sheet.below(what, ms(times[2]), "ms", 100.0);
    }
    let mentions = Mentions { text: "حلب4242".to_owned(), layer, documents: None };
    let (_, time) = on_core(|| project.preview_mentions(&mentions).expect("readable"));
    sheet.below("preview of all mentions, a rare word", ms(time), "ms", 200.0);
    let mentions = Mentions { text: "داعش".to_owned(), ..mentions };
    let (found, time) = on_core(|| project.preview_mentions(&mentions).expect("readable"));
    let n_places: usize = found.groups.iter().map(|group| group.places.len()).sum();
    sheet.line(&format!("preview of {n_places} mentions"), ms(time), "ms", None);
}

fn copies(project: &Project, sheet: &mut Sheet) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (report, time) =
        on_core(|| project.export(&folder.path().join("export")).expect("room on disk"));
    let mb_per_s = report.n_bytes as f64 / 1e6 / time.as_secs_f64();
    sheet.line("export", mb_per_s, "MB/s", Some((50.0, false)));
    let (_, time) = on_core(|| project.state_hash().expect("readable"));
    sheet.line("state hash", time.as_secs_f64(), "s", None);
    let (_, time) = timed(|| project.back_up().expect("room on disk"));
    sheet.line("backup", time.as_secs_f64(), "s", None);
    let (report, time) = on_core(|| project.verify().expect("readable"));
    sheet.line("verify", time.as_secs_f64(), "s", None);
    assert!(report.is_ok(), "{:?}", report.problems);
    sheet.line("peak memory at the end", peak_mb(), "MB", None);
}

/// The largest memory that the process has had; 0 where the system does not tell.
fn peak_mb() -> f64 {
    peak_mib().unwrap_or(0.0) * (1024.0 * 1024.0 / 1e6)
}
