//! The bars around the text: what can be done to the chapters above it, finding in it, and where one is below it.

use eframe::egui::{
    self, Button, Frame, Key, Margin, Panel, Popup, Response, RichText, Role, TextEdit, Ui, WidgetInfo,
};

use caesura::corrections::NoteColor;

use super::{tints, widgets};
use crate::command::{Action, Command};
use crate::format::{clock, opening, thousands, unit};
use crate::hand::HandCommand;
use crate::state::{OpenDocument, State};
use crate::theme::{Palette, size, space};

/// The part of the window narrower than this has fewer buttons: the others are in the menu beside them.
const NARROW: f32 = 560.0;

/// All that can be done to chapters and passages, in groups, as menus list it.
pub(crate) const GROUPS: [&[Action]; 4] = [
    &[Action::Split, Action::MergeWithPrevious, Action::MergeWithNext, Action::MoveUp, Action::MoveDown],
    &[Action::Rename, Action::LevelUp, Action::LevelDown, Action::Certain, Action::Lock],
    &[Action::Highlight, Action::AddNote, Action::RemoveNote],
    &[Action::CopyCitation, Action::CopyLink],
];

/// Draws what can be done to the chapters.
pub(crate) fn bar_ui(ui: &mut Ui, open: &OpenDocument, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let frame = Frame::new().fill(palette.paper).inner_margin(Margin::symmetric(12, 5));
    Panel::top("edit bar").frame(frame).show(ui, |ui| {
        let is_narrow = ui.available_width() < NARROW;
        ui.spacing_mut().button_padding = egui::vec2(7.0, 3.0);
        ui.spacing_mut().item_spacing.x = space::XS;
        ui.horizontal(|ui| {
            let history = &open.hand.kept.history;
            small_button(ui, Action::Undo, history.to_undo().is_some(), false, commands);
            small_button(ui, Action::Redo, history.to_redo().is_some(), false, commands);
            ui.add_space(space::S);
            small_button(ui, Action::Split, true, false, commands);
            small_button(ui, Action::MergeWithPrevious, true, false, commands);
            small_button(ui, Action::Rename, true, false, commands);
            if !is_narrow {
                let chapter = open.chapter_of(open.at()).map(|chapter| chapter.first_unit).unwrap_or_default();
                let corrections = open.hand.corrections();
                small_button(ui, Action::Certain, true, corrections.is_certain(chapter), commands);
                small_button(ui, Action::Lock, true, corrections.lock_of(chapter).is_some(), commands);
            }
            more_menu(ui, commands);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                small_button(ui, Action::Review, !open.scores.is_empty(), open.hand.review.is_some(), commands);
                if !is_narrow {
                    small_button(ui, Action::Compare, true, open.hand.comparison.is_some(), commands);
                }
            });
        });
    });
}

fn more_menu(ui: &mut Ui, commands: &mut Vec<Command>) {
    let more = widgets::drop_button(ui, "More", Palette::of(ui).ink);
    more.widget_info(|| WidgetInfo::labeled(Role::Button, true, "More"));
    Popup::menu(&more).show(|ui| {
        ui.set_min_width(230.0);
        menu_items(ui, commands);
        ui.separator();
        for action in [Action::FindHere, Action::ShowNotes, Action::Compare, Action::Review] {
            widgets::menu_item(ui, action, commands);
        }
    });
}

/// Draws all that can be done to chapters and passages as lines of a menu.
pub(crate) fn menu_items(ui: &mut Ui, commands: &mut Vec<Command>) {
    for (at, group) in GROUPS.iter().enumerate() {
        if at > 0 {
            ui.separator();
        }
        for action in *group {
            widgets::menu_item(ui, *action, commands);
            if *action == Action::Highlight {
                colors_ui(ui, commands);
            }
        }
    }
}

/// Draws the colours to highlight in, side by side.
fn colors_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    ui.horizontal(|ui| {
        ui.add_space(6.0);
        for color in NoteColor::ALL {
            let (rect, response) = ui.allocate_exact_size(egui::vec2(22.0, 22.0), egui::Sense::click());
            let label = format!("Highlight in {}", tints::name(color).to_lowercase());
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
            ui.painter().circle_filled(rect.center(), 7.0, tints::mark(ui, color));
            if response.hovered() || response.has_focus() {
                ui.painter().circle_stroke(rect.center(), 9.5, (1.5, palette.accent));
            }
            if response.on_hover_text(&label).clicked() {
                commands.push(Command::Hand(HandCommand::Highlight(color)));
                ui.close();
            }
        }
    });
}

