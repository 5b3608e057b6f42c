//! From the best path to entities of the text.

use std::ops::Range;

use tawsim_corpus::{Tag, UnitSpan};
use tawsim_crf::{Transitions, posteriors};
use tawsim_tokenizer::{Span, Tokenized};

use super::alternatives::EntityTags;
use super::{ScoredEntity, Tagger, TaggerScratch};
use crate::features::Unit;
use crate::model::EntityEdges;

impl Tagger {
    /// Appends the entities of the sentence just decoded, and their alternatives where those are asked for.
    pub(super) fn push_entities(
        &self,
        transitions: &Transitions,
        text: &str,
        scratch: &mut TaggerScratch,
    ) {
        let wants_more = scratch.min_alternative.is_some();
        if !wants_more && scratch.path.iter().all(|tag_idx| *tag_idx == 0) {
            return;
        }
        let (model, scheme) = (&self.model, self.model.scheme());
        let tag = |tag_idx: &u16| {
            scheme.tag(*tag_idx, model.labels()).expect("the path is over the model's tags")
        };
        scratch.tags.clear();
        scratch.tags.extend(scratch.path.iter().map(tag));
        // A hostile model's weights can be beyond what floating point normalises; then no score is known.
        let marginals = posteriors(&scratch.lattice, transitions, &mut scratch.scratch);
        let sentence = Sentence {
            text,
            units: &scratch.units.units,
            tokenized: &scratch.tokenized,
            edges: model.metadata().edges,
        };
        for UnitSpan { units, label } in scheme.decode(&scratch.tags) {
            let is_free = scratch.tags.get(units.end).is_none_or(|tag| *tag == Tag::Outside);
            let span = sentence.span(units.clone(), is_free);
            if scratch.entities.last().is_some_and(|last| last.span.overlaps(span)) {
                continue;
            }
            let score = marginals.as_ref().map_or(0.0, |marginals| {
                let tags = EntityTags::new(scheme, label);
                tags.probability(marginals, (units.start, units.len()), &mut scratch.entity_path)
            });
            scratch.entities.push(ScoredEntity {
                span,
                label,
                score: score.clamp(0.0, 1.0) as f32,
            });
        }
        let (Some(min_score), Some(marginals)) = (scratch.min_alternative, marginals) else {
            return;
        };
        for label in model.labels().iter() {
            let tags = EntityTags::new(scheme, label);
            tags.each(&marginals, min_score, &mut scratch.entity_path, |units, score| {
                let span = sentence.span(units, true);
                let score = score.clamp(0.0, 1.0) as f32;
                scratch.alternatives.push(ScoredEntity { span, label, score });
            });
        }
    }
}

/// What says where the edges of an entity stand in the text.
struct Sentence<'a> {
    text: &'a str,
    units: &'a [Unit],
    tokenized: &'a Tokenized,
    edges: EntityEdges,
}

impl Sentence<'_> {
    /// The span of these units; `is_free`: nothing of an entity follows, so a closing mark may be taken in.
    fn span(&self, units: Range<usize>, is_free: bool) -> Span {
        let span = self.units[units.start].span.cover(self.units[units.end - 1].span);
        match self.edges {
            EntityEdges::Words => whole_words(span, self.tokenized),
            _ if is_free => with_closing_mark(span, self.text),
            _ => span,
        }
    }
}

/// The span with the whole of its first and last token.
fn whole_words(span: Span, tokenized: &Tokenized) -> Span {
    let tokens = tokenized.tokens();
    let first = tokens.partition_point(|token| token.span.end() <= span.start());
    let last = tokens.partition_point(|token| token.span.start() < span.end());
    span.cover(tokens[first].span).cover(tokens[last - 1].span)
}

/// Marks that come in pairs, opening and closing.
const PAIRS: [(char, char); 4] = [('"', '"'), ('“', '”'), ('«', '»'), ('(', ')')];

/// The span with the mark behind it that closes one opened inside: `حركة "فتح"`.
fn with_closing_mark(span: Span, text: &str) -> Span {
    let surface = span.slice(text);
    let Some(next) = text[span.end() as usize..].chars().next() else { return span };
    let Some(&(opening, closing)) = PAIRS.iter().find(|(_, closing)| *closing == next) else {
        return span;
    };
    let count = |mark: char| surface.matches(mark).count();
    let is_open =
        if opening == closing { count(opening) % 2 == 1 } else { count(opening) > count(closing) };
    if !is_open {
        return span;
    }
    let end = span.end() as usize + next.len_utf8();
    Span::from_range(span.start() as usize..end).unwrap_or(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, surface: &str, whole: &str) {
        let start = text.find(surface).expect("it is there");
        let span = Span::from_range(start..start + surface.len()).expect("short");
        assert_eq!(with_closing_mark(span, text).slice(text), whole);
    }

    #[test]
    fn a_name_that_opens_a_pair_closes_it() {
        check("نائب رئيس حركة \"فتح\" الفلسطينية", "حركة \"فتح", "حركة \"فتح\"");
        check("معبر “نصيب” مع", "معبر “نصيب", "معبر “نصيب”");
        check("حركة (حماس) في", "حركة (حماس", "حركة (حماس)");
        check("قال \"فتح\" أمس", "فتح", "فتح");
        check("حركة \"فتح", "حركة \"فتح", "حركة \"فتح");
        check("حركة \"فتح الإسلام\"", "حركة \"فتح", "حركة \"فتح");
    }
}
