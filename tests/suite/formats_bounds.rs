//! Values that no output can say again.

use tawsim_corpus::{Document, ImportReport, ReadOptions, WriteOptions};
use tawsim_tests::formats::{self, labels};

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
        let kind = &labels().names()[0];
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
