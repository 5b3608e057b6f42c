//! How many keys a correction takes: a scripted annotator who knows the answer corrects what the
//! model found, with the commands that keys send, and the log of commands is counted.
//!
//! `cargo test -p tawsim-studio gestures -- --nocapture` prints the figures.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use tawsim_corpus::{JsonlReader, LabelSet};
use tawsim_store::{Options, Span};
use tawsim_tagger::{Tagger, TaggerScratch};

use crate::{
    App, Command, Edge, Step, Toward,
    app::{Decided, OpenDocument},
    redecoder::redecode,
    worker::model_version,
};

/// A key, or several, on the way to something: a caret jump by hint letters is three.
const HINT_KEYS: usize = 3;

/// What the document should hold.
type Gold = Vec<(Span, String)>;

/// The log of commands, shared with the app.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a session took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Figures {
    /// Entities that the model had right, and entities that it had not: wrong, too many, missed.
    accepted: usize,
    corrected: usize,
    /// Keys that accept, and all others.
    accept_keys: usize,
    correct_keys: usize,
}

/// Drives an app as somebody would who knows the answer.
struct Annotator {
    app: App,
    tagger: Tagger,
    model: String,
    scratch: TaggerScratch,
    gold: Gold,
    /// Keys beyond one a command.
    hint_keys: usize,
}

impl Annotator {
    fn press(&mut self, command: Command) {
        self.app.apply(command).expect("the command fits");
        if let Some(decided) = self.app.take_decided(&self.model) {
            let answer = redecode(&self.tagger, &self.model, &decided, &mut self.scratch);
            self.app.apply(answer).expect("suggestions are taken");
        }
    }

    fn document(&self) -> &OpenDocument {
        self.app.document().expect("a document is shown")
    }

    fn label_idx(&self, label: &str) -> usize {
        self.app.labels().iter().position(|known| known == label).expect("the project knows it")
    }

    fn is_right(&self, span: Span, label: &str) -> bool {
        self.gold.iter().any(|(gold, name)| *gold == span && name == label)
    }

    /// Places of annotations that are not as they should be.
    fn wrong(&self) -> Vec<usize> {
        let all = self.document().annotations().iter().enumerate();
        all.filter(|(_, a)| !self.is_right(a.span, &a.label)).map(|(idx, _)| idx).collect()
    }

    /// What should be there and has nothing in its place.
    fn missed(&self) -> Option<(Span, String)> {
        let free = |(span, _): &&(Span, String)| {
            !self.document().annotations().iter().any(|a| a.span.overlaps(*span))
        };
        self.gold.iter().find(free).cloned()
    }

    /// Corrects the document, then finishes it.
    fn work(&mut self) {
        for _ in 0..2_000 {
            let focus = self.document().focus();
            let wrong = self.wrong();
            match focus.filter(|idx| wrong.contains(idx)) {
                Some(idx) => self.correct(idx),
                None if !wrong.is_empty() => self.go_to_wrong(&wrong),
                None => match self.missed() {
                    Some((span, label)) => self.add(span, &label),
                    None => return self.press(Command::Finish),
                },
            }
        }
        panic!("the session does not end");
    }

    /// To a wrong annotation: over the others, over the doubtful ones, or by hint letters, whichever
    /// is the shortest way.
    fn go_to_wrong(&mut self, wrong: &[usize]) {
        let n = self.document().annotations().len();
        let Some(here) = self.document().focus() else {
            return self.press(Command::StepAnnotation(Toward::Later));
        };
        let ways = wrong.iter().map(|idx| {
            let (later, earlier) = ((idx + n - here) % n, (here + n - idx) % n);
            if later <= earlier { (later, Toward::Later) } else { (earlier, Toward::Earlier) }
        });
        let (n_steps, toward) = ways.min_by_key(|way| way.0).expect("something is wrong");
        let doubtful = self.doubtful_steps(wrong);
        if doubtful.unwrap_or(usize::MAX).min(n_steps) > HINT_KEYS {
            let byte = self.document().annotations()[wrong[0]].span.start();
            self.hint_keys += HINT_KEYS - 1;
            return self.press(Command::Point(byte));
        }
        match doubtful {
            Some(n_doubtful) if n_doubtful <= n_steps => {
                self.press(Command::StepDoubtful(Toward::Later));
            }
            _ => self.press(Command::StepAnnotation(toward)),
        }
    }

