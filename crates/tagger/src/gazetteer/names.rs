//! Names as keys: what two spellings must share to be the same name.

use tawsim_tokenizer::{NormalizeOptions, fold_into};
use twox_hash::XxHash3_64;

/// The two keys of a name, as the model file stores them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NameKeys {
    /// Of the spelling forgotten: articles, teh marbuta, hamza carriers, spaces.
    pub loose: u32,
    /// Of the folded name ([`NormalizeOptions::MATCH_KEY`]), words apart.
    pub exact: u32,
}

/// Computes keys. Holds buffers only.
#[derive(Debug, Default)]
pub(crate) struct NameKeyer {
    folded: String,
    key: String,
}

/// Words that are spelt in two ways, after loose folding.
const SPELLINGS: &[(&str, &str)] = &[
    ("ابي", "ابو"),
    ("ابا", "ابو"),
    ("ابن", "بن"),
    ("سوريه", "سوريا"),
    ("امريكيه", "اميركيه"),
    ("امريكي", "اميركي"),
    ("تله", "تل"),
    ("كوردي", "كردي"),
    ("كورديه", "كرديه"),
    ("كوردستان", "كردستان"),
    ("كوردستاني", "كردستاني"),
    ("ديموقراطي", "ديمقراطي"),
    ("ديموقراطيه", "ديمقراطيه"),
    ("ميلشيا", "ميليشيا"),
    ("مليشيا", "ميليشيا"),
    ("ميلشيات", "ميليشيات"),
    ("مليشيات", "ميليشيات"),
];

/// First words of names that are also written together with the next: `ديرالزور`, `عبدالرحمن`.
const JOINED_HEADS: &[&str] = &["دير", "عبد", "ابو", "عين", "راس", "بني"];

/// An article is left out where at least this many letters stay.
const MIN_LETTERS_BEHIND_ARTICLE: usize = 3;

impl NameKeyer {
    /// The keys of a name as it stands in a text.
    pub(crate) fn keys(&mut self, name: &str) -> NameKeys {
        self.folded.clear();
        fold_into(name, &NormalizeOptions::MATCH_KEY, &mut self.folded);
        self.key.clear();
        self.folded.make_ascii_lowercase();
        for word in words(&self.folded) {
            self.key.push(' ');
            self.key.push_str(word);
        }
        let exact = short_hash(&self.key);
        self.key.clear();
        self.push_loose(name);
        NameKeys { loose: short_hash(&self.key), exact }
    }

    /// Appends the text whose hash is the loose key to `out`. The loose key of words side by side is that of
    /// their texts side by side.
    pub(crate) fn push_loose_text(&mut self, name: &str, out: &mut String) {
        self.key.clear();
        self.push_loose(name);
        out.push_str(&self.key);
    }

    /// The loose key of a loose text.
    pub(crate) fn loose_key(text: &str) -> u32 {
        short_hash(text)
    }

    fn push_loose(&mut self, name: &str) {
        self.folded.clear();
        fold_into(name, &NormalizeOptions::LOOSE_KEY, &mut self.folded);
        self.folded.make_ascii_lowercase();
        // `الحو.ثيين` is written so against filters.
        self.folded.retain(|c| c != '.');
        for word in words(&self.folded) {
            let bare = without_article(word);
            let spelling = SPELLINGS.iter().find(|(other, _)| *other == bare);
            let (head, rest) = halves(spelling.map_or(bare, |(_, usual)| usual));
            self.key.push_str(head);
            self.key.push_str(rest);
        }
    }
}

/// Runs of letters and digits; quotation marks, dashes and underscores separate them.
pub(crate) fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !is_alphanumeric(c)).filter(|word| !word.is_empty())
}

/// As [`char::is_alphanumeric`], quickly for the letters of Arabic.
fn is_alphanumeric(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{64a}') || (c != ' ' && c.is_alphanumeric())
}

/// The word without its article, if enough of it stays.
pub(crate) fn without_article(word: &str) -> &str {
    let rest = word.strip_prefix("ال");
    rest.filter(|rest| rest.chars().count() >= MIN_LETTERS_BEHIND_ARTICLE).unwrap_or(word)
}

/// A word of two written together, without the article between them.
fn halves(word: &str) -> (&str, &str) {
    let parts = JOINED_HEADS.iter().find_map(|head| Some((*head, word.strip_prefix(head)?)));
    parts.map_or(("", word), |(head, rest)| (head, without_article(rest)))
}

/// The low half of XXH3; part of the model format.
fn short_hash(text: &str) -> u32 {
    XxHash3_64::oneshot(text.as_bytes()) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: &str, b: &str, is_exact: bool, is_loose: bool) {
        let mut keyer = NameKeyer::default();
        let (a_keys, b_keys) = (keyer.keys(a), keyer.keys(b));
        assert_eq!(a_keys.exact == b_keys.exact, is_exact, "{a} {b}");
        assert_eq!(a_keys.loose == b_keys.loose, is_loose, "{a} {b}");
    }

    #[test]
    fn the_quick_way_knows_the_same_letters() {
        let differs = |c: &char| is_alphanumeric(*c) != c.is_alphanumeric();
        assert_eq!(('\0'..=char::MAX).find(differs), None);
    }

    #[test]
    fn loose_texts_join() {
        let mut keyer = NameKeyer::default();
        for (head, rest) in [("تنظيم", "فتح الإسلام"), ("حركة", "النجباء"), ("ء", "أبي ء")]
        {
            let mut text = String::new();
            keyer.push_loose_text(head, &mut text);
            keyer.push_loose_text(rest, &mut text);
            let joined = keyer.keys(&format!("{head} {rest}")).loose;
            assert_eq!(NameKeyer::loose_key(&text), joined, "{head} {rest}");
        }
    }

    #[test]
    fn spellings_of_the_same_name() {
        check("إدلب", "ادلـــب", true, true);
        check("خان_شيخون", "خان شيخون", true, true);
        check("قوات \"الأسد\"", "قوات الأسد", true, true);
        check("كفرنبل", "كفر نبل", false, true);
        check("النيرب", "نيرب", false, true);
        check("حماه", "حماة", false, true);
        check("كتائب أبي العباس", "كتائب أبو العباس", false, true);
        check("القوات الأميركية", "القوات الأمريكية", false, true);
        check("الحو.ثيين", "الحوثيين", false, true);
        check("YPG", "ypg", true, true);
        check("ديرالزور", "دير الزور", false, true);
        check("عبدالله", "عبد الله", false, true);
        check("القوات الكوردية", "القوات الكردية", false, true);
        check("حلب", "حمص", false, false);
        check("الفرقة 30", "الفرقة 3", false, false);
    }
}
