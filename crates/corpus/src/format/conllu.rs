//! CoNLL-U: ten columns a word, clitics as words of multi-word tokens, entities in MISC.
//!
//! What we write: `# newdoc id`, `# sent_id`, `# text`; a token with clitics as a multi-word token whose words
//! are its segments; in MISC `NE` (a tag), `Off` (offsets in the document, code points if nothing else is
//! said) and UDPipe's `SpaceAfter`, `SpacesAfter`, `SpacesBefore`, `SpacesInToken`. Forms and spaces join to
//! the text, byte for byte. `NE` is left out where there are no labels.

use std::io::{self, Write};

use tawsim_tokenizer::{OffsetMap, OffsetUnit, Span};

use super::conllu_read::{read_bare, read_conllu};
use super::misc::{escaped, spacing};
use super::tokens::tokens_of;
use super::{
    Feature, Features, Format, FormatInfo, Layout, Stream, WriteContext, Writer, conll_tag,
};
use crate::{Document, GivenToken, GivenTokens, LabelSet, Tag, TagScheme, UnitSpan, units_of};

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::Conllu,
    name: "conllu",
    title: "CoNLL-U: clitics as words of multi-word tokens, entities in MISC, text kept exactly",
    extensions: &["conllu"],
    sniff: looks_like_conllu,
    layout: Layout::ManyInOne,
    unit: OffsetUnit::CodePoint,
    carries: Features::of(&[
        Feature::Text,
        Feature::DocumentIds,
        Feature::Tokens,
        Feature::TokenDetails,
        Feature::Entities,
        Feature::Unlocated,
        Feature::Labels,
        Feature::LineCrossing,
    ]),
    reader: Some(read_conllu),
    writer: Some(Writer::Stream(Stream { document: write_conllu, ..Stream::PLAIN })),
};

/// The columns between FORM and MISC.
pub(super) const COLUMNS: [&str; 7] = ["lemma", "upos", "xpos", "feats", "head", "deprel", "deps"];

fn looks_like_conllu(head: &str) -> Option<&'static str> {
    let is_skipped = |line: &&str| line.is_empty() || line.starts_with('#');
    let row = head.lines().find(|line| !is_skipped(line))?;
    let is_id = |id: &str| id.starts_with(|c: char| c.is_ascii_digit());
    (row.split('\t').count() == 10 && is_id(row)).then_some("rows have ten columns and a number")
}

fn refused<T>(why: &str) -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::InvalidData, why))
}

fn write_conllu(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if document.id.contains(char::is_control) || document.id.trim() != document.id {
        return refused("its id has white space at its edges or a control character");
    }
    let tokens = tokens_of(document);
    let sheet = Sheet::new(document, &tokens, context)?;
    match document.id.as_str() {
        "" => writeln!(out, "# newdoc")?,
        id => writeln!(out, "# newdoc id = {id}")?,
    }
    if tokens.rows.is_empty() {
        if !document.text.is_empty() {
            writeln!(out, "# text_without_tokens = \"{}\"", escaped(&document.text))?;
        }
        return writeln!(out);
    }
    (0..tokens.sentences.len()).try_for_each(|idx| sheet.sentence(idx, out))
}

/// A document as rows.
struct Sheet<'a> {
    document: &'a Document,
    tokens: &'a GivenTokens,
    labels: &'a LabelSet,
    map: OffsetMap<'a>,
    /// A tag for each row; only words have one that counts.
    tags: Vec<Tag>,
    /// For each row the text behind it, up to the next token; of words inside a token `None`.
    gaps: Vec<Option<Span>>,
}

impl<'a> Sheet<'a> {
    fn new(
        document: &'a Document,
        tokens: &'a GivenTokens,
        context: &WriteContext<'a>,
    ) -> io::Result<Self> {
        let unit = context.options.unit.unwrap_or(INFO.unit);
        let scheme = context.options.scheme.unwrap_or(TagScheme::Iob2);
        Ok(Self {
            document,
            tokens,
            labels: context.labels,
            map: OffsetMap::new(&document.text, unit),
            tags: row_tags(document, tokens, scheme)?,
            gaps: gaps(&tokens.rows, document.text.len() as u32),
        })
    }

