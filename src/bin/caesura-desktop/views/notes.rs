//! The notes of the open document: a list by place, and the one that is open to be changed.

use eframe::egui::{
    self, Button, CornerRadius, Frame, Margin, Rect, RichText, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, vec2,
};

use caesura::corrections::{Note, NoteColor, NoteId};

use super::{tints, widgets};
use crate::command::{Action, Command};
use crate::format::{clock, opening};
use crate::hand::{HandCommand, Noting};
use crate::state::{OpenDocument, State};
use crate::theme::{Palette, size, space};

/// Draws the list of notes, and the one that is open above it.
pub(crate) fn notes_ui(
    ui: &mut Ui,
    state: &State,
    open: &OpenDocument,
    n_focus: &mut u64,
    commands: &mut Vec<Command>,
) {
    if let Some(noting) = &open.hand.noting {
        editor_ui(ui, state, open, noting, n_focus, commands);
        ui.add_space(space::S);
    }
    if open.hand.notes.is_empty() {
        ui.add_space(space::M);
        let text = "Select some text, or choose a passage, and press H to highlight it or N to write a note on it.";
        let palette = Palette::of(ui);
        ui.label(RichText::new(text).size(size::BODY).color(palette.muted).line_height(Some(22.0)));
        return;
    }
    ScrollArea::vertical().auto_shrink([false, false]).id_salt("notes").show(ui, |ui| {
        for (id, note) in &open.hand.notes {
            ui.push_id(id.0, |ui| note_ui(ui, open, *id, note, commands));
        }
        ui.add_space(space::L);
    });
}

fn note_ui(ui: &mut Ui, open: &OpenDocument, id: NoteId, note: &Note, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let width = (ui.available_width() - 26.0).max(60.0);
    let marked = opening(note.span.of(&open.text), 160);
    let quoted = widgets::lines(ui, &format!("“{marked}”"), size::BODY, palette.ink, width, 2);
    let text = (!note.text.is_empty()).then(|| widgets::lines(ui, &note.text, size::BODY, palette.strong, width, 4));
    let unit = &open.units.units[open.unit_of(note.span).index()];
    let place = unit.time.map(|time| clock(time.start)).into_iter();
    let facts: Vec<String> = place.chain(note.tags.iter().map(|tag| format!("#{tag}"))).collect();
    let facts =
        (!facts.is_empty()).then(|| widgets::one_line(ui, &facts.join("  "), size::SMALL, palette.muted, width));
    let galleys: Vec<_> = [Some(quoted), text, facts].into_iter().flatten().collect();
    let height = galleys.iter().map(|galley| galley.size().y + 3.0).sum::<f32>() + 13.0;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Note on {marked}")));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(6), palette.hovered);
    }
    let swatch = Rect::from_min_size(rect.min + vec2(5.0, 8.0), vec2(6.0, rect.height() - 16.0));
    ui.painter().rect_filled(swatch, CornerRadius::same(3), tints::mark(ui, note.color));
    let mut pen = rect.min + vec2(20.0, 8.0);
    for galley in galleys {
        let height = galley.size().y;
        ui.painter().galley(pen, galley, palette.ink);
        pen.y += height + 3.0;
    }
    if response.clicked() {
        commands.push(Command::GoTo(open.unit_of(note.span)));
        commands.push(Command::Hand(HandCommand::OpenNote(Some(id))));
    }
}

fn editor_ui(
    ui: &mut Ui,
    state: &State,
    open: &OpenDocument,
    noting: &Noting,
    n_focus: &mut u64,
    commands: &mut Vec<Command>,
) {
    let palette = Palette::of(ui);
    let Some(note) = open.hand.corrections().note(noting.id) else { return };
    let frame = Frame::new().fill(palette.paper).corner_radius(8).inner_margin(Margin::same(10));
    frame.show(ui, |ui| {
        widgets::note(ui, format!("“{}”", opening(note.span.of(&open.text), 90)));
        colors_ui(ui, note.color, commands);
        widgets::caption(ui, "Note");
        let mut text = noting.text.clone();
        let field =
            TextEdit::multiline(&mut text).desired_rows(3).desired_width(f32::INFINITY).margin(Margin::symmetric(8, 6));
        let response = ui.add(field);
        response.widget_info(|| WidgetInfo::labeled(Role::MultilineTextInput, true, "Note"));
        if *n_focus != state.n_note_focus {
            *n_focus = state.n_note_focus;
            response.request_focus();
        }
        if response.changed() {
            commands.push(Command::Hand(HandCommand::TypeNote(text)));
        }
        widgets::caption(ui, "Tags, parted by commas");
        let mut tags = noting.tags.clone();
        let field = TextEdit::singleline(&mut tags).desired_width(f32::INFINITY).margin(Margin::symmetric(8, 6));
        let response = ui.add(field);
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Tags"));
        if response.changed() {
            commands.push(Command::Hand(HandCommand::TypeTags(tags)));
        }
        ui.add_space(space::XS);
        ui.horizontal(|ui| {
            if ui.add(widgets::small_accent(ui, "Done")).clicked() {
                commands.push(Command::Hand(HandCommand::OpenNote(None)));
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let text = RichText::new(Action::RemoveNote.label()).size(size::SMALL).color(palette.muted);
                let remove = ui.add(Button::new(text).frame_when_inactive(false));
                if remove.on_hover_text(widgets::hint_with_key(ui.ctx(), Action::RemoveNote)).clicked() {
                    commands.push(Command::Do(Action::RemoveNote));
                }
            });
        });
    });
}

fn colors_ui(ui: &mut Ui, chosen: NoteColor, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    ui.horizontal(|ui| {
        for color in NoteColor::ALL {
            let (rect, response) = ui.allocate_exact_size(vec2(22.0, 22.0), Sense::click());
            let is_chosen = color == chosen;
            response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, tints::name(color)));
            ui.painter().circle_filled(rect.center(), 7.0, tints::mark(ui, color));
            if is_chosen || response.has_focus() {
                let ring = if is_chosen { palette.strong } else { palette.accent };
                ui.painter().circle_stroke(rect.center(), 9.5, (1.5, ring));
            }
            if response.on_hover_text(tints::name(color)).clicked() {
                commands.push(Command::Hand(HandCommand::ColorNote(color)));
            }
        }
    });
}
