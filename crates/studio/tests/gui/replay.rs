//! A recorded session gives the same project without a window.

use tawsim_studio::{App, Command, Toward};

use super::support::{Log, folder, harness, open, options, press, suggestions};

#[test]
fn a_log_of_commands_gives_the_same_project() {
    let (first, second) = (folder(), folder());
    let log = Log::default();
    let mut app = open(first.path()).record_to(log.clone());
    let suggested = suggestions(&app);
    app.apply(suggested).expect("suggestions are taken");
    let mut window = harness(app);
    press(
        &mut window,
        "Space 2 Quote x ctrl+z Left shift+Left 5 a Enter Enter Left 1 ctrl+z ctrl+y",
    );
    let state = window.state().app().state().expect("a project is open");
    let bytes = log.bytes();

    let mut app = App::new(options(), "samar");
    app.apply(Command::Open(second.path().to_owned())).expect("the folder opens");
    app.replay(bytes.as_slice()).expect("the log is sound");
    assert_eq!(app.state().expect("a project is open"), state);
    let hash = |app: &App| app.project().expect("open").state_hash().expect("hashed");
    assert_eq!(hash(&app), hash(window.state().app()));
    assert!(state.contains("confirmed") && state.contains("1.txt done"), "{state}");
}

/// Ids are others in each project.
#[test]
fn the_state_does_not_depend_on_ids() {
    let state = |seed: u64| {
        let folder = folder();
        let mut app = App::new(options().seed(seed), "samar").wait_for_disk();
        app.apply(Command::Open(folder.path().to_owned())).expect("the folder opens");
        let suggested = suggestions(&app);
        app.apply(suggested).expect("suggestions are taken");
        // One place with two annotations: a rejected one and the right one.
        let reject = [Command::StepAnnotation(Toward::Later), Command::Reject];
        let label = [Command::Mark(11, 19), Command::Label(1)];
        for command in [reject.clone(), reject.clone(), reject, label].into_iter().flatten() {
            app.apply(command).expect("it is there");
        }
        app.state().expect("a project is open")
    };
    let first = state(0);
    assert!(first.contains("11 19 rejected") && first.contains("11 19 confirmed"), "{first}");
    assert!((1..16).all(|seed| state(seed) == first));
}

#[test]
fn what_was_done_is_there_after_a_restart() {
    let folder = folder();
    let mut window = super::support::window(folder.path());
    press(&mut window, "Space 2 Left 3");
    let state = window.state().app().state().expect("a project is open");
    drop(window);
    let mut app = open(folder.path());
    assert_eq!(app.state().expect("a project is open"), state);
    // The history is there too.
    app.apply(Command::Undo).expect("undo");
    assert_ne!(app.state().expect("a project is open"), state);
}

#[test]
fn a_bad_log_is_refused_with_its_line() {
    let mut app = App::new(options(), "samar");
    let error = app.replay("\"undo\"\n\"fly\"\n".as_bytes()).expect_err("no such command");
    assert!(error.to_string().starts_with("line 2"), "{error}");
}