    fn sentence(&self, idx: usize, out: &mut dyn Write) -> io::Result<()> {
        let sentence = &self.tokens.sentences[idx];
        let is_default = !sentence.fields.contains_key("sent_id");
        if is_default {
            writeln!(out, "# sent_id = {}", sent_id(&self.document.id, idx))?;
        }
        for (key, value) in &sentence.fields {
            let sign = if value.is_empty() { "" } else { " = " };
            writeln!(out, "# {key}{sign}{value}")?;
        }
        let rows = &self.tokens.rows[sentence.rows.clone()];
        let text = rows.first().map(|first| {
            let span = rows.iter().fold(first.span, |span, row| span.cover(row.span));
            on_one_line(span.slice(&self.document.text))
        });
        writeln!(out, "# text = {}", text.unwrap_or_default().trim_end())?;
        let mut ids = RowIds::default();
        for row_idx in sentence.rows.clone() {
            let id = ids.next(&self.tokens.rows[row_idx..sentence.rows.end]);
            self.row(row_idx, &id, out)?;
        }
        writeln!(out)
    }

    fn row(&self, row_idx: usize, id: &str, out: &mut dyn Write) -> io::Result<()> {
        let row = &self.tokens.rows[row_idx];
        let exact = form_of(row, &self.document.text);
        let shown = single_spaced(&on_one_line(exact));
        let shown = if shown.trim().is_empty() { "_" } else { shown.trim() };
        write!(out, "{id}\t{shown}")?;
        for name in COLUMNS {
            write!(out, "\t{}", row.fields.get(name).map_or("_", String::as_str))?;
        }
        let items = self.misc(row_idx, (shown != exact).then_some(exact));
        writeln!(out, "\t{}", if items.is_empty() { "_".to_owned() } else { items.join("|") })
    }

    fn misc(&self, row_idx: usize, form: Option<&str>) -> Vec<String> {
        let row = &self.tokens.rows[row_idx];
        let is_word = row.n_words == 0 && !row.span.is_empty();
        let mut items = Vec::new();
        if is_word && !self.labels.is_empty() {
            items.push(format!("NE={}", escaped(&conll_tag(self.tags[row_idx], self.labels))));
        }
        if let Some(units) = self.map.units_from_span(row.span).filter(|_| is_word) {
            items.push(format!("Off={}-{}", units.start, units.end));
        }
        items.extend(row.fields.get("misc").cloned());
        if row_idx == 0 && row.span.start() > 0 {
            let before = &self.document.text[..row.span.start() as usize];
            items.insert(0, format!("SpacesBefore={}", escaped(before)));
        }
        items.extend(form.map(|form| format!("SpacesInToken={}", escaped(form))));
        let is_last = |gap: &Span| gap.end() as usize == self.document.text.len();
        let gap = self.gaps[row_idx];
        items.extend(gap.and_then(|gap| spacing(gap.slice(&self.document.text), is_last(&gap))));
        guard_end(&mut items);
        items
    }
}

/// Readers may strip white space at the end of a line, so something else is to stand there.
fn guard_end(items: &mut Vec<String>) {
    if items.last().is_some_and(|last| last.ends_with(char::is_whitespace)) {
        items.rotate_right(1);
        if items.last().is_some_and(|last| last.ends_with(char::is_whitespace)) {
            items.push("Off=".to_owned());
        }
    }
}

pub(super) fn sent_id(document_id: &str, sentence_idx: usize) -> String {
    let dash = if document_id.is_empty() { "" } else { "-" };
    format!("{document_id}{dash}{}", sentence_idx + 1)
}

/// FORM: what the text has, but of words that are no part of it and of empty nodes what the file had.
fn form_of<'a>(row: &'a GivenToken, text: &'a str) -> &'a str {
    let given = row.fields.get("form").map(String::as_str);
    given.unwrap_or_else(|| if row.span.is_empty() { "_" } else { row.span.slice(text) })
}

