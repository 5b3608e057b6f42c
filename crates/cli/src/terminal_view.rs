//! Text with highlights on a terminal.
//!
//! Terminals order right-to-left text in their own ways, so nothing is written inside a line but colours:
//! a label in the middle would break the reading order. Without colours the entities stand below the line.

use std::io::{self, Write};

use tawsim_corpus::{Document, Entity, LabelSet, is_display_control};

use crate::streams::Output;

/// Background colours of the 256-colour palette that black text is readable on.
const BACKGROUNDS: [u8; 8] = [216, 117, 221, 114, 182, 152, 250, 180];
const RESET: &str = "\u{1b}[0m";

/// First strong isolate and its end: the surface keeps its own direction beside a Latin label.
const ISOLATE: char = '\u{2068}';
const END_ISOLATE: char = '\u{2069}';

pub(crate) struct TerminalView {
    labels: LabelSet,
    has_colour: bool,
}

impl TerminalView {
    pub(crate) fn new(labels: &LabelSet, has_colour: bool) -> Self {
        Self { labels: labels.clone(), has_colour }
    }

    /// Which colour is which label.
    pub(crate) fn write_legend(&self, out: &mut dyn Write) -> io::Result<()> {
        if !self.has_colour {
            return Ok(());
        }
        for label in self.labels.iter() {
            let name = self.labels.name(label);
            write!(out, "{} {} {RESET} ", colour(label.label_idx()), Visible(name))?;
        }
        writeln!(out, "\n")
    }

    pub(crate) fn write_document(
        &self,
        document: &Document,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        writeln!(out, "── {} ──", Visible(&document.id))?;
        let mut entities = document.entities.iter().peekable();
        let mut start = 0;
        for line in document.text.split_inclusive('\n') {
            let end = start + line.len();
            let mut here: Vec<&Entity> = Vec::new();
            while let Some(entity) = entities.next_if(|e| (e.span.start() as usize) < end) {
                here.push(entity);
            }
            self.write_line(document, start..end, &here, out)?;
            start = end;
        }
        writeln!(out)
    }

    fn write_line(
        &self,
        document: &Document,
        line: std::ops::Range<usize>,
        entities: &[&Entity],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut at = line.start;
        for entity in entities.iter().filter(|_| self.has_colour) {
            let range = entity.span.range();
            write!(out, "{}", Visible(&document.text[at..range.start]))?;
            let colour = colour(entity.label.label_idx());
            write!(out, "{colour}{}{RESET}", Visible(document.surface(entity)))?;
            at = range.end;
        }
        let rest = document.text.get(at..line.end).unwrap_or_default();
        writeln!(out, "{}", Visible(rest.trim_end_matches(['\n', '\r'])))?;
        for entity in entities.iter().filter(|_| !self.has_colour) {
            let (label, surface) = (self.labels.name(entity.label), document.surface(entity));
            let label = Visible(label).to_string();
            writeln!(out, "    {label:<8} {ISOLATE}{}{END_ISOLATE}", Visible(surface))?;
        }
        Ok(())
    }
}

fn colour(label_idx: usize) -> String {
    format!("\u{1b}[30;48;5;{}m", BACKGROUNDS[label_idx % BACKGROUNDS.len()])
}

/// Text whose control characters and bidirectional overrides are shown, not obeyed.
pub(crate) struct Visible<'a>(pub(crate) &'a str);

impl std::fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(is_display_control) {
            let c = rest[at..].chars().next().expect("found just there");
            f.write_str(&rest[..at])?;
            write!(f, "⟨{:02X}⟩", u32::from(c))?;
            rest = &rest[at + c.len_utf8()..];
        }
        f.write_str(rest)
    }
}

/// Where everything that is written is [`Visible`].
pub(crate) struct ForPeople<'a>(pub(crate) &'a mut dyn Output);

impl Write for ForPeople<'_> {
    /// Pieces of text come whole, as `write!` hands them on.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write!(self.0, "{}", Visible(&String::from_utf8_lossy(bytes)))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tawsim_tokenizer::Span;

    fn check(has_colour: bool, text: &str, expected: &str) {
        let labels = LabelSet::from_names(["PLACE"]).expect("good name");
        let mut document = Document::new("a", text);
        document.entities.push(Entity::new(Span::new(2, 8), labels.at(0).expect("one label")));
        let mut out = Vec::new();
        TerminalView::new(&labels, has_colour)
            .write_document(&document, &mut out)
            .expect("to memory");
        assert_eq!(String::from_utf8(out).expect("UTF-8"), expected);
    }

    #[test]
    fn highlights_and_plain_lines() {
        check(true, "بحلب\n", "── a ──\nب\u{1b}[30;48;5;216mحلب\u{1b}[0m\n\n");
        check(false, "بحلب\n", "── a ──\nبحلب\n    PLACE    \u{2068}حلب\u{2069}\n\n");
    }

    #[test]
    fn controls_are_shown() {
        check(
            false,
            "بحلب\u{1b}[2J\u{202E}",
            "── a ──\nبحلب⟨1B⟩[2J⟨202E⟩\n    PLACE    \u{2068}حلب\u{2069}\n\n",
        );
    }
}
