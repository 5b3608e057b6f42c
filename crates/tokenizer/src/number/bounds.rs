//! Words around a number that bound it: `أكثر من 300`, `لا يقل عددهم عن 20`, `خمسة مقاتلين على الأقل`.

use super::NumberValue;
use super::read::Reader;
use crate::letters::Letters;
use std::sync::LazyLock;

/// What an approximator makes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Above,
    Below,
    About,
}

use Bound::{About, Above, Below};

impl Bound {
    pub(super) fn apply(self, value: &mut NumberValue) {
        value.exact = false;
        match self {
            Above => value.max = f64::INFINITY,
            Below => value.min = 0.0,
            About => value.approximate = true,
        }
    }
}

/// Words right before a number.
const BEFORE: &[(&str, Bound)] = &[
    ("اكثر من", Above),
    ("ازيد من", Above),
    ("مايزيد عن", Above),
    ("مايزيد على", Above),
    ("فوق", Above),
    ("اقل من", Below),
    ("ما دون", Below),
    ("نحو", About),
    ("حوالي", About),
    ("حوالى", About),
    ("قرابة", About),
    ("زهاء", About),
    ("يقرب من", About),
    ("ما يقرب من", About),
    ("مايقرب من", About),
    ("مايقارب", About),
    ("بحدود", About),
    ("في حدود", About),
];

/// Verbs right before a number, with or without `ما` in front and a counted pronoun between:
/// `تجاوز عددهم 20`.
const VERBS: &[(&str, Bound)] = &[
    ("تجاوز تجاوزت يتجاوز تتجاوز تخطى يتخطى فاق فاقت يفوق تفوق", Above),
    ("لا_يتجاوز لا_تتجاوز لم_يتجاوز لم_تتجاوز لا_يتعدى لا_تتعدى لم_يتعد لا_يفوق", Below),
    ("ناهز يناهز تناهز قارب قاربت يقارب تقارب", About),
];
const COUNTED: &[&str] = &["عدد", "عدده", "عددها", "عددهم", "عددهن"];

/// Verbs with عن or على before a number, with or without one word between: `يزيد طوله عن 15`.
const VERBS_WITH_PREPOSITION: &[(&str, Bound)] = &[
    ("يزيد تزيد زاد زادت يربو تربو لا_يقل لا_تقل لم_يقل لم_تقل", Above),
    ("لا_يزيد لا_تزيد لم_يزد لم_تزد", Below),
];
const PREPOSITIONS: &[&str] = &["عن", "على"];
/// Stands for any one word in a pattern.
const ANY: &str = "*";

/// Words behind a number or its counted noun, or in front of it.
const BEHIND: &[(&str, Bound)] = &[
    ("على الاقل", Above),
    ("كحد ادنى", Above),
    ("او اكثر", Above),
    ("فاكثر", Above),
    ("فما فوق", Above),
    ("على الاكثر", Below),
    ("كحد اقصى", Below),
    ("او اقل", Below),
    ("تقريبا", About),
];

/// So many words may stand between a number and what bounds it from behind.
const MAX_WORDS_BETWEEN: usize = 3;

/// An approximator in front has at most this many words; one behind has at most two.
const MAX_WORDS: usize = 5;

/// The letters of the words of an approximator; no letters stand for any word.
type Pattern = (Vec<Letters>, Bound);

static BEFORE_TABLE: LazyLock<Vec<Pattern>> = LazyLock::new(before_table);
static BEHIND_TABLE: LazyLock<Vec<Pattern>> =
    LazyLock::new(|| BEHIND.iter().map(|(words, bound)| pattern(words, *bound)).collect());

/// The longest first.
fn before_table() -> Vec<Pattern> {
    let mut table: Vec<Pattern> =
        BEFORE.iter().chain(BEHIND).map(|(words, bound)| pattern(words, *bound)).collect();
    for (verb, bound) in one_by_one(VERBS) {
        let counted = COUNTED.iter().map(|word| format!("{verb} {word}"));
        push_with_ma(counted.chain([verb.clone()]), bound, &mut table);
    }
    for (verb, bound) in one_by_one(VERBS_WITH_PREPOSITION) {
        let forms = PREPOSITIONS
            .iter()
            .flat_map(|word| [format!("{verb} {word}"), format!("{verb} {ANY} {word}")]);
        push_with_ma(forms, bound, &mut table);
    }
    table.sort_by_key(|row| std::cmp::Reverse(row.0.len()));
    table
}

fn one_by_one(rows: &[(&str, Bound)]) -> impl Iterator<Item = (String, Bound)> {
    rows.iter().flat_map(|&(verbs, bound)| {
        verbs.split(' ').map(move |verb| (verb.replace('_', " "), bound))
    })
}

fn push_with_ma(forms: impl Iterator<Item = String>, bound: Bound, table: &mut Vec<Pattern>) {
    for form in forms {
        table.push(pattern(&form, bound));
        table.push(pattern(&format!("ما {form}"), bound));
    }
}

fn pattern(words: &str, bound: Bound) -> Pattern {
    let letters = |word| Letters::from_text(word).expect("words of approximators are short");
    (
        words
            .split(' ')
            .map(|word| if word == ANY { Letters::default() } else { letters(word) })
            .collect(),
        bound,
    )
}

/// The longest approximator that ends before the token `idx`, and the token at which it begins. What may
/// also stand behind a number is none before one that و joins to the last.
pub(super) fn before(reader: Reader<'_>, idx: usize, is_joined: bool) -> Option<(Bound, usize)> {
    let mut found = [None; MAX_WORDS];
    let n_before = idx.min(MAX_WORDS);
    for (n, place) in found[MAX_WORDS - n_before..].iter_mut().enumerate() {
        *place = reader.letters(idx - n_before + n);
    }
    found[MAX_WORDS - 1]?;
    let ends_before = |row: &&Pattern| stands(&row.0, &found[MAX_WORDS - row.0.len()..]);
    let (words, bound) = BEFORE_TABLE.iter().find(ends_before)?;
    let is_of_both = BEHIND_TABLE.iter().any(|row| row.0 == *words);
    (!is_joined || !is_of_both).then_some((*bound, idx - words.len()))
}

/// What bounds the number that ends before the token `next` from behind.
pub(super) fn behind(reader: Reader<'_>, next: usize) -> Option<Bound> {
    let mut found = [reader.letters(next), reader.letters(next + 1)];
    for idx in next..=next + MAX_WORDS_BETWEEN {
        if let Some((_, bound)) = BEHIND_TABLE.iter().find(|row| stands(&row.0, &found)) {
            return Some(*bound);
        }
        if found[0].is_none() || reader.item(idx).is_some() {
            return None;
        }
        found = [found[1], reader.letters(idx + 2)];
    }
    None
}

/// Whether these words, the first with or without proclitics, begin the run.
fn stands(words: &[Letters], run: &[Option<Letters>]) -> bool {
    words.len() <= run.len()
        && words.iter().zip(run).enumerate().rev().all(|(n, (word, found))| {
            found.is_some_and(|found| {
                found == *word || *word == Letters::default() || n == 0 && ends_with(found, *word)
            })
        })
}

/// Whether at most two proclitics stand before the word.
fn ends_with(found: Letters, word: Letters) -> bool {
    let n_letters = found.len().saturating_sub(word.len());
    let is_clitic = |at: u32| {
        let letter = found.skip(at).first(1);
        ["و", "ف", "ب", "ل", "ك"].iter().any(|clitic| letter == Letters::literal(clitic))
    };
    (1..=2).contains(&n_letters) && found.skip(n_letters) == word && (0..n_letters).all(is_clitic)
}
