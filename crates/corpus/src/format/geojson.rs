//! GeoJSON (RFC 7946) of places: one point for each place that a document names.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use tawsim_tokenizer::OffsetUnit;

use super::write::GENERATOR;
use super::{Feature, Features, Format, FormatInfo, Layout, Stream, WriteContext, Writer, no_look};
use crate::{Document, EntityDetails, LinkDetails};

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::Geojson,
    name: "geojson",
    title: "the linked places as points, for maps",
    extensions: &["geojson"],
    sniff: no_look,
    layout: Layout::ManyInOne,
    unit: OffsetUnit::Byte,
    carries: Features::of(&[
        Feature::DocumentIds,
        Feature::Entities,
        Feature::Crossing,
        Feature::Nesting,
        Feature::LineCrossing,
        Feature::SubWord,
        Feature::Links,
        Feature::LinkRest,
    ]),
    reader: None,
    writer: Some(Writer::Stream(Stream {
        header: |_, out| write_geojson_header(out),
        document: write_known,
        separator: ",\n",
        footer: |_, out| write_geojson_footer(out),
        needs_all_labels: false,
    })),
};

fn write_known(document: &Document, _: &WriteContext<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_geojson(document, &document.details_in_order(), out)
}

#[derive(Serialize)]
struct PointFeature<'a> {
    r#type: &'static str,
    geometry: Geometry,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Geometry {
    r#type: &'static str,
    /// Longitude first.
    coordinates: [f64; 2],
}

#[derive(Serialize)]
struct Properties<'a> {
    document: &'a str,
    id: &'a str,
    name: &'a str,
    kind: &'a str,
    country: &'a str,
    admin: &'a [Cow<'a, str>],
    /// The highest score of its mentions.
    score: f32,
    mentions: Vec<Mention<'a>>,
}

#[derive(Serialize)]
struct Mention<'a> {
    start: u32,
    end: u32,
    surface: &'a str,
}

/// What stands before the first feature.
///
/// # Errors
/// If the output fails.
pub fn write_geojson_header(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{{\"type\":\"FeatureCollection\",\"generator\":\"{GENERATOR}\",\"features\":[")
}

/// Writes the places of one document that have coordinates, separated by commas: each entry once, with all
/// its mentions (byte offsets), in the order of their first. Writes nothing if there is none; documents
/// with places are separated by [`GEOJSON_SEPARATOR`].
///
/// # Errors
/// If the output fails.
pub fn write_geojson(
    document: &Document,
    details: &[EntityDetails<'_>],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut features: Vec<PointFeature<'_>> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for (entity, details) in document.entities.iter().zip(details) {
        let Some((link, id, coordinates)) = details.link.as_ref().and_then(located) else {
            continue;
        };
        let mention = Mention {
            start: entity.span.start(),
            end: entity.span.end(),
            surface: document.surface(entity),
        };
        let idx = *known.entry(id).or_insert(features.len());
        match features.get_mut(idx) {
            Some(feature) => {
                feature.properties.score = feature.properties.score.max(link.score);
                feature.properties.mentions.push(mention);
            }
            None => features.push(feature(document, link, coordinates, mention)),
        }
    }
    for (idx, feature) in features.iter().enumerate() {
        if idx > 0 {
            out.write_all(GEOJSON_SEPARATOR)?;
        }
        serde_json::to_writer(&mut *out, feature)?;
    }
    Ok(())
}

/// What stands between two features, also of two documents.
pub const GEOJSON_SEPARATOR: &[u8] = b",\n";

/// What stands behind the last feature.
///
/// # Errors
/// If the output fails.
pub fn write_geojson_footer(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"\n]}\n")
}

/// A link to a place on the map, with its id and coordinates.
type Located<'l, 'a> = (&'l LinkDetails<'a>, &'l str, [f64; 2]);

pub(super) fn located<'l, 'a>(link: &'l LinkDetails<'a>) -> Option<Located<'l, 'a>> {
    Some((link, link.id.as_deref()?, [link.lon?, link.lat?]))
}

fn feature<'a>(
    document: &'a Document,
    link: &'a LinkDetails<'_>,
    coordinates: [f64; 2],
    mention: Mention<'a>,
) -> PointFeature<'a> {
    PointFeature {
        r#type: "Feature",
        geometry: Geometry { r#type: "Point", coordinates },
        properties: Properties {
            document: &document.id,
            id: link.id.as_deref().unwrap_or_default(),
            name: link.name.as_deref().unwrap_or_default(),
            kind: link.kind.as_deref().unwrap_or_default(),
            country: link.country.as_deref().unwrap_or_default(),
            admin: &link.admin,
            score: link.score,
            mentions: vec![mention],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Entity, LabelSet};
    use tawsim_tokenizer::Span;

    #[test]
    fn a_place_is_one_feature() {
        let labels = LabelSet::from_names(["PLACE"]).expect("good name");
        let mut document = Document::new("a", "حلب حلب حمص");
        for span in [(0, 6), (7, 13), (14, 20)] {
            let label = labels.at(0).expect("one label");
            document.entities.push(Entity::new(Span::new(span.0, span.1), label));
        }
        let link = |id, lat: Option<f64>| EntityDetails {
            link: Some(LinkDetails {
                id: Some(Cow::Borrowed(id)),
                lat,
                lon: lat,
                ..LinkDetails::default()
            }),
            ..EntityDetails::default()
        };
        let details =
            [link("place:1", Some(36.2)), link("place:1", Some(36.2)), link("place:2", None)];
        let mut out = Vec::new();
        write_geojson_header(&mut out).expect("to memory");
        write_geojson(&document, &details, &mut out).expect("to memory");
        write_geojson_footer(&mut out).expect("to memory");
        let json: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(json["features"].as_array().map(Vec::len), Some(1));
        let feature = &json["features"][0];
        assert_eq!(feature["geometry"]["coordinates"], serde_json::json!([36.2, 36.2]));
        assert_eq!(feature["properties"]["mentions"][1]["start"], 7);
    }
}
