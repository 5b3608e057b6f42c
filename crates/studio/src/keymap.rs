//! Which key does what, as the user has set it.
//!
//! The bindings of [`BINDINGS`] stay; their keys can be others. In the settings an action is named
//! by what the English table calls it: `"Accept and go to the next": ["Space"]`.

use std::collections::BTreeMap;

use egui::{Event, Key, Modifiers};

use crate::{
    Command,
    hints::HintKind,
    keys::{BINDINGS, Binding, DIGITS, Deed, LEGENDS},
    language::{Language, phrases},
};

/// A key with the modifiers held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chord {
    key: Key,
    ctrl: bool,
    shift: bool,
    alt: bool,
}

/// The keys of all bindings, in their order; `None` for an action without a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keymap {
    chords: Vec<Option<Chord>>,
}

/// Actions by name, with their keys; only what differs from the program's own.
pub(crate) type KeySettings = BTreeMap<String, Vec<String>>;

impl Chord {
    const fn new(key: Key, modifiers: Modifiers) -> Self {
        let Modifiers { shift, alt, .. } = modifiers;
        Self { key, ctrl: modifiers.command || modifiers.ctrl, shift, alt }
    }

    /// A key alone.
    pub(crate) const fn plain(key: Key) -> Self {
        Self::new(key, Modifiers::NONE)
    }

    /// The chord of a key press, by its place on the keyboard.
    pub(crate) fn pressed(event: &Event) -> Option<Self> {
        let Event::Key { key, physical_key, pressed: true, modifiers, .. } = event else {
            return None;
        };
        Some(Self::new(physical_key.unwrap_or(*key), *modifiers))
    }

    /// As it is printed on the keys: `Ctrl+Shift+Z`, `[`.
    pub(crate) fn name(self) -> String {
        let mut name = String::new();
        for (held, prefix) in [(self.ctrl, "Ctrl+"), (self.shift, "Shift+"), (self.alt, "Alt+")] {
            name.push_str(if held { prefix } else { "" });
        }
        let key = self.key.name();
        let legend = LEGENDS.iter().find(|(name, _)| *name == key);
        name + legend.map_or(key, |(_, legend)| *legend).trim_start_matches("Arrow")
    }

    fn parse(name: &str) -> Option<Self> {
        let mut modifiers = Modifiers::NONE;
        let mut rest = name;
        while let Some((word, after)) = rest.split_once('+').filter(|(_, after)| !after.is_empty())
        {
            match word {
                "Ctrl" => modifiers = modifiers.plus(Modifiers::COMMAND),
                "Shift" => modifiers = modifiers.plus(Modifiers::SHIFT),
                "Alt" => modifiers = modifiers.plus(Modifiers::ALT),
                _ => return None,
            }
            rest = after;
        }
        let legend = LEGENDS.iter().find(|(_, legend)| *legend == rest);
        let key = Key::from_name(legend.map_or(rest, |(name, _)| *name))?;
        Some(Self::new(key, modifiers))
    }

    /// Keys that always do the same: digits give labels, with Alt they choose among alternatives, with Shift they
    /// label a word that is to be chosen; Escape leaves.
    pub(crate) fn is_fixed(self) -> bool {
        let is_free = self.ctrl || (self.shift && self.alt);
        self.key == Key::Escape || (!is_free && DIGITS.contains(&self.key))
    }
}

/// What a binding is called in the settings.
fn action(binding: &Binding) -> String {
    let phrase = binding.phrase.say(Language::English);
    if binding.by_character {
        phrases::BY_CHARACTER.with(Language::English, &[&phrase])
    } else {
        phrase.to_owned()
    }
}

fn defaults() -> impl Iterator<Item = Chord> {
    BINDINGS.iter().map(|binding| Chord::new(binding.key, binding.modifiers))
}

impl Default for Keymap {
    fn default() -> Self {
        Self { chords: defaults().map(Some).collect() }
    }
}

impl Keymap {
    /// The program's keys with the user's. What names no action or no key is passed over.
    pub(crate) fn of(settings: &KeySettings) -> Self {
        let mut map = Self::default();
        for (name, keys) in settings {
            let mut keys = keys.iter().filter_map(|key| Chord::parse(key));
            for (idx, _) in BINDINGS.iter().enumerate().filter(|(_, b)| action(b) == *name) {
                map.chords[idx] = keys.next();
            }
        }
        map
    }

    /// The actions whose keys are not the program's own.
    pub(crate) fn settings(&self) -> KeySettings {
        let mut settings = KeySettings::new();
        let own: Vec<Option<Chord>> = defaults().map(Some).collect();
        for (idx, binding) in BINDINGS.iter().enumerate() {
            if self.chords[idx] != own[idx] {
                settings.entry(action(binding)).or_default();
            }
        }
        for (binding, chord) in BINDINGS.iter().zip(&self.chords) {
            if let (Some(keys), Some(chord)) = (settings.get_mut(&action(binding)), chord) {
                keys.push(chord.name());
            }
        }
        settings
    }

    /// What a key press asks for.
    pub(crate) fn deed_of(&self, event: &Event) -> Option<Deed> {
        let chord = Chord::pressed(event)?;
        let digit = DIGITS.iter().position(|key| *key == chord.key);
        if let Some(digit) = digit.filter(|_| chord.is_fixed()) {
            return Some(match (chord.alt, chord.shift) {
                (true, _) => Deed::TakeAlternative(digit),
                (_, true) => Deed::Hint(HintKind::Label(digit)),
                _ => Deed::Send(Command::Label(digit)),
            });
        }
        let idx = self.holder(chord)?;
        Some(BINDINGS[idx].command.clone())
    }

