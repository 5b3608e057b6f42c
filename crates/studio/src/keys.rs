//! The keyboard: which key sends which command.
//!
//! Keys are places on the keyboard, named by what an English keyboard prints on them, so that they
//! work under an Arabic layout too.

use std::{path::PathBuf, sync::LazyLock};

use egui::{Key, Modifiers};

use crate::{
    Command, Edge, Step, Toward,
    hints::HintKind,
    language::{Phrase, phrases},
    panels::Purpose,
    sheets::SheetKind,
};

/// One line of the table of keys.
pub(crate) struct Binding {
    pub(crate) key: Key,
    pub(crate) modifiers: Modifiers,
    pub(crate) command: Deed,
    pub(crate) phrase: Phrase,
    /// Whether the phrase is said with "by letter".
    pub(crate) by_character: bool,
}

/// What a key does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Deed {
    /// Send this.
    Send(Command),
    /// Open the table of keys, or close it.
    ToggleHelp,
    /// Change the language.
    ToggleLanguage,
    /// Change between light and dark.
    ToggleTheme,
    /// Type into the search box.
    FocusSearch,
    /// Lay letters over words or annotations.
    Hint(HintKind),
    /// Take the alternative at this place of the list of what is in focus or marked.
    TakeAlternative(usize),
    /// Scroll the article by most of what is in view.
    Scroll(Toward),
    /// Scroll to the beginning or end of the article.
    ScrollToEnd(Toward),
    /// Let the key of this binding be set.
    Rebind(usize),
    /// Take the program's own keys again.
    ResetKeys,
    /// Open or close the panel of fonts and sizes.
    ShowAppearance(bool),
    /// Use the font of this file, or the program's own.
    UseFont(Option<PathBuf>),
    /// Ask for a path.
    AskPath(Purpose),
    /// Open a panel, or close it.
    Show(SheetKind),
    /// Open or close the training panel.
    ShowTraining(bool),
    /// Begin to train.
    Train,
    /// Use the model that was trained.
    AdoptModel,
    /// Cancel the training, or drop the model that was trained.
    DropModel,
}

impl Deed {
    /// Whether a key that is held down asks for it again and again. What decides on much at once is asked for once: a
    /// key that is held a moment too long would finish documents that nobody has read.
    pub(crate) const fn may_repeat(&self) -> bool {
        use Command as C;
        !matches!(
            self,
            Self::Send(
                C::Finish
                    | C::Reopen
                    | C::AcceptAll
                    | C::AcceptSentence
                    | C::ApplySame
                    | C::FindSame { .. }
            )
        )
    }
}

const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;
const CONTROL: Modifiers = Modifiers::COMMAND;

/// All keys, in the order of the table under F1.
pub(crate) static BINDINGS: LazyLock<Vec<Binding>> = LazyLock::new(|| {
    let mut all: Vec<Binding> = plain().into_iter().chain(edges()).collect();
    all.extend(window_keys());
    all
});

fn send(key: Key, modifiers: Modifiers, command: Command, phrase: Phrase) -> Binding {
    Binding { key, modifiers, command: Deed::Send(command), phrase, by_character: false }
}

