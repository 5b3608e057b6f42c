use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use tawsim_corpus::{Document, LabelSet, Tag, TagScheme, UnitSpan, units_of};
use tawsim_crf::{Dataset, Progress, StopReason, Weights};
use tawsim_tokenizer::{Span, Tokenized, Tokenizer};
use thiserror::Error;

use crate::clusters::Clusters;
use crate::features::{
    FeatureConfig, FeatureExtractor, FormTable, FormText, TokenizedText, UnitReader, Units,
};
use crate::gazetteer::Gazetteer;
use crate::model::{Metadata, ModelError, ModelParts, transition_mask};

/// How to train a model.
#[derive(Clone, Debug)]
pub struct TrainSettings {
    /// The model's name.
    pub name: String,
    /// Templates of its attributes.
    pub features: FeatureConfig,
    /// Names known beforehand; they go into the model.
    pub gazetteer: Gazetteer,
    /// Word clusters; they go into the model.
    pub clusters: Clusters,
    /// How entities are written as tags.
    pub scheme: TagScheme,
    /// Attributes seen less often than this are left out.
    pub min_count: u32,
    /// Attributes with weights all smaller than this are left out of the file.
    pub prune_below: f32,
    /// The chain's own settings.
    pub crf: tawsim_crf::TrainConfig,
    /// Kept in the model for people to read.
    pub notes: BTreeMap<String, String>,
}

impl TrainSettings {
    /// The settings of the bundled models, without a gazetteer.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        let mut crf = tawsim_crf::TrainConfig { c2: 0.3, ..tawsim_crf::TrainConfig::default() };
        crf.features.boundaries = true;
        crf.lbfgs.max_iterations = 150;
        Self {
            name: name.into(),
            features: FeatureConfig::standard(),
            gazetteer: Gazetteer::default(),
            clusters: Clusters::default(),
            scheme: TagScheme::Iob2,
            min_count: 1,
            prune_below: 0.02,
            crf,
            notes: BTreeMap::new(),
        }
    }
}

/// What came out of training.
#[derive(Clone, Debug)]
pub struct TrainedModel {
    /// The model file.
    pub bytes: Vec<u8>,
    /// How it went.
    pub report: TrainReport,
}

/// How training went.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainReport {
    /// What was trained on.
    pub counts: TrainCounts,
    /// Different attributes seen often enough.
    pub n_attributes: usize,
    /// Attributes in the file.
    pub n_kept_attributes: usize,
    /// Iterations done.
    pub n_iterations: usize,
    /// The last value of the loss.
    pub loss: f64,
    /// Why training ended.
    pub stop: StopReason,
}

/// What a model was trained on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrainCounts {
    /// Documents.
    pub n_documents: usize,
    /// Sentences.
    pub n_sentences: usize,
    /// Stems, numbers and signs.
    pub n_units: usize,
    /// Entities that the chain saw.
    pub n_entities: usize,
    /// Of them, entities whose edges fall inside a segment; they were widened to whole stems.
    pub n_widened: usize,
    /// Entities without a unit of their own, left out.
    pub n_lost: usize,
}

/// Why a model cannot be trained.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrainError {
    /// There is nothing to learn from.
    #[error("no document has an entity; give annotated documents")]
    NoEntities,
    /// The chain cannot be trained.
    #[error(transparent)]
    Crf(#[from] tawsim_crf::TrainError),
    /// The templates cannot be used.
    #[error(transparent)]
    Features(#[from] crate::FeatureConfigError),
    /// The model cannot be written.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The model would be larger than what is read again.
    #[error(
        "the model has {0} bytes, more than can be read; raise the pruning bound or the minimum count"
    )]
    TooLarge(usize),
}

/// Trains a model on annotated documents, whose labels are of `labels`.
///
/// The same documents, settings and version give the same bytes for any number of threads. `progress` is
/// called after each iteration and may end training; the model is that of the last iteration.
///
/// # Errors
/// If there is nothing to learn from or the settings cannot be used.
pub fn train(
    documents: &[Document],
    labels: &LabelSet,
    settings: &TrainSettings,
    progress: &mut (dyn FnMut(&Progress) -> ControlFlow<()> + Send),
) -> Result<TrainedModel, TrainError> {
    settings.features.validate()?;
    let extraction = Extraction::new(labels, settings);
    let mut set = TrainingSet::new(settings.scheme.n_tags(labels.len()));
    // Keys of a block of documents are held at a time; ids are half as long.
    for block in documents.chunks(BLOCK_DOCUMENTS) {
        let extracted: Vec<ExtractedDocument> =
            block.par_iter().map(|document| extraction.document(document)).collect();
        extracted.iter().for_each(|document| set.push(document));
    }
    if set.counts.n_entities == 0 {
        return Err(TrainError::NoEntities);
    }
    let (dataset, keys) = set.dataset(settings.min_count);
    let mut crf = settings.crf.clone();
    crf.features.mask = Some(transition_mask(settings.scheme, labels));
    let trained = tawsim_crf::train(&dataset, &crf, progress)?;
    let rows = quantised_rows(&trained.weights, &keys, settings.prune_below);
    let bytes = model_bytes(labels, settings, &trained.weights, &rows)?;
    if bytes.len() > crate::Model::MAX_BYTES {
        return Err(TrainError::TooLarge(bytes.len()));
    }
    let report = TrainReport {
        counts: set.counts,
        n_attributes: keys.len(),
        n_kept_attributes: rows.keys.len(),
        n_iterations: trained.n_iterations,
        loss: trained.loss,
        stop: trained.stop,
    };
    Ok(TrainedModel { bytes, report })
}

