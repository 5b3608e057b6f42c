//! The languages of the interface, and how its sentences are written down.

use crate::text::Direction;

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Language {
    /// Arabic; the window is mirrored.
    #[default]
    #[serde(rename = "ar")]
    Arabic,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    pub(crate) const fn direction(self) -> Direction {
        match self {
            Self::Arabic => Direction::RightToLeft,
            Self::English => Direction::LeftToRight,
        }
    }

    /// The language of this ISO 639-1 code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "ar" => Some(Self::Arabic),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The other one.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Arabic => Self::English,
            Self::English => Self::Arabic,
        }
    }
}

/// Something the interface says, in both languages; `{}` stands for what [`Phrase::with`] puts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Phrase {
    pub(crate) en: &'static str,
    pub(crate) ar: &'static str,
}

impl Phrase {
    pub(crate) const fn new(en: &'static str, ar: &'static str) -> Self {
        Self { en, ar }
    }

    pub(crate) const fn say(self, language: Language) -> &'static str {
        match language {
            Language::Arabic => self.ar,
            Language::English => self.en,
        }
    }

    /// The phrase with its gaps filled in order.
    pub(crate) fn with(self, language: Language, values: &[&dyn std::fmt::Display]) -> String {
        let mut said = String::new();
        let mut values = values.iter();
        for (idx, piece) in self.say(language).split("{}").enumerate() {
            if idx > 0 {
                let value = values.next().expect("a value for each gap of the phrase");
                said.push_str(&value.to_string());
            }
            said.push_str(piece);
        }
        said
    }
}

/// The interface's names of the labels that the bundled model knows; other labels are shown as they
/// are written in the project.
const LABEL_NAMES: &[(&str, Phrase)] = &[
    ("FACTION", Phrase::new("Faction", "فصيل")),
    ("PLACE", Phrase::new("Place", "مكان")),
    ("NUMBER", Phrase::new("Number", "عدد")),
    ("PERSON", Phrase::new("Person", "شخص")),
    ("ORG", Phrase::new("Organisation", "منظمة")),
    ("DATE", Phrase::new("Date", "تاريخ")),
];

/// What the interface calls a label.
pub(crate) fn label_name(label: &str, language: Language) -> &str {
    let known = LABEL_NAMES.iter().find(|(name, _)| *name == label);
    known.map_or(label, |(_, phrase)| phrase.say(language))
}

/// Everything the interface says.
pub(crate) mod phrases {
    use super::Phrase;

    macro_rules! phrases {
        ($($name:ident: $en:literal, $ar:literal;)*) => {
            $(pub(crate) const $name: Phrase = Phrase::new($en, $ar);)*
            /// All of them, for tests.
            #[cfg(test)]
            pub(crate) const ALL: &[Phrase] = &[$($name),*];
        };
    }

