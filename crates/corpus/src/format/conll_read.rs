//! Reading CoNLL-2002 and CoNLL-2003 columns of any number: the first is the word, the last the tag.

use std::collections::BTreeMap;

use tawsim_tokenizer::Span;

use super::{Import, Input, ReadError, ReadProblem};
use crate::{
    Document, Entity, GivenSentence, GivenToken, Label, LabelSet, Tag, TagScheme, UnitSpan,
};

const DOCUMENT_START: &str = "-DOCSTART-";

/// A prefix of a tag; U- and L- are BILOU's names for S- and E-.
fn prefix_and_label(tag: &str) -> Option<(char, &str)> {
    if tag == "O" {
        return Some(('O', ""));
    }
    let (prefix, label) = tag.split_once('-')?;
    let known = [("B", 'B'), ("I", 'I'), ("E", 'E'), ("L", 'E'), ("S", 'S'), ("U", 'S')];
    let (_, place) = known.iter().find(|(name, _)| *name == prefix)?;
    (!label.is_empty()).then_some((*place, label))
}

/// A line as columns; tabs separate where there are any.
fn columns(line: &str) -> Vec<&str> {
    if line.contains('\t') {
        line.split('\t').map(str::trim).filter(|column| !column.is_empty()).collect()
    } else {
        line.split_ascii_whitespace().collect()
    }
}

enum Line<'a> {
    Empty,
    DocumentStart,
    Comment,
    Row { form: &'a str, between: Vec<&'a str>, tag: &'a str },
    Bad,
}

fn parse(line: &str) -> Line<'_> {
    let columns = columns(line);
    match columns.as_slice() {
        [] => Line::Empty,
        [DOCUMENT_START, ..] => Line::DocumentStart,
        [form, between @ .., tag] if prefix_and_label(tag).is_some() => {
            Line::Row { form, between: between.to_vec(), tag }
        }
        [first, ..] if first.starts_with('#') => Line::Comment,
        _ => Line::Bad,
    }
}

pub(super) fn looks_like_columns(head: &str) -> Option<&'static str> {
    // The last line may be cut.
    let lines = head.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(parse);
    let mut n_rows = 0;
    for line in lines.take(200) {
        match line {
            Line::Bad => return None,
            // A line of prose may end with an O.
            Line::Row { tag: "O", .. } | Line::Empty | Line::Comment => {}
            Line::Row { .. } | Line::DocumentStart => n_rows += 1,
        }
    }
    (n_rows > 0).then_some("lines are columns that end with a tag")
}

/// What the tags of a file say of its scheme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TagPlan {
    /// Tags `E-`, `S-`, `L-`, `U-`: only BIOES (BILOU) has them.
    pub n_ends: u64,
    /// `B-` that does not follow an entity of its label: IOB1 writes `I-` there.
    pub n_begins: u64,
    /// `I-` that does not follow an entity of its label: only IOB1 writes that.
    pub n_stray: u64,
    /// `B-` right behind an entity of its label: every scheme writes that.
    pub n_touching: u64,
}

impl TagPlan {
    /// Counts the tags of a file.
    #[must_use]
    pub fn of(input: &str) -> Self {
        Self::of_tags(input.lines().map(|line| match parse(line) {
            Line::Row { tag, .. } => Some(tag),
            _ => None,
        }))
    }

    /// Counts tags; `None` ends a sentence.
    pub(super) fn of_tags<'t>(tags: impl Iterator<Item = Option<&'t str>>) -> Self {
        let (mut plan, mut previous) = (Self::default(), ('O', ""));
        for tag in tags {
            let Some(tag) = tag else {
                previous = ('O', "");
                continue;
            };
            let Some((place, label)) = prefix_and_label(tag) else { continue };
            let follows = matches!(previous.0, 'B' | 'I') && previous.1 == label;
            match place {
                'B' if follows => plan.n_touching += 1,
                'B' => plan.n_begins += 1,
                'I' if !follows => plan.n_stray += 1,
                'E' | 'S' => plan.n_ends += 1,
                _ => {}
            }
            previous = (place, label);
        }
        plan
    }

    /// The scheme that explains the tags, and why.
    #[must_use]
    pub fn scheme(&self) -> (TagScheme, String) {
        let Self { n_ends, n_begins, n_stray, .. } = self;
        match () {
            () if *n_ends > 0 => (TagScheme::Bioes, format!("{n_ends} tags end an entity")),
            () if *n_stray > 0 && *n_begins == 0 => (
                TagScheme::Iob1,
                format!("{n_stray} entities begin with I-, none with a needless B-"),
            ),
            () => {
                (TagScheme::Iob2, format!("{n_begins} entities begin with B-, {n_stray} with I-"))
            }
        }
    }
}

/// Reads columns. Words are joined by one space, sentences by a line end: the file does not say what stood
/// between them. The columns between are kept as fields of the given tokens.
///
/// # Errors
/// If the input is no UTF-8, too long, or cannot be read.
pub fn read_conll(input: &mut Input<'_>, import: &mut Import<'_>) -> Result<(), ReadError> {
    let text = input.read_text(import.options.limits)?;
    let plan = TagPlan::of(&text);
    let scheme = import.options.scheme.unwrap_or_else(|| {
        let (scheme, why) = plan.scheme();
        import.note(format!("{}: tags are {}: {why}", import.input_name(), scheme.name()));
        scheme
    });
    let mut builder = Builder { scheme, ..Builder::default() };
    for (idx, line) in text.lines().enumerate() {
        builder.line(line, idx as u64 + 1, import);
    }
    builder.end_document(import);
    Ok(())
}

