//! Says what the annotation in focus refers to: candidates by digit, search by typing, new entries.

use egui::{Key, Ui};
use tawsim_tagger::GazetteerRecord;

use super::Gui;
use crate::{
    App, Command, Language,
    keys::{digit_pressed, pressed, pressed_anywhere},
    kinds::{kind_name, side_name},
    language::phrases,
    link::{Candidate, Facts, Linking, NIL, NO_GAZETTEER, gazetteer_of, value_text},
    text::{ButtonLook, Direction, LineInput, Row, TextEngine, isolated},
};

/// The panel, while it is open.
pub(crate) struct LinkingPanel {
    search: LineInput,
    value: LineInput,
    /// What was looked for last.
    wanted: String,
    /// Whether picking an entry also makes the surface one of its names.
    adds_alias: bool,
    is_new: bool,
    /// The value that was filled in; while it stands there nobody has typed.
    filled: String,
    /// What was typed and is no value.
    refused: Option<String>,
}

impl LinkingPanel {
    pub(crate) fn new(engine: &TextEngine) -> Self {
        Self {
            search: super::line_input(engine, Direction::RightToLeft),
            value: super::line_input(engine, Direction::LeftToRight),
            wanted: String::new(),
            adds_alias: false,
            is_new: true,
            filled: String::new(),
            refused: None,
        }
    }

    /// Draws it. Returns whether it is done.
    pub(crate) fn show(
        &mut self,
        ui: &mut Ui,
        gui: &mut Gui<'_>,
        (app, linking): (&App, Option<&Linking>),
    ) -> bool {
        let focused = app.document().and_then(|document| document.focused());
        let (Some(document), Some(focused)) = (app.document(), focused) else { return true };
        let surface = focused.span.slice(document.text());
        let title = phrases::LINK_TITLE.with(gui.language, &[&isolated(surface)]);
        let (style, ink) = (gui.bold(), ui.visuals().strong_text_color());
        gui.line(ui, |gui, ui| gui.engine.label(ui, &title, style, ink));
        let facts = linking.and_then(|linking| linking.facts(app)).cloned().unwrap_or_default();
        let done = if focused.label == "NUMBER" {
            let known = focused.value.clone().or_else(|| facts.value.clone());
            self.number(ui, gui, known)
        } else {
            self.entries(ui, gui, (&facts, linking), &focused.label)
        };
        let closed = gui.line(ui, |gui, ui| gui.button(ui, phrases::CLOSE, ButtonLook::Normal));
        done || closed
    }

    fn number(&mut self, ui: &mut Ui, gui: &mut Gui<'_>, known: Option<String>) -> bool {
        let known = known.unwrap_or_default();
        if self.filled != known && self.value.text() == self.filled {
            self.value.set_text(gui.engine, &known);
            self.filled.clone_from(&known);
        }
        let (width, hint) = (ui.available_width(), gui.say(phrases::VALUE_HINT));
        let response = self.value.ui(ui, gui.engine, width, hint);
        if std::mem::take(&mut self.is_new) {
            response.request_focus();
        }
        let entered = response.has_focus() && pressed_anywhere(ui, Key::Enter);
        let accepted =
            gui.line(ui, |gui, ui| gui.button(ui, phrases::ACCEPT_PATH, ButtonLook::Selected));
        let text = self.value.text();
        let mut done = false;
        if entered || accepted {
            // What came with a file and stands there as it came is left so.
            let value = if text.trim().is_empty() || text == known {
                Some(text.clone())
            } else {
                value_text(&text)
            };
            done = value.is_some();
            self.refused = (!done).then(|| text.clone());
            match value {
                Some(value) => gui.ask(Command::SetValue(Some(value))),
                None => response.request_focus(),
            }
        }
        if self.refused.as_ref() == Some(&text) {
            gui.line(ui, |gui, ui| gui.label(ui, gui.say(phrases::NO_VALUE)));
        }
        done
    }

