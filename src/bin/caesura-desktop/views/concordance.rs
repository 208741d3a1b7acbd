//! Every place of a word, a line each: what stands before it, the word, what stands after it.

use eframe::egui::{self, Color32, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use caesura::concordance::Key;
use caesura::search::Occurrence;

use super::widgets;
use crate::command::Command;
use crate::concordance::{ConcordanceShown, PlacesCommand, PlacesView};
use crate::format::{clock, count, thousands};
use crate::scout::MAX_LINES;
use crate::state::State;
use crate::theme::{Palette, size, space};

const ROW: f32 = 25.0;

/// Draws the concordance.
pub(crate) fn concordance_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let shown = &state.search.concordance;
    if !shown.is_running() && shown.counted.is_none() {
        let lines = [
            "Type a word, a phrase, or part of a word with a star: every place it stands in is listed with what stands around it.",
        ];
        widgets::empty(ui, "Every place of a word", &lines, |_| {});
        return;
    }
    counts_ui(ui, state, shown, commands);
    if shown.n_occurrences() == 0 {
        if !shown.is_running() {
            let what = what(state, shown);
            let line = format!(
                "{what} stands nowhere in what was looked at. It is taken letter by letter: boat* also finds boats."
            );
            widgets::empty(ui, "No place", &[&line], |_| {});
        }
        return;
    }
    match shown.view {
        PlacesView::Lines => lines_ui(ui, shown, commands),
        PlacesView::Documents => documents_ui(ui, shown, commands),
        PlacesView::Forms => forms_ui(ui, shown),
    }
}

/// Returns what is looked for.
fn what(state: &State, shown: &ConcordanceShown) -> String {
    match shown.topic.and_then(|id| state.topic(id)) {
        Some(topic) => format!("A word of the topic “{}”", topic.label),
        None => format!("“{}”", state.search.typed.trim()),
    }
}

/// Draws how many places there are, and what is shown of them.
fn counts_ui(ui: &mut Ui, state: &State, shown: &ConcordanceShown, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        for (view, label) in
            [(PlacesView::Lines, "Lines"), (PlacesView::Documents, "By document"), (PlacesView::Forms, "By form")]
        {
            if widgets::radio(ui, shown.view == view, label).clicked() {
                commands.push(Command::Places(PlacesCommand::Show(view)));
            }
        }
        ui.add_space(space::M);
        let n = shown.n_occurrences();
        let mut said = format!("{} in {}", count(n, "place"), count(shown.documents.len() as u64, "document"));
        if (MAX_LINES as u64) < n {
            said.push_str(&format!("; the first {} are shown", thousands(MAX_LINES as u64)));
        }
        if let Some(topic) = shown.topic.and_then(|id| state.topic(id)) {
            said.push_str(&format!(" · words of “{}”", topic.label));
        }
        if let Some(path) = &shown.saved_to {
            said = format!("Saved to {}", path.display());
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let save = ui.add(egui::Button::new(RichText::new("Save as CSV").size(size::SMALL)));
            if save.on_hover_text("Save what is shown as a table").clicked() {
                commands.push(Command::Places(PlacesCommand::SaveAs));
            }
            if shown.is_running() {
                ui.spinner();
                if let Some((done, total)) = shown.progress {
                    widgets::note(ui, format!("{} of {} documents", thousands(done as u64), thousands(total as u64)));
                }
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let palette = Palette::of(ui);
                let text = RichText::new(said).size(size::SMALL).color(palette.muted);
                ui.add(egui::Label::new(text).truncate());
            });
        });
    });
    ui.add_space(space::XS);
}

/// Where the parts of a line stand.
struct Shape {
    /// The middle of the hits.
    middle: f32,
    /// Where the right context ends and the document begins.
    document: f32,
    right: f32,
}

impl Shape {
    fn of(left: f32, width: f32) -> Self {
        let document = (0.2 * width).clamp(90.0, 260.0);
        let lines = width - document;
        Self { middle: left + lines / 2.0, document: left + lines + 12.0, right: left + width - 4.0 }
    }
}

