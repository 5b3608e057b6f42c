//! The formats of annotation tools: brat, doccano, Label Studio, Prodigy.

use tawsim_corpus::{
    Document, Entity, Format, LabelSet, ReadOptions, WriteContext, WriteOptions, detect,
    write_files,
};
use tawsim_tests::formats::{SAMPLE, read, sample, show, write};
use tawsim_tokenizer::Span;

/// `TEXT` stands for the text of the sample as JSON.
fn filled(pattern: &str) -> String {
    pattern.replace("TEXT", &serde_json::to_string(SAMPLE).expect("text"))
}

/// Reads the files; shows entities, their ids, pieces and other details, and the report.
fn shown(name: &str, files: &[(&str, &str)]) -> String {
    let file = |(name, text): &(&str, &str)| ((*name).to_owned(), filled(text).into_bytes());
    let (documents, report) =
        read(name, &files.iter().map(file).collect(), &ReadOptions::default());
    let mut shown = String::new();
    for document in &documents {
        shown += &format!("{}\n", document.id);
        for (line, entity) in show(document).lines().zip(&document.entities) {
            let details = document.details_of(entity).cloned().unwrap_or_default();
            shown += &format!("{} {line}", details.id.as_deref().unwrap_or("-"));
            for part in &details.fragments {
                shown += &format!(" [{}]", part.slice(&document.text));
            }
            if let Some(link) = &details.link {
                shown += &format!(" {}", link.id.as_deref().unwrap_or_default());
            }
            details.attributes.iter().for_each(|(key, value)| shown += &format!(" {key}={value}"));
            shown.push('\n');
        }
        for layer in &document.layers {
            let scores: Vec<_> = layer.entities.iter().map(|entity| entity.score).collect();
            shown += &format!("layer {} {scores:?}\n", layer.annotator);
        }
        for (key, value) in &document.metadata.other {
            shown += &format!("{key}={value}\n");
        }
    }
    for tallies in [&report.refused, &report.left_out, &report.changed] {
        for (reason, tally) in tallies {
            shown += &format!("{} {reason}: {}\n", tally.count, tally.first[0].what);
        }
    }
    report.notes.iter().for_each(|note| shown += &format!("{note}\n"));
    shown
}

const ANN: &str = "T1\tNUM 7 9\t١٢
T2\tORG 26 37\tقوات النظام
T3\tLOC 42 51\tريفي إدلب
T4\tLOC 42 46;53 56\tريفي حلب
T5\tLOC 47 51\tإدلب
T6\tORG 64 77\tالمرصد السوري
T7\tORG 92 109\tهيئة تحرير الشـام
A1\tStatus T1 killed
A2\tUncertain T7
N1\tReference T5 PCODE:SY07\tإدلب
N2\tReference T6 Wikidata:Q1425519\tالمرصد السوري لحقوق الإنسان
#1\tAnnotatorNotes T4\tمعطوف: ريف حلب
R1\tPartOf Arg1:T5 Arg2:T3\t
*\tEquiv T3 T5
";

#[test]
fn brat_is_read() {
    assert_eq!(
        shown("brat", &[("ann", ANN), ("txt", SAMPLE)]),
        r#"d
T1 NUM 14-18 ١٢ Status="killed"
T2 ORG 48-69 قوات النظام
T3 LOC 77-94 ريفي إدلب relations=["*\tEquiv T3 T5"]
T4 LOC 77-103 ريفي إدلب وحلب [ريفي] [حلب] note="معطوف: ريف حلب"
T5 LOC 86-94 إدلب PCODE:SY07 relations=["R1\tPartOf Arg1:T5 Arg2:T3\t"]
T6 ORG 116-141 المرصد السوري Wikidata:Q1425519
T7 ORG 167-199 هيئة تحرير الشـام Uncertain=true
"#
    );
    assert_eq!(
        shown(
            "brat",
            &[
                (
                    "ann",
                    "T1\tLOC 4 7\tحلب\nT2\tLOC 3\tx\nT3\tLOC 0 2;1 3\tفي ي \nA1\tX T9\nA2\tX T12\n?\n"
                ),
                ("txt", "في حلب")
            ]
        ),
        "d\nT1 LOC 5-11 حلب\n1 its fragments overlap or are out of order: T3 في ي \n1 its line is not of brat's shape: T2\tLOC 3\tx\n1 a line is not of brat's shape; left out: ?\n2 lines about an entity that is not there; left out: T12\n1 offsets were wrong; found by its surface close by: LOC 4..7\n"
    );
    assert_eq!(
        shown(
            "brat",
            &[
                ("ann", "T1\tLOC 0 3\tحلب\nN1\tReference T1 W:1\tحلب\nN2\tReference T1 W:2\tحلب\n"),
                ("txt", "حلب")
            ]
        ),
        "d\nT1 LOC 0-6 حلب W:1\n1 an entity has several N lines; the first is kept: N2\tReference T1 W:2\tحلب\n"
    );
}

