//! Small pieces that several views draw.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat, TextWrapping};
use eframe::egui::{
    self, Align2, Button, Color32, CornerRadius, Galley, Rect, Response, RichText, Role, Sense, TextEdit, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use crate::bidi;
use crate::command::{Action, Command, Shortcut};
use crate::theme::{Palette, font, size, space};

/// Draws the button of an action.
pub(crate) fn action_button(ui: &mut Ui, action: Action, commands: &mut Vec<Command>) -> Response {
    let response = ui.add(Button::new(action.label())).on_hover_text(hint_with_key(ui.ctx(), action));
    if response.clicked() {
        commands.push(Command::Do(action));
    }
    response
}

/// Draws the button of an action that is what most people want here.
pub(crate) fn main_button(ui: &mut Ui, action: Action, commands: &mut Vec<Command>) -> Response {
    let palette = Palette::of(ui);
    let button = Button::new(RichText::new(action.label()).color(palette.on_accent)).fill(palette.accent);
    let response = ui.add(button).on_hover_text(hint_with_key(ui.ctx(), action));
    if response.clicked() {
        commands.push(Command::Do(action));
    }
    response
}

/// Draws a button of what most people want here, that no action of the table stands for.
pub(crate) fn accent_button(ui: &mut Ui, label: &str) -> Response {
    let palette = Palette::of(ui);
    ui.add(Button::new(RichText::new(label).color(palette.on_accent)).fill(palette.accent))
}

/// Draws the mark of a branch: down if it is open, to the right if it is closed.
pub(crate) fn fold_mark(ui: &Ui, middle: egui::Pos2, is_open: bool, color: Color32) {
    let turned = |x: f32, y: f32| if is_open { vec2(x, y) } else { vec2(y, -x) };
    let points = [turned(-3.5, -1.8), turned(0.0, 1.8), turned(3.5, -1.8)].map(|at| middle + at);
    let stroke = egui::Stroke::new(1.5, color);
    ui.painter().line_segment([points[0], points[1]], stroke);
    ui.painter().line_segment([points[1], points[2]], stroke);
}

/// Draws the mark of a sorted column: a small arrow head, up or down.
pub(crate) fn order_mark(ui: &Ui, middle: egui::Pos2, is_down: bool, color: Color32) {
    let sign = if is_down { 1.0 } else { -1.0 };
    let points = [vec2(-3.5, -2.0 * sign), vec2(3.5, -2.0 * sign), vec2(0.0, 2.5 * sign)].map(|at| middle + at);
    ui.painter().add(egui::Shape::convex_polygon(points.to_vec(), color, egui::Stroke::NONE));
}

/// Where an arrow points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pointing {
    Up,
    Down,
}

/// Draws the button of an action as an arrow: the built-in fonts have none.
pub(crate) fn arrow_button(ui: &mut Ui, action: Action, pointing: Pointing, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(26.0, 24.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, action.label()));
    let is_pointed_at = response.hovered() || response.has_focus();
    if is_pointed_at {
        ui.painter().rect_filled(rect, CornerRadius::same(6), palette.hovered);
    }
    let tip = match pointing {
        Pointing::Up => vec2(0.0, -2.5),
        Pointing::Down => vec2(0.0, 2.5),
    };
    let color = if is_pointed_at { palette.strong } else { palette.muted };
    let stroke = egui::Stroke::new(1.6, color);
    for side in [-5.0, 5.0] {
        let end = rect.center() + vec2(side, 0.0) - tip;
        ui.painter().line_segment([end, rect.center() + tip], stroke);
    }
    if response.on_hover_text(hint_with_key(ui.ctx(), action)).clicked() {
        commands.push(Command::Do(action));
    }
}

/// Draws a small arrow to press, called `label`.
pub(crate) fn small_arrow(ui: &mut Ui, is_enabled: bool, pointing: Pointing, label: &str) -> Response {
    let palette = Palette::of(ui);
    let sense = if is_enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(20.0, 20.0), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, label));
    let is_pointed_at = is_enabled && (response.hovered() || response.has_focus());
    if is_pointed_at {
        ui.painter().rect_filled(rect, CornerRadius::same(5), palette.hovered);
    }
    let color = match (is_enabled, is_pointed_at) {
        (false, _) => palette.line,
        (true, false) => palette.muted,
        (true, true) => palette.strong,
    };
    let tip = if pointing == Pointing::Up { vec2(0.0, -2.0) } else { vec2(0.0, 2.0) };
    for side in [-4.0, 4.0] {
        let end = rect.center() + vec2(side, 0.0) - tip;
        ui.painter().line_segment([end, rect.center() + tip], egui::Stroke::new(1.5, color));
    }
    response.on_hover_text(label)
}