fn plain() -> Vec<Binding> {
    use Command as C;
    use Toward::{Earlier, Later};
    use phrases as p;
    vec![
        send(Key::Space, NONE, C::Accept, p::DO_ACCEPT),
        send(Key::S, NONE, C::AcceptSentence, p::DO_ACCEPT_SENTENCE),
        send(Key::S, SHIFT, C::AcceptAll, p::DO_ACCEPT_ALL),
        send(Key::X, NONE, C::Reject, p::DO_REJECT),
        send(Key::Delete, NONE, C::Reject, p::DO_REJECT),
        send(Key::N, NONE, C::StepDoubtful(Later), p::DO_NEXT_DOUBTFUL),
        send(Key::N, SHIFT, C::StepDoubtful(Earlier), p::DO_PREVIOUS_DOUBTFUL),
        send(Key::ArrowDown, NONE, C::StepAnnotation(Later), p::DO_NEXT),
        send(Key::ArrowUp, NONE, C::StepAnnotation(Earlier), p::DO_PREVIOUS),
        send(Key::ArrowLeft, NONE, mark(Later, false), p::DO_WORD_LEFT),
        send(Key::ArrowRight, NONE, mark(Earlier, false), p::DO_WORD_RIGHT),
        send(Key::ArrowLeft, SHIFT, mark(Later, true), p::DO_EXTEND_LEFT),
        send(Key::ArrowRight, SHIFT, mark(Earlier, true), p::DO_EXTEND_RIGHT),
        send(Key::E, NONE, C::Enclose, p::DO_ENCLOSE),
        send(Key::Period, NONE, C::RepeatLabel, p::DO_REPEAT),
        send(Key::M, NONE, C::FlagFocus, p::FLAG),
        send(Key::M, SHIFT, C::FlagDocument, p::FLAG_DOCUMENT),
        send(Key::A, NONE, C::FindSame { everywhere: false }, p::DO_SAME),
        send(Key::A, SHIFT, C::FindSame { everywhere: true }, p::DO_SAME_PROJECT),
        send(Key::Enter, NONE, C::Finish, p::DO_FINISH),
        send(Key::Enter, SHIFT, C::Reopen, p::DO_REOPEN),
        send(Key::PageDown, NONE, C::StepDocument(Later), p::DO_NEXT_DOCUMENT),
        send(Key::PageUp, NONE, C::StepDocument(Earlier), p::DO_PREVIOUS_DOCUMENT),
        send(Key::G, NONE, C::OpenMostUseful, p::DO_MOST_USEFUL),
        send(Key::Z, CONTROL, C::Undo, p::UNDO),
        send(Key::Y, CONTROL, C::Redo, p::REDO),
        send(Key::Z, CONTROL.plus(SHIFT), C::Redo, p::REDO),
        send(Key::Escape, NONE, C::Escape, p::DO_ESCAPE),
        send(Key::Equals, CONTROL, C::Resize(1), p::DO_LARGER),
        send(Key::Minus, CONTROL, C::Resize(-1), p::DO_SMALLER),
    ]
}

const fn mark(toward: Toward, extend: bool) -> Command {
    Command::MoveMark { toward, extend }
}

/// The keys point as the edges go on the screen: later in the text is to the left.
fn edges() -> impl Iterator<Item = Binding> {
    let keys = [
        (Key::OpenBracket, Edge::Start, Toward::Later, phrases::DO_START_LEFT),
        (Key::CloseBracket, Edge::Start, Toward::Earlier, phrases::DO_START_RIGHT),
        (Key::Semicolon, Edge::End, Toward::Later, phrases::DO_END_LEFT),
        (Key::Quote, Edge::End, Toward::Earlier, phrases::DO_END_RIGHT),
    ];
    let steps = [(NONE, Step::Segment), (SHIFT, Step::Character)];
    keys.into_iter().flat_map(move |(key, edge, toward, phrase)| {
        steps.map(|(modifiers, step)| Binding {
            by_character: step == Step::Character,
            ..send(key, modifiers, Command::MoveEdge { edge, toward, step }, phrase)
        })
    })
}

