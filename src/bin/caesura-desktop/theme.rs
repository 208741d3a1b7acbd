//! How the window looks: colours for light and dark, a scale of type, a scale of space.
//!
//! Views take colours from [`Palette`] by what they mean, never by what they are. Text keeps the contrast that
//! WCAG 2.2 asks for at level AA; the tests say so for every pair that is drawn.

use eframe::egui::epaint::FontColorTransferFunction;
use eframe::egui::{
    self, Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, Theme, Vec2, Visuals,
    style::{HandleShape, WidgetVisuals},
};

/// The colours of one theme, by what they mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    /// Behind the text that is read.
    pub(crate) paper: Color32,
    /// Behind lists, bars and menus.
    pub(crate) panel: Color32,
    /// Behind a field to type in.
    pub(crate) field: Color32,
    /// Behind what the pointer is over.
    pub(crate) hovered: Color32,
    /// Behind what is chosen.
    pub(crate) chosen: Color32,
    /// Between parts of the window.
    pub(crate) line: Color32,
    /// Text that is read.
    pub(crate) ink: Color32,
    /// Titles: the strongest.
    pub(crate) strong: Color32,
    /// Text beside the text: times, counts, hints.
    pub(crate) muted: Color32,
    /// What can be pressed, what is chosen, boundaries.
    pub(crate) accent: Color32,
    /// Text on [`Palette::accent`].
    pub(crate) on_accent: Color32,
    /// Behind what differs from what it is compared with.
    pub(crate) differs: Color32,
    /// A score that made no boundary.
    pub(crate) bar: Color32,
    /// A score that leaves it open whether there is a boundary.
    pub(crate) doubt: Color32,
    /// Behind words that were searched for.
    pub(crate) hit: Color32,
    /// Words that were searched for.
    pub(crate) on_hit: Color32,
    /// Behind a message of something that failed.
    pub(crate) notice: Color32,
    /// Text of a message of something that failed.
    pub(crate) on_notice: Color32,
}

const LIGHT: Palette = Palette {
    paper: Color32::from_rgb(0xfd, 0xfc, 0xf9),
    panel: Color32::from_rgb(0xf4, 0xf2, 0xed),
    field: Color32::from_rgb(0xff, 0xff, 0xff),
    hovered: Color32::from_rgb(0xea, 0xe7, 0xdf),
    chosen: Color32::from_rgb(0xdf, 0xe9, 0xe6),
    line: Color32::from_rgb(0xdd, 0xd9, 0xcf),
    ink: Color32::from_rgb(0x2a, 0x29, 0x26),
    strong: Color32::from_rgb(0x14, 0x13, 0x11),
    muted: Color32::from_rgb(0x63, 0x5f, 0x56),
    accent: Color32::from_rgb(0x14, 0x64, 0x5f),
    on_accent: Color32::from_rgb(0xff, 0xff, 0xff),
    differs: Color32::from_rgb(0xf8, 0xec, 0xd6),
    bar: Color32::from_rgb(0x8f, 0x8a, 0x7e),
    doubt: Color32::from_rgb(0xb4, 0x6a, 0x12),
    hit: Color32::from_rgb(0xfb, 0xe3, 0x9a),
    on_hit: Color32::from_rgb(0x2b, 0x22, 0x05),
    notice: Color32::from_rgb(0xfb, 0xee, 0xe4),
    on_notice: Color32::from_rgb(0x6d, 0x2f, 0x10),
};