/// Draws a small button of an action; one that is in force is drawn as chosen.
pub(crate) fn small_button(
    ui: &mut Ui,
    action: Action,
    is_enabled: bool,
    is_chosen: bool,
    commands: &mut Vec<Command>,
) -> Response {
    let text = RichText::new(action.label()).size(size::SMALL);
    let response = ui.add_enabled(is_enabled, Button::new(text).selected(is_chosen));
    let response = response.on_hover_text(widgets::hint_with_key(ui.ctx(), action));
    if response.clicked() {
        commands.push(Command::Do(action));
    }
    response
}

/// Draws the field that finds in the document, if it is open.
pub(crate) fn find_ui(ui: &mut Ui, state: &State, open: &OpenDocument, n_focus: &mut u64, commands: &mut Vec<Command>) {
    let Some(find) = &open.hand.find else { return };
    let palette = Palette::of(ui);
    let frame = Frame::new().fill(palette.panel).inner_margin(Margin::symmetric(12, 5));
    Panel::top("find bar").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            let mut typed = find.typed.clone();
            let width = (ui.available_width() - 190.0).clamp(90.0, 320.0);
            let field = TextEdit::singleline(&mut typed)
                .hint_text("Find in the document")
                .desired_width(width)
                .margin(Margin::symmetric(8, 4));
            let response = ui.add(field);
            response.widget_info(|| WidgetInfo::labeled(Role::SearchInput, true, "Find in the document"));
            if *n_focus != state.n_find_focus {
                *n_focus = state.n_find_focus;
                response.request_focus();
            }
            if response.changed() {
                commands.push(Command::Hand(HandCommand::TypeFind(typed)));
            }
            let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if is_entered {
                let is_back = ui.input(|input| input.modifiers.shift);
                commands.push(Command::Do(if is_back { Action::FindPrevious } else { Action::FindNext }));
                response.request_focus();
            }
            widgets::note(ui, find.said());
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.add(Button::new(RichText::new("Close").size(size::SMALL))).clicked() {
                    commands.push(Command::Do(Action::Stop));
                }
                widgets::arrow_button(ui, Action::FindNext, widgets::Pointing::Down, commands);
                widgets::arrow_button(ui, Action::FindPrevious, widgets::Pointing::Up, commands);
            });
        });
    });
}

/// Draws that only one speaker is shown, if that is so.
pub(crate) fn speaker_ui(ui: &mut Ui, open: &OpenDocument, commands: &mut Vec<Command>) {
    let Some(name) = &open.hand.only_speaker else { return };
    let palette = Palette::of(ui);
    let frame = Frame::new().fill(palette.panel).inner_margin(Margin::symmetric(12, 5));
    Panel::top("speaker bar").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            let said = format!("Only what {} says", opening(name, 30));
            ui.label(RichText::new(said).size(size::SMALL).color(palette.ink));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.add(Button::new(RichText::new("Show all").size(size::SMALL))).clicked() {
                    commands.push(Command::Hand(HandCommand::OnlySpeaker(None)));
                }
            });
        });
    });
}

/// Draws where one is in the document, and what was done last.
pub(crate) fn status_ui(ui: &mut Ui, open: &OpenDocument) {
    let palette = Palette::of(ui);
    let frame = Frame::new().fill(palette.paper).inner_margin(Margin::symmetric(12, 4));
    Panel::bottom("status").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            let share = if open.hand.said.is_empty() { 1.0 } else { 0.7 };
            let place = widgets::one_line(ui, &place(open), size::SMALL, palette.muted, share * ui.available_width());
            ui.label(place);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if !open.hand.said.is_empty() {
                    let text = RichText::new(&open.hand.said).size(size::SMALL).color(palette.ink);
                    ui.add(egui::Label::new(text).truncate());
                }
            });
        });
    });
}

/// Returns where one is, such as `Chapter 3 of 9 · paragraph 41 of 812 · 12:30`.
fn place(open: &OpenDocument) -> String {
    let at = open.at();
    let chapter = open.chapters.partition_point(|chapter| chapter.first_unit <= at).max(1);
    let mut parts = vec![
        format!("Chapter {} of {}", thousands(chapter as u64), thousands(open.chapters.len() as u64)),
        format!(
            "{} {} of {}",
            unit(open.units.kind),
            thousands(u64::from(at.0) + 1),
            thousands(open.units.len() as u64)
        ),
    ];
    parts.extend(open.units.units.get(at.index()).and_then(|unit| unit.time).map(|time| clock(time.start)));
    parts.join(" · ")
}
