//! What UIMA's two files, XMI and JSON, share: the types, and documents as lists of feature structures.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};

use super::tokens::{given_tokens, units};
use super::{Feature, Features, GivenEntity, Import, ReadError, ReadProblem, WriteContext};
use crate::{Document, EntityDetails, LinkDetails};

pub(super) const NAMED_ENTITY: &str = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity";
pub(super) const SENTENCE: &str = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence";
pub(super) const TOKEN: &str = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token";
pub(super) const METADATA: &str =
    "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData";
pub(super) const SOFA: &str = "uima.cas.Sofa";
pub(super) const VIEW: &str = "_InitialView";

const ANNOTATION: &str = "uima.tcas.Annotation";
pub(super) const STRING: &str = "uima.cas.String";

/// A type of ours: name, supertype, features.
pub(super) struct Type {
    pub name: &'static str,
    pub supertype: &'static str,
    /// Names and ranges.
    pub features: &'static [(&'static str, &'static str)],
}

/// The types that we write: DKPro's, which INCEpTION and WebAnno know as built-in layers.
pub(super) const TYPES: [Type; 4] = [
    Type {
        name: METADATA,
        supertype: "uima.tcas.DocumentAnnotation",
        features: &[
            ("documentTitle", STRING),
            ("documentId", STRING),
            ("documentUri", STRING),
            ("collectionId", STRING),
            ("documentBaseUri", STRING),
            ("isLastSegment", "uima.cas.Boolean"),
        ],
    },
    Type {
        name: NAMED_ENTITY,
        supertype: ANNOTATION,
        features: &[("value", STRING), ("identifier", STRING)],
    },
    Type { name: SENTENCE, supertype: ANNOTATION, features: &[] },
    Type { name: TOKEN, supertype: ANNOTATION, features: &[] },
];

/// Only what any tool of the family reads: the built-in layers as they are.
pub(super) const CARRIES: Features = Features::SPANS.and(&[Feature::Links]);

/// A feature structure with a place in a text.
#[derive(Debug, Default)]
pub(super) struct Annotation {
    /// The id of its text.
    pub sofa: u64,
    /// The name of its type.
    pub kind: String,
    /// UTF-16 offsets.
    pub begin: u64,
    pub end: u64,
    /// Its features that are strings.
    pub features: Vec<(String, String)>,
    /// Where it stands in the file.
    pub line: u64,
}