    /// What a key press does: one that only says that the key is still held does what may be repeated.
    pub(crate) fn obeyed(&self, event: &Event) -> Option<Deed> {
        let is_held = matches!(event, Event::Key { repeat: true, .. });
        self.deed_of(event).filter(|deed| !is_held || deed.may_repeat())
    }

    /// The binding that a chord belongs to.
    pub(crate) fn holder(&self, chord: Chord) -> Option<usize> {
        self.chords.iter().position(|held| *held == Some(chord))
    }

    /// What the key of a binding is called; empty if it has none.
    pub(crate) fn name(&self, idx: usize) -> String {
        self.chords.get(idx).copied().flatten().map(Chord::name).unwrap_or_default()
    }

    /// The name of the first key that asks for a deed.
    pub(crate) fn key_of(&self, deed: &Deed) -> String {
        let of_deed = |(idx, binding): (usize, &Binding)| {
            Some(self.name(idx)).filter(|name| binding.command == *deed && !name.is_empty())
        };
        BINDINGS.iter().enumerate().find_map(of_deed).unwrap_or_default()
    }

    /// Gives a binding a key. If another one has it the two exchange theirs; that one is returned.
    pub(crate) fn set(&mut self, idx: usize, chord: Chord) -> Option<usize> {
        let holder = self.holder(chord).filter(|holder| *holder != idx);
        let old = self.chords[idx].replace(chord);
        if let Some(holder) = holder {
            self.chords[holder] = old;
        }
        holder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(name: &str) -> Event {
        let chord = Chord::parse(name).unwrap_or_else(|| panic!("{name} is a chord"));
        let mut modifiers = Modifiers::NONE;
        modifiers.command = chord.ctrl;
        modifiers.shift = chord.shift;
        modifiers.alt = chord.alt;
        let physical_key = Some(chord.key);
        Event::Key { key: Key::F20, physical_key, pressed: true, repeat: false, modifiers }
    }

    #[test]
    fn names_of_keys_can_be_read_back() {
        for chord in defaults() {
            assert_eq!(Chord::parse(&chord.name()), Some(chord), "{}", chord.name());
        }
        assert_eq!(Chord::parse("Ctrl+Alt+B").map(Chord::name).as_deref(), Some("Ctrl+Alt+B"));
        for bad in ["", "Hyper+X", "Ctrl+", "nothing"] {
            assert_eq!(Chord::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_key_that_is_taken_is_exchanged() {
        let mut map = Keymap::default();
        let idx = |deed: &Deed| BINDINGS.iter().position(|b| b.command == *deed).expect("bound");
        let (accept, reject) = (Deed::Send(Command::Accept), Deed::Send(Command::Reject));
        let x = Chord::parse("X").expect("a key");
        assert_eq!(map.set(idx(&accept), x), Some(idx(&reject)));
        assert_eq!(map.deed_of(&press("X")), Some(accept.clone()));
        assert_eq!(map.deed_of(&press("Space")), Some(reject.clone()));
        let free = Chord::parse("Ctrl+Alt+B").expect("a key");
        assert_eq!(map.set(idx(&accept), free), None);
        assert_eq!(map.deed_of(&press("X")), None);
        // What is written down is read back, and holds only what differs.
        let settings = map.settings();
        assert_eq!(settings["Accept and go to the next"], ["Ctrl+Alt+B"]);
        assert_eq!(settings["Reject or remove"], ["Space", "Delete"]);
        assert_eq!(settings.len(), 2);
        assert_eq!(Keymap::of(&settings), map);
        assert_eq!(map.key_of(&accept), "Ctrl+Alt+B");
        assert!(Keymap::default().settings().is_empty());
    }

    #[test]
    fn a_key_that_is_held_decides_once() {
        let mut map = Keymap::default();
        let check = |map: &Keymap, keys: &str, repeats: bool| {
            for name in keys.split_whitespace() {
                let mut event = press(name);
                assert!(map.obeyed(&event).is_some(), "{name}");
                let Event::Key { repeat, .. } = &mut event else { panic!("a key was pressed") };
                *repeat = true;
                assert_eq!(map.obeyed(&event).is_some(), repeats, "{name}");
            }
        };
        check(&map, "Enter Shift+Enter S Shift+S A Shift+A", false);
        check(&map, "Up Down Left Shift+Left [ ' Shift+; N PageDown Ctrl+Z Ctrl+Y Space 3", true);
        // It is the deed that counts, not the key.
        let finish = Deed::Send(Command::Finish);
        let idx = BINDINGS.iter().position(|b| b.command == finish).expect("bound");
        map.set(idx, Chord::parse("Down").expect("a key"));
        check(&map, "Down", false);
        check(&map, "Enter", true);
    }

    #[test]
    fn a_key_is_a_place_on_the_keyboard() {
        let map = Keymap::default();
        assert_eq!(map.deed_of(&press("X")), Some(Deed::Send(Command::Reject)));
        assert_eq!(map.deed_of(&press("Alt+X")), None);
        assert_eq!(map.deed_of(&press("3")), Some(Deed::Send(Command::Label(2))));
        assert_eq!(map.deed_of(&press("Shift+3")), Some(Deed::Hint(HintKind::Label(2))));
        assert_eq!(map.deed_of(&press("Alt+3")), Some(Deed::TakeAlternative(2)));
    }
}
