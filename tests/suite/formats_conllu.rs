//! CoNLL-U: rows, multi-word tokens, spaces, entities in MISC.

use tawsim_corpus::{Document, ReadOptions, TagScheme, WriteOptions};
use tawsim_tests::formats::{read, sample, show, write};
use tawsim_tokenizer::OffsetUnit;

fn written(document: Document, options: &WriteOptions) -> String {
    let (files, losses) = write("conllu", &[document], options);
    let text = String::from_utf8(files[0].1.clone()).expect("UTF-8");
    format!("{text}{losses}")
}

/// Rows in short: columns without the seven of morphology, separated by spaces.
fn short(text: &str) -> String {
    text.replace("\t_\t_\t_\t_\t_\t_\t_\t", " ").replace('\t', " ")
}

#[test]
fn the_sample_is_written() {
    let expected = "\
# newdoc id = d1
# sent_id = d1-1
# text = 🔴 قُتل ١٢ مدنيًّا في قصف لقوات النظام على ريفي إدلب وحلب.
1 🔴 NE=O|Off=0-1
2 قُتل NE=O|Off=2-6
3 ١٢ NE=B-NUM|Off=7-9
4 مدنيًّا NE=O|Off=10-17
5 في NE=O|Off=18-20
6 قصف NE=O|Off=21-24
7-8 لقوات _
7 ل NE=O|Off=25-26
8 قوات NE=B-ORG|Off=26-30
9 النظام NE=I-ORG|Off=31-37
10 على NE=O|Off=38-41
11 ريفي NE=B-LOC|Off=42-46
12 إدلب NE=I-LOC|Off=47-51
13-14 وحلب SpaceAfter=No
13 و NE=O|Off=52-53
14 حلب NE=O|Off=53-56
15 . NE=O|Off=56-57|SpacesAfter=\\n

# sent_id = d1-2
# text = وقال «المرصد السوري» إنّ عناصر من هيئة تحرير الشـام انسحبوا.
1-2 وقال _
1 و NE=O|Off=58-59
2 قال NE=O|Off=59-62
3 « NE=O|Off=63-64|SpaceAfter=No
4 المرصد NE=B-ORG|Off=64-70
5 السوري NE=I-ORG|Off=71-77|SpaceAfter=No
6 » NE=O|Off=77-78
7 إنّ NE=O|Off=79-82
8 عناصر NE=O|Off=83-88
9 من NE=O|Off=89-91
10 هيئة NE=B-ORG|Off=92-96
11 تحرير NE=I-ORG|Off=97-102
12 الشـام NE=I-ORG|Off=103-109
13 انسحبوا NE=O|Off=110-117|SpaceAfter=No
14 . NE=O|Off=117-118|SpaceAfter=No

lost: 1 overlapping entities left out, the longest kept
";
    assert_eq!(short(&written(sample(), &WriteOptions::default())), expected);
}

#[test]
fn schemes_and_units() {
    let options = WriteOptions {
        unit: Some(OffsetUnit::Utf16),
        scheme: Some(TagScheme::Bioes),
        ..WriteOptions::default()
    };
    let text = short(&written(sample(), &options));
    assert!(text.contains("\n3 ١٢ NE=S-NUM|Off=8-10\n"), "{text}");
    assert!(text.contains("\n9 النظام NE=E-ORG|Off=32-38\n"), "{text}");
}

fn check_written(text: &str, expected: &str) {
    let out = short(&written(Document::new("d", text), &WriteOptions::default()));
    let rows: String = out
        .lines()
        .filter(|line| !line.starts_with("# newdoc") && !line.starts_with("# sent_id"))
        .map(|line| format!("{}\n", line.replace("NE=O|", "")))
        .collect();
    assert_eq!(rows, expected, "{text:?}");
}

#[test]
fn spaces_are_kept() {
    check_written(
        " a\u{A0}b",
        "# text = a\u{A0}b\n1 a SpacesAfter=\u{A0}|SpacesBefore=\\s|Off=1-2\n2 b Off=3-4|SpaceAfter=No\n\n",
    );
    check_written(
        "a  b ",
        "# text = a  b\n1 a Off=0-1|SpacesAfter=\\s\\s\n2 b Off=3-4|SpacesAfter=\\s\n\n",
    );
    check_written("\n ", "# text_without_tokens = \"\\n\\s\"\n\n");
    check_written("", "\n");
}

