//! Templates as text: `form@-1 clitics@0`, one template a line.

use std::fmt;
use std::str::FromStr;

use super::{FeatureConfig, FeatureConfigError, Property, Template};

/// Names of the properties without a number.
const PLAIN: &[(&str, Property)] = &[
    ("form", Property::Form),
    ("stem", Property::Stem),
    ("shape", Property::Shape),
    ("length", Property::Length),
    ("clitics", Property::Clitics),
    ("gazetteer", Property::Gazetteer),
    ("gazetteer-set", Property::GazetteerSet),
    ("quote", Property::Quote),
    ("place", Property::Place),
];

/// Makes a property of its number.
type Numbered = fn(u8) -> Property;

/// Names of those with one, written behind the name.
const NUMBERED: &[(&str, Numbered)] = &[
    ("prefixes", Property::Prefixes),
    ("suffixes", Property::Suffixes),
    ("suffix", Property::Suffix),
    ("ngrams", Property::Ngrams),
    ("cluster", Property::Cluster),
];

/// A line that is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no template; write properties and distances, such as `form@-1 clitics@0`; properties are {names}",
    names = property_names()
)]
pub struct TemplateError(String);

fn property_names() -> String {
    let plain = PLAIN.iter().map(|(name, _)| (*name).to_owned());
    let numbered = NUMBERED.iter().map(|(name, _)| format!("{name}1"));
    plain.chain(numbered).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = PLAIN.iter().find(|(_, property)| property == self) {
            return f.write_str(name);
        }
        let numbered = NUMBERED.iter().flat_map(|row| (0..=u8::MAX).map(move |n| (row, n)));
        let named = numbered.into_iter().find(|((_, make), n)| make(*n) == *self);
        let ((name, _), n) = named.expect("a property has a name or a name and a number");
        write!(f, "{name}{n}")
    }
}

impl FromStr for Property {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        if let Some((_, property)) = PLAIN.iter().find(|(name, _)| *name == text) {
            return Ok(*property);
        }
        let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
        let name = &text[..text.len() - digits.len()];
        let made = NUMBERED.iter().find(|(known, _)| *known == name);
        let number = digits.parse().ok();
        made.zip(number).map(|((_, make), n)| make(n)).ok_or_else(|| TemplateError(text.to_owned()))
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (idx, (property, offset)) in self.parts.iter().enumerate() {
            write!(f, "{}{property}@{offset}", if idx == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(line: &str) -> Result<Self, TemplateError> {
        let part = |part: &str| {
            let (property, offset) =
                part.split_once('@').ok_or_else(|| TemplateError(part.to_owned()))?;
            let offset = offset.parse().map_err(|_| TemplateError(part.to_owned()))?;
            Ok((property.parse()?, offset))
        };
        Ok(Self { parts: line.split_whitespace().map(part).collect::<Result<_, _>>()? })
    }
}

impl FeatureConfig {
    /// Reads templates, one a line: properties with their distances, joined by spaces. A range of distances,
    /// `form@-3..3`, stands for one template each. Empty lines and lines that begin with `#` do not count.
    ///
    /// ```
    /// use tawsim_tagger::FeatureConfig;
    /// let features = FeatureConfig::from_text("form@-1..1\nform@-1 clitics@0\n").unwrap();
    /// assert_eq!(features.templates.len(), 4);
    /// assert_eq!(features.templates[3].to_string(), "form@-1 clitics@0");
    /// ```
    ///
    /// # Errors
    /// The first line that is no template, or templates that cannot be used together.
    pub fn from_text(text: &str) -> Result<Self, FeatureConfigError> {
        let mut templates = Vec::new();
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match range(line) {
                Some((property, first, last)) => {
                    let property: Property = property.parse()?;
                    templates.extend(
                        (first..=last).map(|offset| Template { parts: vec![(property, offset)] }),
                    );
                }
                None => templates.push(line.parse()?),
            }
        }
        let config = Self { templates };
        config.validate()?;
        Ok(config)
    }
}

/// `form@-3..3` as property, first and last distance.
fn range(line: &str) -> Option<(&str, i8, i8)> {
    let (property, offsets) = line.split_once('@')?;
    let (first, last) = offsets.split_once("..")?;
    Some((property, first.parse().ok()?, last.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_templates_are_read_as_they_are_written() {
        let standard = FeatureConfig::standard();
        let lines: Vec<String> = standard.templates.iter().map(Template::to_string).collect();
        assert_eq!(FeatureConfig::from_text(&lines.join("\n")), Ok(standard));
    }

    #[test]
    fn lines_that_are_no_templates() {
        for line in ["form", "form@x", "colour@0", "cluster@0", "cluster1@0 form@"] {
            let read = FeatureConfig::from_text(line);
            assert!(matches!(read, Err(FeatureConfigError::Line(_))), "{line}: {read:?}");
        }
        assert_eq!(FeatureConfig::from_text("ngrams9@0"), Err(FeatureConfigError::Size(0)));
        assert_eq!(FeatureConfig::from_text("# nothing\n"), Err(FeatureConfigError::Count(0)));
    }
}