    fn entries(
        &mut self,
        ui: &mut Ui,
        gui: &mut Gui<'_>,
        (facts, linking): (&Facts, Option<&Linking>),
        label: &str,
    ) -> bool {
        let (width, hint) = (ui.available_width(), gui.say(phrases::LINK_SEARCH));
        let response = self.search.ui(ui, gui.engine, width, hint);
        let is_typing = response.has_focus();
        let text = self.search.text();
        if let Some(linking) = linking.filter(|_| text != self.wanted) {
            linking.search(text.clone(), label.to_owned());
            self.wanted.clone_from(&text);
        }
        let found = linking.and_then(|linking| linking.found(&text));
        let shown =
            if text.trim().is_empty() { &facts.candidates[..] } else { found.unwrap_or_default() };
        let mut picked = list(ui, gui, shown);
        if is_typing {
            picked = picked.or_else(|| pressed_anywhere(ui, Key::Enter).then_some(0));
        } else {
            picked = picked.or_else(|| digit_pressed(ui)?.checked_sub(1));
            if pressed(ui, Key::Slash) {
                response.request_focus();
            }
            self.adds_alias ^= pressed(ui, Key::A);
        }
        let command = self.buttons(ui, gui, is_typing);
        let command = command.or_else(|| {
            let record = &shown.get(picked?)?.record;
            Some(link(record, self.adds_alias))
        });
        let Some(command) = command else { return false };
        gui.ask(command);
        true
    }

    /// What the buttons below the list, or their keys, ask for.
    fn buttons(&mut self, ui: &mut Ui, gui: &mut Gui<'_>, is_typing: bool) -> Option<Command> {
        let alias = if self.adds_alias { ButtonLook::Selected } else { ButtonLook::Normal };
        let (nil, new, clear) = gui.wrapped(ui, |gui, ui| {
            self.adds_alias ^= gui.button(ui, phrases::LINK_ALIAS, alias);
            let new = gui.button(ui, phrases::LINK_NEW, ButtonLook::Normal);
            let nil = gui.button(ui, phrases::LINK_NOT_LISTED, ButtonLook::Normal);
            (nil, new, gui.button(ui, phrases::LINK_CLEAR, ButtonLook::Normal))
        });
        let key = |key| !is_typing && pressed(ui, key);
        if nil || (!is_typing && digit_pressed(ui) == Some(0)) {
            let (entry, gazetteer) = (NIL.to_owned(), NO_GAZETTEER.to_owned());
            return Some(Command::SetLink { entry, gazetteer });
        }
        if new || key(Key::N) {
            return Some(Command::AddEntry);
        }
        (clear || key(Key::Delete)).then_some(Command::ClearLink)
    }
}

/// Draws the candidates. Which one was clicked.
fn list(ui: &mut Ui, gui: &mut Gui<'_>, candidates: &[Candidate]) -> Option<usize> {
    let mut clicked = None;
    let room = ui.ctx().content_rect().height() - 320.0;
    gui.scrolled(ui, ("entries", room), |gui, ui| {
        for (idx, Candidate { record, score }) in candidates.iter().enumerate() {
            let text = format!("{}  {}", idx + 1, name_of(record));
            let row = Row {
                note: &note_of(record, *score, gui.language),
                note_direction: gui.language.direction(),
                selected: idx == 0,
                name: &record.name,
                ..Row::new(&text, Direction::RightToLeft)
            };
            let style = gui.style();
            if gui.engine.row(ui, &row, style).clicked() {
                clicked = Some(idx);
            }
        }
        if candidates.is_empty() {
            gui.line(ui, |gui, ui| gui.weak(ui, gui.say(phrases::LINK_NONE)));
        }
    });
    clicked
}

/// The name with the first of the further ones, and where it lies.
fn name_of(record: &GazetteerRecord) -> String {
    let alias = record.names.split('|').map(|name| name.trim_start_matches(['?', '~']));
    let alias = alias.filter(|name| !name.is_empty()).take(2).collect::<Vec<_>>().join("، ");
    let mut text = record.name.clone();
    if !alias.is_empty() {
        text = format!("{text} ({alias})");
    }
    let admin = [&record.admin1, &record.admin2, &record.admin3];
    let mut path: Vec<&str> = admin.map(String::as_str).into();
    path.retain(|unit| !unit.is_empty());
    path.dedup();
    if path.is_empty() { text } else { format!("{text} · {}", path.join(" / ")) }
}

/// What it is, its code, its place on the map, how likely it is meant.
fn note_of(record: &GazetteerRecord, score: Option<f32>, language: Language) -> String {
    let kind = kind_name(&record.kind, language).to_owned();
    let side = side_name(&record.side, language).to_owned();
    // Numbers behind Latin letters would join them in an Arabic line, so the share comes first.
    let share = score.map_or(String::new(), |score| format!("{:.0} %", score * 100.0));
    let mut parts = vec![share, kind, side, record.country.clone(), record.pcode.clone()];
    if !record.lat.is_empty() {
        parts.push(format!("{}, {}", record.lat, record.lon));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

fn link(record: &GazetteerRecord, adds_alias: bool) -> Command {
    if adds_alias {
        return Command::AddAlias(record.id.clone());
    }
    let gazetteer = gazetteer_of(&record.id).to_owned();
    Command::SetLink { entry: record.id.clone(), gazetteer }
}