fn lines_ui(ui: &mut Ui, shown: &ConcordanceShown, commands: &mut Vec<Command>) {
    sort_ui(ui, shown, commands);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, ROW, shown.n_lines(), |ui, rows| {
        for at in rows {
            if let Some(found) = shown.line(at)
                && line_ui(ui, shown, found, at)
            {
                commands.push(Command::Places(PlacesCommand::Open(at)));
            }
        }
    });
}

/// Draws the keys that lines can be sorted by, over the words they stand for.
fn sort_ui(ui: &mut Ui, shown: &ConcordanceShown, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        widgets::note(ui, "Sort by");
        if ui.selectable_label(shown.keys.is_empty(), "Place").on_hover_text("By document and place").clicked() {
            commands.push(Command::Places(PlacesCommand::InOrder));
        }
        for key in Key::ALL {
            let rank = shown.keys.iter().position(|chosen| *chosen == key);
            let text = match rank {
                Some(rank) if 1 < shown.keys.len() => format!("{} ({})", key.name(), rank + 1),
                _ => key.name().to_owned(),
            };
            let response = ui.selectable_label(rank.is_some(), text);
            let named = sort_name(key);
            response
                .widget_info(|| WidgetInfo::selected(Role::Button, true, rank.is_some(), format!("Sort by {named}")));
            if response
                .on_hover_text(format!("Sort by {named}; where that is equal, by what was chosen before"))
                .clicked()
            {
                commands.push(Command::Places(PlacesCommand::SortBy(key)));
            }
        }
        if let Some(only) = shown.only {
            ui.add_space(space::M);
            let title = crate::format::opening(shown.title(only), 30);
            if ui.button(format!("Only “{title}”: show all")).on_hover_text("Show the lines of all documents").clicked()
            {
                commands.push(Command::Places(PlacesCommand::OnlyDocument(None)));
            }
        }
    });
    ui.add_space(space::XS);
}

/// Returns what a key sorts by, in words.
fn sort_name(key: Key) -> &'static str {
    match key {
        Key::Left(1) => "the first word to the left",
        Key::Left(2) => "the second word to the left",
        Key::Left(_) => "the third word to the left",
        Key::Hit => "the word itself",
        Key::Right(1) => "the first word to the right",
        Key::Right(2) => "the second word to the right",
        Key::Right(_) => "the third word to the right",
    }
}

fn line_ui(ui: &mut Ui, shown: &ConcordanceShown, found: &Occurrence, at: usize) -> bool {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let line = &found.line;
    let title = shown.title(found.document);
    response.widget_info(|| {
        let said = format!("{} {} {}, in {title}", line.left, line.hit, line.right);
        WidgetInfo::selected(Role::Button, true, shown.at == Some(at), said)
    });
    if shown.at == Some(at) {
        ui.painter().rect_filled(rect, 4, palette.chosen);
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 4, palette.hovered);
    }
    let shape = Shape::of(rect.left(), rect.width());
    let middle = rect.center().y;
    let hit = widgets::one_line(ui, &line.hit, size::BODY, palette.accent, 0.3 * rect.width());
    let (hit_left, hit_right) = (shape.middle - hit.size().x / 2.0, shape.middle + hit.size().x / 2.0);
    let space = if line.left.ends_with(opens) { TIGHT } else { SPACE };
    let before = ending(ui, &line.left, palette.ink, hit_left - space - 4.0 - rect.left());
    widgets::paint_line(ui, pos2(hit_left - space - before.size().x, middle), before);
    widgets::paint_line(ui, pos2(hit_left, middle), hit);
    let space = if line.right.starts_with(closes) { TIGHT } else { SPACE };
    let after = widgets::one_line(ui, &line.right, size::BODY, palette.ink, shape.document - hit_right - 20.0);
    widgets::paint_line(ui, pos2(hit_right + space, middle), after);
    let place = match found.time {
        Some(time) => format!("{} · {title}", clock(time)),
        None => title.to_owned(),
    };
    let place = widgets::one_line(ui, &place, size::SMALL, palette.muted, shape.right - shape.document);
    widgets::paint_line(ui, pos2(shape.document, middle), place);
    response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}

