//! Colours that tell things of one kind apart: speakers, topics, highlights.
//!
//! A tint is asked for by number, and has one colour for text and marks, and one to lie behind text. The tests hold the
//! first to the contrast of text that WCAG 2.2 asks for at level AA, and the ink on the second as well. Topics have tints of
//! their own, which are never text: beside a text whose speakers are coloured, one colour must not mean both.

use eframe::egui::{Color32, Ui};

use caesura::corrections::NoteColor;

/// How many tints there are; a number beyond them begins anew.
pub(crate) const N_TINTS: usize = 8;

const LIGHT: [Color32; N_TINTS] = [
    Color32::from_rgb(0x1b, 0x5e, 0x9b),
    Color32::from_rgb(0x9a, 0x3b, 0x12),
    Color32::from_rgb(0x2e, 0x6b, 0x2a),
    Color32::from_rgb(0x7a, 0x35, 0x8f),
    Color32::from_rgb(0x8a, 0x53, 0x00),
    Color32::from_rgb(0x0f, 0x69, 0x69),
    Color32::from_rgb(0xa3, 0x2a, 0x5e),
    Color32::from_rgb(0x4f, 0x55, 0x7d),
];

const DARK: [Color32; N_TINTS] = [
    Color32::from_rgb(0x86, 0xb9, 0xf0),
    Color32::from_rgb(0xf0, 0xa1, 0x7e),
    Color32::from_rgb(0x9c, 0xcf, 0x8c),
    Color32::from_rgb(0xd6, 0xa6, 0xe6),
    Color32::from_rgb(0xe3, 0xbd, 0x6b),
    Color32::from_rgb(0x7c, 0xcf, 0xcf),
    Color32::from_rgb(0xf2, 0x9d, 0xbf),
    Color32::from_rgb(0xb3, 0xb9, 0xdf),
];

const LIGHT_TOPICS: [Color32; N_TINTS] = [
    Color32::from_rgb(0x9c, 0x7a, 0x12),
    Color32::from_rgb(0xc8, 0x51, 0x8a),
    Color32::from_rgb(0x1f, 0x8a, 0xa8),
    Color32::from_rgb(0x68, 0x8a, 0x1e),
    Color32::from_rgb(0x7d, 0x6f, 0xd6),
    Color32::from_rgb(0xcc, 0x5e, 0x48),
    Color32::from_rgb(0x2b, 0x90, 0x60),
    Color32::from_rgb(0x8c, 0x7a, 0x68),
];

const DARK_TOPICS: [Color32; N_TINTS] = [
    Color32::from_rgb(0xc4, 0x9f, 0x2c),
    Color32::from_rgb(0xde, 0x68, 0x9f),
    Color32::from_rgb(0x3f, 0xa5, 0xc4),
    Color32::from_rgb(0x8f, 0xb2, 0x3e),
    Color32::from_rgb(0x98, 0x8b, 0xec),
    Color32::from_rgb(0xe5, 0x7c, 0x63),
    Color32::from_rgb(0x45, 0xb4, 0x82),
    Color32::from_rgb(0xa8, 0x96, 0x82),
];

const LIGHT_NOTES: [Color32; 5] = [
    Color32::from_rgb(0xfb, 0xee, 0xb8),
    Color32::from_rgb(0xd8, 0xee, 0xcf),
    Color32::from_rgb(0xd3, 0xe6, 0xf6),
    Color32::from_rgb(0xf8, 0xda, 0xd3),
    Color32::from_rgb(0xe9, 0xdd, 0xf3),
];

const DARK_NOTES: [Color32; 5] = [
    Color32::from_rgb(0x4c, 0x42, 0x17),
    Color32::from_rgb(0x27, 0x45, 0x27),
    Color32::from_rgb(0x1f, 0x3d, 0x57),
    Color32::from_rgb(0x57, 0x2d, 0x28),
    Color32::from_rgb(0x43, 0x33, 0x57),
];

/// The colours of highlights where they are shown alone, and must be told apart.
const LIGHT_MARKS: [Color32; 5] = [
    Color32::from_rgb(0xb0, 0x82, 0x00),
    Color32::from_rgb(0x4f, 0x93, 0x3c),
    Color32::from_rgb(0x3b, 0x87, 0xc4),
    Color32::from_rgb(0xd0, 0x5a, 0x48),
    Color32::from_rgb(0x95, 0x6b, 0xc0),
];

