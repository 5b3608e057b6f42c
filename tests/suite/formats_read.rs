//! Reading: what each input gives, what is left out and why; counts in = counts out + reasons.

use std::path::Path;

use tawsim_corpus::{
    Document, FORMATS, Format, Import, ImportReport, Input, LabelSet, Limits, ReadOptions, detect,
};
use tawsim_tokenizer::OffsetUnit;

/// Reads `input` and shows documents and report: a line a document, then `  LABEL start surface`, then
/// the report's tallies.
fn read(name: &str, input: &[u8], options: &ReadOptions) -> (String, ImportReport) {
    let reader = Format::by_name(name).and_then(|info| info.reader).expect("a readable format");
    let mut labels = LabelSet::new();
    let mut shown = String::new();
    let mut sink = |document: Document, labels: &LabelSet| {
        shown += &format!("{} {:?}\n", document.id, document.text);
        for entity in &document.entities {
            let (label, surface) = (labels.name(entity.label), document.surface(entity));
            shown += &format!("  {label} {} {surface}\n", entity.span.start());
        }
        for layer in &document.layers {
            shown += &format!("  layer {}: {}\n", layer.annotator, layer.entities.len());
        }
    };
    let mut import = Import::new(options, &mut labels, &mut sink);
    import.begin_input("in");
    let mut main = input;
    let result = reader(&mut Input { main: &mut main, companions: Vec::new() }, &mut import);
    let report = import.report;
    if let Err(error) = result {
        shown += &format!("error: {error}\n");
    }
    assert!(report.is_balanced(), "{report:?}");
    for tallies in [&report.refused, &report.left_out, &report.changed] {
        for (reason, tally) in tallies {
            shown += &format!("{} {reason}, line {}\n", tally.count, tally.first[0].line);
        }
    }
    (shown, report)
}

fn check(name: &str, input: &str, expected: &str) {
    let (shown, _) = read(name, input.as_bytes(), &ReadOptions::default());
    assert_eq!(shown, expected, "{name}: {input}");
}

#[test]
fn json_lines() {
    check(
        "jsonl",
        r#"{"id":7,"text":"في حلب","entities":[{"start":3,"end":6,"label":"LOC"}]}"#,
        "7 \"في حلب\"\n  LOC 5 حلب\n",
    );
    // Without an id the line names the document; a bad line does not end the input.
    check("jsonl", "no\n{\"text\":\"a\"}\n", "in:2 \"a\"\n1 not of the format's shape, line 1\n");
    check(
        "jsonl",
        r#"{"id":"a","text":"😀 في حلب","entities":[{"start":6,"end":9,"label":"LOC","surface":"حلب"}]}"#,
        "a \"😀 في حلب\"\n  LOC 10 حلب\n1 offsets were wrong; found by its surface close by, line 1\n",
    );
    check(
        "jsonl",
        r#"{"id":"a","text":"abc","entities":[{"start":2,"end":9,"label":"X"},{"start":0,"end":1,"label":"X","surface":"z"},{"start":0,"end":1,"label":"X Y"},{"start":0,"end":1,"label":"Y"},{"start":0,"end":1,"label":"Y"}]}"#,
        "a \"abc\"\n  Y 0 a\n1 its label cannot be taken, line 1\n1 its offsets do not lie on characters of the text, line 1\n1 the layer has the same span and label twice, line 0\n1 the text has another surface there, line 1\n",
    );
    check(
        "jsonl",
        r#"{"text":"abc","sha256":"00","entities":[]}"#,
        "1 the text is not the one with the stated checksum, line 1\n",
    );
    check(
        "jsonl",
        r#"{"id":"a","text":"abc","layers":[{"annotator":"b","entities":[{"start":0,"end":1,"label":"X"}]}]}"#,
        "a \"abc\"\n  layer b: 1\n",
    );
    // Who saw nothing has seen the document.
    check(
        "jsonl",
        r#"{"id":"a","text":"abc","layers":[{"annotator":"b","entities":[]},{"annotator":"c","entities":[{"start":0,"end":1,"label":"X"}]}]}"#,
        "a \"abc\"\n  layer b: 0\n  layer c: 1\n",
    );
}

#[test]
fn columns() {
    check(
        "conll2003",
        "-DOCSTART- -X- O O\n\nفي IN _ O\nحلب NN _ I-LOC\n\nو _ _ O\nحمص _ _ I-LOC\n\n",
        "in:1 \"في حلب\\nو حمص\"\n  LOC 5 حلب\n  LOC 15 حمص\n",
    );
    check(
        "conll2002",
        "a\tB-X\nb\tI-X\nc\tI-Y\n\n# a comment\n#\tO\n",
        "in:1 \"a b c\\n#\"\n  X 0 a b\n  Y 4 c\n1 illegal tag sequences; read as CoNLL's scorer does, line 1\n",
    );
    check("conll2002", "a U-X\nb B-Y\nc L-Y\n", "in:1 \"a b c\"\n  X 0 a\n  Y 2 b c\n");
    check("conll2002", "a O\nb\n", "in:1 \"a\"\n1 a line is no row of columns; left out, line 2\n");
    check("conll2002", "-DOCSTART- O\n\n-DOCSTART- O\n\na O\n", "in:1 \"\"\nin:2 \"a\"\n");
}

