//! The formats of annotation tools: what their files give, what ours lose.

use std::fmt::Write;
use std::path::Path;

use tawsim_corpus::{
    Document, Entity, EntityDetails, Format, Import, Input, LabelSet, LinkDetails, ReadOptions,
    WriteContext, WriteOptions, detect, write_files,
};
use tawsim_tests::tawsim;
use tawsim_tokenizer::Span;

/// Reads `input` and shows its documents, what was left out and what is worth knowing.
fn read(name: &str, input: &[u8]) -> String {
    let reader = Format::by_name(name).and_then(|info| info.reader).expect("a readable format");
    let (options, mut labels) = (ReadOptions::default(), LabelSet::new());
    let mut shown = String::new();
    let mut sink = |document: Document, labels: &LabelSet| {
        writeln!(shown, "{}", document.id).expect("a String takes everything");
        let n_rows = document.tokens.rows.len();
        if n_rows > 0 {
            writeln!(shown, "  {n_rows} tokens").expect("a String takes everything");
        }
        for entity in &document.entities {
            shown += &shown_entity(&document, entity, labels);
        }
        for layer in &document.layers {
            let (annotator, count) = (&layer.annotator, layer.entities.len());
            writeln!(shown, "  layer {annotator}: {count}").expect("a String takes everything");
        }
    };
    let mut import = Import::new(&options, &mut labels, &mut sink);
    import.begin_input("in");
    let mut main = input;
    let result = reader(&mut Input { main: &mut main, companions: Vec::new() }, &mut import);
    let report = import.report;
    assert!(report.is_balanced(), "{report:?}");
    for (reason, tally) in &report.left_out {
        writeln!(shown, "{} {reason}, line {}", tally.count, tally.first[0].line)
            .expect("a String takes everything");
    }
    for note in &report.notes {
        writeln!(shown, "{note}").expect("a String takes everything");
    }
    result.map_or_else(|error| format!("error: {error}\n"), |()| shown)
}

fn shown_entity(document: &Document, entity: &Entity, labels: &LabelSet) -> String {
    let details = document.details_of(entity).cloned().unwrap_or_default();
    let id = details.id.map_or(String::new(), |id| format!("{id} "));
    let pieces: Vec<String> =
        details.fragments.iter().map(|span| format!("{}-{}", span.start(), span.end())).collect();
    let place = match pieces.len() {
        0 => format!("{}-{}", entity.span.start(), entity.span.end()),
        _ => pieces.join(";"),
    };
    let link = details.link.and_then(|link| link.id).map_or(String::new(), |id| format!(" → {id}"));
    let surface = document.surface(entity);
    format!("  {id}{} {place} {surface}{link}\n", labels.name(entity.label))
}

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    std::fs::read(&path).expect(name)
}

fn check(name: &str, input: &[u8], expected: &str) {
    assert_eq!(read(name, input), expected, "{name}: {}", String::from_utf8_lossy(input));
}

/// The sample in bytes; its discontiguous entity is two in formats that know no pieces.
const TABLE: &str = "\
in
  NUM 14-18 ١٢
  ORG 48-69 قوات النظام
  LOC 77-85 ريفي
  LOC 77-94 ريفي إدلب
  LOC 86-94 إدلب
  LOC 97-103 حلب
  ORG 116-141 المرصد السوري
  ORG 167-199 هيئة تحرير الشـام
";

const TABLE_WITH_PIECES: &str = "\
in
  T1 NUM 14-18 ١٢
  T2 ORG 48-69 قوات النظام
  T3 LOC 77-94 ريفي إدلب
  T4 LOC 77-85;97-103 ريفي إدلب وحلب
  T5 LOC 86-94 إدلب
  T6 ORG 116-141 المرصد السوري
  T7 ORG 167-199 هيئة تحرير الشـام
";

#[test]
fn samples() {
    check("xmi", &sample("sample.xmi"), TABLE);
    check("json-cas", &sample("sample.cas.json"), TABLE);
    // Its tokens keep a clitic that ours split off, so they stay.
    let with_tokens = TABLE.replacen("in\n", "in\n  28 tokens\n", 1);
    check("webanno-tsv", &sample("sample.webanno.tsv"), &with_tokens);
    check("gate-xml", &sample("sample.gate.xml"), TABLE_WITH_PIECES);
    check("bdocjs", &sample("sample.bdocjs"), TABLE_WITH_PIECES);
}

#[test]
fn samples_are_detected() {
    let check = |name: &str, expected: &str| {
        let found = detect(Path::new(name), &sample(name));
        assert_eq!(found.map_or("none", |found| found.info.name), expected, "{name}");
    };
    check("sample.xmi", "xmi");
    check("sample.cas.json", "json-cas");
    check("sample.webanno.tsv", "webanno-tsv");
    check("sample.gate.xml", "gate-xml");
    check("sample.bdocjs", "bdocjs");
}

