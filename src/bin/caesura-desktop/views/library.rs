//! The documents of the library, and the ways to add more.

use eframe::egui::{self, Frame, Margin, Panel, Role, ScrollArea, TextEdit, Ui, WidgetInfo, pos2, vec2};

use caesura::document::{Format, Millis};
use caesura::store::DocumentRow;

use super::{Memory, widgets};
use crate::command::{Action, Command};
use crate::format::{clock, count, unit};
use crate::state::State;
use crate::theme::{Palette, size, space};

/// The least width of the list with its margins: what the buttons under it need.
pub(crate) const MIN_WIDTH: f32 = 230.0;

const ROW_HEIGHT: f32 = 50.0;

/// The space between rows.
const ROW_SPACE: f32 = 2.0;

/// Draws the list of documents.
pub(crate) fn library_ui(ui: &mut Ui, state: &State, memory: &mut Memory, commands: &mut Vec<Command>) {
    Panel::bottom("add")
        .show_separator_line(false)
        .frame(Frame::new().inner_margin(Margin { left: 0, right: 0, top: 8, bottom: 12 }))
        .show(ui, |ui| add_ui(ui, state, memory, commands));
    let Some(library) = &state.library else {
        widgets::note(ui, if state.is_without_library { "No library is open." } else { "Opening the library…" });
        return;
    };
    if library.is_sample {
        hint_ui(ui);
    }
    if library.documents.is_empty() {
        if state.jobs.is_empty() {
            widgets::heading(ui, "An empty library");
            widgets::note(ui, "Drop files or folders on this window, press the button below, or type a path.");
        }
        return;
    }
    if let Some(filter) = widgets::filter_field(ui, &state.filter, "Filter by title or file") {
        commands.push(Command::FilterDocuments(filter));
    }
    ui.add_space(space::XS);
    let rows: Vec<&DocumentRow> = state.documents_shown().collect();
    let n_documents = library.documents.len() as u64;
    let counted = if rows.len() as u64 == n_documents {
        count(n_documents, "document")
    } else {
        format!("{} of {}", rows.len(), count(n_documents, "document"))
    };
    widgets::note(ui, counted);
    ui.spacing_mut().item_spacing.y = ROW_SPACE;
    let chosen = state.opening.or(state.open.as_ref().map(|open| open.row.id));
    let mut area = ScrollArea::vertical().auto_shrink([false, false]);
    let at = chosen.and_then(|id| rows.iter().position(|row| row.id == id));
    if let Some(offset) = memory.documents.follow((chosen, rows.len()), at.unwrap_or(0), ROW_HEIGHT + ROW_SPACE) {
        area = area.vertical_scroll_offset(offset);
    }
    let output = area.show_rows(ui, ROW_HEIGHT, rows.len(), |ui, shown| {
        for row in &rows[shown] {
            // The open document may be cut otherwise than it was kept.
            let open = state.open.as_ref().filter(|open| open.row.id == row.id);
            let n_chapters = open.map_or(row.n_chapters, |open| open.chapters.len() as u32);
            if document_ui(ui, row, n_chapters, chosen == Some(row.id)) {
                commands.push(Command::OpenDocument(row.id));
            }
        }
    });
    memory.documents.was(output.state.clamped_offset().y, output.inner_rect.height());
}

/// Says what to do first, as long as the samples are shown.
fn hint_ui(ui: &mut Ui) {
    let palette = Palette::of(ui);
    Frame::new().fill(palette.chosen).corner_radius(6).inner_margin(Margin::symmetric(10, 8)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(egui::RichText::new("These are samples").color(palette.strong));
        let text = "Drop your own files on this window, or press “Add files…”: they go into a library of your own.";
        ui.label(egui::RichText::new(text).size(size::SMALL).color(palette.ink));
    });
    ui.add_space(space::S);
}

/// Draws one document; returns whether it was chosen.
fn document_ui(ui: &mut Ui, row: &DocumentRow, n_chapters: u32, is_chosen: bool) -> bool {
    let palette = Palette::of(ui);
    let (rect, response) = widgets::list_row(ui, ROW_HEIGHT, is_chosen, &row.title);
    let title = widgets::one_line(ui, &row.title, size::BODY, palette.ink, rect.width());
    let is_cut = title.elided;
    widgets::paint_line(ui, pos2(rect.left(), rect.top() + 17.0), title);
    let said = facts_of(row, n_chapters);
    let facts = widgets::facts(ui, &said.each_ref().map(String::as_str), &[2], palette.muted, rect.width());
    widgets::paint_line(ui, pos2(rect.left(), rect.top() + 35.0), facts);
    // Many files have the same title, such as “Terms of Service”.
    let file = &row.source_name;
    let said = if is_cut { format!("{}\n{file}", row.title) } else { file.clone() };
    response.on_hover_text(said).clicked()
}

/// Returns the facts about a document in one line, such as `9 chapters · 52:10 · WebVTT`.
pub(crate) fn facts(row: &DocumentRow, n_chapters: u32) -> String {
    facts_of(row, n_chapters).join(" · ")
}

fn facts_of(row: &DocumentRow, n_chapters: u32) -> [String; 3] {
    let size = match row.duration {
        Some(duration) if Millis(0) < duration => clock(duration),
        _ => count(u64::from(row.n_units), unit(row.unit_kind)),
    };
    let format = match row.format {
        Format::PlainText => "Text",
        format => format.label(),
    };
    [count(u64::from(n_chapters), "chapter"), size, format.to_owned()]
}

fn add_ui(ui: &mut Ui, state: &State, memory: &mut Memory, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().button_padding.x = 7.0;
        widgets::main_button(ui, Action::AddFiles, commands);
        widgets::action_button(ui, Action::AddFolder, commands);
    });
    ui.add_space(space::XS);
    ui.horizontal(|ui| {
        let mut path = state.path_typed.clone();
        let width = ui.available_width() - 62.0;
        let field = TextEdit::singleline(&mut path)
            .hint_text("or type a path")
            .desired_width(width)
            .margin(Margin::symmetric(8, 6));
        let response = ui.add(field).on_hover_text(widgets::hint_with_key(ui.ctx(), Action::TypePath));
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Path to add"));
        if memory.n_path_focus != state.n_path_focus {
            memory.n_path_focus = state.n_path_focus;
            response.request_focus();
        }
        if response.changed() {
            commands.push(Command::TypePath(path));
        }
        let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let is_pressed = ui.add(egui::Button::new(Action::AddTyped.label()).min_size(vec2(50.0, 0.0))).clicked();
        if is_entered || is_pressed {
            commands.push(Command::Do(Action::AddTyped));
        }
    });
}
