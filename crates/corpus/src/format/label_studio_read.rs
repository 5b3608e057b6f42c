//! Reading Label Studio's JSON.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tawsim_tokenizer::OffsetMap;

use super::json_fields::{metadata_of, name_of, take_name};
use super::label_studio::{INFO, MADE_ID};
use super::{GivenEntity, Import, Input, ReadError, ReadProblem};
use crate::{Document, EntityDetails, EntitySource};

#[derive(Deserialize)]
struct Task {
    id: Option<Value>,
    data: Map<String, Value>,
    /// Of type [`Work`], or only their ids.
    #[serde(default, alias = "completions")]
    annotations: Vec<Value>,
    /// As the annotations.
    #[serde(default)]
    predictions: Vec<Value>,
}

/// The short export: the only annotation of each task, its fields beside the text.
#[derive(Deserialize)]
struct ShortTask {
    id: Option<Value>,
    text: String,
    #[serde(default)]
    label: Vec<Value>,
    annotator: Option<Value>,
    updated_at: Option<String>,
}

/// An annotation or a prediction.
#[derive(Default, Deserialize)]
#[serde(default, expecting = "an annotation with its results")]
struct Work {
    completed_by: Option<Value>,
    model_version: Option<Value>,
    /// Of type [`Item`], if they are labelled spans.
    result: Vec<Value>,
    was_cancelled: Option<bool>,
    ground_truth: Option<bool>,
    created_at: Option<String>,
    updated_at: Option<String>,
}

impl Work {
    fn is_cancelled(&self) -> bool {
        self.was_cancelled == Some(true)
    }

    fn is_ground_truth(&self) -> bool {
        self.ground_truth == Some(true)
    }
}

#[derive(Default, Deserialize)]
#[serde(default, expecting = "a result")]
struct Item {
    id: Option<Value>,
    score: Option<f32>,
    value: ItemValue,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ItemValue {
    start: Option<u64>,
    end: Option<u64>,
    text: Option<String>,
    #[serde(alias = "hypertextlabels")]
    labels: Vec<String>,
}

/// Reads tasks: a list, or one a line. Of the annotations of a task the one that is ground truth, else the
/// first that was not cancelled, gives the document's entities; the others, and predictions, are layers.
/// The first prediction gives the entities of a task without annotations; those that cannot be read are some.
///
/// # Errors
/// If the input is no UTF-8, too long, or no JSON.
pub(super) fn read_label_studio(
    input: &mut Input<'_>,
    import: &mut Import<'_>,
) -> Result<(), ReadError> {
    let text = input.read_text(import.options.limits)?;
    let tasks = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    let mut n_tasks = 0;
    for value in tasks {
        let value = value.map_err(|error| ReadError {
            line: error.line() as u64,
            byte: 0,
            problem: ReadProblem::Shape(format!("{error}; expected a list of tasks")),
        })?;
        let list = match value {
            Value::Array(list) => list,
            one => vec![one],
        };
        for task in list {
            n_tasks += 1;
            take_value(task, n_tasks, import);
        }
    }
    Ok(())
}

fn take_value(value: Value, number: u64, import: &mut Import<'_>) {
    let refuse = |error: serde_json::Error, import: &mut Import<'_>| {
        let problem = ReadProblem::Shape(format!("task {number}: {error}"));
        import.refuse(0, 0, &problem);
    };
    if value.get("data").is_some() {
        match serde_json::from_value::<Task>(value) {
            Ok(task) => take_task(task, number, import),
            Err(error) => refuse(error, import),
        }
    } else {
        match serde_json::from_value::<ShortTask>(value) {
            Ok(task) => take_task(task.into_task(), number, import),
            Err(error) => refuse(error, import),
        }
    }
}

impl ShortTask {
    fn into_task(self) -> Task {
        let item = |value| Map::from_iter([("value".to_owned(), value)]).into();
        let result: Vec<Value> = self.label.into_iter().map(item).collect();
        let work = [
            ("completed_by", self.annotator),
            ("result", Some(result.into())),
            ("updated_at", self.updated_at.map(Into::into)),
        ];
        let work = work.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        let work = Map::from_iter(work).into();
        let data = Map::from_iter([("text".to_owned(), self.text.into())]);
        Task { id: self.id, data, annotations: vec![work], predictions: Vec::new() }
    }
}

