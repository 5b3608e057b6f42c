//! Where the words of a multi-word token of CoNLL-U stand.

use tawsim_tokenizer::Span;

use crate::GivenToken;

/// Places the words of the token at `span`: those that its beginning and its end spell where they stand; all
/// between share what is left of the token. A word that is what the text has there loses its `form`.
pub(super) fn place_words(span: Span, text: &str, rows: &mut [GivenToken], is_word: &[bool]) {
    let forms: Vec<String> = rows
        .iter()
        .zip(is_word)
        .filter(|(_, is_word)| **is_word)
        .map(|(row, _)| row.fields.get("form").cloned().unwrap_or_default())
        .collect();
    let mut spans = word_spans(span.slice(text), &forms).into_iter();
    let mut at = span.start();
    for (row, is_word) in rows.iter_mut().zip(is_word) {
        if !is_word {
            row.span = Span::new(at, at);
            continue;
        }
        row.span = spans.next().map_or(span, |part| part.shifted(span.start()));
        at = row.span.end();
        if row.fields.get("form").is_some_and(|form| form == row.span.slice(text)) {
            row.fields.remove("form");
        }
    }
}

fn word_spans(surface: &str, forms: &[String]) -> Vec<Span> {
    let (mut start, mut n_front) = (0, 0);
    for form in forms {
        if !surface[start..].starts_with(form.as_str()) || start + form.len() == surface.len() {
            break;
        }
        (start, n_front) = (start + form.len(), n_front + 1);
    }
    let (mut end, mut n_back) = (surface.len(), 0);
    for form in forms[n_front..].iter().rev() {
        if !surface[start..end].ends_with(form.as_str()) || start + form.len() == end {
            break;
        }
        (end, n_back) = (end - form.len(), n_back + 1);
    }
    let shared = forms.len() - n_front - n_back;
    let (mut spans, mut at) = (Vec::with_capacity(forms.len()), 0);
    for (idx, form) in forms.iter().enumerate() {
        let range = if (n_front..n_front + shared).contains(&idx) {
            start..end
        } else {
            // What no word spells may stand between the first words and the last.
            let from = if idx < n_front { at } else { at.max(end) };
            from..from + form.len()
        };
        at = range.end;
        spans.push(Span::from_range(range).expect("an input is shorter than 4 GiB"));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_words_stand() {
        let check = |surface: &str, forms: &[&str], expected: &[&str]| {
            let forms: Vec<String> = forms.iter().map(|form| (*form).to_owned()).collect();
            let spans = word_spans(surface, &forms);
            let found: Vec<&str> = spans.iter().map(|span| span.slice(surface)).collect();
            assert_eq!(found, expected, "{surface}");
        };
        check("وقال", &["و", "قال"], &["و", "قال"]);
        check("للجيش", &["ل", "ال", "جيش"], &["ل", "ل", "جيش"]);
        check("abc", &["x", "y"], &["abc", "abc"]);
        // Found by a fuzzer: nothing spells the H.
        check("وHقال", &["و", "قال"], &["و", "قال"]);
    }
}
