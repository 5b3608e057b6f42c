//! The normalised view: each row of the orthography table, and offsets back to the source.

use proptest::prelude::*;
use tawsim_tokenizer::{NormalizeOptions, Normalized, Span, fold_into};

fn fold(raw: &str, options: &NormalizeOptions) -> String {
    let mut out = String::new();
    fold_into(raw, options, &mut out);
    out
}

#[test]
fn match_key() {
    let rows = [
        ("أحمد إدلب آخر ٱلله", "احمد ادلب اخر الله"),
        ("على مستشفى", "علي مستشفي"),
        ("مستوىله الطوارىء", "مستوىله الطوارىء"),
        ("علىً", "علي"),
        ("حماة حماه", "حماة حماه"),
        ("شؤون طوارئ", "شؤون طوارئ"),
        ("إدلـــب بـ", "ادلب ب"),
        ("هجومِ عدّةً شيئاً شيئًا", "هجوم عدة شيئا شيئا"),
        ("رحمٰن", "رحمن"),
        ("ایران کتاب گول چین پاریس ژاله ڤيينا", "ايران كتاب گول چين پاريس ژاله ڤيينا"),
        ("ﻻجئ ﷲ ﺣﻠﺐ", "لاجئ الله حلب"),
        ("² ½ ﷺ", "² ½ ﷺ"),
        ("٢٠١٨ ۱۲ ٣٫٥٪ ١٬٠٠٠", "2018 12 3.5% 1,000"),
        ("، ؛ ؟", "، ؛ ؟"),
        ("«قسد» “داعش” ‹ب›", "\"قسد\" \"داعش\" \"ب\""),
        ("حلب – حماة", "حلب - حماة"),
        ("\u{200f}في\u{200e}\u{61c} \u{202a}ق\u{2069}", "في ق"),
        ("می\u{200c}روم", "ميروم"),
        ("\u{feff}حل\u{ad}ب\u{2060}", "حلب"),
        ("مع\u{a0}ق\u{2007}ق\u{202f}ق\u{3000}ق\tق", "مع ق ق ق ق ق"),
        ("NSO café", "NSO café"),
    ];
    for (raw, key) in rows {
        assert_eq!(fold(raw, &NormalizeOptions::MATCH_KEY), key, "{raw}");
    }
}

#[test]
fn loose_key() {
    for (raw, key) in [("حماة", "حماه"), ("شؤون", "شوون"), ("الطوارىء", "الطواري"), ("شيء", "شي")]
    {
        assert_eq!(fold(raw, &NormalizeOptions::LOOSE_KEY), key);
    }
}

#[test]
fn switches_are_independent() {
    let raw = "إلىـَ ﻻ ٣";
    let one = |options| fold(raw, &options);
    assert_eq!(one(NormalizeOptions::NONE), raw);
    assert_eq!(one(NormalizeOptions { fold_alef: true, ..NormalizeOptions::NONE }), "الىـَ ﻻ ٣");
    assert_eq!(one(NormalizeOptions { fold_yeh: true, ..NormalizeOptions::NONE }), "إليـَ ﻻ ٣");
    assert_eq!(one(NormalizeOptions { drop_tatweel: true, ..NormalizeOptions::NONE }), "إلىَ ﻻ ٣");
    assert_eq!(one(NormalizeOptions { dediacritize: true, ..NormalizeOptions::NONE }), "إلىـ ﻻ ٣");
    assert_eq!(one(NormalizeOptions { fold_digits: true, ..NormalizeOptions::NONE }), "إلىـَ ﻻ 3");
    let forms = NormalizeOptions { fold_presentation_forms: true, ..NormalizeOptions::NONE };
    assert_eq!(one(forms), "إلىـَ لا ٣");
}

/// The source of the first place where `part` stands in the view.
fn check_source(source: &str, part: &str, expected: &str) {
    let view = Normalized::new(source, &NormalizeOptions::MATCH_KEY);
    let start = view.text().find(part).expect("the part stands in the view") as u32;
    let span = view.source_from_normalized(Span::new(start, start + part.len() as u32));
    assert_eq!(span.slice(source), expected, "{source}");
}

#[test]
fn spans_snap_outwards() {
    check_source("بـ هجومِ شنّته", "هجوم", "هجومِ");
    check_source("بـ هجومِ شنّته", "شن", "شنّ");
    check_source("بـ هجومِ شنّته", "ب", "بـ");
    check_source("\u{200f}في\u{200f} حلب", "في", "في");
    check_source("ﻻجئ", "ا", "ﻻ");
    check_source("ﻻجئ", "ل", "ﻻ");
    check_source("١٢ شخصاً", "12", "١٢");
    check_source("١٢ شخصاً", "شخصا", "شخصاً");
    check_source("مع\u{a0}ق", "مع ق", "مع\u{a0}ق");
}

proptest! {
    #[test]
    fn the_view_is_the_fold_and_maps_back(source in "([ا-يـًَّ٠-٩ﻻﷲﷺ\u{200f}\u{a0}a ]|\\PC){0,40}") {
        let options = NormalizeOptions::MATCH_KEY;
        let view = Normalized::new(&source, &options);
        prop_assert_eq!(view.text(), fold(&source, &options));
        let mut before = 0;
        for (start, c) in view.text().char_indices() {
            let span = Span::new(start as u32, (start + c.len_utf8()) as u32);
            let found = view.source_from_normalized(span);
            prop_assert!(found.get(&source).is_some() && !found.is_empty());
            prop_assert!(found.start() >= before, "the order stays");
            before = found.start();
            // The source of a char folds to a text that has it.
            let folded = fold(found.slice(&source), &options);
            prop_assert!(folded.contains(c) || c == 'ى');
        }
    }

    #[test]
    fn a_clean_text_has_no_edits(source in "[ا-غف-وa-z .]{0,40}") {
        let view = Normalized::new(&source, &NormalizeOptions::MATCH_KEY);
        prop_assert_eq!(view.n_edits(), 0);
    }
}
