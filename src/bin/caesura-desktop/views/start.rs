//! The start: what to do first, in a library that holds nothing yet.

use eframe::egui::{self, Margin, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo, vec2};

use super::{Memory, widgets};
use crate::command::{Action, Command};
use crate::state::State;
use crate::theme::{Palette, size, space};

/// What to do first, in order.
const STEPS: [(&str, &str); 3] = [
    ("Add texts", "Interviews, talks, terms, articles: each is cut into chapters with titles."),
    ("Look them over", "Read, move what was cut wrongly, tag what belongs together."),
    ("Find topics", "What the documents have in common, and every passage that bears it."),
];

/// How wide the buttons and the field under them are.
const WIDTH: f32 = 372.0;

/// Draws the start.
pub(crate) fn start_ui(ui: &mut Ui, state: &State, memory: &mut Memory, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.vertical_centered(|ui| {
            ui.set_max_width((ui.available_width() - 2.0 * space::XL).clamp(260.0, 520.0));
            ui.add_space((0.07 * ui.available_height()).max(space::M));
            widgets::mark(ui, 40.0, palette.accent);
            ui.add_space(space::S);
            let title = if state.library.is_some() { "Begin with a text" } else { "No library is open" };
            ui.label(RichText::new(title).size(size::TITLE).color(palette.strong));
            ui.add_space(space::XS);
            let line = if state.takes_drops {
                "Drop files or folders on this window, or"
            } else {
                "This desktop hands no dropped files to the window. Choose them, paste them, or type a path:"
            };
            ui.label(RichText::new(line).color(palette.muted));
            ui.add_space(space::M);
            buttons_ui(ui, commands);
            ui.add_space(space::S);
            path_ui(ui, state, memory, commands);
            ui.add_space(space::M);
            libraries_ui(ui, state, commands);
            ui.add_space(space::L);
            steps_ui(ui);
            ui.add_space(space::M);
        });
    });
}

fn buttons_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    // Laid out from the left in a column of their width, so that they stand in the middle.
    let width = WIDTH.min(ui.available_width());
    ui.allocate_ui_with_layout(vec2(width, 34.0), egui::Layout::left_to_right(egui::Align::Center), |ui| {
        ui.set_min_width(width);
        widgets::main_button(ui, Action::AddFiles, commands);
        widgets::action_button(ui, Action::AddFolder, commands);
        widgets::action_button(ui, Action::Paste, commands);
    });
}

fn path_ui(ui: &mut Ui, state: &State, memory: &mut Memory, commands: &mut Vec<Command>) {
    let mut path = state.path_typed.clone();
    let width = WIDTH.min(ui.available_width());
    let field = TextEdit::singleline(&mut path)
        .id(egui::Id::unique("start path"))
        .hint_text("or type the path of a file or folder, then press Enter")
        .desired_width(width)
        .margin(Margin::symmetric(8, 6));
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Path of a first text"));
    if memory.n_path_focus != state.n_path_focus {
        memory.n_path_focus = state.n_path_focus;
        response.request_focus();
    }
    if response.changed() {
        commands.push(Command::TypePath(path));
    }
    if response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
        commands.push(Command::Do(Action::AddTyped));
    }
}

fn steps_ui(ui: &mut Ui) {
    let palette = Palette::of(ui);
    for (number, (title, line)) in (1..).zip(STEPS) {
        ui.label(RichText::new(format!("{number}. {title}")).size(size::BODY + 1.0).color(palette.ink));
        ui.label(RichText::new(line).size(size::SMALL).color(palette.muted));
        ui.add_space(space::XS);
    }
}

fn libraries_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let is_sample = state.library.as_ref().is_some_and(|library| library.is_sample);
    if !is_sample {
        widgets::action_button(ui, Action::OpenSamples, commands);
        widgets::note(ui, "72 articles, an interview and terms of service, to try everything on");
    }
    let shown = state.library.as_ref().map(|library| &library.path);
    let mut others =
        state.settings.recent.iter().filter(|path| Some(*path) != shown && **path != state.places.samples).peekable();
    if others.peek().is_some() {
        ui.add_space(space::M);
        ui.label(RichText::new("Open again").color(palette.ink));
        for path in others.take(5) {
            let name = super::bars::name_of_library(state, path);
            if ui.link(name).on_hover_text(path.display().to_string()).clicked() {
                commands.push(Command::OpenLibrary(path.clone()));
            }
        }
    }
}