    /// How many presses of the key for doubtful ones lead to something wrong.
    fn doubtful_steps(&self, wrong: &[usize]) -> Option<usize> {
        let document = self.document();
        let n = document.annotations().len();
        let here = document.focus()?;
        let order = (1..=n).map(|step| (here + step) % n);
        let doubtful: Vec<usize> =
            order.filter(|idx| crate::app::is_doubtful(&document.annotations()[*idx])).collect();
        doubtful.iter().position(|idx| wrong.contains(idx)).map(|at| at + 1)
    }

    fn correct(&mut self, idx: usize) {
        let wrong = self.document().annotations()[idx].clone();
        let taken = |gold: Span| {
            let others = self.document().annotations().iter();
            others.clone().any(|a| a.id != wrong.id && a.span == gold)
        };
        let meant = self.gold.iter().find(|(gold, _)| gold.overlaps(wrong.span) && !taken(*gold));
        let Some((gold, label)) = meant.cloned() else { return self.press(Command::Reject) };
        let moves = self.moves(wrong.span, gold);
        for (edge, toward, step) in moves {
            self.press(Command::MoveEdge { edge, toward, step });
        }
        let now = self.document().focused().map(|a| (a.span, a.label.clone()));
        match now {
            Some((span, name)) if span == gold && name == label => {}
            Some((span, _)) if span == gold => {
                let idx = self.label_idx(&label);
                self.press(Command::Label(idx));
            }
            // The edges could not be moved there: another annotation is in the way.
            _ => self.add(gold, &label),
        }
    }

    /// The moves of edges from one span to another: by segment as far as that goes, then by letter.
    fn moves(&self, from: Span, to: Span) -> Vec<(Edge, Toward, Step)> {
        let map = crate::snap::SegmentMap::new(self.document().text());
        let mut moves = Vec::new();
        let mut span = from;
        for edge in [Edge::End, Edge::Start] {
            let at = |span: Span| if edge == Edge::Start { span.start() } else { span.end() };
            while at(span) != at(to) && moves.len() < 40 {
                let toward = if at(span) < at(to) { Toward::Later } else { Toward::Earlier };
                let moved = map.moved(span, edge, toward);
                let passes = |moved: &Span| match toward {
                    Toward::Later => at(*moved) > at(to),
                    Toward::Earlier => at(*moved) < at(to),
                };
                let (moved, step) = match moved.filter(|moved| !passes(moved)) {
                    Some(moved) => (moved, Step::Segment),
                    None => {
                        let text = self.document().text();
                        let by = crate::snap::moved_by_character(text, span, edge, toward);
                        match by {
                            Some(moved) => (moved, Step::Character),
                            None => return moves,
                        }
                    }
                };
                span = moved;
                moves.push((edge, toward, step));
            }
        }
        moves
    }

    /// Marks the first word by hint letters, extends the mark, gives the label.
    fn add(&mut self, span: Span, label: &str) {
        let word = Command::MarkWord(span.start());
        self.hint_keys += HINT_KEYS - 1;
        self.press(word);
        while self.document().marked().is_some_and(|marked| marked.end() < span.end()) {
            self.press(Command::MoveMark { toward: Toward::Later, extend: true });
        }
        let idx = self.label_idx(label);
        self.press(Command::Label(idx));
        // The same name elsewhere in the document: offered, taken if all of it is right.
        let again = self.gold.iter().filter(|(gold, name)| {
            name == label
                && gold.slice(self.document().text()) == span.slice(self.document().text())
                && !self.document().annotations().iter().any(|a| a.span.overlaps(*gold))
        });
        if again.count() > 0 && self.document().focused().is_some_and(|a| a.span == span) {
            self.press(Command::FindSame { everywhere: false });
            let all_right = self.app.same().is_some_and(|same| {
                let chosen = same.groups.iter().filter(|group| group.is_chosen);
                chosen.flat_map(|g| &g.mentions).all(|m| self.is_right(m.span, label))
            });
            self.press(if all_right { Command::ApplySame } else { Command::Escape });
        }
    }
}

