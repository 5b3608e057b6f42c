//! The program `tawsim-studio`.

mod arguments;

use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use arguments::{Arguments, Request};
use eframe::egui;
use tawsim_store::Options;
use tawsim_studio::{
    App, Command, Measurement, Sample, Session, TrainingFiles, Window, first_project, session_file,
    settings_file,
};
use tawsim_tagger::{Model, Tagger};

fn main() -> ExitCode {
    let user = std::env::var("USER").ok();
    let request = arguments::parse(std::env::args_os().skip(1), user);
    let outcome = match request {
        Ok(Request::Say(text)) => {
            say(&text);
            Ok(())
        }
        Ok(Request::Run(arguments)) => run(&arguments),
        Err(why) => Err(anyhow!(why)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "a program says why it ends")]
            {
                eprintln!("tawsim-studio: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Of the window, in points, where nobody says anything.
const SIZE: [f32; 2] = [1280.0, 800.0];

/// How the window begins. One that is measured does not wait for the beat of the screen.
fn window_options(size: [f32; 2], is_measured: bool) -> eframe::NativeOptions {
    let viewport = egui::ViewportBuilder::default()
        .with_title("Tawsim Studio")
        .with_app_id("org.tawsim.Studio")
        .with_icon(icon())
        .with_inner_size(size)
        .with_drag_and_drop(true);
    // Nothing here is a gradient; where there is no graphics card, noise on every point is a part of every frame.
    let mut options = eframe::NativeOptions { viewport, dithering: false, ..Default::default() };
    options.glow_options.vsync = !is_measured;
    options
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if let Some(log) = &arguments.replay {
        return replay(arguments, log);
    }
    // What is measured is made first, so that it is no part of the start.
    let is_whole = arguments.measure && arguments.open.is_none();
    let large = is_whole.then(|| open_large(arguments)).transpose()?;
    let sample = is_whole.then(Sample::new).transpose()?;
    let made = sample.as_ref().map(|sample| project_in(arguments, sample)).transpose()?;
    let start = std::time::Instant::now();
    let session_path = session_file().filter(|_| !arguments.no_session && !arguments.measure);
    let session = session_path.as_deref().and_then(Session::read).unwrap_or_default();
    let mut app = app_of(arguments, &session)?;
    if let Some(path) = made.as_ref().or(arguments.open.as_ref()) {
        app.apply(Command::Open(path.clone()))?;
    } else if session_path.is_some() {
        open_last(&mut app, &session);
    }
    session.restore(&mut app);
    let tagger = tagger_of(arguments)?;
    let files = TrainingFiles {
        with_base: !arguments.no_base,
        corpus: arguments.corpus.clone(),
        gazetteer: arguments.gazetteer.clone(),
    };
    let settings = arguments.settings.clone().or_else(settings_file);
    let settings = settings.filter(|_| !arguments.measure);
    let measurement = arguments.measure.then(|| Measurement::begin(start));
    let report = measurement.as_ref().map(Measurement::report);
    if let (Some(report), Some(took)) = (&report, large) {
        report.set_large(N_LARGE, took);
    }
    let size = arguments.size.or(session.size).unwrap_or(SIZE);
    let options = window_options(size, arguments.measure);
    let create = move |context: &eframe::CreationContext<'_>| {
        let mut window = Window::new(app);
        window.prepare(&context.egui_ctx);
        if let Some(tagger) = tagger {
            window = window.with_tagger(tagger, files, &context.egui_ctx);
        }
        if let Some(path) = settings {
            window = window.with_settings(path);
        }
        if let Some(path) = session_path {
            window = window.with_session(path);
        }
        if let Some(measurement) = measurement {
            window = window.with_measurement(measurement);
        }
        Ok(Box::new(window) as Box<dyn eframe::App>)
    };
    eframe::run_native("tawsim-studio", options, Box::new(create))
        .map_err(|error| anyhow!("cannot open a window: {error}"))?;
    if let Some(report) = report {
        say(&report.text());
    }
    Ok(())
}

/// Documents of the project whose opening is measured.
const N_LARGE: usize = 50_000;

/// How long a large project takes to open.
fn open_large(arguments: &Arguments) -> anyhow::Result<std::time::Duration> {
    let folder = Sample::large(N_LARGE)?;
    let project = project_in(arguments, &folder)?;
    let mut app = app_of(arguments, &Session::default())?;
    let start = std::time::Instant::now();
    app.apply(Command::Open(project))?;
    Ok(start.elapsed())
}

/// Makes a project of made-up documents.
fn project_in(arguments: &Arguments, sample: &Sample) -> anyhow::Result<std::path::PathBuf> {
    let mut app = app_of(arguments, &Session::default())?;
    app.apply(Command::Open(sample.path().to_owned()))?;
    let project = app.project().map(|project| project.dir().to_owned());
    Ok(project.expect("it was just made"))
}

/// What the desktop shows for the window.
fn icon() -> egui::IconData {
    let png = include_bytes!("../assets/icon.png");
    eframe::icon_data::from_png_bytes(png).expect("the icon of the program is a PNG")
}

/// Opens the project of the last session, or at the first start a few made-up articles. If that
/// cannot be, the window says what to do.
fn open_last(app: &mut App, session: &Session) {
    let first = || session.project.is_none().then(|| first_project().ok()).flatten();
    let last = session.project.clone().filter(|path| path.is_dir());
    if let Some(path) = last.or_else(first) {
        app.run(Command::Open(path));
    }
}

fn app_of(arguments: &Arguments, session: &Session) -> anyhow::Result<App> {
    let name = arguments.annotator.as_str();
    let language = arguments.language.or(session.language).unwrap_or_default();
    let dark = arguments.dark || session.dark.unwrap_or(false);
    let app = App::new(Options::new(name), name).with_look(language, dark);
    let Some(path) = &arguments.record else { return Ok(app) };
    let log = std::fs::OpenOptions::new().create(true).append(true).open(path);
    Ok(app.record_to(log.with_context(|| format!("cannot write {}", path.display()))?))
}

fn tagger_of(arguments: &Arguments) -> anyhow::Result<Option<Tagger>> {
    if arguments.no_model {
        return Ok(None);
    }
    let Some(path) = &arguments.model else { return Ok(Some(Tagger::bundled())) };
    let model = Model::open(path).with_context(|| format!("cannot use {}", path.display()))?;
    Ok(Some(Tagger::new(model)))
}

fn replay(arguments: &Arguments, log: &std::path::Path) -> anyhow::Result<()> {
    let mut app = app_of(arguments, &Session::default())?;
    if let Some(path) = &arguments.open {
        app.apply(Command::Open(path.clone()))?;
    }
    let file =
        std::fs::File::open(log).with_context(|| format!("cannot read {}", log.display()))?;
    app.replay(std::io::BufReader::new(file))?;
    say(&app.state()?);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is what the program was asked to print")]
fn say(text: &str) {
    println!("{text}");
}
