use crate::Span;
use crate::chars::{self, ALEF, ALEF_MAKSURA, Class, HAMZA, HEH, TEH_MARBUTA, YEH, class_of};

/// Which differences of spelling a normalised view forgets.
///
/// Start from one of the constants and change single switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NormalizeOptions {
    /// أ إ آ ٱ become ا.
    pub fold_alef: bool,
    /// ى at the end of a word becomes ي. Inside a word it stays: there it is a missing space.
    pub fold_yeh: bool,
    /// ة becomes ه.
    pub fold_teh_marbuta: bool,
    /// ؤ becomes و, ئ becomes ي, ء at the end of a word goes.
    pub fold_hamza: bool,
    /// Short vowels, tanwin, shadda, superscript alef and Quranic marks go.
    pub dediacritize: bool,
    /// Tatweel goes.
    pub drop_tatweel: bool,
    /// Bidi marks, joiners, soft hyphens and the byte order mark go.
    pub drop_invisible: bool,
    /// Presentation forms (U+FB50–FDFF, U+FE70–FEFC, nothing else) become their letters.
    pub fold_presentation_forms: bool,
    /// ٠–٩ and ۰–۹ become 0–9; ٫ ٬ ٪ become `.` `,` `%`.
    pub fold_digits: bool,
    /// Persian and Urdu twins of Arabic letters (ی ک ہ ە ھ) become the Arabic letter.
    pub fold_persian: bool,
    /// Every space character but the line ends becomes U+0020.
    pub fold_spaces: bool,
    /// All quotation marks become `"`, all dashes `-`.
    pub fold_quotes: bool,
}

impl NormalizeOptions {
    /// Everything stays.
    pub const NONE: Self = Self {
        fold_alef: false,
        fold_yeh: false,
        fold_teh_marbuta: false,
        fold_hamza: false,
        dediacritize: false,
        drop_tatweel: false,
        drop_invisible: false,
        fold_presentation_forms: false,
        fold_digits: false,
        fold_persian: false,
        fold_spaces: false,
        fold_quotes: false,
    };

    /// What does not change how a word is read: the input of a model.
    pub const MODEL_INPUT: Self = Self {
        dediacritize: true,
        drop_tatweel: true,
        drop_invisible: true,
        fold_presentation_forms: true,
        fold_persian: true,
        fold_spaces: true,
        ..Self::NONE
    };

    /// The key of gazetteers and lexicons.
    pub const MATCH_KEY: Self = Self {
        fold_alef: true,
        fold_yeh: true,
        fold_digits: true,
        fold_quotes: true,
        ..Self::MODEL_INPUT
    };

    /// The wider key, for a second look-up: ة as ه, hamza carriers as their letters.
    pub const LOOSE_KEY: Self =
        Self { fold_teh_marbuta: true, fold_hamza: true, ..Self::MATCH_KEY };

    /// What becomes of one char: `None` if it goes. `rest` is the text behind it.
    fn fold(&self, c: char, rest: &str) -> Option<char> {
        if c.is_ascii() {
            return Some(if self.fold_spaces && c == '\t' { ' ' } else { c });
        }
        match class_of(c) {
            Class::Mark if self.dediacritize && is_arabic_mark(c) => None,
            Class::Mark if self.drop_invisible && matches!(c, '\u{200c}' | '\u{200d}') => None,
            Class::Invisible if self.drop_invisible => None,
            Class::Tatweel if self.drop_tatweel => None,
            Class::Space if self.fold_spaces => Some(' '),
            Class::Digit if self.fold_digits => {
                chars::digit(c).map(|(value, _)| char::from(b'0' + value))
            }
            Class::Letter => self.fold_letter(c, rest),
            Class::Punctuation => Some(self.fold_punctuation(c)),
            _ => Some(c),
        }
    }

    /// [`Self::fold`] of a char by itself.
    #[cfg(feature = "hf")]
    pub(crate) fn fold_alone(&self, c: char) -> Option<char> {
        self.fold(c, "")
    }

    fn fold_letter(&self, c: char, rest: &str) -> Option<char> {
        let c = if self.fold_persian { twin(PERSIAN_TWINS, c) } else { c };
        match c {
            'أ' | 'إ' | 'آ' | 'ٱ' if self.fold_alef => Some(ALEF),
            ALEF_MAKSURA if self.fold_yeh && self.ends_word(rest) => Some(YEH),
            TEH_MARBUTA if self.fold_teh_marbuta => Some(HEH),
            'ؤ' if self.fold_hamza => Some('و'),
            'ئ' if self.fold_hamza => Some(YEH),
            HAMZA if self.fold_hamza && ends_word(rest) => None,
            _ => Some(c),
        }
    }

