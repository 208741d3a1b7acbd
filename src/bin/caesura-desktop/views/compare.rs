//! The comparison: the chapters of the open document and other ones side by side, with what differs marked.

use eframe::egui::{
    self, Button, CornerRadius, Popup, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2,
};

use caesura::document::UnitIndex;
use caesura::pipeline::Engine;

use super::widgets;
use crate::command::{Action, Command};
use crate::compare::{self, Line, Other, OtherSide, Start};
use crate::format::count;
use crate::hand::{Comparison, HandCommand};
use crate::state::{OpenDocument, State};
use crate::theme::{Palette, size, space};
use crate::worker;

const ROW_HEIGHT: f32 = 40.0;

/// The most other documents that can be chosen from a list.
const MAX_DOCUMENTS: usize = 200;

/// Draws the comparison in the place of the text. Returns whether there is one.
pub(crate) fn compare_ui(ui: &mut Ui, state: &State, open: &OpenDocument, commands: &mut Vec<Command>) -> bool {
    let Some(comparison) = &open.hand.comparison else { return false };
    let margin = egui::Margin { left: 20, right: 20, top: 14, bottom: 0 };
    egui::Frame::new().inner_margin(margin).show(ui, |ui| {
        head_ui(ui, state, open, comparison, commands);
        ui.add_space(space::S);
        match &comparison.other {
            None => {
                ui.spinner();
            }
            Some(other) if other.starts.is_empty() => {
                widgets::empty(ui, "Nothing to compare", &["The other side has no chapters."], |_| {});
            }
            Some(other) => lines_ui(ui, open, other, commands),
        }
    });
    true
}

fn head_ui(ui: &mut Ui, state: &State, open: &OpenDocument, comparison: &Comparison, commands: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        widgets::heading(ui, "Compare with");
        other_box(ui, state, open, comparison, commands);
        if let Other::Engine(engine) = &comparison.with
            && *engine != open.row.engine
        {
            let button = Button::new(RichText::new("Use this cut").size(size::SMALL));
            let hint = "Cut the document by what this engine said; what was done by hand stays";
            if ui.add(button).on_hover_text(hint).clicked() {
                commands.push(Command::Hand(HandCommand::CutBy(engine.clone())));
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let button = Button::new(RichText::new("Close").size(size::SMALL));
            if ui.add(button).on_hover_text(widgets::hint_with_key(ui.ctx(), Action::Compare)).clicked() {
                commands.push(Command::Do(Action::Compare));
            }
        });
    });
}

fn other_box(ui: &mut Ui, state: &State, open: &OpenDocument, comparison: &Comparison, commands: &mut Vec<Command>) {
    let name = match (&comparison.other, &comparison.with) {
        (Some(other), _) => other.name.clone(),
        (None, Other::AsWritten) => "As written".to_owned(),
        (None, Other::Engine(engine)) => format!("Found by {engine}"),
        (None, Other::Document(_)) => "Another document".to_owned(),
    };
    let shown = crate::format::opening(&name, 34);
    let button = widgets::drop_button(ui, &shown, Palette::of(ui).ink);
    button.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Compare with: {shown}")));
    Popup::menu(&button.on_hover_text("Choose what to compare with")).show(|ui| {
        ui.set_min_width(230.0);
        ScrollArea::vertical().max_height(420.0).show(ui, |ui| others_ui(ui, state, open, comparison, commands));
    });
}

/// Draws all that the chapters can be compared with, as lines of a menu.
fn others_ui(ui: &mut Ui, state: &State, open: &OpenDocument, comparison: &Comparison, commands: &mut Vec<Command>) {
    let mut choice = |ui: &mut Ui, label: String, with: Other| {
        if ui.selectable_label(comparison.with == with, label).clicked() {
            commands.push(Command::Hand(HandCommand::Compare(Some(with))));
            ui.close();
        }
    };
    if !open.as_written.is_empty() {
        choice(ui, "As written".to_owned(), Other::AsWritten);
    }
    for engine in &open.hand.engines {
        choice(ui, format!("Found by {engine}"), Other::Engine(engine.clone()));
    }
    ui.separator();
    for engine in Engine::ALL {
        let has_read = open.hand.engines.iter().any(|name| name == engine.name());
        if !has_read && ui.selectable_label(false, format!("Read again with {}", engine.name())).clicked() {
            commands.push(Command::Hand(HandCommand::ReadAgain(engine)));
            ui.close();
        }
    }
    ui.separator();
    let others = state.library.iter().flat_map(|library| &library.documents).filter(|row| row.id != open.row.id);
    for row in others.take(MAX_DOCUMENTS) {
        let with = Other::Document(row.id);
        if ui.selectable_label(comparison.with == with, crate::format::opening(&row.title, 50)).clicked() {
            commands.push(Command::Hand(HandCommand::Compare(Some(with))));
            ui.close();
        }
    }
}

