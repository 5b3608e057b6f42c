//! Words around a place that say what kind of place it is. All are loosely folded, without article.

/// How much one entry is meant before another of the same name, before anything else is known: large
/// places are written about more.
pub(crate) const KIND_PRIORS: &[(&str, f32)] = &[
    ("country", 1.0),
    ("territory", 1.0),
    ("city", 0.9),
    ("governorate", 0.5),
    ("sea", 0.8),
    ("river", 0.6),
    ("town", 0.6),
    ("region", 0.5),
    ("strait", 0.5),
    ("airport", 0.5),
    ("airbase", 0.5),
    ("base", 0.4),
    ("camp", 0.4),
    ("crossing", 0.4),
    ("dam", 0.4),
    ("district", 0.2),
    ("neighbourhood", 0.2),
    ("village", 0.1),
];
/// Of the kinds that are not listed.
pub(crate) const OTHER_KIND_PRIOR: f32 = 0.2;

/// A word in front of a place, and the kinds it stands before; the first is what it says outright.
pub(crate) const KIND_WORDS: &[(&str, &[&str])] = &[
    ("محافظه", &["governorate"]),
    ("محافظتي", &["governorate"]),
    ("محافظات", &["governorate"]),
    ("ولايه", &["governorate", "region"]),
    ("ولايات", &["governorate", "region"]),
    ("اقليم", &["region", "governorate"]),
    ("ريف", &["governorate", "city", "district", "town"]),
    ("ريفي", &["governorate", "city", "district", "town"]),
    ("ارياف", &["governorate", "city", "district", "town"]),
    ("باديه", &["governorate", "city", "region", "town"]),
    ("مدينه", &["city", "town"]),
    ("مدينتي", &["city", "town"]),
    ("مدن", &["city", "town"]),
    ("بلده", &["town", "village", "city"]),
    ("بلدتي", &["town", "village", "city"]),
    ("بلدات", &["town", "village", "city"]),
    ("قريه", &["village", "town"]),
    ("قريتي", &["village", "town"]),
    ("قري", &["village", "town"]),
    ("ضيعه", &["village", "town"]),
    ("مزرعه", &["village"]),
    ("مزارع", &["village"]),
    ("عزله", &["village", "district"]),
    ("حي", &["neighbourhood", "village", "town"]),
    ("حيي", &["neighbourhood", "village", "town"]),
    ("احيا", &["neighbourhood", "village", "town"]),
    ("ضاحيه", &["neighbourhood", "town", "village"]),
    ("قضا", &["district", "city", "town"]),
    ("اقضيه", &["district", "city", "town"]),
    ("مديريه", &["district", "city", "town"]),
    ("مديريتي", &["district", "city", "town"]),
    ("مديريات", &["district", "city", "town"]),
    ("ناحيه", &["district", "town", "city", "village"]),
    ("مخيم", &["camp"]),
    ("مخيمي", &["camp"]),
    ("مخيمات", &["camp", "region"]),
    ("معبر", &["crossing"]),
    ("معبري", &["crossing"]),
    ("مطار", &["airport", "airbase"]),
    ("قاعده", &["base", "airbase"]),
    ("معسكر", &["base", "camp"]),
    ("نهر", &["river"]),
    ("سد", &["dam"]),
    ("بحيره", &["lake"]),
    ("حقل", &["field"]),
    ("حقول", &["field"]),
    ("مينا", &["port", "city"]),
    ("ميناي", &["port", "city"]),
    ("حاجز", &["checkpoint"]),
    ("جبل", &["hill", "region"]),
    ("جبال", &["region", "hill"]),
    ("سهل", &["region"]),
    ("وادي", &["valley", "region", "village"]),
    ("جزيره", &["region", "city"]),
    ("طريق", &["road"]),
    ("جسر", &["bridge"]),
    ("مضيق", &["strait"]),
    ("دوله", &["country"]),
    ("جمهوريه", &["country"]),
];

/// Words that a text may put in front of a name, or leave out of it, by class of entry. Words for
/// facilities are none of them: `مستشفى صفد` is not `صفد`.
pub(crate) const LEADING_WORDS: &[(&str, &[&str])] = &[
    (
        "place",
        &[
            "مدينه",
            "بلده",
            "قريه",
            "محافظه",
            "ناحيه",
            "منطقه",
            "مديريه",
            "قضا",
            "حي",
            "ولايه",
            "ريف",
            "محور",
            "جبهه",
            "محيط",
        ],
    ),
    (
        "faction",
        &[
            "تنظيم",
            "حركه",
            "جماعه",
            "ميليشيا",
            "مليشيا",
            "ميليشيات",
            "مليشيات",
            "قوات",
            "كتايب",
            "عناصر",
            "مقاتلي",
            "فصيل",
            "منظمه",
            "جيش",
            "تجمع",
            "لوا",
            "مسلحي",
            "جهاز",
            "عصابات",
            "حزب",
            "فرقه",
            "قياده",
            "هييه",
        ],
    ),
];

