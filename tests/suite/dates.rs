//! Dates and clock times with values.

use tawsim_tokenizer::{Calendar, DateMention, Tokenized, Tokenizer, find_dates};

/// The dates of a text: surface, `=`, year-month-day, weekday, time; `?` for what is left open.
fn check(text: &str, expected: &[&str]) {
    let mut tokenized = Tokenized::default();
    Tokenizer::new().tokenize(text, &mut tokenized);
    let mut found = Vec::new();
    find_dates(text, &tokenized, &mut found);
    let found: Vec<String> = found.iter().map(|mention| show(text, mention)).collect();
    assert_eq!(found, expected, "{text}");
}

fn show(text: &str, mention: &DateMention) -> String {
    let value = mention.value;
    let part = |part: Option<u16>| part.map_or("?".to_owned(), |part| part.to_string());
    let mut out = format!("{}=", mention.span.slice(text));
    if value.year.is_some() || value.month.is_some() || value.day.is_some() {
        let (month, day) = (value.month.map(u16::from), value.day.map(u16::from));
        out += &format!("{}-{}-{}", part(value.year), part(month), part(day));
    }
    if let Some(weekday) = value.weekday {
        out += &format!(" w{weekday}");
    }
    if let Some(hour) = value.hour {
        out += &format!(" {hour}:{}", part(value.minute.map(u16::from)));
    }
    if value.calendar == Calendar::Hijri {
        out += " H";
    }
    out
}

#[test]
fn days_months_years() {
    check("يوم الخميس", &["الخميس= w4"]);
    check("15 آذار 2018", &["15 آذار 2018=2018-3-15"]);
    check("يوم الـ 17 من شهر أيلول الماضي", &["17 من شهر أيلول=?-9-17"]);
    check("في فبراير/ شباط الماضي", &["فبراير/ شباط=?-2-?"]);
    check(
        "2018.11.10 و10/11/2018 و2018-11-10",
        &["2018.11.10=2018-11-10", "10/11/2018=2018-11-10", "2018-11-10=2018-11-10"],
    );
    check("الجمعة، 20 آب", &["الجمعة، 20 آب=?-8-20 w5"]);
    check("ليل الجمعة - السبت", &["الجمعة= w5", "السبت= w6"]);
    check("عام 2018 وفي سنة ٢٠١١", &["2018=2018-?-?", "٢٠١١=2011-?-?"]);
    check("مطلع كانون الثاني 2019", &["كانون الثاني 2019=2019-1-?"]);
    check("منذ نيسان وبأيار", &["نيسان=?-4-?", "أيار=?-5-?"]);
    check("3 رمضان 1440", &["3 رمضان 1440=1440-9-3 H"]);
    check("عام 1440 هـ", &["1440 هـ=1440-?-? H"]);
    check("10 رمضان المبارك 1439 هـ", &["10 رمضان المبارك 1439 هـ=1439-9-10 H"]);
    check("في 1440/9/3", &["1440/9/3=1440-9-3 H"]);
    check("والأحد 5 جانفي", &["الأحد 5 جانفي=?-1-5 w7"]);
}

#[test]
fn clock_times() {
    check("14:11 والساعة الخامسة", &["14:11= 14:11"]);
    check("عند الساعة الخامسة أو الساعة 9", &["الخامسة= 5:?", "9= 9:?"]);
    check("25:00 و14:75", &[]);
}

#[test]
fn no_dates() {
    check("قال أب لابنه محرم", &[]);
    check("قتل 17 من عناصر رمضان قديروف", &[]);
    check("الكتيبة 559 و 300 ألف", &[]);
    check("أحد عشر", &[]);
}
