//! Letters over every word or annotation in view: typing them goes there.

use std::ops::Range;

use egui::{Color32, Event, Key};

use crate::{Command, Language, keymap::Chord, text::Hint};

/// What the letters lie over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HintKind {
    /// Words, to mark one.
    Words,
    /// Annotations, to go to one.
    Annotations,
    /// The same, the least sure first.
    LeastSure,
    /// What the model holds possible, to take it.
    Alternatives,
    /// Words, to give one the label at this place of the label set.
    Label(usize),
}

/// A place in the text.
pub(crate) struct Place {
    pub(crate) range: Range<usize>,
    /// What is asked for by its letters, and what they are painted on.
    pub(crate) command: Command,
    pub(crate) color: Option<Color32>,
}

/// Keys of hints, those under the fingers first, with what an Arabic keyboard prints on them.
const KEYS: [(Key, char, char); 20] = [
    (Key::F, 'F', 'ب'),
    (Key::J, 'J', 'ت'),
    (Key::D, 'D', 'ي'),
    (Key::K, 'K', 'ن'),
    (Key::S, 'S', 'س'),
    (Key::L, 'L', 'م'),
    (Key::A, 'A', 'ش'),
    (Key::G, 'G', 'ل'),
    (Key::R, 'R', 'ق'),
    (Key::U, 'U', 'ع'),
    (Key::E, 'E', 'ث'),
    (Key::I, 'I', 'ه'),
    (Key::W, 'W', 'ص'),
    (Key::O, 'O', 'خ'),
    (Key::Q, 'Q', 'ض'),
    (Key::P, 'P', 'ح'),
    (Key::T, 'T', 'ف'),
    (Key::Y, 'Y', 'غ'),
    (Key::C, 'C', 'ؤ'),
    (Key::M, 'M', 'ة'),
];

/// How many places have a letter of their own.
pub(crate) const N_LETTERS: usize = KEYS.len();

/// Hints that are shown, and what has been typed of one.
pub(crate) struct Hints {
    kind: HintKind,
    places: Vec<Place>,
    /// How many keys each hint has.
    n_keys: usize,
    typed: Vec<usize>,
}

/// What a key did to the hints.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Typed {
    /// More keys are to come.
    More,
    /// The letters of one place are whole: this is asked for.
    Ask(Command),
    /// No hint begins so: they go away.
    Leave,
}

impl Hints {
    /// Hints for these places; `None` if there are none.
    pub(crate) fn new(kind: HintKind, places: Vec<Place>) -> Option<Self> {
        let mut n_keys = 1;
        while KEYS.len().pow(n_keys) < places.len() {
            n_keys += 1;
        }
        let n_keys = n_keys as usize;
        (!places.is_empty()).then_some(Self { kind, places, n_keys, typed: Vec::new() })
    }

    pub(crate) const fn kind(&self) -> HintKind {
        self.kind
    }

    /// Whether there are letters for this.
    pub(crate) fn asks_for(&self, command: &Command) -> bool {
        self.places.iter().any(|place| place.command == *command)
    }

    /// Leaves places out until each has a letter of its own.
    pub(crate) fn limited(mut self) -> Self {
        self.places.truncate(N_LETTERS);
        self.n_keys = 1;
        self
    }

    /// The keys of the hint at a place: digits of its number, the first one turning fastest, so
    /// that neighbours differ in what is typed first.
    fn keys_of(&self, place: usize) -> impl Iterator<Item = usize> {
        let digit = move |n: usize| place / KEYS.len().pow(n as u32) % KEYS.len();
        (0..self.n_keys).map(digit)
    }

    /// What is painted: the hints that begin with what was typed.
    pub(crate) fn shown(&self, language: Language) -> Vec<Hint> {
        let letter = |key: usize| match language {
            Language::English => KEYS[key].1,
            Language::Arabic => KEYS[key].2,
        };
        let hint = |place: usize| Hint {
            range: self.places[place].range.clone(),
            color: self.places[place].color,
            letters: self.keys_of(place).map(letter).collect(),
            n_typed: self.typed.len(),
        };
        self.begun().map(hint).collect()
    }

    /// The places whose letters begin with what was typed.
    fn begun(&self) -> impl Iterator<Item = usize> {
        let begins = |place: &usize| self.keys_of(*place).zip(&self.typed).all(|(a, b)| a == *b);
        (0..self.places.len()).filter(begins)
    }

    /// Takes a key press; `None` for what is no press.
    pub(crate) fn press(&mut self, event: &Event) -> Option<Typed> {
        let chord = Chord::pressed(event)?;
        let plain = |key: Key| chord == Chord::plain(key);
        let Some(key) = KEYS.iter().position(|(key, ..)| plain(*key)) else {
            return Some(Typed::Leave);
        };
        self.typed.push(key);
        let is_whole = self.typed.len() == self.n_keys;
        Some(match self.begun().next() {
            None => Typed::Leave,
            Some(place) if is_whole => Typed::Ask(self.places[place].command.clone()),
            Some(_) => Typed::More,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: Key) -> Event {
        let modifiers = egui::Modifiers::NONE;
        Event::Key { key, physical_key: Some(key), pressed: true, repeat: false, modifiers }
    }

    fn place(start: u32) -> Place {
        let range = start as usize..start as usize + 5;
        Place { range, command: Command::MarkWord(start), color: None }
    }

    #[test]
    fn every_place_can_be_reached_by_its_own_letters() {
        for n in [1_usize, 19, 20, 21, 399, 401] {
            let places = || (0..n).map(|i| place(i as u32 * 10)).collect();
            let hints = Hints::new(HintKind::Words, places()).expect("there are places");
            let shown = hints.shown(Language::English);
            let mut letters: Vec<String> = shown.iter().map(|hint| hint.letters.clone()).collect();
            letters.sort();
            letters.dedup();
            assert_eq!(letters.len(), n);
            for hint in shown {
                let mut hints = Hints::new(HintKind::Words, places()).expect("there are places");
                let mut last = Typed::More;
                for letter in hint.letters.chars() {
                    assert_eq!(last, Typed::More, "{n}");
                    let key = KEYS.iter().find(|(_, name, _)| *name == letter).expect("a key").0;
                    last = hints.press(&press(key)).expect("a press");
                }
                assert_eq!(last, Typed::Ask(Command::MarkWord(hint.range.start as u32)));
            }
        }
    }

    #[test]
    fn other_keys_leave() {
        let mut hints = Hints::new(HintKind::Words, vec![place(0), place(10)]).expect("two places");
        assert_eq!(hints.press(&press(Key::Escape)), Some(Typed::Leave));
        assert!(Hints::new(HintKind::Words, Vec::new()).is_none());
        let arabic: Vec<String> =
            hints.shown(Language::Arabic).into_iter().map(|hint| hint.letters).collect();
        assert_eq!(arabic, ["ب", "ت"]);
    }
}