#[test]
fn brat_is_written_as_it_was_read() {
    let files = vec![
        ("ann".to_owned(), ANN.as_bytes().to_vec()),
        ("txt".to_owned(), SAMPLE.as_bytes().to_vec()),
    ];
    let (documents, _) = read("brat", &files, &ReadOptions::default());
    let (written, losses) = write("brat", &documents, &WriteOptions::default());
    assert!(losses.is_empty(), "{losses}");
    let lines = |text: &[u8]| -> Vec<String> {
        let text = String::from_utf8(text.to_vec()).expect("UTF-8");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let ann = written.iter().find(|(name, _)| name == "ann").expect("the annotations");
    assert_eq!(lines(&ann.1), lines(ANN.as_bytes()));
    assert_eq!(read("brat", &written, &ReadOptions::default()).0, documents);
}

#[test]
fn doccano_is_read() {
    let triples = "1
- NUM 14-18 ١٢
- ORG 48-69 قوات النظام
- LOC 77-85 ريفي
- LOC 77-94 ريفي إدلب
- LOC 86-94 إدلب
- LOC 97-103 حلب
- ORG 116-141 المرصد السوري
- ORG 167-199 هيئة تحرير الشـام
";
    let code_points = r#"{"id": 1, "text": TEXT, "label": [[7, 9, "NUM"], [26, 37, "ORG"], [42, 46, "LOC"], [42, 51, "LOC"], [47, 51, "LOC"], [53, 56, "LOC"], [64, 77, "ORG"], [92, 109, "ORG"]], "Comments": []}"#;
    let note = |unit: &str, utf16: u32, code_points: u32, graphemes: u32| {
        format!(
            "d: offsets count {unit}s: of 16 edges {utf16} as utf-16s, {code_points} as code points, {graphemes} as graphemes lie on tokens\n"
        )
    };
    let found = shown("doccano", &[("", code_points)]);
    assert!(
        found.starts_with(triples) && found.contains("offsets count code points: of 16 edges"),
        "{found}"
    );
    // What doccano's own pages write.
    let utf16 = r#"{"id": 1, "text": TEXT, "label": [[8, 10, "NUM"], [27, 38, "ORG"], [43, 47, "LOC"], [43, 52, "LOC"], [48, 52, "LOC"], [54, 57, "LOC"], [65, 78, "ORG"], [93, 110, "ORG"]]}"#;
    let found = shown("doccano", &[("", utf16)]);
    assert!(
        found.starts_with(triples) && found.contains(&note("utf-16", 16, 0, 0)[..30]),
        "{found}"
    );
    let relations = r#"{"id": 1, "text": TEXT, "entities": [{"id": 1, "label": "NUM", "start_offset": 7, "end_offset": 9}, {"id": 2, "label": "ORG", "start_offset": 26, "end_offset": 37}, {"id": 4, "label": "LOC", "start_offset": 42, "end_offset": 46}, {"id": 5, "label": "LOC", "start_offset": 53, "end_offset": 56}, {"id": 6, "label": "LOC", "start_offset": 47, "end_offset": 51}], "relations": [{"id": 1, "from_id": 4, "to_id": 5, "type": "fragment"}, {"id": 2, "from_id": 6, "to_id": 2, "type": "near"}], "Comments": ["x"], "page": 3}"#;
    let found = shown("doccano", &[("", relations)]);
    let expected = r#"1
1 NUM 14-18 ١٢
2 ORG 48-69 قوات النظام
4 LOC 77-103 ريفي إدلب وحلب [ريفي] [حلب]
6 LOC 86-94 إدلب relations=[{"to_id":2,"type":"near"}]
Comments=["x"]
page=3
"#;
    assert!(found.starts_with(expected), "{found}");
    let found = shown(
        "doccano",
        &[(
            "",
            "{\"data\":\"a\",\"labels\":[[0,1,7],[0,9,\"X\"]]}\n{\"text\":1}\n{\"text\":\"a\",\"label\":[[-1,1,\"X\"]]}",
        )],
    );
    assert!(found.starts_with("d:1\n- other 0-1 a\n2 not of the format's shape: "), "{found}");
}

#[test]
fn label_studio_is_read() {
    let item = |id: &str, start: u32, end: u32, text: &str, label: &str, score: &str| {
        format!(
            r#"{{"id":"{id}","from_name":"label","to_name":"text","type":"labels"{score},"value":{{"start":{start},"end":{end},"text":"{text}","labels":["{label}"]}}}}"#
        )
    };
    let annotated = [
        item("T1", 7, 9, "١٢", "NUM", ""),
        item("T2", 26, 37, "قوات النظام", "ORG", ""),
        item("T3", 42, 51, "ريفي إدلب", "LOC", ""),
        item("T5", 47, 51, "إدلب", "LOC", ""),
        // Off by two, as after a line end that was two characters.
        item("T6", 66, 79, "المرصد السوري", "ORG", ""),
        item("T7", 92, 109, "هيئة تحرير الشـام", "ORG", ""),
        r#"{"type":"relation","from_id":"T1","to_id":"T2","direction":"right"}"#.to_owned(),
    ];
    let predicted = item("pT1", 7, 9, "١٢", "NUM", r#","score":0.9"#);
    let task = format!(
        r#"[{{"id":1,"data":{{"text":TEXT,"doc_id":"d-1"}},"annotations":[{{"id":10,"was_cancelled":true,"result":[{predicted}]}},{{"id":11,"completed_by":1,"result":[{}],"created_at":"2026-01-02T03:04:05.000000Z"}}],"predictions":[{{"model_version":"crf-2026-01","score":0.81,"result":[{predicted}]}}]}}]"#,
        annotated.join(",")
    );
    assert_eq!(
        shown("label-studio", &[("", &task)]),
        "d-1
T1 NUM 14-18 ١٢
T2 ORG 48-69 قوات النظام
T3 LOC 77-94 ريفي إدلب
T5 LOC 86-94 إدلب
T6 ORG 116-141 المرصد السوري
T7 ORG 167-199 هيئة تحرير الشـام
layer crf-2026-01 [Some(0.9)]
1 their annotation was cancelled: d-1
1 a result is no labelled span; left out: d-1
1 offsets were wrong; found by its surface close by: ORG 66..79
"
    );
    // The short export, predictions alone, and a task without a text.
    let short = r#"[{"text":"في حلب","id":3,"label":[{"start":3,"end":6,"text":"حلب","labels":["LOC"]}],"annotator":1,"annotation_id":11}, {"id":4,"data":{"body":"في حلب"},"predictions":[{"result":[{"value":{"start":3,"end":6,"labels":["LOC"]}}]}]}, {"data":{}}, 7]"#;
    let found = shown("label-studio", &[("", short)]);
    assert!(
        found.starts_with("3\n- LOC 5-11 حلب\n4\n- LOC 5-11 حلب\n2 not of the format's shape: "),
        "{found}"
    );
}

#[test]
fn parts_of_label_studio_that_are_no_spans_are_counted() {
    let span = r#"{"id":"a","value":{"start":3,"end":6,"text":"حلب","labels":["LOC"]}}"#;
    let task = |result: &str, predictions: &str| {
        format!(
            r#"{{"id":1,"data":{{"text":"في حلب"}},"annotations":[{{"result":[{result}]}}],"predictions":[{predictions}]}}"#
        )
    };
    let check = |result: &str, predictions: &str, expected: &str| {
        let found = shown("label-studio", &[("", &task(result, predictions))]);
        assert_eq!(found, format!("1\na LOC 5-11 حلب\n{expected}"), "{result} {predictions}");
    };
    check(span, "", "");
    check(
        span,
        &format!("12,{{\"result\":[{span}]}}"),
        "layer prediction 1 [None]\n1 a prediction cannot be read; left out: 1: invalid type: integer `12`, expected an annotation with its results\n",
    );
    let ids = format!(
        r#"{{"id":1,"data":{{"text":"في حلب"}},"annotations":[7],"predictions":[{{"result":[{span}]}}]}}"#
    );
    assert_eq!(
        shown("label-studio", &[("", &ids)]),
        "1\nlayer prediction 1 [None]\n1 an annotation cannot be read; left out: 1: invalid type: integer `7`, expected an annotation with its results\n"
    );
    let nulls = format!(
        r#"{{"id":1,"data":{{"text":"في حلب"}},"annotations":[{{"was_cancelled":null,"ground_truth":null,"result":[{span}]}}]}}"#
    );
    assert_eq!(shown("label-studio", &[("", &nulls)]), "1\na LOC 5-11 حلب\n");
    let answers = r#"{"type":"textarea","value":{"text":["نعم"]}}"#;
    let no_string = "1: invalid type: sequence, expected a string";
    check(
        &format!("{answers},{span}"),
        "",
        &format!("1 a result is no labelled span; left out: {no_string}\n"),
    );
    check(
        &format!("{span},7,{{\"value\":{{\"start\":\"/p[1]/text()[1]\"}}}}"),
        "",
        "2 a result is no labelled span; left out: 1: invalid type: integer `7`, expected a result\n",
    );
}

#[test]
fn prodigy_is_read() {
    let row = r#"{"text":"في لحلب","meta":{"doc_id":"d-1","page":2},"_input_hash":-1205483617,"tokens":[{"text":"في","start":0,"end":2,"id":0,"ws":true},{"text":"لحلب","start":3,"end":7,"id":1,"ws":false}],"spans":[{"start":4,"end":7,"token_start":1,"token_end":1,"label":"LOC"}],"answer":"accept"}
{"text":"a","spans":[{"start":0,"end":1,"label":"X"}],"answer":"reject"}"#;
    assert_eq!(
        shown("prodigy", &[("", row)]),
        "d-1\n- LOC 7-13 حلب\n_input_hash=-1205483617\npage=2\n1 not of the format's shape: its answer is \"reject\", not \"accept\"\n1 their document was refused: its answer is \"reject\", not \"accept\"\n"
    );
}

#[test]
fn inline_xml_is_read() {
    let xml = r#"<?xml version="1.0" encoding="UTF-8"?>
<doc xml:space="preserve" id="d-1">🔴 قُتل <NUM id="T1">١٢</NUM> مدنيًّا في قصف ل<ORG id="T2">قوات النظام</ORG> على <LOC id="T3">ريفي <LOC id="T5" sure="no">إدلب</LOC></LOC> وحلب.
وقال «<ORG id="T6">المرصد السوري</ORG>» إنّ عناصر من <entity label="ORG" score="0.5" id="T7">هيئة تحرير الشـام</entity> انسحبوا.</doc>
"#;
    let files = vec![("xml".to_owned(), xml.as_bytes().to_vec())];
    let (documents, _) = read("inline-xml", &files, &ReadOptions::default());
    assert_eq!((documents[0].id.as_str(), documents[0].text.as_str()), ("d-1", SAMPLE));
    assert_eq!(show(&documents[0]), show(&sample()));
    assert_eq!(documents[0].entities[5].score, Some(0.5));
    assert_eq!(
        shown("inline-xml", &[("xml", "<doc>a<b/><LOC x='1'>&lt;b</LOC></doc>\n")]),
        "d\n- LOC 1-3 <b x=\"1\"\n1 an element without text; left out: 1 elements\n"
    );
}

#[test]
fn inline_xml_is_written() {
    let labels = LabelSet::from_names(["LOC", "a:b", "فصيل"]).expect("good names");
    let mut document = Document::new("d\"1", "في <حلب>\r\n");
    let spans = [(0, 5, 13), (0, 6, 12), (1, 6, 12), (2, 6, 12), (0, 12, 15)];
    for (label, start, end) in spans {
        let label = labels.at(label).expect("a label");
        document.entities.push(Entity::new(Span::new(start, end), label));
    }
    let options = WriteOptions::default();
    let context = WriteContext { labels: &labels, options: &options };
    let (mut xml, info) = (String::new(), Format::by_name("inline-xml").expect("a format"));
    let mut put = |_: &str, bytes: &[u8]| {
        xml = String::from_utf8_lossy(bytes).into_owned();
        Ok(())
    };
    let losses = write_files(info, [&document], &context, &mut put).expect("to memory");
    assert_eq!(
        losses.to_string(),
        "lost: 1 crossing entities left out, those that begin first kept\n"
    );
    assert_eq!(
        xml,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<doc xml:space=\"preserve\" id=\"d&quot;1\">في <LOC>&lt;<LOC><entity label=\"a:b\"><فصيل>حلب</فصيل></entity></LOC>&gt;</LOC>&#13;\n</doc>\n"
    );
}

fn check_written(name: &str, text: &str, expected: &str) {
    let (files, losses) = write(name, &[Document::new("d", text)], &WriteOptions::default());
    let shown: String = files.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect();
    assert_eq!(format!("{shown}{losses}"), expected);
}

#[test]
fn prodigy_has_tokens_that_join_to_the_text() {
    check_written(
        "prodigy",
        " لحلب  \nو ",
        &format!(
            "{}\n",
            r#"{"text":" لحلب  \nو ","meta":{"doc_id":"d"},"tokens":[{"text":" ","start":0,"end":1,"id":0,"ws":false},{"text":"ل","start":1,"end":2,"id":1,"ws":false},{"text":"حلب","start":2,"end":5,"id":2,"ws":true},{"text":" \n","start":6,"end":8,"id":3,"ws":false},{"text":"و","start":8,"end":9,"id":4,"ws":true}],"spans":[],"answer":"accept"}"#
        ),
    );
}

#[test]
fn the_sample_is_written() {
    let text = |name: &str| {
        let (files, losses) = write(name, &[sample()], &WriteOptions::default());
        (String::from_utf8(files[0].1.clone()).expect("UTF-8"), losses.to_string())
    };
    let (doccano, losses) = text("doccano");
    let labels = r#""label":[[8,10,"NUM"],[27,38,"ORG"],[43,52,"LOC"],[48,52,"LOC"],[65,78,"ORG"],[93,110,"ORG"]]"#;
    assert!(doccano.contains(labels) && losses.is_empty(), "{doccano}{losses}");
    let (prodigy, losses) = text("prodigy");
    let span = r#"{"start":26,"end":37,"token_start":7,"token_end":8,"label":"ORG"}"#;
    assert!(prodigy.contains(span), "{prodigy}");
    assert_eq!(losses, "lost: 1 overlapping entities left out, the longest kept\n");
    let (studio, losses) = text("label-studio");
    let item =
        r#""type":"labels","value":{"start":26,"end":37,"text":"قوات النظام","labels":["ORG"]}"#;
    assert!(studio.contains(item) && losses.is_empty(), "{studio}{losses}");
    let (tsv, _) = text("tsv");
    assert!(tsv.contains("\r\nd1\t48\t69\tORG\tقوات النظام\t"), "{tsv}");
}

#[test]
fn tools_are_told_by_their_look() {
    let check = |head: &str, expected: &str| {
        let found = detect(std::path::Path::new("a.json"), head.as_bytes());
        assert_eq!(found.map_or("none", |found| found.info.name), expected, "{head}");
    };
    for name in ["jsonl", "doccano", "label-studio", "prodigy", "brat", "conllu"] {
        let (files, _) = write(name, &[sample()], &WriteOptions::default());
        let file = files.iter().find(|(name, _)| matches!(name.as_str(), "" | "ann"));
        check(&String::from_utf8_lossy(&file.expect("a file").1), name);
    }
    check(
        "{\"id\":1,\"text\":\"a\",\"entities\":[{\"id\":1,\"label\":\"X\",\"start_offset\":0}]}",
        "doccano",
    );
    check("{\"text\":\"a\",\"spans\":[]}", "prodigy");
}
