//! Label Studio's JSON: a list of tasks, for a configuration with
//! `<Labels name="label" toName="text">` and `<Text name="text" value="$text" granularity="symbol"/>`.
//!
//! A document whose entities all have scores is written as a prediction, any other as an annotation. The id of
//! the document is `data.doc_id`, metadata are the further fields of `data`.

use std::io::{self, Write};

use serde::Serialize;
use tawsim_tokenizer::OffsetUnit;

use super::json_fields::{Offsets, check_fields};
use super::label_studio_read::read_label_studio;
use super::{Feature, Features, Format, FormatInfo, Layout, Stream, WriteContext, Writer};
use crate::{Document, Entity, Metadata};

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::LabelStudio,
    name: "label-studio",
    title: "Label Studio's JSON: tasks with annotations or predictions",
    extensions: &[],
    sniff: looks_like_label_studio,
    layout: Layout::ManyInOne,
    unit: OffsetUnit::CodePoint,
    carries: Features::SPANS.and(&[Feature::Metadata, Feature::Scores, Feature::EntityIds]),
    reader: Some(read_label_studio),
    writer: Some(Writer::Stream(Stream {
        header: |_, out| out.write_all(b"[\n"),
        document: write_task,
        separator: ",\n",
        footer: |_, out| out.write_all(b"\n]\n"),
        needs_all_labels: false,
    })),
};

/// In front of ids that we make because results need one.
pub(super) const MADE_ID: &str = "tawsim-";

fn looks_like_label_studio(head: &str) -> Option<&'static str> {
    let head: String = head.chars().filter(|c| !c.is_whitespace()).collect();
    let keys =
        ["\"annotations\":[", "\"predictions\":[", "\"completions\":[", "\"annotation_id\":"];
    let is_list = head.starts_with("[{") || head.starts_with("{\"");
    (is_list && head.contains("\"data\":{") && keys.iter().any(|key| head.contains(key))
        || head.starts_with("[{") && head.contains("\"annotation_id\":"))
    .then_some("tasks have data with annotations or predictions")
}

#[derive(Serialize)]
struct Task<'a> {
    data: Data<'a>,
    annotations: Vec<Work<'a>>,
    predictions: Vec<Work<'a>>,
}

#[derive(Serialize)]
struct Data<'a> {
    text: &'a str,
    doc_id: &'a str,
    #[serde(flatten)]
    metadata: &'a Metadata,
}

/// An annotation or a prediction.
#[derive(Serialize)]
struct Work<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    model_version: Option<&'static str>,
    /// The mean of the entities'.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    result: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: String,
    from_name: &'static str,
    to_name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
    value: ItemValue<'a>,
}

#[derive(Serialize)]
struct ItemValue<'a> {
    start: u32,
    end: u32,
    text: &'a str,
    labels: [&'a str; 1],
}

fn write_task(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    check_fields(&document.metadata, &["text", "doc_id"])?;
    let offsets = Offsets::new(document, INFO.unit)?;
    let rows = document.entities.iter().enumerate();
    let result: Vec<Item<'_>> = rows
        .map(|(idx, entity)| {
            let (start, end) = offsets.of(entity.span);
            let labels = [context.labels.name(entity.label)];
            let value = ItemValue { start, end, text: document.surface(entity), labels };
            let (id, score) = (id_of(document, idx, entity), entity.score);
            Item { id, from_name: "label", to_name: "text", kind: "labels", score, value }
        })
        .collect();
    let data = Data { text: &document.text, doc_id: &document.id, metadata: &document.metadata };
    let (mut annotations, mut predictions) = (Vec::new(), Vec::new());
    match mean_score(&document.entities) {
        _ if result.is_empty() => {}
        score @ Some(_) => predictions.push(Work { model_version: Some("tawsim"), score, result }),
        None => annotations.push(Work { model_version: None, score: None, result }),
    }
    Ok(serde_json::to_writer(out, &Task { data, annotations, predictions })?)
}

fn id_of(document: &Document, idx: usize, entity: &Entity) -> String {
    let own = document.details_of(entity).and_then(|details| details.id.as_deref());
    own.map_or_else(|| format!("{MADE_ID}{}", idx + 1), str::to_owned)
}

/// `None` unless all have a score.
fn mean_score(entities: &[Entity]) -> Option<f64> {
    let scores: Option<Vec<f64>> =
        entities.iter().map(|entity| entity.score.map(f64::from)).collect();
    let scores = scores.filter(|scores| !scores.is_empty())?;
    Some(scores.iter().sum::<f64>() / scores.len() as f64)
}