#[test]
fn webanno_tsv() {
    let frame = "#FORMAT=WebAnno TSV 3.3\n#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n#T_SP=x.POS|PosValue\n\n\n";
    // A sub-token, an escaped value, lines of a sentence, Windows line ends; a gap of blanks.
    let rows = "#Text=في وحلب\\t\r\n#Text=x\r\n1-1\t0-2\tفي\t_\t_\tIN\t\r\n1-2\t3-7\tوحلب\t_\t_\t_\t\r\n1-2.1\t4-7\tحلب\tQ1\tL\\_1\t_\t\r\n1-3\t9-10\tx\t_\t_\t_\t\r\n\r\n#Text=y\r\n2-1\t12-13\ty\t*\t*\t_\t\r\n";
    let input = format!("{frame}{rows}");
    check(
        "webanno-tsv",
        input.as_bytes(),
        "in\n  4 tokens\n  L_1 7-13 حلب → Q1\n1 its label cannot be taken, line 14\nin: the layer x.POS has no entities; not read\n",
    );
    check(
        "webanno-tsv",
        b"x",
        "error: line 1, byte 0: the first line is not `#FORMAT=WebAnno TSV 3.3`\n",
    );
    let rows = "#Text=ab\n1-1\t0-2\tab\t_\t_\t\n\n#Text=c\n2-1\t1-2\tc\t_\t_\t\n";
    check(
        "webanno-tsv",
        format!("{frame}{rows}").as_bytes(),
        "error: line 10, byte 159: a sentence begins before the one before it ends; check the offset unit\n",
    );
}

#[test]
fn layers_that_are_no_entities() {
    let input = r#"{"%FEATURE_STRUCTURES":[
        {"%ID":1,"%TYPE":"uima.cas.Sofa","sofaID":"_InitialView","sofaString":"😀 حلب"},
        {"%ID":2,"%TYPE":"x.Lemma","@sofa":1,"begin":3,"end":6,"value":"v"},
        {"%ID":3,"%TYPE":"custom.Span","@sofa":1,"begin":3,"end":6,"label":"L"},
        {"%ID":4,"%TYPE":"a.ner.type.Location","@sofa":1,"begin":3,"end":6,"identifier":"Q1"},
        {"%ID":5,"%TYPE":"a.NamedEntity","@sofa":1,"begin":1,"end":6,"value":"cuts"}]}"#;
    check(
        "json-cas",
        input.as_bytes(),
        "in\n  L 5-11 حلب\n  Location 5-11 حلب → Q1\n1 its offsets do not lie on characters of the text, line 0\nin: 1 annotations of x.Lemma are no entities; not read\n",
    );
    let input = "<GateDocument><TextWithNodes><Node id=\"0\"/>a<Node id=\"1\"/>\r\nb<Node id=\"4\"/></TextWithNodes>\n<AnnotationSet><Annotation Type=\"Token\" StartNode=\"0\" EndNode=\"1\"/><Annotation Type=\"X\" StartNode=\"1\" EndNode=\"4\"/>\n<Annotation Type=\"Y\" StartNode=\"1\" EndNode=\"9\"/></AnnotationSet><AnnotationSet Name=\"anna\"/></GateDocument>";
    check(
        "gate-xml",
        input.as_bytes(),
        "in\n  X 1-3 \nb\n  layer anna: 0\n1 its nodes are not in the text, line 4\nin: 1 annotations Token are no entities; not read\n",
    );
}

/// What is lost of an entity with a link beyond its id, in two pieces, with a score, and of metadata.
fn check_losses(name: &str, expected: &str) {
    let labels = LabelSet::from_names(["LOC"]).expect("a good name");
    let options = WriteOptions::default();
    let context = WriteContext { labels: &labels, options: &options };
    let mut document = Document::new("d 1", "في ريفي إدلب");
    let entity =
        Entity { score: Some(0.5), ..Entity::new(Span::new(5, 22), labels.at(0).expect("one")) };
    let link = LinkDetails { id: Some("p:1".into()), score: 0.5, ..LinkDetails::default() };
    let fragments = vec![Span::new(5, 13), Span::new(14, 22)];
    document
        .push(entity, EntityDetails { link: Some(link), fragments, ..EntityDetails::default() });
    document.metadata.date = Some("2018-09-17".into());
    document.layer_mut("anna").entities.push(entity);
    let info = Format::by_name(name).expect("a format");
    let losses = write_files(info, [&document], &context, &mut |_, _| Ok(())).expect("to nowhere");
    assert_eq!(losses.to_string(), expected, "{name}");
}

#[test]
fn losses() {
    let of_uima = "\
lost: 1 documents whose metadata is lost
lost: 1 entities of further layers, or empty ones, left out
lost: 1 discontiguous entities written as one piece
lost: 1 scores lost
lost: 1 links of which only the entry's id is kept
";
    check_losses("xmi", of_uima);
    check_losses("json-cas", of_uima);
    check_losses("webanno-tsv", &format!("lost: 1 document ids lost\n{of_uima}"));
    check_losses("gate-xml", "");
    check_losses("bdocjs", "");
}

#[test]
fn a_folder_of_xmi_has_its_types() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let line = r#"{"id":"a","text":"في حلب","entities":[{"start":3,"end":6,"label":"LOC"}]}"#;
    std::fs::write(path("in.jsonl"), line).expect("writable");
    let run = |args: &[&str]| {
        let run = tawsim(&[&["convert"], args].concat(), b"");
        assert_eq!(run.code, 0, "{args:?} {}", run.stderr);
    };
    run(&[&path("in.jsonl"), "--to", "xmi", "--output", &path("xmi")]);
    let types = std::fs::read_to_string(folder.path().join("xmi/TypeSystem.xml")).expect("written");
    assert!(types.contains("ner.type.NamedEntity"), "{types}");
    run(&[&path("xmi"), "--to", "jsonl", "--output", &path("out.jsonl")]);
    let out = std::fs::read_to_string(path("out.jsonl")).expect("written");
    assert!(out.contains(r#""surface":"حلب""#) && out.contains(r#""id":"a""#), "{out}");
}
