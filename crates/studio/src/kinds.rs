//! What the interface calls what other crates name in English: kinds and sides of gazetteer entries,
//! file formats.

use crate::{Language, language::Phrase};

macro_rules! names {
    ($($name:literal: $en:literal, $ar:literal;)*) => {
        &[$(($name, Phrase::new($en, $ar))),*]
    };
}

/// Kinds of factions, places and countries, as the tables write them.
const KINDS: &[(&str, Phrase)] = names! {
    "air-force": "air force", "سلاح جو";
    "airbase": "air base", "قاعدة جوية";
    "airport": "airport", "مطار";
    "army": "army", "جيش";
    "base": "base", "قاعدة";
    "bridge": "bridge", "جسر";
    "brigade": "brigade", "لواء";
    "camp": "camp", "مخيم";
    "canal": "canal", "قناة";
    "checkpoint": "checkpoint", "حاجز";
    "city": "city", "مدينة";
    "coalition": "coalition", "تحالف";
    "command": "command", "قيادة";
    "corps": "corps", "فيلق";
    "council-armed": "armed council", "مجلس مسلح";
    "country": "country", "دولة";
    "crossing": "crossing", "معبر";
    "dam": "dam", "سد";
    "district": "district", "منطقة إدارية";
    "division": "division", "فرقة";
    "facility": "facility", "منشأة";
    "field": "field", "حقل";
    "governorate": "governorate", "محافظة";
    "group": "group", "جماعة";
    "hill": "hill", "تل";
    "lake": "lake", "بحيرة";
    "militia": "militia", "ميليشيا";
    "navy": "navy", "بحرية";
    "neighbourhood": "neighbourhood", "حي";
    "operations-room": "operations room", "غرفة عمليات";
    "party-armed": "armed party", "حزب مسلح";
    "port": "port", "ميناء";
    "region": "region", "إقليم";
    "river": "river", "نهر";
    "road": "road", "طريق";
    "sea": "sea", "بحر";
    "service": "service", "جهاز";
    "side": "side", "طرف";
    "strait": "strait", "مضيق";
    "territory": "territory", "إقليم تابع";
    "town": "town", "بلدة";
    "unit": "unit", "وحدة";
    "valley": "valley", "وادٍ";
    "village": "village", "قرية";
};

/// The sides on which factions fight.
const SIDES: &[(&str, Phrase)] = names! {
    "coalition": "coalition", "التحالف";
    "coalition-backed": "backed by the coalition", "مدعوم من التحالف";
    "druze": "Druze", "درزي";
    "gnu": "GNU", "حكومة الوحدة الوطنية";
    "houthi": "Houthi", "حوثي";
    "iranian": "Iranian", "إيراني";
    "iranian-backed": "backed by Iran", "مدعوم من إيران";
    "islamist": "Islamist", "إسلامي";
    "israeli": "Israeli", "إسرائيلي";
    "jihadi": "jihadi", "جهادي";
    "kurdish": "Kurdish", "كردي";
    "lna": "LNA", "الجيش الوطني الليبي";
    "opposition": "opposition", "معارضة";
    "other": "other", "غير ذلك";
    "palestinian": "Palestinian", "فلسطيني";
    "regime": "regime", "النظام";
    "rsf": "RSF", "الدعم السريع";
    "russian": "Russian", "روسي";
    "saf-allied": "allied with the SAF", "حليف للجيش السوداني";
    "saudi-backed": "backed by Saudi Arabia", "مدعوم من السعودية";
    "southern": "southern", "جنوبي";
    "state": "state", "حكومي";
    "tribal": "tribal", "عشائري";
    "turkish": "Turkish", "تركي";
    "turkish-backed": "backed by Turkey", "مدعوم من تركيا";
    "uae-backed": "backed by the UAE", "مدعوم من الإمارات";
    "un": "UN", "الأمم المتحدة";
    "us": "US", "أميركي";
    "western": "western", "غربي";
};

