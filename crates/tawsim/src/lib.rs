//! Factions, places and numbers out of Arabic news: the tagger as a library.
//!
//! ```
//! # #[cfg(feature = "bundled-model")] {
//! use tawsim::{Tagger, TaggerScratch};
//!
//! let tagger = Tagger::bundled();
//! let mut scratch = TaggerScratch::new();
//! let text = "مقتل 18 عنصراً لداعش في ريف دير الزور";
//! for entity in tagger.tag(text, &mut scratch) {
//!     let label = tagger.labels().name(entity.label);
//!     println!("{label} {:?} {}", entity.span.range(), entity.span.slice(text));
//! }
//! # let found: Vec<_> = tagger.tag(text, &mut scratch).iter().map(|e| e.span.slice(text)).collect();
//! # assert_eq!(found, ["18", "داعش", "دير الزور"]);
//! # }
//! ```
//!
//! [`Tagger`] is immutable and shared between threads; each thread brings its own [`TaggerScratch`].
//! [`Tagger::tag_batch`] does that for many texts. Spans are byte ranges of the text as it was given.
//! Without the default feature `bundled-model`, load a model with [`Model::open`].
//!
//! Training ([`train`]), gazetteers ([`GazetteerBuilder`]), documents and their file formats
//! ([`Document`], [`JsonlReader`], [`write_jsonl`]) and tokens ([`Tokenizer`]) are here as well.

pub use tawsim_corpus::{
    Document, Entity, Evaluation, JsonlReader, Label, LabelSet, TagScheme, read_interlinear,
    write_jsonl,
};
pub use tawsim_tagger::{
    Gazetteer, GazetteerBuilder, Model, ModelError, NameStatus, ScoredEntity, ScratchPool, Tagger,
    TaggerScratch, TrainReport, TrainSettings, TrainedModel, train,
};
pub use tawsim_tokenizer::{Segment, SegmentRole, Span, Token, TokenKind, Tokenized, Tokenizer};

/// The book's chapter for embedders: its code is compiled and run with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../book/src/embedders.md")]
pub struct BookForEmbedders;
