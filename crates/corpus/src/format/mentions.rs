//! CSV of mentions: one entity a line, for spreadsheets and statistics.

use std::borrow::Cow;
use std::io::{self, Write};

use tawsim_tokenizer::OffsetUnit;

use super::{Feature, Features, Format, FormatInfo, Layout, Stream, WriteContext, Writer, no_look};
use crate::{Document, EntityDetails, LabelSet, LinkDetails, ValueDetails};

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::Csv,
    name: "csv",
    title: "a table of mentions with their links and values, for spreadsheets",
    extensions: &["csv"],
    sniff: no_look,
    layout: Layout::ManyInOne,
    unit: OffsetUnit::Byte,
    carries: Features::all_but(&[
        Feature::Text,
        Feature::Metadata,
        Feature::Tokens,
        Feature::Layers,
        Feature::Fragments,
        Feature::LinkAlternatives,
        Feature::ValueFlags,
        Feature::Provenance,
        Feature::EntityIds,
        Feature::Attributes,
    ]),
    reader: None,
    writer: Some(Writer::Stream(Stream {
        header: |_, out| write_mentions_header(out),
        document: write_known,
        ..Stream::PLAIN
    })),
};

/// As CSV, but tabs separate.
pub(super) const TSV: FormatInfo = FormatInfo {
    format: Format::Tsv,
    name: "tsv",
    title: "a table of mentions as csv, separated by tabs",
    extensions: &["tsv"],
    writer: Some(Writer::Stream(Stream {
        header: |_, out| write_rows(b'\t', std::iter::once(COLUMNS.map(str::to_owned)), out),
        document: |document, context, out| {
            write_rows(b'\t', rows(document, context.labels, &document.details_in_order()), out)
        },
        ..Stream::PLAIN
    })),
    ..INFO
};

fn write_known(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_mentions(document, context.labels, &document.details_in_order(), out)
}

/// The columns, in order.
const COLUMNS: [&str; 20] = [
    "document",
    "start",
    "end",
    "label",
    "surface",
    "score",
    "link_id",
    "link_name",
    "link_kind",
    "link_score",
    "lat",
    "lon",
    "country",
    "admin",
    "side",
    "value_min",
    "value_max",
    "unit",
    "date_from",
    "date_to",
];

/// Writes the header line. Call it once, before the documents.
///
/// # Errors
/// If the output fails.
pub fn write_mentions_header(out: &mut dyn Write) -> io::Result<()> {
    write_rows(b',', std::iter::once(COLUMNS.map(str::to_owned)), out)
}

