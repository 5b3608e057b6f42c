use std::sync::Arc;

use rayon::prelude::*;
use tawsim_corpus::{Entity, Label, LabelSet, Tag, UnitSpan};
use tawsim_crf::{Lattice, Scratch, posteriors, viterbi};
use tawsim_tokenizer::{Span, Tokenized, Tokenizer};

use crate::ScratchPool;
use crate::features::{FeatureConfig, FormTable, FormText, TokenizedText, UnitReader, Units};
use crate::model::{Model, ModelView};

/// An entity that the model found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredEntity {
    /// Where it stands in the text, in bytes.
    pub span: Span,
    /// Its label, of [`Tagger::labels`].
    pub label: Label,
    /// The probability, under the model, of just this span with this label: 0 to 1; 0 where the model's
    /// weights are too extreme to be normalised.
    pub score: f32,
}

impl From<ScoredEntity> for Entity {
    fn from(found: ScoredEntity) -> Self {
        Self { span: found.span, label: found.label, score: Some(found.score) }
    }
}

/// Finds entities in texts. Immutable and cheap to clone; share it between threads.
#[derive(Clone)]
pub struct Tagger {
    model: Arc<Model>,
    tokenizer: Arc<Tokenizer>,
}

/// What one thread needs to tag: buffers, and the sums of weights of the forms it has met. Its contents
/// never change a result.
pub struct TaggerScratch {
    tokenized: Tokenized,
    reader: UnitReader,
    forms: FormTable,
    units: Units,
    /// `[form][offset][tag]`: summed weights of the attributes of one form at one distance.
    form_sums: Vec<i32>,
    sums: Vec<i32>,
    lattice: Lattice,
    scratch: Scratch,
    path: Vec<u16>,
    tags: Vec<Tag>,
    entities: Vec<ScoredEntity>,
    n_tokens: usize,
    /// Which model the sums belong to.
    model: Option<Arc<Model>>,
}

/// Distances at which templates look, both ways and the place itself.
const N_OFFSETS: usize = 2 * FeatureConfig::MAX_OFFSET as usize + 1;
/// The most forms whose sums are kept; about 500 bytes each with 13 tags.
const MAX_FORMS: usize = 60_000;
/// A longer sentence is labelled in pieces, so that a text without an end costs constant memory.
const MAX_SENTENCE_TOKENS: usize = 2_000;

impl Default for TaggerScratch {
    fn default() -> Self {
        Self {
            tokenized: Tokenized::default(),
            reader: UnitReader::default(),
            forms: FormTable::default(),
            units: Units::default(),
            form_sums: Vec::new(),
            sums: Vec::new(),
            lattice: Lattice::new(1),
            scratch: Scratch::new(),
            path: Vec::new(),
            tags: Vec::new(),
            entities: Vec::new(),
            n_tokens: 0,
            model: None,
        }
    }
}

impl TaggerScratch {
    /// Empty buffers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Tokens of the text tagged last.
    #[must_use]
    pub fn n_tokens(&self) -> usize {
        self.n_tokens
    }

    /// The tokens of the text tagged last.
    #[must_use]
    pub fn tokenized(&self) -> &Tokenized {
        &self.tokenized
    }
}

impl Tagger {
    /// A tagger with this model.
    #[must_use]
    pub fn new(model: Model) -> Self {
        Self { model: Arc::new(model), tokenizer: Arc::new(Tokenizer::new()) }
    }