const BLOCK_DOCUMENTS: usize = 64;

/// What is the same for all documents.
struct Extraction<'a> {
    settings: &'a TrainSettings,
    extractor: FeatureExtractor,
    tokenizer: Tokenizer,
    n_tags: usize,
}

/// The sentences of a document as attribute keys and tags.
#[derive(Default)]
struct ExtractedDocument {
    keys: Vec<u64>,
    /// End of each unit in `keys`.
    unit_ends: Vec<u32>,
    tags: Vec<u16>,
    /// End of each sentence in units.
    sentence_ends: Vec<u32>,
    n_entities: usize,
    n_widened: usize,
    n_lost: usize,
}

impl<'a> Extraction<'a> {
    fn new(labels: &LabelSet, settings: &'a TrainSettings) -> Self {
        Self {
            settings,
            extractor: FeatureExtractor::new(&settings.features),
            tokenizer: Tokenizer::new(),
            n_tags: settings.scheme.n_tags(labels.len()),
        }
    }

    fn document(&self, document: &Document) -> ExtractedDocument {
        let mut tokenized = Tokenized::default();
        self.tokenizer.tokenize(&document.text, &mut tokenized);
        let properties = self.extractor.form_properties();
        let mut forms = FormTable::default();
        forms.clear(properties);
        let (mut reader, mut units) = (UnitReader::default(), Units::default());
        let mut out = ExtractedDocument::default();
        let clusters = self.settings.clusters.view();
        let mut entities = EntityCursor { rest: &document.entities, scheme: self.settings.scheme };
        let source = TokenizedText { text: &document.text, tokenized: &tokenized };
        for sentence in tokenized.sentences() {
            let tokens = sentence.first_token_idx as usize..sentence.end_token_idx as usize;
            units.units.clear();
            let form_id = |identity, text: FormText<'_>| {
                let known = forms.get(identity);
                known.unwrap_or_else(|| forms.insert(identity, text, properties, &clusters))
            };
            reader.read(source, tokens, &mut units.units, form_id);
            units.match_gazetteer(&forms, self.settings.gazetteer.view());
            self.push_units(&forms, &units, &mut out);
            entities.push_tags(&units, &mut out);
        }
        out.n_lost += entities.rest.len();
        debug_assert!(out.tags.iter().all(|tag| usize::from(*tag) < self.n_tags));
        out
    }

    fn push_units(&self, forms: &FormTable, units: &Units, out: &mut ExtractedDocument) {
        for unit_idx in 0..units.units.len() {
            self.extractor.attributes(forms, units, unit_idx, |key| out.keys.push(key));
            out.unit_ends.push(out.keys.len() as u32);
        }
        out.sentence_ends.push(out.unit_ends.len() as u32);
    }
}

/// The entities of a document that no sentence has taken yet.
struct EntityCursor<'d> {
    rest: &'d [tawsim_corpus::Entity],
    scheme: TagScheme,
}

impl EntityCursor<'_> {
    /// Takes the entities that begin in the sentence of `units` and writes its tags.
    fn push_tags(&mut self, units: &Units, out: &mut ExtractedDocument) {
        let spans: Vec<Span> = units.units.iter().map(|unit| unit.span).collect();
        let end = spans.last().map_or(0, |span| span.end());
        let n_here = self.rest.partition_point(|entity| entity.span.start() < end);
        let (here, rest) = self.rest.split_at(n_here);
        self.rest = rest;
        let mut unit_spans: Vec<UnitSpan> = Vec::new();
        for entity in here {
            let free_from = unit_spans.last().map_or(0, |last| last.units.end);
            match units_of(entity, &spans).filter(|(range, _)| range.start >= free_from) {
                None => out.n_lost += 1,
                Some((range, is_exact)) => {
                    out.n_widened += usize::from(!is_exact);
                    out.n_entities += 1;
                    unit_spans.push(UnitSpan { units: range, label: entity.label });
                }
            }
        }
        let mut tags: Vec<Tag> = Vec::new();
        self.scheme.encode(&unit_spans, spans.len(), &mut tags);
        out.tags.extend(tags.iter().map(|tag| self.scheme.tag_idx(*tag)));
    }
}

/// All documents, with attribute ids in the order in which they were first seen.
struct TrainingSet {
    n_tags: usize,
    ids: FxHashMap<u64, u32>,
    keys: Vec<u64>,
    n_seen: Vec<u32>,
    attributes: Vec<u32>,
    unit_ends: Vec<usize>,
    tags: Vec<u16>,
    sentence_ends: Vec<usize>,
    counts: TrainCounts,
}

