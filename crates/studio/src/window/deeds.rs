//! What keys and panels ask for, and how it is done.

use egui::{Event, Key, Modifiers, Ui};

use super::Window;
use crate::{
    Command,
    hints::{HintKind, Hints, Typed},
    keymap::Chord,
    keys::Deed,
    panels::{AppearancePanel, KeyChange, PathPanel},
    sheets::Sheet,
    text::Reach,
};

impl Window {
    pub(super) fn obey(&mut self, ui: &Ui) {
        if self.asked.is_empty() {
            return;
        }
        for deed in std::mem::take(&mut self.asked) {
            if let Some(command) = self.command_of(deed, ui.ctx()) {
                let is_letters = matches!(command, Command::Resize(_) | Command::Respace(_));
                self.app.run(command);
                if is_letters {
                    self.keep_letters();
                }
            }
        }
        self.prepare(ui.ctx());
    }

    /// The command that a deed amounts to; what concerns only the window is done here.
    pub(super) fn command_of(&mut self, deed: Deed, ctx: &egui::Context) -> Option<Command> {
        let settings = self.app.settings();
        match deed {
            Deed::Send(Command::Finish) if self.shows_training => {
                if let Some(deed) = self.learning.as_ref().and_then(|l| l.training.main_deed()) {
                    self.learn(&deed);
                }
            }
            // A key on the article does nothing while another panel covers it.
            Deed::Send(command) if self.covers_article() && command.is_for_article() => {}
            Deed::Hint(_) | Deed::TakeAlternative(_) if self.covers_article() => {}
            Deed::Send(command) => return Some(self.in_context(command)),
            Deed::ToggleHelp => return Some(Command::Help(!settings.help)),
            Deed::ToggleLanguage => return Some(Command::Speak(settings.language.other())),
            Deed::ToggleTheme => return Some(Command::Dark(!settings.dark)),
            Deed::Hint(kind) => self.hint(kind),
            Deed::Scroll(toward) => self.article.scroll(toward, Reach::Page),
            Deed::ScrollToEnd(toward) => self.article.scroll(toward, Reach::End),
            Deed::TakeAlternative(idx) => {
                let alternatives = self.app.document()?.alternatives_here();
                return Some(alternatives.get(idx)?.command());
            }
            Deed::Rebind(_) | Deed::ResetKeys | Deed::UseFont(_) => self.prefer(deed),
            Deed::ShowAppearance(shown) => {
                self.appearance = shown.then(|| AppearancePanel::new(&self.engine));
            }
            Deed::FocusSearch => self.documents.focus_search(),
            Deed::AskPath(purpose) => self.path = Some(PathPanel::new(&self.engine, purpose)),
            Deed::ShowTraining(shown) => self.shows_training = shown,
            Deed::Show(kind) => {
                let is_open = self.sheet.as_ref().is_some_and(|sheet| sheet.kind == kind);
                self.sheet = (!is_open).then(|| Sheet::open(kind, &self.engine, &self.app, ctx));
            }
            Deed::Train | Deed::AdoptModel | Deed::DropModel => self.learn(&deed),
        }
        None
    }

    /// Whether a panel lies over the article that leaves other keys to it.
    const fn covers_article(&self) -> bool {
        self.shows_training || self.appearance.is_some()
    }

    pub(super) fn learn(&mut self, deed: &Deed) {
        let Some(learning) = &mut self.learning else { return };
        match deed {
            Deed::Train => learning.train(&self.app),
            Deed::AdoptModel => learning.adopt(&self.app),
            _ => learning.drop_model(),
        }
    }

    /// While the table of keys waits for one, the next key that is pressed is it.
    pub(super) fn change_key(&mut self, ui: &Ui) -> bool {
        let Some(idx) = self.key_change.waits.filter(|_| self.app.settings().help) else {
            return false;
        };
        let pressed = ui.input(|input| input.events.iter().find_map(Chord::pressed));
        let Some(chord) = pressed else { return true };
        if chord == Chord::plain(Key::Escape) {
            self.key_change = KeyChange::default();
        } else if chord.is_fixed() {
            self.key_change.is_refused = true;
        } else {
            let exchanged = self.keymap.set(idx, chord);
            self.key_change = KeyChange { exchanged, ..KeyChange::default() };
            self.preferences.keys = self.keymap.settings();
            self.keep_preferences();
        }
        true
    }

    /// While letters lie over the text, keys type them.
    pub(super) fn type_hint(&mut self, ui: &Ui) -> bool {
        let Some(mut hints) = self.hints.take() else { return false };
        let events = ui.input(|input| input.events.clone());
        for event in &events {
            match hints.press(event) {
                None | Some(Typed::More) => {}
                Some(Typed::Leave) => return true,
                Some(Typed::Ask(command)) => {
                    self.asked.push(Deed::Send(command));
                    return true;
                }
            }
        }
        self.hints = Some(hints);
        true
    }

    /// Letters over what the model holds possible, as long as Alt is held; with Shift over what is annotated.
    pub(super) fn held_hints(&self, held: Modifiers) -> Option<Hints> {
        let theme = self.theme();
        let is_covered = self.sheet.is_some() || self.path.is_some() || self.covers_article();
        let is_held = held.alt && !held.command && !held.ctrl && !is_covered;
        let document = self.app.document().filter(|_| is_held)?;
        let kind = if held.shift { HintKind::LeastSure } else { HintKind::Alternatives };
        Some(Hints::new(kind, self.article.places(kind, (document, theme)))?.limited())
    }

    /// Alt with a letter asks for what the letter lies over. Keys that the user has set go first.
    pub(super) fn press_held_hint(&mut self, ui: &Ui) {
        let events = ui.input(|input| input.events.clone());
        for event in &events {
            let Event::Key { pressed: true, modifiers, .. } = event else { continue };
            if self.keymap.deed_of(event).is_some() {
                continue;
            }
            let Some(mut hints) = self.held_hints(*modifiers) else { continue };
            let mut plain = event.clone();
            if let Event::Key { modifiers, .. } = &mut plain {
                *modifiers = Modifiers::NONE;
            }
            if let Some(Typed::Ask(command)) = hints.press(&plain) {
                self.asked.push(Deed::Send(command));
            }
        }
    }

    pub(super) fn hint(&mut self, kind: HintKind) {
        let Some(document) = self.app.document() else { return };
        let theme = self.theme();
        let hints = Hints::new(kind, self.article.places(kind, (document, theme)));
        let is_limited = kind == HintKind::Alternatives;
        self.hints = if is_limited { hints.map(Hints::limited) } else { hints };
    }
}