/// Writes the entities of one document, one a line, as RFC 4180 says. Offsets are bytes; units of `admin`
/// are separated by ` / `, the largest first. `details` are those of the entities, in their order, or none.
///
/// A text that a spreadsheet would take for a formula gets `'` in front, in every column: also ids, labels and what a link
/// says.
///
/// # Errors
/// If the output fails.
pub fn write_mentions(
    document: &Document,
    labels: &LabelSet,
    details: &[EntityDetails<'_>],
    out: &mut dyn Write,
) -> io::Result<()> {
    write_rows(b',', rows(document, labels, details), out)
}

fn rows(
    document: &Document,
    labels: &LabelSet,
    details: &[EntityDetails<'_>],
) -> impl Iterator<Item = [String; 20]> {
    document.entities.iter().enumerate().map(|(idx, entity)| {
        let details = details.get(idx);
        let link = details.and_then(|details| details.link.as_ref());
        let value = details.and_then(|details| details.value.as_ref());
        let head = [
            harmless(&document.id),
            entity.span.start().to_string(),
            entity.span.end().to_string(),
            harmless(labels.name(entity.label)),
            harmless(document.surface(entity)),
            entity.score.map_or(String::new(), |score| format!("{score:.4}")),
        ];
        let mut fields = head.into_iter().chain(link_fields(link)).chain(value_fields(value));
        COLUMNS.map(|_| fields.next().unwrap_or_default())
    })
}

fn link_fields(link: Option<&LinkDetails<'_>>) -> Vec<String> {
    let Some(link) = link else { return vec![String::new(); 9] };
    let text = |text: &Option<Cow<'_, str>>| harmless(text.as_deref().unwrap_or_default());
    let degrees =
        |degrees: Option<f64>| degrees.map_or(String::new(), |degrees| degrees.to_string());
    vec![
        text(&link.id),
        text(&link.name),
        text(&link.kind),
        format!("{:.4}", link.score),
        degrees(link.lat),
        degrees(link.lon),
        text(&link.country),
        harmless(&link.admin.join(" / ")),
        text(&link.side),
    ]
}

fn value_fields(value: Option<&ValueDetails<'_>>) -> Vec<String> {
    match value {
        None => Vec::new(),
        Some(ValueDetails::Number { min, max, unit, .. }) => vec![
            min.to_string(),
            max.map_or(String::new(), |max| max.to_string()),
            unit.as_deref().map_or(String::new(), harmless),
        ],
        Some(ValueDetails::Date { from, to, .. }) => {
            let empty = String::new;
            vec![empty(), empty(), empty(), harmless(from), harmless(to)]
        }
    }
}

/// What makes a spreadsheet take a text for a formula, after OWASP's "CSV Injection": the last four stand for the first in
/// East Asian versions.
const FORMULA_STARTS: [char; 11] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];

/// Text that a spreadsheet does not run; numbers keep their sign.
fn harmless(text: &str) -> String {
    if text.starts_with(FORMULA_STARTS) && text.len() > 1 {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn write_rows<const N: usize>(
    separator: u8,
    rows: impl Iterator<Item = [String; N]>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    for row in rows {
        writer.write_record(&row)?;
    }
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Entity;
    use tawsim_tokenizer::Span;

    #[test]
    fn one_line_a_mention() {
        let labels = LabelSet::from_names(["PLACE", "FACTION"]).expect("good names");
        let mut document = Document::new("=a,b", "في حلب \"ق\nف\"");
        let label = |idx| labels.at(idx).expect("two labels");
        document.entities.push(Entity::new(Span::new(5, 11), label(0)));
        document.entities.push(Entity::new(Span::new(12, 19), label(1)));
        let link = LinkDetails {
            id: Some("place:1".into()),
            name: Some("حلب".into()),
            score: 0.75,
            lat: Some(36.2),
            lon: Some(37.15),
            admin: vec!["حلب".into(), "جبل سمعان".into()],
            ..LinkDetails::default()
        };
        let value = ValueDetails::Number {
            min: 12.0,
            max: None,
            approximate: false,
            percent: false,
            ordinal: false,
            unit: Some("قتيل".into()),
        };
        let details = [
            EntityDetails { link: Some(link), ..EntityDetails::default() },
            EntityDetails { value: Some(value), ..EntityDetails::default() },
        ];
        let mut out = Vec::new();
        write_mentions_header(&mut out).expect("to memory");
        write_mentions(&document, &labels, &details, &mut out).expect("to memory");
        assert_eq!(
            String::from_utf8(out).expect("UTF-8"),
            "document,start,end,label,surface,score,link_id,link_name,link_kind,link_score,lat,lon,country,admin,side,value_min,value_max,unit,date_from,date_to\r\n\
             \"'=a,b\",5,11,PLACE,حلب,,place:1,حلب,,0.7500,36.2,37.15,,حلب / جبل سمعان,,,,,,\r\n\
             \"'=a,b\",12,19,FACTION,\"\"\"ق\nف\"\"\",,,,,,,,,,,12,,قتيل,,\r\n"
        );
    }

    #[test]
    fn no_column_holds_a_formula() {
        const FORMULA: &str = "=1+1";
        let labels = LabelSet::from_names([FORMULA]).expect("any name");
        let mut document = Document::new(FORMULA, FORMULA);
        let label = labels.at(0).expect("one label");
        document.entities = vec![Entity::new(Span::new(0, 4), label); 2];
        let text = || Some(Cow::from(FORMULA));
        let link = LinkDetails {
            id: text(),
            name: text(),
            kind: text(),
            lat: Some(-33.5),
            country: text(),
            admin: vec![FORMULA.into()],
            side: text(),
            ..LinkDetails::default()
        };
        let number = ValueDetails::Number {
            min: -1.0,
            max: None,
            approximate: false,
            percent: false,
            ordinal: false,
            unit: text(),
        };
        let date = ValueDetails::Date { from: FORMULA.into(), to: FORMULA.into(), time: None };
        let details = [number, date].map(|value| EntityDetails {
            link: Some(link.clone()),
            value: Some(value),
            ..EntityDetails::default()
        });
        let cells: Vec<String> = rows(&document, &labels, &details).flat_map(Vec::from).collect();
        assert!(!cells.iter().any(|cell| cell.starts_with('=')), "{cells:?}");
        assert_eq!(cells.iter().filter(|cell| *cell == "'=1+1").count(), 2 * 9 + 1 + 2);
        assert!(cells.contains(&"-33.5".to_owned()) && cells.contains(&"-1".to_owned()));
    }
}