fn lines_ui(ui: &mut Ui, open: &OpenDocument, other: &OtherSide, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let is_other_document = matches!(other.of, Other::Document(_));
    let mine = my_starts(open, is_other_document);
    let lines = compare::lines(&mine, &other.starts, if is_other_document { 0.01 } else { 0.0 });
    let (both, left, right) = compare::counts(&lines);
    let there = match &other.of {
        Other::AsWritten => "as written".to_owned(),
        Other::Engine(engine) => format!("by {engine}"),
        Other::Document(_) => "in the other".to_owned(),
    };
    let both = count(both as u64, "boundary");
    widgets::note(ui, format!("{both} in both · {left} only in this cut · {right} only {there}"));
    ui.add_space(space::XS);
    let whole = ui.available_width();
    let width = (whole - space::L) / 2.0;
    let numbers = width_of_numbers(ui, &mine, &other.starts);
    ui.horizontal(|ui| {
        let names = [("This document, as it is cut", "As it is cut"), (&other.name, &other.name)];
        for (name, shown) in names {
            let left = TITLE_LEFT + numbers;
            let galley = widgets::one_line(ui, shown, size::SMALL, palette.muted, width - left);
            let (rect, response) = ui.allocate_exact_size(vec2(width, 18.0), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
            let head = if open.row.has_times { "At" } else { "No." };
            let head = widgets::one_line(ui, head, size::SMALL, palette.muted, numbers);
            widgets::paint_line(ui, rect.left_center() + vec2(10.0 + numbers - head.size().x, 0.0), head);
            widgets::paint_line(ui, rect.left_center() + vec2(left, 0.0), galley);
            ui.add_space(space::L - ui.spacing().item_spacing.x);
        }
    });
    ui.spacing_mut().item_spacing.y = 2.0;
    ScrollArea::vertical().auto_shrink([false, false]).id_salt("compared").show_rows(
        ui,
        ROW_HEIGHT,
        lines.len(),
        |ui, shown| {
            for line in &lines[shown] {
                line_ui(ui, (whole, numbers), open, &mine, other, line, commands);
            }
        },
    );
}

/// Where titles begin, without the width of the numbers before them.
const TITLE_LEFT: f32 = 20.0;

/// Returns how wide the widest is of what says where chapters start.
fn width_of_numbers(ui: &Ui, mine: &[Start], theirs: &[Start]) -> f32 {
    let longest = mine.iter().chain(theirs).map(|start| start.said.as_str()).max_by_key(|said| said.len());
    let color = Palette::of(ui).muted;
    let galley = widgets::one_line(ui, longest.unwrap_or_default(), size::SMALL, color, 80.0);
    // At least as wide as its head.
    galley.size().x.max(22.0)
}

/// Returns where the chapters of the open document start, as they are compared.
fn my_starts(open: &OpenDocument, is_other_document: bool) -> Vec<Start> {
    let place = |chapter: &caesura::document::Chapter| match (chapter.time, open.row.duration) {
        _ if !is_other_document => f64::from(chapter.first_unit.0),
        (Some(time), Some(duration)) => time.start.as_secs() / duration.as_secs().max(0.001),
        _ => f64::from(chapter.span.start.0) / (open.text.len() as f64).max(1.0),
    };
    open.chapters.iter().map(|chapter| worker::start(chapter, place(chapter))).collect()
}

fn line_ui(
    ui: &mut Ui,
    (width, numbers): (f32, f32),
    open: &OpenDocument,
    mine: &[Start],
    other: &OtherSide,
    line: &Line,
    commands: &mut Vec<Command>,
) {
    let palette = Palette::of(ui);
    let (left, right) = match *line {
        Line::Both(l, r) => (Some(&mine[l]), Some(&other.starts[r])),
        Line::Left(l) => (Some(&mine[l]), None),
        Line::Right(r) => (None, Some(&other.starts[r])),
    };
    let differs = left.is_none() || right.is_none();
    let (rect, response) = ui.allocate_exact_size(vec2(width, ROW_HEIGHT), Sense::click());
    let label = match (left, right) {
        (Some(left), Some(_)) => format!("Both: {}", left.title),
        (Some(left), None) => format!("Only here: {}", left.title),
        (None, Some(right)) => format!("Only there: {}", right.title),
        (None, None) => String::new(),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(6), palette.hovered);
    }
    let width = (rect.width() - space::L) / 2.0;
    for (at, side) in [left, right].into_iter().enumerate() {
        let cell = Rect::from_min_size(
            pos2(rect.left() + at as f32 * (width + space::L), rect.top()),
            vec2(width, rect.height()),
        );
        side_ui(ui, cell, numbers, side, differs);
    }
    let unit = match (left, right, &other.of) {
        (Some(left), ..) => Some(left.unit),
        (None, Some(right), of) if !matches!(of, Other::Document(_)) => Some(right.unit),
        _ => None,
    };
    let response = response.on_hover_text(label);
    if response.clicked()
        && let Some(unit) = unit.filter(|unit| (*unit as usize) < open.units.len())
    {
        commands.push(Command::Hand(HandCommand::Compare(None)));
        commands.push(Command::GoTo(UnitIndex(unit)));
    }
}

fn side_ui(ui: &Ui, cell: Rect, numbers: f32, side: Option<&Start>, differs: bool) {
    let palette = Palette::of(ui);
    let title_left = TITLE_LEFT + numbers;
    let Some(start) = side else {
        let from = cell.left_center() + vec2(title_left, 0.0);
        ui.painter().line_segment([from, from + vec2(10.0, 0.0)], (1.0, palette.bar));
        return;
    };
    if differs {
        ui.painter().rect_filled(cell.shrink2(vec2(0.0, 2.0)), CornerRadius::same(6), palette.differs);
        let mark = Rect::from_min_size(pos2(cell.left(), cell.top() + 8.0), vec2(3.0, cell.height() - 16.0));
        ui.painter().rect_filled(mark, CornerRadius::same(2), palette.doubt);
    }
    let said = widgets::one_line(ui, &start.said, size::SMALL, palette.muted, numbers + 1.0);
    widgets::paint_line(ui, cell.left_center() + vec2(10.0 + numbers - said.size().x, 0.0), said);
    let color = if differs { palette.strong } else { palette.ink };
    let title = widgets::one_line(ui, &start.title, size::BODY, color, cell.width() - title_left - 6.0);
    widgets::paint_line(ui, cell.left_center() + vec2(title_left, 0.0), title);
}