fn window_keys() -> [Binding; 22] {
    let bind = |key, modifiers, command, phrase| Binding {
        key,
        modifiers,
        command,
        phrase,
        by_character: false,
    };
    [
        bind(Key::H, NONE, Deed::Hint(HintKind::Words), phrases::DO_HINT_WORDS),
        bind(Key::H, SHIFT, Deed::Hint(HintKind::Annotations), phrases::DO_HINT_ANNOTATIONS),
        bind(Key::V, NONE, Deed::Hint(HintKind::Alternatives), phrases::DO_HINT_ALTERNATIVES),
        bind(Key::ArrowDown, CONTROL, Deed::Scroll(Toward::Later), phrases::DO_SCROLL_DOWN),
        bind(Key::ArrowUp, CONTROL, Deed::Scroll(Toward::Earlier), phrases::DO_SCROLL_UP),
        bind(Key::Home, NONE, Deed::ScrollToEnd(Toward::Earlier), phrases::DO_TOP),
        bind(Key::End, NONE, Deed::ScrollToEnd(Toward::Later), phrases::DO_BOTTOM),
        bind(Key::T, CONTROL, Deed::ShowAppearance(true), phrases::DO_APPEARANCE),
        bind(Key::F, CONTROL, Deed::FocusSearch, phrases::DO_SEARCH),
        bind(Key::O, CONTROL, Deed::AskPath(Purpose::Open), phrases::DO_OPEN),
        bind(Key::E, CONTROL, Deed::AskPath(Purpose::Export), phrases::DO_EXPORT),
        bind(Key::L, CONTROL, Deed::ShowTraining(true), phrases::DO_LEARN),
        bind(Key::K, NONE, Deed::Show(SheetKind::Linking), phrases::DO_LINK),
        bind(Key::C, NONE, Deed::Show(SheetKind::Comments), phrases::DO_COMMENT),
        bind(Key::R, CONTROL, Deed::Show(SheetKind::Review), phrases::DO_REVIEW),
        bind(Key::I, CONTROL, Deed::Show(SheetKind::Import), phrases::DO_IMPORT),
        bind(Key::E, CONTROL.plus(SHIFT), Deed::Show(SheetKind::Export), phrases::DO_EXPORT_AS),
        bind(Key::F4, NONE, Deed::Show(SheetKind::Guidelines), phrases::DO_GUIDELINES),
        bind(Key::F5, NONE, Deed::Show(SheetKind::Statistics), phrases::DO_STATISTICS),
        bind(Key::F1, NONE, Deed::ToggleHelp, phrases::DO_HELP),
        bind(Key::F2, NONE, Deed::ToggleLanguage, phrases::DO_LANGUAGE),
        bind(Key::F3, NONE, Deed::ToggleTheme, phrases::DO_THEME),
    ]
}

pub(crate) const DIGITS: [Key; 9] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
    Key::Num8,
    Key::Num9,
];

/// Whether a key was pressed for a panel that is open: by place, without modifiers, while nothing
/// is typed.
pub(crate) fn pressed(ui: &egui::Ui, wanted: Key) -> bool {
    let is_typing = ui.memory(|memory| memory.focused().is_some());
    !is_typing && pressed_anywhere(ui, wanted)
}

/// Whether a key was pressed, by place, without modifiers, also while something is typed.
pub(crate) fn pressed_anywhere(ui: &egui::Ui, wanted: Key) -> bool {
    let is_wanted = |event: &egui::Event| match event {
        egui::Event::Key { key, physical_key, pressed: true, modifiers, .. } => {
            physical_key.unwrap_or(*key) == wanted && modifiers.is_none()
        }
        _ => false,
    };
    ui.input(|input| input.events.iter().any(is_wanted))
}

/// Takes away an Enter that is held down: in a panel and on a button it chooses once each time that it is pressed. With
/// Shift it begins a line, again and again.
pub(crate) fn drop_held_enter(ui: &egui::Ui) {
    let is_held = |event: &egui::Event| match event {
        egui::Event::Key { key, physical_key, pressed: true, repeat: true, modifiers, .. } => {
            physical_key.unwrap_or(*key) == Key::Enter && !modifiers.shift
        }
        _ => false,
    };
    ui.input_mut(|input| input.events.retain(|event| !is_held(event)));
}

/// The digit that was pressed for a panel that is open.
pub(crate) fn digit_pressed(ui: &egui::Ui) -> Option<usize> {
    let digits = std::iter::once(Key::Num0).chain(DIGITS);
    digits.enumerate().find(|(_, key)| pressed(ui, *key)).map(|(digit, _)| digit)
}

/// What is printed on keys that egui names by a word.
pub(crate) const LEGENDS: [(&str, &str); 7] = [
    ("OpenBracket", "["),
    ("CloseBracket", "]"),
    ("Semicolon", ";"),
    ("Quote", "'"),
    ("Period", "."),
    ("Equals", "="),
    ("Minus", "-"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_bindings_share_a_key() {
        for (i, a) in BINDINGS.iter().enumerate() {
            for b in &BINDINGS[i + 1..] {
                let differ = a.key != b.key || a.modifiers != b.modifiers;
                assert!(differ, "{} and {}", a.phrase.en, b.phrase.en);
            }
        }
    }
}
