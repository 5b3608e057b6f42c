//! What we write, we read again: any text, any entities.

use proptest::prelude::*;
use tawsim_corpus::{
    Document, Entity, JsonlReader, LabelSet, read_interlinear, write_interlinear, write_jsonl,
};
use tawsim_tokenizer::Span;

/// A document of odd text with disjoint entities on char boundaries.
fn document() -> impl Strategy<Value = Document> {
    let piece = prop_oneof![
        "[\u{621}-\u{652}]{1,6}",
        "[ \n\r\t]{1,2}",
        "[a-zA-Z0-9\"#\\\\]{1,4}",
        Just("😀".to_owned()),
        "\\PC{1,4}",
    ];
    (prop::collection::vec((piece, 0..4_usize), 0..30), "[a-z0-9-]{0,8}").prop_map(
        |(pieces, id)| {
            let labels = labels();
            let mut document = Document::new(id, "");
            for (piece, label_idx) in pieces {
                let start = document.text.len();
                document.text += &piece;
                // The fourth choice is plain text.
                if let Some(label) = labels.at(label_idx) {
                    let span = Span::from_range(start..document.text.len()).expect("short");
                    document.entities.push(Entity::new(span, label));
                }
            }
            document
        },
    )
}

fn labels() -> LabelSet {
    LabelSet::from_names(["PLACE", "FACTION", "NUMBER"]).expect("good names")
}

proptest! {
    #[test]
    fn json_lines(document in document()) {
        let mut out = Vec::new();
        write_jsonl(&document, &labels(), &mut out).expect("to memory");
        let mut read_labels = labels();
        let read: Vec<_> = JsonlReader::new(out.as_slice(), &mut read_labels).collect();
        prop_assert_eq!(read.len(), 1);
        prop_assert_eq!(read[0].as_ref().expect("own output"), &document);
    }

    #[test]
    fn interlinear_or_an_error(document in document()) {
        let mut out = Vec::new();
        if write_interlinear(&document, &labels(), &[("genre", "test")], &mut out).is_ok() {
            let text = String::from_utf8(out).expect("UTF-8");
            let read = read_interlinear(&text, &mut labels()).expect("own output");
            prop_assert_eq!(read, document);
        } else {
            let surface_breaks = |e: &Entity| document.surface(e).contains(['\t', '\n']);
            let has_tab_line = document.text.split('\n').any(|line| line.starts_with('\t'));
            prop_assert!(has_tab_line || document.entities.iter().any(surface_breaks));
        }
    }
}
