//! What an event that somebody else wrote may say. The log is append-only: a value that no reader takes would stay
//! in it for good.

use std::collections::BTreeMap;

use tawsim_corpus::LabelSet;

use crate::change::{COMMENT, Change, DOCUMENT, Field, LABEL, LAYER, REVIEW, SPAN, Scalar, Table};
use crate::id::RowId;
use crate::plan::need_name;
use crate::{DocumentId, LayerId, LayerKind, Link, Presence, ReviewState, SpanState};

type Rule = fn(&Scalar) -> bool;

/// What a field may hold, in whatever table it is; [`RULES_OF_TABLES`] goes before.
const RULES: [(&str, Rule); 21] = [
    ("presence", |value| is(value, |text| Presence::from_name(text).is_some())),
    ("name", |value| is(value, |text| need_name(text).is_ok())),
    ("text_hash", |value| is(value, |text| text.len() == 64)),
    ("metadata", |value| is(value, is_json::<BTreeMap<String, String>>)),
    ("kind", |value| is(value, |text| LayerKind::from_name(text).is_some())),
    ("is_flagged", is_flag),
    ("is_resolved", is_flag),
    ("position", |value| matches!(value, Scalar::Int(0..=0x7fff_ffff))),
    ("title", is_text),
    ("color", is_text),
    ("shortcut", is_text),
    ("guideline", is_text),
    ("author", is_text),
    ("text", is_text),
    ("source", is_text),
    ("layer", is_id),
    ("start_byte", is_byte),
    ("end_byte", is_byte),
    ("label", |value| is(value, is_label)),
    ("reviewer", |value| *value == Scalar::Null || is_text(value)),
    ("value", |value| *value == Scalar::Null || is_text(value)),
];

const RULES_OF_TABLES: [(Table, &str, Rule); 6] = [
    (LABEL, "name", |value| is(value, is_label)),
    (SPAN, "state", |value| is(value, |text| SpanState::from_name(text).is_some())),
    (REVIEW, "state", |value| is(value, |text| ReviewState::from_name(text).is_some())),
    (SPAN, "score", is_score),
    (SPAN, "link", |value| *value == Scalar::Null || is(value, is_json::<Link>)),
    (COMMENT, "span", |value| *value == Scalar::Null || is_id(value)),
];

/// What names a row: its id is made from it, so it never changes.
const NAMES: [(Table, &str); 6] = [
    (DOCUMENT, "name"),
    (DOCUMENT, "text_hash"),
    (LAYER, "name"),
    (LABEL, "name"),
    (REVIEW, "layer"),
    (SPAN, "layer"),
];

fn is(value: &Scalar, holds: impl Fn(&str) -> bool) -> bool {
    matches!(value, Scalar::Text(text) if holds(text))
}

fn is_text(value: &Scalar) -> bool {
    matches!(value, Scalar::Text(_))
}

fn is_json<T: serde::de::DeserializeOwned>(text: &str) -> bool {
    serde_json::from_str::<T>(text).is_ok()
}

fn is_label(name: &str) -> bool {
    LabelSet::from_names([name]).is_ok()
}

const fn is_flag(value: &Scalar) -> bool {
    matches!(value, Scalar::Int(0 | 1))
}

const fn is_id(value: &Scalar) -> bool {
    matches!(value, Scalar::Int(0..))
}

fn is_byte(value: &Scalar) -> bool {
    matches!(value, Scalar::Int(byte) if u32::try_from(*byte).is_ok())
}

const fn is_score(value: &Scalar) -> bool {
    match value {
        Scalar::Null | Scalar::Int(_) => true,
        Scalar::Real(score) => score.is_finite(),
        Scalar::Text(_) => false,
    }
}

