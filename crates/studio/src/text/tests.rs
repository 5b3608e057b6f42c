//! Order, geometry and hit tests of mixed lines, against `unicode-bidi` as an independent engine.

use std::ops::Range;

use egui::{Pos2, Rect, pos2};
use unicode_bidi::{BidiInfo, Level};

use super::{
    article::{Article, Setting},
    fonts::{Direction, Fonts, TextLayout, TextStyle},
    geometry::Shaped,
};

pub(super) const STYLE: TextStyle =
    TextStyle { size_pt: 22.0, line_height: 2.2, bold: false, direction: Direction::RightToLeft };

/// Arabic, Latin, numbers, marks, brackets and quotes, as they meet in the news.
const PIECES: &[&str] = &[
    "قوات النظام",
    "NSO",
    "15",
    "١٢",
    "3.5%",
    "(إدلب)",
    "«تل أبيض»",
    "\"داعش\"",
    "لـ",
    "T-72",
    "عنصراً،",
    "12:30",
    "2018/3/15",
    "[خاص]",
    "؟",
    "مُحَمَّد",
    "#حلب",
    "@nso_ar",
    "...",
    "7-9",
];

/// Lines of the kinds that tools for Arabic get wrong.
const LINES: &[&str] = &[
    "NSO أعلنت فصائل جيش النصر",
    "قتل (15) عنصراً من NSO في معركة \"الكرامة\".",
    "النسبة 3.5% في 2018/3/15 عند 12:30",
    "لـ\"داعش\" في (تل أبيض) [عاجل]",
    "هيئة (HTS) تعلن: \"No comment\"، ثم تصمت.",
    "من 7-9 قتلى و١٢ جريحاً",
    "https://example.org/a?b=1 رابط",
    "القوات (SDF) والجيش (SAA): 10 مقابل 20!",
];

pub(super) fn mixed_lines() -> Vec<String> {
    let n = PIECES.len();
    let pairs = (0..n * 5).map(|i| {
        let (a, b, c) = (PIECES[i % n], PIECES[(i * 7 + 3) % n], PIECES[(i * 3 + i / n) % n]);
        format!("{a} {b} {c}")
    });
    LINES.iter().map(|line| (*line).to_owned()).chain(pairs).collect()
}

pub(super) fn layout(text: &str) -> TextLayout {
    Fonts::embedded().layout(text, STYLE, 1.0, None)
}

/// The clusters of a one-line layout, from left to right, with their left and right ends.
fn clusters(layout: &TextLayout) -> Vec<(Range<usize>, f32, f32)> {
    let line = layout.get(0).expect("one line");
    let mut x = line.metrics().offset + line.metrics().inline_min_coord;
    let mut found = Vec::new();
    for cluster in line.runs().flat_map(|run| run.visual_clusters()) {
        found.push((cluster.text_range(), x, x + cluster.advance()));
        x += cluster.advance();
    }
    found
}

/// The same with their shares of joint advances.
fn letters(text: &str, layout: &TextLayout) -> Vec<(Range<usize>, f32, f32)> {
    let line = layout.get(0).expect("one line");
    let boxes = Shaped { text, layout }.boxes(&line);
    let wide = boxes.into_iter().map(|b| (b.bytes, b.left, b.right));
    wide.filter(|b| b.2 - b.1 > 0.5).collect()
}

/// Rank of each char's cluster from left to right, by the other engine.
fn reference_order(text: &str) -> Vec<usize> {
    let info = BidiInfo::new(text, Some(Level::rtl()));
    let paragraph = &info.paragraphs[0];
    let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
    let mut order = Vec::new();
    for run in runs {
        let mut starts: Vec<usize> =
            text[run.clone()].char_indices().map(|(i, _)| run.start + i).collect();
        if levels[run.start].is_rtl() {
            starts.reverse();
        }
        order.extend(starts);
    }
    order
}

/// The byte order in which a layout draws, chars of one cluster in the order of its direction.
fn drawn_order(text: &str, layout: &TextLayout) -> Vec<usize> {
    let info = BidiInfo::new(text, Some(Level::rtl()));
    let mut order = Vec::new();
    for (range, ..) in clusters(layout) {
        let mut starts: Vec<usize> =
            text[range.clone()].char_indices().map(|(i, _)| range.start + i).collect();
        if info.levels[range.start].is_rtl() {
            starts.reverse();
        }
        order.extend(starts);
    }
    order
}

#[test]
fn letters_stand_in_the_order_of_the_bidirectional_algorithm() {
    let lines = mixed_lines();
    assert!(lines.len() >= 100);
    for line in lines {
        assert_eq!(drawn_order(&line, &layout(&line)), reference_order(&line), "{line}");
    }
}

