//! Clitic segments and detached clitics, as tables.

use tawsim_tokenizer::{Scheme, SegmentRole, Tokenized, Tokenizer};

/// The segments of a text: `+` inside a word, a blank between words; a detached clitic is
/// followed by `→` and its host.
fn check(text: &str, expected: &str) {
    let mut out = Tokenized::default();
    Tokenizer::new().tokenize(text, &mut out);
    let words = (0..out.tokens().len()).map(|token_idx| {
        let parts = out.segments_of(token_idx).iter().map(|segment| segment.span.slice(text));
        let word = parts.collect::<Vec<_>>().join("+");
        match out.host_of(token_idx) {
            Some(host) => format!("{word}→{}", out.tokens()[host].span.slice(text)),
            None => word,
        }
    });
    assert_eq!(words.collect::<Vec<_>>().join(" "), expected);
}

#[test]
fn clitics() {
    check("لداعش وبالجيش", "ل+داعش و+ب+الجيش");
    check("للنظام", "ل+لنظام");
    check("وللجيش", "و+ل+لجيش");
    check("هجومِ شنّته", "هجومِ شنّت+ه");
    check("وبقيادتهم به ولهم", "و+ب+قيادت+هم ب+ه و+ل+هم");
    check("لأن كما لذلك فلم سيشن", "لأن كما ل+ذلك ف+لم س+يشن");
    check("وزير بشار بيان لبنان حماه قريتي", "وزير بشار بيان لبنان حماه قريتي");
    check("وحماة ببشار للبنان وسوريا", "و+حماة ب+بشار ل+لبنان و+سوريا");
}

#[test]
fn words_run_together() {
    check("والجرحىمن مستوىله", "و+الجرحى من مستوى ل+ه");
    check("بعد تدميرعدد. ثم وزيرالخارجية", "بعد تدمير عدد . ثم وزير الخارجية");
    check("للاسـ.ـرائيلي مـ ـقتل", "ل+لاسـ.ـرائيلي مـ ـقتل");
}

#[test]
fn sentences_behind_a_joint_keep_their_tokens() {
    let text = "تدميرعدد. حلب.\nمقتل";
    let mut out = Tokenized::default();
    Tokenizer::new().tokenize(text, &mut out);
    let spans = out.sentences().iter().map(|sentence| sentence.span.slice(text));
    assert_eq!(spans.collect::<Vec<_>>(), ["تدميرعدد.", "حلب.", "مقتل"]);
    assert_eq!(out.sentences()[1].first_token_idx, 3);
}

#[test]
fn detached_prefixes() {
    check("لـ\"داعش\"", "لـ→داعش \" داعش \"");
    check("بـ هجوم", "بـ→هجوم هجوم");
    check("لـ NSO", "لـ→NSO NSO");
    check("الـ16 لليوم", "الـ→16 16 ل+ليوم");
    check("وبالـ15", "و+ب+الـ→15 15");
    check("و\"الحسين\"", "و→الحسين \" الحسين \"");
    check("ل حلب", "ل→حلب حلب");
    check("و2018", "و→2018 2018");
    check("ي ب ك", "ي ب ك");
    check("عام 1440 هـ", "عام 1440 هـ");
    check("عناصر ه", "عناصر ه→عناصر");
    check("لـ\nحلب", "لـ حلب");
}

#[test]
fn articles() {
    let text = "والجيش للنظام ألمانيا الله";
    let mut out = Tokenized::default();
    Tokenizer::new().tokenize(text, &mut out);
    let stems = out.segments().iter().filter(|segment| segment.role == SegmentRole::Stem);
    let articles: Vec<Option<&str>> =
        stems.map(|segment| segment.article().map(|span| span.slice(text))).collect();
    assert_eq!(articles, [Some("ال"), Some("ل"), None, None]);
}

#[test]
fn schemes() {
    let text = "والجيش للنظام\nلـ\"قريتهم\" الـ16";
    let mut out = Tokenized::default();
    Tokenizer::new().tokenize(text, &mut out);
    let rows = [
        (Scheme::Surface, "و+ الجيش ل+ لنظام\nلـ+ \" قريت +هم \" الـ+ 16\n"),
        (Scheme::D3, "و+ ال+ جيش ل+ ل+ نظام\nلـ+ \" قريت +هم \" الـ+ 16\n"),
        (Scheme::Atb, "و+ الجيش ل+ النظام\nلـ+ \" قرية +هم \" الـ+ 16\n"),
        (Scheme::Farasa, "و+ ال+ جيش ل+ ال+ نظام\nلـ+ \" قرية +هم \" الـ+ 16\n"),
    ];
    for (scheme, expected) in rows {
        let mut found = String::new();
        scheme.write(text, &out, &mut found);
        assert_eq!(found, expected, "{scheme:?}");
    }
}

#[test]
fn words_as_they_are_spelled_alone() {
    let tokenizer = Tokenizer::new();
    let check = |text: &str, expected: &str| {
        let mut out = Tokenized::default();
        tokenizer.tokenize(text, &mut out);
        let restored = |idx| tokenizer.segmenter().restored(text, &out, idx);
        let parts: Vec<_> = (0..out.segments().len()).map(restored).collect();
        assert_eq!(parts.join(" "), expected, "{text}");
    };
    check("قيادتها صوته بيوتهم", "قيادة ها صوت ه بيوت هم");
    check("مستواه بنائها أعضاؤه", "مستوى ه بناء ها أعضاء ه");
    check("عليهم وإليه ولديها", "على هم و إلى ه و لدى ها");
    check("وللحكومة للبنان", "و ل الحكومة ل لبنان");
    check("والمدينة مدينتِهم", "و المدينة مدينةِ هم");
}