const DARK: Palette = Palette {
    paper: Color32::from_rgb(0x1a, 0x1b, 0x1d),
    panel: Color32::from_rgb(0x21, 0x23, 0x26),
    field: Color32::from_rgb(0x16, 0x17, 0x19),
    hovered: Color32::from_rgb(0x2e, 0x31, 0x35),
    chosen: Color32::from_rgb(0x22, 0x3b, 0x3a),
    line: Color32::from_rgb(0x3a, 0x3d, 0x42),
    ink: Color32::from_rgb(0xdc, 0xd9, 0xd2),
    strong: Color32::from_rgb(0xf6, 0xf4, 0xef),
    muted: Color32::from_rgb(0xa5, 0xa1, 0x98),
    accent: Color32::from_rgb(0x74, 0xc7, 0xbe),
    on_accent: Color32::from_rgb(0x08, 0x24, 0x22),
    differs: Color32::from_rgb(0x37, 0x2f, 0x20),
    bar: Color32::from_rgb(0x7d, 0x7f, 0x84),
    doubt: Color32::from_rgb(0xe8, 0xa9, 0x4f),
    hit: Color32::from_rgb(0x6a, 0x55, 0x12),
    on_hit: Color32::from_rgb(0xff, 0xf3, 0xcf),
    notice: Color32::from_rgb(0x3a, 0x28, 0x1e),
    on_notice: Color32::from_rgb(0xf6, 0xcf, 0xb4),
};

impl Palette {
    /// Returns the colours of the theme that `ui` is drawn in.
    pub(crate) fn of(ui: &egui::Ui) -> &'static Self {
        Self::of_theme(if ui.visuals().dark_mode { Theme::Dark } else { Theme::Light })
    }

    /// Returns the colours of `theme`.
    pub(crate) fn of_theme(theme: Theme) -> &'static Self {
        match theme {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
        }
    }
}

/// Sizes of type, in points. Each step is about a fifth above the one before.
pub(crate) mod size {
    /// Times, counts, scores.
    pub(crate) const SMALL: f32 = 12.5;
    /// Lists, buttons, menus.
    pub(crate) const BODY: f32 = 14.5;
    /// The text that is read.
    pub(crate) const READING: f32 = 17.0;
    /// The heading of a panel.
    pub(crate) const HEADING: f32 = 18.0;
    /// The title of a chapter in the text.
    pub(crate) const CHAPTER: f32 = 21.0;
    /// The title of a document.
    pub(crate) const TITLE: f32 = 27.0;
}

/// Spaces, in points.
pub(crate) mod space {
    /// Between a thing and its label.
    pub(crate) const XS: f32 = 4.0;
    /// Between things of one group.
    pub(crate) const S: f32 = 8.0;
    /// Inside panels.
    pub(crate) const M: f32 = 12.0;
    /// Between groups.
    pub(crate) const L: f32 = 20.0;
    /// Around what stands alone.
    pub(crate) const XL: f32 = 36.0;
}

/// The distance between lines of the text that is read, in points.
pub(crate) const READING_LINE: f32 = 27.0;

/// The greatest width of a line that is read, in points: about 72 characters of [`size::READING`].
pub(crate) const READING_WIDTH: f32 = 600.0;

/// Returns the type of `size`.
pub(crate) fn font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// Gives both themes of `ctx` our look.
pub(crate) fn install(ctx: &egui::Context) {
    for theme in [Theme::Light, Theme::Dark] {
        ctx.style_mut_of(theme, |style| shape_style(style, theme));
    }
}

fn shape_style(style: &mut egui::Style, theme: Theme) {
    let palette = Palette::of_theme(theme);
    style.text_styles = [
        (TextStyle::Small, font(size::SMALL)),
        (TextStyle::Body, font(size::BODY)),
        (TextStyle::Button, font(size::BODY)),
        (TextStyle::Heading, font(size::HEADING)),
        (TextStyle::Monospace, FontId::new(size::SMALL, FontFamily::Monospace)),
    ]
    .into();
    style.visuals = visuals(palette, theme);
    style.animation_time = 0.12;
    style.interaction.tooltip_delay = 0.4;
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(space::S, space::XS);
    spacing.button_padding = Vec2::new(10.0, 5.0);
    spacing.menu_margin = Margin::same(6);
    spacing.window_margin = Margin::same(20);
    spacing.interact_size = Vec2::new(36.0, 28.0);
    spacing.slider_width = 140.0;
    spacing.slider_rail_height = 4.0;
    spacing.scroll.floating = true;
    spacing.scroll.bar_width = 9.0;
    spacing.scroll.floating_allocated_width = 0.0;
    // A thin bar says where one is and that there is more, also to who does not point at it.
    spacing.scroll.floating_width = 3.0;
    spacing.scroll.dormant_handle_opacity = 0.35;
}

