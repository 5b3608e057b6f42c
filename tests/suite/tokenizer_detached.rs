//! Detached prefixes: every run of proclitics, before every kind of host, in every kind of
//! surrounding.

use tawsim_tokenizer::{SegmentRole, Tokenized, Tokenizer};

/// Runs that end in tatweel, cut by blanks; the last of some is the article.
const WITH_TATWEEL: &[&str] = &[
    "لـ",
    "بـ",
    "كـ",
    "وـ",
    "فـ",
    "سـ",
    "و لـ",
    "و بـ",
    "و كـ",
    "ف لـ",
    "ف بـ",
    "الـ",
    "ل لـ",
    "ب الـ",
    "ك الـ",
    "و الـ",
    "ف الـ",
    "و ب الـ",
    "و ل لـ",
    "و ك الـ",
    "لــ",
];

/// What stands between the run and its host: before and behind the host.
const SURROUNDINGS: &[(&str, &str)] = &[
    ("", ""),
    ("\"", "\""),
    ("«", "»"),
    (" ", ""),
    ("\u{a0}", ""),
    (" \"", "\""),
    ("(", ")"),
    ("“", "”"),
];

const HOSTS: &[&str] = &["16", "NSO", "2018.11.10"];

/// Runs without tatweel: single letters join to whatever follows, longer ones to what is no word.
const BARE: &[&str] = &["و", "ل", "ب", "ف", "ك", "ال", "ل ل", "ب ال", "و ال", "و ب ال"];

struct Suite {
    tokenizer: Tokenizer,
    out: Tokenized,
    n_cases: usize,
}

impl Suite {
    fn new() -> Self {
        Self { tokenizer: Tokenizer::new(), out: Tokenized::default(), n_cases: 0 }
    }

    /// The run stands behind a word and before the host.
    fn check(&mut self, run: &str, (before, behind): (&str, &str), host: &str) {
        self.n_cases += 1;
        let text = format!("هجوم {}{before}{host}{behind} أمس", run.replace(' ', ""));
        self.tokenizer.tokenize(&text, &mut self.out);
        let segments = self.out.segments_of(1);
        let parts: Vec<&str> = segments.iter().map(|part| part.span.slice(&text)).collect();
        assert_eq!(parts.join(" "), run, "{text}");
        assert!(segments.iter().all(|part| part.role == SegmentRole::Proclitic), "{text}");
        let found = self.out.host_of(1).map(|idx| self.out.tokens()[idx].span.slice(&text));
        assert_eq!(found, Some(host), "{text}");
    }
}

#[test]
fn three_hundred_cases() {
    let mut suite = Suite::new();
    for run in WITH_TATWEEL {
        for (idx, &surrounding) in SURROUNDINGS.iter().enumerate() {
            HOSTS.iter().for_each(|host| suite.check(run, surrounding, host));
            // Right behind the tatweel a word is one token with it.
            if idx > 0 {
                suite.check(run, surrounding, "داعش");
            }
        }
    }
    for run in BARE {
        for &surrounding in SURROUNDINGS.iter().filter(|surrounding| surrounding.0 != "\u{a0}") {
            HOSTS.iter().for_each(|host| suite.check(run, surrounding, host));
            let is_quoted = surrounding.0.ends_with(['"', '«', '(', '“']);
            if is_quoted && !surrounding.0.starts_with(' ') {
                suite.check(run, surrounding, "داعش");
            }
        }
    }
    for letter in ["و", "ل", "ب", "ف", "ك"] {
        for host in ["حلب", "داعش", "الجيش", "قوات"] {
            suite.check(letter, (" ", ""), host);
        }
    }
    assert!(suite.n_cases >= 300, "{}", suite.n_cases);
}

#[test]
fn no_prefixes() {
    let rows = ["أ. ب. ج.", "ي ب ك", "س: ما هذا؟", "عام 1440 هـ", "(و)", "بال الرجل", "لـ"];
    for text in rows {
        let mut out = Tokenized::default();
        Tokenizer::new().tokenize(text, &mut out);
        let hosts: Vec<_> = (0..out.tokens().len()).filter_map(|idx| out.host_of(idx)).collect();
        assert!(hosts.is_empty(), "{text}");
    }
}
