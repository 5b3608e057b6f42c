//! Finds named entities in Arabic text: gazetteer, features, model file, training and tagging.
//!
//! The path of the data: text → tokens and clitic segments (`tawsim-tokenizer`) → units, one a stem →
//! attribute keys (hashes of template and value, no strings) → rows of weights → lattice → best path and
//! its probabilities (`tawsim-crf`) → entities as byte spans of the text.
//!
//! The crate knows no corpus file formats and prints nothing.

mod clusters;
mod decisions;
mod document;
mod features;
mod gazetteer;
mod hash;
mod link;
mod model;
mod scratch_pool;
#[cfg(test)]
mod small_chain;
mod tagger;
mod train;
mod values;

pub use clusters::{ClusterProgress, ClusterSettings, Clusters, ClustersError, learn_clusters};
pub use decisions::Decision;
pub use features::{
    FeatureConfig, FeatureConfigError, FeatureGroup, Property, Template, TemplateError,
};
pub use gazetteer::{
    CommonName, Entry, Gazetteer, GazetteerBuilder, GazetteerCounts, GazetteerError,
    GazetteerProblem, GazetteerRecord, GazetteerTable, Imported, Mention, MentionScratch, NameHit,
    NameStatus, WordCounts, check_gazetteer, count_gazetteer, import_geonames, import_ocha,
    import_rows, read_gazetteer_table, write_gazetteer_table,
};
pub use link::{Evidence, Link, LinkHints, Linked, Linker};
pub use model::{EntityEdges, Metadata, Model, ModelError};
pub use scratch_pool::ScratchPool;
pub use tagger::{ScoredEntity, Tagger, TaggerScratch};
pub use train::{
    Checkpoints, Comparison, RetrainCorpus, RetrainSettings, Retrained, ReviewedDocument,
    TrainCounts, TrainError, TrainProgress, TrainReport, TrainSettings, TrainedModel, retrain,
    train, train_resumable,
};
pub use values::{DateInterval, EntityValue, entity_values};

/// A model file as part of the program, aligned so that [`Model::from_static`] uses it in place.
///
/// The path is relative to the file that calls the macro, as with [`include_bytes!`].
#[macro_export]
macro_rules! include_model {
    ($path:expr) => {{
        #[repr(C, align(64))]
        struct Aligned<T: ?Sized>(T);
        static MODEL: &Aligned<[u8]> = &Aligned(*include_bytes!($path));
        &MODEL.0
    }};
}
