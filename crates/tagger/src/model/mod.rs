//! The model file: written once, then read in place.

mod attributes;
#[cfg(feature = "bundled-model")]
mod bundled;
mod container;
mod error;
mod metadata;
mod parts;
mod storage;
mod tags;
mod view;

pub(crate) use attributes::{AttributeSlot, attribute_table, row_of};
pub(crate) use parts::ModelParts;
pub(crate) use tags::transition_mask;
pub(crate) use view::{LANES, ModelView, Pending};

pub use error::ModelError;
pub use metadata::{EntityEdges, Metadata};

use std::io::Read;
use std::path::Path;

use tawsim_corpus::{LabelSet, TagScheme};
use tawsim_crf::Transitions;

use crate::clusters::{ClusterRow, Clusters, WordClusters};
use crate::document::{DocumentChain, DocumentWeights};
use crate::features::FeatureExtractor;
use crate::gazetteer::{
    Edge, Entries, EntriesView, Entry, EntryRow, Gazetteer, GazetteerView, NameEnd, NameHit,
    NameRow, RelationRow, named,
};
use attributes::AttributeFilter;
use container::{SectionKind, SectionRanges};
use parts::sections;
use storage::Storage;
use tags::scheme_from_name;

/// A trained model: immutable, shared by all threads.
#[derive(Debug)]
pub struct Model {
    storage: Storage,
    ranges: SectionRanges,
    metadata: Metadata,
    labels: LabelSet,
    scheme: TagScheme,
    transitions: Transitions,
    /// Of the second pass over a document, if there is one.
    document_transitions: Option<Transitions>,
    extractor: FeatureExtractor,
    filter: AttributeFilter,
}

impl Model {
    /// The largest model file that is read, 64 MiB. It bounds what an untrusted file can make us allocate.
    pub const MAX_BYTES: usize = 64 << 20;