/// Why a change of an event of this document cannot be taken; `Ok` if the program could have written it.
pub(crate) fn check(change: &Change, document: Option<DocumentId>) -> Result<(), String> {
    let (table, id) = change.row();
    let refused = |field: &str| Err(format!("{field:?} of a {} has no such value", table.name));
    if id < 0 {
        return refused("id");
    }
    let values = match change {
        Change::Create { values, .. } => values.as_slice(),
        Change::Set { field, after, .. } => &[(*field, after.clone())],
    };
    if let Some((field, _)) = values.iter().find(|(field, value)| !fits(table, *field, value)) {
        return refused(field.name());
    }
    match change {
        Change::Create { values, .. } if !is_named(table, id, (document, values)) => refused("id"),
        Change::Set { field, .. } if NAMES.contains(&(table, field.name())) => {
            Err(format!("{:?} of a {} never changes", field.name(), table.name))
        }
        _ => Ok(()),
    }
}

fn fits(table: Table, field: Field, value: &Scalar) -> bool {
    let of_table = RULES_OF_TABLES.iter().find(|rule| rule.0 == table && rule.1 == field.name());
    let of_all = || RULES.iter().find(|rule| rule.0 == field.name()).map(|rule| rule.1);
    of_table.map(|rule| rule.2).or_else(of_all).is_some_and(|rule| rule(value))
}

/// Whether the id is the one that is made from what names the row; spans and comments may have any.
fn is_named(
    table: Table,
    id: i64,
    (document, values): (Option<DocumentId>, &[(Field, Scalar)]),
) -> bool {
    let value =
        |name: &str| values.iter().find(|(field, _)| field.name() == name).map(|(_, value)| value);
    let text = |name: &str| match value(name) {
        Some(Scalar::Text(text)) => text.as_str(),
        _ => "",
    };
    match (table, document, value("layer")) {
        (DOCUMENT, ..) => DocumentId::of(text("name"), text("text_hash")).0 == id,
        (LAYER, ..) => LayerId::of(text("name")).0 == id,
        (LABEL, ..) => RowId::of_label(text("name")).0 == id,
        (REVIEW, Some(document), Some(Scalar::Int(layer))) => {
            RowId::of_review(document, LayerId(*layer)).0 == id
        }
        (SPAN | COMMENT, ..) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::TABLES;

    #[test]
    fn every_field_has_a_rule() {
        for table in TABLES {
            for name in table.fields.iter().chain([&"presence"]) {
                let of_table =
                    RULES_OF_TABLES.iter().any(|rule| rule.0 == table && rule.1 == *name);
                assert!(
                    of_table || RULES.iter().any(|rule| rule.0 == *name),
                    "{} {name}",
                    table.name
                );
            }
        }
    }

    #[test]
    fn what_no_reader_takes_is_refused() {
        let layer = |name: &str, kind: &str| {
            let values = [("name", name.into()), ("kind", kind.into())];
            Change::create(LAYER, LayerId::of(name).0, &values)
        };
        let set = |table, name: &str, after: Scalar| Change::Set {
            table,
            id: 7,
            field: Field::named(name).expect("a field"),
            before: Scalar::Null,
            after,
        };
        let cases = [
            (layer("samar", "annotator"), true),
            (layer("samar", "bogus"), false),
            (layer("sa\nmar", "annotator"), false),
            (
                Change::create(LAYER, 7, &[("name", "samar".into()), ("kind", "annotator".into())]),
                false,
            ),
            (set(LABEL, "presence", "retired".into()), true),
            (set(LABEL, "presence", "bogus".into()), false),
            (set(LABEL, "name", "PLACE".into()), false),
            (set(DOCUMENT, "metadata", "{\"a\":\"b\"}".into()), true),
            (set(DOCUMENT, "metadata", "garbage".into()), false),
            (set(DOCUMENT, "name", "other".into()), false),
            (set(REVIEW, "state", "approved".into()), true),
            (set(REVIEW, "state", "confirmed".into()), false),
            (set(SPAN, "state", "confirmed".into()), true),
            (set(SPAN, "start_byte", Scalar::Int(-1)), false),
            (set(SPAN, "score", Scalar::Real(f64::INFINITY)), false),
            (set(SPAN, "link", "{}".into()), false),
            (set(SPAN, "value", Scalar::Null), true),
            (Change::create(SPAN, -7, &[]), false),
        ];
        for (change, expected) in cases {
            assert_eq!(check(&change, Some(DocumentId(1))).is_ok(), expected, "{change:?}");
        }
    }
}
