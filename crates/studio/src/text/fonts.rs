//! The embedded fonts, and text shaped with them.

use std::{borrow::Cow, sync::Arc};

use parley::{
    Alignment, AlignmentOptions, BaseDirection, FontContext, FontFamily, FontFamilyName,
    FontWeight, Layout, LayoutContext, LineHeight, StyleProperty,
    fontique::{Blob, Collection, CollectionOptions, SourceCache},
};

/// Shaped, ordered and broken text; all lengths are physical pixels.
pub(crate) type TextLayout = Layout<()>;

const NASKH: &[u8] = include_bytes!("../../assets/fonts/NotoNaskhArabic-Regular.ttf");
const NASKH_BOLD: &[u8] = include_bytes!("../../assets/fonts/NotoNaskhArabic-Bold.ttf");
const SANS: &[u8] = include_bytes!("../../assets/fonts/NotoSans-Regular.ttf");

/// Which side a line begins on. It is stated, never guessed from the first letter: an Arabic
/// article that begins with a Latin name still runs from the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    /// Arabic: the start of the line is on the right.
    RightToLeft,
    /// English: the start of the line is on the left.
    LeftToRight,
}

/// How a piece of text is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TextStyle {
    /// Size of the letters in points.
    pub(crate) size_pt: f32,
    /// Distance of the lines, in letter sizes.
    pub(crate) line_height: f32,
    pub(crate) bold: bool,
    pub(crate) direction: Direction,
}

/// The fonts and the buffers of the shaper.
pub(crate) struct Fonts {
    pub(super) context: FontContext,
    pub(super) layouts: LayoutContext<()>,
    families: Vec<String>,
    /// The user's own font, before all others.
    user: Option<String>,
}

impl Fonts {
    /// The embedded fonts, Arabic first. No system font is looked at: the same text has the same
    /// shape on every machine.
    pub(crate) fn embedded() -> Self {
        let options = CollectionOptions { shared: false, system_fonts: false };
        let mut collection = Collection::new(options);
        let mut families: Vec<String> = Vec::new();
        for bytes in [NASKH, NASKH_BOLD, SANS] {
            for (id, _) in collection.register_fonts(Blob::new(Arc::new(bytes)), None) {
                let name = collection.family_name(id).expect("the family was just registered");
                if !families.iter().any(|known| known == name) {
                    families.push(name.to_owned());
                }
            }
        }
        let context = FontContext { collection, source_cache: SourceCache::default() };
        Self { context, layouts: LayoutContext::new(), families, user: None }
    }

    /// Puts the first font of a file before the embedded ones. `false`, and nothing is changed, if
    /// there is none in it.
    pub(crate) fn use_file(&mut self, bytes: Vec<u8>) -> bool {
        let collection = &mut self.context.collection;
        let found = collection.register_fonts(Blob::new(Arc::new(bytes)), None);
        let name = found.first().and_then(|(id, _)| collection.family_name(*id));
        let Some(name) = name.map(str::to_owned) else { return false };
        self.user = Some(name);
        true
    }

    /// Goes back to the embedded fonts.
    pub(crate) fn use_embedded(&mut self) {
        self.user = None;
    }

    /// Family name of the user's own font.
    pub(crate) fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The fonts in order of preference: the script of the direction first, so that digits and
    /// marks that both fonts have come from the one around them.
    pub(super) fn family(&self, direction: Direction) -> FontFamily<'static> {
        let named = |name: &String| FontFamilyName::Named(Cow::Owned(name.clone()));
        let mut names: Vec<_> = self.families.iter().map(named).collect();
        if direction == Direction::LeftToRight {
            names.reverse();
        }
        names.splice(0..0, self.user.as_ref().map(named));
        FontFamily::List(Cow::Owned(names))
    }

    /// Shapes, orders and breaks `text` at `width_px` physical pixels, `scale` of them a point;
    /// without a width there is one line for each line of the text.
    pub(crate) fn layout(
        &mut self,
        text: &str,
        style: TextStyle,
        scale: f32,
        width_px: Option<f32>,
    ) -> TextLayout {
        let family = self.family(style.direction);
        let mut builder = self.layouts.ranged_builder(&mut self.context, text, scale, true);
        builder.set_base_direction(style.direction.base());
        builder.push_default(StyleProperty::FontFamily(family));
        builder.push_default(StyleProperty::FontSize(style.size_pt));
        builder.push_default(LineHeight::FontSizeRelative(style.line_height));
        if style.bold {
            builder.push_default(StyleProperty::FontWeight(FontWeight::BOLD));
        }
        let mut layout = builder.build(text);
        break_lines(&mut layout, width_px);
        layout
    }
}

/// Breaks a shaped text anew, for another width.
pub(crate) fn break_lines(layout: &mut TextLayout, width_px: Option<f32>) {
    layout.break_all_lines(width_px.map(f32::floor));
    layout.align(Alignment::Start, AlignmentOptions::default());
}

impl Direction {
    pub(super) const fn base(self) -> BaseDirection {
        match self {
            Self::RightToLeft => BaseDirection::Rtl,
            Self::LeftToRight => BaseDirection::Ltr,
        }
    }

    /// The direction of a name that stands alone: from the right if it has an Arabic letter.
    pub(crate) fn of(text: &str) -> Self {
        let is_arabic = |c: char| matches!(c, '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}');
        if text.contains(is_arabic) { Self::RightToLeft } else { Self::LeftToRight }
    }

    pub(crate) const fn is_rtl(self) -> bool {
        matches!(self, Self::RightToLeft)
    }
}

#[cfg(test)]
mod tests {
    use swash::FontRef;

    use super::{NASKH, SANS};
    use crate::language::phrases;

    /// What stands in the window's lines beside the phrases.
    const SIGNS: &str = "·…–×•¶«»“”/%!+";

    #[test]
    fn the_fonts_have_every_sign_of_the_interface() {
        let fonts = [NASKH, SANS]
            .map(|bytes| FontRef::from_index(bytes, 0).expect("a font of the program"));
        let said = phrases::ALL.iter().flat_map(|phrase| [phrase.en, phrase.ar]);
        for char in said.chain([SIGNS]).flat_map(str::chars) {
            let has = |font: &FontRef<'_>| font.charmap().map(char) != 0;
            let is_mark = super::super::invisible(char).is_some();
            assert!(is_mark || fonts.iter().any(has), "{char:?} U+{:04X}", u32::from(char));
        }
    }
}