/// Words that a text may leave out in front of a faction's name.
pub(crate) const OMITTED_HEADS: &[&str] =
    &["جهاز", "قوات", "حركة", "تنظيم", "جيش", "كتائب", "لواء", "فرقة", "جبهة", "هيئة", "ميليشيا"];

/// First words of names that every state has its own of; the text of a country leaves its adjective out.
pub(crate) const STATE_HEADS: &[&str] = &[
    "جيش",
    "قوات",
    "قوي",
    "امن",
    "حرس",
    "شرطه",
    "مخابرات",
    "استخبارات",
    "سلاح",
    "بحريه",
    "جهاز",
    "حكومه",
    "خفر",
    "دفاع",
    "قياده",
];

/// Adjectives of nationality, masculine and feminine.
pub(crate) const NATIONALITIES: &[(&str, [&str; 2])] = &[
    ("SY", ["السوري", "السورية"]),
    ("IQ", ["العراقي", "العراقية"]),
    ("LB", ["اللبناني", "اللبنانية"]),
    ("YE", ["اليمني", "اليمنية"]),
    ("LY", ["الليبي", "الليبية"]),
    ("SD", ["السوداني", "السودانية"]),
    ("PS", ["الفلسطيني", "الفلسطينية"]),
    ("IL", ["الإسرائيلي", "الإسرائيلية"]),
    ("EG", ["المصري", "المصرية"]),
    ("JO", ["الأردني", "الأردنية"]),
    ("TR", ["التركي", "التركية"]),
    ("IR", ["الإيراني", "الإيرانية"]),
];

/// Words that a text may put behind a name, or leave out of it.
pub(crate) const TRAILING_WORDS: &[&str] = &[
    "سوري",
    "سوريه",
    "سوريا",
    "عراقي",
    "عراقيه",
    "لبناني",
    "لبنانيه",
    "يمني",
    "يمنيه",
    "ليبي",
    "ليبيه",
    "سوداني",
    "سودانيه",
    "فلسطيني",
    "فلسطينيه",
    "كردي",
    "كرديه",
    "عسكري",
    "عسكريه",
    "دولي",
    "ارهابي",
    "ارهابيه",
    "حدودي",
    "حدوديه",
    "اسلامي",
    "اسلاميه",
    "حربي",
    "مسلح",
    "مسلحه",
    "تركي",
    "تركيه",
    "ايراني",
    "ايرانيه",
    "روسي",
    "روسيه",
    "اماراتي",
    "اماراتيه",
    "سعودي",
    "سعوديه",
    "اسرائيلي",
    "اسراييلي",
    "اسراييليه",
    "حكومي",
    "حكوميه",
    "كبير",
    "كبري",
    "صغير",
    "صغري",
];

/// Words for the forces of another country than the text's.
pub(crate) const FOREIGN_WORDS: &[&str] = &["احتلال", "عدو", "محتل", "تحالف"];

/// Adjectives of nationality that no name leaves out.
pub(crate) const FURTHER_NATIONALITIES: &[&str] = &[
    "امريكي",
    "امريكيه",
    "اميركي",
    "اميركيه",
    "بريطاني",
    "بريطانيه",
    "فرنسي",
    "فرنسيه",
    "الماني",
    "المانيه",
    "مصري",
    "مصريه",
    "اردني",
    "اردنيه",
    "جزايري",
    "جزايريه",
    "تونسي",
    "تونسيه",
    "مغربي",
    "مغربيه",
    "قطري",
    "قطريه",
    "كويتي",
    "كويتيه",
    "اوكراني",
    "اوكرانيه",
    "باكستاني",
    "باكستانيه",
    "اثيوبي",
    "اثيوبيه",
    "تشادي",
    "تشاديه",
];

/// Numbers of units in words.
pub(crate) const ORDINALS: &[&str] = &[
    "اول",
    "اولي",
    "ثاني",
    "ثانيه",
    "ثالث",
    "ثالثه",
    "رابع",
    "رابعه",
    "خامس",
    "خامسه",
    "سادس",
    "سادسه",
    "سابع",
    "سابعه",
    "ثامن",
    "ثامنه",
    "تاسع",
    "تاسعه",
    "عاشر",
    "عاشره",
    "حاديه",
    "حادي",
];

/// Titles inside a faction's name.
pub(crate) const TITLES: &[&str] =
    &["رييس", "مشير", "لوا", "فريق", "عميد", "عقيد", "جنرال", "سيد", "شيخ", "زعيم"];

/// The words in [`KIND_WORDS`] at this place.
pub(crate) fn kind_word(folded: &str) -> Option<u8> {
    KIND_WORDS.iter().position(|(word, _)| *word == folded).map(|idx| idx as u8)
}

/// How well a kind word fits a kind: 1 for what it says, less for what it also stands before, −1 for the
/// rest.
pub(crate) fn fit(kind_word: u8, kind: &str) -> f32 {
    let kinds = KIND_WORDS.get(usize::from(kind_word)).map_or(&[][..], |(_, kinds)| kinds);
    match kinds.iter().position(|fitting| *fitting == kind) {
        Some(0) => 1.0,
        Some(_) => 0.4,
        None => -1.0,
    }
}