/// Control characters, line ends and tabs as spaces.
fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Some readers take two spaces for the end of a column.
fn single_spaced(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Counts `1`, `2-3`, `3.1`.
#[derive(Default)]
struct RowIds {
    n_words: usize,
    n_empty: usize,
}

impl RowIds {
    /// The id of the first of `rows`, which go on to the end of the sentence.
    fn next(&mut self, rows: &[GivenToken]) -> String {
        let row = &rows[0];
        if row.n_words > 0 {
            let words = rows.iter().skip(1).take(row.n_words as usize);
            let n_words = words.filter(|word| !word.span.is_empty()).count();
            return format!("{}-{}", self.n_words + 1, self.n_words + n_words);
        }
        if row.span.is_empty() {
            self.n_empty += 1;
            return format!("{}.{}", self.n_words, self.n_empty);
        }
        (self.n_words, self.n_empty) = (self.n_words + 1, 0);
        self.n_words.to_string()
    }
}

/// The text behind each token up to the next; `None` for words inside a token and for empty nodes.
fn gaps(rows: &[GivenToken], text_len: u32) -> Vec<Option<Span>> {
    let mut gaps = vec![None; rows.len()];
    let (mut inside, mut last) = (0_u32, None::<usize>);
    for (idx, row) in rows.iter().enumerate() {
        let is_inside = inside > 0;
        inside = inside.saturating_sub(1);
        if is_inside || row.span.is_empty() {
            continue;
        }
        inside = row.n_words;
        if let Some(last) = last.replace(idx) {
            gaps[last] = Some(Span::new(rows[last].span.end(), row.span.start()));
        }
    }
    if let Some(last) = last {
        gaps[last] = Some(Span::new(rows[last].span.end(), text_len));
    }
    gaps
}

/// Tags of the rows. IOB1 cannot say that an entity goes on in the next sentence.
fn row_tags(document: &Document, tokens: &GivenTokens, scheme: TagScheme) -> io::Result<Vec<Tag>> {
    let is_word = |row: &GivenToken| row.n_words == 0 && !row.span.is_empty();
    let words: Vec<usize> =
        (0..tokens.rows.len()).filter(|idx| is_word(&tokens.rows[*idx])).collect();
    let spans: Vec<Span> = words.iter().map(|idx| tokens.rows[*idx].span).collect();
    let mut unit_spans: Vec<UnitSpan> = Vec::new();
    for entity in &document.entities {
        let Some((units, _)) = units_of(entity, &spans) else { continue };
        let rows = words[units.start]..words[units.end - 1];
        let n_ended = tokens.sentences.partition_point(|s| s.rows.end <= rows.start);
        let crosses = tokens.sentences.get(n_ended).is_some_and(|s| s.rows.end <= rows.end);
        if scheme == TagScheme::Iob1 && crosses {
            return refused("an entity crosses a sentence end, which IOB1 cannot say; write IOB2");
        }
        unit_spans.push(UnitSpan { units, label: entity.label });
    }
    let mut word_tags = Vec::new();
    scheme.encode(&unit_spans, words.len(), &mut word_tags);
    let mut tags = vec![Tag::Outside; tokens.rows.len()];
    words.iter().zip(word_tags).for_each(|(idx, tag)| tags[*idx] = tag);
    Ok(tags)
}

/// Whether the tokens that came with a document are the same when they are written and read again.
pub(super) fn carries_tokens(document: &Document) -> bool {
    if !is_orderly(&document.tokens, &document.text) {
        return false;
    }
    let bare = Document {
        id: "d".to_owned(),
        text: document.text.clone(),
        tokens: document.tokens.clone(),
        ..Document::default()
    };
    let context =
        WriteContext { labels: &LabelSet::new(), options: &super::WriteOptions::default() };
    let mut bytes = Vec::new();
    let written = write_conllu(&bare, &context, &mut bytes);
    let read = std::str::from_utf8(&bytes).ok().and_then(read_bare);
    written.is_ok() && read.is_some_and(|read| read == bare)
}

/// Whether sentences cover the rows, tokens are in order and disjoint, and words lie in their tokens.
fn is_orderly(tokens: &GivenTokens, text: &str) -> bool {
    if tokens.rows.iter().any(|row| row.span.get(text).is_none()) {
        return false;
    }
    let mut covered = 0;
    let in_order = tokens.sentences.iter().all(|sentence| {
        let is_next = sentence.rows.start == covered && !sentence.rows.is_empty();
        covered = sentence.rows.end;
        is_next && are_orderly(tokens.rows.get(sentence.rows.clone()).unwrap_or_default())
    });
    let starts = tokens.rows.windows(2).all(|pair| pair[0].span.start() <= pair[1].span.start());
    in_order && starts && covered == tokens.rows.len()
}

fn are_orderly(rows: &[GivenToken]) -> bool {
    let (mut at, mut outer, mut inside) = (0, None::<Span>, 0);
    for row in rows {
        if inside > 0 {
            inside -= 1;
            if row.n_words > 0 || outer.is_none_or(|outer| !outer.contains(row.span)) {
                return false;
            }
            continue;
        }
        if row.span.start() < at || (row.n_words > 0 && row.span.is_empty()) {
            return false;
        }
        (at, outer, inside) = (row.span.end(), Some(row.span), row.n_words);
    }
    inside == 0 && !rows.is_empty()
}