    /// Whether no letter follows that stays: with `fold_hamza`, ىء ends like ئ.
    fn ends_word(&self, rest: &str) -> bool {
        let behind_hamza = rest.strip_prefix(HAMZA).filter(|_| self.fold_hamza);
        ends_word(behind_hamza.unwrap_or(rest))
    }

    fn fold_punctuation(&self, c: char) -> char {
        let c = if self.fold_quotes { twin(QUOTES_AND_DASHES, c) } else { c };
        if self.fold_digits { twin(NUMBER_SIGNS, c) } else { c }
    }

    /// Calls `emit` for each char that `c` becomes.
    fn fold_each(&self, c: char, rest: &str, emit: &mut impl FnMut(char)) {
        if !(self.fold_presentation_forms && is_presentation_form(c)) {
            if let Some(folded) = self.fold(c, rest) {
                emit(folded);
            }
            return;
        }
        let mut letters = [' '; 18];
        let mut n_letters = 0;
        unicode_normalization::char::decompose_compatible(c, |letter| {
            // Isolated marks decompose to a space and the mark: the space was never there.
            if letter != ' ' && n_letters < letters.len() {
                letters[n_letters] = letter;
                n_letters += 1;
            }
        });
        for (idx, &letter) in letters[..n_letters].iter().enumerate() {
            let behind = if idx + 1 == n_letters { rest } else { "ا" };
            if let Some(folded) = self.fold(letter, behind) {
                emit(folded);
            }
        }
    }
}

/// Letters of other languages of the script that are the same letter to a reader of Arabic.
const PERSIAN_TWINS: &[(char, char)] = &[
    ('ی', 'ي'),
    ('ک', 'ك'),
    ('ہ', 'ه'),
    ('ە', 'ه'),
    ('ھ', 'ه'),
    ('ۀ', 'ه'),
    ('ے', 'ي'),
    ('ێ', 'ي'),
];

const QUOTES_AND_DASHES: &[(char, char)] = &[
    ('«', '"'),
    ('»', '"'),
    ('“', '"'),
    ('”', '"'),
    ('„', '"'),
    ('‟', '"'),
    ('‹', '"'),
    ('›', '"'),
    ('‘', '\''),
    ('’', '\''),
    ('‚', '\''),
    ('‐', '-'),
    ('‑', '-'),
    ('‒', '-'),
    ('–', '-'),
    ('—', '-'),
    ('―', '-'),
];

const NUMBER_SIGNS: &[(char, char)] = &[('٫', '.'), ('٬', ','), ('٪', '%')];

fn twin(rows: &[(char, char)], c: char) -> char {
    rows.iter().find(|row| row.0 == c).map_or(c, |row| row.1)
}

/// The marks of Arabic script; combining marks of other scripts are part of their letters.
fn is_arabic_mark(c: char) -> bool {
    matches!(c, '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6ed}'
        | '\u{897}'..='\u{8ff}')
}

pub(crate) fn is_presentation_form(c: char) -> bool {
    matches!(c, '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}') && class_of(c) == Class::Letter
}

/// Whether no letter follows before the end of the word; marks and tatweel are looked through.
fn ends_word(rest: &str) -> bool {
    let inner = |c: &char| matches!(class_of(*c), Class::Mark | Class::Tatweel | Class::Invisible);
    rest.chars().find(|c| !inner(c)).is_none_or(|c| class_of(c) != Class::Letter)
}

/// Appends the folded form of `raw` to `out`. Allocates nothing once `out` is large enough.
///
/// ```
/// use tawsim_tokenizer::{NormalizeOptions, fold_into};
/// let mut key = String::new();
/// fold_into("إدلـــب", &NormalizeOptions::MATCH_KEY, &mut key);
/// assert_eq!(key, "ادلب");
/// ```
pub fn fold_into(raw: &str, options: &NormalizeOptions, out: &mut String) {
    for (start, c) in raw.char_indices() {
        options.fold_each(c, &raw[start + c.len_utf8()..], &mut |folded| out.push(folded));
    }
}

