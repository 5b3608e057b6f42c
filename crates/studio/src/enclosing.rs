//! From a part of a name to the whole of it, where marks that come in pairs stand around it.

use tawsim_tokenizer::Span;

/// Opening and closing marks.
const PAIRS: [(char, char); 7] =
    [('"', '"'), ('“', '”'), ('„', '“'), ('«', '»'), ('‹', '›'), ('(', ')'), ('[', ']')];

/// What stands between the nearest pair of marks around a span, in its line; where that is the span itself, the
/// marks too.
pub(crate) fn enclosing(text: &str, span: Span) -> Option<Span> {
    let line_start = text[..span.start() as usize].rfind('\n').map_or(0, |at| at + 1);
    let rest = &text[span.end() as usize..];
    let line_end = span.end() as usize + rest.find('\n').unwrap_or(rest.len());
    let (before, after) =
        (&text[line_start..span.start() as usize], &text[span.end() as usize..line_end]);
    let pairs = PAIRS.into_iter().filter_map(|pair| {
        let (open, close) = (open_before(before, pair)?, close_after(after, pair)?);
        let inner = line_start + open + pair.0.len_utf8()..span.end() as usize + close;
        let inner = trimmed(text, inner);
        let outer = line_start + open..span.end() as usize + close + pair.1.len_utf8();
        Span::from_range(if inner == span.range() { outer } else { inner })
    });
    pairs.min_by_key(|found| found.byte_len())
}

/// The last opening mark that is not closed again.
fn open_before(before: &str, (open, close): (char, char)) -> Option<usize> {
    let mut n_closed = 0;
    for (at, mark) in before.char_indices().rev() {
        if mark == open && (n_closed == 0 || open == close) {
            return Some(at);
        }
        n_closed += usize::from(mark == close);
        n_closed -= usize::from(mark == open);
    }
    None
}

/// The first closing mark of what was opened before.
fn close_after(after: &str, (open, close): (char, char)) -> Option<usize> {
    let mut n_open = 0;
    for (at, mark) in after.char_indices() {
        if mark == close && (n_open == 0 || open == close) {
            return Some(at);
        }
        n_open += usize::from(mark == open);
        n_open -= usize::from(mark == close);
    }
    None
}

fn trimmed(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let surface = &text[range.clone()];
    let start = range.start + surface.len() - surface.trim_start().len();
    start..start + surface.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text, the part, what encloses it first, and then.
    const TABLE: &[(&str, &str, [&str; 2])] = &[
        ("غرفة \"وبشر الصابرين\" في", "الصابرين", ["وبشر الصابرين", "\"وبشر الصابرين\""]),
        ("غرفة « درع حلب » في", "حلب", ["درع حلب", "« درع حلب »"]),
        ("(حركة (حماس) في غزة)", "حماس", ["(حماس)", "حركة (حماس) في غزة"]),
        ("(حركة (حماس) في غزة)", "غزة", ["حركة (حماس) في غزة", "(حركة (حماس) في غزة)"]),
        ("\"أول\" ثم ثان \"ثالث\"", "ثالث", ["\"ثالث\"", ""]),
        ("\"سطر\nآخر\"", "آخر", ["", ""]),
        ("بلا علامات", "علامات", ["", ""]),
    ];

    #[test]
    fn pairs_around_a_name() {
        for (text, part, [first, then]) in TABLE {
            let at = text.find(part).expect("it is there");
            let span = Span::from_range(at..at + part.len()).expect("short");
            let found = enclosing(text, span);
            assert_eq!(found.map_or("", |s| s.slice(text)), *first, "{text}");
            let again = found.and_then(|found| enclosing(text, found));
            assert_eq!(again.map_or("", |s| s.slice(text)), *then, "{text}");
        }
    }
}
