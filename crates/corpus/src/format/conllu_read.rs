//! Reading CoNLL-U.

use std::collections::BTreeMap;
use std::ops::Range;

use tawsim_tokenizer::Span;

use super::conll_read::{TagPlan, n_illegal, tag_of};
use super::conllu::{COLUMNS, sent_id};
use super::conllu_line::{Line, RowId};
use super::conllu_words::place_words;
use super::misc::{Misc, unescaped};
use super::tokens::forget_own;
use super::{Import, Input, ReadError, ReadOptions, ReadProblem};
use crate::{Document, Entity, GivenSentence, GivenToken, LabelSet, Tag, TagScheme, UnitSpan};

/// Reads CoNLL-U. The text is what forms and spaces spell; a sentence is set off by a space if nothing else
/// is said. Words of a multi-word token that are no parts of it (treebanks that restore letters) are placed
/// as well as can be and keep their form as a field. Tokens that are the same as ours are not kept.
///
/// # Errors
/// If the input is no UTF-8, too long, or cannot be read.
pub(super) fn read_conllu(input: &mut Input<'_>, import: &mut Import<'_>) -> Result<(), ReadError> {
    let text = input.read_text(import.options.limits)?;
    let (has_tags, scheme) = scheme_of(&text, import);
    let mut builder = Builder { scheme, forgets: true, ..Builder::default() };
    if has_tags && import.options.scheme.is_none() {
        let why = TagPlan::of_tags(tags(&text)).scheme().1;
        import.note(format!("{}: tags are {}: {why}", import.input_name(), scheme.name()));
    }
    builder.read(&text, import);
    Ok(())
}

/// The one document of an output of ours, its tokens as they stand there.
pub(super) fn read_bare(text: &str) -> Option<Document> {
    let (options, mut labels, mut read) = (ReadOptions::default(), LabelSet::new(), None);
    let mut sink = |document, _: &LabelSet| read = Some(document);
    let mut import = Import::new(&options, &mut labels, &mut sink);
    Builder::default().read(text, &mut import);
    let is_same = !import.report.is_lossy();
    read.filter(|_| is_same)
}

/// The tags of the words, `None` behind each sentence.
fn tags(text: &str) -> impl Iterator<Item = Option<&str>> {
    text.lines().filter_map(|line| match Line::of(line) {
        Line::Empty => Some(None),
        Line::Row { id: RowId::Word(_), misc, .. } => Some(Misc::parse(misc).tag.or(Some("O"))),
        _ => None,
    })
}

fn scheme_of(text: &str, import: &Import<'_>) -> (bool, TagScheme) {
    let plan = TagPlan::of_tags(tags(text));
    let scheme = import.options.scheme.unwrap_or_else(|| plan.scheme().0);
    (plan != TagPlan::default(), scheme)
}

/// A multi-word token whose words are still to come.
struct Open {
    row_idx: usize,
    last_id: u32,
}

/// The text behind the last token.
enum Gap {
    /// Nothing was said: one space, but none at the end of the document.
    Default,
    Said(String),
}

struct Builder {
    scheme: TagScheme,
    /// Whether tokens that are ours are forgotten.
    forgets: bool,
    document: Document,
    n_documents: usize,
    is_open: bool,
    comments: BTreeMap<String, String>,
    /// `# text` of the sentence.
    stated: Option<String>,
    sentence_start: usize,
    sentence_line: u64,
    token: Option<Open>,
    gap: Gap,
    /// Of each row; those that are no words have none.
    tags: Vec<Option<Tag>>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            scheme: TagScheme::Iob2,
            forgets: false,
            document: Document::default(),
            n_documents: 0,
            is_open: false,
            comments: BTreeMap::new(),
            stated: None,
            sentence_start: 0,
            sentence_line: 1,
            token: None,
            gap: Gap::Said(String::new()),
            tags: Vec::new(),
        }
    }
}

impl Builder {
    fn read(&mut self, text: &str, import: &mut Import<'_>) {
        for (idx, line) in text.lines().enumerate() {
            let number = idx as u64 + 1;
            match Line::of(line) {
                Line::Empty => self.end_sentence(import),
                Line::Comment(comment) => self.comment(comment, number, import),
                Line::Row { id, form, columns, misc } => {
                    self.open(import);
                    self.row((id, form), columns, (misc, number), import);
                }
                Line::Bad => import.changed(
                    "a line is no row of ten columns; left out",
                    number,
                    line.chars().take(60).collect::<String>(),
                ),
            }
        }
        self.end_document(import);
    }

    /// Begins a document if none is open.
    fn open(&mut self, import: &Import<'_>) {
        if !std::mem::replace(&mut self.is_open, true) {
            self.n_documents += 1;
            self.document.id = format!("{}:{}", import.input_name(), self.n_documents);
        }
    }

