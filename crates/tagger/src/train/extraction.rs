use tawsim_corpus::{Document, Entity, LabelSet, Tag, TagScheme, UnitSpan, units_of};
use tawsim_tokenizer::{Span, Tokenized, Tokenizer};

use super::TrainSettings;
use crate::features::{FeatureExtractor, FormTable, TokenizedText, UnitReader, Units, UnreadForm};

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

    pub(super) fn document(&self, document: &Document) -> ExtractedDocument {
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
            let form_id = |identity, text: UnreadForm<'_>| {
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
    rest: &'d [Entity],
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
