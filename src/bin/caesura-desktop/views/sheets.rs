//! What lies above the rest until it is closed: the shortcuts, what this program is, and what must be confirmed.

use eframe::egui::{self, Button, Id, Modal, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use super::widgets;
use crate::command::{Action, Command};
use crate::format::count;
use crate::state::{Sheet, State};
use crate::theme::{Palette, size, space};

/// Draws the sheet that is open, if one is.
pub(crate) fn sheet_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let Some(sheet) = state.sheet else { return };
    let palette = Palette::of(ui);
    let frame = egui::Frame::popup(ui.style()).fill(palette.panel).inner_margin(22).corner_radius(10);
    let response = Modal::new(Id::unique("sheet")).frame(frame).show(ui.ctx(), |ui| {
        let width = ui.ctx().content_rect().width();
        ui.set_max_width(if sheet == Sheet::Shortcuts { width - 76.0 } else { 460.0 });
        match sheet {
            Sheet::Shortcuts => shortcuts_ui(ui, commands),
            Sheet::About => about_ui(ui, commands),
            Sheet::ConfirmRemove => confirm_remove_ui(ui, state, commands),
            Sheet::ConfirmRestore => confirm_restore_ui(ui, state, commands),
        }
    });
    // Escape is a shortcut of its own, and closes this too.
    if response.backdrop_response.clicked() {
        commands.push(Command::Do(Action::Stop));
    }
}

fn close_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    if ui.button("Close").clicked() {
        commands.push(Command::Do(Action::Stop));
    }
}

/// The groups of the shortcuts, each from the action it begins with, in the order of [`Action::ALL`].
const GROUPS: [(&str, Action); 8] = [
    ("Add", Action::AddFiles),
    ("Go to", Action::ShowLibrary),
    ("Find", Action::Find),
    ("Move in the text", Action::NextChapter),
    ("Correct", Action::Split),
    ("Review", Action::Review),
    ("Mark and copy", Action::SelectMore),
    ("Topics, documents and window", Action::MineTopics),
];

fn shortcuts_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    widgets::heading(ui, "Keyboard shortcuts");
    ui.add_space(space::S);
    let screen = ui.ctx().content_rect();
    let height = (screen.height() - 190.0).max(120.0);
    // The groups that columns begin with.
    let columns: &[usize] = match screen.width() {
        1500.0.. => &[0, 4, 6],
        1160.0.. => &[0, 5],
        _ => &[0],
    };
    let n_columns = columns.len() as f32;
    let width = ((screen.width() - 96.0 - space::L * n_columns) / n_columns).min(COLUMN);
    let first = |group: usize| Action::ALL.iter().position(|action| *action == GROUPS[group].1).unwrap_or_default();
    let of = |group: usize| {
        let end = if group + 1 < GROUPS.len() { first(group + 1) } else { Action::ALL.len() };
        &Action::ALL[first(group)..end]
    };
    // As high as the window has room for: a scroll area asks for less by itself.
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for (at, first) in columns.iter().enumerate() {
                let end = columns.get(at + 1).copied().unwrap_or(GROUPS.len());
                ui.vertical(|ui| (*first..end).for_each(|group| group_ui(ui, width, GROUPS[group].0, of(group))));
                ui.add_space(space::L);
            }
        });
    });
    ui.add_space(space::M);
    close_ui(ui, commands);
}

/// The greatest width of a column of shortcuts.
const COLUMN: f32 = 780.0;

/// The widths of a key and of the name of what it does, each with the space after it.
const KEY: f32 = 104.0;
const NAME: f32 = 160.0;

/// Draws the shortcuts of a group under its name.
fn group_ui(ui: &mut Ui, width: f32, name: &str, actions: &[Action]) {
    let palette = Palette::of(ui);
    ui.set_width(width);
    ui.spacing_mut().item_spacing.y = 3.0;
    ui.label(RichText::new(name).size(size::BODY + 1.0).color(palette.strong));
    ui.add_space(1.0);
    for action in actions {
        let Some(shortcut) = action.shortcut() else { continue };
        let key = widgets::key_text(ui.ctx(), shortcut);
        let cells = [
            (0.0, widgets::one_line(ui, &key, size::SMALL, palette.accent, KEY - space::S)),
            (KEY, widgets::one_line(ui, action.label(), size::SMALL, palette.strong, NAME - space::S)),
            (KEY + NAME, widgets::lines(ui, action.hint(), size::SMALL, palette.muted, width - KEY - NAME, 3)),
        ];
        let height = cells.iter().map(|(_, cell)| cell.size().y).fold(17.0, f32::max);
        let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, action.hint()));
        for (left, cell) in cells {
            ui.painter().galley(rect.min + vec2(left, 0.0), cell, palette.ink);
        }
    }
    ui.add_space(space::M);
}

fn about_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    ui.horizontal(|ui| {
        widgets::mark(ui, 34.0, palette.accent);
        ui.vertical(|ui| {
            widgets::heading(ui, "Caesura");
            widgets::note(ui, format!("Version {}", env!("CAESURA_LONG_VERSION")));
        });
    });
    ui.add_space(space::M);
    let text = "Cuts long texts into titled chapters, finds the topics of a collection, and searches both. \
                Everything happens on this machine: nothing is sent anywhere.";
    ui.label(RichText::new(text).size(size::BODY).line_height(Some(22.0)));
    ui.add_space(space::S);
    widgets::note(ui, "Free software under the MIT licence or the Apache licence 2.0.");
    ui.add_space(space::M);
    close_ui(ui, commands);
}

fn confirm_remove_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let n = count(state.table.to_remove.len() as u64, "document");
    let title = format!("Remove {n} for good?");
    let text = "They are too large to be kept for an undo. The files they were read from stay.";
    question_ui(ui, &title, text, "Remove", "Keep them", commands);
}

fn confirm_restore_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let Some(from) = &state.to_restore else { return };
    let known = state.backups.iter().find(|backup| backup.path == *from);
    let which = known.map_or_else(|| from.display().to_string(), |backup| backup.made.clone());
    let title = "Go back to a backup?";
    let text = format!(
        "The open library becomes as it was: {which}. What it holds at this moment is backed up first, so that you can \
         come back to it."
    );
    question_ui(ui, title, &text, "Go back", "Stay as it is", commands);
}

/// Asks a question. The safe answer has the focus, so that Enter does no harm.
fn question_ui(ui: &mut Ui, title: &str, text: &str, yes: &str, no: &str, commands: &mut Vec<Command>) {
    widgets::heading(ui, title);
    ui.add_space(space::S);
    ui.label(text);
    ui.add_space(space::M);
    ui.horizontal(|ui| {
        if widgets::accent_button(ui, yes).clicked() {
            commands.push(Command::Do(Action::Confirm));
        }
        let keep = ui.add(Button::new(no));
        if ui.memory(|memory| memory.focused().is_none()) {
            keep.request_focus();
        }
        if keep.clicked() {
            commands.push(Command::Do(Action::Stop));
        }
    });
}
