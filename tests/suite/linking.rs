//! Links and values: tables of texts, annotated links, output formats.

use tawsim_corpus::{Document, Entity, LabelSet, read_links};
use tawsim_tagger::{EntityValue, LinkHints, Linker, Model, entity_values};
use tawsim_tests::{documents, repository, tawsim};
use tawsim_tokenizer::{Span, Tokenized, Tokenizer};

fn tokenize(text: &str) -> Tokenized {
    let mut tokenized = Tokenized::default();
    Tokenizer::new().tokenize(text, &mut tokenized);
    tokenized
}

/// A document with one entity for each `label surface id`, in text order; `-` is NIL.
fn annotated(text: &str, expected: &[&str]) -> (Document, LabelSet) {
    let labels = LabelSet::from_names(["FACTION", "PLACE", "DATE"]).expect("good names");
    let (mut document, mut from) = (Document::new("1", text), 0);
    for row in expected {
        let (label, rest) = row.split_once(' ').expect("label surface id");
        let (surface, _) = rest.rsplit_once(' ').expect("label surface id");
        let start = from + text[from..].find(surface).unwrap_or_else(|| panic!("no {surface}"));
        from = start + surface.len();
        let span = Span::from_range(start..from).expect("short");
        document.entities.push(Entity::new(span, labels.get(label).expect("one of three")));
    }
    (document, labels)
}

