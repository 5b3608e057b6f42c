//! Decoding a document again under what was decided in it, on a thread of its own: whoever corrects
//! waits for this answer, not for the documents that the [`Worker`](crate::worker::Worker) tags.

use std::{
    collections::HashSet,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

use tawsim_store::{Span, mentioned_again};
use tawsim_tagger::{Decision, Tagger, TaggerScratch};

use crate::{
    Command, Found,
    app::Decided,
    worker::{found_of, model_version},
};

/// How long nothing more must be decided before the document is decoded: nobody sees it, and a long document is not
/// decoded again for every key of a burst.
const REST: Duration = Duration::from_millis(40);

/// The thread. It ends when this is dropped.
pub(crate) struct Redecoder {
    jobs: Sender<(u64, Decided)>,
    answers: Receiver<(u64, Vec<Command>)>,
    n_asked: u64,
}

impl Redecoder {
    /// Starts it; `notify` is called after each answer.
    pub(crate) fn start(tagger: Tagger, notify: impl Fn() + Send + 'static) -> Self {
        let (jobs, todo) = channel::<(u64, Decided)>();
        let (done, answers) = channel();
        thread::spawn(move || {
            let (mut scratch, model) = (TaggerScratch::new(), model_version(&tagger));
            while let Ok(job) = todo.recv() {
                // Of what comes in quick succession only the last is still true.
                let mut last = job;
                while let Ok(newer) = todo.recv_timeout(REST) {
                    last = newer;
                }
                let (number, decided) = last;
                let answer = redecode(&tagger, &model, &decided, &mut scratch);
                if done.send((number, answer)).is_err() {
                    break;
                }
                notify();
            }
        });
        Self { jobs, answers, n_asked: 0 }
    }

    /// Asks for a document; what was asked before is not wanted any more.
    pub(crate) fn ask(&mut self, decided: Decided) {
        self.n_asked += 1;
        // If the thread is gone, there are no more answers; the suggestions stay as they are.
        drop(self.jobs.send((self.n_asked, decided)));
    }

    /// The answer to what was asked last, once it is there.
    pub(crate) fn answer(&mut self) -> Vec<Command> {
        let last = self.answers.try_iter().last().filter(|(number, _)| *number == self.n_asked);
        last.map_or_else(Vec::new, |(_, answer)| answer)
    }
}

/// What is less likely than this is not offered. Of what the model had missed in 48 real articles that it was not
/// trained on, five sixths lay above it.
const MIN_ALTERNATIVE: f32 = 0.003;

/// What the model holds possible in the rest of the document, and what it suggests for it now.
pub(crate) fn redecode(
    tagger: &Tagger,
    model: &str,
    decided: &Decided,
    scratch: &mut TaggerScratch,
) -> Vec<Command> {
    let labels = tagger.labels();
    let label_of = |idx: &u16| labels.get(&decided.labels[usize::from(*idx)]);
    let entity = |(span, label): &(_, u16)| Decision::Entity(*span, label_of(label));
    let no_entity = |(span, label): &(_, u16)| Some(Decision::NoEntity(*span, label_of(label)?));
    let mut decisions: Vec<Decision> = decided.confirmed.iter().map(entity).collect();
    decisions.extend(decided.rejected.iter().filter_map(no_entity));
    let text = &decided.text;
    let (found, possible) =
        tagger.tag_with_alternatives(text, &decisions, MIN_ALTERNATIVE, scratch);
    let [found, possible] = [found, possible].map(|entities| {
        entities.iter().map(|entity| found_of(tagger, entity)).collect::<Vec<Found>>()
    });
    // Who rejects a suggestion has seen its words: other readings of them stay possible, none is suggested.
    let is_left = |found: &&Found| {
        !decided.rejected.iter().any(|(span, _)| span.overlaps(Span::new(found.start, found.end)))
    };
    let (suggested, dropped): (Vec<&Found>, Vec<&Found>) = found.iter().partition(is_left);
    let mut alternatives: Vec<Found> = possible.iter().chain(dropped).cloned().collect();
    remember(&mut alternatives, &decided.labels, &mentioned_again(text, &decided.confirmed));
    let document = decided.document;
    let mut answer = vec![Command::Consider { document, alternatives }];
    if decided.is_corrected {
        let (model, entities) = (model.to_owned(), suggested.into_iter().cloned().collect());
        answer.push(Command::Suggest { document, model, entities });
    }
    answer
}

/// Puts further mentions of confirmed names among the alternatives, surer than what the model alone says.
fn remember(alternatives: &mut Vec<Found>, labels: &[String], again: &[(Span, u16)]) {
    let label_of = |idx: &u16| labels[usize::from(*idx)].as_str();
    let is_again: HashSet<(u32, u32, &str)> =
        again.iter().map(|(span, label)| (span.start(), span.end(), label_of(label))).collect();
    alternatives.retain(|a| !is_again.contains(&(a.start, a.end, a.label.as_str())));
    alternatives.extend(again.iter().map(|(span, label)| {
        let (start, end) = (span.start(), span.end());
        Found { start, end, label: label_of(label).to_owned(), score: 1.0 }
    }));
}

#[cfg(test)]
mod tests {
    use tawsim_store::Options;

    use super::*;
    use crate::{App, Toward};

    /// What is shown, with `?` behind what is only suggested.
    fn shown(app: &App) -> Vec<String> {
        let document = app.document().expect("a document is shown");
        let line = |(idx, a): (usize, &tawsim_store::Annotation)| {
            let open = if a.state == tawsim_store::SpanState::Suggested { "?" } else { "" };
            format!("{} {}{open}", a.label, document.surface(idx))
        };
        document.annotations().iter().enumerate().map(line).collect()
    }

    #[test]
    fn what_was_confirmed_is_possible_again() {
        let text = "وصلت إلى زنقوطة ثم غادرت زنقوطة وقصفت بزنقوطة";
        let at = text.find("زنقوطة").expect("there");
        let first = Span::from_range(at..at + "زنقوطة".len()).expect("short");
        let decided = Decided {
            document: "0000000000000001".parse().expect("an id"),
            text: text.into(),
            labels: vec!["PERSON".to_owned()],
            confirmed: vec![(first, 0)],
            rejected: Vec::new(),
            is_corrected: false,
        };
        let answer = redecode(&Tagger::bundled(), "m", &decided, &mut TaggerScratch::new());
        let [Command::Consider { alternatives, .. }] = answer.as_slice() else {
            panic!("{answer:?}")
        };
        let sure = alternatives.iter().filter(|a| a.score == 1.0 && a.label == "PERSON");
        let starts: Vec<u32> = sure.map(|a| a.start).collect();
        let all: Vec<u32> = text.match_indices("زنقوطة").map(|(at, _)| at as u32).collect();
        assert_eq!(starts, all);
    }

    #[test]
    fn a_decision_changes_the_rest_and_the_focus_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let text = "قصفت طائرات حربية مدينة خان شيخون بريف إدلب الجنوبي.";
        std::fs::write(folder.path().join("1.txt"), text).expect("written");
        let mut app = App::new(Options::new("samar").seed(1), "samar");
        app.apply(Command::Open(folder.path().to_owned())).expect("opens");
        let (tagger, mut scratch) = (Tagger::bundled(), TaggerScratch::new());
        let model = model_version(&tagger);
        let document = app.document().expect("shown").id();
        let untouched = Decided {
            document,
            text: text.into(),
            labels: Vec::new(),
            confirmed: Vec::new(),
            rejected: Vec::new(),
            is_corrected: true,
        };
        let mut answer = |app: &mut App, decided: &Decided| {
            for command in redecode(&tagger, &model, decided, &mut scratch) {
                app.apply(command).expect("the answer fits");
            }
        };
        answer(&mut app, &untouched);
        assert_eq!(shown(&app), ["PLACE خان شيخون?", "PLACE إدلب?"]);
        // Only the second half of the name is confirmed: the first cannot stand as it was.
        let half = text.find("شيخون").expect("there") as u32;
        app.apply(Command::Mark(half, half + 1)).expect("marked");
        app.apply(Command::Label(1)).expect("labelled");
        let decided = app.take_decided(&model).expect("something was decided");
        assert!(app.take_decided(&model).is_none(), "it is asked for once");
        app.apply(Command::StepAnnotation(Toward::Later)).expect("stepped");
        let before = app.document().and_then(|d| d.focused().map(|a| a.id));
        answer(&mut app, &decided);
        let after = app.document().and_then(|d| d.focused().map(|a| a.id));
        assert_eq!(before, after, "what is suggested again keeps its id");
        let now = shown(&app);
        assert!(now.contains(&"PLACE شيخون".to_owned()), "{now:?}");
        assert!(!now.iter().any(|line| line.contains("خان شيخون")), "{now:?}");
        // Rejecting is a decision too; accepting is none that the model did not expect.
        app.apply(Command::Accept).expect("accepted");
        assert!(app.take_decided(&model).is_none());
    }

    #[test]
    fn only_the_last_answer_counts() {
        let tagger = Tagger::bundled();
        let mut redecoder = Redecoder::start(tagger, || {});
        let decided = |text: &str| Decided {
            document: "0000000000000001".parse().expect("an id"),
            text: text.into(),
            labels: Vec::new(),
            confirmed: Vec::new(),
            rejected: Vec::new(),
            is_corrected: true,
        };
        redecoder.ask(decided("قصف على حلب"));
        redecoder.ask(decided("قصف"));
        let answer = loop {
            let answer = redecoder.answer();
            if !answer.is_empty() {
                break answer;
            }
            thread::yield_now();
        };
        let [_, Command::Suggest { entities, .. }] = answer.as_slice() else {
            panic!("{answer:?}");
        };
        assert!(entities.is_empty());
    }
}