/// A session over one article.
fn session(name: &str, text: &str, gold: &Gold) -> Figures {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join(name).with_extension("txt"), text).expect("written");
    let log = Log::default();
    let app = App::new(Options::new("samar").seed(1), "samar").record_to(log.clone());
    let tagger = Tagger::bundled();
    let model = model_version(&tagger);
    let scratch = TaggerScratch::new();
    let mut annotator = Annotator { app, tagger, model, scratch, gold: gold.clone(), hint_keys: 0 };
    annotator.press(Command::Open(folder.path().to_owned()));
    let document = annotator.document().id();
    let untouched =
        Decided { document, text: text.into(), confirmed: Vec::new(), rejected: Vec::new() };
    let answer = redecode(&annotator.tagger, &annotator.model, &untouched, &mut annotator.scratch);
    annotator.press(answer);
    let n_wrong = annotator.wrong().len();
    let n_found = annotator.document().annotations().len();
    annotator.work();
    let confirmed = annotator.app.entities().expect("a document is shown");
    assert_eq!(confirmed.len(), gold.len(), "{name}: what was corrected is the gold annotation");
    count(&log, n_found - n_wrong, gold.len(), (n_wrong, annotator.hint_keys))
}

/// Reads the log: a command is a key, but for what no key sends.
fn count(
    log: &Log,
    n_right: usize,
    n_gold: usize,
    (n_wrong, hint_keys): (usize, usize),
) -> Figures {
    let bytes = log.0.lock().expect("no panic").clone();
    let lines = String::from_utf8(bytes).expect("JSON is UTF-8");
    // A missed entity that a wrong one stood for was counted with that.
    let n_missed = (n_gold - n_right).saturating_sub(n_wrong);
    let mut figures =
        Figures { accepted: n_right, corrected: n_wrong + n_missed, ..Figures::default() };
    for line in lines.lines() {
        let command: Command = serde_json::from_str(line).expect("the log holds commands");
        match command {
            Command::Open(_) | Command::Suggest { .. } => {}
            Command::Accept | Command::AcceptSentence | Command::AcceptAll | Command::Finish => {
                figures.accept_keys += 1;
            }
            _ => figures.correct_keys += 1,
        }
    }
    figures.correct_keys += hint_keys;
    figures
}

/// The articles of the gold standard: test data beside the repository, which no file of it holds.
fn gold() -> Option<Vec<(String, String, Gold)>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/gold");
    let folder = std::env::var_os("TAWSIM_GOLD").map_or(beside, PathBuf::from);
    let mut articles = Vec::new();
    let mut labels = LabelSet::new();
    for name in ["000", "003"] {
        let file = fs::File::open(folder.join(name).with_extension("jsonl")).ok()?;
        let read: Result<Vec<_>, _> =
            JsonlReader::new(io::BufReader::new(file), &mut labels).collect();
        for document in read.expect("the gold standard can be read") {
            let entities = document.entities.iter();
            let gold = entities.map(|e| (e.span, labels.name(e.label).to_owned())).collect();
            articles.push((document.id.clone(), document.text.clone(), gold));
        }
    }
    Some(articles)
}

#[test]
fn gestures_of_a_session() {
    let Some(articles) = gold() else {
        println!("skipped: there is no ../shared/gold beside the repository");
        return;
    };
    let mut sum = Figures::default();
    for (name, text, gold) in &articles {
        let figures = session(name, text, gold);
        println!("{name}: {figures:?}");
        sum.accepted += figures.accepted;
        sum.corrected += figures.corrected;
        sum.accept_keys += figures.accept_keys;
        sum.correct_keys += figures.correct_keys;
    }
    let each = |keys: usize, n: usize| keys as f64 / n.max(1) as f64;
    let per_accepted = each(sum.accept_keys, sum.accepted);
    let per_corrected = each(sum.correct_keys, sum.corrected);
    println!(
        "gestures per accepted entity {per_accepted:.2}, per corrected one {per_corrected:.2}"
    );
    assert!(per_accepted <= 0.25, "{per_accepted}");
}
