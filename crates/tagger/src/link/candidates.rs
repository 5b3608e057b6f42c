//! Which entries a surface may mean, by name alone.

use super::Linker;
use super::geo::Point;
use super::score::{Evidence, NameMatch, Part, name_value};
use super::words::{
    FOREIGN_WORDS, FURTHER_NATIONALITIES, KIND_PRIORS, LEADING_WORDS, NATIONALITIES, OMITTED_HEADS,
    ORDINALS, OTHER_KIND_PRIOR, STATE_HEADS, TITLES, TRAILING_WORDS,
};
use crate::NameStatus;
use crate::gazetteer::{EntriesView, Entry, NameFilter, NameHit, NameKeyer};

/// An entry that a name may mean.
#[derive(Clone, Debug)]
pub(crate) struct Candidate<'m> {
    pub entry: Entry<'m>,
    pub kind: &'m str,
    pub name: &'m str,
    /// The units it lies in.
    pub admin: Vec<&'m str>,
    /// Whether other places can lie in it.
    pub can_hold: bool,
    pub country: &'m str,
    pub point: Option<Point>,
    /// Whether it is an area: its point says little, what lies in it says more.
    pub is_area: bool,
    /// Whether it is a faction that others have under the same name: `الفرقة السابعة`.
    pub is_local_unit: bool,
    /// Whether the surface is a short form that is used where the entry is at home: `الجيش`, `الجماعة`.
    pub is_home_form: bool,
    pub status: NameStatus,
    pub evidence: Evidence,
    pub probability: f32,
}

/// The most candidates of a name that are looked at.
const MAX_CANDIDATES: usize = 24;
/// Factions are few and named with care, so a name that is found is mostly meant.
const FACTION_PRIOR: f32 = 0.8;
/// Kinds of factions that every army has.
pub(crate) const UNIT_KINDS: [&str; 6] =
    ["brigade", "command", "corps", "division", "service", "unit"];
/// Kinds of places that units are named after.
const HOLDERS: [&str; 5] = ["governorate", "district", "city", "town", "region"];
const AREAS: [&str; 6] = ["country", "territory", "governorate", "region", "sea", "river"];

impl<'m> Candidate<'m> {
    pub(crate) fn new(entry: Entry<'m>, status: NameStatus, name_value: f32) -> Self {
        let kind = entry.kind();
        let mut evidence = Evidence::default();
        evidence.set(Part::Name, name_value);
        evidence.set(Part::Kind, kind_prior(entry.class(), kind));
        Self {
            entry,
            kind,
            name: entry.name(),
            admin: entry.admin_path().collect(),
            can_hold: HOLDERS.contains(&kind),
            country: entry.country(),
            point: entry.degrees_e5().map(Point::new),
            is_area: AREAS.contains(&kind),
            is_local_unit: false,
            is_home_form: false,
            status,
            evidence,
            probability: 0.0,
        }
    }
}

impl Candidate<'_> {
    /// Lowers the value of its name: the surface and the name agree in part only.
    fn was_found_by_less(&mut self) {
        self.evidence.set(Part::Name, self.evidence.get(Part::Name) + CUT_VALUE);
    }
}

fn kind_prior(class: &str, kind: &str) -> f32 {
    if class == "faction" {
        return FACTION_PRIOR;
    }
    let found = KIND_PRIORS.iter().find(|(name, _)| *name == kind);
    found.map_or(OTHER_KIND_PRIOR, |(_, prior)| *prior)
}

/// What is added to the prior where only well-known places of a country are listed.
const OUTLINE_VALUE: f32 = 0.4;

/// Looks names up.
#[derive(Debug)]
pub(crate) struct CandidateFinder<'l> {
    keyer: NameKeyer,
    /// Countries of which only well-known places are listed, sorted.
    outlines: &'l [[u8; 2]],
    names: &'l NameFilter,
}

/// What is looked up: loosely folded words of a surface, without articles, beside the surface itself.
#[derive(Clone, Copy)]
pub(crate) struct Surface<'a> {
    pub text: &'a str,
    pub words: &'a [String],
}

impl<'l> CandidateFinder<'l> {
    /// A finder of names in the linker's gazetteer.
    pub(crate) fn new(linker: &'l Linker<'_>) -> Self {
        Self { keyer: NameKeyer::default(), outlines: &linker.outlines, names: &linker.names }
    }