/// A replacement of `source_start..source_end` by `start..end` of the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Edit {
    start: u32,
    end: u32,
    source_start: u32,
    source_end: u32,
    /// Up to here the deleted chars belong to the grapheme before them.
    attached_end: u32,
}

/// A normalised view of a text that knows where each part of it came from.
///
/// Folds of equal byte length need no bookkeeping; every other change is one entry of a sorted
/// list, so a clean text costs nothing beside its copy.
///
/// ```
/// use tawsim_tokenizer::{NormalizeOptions, Normalized, Span};
/// let source = "هجومِ شنّته";
/// let view = Normalized::new(source, &NormalizeOptions::MATCH_KEY);
/// assert_eq!(view.text(), "هجوم شنته");
/// let span = view.source_from_normalized(Span::new(0, 8));
/// assert_eq!(span.slice(source), "هجومِ");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Normalized {
    text: String,
    edits: Vec<Edit>,
    source_byte_len: u32,
}

impl Normalized {
    /// The view of `source`.
    ///
    /// # Panics
    /// If the text is longer than [`Span::MAX_TEXT_BYTES`].
    #[must_use]
    pub fn new(source: &str, options: &NormalizeOptions) -> Self {
        let mut view = Self::default();
        view.fill(source, options);
        view
    }

    /// Makes this the view of `source`, with the buffers it has.
    ///
    /// # Panics
    /// If the text is longer than [`Span::MAX_TEXT_BYTES`].
    pub fn fill(&mut self, source: &str, options: &NormalizeOptions) {
        assert!(source.len() <= Span::MAX_TEXT_BYTES, "a text holds at most 4 GiB");
        self.text.clear();
        self.edits.clear();
        self.source_byte_len = source.len() as u32;
        for (source_start, c) in source.char_indices() {
            let source_end = source_start + c.len_utf8();
            let start = self.text.len();
            let text = &mut self.text;
            options.fold_each(c, &source[source_end..], &mut |folded| text.push(folded));
            let end = self.text.len();
            if end - start != source_end - source_start || is_presentation_form(c) {
                self.push_edit(c, start as u32..end as u32, source_start as u32);
            }
        }
    }

    fn push_edit(&mut self, c: char, view: std::ops::Range<u32>, source_start: u32) {
        let source_end = source_start + c.len_utf8() as u32;
        let attached = matches!(class_of(c), Class::Mark | Class::Tatweel | Class::Letter);
        let attached_end = if attached { source_end } else { source_start };
        let deleted = view.is_empty();
        match self.edits.last_mut() {
            Some(last)
                if deleted && last.start == view.start && last.source_end == source_start =>
            {
                last.source_end = source_end;
                last.attached_end = last.attached_end.max(if attached { source_end } else { 0 });
            }
            _ => self.edits.push(Edit {
                start: view.start,
                end: view.end,
                source_start,
                source_end,
                attached_end,
            }),
        }
    }

    /// The normalised text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many places of the view differ in length from the source.
    #[must_use]
    pub fn n_edits(&self) -> usize {
        self.edits.len()
    }

    /// The span of the source that a span of the view stands for.
    ///
    /// It grows outwards over the marks and the tatweel behind its last letter, and over a ligature
    /// of which it covers a part; bidi marks and the like at its edges stay outside.
    /// Offsets past the end map to the end.
    #[must_use]
    pub fn source_from_normalized(&self, span: Span) -> Span {
        let start = self.source_start(span.start());
        let end = if span.is_empty() { start } else { self.source_end(span.end()) };
        Span::new(start.min(end), end)
    }

    fn source_start(&self, at: u32) -> u32 {
        let n_before = self.edits.partition_point(|edit| edit.start <= at);
        let Some(edit) = n_before.checked_sub(1).map(|idx| self.edits[idx]) else {
            return at.min(self.source_byte_len);
        };
        if at < edit.end {
            return edit.source_start;
        }
        (edit.source_end + (at - edit.end)).min(self.source_byte_len)
    }

    fn source_end(&self, at: u32) -> u32 {
        let n_before = self.edits.partition_point(|edit| edit.start < at);
        let end = match n_before.checked_sub(1).map(|idx| self.edits[idx]) {
            None => at,
            Some(edit) if at <= edit.end => edit.source_end,
            Some(edit) => edit.source_end + (at - edit.end),
        };
        let attached = self.edits.get(n_before).filter(|edit| edit.start == at && edit.end == at);
        attached.map_or(end, |edit| end.max(edit.attached_end)).min(self.source_byte_len)
    }
}