    fn comment(&mut self, comment: &str, line: u64, import: &mut Import<'_>) {
        let (key, value) = comment.split_once('=').unwrap_or((comment, ""));
        let (key, value) = (key.trim(), value.trim());
        match key {
            "newdoc" | "newdoc id" => {
                self.end_document(import);
                self.open(import);
                if !value.is_empty() {
                    value.clone_into(&mut self.document.id);
                }
            }
            "text" => self.stated = Some(value.to_owned()),
            "text_without_tokens" if self.is_open && self.tags.is_empty() => {
                let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
                self.gap = Gap::Said(unescaped(inner.unwrap_or(value)));
            }
            "" => {}
            _ => {
                let twin = self.comments.insert(key.to_owned(), value.to_owned());
                if twin.is_some_and(|twin| twin != value) {
                    import.changed("a comment stands twice; the last is kept", line, key);
                }
            }
        }
    }

    fn row(
        &mut self,
        (id, form): (RowId, &str),
        columns: [&str; 7],
        (misc, line): (&str, u64),
        import: &mut Import<'_>,
    ) {
        if self.sentence_start == self.tags.len() {
            self.sentence_line = line;
        }
        let mut misc = Misc::parse(misc);
        let tag = misc.tag.take();
        let is_inside = matches!((id, &self.token), (RowId::Word(_) | RowId::EmptyNode, Some(_)));
        let mut fields = fields_of(columns, misc.rest.take());
        let exact = misc.form.take().unwrap_or_else(|| form.to_owned());
        let span = if is_inside || matches!(id, RowId::EmptyNode) {
            if !(matches!(id, RowId::EmptyNode) && exact == "_") {
                fields.insert("form".to_owned(), exact);
            }
            self.point()
        } else {
            self.close_token(line, import);
            self.surface(&exact, misc)
        };
        let row = GivenToken { span, n_words: 0, fields };
        self.document.tokens.rows.push(row);
        let is_word = matches!(id, RowId::Word(_));
        self.tags.push(is_word.then(|| word_tag(tag, line, import)));
        match (id, &self.token) {
            (RowId::Token(last_id), _) => {
                self.token = Some(Open { row_idx: self.tags.len() - 1, last_id });
            }
            (RowId::Word(id), Some(open)) if id >= open.last_id => self.close_token(line, import),
            _ => {}
        }
    }

    /// Appends a token to the text.
    fn surface(&mut self, form: &str, misc: Misc<'_>) -> Span {
        let after = misc.after.map_or(Gap::Default, Gap::Said);
        let text = &mut self.document.text;
        match std::mem::replace(&mut self.gap, after) {
            Gap::Default => text.push(' '),
            Gap::Said(gap) => text.push_str(&gap),
        }
        text.push_str(misc.before.as_deref().unwrap_or_default());
        let start = text.len();
        text.push_str(form);
        Span::from_range(start..text.len()).expect("an input is shorter than 4 GiB")
    }

    /// Where an empty node stands: behind the row before.
    fn point(&self) -> Span {
        let end = self.document.tokens.rows.last().map_or(0, |row| row.span.end());
        Span::new(end, end)
    }

    /// Places the words of the open token.
    fn close_token(&mut self, line: u64, import: &mut Import<'_>) {
        let Some(open) = self.token.take() else { return };
        let (head, words) = self.document.tokens.rows[open.row_idx..]
            .split_first_mut()
            .expect("the token's row is there");
        head.n_words = words.len() as u32;
        let tags = &self.tags[open.row_idx + 1..];
        let is_word: Vec<bool> = tags.iter().map(Option::is_some).collect();
        place_words(head.span, &self.document.text, words, &is_word);
        if !is_word.contains(&true) {
            // Then it is a word itself.
            head.n_words = 0;
            self.tags[open.row_idx] = Some(Tag::Outside);
            import.changed("a multi-word token has no words", line, "");
        }
    }

    fn end_sentence(&mut self, import: &mut Import<'_>) {
        self.close_token(self.sentence_line, import);
        let (stated, mut fields) = (self.stated.take(), std::mem::take(&mut self.comments));
        let rows = self.sentence_start..self.tags.len();
        if rows.is_empty() {
            return;
        }
        let given = &self.document.tokens.rows[rows.clone()];
        let span = given.iter().fold(given[0].span, |span, row| span.cover(row.span));
        let spelled = span.slice(&self.document.text);
        if stated.is_some_and(|stated| !is_same_text(&stated, spelled)) {
            let reason = "`# text` is not what the tokens spell; the tokens were taken";
            import.changed(
                reason,
                self.sentence_line,
                spelled.chars().take(60).collect::<String>(),
            );
        }
        let (id, number) = (&self.document.id, self.document.tokens.sentences.len());
        let is_default =
            |given: &String| given.starts_with(id.as_str()) && *given == sent_id(id, number);
        if fields.get("sent_id").is_some_and(is_default) {
            fields.remove("sent_id");
        }
        self.sentence_start = rows.end;
        self.document.tokens.sentences.push(GivenSentence { rows, fields });
    }

