//! Colours of labels: eight for each theme, apart for every kind of colour vision.
//!
//! They were chosen by farthest-point search over the colours with enough contrast, the distance of
//! two being the smallest CIE 1976 difference under normal vision and under the three simulated
//! dichromacies of Machado, Oliveira and Fernandes (2009). Tests pin both bounds. Labels beyond the
//! eighth share colours; their tags tell them apart.

use egui::{Color32, Theme};

type Palette = [Color32; 8];

const LIGHT: Palette = [
    Color32::from_rgb(0xF4, 0x61, 0x00),
    Color32::from_rgb(0x39, 0x97, 0x8E),
    Color32::from_rgb(0x95, 0x72, 0xC9),
    Color32::from_rgb(0x66, 0x1E, 0x00),
    Color32::from_rgb(0x25, 0x3E, 0x63),
    Color32::from_rgb(0xBA, 0x19, 0xFF),
    Color32::from_rgb(0x56, 0x1A, 0x93),
    Color32::from_rgb(0xBF, 0x81, 0x58),
];

const DARK: Palette = [
    Color32::from_rgb(0xFF, 0x5E, 0x19),
    Color32::from_rgb(0x19, 0xFF, 0xD1),
    Color32::from_rgb(0x72, 0x72, 0xC9),
    Color32::from_rgb(0xBF, 0x6D, 0x58),
    Color32::from_rgb(0x58, 0xAB, 0xBF),
    Color32::from_rgb(0x9E, 0x3D, 0xFF),
    Color32::from_rgb(0xFF, 0xE8, 0x19),
    Color32::from_rgb(0xB2, 0xE8, 0x7C),
];

/// The colour of the label at this place of its label set.
pub(crate) fn label_color(theme: Theme, label_idx: usize) -> Color32 {
    let palette = match theme {
        Theme::Light => &LIGHT,
        Theme::Dark => &DARK,
    };
    palette[label_idx % palette.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Simulated vision: rows of a matrix over linear red, green, blue (Machado et al. 2009,
    /// table 1, severity 1.0): normal, protanopia, deuteranopia, tritanopia.
    const VISIONS: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    ];

    fn linear(color: Color32) -> [f64; 3] {
        [color.r(), color.g(), color.b()].map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn luminance(color: Color32) -> f64 {
        let [r, g, b] = linear(color);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn dot(row: [f64; 3], v: [f64; 3]) -> f64 {
        row.iter().zip(v).map(|(a, b)| a * b).sum()
    }

    /// CIE L*a*b* of what somebody with this vision sees, white point D65.
    fn lab(color: Color32, vision: [[f64; 3]; 3]) -> [f64; 3] {
        let seen = vision.map(|row| dot(row, linear(color)).clamp(0.0, 1.0));
        let curve = |t: f64| if t > 0.008856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
        let x = curve(dot([0.4124, 0.3576, 0.1805], seen) / 0.95047);
        let y = curve(dot([0.2126, 0.7152, 0.0722], seen));
        let z = curve(dot([0.0193, 0.1192, 0.9505], seen) / 1.08883);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn smallest_difference(a: Color32, b: Color32) -> f64 {
        let distance = |vision| {
            let (a, b) = (lab(a, vision), lab(b, vision));
            (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt()
        };
        VISIONS.into_iter().map(distance).fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn colours_stay_apart_for_every_vision() {
        for palette in [LIGHT, DARK] {
            for (i, a) in palette.iter().enumerate() {
                for b in &palette[i + 1..] {
                    let difference = smallest_difference(*a, *b);
                    assert!(difference > 25.0, "{a:?} and {b:?}: {difference}");
                }
            }
        }
    }

    #[test]
    fn colours_stand_out_from_the_page() {
        for (theme, palette) in [(Theme::Light, LIGHT), (Theme::Dark, DARK)] {
            let page = luminance(theme.default_visuals().extreme_bg_color);
            for color in palette {
                let (a, b) = (page.max(luminance(color)), page.min(luminance(color)));
                let contrast = (a + 0.05) / (b + 0.05);
                assert!(contrast >= 2.9, "{color:?} on {theme:?}: {contrast}");
            }
        }
    }
}
