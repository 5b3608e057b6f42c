//! Function words whose cut is a convention, decided once.
//!
//! Treebanks differ here; the choice follows the majority of PADT, IAHLT and PUD. What grew
//! together stays whole (لأن, كما, مما, لقد, كذلك); a preposition before a demonstrative, `ما`, `من`
//! or `لا` is cut (لذلك, بما, لمن, بلا).

use crate::letters::Letters;
use crate::pattern::{Pattern, candidates};
use std::sync::LazyLock;

/// Words that take no pronoun; a blank is a cut. Alef is folded.
const WORDS: &str = "كما|مما|عما|فيما|ممن|عمن|فيمن|كي|لكي|لكيلا|كذلك|لقد|الا|بينما|عندما|حينما|\
    بعدما|ربما|لولا|لئلا|انما|كانما|لكن|لان|بلى|سوف|كلما|ليس|كيف|كل|هكذا|حيثما|مثلما|طالما|\
    ل ذلك|ب ذلك|ل هذا|ب هذا|ك هذا|ل هذه|ب هذه|ك هذه|ل تلك|ب تلك|ك تلك|ب ما|ل ما|ل ماذا|\
    ب ماذا|ل من|ب من|ب لا|ب ان|ب دون";

/// Stems that stay whole before a pronoun.
const STEMS: &str = "لان|لكن|كان|ان";

/// The pronouns that these stems take.
const PRONOUNS: &str = "ه|ها|هم|هما|هن|نا|ك|كم|ني";

/// Letters from which on a word takes ف: shorter ones would give words of their own
/// (فلان, فلكي, فكل).
const MIN_LETTERS_BEHIND_FEH: u32 = 4;

static TABLE: LazyLock<Vec<(Letters, Pattern)>> = LazyLock::new(table);

fn table() -> Vec<(Letters, Pattern)> {
    let forms = STEMS
        .split('|')
        .flat_map(|stem| PRONOUNS.split('|').map(move |pronoun| format!("{stem} {pronoun}")));
    let mut rows = Vec::new();
    for word in WORDS.split('|').map(String::from).chain(forms) {
        let n_letters = Letters::from_text(&word).map_or(0, Letters::len);
        rows.push(row(&word));
        rows.push(row(&format!("و {word}")));
        if n_letters >= MIN_LETTERS_BEHIND_FEH || word.starts_with("ان ") {
            rows.push(row(&format!("ف {word}")));
        }
    }
    rows.sort_unstable();
    rows
}

/// A word and its cut, from its parts.
fn row(parts: &str) -> (Letters, Pattern) {
    let lens = parts.split(' ').map(|part| Letters::from_text(part).map_or(0, Letters::len));
    let letters = Letters::from_text(parts).expect("function words are short");
    let mut found = Pattern::WHOLE;
    candidates(letters, |pattern| {
        if pattern.part_lens(letters).filter(|&len| len > 0).eq(lens.clone()) {
            found = pattern;
        }
    });
    (letters, found)
}

/// All words of the list with their cuts, sorted.
pub(super) fn words() -> &'static [(Letters, Pattern)] {
    &TABLE
}

/// The cut of a word of the list.
pub(super) fn cut(word: Letters) -> Option<Pattern> {
    let found = TABLE.binary_search_by_key(&word, |row| row.0).ok()?;
    Some(TABLE[found].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions() {
        let rows = [("لأن", 0, 0), ("ولأنه", 1, 1), ("وبما", 2, 0), ("فإنها", 1, 2), ("كما", 0, 0)];
        for (word, n_proclitics, n_suffix) in rows {
            let letters = Letters::from_text(word).expect("a short word");
            assert_eq!(cut(letters), Some(Pattern { n_proclitics, n_suffix }), "{word}");
        }
        assert_eq!(cut(Letters::literal("فلان")), None);
        assert!(words().windows(2).all(|rows| rows[0].0 < rows[1].0), "no word stands twice");
    }
}