    /// The candidates of a surface among the classes; the best match of each entry.
    pub(crate) fn find<'m>(
        &mut self,
        surface: Surface<'_>,
        classes: &[&str],
        entries: EntriesView<'m>,
    ) -> Vec<Candidate<'m>> {
        let mut found = self.look_up(surface.text, surface, classes, entries);
        for words in cuts(surface.words, classes) {
            if !found.is_empty() {
                break;
            }
            let cut = Surface { words, ..surface };
            found = self.look_up(&words.join(" "), cut, classes, entries);
            found.iter_mut().for_each(Candidate::was_found_by_less);
        }
        if classes.contains(&"faction") {
            for words in respelled(surface.words) {
                if !found.is_empty() {
                    break;
                }
                found = self.look_up(&words.join(" "), surface, classes, entries);
                found.iter_mut().for_each(Candidate::was_found_by_less);
            }
            self.add_national(surface, entries, &mut found);
            for head in OMITTED_HEADS {
                if !found.is_empty() {
                    break;
                }
                found =
                    self.look_up(&format!("{head} {}", surface.text), surface, classes, entries);
                found.iter_mut().for_each(Candidate::was_found_by_less);
            }
        }
        found
    }

    /// Adds what the surface means with an adjective of nationality behind it: `الجيش` is `الجيش اللبناني` in
    /// a Lebanese text. The countries of the document decide.
    fn add_national<'m>(
        &mut self,
        surface: Surface<'_>,
        entries: EntriesView<'m>,
        found: &mut Vec<Candidate<'m>>,
    ) {
        let is_word = |list: &[&str], word: &String| list.contains(&word.as_str());
        let is_general = surface.words.first().is_some_and(|word| is_word(STATE_HEADS, word))
            && !surface.words.iter().any(|word| is_word(TRAILING_WORDS, word));
        let adjectives = NATIONALITIES.iter().flat_map(|(_, adjectives)| adjectives);
        for adjective in adjectives.filter(|_| is_general) {
            let name = format!("{} {adjective}", surface.text);
            for mut candidate in self.look_up(&name, surface, &["faction"], entries) {
                candidate.status = NameStatus::Short;
                candidate.is_local_unit = true;
                candidate.evidence.set(Part::Name, NATIONAL_VALUE);
                candidate.evidence.set(Part::Kind, 0.0);
                if !found.iter().any(|known| known.entry == candidate.entry) {
                    found.push(candidate);
                }
            }
        }
    }

    pub(crate) fn look_up<'m>(
        &mut self,
        name: &str,
        surface: Surface<'_>,
        classes: &[&str],
        entries: EntriesView<'m>,
    ) -> Vec<Candidate<'m>> {
        let keys = self.keyer.keys(name);
        if !self.names.may_have(keys.loose) {
            return Vec::new();
        }
        let hits = entries.named(keys);
        let mut found: Vec<Candidate<'m>> = hits
            .filter(|hit| classes.contains(&hit.entry.class()))
            .map(|hit| self.candidate(hit, surface.words))
            .collect();
        found.sort_by(|a, b| {
            let value = |c: &Candidate<'_>| c.evidence.get(Part::Name) + c.evidence.get(Part::Kind);
            let by_entry = a.entry.entry_id().cmp(&b.entry.entry_id());
            value(b).total_cmp(&value(a)).then(by_entry)
        });
        let mut seen = Vec::new();
        found.retain(|candidate| {
            let id = candidate.entry.entry_id();
            let is_new = !seen.contains(&id);
            seen.push(id);
            is_new
        });
        found.truncate(MAX_CANDIDATES);
        found
    }

    fn candidate<'m>(&self, hit: NameHit<'m>, words: &[String]) -> Candidate<'m> {
        let found = NameMatch {
            status: hit.status,
            is_exact: hit.is_exact,
            is_canonical: hit.name == hit.entry.name(),
            n_words: words.len(),
        };
        let mut candidate = Candidate::new(hit.entry, hit.status, name_value(found));
        let code: Result<[u8; 2], _> = candidate.country.as_bytes().try_into();
        candidate.is_local_unit = hit.entry.class() == "faction"
            && UNIT_KINDS.contains(&candidate.kind)
            && is_name_of_many(words);
        if candidate.is_local_unit {
            candidate.evidence.set(Part::Kind, 0.0);
        }
        let is_foreign = words.iter().any(|word| FOREIGN_WORDS.contains(&word.as_str()));
        candidate.is_home_form = hit.status == NameStatus::Short && !is_foreign;
        let is_outlined = code.is_ok_and(|code| self.outlines.binary_search(&code).is_ok());
        if is_outlined && hit.entry.class() == "place" {
            let prior = candidate.evidence.get(Part::Kind);
            candidate.evidence.set(Part::Kind, prior + OUTLINE_VALUE);
        }
        candidate
    }
}