#[test]
fn a_click_in_the_middle_of_a_cluster_finds_its_bytes() {
    let mut n_clusters = 0;
    for line in mixed_lines() {
        let layout = layout(&line);
        let y = layout.height() / 2.0;
        for (range, left, right) in letters(&line, &layout) {
            let shaped = Shaped { text: &line, layout: &layout };
            let hit = shaped.letter_at(pos2(f32::midpoint(left, right), y));
            assert_eq!(hit, Some(range), "{line}");
            n_clusters += 1;
        }
    }
    assert!(n_clusters > 1_500, "{n_clusters}");
}

/// A range's rectangles cover just the middles of its clusters, by looking at every cluster.
#[test]
fn rectangles_cover_the_clusters_of_their_range() {
    for line in mixed_lines() {
        let layout = layout(&line);
        let shaped = Shaped { text: &line, layout: &layout };
        let drawn = letters(&line, &layout);
        let y = layout.height() / 2.0;
        for start in drawn.iter().step_by(3).map(|c| c.0.start) {
            for end in drawn.iter().step_by(4).map(|c| c.0.end).filter(|end| *end > start) {
                let mut rects = Vec::new();
                shaped.range_rects(&(start..end), |rect| rects.push(rect));
                check_cover(&line, &(start..end), (&rects, &drawn, y));
            }
        }
    }
}

type Drawn<'a> = (&'a [Rect], &'a [(Range<usize>, f32, f32)], f32);

fn check_cover(line: &str, range: &Range<usize>, (rects, drawn, y): Drawn<'_>) {
    for (bytes, left, right) in drawn.iter().filter(|c| c.2 - c.1 > 0.5) {
        let middle = Pos2::new(f32::midpoint(*left, *right), y);
        let covered = rects.iter().any(|rect| rect.contains(middle));
        assert_eq!(covered, range.contains(&bytes.start), "{line}: {range:?}, {bytes:?}");
    }
}

#[test]
fn a_wrapped_range_has_rectangles_on_each_line() {
    let text = "أعلنت فصائل الجيش السوري الحر عن معركتين منفصلتين في ريف حماة الشمالي";
    let layout = Fonts::embedded().layout(text, STYLE, 1.0, Some(220.0));
    assert!(layout.len() >= 3, "{}", layout.len());
    let mut rects = Vec::new();
    let shaped = Shaped { text, layout: &layout };
    shaped.range_rects(&(0..text.len()), |rect| rects.push(rect));
    assert_eq!(rects.len(), layout.len());
    assert!(rects.windows(2).all(|pair| pair[0].bottom() <= pair[1].top() + 30.0));
    assert!(rects.iter().all(|rect| rect.right() <= 220.5 && rect.left() >= -0.5));
}

#[test]
fn every_letter_has_a_glyph() {
    let symbols = ["× – · ¶ • A+ A-".to_owned()];
    let phrases = crate::language::phrases::ALL;
    let said = phrases.iter().flat_map(|phrase| [phrase.en.to_owned(), phrase.ar.to_owned()]);
    for line in mixed_lines().into_iter().chain(said).chain(symbols) {
        for item in layout(&line).get(0).expect("one line").items() {
            let parley::PositionedLayoutItem::GlyphRun(run) = item else { continue };
            let missing = run.glyphs().any(|glyph| glyph.id == 0);
            assert!(!missing, "a box instead of a letter: {line} {:?}", run.run().text_range());
        }
    }
}

#[test]
fn the_line_of_a_byte_is_known_before_the_rest_is_laid_out() {
    let paragraph =
        "أعلنت فصائل الجيش السوري الحر عن معركتين منفصلتين في ريف حماة الشمالي ".repeat(40);
    let text = format!("{paragraph}\n{paragraph}\n{paragraph}");
    let mut article = Article::new(text.as_str().into());
    article.set(Setting { style: STYLE, edition: 0, scale: 1.0, width_px: 400.0 });
    let byte = 2 * paragraph.len() - 40;
    let byte = (byte..).find(|byte| text.is_char_boundary(*byte)).expect("text goes on");
    let guessed = article.line_at(byte);
    article.lay_out_at(&mut Fonts::embedded(), byte);
    let line = article.line_at(byte);
    assert!(line.end - line.start < 3.0 * 22.0 * 2.2, "{line:?}");
    assert!(line.start - guessed.start > 20.0 * 22.0, "{line:?} in {guessed:?}");
}
