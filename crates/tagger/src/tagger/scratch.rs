use std::sync::Arc;

use tawsim_corpus::Tag;
use tawsim_crf::{Lattice, Scratch};
use tawsim_tokenizer::Tokenized;

use super::ScoredEntity;
use crate::decisions::Decisions;
use crate::document::{Draft, Evidence};
use crate::features::{FormTable, PlaceColumns, UnitReader, Units};
use crate::model::{Model, Pending};

/// What one thread needs to tag: buffers, and the sums of weights of the forms it has met. Its contents
/// never change a result.
pub struct TaggerScratch {
    pub(super) tokenized: Tokenized,
    pub(super) reader: UnitReader,
    pub(super) forms: FormTable,
    pub(super) units: Units,
    /// `[form][offset][tag]`: summed weights of the attributes of one form at one distance; rows are padded
    /// to the lattice's stride.
    pub(super) form_sums: Vec<i32>,
    pub(super) columns: PlaceColumns,
    pub(super) pending: Pending,
    /// `[unit][tag]`, padded.
    pub(super) sums: Vec<i32>,
    pub(super) lattice: Lattice,
    pub(super) scratch: Scratch,
    pub(super) path: Vec<u16>,
    pub(super) tags: Vec<Tag>,
    pub(super) entities: Vec<ScoredEntity>,
    pub(super) n_tokens: usize,
    /// What the first pass made of the document, if there is a second one.
    pub(crate) draft: Draft,
    pub(crate) keeps_draft: bool,
    pub(super) evidence: Evidence,
    /// What a person has said of the text, in its order.
    pub(super) decisions: Decisions,
    /// Which model the sums belong to.
    pub(super) model: Option<Arc<Model>>,
    /// The path of one entity.
    pub(super) entity_path: Vec<u16>,
    /// The least probability of what is an alternative; `None`: none are wanted.
    pub(super) min_alternative: Option<f64>,
    pub(super) alternatives: Vec<ScoredEntity>,
}

impl Default for TaggerScratch {
    fn default() -> Self {
        Self {
            tokenized: Tokenized::default(),
            reader: UnitReader::default(),
            forms: FormTable::default(),
            units: Units::default(),
            form_sums: Vec::new(),
            columns: PlaceColumns::default(),
            pending: Pending::default(),
            sums: Vec::new(),
            lattice: Lattice::new(1),
            scratch: Scratch::new(),
            path: Vec::new(),
            tags: Vec::new(),
            entities: Vec::new(),
            n_tokens: 0,
            draft: Draft::default(),
            keeps_draft: false,
            evidence: Evidence::default(),
            decisions: Decisions::default(),
            model: None,
            entity_path: Vec::new(),
            min_alternative: None,
            alternatives: Vec::new(),
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
