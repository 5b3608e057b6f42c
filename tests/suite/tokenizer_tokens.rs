//! Tokens and sentences, as tables.

use tawsim_tokenizer::{TokenKind, Tokenized, Tokenizer};

fn tokenize(text: &str) -> Tokenized {
    let mut out = Tokenized::default();
    Tokenizer::new().scan(text, &mut out);
    out
}

const fn letter(kind: TokenKind) -> char {
    match kind {
        TokenKind::Word => 'w',
        TokenKind::Number => 'n',
        TokenKind::Punctuation => 'p',
        TokenKind::Symbol => 's',
        TokenKind::Latin => 'l',
        TokenKind::Url => 'u',
        TokenKind::Email => 'e',
        TokenKind::Hashtag => 'h',
        TokenKind::Mention => 'm',
        TokenKind::Emoji => 'j',
    }
}

/// The tokens of a text joined by a bar, and their kinds.
fn check(text: &str, tokens: &str, kinds: &str) {
    let out = tokenize(text);
    let found: Vec<&str> = out.tokens().iter().map(|token| token.span.slice(text)).collect();
    assert_eq!(found.join("|"), tokens, "{text}");
    let found: String = out.tokens().iter().map(|token| letter(token.kind)).collect();
    assert_eq!(found, kinds, "{text}");
}

#[test]
fn words_and_signs() {
    check("هجوم على حلب.", "هجوم|على|حلب|.", "wwwp");
    check("المدنية،ونزوح", "المدنية|،|ونزوح", "wpw");
    check("–ومقره بريطانيا–", "–|ومقره|بريطانيا|–", "pwwp");
    check("«قسد» (YPG)", "«|قسد|»|(|YPG|)", "pwpplp");
    check("هجومِ شنّته", "هجومِ|شنّته", "ww");
    check("مع \u{a0}\u{a0}قوات", "مع|قوات", "ww");
    check("\u{200f}في\u{200f} و\u{200f}الجيش", "في|و\u{200f}الجيش", "ww");
    check("إدلـــب ـ حلب", "إدلـــب|ـ|حلب", "wpw");
    check("ﻻجئ ﷲ", "ﻻجئ|ﷲ", "ww");
    check("سلام 😀👩‍👩‍👦!!", "سلام|😀|👩‍👩‍👦|!!", "wjjp");
    check("\u{64b}كتاب \u{651}قلم", "كتاب|قلم", "ww");
    check("5€ + 3$", "5|€|+|3|$", "nssns");
}

#[test]
fn numbers() {
    check("1,234 و١٢٣٬٤٥٦٫٧", "1,234|و|١٢٣٬٤٥٦٫٧", "nwn");
    check("2018.11.10 14:11 3.5.", "2018.11.10|14:11|3.5|.", "nnnp");
    check("26،013 15، 20،5", "26،013|15|،|20|،|5", "nnpnpn");
    check("15-20 40%", "15|-|20|40|%", "npnnp");
    check("إلى12 53نقطة فرانس24", "إلى|12|53|نقطة|فرانس|24", "wnnwwn");
    check("12٣", "12|٣", "nn");
    check("1️⃣", "1️⃣", "n");
}

#[test]
fn joined_words() {
    check("إسلاميةمن", "إسلامية|من", "ww");
    check("المدينةً", "المدينةً", "w");
    check("حماةـ", "حماةـ", "w");
    check("بنـاءةا", "بنـاءةا", "w");
}

#[test]
fn words_broken_against_filters() {
    check("مـ ـقتل عنصر", "مـ ـقتل|عنصر", "ww");
    check("الاسـ.ـرائيلي. ", "الاسـ.ـرائيلي|.", "wp");
    check("شهـ*ـيد ـ حلب", "شهـ*ـيد|ـ|حلب", "wpw");
    check("لـ حلب ـ إدلب", "لـ|حلب|ـ|إدلب", "wwpw");
}

#[test]
fn latin_and_web() {
    check("الـM4 وF16", "الـ|M4|و|F16", "wlwl");
    check("https://t.co/a_b?c=1، a.b@c.org.", "https://t.co/a_b?c=1|،|a.b@c.org|.", "upep");
    check("عبر www.sana.sy و aljazeera.net", "عبر|www.sana.sy|و|aljazeera.net", "wuwu");
    check("U.S. Army", "U|.|S|.|Army", "lplpl");
    check("@user_1 #ميليشيات_الحوثي", "@user_1|#|ميليشيات|_|الحوثي", "mhwpw");
    check("Москва 中文", "Москва|中文", "ll");
}

#[test]
fn addresses_have_a_greatest_length() {
    let (name, domain) = ("a".repeat(64), "b.".repeat(125) + "com");
    let mail = format!("{name}@{domain}");
    check(&mail, &mail, "e");
    check(&domain, &domain, "u");
    let ruled = format!("site.com{}", "-".repeat(400));
    check(&ruled, &format!("site.com|{}", "-".repeat(400)), "up");
    for too_long in [format!("{name}a@b.com"), "b.".repeat(126) + "com"] {
        assert_ne!(tokenize(&too_long).tokens().len(), 1, "{too_long}");
    }
}

/// So long that reading the rest again at each char would not end.
#[test]
fn long_runs_are_read_once() {
    for pair in ["a.", "a-", "a_"] {
        let out = tokenize(&pair.repeat(300_000));
        assert_eq!(out.tokens().len(), 600_000, "{pair}");
    }
    for mark in ["\u{1dc4}", "\u{94d}"] {
        let marks = mark.repeat(300_000);
        assert_eq!(tokenize(&format!("a{marks}")).tokens().len(), 1, "{mark:?}");
        assert_eq!(tokenize(&format!(" {marks}")).tokens().len(), 0, "{mark:?}");
    }
}

/// The sentences of a text, one a row.
fn check_sentences(text: &str, sentences: &[&str]) {
    let out = tokenize(text);
    let found: Vec<&str> = out.sentences().iter().map(|found| found.span.slice(text)).collect();
    assert_eq!(found, sentences);
}

#[test]
fn sentences() {
    check_sentences("قصف الطيران حلب. قتل 3. ", &["قصف الطيران حلب.", "قتل 3."]);
    check_sentences("عنوان بلا نقطة\nنص.", &["عنوان بلا نقطة", "نص."]);
    check_sentences("ما هذا؟ هنا! \"نعم.\" قال", &["ما هذا؟", "هنا!", "\"نعم.\"", "قال"]);
    check_sentences("في 2018.11.10 قال د. أحمد", &["في 2018.11.10 قال د. أحمد"]);
    check_sentences("في سوريا.وأضاف J.K. Rowling", &["في سوريا.", "وأضاف J.K. Rowling"]);
    check_sentences("وقال... ثم مضى", &["وقال... ثم مضى"]);
    check_sentences("\n\r\n \n", &[]);
}
