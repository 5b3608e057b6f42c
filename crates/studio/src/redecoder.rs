//! Decoding a document again under what was decided in it, on a thread of its own: whoever corrects
//! waits for this answer, not for the documents that the [`Worker`](crate::worker::Worker) tags.

use std::{
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use tawsim_tagger::{Decision, Tagger, TaggerScratch};

use crate::{
    Command,
    app::Decided,
    worker::{found_of, model_version},
};

/// The thread. It ends when this is dropped.
pub(crate) struct Redecoder {
    jobs: Sender<(u64, Decided)>,
    answers: Receiver<(u64, Command)>,
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
                // Of what has piled up only the last is still true.
                let (number, decided) = todo.try_iter().last().unwrap_or(job);
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
    pub(crate) fn answer(&mut self) -> Option<Command> {
        let (number, answer) = self.answers.try_iter().last()?;
        (number == self.n_asked).then_some(answer)
    }
}

/// What the model suggests for the rest of the document.
pub(crate) fn redecode(
    tagger: &Tagger,
    model: &str,
    decided: &Decided,
    scratch: &mut TaggerScratch,
) -> Command {
    let labels = tagger.labels();
    let entity = |(span, label): &(_, String)| Decision::Entity(*span, labels.get(label));
    let no_entity =
        |(span, label): &(_, String)| Some(Decision::NoEntity(*span, labels.get(label)?));
    let mut decisions: Vec<Decision> = decided.confirmed.iter().map(entity).collect();
    decisions.extend(decided.rejected.iter().filter_map(no_entity));
    let found = tagger.tag_with(&decided.text, &decisions, scratch);
    let entities = found.iter().map(|entity| found_of(tagger, entity)).collect();
    Command::Suggest { document: decided.document, model: model.to_owned(), entities }
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
    fn a_decision_changes_the_rest_and_the_focus_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let text = "قصفت طائرات حربية مدينة خان شيخون بريف إدلب الجنوبي.";
        std::fs::write(folder.path().join("1.txt"), text).expect("written");
        let mut app = App::new(Options::new("samar").seed(1), "samar");
        app.apply(Command::Open(folder.path().to_owned())).expect("opens");
        let (tagger, mut scratch) = (Tagger::bundled(), TaggerScratch::new());
        let model = model_version(&tagger);
        assert!(app.take_decided(&model).is_none(), "nothing was decided");
        let document = app.document().expect("shown").id();
        let untouched =
            Decided { document, text: text.into(), confirmed: Vec::new(), rejected: Vec::new() };
        app.apply(redecode(&tagger, &model, &untouched, &mut scratch)).expect("suggested");
        assert_eq!(shown(&app), ["PLACE خان شيخون?", "PLACE إدلب?"]);
        // Only the second half of the name is confirmed: the first cannot stand as it was.
        let half = text.find("شيخون").expect("there") as u32;
        app.apply(Command::Mark(half, half + 1)).expect("marked");
        app.apply(Command::Label(1)).expect("labelled");
        let decided = app.take_decided(&model).expect("something was decided");
        assert!(app.take_decided(&model).is_none(), "it is asked for once");
        app.apply(Command::StepAnnotation(Toward::Later)).expect("stepped");
        let before = app.document().and_then(|d| d.focused().map(|a| a.id));
        app.apply(redecode(&tagger, &model, &decided, &mut scratch)).expect("suggested");
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
            confirmed: Vec::new(),
            rejected: Vec::new(),
        };
        redecoder.ask(decided("قصف على حلب"));
        redecoder.ask(decided("قصف"));
        let answer = loop {
            if let Some(answer) = redecoder.answer() {
                break answer;
            }
            thread::yield_now();
        };
        assert!(matches!(answer, Command::Suggest { entities, .. } if entities.is_empty()));
    }
}