    /// Reads a model file.
    ///
    /// # Errors
    /// If it cannot be read, or is no sound model of this version.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        Self::read(&mut std::fs::File::open(path)?)
    }

    /// Reads a model to the end of the input.
    ///
    /// # Errors
    /// If it cannot be read, or is no sound model of this version.
    pub fn read(input: &mut dyn Read) -> Result<Self, ModelError> {
        Self::from_storage(Storage::read(input, Self::MAX_BYTES)?)
    }

    /// A model that is part of the program, used in place; see [`include_model!`](crate::include_model).
    ///
    /// # Errors
    /// If it is no sound model of this version.
    pub fn from_static(bytes: &'static [u8]) -> Result<Self, ModelError> {
        Self::from_storage(Storage::from_static(bytes))
    }

    fn from_storage(storage: Storage) -> Result<Self, ModelError> {
        let ranges = container::read(storage.bytes())?;
        let section = |kind| &storage.bytes()[section_range(&ranges, kind)];
        let metadata =
            Metadata::from_bytes(section(SectionKind::Metadata)).map_err(ModelError::Metadata)?;
        let labels = LabelSet::from_names(&metadata.labels)
            .map_err(|e| ModelError::Metadata(e.to_string()))?;
        metadata.features.validate().map_err(|e| ModelError::Metadata(e.to_string()))?;
        let scheme = scheme_from_name(&metadata.scheme)?;
        let n_tags = scheme.n_tags(labels.len());
        let transitions =
            tags::transitions(section(SectionKind::Transitions), n_tags, scheme, &labels)?;
        let document = section(SectionKind::DocumentTransitions);
        let document_transitions = (!document.is_empty())
            .then(|| tags::transitions(document, n_tags, scheme, &labels))
            .transpose()?;
        let extractor = FeatureExtractor::new(&metadata.features);
        let filter = AttributeFilter::new(&[]);
        let mut model = Self {
            storage,
            ranges,
            metadata,
            labels,
            scheme,
            transitions,
            document_transitions,
            extractor,
            filter,
        };
        model.validate()?;
        model.filter = AttributeFilter::new(model.section(SectionKind::AttributeSlots));
        Ok(model)
    }

    fn validate(&self) -> Result<(), ModelError> {
        let damaged = |kind: SectionKind| ModelError::Damaged { what: kind.name() };
        let weights = self.typed::<i16>(SectionKind::Weights)?;
        let slots = self.typed::<AttributeSlot>(SectionKind::AttributeSlots)?;
        self.validate_gazetteer()?;
        self.typed::<ClusterRow>(SectionKind::Clusters)?;
        let n_rows = weights.len() / self.n_tags();
        if !weights.len().is_multiple_of(self.n_tags()) || !is_scale(self.metadata.weight_scale) {
            return Err(damaged(SectionKind::Weights));
        }
        if !is_slot_table(slots, n_rows) {
            return Err(damaged(SectionKind::AttributeSlots));
        }
        self.validate_document_chain()
    }

    fn validate_document_chain(&self) -> Result<(), ModelError> {
        let damaged = |kind: SectionKind| ModelError::Damaged { what: kind.name() };
        let rows = self.typed::<f32>(SectionKind::DocumentWeights)?;
        let slots = self.typed::<AttributeSlot>(SectionKind::DocumentSlots)?;
        let n_tags = self.n_tags();
        let n_rows = (rows.len() / n_tags).saturating_sub(n_tags);
        let has_scores = self.document_transitions.is_none() || rows.len() >= n_tags * n_tags;
        let is_sane = rows.iter().all(|weight| weight.abs() <= MAX_TRANSITION);
        if !rows.len().is_multiple_of(n_tags) || !has_scores || !is_sane {
            return Err(damaged(SectionKind::DocumentWeights));
        }
        if is_slot_table(slots, n_rows) { Ok(()) } else { Err(damaged(SectionKind::DocumentSlots)) }
    }

    fn validate_gazetteer(&self) -> Result<(), ModelError> {
        let damaged = |kind: SectionKind| ModelError::Damaged { what: kind.name() };
        let edges = self.typed::<Edge>(SectionKind::GazetteerEdges)?;
        let name_ends = self.typed::<NameEnd>(SectionKind::GazetteerNames)?;
        self.typed::<EntryRow>(SectionKind::GazetteerEntries)?;
        self.typed::<RelationRow>(SectionKind::GazetteerRelations)?;
        self.typed::<NameRow>(SectionKind::EntryNames)?;
        let n_kinds = self.metadata.gazetteer_kinds.len();
        if !GazetteerView::new(edges, name_ends).is_sound(n_kinds) {
            return Err(damaged(SectionKind::GazetteerEdges));
        }
        if !self.entries_view().is_sound() {
            return Err(damaged(SectionKind::GazetteerEntries));
        }
        Ok(())
    }

    fn typed<T: bytemuck::AnyBitPattern>(&self, kind: SectionKind) -> Result<&[T], ModelError> {
        let bytes = &self.storage.bytes()[section_range(&self.ranges, kind)];
        bytemuck::try_cast_slice(bytes).map_err(|_| ModelError::Damaged { what: kind.name() })
    }

    /// A section whose type [`Model::validate`] has checked.
    fn section<T: bytemuck::AnyBitPattern>(&self, kind: SectionKind) -> &[T] {
        self.typed(kind).expect("checked when the model was read")
    }

    pub(crate) fn view(&self) -> ModelView<'_> {
        ModelView {
            slots: self.section(SectionKind::AttributeSlots),
            filter: &self.filter,
            weights: self.section(SectionKind::Weights),
            n_tags: self.n_tags(),
            gazetteer: GazetteerView::new(
                self.section(SectionKind::GazetteerEdges),
                self.section(SectionKind::GazetteerNames),
            ),
            clusters: WordClusters::new(self.section(SectionKind::Clusters)),
        }
    }

    /// The chain of the second pass over a document, if the model has one.
    pub(crate) fn document_chain(&self) -> Option<DocumentChain<'_>> {
        Some(DocumentChain {
            transitions: self.document_transitions.as_ref()?,
            slots: self.section(SectionKind::DocumentSlots),
            rows: self.section(SectionKind::DocumentWeights),
            n_tags: self.n_tags(),
        })
    }

    /// The second pass as plain numbers, if the model has one.
    pub(crate) fn document_weights(&self) -> Option<DocumentWeights> {
        self.document_transitions.as_ref()?;
        Some(DocumentWeights {
            slots: self.section(SectionKind::DocumentSlots).to_vec(),
            rows: self.section(SectionKind::DocumentWeights).to_vec(),
            transitions: self.section(SectionKind::DocumentTransitions).to_vec(),
        })
    }

    /// The names and entries that the model brings along, to be built on.
    #[must_use]
    pub fn gazetteer(&self) -> Gazetteer {
        let entries = self.entries_view();
        let edges = self.section::<Edge>(SectionKind::GazetteerEdges);
        Gazetteer {
            fingerprint: crate::hash::hash_bytes(bytemuck::cast_slice(edges)),
            kinds: self.metadata.gazetteer_kinds.clone(),
            edges: edges.to_vec(),
            name_ends: self.section(SectionKind::GazetteerNames).to_vec(),
            n_names: self.metadata.n_gazetteer_names as usize,
            entries: Entries {
                rows: entries.rows.to_vec(),
                relations: entries.relations.to_vec(),
                names: entries.names.to_vec(),
                strings: entries.strings.to_vec(),
            },
        }
    }

    /// The word clusters that the model brings along.
    #[must_use]
    pub fn clusters(&self) -> Clusters {
        Clusters { rows: self.section(SectionKind::Clusters).to_vec() }
    }

    /// What the gazetteer knows of its entries.
    pub(crate) fn entries_view(&self) -> EntriesView<'_> {
        EntriesView {
            rows: self.section(SectionKind::GazetteerEntries),
            relations: self.section(SectionKind::GazetteerRelations),
            names: self.section(SectionKind::EntryNames),
            strings: &self.storage.bytes()[section_range(&self.ranges, SectionKind::EntryStrings)],
        }
    }

    /// How many gazetteer entries it holds: places, factions, bodies, persons.
    #[must_use]
    pub fn n_entries(&self) -> usize {
        self.entries_view().rows.len()
    }

    /// The gazetteer entry with this id.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<Entry<'_>> {
        self.entries_view().find(id)
    }

    /// The gazetteer entries that a name may mean, exact spellings first, then by id.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<NameHit<'_>> {
        named(self.entries_view(), name)
    }

    /// The same model with another gazetteer: places and factions that came later are known without
    /// training again. Returns the new file's bytes.
    ///
    /// # Errors
    /// If the gazetteer's kinds of names are not the model's: its weights are of those.
    pub fn with_gazetteer(&self, gazetteer: &Gazetteer) -> Result<Vec<u8>, ModelError> {
        if self.metadata.gazetteer_kinds != gazetteer.kinds() {
            return Err(ModelError::Metadata(format!(
                "it was trained with names of {}, the tables have {}",
                self.metadata.gazetteer_kinds.join(", "),
                gazetteer.kinds().join(", ")
            )));
        }
        let mut metadata = self.metadata.clone();
        metadata.n_gazetteer_names = gazetteer.n_names() as u64;
        let metadata = metadata.to_bytes().map_err(ModelError::Metadata)?;
        let bytes = self.storage.bytes();
        let old = |kind| &bytes[section_range(&self.ranges, kind)];
        Ok(container::write(&sections(
            [
                &metadata,
                old(SectionKind::AttributeSlots),
                old(SectionKind::Weights),
                old(SectionKind::Transitions),
            ],
            gazetteer,
            old(SectionKind::Clusters),
            [
                old(SectionKind::DocumentSlots),
                old(SectionKind::DocumentWeights),
                old(SectionKind::DocumentTransitions),
            ],
        )))
    }

    /// What the model says of itself.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Its entity labels.
    #[must_use]
    pub fn labels(&self) -> &LabelSet {
        &self.labels
    }

    /// How many attributes have weights.
    #[must_use]
    pub fn n_attributes(&self) -> usize {
        self.section::<i16>(SectionKind::Weights).len() / self.n_tags()
    }

    /// The file's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.storage.bytes()
    }

    /// CRC-32 of the whole file, as the model's card states it.
    #[must_use]
    pub fn checksum(&self) -> u32 {
        crc32fast::hash(self.storage.bytes())
    }

    pub(crate) fn n_tags(&self) -> usize {
        self.scheme.n_tags(self.labels.len())
    }

    pub(crate) fn scheme(&self) -> TagScheme {
        self.scheme
    }

    pub(crate) fn transitions(&self) -> &Transitions {
        &self.transitions
    }

    /// Stored transition weights: moves `[previous][current]`, start, end.
    pub(crate) fn transition_rows(&self) -> [&[f32]; 3] {
        let n_tags = self.n_tags();
        let (moves, edges) =
            self.section::<f32>(SectionKind::Transitions).split_at(n_tags * n_tags);
        let (start, end) = edges.split_at(n_tags);
        [moves, start, end]
    }

    pub(crate) fn extractor(&self) -> &FeatureExtractor {
        &self.extractor
    }
}

/// Transition scores beyond this are no result of training; with it all sums stay finite.
const MAX_TRANSITION: f32 = 1e6;

/// Whether slots are a table whose rows are there.
fn is_slot_table(slots: &[AttributeSlot], n_rows: usize) -> bool {
    let has_room = slots.iter().any(|slot| slot.row == 0);
    let in_bounds = slots.iter().all(|slot| slot.row as usize <= n_rows);
    in_bounds && (slots.is_empty() || (slots.len().is_power_of_two() && has_room))
}

/// Whether stored weights times this stay in the range of trained weights.
fn is_scale(scale: f32) -> bool {
    scale > 0.0 && scale <= 1.0
}

fn section_range(ranges: &SectionRanges, kind: SectionKind) -> std::ops::Range<usize> {
    ranges[kind as usize - 1].clone()
}