const DARK_MARKS: [Color32; 5] = [
    Color32::from_rgb(0xd8, 0xbb, 0x3e),
    Color32::from_rgb(0x72, 0xb8, 0x6e),
    Color32::from_rgb(0x5f, 0xa4, 0xde),
    Color32::from_rgb(0xe2, 0x80, 0x73),
    Color32::from_rgb(0xb5, 0x8f, 0xdd),
];

/// Returns the tint of that number, for text and marks.
pub(crate) fn tint(ui: &Ui, number: usize) -> Color32 {
    let tints = if ui.visuals().dark_mode { &DARK } else { &LIGHT };
    tints[number % N_TINTS]
}

/// Returns the colour of the topic of that number, for marks.
pub(crate) fn topic(ui: &Ui, number: usize) -> Color32 {
    let tints = if ui.visuals().dark_mode { &DARK_TOPICS } else { &LIGHT_TOPICS };
    tints[number % N_TINTS]
}

/// Returns what lies behind a highlight of that colour.
pub(crate) fn highlight(ui: &Ui, color: NoteColor) -> Color32 {
    let colors = if ui.visuals().dark_mode { &DARK_NOTES } else { &LIGHT_NOTES };
    colors[color as usize]
}

/// Returns the colour of a highlight where it is shown alone.
pub(crate) fn mark(ui: &Ui, color: NoteColor) -> Color32 {
    let colors = if ui.visuals().dark_mode { &DARK_MARKS } else { &LIGHT_MARKS };
    colors[color as usize]
}

/// Returns what a colour is called.
pub(crate) fn name(color: NoteColor) -> &'static str {
    match color {
        NoteColor::Yellow => "Yellow",
        NoteColor::Green => "Green",
        NoteColor::Blue => "Blue",
        NoteColor::Red => "Red",
        NoteColor::Violet => "Violet",
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::Theme;

    use super::*;
    use crate::theme::Palette;

    fn luminance(colour: Color32) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(colour.r()) + 0.7152 * channel(colour.g()) + 0.0722 * channel(colour.b())
    }

    fn contrast(one: Color32, other: Color32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[track_caller]
    fn check(name: &str, front: Color32, behind: Color32) {
        check_needed(name, front, behind, 4.5);
    }

    #[track_caller]
    fn check_needed(name: &str, front: Color32, behind: Color32, needed: f64) {
        let found = contrast(front, behind);
        assert!(needed <= found, "{name}: contrast {found:.2}, needed {needed}");
    }

    #[test]
    fn topics_keep_the_contrast_of_graphics_and_have_no_colour_of_a_speaker() {
        for (theme, topics, speakers) in [(Theme::Light, LIGHT_TOPICS, LIGHT), (Theme::Dark, DARK_TOPICS, DARK)] {
            let palette = Palette::of_theme(theme);
            for (number, tint) in topics.into_iter().enumerate() {
                for behind in [palette.paper, palette.panel, palette.hovered, palette.chosen] {
                    check_needed(&format!("{theme:?} topic {number}"), tint, behind, 3.0);
                }
                assert!(!speakers.contains(&tint), "{theme:?} topic {number}");
            }
        }
    }

    #[test]
    fn marks_of_highlights_keep_the_contrast_of_graphics_in_both_themes() {
        for (theme, marks) in [(Theme::Light, LIGHT_MARKS), (Theme::Dark, DARK_MARKS)] {
            let palette = Palette::of_theme(theme);
            for (color, mark) in NoteColor::ALL.into_iter().zip(marks) {
                for behind in [palette.paper, palette.panel] {
                    check_needed(&format!("{theme:?} {}", name(color)), mark, behind, 3.0);
                }
            }
        }
    }

    #[test]
    fn tints_and_highlights_keep_the_contrast_of_text_in_both_themes() {
        for (theme, tints, notes) in [(Theme::Light, LIGHT, LIGHT_NOTES), (Theme::Dark, DARK, DARK_NOTES)] {
            let palette = Palette::of_theme(theme);
            for (number, tint) in tints.into_iter().enumerate() {
                for behind in [palette.paper, palette.panel, palette.hovered] {
                    check(&format!("{theme:?} tint {number}"), tint, behind);
                }
            }
            for (color, behind) in NoteColor::ALL.into_iter().zip(notes) {
                check(&format!("{theme:?} {}", name(color)), palette.ink, behind);
                check(&format!("{theme:?} {}", name(color)), palette.strong, behind);
            }
        }
    }
}