/// Draws an action as a line of a menu, its key to the right.
pub(crate) fn menu_item(ui: &mut Ui, action: Action, commands: &mut Vec<Command>) {
    let mut button = Button::new(action.label());
    if let Some(shortcut) = action.shortcut() {
        button = button.shortcut_text(key_text(ui.ctx(), shortcut));
    }
    if ui.add(button).on_hover_text(action.hint()).clicked() {
        commands.push(Command::Do(action));
        ui.close();
    }
}

/// Returns what an action does, and its key.
pub(crate) fn hint_with_key(ctx: &egui::Context, action: Action) -> String {
    match action.shortcut() {
        Some(shortcut) => format!("{} ({})", action.hint(), key_text(ctx, shortcut)),
        None => action.hint().to_owned(),
    }
}

/// Returns a shortcut as the toolkit knows it.
pub(crate) fn key_of(shortcut: Shortcut) -> Option<egui::KeyboardShortcut> {
    let mut modifiers = egui::Modifiers::NONE;
    modifiers.command = shortcut.with_control;
    modifiers.alt = shortcut.with_alt;
    modifiers.shift = shortcut.with_shift;
    let key = egui::Key::from_name(shortcut.key)?;
    Some(egui::KeyboardShortcut::new(modifiers, key))
}

/// Returns a shortcut as people read it, such as `Ctrl+O`: signs as signs, and arrows as words, which every font has.
pub(crate) fn key_text(ctx: &egui::Context, shortcut: Shortcut) -> String {
    let text = key_of(shortcut).map_or_else(|| shortcut.key.to_owned(), |key| ctx.format_shortcut(&key));
    let signs =
        [("Comma", ","), ("Period", "."), ("OpenBracket", "["), ("CloseBracket", "]"), ("Plus", "+"), ("Minus", "−")];
    match signs.iter().find(|(name, _)| text.ends_with(name)) {
        Some((name, sign)) => format!("{}{sign}", &text[..text.len() - name.len()]),
        None => text,
    }
}

/// Lays text out in one line, cut with an ellipsis if it is wider than `width`.
pub(crate) fn one_line(ui: &Ui, text: &str, size: f32, color: Color32, width: f32) -> Arc<Galley> {
    lines(ui, text, size, color, width, 1)
}

/// Lays text out in at most `n_lines` lines of `width`.
pub(crate) fn lines(ui: &Ui, text: &str, size: f32, color: Color32, width: f32, n_lines: usize) -> Arc<Galley> {
    let format = TextFormat { font_id: font(size), color, ..TextFormat::default() };
    let text = text.replace('\n', " ");
    // Where lines are broken is known only of one.
    let text = if n_lines == 1 { bidi::drawn(&text).into_owned() } else { text };
    let mut job = LayoutJob::single_section(text, format);
    // One line ends where it is full: at the last word's end it would often end half empty.
    let break_anywhere = n_lines == 1;
    job.wrap = TextWrapping { max_width: width.max(1.0), max_rows: n_lines, break_anywhere, ..TextWrapping::default() };
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// Draws the ground of one row of a list and returns where its contents go. `label` is what a screen reader says.
pub(crate) fn list_row(ui: &mut Ui, height: f32, is_chosen: bool, label: &str) -> (Rect, Response) {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, label));
    let fill = if is_chosen {
        palette.chosen
    } else if response.hovered() || response.has_focus() {
        palette.hovered
    } else {
        Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect, CornerRadius::same(6), fill);
    if is_chosen {
        let mark = Rect::from_min_size(pos2(rect.left(), rect.top() + 8.0), vec2(3.0, rect.height() - 16.0));
        ui.painter().rect_filled(mark, CornerRadius::same(2), palette.accent);
    }
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.5, palette.accent);
        ui.painter().rect_stroke(rect, CornerRadius::same(6), stroke, egui::StrokeKind::Inside);
    }
    (rect.shrink2(vec2(10.0, 0.0)), response)
}

