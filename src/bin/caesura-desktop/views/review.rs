//! The review: one gap after the other, the least certain first, with the text to both sides of it.

use eframe::egui::{self, Frame, Margin, Panel, RichText, Role, Sense, Slider, Ui, WidgetInfo, vec2};

use caesura::corrections::{Question, Verdict};
use caesura::document::UnitIndex;

use super::reader::Column;
use super::{edit_bar, widgets};
use crate::command::{Action, Command};
use crate::format::count;
use crate::hand::{HandCommand, Review};
use crate::state::OpenDocument;
use crate::theme::{Palette, size, space};

/// Draws the review below the text, if it is open.
pub(crate) fn review_ui(ui: &mut Ui, open: &OpenDocument, text: &Column, commands: &mut Vec<Command>) {
    let Some(review) = &open.hand.review else { return };
    let palette = Palette::of(ui);
    let frame = Frame::new().fill(palette.panel).inner_margin(Margin::symmetric(16, 10));
    Panel::bottom("review").frame(frame).show(ui, |ui| match review.asked.get(review.at) {
        Some(question) => question_ui(ui, open, text, review, question, commands),
        None => done_ui(ui, review, commands),
    });
}

fn done_ui(ui: &mut Ui, review: &Review, commands: &mut Vec<Command>) {
    let (title, line) = if review.asked.is_empty() {
        ("Nothing to review", "Every boundary is certain already, or the engine gave no score.".to_owned())
    } else {
        ("All reviewed", format!("You looked at {}.", count(review.asked.len() as u64, "place")))
    };
    let palette = Palette::of(ui);
    ui.horizontal(|ui| {
        ui.label(RichText::new(title).size(size::BODY).color(palette.strong));
        widgets::note(ui, line);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            leave_button(ui, commands);
            edit_bar::small_button(ui, Action::Back, !review.asked.is_empty(), false, commands);
        });
    });
}

fn question_ui(
    ui: &mut Ui,
    open: &OpenDocument,
    text: &Column,
    review: &Review,
    question: &Question,
    commands: &mut Vec<Command>,
) {
    let palette = Palette::of(ui);
    ui.horizontal(|ui| {
        let title = format!("Review {} of {}", review.at + 1, review.asked.len());
        ui.label(RichText::new(title).size(size::BODY).color(palette.strong));
        widgets::note(ui, said_of(open, question));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            leave_button(ui, commands);
        });
    });
    sides_ui(ui, open, text, question.unit);
    ui.add_space(space::S);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().button_padding = vec2(7.0, 4.0);
        widgets::keyed_button(ui, Action::Back, Action::Back.label(), 0 < review.at, false, commands);
        widgets::keyed_button(ui, Action::Accept, Action::Accept.label(), true, true, commands);
        widgets::keyed_button(ui, Action::Reject, Action::Reject.label(), true, false, commands);
        widgets::keyed_button(ui, Action::MoveUp, "Earlier", true, false, commands);
        widgets::keyed_button(ui, Action::MoveDown, "Later", true, false, commands);
        widgets::keyed_button(ui, Action::Skip, Action::Skip.label(), true, false, commands);
        accept_all_ui(ui, review, commands);
    });
}

fn leave_button(ui: &mut Ui, commands: &mut Vec<Command>) {
    let button = egui::Button::new(RichText::new("Leave").size(size::SMALL));
    if ui.add(button).on_hover_text(widgets::hint_with_key(ui.ctx(), Action::Review)).clicked() {
        commands.push(Command::Do(Action::Review));
    }
}

/// Returns how sure it is what is there, and what a person has said of it.
fn said_of(open: &OpenDocument, question: &Question) -> String {
    let percent = question.certainty * 100.0;
    let what = if question.is_boundary { "a chapter starts here" } else { "no chapter starts here" };
    let judged = match open.hand.corrections().verdict(question.unit) {
        Some(Verdict::Set | Verdict::Certain) => " · you said: it does",
        Some(Verdict::Never) => " · you said: it does not",
        None => "",
    };
    format!("{percent:.0} % sure that {what}{judged}")
}

