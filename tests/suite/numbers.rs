//! Numbers with values: a speller of our own as the oracle, and tables of expressions.

use proptest::prelude::*;
use tawsim_tokenizer::{
    NumberMention, NumberValue, Tokenized, Tokenizer, find_duals, find_numbers,
};

/// How a number is spelled.
#[derive(Clone, Copy, Debug)]
struct Spelling {
    /// The counted noun is feminine.
    feminine: bool,
    /// Accusative or genitive.
    oblique: bool,
    /// مائة for مئة.
    long_hundred: bool,
    /// ثلاث مئة for ثلاثمئة.
    split_hundreds: bool,
    /// ا for أ and إ.
    bare_alef: bool,
    /// ألفا for ألفاً.
    bare_tanwin: bool,
    /// A space behind و.
    spaced: bool,
}

const UNITS: [&str; 8] = ["ثلاث", "أربع", "خمس", "ست", "سبع", "ثماني", "تسع", "عشر"];
const TENS: [&str; 8] = ["عشر", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثمان", "تسع"];
/// Singular, stem of the dual, plural.
const SCALES: [(u64, &str, &str, &str); 4] = [
    (1_000_000_000_000, "تريليون", "تريليون", "تريليونات"),
    (1_000_000_000, "مليار", "مليار", "مليارات"),
    (1_000_000, "مليون", "مليون", "ملايين"),
    (1_000, "ألف", "ألف", "آلاف"),
];

impl Spelling {
    fn all() -> impl Iterator<Item = Self> {
        (0..128_u32).map(|bits| {
            let bit = |n: u32| bits >> n & 1 == 1;
            Self {
                feminine: bit(0),
                oblique: bit(1),
                long_hundred: bit(2),
                split_hundreds: bit(3),
                bare_alef: bit(4),
                bare_tanwin: bit(5),
                spaced: bit(6),
            }
        })
    }

    fn number(self, n: u64) -> String {
        let mut groups = Vec::new();
        let mut rest = n;
        for (scale, one, dual, plural) in SCALES {
            if rest >= scale {
                groups.push(self.scaled(rest / scale, one, dual, plural));
                rest %= scale;
            }
        }
        if rest > 0 {
            groups.push(self.below_thousand(rest, self.feminine));
        }
        let and = if self.spaced { " و " } else { " و" };
        let text = groups.join(and);
        if self.bare_alef { text.replace(['أ', 'إ', 'آ'], "ا") } else { text }
    }

    fn scaled(self, count: u64, one: &str, dual: &str, plural: &str) -> String {
        let tanwin = if self.bare_tanwin { "ا" } else { "اً" };
        match (count, count % 100) {
            (1, _) => one.to_owned(),
            (2, _) => format!("{dual}{}", if self.oblique { "ين" } else { "ان" }),
            (200, _) => {
                format!("{}{} {one}", self.hundred_stem(), if self.oblique { "تي" } else { "تا" })
            }
            (_, 3..=10) => format!("{} {plural}", self.below_thousand(count, false)),
            (_, 11..=99) => format!("{} {one}{tanwin}", self.below_thousand(count, false)),
            _ => format!("{} {one}", self.below_thousand(count, false)),
        }
    }

    fn below_thousand(self, n: u64, feminine: bool) -> String {
        let (hundreds, rest) = (n / 100, n % 100);
        let mut parts = Vec::new();
        if hundreds > 0 {
            parts.push(self.hundreds(hundreds));
        }
        if rest > 0 {
            parts.push(self.below_hundred(rest, feminine));
        }
        parts.join(if self.spaced { " و " } else { " و" })
    }

    fn hundred_stem(self) -> &'static str {
        if self.long_hundred { "مائ" } else { "مئ" }
    }

    fn hundreds(self, hundreds: u64) -> String {
        let stem = self.hundred_stem();
        match hundreds {
            1 => format!("{stem}ة"),
            2 => format!("{stem}{}", if self.oblique { "تين" } else { "تان" }),
            _ => {
                let unit = UNITS[hundreds as usize - 3];
                let unit = if hundreds == 8 && !self.split_hundreds { "ثمان" } else { unit };
                let space = if self.split_hundreds { " " } else { "" };
                format!("{unit}{space}{stem}ة")
            }
        }
    }

    fn below_hundred(self, n: u64, feminine: bool) -> String {
        let (tens, unit) = (n / 10, n % 10);
        match (tens, unit) {
            (0, _) | (1, 0) => self.unit(n, feminine),
            (1, _) => format!(
                "{} {}",
                self.before_ten(unit, feminine),
                if feminine { "عشرة" } else { "عشر" }
            ),
            (_, 0) => self.tens(tens),
            _ => {
                let and = if self.spaced { " و " } else { " و" };
                format!("{}{and}{}", self.unit(unit, feminine), self.tens(tens))
            }
        }
    }

    fn tens(self, tens: u64) -> String {
        format!("{}{}", TENS[tens as usize - 2], if self.oblique { "ين" } else { "ون" })
    }

    fn unit(self, n: u64, feminine: bool) -> String {
        let ending = if self.oblique { "ين" } else { "ان" };
        match (n, feminine) {
            (1, false) => "واحد".to_owned(),
            (1, true) => "واحدة".to_owned(),
            (2, false) => format!("اثن{ending}"),
            (2, true) => format!("اثنت{ending}"),
            _ => format!("{}{}", UNITS[n as usize - 3], if feminine { "" } else { "ة" }),
        }
    }

    fn before_ten(self, unit: u64, feminine: bool) -> String {
        let ending = if self.oblique { "ي" } else { "ا" };
        match (unit, feminine) {
            (1, false) => "أحد".to_owned(),
            (1, true) => "إحدى".to_owned(),
            (2, false) => format!("اثن{ending}"),
            (2, true) => format!("اثنت{ending}"),
            _ => self.unit(unit, feminine),
        }
    }
}

