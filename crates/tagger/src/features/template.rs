use serde::{Deserialize, Serialize};

use super::TemplateError;

/// Something a unit has that attributes are made of. Form properties depend on the word form alone, so
/// their weights can be summed once per form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Property {
    /// The folded form: marks dropped, alef and final yeh folded.
    Form,
    /// The folded form without its article.
    Stem,
    /// The first 1 to `n` characters of the stem.
    Prefixes(u8),
    /// The last 1 to `n` characters of the form.
    Suffixes(u8),
    /// The last `n` characters of the form alone.
    Suffix(u8),
    /// All runs of `n` characters of the stem, with a mark at its edges.
    Ngrams(u8),
    /// Kind of token, article, digits and marks as a pattern.
    Shape,
    /// Number of characters, up to 8.
    Length,
    /// The word cluster at a granularity; 0 is the coarsest.
    Cluster(u8),
    /// The clitics around the stem.
    Clitics,
    /// Every gazetteer hit: kind, ambiguity and place in the hit.
    Gazetteer,
    /// The hits' kinds and places joined into one value.
    GazetteerSet,
    /// How far behind an opening quotation mark the unit stands, up to 4.
    Quote,
    /// Where in the document the sentence stands: its first, its second, the rest.
    Place,
}

impl Property {
    /// Whether it depends on the word form alone.
    pub(crate) const fn is_of_form(self) -> bool {
        !matches!(
            self,
            Self::Clitics | Self::Gazetteer | Self::GazetteerSet | Self::Quote | Self::Place
        )
    }

    /// Whether it has at most one value, so that it can be joined with others.
    pub(crate) const fn is_single(self) -> bool {
        !matches!(self, Self::Prefixes(_) | Self::Suffixes(_) | Self::Ngrams(_) | Self::Gazetteer)
    }
}

/// One kind of attribute: a property of the unit at a distance, or several joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Properties and how many units away they are looked up (negative: before).
    pub parts: Vec<(Property, i8)>,
}

/// The templates of a model. They are data of the model file: a model brings its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureConfig {
    /// All templates, in the order of their ids.
    pub templates: Vec<Template>,
}

/// Why templates cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeatureConfigError {
    /// Too many, or none.
    #[error("{0} templates; use 1 to {max}", max = FeatureConfig::MAX_TEMPLATES)]
    Count(usize),
    /// A template is empty, joins too much or reaches too far.
    #[error(
        "template {0} is not usable: 1 to 4 properties, at most 4 units away, joined ones single-valued"
    )]
    Template(usize),
    /// A property's number is out of range.
    #[error("template {0}: affixes and n-grams have 1 to 8 characters, clusters four levels")]
    Size(usize),
    /// A line is no template.
    #[error(transparent)]
    Line(#[from] TemplateError),
}

impl FeatureConfig {
    /// The most templates a model may have.
    pub const MAX_TEMPLATES: usize = 256;
    /// How far a template may look.
    pub const MAX_OFFSET: i8 = 4;

    /// The templates of the bundled models.
    #[must_use]
    pub fn standard() -> Self {
        Self::from_text(include_str!("standard.templates")).expect("a test reads it")
    }

    /// Checks what a model file or a caller brought.
    ///
    /// # Errors
    /// The first template that cannot be used.
    pub fn validate(&self) -> Result<(), FeatureConfigError> {
        if !(1..=Self::MAX_TEMPLATES).contains(&self.templates.len()) {
            return Err(FeatureConfigError::Count(self.templates.len()));
        }
        for (idx, template) in self.templates.iter().enumerate() {
            let joined = template.parts.len() > 1;
            let fits = |&(property, offset): &(Property, i8)| {
                (property.is_single() || !joined)
                    && (-Self::MAX_OFFSET..=Self::MAX_OFFSET).contains(&offset)
            };
            if !(1..=4).contains(&template.parts.len()) || !template.parts.iter().all(fits) {
                return Err(FeatureConfigError::Template(idx));
            }
            if !template.parts.iter().all(|(property, _)| has_good_size(*property)) {
                return Err(FeatureConfigError::Size(idx));
            }
        }
        Ok(())
    }
}

const fn has_good_size(property: Property) -> bool {
    match property {
        Property::Prefixes(n)
        | Property::Suffixes(n)
        | Property::Suffix(n)
        | Property::Ngrams(n) => n >= 1 && n <= 8,
        Property::Cluster(level) => (level as usize) < crate::clusters::MAX_LEVELS,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_templates_are_valid() {
        assert_eq!(FeatureConfig::standard().validate(), Ok(()));
    }

    #[test]
    fn bad_templates_are_named() {
        let template = |parts: &[(Property, i8)]| Template { parts: parts.to_vec() };
        let check = |templates: Vec<Template>, expected: FeatureConfigError| {
            assert_eq!(FeatureConfig { templates }.validate(), Err(expected));
        };
        check(vec![], FeatureConfigError::Count(0));
        check(vec![template(&[])], FeatureConfigError::Template(0));
        check(vec![template(&[(Property::Form, 5)])], FeatureConfigError::Template(0));
        check(vec![template(&[(Property::Ngrams(9), 0)])], FeatureConfigError::Size(0));
        let joined = template(&[(Property::Form, 0), (Property::Ngrams(3), 0)]);
        check(vec![template(&[(Property::Form, 0)]), joined], FeatureConfigError::Template(1));
    }
}