/// Rows in short form as in [`short`], with `~` for the seven columns.
fn check_read(rows: &str, expected: &str) {
    let input = rows.replace(" ~ ", "\t_\t_\t_\t_\t_\t_\t_\t").into_bytes();
    let (documents, report) =
        read("conllu", &vec![(String::new(), input)], &ReadOptions::default());
    let mut shown = String::new();
    for document in &documents {
        let line = |text: &str| text.replace('\n', "/");
        shown += &format!("{} {}\n{}", document.id, line(&document.text), show(document));
        for row in &document.tokens.rows {
            let (span, fields) = (row.span, &row.fields);
            shown += &format!("  {} {}", row.n_words, span.slice(&document.text));
            fields.iter().for_each(|(key, value)| shown += &format!(" {key}={value}"));
            shown.push('\n');
        }
        for sentence in &document.tokens.sentences {
            shown += &format!("  {:?} {:?}\n", sentence.rows, sentence.fields);
        }
    }
    for (reason, tally) in &report.changed {
        shown += &format!("changed: {} {reason}, line {}\n", tally.count, tally.first[0].line);
    }
    assert_eq!(shown, expected, "{rows}");
    // Given tokens come through.
    let (files, losses) = write("conllu", &documents, &WriteOptions::default());
    assert!(losses.is_empty(), "{losses}");
    assert_eq!(read("conllu", &files, &ReadOptions::default()).0, documents);
}

#[test]
fn foreign_rows_are_read() {
    // Words that are not in the text, an empty node, a comment, columns.
    check_read(
        "# newdoc id = a\n# sent_id = s1\n# text = في للبيت\n1\tفي\tفِي\tADP\t_\t_\t_\t_\t_\t_\n2-3\tللبيت ~ SpaceAfter=No\n2\tل ~ NE=O\n3\tالبيت ~ NE=B-LOC|Gloss=x\n3.1\t_ ~ _\n",
        "a في للبيت\nLOC 7-15 لبيت\n  0 في lemma=فِي upos=ADP\n  2 للبيت\n  0 ل\n  0 لبيت form=البيت misc=Gloss=x\n  0 \n  0..5 {\"sent_id\": \"s1\"}\n",
    );
    // Without a document, without tags; sentences are set off by a space.
    check_read(
        "1\tحلب ~ _\n\n1\tحمص ~ SpaceAfter=No\n",
        "d:1 حلب حمص\n  0 حلب\n  0 حمص\n  0..1 {}\n  1..2 {}\n",
    );
    check_read(
        "1\tحلب ~ NE=I-LOC\n2\tحمص ~ NE=B-LOC\n",
        "d:1 حلب حمص\nLOC 0-6 حلب\nLOC 7-13 حمص\n",
    );
    check_read("1\tحلب ~ NE=B-LOC\n", "d:1 حلب\nLOC 0-6 حلب\n");
}

#[test]
fn what_is_wrong_is_said() {
    check_read(
        "# text = حمص\n1\tحلب ~ NE=B-LOC\nx\n",
        "d:1 حلب\nLOC 0-6 حلب\nchanged: 1 `# text` is not what the tokens spell; the tokens were taken, line 2\nchanged: 1 a line is no row of ten columns; left out, line 3\n",
    );
    check_read(
        "1-2\tعنه ~ _\n1\tعن ~ _\n2\tهُوَ ~ NE=B-ORG\n",
        "d:1 عنه\nORG 4-6 ه\n  2 عنه\n  0 عن\n  0 ه form=هُوَ\n  0..3 {}\n",
    );
    check_read(
        "1-2\tله ~ _\n1\tx ~ _\n2\ty ~ NE=B-ORG\n",
        "d:1 له\nORG 0-4 له\n  2 له\n  0 له form=x\n  0 له form=y\n  0..3 {}\nchanged: 1 a word is no part of its token; its entity takes the token, line 0\n",
    );
    check_read(
        "1-9999999\tله ~ _\n\n7-3\tله ~ _\n",
        "d:1 له\n  0 له\n  0..1 {}\nchanged: 1 a line is no row of ten columns; left out, line 3\nchanged: 1 a multi-word token has no words, line 1\n",
    );
}