/// The space between a hit and the words beside it, and between it and a sign that belongs to it.
const SPACE: f32 = 7.0;
const TIGHT: f32 = 1.0;

/// Returns whether a sign stands close before a word.
fn opens(sign: char) -> bool {
    "([{“‘«¿¡-–/".contains(sign)
}

/// Returns whether a sign stands close after a word.
fn closes(sign: char) -> bool {
    ".,;:!?)]}”’»…-/".contains(sign)
}

/// Lays out as much of the end of `text` as is `width` wide, from the start of a word on.
fn ending(ui: &Ui, text: &str, color: Color32, width: f32) -> std::sync::Arc<egui::Galley> {
    let font = crate::theme::font(size::BODY);
    let whole = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), color);
    if whole.size().x <= width {
        return whole;
    }
    // Letters are about as wide on average, so this is nearly what fits; the ellipsis needs some of it.
    let share = 1.0 - (width - 14.0).max(0.0) / whole.size().x;
    let from = text.ceil_char_boundary((text.len() as f32 * share) as usize);
    let from = text[from..].find(' ').map_or(from, |space| from + space + 1);
    // Narrow letters at the front make the guess too long: words go until it fits.
    let mut from = from;
    loop {
        let part = ui.painter().layout_no_wrap(format!("…{}", &text[from..]), font.clone(), color);
        match text[from..].find(' ') {
            Some(space) if width < part.size().x => from += space + 1,
            _ => return part,
        }
    }
}

/// Draws how many places each document has, most first; pressing one shows its lines.
fn documents_ui(ui: &mut Ui, shown: &ConcordanceShown, commands: &mut Vec<Command>) {
    let mut documents: Vec<usize> = (0..shown.documents.len()).collect();
    documents.sort_by_key(|at| std::cmp::Reverse(shown.documents[*at].2));
    let most = documents.first().map_or(1, |at| shown.documents[*at].2);
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, ROW + 3.0, documents.len(), |ui, rows| {
        for row in rows {
            let (id, title, n) = &shown.documents[documents[row]];
            let label = format!("{title}: {}", count(*n, "place"));
            if count_row(ui, title, *n, most, &label).on_hover_text("Show its lines").clicked() {
                commands.push(Command::Places(PlacesCommand::OnlyDocument(Some(*id))));
            }
        }
    });
}

/// Draws how often each form occurs, most often first.
fn forms_ui(ui: &mut Ui, shown: &ConcordanceShown) {
    let forms = shown.counted.as_ref().map_or(&[][..], |counted| &counted.forms);
    let most = forms.first().map_or(1, |(_, n)| *n);
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, ROW + 3.0, forms.len(), |ui, rows| {
        for (form, n) in &forms[rows] {
            count_row(ui, form, *n, most, &format!("{form}: {}", count(*n, "place")));
        }
    });
}

fn count_row(ui: &mut Ui, name: &str, n: u64, most: u64, label: &str) -> egui::Response {
    let palette = Palette::of(ui);
    let (rect, response) = widgets::list_row(ui, ROW, false, label);
    let width = (0.5 * rect.width()).min(420.0);
    let name = widgets::one_line(ui, name, size::BODY, palette.ink, width - 12.0);
    widgets::paint_line(ui, pos2(rect.left(), rect.center().y), name);
    let number = widgets::one_line(ui, &thousands(n), size::SMALL, palette.muted, 70.0);
    let number_left = rect.left() + width + 58.0 - number.size().x;
    widgets::paint_line(ui, pos2(number_left, rect.center().y), number);
    let bar = vec2((rect.width() - width - 80.0).clamp(10.0, 320.0), 5.0);
    let share = n as f32 / most.max(1) as f32;
    widgets::score_bar(ui, pos2(rect.left() + width + 72.0, rect.center().y), bar, share, palette.accent);
    response
}
