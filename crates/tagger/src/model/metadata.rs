//! The part of a model file that is read with bincode 2, under a byte limit.
//!
//! bincode is no longer developed (RUSTSEC-2025-0141), so it is used in this module alone and its layout
//! is specified in `ARCHITECTURE.md`.

use std::collections::BTreeMap;

use bincode::config::{Configuration, Limit, LittleEndian, Varint};
use serde::{Deserialize, Serialize};

use crate::features::FeatureConfig;

/// What a model says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// Name, such as `conflict-ar`.
    pub name: String,
    /// Entity labels in order.
    pub labels: Vec<String>,
    /// How entities are written as tags: `IOB2` or `BIOES`.
    pub scheme: String,
    /// Templates of its attributes.
    pub features: FeatureConfig,
    /// A stored weight times this is the weight.
    pub weight_scale: f32,
    /// Kinds of gazetteer names, in order.
    pub gazetteer_kinds: Vec<String>,
    /// How many names the gazetteer holds.
    pub n_gazetteer_names: u64,
    /// How it was trained: settings, counts, scores; for people.
    pub notes: BTreeMap<String, String>,
    /// Where its entities begin and end.
    pub edges: EntityEdges,
}

/// Where entities begin and end: a convention of the corpus that a model was trained on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntityEdges {
    /// At stems: clitics stay outside, `ل` + `لبنان` is tagged as `لبنان`.
    #[default]
    Stems,
    /// At words: an entity covers the whole of its first and last word with their clitics, as in ANERcorp.
    Words,
}

impl EntityEdges {
    /// Both, with their names in files and messages.
    pub const NAMES: [(Self, &str); 2] = [(Self::Stems, "stems"), (Self::Words, "words")];

    /// The name in messages and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        let known = Self::NAMES.iter().find(|(edges, _)| *edges == self);
        known.map_or("", |(_, name)| name)
    }
}

/// The most bytes that metadata may take, in the file and in memory while it is read.
pub(crate) const MAX_METADATA_BYTES: usize = 1 << 20;

type Config = Configuration<LittleEndian, Varint, Limit<MAX_METADATA_BYTES>>;

fn config() -> Config {
    bincode::config::standard().with_limit::<MAX_METADATA_BYTES>()
}

impl Metadata {
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, String> {
        bincode::serde::encode_to_vec(self, config()).map_err(|e| e.to_string())
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let (metadata, n_read) =
            bincode::serde::decode_from_slice(bytes, config()).map_err(|e| e.to_string())?;
        if n_read == bytes.len() {
            Ok(metadata)
        } else {
            Err(format!("{} bytes too many", bytes.len() - n_read))
        }
    }
}
