use super::{FeatureConfig, Property, Template};

/// Templates that are left out together to see what they are worth.
#[derive(Clone, Copy, Debug)]
pub struct FeatureGroup {
    /// What to call it.
    pub name: &'static str,
    matches: fn(&Template) -> bool,
}

fn has(template: &Template, is_wanted: fn(Property) -> bool) -> bool {
    template.parts.iter().any(|(property, _)| is_wanted(*property))
}

impl FeatureGroup {
    /// All groups. A template may be of several.
    pub const ALL: [Self; 10] = [
        Self { name: "forms of the neighbours", matches: is_neighbour },
        Self { name: "affixes", matches: |t| has(t, is_affix) },
        Self {
            name: "character n-grams",
            matches: |t| has(t, |p| matches!(p, Property::Ngrams(_))),
        },
        Self { name: "shape and length", matches: |t| has(t, is_shape) },
        Self { name: "clitics", matches: |t| has(t, |p| p == Property::Clitics) },
        Self { name: "clusters", matches: |t| has(t, |p| matches!(p, Property::Cluster(_))) },
        Self { name: "gazetteer", matches: |t| has(t, is_gazetteer) },
        Self { name: "quotes", matches: |t| has(t, |p| p == Property::Quote) },
        Self { name: "place in the document", matches: |t| has(t, |p| p == Property::Place) },
        Self { name: "all joined templates", matches: |t| t.parts.len() > 1 },
    ];
}

fn is_neighbour(template: &Template) -> bool {
    let of_form = |p: Property| matches!(p, Property::Form | Property::Stem);
    template.parts.iter().any(|(property, offset)| *offset != 0 && of_form(*property))
}

fn is_affix(property: Property) -> bool {
    matches!(property, Property::Prefixes(_) | Property::Suffixes(_) | Property::Suffix(_))
}

fn is_shape(property: Property) -> bool {
    matches!(property, Property::Shape | Property::Length)
}

fn is_gazetteer(property: Property) -> bool {
    matches!(property, Property::Gazetteer | Property::GazetteerSet)
}

impl FeatureConfig {
    /// The templates that are not of the group; `None` if none of them is, or all are.
    #[must_use]
    pub fn without(&self, group: FeatureGroup) -> Option<Self> {
        let kept = self.templates.iter().filter(|template| !(group.matches)(template));
        let kept: Vec<Template> = kept.cloned().collect();
        let is_another = !kept.is_empty() && kept.len() < self.templates.len();
        is_another.then_some(Self { templates: kept })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standard_template_is_of_a_group_or_describes_the_unit_itself() {
        let standard = FeatureConfig::standard();
        for group in FeatureGroup::ALL.into_iter().filter(|g| standard.without(*g).is_some()) {
            let rest = standard.without(group).expect("filtered");
            assert!(rest.templates.iter().all(|t| !(group.matches)(t)), "{}", group.name);
        }
        let of_none =
            standard.templates.iter().filter(|t| FeatureGroup::ALL.iter().all(|g| !(g.matches)(t)));
        let named: Vec<String> = of_none.map(Template::to_string).collect();
        assert_eq!(named, ["form@0", "stem@0"]);
    }
}
