//! Offsets of other programs as byte spans, mended where a surface says that they are a little wrong.

use std::ops::Range;

use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};

use super::ReadProblem;

/// How many chars off an entity may be to be found again.
const REACH: usize = 8;

/// The names of the units in files and on the command line.
pub(super) const UNIT_NAMES: [(OffsetUnit, &str); 4] = [
    (OffsetUnit::Byte, "byte"),
    (OffsetUnit::CodePoint, "code point"),
    (OffsetUnit::Utf16, "utf-16"),
    (OffsetUnit::Grapheme, "grapheme"),
];

pub(super) fn unit_name(unit: OffsetUnit) -> &'static str {
    let known = UNIT_NAMES.iter().find(|(known, _)| *known == unit);
    known.map_or("unit", |(_, name)| name)
}

/// Where an entity was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aligned {
    /// Where its offsets say.
    Exact(Span),
    /// Elsewhere, by its surface.
    Moved(Span),
}

/// The span of offsets in the unit of `map`; `surface` is what the file says stands there.
///
/// Where the text has something else there, the nearest occurrence of the surface that begins at most 8 chars before or
/// behind is taken; of two equally near neither.
///
/// # Errors
/// If the offsets are reversed, equal, cut a char or leave the text, or the surface is not near.
pub fn align(
    text: &str,
    map: &OffsetMap<'_>,
    units: Range<u64>,
    surface: Option<&str>,
) -> Result<Aligned, ReadProblem> {
    let narrow = |offset: u64| u32::try_from(offset).unwrap_or(u32::MAX);
    let span = map.span_from_units(narrow(units.start)..narrow(units.end));
    let span = span.filter(|span| !span.is_empty());
    match (span, surface) {
        (Some(span), None) => return Ok(Aligned::Exact(span)),
        (Some(span), Some(surface)) if span.slice(text) == surface => {
            return Ok(Aligned::Exact(span));
        }
        _ => {}
    }
    let near = surface.filter(|surface| !surface.is_empty()).and_then(|surface| {
        let length = map.n_units();
        let units_back =
            (0..=REACH as u32).map(|back| narrow(units.start).min(length).saturating_sub(back));
        let start = units_back.into_iter().find_map(|unit| map.byte_from_unit(unit))?;
        nearest(text, start as usize, surface)
    });
    match (near, span, surface) {
        (Some(span), ..) => Ok(Aligned::Moved(span)),
        (None, Some(span), Some(surface)) => Err(ReadProblem::Surface {
            start: units.start,
            end: units.end,
            found: shortened(span.slice(text)),
            expected: shortened(surface),
        }),
        _ => Err(ReadProblem::OutOfText {
            start: units.start,
            end: units.end,
            length: u64::from(map.n_units()),
            unit: unit_name(map.unit()),
        }),
    }
}

/// The occurrence of `surface` that begins nearest to byte `at`, within reach and alone at its distance.
fn nearest(text: &str, at: usize, surface: &str) -> Option<Span> {
    let is_here = |at: usize| text[at..].starts_with(surface);
    let mut before = text[..at].char_indices().rev().map(|(at, _)| at);
    let mut behind = text[at..].char_indices().map(|(by, _)| at + by);
    let mut found = behind.next().filter(|&at| is_here(at));
    for _ in 0..REACH {
        if found.is_some() {
            break;
        }
        let left = before.next().filter(|&at| is_here(at));
        let right = behind.next().filter(|&at| is_here(at));
        if left.is_some() && right.is_some() {
            return None;
        }
        found = left.or(right);
    }
    found.and_then(|at| Span::from_range(at..at + surface.len()))
}

pub(super) fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(units: Range<u64>, surface: Option<&str>, expected: &str) {
        let text = "😀 في حلب وفي حلب";
        let map = OffsetMap::new(text, OffsetUnit::CodePoint);
        let found = match align(text, &map, units, surface) {
            Ok(Aligned::Exact(span)) => format!("exact {}", span.start()),
            Ok(Aligned::Moved(span)) => format!("moved {}", span.start()),
            Err(ReadProblem::Surface { found, .. }) => format!("found {found}"),
            Err(_) => "outside".to_owned(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn near_surfaces_are_found() {
        check(5..8, None, "exact 10");
        check(5..8, Some("حلب"), "exact 10");
        check(6..9, Some("حلب"), "moved 10");
        check(15..18, Some("حلب"), "moved 24");
        check(90..93, Some("حلب"), "moved 24");
        check(0..3, Some("قصف"), "found 😀 ف");
        check(3..3, None, "outside");
        check(5..99, None, "outside");
        // As near before as behind: either may be meant.
        check(9..11, Some("حلب"), "found وف");
        check(8..9, Some("ح"), "moved 10");
    }
}