#[test]
fn every_number_below_ten_thousand_in_every_spelling() {
    for n in 1..10_000 {
        for spelling in Spelling::all().filter(|s| n % 37 == 0 || !s.bare_alef && !s.bare_tanwin) {
            check_spelled(n, spelling);
        }
    }
}

fn check_spelled(n: u64, spelling: Spelling) {
    let text = spelling.number(n);
    let value = NumberValue::parse(&text).map(|value| (value.min, value.max, value.exact));
    assert_eq!(value, Some((n as f64, n as f64, true)), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn numbers_up_to_ten_to_the_twelfth(n in 1..=1_000_000_000_000_u64, shift in 0..35_u32, bits in 0..128_usize) {
        let spelling = Spelling::all().nth(bits).expect("128 spellings");
        check_spelled((n >> shift).max(1), spelling);
    }

    #[test]
    fn no_text_breaks_the_finder(text in "([0-9.,٠-٩]{1,5}|و|ال|مئة|ألفا|خمس|عشر|نصف|عشرات|بين| |-|%|\\PC){0,30}") {
        for mention in find(&text) {
            prop_assert!(mention.span.get(&text).is_some_and(|found| !found.is_empty()));
            prop_assert!(mention.context.contains(mention.span));
            prop_assert!(mention.value.min <= mention.value.max);
        }
    }
}

fn find(text: &str) -> Vec<NumberMention> {
    let mut tokenized = Tokenized::default();
    Tokenizer::new().tokenize(text, &mut tokenized);
    let mut found = Vec::new();
    find_numbers(text, &tokenized, &mut found);
    found
}

/// The mentions of a text: surface, `=`, value with its marks.
fn check(text: &str, expected: &[&str]) {
    let found: Vec<String> = find(text).iter().map(|mention| show(text, mention)).collect();
    assert_eq!(found, expected, "{text}");
}

fn show(text: &str, mention: &NumberMention) -> String {
    let value = mention.value;
    let range = match value.min == value.max {
        true => value.min.to_string(),
        false => format!("{}..{}", value.min, value.max),
    };
    let marks = [("~", value.approximate), ("th", value.ordinal), ("%", value.percent)];
    let marks: String = marks.iter().filter(|mark| mark.1).map(|mark| mark.0).collect();
    let unit = value.unit.map_or(String::new(), |unit| format!(" {}", unit.slice(text)));
    format!("{}={range}{marks}{unit}", mention.span.slice(text))
}

#[test]
fn digits() {
    check("مقتل 18 عنصرا", &["18=18 عنصرا"]);
    check("١٢٣٬٤٥٦٫٧ ليرة", &["١٢٣٬٤٥٦٫٧=123456.7 ليرة"]);
    check("نزوح 300 ألف مدني", &["300 ألف=300000 مدني"]);
    check("2.5 مليون و1,3 مليار", &["2.5 مليون=2500000", "1,3 مليار=1300000000"]);
    check("مليون و200 ألف نازح", &["مليون و200 ألف=1200000 نازح"]);
    check("في 2018.11.10 الساعة 14:11", &[]);
    check("بـ 179 عنصرا", &["179=179 عنصرا"]);
    check("لليوم الـ16 والـ 17", &["16=16th ليوم", "17=17th"]);
    check("خلال الـ24 ساعة والساعات الـ48 الماضية", &["24=24 ساعة", "48=48 الساعات"]);
    check("(54 كم جنوب حلب)", &["54=54 كم"]);
}

#[test]
fn large_numbers() {
    check("مليار تريليون", &["مليار تريليون=1000000000000000000000"]);
    check("خمسة مليارات تريليون", &["خمسة مليارات تريليون=5000000000000000000000"]);
    check("ألف مليون و200 ألف", &["ألف مليون و200 ألف=1000200000"]);
    // What cannot be read is not left out of a number.
    let nines = "9".repeat(305);
    for text in ["N مليون", "N ملايين شخص", "خمسة وN مليون", "مليون وN", "مليون و N ألف"]
    {
        let found = find(&text.replace('N', &nines));
        assert!(found.iter().all(|mention| mention.value.max < 10.0), "{text}: {found:?}");
    }
    check("الساعة 14:11 مليون شخص", &["مليون=1000000 شخص"]);
    let joined = ["5 آلاف و N", "5 آلاف وN", "مليون و5 آلاف وN", "5 آلاف وN ألف و200"];
    let scaled = ["N ألف مليون", "N مليون ألف", "N مليون و5 آلاف"];
    for text in joined.into_iter().chain(scaled) {
        for n in ["2018.11.10", "1.234.56", "123456789012345678901234"] {
            let text = text.replace('N', n);
            check(&format!("قتل {text} شخص و20 جريحا"), &["20=20 جريحا"]);
            assert_eq!(NumberValue::parse(&text), None, "{text}");
        }
    }
    check("5 آلاف و14:11", &["5 آلاف=5000"]);
}

#[test]
fn zero() {
    for text in ["صفر", "صفرا", "0", "٠"] {
        let value = NumberValue::parse(text).map(|value| (value.min, value.max, value.exact));
        assert_eq!(value, Some((0.0, 0.0, true)), "{text}");
    }
    check("في شهر صفر وصفر يديه", &[]);
}

#[test]
fn words() {
    check("وقتلت ثلاثة", &["ثلاثة=3"]);
    check("18 قتيلا وسبعين جريحا", &["18=18 قتيلا", "سبعين=70 جريحا"]);
    check("نحو خمسة وعشرين قتيلاً", &["خمسة وعشرين=25~ قتيلاً"]);
    check("ثلاثة وأربعة", &["ثلاثة=3", "أربعة=4"]);
    check("أحد عشر مسلحا واثنتي عشرة سيارة", &["أحد عشر=11 مسلحا", "اثنتي عشرة=12 سيارة"]);
    check("ثمان مئه وستون ألف و مئتين", &["ثمان مئه وستون ألف و مئتين=860200"]);
    check("يوم الأحد والاثنين أحد القادة", &[]);
    check("الخمسة والعشرين", &["الخمسة والعشرين=25"]);
    check("ألفاً وألفين", &["ألفاً=1000", "ألفين=2000"]);
    check("مليون ونصف المليون شخص", &["مليون ونصف المليون=1500000 شخص"]);
    check(
        "نصف مليون وثلاثة أرباع وثلثي السكان",
        &["نصف مليون=500000", "ثلاثة أرباع=0.75", "ثلثي=0.6666666666666666 السكان"],
    );
    check("كيلومتر واحد", &["واحد=1 كيلومتر"]);
}

#[test]
fn counted_nouns() {
    check("عائلة واحدة من حلب", &["واحدة=1 عائلة"]);
    check("قتل واحد وأصيب مدنيان اثنان", &["واحد=1", "اثنان=2 مدنيان"]);
    check("القتلى السبعة والخمس سنوات", &["السبعة=7 القتلى", "الخمس=5 سنوات"]);
    check("37 من المتمردين و12 من قوات النظام", &["37=37 المتمردين", "12=12"]);
    check("الآلاف من المدنيين", &["الآلاف=2000..9999 المدنيين"]);
    check("إصابة 81 بجروح و20 منهم", &["81=81", "20=20"]);
    check("14 \"هدفا\"", &["14=14 هدفا"]);
    check("شهر ونصف", &["نصف=0.5 شهر"]);
}

#[test]
fn bounds_and_ranges() {
    check("أكثر من 300 ألف مدني", &["300 ألف=300000..inf مدني"]);
    check("ما لا يقل عن عشرة قتلى", &["عشرة=10..inf قتلى"]);
    check("بأقل من 20 كم", &["20=0..20 كم"]);
    check("زهاء مئة", &["مئة=100~"]);
    check("15-20 عنصرا", &["15-20=15..20 عنصرا"]);
    check("من 10 إلى 12 ألف شخص", &["10 إلى 12 ألف=10000..12000 شخص"]);
    check("بين 15 و20 قتيلا", &["15 و20=15..20 قتيلا"]);
    check("40% و40 في المئة و٥٠٪", &["40%=40%", "40 في المئة=40%", "٥٠٪=50%"]);
    check("عشرات القتلى ومئات الآلاف", &["عشرات=20..99 القتلى", "مئات الآلاف=200000..999999"]);
    check("بالعشرات والآلاف وبضعة أشخاص", &["العشرات=20..99", "الآلاف=2000..9999", "بضعة=3..9 أشخاص"]);
    check("للمرة الثالثة عشرة", &["الثالثة عشرة=13th لمرة"]);
    check("القرن الحادي والعشرين", &["الحادي والعشرين=21th القرن"]);
    check("خمسة مقاتلين على الأقل", &["خمسة=5..inf مقاتلين"]);
    check("5 على الأقل و20 جريحا", &["5=5..inf", "20=20 جريحا"]);
    check("لا يزيد عددهم عن 20", &["20=0..20"]);
    check("تجاوز عددهم ألفا", &["ألفا=2000..inf"]);
    check("طوله 15 كم تقريبا", &["15=15~ كم"]);
}

#[test]
fn duals_on_request() {
    let tokenizer = Tokenizer::new();
    let check = |text: &str, expected: &str| {
        let (mut out, mut duals) = (Tokenized::default(), Vec::new());
        tokenizer.tokenize(text, &mut out);
        find_duals(text, &out, tokenizer.segmenter(), &mut duals);
        let found: Vec<&str> = duals.iter().map(|dual| dual.span.slice(text)).collect();
        assert_eq!(found.join(" "), expected, "{text}");
        assert!(duals.iter().all(|dual| (dual.value.min, dual.value.max) == (2.0, 2.0)));
    };
    check("مقتل عنصرين وإصابة طفلتين", "عنصرين طفلتين");
    check("تفجير سيارتين مفخختين في معركتين", "سيارتين معركتين");
    check("خلال يومين وبعد شهرين وللعامين الماضيين", "يومين شهرين لعامين");
    check("في قريتي الزرزور وأم الخلاخيل", "قريتي");
    check("محافظتا إدلب وحماة", "محافظتا");
    check("على محوري كبانة والتفاحية", "محوري");
    check("في قريتي القديمة", "");
    check("ريفي إدلب الجنوبي", "");
    check("فلسطين وحسين بين حين وعشرين مسلحين يوم الاثنين الخوين", "");
    check("باكستان وأفغانستان ولبنان وإنسان وسلطان", "");
}
