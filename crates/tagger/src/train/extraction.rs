use tawsim_corpus::{Document, Entity, LabelSet, Tag, TagScheme, UnitSpan, units_of};
use tawsim_tokenizer::{Span, Tokenized, Tokenizer};

use super::{Sample, TrainSettings};
use crate::clusters::Clusters;
use crate::features::{
    FeatureExtractor, FormTable, TokenizedText, Unit, UnitReader, Units, UnreadForm,
};
use crate::model::EntityEdges;

/// What is the same for all documents.
pub(super) struct Extraction<'a> {
    settings: &'a TrainSettings,
    extractor: FeatureExtractor,
    tokenizer: Tokenizer,
    n_tags: usize,
}

/// The sentences of a document as attribute keys and tags.
#[derive(Default)]
pub(super) struct ExtractedDocument {
    pub keys: Vec<u64>,
    /// End of each unit in `keys`.
    pub unit_ends: Vec<u32>,
    pub tags: Vec<u16>,
    /// End of each sentence in units.
    pub sentence_ends: Vec<u32>,
    pub n_entities: usize,
    pub n_widened: usize,
    pub n_lost: usize,
}

impl<'a> Extraction<'a> {
    pub(super) fn new(labels: &LabelSet, settings: &'a TrainSettings) -> Self {
        Self {
            settings,
            extractor: FeatureExtractor::new(&settings.features),
            tokenizer: Tokenizer::new(),
            n_tags: settings.scheme.n_tags(labels.len()),
        }
    }

    /// The document's sentences, with word classes of `clusters`.
    pub(super) fn document(&self, sample: Sample<'_>, clusters: &Clusters) -> ExtractedDocument {
        let document = sample.document;
        let mut tokenized = Tokenized::default();
        self.tokenizer.tokenize(&document.text, &mut tokenized);
        let properties = self.extractor.form_properties();
        let mut forms = FormTable::default();
        forms.clear(properties);
        let (mut reader, mut units) = (UnitReader::default(), Units::default());
        let mut out = ExtractedDocument::default();
        let clusters = clusters.view();
        let mut entities = EntityCursor::new(document, self.settings);
        let source = TokenizedText { text: &document.text, tokenized: &tokenized };
        for (sentence_idx, sentence) in tokenized.sentences().iter().enumerate() {
            units.place = if sentence_idx < 2 { sentence_idx as u8 + 1 } else { 0 };
            let tokens = sentence.first_token_idx as usize..sentence.end_token_idx as usize;
            units.units.clear();
            let form_id = |identity, text: UnreadForm<'_>| {
                let known = forms.get(identity);
                known.unwrap_or_else(|| forms.insert(identity, text, properties, &clusters))
            };
            reader.read(source, tokens, &mut units.units, form_id);
            if sample.knows_nothing_of(&units.units) {
                entities.skip(&units.units);
                continue;
            }
            units.match_gazetteer(&forms, self.settings.gazetteer.view());
            if self.extractor.needs_quotes() {
                units.mark_quotes(&document.text);
            }
            self.push_units(&forms, &units, &mut out);
            let first = out.tags.len();
            entities.push_tags(&units.units, &mut out);
            sample.mask(&units.units, &mut out.tags[first..]);
        }
        out.n_lost += entities.rest.len();
        debug_assert!(
            out.tags.iter().all(|tag| usize::from(*tag) < self.n_tags || *tag == UNKNOWN_TAG)
        );
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
pub(super) struct EntityCursor<'d> {
    rest: &'d [Entity],
    scheme: TagScheme,
    edges: EntityEdges,
}

/// Stands for the tag of a unit that nobody has looked at.
pub(super) const UNKNOWN_TAG: u16 = u16::MAX;

impl<'d> EntityCursor<'d> {
    pub(super) fn new(document: &'d Document, settings: &TrainSettings) -> Self {
        Self { rest: &document.entities, scheme: settings.scheme, edges: settings.edges }
    }

    /// Leaves out the entities that begin in a sentence.
    fn skip(&mut self, units: &[Unit]) {
        let end = units.last().map_or(0, |unit| unit.span.end());
        self.rest = &self.rest[self.rest.partition_point(|e| e.span.start() < end)..];
    }

    /// Takes the entities that begin in the sentence of `units` and writes its tags.
    pub(super) fn push_tags(&mut self, units: &[Unit], out: &mut ExtractedDocument) {
        let spans: Vec<Span> = units.iter().map(|unit| unit.span).collect();
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
                    out.n_widened += usize::from(!is_exact && self.edges == EntityEdges::Stems);
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
