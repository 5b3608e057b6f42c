//! A page that a reader opens from disk: right-to-left text, highlights, a legend, no script, no network.

use std::io::{self, Write};

use tawsim_tokenizer::OffsetUnit;

use super::write::GENERATOR;
use super::{Feature, Features, Format, FormatInfo, Layout, Stream, Writer};
use crate::{Document, Entity, LabelSet};

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::Html,
    name: "html",
    title: "a page: articles in, without what is around them; highlights out",
    extensions: &["html", "htm"],
    sniff: looks_like_a_page,
    layout: Layout::ManyInOne,
    unit: OffsetUnit::CodePoint,
    carries: Features::of(&[
        Feature::Text,
        Feature::DocumentIds,
        Feature::Entities,
        Feature::Unlocated,
        Feature::Labels,
        Feature::SubWord,
    ]),
    reader: READER,
    writer: Some(Writer::Stream(Stream {
        header: |context, out| write_html_header(context.labels, out),
        document: |document, context, out| write_html_document(document, context.labels, out),
        separator: "",
        footer: |_, out| write_html_footer(out),
        // The legend.
        needs_all_labels: true,
    })),
};

/// Pages are read where the crate is built for it: what finds the article brings a whole HTML parser.
#[cfg(feature = "html")]
const READER: Option<super::Reader> = Some(super::article::read_article);
#[cfg(not(feature = "html"))]
const READER: Option<super::Reader> = None;

fn looks_like_a_page(head: &str) -> Option<&'static str> {
    let start: String =
        head.trim_start().chars().take(2000).collect::<String>().to_ascii_lowercase();
    let is_page = start.starts_with("<!doctype html") || start.starts_with("<html");
    is_page.then_some("it begins as a page does")
}

/// Background and border for each label in order; distinguishable with the common colour deficiencies
/// (Okabe & Ito 2008, lightened).
const PALETTE: [(&str, &str); 8] = [
    ("#f9d5c2", "#d55e00"),
    ("#cfe5f5", "#0072b2"),
    ("#f7eeb0", "#9a8700"),
    ("#cdeee1", "#009e73"),
    ("#f3d9e8", "#b8578f"),
    ("#d9d9f3", "#5a5ab8"),
    ("#e4e4e4", "#555555"),
    ("#d8ecf9", "#3a8fc4"),
];

const STYLE: &str = "\
body{font:1.15rem/2.1 'Noto Naskh Arabic','Amiri','Segoe UI',Tahoma,serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font:600 1rem/1.5 sans-serif;border-top:1px solid #ccc;padding-top:1rem;unicode-bidi:plaintext}
p{white-space:pre-wrap;margin:0 0 .6rem;unicode-bidi:plaintext;text-align:start}
mark{border-radius:.25rem;padding:.1rem 0;border-bottom:2px solid;color:inherit}
.legend mark{margin-inline-end:.6rem;padding:.1rem .3rem;font-size:.9rem}
";

/// Begins the page: style and legend of the labels.
///
/// # Errors
/// If the output fails.
pub fn write_html_header(labels: &LabelSet, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"ar\" dir=\"rtl\">\n<head>\n<meta charset=\"utf-8\">"
    )?;
    writeln!(out, "<meta name=\"generator\" content=\"{GENERATOR}\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width\">")?;
    write!(out, "<title>Tawsim</title>\n<style>\n{STYLE}")?;
    for (idx, (background, border)) in PALETTE.iter().enumerate() {
        writeln!(out, ".l{idx}{{background:{background};border-color:{border}}}")?;
    }
    write!(out, "</style>\n</head>\n<body>\n<div class=\"legend\" dir=\"ltr\">")?;
    for label in labels.iter() {
        let class = label.label_idx() % PALETTE.len();
        write!(out, "<mark class=\"l{class}\">{}</mark>", Escaped(labels.name(label)))?;
    }
    writeln!(out, "</div>")
}

/// Writes one document: its id as heading, its lines as paragraphs, its entities as marks.
///
/// # Errors
/// If the output fails.
pub fn write_html_document(
    document: &Document,
    labels: &LabelSet,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "<article>\n<h1>{}</h1>", Escaped(&document.id))?;
    let mut entities = document.entities.iter().peekable();
    let (mut start, mut at) = (0, 0);
    for line in document.text.split_inclusive('\n') {
        let end = start + line.len();
        write!(out, "<p>")?;
        while let Some(entity) = entities.next_if(|e| (e.span.start() as usize) < end) {
            let range = entity.span.range();
            if range.start >= at {
                write!(out, "{}", Escaped(&document.text[at..range.start]))?;
                write_mark(document, labels, entity, out)?;
                at = range.end;
            }
        }
        let rest = document.text.get(at..end).unwrap_or_default();
        writeln!(out, "{}</p>", Escaped(rest.trim_end_matches(['\r', '\n'])))?;
        (start, at) = (end, at.max(end));
    }
    writeln!(out, "</article>")
}

fn write_mark(
    document: &Document,
    labels: &LabelSet,
    entity: &Entity,
    out: &mut dyn Write,
) -> io::Result<()> {
    let class = entity.label.label_idx() % PALETTE.len();
    let title = Escaped(labels.name(entity.label));
    let surface = Escaped(document.surface(entity));
    write!(out, "<mark class=\"l{class}\" title=\"{title}\">{surface}</mark>")
}

/// Ends the page.
///
/// # Errors
/// If the output fails.
pub fn write_html_footer(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "</body>\n</html>")
}

/// Whether a character changes how text around it is shown instead of being shown: terminal controls and overrides of
/// the direction. Tabs and line ends are harmless. What shows a text to people shows such a character as its number.
#[must_use]
pub fn is_display_control(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n'))
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Text with the five characters replaced that HTML gives a meaning, and display controls shown as `⟨202E⟩`.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rest = self.0;
        let is_special = |c| matches!(c, '&' | '<' | '>' | '"' | '\'') || is_display_control(c);
        while let Some(at) = rest.find(is_special) {
            let c = rest[at..].chars().next().expect("found just there");
            f.write_str(&rest[..at])?;
            match c {
                '&' => f.write_str("&amp;"),
                '<' => f.write_str("&lt;"),
                '>' => f.write_str("&gt;"),
                '"' => f.write_str("&quot;"),
                '\'' => f.write_str("&#39;"),
                _ => write!(f, "⟨{:02X}⟩", u32::from(c)),
            }?;
            rest = &rest[at + c.len_utf8()..];
        }
        f.write_str(rest)
    }
}
