//! Undo within an input.

/// A text with the two ends of its selection.
pub(super) type Version = (String, [usize; 2]);

/// [`Edits::undo`] or [`Edits::redo`].
pub(super) type Travel = fn(&mut Edits, &str, [usize; 2]) -> Option<Version>;

/// Most versions that are kept.
const MOST: usize = 500;

/// Earlier and undone versions of an input's text.
#[derive(Default)]
pub(crate) struct Edits {
    before: Vec<Version>,
    after: Vec<Version>,
    /// Where the caret will be if the next letter goes on with the word that is being typed.
    typing_at: Option<usize>,
}

impl Edits {
    /// Keeps the version before `inserted` replaces the selection. Letters of a word that is typed
    /// are one step.
    pub(crate) fn keep(&mut self, text: &str, selection: [usize; 2], inserted: &str) {
        let [anchor, head] = selection;
        let mut chars = inserted.chars();
        let letter = chars.next().filter(|c| chars.next().is_none() && c.is_alphanumeric());
        let goes_on = letter.is_some() && anchor == head && self.typing_at == Some(head);
        if !goes_on {
            self.before.push((text.to_owned(), selection));
            if self.before.len() > MOST {
                self.before.remove(0);
            }
        }
        self.after.clear();
        self.typing_at = letter.map(|c| anchor.min(head) + c.len_utf8());
    }

    /// The version before; `now` can be had again by [`Edits::redo`].
    pub(crate) fn undo(&mut self, text: &str, selection: [usize; 2]) -> Option<Version> {
        let version = self.before.pop()?;
        self.after.push((text.to_owned(), selection));
        self.typing_at = None;
        Some(version)
    }

    /// The version that was undone last.
    pub(crate) fn redo(&mut self, text: &str, selection: [usize; 2]) -> Option<Version> {
        let version = self.after.pop()?;
        self.before.push((text.to_owned(), selection));
        self.typing_at = None;
        Some(version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_undone_as_one() {
        let (mut edits, mut text) = (Edits::default(), String::new());
        for letter in "قسد في".chars() {
            let at = text.len();
            edits.keep(&text, [at, at], &letter.to_string());
            text.push(letter);
        }
        let mut versions = Vec::new();
        while let Some((older, _)) = edits.undo(&text, [0, 0]) {
            versions.push(older.clone());
            text = older;
        }
        assert_eq!(versions, ["قسد ", "قسد", ""]);
        while let Some((newer, _)) = edits.redo(&text, [0, 0]) {
            text = newer;
        }
        assert_eq!(text, "قسد في");
    }
}