fn take_task(mut task: Task, number: u64, import: &mut Import<'_>) {
    let Some(text) = take_text(&mut task.data) else {
        let problem = ReadProblem::Shape(format!("task {number}: its data has no text"));
        return import.refuse(0, 0, &problem);
    };
    let id = take_name(&mut task.data, &["doc_id", "id"]);
    let id = id.or_else(|| task.id.as_ref().and_then(name_of));
    let id = id.unwrap_or_else(|| format!("{}:{number}", import.input_name()));
    let mut document = Document { metadata: metadata_of(task.data), ..Document::new(id, "") };
    let map = OffsetMap::new(&text, import.options.unit.unwrap_or(INFO.unit));
    // Where a person's work cannot be read, a prediction does not become it.
    let is_predicted = task.annotations.is_empty();
    let annotations: Vec<Work> =
        readable(task.annotations, "an annotation cannot be read; left out", &document.id, import);
    let own = annotations.iter().position(|work| work.is_ground_truth() && !work.is_cancelled());
    let own = own.or_else(|| annotations.iter().position(|work| !work.is_cancelled()));
    let predictions: Vec<Work> =
        readable(task.predictions, "a prediction cannot be read; left out", &document.id, import);
    for (idx, work) in annotations.into_iter().enumerate() {
        let annotator = work.completed_by.as_ref().and_then(person);
        let layer =
            (own != Some(idx)).then(|| annotator.clone().unwrap_or_else(|| (idx + 1).to_string()));
        take_work(
            &mut document,
            (&text, &map),
            (work, layer, annotator.map(EntitySource::Human)),
            import,
        );
    }
    for (idx, work) in predictions.into_iter().enumerate() {
        let version = work.model_version.as_ref().and_then(name_of);
        let layer = version.unwrap_or_else(|| format!("prediction {}", idx + 1));
        let layer = (!is_predicted || idx > 0).then_some(layer);
        take_work(&mut document, (&text, &map), (work, layer, None), import);
    }
    document.text = text;
    import.document(document);
}

/// The field `text`, else the only text there is.
fn take_text(data: &mut Map<String, Value>) -> Option<String> {
    let mut texts = data.iter().filter(|(_, value)| value.is_string()).map(|(key, _)| key.clone());
    let only = texts.next().filter(|_| texts.next().is_none());
    let key = if data.contains_key("text") { "text".to_owned() } else { only? };
    match data.remove(&key)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Who annotated: a number, or an object with an address.
fn person(value: &Value) -> Option<String> {
    let address = value.get("email").or_else(|| value.get("id"));
    address.map_or_else(|| name_of(value), name_of)
}

/// Those of the values that have the shape of a `T`; the others are counted.
fn readable<T: DeserializeOwned>(
    values: Vec<Value>,
    reason: &'static str,
    document: &str,
    import: &mut Import<'_>,
) -> Vec<T> {
    let mut read = |value| {
        let count = |error| import.changed(reason, 0, format!("{document}: {error}"));
        serde_json::from_value(value).map_err(count).ok()
    };
    values.into_iter().filter_map(&mut read).collect()
}

fn take_work(
    document: &mut Document,
    (text, map): (&str, &OffsetMap<'_>),
    (work, layer, source): (Work, Option<String>, Option<EntitySource>),
    import: &mut Import<'_>,
) {
    let is_cancelled = work.is_cancelled();
    let time = work.updated_at.or(work.created_at);
    let no_span = "a result is no labelled span; left out";
    let items: Vec<Item> = readable(work.result, no_span, &document.id, import);
    for Item { id, score, value } in items {
        let Some(start) = value.start else {
            import.changed(no_span, 0, &*document.id);
            continue;
        };
        let id = id.as_ref().and_then(name_of).filter(|id| !id.starts_with(MADE_ID));
        for label in &value.labels {
            if is_cancelled {
                import.report.entities_in += 1;
                import.left_out("their annotation was cancelled", 0, &*document.id);
                continue;
            }
            let details = EntityDetails {
                id: id.clone().map(Into::into),
                source: source.clone(),
                time: time.clone(),
                ..EntityDetails::default()
            };
            let mention = GivenEntity {
                units: start..value.end.unwrap_or(0),
                surface: value.text.as_deref(),
                label,
                score,
                details,
                annotator: layer.as_deref(),
                line: 0,
            };
            import.entity(document, map, text, mention);
        }
    }
}
