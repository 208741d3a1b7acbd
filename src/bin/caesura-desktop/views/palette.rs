//! The palette: a field that finds actions, documents and libraries by a few letters.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    self, Align2, Area, CornerRadius, Frame, Key, Margin, Modifiers, Order, Role, ScrollArea, Sense, TextEdit, Ui,
    WidgetInfo, pos2, vec2,
};

use super::widgets;
use crate::command::Command;
use crate::palette::{Ask, Line, Palette as Found, Target};
use crate::state::State;
use crate::theme::{Palette, font, size};

const ROW_HEIGHT: f32 = 32.0;

/// Draws the palette, if it is open.
pub(crate) fn palette_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let Some(found) = &state.palette else { return };
    let colors = Palette::of(ui);
    let screen = ui.ctx().content_rect();
    let width = (screen.width() - 80.0).min(560.0);
    let frame = Frame::popup(ui.style()).fill(colors.panel).inner_margin(Margin::same(12)).corner_radius(10);
    let area = Area::new(egui::Id::unique("palette"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, vec2(0.0, (0.12 * screen.height()).min(90.0)))
        .show(ui.ctx(), |ui| {
            frame.show(ui, |ui| {
                ui.set_width(width);
                contents_ui(ui, found, screen.height(), commands);
            });
        });
    let pressed = ui.input(|input| input.pointer.any_pressed().then(|| input.pointer.interact_pos()).flatten());
    if pressed.is_some_and(|place| !area.response.rect.contains(place)) {
        commands.push(Command::Palette(Ask::Close));
    }
}

fn contents_ui(ui: &mut Ui, found: &Found, height: f32, commands: &mut Vec<Command>) {
    let keys = [
        (Key::ArrowDown, Ask::Move(1)),
        (Key::ArrowUp, Ask::Move(-1)),
        (Key::Enter, Ask::TakeChosen),
        (Key::PageDown, Ask::Move(8)),
        (Key::PageUp, Ask::Move(-8)),
    ];
    for (key, ask) in keys {
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, key)) {
            commands.push(Command::Palette(ask));
        }
    }
    let mut typed = found.typed.clone();
    let field = TextEdit::singleline(&mut typed)
        .id(egui::Id::unique("palette field"))
        .hint_text("What do you want to do?")
        .desired_width(f32::INFINITY)
        .margin(Margin::symmetric(10, 8));
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Find an action, a document or a library"));
    response.request_focus();
    if response.changed() {
        commands.push(Command::Palette(Ask::Type(typed)));
    }
    ui.add_space(6.0);
    if found.lines.is_empty() {
        widgets::note(ui, "Nothing is called so. Fewer letters find more.");
        return;
    }
    ui.spacing_mut().item_spacing.y = 1.0;
    let max_height = (height * 0.55).clamp(3.0 * ROW_HEIGHT, 12.0 * ROW_HEIGHT);
    ScrollArea::vertical().max_height(max_height).show(ui, |ui| {
        for (at, line) in found.lines.iter().enumerate() {
            line_ui(ui, at, line, at == found.chosen, commands);
        }
    });
}

fn line_ui(ui: &mut Ui, at: usize, line: &Line, is_chosen: bool, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    // The field keeps the focus: what is chosen is told by its state.
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::CLICK);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_chosen, &line.label));
    let fill = if is_chosen {
        palette.chosen
    } else if response.hovered() {
        palette.hovered
    } else {
        egui::Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect, CornerRadius::same(6), fill);
    if is_chosen {
        response.scroll_to_me(None);
    }
    let beside = match &line.what {
        Target::Action(action) => action.shortcut().map(|key| widgets::key_text(ui.ctx(), key)).unwrap_or_default(),
        Target::Document(_, source) => format!("Document · {source}"),
        Target::Export(format) => format!("Export · .{}", format.file_ending()),
        Target::Library(path) => match path.parent() {
            Some(folder) => format!("Library · {}", folder.display()),
            None => "Library".to_owned(),
        },
    };
    let beside = widgets::one_line(ui, &beside, size::SMALL, palette.muted, 0.4 * rect.width());
    let beside_width = beside.size().x;
    let label = marked(line, palette, rect.width() - beside_width - 40.0);
    let label = ui.fonts_mut(|fonts| fonts.layout_job(label));
    widgets::paint_line(ui, pos2(rect.left() + 10.0, rect.center().y), label);
    widgets::paint_line(ui, pos2(rect.right() - 10.0 - beside_width, rect.center().y), beside);
    let response = match &line.what {
        Target::Action(action) => response.on_hover_text(action.hint()),
        _ => response,
    };
    if response.clicked() {
        commands.push(Command::Palette(Ask::Take(at)));
    }
}

/// Lays out a label with the letters that fit in the accent.
fn marked(line: &Line, palette: &Palette, width: f32) -> LayoutJob {
    let format = |color| TextFormat { font_id: font(size::BODY), color, ..TextFormat::default() };
    let mut job = LayoutJob::default();
    for (at, letter) in line.label.chars().enumerate() {
        let color = if line.fitting.contains(&at) { palette.accent } else { palette.ink };
        job.append(letter.encode_utf8(&mut [0; 4]), 0.0, format(color));
    }
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(1.0));
    job
}