fn check_scheme(tags: &str, expected: &str) {
    let rows: String = tags.split(' ').map(|tag| format!("x {tag}\n").replace("x /", "")).collect();
    let (_, report) = read("conll2002", rows.as_bytes(), &ReadOptions::default());
    assert!(
        report.notes[0].starts_with(&format!("in: tags are {expected}:")),
        "{:?}",
        report.notes
    );
}

#[test]
fn schemes_are_found() {
    check_scheme("O I-A I-A B-A O I-C", "IOB1");
    check_scheme("O B-A I-A O", "IOB2");
    check_scheme("O B-A I-A O I-A", "IOB2");
    check_scheme("O O", "IOB2");
    check_scheme("O B-A E-A O", "BIOES");
    check_scheme("S-A", "BIOES");
    // A sentence's end ends an entity.
    check_scheme("I-A / I-A", "IOB1");
}

#[test]
fn text_and_interlinear() {
    check("text", "\u{FEFF}في حلب\n", "in \"في حلب\\n\"\n");
    check(
        "tagged",
        "# tawsim interlinear 1\n# id: x\n\nفي حلب\n\tLOC\tحلب\n",
        "x \"في حلب\\n\"\n  LOC 5 حلب\n",
    );
    check("tagged", "x", "error: line 1, byte 0: the first line is not `# tawsim interlinear 1`\n");
}

#[test]
fn limits_and_units() {
    let limits = Limits { max_document_bytes: 4, max_depth: 4, max_entities: 1 };
    let options = ReadOptions { limits, unit: Some(OffsetUnit::Utf16), ..ReadOptions::default() };
    let (shown, _) = read("text", b"abcde", &options);
    assert_eq!(shown, "error: line 1, byte 0: bytes: more than 4; split the document\n");
    let limits = Limits { max_document_bytes: 200, ..limits };
    let options = ReadOptions { limits, ..options };
    let line = r#"{"id":"a","text":"😀b","entities":[{"start":2,"end":3,"label":"X"},{"start":0,"end":2,"label":"Y"}]}"#;
    let (shown, _) = read("jsonl", line.as_bytes(), &options);
    assert_eq!(shown, "a \"😀b\"\n  X 4 b\n1 too many entities in the document, line 1\n");
}

#[test]
fn every_reader_keeps_to_its_limits() {
    let limits = Limits { max_document_bytes: 60, max_entities: 1, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    let check = |name: &str, input: &str, expected: &str| {
        let (shown, _) = read(name, input.as_bytes(), &options);
        assert_eq!(shown, expected, "{name}");
    };
    let long = format!("{{\"text\":\"{}\"}}\n", "x".repeat(60));
    for name in ["jsonl", "doccano", "prodigy"] {
        let (shown, report) =
            read(name, format!("{long}{{\"id\":\"a\",\"text\":\"a\"}}\n").as_bytes(), &options);
        assert!(shown.starts_with("a \"a\"\n1 beyond the limits, line 1"), "{name}: {shown}");
        assert_eq!((report.documents_in, report.documents_out), (2, 1), "{name}");
    }
    check(
        "text",
        &"x".repeat(61),
        "error: line 1, byte 0: bytes: more than 60; split the document\n",
    );
    let tagged = "# tawsim interlinear 1\n\na b\n\tX\ta\n\tX\tb\n";
    check("tagged", tagged, "error: line 5, byte 33: entities: more than 1; split the document\n");
}

#[test]
fn formats_are_detected() {
    let check = |path: &str, head: &str, expected: &str| {
        let found = detect(Path::new(path), head.as_bytes());
        assert_eq!(found.map_or("none", |found| found.info.name), expected, "{path}: {head}");
    };
    check("a.jsonl", "{\"text\":\"a\"}\n", "jsonl");
    check("a.dat", "{\"text\":\"a\"}\n", "jsonl");
    check("a.conll", "", "conll2002");
    check("a.train", "-DOCSTART- -X- O O\n\na NN B-NP B-LOC\n", "conll2002");
    check("a.txt", "an article about O\n", "text");
    check("a.TAGGED", "# tawsim interlinear 1\n", "tagged");
    check("a.csv", "document,start\n", "none");
    check("a", "", "none");
}

#[test]
fn the_table_is_sound() {
    for info in FORMATS {
        assert!(info.reader.is_some() || info.writer.is_some(), "{info:?} is for nothing");
        let twins =
            FORMATS.iter().filter(|other| other.name == info.name || other.format == info.format);
        assert_eq!(twins.count(), 1, "{info:?}");
    }
}

/// Small inputs that would take much memory or stack.
#[test]
fn bombs() {
    let check = |name, input: &str, expected: &str| {
        let (shown, _) = read(name, input.as_bytes(), &ReadOptions::default());
        assert!(shown.contains(expected), "{name}: {shown}");
    };
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>";
    check("xmi", &format!("{laughs}<x>&b;</x>"), "document type");
    check("gate-xml", &format!("{laughs}<GateDocument>&b;</GateDocument>"), "document type");
    let deep = "<GateDocument>".to_owned() + &"<a>".repeat(100_000);
    check("gate-xml", &deep, "nested elements: more than 100");
    let deep = "{\"%FEATURE_STRUCTURES\":".to_owned() + &"[".repeat(100_000);
    check("json-cas", &deep, "recursion limit");
    check("bdocjs", &deep, "recursion limit");
    let far = "#FORMAT=WebAnno TSV 3.3\n\n\n#Text=a\n1-1\t4000000000-4000000001\ta\t\n";
    check("webanno-tsv", far, "bytes of text: more than");
}
