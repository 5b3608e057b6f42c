//! Tagging and training: spans, determinism, agreement of the fast path with the plain one.

use std::ops::ControlFlow;

use proptest::prelude::*;
use tawsim_corpus::{Document, LabelSet};
use tawsim_tagger::{
    Decision, GazetteerBuilder, Model, NameStatus, ScoredEntity, Tagger, TaggerScratch,
    TrainSettings, train,
};
use tawsim_tests::documents;

fn small_corpus() -> (Vec<Document>, LabelSet) {
    let (mut documents, labels) = documents("corpus/conflict-ar/dev.jsonl");
    documents.truncate(8);
    (documents, labels)
}

fn small_settings() -> TrainSettings {
    let mut gazetteer = GazetteerBuilder::new();
    gazetteer.add("place", "خان شيخون", NameStatus::Plain);
    gazetteer.add("faction", "داعش", NameStatus::Plain);
    let mut settings = TrainSettings::new("small");
    settings.gazetteer = gazetteer.build();
    settings.crf.lbfgs.max_iterations = 30;
    settings
}

fn small_model(n_threads: usize) -> Vec<u8> {
    let (documents, labels) = small_corpus();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("threads");
    let mut go_on = |_: &_| ControlFlow::Continue(());
    pool.install(|| train(&documents, &labels, &small_settings(), &mut go_on))
        .expect("the corpus has entities")
        .bytes
}

#[test]
fn training_gives_the_same_bytes_for_any_number_of_threads() {
    let expected = small_model(1);
    for n_threads in [2, 3, 8] {
        assert!(small_model(n_threads) == expected, "{n_threads} threads");
    }
}

#[test]
fn training_finds_what_it_was_shown() {
    let model = Model::read(&mut small_model(2).as_slice()).expect("just written");
    let (tagger, mut scratch) = (Tagger::new(model), TaggerScratch::new());
    let (documents, _) = small_corpus();
    let (mut n_found, mut n_gold) = (0, 0);
    for document in &documents {
        let found = tagger.tag(&document.text, &mut scratch);
        let is_found = |e: &&tawsim_corpus::Entity| found.iter().any(|f| f.span == e.span);
        n_found += document.entities.iter().filter(is_found).count();
        n_gold += document.entities.len();
    }
    assert!(n_found * 10 >= n_gold * 9, "{n_found} of {n_gold}");
}

#[test]
fn a_used_scratch_and_many_threads_change_nothing() {
    let tagger = Tagger::bundled();
    let (documents, _) = documents("corpus/conflict-ar/dev.jsonl");
    let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
    let fresh: Vec<Vec<ScoredEntity>> =
        texts.iter().map(|text| tagger.tag(text, &mut TaggerScratch::new()).to_vec()).collect();
    let mut used = TaggerScratch::new();
    for _ in 0..2 {
        let again: Vec<_> = texts.iter().map(|text| tagger.tag(text, &mut used).to_vec()).collect();
        assert_eq!(again, fresh);
    }
    for n_threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("threads");
        assert_eq!(pool.install(|| tagger.tag_batch(&texts)), fresh);
    }
    let other = Tagger::new(Model::read(&mut small_model(1).as_slice()).expect("just written"));
    other.tag(texts[0], &mut used);
    assert_eq!(tagger.tag(texts[0], &mut used), fresh[0]);
}

#[test]
fn the_bundled_models_are_those_on_their_cards() {
    for (name, max_bytes) in [("conflict-ar", 16 << 20), ("news-ar", 16 << 20)] {
        let model = Model::bundled_as(name).expect("it is bundled");
        let card = tawsim_tests::repository().join(format!("models/{name}.md"));
        let card = std::fs::read_to_string(card).expect("each model has a card");
        let checksum = format!("{:08x}", model.checksum());
        assert!(card.contains(&format!("`{checksum}`")), "{name} {checksum}");
        assert!(model.as_bytes().len() <= max_bytes, "{name}");
        assert_eq!(model.metadata().name, name);
    }
    assert_eq!(Model::bundled().metadata().name, "conflict-ar");
    assert!(Model::bundled_names().eq(["conflict-ar", "news-ar"]));
}

/// Text lines, then the entities expected in order: label and surface.
const EXPECTED: &str = "
قتل 18 عنصراً لداعش في ريف دير الزور
	NUMBER 18
	FACTION داعش
	PLACE دير الزور