impl TrainingSet {
    fn new(n_tags: usize) -> Self {
        Self {
            n_tags,
            ids: FxHashMap::default(),
            keys: Vec::new(),
            n_seen: Vec::new(),
            attributes: Vec::new(),
            unit_ends: Vec::new(),
            tags: Vec::new(),
            sentence_ends: Vec::new(),
            counts: TrainCounts::default(),
        }
    }

    fn push(&mut self, document: &ExtractedDocument) {
        let (first_attribute, first_unit) = (self.attributes.len(), self.unit_ends.len());
        for &key in &document.keys {
            let id = self.id(key);
            self.n_seen[id as usize] += 1;
            self.attributes.push(id);
        }
        self.unit_ends.extend(document.unit_ends.iter().map(|end| first_attribute + *end as usize));
        self.sentence_ends
            .extend(document.sentence_ends.iter().map(|end| first_unit + *end as usize));
        self.tags.extend_from_slice(&document.tags);
        self.counts.n_documents += 1;
        self.counts.n_sentences += document.sentence_ends.len();
        self.counts.n_units += document.unit_ends.len();
        self.counts.n_entities += document.n_entities;
        self.counts.n_widened += document.n_widened;
        self.counts.n_lost += document.n_lost;
    }

    fn id(&mut self, key: u64) -> u32 {
        let next = self.keys.len() as u32;
        let id = *self.ids.entry(key).or_insert(next);
        if id == next {
            self.keys.push(key);
            self.n_seen.push(0);
        }
        id
    }

    /// The data set of the attributes seen often enough, and their keys.
    fn dataset(&self, min_count: u32) -> (Dataset, Vec<u64>) {
        let mut new_ids = vec![u32::MAX; self.keys.len()];
        let mut keys = Vec::new();
        for (old, &key) in self.keys.iter().enumerate() {
            if self.n_seen[old] >= min_count {
                new_ids[old] = keys.len() as u32;
                keys.push(key);
            }
        }
        let mut dataset = Dataset::new(self.n_tags);
        let (mut unit_idx, mut at) = (0, 0);
        for &sentence_end in &self.sentence_ends {
            while unit_idx < sentence_end {
                let end = self.unit_ends[unit_idx];
                let kept = self.attributes[at..end].iter().map(|old| new_ids[*old as usize]);
                kept.filter(|id| *id != u32::MAX).for_each(|id| dataset.push_attribute(id));
                dataset.end_position(self.tags[unit_idx]);
                at = end;
                unit_idx += 1;
            }
            dataset.end_sequence(1.0);
        }
        (dataset, keys)
    }
}

struct QuantisedRows {
    keys: Vec<u64>,
    weights: Vec<i16>,
    scale: f32,
}

/// Rows whose largest weight reaches `prune_below`, as multiples of one scale.
fn quantised_rows(weights: &Weights, keys: &[u64], prune_below: f32) -> QuantisedRows {
    let largest = |attribute: u32| {
        weights.features(attribute).fold(0.0_f32, |largest, (_, weight)| largest.max(weight.abs()))
    };
    let kept: Vec<u32> = (0..keys.len().min(weights.n_attributes()) as u32)
        .filter(|&attribute| largest(attribute) >= prune_below.max(f32::MIN_POSITIVE))
        .collect();
    let peak = kept.iter().map(|&attribute| largest(attribute)).fold(0.0_f32, f32::max);
    let scale = if peak > 0.0 { peak / f32::from(i16::MAX) } else { 1.0 };
    let mut rows = QuantisedRows { keys: Vec::new(), weights: Vec::new(), scale };
    let mut row = vec![0.0; weights.n_labels()];
    for attribute in kept {
        weights.write_row(attribute, &mut row);
        rows.keys.push(keys[attribute as usize]);
        rows.weights.extend(row.iter().map(|weight| (weight / scale).round() as i16));
    }
    rows
}

fn model_bytes(
    labels: &LabelSet,
    settings: &TrainSettings,
    weights: &Weights,
    rows: &QuantisedRows,
) -> Result<Vec<u8>, ModelError> {
    let metadata = Metadata {
        name: settings.name.clone(),
        labels: labels.names().to_vec(),
        scheme: settings.scheme.name().to_owned(),
        features: settings.features.clone(),
        weight_scale: rows.scale,
        gazetteer_kinds: settings.gazetteer.kinds().to_vec(),
        n_gazetteer_names: settings.gazetteer.n_names() as u64,
        notes: settings.notes.clone(),
    };
    let transitions =
        [weights.transition_weights(), weights.start_weights(), weights.end_weights()].concat();
    ModelParts {
        metadata: &metadata,
        attribute_keys: &rows.keys,
        weights: &rows.weights,
        transitions: &transitions,
        gazetteer: &settings.gazetteer,
        clusters: &settings.clusters.rows,
    }
    .to_bytes()
}