    /// A tagger with the model that is part of the program, `conflict-ar`: FACTION, PLACE, NUMBER, PERSON,
    /// ORG and DATE in Arabic news of conflicts.
    #[cfg(feature = "bundled-model")]
    #[must_use]
    pub fn bundled() -> Self {
        Self::new(Model::bundled())
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The labels that entities can have.
    #[must_use]
    pub fn labels(&self) -> &LabelSet {
        self.model.labels()
    }

    /// The entities of `text`, in order, without overlap.
    ///
    /// # Panics
    /// If `text` is longer than 4 GiB ([`Span::MAX_TEXT_BYTES`]).
    pub fn tag<'s>(&self, text: &str, scratch: &'s mut TaggerScratch) -> &'s [ScoredEntity] {
        scratch.entities.clear();
        self.tokenizer.tokenize(text, &mut scratch.tokenized);
        scratch.n_tokens = scratch.tokenized.tokens().len();
        let view = self.model.view();
        for sentence_idx in 0..scratch.tokenized.sentences().len() {
            let sentence = scratch.tokenized.sentences()[sentence_idx];
            let end = sentence.end_token_idx as usize;
            for start in (sentence.first_token_idx as usize..end).step_by(MAX_SENTENCE_TOKENS) {
                let piece = start..end.min(start + MAX_SENTENCE_TOKENS);
                self.tag_sentence(text, piece, view, scratch);
            }
        }
        &scratch.entities
    }

    /// The entities of many texts, in the order of the texts, on all threads of the current rayon pool.
    #[must_use]
    pub fn tag_batch<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<Vec<ScoredEntity>> {
        let pool = ScratchPool::new();
        texts.par_iter().map(|text| self.tag(text.as_ref(), &mut pool.get()).to_vec()).collect()
    }

    /// Makes the scratch one of this model.
    fn adopt(&self, scratch: &mut TaggerScratch) {
        let is_ours = scratch.model.as_ref().is_some_and(|model| Arc::ptr_eq(model, &self.model));
        if is_ours && scratch.forms.len() < MAX_FORMS {
            return;
        }
        scratch.forms.clear(self.model.extractor().form_properties());
        scratch.form_sums.clear();
        scratch.lattice = Lattice::new(self.model.n_tags());
        scratch.model = Some(Arc::clone(&self.model));
    }

    fn tag_sentence(
        &self,
        text: &str,
        tokens: std::ops::Range<usize>,
        view: ModelView<'_>,
        scratch: &mut TaggerScratch,
    ) {
        self.adopt(scratch);
        scratch.units.units.clear();
        let (forms, clusters) = (&mut scratch.forms, &view.clusters);
        let properties = self.model.extractor().form_properties();
        let form_id = |identity, form_text: FormText<'_>| {
            let known = forms.get(identity);
            known.unwrap_or_else(|| forms.insert(identity, form_text, properties, clusters))
        };
        let units = &mut scratch.units.units;
        let tokenized = TokenizedText { text, tokenized: &scratch.tokenized };
        scratch.reader.read(tokenized, tokens, units, form_id);
        if scratch.units.units.is_empty() {
            return;
        }
        scratch.units.match_gazetteer(&scratch.forms, view.gazetteer);
        self.sum_new_forms(view, scratch);
        self.fill_lattice(view, scratch);
        let transitions = self.model.transitions();
        viterbi(&scratch.lattice, transitions, &mut scratch.scratch, &mut scratch.path)
            .expect("every scheme has a path: all units outside");
        self.push_entities(scratch);
    }

    /// Sums the weights of forms that were not met before.
    fn sum_new_forms(&self, view: ModelView<'_>, scratch: &mut TaggerScratch) {
        let extractor = self.model.extractor();
        let n_tags = self.model.n_tags();
        let first_new = scratch.form_sums.len() / (N_OFFSETS * n_tags);
        scratch.form_sums.resize(scratch.forms.len() * N_OFFSETS * n_tags, 0);
        for form in first_new..scratch.forms.len() {
            for template in extractor.form_templates() {
                let row = sum_row(form, template.offset, n_tags);
                let sums = &mut scratch.form_sums[row];
                for key in extractor.form_attributes(&scratch.forms, form as u32, template) {
                    view.add_attribute(key, sums);
                }
            }
        }
    }

    fn fill_lattice(&self, view: ModelView<'_>, scratch: &mut TaggerScratch) {
        let n_tags = self.model.n_tags();
        let scale = self.model.metadata().weight_scale;
        let n_units = scratch.units.units.len();
        scratch.lattice.reset(n_units);
        for unit_idx in 0..n_units {
            scratch.sums.clear();
            scratch.sums.resize(n_tags, 0);
            let sums = scratch.sums.as_mut_slice();
            for offset in -FeatureConfig::MAX_OFFSET..=FeatureConfig::MAX_OFFSET {
                let form = scratch.units.form_at(unit_idx, offset) as usize;
                let row = &scratch.form_sums[sum_row(form, offset, n_tags)];
                sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight);
            }
            let add = |key| view.add_attribute(key, sums);
            self.model.extractor().place_attributes(&scratch.forms, &scratch.units, unit_idx, add);
            let row = scratch.lattice.padded_row_mut(unit_idx);
            for (score, sum) in row.iter_mut().zip(&scratch.sums) {
                *score = *sum as f32 * scale;
            }
        }
    }

    fn push_entities(&self, scratch: &mut TaggerScratch) {
        if scratch.path.iter().all(|tag_idx| *tag_idx == 0) {
            return;
        }
        let (model, scheme) = (&self.model, self.model.scheme());
        let tag = |tag_idx: &u16| {
            scheme.tag(*tag_idx, model.labels()).expect("the path is over the model's tags")
        };
        scratch.tags.clear();
        scratch.tags.extend(scratch.path.iter().map(tag));
        // A hostile model's weights can be beyond what floating point normalises; then no score is known.
        let marginals = posteriors(&scratch.lattice, model.transitions(), &mut scratch.scratch);
        let probability = |start: usize, path: &[u16]| {
            marginals.as_ref().map_or(0.0, |marginals| marginals.path_probability(start, path))
        };
        let units = &scratch.units.units;
        for found in scheme.decode(&scratch.tags) {
            let UnitSpan { units: range, label } = found;
            let span = units[range.start].span.cover(units[range.end - 1].span);
            let path = &scratch.path[range.clone()];
            let mut score = probability(range.start, path);
            if scheme == tawsim_corpus::TagScheme::Iob2 && range.end < units.len() {
                // Without the paths on which the entity goes on.
                let mut longer = path.to_vec();
                longer.push(scheme.tag_idx(Tag::Inside(label)));
                score -= probability(range.start, &longer);
            }
            let score = score.clamp(0.0, 1.0) as f32;
            scratch.entities.push(ScoredEntity { span, label, score });
        }
    }
}