fn visuals(palette: &Palette, theme: Theme) -> Visuals {
    let mut visuals = match theme {
        Theme::Light => Visuals::light(),
        Theme::Dark => Visuals::dark(),
    };
    let radius = CornerRadius::same(6);
    let widget = |fill: Color32, line: Color32, ink: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, line),
        fg_stroke: Stroke::new(1.0, ink),
        corner_radius: radius,
        expansion: 0.0,
    };
    visuals.widgets.noninteractive = widget(palette.panel, palette.line, palette.ink);
    visuals.widgets.inactive = widget(palette.hovered, palette.hovered, palette.ink);
    visuals.widgets.hovered = widget(palette.hovered, palette.muted, palette.strong);
    visuals.widgets.active = widget(palette.chosen, palette.accent, palette.strong);
    visuals.widgets.open = widget(palette.hovered, palette.line, palette.strong);
    visuals.selection.bg_fill = palette.chosen;
    visuals.selection.stroke = Stroke::new(1.5, palette.accent);
    visuals.hyperlink_color = palette.accent;
    visuals.weak_text_color = Some(palette.muted);
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.panel;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(10);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.extreme_bg_color = palette.field;
    visuals.text_edit_bg_color = Some(palette.field);
    visuals.faint_bg_color = palette.hovered;
    visuals.warn_fg_color = palette.on_notice;
    visuals.error_fg_color = palette.on_notice;
    visuals.slider_trailing_fill = true;
    if theme == Theme::Light {
        // The built-in letters are thin, and dark ones on paper look thinner than light ones on a dark ground.
        visuals.text_options.color_transfer_function = FontColorTransferFunction::Gamma(0.65);
    }
    visuals.text_cursor.stroke = Stroke::new(1.5, palette.accent);
    visuals.handle_shape = HandleShape::Circle;
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the relative luminance of `colour`, as WCAG 2.2 defines it.
    fn luminance(colour: Color32) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(colour.r()) + 0.7152 * channel(colour.g()) + 0.0722 * channel(colour.b())
    }

    /// Returns the contrast of two colours, from 1 (none) to 21 (black on white), as WCAG 2.2 defines it.
    fn contrast(one: Color32, other: Color32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[track_caller]
    fn check(name: &str, front: Color32, behind: Color32, needed: f64) {
        let found = contrast(front, behind);
        assert!(needed <= found, "{name}: contrast {found:.2}, needed {needed}");
    }

    #[test]
    fn black_on_white_has_the_greatest_contrast() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-9);
        assert!((contrast(Color32::RED, Color32::RED) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn text_keeps_the_contrast_of_level_aa_in_both_themes() {
        for theme in [Theme::Light, Theme::Dark] {
            let p = Palette::of_theme(theme);
            for (behind_name, behind) in [
                ("paper", p.paper),
                ("panel", p.panel),
                ("field", p.field),
                ("hovered", p.hovered),
                ("chosen", p.chosen),
                ("differs", p.differs),
            ] {
                for (name, front) in [("ink", p.ink), ("strong", p.strong), ("muted", p.muted), ("accent", p.accent)] {
                    check(&format!("{theme:?} {name} on {behind_name}"), front, behind, 4.5);
                }
            }
            check(&format!("{theme:?} on accent"), p.on_accent, p.accent, 4.5);
            check(&format!("{theme:?} on hit"), p.on_hit, p.hit, 4.5);
            check(&format!("{theme:?} on notice"), p.on_notice, p.notice, 4.5);
        }
    }

    #[test]
    fn bars_keep_the_contrast_of_graphics_in_both_themes() {
        for theme in [Theme::Light, Theme::Dark] {
            let p = Palette::of_theme(theme);
            check(&format!("{theme:?} doubt beside what differs"), p.doubt, p.differs, 3.0);
            for behind in [p.paper, p.panel] {
                check(&format!("{theme:?} bar"), p.bar, behind, 3.0);
                check(&format!("{theme:?} doubt"), p.doubt, behind, 3.0);
                check(&format!("{theme:?} accent"), p.accent, behind, 3.0);
            }
        }
    }
}
