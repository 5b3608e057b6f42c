//! A span in its context.

use std::ops::Range;

/// The range in brackets with up to `n_around` characters on both sides, on one line.
pub(crate) fn excerpt(text: &str, range: Range<usize>, n_around: usize) -> String {
    let before = text[..range.start].char_indices().rev().take(n_around).last();
    let start = before.map_or(range.start, |(at, _)| at);
    let behind = text[range.end..].char_indices().nth(n_around);
    let end = behind.map_or(text.len(), |(at, _)| range.end + at);
    let (before, behind) = (&text[start..range.start], &text[range.end..end]);
    format!("{before}⟦{}⟧{behind}", &text[range]).replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_cut_at_characters() {
        let text = "قصف\nعلى حلب أمس";
        let start = text.find("حلب").expect("it is there");
        for (n_around, expected) in
            [(0, "⟦حلب⟧"), (2, "ى ⟦حلب⟧ أ"), (6, "ف على ⟦حلب⟧ أمس"), (99, "قصف على ⟦حلب⟧ أمس")]
        {
            assert_eq!(excerpt(text, start..start + "حلب".len(), n_around), expected);
        }
    }
}