/// Where the sums of a form at a distance lie.
fn sum_row(form: usize, offset: i8, n_tags: usize) -> std::ops::Range<usize> {
    let offset_idx = (offset + FeatureConfig::MAX_OFFSET) as usize;
    let start = (form * N_OFFSETS + offset_idx) * n_tags;
    start..start + n_tags
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use tawsim_corpus::{Document, Entity, LabelSet};

    use super::*;
    use crate::{Clusters, GazetteerBuilder, NameStatus, TrainSettings, train};

    const TEXT: &str = "قصف داعش مدينة حلب و12 قرية في ريف خان شيخون";

    fn model() -> Model {
        let labels = LabelSet::from_names(["PLACE"]).expect("good name");
        let mut document = Document::new("a", TEXT);
        for surface in ["حلب", "خان شيخون"] {
            let start = TEXT.find(surface).expect("it is there");
            let span = Span::from_range(start..start + surface.len()).expect("short");
            document.entities.push(Entity::new(span, labels.at(0).expect("one label")));
        }
        let mut settings = TrainSettings::new("tiny");
        let mut gazetteer = GazetteerBuilder::new();
        gazetteer.add("place", "خان شيخون", NameStatus::Plain);
        settings.gazetteer = gazetteer.build();
        settings.clusters = Clusters::from_tsv("حلب\t1\t2\nقريه\t0\t1\n").expect("good table");
        settings.prune_below = 0.0;
        let trained = train(&[document], &labels, &settings, &mut |_| ControlFlow::Continue(()));
        Model::read(&mut trained.expect("there are entities").bytes.as_slice()).expect("just made")
    }

    /// The sums kept for each form are what adding every attribute's row one by one gives.
    #[test]
    fn the_lattice_is_the_plain_sum_of_all_attributes() {
        let tagger = Tagger::new(model());
        let mut scratch = TaggerScratch::new();
        let found: Vec<&str> =
            tagger.tag(TEXT, &mut scratch).iter().map(|e| e.span.slice(TEXT)).collect();
        assert_eq!(found, ["حلب", "خان شيخون"]);
        let (view, scale) = (tagger.model.view(), tagger.model.metadata().weight_scale);
        for unit_idx in 0..scratch.units.units.len() {
            let mut sums = vec![0; tagger.model.n_tags()];
            let mut n_attributes = 0;
            tagger.model.extractor().attributes(&scratch.forms, &scratch.units, unit_idx, |key| {
                n_attributes += 1;
                view.add_attribute(key, &mut sums);
            });
            assert!(n_attributes > 40);
            let plain: Vec<f32> = sums.iter().map(|sum| *sum as f32 * scale).collect();
            assert_eq!(scratch.lattice.row(unit_idx), plain);
        }
    }
}