struct Builder {
    scheme: TagScheme,
    document: Document,
    n_documents: usize,
    is_open: bool,
    tags: Vec<Tag>,
    sentence_start: usize,
    /// Line of the first row of the sentence.
    line: u64,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            scheme: TagScheme::Iob2,
            document: Document::default(),
            n_documents: 0,
            is_open: false,
            tags: Vec::new(),
            sentence_start: 0,
            line: 1,
        }
    }
}

impl Builder {
    fn line(&mut self, line: &str, number: u64, import: &mut Import<'_>) {
        match parse(line) {
            Line::Empty => self.end_sentence(import),
            Line::DocumentStart => {
                self.end_document(import);
                self.is_open = true;
            }
            Line::Comment => {}
            Line::Row { form, between, tag } => {
                if self.tags.is_empty() {
                    self.line = number;
                }
                self.row(form, &between, (tag, number), import);
            }
            Line::Bad => import.changed(
                "a line is no row of columns; left out",
                number,
                line.chars().take(60).collect::<String>(),
            ),
        }
    }

    fn row(
        &mut self,
        form: &str,
        between: &[&str],
        (tag, line): (&str, u64),
        import: &mut Import<'_>,
    ) {
        self.is_open = true;
        let text = &mut self.document.text;
        if !self.tags.is_empty() {
            text.push(' ');
        } else if !text.is_empty() {
            text.push('\n');
        }
        let start = text.len();
        text.push_str(form);
        let span = Span::from_range(start..text.len()).expect("an input is shorter than 4 GiB");
        let names: &[&str] = if between.len() == 2 { &["pos", "chunk"] } else { &[] };
        let field = |(idx, value): (usize, &&str)| {
            let name =
                names.get(idx).map_or_else(|| format!("column{}", idx + 2), |n| (*n).to_owned());
            (*value != "_").then(|| (name, (*value).to_owned()))
        };
        let fields: BTreeMap<String, String> =
            between.iter().enumerate().filter_map(field).collect();
        self.document.tokens.rows.push(GivenToken { span, n_words: 0, fields });
        let tag = tag_of(tag, import.labels).unwrap_or_else(|problem| {
            import.changed("a tag's label cannot be taken; read as O", line, problem.to_string());
            Tag::Outside
        });
        self.tags.push(tag);
    }

    fn end_sentence(&mut self, import: &mut Import<'_>) {
        if self.tags.is_empty() {
            return;
        }
        let n_stray =
            if self.scheme == TagScheme::Iob1 { 0 } else { n_illegal(self.scheme, &self.tags) };
        if n_stray > 0 {
            let words = format!("{n_stray} moves that {} does not allow", self.scheme.name());
            import.changed("illegal tag sequences; read as CoNLL's scorer does", self.line, words);
        }
        let rows = &self.document.tokens.rows[self.sentence_start..];
        for UnitSpan { units, label } in self.scheme.decode(&self.tags) {
            let span = rows[units.start].span.cover(rows[units.end - 1].span);
            import.report.entities_in += 1;
            self.document.entities.push(Entity::new(span, label));
        }
        let end = self.document.tokens.rows.len();
        self.document
            .tokens
            .sentences
            .push(GivenSentence { rows: self.sentence_start..end, fields: BTreeMap::new() });
        self.sentence_start = end;
        self.tags.clear();
    }

    fn end_document(&mut self, import: &mut Import<'_>) {
        self.end_sentence(import);
        if !std::mem::take(&mut self.is_open) {
            return;
        }
        self.n_documents += 1;
        let mut document = std::mem::take(&mut self.document);
        document.id = format!("{}:{}", import.input_name(), self.n_documents);
        self.sentence_start = 0;
        if document.entities.len() > import.options.limits.max_entities {
            let limit = import.options.limits.max_entities;
            let problem = ReadProblem::TooMuch { what: "entities", limit };
            return import.refuse(self.line, document.entities.len() as u64, &problem);
        }
        import.document(document);
    }
}

pub(super) fn tag_of(tag: &str, labels: &mut LabelSet) -> Result<Tag, crate::LabelError> {
    let (place, name) = prefix_and_label(tag).unwrap_or(('O', ""));
    let make: fn(Label) -> Tag = match place {
        'B' => Tag::Begin,
        'I' => Tag::Inside,
        'E' => Tag::End,
        'S' => Tag::Single,
        _ => return Ok(Tag::Outside),
    };
    labels.intern(name).map(make)
}

pub(super) fn n_illegal(scheme: TagScheme, tags: &[Tag]) -> usize {
    let befores = std::iter::once(None).chain(tags.iter().copied().map(Some));
    let afters = tags.iter().copied().map(Some).chain([None]);
    befores.zip(afters).filter(|(before, after)| !scheme.allows(*before, *after)).count()
}
