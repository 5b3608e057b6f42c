use super::attributes::attribute_table;
use super::container::{self, SectionKind};
use super::{Metadata, ModelError};
use crate::clusters::ClusterRow;
use crate::document::DocumentWeights;
use crate::gazetteer::Gazetteer;

/// What a model file is made of.
pub(crate) struct ModelParts<'a> {
    pub metadata: &'a Metadata,
    /// The key of each row.
    pub attribute_keys: &'a [u64],
    /// One row of quantised weights for each key, one weight a tag.
    pub weights: &'a [i16],
    /// `[previous][current]`, then start, then end.
    pub transitions: &'a [f32],
    pub gazetteer: &'a Gazetteer,
    pub clusters: &'a [ClusterRow],
    /// The second pass; empty where there is none.
    pub document: &'a DocumentWeights,
}

impl ModelParts<'_> {
    /// The bytes of the model file.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        let metadata = self.metadata.to_bytes().map_err(ModelError::Metadata)?;
        Ok(container::write(&sections(
            [
                &metadata,
                bytemuck::cast_slice(&attribute_table(self.attribute_keys)),
                bytemuck::cast_slice(self.weights),
                bytemuck::cast_slice(self.transitions),
            ],
            self.gazetteer,
            bytemuck::cast_slice(self.clusters),
            [
                bytemuck::cast_slice(&self.document.slots),
                bytemuck::cast_slice(&self.document.rows),
                bytemuck::cast_slice(&self.document.transitions),
            ],
        )))
    }
}

/// All sections in the order of [`SectionKind::ALL`].
pub(super) fn sections<'a>(
    [metadata, slots, weights, transitions]: [&'a [u8]; 4],
    gazetteer: &'a Gazetteer,
    clusters: &'a [u8],
    [document_slots, document_weights, document_transitions]: [&'a [u8]; 3],
) -> [&'a [u8]; SectionKind::ALL.len()] {
    let entries = &gazetteer.entries;
    [
        metadata,
        slots,
        weights,
        transitions,
        bytemuck::cast_slice(&gazetteer.edges),
        bytemuck::cast_slice(&gazetteer.name_ends),
        clusters,
        bytemuck::cast_slice(&entries.rows),
        bytemuck::cast_slice(&entries.relations),
        bytemuck::cast_slice(&entries.names),
        &entries.strings,
        document_slots,
        document_weights,
        document_transitions,
    ]
}