impl Annotation {
    fn feature(&self, name: &str) -> Option<&str> {
        let found = self.features.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Whether it is an entity: DKPro's type or one of its package, or a layer of the user's own with a value.
    fn is_entity(&self) -> bool {
        let is_own =
            ["webanno.custom.", "custom."].iter().any(|start| self.kind.starts_with(start));
        let is_in_package = self.kind.contains(".ner.type.") || self.kind.ends_with("NamedEntity");
        is_in_package || (is_own && self.own_label().is_some())
    }

    fn own_label(&self) -> Option<&str> {
        self.feature("value").or_else(|| self.feature("label"))
    }

    /// Subtypes of the entity type (`Location`) may have no value.
    fn label(&self) -> &str {
        let short_name = self.kind.rsplit('.').next().filter(|name| *name != "NamedEntity");
        self.own_label().or(short_name).unwrap_or_default()
    }
}

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Cas {
    /// Texts: id, name, content.
    pub sofas: Vec<(u64, String, String)>,
    pub annotations: Vec<Annotation>,
}

impl Cas {
    /// Hands on a document a text.
    pub(super) fn import(self, import: &mut Import<'_>) -> Result<(), ReadError> {
        if self.sofas.is_empty() {
            let words = "the CAS has no text (no Sofa with a sofaString)".to_owned();
            return Err(ReadError { line: 1, byte: 0, problem: ReadProblem::Shape(words) });
        }
        let n_texts = self.sofas.len();
        let mut by_sofa: BTreeMap<u64, Vec<Annotation>> = BTreeMap::new();
        let known: BTreeSet<u64> = self.sofas.iter().map(|(id, ..)| *id).collect();
        // One whose sofa is not said belongs to the first text.
        for annotation in self.annotations {
            let is_known = known.contains(&annotation.sofa);
            let sofa = if is_known { annotation.sofa } else { self.sofas[0].0 };
            by_sofa.entry(sofa).or_default().push(annotation);
        }
        for (id, name, text) in self.sofas {
            let annotations = by_sofa.remove(&id).unwrap_or_default();
            let suffix = if n_texts > 1 { format!("/{name}") } else { String::new() };
            import_text(&text, &suffix, &annotations, import);
        }
        Ok(())
    }
}

fn import_text(text: &str, suffix: &str, annotations: &[Annotation], import: &mut Import<'_>) {
    let id =
        annotations.iter().filter(|a| a.kind == METADATA).find_map(|a| a.feature("documentId"));
    let id = id.unwrap_or_else(|| import.input_name());
    let mut document = Document::new(format!("{id}{suffix}"), "");
    let map = OffsetMap::new(text, import.options.unit.unwrap_or(OffsetUnit::Utf16));
    let mut others: BTreeMap<&str, u64> = BTreeMap::new();
    for annotation in annotations {
        if annotation.is_entity() {
            import_entity(&mut document, (text, &map), annotation, import);
        } else if ![METADATA, SENTENCE, TOKEN].contains(&&*annotation.kind) {
            *others.entry(&annotation.kind).or_default() += 1;
        }
    }
    for (kind, count) in others {
        let place = import.input_name();
        import.note(format!("{place}: {count} annotations of {kind} are no entities; not read"));
    }
    let spans = |kind: &str| -> Vec<Span> {
        let of_kind = annotations.iter().filter(|a| a.kind == kind);
        of_kind.filter_map(|a| span_of(&map, a.begin, a.end)).collect()
    };
    document.tokens = given_tokens(text, spans(TOKEN), &spans(SENTENCE));
    text.clone_into(&mut document.text);
    import.document(document);
}

fn span_of(map: &OffsetMap<'_>, start: u64, end: u64) -> Option<Span> {
    map.span_from_units(u32::try_from(start).ok()?..u32::try_from(end).ok()?)
}

fn import_entity(
    document: &mut Document,
    (text, map): (&str, &OffsetMap<'_>),
    annotation: &Annotation,
    import: &mut Import<'_>,
) {
    let link = annotation.feature("identifier").map(|id| link_to(id.to_owned()));
    let mention = GivenEntity {
        units: annotation.begin..annotation.end,
        label: annotation.label(),
        details: EntityDetails { link, ..EntityDetails::default() },
        line: annotation.line,
        ..GivenEntity::default()
    };
    import.entity(document, map, text, mention);
}

/// A link of which only the id is known.
pub(super) fn link_to(id: String) -> LinkDetails<'static> {
    LinkDetails { id: Some(id.into()), ..LinkDetails::default() }
}

/// Everything that is written of a document, in order; ids are 2, 3, … as the text has 1.
pub(super) fn structures(
    document: &Document,
    context: &WriteContext<'_>,
) -> io::Result<Vec<Annotation>> {
    let map = OffsetMap::new(&document.text, OffsetUnit::Utf16);
    let at = |kind: &str, span: Span, features| -> io::Result<Annotation> {
        let units = map.units_from_span(span).ok_or_else(cut_char)?;
        let (begin, end) = (u64::from(units.start), u64::from(units.end));
        Ok(Annotation { sofa: 1, kind: kind.to_owned(), begin, end, features, line: 0 })
    };
    let feature = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let whole = Span::from_range(0..document.text.len()).ok_or_else(cut_char)?;
    let language = document.metadata.language.as_deref().unwrap_or("x-unspecified");
    let about = vec![
        feature("language", language),
        feature("documentTitle", &document.id),
        feature("documentId", &document.id),
    ];
    let mut structures = vec![at(METADATA, whole, about)?];
    let units = units(document);
    for sentence in units.sentences.iter().filter(|sentence| !sentence.is_empty()) {
        let span = units.spans[sentence.start].cover(units.spans[sentence.end - 1]);
        structures.push(at(SENTENCE, span, Vec::new())?);
    }
    for span in units.spans {
        structures.push(at(TOKEN, span, Vec::new())?);
    }
    for entity in &document.entities {
        let mut features = vec![feature("value", context.labels.name(entity.label))];
        let link = document.details_of(entity).and_then(|details| details.link.as_ref());
        if let Some(id) = link.and_then(|link| link.id.as_deref()) {
            features.push(feature("identifier", id));
        }
        structures.push(at(NAMED_ENTITY, entity.span, features)?);
    }
    Ok(structures)
}

pub(super) fn cut_char() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a span cuts a character or leaves the text")
}