fn check(text: &str, expected: &[&str]) {
    let model = Model::bundled();
    let (document, labels) = annotated(text, expected);
    let hints = LinkHints::default();
    let links = Linker::new(&model).link(&document, &tokenize(text), &labels, hints);
    let found: Vec<String> = document
        .entities
        .iter()
        .zip(&links)
        .map(|(entity, linked)| {
            let link = linked.as_ref().and_then(|linked| linked.link.as_ref());
            let id = link.map_or("-", |link| link.entry.id());
            format!("{} {} {id}", labels.name(entity.label), document.surface(entity))
        })
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_word_in_front_says_which_place() {
    check("تعرضت محافظة إدلب لقصف.", &["PLACE إدلب place:sy:SY07"]);
    check("تعرضت مدينة إدلب لقصف.", &["PLACE إدلب place:sy:C3871"]);
    check("انفجار وسط إدلب اليوم.", &["PLACE إدلب place:sy:C3871"]);
    check("قصف قرى بريف حماة الشمالي.", &["PLACE حماة place:sy:SY05"]);
}

#[test]
fn places_around_say_which_place() {
    check(
        "قصفت معرة النعمان وكفرنبل والدانا بريف إدلب.",
        &[
            "PLACE معرة النعمان place:sy:C3985",
            "PLACE كفرنبل place:sy:C4068",
            "PLACE الدانا place:sy:C3965",
            "PLACE إدلب place:sy:SY07",
        ],
    );
    check(
        "في ليبيا دارت معارك قرب مصراتة وغريان، ووصلت تعزيزات إلى طرابلس.",
        &[
            "PLACE ليبيا country:ly",
            "PLACE مصراتة place:ly:gn2214846",
            "PLACE غريان place:ly:gn2217362",
            "PLACE طرابلس place:ly:wof421194651",
        ],
    );
    check(
        "في لبنان قطع محتجون الطريق في زغرتا والمنية قرب طرابلس.",
        &[
            "PLACE لبنان country:lb",
            "PLACE زغرتا place:lb:gn265846",
            "PLACE المنية place:lb:gn279396",
            "PLACE طرابلس place:lb:gn266826",
        ],
    );
}

#[test]
fn short_forms_follow_their_full_name() {
    check(
        "أعلنت هيئة تحرير الشام سيطرتها، وقالت الهيئة إنها باقية.",
        &[
            "FACTION هيئة تحرير الشام faction:hayat-tahrir-al-sham",
            "FACTION الهيئة faction:hayat-tahrir-al-sham",
        ],
    );
    check(
        "قال الجيش اللبناني إن جندياً قتل في طرابلس شمال لبنان، وإن الجيش أوقف سبعة.",
        &[
            "FACTION الجيش اللبناني faction:lebanese-army",
            "PLACE طرابلس place:lb:gn266826",
            "PLACE لبنان country:lb",
            "FACTION الجيش faction:lebanese-army",
        ],
    );
    check(
        "اشتبك الجيش اللبناني مع فتح الإسلام في طرابلس شمال لبنان، وقال التنظيم إنه سيرد.",
        &[
            "FACTION الجيش اللبناني faction:lebanese-army",
            "FACTION فتح الإسلام faction:fatah-islam",
            "PLACE طرابلس place:lb:gn266826",
            "PLACE لبنان country:lb",
            "FACTION التنظيم faction:fatah-islam",
        ],
    );
    check(
        "قصفت القوات السودانية والتشادية مواقع على الحدود.",
        &[
            "FACTION القوات السودانية faction:sudanese-forces-yemen",
            "FACTION التشادية faction:chad-army",
        ],
    );
}

#[test]
fn other_spellings() {
    check(
        "قوات الحو.ثيين و HPG",
        &["FACTION الحو.ثيين faction:houthis", "FACTION HPG faction:hpg"],
    );
    check(
        "عناصر مكافحة الارهاب في العراق",
        &["FACTION مكافحة الارهاب faction:iraqi-cts", "PLACE العراق country:iq"],
    );
    check(
        "انضم للحشد الشعبي في العراق",
        &["FACTION لحشد الشعبي faction:pmf", "PLACE العراق country:iq"],
    );
}

#[test]
fn clitics_within_a_span_are_no_part_of_the_name() {
    check(
        "وصل الوفد إلى سوريا ولبنان وبالعراق، وتصدى الأهالي لداعش.",
        &[
            "PLACE سوريا country:sy",
            "PLACE ولبنان country:lb",
            "PLACE وبالعراق country:iq",
            "FACTION لداعش faction:daesh",
        ],
    );
}

#[test]
fn what_the_gazetteer_lacks_is_nil() {
    check("أغلق شارع الزنبق البري أمس.", &["PLACE شارع الزنبق البري -"]);
    check("انضم إلى لواء الغيمة السابعة.", &["FACTION لواء الغيمة السابعة -"]);
}

#[test]
fn the_same_document_gives_the_same_links() {
    let (model, (documents, labels)) =
        (Model::bundled(), documents("corpus/conflict-ar/dev.jsonl"));
    let linker = Linker::new(&model);
    let link = |document: &Document| {
        let tokenized = tokenize(&document.text);
        linker.link(document, &tokenized, &labels, LinkHints::default())
    };
    let first: Vec<_> = documents.iter().map(link).collect();
    let again: Vec<_> = documents.iter().rev().map(link).collect();
    assert!(first.iter().eq(again.iter().rev()));
    for linked in first.iter().flatten().flatten() {
        let scores = linked.link.iter().chain(&linked.alternatives).map(|link| link.score);
        let sum: f32 = scores.sum::<f32>() + linked.nil_score;
        assert!((0.0..=1.0001).contains(&sum), "{linked:?}");
    }
}

/// The shares of right links on the test half and on the unseen articles, and that the annotation fits texts and gazetteer.
#[test]
fn annotated_links() {
    let model = Model::bundled();
    for name in ["tune", "test", "fresh"] {
        let path = repository().join(format!("corpus/links/{name}.tsv"));
        let links = read_links(&std::fs::read_to_string(path).expect("in the repository"));
        for id in links.expect("good table").iter().flat_map(|link| &link.entries) {
            assert!(model.entry(id).is_some(), "{id} is no entry");
        }
    }
    check_links("test", &[("PLACE", 0.93), ("FACTION", 0.92)]);
    check_links("fresh", &[("PLACE", 0.93), ("FACTION", 0.93)]);
}

/// Runs the documented command on one table of links.
fn check_links(name: &str, bounds: &[(&str, f64)]) {
    let path = |name: &str| repository().join(name).to_string_lossy().into_owned();
    let (train, dev) = (path("corpus/conflict-ar/train"), path("corpus/conflict-ar/dev"));
    let links = path(&format!("corpus/links/{name}.tsv"));
    let run = tawsim(&["gazetteer", "links", &train, &dev, "--links", &links], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    for (label, bound) in bounds {
        let row = run.stdout.lines().find(|row| row.starts_with(label)).expect(label);
        let accuracy: f64 =
            row.split_whitespace().nth(3).expect("accuracy").parse().expect("a number");
        assert!(accuracy >= *bound, "{name}, {label}: {}", run.stdout);
    }
}

fn check_values(text: &str, label: &str, surfaces: &[&str], expected: &[&str]) {
    let labels = LabelSet::from_names([label]).expect("good name");
    let mut from = 0;
    let mut document = Document::new("1", text);
    document.entities = surfaces
        .iter()
        .map(|surface| {
            let start = from + text[from..].find(surface).expect("it stands in the text");
            from = start + surface.len();
            Entity::new(Span::from_range(start..from).expect("short"), labels.at(0).expect("one"))
        })
        .collect();
    let values = entity_values(&document, &tokenize(text), &labels, None);
    let shown: Vec<String> = values
        .into_iter()
        .map(|value| match value {
            Some(EntityValue::Number(number)) => {
                let unit = number.unit.map_or("", |unit| unit.slice(text));
                format!("{} {} {unit}", number.min, number.max)
            }
            Some(EntityValue::Date(interval)) => format!("{} {}", interval.from, interval.to),
            None => "-".to_owned(),
        })
        .collect();
    assert_eq!(shown, expected, "{text}");
}

#[test]
fn numbers_have_values_and_nouns() {
    let text = "مقتل 18 عنصراً وإصابة أكثر من ثلاثمئة مدني، ونزوح 40% من السكان";
    check_values(
        text,
        "NUMBER",
        &["18", "ثلاثمئة", "40%"],
        &["18 18 عنصراً", "300 inf مدني", "40 40 "],
    );
}

#[test]
fn dates_are_days_of_the_document() {
    let text = "الخميس 15 آذار 2018 - وقع الانفجار الأربعاء، في 2 نيسان من عام 2017 قتل";
    let surfaces = ["الخميس 15 آذار 2018", "الأربعاء", "2 نيسان من عام 2017"];
    let expected = ["20180315 20180315", "20180314 20180314", "20170402 20170402"];
    check_values(text, "DATE", &surfaces, &expected);
    check_values("وقع الانفجار الأربعاء", "DATE", &["الأربعاء"], &["-"]);
}

#[test]
fn output_formats() {
    let text = "مقتل 18 عنصراً من داعش في مدينة إدلب يوم 15 آذار 2018\n";
    let run = tawsim(&["tag", "-", "--quiet"], text.as_bytes());
    let row: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let entity = |label: &str| {
        let entities = row["entities"].as_array().expect("a list");
        entities.iter().find(|entity| entity["label"] == label).expect(label).clone()
    };
    assert_eq!(entity("PLACE")["link"]["id"], "place:sy:C3871");
    assert_eq!(entity("FACTION")["link"]["id"], "faction:daesh");
    assert_eq!(
        (&entity("NUMBER")["value"]["min"], &entity("NUMBER")["value"]["unit"]),
        (&18.0.into(), &"عنصراً".into())
    );
    assert_eq!(entity("DATE")["value"]["from"], "2018-03-15");
    let run = tawsim(&["tag", "-", "--quiet", "--format", "csv"], text.as_bytes());
    assert!(
        run.stdout.contains(",PLACE,إدلب,") && run.stdout.contains(",place:sy:C3871,"),
        "{}",
        run.stdout
    );
    let two = "{\"id\":\"a\",\"text\":\"قصف على إدلب\"}\n{\"id\":\"b\",\"text\":\"لا شيء\"}\n{\"id\":\"c\",\"text\":\"قصف على حلب\"}\n";
    let args = ["tag", "-", "--from", "jsonl", "--quiet", "--format", "geojson"];
    let run = tawsim(&args, two.as_bytes());
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("GeoJSON");
    let documents: Vec<_> = json["features"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|feature| feature["properties"]["document"].as_str().expect("a name").to_owned())
        .collect();
    assert_eq!(documents, ["a", "c"]);
    let run = tawsim(&["tag", "-", "--date", "yesterday"], b"");
    assert!(run.code == 2 && run.stderr.contains("write a day as 2018-09-17"), "{}", run.stderr);
}
