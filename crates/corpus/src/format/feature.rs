//! What documents may have and formats may carry.

/// Something that a document may have and that a format carries or loses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Feature {
    /// The text as it is, white space included.
    Text,
    /// Ids of documents.
    DocumentIds,
    /// [`Metadata`](crate::Metadata).
    Metadata,
    /// Tokens and sentences that came with the text.
    Tokens,
    /// Of given tokens: columns, multi-word tokens, sentences.
    TokenDetails,
    /// Given tokens that are not made of CoNLL-U's columns.
    FreeTokens,
    /// Layers of further annotators.
    Layers,
    /// Entities at all.
    Entities,
    /// Entities that are not linked to a place with coordinates.
    Unlocated,
    /// Labels of entities.
    Labels,
    /// Entities in several pieces.
    Fragments,
    /// Entities that overlap without one holding the other.
    Crossing,
    /// Entities within entities.
    Nesting,
    /// Entities that cross a line end or hold a tab.
    LineCrossing,
    /// Entities that begin or end inside a token or clitic segment.
    SubWord,
    /// Scores of entities.
    Scores,
    /// Links of entities.
    Links,
    /// Of links more than the entry's id: name, kind, probability, coordinates.
    LinkRest,
    /// Other entries that a link may mean.
    LinkAlternatives,
    /// Numbers and dates.
    Values,
    /// Of values: about, percent, ordinal, clock time.
    ValueFlags,
    /// Source, reviewer and time of entities.
    Provenance,
    /// Ids of entities.
    EntityIds,
    /// Further attributes of entities.
    Attributes,
}

impl Feature {
    /// All features with what a loss of each is called: "12 …".
    pub const ALL: [(Self, &'static str); 24] = [
        (Self::Text, "texts whose white space is lost"),
        (Self::DocumentIds, "document ids lost"),
        (Self::Metadata, "documents whose metadata is lost"),
        (Self::Tokens, "documents whose given tokens are lost"),
        (Self::TokenDetails, "documents whose tokens lose columns, multi-word tokens or sentences"),
        (Self::FreeTokens, "documents whose given tokens do not fit the columns; ours are written"),
        (Self::Layers, "entities of further layers, or empty ones, left out"),
        (Self::Entities, "entities left out"),
        (Self::Unlocated, "entities without a place on the map left out"),
        (Self::Labels, "labels lost"),
        (Self::Fragments, "discontiguous entities written as one piece"),
        (Self::Crossing, "crossing entities left out, those that begin first kept"),
        (Self::Nesting, "overlapping entities left out, the longest kept"),
        (Self::LineCrossing, "entities that cross a line or hold a tab left out"),
        (Self::SubWord, "entities that end inside a token widened to it or left out"),
        (Self::Scores, "scores lost"),
        (Self::Links, "links lost"),
        (Self::LinkRest, "links of which only the entry's id is kept"),
        (Self::LinkAlternatives, "links whose alternatives are lost"),
        (Self::Values, "values lost"),
        (Self::ValueFlags, "values whose about, percent, ordinal or time is lost"),
        (Self::Provenance, "entities whose source, reviewer or time is lost"),
        (Self::EntityIds, "entity ids lost"),
        (Self::Attributes, "entities whose attributes are lost"),
    ];
}

/// A set of [`Feature`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features(u32);

impl Features {
    /// Every feature.
    pub const ALL: Self = Self((1 << Feature::ALL.len()) - 1);

    /// Any entities, labelled, in a text that stays as it is.
    pub const SPANS: Self = Self::of(&[
        Feature::Text,
        Feature::DocumentIds,
        Feature::Entities,
        Feature::Unlocated,
        Feature::Labels,
        Feature::Crossing,
        Feature::Nesting,
        Feature::LineCrossing,
        Feature::SubWord,
    ]);

    /// The set of these.
    #[must_use]
    pub const fn of(features: &[Feature]) -> Self {
        let (mut bits, mut idx) = (0, 0);
        while idx < features.len() {
            bits |= 1 << features[idx] as u8;
            idx += 1;
        }
        Self(bits)
    }

    /// Every feature but these.
    #[must_use]
    pub const fn all_but(features: &[Feature]) -> Self {
        Self(Self::ALL.0 & !Self::of(features).0)
    }

    /// This set and these.
    #[must_use]
    pub const fn and(self, features: &[Feature]) -> Self {
        Self(self.0 | Self::of(features).0)
    }

    /// This set without these.
    #[must_use]
    pub const fn and_not(self, features: &[Feature]) -> Self {
        Self(self.0 & !Self::of(features).0)
    }

    /// Whether the set has it.
    #[must_use]
    pub const fn has(self, feature: Feature) -> bool {
        self.0 & (1 << feature as u8) != 0
    }
}
