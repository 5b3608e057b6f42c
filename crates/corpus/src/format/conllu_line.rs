//! A line of CoNLL-U.

use super::conllu::COLUMNS;

/// What a line is.
pub(super) enum Line<'a> {
    Empty,
    Comment(&'a str),
    Row { id: RowId, form: &'a str, columns: [&'a str; 7], misc: &'a str },
    Bad,
}

/// What stands in the first column.
#[derive(Clone, Copy)]
pub(super) enum RowId {
    Word(u32),
    /// A multi-word token, with the id of its last word.
    Token(u32),
    EmptyNode,
}

impl RowId {
    fn parse(id: &str) -> Option<Self> {
        if let Some((first, last)) = id.split_once('-') {
            let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
            return (first <= last).then_some(Self::Token(last));
        }
        match id.split_once('.') {
            Some((_, n)) => n.parse::<u32>().ok().map(|_| Self::EmptyNode),
            None => id.parse().ok().map(Self::Word),
        }
    }
}

impl<'a> Line<'a> {
    pub(super) fn of(line: &'a str) -> Self {
        if line.trim().is_empty() {
            return Self::Empty;
        }
        if let Some(comment) = line.strip_prefix('#') {
            return Self::Comment(comment.trim());
        }
        let mut cells = line.split('\t');
        let mut next = || cells.next().unwrap_or_default();
        let (id, form) = (RowId::parse(next()), next());
        let columns = COLUMNS.map(|_| next());
        let misc = next();
        match id {
            Some(id) if !form.is_empty() && !misc.is_empty() && cells.next().is_none() => {
                Self::Row { id, form, columns, misc }
            }
            _ => Self::Bad,
        }
    }
}