/// Draws a score of `0.0..=1.0` as a bar of `size`, filled from the left.
pub(crate) fn score_bar(ui: &Ui, left_middle: egui::Pos2, size: Vec2, score: f32, color: Color32) {
    let palette = Palette::of(ui);
    let ground = Rect::from_min_size(left_middle - vec2(0.0, size.y / 2.0), size);
    let filled = Rect::from_min_size(ground.min, vec2(size.x * score.clamp(0.0, 1.0), size.y));
    let radius = CornerRadius::same(2);
    ui.painter().rect_filled(ground, radius, palette.line);
    ui.painter().rect_filled(filled, radius, color);
}

/// Draws a field that filters a list; returns what is typed if it changed.
pub(crate) fn filter_field(ui: &mut Ui, typed: &str, label: &'static str) -> Option<String> {
    let mut text = typed.to_owned();
    let response = ui.add(
        TextEdit::singleline(&mut text)
            .hint_text(label)
            .desired_width(f32::INFINITY)
            .margin(egui::Margin::symmetric(8, 6)),
    );
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, label));
    response.changed().then_some(text)
}

/// Returns the format of words that were searched for, among text of the format `plain`.
pub(crate) fn marked(plain: &TextFormat, palette: &Palette) -> TextFormat {
    TextFormat {
        color: palette.on_hit,
        background: palette.hit,
        expand_bg: 2.0,
        // What is behind a word is as high as its line, and hangs below it where the line is higher than the letters.
        line_height: None,
        valign: egui::Align::Center,
        ..plain.clone()
    }
}

/// Draws one of several choices, with a ring that is seen on any ground.
pub(crate) fn radio(ui: &mut Ui, is_chosen: bool, label: impl Into<egui::WidgetText>) -> Response {
    let palette = Palette::of(ui);
    let label = label.into();
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for look in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
            look.bg_fill = palette.field;
            look.bg_stroke = egui::Stroke::new(1.0, if is_chosen { palette.accent } else { palette.bar });
        }
        ui.radio(is_chosen, label)
    })
    .inner
}

/// Draws the heading of a panel.
pub(crate) fn heading(ui: &mut Ui, text: &str) {
    let palette = Palette::of(ui);
    ui.label(RichText::new(text).size(size::HEADING).color(palette.strong));
}

/// Draws a line of small muted text.
pub(crate) fn note(ui: &mut Ui, text: impl Into<String>) -> Response {
    let palette = Palette::of(ui);
    ui.label(RichText::new(text).size(size::SMALL).color(palette.muted))
}

/// Draws what stands in the middle of a part that has nothing to show.
pub(crate) fn empty(ui: &mut Ui, title: &str, lines: &[&str], more: impl FnOnce(&mut Ui)) {
    let palette = Palette::of(ui);
    let width = (ui.available_width() - 2.0 * space::XL).clamp(160.0, 440.0);
    let top = (0.26 * ui.available_height()).max(space::L);
    ui.vertical_centered(|ui| {
        ui.set_max_width(width);
        ui.add_space(top);
        mark(ui, 44.0, palette.line);
        ui.add_space(space::L);
        ui.label(RichText::new(title).size(size::CHAPTER).color(palette.strong));
        ui.add_space(space::S);
        for line in lines {
            ui.label(RichText::new(*line).size(size::BODY + 1.0).color(palette.muted).line_height(Some(23.0)));
        }
        ui.add_space(space::L);
        more(ui);
    });
}

/// Draws the two slashes of a caesura, `height` high.
pub(crate) fn mark(ui: &mut Ui, height: f32, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(0.78 * height, height), Sense::hover());
    let stroke = egui::Stroke::new(0.11 * height, color);
    for shift in [-0.16, 0.16] {
        let middle = rect.center() + vec2(shift * height, 0.0);
        let half = vec2(0.15 * height, -0.38 * height);
        ui.painter().line_segment([middle - half, middle + half], stroke);
    }
}

/// Draws a piece of text at a place of a row, its middle at the height of `left_middle`.
pub(crate) fn paint_line(ui: &Ui, left_middle: egui::Pos2, galley: Arc<Galley>) {
    let rect = Align2::LEFT_CENTER.anchor_size(left_middle, galley.size());
    ui.painter().galley(rect.min, galley, Color32::PLACEHOLDER);
}
