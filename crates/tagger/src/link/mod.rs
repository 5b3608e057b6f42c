//! Linking: which gazetteer entry an entity means, by its name and by what else the document speaks of.
//!
//! Every candidate has a score, a sum of named parts ([`Evidence`]); not to be in the gazetteer (NIL) has
//! score 0. Probabilities are their softmax. Places support each other by distance and by the units they
//! lie in, so scores are computed from each name alone first, then twice with the others' probabilities.

mod candidates;
mod context;
mod geo;
mod mentions;
mod neighbours;
mod score;
mod short_forms;
mod short_index;
mod words;

pub use score::Evidence;

pub(crate) use words::kind_word;

use tawsim_corpus::{Document, Entity, LabelSet};
use tawsim_tokenizer::Tokenized;

use crate::gazetteer::{EntriesView, Entry, NameFilter};
use crate::{Gazetteer, Model};
use context::Context;
use mentions::DocumentNames;

/// What is known of a document beside its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkHints {
    /// The date it was written, as `yyyymmdd`; month and day may be 0. Without it the years in its dates
    /// count.
    pub date: Option<u32>,
    /// The country it is about, ISO 3166-1 alpha-2. Without it its places and factions decide.
    pub country: Option<[u8; 2]>,
}

/// An entry that an entity may mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Link<'m> {
    /// The entry.
    pub entry: Entry<'m>,
    /// Its probability, 0 to 1; with all alternatives and NIL they sum to at most 1.
    pub score: f32,
    /// What speaks for and against it.
    pub evidence: Evidence,
}

/// What an entity was linked to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Linked<'m> {
    /// The likeliest entry; `None` is NIL: likelier than any entry is that the gazetteer lacks it.
    pub link: Option<Link<'m>>,
    /// The probability of NIL.
    pub nil_score: f32,
    /// Other entries it may mean, the likeliest first, at most [`Linker::MAX_ALTERNATIVES`].
    pub alternatives: Vec<Link<'m>>,
}

/// Links entities to the gazetteer of a model. Immutable and cheap to make.
///
/// ```no_run
/// use tawsim_corpus::{Document, Entity};
/// use tawsim_tagger::{LinkHints, Linker, Model, Tagger, TaggerScratch};
/// let tagger = Tagger::new(Model::open("conflict-ar.tawsim".as_ref())?);
/// let linker = Linker::new(tagger.model());
/// let mut scratch = TaggerScratch::new();
/// let mut document = Document::new("1", "قصف على مدينة خان شيخون بريف إدلب");
/// let found = tagger.tag(&document.text, &mut scratch);
/// document.entities = found.iter().map(|entity| Entity::from(*entity)).collect();
/// let tokenized = scratch.tokenized();
/// let links = linker.link(&document, tokenized, tagger.labels(), LinkHints::default());
/// for (entity, linked) in document.entities.iter().zip(&links) {
///     let id = linked.as_ref().and_then(|linked| linked.link.as_ref()).map(|link| link.entry.id());
///     println!("{} {id:?}", document.surface(entity));
/// }
/// # Ok::<(), tawsim_tagger::ModelError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Linker<'m> {
    entries: EntriesView<'m>,
    /// Countries of which only well-known places are listed.
    outlines: Vec<[u8; 2]>,
    names: NameFilter,
}

/// What the entities of a label are linked to: label names, and the classes of entries.
const LINKED_LABELS: &[(&str, &[&str])] = &[
    ("FACTION", &["faction"]),
    ("PLACE", &["place", "country"]),
    ("LOC", &["place", "country"]),
    ("LOCATION", &["place", "country"]),
];

impl<'m> Linker<'m> {
    /// The most alternatives that a link comes with.
    pub const MAX_ALTERNATIVES: usize = 4;

    /// A linker to the entries of this model's gazetteer.
    #[must_use]
    pub fn new(model: &'m Model) -> Self {
        Self::to(model.entries_view())
    }

    /// A linker to the entries of a gazetteer that is in no model: one that somebody adds to.
    #[must_use]
    pub fn to_gazetteer(gazetteer: &'m Gazetteer) -> Self {
        Self::to(gazetteer.entries.view())
    }

    fn to(entries: EntriesView<'m>) -> Self {
        let outlines = entries.countries_with_few(OUTLINE_ENTRIES);
        Self { entries, outlines, names: NameFilter::new(entries.names) }
    }

    /// Whether entities of this label are linked.
    #[must_use]
    pub fn links_label(label: &str) -> bool {
        classes_of(label).is_some()
    }

    /// What the entities of a document mean, in their order; `None` for labels that are not linked.
    ///
    /// `tokenized` is its text's own, `labels` names the entities' labels. The same input gives the same
    /// links, whatever was linked before.
    #[must_use]
    pub fn link(
        &self,
        document: &Document,
        tokenized: &Tokenized,
        labels: &LabelSet,
        hints: LinkHints,
    ) -> Vec<Option<Linked<'m>>> {
        let (text, entities) = (document.text.as_str(), document.entities.as_slice());
        let source = Source { text, tokenized, entities, labels };
        let mut names = DocumentNames::read(self, &source);
        let context = Context::new(&source, hints);
        names.score_alone(&context);
        names.add_short_forms(self);
        for _ in 0..ROUNDS {
            names.score_together(&context);
        }
        let mut links = vec![None; entities.len()];
        for mention_idx in 0..names.mentions.len() {
            let entity_idx = names.mentions[mention_idx].entity_idx;
            links[entity_idx] = Some(self.linked(&names, mention_idx));
        }
        links
    }

    fn linked(&self, names: &DocumentNames<'_, 'm>, mention_idx: usize) -> Linked<'m> {
        let (mut links, nil_score) = names.ranked(mention_idx);
        let is_nil = links.first().is_none_or(|best| best.score < nil_score);
        links.truncate(Self::MAX_ALTERNATIVES + usize::from(!is_nil));
        let link = (!is_nil).then(|| links.remove(0));
        Linked { link, nil_score, alternatives: links }
    }
}

/// A country with fewer entries is only outlined.
const OUTLINE_ENTRIES: usize = 200;

/// How often the probabilities of all names are computed with the others'.
const ROUNDS: usize = 2;

/// A document to be linked.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub text: &'a str,
    pub tokenized: &'a Tokenized,
    pub entities: &'a [Entity],
    pub labels: &'a LabelSet,
}

/// The classes of entries that a label is linked to.
fn classes_of(label: &str) -> Option<&'static [&'static str]> {
    LINKED_LABELS.iter().find(|(name, _)| *name == label).map(|(_, classes)| *classes)
}
