//! What an export needs to know, in a bar: nothing else waits for it.

use eframe::egui::{self, Frame, Key, Margin, Panel, RichText, Role, TextEdit, Ui, WidgetInfo};

use super::{Memory, settings, widgets};
use crate::command::{Action, Command};
use crate::dialogs::Question;
use crate::format::count;
use crate::state::State;
use crate::theme::{Palette, size};

/// A bar narrower than this has the folder in a line of its own.
const NARROW: f32 = 980.0;

/// Draws the bar of an export, if one is asked for.
pub(crate) fn export_ui(ui: &mut Ui, state: &State, memory: &mut Memory, commands: &mut Vec<Command>) {
    let Some(folder) = &state.export else { return };
    let palette = Palette::of(ui);
    let frame = Frame::new().fill(palette.panel).inner_margin(Margin::symmetric(16, 9));
    Panel::top("export").frame(frame).show(ui, |ui| {
        let is_narrow = ui.available_width() < NARROW;
        ui.horizontal(|ui| {
            what_ui(ui, state, commands);
            if !is_narrow {
                folder_ui(ui, state, folder, memory, commands);
            }
        });
        if is_narrow {
            ui.horizontal(|ui| folder_ui(ui, state, folder, memory, commands));
        }
    });
}

/// Draws what is exported, and as what.
fn what_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let n_documents = state.library.as_ref().map_or(0, |library| library.documents.len());
    let (is_chosen, n_exported) = (!state.acted_on().is_empty(), state.exported().len());
    let of_documents = count(n_exported as u64, "document");
    let what = match n_exported {
        0 => "Choose a document first: open one, or select some in the library.".to_owned(),
        1 if is_chosen => "Export the chapters of this document".to_owned(),
        _ if is_chosen => format!("Export the chapters of {of_documents}"),
        _ if n_exported == n_documents => format!("Export the chapters of the whole library, {of_documents}"),
        _ => format!("Export the chapters of what is shown, {of_documents}"),
    };
    ui.label(RichText::new(what).size(size::BODY).color(palette.strong));
    let mut chosen = state.settings.clone();
    settings::format_ui(ui, &mut chosen.export_format);
    if chosen.export_format != state.settings.export_format {
        commands.push(Command::Choose(Box::new(chosen)));
    }
}

/// Draws where it is exported to, and what begins or leaves it.
fn folder_ui(ui: &mut Ui, state: &State, folder: &str, memory: &mut Memory, commands: &mut Vec<Command>) {
    ui.label(RichText::new("to").color(Palette::of(ui).ink));
    // What is left beside the buttons after it.
    let width = (ui.available_width() - 250.0).clamp(150.0, 420.0);
    let mut typed = folder.to_owned();
    let field = TextEdit::singleline(&mut typed)
        .id(egui::Id::unique("export folder"))
        .desired_width(width)
        .margin(Margin::symmetric(8, 5));
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Folder to export to"));
    if memory.n_export_focus != state.n_export_focus {
        memory.n_export_focus = state.n_export_focus;
        response.request_focus();
    }
    if response.changed() {
        commands.push(Command::TypeExport(typed.clone()));
    }
    if ui.button("Choose…").on_hover_text("Choose the folder").clicked() {
        memory.questions.push(Question::ExportFolder);
    }
    let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let can = !state.exported().is_empty() && !typed.trim().is_empty();
    let pressed = ui.add_enabled(can, widgets::accent(ui, "Export"));
    if can && (is_entered || pressed.clicked()) {
        commands.push(Command::ExportTo(typed.trim().into()));
    }
    if ui.button("Close").clicked() {
        commands.push(Command::Do(Action::Stop));
    }
}
