mod alternatives;
mod entities;
mod scores;
mod scratch;

use std::sync::Arc;

use rayon::prelude::*;
use tawsim_corpus::{Entity, Label, LabelSet};
use tawsim_crf::{Lattice, Transitions};
use tawsim_tokenizer::{Span, Tokenizer};

pub use scratch::TaggerScratch;

use crate::ScratchPool;
use crate::decisions::{Constraints, Decision};
use crate::document::{DocumentChain, Evidence, second_scores};
use crate::features::{TokenizedText, UnreadForm};
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

/// The most forms whose sums are kept; about 500 bytes each with 13 tags.
const MAX_FORMS: usize = 60_000;
/// Values of forms that were summed are forgotten when there are more than this.
const MAX_FORM_VALUES: usize = 1 << 14;
/// The least bound for alternatives: at most this many times what is found can share a unit.
const MIN_ALTERNATIVE: f32 = 0.001;
/// A longer sentence is labelled in pieces, so that a text without an end costs constant memory.
const MAX_SENTENCE_TOKENS: usize = 2_000;

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
        self.tag_with(text, &[], scratch)
    }

    /// What else is an entity, given what a person has decided: the likeliest entities beside the decided ones, in
    /// order, without overlap with them or each other.
    ///
    /// Scores are probabilities under the model given the decisions. Where a decided entity's edge falls inside a
    /// word that the model takes as one, the whole word is decided. Decisions reach beyond their sentence where the
    /// model has a second pass: what is a name here is likelier a name there.
    ///
    /// ```no_run
    /// use tawsim_tagger::{Decision, Model, Tagger, TaggerScratch};
    /// use tawsim_tokenizer::Span;
    /// let tagger = Tagger::new(Model::open("conflict-ar.tawsim".as_ref())?);
    /// let place = tagger.labels().get("PLACE");
    /// let decided = [Decision::Entity(Span::new(9, 15), place)];
    /// let rest = tagger.tag_with("قصف على حلب", &decided, &mut TaggerScratch::new()).to_vec();
    /// # Ok::<(), tawsim_tagger::ModelError>(())
    /// ```
    ///
    /// # Panics
    /// If `text` is longer than 4 GiB ([`Span::MAX_TEXT_BYTES`]).
    pub fn tag_with<'s>(
        &self,
        text: &str,
        decisions: &[Decision],
        scratch: &'s mut TaggerScratch,
    ) -> &'s [ScoredEntity] {
        scratch.min_alternative = None;
        self.tag_under(text, decisions, scratch);
        &scratch.entities
    }

    /// The same as [`Tagger::tag_with`], and beside it what the model holds possible: the entities that are not
    /// among those found, with a probability of at least `min_score` (above 0), in the order of the text, where
    /// they begin together the likeliest first. They may overlap what was found and each other.
    ///
    /// A person who corrects chooses among them instead of drawing spans.
    ///
    /// ```no_run
    /// use tawsim_tagger::{Model, Tagger, TaggerScratch};
    /// let tagger = Tagger::new(Model::open("conflict-ar.tawsim".as_ref())?);
    /// let mut scratch = TaggerScratch::new();
    /// let text = "قصف على ريف حلب الشمالي";
    /// let (found, possible) = tagger.tag_with_alternatives(text, &[], 0.1, &mut scratch);
    /// for entity in possible.iter().filter(|entity| !found.iter().any(|f| f.span.overlaps(entity.span))) {
    ///     println!("{} {:.2}", entity.span.slice(text), entity.score);
    /// }
    /// # Ok::<(), tawsim_tagger::ModelError>(())
    /// ```
    ///
    /// # Panics
    /// If `text` is longer than 4 GiB ([`Span::MAX_TEXT_BYTES`]).
    pub fn tag_with_alternatives<'s>(
        &self,
        text: &str,
        decisions: &[Decision],
        min_score: f32,
        scratch: &'s mut TaggerScratch,
    ) -> (&'s [ScoredEntity], &'s [ScoredEntity]) {
        // A bound of 0 would list every span of the sentence.
        scratch.min_alternative = Some(f64::from(min_score.max(MIN_ALTERNATIVE)));
        self.tag_under(text, decisions, scratch);
        let TaggerScratch { entities, alternatives, decisions, .. } = scratch;
        let is_found = |a: &ScoredEntity| {
            let first = entities.partition_point(|e| e.span.start() < a.span.start());
            entities.get(first).is_some_and(|e| e.span == a.span && e.label == a.label)
        };
        alternatives.retain(|a| !is_found(a) && !decisions.decide(a));
        alternatives.sort_by(|a, b| {
            let by_place = a.span.start().cmp(&b.span.start());
            by_place.then(b.score.total_cmp(&a.score)).then(a.span.end().cmp(&b.span.end()))
        });
        (entities, alternatives)
    }

    /// Finds entities, and alternatives if the scratch says so, under decisions.
    fn tag_under(&self, text: &str, decisions: &[Decision], scratch: &mut TaggerScratch) {
        scratch.decisions.set(decisions);
        scratch.alternatives.clear();
        self.tag_text(text, scratch);
        let TaggerScratch { entities, decisions, .. } = scratch;
        if !decisions.is_empty() {
            entities.retain(|entity| !decisions.decide(entity));
        }
    }

    fn tag_text(&self, text: &str, scratch: &mut TaggerScratch) {
        scratch.entities.clear();
        self.tokenizer.tokenize(text, &mut scratch.tokenized);
        scratch.n_tokens = scratch.tokenized.tokens().len();
        let view = self.model.view();
        let second_pass = self.model.document_chain();
        scratch.draft.clear();
        for sentence_idx in 0..scratch.tokenized.sentences().len() {
            scratch.units.place = if sentence_idx < 2 { sentence_idx as u8 + 1 } else { 0 };
            let sentence = scratch.tokenized.sentences()[sentence_idx];
            let end = sentence.end_token_idx as usize;
            for start in (sentence.first_token_idx as usize..end).step_by(MAX_SENTENCE_TOKENS) {
                let piece = start..end.min(start + MAX_SENTENCE_TOKENS);
                if !self.label_sentence(text, piece, view, scratch) {
                    continue;
                }
                if second_pass.is_some() || scratch.keeps_draft {
                    push_draft(self.model.metadata().weight_scale, scratch);
                }
                if second_pass.is_none() {
                    self.push_entities(self.model.transitions(), text, scratch);
                }
            }
        }
        if let Some(chain) = second_pass {
            self.second_pass(&chain, text, scratch);
        }
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
        scratch.columns.clear();
        scratch.lattice = Lattice::new(self.model.n_tags());
        scratch.evidence = Evidence::new(self.model.scheme(), self.model.labels());
        scratch.model = Some(Arc::clone(&self.model));
    }

    /// The first pass over a sentence: units, scores and best path. Returns whether there are units.
    fn label_sentence(
        &self,
        text: &str,
        tokens: std::ops::Range<usize>,
        view: ModelView<'_>,
        scratch: &mut TaggerScratch,
    ) -> bool {
        self.adopt(scratch);
        scratch.units.units.clear();
        let (forms, clusters) = (&mut scratch.forms, &view.clusters);
        let properties = self.model.extractor().form_properties();
        let form_id = |identity, form_text: UnreadForm<'_>| {
            let known = forms.get(identity);
            known.unwrap_or_else(|| forms.insert(identity, form_text, properties, clusters))
        };
        let units = &mut scratch.units.units;
        let tokenized = TokenizedText { text, tokenized: &scratch.tokenized };
        scratch.reader.read(tokenized, tokens, units, form_id);
        if scratch.units.units.is_empty() {
            return false;
        }
        if self.model.extractor().needs_quotes() {
            scratch.units.mark_quotes(text);
        }
        scratch.forms.find_roots(view.gazetteer);
        scratch.units.match_gazetteer(&scratch.forms, view.gazetteer);
        self.sum_new_forms(view, scratch);
        self.fill_lattice(view, scratch);
        self.decode(self.model.transitions(), scratch);
        true
    }

    /// Finds the best path through the lattice, under the decisions.
    fn decode(&self, transitions: &Transitions, scratch: &mut TaggerScratch) {
        let constraints = self.constrain(scratch);
        let TaggerScratch { lattice, path, scratch, .. } = scratch;
        let tags = (self.model.scheme(), self.model.labels());
        constraints.best_path(tags, (lattice, transitions), scratch, path);
    }

    /// Makes the paths illegal that contradict the decisions.
    fn constrain(&self, scratch: &mut TaggerScratch) -> Constraints {
        if scratch.decisions.is_empty() {
            return Constraints::default();
        }
        let spans: Vec<Span> = scratch.units.units.iter().map(|unit| unit.span).collect();
        let sentence = spans[0].cover(spans[spans.len() - 1]);
        let constraints = Constraints::new(scratch.decisions.near(sentence), &spans);
        constraints.restrict(self.model.scheme(), self.model.labels(), &mut scratch.lattice);
        constraints
    }

    /// Decides again, knowing the whole document, and takes the entities.
    fn second_pass(&self, chain: &DocumentChain<'_>, text: &str, scratch: &mut TaggerScratch) {
        let has_evidence = scratch.evidence.collect(&scratch.draft);
        let n_tags = self.model.n_tags();
        let sentences: Vec<std::ops::Range<usize>> = scratch.draft.sentences().collect();
        for sentence in sentences {
            let TaggerScratch { draft, evidence, lattice, units, path, .. } = &mut *scratch;
            units.units.clear();
            units.units.extend_from_slice(&draft.units[sentence.clone()]);
            if has_evidence && second_scores(chain, evidence, draft, &sentence, lattice) {
                self.decode(chain.transitions, scratch);
                self.push_entities(chain.transitions, text, scratch);
                continue;
            }
            path.clear();
            path.extend_from_slice(&draft.tags[sentence.clone()]);
            lattice.reset(sentence.len());
            for idx in sentence.clone() {
                lattice.padded_row_mut(idx - sentence.start)[..n_tags]
                    .copy_from_slice(&draft.scores[idx * n_tags..][..n_tags]);
            }
            self.constrain(scratch);
            self.push_entities(self.model.transitions(), text, scratch);
        }
    }
}

/// Keeps what the first pass made of a sentence: the scores without the decisions, the path under them.
fn push_draft(weight_scale: f32, scratch: &mut TaggerScratch) {
    let TaggerScratch { draft, units, forms, lattice, sums, path, .. } = scratch;
    let (n_tags, stride) = (lattice.n_labels(), lattice.stride());
    draft.units.extend_from_slice(&units.units);
    draft.keys.extend(units.units.iter().map(|unit| forms.key(unit.form)));
    for row in sums.chunks_exact(stride) {
        draft.scores.extend(row[..n_tags].iter().map(|sum| *sum as f32 * weight_scale));
    }
    draft.tags.extend_from_slice(path);
    draft.sentence_ends.push(draft.units.len() as u32);
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