/// What the file formats are; in English the corpus crate says it.
const FORMATS: &[(&str, &str)] = &[
    ("bdocjs", "صيغة GATE بـ JSON لمكتبة gatenlp؛ تحمل كل شيء إلا التقطيع المعطى"),
    ("brat", "صيغة brat: ملف txt وملف ann لكل وثيقة، مع annotation.conf"),
    ("conll2002", "أعمدة CoNLL-2002: كلمة أو مقطع، علامة جدولة، وسم"),
    ("conll2003", "أعمدة CoNLL-2003: كلمة أو مقطع، قسم الكلام، مركب، وسم"),
    ("conllu", "صيغة CoNLL-U: المقاطع كلماتٌ لوحدات مركبة، والكيانات في MISC، والنص كما هو"),
    ("csv", "جدول بالكيانات وروابطها وقيمها، لبرامج الجداول"),
    ("doccano", "أسطر JSON لبرنامج doccano؛ المواضع بوحدات UTF-16 كما في صفحاته"),
    ("gate-xml", "صيغة GATE بـ XML؛ تحمل كل شيء إلا التقطيع المعطى"),
    ("geojson", "الأماكن المربوطة نقاطاً، للخرائط"),
    ("html", "صفحة: تُقرأ المقالة بلا ما حولها، وتُكتب الكيانات ملوّنة"),
    ("inline-xml", "نص كياناته عناصر XML، ملف لكل وثيقة"),
    ("json-cas", "صيغة UIMA CAS بـ JSON لبرنامجي INCEpTION وdkpro-cassis"),
    ("jsonl", "أسطر JSON، وثيقة في كل سطر؛ تحمل كل شيء"),
    ("label-studio", "صيغة Label Studio بـ JSON: مهام بوسوم أو بتوقعات"),
    ("prodigy", "أسطر JSON لبرنامجي Prodigy وspaCy: مواضع مع التقطيع"),
    ("tagged", "سطر نص ثم كياناته: للمراجعة وإدارة النسخ، ملف لكل وثيقة"),
    ("text", "نص UTF-8 مجرد بلا كيانات، ملف لكل وثيقة"),
    ("tsv", "جدول كيانات مثل csv تفصله علامات الجدولة"),
    ("webanno-tsv", "صيغة WebAnno TSV 3.3 لبرنامجي INCEpTION وWebAnno"),
    ("xmi", "صيغة UIMA CAS بـ XMI مع TypeSystem.xml لبرامج INCEpTION وWebAnno وDKPro"),
];

/// What the interface says of a file format, whose `title` is English.
pub(crate) fn format_title(
    (name, title): (&str, &'static str),
    language: Language,
) -> &'static str {
    let arabic = || FORMATS.iter().find(|(known, _)| *known == name).map(|(_, said)| *said);
    match language {
        Language::Arabic => arabic().unwrap_or(title),
        Language::English => title,
    }
}

/// What the interface calls a kind of entries; what it does not know is shown as it is written.
pub(crate) fn kind_name(kind: &str, language: Language) -> &str {
    name_in(KINDS, kind, language)
}

/// What the interface calls a side.
pub(crate) fn side_name(side: &str, language: Language) -> &str {
    name_in(SIDES, side, language)
}

fn name_in<'a>(names: &'static [(&str, Phrase)], wanted: &'a str, language: Language) -> &'a str {
    let known = names.iter().find(|(name, _)| *name == wanted);
    known.map_or(wanted, |(_, phrase)| phrase.say(language))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base;

    #[test]
    fn everything_that_can_be_linked_has_an_arabic_name() {
        for record in base::records(&[]) {
            if !["faction", "place", "country"].contains(&record.class()) {
                continue;
            }
            for (name, said) in [
                (&record.kind, kind_name(&record.kind, Language::Arabic)),
                (&record.side, side_name(&record.side, Language::Arabic)),
            ] {
                assert!(name.is_empty() || said != name, "{}: {name}", record.id);
            }
        }
    }

    #[test]
    fn every_format_has_an_arabic_title() {
        for to_read in [true, false] {
            for (name, title) in crate::app::formats(to_read) {
                let said = format_title((name, title), Language::Arabic);
                assert_ne!(said, title, "{name}");
                // A row of a list spells direction marks out.
                assert!(!said.chars().any(|char| crate::text::invisible(char).is_some()), "{name}");
            }
        }
    }

    #[test]
    fn names_are_sorted_and_come_once() {
        for names in [KINDS, SIDES] {
            assert!(names.is_sorted_by(|a, b| a.0 < b.0));
        }
        assert_eq!(kind_name("spaceport", Language::Arabic), "spaceport");
    }
}
