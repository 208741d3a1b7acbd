//! The search: what is typed, and the chapters that hold it, best first.

use eframe::egui::text::{LayoutJob, TextFormat, TextWrapping};
use eframe::egui::{self, Margin, Rect, RichText, Role, ScrollArea, Sense, TextEdit, Ui, UiBuilder, WidgetInfo, vec2};

use caesura::search::Hit;
use caesura::store::SnippetPart;

use super::widgets;
use crate::command::{Command, Passage, SearchIn};
use crate::format::{clock, count};
use crate::state::State;
use crate::theme::{Palette, font, size, space};
use crate::worker::MAX_HITS;

/// The greatest width of the hits, in points.
const WIDTH: f32 = 760.0;

/// Draws the search.
pub(crate) fn search_ui(ui: &mut Ui, state: &State, n_focus: &mut u64, commands: &mut Vec<Command>) {
    let whole = ui.available_rect_before_wrap();
    let width = (whole.width() - 2.0 * space::L).clamp(200.0, WIDTH);
    let left = (whole.left() + (whole.width() - width) / 2.0).round();
    let column = Rect::from_x_y_ranges(left..=left + width, whole.top() + space::L..=whole.bottom());
    ui.scope_builder(UiBuilder::new().max_rect(column), |ui| {
        field_ui(ui, state, n_focus, commands);
        ui.add_space(space::S);
        result_ui(ui, state, commands);
    });
}

fn field_ui(ui: &mut Ui, state: &State, n_focus: &mut u64, commands: &mut Vec<Command>) {
    let mut typed = state.search.typed.clone();
    let field = TextEdit::singleline(&mut typed)
        .hint_text("Words, “a phrase”, prefix*, AND, OR, NOT")
        .font(font(size::HEADING))
        .desired_width(ui.available_width().min(WIDTH))
        .margin(Margin::symmetric(12, 9));
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(Role::SearchInput, true, "Search"));
    if *n_focus != state.n_search_focus {
        *n_focus = state.n_search_focus;
        response.request_focus();
    }
    if response.changed() {
        commands.push(Command::TypeSearch(typed));
    }
    ui.add_space(space::XS);
    let Some(open) = &state.open else { return };
    ui.horizontal(|ui| {
        let here = format!("Only in “{}”", crate::format::opening(&open.row.title, 40));
        for (within, label) in [(SearchIn::Library, "In all documents"), (SearchIn::Document, here.as_str())] {
            if widgets::radio(ui, state.search.within == within, label).clicked() {
                commands.push(Command::SearchIn(within));
            }
        }
    });
}

fn result_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let Some(found) = &state.search.found else {
        if state.search.is_running() {
            ui.spinner();
        } else {
            let lines = ["Type a word: every chapter that holds it is listed, best first."];
            widgets::empty(ui, "Search every chapter", &lines, |_| {});
        }
        return;
    };
    if let Some(explanation) = &found.explanation {
        widgets::note(ui, explanation);
    }
    if found.hits.is_empty() {
        let line = format!("No chapter holds {}.", found.understood_as);
        widgets::empty(
            ui,
            "Nothing found",
            &[&line, "Try fewer words, or the start of a word with a star: boat*"],
            |_| {},
        );
        return;
    }
    let n_hits = found.hits.len();
    let best = if n_hits < MAX_HITS { "" } else { "The best " };
    let counted = format!("{best}{} for {}", count(n_hits as u64, "chapter"), found.understood_as);
    widgets::note(ui, counted);
    ui.add_space(space::XS);
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.set_max_width(WIDTH);
        ui.spacing_mut().item_spacing.y = space::XS;
        for (at, hit) in found.hits.iter().enumerate() {
            ui.push_id(at, |ui| hit_ui(ui, hit, commands));
        }
        ui.add_space(space::XL);
    });
}

fn hit_ui(ui: &mut Ui, hit: &Hit, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let width = ui.available_width() - 28.0;
    let title = parts(ui, &hit.title, size::HEADING, 26.0, palette.strong, width);
    let snippet = parts(ui, &hit.snippet, size::BODY + 0.5, 22.0, palette.ink, width);
    let place = match hit.chapter.chapter.time {
        Some(time) => format!("{} · {}", hit.document_title, clock(time.start)),
        None => hit.document_title.clone(),
    };
    let place = widgets::one_line(ui, &place, size::SMALL, palette.muted, width);
    let height = title.size().y + snippet.size().y + place.size().y + 30.0;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &hit.chapter.chapter.title));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, egui::CornerRadius::same(6), palette.hovered);
    }
    let mut pen = rect.min + vec2(12.0, 9.0);
    for (galley, space) in [(title, 0.0), (place, 4.0), (snippet, 0.0)] {
        let height = galley.size().y;
        ui.painter().galley(pen, galley, palette.ink);
        pen.y += height + space;
    }
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        commands.push(Command::OpenPassage(passage(hit)));
    }
    topics_ui(ui, hit, commands);
}

fn topics_ui(ui: &mut Ui, hit: &Hit, commands: &mut Vec<Command>) {
    if hit.topics.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.add_space(12.0);
        for (id, label) in hit.topics.iter().take(3) {
            let button = egui::Button::new(RichText::new(label).size(size::SMALL));
            if ui.add(button).on_hover_text("Show this topic").clicked() {
                commands.push(Command::OpenTopic(*id));
            }
        }
    });
    ui.add_space(space::S);
}

/// Returns the passage of a hit: its chapter, with the words to mark.
fn passage(hit: &Hit) -> Passage {
    let mut words: Vec<String> = Vec::new();
    for part in hit.snippet.iter().chain(&hit.title).filter(|part| part.is_hit) {
        for word in part.text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let word = word.to_lowercase();
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    Passage {
        document: hit.chapter.document,
        first_unit: hit.chapter.chapter.first_unit,
        n_units: hit.chapter.chapter.n_units,
        words,
    }
}

/// Lays parts out as one text, the hits marked.
fn parts(
    ui: &Ui,
    parts: &[SnippetPart],
    size: f32,
    line_height: f32,
    color: egui::Color32,
    width: f32,
) -> std::sync::Arc<egui::Galley> {
    let palette = Palette::of(ui);
    let plain = TextFormat { font_id: font(size), line_height: Some(line_height), color, ..TextFormat::default() };
    let marked = widgets::marked(&plain, palette);
    let mut job = LayoutJob::default();
    for part in parts {
        let format = if part.is_hit { marked.clone() } else { plain.clone() };
        job.append(&part.text.replace('\n', " "), 0.0, format);
    }
    job.wrap = TextWrapping { max_width: width, max_rows: 4, ..TextWrapping::default() };
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}