أعلنت \"هيئة تحرير الشام\" صد محاولة تقدم للنظام على قرية الخوين
	FACTION هيئة تحرير الشام
	FACTION لنظام
	PLACE الخوين
وقال المرصد السوري لحقوق الإنسان يوم الخميس إن ثمانية مدنيين قتلوا بحلب
	ORG المرصد السوري لحقوق الإنسان
	DATE الخميس
	NUMBER ثمانية
	PLACE حلب
";

#[test]
fn plain_cases() {
    let tagger = Tagger::bundled();
    let mut scratch = TaggerScratch::new();
    let mut found = String::from("\n");
    for text in EXPECTED.lines().filter(|line| !line.is_empty() && !line.starts_with('\t')) {
        found += &format!("{text}\n");
        for entity in tagger.tag(text, &mut scratch) {
            let label = tagger.labels().name(entity.label);
            found += &format!("\t{label} {}\n", entity.span.slice(text));
        }
    }
    assert_eq!(found, EXPECTED);
}

/// What hostile or odd documents are made of.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\u{621}-\u{64A}]{1,8}",
        "[\u{64B}-\u{652}\u{640}]{1,3}",
        "[\u{200E}\u{200F}\u{202A}-\u{202E}\u{2066}-\u{2069}\u{200C}\u{200D}\u{FEFF}]{1,2}",
        "[\u{FE70}-\u{FEFC}]{1,4}",
        "[0-9٠-٩۰-۹.,:/-]{1,6}",
        "[ \t\r\n\u{A0}]{1,3}",
        Just("\r\n".to_owned()),
        Just("👨‍👩‍👧 🇸🇾".to_owned()),
        Just("لـ\"داعش\" و خان شيخون".to_owned()),
        "\\PC{1,6}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn entities_of_any_text_are_ordered_slices(pieces in prop::collection::vec(piece(), 0..40)) {
        let text = pieces.concat();
        let tagger = Tagger::bundled();
        let mut scratch = TaggerScratch::new();
        let found = tagger.tag(&text, &mut scratch);
        let mut end = 0;
        for entity in found {
            prop_assert!(entity.span.start() >= end && !entity.span.is_empty());
            prop_assert!(entity.span.get(&text).is_some());
            prop_assert!((0.0..=1.0).contains(&entity.score));
            end = entity.span.end();
        }
    }

    /// Alternatives are no entities that were found, and asking for them changes nothing of what is found.
    #[test]
    fn alternatives_of_any_text_are_other_slices(pieces in prop::collection::vec(piece(), 0..40)) {
        let text = pieces.concat();
        let tagger = Tagger::bundled();
        let mut scratch = TaggerScratch::new();
        let plain = tagger.tag(&text, &mut scratch).to_vec();
        let (found, possible) = tagger.tag_with_alternatives(&text, &[], 0.01, &mut scratch);
        prop_assert_eq!(found, &plain[..]);
        for entity in possible {
            prop_assert!(entity.span.get(&text).is_some() && !entity.span.is_empty());
            prop_assert!((0.01..=1.0).contains(&entity.score));
            prop_assert!(!found.iter().any(|f| f.span == entity.span && f.label == entity.label));
        }
        prop_assert!(possible.is_sorted_by_key(|entity| entity.span.start()));
    }
}

#[test]
fn the_sure_and_the_possible() {
    let tagger = Tagger::bundled();
    let mut scratch = TaggerScratch::new();
    let text = "أعلنت حركة الفجر سيطرتها على حاجز السوق.";
    let (found, possible) = tagger.tag_with_alternatives(text, &[], 0.003, &mut scratch);
    let sum: f32 = possible
        .iter()
        .filter(|p| found.iter().any(|f| f.span.overlaps(p.span)))
        .map(|p| p.score)
        .sum();
    assert!(!possible.is_empty() && sum > 0.0);
    // What a person has said leaves no question there.
    let decided: Vec<Decision> =
        found.iter().map(|f| Decision::Entity(f.span, Some(f.label))).collect();
    let spans: Vec<_> = found.iter().map(|f| f.span).collect();
    let (_, possible) = tagger.tag_with_alternatives(text, &decided, 0.003, &mut scratch);
    assert!(possible.iter().all(|p| !spans.iter().any(|s| s.overlaps(p.span))));
}
