//! Arabic on the screen.
//!
//! `egui` 0.37 joins the letters of a word but sets the words from left to right. Here `parley`
//! shapes, orders (Unicode bidirectional algorithm, UAX #9) and breaks the text, `swash` draws the
//! glyphs into one texture, and `egui` paints them as a mesh. Offsets in and out are bytes of the
//! text that was given; nothing is normalised.

mod area;
mod article;
mod atlas;
mod batch;
mod edits;
mod engine;
mod field;
mod fonts;
mod geometry;
mod highlight;
mod input;
mod invisible;
#[cfg(test)]
mod judge;
mod label;
mod paint;
mod pane;
mod pointer;
mod tags;
#[cfg(test)]
mod tests;

pub(crate) use area::AreaInput;
pub(crate) use engine::TextEngine;
pub(crate) use fonts::{Direction, TextStyle};
pub(crate) use input::LineInput;
pub(crate) use invisible::{invisible, isolated};
pub(crate) use label::{ButtonLook, Row, row_height};
pub(crate) use pane::{Certainty, Highlight, Hint, Pane, PaneEvent, Reach, Scene};
pub(crate) use tags::Tag;
