//! The project's guidelines, written in Markdown: headings, lists, paragraphs, rows of tables.

use std::path::PathBuf;

use egui::Ui;

use super::Gui;
use crate::{
    App,
    files::read_text,
    language::{Phrase, phrases},
    text::{ButtonLook, Direction, TextStyle},
};

/// The file, in the project's folder or in the one around it.
const FILE: &str = "guidelines.md";
/// Guidelines that are longer are not shown.
const MAX_BYTES: usize = 1 << 20;
/// What is shown where a project has none.
const DEFAULT: Phrase = Phrase::new(
    include_str!("../../assets/guidelines-en.md"),
    include_str!("../../assets/guidelines-ar.md"),
);

/// A block of text.
#[derive(Clone, Debug, PartialEq)]
struct Block {
    text: String,
    /// 1 to 6 for a heading, 0 for text.
    heading: usize,
    /// Depth of a list item, 0 outside of lists.
    item: usize,
}

/// The panel, while it is open.
pub(crate) struct GuidelinesPanel {
    blocks: Vec<Block>,
    /// The blocks in lines that fit the width they were made for.
    lines: Vec<Vec<String>>,
    width: f32,
}

impl GuidelinesPanel {
    pub(crate) fn new(app: &App) -> Self {
        let own = app.project().and_then(|project| {
            let around = project.dir().parent().map(|folder| folder.join(FILE));
            let read = |path: PathBuf| read_text(&path, MAX_BYTES).ok();
            read(project.dir().join(FILE)).or_else(|| read(around?))
        });
        let blocks = blocks(own.as_deref().unwrap_or(DEFAULT.say(app.settings().language)));
        Self { blocks, lines: Vec::new(), width: 0.0 }
    }

    /// Draws it. Returns whether it is done.
    pub(crate) fn show(&mut self, ui: &mut Ui, gui: &mut Gui<'_>) -> bool {
        gui.line(ui, |gui, ui| gui.heading(ui, phrases::GUIDELINES));
        let room = ui.ctx().content_rect().height() - 180.0;
        gui.scrolled(ui, ("guidelines", room), |gui, ui| {
            let width = ui.available_width() - 24.0;
            if (self.width - width).abs() > 1.0 {
                self.width = width;
                let of_block = |block| lines_of(gui, block, width);
                self.lines = self.blocks.iter().map(of_block).collect();
            }
            for (block, lines) in self.blocks.iter().zip(&self.lines) {
                draw(ui, gui, block, lines);
            }
        });
        gui.line(ui, |gui, ui| gui.button(ui, phrases::CLOSE, ButtonLook::Normal))
    }
}

fn style_of(gui: &Gui<'_>, block: &Block) -> TextStyle {
    let size_pt = match block.heading {
        0 => super::SIZE_PT,
        1 => super::SIZE_PT * 1.5,
        2 => super::SIZE_PT * 1.25,
        _ => super::SIZE_PT * 1.1,
    };
    let direction = Direction::of(&block.text);
    TextStyle { size_pt, bold: block.heading > 0, direction, ..gui.style() }
}

fn lines_of(gui: &mut Gui<'_>, block: &Block, width: f32) -> Vec<String> {
    let style = style_of(gui, block);
    let room = width - block.item as f32 * 20.0;
    gui.lines(&block.text, style, room)
}

fn draw(ui: &mut Ui, gui: &mut Gui<'_>, block: &Block, lines: &[String]) {
    let style = style_of(gui, block);
    let color = if block.heading > 0 {
        ui.visuals().strong_text_color()
    } else {
        ui.visuals().text_color()
    };
    ui.add_space(if block.heading > 0 { 10.0 } else { 3.0 });
    for (idx, line) in lines.iter().enumerate() {
        gui.line_from(ui, style.direction.is_rtl(), |gui, ui| {
            if block.item > 0 {
                ui.add_space((block.item - 1) as f32 * 20.0);
                let mark = if idx == 0 { "•" } else { " " };
                gui.engine.label(ui, mark, style, color);
            }
            gui.engine.label(ui, line, style, color);
        });
    }
}

/// Reads the part of Markdown that guidelines need; marks of emphasis and code are taken off.
fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for line in markdown.lines() {
        let text = line.trim();
        let is_rule =
            !text.is_empty() && text.chars().all(|c| matches!(c, '-' | '|' | ' ' | ':' | '='));
        if text.is_empty() || is_rule {
            is_open = false;
            continue;
        }
        let heading = text.chars().take_while(|c| *c == '#').count();
        let item = item_of(line);
        let is_row = text.starts_with('|');
        if is_open && heading == 0 && item.is_none() && !is_row {
            let last = blocks.last_mut().expect("one is open");
            last.text.push(' ');
            last.text.push_str(&plain(text));
            continue;
        }
        let (depth, text) = item.unwrap_or((0, text));
        let text =
            if is_row { text.trim_matches('|').replace('|', " · ") } else { text.to_owned() };
        blocks.push(Block { text: plain(text[heading..].trim()), heading, item: depth });
        is_open = heading == 0 && !is_row;
    }
    blocks
}

/// Depth and text of a list item.
fn item_of(line: &str) -> Option<(usize, &str)> {
    let depth = line.len() - line.trim_start().len();
    let text = line.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = match text.get(digits..)? {
        rest if digits > 0 => rest.strip_prefix(". ").map(|_| text)?,
        rest => rest.strip_prefix("- ").or_else(|| rest.strip_prefix("* "))?,
    };
    Some((1 + depth / 2, rest))
}

fn plain(text: &str) -> String {
    text.replace("**", "").replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn markdown_becomes_blocks() {
        let read = blocks(
            "# Title\none\ntwo\n\n- item **bold**\n  more\n  - deep\n1. first\n| a | b |\n| --- | --- |\n| c | d |\n",
        );
        let got: Vec<String> =
            read.iter().map(|b| format!("{}{} {}", b.heading, b.item, b.text)).collect();
        let want = [
            "10 Title",
            "00 one two",
            "01 item bold more",
            "02 deep",
            "01 1. first",
            "00 a  ·  b",
            "00 c  ·  d",
        ];
        assert_eq!(got, want);
    }

    #[test]
    fn lines_are_as_long_as_they_fit() {
        let lines = super::super::wrap("aa bb cc dddddd e", |line| line.len() <= 5);
        assert_eq!(lines, ["aa bb", "cc", "dddddd", "e"]);
        for language in [Language::English, Language::Arabic] {
            assert!(blocks(DEFAULT.say(language)).len() >= 5);
        }
    }
}