    fn end_document(&mut self, import: &mut Import<'_>) {
        // Comments in front of `# newdoc` belong to the sentence that follows.
        let ahead = (self.sentence_start == self.tags.len())
            .then(|| (std::mem::take(&mut self.comments), self.stated.take()));
        self.end_sentence(import);
        (self.comments, self.stated) = ahead.unwrap_or_default();
        let gap = std::mem::replace(&mut self.gap, Gap::Said(String::new()));
        if !std::mem::take(&mut self.is_open) {
            return;
        }
        if let Gap::Said(gap) = gap {
            self.document.text.push_str(&gap);
        }
        self.find_entities(import);
        self.tags.clear();
        self.sentence_start = 0;
        let mut document = std::mem::take(&mut self.document);
        if self.forgets {
            forget_own(&mut document);
        }
        let limit = import.options.limits.max_entities;
        if document.entities.len() > limit {
            let problem = ReadProblem::TooMuch { what: "entities", limit };
            return import.refuse(self.sentence_line, document.entities.len() as u64, &problem);
        }
        import.document(document);
    }

    fn find_entities(&mut self, import: &mut Import<'_>) {
        let words: Vec<usize> =
            (0..self.tags.len()).filter(|idx| self.tags[*idx].is_some()).collect();
        let tags: Vec<Tag> = words.iter().filter_map(|idx| self.tags[*idx]).collect();
        let n_stray =
            if self.scheme == TagScheme::Iob1 { 0 } else { n_illegal(self.scheme, &tags) };
        if n_stray > 0 {
            let what = format!("{n_stray} moves that {} does not allow", self.scheme.name());
            import.changed("illegal tag sequences; read as CoNLL's scorer does", 0, what);
        }
        for run in self.runs(&words) {
            for UnitSpan { units, label } in self.scheme.decode(&tags[run.clone()]) {
                let (first, last) =
                    (words[run.start + units.start], words[run.start + units.end - 1]);
                self.warn_of_shared((first, last), import);
                let rows = &self.document.tokens.rows;
                let span = rows[first].span.cover(rows[last].span);
                import.report.entities_in += 1;
                self.document.entities.push(Entity::new(span, label));
            }
        }
    }

    /// Ranges of `words` that are decoded at once: in IOB1 an entity ends with its sentence.
    fn runs(&self, words: &[usize]) -> Vec<Range<usize>> {
        if self.scheme != TagScheme::Iob1 {
            return std::iter::once(0..words.len()).collect();
        }
        let place = |row: usize| words.partition_point(|word| *word < row);
        let sentences = self.document.tokens.sentences.iter();
        sentences.map(|s| place(s.rows.start)..place(s.rows.end)).collect()
    }

    /// Words that are no parts of their token share a span, so an entity on one of them takes all.
    fn warn_of_shared(&self, (first, last): (usize, usize), import: &mut Import<'_>) {
        let rows = &self.document.tokens.rows;
        let is_shared = |idx: usize, other: Option<usize>| {
            let other = other.and_then(|other| rows.get(other));
            other.is_some_and(|other| other.span == rows[idx].span && other.n_words == 0)
        };
        if is_shared(first, first.checked_sub(1)) || is_shared(last, Some(last + 1)) {
            let what = rows[first].span.slice(&self.document.text);
            import.changed("a word is no part of its token; its entity takes the token", 0, what);
        }
    }
}

fn fields_of(columns: [&str; 7], misc: Option<String>) -> BTreeMap<String, String> {
    let named = COLUMNS.into_iter().zip(columns);
    let given = named.filter(|(_, value)| !matches!(*value, "_" | ""));
    let owned = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
    owned.chain(misc.map(|misc| ("misc".to_owned(), misc))).collect()
}

fn word_tag(tag: Option<&str>, line: u64, import: &mut Import<'_>) -> Tag {
    let Some(tag) = tag else { return Tag::Outside };
    tag_of(&unescaped(tag), import.labels).unwrap_or_else(|problem| {
        import.changed("a tag's label cannot be taken; read as O", line, problem.to_string());
        Tag::Outside
    })
}

fn is_same_text(stated: &str, spelled: &str) -> bool {
    let signs = |text: &str| -> Vec<char> {
        text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect()
    };
    signs(stated) == signs(spelled)
}