/// Draws the end of what is before the gap, and the beginning of what is after it unless the text shows that. It is always of
/// one height: the buttons below must not move from one question to the next.
fn sides_ui(ui: &mut Ui, open: &OpenDocument, text: &Column, unit: UnitIndex) {
    let palette = Palette::of(ui);
    let shows_after = text.shows_start(open, unit);
    let n_sides = if shows_after { 1.0 } else { 2.0 };
    let gap = space::L;
    let width = ((ui.available_width() - gap * (n_sides - 1.0)) / n_sides).max(80.0);
    // What fits its lines, as letters of this size go.
    let limit = (width / 7.2 * 0.9 * N_LINES as f32) as usize;
    let after = (!shows_after).then(|| ("After", after(open, unit, limit)));
    let sides = std::iter::once(("Before", before(open, unit, limit))).chain(after);
    ui.add_space(space::XS);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for (name, text) in sides {
            ui.vertical(|ui| {
                ui.set_width(width);
                widgets::note(ui, name);
                let galley = widgets::lines(ui, &text, size::BODY, palette.ink, width, N_LINES);
                let (rect, response) = ui.allocate_exact_size(vec2(width, LINES_HEIGHT), Sense::hover());
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
                ui.painter().galley(rect.min, galley, palette.ink);
            });
        }
    });
}

/// How many lines of each side are shown, and how high they are.
const N_LINES: usize = 2;
const LINES_HEIGHT: f32 = 35.0;

fn text_of(open: &OpenDocument, unit: usize) -> String {
    let shown = &open.units.units[unit];
    let text = shown.span.of(&open.text).split_whitespace().collect::<Vec<_>>().join(" ");
    shown.speaker.as_ref().map_or_else(|| text.clone(), |name| format!("{name}: {text}"))
}

/// Returns the end of what is before a unit: about `limit` characters, of as many units as that takes.
fn before(open: &OpenDocument, unit: UnitIndex, limit: usize) -> String {
    let mut text = String::new();
    for unit in (0..unit.index()).rev() {
        text = if text.is_empty() { text_of(open, unit) } else { format!("{} {text}", text_of(open, unit)) };
        if limit <= text.len() {
            break;
        }
    }
    tail(&text, limit)
}

/// Returns the beginning of what is after a gap: about `limit` characters, of as many units as that takes.
fn after(open: &OpenDocument, unit: UnitIndex, limit: usize) -> String {
    let mut text = String::new();
    for unit in unit.index()..open.units.len() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&text_of(open, unit));
        if limit <= text.len() {
            break;
        }
    }
    crate::format::opening(&text, limit)
}

/// Returns the end of a text: at most about `limit` characters, from the start of a word.
fn tail(text: &str, limit: usize) -> String {
    let n_chars = text.chars().count();
    if n_chars <= limit {
        return text.to_owned();
    }
    let kept: String = text.chars().skip(n_chars - limit).collect();
    let from = kept.find(' ').map_or(0, |space| space + 1);
    format!("…{}", &kept[from..])
}

fn accept_all_ui(ui: &mut Ui, review: &Review, commands: &mut Vec<Command>) {
    let rest = &review.asked[review.at.min(review.asked.len())..];
    let least = review.accept_above;
    let n = rest.iter().filter(|it| it.is_boundary && least <= it.certainty).count();
    ui.spacing_mut().slider_width = 80.0;
    let mut value = least;
    let slider = Slider::new(&mut value, 0.0..=1.0).step_by(0.05).show_value(false);
    let response = widgets::slider(ui, true, slider);
    response.widget_info(|| WidgetInfo::slider(true, f64::from(least), "Confidence to accept above"));
    if response.changed() {
        commands.push(Command::Hand(HandCommand::SetAcceptAbove(value)));
    }
    let label = format!("Accept all at least {:.0} % sure ({})", least * 100.0, count(n as u64, "boundary"));
    let button = egui::Button::new(RichText::new(label).size(size::SMALL));
    let hint = "Mark every boundary that is still to be reviewed and at least so likely as certain";
    if ui.add_enabled(n > 0, button).on_hover_text(hint).clicked() {
        commands.push(Command::Hand(HandCommand::AcceptAbove(least)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_text_begins_with_a_word() {
        assert_eq!(tail("a short text", 40), "a short text");
        assert_eq!(tail("one two three", 8), "…three");
        assert_eq!(tail("unbreakable", 4), "…able");
    }
}