/// Whether others have such a unit too: it has a number (`الفرقة السابعة`), or its first word is one that every
/// state has (`حرس الحدود`), and no nationality.
fn is_name_of_many(words: &[String]) -> bool {
    let is_in = |list: &[&str], word: &String| list.contains(&word.as_str());
    let is_number =
        |word: &String| word.chars().any(|c| c.is_ascii_digit()) || is_in(ORDINALS, word);
    let is_national =
        |word: &String| is_in(TRAILING_WORDS, word) || is_in(FURTHER_NATIONALITIES, word);
    let is_common =
        words.first().is_some_and(|word| is_in(STATE_HEADS, word)) || words.iter().any(is_number);
    is_common && !words.iter().any(is_national)
}

/// Other spellings of a faction's name: without titles inside (`قوات المشير حفتر`), with the first word in the
/// singular (`الجيشان التركي`), with the other gender at the end (`قوات الأمن الأردني`).
fn respelled(words: &[String]) -> impl Iterator<Item = Vec<String>> {
    let is_title = |idx: usize| idx > 0 && TITLES.contains(&words[idx].as_str());
    let kept = (0..words.len()).filter(|idx| !is_title(*idx));
    let untitled: Vec<String> = kept.map(|idx| words[idx].clone()).collect();
    let with = |idx: Option<usize>, word: Option<String>| {
        let mut words = words.to_vec();
        let place = words.get_mut(idx?)?;
        *place = word?;
        Some(words)
    };
    let singular = with(Some(0), words.first().and_then(|word| singular(word)));
    let last = words.last();
    let other_gender = last.and_then(|word| match word.strip_suffix("يه") {
        Some(stem) => Some(format!("{stem}ي")),
        None => word.strip_suffix('ي').map(|stem| format!("{stem}يه")),
    });
    let other_gender = with(words.len().checked_sub(1), other_gender);
    let untitled = (untitled.len() < words.len()).then_some(untitled);
    [untitled, singular, other_gender].into_iter().flatten()
}

/// The singular of a dual: `جيشين`, `مقاومتان`.
fn singular(word: &str) -> Option<String> {
    let stem = word.strip_suffix("ين").or_else(|| word.strip_suffix("ان"))?;
    let stem = match stem.strip_suffix('ت') {
        Some(feminine) => format!("{feminine}ه"),
        None => stem.to_owned(),
    };
    (stem.chars().count() > 2).then_some(stem)
}

/// The value of the name where a nationality was added to the surface.
const NATIONAL_VALUE: f32 = 1.6;
/// What is added where words had to be left out of the surface or of the name.
const CUT_VALUE: f32 = -0.5;

/// The words without kind words in front, without adjectives behind, without both.
fn cuts<'w>(words: &'w [String], classes: &[&str]) -> impl Iterator<Item = &'w [String]> {
    let is_in = |word: Option<&String>, list: &[&str]| {
        word.is_some_and(|word| list.contains(&word.as_str()))
    };
    let leading = LEADING_WORDS.iter().find(|(class, _)| classes.contains(class));
    let n_leading = usize::from(is_in(words.first(), leading.map_or(&[], |(_, list)| list)));
    let n_trailing = usize::from(is_in(words.last(), TRAILING_WORDS));
    let one_side = [(n_leading, 0), (0, n_trailing)].into_iter().filter(|(a, b)| a + b > 0);
    let both = std::iter::once((n_leading, n_trailing)).filter(|(a, b)| a * b > 0);
    one_side
        .chain(both)
        .filter_map(move |(front, back)| words.get(front..words.len().checked_sub(back)?))
        .filter(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_may_be_left_out() {
        let words = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        let check = |class: &str, text: &str, expected: &[&str]| {
            let words = words(text);
            let found: Vec<String> = cuts(&words, &[class]).map(|rest| rest.join(" ")).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("place", "حلب", &[]);
        check("place", "مدينه حلب", &["حلب"]);
        check("place", "مطار تيفور عسكري", &["مطار تيفور"]);
        check("faction", "حركه نجبا عراقيه", &["نجبا عراقيه", "حركه نجبا", "نجبا"]);
        check("faction", "قوات سوريه", &["سوريه", "قوات"]);
    }
}
