//! Letters over every word or annotation in view: typing them goes there.

use std::ops::Range;

use egui::{Event, Key};

use crate::{Language, keymap::Chord, text::Hint};

/// What the letters lie over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HintKind {
    /// Words, to mark one.
    Words,
    /// Annotations, to go to one.
    Annotations,
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

/// Hints that are shown, and what has been typed of one.
pub(crate) struct Hints {
    kind: HintKind,
    places: Vec<Range<usize>>,
    /// How many keys each hint has.
    n_keys: usize,
    typed: Vec<usize>,
}

/// What a key did to the hints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// More keys are to come.
    More,
    /// Go to the place that begins at this byte.
    Go(usize),
    /// No hint begins so: they go away.
    Leave,
}

impl Hints {
    /// Hints for these places; `None` if there are none.
    pub(crate) fn new(kind: HintKind, places: Vec<Range<usize>>) -> Option<Self> {
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
        let begins = |place: &usize| self.keys_of(*place).zip(&self.typed).all(|(a, b)| a == *b);
        let hint = |place: usize| Hint {
            range: self.places[place].clone(),
            letters: self.keys_of(place).map(letter).collect(),
            n_typed: self.typed.len(),
        };
        (0..self.places.len()).filter(begins).map(hint).collect()
    }

    /// Takes a key press; `None` for what is no press.
    pub(crate) fn press(&mut self, event: &Event) -> Option<Typed> {
        let chord = Chord::pressed(event)?;
        let plain = |key: Key| chord == Chord::plain(key);
        let Some(key) = KEYS.iter().position(|(key, ..)| plain(*key)) else {
            return Some(Typed::Leave);
        };
        self.typed.push(key);
        let shown = self.shown(Language::English);
        Some(match shown.as_slice() {
            [] => Typed::Leave,
            [only] if self.typed.len() == self.n_keys => Typed::Go(only.range.start),
            _ => Typed::More,
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

    #[test]
    fn every_place_can_be_reached_by_its_own_letters() {
        for n in [1_usize, 19, 20, 21, 399, 401] {
            let places: Vec<Range<usize>> = (0..n).map(|i| i * 10..i * 10 + 5).collect();
            let hints = Hints::new(HintKind::Words, places.clone()).expect("there are places");
            let shown = hints.shown(Language::English);
            let mut letters: Vec<String> = shown.iter().map(|hint| hint.letters.clone()).collect();
            letters.sort();
            letters.dedup();
            assert_eq!(letters.len(), n);
            for hint in shown {
                let mut hints =
                    Hints::new(HintKind::Words, places.clone()).expect("there are places");
                let mut last = Typed::More;
                for letter in hint.letters.chars() {
                    assert_eq!(last, Typed::More, "{n}");
                    let key = KEYS.iter().find(|(_, name, _)| *name == letter).expect("a key").0;
                    last = hints.press(&press(key)).expect("a press");
                }
                assert_eq!(last, Typed::Go(hint.range.start));
            }
        }
    }

    #[test]
    fn other_keys_leave() {
        let mut hints = Hints::new(HintKind::Words, vec![0..1, 2..3]).expect("two places");
        assert_eq!(hints.press(&press(Key::Escape)), Some(Typed::Leave));
        assert!(Hints::new(HintKind::Words, Vec::new()).is_none());
        let arabic: Vec<String> =
            hints.shown(Language::Arabic).into_iter().map(|hint| hint.letters).collect();
        assert_eq!(arabic, ["ب", "ت"]);
    }
}