    phrases! {
        DOCUMENTS: "Documents", "الوثائق";
        ENTITIES: "Entities", "الكيانات";
        SEARCH: "Search", "بحث";
        KEYS: "Keys (F1)", "المفاتيح (F1)";
        UNDO: "Undo", "تراجع";
        REDO: "Redo", "إعادة";
        FINISH: "Finish and next (Enter)", "إنهاء والتالي (Enter)";
        LIGHT: "Light", "فاتح";
        DARK: "Dark", "داكن";
        OTHER_LANGUAGE: "العربية", "English";
        ALL_STATES: "All", "الكل";
        STATE_NEW: "New", "جديدة";
        STATE_SUGGESTED: "Suggested", "مقترحة";
        STATE_STARTED: "Started", "قيد العمل";
        STATE_DONE: "Done", "منتهية";
        SORT_NAME: "By name", "بالاسم";
        SORT_UNCERTAINTY: "By uncertainty", "بالشك";
        SORT_LENGTH: "By length", "بالطول";
        SORT_STATE: "By state", "بالحالة";
        NOTHING_OPEN: "Open a folder of articles or a project, or drop one on this window",
            "افتح مجلد مقالات أو مشروعاً، أو أفلته على هذه النافذة";
        SUGGESTED: "suggested", "مقترح";
        CONFIRMED: "confirmed", "مؤكد";
        ACCEPT: "Accept", "قبول";
        REJECT: "Reject or remove", "رفض أو حذف";
        OWN_KEYS: "Take the program's own keys", "استعادة المفاتيح الأصلية";
        CLICK_TO_SET: "Click a line to give it another key", "انقر سطراً لتعطيه مفتاحاً آخر";
        PRESS_KEY: "Press the new key; Esc leaves the old one", "اضغط المفتاح الجديد؛ Esc يُبقي القديم";
        KEY_FIXED: "Digits and Esc keep their meaning; press another key",
            "الأرقام و Esc تبقى على معناها؛ اضغط مفتاحاً آخر";
        KEY_TAKEN: "That key was taken; “{}” now has: {}", "كان المفتاح مستعملاً؛ صار لـ«{}»: {}";
        APPEARANCE: "Font and size", "الخط والحجم";
        LETTER_SIZE: "Size of the letters", "حجم الحروف";
        LINE_SPACING: "Line spacing", "تباعد الأسطر";
        LESS: "{}: less", "{}: أقل";
        MORE: "{}: more", "{}: أكثر";
        OWN_FONT: "Noto Naskh Arabic, built in", "نوتو نسخ، المضمَّن";
        FONT_IS: "Font: {}", "الخط: {}";
        FONT_PATH: "Path of a font file (.ttf, .otf)", "مسار ملف خط (‎.ttf، ‎.otf)";
        USE_FONT: "Use this font", "استعمال هذا الخط";
        USE_OWN_FONT: "Use the built-in font", "استعمال الخط المضمَّن";
        NO_FONT: "{} holds no font", "لا خط في {}";
        DO_APPEARANCE: "Font, size, line spacing", "الخط والحجم وتباعد الأسطر";
        DO_HINT_WORDS: "Letters over the words, to mark one", "حروف فوق الكلمات لتحديد إحداها";
        DO_HINT_ANNOTATIONS: "Letters over the entities, to go to one",
            "حروف فوق الكيانات للانتقال إلى أحدها";
        DO_HINT_ALTERNATIVES: "Letters over what the model holds possible, to take it",
            "حروف فوق ما يحتمله النموذج لاختياره";
        DO_TAKE_LETTER: "Take what the model holds possible: hold Alt to see the letters",
            "اختيار ما يحتمله النموذج: اضغط Alt لترى الحروف";
        DO_TAKE_DIGIT: "Take this alternative to the entity in focus",
            "اختيار هذا البديل من الكيان الحالي";
        DO_GO_LETTER: "Go to an entity: hold Alt and Shift to see the letters",
            "الانتقال إلى كيان: اضغط Alt وShift لترى الحروف";
        DO_LABEL_WORD: "Give this label to a word, chosen by letters",
            "إعطاء هذا التصنيف لكلمة تُختار بالحروف";
        DO_ENCLOSE: "Stretch to the quotes or brackets around it", "التوسيع إلى علامتي الاقتباس أو القوسين";
        DO_TOP: "To the beginning of the article", "إلى بداية المقال";
        DO_BOTTOM: "To the end of the article", "إلى نهاية المقال";
        DO_SCROLL_DOWN: "Scroll down", "تمرير إلى الأسفل";
        DO_SCROLL_UP: "Scroll up", "تمرير إلى الأعلى";
        ALTERNATIVES: "Or, says the model", "أو، بحسب النموذج";
        START_EDGE: "Start edge", "حد البداية";
        END_EDGE: "End edge", "حد النهاية";
        BY_MODEL: "Model: {}", "النموذج: {}";
        BY_IMPORT: "Came with the file", "جاء مع الملف";
        BY_PERSON: "Decided by {}", "القرار: {}";
        LINKED_TO: "Refers to {}", "يشير إلى {}";
        VALUE_IS: "Value: {}", "القيمة: {}";
        SURE: "{} % sure", "الثقة {} %";
        SURE_BY: "{} % sure ({})", "الثقة {} % ({})";
        SAVED: "Saved · step {}", "حُفظ · الخطوة {}";
        SAVING: "Saving…", "جارٍ الحفظ…";
        NOT_SAVED: "Not saved: the disk takes no writes", "لم يُحفظ: القرص لا يقبل الكتابة";
        READING: "Reading files: {} of {}", "قراءة الملفات: {} من {}";
        STORING: "Taking in documents: {} of {}", "إدخال الوثائق: {} من {}";
        TAGGING: "Tagging: {} of {}", "جارٍ الوسم: {} من {}";
        EDGES: "{} · bytes {}–{} · {}", "{} · بايت {}–{} · {}";
        SELECTED: "Marked: {} · a digit gives it a label", "المحدد: {} · رقم يعطيه تصنيفاً";
        SEARCHING: "Searching: {} of {}, Esc to stop", "جارٍ البحث: {} من {}، Esc للإيقاف";
        PROGRESS: "{} of {} done", "أُنهي {} من {}";
        REMAINING: "{} to check", "بقي {} للمراجعة";
        CANNOT: "That did not work: {}", "تعذر ذلك: {}";
        OTHERS_STEP: "this step is the work of {}; nobody else takes it back or makes it again",
            "هذه الخطوة من عمل {}، ولا يتراجع عنها أو يعيدها سواه";
        EXISTS_ALREADY: "{} exists already; choose another folder",
            "{} موجود من قبل؛ اختر مجلداً آخر";
        REPLACES: "“{}” exists already; Enter again replaces it",
            "«{}» موجود من قبل؛ الضغط على Enter مرةً أخرى يستبدله";
        NO_NAME: "what is in focus holds no name, only spaces or the signs | ? ~",
            "ليس في الكيان الحالي اسم، بل مسافات أو العلامات ‎| ? ~ فقط";
        CLOSE: "Close (Esc)", "إغلاق (Esc)";
        APPLY: "Apply (Enter)", "تطبيق (Enter)";
        SAME_TITLE: "Label all the same as “{}” ({})", "تصنيف كل مثيلات «{}» ({})";
        SAME_TAKEN: "{} already labelled by a person: they stay", "{} صنّفها إنسان من قبل: تبقى كما هي";
        RETIRED: "Retired labels", "تصنيفات ملغاة";
        YES: "yes", "نعم";
        NO: "no", "لا";
        COUNT: "{} found", "وُجد {}";
        OPEN: "Open", "فتح";
        EXPORT: "Export", "تصدير";
        LEARN: "Learn", "تعلّم";
        OPEN_TITLE: "Open a folder of articles or a project", "فتح مجلد مقالات أو مشروع";
        EXPORT_TITLE: "Write the finished documents to a .jsonl file",
            "كتابة الوثائق المنتهية في ملف ‎.jsonl";
        PATH: "Path", "المسار";
        ACCEPT_PATH: "OK (Enter)", "موافق (Enter)";
        TRAINING: "Learn from the finished documents", "التعلّم من الوثائق المنتهية";
        NOTHING_FINISHED: "No document is finished yet", "لم تُنهَ أي وثيقة بعد";
        TRAIN_FROM: "Finished documents that a new model can learn from: {}",
            "يمكن لنموذج جديد أن يتعلّم من الوثائق المنتهية وعددها {}";
        TRAIN: "Start", "ابدأ";
        ITERATION: "Iteration {} of at most {}", "الدورة {} من {} على الأكثر";
        CANCEL: "Cancel", "إلغاء";
        ADOPT: "Use the new model", "استعمال النموذج الجديد";
        DROP: "Drop it", "تجاهله";
        SCORES: "F1 before: {} %, now: {} %, on {} documents that were kept back",
            "المقياس F1 من قبل: {} %، الآن: {} %، على وثائق محجوبة عددها {}";
        NOT_SCORED: "Too few documents to keep some back for a comparison",
            "الوثائق أقل من أن يُحجب بعضها للمقارنة";
        LINK: "Link (K)", "ربط (K)";
        LINK_TITLE: "What “{}” refers to", "إلى ماذا يشير «{}»";
        LINK_SEARCH: "Search the gazetteer (/)", "بحث في المعجم الجغرافي (/)";
        LINK_NONE: "No entry of this name", "لا مدخل بهذا الاسم";
        LINK_ALIAS: "Picking adds it as a further name (A)", "الاختيار يضيفه اسماً آخر (A)";
        LINK_NEW: "New entry (N)", "مدخل جديد (N)";
        LINK_NOT_LISTED: "In no list (0)", "ليس في أي قائمة (0)";
        LINK_CLEAR: "Take the link away (Del)", "إزالة الربط (Del)";
        LINK_NIL: "In no list", "ليس في أي قائمة";
        LINKED: "Link: {} · {}", "الربط: {} · {}";
        MAY_MEAN: "Perhaps: {} · {}", "ربما: {} · {}";
        VALUE: "Value: {}", "القيمة: {}";
        VALUE_READ: "Value, as read: {}", "القيمة كما قُرئت: {}";
        VALUE_HINT: "18 · 15-20 · ~300 · 40%", "18 · 15-20 · ~300 · 40%";
        NO_VALUE: "That is no value; write 18, 15-20, ~300 or 40%",
            "ليست هذه قيمة؛ اكتب 18 أو 15-20 أو ~300 أو 40%";
        DAYS: "Days: {}", "الأيام: {}";
        COMMENT: "Comment (Shift+Enter: new line)", "تعليق (Shift+Enter: سطر جديد)";
        COMMENT_ADD: "Add (Enter)", "إضافة (Enter)";
        COMMENTS_ON: "Comments on “{}”", "تعليقات على «{}»";
        COMMENTS_ON_DOCUMENT: "Comments on the document", "تعليقات على الوثيقة";
        SETTLED: "settled", "محسوم";
        OPEN_REMARK: "open", "مفتوح";
        FLAG: "Flag the annotation", "تعليم الكيان بعلامة";
        FLAG_DOCUMENT: "Flag the document", "تعليم الوثيقة بعلامة";
        STATISTICS: "Statistics", "الإحصاء";
        COUNTING: "Counting…", "جارٍ العدّ…";
        LABEL: "Label", "التصنيف";
        DOCUMENT: "Document", "الوثيقة";
        ACCEPTED: "Accepted", "مقبول";
        CORRECTED: "Corrections", "تصحيحات";
        CORRECTIONS_EACH: "per entity", "لكل كيان";
        MINUTES: "Minutes", "دقائق";
        SECONDS_EACH: "s per entity", "ث لكل كيان";
        TOTAL: "All", "المجموع";
        UNDONE: "{} steps were taken back", "خطوات تُرُوجع عنها: {}";
        REVIEW: "Review", "المراجعة";
        ANNOTATORS: "Annotators", "الواسمون";
        F1: "F1", "F1";
        KAPPA: "Kappa", "كابا";
        AGREEMENT: "Alpha {} · {} disagreements in {} documents (N: the next)",
            "ألفا {} · خلافات: {} في وثائق: {} (N: التالية)";
        ONE_ANNOTATOR: "No document has the work of two annotators", "لا وثيقة فيها عمل واسمَين";
        DISAGREEMENTS: "{} disagreements here between {} · a digit decides, 0: none is right",
            "خلافات هنا: {} بين {} · رقم يحسم، 0: لا شيء صحيح";
        ADJUDICATE_AGREED: "Take over what is agreed (A)", "اعتماد المتفق عليه (A)";
        SHOW_DECIDED: "Show decided ones (D)", "إظهار المحسوم (D)";
        GUIDELINES: "Guidelines (F4)", "دليل الوسم (F4)";
        IMPORT_TITLE: "Read files into the project", "قراءة ملفات إلى المشروع";
        EXPORT_AS_TITLE: "Write the finished documents", "كتابة الوثائق المنتهية";
        ANY_FORMAT: "Find out the format", "تعرّف الصيغة تلقائياً";
        CORPUS_FOLDER: "A corpus folder for training", "مجلد مدونة للتدريب";
        CHOOSE: "Choose…", "اختيار…";
        LABEL_FILTER: "Label: {}", "التصنيف: {}";
        ANY_LABEL: "any", "أي";
        DO_LINK: "Link, value", "الربط والقيمة";
        DO_COMMENT: "Comments", "التعليقات";
        DO_REVIEW: "Compare annotators", "مقارنة الواسمين";
        DO_IMPORT: "Import files", "استيراد ملفات";
        DO_EXPORT_AS: "Export in any format", "تصدير بأي صيغة";
        DO_GUIDELINES: "Guidelines", "دليل الوسم";
        DO_STATISTICS: "Statistics", "الإحصاء";
        LOSS: "Loss by iteration", "الخسارة بحسب الدورة";
        CURVE: "F1 (%) by number of finished documents: new model, model before it",
            "المقياس F1 (%) بحسب عدد الوثائق المنتهية: النموذج الجديد وسابقه";
        F1_BEFORE: "F1 before", "F1 من قبل";
        F1_NOW: "F1 now", "F1 الآن";
        DO_MOST_USEFUL: "The document with most to learn from", "الوثيقة الأكثر فائدة";
        IMPORT: "Import", "استيراد";
        GUIDE: "Guidelines", "الدليل";
        DO_NEXT: "Next annotation", "الكيان التالي";
        DO_PREVIOUS: "Previous annotation", "الكيان السابق";
        DO_NEXT_DOUBTFUL: "Next to check", "التالي للمراجعة";
        DO_PREVIOUS_DOUBTFUL: "Previous to check", "السابق للمراجعة";
        DO_ACCEPT: "Accept and go to the next", "قبول والانتقال إلى التالي";
        DO_ACCEPT_SENTENCE: "Accept the whole sentence", "قبول كل ما في الجملة";
        DO_ACCEPT_ALL: "Accept the whole document", "قبول كل ما في الوثيقة";
        DO_REJECT: "Reject or remove", "رفض أو حذف";
        DO_LABEL: "Give label {}: {}", "إعطاء التصنيف {}: {}";
        DO_REPEAT: "Give the last label again", "إعطاء آخر تصنيف من جديد";
        DO_SAME: "Same mentions in this document", "المثيلات في هذه الوثيقة";
        DO_SAME_PROJECT: "Same mentions in all documents", "المثيلات في كل الوثائق";
        DO_START_LEFT: "Start edge to the left", "حد البداية نحو اليسار";
        DO_START_RIGHT: "Start edge to the right", "حد البداية نحو اليمين";
        DO_END_LEFT: "End edge to the left", "حد النهاية نحو اليسار";
        DO_END_RIGHT: "End edge to the right", "حد النهاية نحو اليمين";
        BY_CHARACTER: "{}, by letter", "{}، حرفاً حرفاً";
        DO_WORD_LEFT: "Mark the word to the left", "تحديد الكلمة إلى اليسار";
        DO_WORD_RIGHT: "Mark the word to the right", "تحديد الكلمة إلى اليمين";
        DO_EXTEND_LEFT: "Mark more to the left", "توسيع التحديد إلى اليسار";
        DO_EXTEND_RIGHT: "Mark more to the right", "توسيع التحديد إلى اليمين";
        DO_ESCAPE: "Unmark, close", "إلغاء التحديد، إغلاق";
        DO_FINISH: "Accept the rest, finish the document, open the least sure of the others",
            "قبول الباقي وإنهاء الوثيقة وفتح أقلّ ما بقي يقيناً";
        DO_REOPEN: "Open the document for work again", "إعادة فتح الوثيقة للعمل";
        DO_NEXT_DOCUMENT: "Next document", "الوثيقة التالية";
        DO_PREVIOUS_DOCUMENT: "Previous document", "الوثيقة السابقة";
        DO_LARGER: "Larger text", "خط أكبر";
        DO_SMALLER: "Smaller text", "خط أصغر";
        DO_HELP: "This table", "هذا الجدول";
        DO_LANGUAGE: "Arabic or English interface", "واجهة عربية أو إنجليزية";
        DO_THEME: "Light or dark", "فاتح أو داكن";
        DO_OPEN: "Open a folder or a project", "فتح مجلد أو مشروع";
        DO_EXPORT: "Export the finished documents", "تصدير الوثائق المنتهية";
        DO_LEARN: "Learn from the finished documents", "التعلّم من الوثائق المنتهية";
        DO_SEARCH: "Search the documents", "البحث في الوثائق";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_gaps() {
        for phrase in phrases::ALL {
            let gaps = |text: &str| text.matches("{}").count();
            assert_eq!(gaps(phrase.en), gaps(phrase.ar), "{}", phrase.en);
            assert!(!phrase.en.is_empty() && !phrase.ar.is_empty());
        }
    }

    #[test]
    fn gaps_are_filled_in_order() {
        let said = phrases::TAGGING.with(Language::English, &[&3, &"ten"]);
        assert_eq!(said, "Tagging: 3 of ten");
        assert_eq!(label_name("PLACE", Language::Arabic), "مكان");
        assert_eq!(label_name("WEAPON", Language::Arabic), "WEAPON");
    }
}
