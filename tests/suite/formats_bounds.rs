//! Small inputs that would take much memory or time, and values that no output can say again.

use std::fmt::Write;

use tawsim_corpus::{
    Document, Entity, EntityDetails, ImportReport, LinkDetails, ReadOptions, WriteOptions,
};
use tawsim_tests::formats::{self, labels};
use tawsim_tokenizer::Span;

fn read(name: &str, files: &[(&str, &str)]) -> (Vec<Document>, ImportReport) {
    let file = |(extension, content): &(&str, &str)| {
        ((*extension).to_owned(), content.as_bytes().to_vec())
    };
    formats::read(name, &files.iter().map(file).collect(), &ReadOptions::default())
}

/// What was counted, `;` between.
fn counted(report: &ImportReport) -> String {
    let tallies = [&report.refused, &report.left_out, &report.changed];
    let lines = tallies.into_iter().flatten().map(|(why, tally)| format!("{} {why}", tally.count));
    lines.collect::<Vec<_>>().join("; ")
}

fn check(name: &str, files: &[(&str, &str)], expected: &str) -> Vec<Document> {
    let (documents, report) = read(name, files);
    assert_eq!(counted(&report), expected, "{name}");
    documents
}

#[test]
fn scores_are_finite() {
    let reason = "1 a score is no finite number; left out";
    for score in ["inf", "-inf", "NaN", "1e99"] {
        let xml = format!("<doc id=\"d\"><X score=\"{score}\">a</X></doc>");
        let documents = check("inline-xml", &[("xml", &xml)], reason);
        assert_eq!(documents[0].entities[0].score, None, "{score}");
    }
    let gate = |feature: &str| {
        let kind = labels().names()[0].clone();
        let annotation =
            format!(r#"{{"type":"{kind}","start":0,"end":1,"features":{{{feature}}}}}"#);
        let set = format!(r#"{{"":{{"annotations":[{annotation}]}}}}"#);
        let file = format!(r#"{{"text":"a","annotation_sets":{set},"offset_type":"p"}}"#);
        check("bdocjs", &[("bdocjs", &file)], reason)
    };
    assert_eq!(gate(r#""score":1e39"#)[0].entities[0].score, None);
    let documents = gate(r#""link":{"id":"p:1","score":-1e39}"#);
    let (files, _) = formats::write("jsonl", &documents, &WriteOptions::default());
    let line = String::from_utf8_lossy(&files[0].1);
    assert!(line.contains("\"score\":0.0") && !line.contains("null"), "{line}");
    // JSON Lines hold scores as they are kept.
    let entity = r#""start":0,"end":1,"label":"X""#;
    let line = format!(r#"{{"text":"a","entities":[{{{entity},"score":1e39}}]}}"#);
    check("jsonl", &[("", &line)], "1 not of the format's shape");
}

#[test]
fn names_are_bounded() {
    let long = "x".repeat(5000);
    let entity = r#""start":0,"end":1,"label":"X""#;
    let line = format!(r#"{{"id":"{long}","text":"a","entities":[{{{entity}}}]}}"#);
    check("jsonl", &[("", &line)], "1 beyond the limits; 1 their document was refused");
    let layer = format!(r#"{{"annotator":"{long}","entities":[{{{entity}}}]}}"#);
    let line = format!(r#"{{"text":"a","layers":[{layer}]}}"#);
    let layers = "1 its annotator's name is too long; 1 the name of a layer is too long; left out";
    check("jsonl", &[("", &line)], layers);
    let reason = "1 an id, a person's or model's name or a time is too long; left out";
    for name in ["id", "time", "reviewer"] {
        let line = format!(r#"{{"text":"a","entities":[{{{entity},"{name}":"{long}"}}]}}"#);
        let documents = check("jsonl", &[("", &line)], reason);
        assert!(documents[0].details.is_empty(), "{name}");
    }
    let result = r#"{"value":{"start":0,"end":1,"labels":["X"]}}"#;
    let work = format!(r#"{{"completed_by":1,"updated_at":"{long}","result":[{result}]}}"#);
    let task = format!(r#"{{"id":1,"data":{{"text":"a"}},"annotations":[{work}]}}"#);
    check("label-studio", &[("", &task)], reason);
}

#[test]
fn fragments_are_put_in_order() {
    let reason = "1 fragments were out of order, empty or overlapped; put in order";
    let check = |fragments: &str, reason: &str, expected: &[(u32, u32)]| {
        let entity = format!(r#""start":0,"end":6,"label":"X","fragments":{fragments}"#);
        let line = format!(r#"{{"text":"abcdef","entities":[{{{entity}}}]}}"#);
        let documents = check("jsonl", &[("", &line)], reason);
        let found = documents[0].details.values().flat_map(|details| &details.fragments);
        let found: Vec<(u32, u32)> = found.map(|span| (span.start(), span.end())).collect();
        assert_eq!(found, expected, "{fragments}");
    };
    check("[[0,2],[2,3]]", "", &[(0, 2), (2, 3)]);
    check("[[4,6],[0,2]]", reason, &[(0, 2), (4, 6)]);
    check("[[5,6],[0,3],[2,4],[5,6]]", reason, &[(0, 4), (5, 6)]);
    check("[[1,1]]", reason, &[]);
}

#[test]
fn fragments_are_written_in_order() {
    let document = |fragments: &[(u32, u32)]| {
        let mut document = Document::new("d", "abcdef");
        let label = labels().at(0).expect("a label");
        let details = EntityDetails {
            fragments: fragments.iter().map(|&(start, end)| Span::new(start, end)).collect(),
            attributes: [("note".to_owned(), "said once".into())].into(),
            ..EntityDetails::default()
        };
        document.push(Entity::new(Span::new(0, 5), label), details);
        document
    };
    for name in ["bdocjs", "brat", "gate-xml"] {
        let given = [document(&[(3, 5), (0, 2), (1, 2)])];
        let (files, _) = formats::write(name, &given, &WriteOptions::default());
        let (again, _) = formats::read(name, &files, &ReadOptions::default());
        assert_eq!(again, [document(&[(0, 2), (3, 5)])], "{name}");
    }
}

#[test]
fn an_id_of_brat_names_one_entity() {
    let ann = "T1\tX 0 1\ta\nT1\tX 0 1\ta\nT1\tX 1 2\tb\n#1\tAnnotatorNotes T1\tsaid once\n";
    let documents = check("brat", &[("ann", ann), ("txt", "ab")], "2 another entity has its id");
    assert_eq!(documents[0].entities.len(), 1);
}

#[test]
fn what_an_entity_holds_is_written_once() {
    let mut document = Document::new("d", "abcdef");
    let label = labels().at(0).expect("a label");
    let details = EntityDetails {
        fragments: vec![Span::new(0, 1), Span::new(2, 3), Span::new(4, 5)],
        attributes: [("note".to_owned(), "said once".into())].into(),
        ..EntityDetails::default()
    };
    document.push(Entity::new(Span::new(0, 5), label), details);
    for name in ["bdocjs", "gate-xml"] {
        let documents = [document.clone()];
        let (files, _) = formats::write(name, &documents, &WriteOptions::default());
        let written = String::from_utf8_lossy(&files[0].1);
        assert_eq!(written.matches("said once").count(), 1, "{written}");
        let (again, _) = formats::read(name, &files, &ReadOptions::default());
        assert_eq!(again, documents, "{name}");
    }
}

const WEBANNO: &str = "#FORMAT=WebAnno TSV 3.3\n";

#[test]
fn text_between_sentences_is_bounded() {
    let far = format!("{WEBANNO}#Text=a\n1-1\t260000000-260000001\ta");
    let files = vec![("tsv".to_owned(), far.into_bytes())];
    let (_, _, result) = formats::try_read("webanno-tsv", &files, &ReadOptions::default());
    let error = result.expect_err("offsets beyond the file").to_string();
    assert!(error.contains("more lies between the sentences"), "{error}");
}

#[test]
fn notes_are_bounded() {
    let layers: String = (0..100_000).map(|n| format!("#T_CH={n}\n")).collect();
    let file = format!("{WEBANNO}{layers}\n\n#Text=a\n1-1\t0-1\ta");
    let (_, report) = read("webanno-tsv", &[("tsv", &file)]);
    assert_eq!(report.notes.len(), 1001);
    assert_eq!(report.notes[1000], "further notes are left out");
}

/// Inputs whose parts would be compared each with each, billions of times.
#[test]
fn time_grows_with_the_input() {
    const N: usize = 200_000;
    let layers = "#T_SP=custom.X|value\n".repeat(N);
    let mut rows = String::new();
    for n in 0..N {
        writeln!(rows, "1-{}\t{n}-{}\ta", n + 1, n + 1).expect("a String takes everything");
    }
    let file = format!("{WEBANNO}{layers}\n\n#Text={}\n{rows}", "a".repeat(N));
    check("webanno-tsv", &[("tsv", &file)], "");

    let mut structures = String::new();
    for n in 0..N {
        write!(
            structures,
            r#"{{"%ID":{n},"%TYPE":"uima.cas.Sofa","sofaID":"s{n}","sofaString":"a"}},{{"%TYPE":"x.NamedEntity","@sofa":{},"begin":0,"end":1,"value":"X"}},"#,
            N - 1 - n
        )
        .expect("a String takes everything");
    }
    let file = format!("{{\"%FEATURE_STRUCTURES\":[{}]}}", structures.trim_end_matches(','));
    assert_eq!(check("json-cas", &[("json", &file)], "").len(), N);

    let (half, whole) = ("a".repeat(750_000), "a".repeat(1_500_000));
    let file = format!("# tawsim interlinear 1\n\n{whole}b\n\tX\t{half}b\n\tX\tc\n");
    let files = vec![("tagged".to_owned(), file.into_bytes())];
    let (_, _, result) = formats::try_read("tagged", &files, &ReadOptions::default());
    assert!(result.expect_err("no c").to_string().contains("\"c\" (occurrence 1)"));

    let row = "1\ta\t_\t_\t_\t_\t_\t_\t_\t_\n\n";
    let file = format!("# newdoc id = {}\n{}", "x".repeat(1 << 20), row.repeat(N));
    check("conllu", &[("conllu", &file)], "1 beyond the limits");
}

#[test]
fn places_are_found_by_their_ids() {
    const N: u32 = 200_000;
    let label = labels().at(0).expect("a label");
    let mut document = Document::new("d", "a".repeat(N as usize));
    for at in 0..N {
        let id = Some(format!("place:{at:09}").into());
        let link = LinkDetails { id, lat: Some(1.0), lon: Some(2.0), ..LinkDetails::default() };
        let details = EntityDetails { link: Some(link), ..EntityDetails::default() };
        document.push(Entity::new(Span::new(at, at + 1), label), details);
    }
    let (files, _) = formats::write("geojson", &[document], &WriteOptions::default());
    let written = String::from_utf8_lossy(&files[0].1);
    assert_eq!(written.matches("\"Feature\"").count(), N as usize);
}
